"""Numbers in series (gapless within a transaction, never given twice), and how the centre arranges its hall."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.organisation.models import Centre, Counter, Service, Window, WindowService
from portal.trail import operations as trail

PAPER_LETTER = "P"  # ends the letters of every paper number (AP001), and never those of a service


class Misarranged(ValueError):
    """An arrangement that cannot work; the message is the Chinese sentence, ``field`` where it belongs."""

    def __init__(self, message: str, field: str = "enabled") -> None:
        super().__init__(message)
        self.field = field


def next_number(session: Session, centre_id: int, series: str, count: int = 1) -> int:
    """The next number of ``series`` in a centre, starting at 1; the row stays locked until the transaction ends.

    ``count`` of them at once: the last one is returned.
    """
    upsert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = (
        upsert(Counter)
        .values(centre_id=centre_id, series=series, last=count)
        .on_conflict_do_update(index_elements=["centre_id", "series"], set_={"last": Counter.last + count})
        .returning(Counter.last)
    )
    return session.execute(statement).scalar_one()


def alone(session: Session, centre_id: int) -> None:
    """Whoever arranges the same hall at the same moment waits until this transaction ends, and then sees what it did."""
    session.execute(select(Centre.id).where(Centre.id == centre_id).with_for_update(key_share=True))


def arrange_centre(session: Session, actor: Actor, centre: Centre, values: dict[str, Any], *, at: datetime) -> None:
    """Set what the centre prints and says: telephone, address, notice, closed_message, group_threshold, voice and quiet hours."""
    _arrange(session, actor, centre, "centre.arranged", values, at)


def arrange_service(session: Session, actor: Actor, service: Service, values: dict[str, Any], *, at: datetime) -> None:
    """Set a service's columns. Raises Misarranged where it is the last one in use, or its letters end as paper numbers' do."""
    alone(session, service.centre_id)
    _check_prefix(values)
    if not values.get("enabled", True) and service.enabled:
        others = select(Service.id).where(
            Service.centre_id == service.centre_id, Service.id != service.id, Service.enabled.is_(True)
        )
        if session.scalar(others.limit(1)) is None:
            raise Misarranged("这是最后一项启用的服务，停用后导引台无法取号。")
    _arrange(session, actor, service, "service.arranged", values, at)


def add_service(session: Session, actor: Actor, platform: str, values: dict[str, Any], *, at: datetime) -> Service:
    """A further service of ``platform``; its code is made of the platform and a number of the centre's own.

    Raises Misarranged where its letters end as paper numbers' do.
    """
    _check_prefix(values)
    code = f"{platform}.own{next_number(session, actor.centre_id, 'service')}"
    service = Service(centre_id=actor.centre_id, code=code, platform=platform)
    _arrange(session, actor, service, "service.added", values, at)
    return service


def arrange_window(
    session: Session,
    actor: Actor,
    window: Window,
    values: dict[str, Any],
    services: Mapping[int, int] | Iterable[int],
    *,
    at: datetime,
) -> None:
    """Set a window's name, sign, platform, level, kind, quick, position, enabled and the services it takes.

    ``services``: each with its preference (0 the first choice), or only which, all equal. A new window has no id yet. Raises
    Misarranged where a service belongs to another platform, or another window has the name.
    """
    alone(session, window.centre_id)
    wanted = dict(services) if isinstance(services, Mapping) else dict.fromkeys(services, 0)
    _check_window(session, window, values, sorted(wanted))
    made = window.id is None
    held = select(WindowService.service_id, WindowService.preference).where(WindowService.window_id == window.id)
    taken = {} if made else dict(session.execute(held).all())
    kind = "window.opened" if made else "window.arranged"
    further = {"services": (sorted(taken), sorted(wanted)), "preferences": (_ranked(taken), _ranked(wanted))}
    _arrange(session, actor, window, kind, values, at, further)
    session.execute(delete(WindowService).where(WindowService.window_id == window.id))
    session.add_all(
        WindowService(window_id=window.id, service_id=service_id, preference=preference)
        for service_id, preference in sorted(wanted.items())
    )
    session.flush()


def _check_prefix(values: Mapping[str, Any]) -> None:
    prefix = values.get("prefix", "")
    if len(prefix) > 1 and prefix.endswith(PAPER_LETTER):
        raise Misarranged(f"两个字母的字头不能以 {PAPER_LETTER} 结尾，{PAPER_LETTER} 留给断网时的纸号。", "prefix")


def _ranked(preferences: Mapping[int, int]) -> dict[str, int]:
    """What is not a first choice; keys as JSON keeps them."""
    return {str(service_id): step for service_id, step in sorted(preferences.items()) if step}


def _check_window(session: Session, window: Window, values: dict[str, Any], service_ids: list[int]) -> None:
    offered = select(Service.id).where(Service.centre_id == window.centre_id, Service.platform == values["platform"])
    if not set(service_ids) <= set(session.scalars(offered)):
        raise Misarranged("办理的服务应属于同一平台，请核对。", "services")
    same_name = select(Window.id).where(Window.centre_id == window.centre_id, Window.name == values["name"])
    if session.scalar(same_name.where(Window.id != window.id) if window.id else same_name):
        raise Misarranged("已有同名的窗口。", "name")


def _arrange(
    session: Session,
    actor: Actor,
    row: Centre | Service | Window,
    kind: str,
    values: dict[str, Any],
    at: datetime,
    further: dict[str, tuple[Any, Any]] | None = None,
) -> None:
    changed = {name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value}
    changed |= {name: pair for name, pair in (further or {}).items() if pair[0] != pair[1]}
    if not changed:
        return
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    centre_id = row.id if isinstance(row, Centre) else row.centre_id
    data = {"table": row.__tablename__, "id": row.id, "changed": {name: list(pair) for name, pair in changed.items()}}
    trail.append(session, f"centre:{centre_id}", kind, centre_id=centre_id, actor_id=actor.id, at=at, data=data)
    trail.bump(session, centre_id, "board", "queue")
