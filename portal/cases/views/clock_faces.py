"""A legal period as the case page shows it, and 为什么是这一天: the count told from the law, the history and the calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import queries, registry
from portal.cases.models import Case, Clock, ClockExtension, ClockPause, Proceeding
from portal.cases.operations import clocks
from portal.cases.operations.clocks import History
from portal.cases.operations.unnamed import Unnamed, begins_without, of_proceedings
from portal.clock import local
from portal.statutes import grounds
from portal.statutes import queries as statutes
from portal.statutes.explain import UNITS
from portal.statutes.table import Rule
from portal.statutes.walk import COUNTED, PAUSED, ROLLED, Stretch, walk


@dataclass(frozen=True)
class Lamp:
    """A word and a level for the lamp: "ok", "near", "late", "none"."""

    word: str
    level: str


@dataclass(frozen=True)
class ClockShown:
    """A legal period with its law on its face. ``acts``: (endpoint, label) of what this reader may do to it now."""

    id: int
    step: str
    article: str
    started_on: date
    due: date | None
    lamp: Lamp
    running: bool
    provisional: bool
    verified: bool
    binds_office: bool
    named: bool
    paused_since: date | None
    extended: str
    acts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PauseTold:
    """One pause: its days, the reason the law names, what was noted."""

    first: date
    last: date | None
    ground: str
    article: str
    note: str


@dataclass(frozen=True)
class Why:
    """Everything the panel 为什么是这一天 says. ``days`` is empty where nothing is counted (指定日期) or counted in hours."""

    face: ClockShown
    facts: tuple[tuple[str, str], ...]
    days: tuple[Stretch, ...]
    pauses: tuple[PauseTold, ...]
    extensions: tuple[ClockExtension, ...]
    unit: str  # of the extensions
    cap: str
    roll: str
    steps: tuple[str, ...]


def lamp_of(due: date, started: date, today: date, *, verified: bool = True) -> Lamp:
    """Green, amber in the last third of the period, red after it. An unverified rule never marks anybody overdue."""
    left = (due - today).days
    if not verified:
        return Lamp("未核", "none")
    if left < 0:
        return Lamp(f"超期 {-left} 日", "late")
    if left == 0:
        return Lamp("今日到期", "near")
    return Lamp(f"余 {left} 日", "near" if left * 3 <= (due - started).days else "ok")


def faces(
    session: Session, actor: Actor, case: Case, platforms: Mapping[int, str], today: date
) -> dict[int, list[ClockShown]]:
    """The case's periods by the id of their proceeding (``platforms``: whose it is), running ones first."""
    found = queries.clocks(session, actor, case)
    if not found:
        return {}
    book = statutes.law(session).rules
    told = clocks.histories(session, found)
    shown: dict[int, list[ClockShown]] = {}
    for clock in found:
        rule = book.on(clock.key, clock.started_on)
        mine = handles(actor, platforms[clock.proceeding_id]) and case.closed_at is None
        face = _face(clock, rule, told[clock.id], today, mine=mine)
        shown.setdefault(clock.proceeding_id, []).append(face)
    return shown


def handles(actor: Actor, platform_code: str) -> bool:
    """Whether ``actor`` may change periods of that platform's procedures."""
    return platform_code in actor.platforms and actor.may(registry.platform(platform_code).handle)


def undated(session: Session, actor: Actor, case: Case) -> tuple[Unnamed, ...]:
    """Periods of the actor's own platforms that have begun and have no last day; none where the case is closed.

    No query where none of the platforms knows such a period.
    """
    mine = [code for code in actor.platforms if handles(actor, code) and begins_without(code)]
    if case.closed_at is not None or not mine:
        return ()
    wanted = select(Proceeding).where(Proceeding.case_id == case.id, Proceeding.platform.in_(mine))
    return tuple(of_proceedings(session, list(session.scalars(wanted))))


def why(session: Session, actor: Actor, clock: Clock, today: date) -> Why:
    """The panel for ``clock``, already found visible: counted anew from what is stored."""
    law = statutes.law(session)
    rule = law.rules.on(clock.key, clock.started_on)
    history = clocks.histories(session, [clock])[clock.id]
    due = clocks.due_of(rule, history, law.calendar)
    pauses = session.scalars(select(ClockPause).where(ClockPause.clock_id == clock.id).order_by(ClockPause.first))
    longer = select(ClockExtension).where(ClockExtension.clock_id == clock.id).order_by(ClockExtension.id)
    ended = [(first, last) for first, last in history.pauses if last is not None]
    days = walk(rule, clock.started_on, law.calendar, ended, history.extension)
    return Why(
        face=_face(clock, rule, history, today, mine=False),
        facts=_facts(clock, rule, due),
        days=days,
        pauses=tuple(_pause(clock.key, row) for row in pauses),
        extensions=tuple(session.scalars(longer)),
        unit=UNITS.get(rule.extension_unit, ""),
        cap=_cap(rule, history),
        roll=_roll(rule, days, history),
        steps=due.steps,
    )


def _face(clock: Clock, rule: Rule, history: History, today: date, *, mine: bool) -> ClockShown:
    running = clock.stopped_at is None
    return ClockShown(
        id=clock.id,
        step=rule.step,
        article=rule.citation,
        started_on=clock.started_on,
        due=clock.effective_due,
        lamp=_lamp(clock, rule, history, today),
        running=running,
        provisional=clock.provisional,
        verified=clock.verified,
        binds_office=rule.binds == "office",
        named=clock.named_due is not None,
        paused_since=history.paused_since,
        extended=_extended(rule, history),
        acts=tuple(_acts(clock, rule, history, today)) if mine and running else (),
    )


def _lamp(clock: Clock, rule: Rule, history: History, today: date) -> Lamp:
    if clock.stopped_at is not None:
        return Lamp("已停止", "none")
    if history.paused_since:
        return Lamp("暂停中", "none")
    if clock.effective_due is None:
        return Lamp("中心尚未设定", "none")
    if clock.verified and rule.binds != "office":
        return Lamp("当事人权利期限", "none") if rule.binds == "party" else Lamp("提示", "none")
    return lamp_of(clock.effective_due, clock.started_on, today, verified=clock.verified)


def _acts(clock: Clock, rule: Rule, history: History, today: date) -> list[tuple[str, str]]:
    found = []
    if history.paused_since:
        found.append(("cases.resume_clock", "恢复计算"))
    elif grounds.pausing(clock.key):
        found.append(("cases.pause_clock", "暂停计算"))
    due = clock.effective_due
    left = rule.extension_amount is not None and history.extension < rule.extension_amount
    if due is not None and (left or grounds.extends_to_a_day(rule)):
        # what was approved in time may be typed later
        found.append(("cases.extend_clock", "延长" if due >= today else "补登期内批准的延长"))
    if rule.amount is None:
        found.append(("cases.name_clock_day", "改指定日期"))
    return [*found, ("cases.correct_clock_start", "更正起算日")]


def _extended(rule: Rule, history: History) -> str:
    if history.until:
        return f"已延长到 {history.until}"
    return f"已延长 {history.extension}{UNITS[rule.extension_unit]}" if history.extension else ""


def _facts(clock: Clock, rule: Rule, due: clocks.Reckoned) -> tuple[tuple[str, str], ...]:
    length = f"{rule.amount}{UNITS[rule.unit]}" if rule.amount is not None else "法律没有规定数字，按指定日期"
    version = f"{rule.valid_from} 起施行的规定" if rule.valid_from else "施行日未载明"
    target = f"{due.internal_target}（不晚于最后一日的最后一个工作日）" if due.internal_target else ""
    told = [
        ("依据", rule.citation + ("" if clock.verified else "（未核，只作参考，不计超期）")),
        ("期限", length),
        ("起算点", rule.starts_at),
        ("起算日", f"{clock.started_on}" + (f"（{_event(clock.start_event)}）" if _event(clock.start_event) else "")),
        ("指定的依据", clock.named_source if clock.named_due else ""),
        ("不暂停、不延长时", f"{due.natural_due}"),
        ("内部目标日", target),
        ("依据的版本", version),
        ("日历的版本", _calendar_version(clock.calendar_version)),
    ]
    return tuple((label, value) for label, value in told if value)


def _calendar_version(version: str) -> str:
    """The stored version ("771@2026-11-26T02:30:57+00:00") in words."""
    count, _, loaded = version.partition("@")
    try:
        return f"{count} 个放假和调休日，{local(datetime.fromisoformat(loaded)):%Y-%m-%d %H:%M} 更新"
    except ValueError:
        return version


def _event(event: str) -> str:
    platform, _, step = event.partition(".")
    if step == "opening":
        return "开启程序"
    try:
        return registry.platform(platform).step(step).label
    except KeyError:
        return ""


def _pause(key: str, row: ClockPause) -> PauseTold:
    ground = grounds.named(key, row.ground)
    label, article = (ground.label, ground.citation) if ground else (row.ground, "")
    return PauseTold(row.first, row.last, label, article, row.note)


def _cap(rule: Rule, history: History) -> str:
    if rule.extension_amount is not None:
        unit = UNITS[rule.extension_unit]
        return f"合计最多延长 {rule.extension_amount}{unit}，已用 {history.extension}；条件：{rule.extension_needs}。"
    if grounds.extends_to_a_day(rule):
        return f"可以延长，法律没有规定天数；条件：{rule.extension_needs}。"
    return "" if rule.amount is None else "所依据的规定没有延长的条文。"


def _roll(rule: Rule, days: tuple[Stretch, ...], history: History) -> str:
    if rule.amount is None or history.until:
        return "最后一日是指定的日期，不顺延。"
    if rule.backward:
        return "倒数的期限不顺延。"
    if rule.unit in ("working_day", "hour"):
        return (
            "按工作日计算，最后一日总是工作日，不发生顺延。" if rule.unit == "working_day" else "按小时计算，不顺延。"
        )
    if not rule.rolls_forward:
        return "不顺延：所依据的规定没有写最后一日逢休息日顺延。"
    if any(day.kind == ROLLED for day in days):
        return "顺延：最后一日逢休息日，移到休息日结束后的第一个工作日（民法典第二百零三条）。"
    return "逢休息日才顺延；最后一日是工作日，不顺延。"


KIND_LABELS = {COUNTED: "计入", "extended": "延长，计入", "skipped": "不计", PAUSED: "暂停，不计", ROLLED: "顺延"}
