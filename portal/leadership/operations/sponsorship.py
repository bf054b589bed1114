"""包案: putting a matter under a leader's care, its plan, its duties, what was done (信访工作条例 第十八条第二款)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases.models import Attachment, Case
from portal.cases.operations import FieldProblems, Refused, StaleVersion
from portal.cases.operations.record import note as note_on_case
from portal.clock import day_of
from portal.leadership.models import Leader, Milestone, ProgressNote, Sponsorship, SponsorTerm, TaskForceMember
from portal.leadership.operations import circle
from portal.leadership.sponsor_words import DUTIES, LEVELS, rank, silence_in
from portal.organisation.models import Unit

NOT_HERE = "没有找到这件包案，或它不对您开放。"
CHANGED = "他人刚刚更新了这件包案，请核对后再提交。"
WHY = "领导包案"
MOST_STEPS, MOST_MEMBERS, MOST_UNITS = 12, 10, 6
LONGEST_WHY, LONGEST_STEP, LONGEST_EVIDENCE = 200, 200, 200


@dataclass(frozen=True)
class Opening:
    """What is known when a matter comes under a leader's care. ``target_on`` None: nobody has named a day."""

    leader_id: int | None
    level: str
    lead_unit_id: int | None = None
    co_unit_ids: tuple[int, ...] = ()
    target_on: date | None = None
    why: str = ""


@dataclass(frozen=True)
class Step:
    """A milestone as typed: ``due`` a day, or ``before`` the target so many days."""

    what: str
    due: date | None = None
    before: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True)
class Member:
    """Somebody of the 工作专班."""

    name: str
    post: str = ""
    part: str = ""


def may_manage(actor: Actor) -> bool:
    """The leaders' office, and the duty head, who sees the whole hall."""
    whole_hall = actor.may(Permission.LEADERSHIP_BOOK) and actor.may(Permission.CASE_READ_ALL)
    return actor.may(Permission.LEADERSHIP_RECORD) or whole_hall


def may_report(actor: Actor, sponsorship: Sponsorship, leader: Leader) -> bool:
    """Who may say what was done: whoever manages, the units with a part in it, the leader."""
    units = {sponsorship.lead_unit_id, *sponsorship.co_unit_ids}
    of_unit = actor.may(Permission.LEADERSHIP_TASK) and actor.unit_id is not None and actor.unit_id in units
    own = actor.may(Permission.LEADERSHIP_SIGN) and leader.account_id == actor.id
    return may_manage(actor) or of_unit or own


def begin(session: Session, actor: Actor, case_id: int, given: Opening, *, at: datetime) -> Sponsorship:
    """列入包案. Raises Refused, FieldProblems (leader, level, lead, co, target, why).

    The leader's account, the attendants and the units see the matter from then on.
    """
    _manager(actor)
    case = circle.open_case(session, actor, case_id)
    running = select(Leader.name).join(Sponsorship, Sponsorship.leader_id == Leader.id)
    held = session.scalar(running.where(Sponsorship.case_id == case.id, Sponsorship.closed_at.is_(None)))
    if held is not None:
        raise Refused(f"{case.number} 已由{held}包案，一件事项同时只能有一个包案。")
    today = day_of(at)
    leader = circle.leader_for(session, actor, case, given.leader_id, today)
    check_level(leader, given.level)
    if given.target_on is not None and given.target_on < today:
        raise FieldProblems({"target": "目标日不能早于今天。"})
    units = parts(session, case, given.lead_unit_id, given.co_unit_ids)
    made = Sponsorship(
        centre_id=actor.centre_id,
        case_id=case.id,
        leader_id=leader.id,
        level=given.level,
        lead_unit_id=given.lead_unit_id,
        co_unit_ids=_co(given.lead_unit_id, given.co_unit_ids),
        target_on=given.target_on,
        opened_on=today,
        opened_by=actor.id,
    )
    session.add(made)
    session.flush()
    term = {"leader_id": leader.id, "level": given.level, "since": today, "noted_by": actor.id}
    session.add(SponsorTerm(sponsorship_id=made.id, why=given.why.strip()[:LONGEST_WHY], **term))
    circle.open_to_leader(session, case, leader, why=WHY, at=at)
    circle.open_to_units(session, case, units, why=WHY, at=at)
    data = {"leader_id": leader.id, "level": given.level, "target": _day(given.target_on)}
    words = {"leader": titled(leader), "units": [unit.short_name for unit in units], "why": given.why.strip()}
    note(session, actor, made, case, "opened", at, data, words)
    return made


def arrange(
    session: Session,
    actor: Actor,
    sponsorship_id: int,
    *,
    lead_unit_id: int | None,
    co_unit_ids: Sequence[int],
    members: Sequence[Member],
    version: int,
    at: datetime,
) -> Sponsorship:
    """Units and 工作专班. Raises Refused, StaleVersion, FieldProblems (lead, co, members)."""
    _manager(actor)
    held, case = locked(session, actor, sponsorship_id, version)
    units = parts(session, case, lead_unit_id, co_unit_ids)
    named = [member for member in members if member.name.strip()]
    if any((member.post or member.part).strip() for member in members if not member.name.strip()):
        raise FieldProblems({"members": "请填写工作专班成员的姓名。"})
    if len(named) > MOST_MEMBERS:
        raise FieldProblems({"members": f"工作专班最多填 {MOST_MEMBERS} 人。"})
    held.lead_unit_id, held.co_unit_ids = lead_unit_id, _co(lead_unit_id, co_unit_ids)
    session.execute(delete(TaskForceMember).where(TaskForceMember.sponsorship_id == held.id))
    session.add_all(
        TaskForceMember(sponsorship_id=held.id, name=each.name.strip(), post=each.post.strip(), part=each.part.strip())
        for each in named
    )
    circle.open_to_units(session, case, units, why=WHY, at=at)
    words = {
        "units": [unit.short_name for unit in units],
        "members": [" ".join(part for part in (each.name, each.post, each.part) if part) for each in named],
    }
    note(session, actor, held, case, "arranged", at, {}, words)
    return held


def plan_steps(
    session: Session,
    actor: Actor,
    sponsorship_id: int,
    *,
    target_on: date | None,
    steps: Sequence[Step],
    version: int,
    at: datetime,
) -> Sponsorship:
    """倒排工期: the target day and the steps not done yet, in their order. Steps that are done stay as they are.

    Raises Refused, StaleVersion, FieldProblems ("target", "step0"… by the place of the step).
    """
    _manager(actor)
    held, case = locked(session, actor, sponsorship_id, version)
    done = session.scalars(
        select(Milestone).where(Milestone.sponsorship_id == held.id, Milestone.done_on.is_not(None))
    ).all()
    if target_on is not None and target_on < held.opened_on:
        raise FieldProblems({"target": f"目标日不能早于列入包案的日期（{held.opened_on}）。"})
    dated = worked_back(held.opened_on, target_on, steps)
    if len(dated) + len(done) > MOST_STEPS:
        raise FieldProblems({"target": f"最多排 {MOST_STEPS} 步。"})
    units = circle.units_for(session, case, {step.unit_id for step, _ in dated if step.unit_id}, "target")
    held.target_on = target_on
    session.execute(delete(Milestone).where(Milestone.sponsorship_id == held.id, Milestone.done_on.is_(None)))
    session.add_all(
        Milestone(sponsorship_id=held.id, what=step.what.strip(), due=due, unit_id=step.unit_id) for step, due in dated
    )
    circle.open_to_units(session, case, units, why=WHY, at=at)
    data = {"target": _day(target_on), "steps": len(dated)}
    words = {"steps": [f"{due} {step.what.strip()}" for step, due in dated]}
    note(session, actor, held, case, "planned", at, data, words)
    return held


def worked_back(opened: date, target: date | None, steps: Sequence[Step]) -> list[tuple[Step, date]]:
    """Each step with its day. Raises FieldProblems on "step" and its place: without a day, after the target, out of order."""
    problems: dict[str, str] = {}
    dated: list[tuple[Step, date]] = []
    for place, step in enumerate(steps):
        found = _dated(opened, target, step, dated[-1][1] if dated else None)
        if isinstance(found, str):
            problems[f"step{place}"] = found
        elif found is not None:
            dated.append((step, found))
    if problems:
        raise FieldProblems(problems)
    return dated


def fill_duties(
    session: Session, actor: Actor, sponsorship_id: int, texts: dict[str, str], *, version: int, at: datetime
) -> Sponsorship:
    """What was done under each duty of DUTIES. Raises Refused, StaleVersion, FieldProblems by the duty's code."""
    held, case = _reporting(session, actor, sponsorship_id, version)
    problems = {name: sentence for name, text in texts.items() if (sentence := silence_in(text))}
    if problems:
        raise FieldProblems(problems)
    changed = [name for name in DUTIES if name in texts and texts[name].strip() != getattr(held, name)]
    for name in changed:
        setattr(held, name, texts[name].strip())
    if changed:
        words = {DUTIES[name]: texts[name].strip() for name in changed}
        note(session, actor, held, case, "duties", at, {"duties": changed}, words)
    return held


def report(
    session: Session,
    actor: Actor,
    sponsorship_id: int,
    *,
    duty: str,
    words: str,
    attachment_id: int | None,
    at: datetime,
) -> ProgressNote:
    """What was done, with the paper of the case that shows it. Raises Refused, FieldProblems (duty, words, attachment)."""
    held, case = _reporting(session, actor, sponsorship_id, None)
    if duty not in DUTIES:
        raise FieldProblems({"duty": "请选择属于哪一项职责。"})
    if not words.strip():
        raise FieldProblems({"words": "请写明做了什么。"})
    paper = session.get(Attachment, attachment_id) if attachment_id else None
    if attachment_id and (paper is None or paper.case_id != case.id):
        raise FieldProblems({"attachment": "请从本事项的材料中选择。"})
    made = ProgressNote(
        sponsorship_id=held.id,
        duty=duty,
        words=words.strip(),
        attachment_id=attachment_id,
        at=at,
        account_id=actor.id,
    )
    session.add(made)
    stated = {"words": words.strip(), "paper": paper.name if paper else ""}
    note(session, actor, held, case, "noted", at, {"duty": duty}, stated)
    return made


def finish_step(
    session: Session, actor: Actor, milestone_id: int, *, done_on: date, evidence: str, at: datetime
) -> Milestone:
    """A step is done, and what shows it. Raises Refused, FieldProblems (done_on, evidence)."""
    step = session.get(Milestone, milestone_id)
    if step is None:
        raise Refused(NOT_HERE)
    held, case = _reporting(session, actor, step.sponsorship_id, None)
    session.refresh(step)
    if step.done_on is not None:
        raise Refused("这一步已经记为完成。")
    if not held.opened_on <= done_on <= day_of(at):
        raise FieldProblems({"done_on": f"完成日期应在 {held.opened_on} 到今天之间。"})
    if not evidence.strip():
        raise FieldProblems({"evidence": "请写明凭什么算完成，例如会议纪要、付款凭证。"})
    step.done_on, step.evidence = done_on, evidence.strip()[:LONGEST_EVIDENCE]
    data = {"step_id": step.id, "due": _day(step.due), "done": _day(done_on), "late": done_on > step.due}
    note(session, actor, held, case, "step_done", at, data, {"what": step.what, "evidence": step.evidence})
    return step


# ---- pieces that sponsors.py shares ----


def locked(session: Session, actor: Actor, sponsorship_id: int, version: int | None) -> tuple[Sponsorship, Case]:
    """The running sponsorship and its case, the case's row locked first as everywhere. Raises Refused, StaleVersion."""
    case_id = session.scalar(
        select(Sponsorship.case_id).where(Sponsorship.id == sponsorship_id, Sponsorship.centre_id == actor.centre_id)
    )
    if case_id is None:
        raise Refused(NOT_HERE)
    case = circle.open_case(session, actor, case_id)
    wanted = select(Sponsorship).where(Sponsorship.id == sponsorship_id).with_for_update()
    held = session.scalars(wanted.execution_options(populate_existing=True)).one()
    if held.closed_at is not None:
        raise Refused("这件包案已经结束。")
    if version is not None and version != held.version:
        raise StaleVersion([CHANGED], held.version)
    return held, case


def check_level(leader: Leader, level: str) -> None:
    """Raise FieldProblems on "level" where it is none, or above the leader's own."""
    if level not in LEVELS:
        raise FieldProblems({"level": "请选择包案层级。"})
    if 0 <= rank(leader.level) < rank(level):
        raise FieldProblems({"level": f"{leader.name}是{LEVELS[leader.level]}领导，不能作{LEVELS[level]}包案。"})


def parts(session: Session, case: Case, lead_unit_id: int | None, co_unit_ids: Sequence[int]) -> list[Unit]:
    """The lead unit and the others. Raises FieldProblems (lead, co)."""
    lead = circle.units_for(session, case, [lead_unit_id] if lead_unit_id else [], "lead")
    co = circle.units_for(session, case, _co(lead_unit_id, co_unit_ids), "co")
    if co and not lead:
        raise FieldProblems({"lead": "有配合单位的，请先填写牵头单位。"})
    if len(co) > MOST_UNITS:
        raise FieldProblems({"co": f"配合单位最多 {MOST_UNITS} 个。"})
    return [*lead, *co]


def titled(leader: Leader) -> str:
    """杜立新（市长）."""
    return f"{leader.name}（{leader.post}）" if leader.post else leader.name


def note(
    session: Session,
    actor: Actor,
    held: Sponsorship,
    case: Case,
    what: str,
    at: datetime,
    data: dict[str, Any],
    words: dict[str, Any],
) -> None:
    """An event on the case's timeline; the sponsorship has a new version."""
    held.version += 1
    session.flush()
    stated = {"sponsorship_id": held.id, **data}
    note_on_case(session, case, f"sponsor.{what}", actor, at, data=stated, words=words)


def _manager(actor: Actor) -> None:
    if not may_manage(actor):
        raise Refused("列入包案和调整包案由领导办公室或值班负责人办理。")


def _reporting(session: Session, actor: Actor, sponsorship_id: int, version: int | None) -> tuple[Sponsorship, Case]:
    held, case = locked(session, actor, sponsorship_id, version)
    if not may_report(actor, held, session.get_one(Leader, held.leader_id)):
        raise Refused("这件包案由包案领导、牵头和配合单位填写进展。")
    return held, case


def _dated(opened: date, target: date | None, step: Step, previous: date | None) -> date | str | None:
    """The step's day, None of an empty row, or what is wrong with it."""
    what = step.what.strip()
    if not what:
        return "请写明这一步做什么。" if step.due or step.before is not None else None
    if len(what) > LONGEST_STEP:
        return f"每一步最多 {LONGEST_STEP} 字。"
    if sentence := silence_in(what):
        return sentence
    due = step.due if step.before is None else _before_target(opened, target, step.before)
    if due is None:
        return "请填写日期，或填提前几天（例如 30）。"
    return due if isinstance(due, str) else _in_order(opened, target, due, previous)


def _before_target(opened: date, target: date | None, before: int) -> date | str:
    if target is None:
        return "还没有目标日，不能按提前天数倒排，请填写日期，或先填目标日。"
    left = (target - opened).days
    if before > left:
        return f"从列入包案到目标日只有 {left} 天，排不下提前 {before} 天的步骤。"
    return date.fromordinal(target.toordinal() - before)


def _in_order(opened: date, target: date | None, due: date, previous: date | None) -> date | str:
    if target is not None and due > target:
        return f"这一步（{due}）晚于目标日（{target}）。"
    if due < opened:
        return f"这一步（{due}）早于列入包案的日期（{opened}）。"
    if previous is not None and due < previous:
        return f"这一步（{due}）早于上一步（{previous}），请按先后填写。"
    return due


def _co(lead_unit_id: int | None, co_unit_ids: Sequence[int]) -> list[int]:
    return [unit_id for unit_id in dict.fromkeys(co_unit_ids) if unit_id != lead_unit_id]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
