"""Who is told about a limit: who handles the proceeding; else the platform's people; else the hall's duty heads. And the organ."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor, actor_of
from portal.access.models import Account
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.cases import registry
from portal.cases.models import Case
from portal.supervision.pending import Said


def readers(session: Session, centre_id: int, ids: Iterable[int] | None = None) -> list[Actor]:
    """Everybody in use who reads matters at all, by id; of ``ids`` only where given."""
    wanted = select(Account).where(Account.centre_id == centre_id, Account.enabled).order_by(Account.id)
    wanted = wanted if ids is None else wanted.where(Account.id.in_(list(ids)))
    return [actor for actor in map(actor_of, session.scalars(wanted)) if actor.may(Permission.CASE_READ)]


def works_for(actor: Actor, platform: str) -> bool:
    """Whether ``actor`` handles the platform's proceedings or answers for them as duty head."""
    return platform in actor.platforms and (
        actor.may(registry.platform(platform).handle) or actor.may(Permission.QUEUE_CLOSE_DAY)
    )


def told_of(session: Session, centre_id: int, said: list[Said]) -> list[dict[int, int | None]]:
    """For each of ``said`` the accounts to tell, with the organ as whose member (None: in person).

    Nobody is told of a matter that is kept from them: each candidate is asked by cases.visible, once for all of ``said``.
    """
    everybody = readers(session, centre_id)
    seen = _Sight(session, {each.case_id for each in said})
    return [_told_of(everybody, seen, each) for each in said]


def _told_of(everybody: list[Actor], seen: "_Sight", said: Said) -> dict[int, int | None]:
    circles = (
        [actor for actor in everybody if actor.id == said.handler_id],
        [actor for actor in everybody if works_for(actor, said.platform)],
        [actor for actor in everybody if actor.may(Permission.QUEUE_CLOSE_DAY)],
    )
    found: dict[int, int | None] = {}
    for circle in circles:
        found = {actor.id: None for actor in circle if seen.by(actor, said)}
        if found:
            break
    members = [actor for actor in everybody if said.unit_id is not None and actor.unit_id == said.unit_id]
    organ = {actor.id: said.unit_id for actor in members if seen.by(actor, said)}
    told = organ | found
    told.pop(said.by or 0, None)
    return told


class _Sight:
    """Which of some cases each actor may see; asked of the database once an actor."""

    def __init__(self, session: Session, case_ids: set[int]) -> None:
        self._session, self._case_ids = session, case_ids
        self._kept: dict[int, set[int]] = {}

    def by(self, actor: Actor, said: Said) -> bool:
        if registry.platform(said.platform).sealed and said.platform not in actor.platforms:
            return False
        if actor.id not in self._kept:
            wanted = select(Case.id).where(Case.id.in_(self._case_ids), cases.visible(actor))
            self._kept[actor.id] = set(self._session.scalars(wanted))
        return said.case_id in self._kept[actor.id]
