"""Reading paper numbers: the ranges printed, and what was entered afterwards."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access.models import Account, AccountPlatform
from portal.organisation.models import Service, Window
from portal.queue.models import PaperRange, Ticket
from portal.queue.operations.moves import LABELS
from portal.queue.operations.paper import number_of

LISTED = 60


@dataclass(frozen=True)
class Sheet:
    """A printed range."""

    id: int
    prefix: str
    first: int
    last: int
    made_at: datetime
    service: str
    area: str

    @property
    def numbers(self) -> list[str]:
        """Every number of the range."""
        return [number_of(self.prefix, count) for count in range(self.first, self.last + 1)]


@dataclass(frozen=True)
class Entered:
    """A paper number that was entered."""

    number: str
    service: str
    window: str
    state: str
    headcount: int
    taken_at: datetime
    ended_at: datetime

    @property
    def state_label(self) -> str:
        """The state in words."""
        return LABELS[self.state]


_SHEETS = select(
    PaperRange.id,
    PaperRange.prefix,
    PaperRange.first,
    PaperRange.last,
    PaperRange.made_at,
    Service.name,
    Service.area,
).join(Service, Service.id == PaperRange.service_id)


def sheets(session: Session, centre_id: int) -> list[Sheet]:
    """The newest printed ranges."""
    rows = session.execute(
        _SHEETS.where(PaperRange.centre_id == centre_id).order_by(PaperRange.id.desc()).limit(LISTED)
    )
    return [Sheet(*row) for row in rows]


def sheet(session: Session, centre_id: int, sheet_id: int) -> Sheet | None:
    """One printed range of the centre."""
    row = session.execute(_SHEETS.where(PaperRange.centre_id == centre_id, PaperRange.id == sheet_id)).one_or_none()
    return Sheet(*row) if row else None


def entered(session: Session, centre_id: int, day: date) -> list[Entered]:
    """The paper numbers entered for ``day``, the newest entry first."""
    rows = session.execute(
        select(
            Ticket.number,
            Service.name,
            func.coalesce(Window.name, ""),
            Ticket.state,
            Ticket.headcount,
            Ticket.taken_at,
            Ticket.ended_at,
        )
        .join(Service, Service.id == Ticket.first_service_id)
        .outerjoin(Window, Window.id == Ticket.window_id)
        .where(
            Ticket.centre_id == centre_id,
            Ticket.day == day,
            Ticket.source == "paper",
        )
        .order_by(Ticket.id.desc())
        .limit(LISTED)
    )
    return [Entered(*row) for row in rows]


def entered_count(session: Session, centre_id: int, day: date) -> int:
    """How many paper numbers were entered for ``day`` in all."""
    wanted = (Ticket.centre_id == centre_id, Ticket.day == day, Ticket.source == "paper")
    return session.scalar(select(func.count()).select_from(Ticket).where(*wanted)) or 0


def clerks(session: Session, centre_id: int) -> list[tuple[int, str]]:
    """(id, name) of those who may have served: accounts in use with a platform."""
    rows = session.execute(
        select(Account.id, Account.name)
        .where(Account.centre_id == centre_id, Account.enabled)
        .where(select(AccountPlatform.platform).where(AccountPlatform.account_id == Account.id).exists())
        .order_by(Account.name, Account.id)
    )
    return [(row.id, row.name) for row in rows]


def windows(session: Session, centre_id: int) -> list[tuple[int, str]]:
    """(id, name) of the windows in use."""
    rows = session.execute(
        select(Window.id, Window.name, Window.sign)
        .where(Window.centre_id == centre_id, Window.enabled)
        .order_by(Window.position, Window.id)
    )
    return [(row.id, f"{row.name} {row.sign}") for row in rows]
