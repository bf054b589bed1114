"""Sign-off and publication: the office submits, somebody else signs off, only then it is published, and every publication is an edition.

An urgent cancellation or substitution of a published reception takes effect at once and is an edition of its own; every other change
goes through sign-off again while the last edition stays on the walls.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.cases.operations import FieldProblems, Refused
from portal.leadership import conflicts, editions
from portal.leadership.conflicts import Wanted
from portal.leadership.models import Edition, Leader, Reception, Week
from portal.leadership.operations import substitutes
from portal.leadership.operations.roster import (
    BEGUN,
    STALE,
    begun,
    check_reason,
    flush,
    locked,
    note,
    problems_of,
    set_back,
    touch,
)
from portal.leadership.queries import roster
from portal.leadership.queries.conflicts import ground
from portal.leadership.queries.roster import Row
from portal.leadership.vocabulary import STATES, WAITING, WORKED_ON, week_words
from portal.queue import notices
from portal.trail import operations as trail

SCREENS = "schedule"
NO_WEEK = "这一周还没有安排。"
SHOWN_PROBLEMS = 3
OF_THE_LEADER = (
    "leader_id", "leader", "post", "body", "leader_field", "telephone", "position", "instead_of_id", "instead",
)  # fmt: skip


def submit(session: Session, actor: Actor, week_id: int, *, version: int, at: datetime) -> Week:
    """To whoever signs off. Raises Refused: nothing planned, something stands in the way, or not a draft."""
    week = _week(session, actor, week_id, version, WORKED_ON)
    planned = select(func.count()).select_from(Reception).where(Reception.week_id == week.id)
    if not session.scalar(planned.where(Reception.state != "cancelled")) and week.state == "draft":
        raise Refused("这一周还没有安排接访，不能提交。")
    _refuse_problems(session, week, at)
    week.state = "submitted" if week.state == "draft" else "resubmitted"
    week.submitted_at, week.submitted_by, week.note = at, actor.id, ""
    _moved(session, actor, week, "week.submitted", at)
    return week


def withdraw(session: Session, actor: Actor, week_id: int, *, version: int, at: datetime) -> Week:
    """The office takes it back to work on it; a sign-off that was given is void. Raises Refused."""
    week = _week(session, actor, week_id, version, (*WAITING, "approved"))
    _back(session, week)
    _moved(session, actor, week, "week.withdrawn", at)
    return week


def send_back(session: Session, actor: Actor, week_id: int, *, reason: str, version: int, at: datetime) -> Week:
    """Not signed off, and why. Raises FieldProblems (reason), Refused."""
    week = _week(session, actor, week_id, version, WAITING)
    check_reason(reason)
    _back(session, week)
    week.note = reason
    _moved(session, actor, week, "week.sent-back", at, {"reason": reason})
    return week


def approve(session: Session, actor: Actor, week_id: int, *, version: int, at: datetime) -> Week:
    """审签. Never by who submitted it. Raises Refused, also where something came to stand in the way since."""
    week = _week(session, actor, week_id, version, WAITING)
    if week.submitted_by == actor.id:
        raise Refused("您提交的日程须由他人审签。")
    _refuse_problems(session, week, at, "请退回办公室修改。")
    week.state, week.approved_at, week.approved_by = "approved", at, actor.id
    _moved(session, actor, week, "week.approved", at)
    return week


def publish(session: Session, actor: Actor, week_id: int, *, version: int, at: datetime) -> Edition:
    """Make the next edition of a week that was signed off; what is booked follows. Raises Refused for any other week, and where
    something came to stand in the way since.
    """
    week = _week(session, actor, week_id, version, tuple(STATES))
    if week.state != "approved":
        raise Refused(f"这一周{STATES[week.state]}，审签后才能公布。")
    # whoever books or begins to receive meanwhile waits, and then reads the new edition
    held = select(Reception.id).where(Reception.week_id == week.id).order_by(Reception.id)
    session.execute(held.with_for_update()).all()
    _refuse_problems(session, week, at, "请先撤回修改，再提交审签。")
    last = roster.last_edition(session, actor.centre_id, week.monday)
    rows = roster.working_rows(session, actor.centre_id, week.monday)
    week.state, week.published_at, week.published_by = "published", at, actor.id
    touch(week)
    made = _edition(session, actor, week, last, rows, "", at)
    substitutes.carry_over(session, actor, roster.edition_rows(last), rows, at=at)
    return made


def amend(session: Session, actor: Actor, week_id: int, *, version: int, at: datetime) -> Week:
    """Open a published week to work on it; the last edition stays on the walls meanwhile. Raises Refused."""
    week = _week(session, actor, week_id, version, ("published",))
    week.state = "amending"
    _moved(session, actor, week, "week.amending", at)
    return week


def cancel_now(
    session: Session, actor: Actor, reception_id: int, *, reason: str, version: int | None, at: datetime
) -> Edition:
    """Urgently: a published reception does not take place, from this minute on. Raises FieldProblems (reason), Refused."""
    # one that the office has taken out already, waiting for sign-off, may turn out to be urgent
    week, held, last, old = _standing(session, actor, reception_id, version, at, ("planned", "cancelled"))
    check_reason(reason)
    set_back(held, old)  # what is called off is what was published
    held.state, held.reason = "cancelled", reason
    data = {"reception_id": held.id, "leader_id": old.leader_id}
    return _correct(
        session, actor, week, held, last, replace(old, state="cancelled"), "reception.cancelled", data, reason, at
    )


def substitute(
    session: Session, actor: Actor, reception_id: int, leader_id: int, *, reason: str, version: int | None, at: datetime
) -> Edition:
    """Urgently: another leader receives instead, at the same time and place; bookings stay. Raises FieldProblems, Refused."""
    week, held, last, old = _standing(session, actor, reception_id, version, at)
    check_reason(reason)
    leader = session.get(Leader, leader_id)
    if leader is None or leader.centre_id != actor.centre_id:
        raise FieldProblems({"leader": "请从所列领导中选择。"})
    if leader.id == old.leader_id:
        raise FieldProblems({"leader": "请选择另一位领导。"})
    wanted = Wanted(leader.id, old.day, old.half, old.starts, old.ends, old.kind, id=held.id)
    found = ground(session, actor.centre_id, old.day, old.day, clock.day_of(at)).against(wanted)
    # the day itself was settled when it was published; who comes instead must be free, whatever the reason
    taken = [one for one in found if one.field in ("leader", "starts") and one.weight != conflicts.NOTE]
    if taken:
        raise FieldProblems({"leader": "".join(one.message for one in taken)})
    # whoever an unsigned amendment names plays no part
    first = old.instead_of_id or old.leader_id
    data = {"reception_id": held.id, "from": old.leader_id, "to": leader.id}
    held.leader_id, held.instead_of_id = leader.id, None if first == leader.id else first
    held.reason = reason
    flush(session)
    now = roster.working_row(session, actor.centre_id, held.id)
    new = replace(old, **{name: getattr(now, name) for name in OF_THE_LEADER})
    made = _correct(session, actor, week, held, last, new, "reception.substituted", data, reason, at)
    substitutes.carry_over(session, actor, [old], [new], at=at)
    return made


def _standing(
    session: Session,
    actor: Actor,
    reception_id: int,
    version: int | None,
    at: datetime,
    states: tuple[str, ...] = ("planned",),
) -> tuple[Week, Reception, Edition, Row]:
    week, held = locked(session, actor, reception_id, version)
    last = roster.last_edition(session, actor.centre_id, week.monday)
    old = next((row for row in roster.edition_rows(last) if row.id == held.id), None)
    if last is None or old is None:
        raise Refused("这场接访没有公布，或公布后已经取消。")
    if held.state not in states:
        raise Refused("这场接访已经取消或已经接访，不能再改。")
    if begun(session, held):
        raise Refused(f"{BEGUN}中途有变化的，没有接待的逐批改约，再到“接访当日”结束本次接访。")
    if old.day < clock.day_of(at):
        raise Refused("这场接访的日期已经过去，不能再改。")
    return week, held, last, old


def _correct(
    session: Session,
    actor: Actor,
    week: Week,
    held: Reception,
    last: Edition,
    new: Row,
    kind: str,
    data: dict,
    reason: str,
    at: datetime,
) -> Edition:
    """The next edition: as the last one but for this reception, so that nothing that is still being worked on slips out with it."""
    held.version += 1
    touch(week)
    session.flush()
    rows = [new if row["id"] == held.id else Row.read(row) for row in last.rows]
    note(session, actor, week, kind, at, data, {"reason": reason})
    return _edition(session, actor, week, last, rows, reason, at)


def _edition(
    session: Session, actor: Actor, week: Week, last: Edition | None, rows: Sequence[Row], reason: str, at: datetime
) -> Edition:
    said = editions.changes(roster.edition_rows(last, cancelled=True), rows) if last else []
    made = Edition(
        centre_id=week.centre_id,
        week_id=week.id,
        number=last.number + 1 if last else 1,
        monday=week.monday,
        rows=[row.written() for row in rows],
        changes=said,
        reason=reason,
        approved_by=None if reason else week.approved_by,
        published_by=actor.id,
        at=at,
    )
    session.add(made)
    session.flush()
    _ticker(session, actor, week, made, at)
    data = {"number": made.number, "receptions": sum(row.stands for row in rows), "urgent": bool(reason)}
    note(session, actor, week, "week.published", at, data, {"changes": said} if said else None)
    trail.bump(session, week.centre_id, SCREENS)
    return made


def _ticker(session: Session, actor: Actor, week: Week, made: Edition, at: datetime) -> None:
    """One running line for the week: the last one goes, the new one comes. A full ticker never stops a publication."""
    standing = len(roster.edition_rows(made))
    if made.changes:
        text = f"更正（领导接访日程 {week_words(week.monday)}）：{''.join(made.changes)}"
    elif made.number == 1:
        text = f"领导接访日程（{week_words(week.monday)}）已公布，共 {standing} 场，请看日程屏和公示。"
    else:
        return
    if week.notice_id is not None:
        try:
            notices.withdraw(session, actor, week.notice_id, at=at)
        except Refused:
            pass  # withdrawn by hand, or over
        week.notice_id = None
    ends = clock.at_hall(_next_monday(week.monday))
    try:
        if len(text) > notices.LONGEST:
            text = f"更正（领导接访日程 {week_words(week.monday)}）：有 {len(made.changes)} 处变动，请看日程屏和公示。"
        week.notice_id = notices.publish(session, actor, text=text, starts_at=at, ends_at=ends, at=at).id
    except (Refused, FieldProblems):
        pass  # too many lines run already, or the week is over
    session.flush()


def _next_monday(monday: date) -> date:
    return roster.ONE_WEEK + monday


def _week(session: Session, actor: Actor, week_id: int, version: int, states: tuple[str, ...]) -> Week:
    week = session.scalar(select(Week).where(Week.id == week_id).with_for_update())
    if week is None or week.centre_id != actor.centre_id:
        raise Refused(NO_WEEK)
    if week.version != version:
        raise Refused(STALE)
    if week.state not in states:
        raise Refused(f"这一周现在是“{STATES[week.state]}”，不能这样操作。")
    return week


def _refuse_problems(session: Session, week: Week, at: datetime, then: str = "") -> None:
    problems = problems_of(session, week, clock.day_of(at))
    if problems:
        more = f"还有 {len(problems) - SHOWN_PROBLEMS} 处。" if len(problems) > SHOWN_PROBLEMS else ""
        raise Refused("有冲突没有解决：" + "".join(problems[:SHOWN_PROBLEMS]) + more + then)


def _back(session: Session, week: Week) -> None:
    again = session.scalar(select(Edition.id).where(Edition.week_id == week.id).limit(1))
    week.state = "amending" if again else "draft"
    week.approved_at = week.approved_by = None


def _moved(
    session: Session, actor: Actor, week: Week, kind: str, at: datetime, words: dict[str, str] | None = None
) -> None:
    touch(week)
    session.flush()
    note(session, actor, week, kind, at, {"state": week.state}, words)
