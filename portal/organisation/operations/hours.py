"""When the hall gives numbers, the days on which it does not, and who is meant to sit where."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.models import Account, AccountPlatform
from portal.organisation import queries, spans
from portal.organisation.models import Closure, DutyPlan, OpeningHours, Service, Window
from portal.organisation.operations.arranging import Misarranged, alone
from portal.trail import operations as trail

KINDS = ("work", "rest")


def set_hours(
    session: Session,
    actor: Actor,
    service_id: int | None,
    hours: Mapping[str, Iterable[spans.Span]],
    *,
    at: datetime,
) -> None:
    """The centre's opening hours (``service_id`` None) or one service's own: spans of work and rest days.

    No spans at all takes the setting away: a service follows the centre again, a centre refuses nobody for the hour. Raises
    Misarranged where the service is not the centre's. Saving the same again leaves no event.
    """
    alone(session, actor.centre_id)
    if service_id is not None:
        _own_service(session, actor, service_id)
    held = queries.hours(session, actor.centre_id).get(service_id, {})
    told = {kind: [spans.write(held.get(kind, [])), spans.write(list(hours.get(kind, ())))] for kind in KINDS}
    if all(before == after for before, after in told.values()):
        return
    session.execute(
        delete(OpeningHours).where(
            OpeningHours.centre_id == actor.centre_id,
            OpeningHours.service_id.is_(None) if service_id is None else OpeningHours.service_id == service_id,
        )
    )
    for kind in KINDS:
        for opens, closes in hours.get(kind, ()):
            row = {"centre_id": actor.centre_id, "service_id": service_id, "day_kind": kind}
            session.add(OpeningHours(**row, opens=opens, closes=closes))
    session.flush()
    _note(session, actor, "hours.arranged", at, {"service_id": service_id, "changed": told})


def add_closure(
    session: Session, actor: Actor, day: date, service_id: int | None, message: str, *, today: date, at: datetime
) -> Closure:
    """No numbers on ``day``, for the centre or one service. Raises Misarranged for a day that is over, or one closed already."""
    if day < today:
        raise Misarranged("这一天已经过去。", "day")
    alone(session, actor.centre_id)
    if service_id is not None:
        _own_service(session, actor, service_id)
    same = select(Closure.id).where(
        Closure.centre_id == actor.centre_id,
        Closure.day == day,
        Closure.service_id.is_(None) if service_id is None else Closure.service_id == service_id,
    )
    if session.scalar(same):
        raise Misarranged("这一天已经设为停办。", "day")
    closure = Closure(centre_id=actor.centre_id, service_id=service_id, day=day, message=message)
    session.add(closure)
    session.flush()
    data = {"id": closure.id, "day": day.isoformat(), "service_id": service_id, "message": message}
    _note(session, actor, "closure.added", at, data)
    return closure


def remove_closure(session: Session, actor: Actor, closure_id: int, *, at: datetime) -> None:
    """The day is worked after all. A closure that is gone is no error."""
    alone(session, actor.centre_id)
    closure = session.get(Closure, closure_id)
    if closure is None or closure.centre_id != actor.centre_id:
        return
    session.delete(closure)
    session.flush()
    _note(session, actor, "closure.removed", at, {"id": closure_id, "day": closure.day.isoformat()})


def plan_duty(
    session: Session,
    actor: Actor,
    day: date,
    *,
    window_id: int,
    account_id: int,
    starts: int,
    ends: int,
    note: str,
    at: datetime,
) -> DutyPlan:
    """Plan somebody at a window. Raises Misarranged: another platform, two windows at once, a window taken twice at once."""
    alone(session, actor.centre_id)
    window, account = session.get(Window, window_id), session.get(Account, account_id)
    if window is None or window.centre_id != actor.centre_id or not window.enabled:
        raise Misarranged("请选择窗口。", "window")
    if account is None or account.centre_id != actor.centre_id or not account.enabled:
        raise Misarranged("请选择人员。", "account")
    of_platform = select(AccountPlatform.platform).where(AccountPlatform.account_id == account_id)
    if window.platform not in set(session.scalars(of_platform)):
        raise Misarranged(f"{account.name} 不在这个窗口的平台，不能排到 {window.name}。", "account")
    for row in queries.duties(session, actor.centre_id, day):
        if row.starts < ends and starts < row.ends:
            if row.window_id == window_id:
                raise Misarranged(f"{row.window} 这段时间已排 {row.name}。", "window")
            if row.account_id == account_id:
                raise Misarranged(f"{row.name} 这段时间已排在 {row.window}。", "account")
    duty = DutyPlan(
        centre_id=actor.centre_id,
        day=day,
        window_id=window_id,
        account_id=account_id,
        starts=starts,
        ends=ends,
        note=note,
    )
    session.add(duty)
    session.flush()
    data = {"day": day.isoformat(), "window_id": window_id, "account_id": account_id, "starts": starts, "ends": ends}
    _note(session, actor, "duty.planned", at, data)
    return duty


def remove_duty(session: Session, actor: Actor, duty_id: int, *, at: datetime) -> None:
    """Take a line off the plan; one that is gone is no error."""
    alone(session, actor.centre_id)
    duty = session.get(DutyPlan, duty_id)
    if duty is None or duty.centre_id != actor.centre_id:
        return
    session.delete(duty)
    session.flush()
    _note(session, actor, "duty.removed", at, {"day": duty.day.isoformat(), "window_id": duty.window_id})


def copy_duties(session: Session, actor: Actor, source: date, target: date, *, at: datetime) -> tuple[int, int]:
    """Plan ``target`` as ``source`` was: how many lines were copied, and how many left out.

    Left out is what clashes with the plan there is, and who or what is no longer in use.
    """
    copied = left_out = 0
    for row in queries.duties(session, actor.centre_id, source):
        given = {"window_id": row.window_id, "account_id": row.account_id, "starts": row.starts, "ends": row.ends}
        try:
            plan_duty(session, actor, target, **given, note=row.note, at=at)
        except Misarranged:
            left_out += 1
        else:
            copied += 1
    return copied, left_out


def _own_service(session: Session, actor: Actor, service_id: int) -> Service:
    service = session.get(Service, service_id)
    if service is None or service.centre_id != actor.centre_id:
        raise Misarranged("没有这项服务。", "service")
    return service


def _note(session: Session, actor: Actor, kind: str, at: datetime, data: dict[str, Any]) -> None:
    chain = f"centre:{actor.centre_id}"
    trail.append(session, chain, kind, centre_id=actor.centre_id, actor_id=actor.id, at=at, data=data)
    trail.bump(session, actor.centre_id, "queue")
