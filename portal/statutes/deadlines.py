"""When a time limit ends: pure counting of one rule from one start, with the reasons said in Chinese.

Sources: 民法典 第二百零一至二百零三条 (day of start excluded, hours at once, corresponding day, last day on a rest day),
民事诉讼法 第八十五条; petition periods that bind the office do not roll (信访工作条例 has no counting article).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.clock import HALL
from portal.statutes import counting, explain, grounds, rulebook
from portal.statutes.counting import Pause, Run
from portal.statutes.errors import (
    BadInput,
    DeadlineTableError,
    ExtensionRefused,
    NotSetByLaw,
    StatuteError,
    UnknownRule,
)
from portal.statutes.rulebook import Rulebook
from portal.statutes.table import Rule, load, parse, rules
from portal.statutes.workdays import Calendar, from_chinesecalendar

__all__ = [
    "BadInput", "DeadlineTableError", "Due", "ExtensionRefused", "NotSetByLaw", "Rule", "StatuteError", "UnknownRule",
    "answer", "due", "load", "parse", "rule", "rules",
]  # fmt: skip

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?)?", re.ASCII)
OUT_OF_RANGE = "日期超出可以计算的范围"


@dataclass(frozen=True)
class Due:
    """The end of one period.

    ``natural_due``: without pauses, extension and roll. ``effective_due``: with all of them. Both are dates, for hour rules
    aware datetimes (Asia/Shanghai). ``internal_target``: for rules that bind the office the last working day on or before
    ``effective_due``; None for other rules, where the calendar is not published, or where no working day lies in the period.
    ``provisional``: a day that mattered lies in an unpublished year. ``steps``: Chinese sentences that walk through the count.
    """

    natural_due: date | datetime
    effective_due: date | datetime
    internal_target: date | None
    provisional: bool
    verified: bool
    article: str
    steps: tuple[str, ...]


def rule(key: str) -> Rule:
    """The portal's rule of that key. Raises UnknownRule."""
    found = rules().get(key)
    if found is None:
        raise UnknownRule(f"没有名为“{key}”的期限")
    return found


def due(
    rule: Rule, start: date | datetime, calendar: Calendar, *, pauses: Iterable[Pause] = (), extension: int = 0
) -> Due:
    """Count ``rule`` from ``start``, an aware datetime for hour rules, else a day (an aware datetime gives its Shanghai day).

    ``pauses``: closed ranges (first, last) of days that are not counted. ``extension``: how many of ``rule.extension_unit``
    were granted. Raises NotSetByLaw, ExtensionRefused, BadInput (reversed pause, naive moment, result beyond year 9999).
    """
    if rule.amount is None:
        raise NotSetByLaw(f"{rule.citation}没有规定“{rule.step}”的期限数字，须由中心配置或逐件指定日期")
    _check_extension(rule, extension)
    merged = _checked(pauses)
    try:
        if rule.unit == "hour":
            return _due_in_hours(rule, start, merged, extension)
        return _due_in_days(rule, _day_of(start), calendar, merged, extension)
    except OverflowError:
        raise BadInput(OUT_OF_RANGE) from None


def answer(
    key: str,
    start_text: str,
    pause_texts: Sequence[str] = (),
    extend: int = 0,
    calendar: Calendar | None = None,
    book: Rulebook | None = None,
) -> dict[str, Any]:
    """The count as a JSON-able dict: key, natural_due, effective_due, internal_target, provisional, verified, article, steps.

    ``start_text``: YYYY-MM-DD, or YYYY-MM-DDTHH:MM with an optional zone (Asia/Shanghai without one). An hour rule given only
    a day runs from 0:00, the earliest it can. ``pause_texts``: FROM..TO, both days paused. ``calendar``: the published years
    when None. ``book``: the portal's own table when None; the version in force on the day of start counts. Raises
    UnknownRule, NotSetByLaw, BadInput (ExtensionRefused is one), each with a Chinese message.
    """
    days, book = calendar or from_chinesecalendar(), book or rulebook.own()
    newest = book.newest(key)
    if newest.amount is None and len(book.held(key)) == 1:
        due(newest, date.min, days)  # says that the law sets no number, whatever else was typed
    begun = _start(newest, start_text)
    found = book.on(key, _day_of(begun))
    start = _start(found, start_text)
    pauses = [_pause(text) for text in pause_texts]
    counted = due(found, start, days, pauses=pauses, extension=extend)
    steps = counted.steps
    if found.unit == "hour" and DAY.fullmatch(start_text.strip()):
        steps = ("起算只写了日期，没有写时刻，按当日零时起算（最早的可能）。", *steps)
    if pauses:
        steps = (*steps, _pause_law(found))
    return {
        "key": key,
        "natural_due": counted.natural_due.isoformat(),
        "effective_due": counted.effective_due.isoformat(),
        "internal_target": counted.internal_target.isoformat() if counted.internal_target else None,
        "provisional": counted.provisional,
        "verified": counted.verified,
        "article": counted.article,
        "steps": list(steps),
    }


def _due_in_days(rule: Rule, start: date, calendar: Calendar, pauses: tuple[Pause, ...], extension: int) -> Due:
    natural = _period(rule, start, 0, calendar, ())
    paused = _period(rule, start, 0, calendar, pauses)
    extended = _period(rule, start, extension, calendar, pauses)
    rolls = rule.rolls_forward and rule.unit != "working_day"
    effective = counting.roll(extended.last, calendar, pauses) if rolls else extended.last
    target = _target(rule, start, effective, calendar)
    mattered = {*natural.counted, *natural.skipped, natural.last, *extended.counted, *extended.skipped, effective}
    unpublished = sorted({day.year for day in mattered if not calendar.published(day)})
    steps = explain.days(
        explain.Story(
            rule, start, calendar, pauses, extension, natural, paused, extended, effective, target, tuple(unpublished)
        )
    )
    return Due(natural.last, effective, target, bool(unpublished), rule.verified, rule.citation, steps)


def _due_in_hours(rule: Rule, start: date | datetime, pauses: tuple[Pause, ...], extension: int) -> Due:
    if not isinstance(start, datetime) or start.tzinfo is None:
        raise BadInput("按小时计算的期限，起算须写明时刻和时区")
    moment = start.astimezone(HALL)
    hours = rule.amount or 0
    natural = counting.add_hours(moment, hours, ())
    effective = counting.add_hours(moment, hours + extension, pauses)
    # No day is counted, so no calendar can move the result: it is never provisional and has no working-day target.
    steps = explain.hours(rule, moment, natural, effective, pauses, extension)
    return Due(natural, effective, None, False, rule.verified, rule.citation, steps)


def _period(rule: Rule, start: date, extension: int, calendar: Calendar, pauses: tuple[Pause, ...]) -> Run:
    direction = counting.BACK if rule.backward else counting.FORWARD
    amount = rule.amount or 0
    if not extension or rule.extension_unit == rule.unit:
        # One count over both parts: 1 + 1 months from 31 January is 31 March, not 28 March.
        return counting.run(start, amount + extension, rule.unit, calendar, pauses, direction)
    first = counting.run(start, amount, rule.unit, calendar, pauses, direction)
    second = counting.run(first.last, extension, rule.extension_unit, calendar, pauses, direction)
    return Run(second.last, first.counted + second.counted, first.skipped + second.skipped)


def _target(rule: Rule, start: date, effective: date, calendar: Calendar) -> date | None:
    if rule.binds != "office":
        return None
    found = calendar.last_workday_until(effective)
    # A forward period that holds no working day at all would put the target before the matter came in.
    return None if found and not rule.backward and found < start else found


def _check_extension(rule: Rule, extension: int) -> None:
    if isinstance(extension, bool) or not isinstance(extension, int):
        raise BadInput("延长须是整数")
    if extension < 0:
        raise ExtensionRefused("延长不能是负数")
    if extension and rule.extension_amount is None:
        ground = f"({rule.extension_needs})" if rule.extension_needs else ""
        raise ExtensionRefused(f"{rule.citation}没有规定可以延长的数字{ground}")
    if extension > (rule.extension_amount or 0):
        unit = explain.UNITS[rule.extension_unit]
        raise ExtensionRefused(
            f"延长{extension}{unit}超过上限：{rule.citation}规定合计不超过{rule.extension_amount}{unit}"
        )


def _checked(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    days = [(_day_of(first), _day_of(last)) for first, last in pauses]
    for first, last in days:
        if last < first:
            raise BadInput(f"暂停的止日{last}早于起日{first}")
    return counting.merge(days)


def _day_of(moment: date | datetime) -> date:
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise BadInput("时刻没有时区，无法确定是哪一天")
    return moment.astimezone(HALL).date()


def _pause_law(rule: Rule) -> str:
    """What a pause rests on: the calculator counts any, a case is paused only for a reason that a statute names."""
    named = "、".join(f"{ground.label}（{ground.citation}）" for ground in grounds.pausing(rule.key))
    return (
        f"可以暂停的情形：{named}。" if named else "所依据的规定没有可以暂停的情形，办理中的事项不能这样暂停，请核对。"
    )


def _start(rule: Rule, text: str) -> date | datetime:
    text = text.strip()
    matched = MOMENT.fullmatch(text)
    try:
        if not matched:
            raise ValueError(text)
        moment = datetime.fromisoformat(text)  # a bare day becomes 0:00
        moment = moment.astimezone(HALL) if moment.tzinfo else moment.replace(tzinfo=HALL)
    except (ValueError, OverflowError):
        raise BadInput(f"起算日“{text}”不是有效日期，应写成 2026-11-23 或 2026-11-23T10:30 的样子") from None
    return moment if rule.unit == "hour" else moment.date()


def _pause(text: str) -> Pause:
    first, dots, last = text.strip().partition("..")
    try:
        if not (dots and DAY.fullmatch(first) and DAY.fullmatch(last)):
            raise ValueError(text)
        return date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise BadInput(f"暂停“{text}”不是有效的起止日期，应写成 2026-10-01..2026-10-07 的样子") from None
