"""Reading leaders, their grades, and what the centre set."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from portal.access.models import Account, AccountRole
from portal.access.permissions import Role
from portal.leadership.models import Attendant, Grade, Leader, LeadershipSettings
from portal.leadership.vocabulary import BODIES

ORDER = {code: place for place, (code, _label) in enumerate(BODIES)}


@dataclass(frozen=True)
class Settings:
    """What the centre set; empty or None where it set nothing."""

    approver_title: str = ""
    followups: tuple[int, ...] = ()
    most_per_half: int | None = None
    source: str = ""


def settings(session: Session, centre_id: int) -> Settings:
    """The centre's settings of receptions. No number is ever assumed."""
    held = session.get(LeadershipSettings, centre_id)
    if held is None:
        return Settings()
    return Settings(held.approver_title, tuple(held.followups), held.most_per_half, held.source)


def grades(session: Session, centre_id: int) -> list[Grade]:
    """The centre's grades in their order."""
    return list(session.scalars(select(Grade).where(Grade.centre_id == centre_id).order_by(Grade.position, Grade.id)))


def leader(session: Session, centre_id: int, leader_id: int) -> Leader | None:
    """One leader of the centre, in post or not."""
    found = session.get(Leader, leader_id)
    return found if found and found.centre_id == centre_id else None


def leaders(
    session: Session, centre_id: int, *, body: str = "", on: date | None = None, since: date | None = None
) -> list[Leader]:
    """Leaders in the order of bodies and positions; only those in post on ``on``, or on ``since`` or later, where that is given."""
    wanted = select(Leader).where(Leader.centre_id == centre_id)
    if body:
        wanted = wanted.where(Leader.body == body)
    if on is not None:
        began, runs = or_(Leader.since.is_(None), Leader.since <= on), or_(Leader.until.is_(None), Leader.until >= on)
        wanted = wanted.where(and_(began, runs))
    if since is not None:  # one who is appointed from a later day can be planned for
        wanted = wanted.where(or_(Leader.until.is_(None), Leader.until >= since))
    return ordered(session.scalars(wanted))


def ordered(found: Iterable[Leader]) -> list[Leader]:
    """By body, then by position."""
    return sorted(found, key=lambda one: (ORDER.get(one.body, len(ORDER)), one.position, one.id))


def in_post(one: Leader, day: date) -> bool:
    """Whether the leader holds the post on ``day``."""
    return (one.since is None or one.since <= day) and (one.until is None or one.until >= day)


def leader_of(session: Session, account_id: int) -> Leader | None:
    """The leader whose own account this is."""
    return session.scalar(select(Leader).where(Leader.account_id == account_id))


def attended(session: Session, account_id: int) -> list[int]:
    """Ids of the leaders for whom this account types."""
    return list(session.scalars(select(Attendant.leader_id).where(Attendant.account_id == account_id)))


def attendants(session: Session, centre_id: int) -> dict[int, list[tuple[int, str]]]:
    """Leader id → (account id, name) of the attendants."""
    rows = (
        select(Attendant.leader_id, Account.id, Account.name)
        .join(Account, Account.id == Attendant.account_id)
        .where(Account.centre_id == centre_id)
        .order_by(Account.name)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for leader_id, account_id, name in session.execute(rows):
        found.setdefault(leader_id, []).append((account_id, name))
    return found


def accounts_with(session: Session, centre_id: int, role: Role) -> list[tuple[int, str]]:
    """(id, name) of the enabled accounts that hold ``role``."""
    rows = (
        select(Account.id, Account.name)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(Account.centre_id == centre_id, Account.enabled, AccountRole.role == role.value)
        .order_by(Account.name, Account.id)
    )
    return [(row.id, row.name) for row in session.execute(rows)]


def account_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Account id → name, for saying who published or signed off."""
    return dict(session.execute(select(Account.id, Account.name).where(Account.id.in_(list(ids)))).all())
