"""The count of one period day by day: which days count, which are passed over and by which notice, where the last day comes to lie.

deadlines.due says where it ends; this says how it gets there. Pure. The last stretch always ends on the day that due gives.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from portal.statutes import counting
from portal.statutes.counting import BACK, FORWARD, MONTHS, Pause
from portal.statutes.table import Rule
from portal.statutes.workdays import ONE_DAY, Calendar

COUNTED, SKIPPED, PAUSED, EXTENDED, ROLLED = "counted", "skipped", "paused", "extended", "rolled"


@dataclass(frozen=True)
class Stretch:
    """Days that follow each other and share their fate: ``first`` to ``last`` in the order of counting.

    ``kind``: counted, extended (counted, on the strength of an extension), skipped (rest days that working days pass over),
    paused, rolled (rest days over which the last day moves on). ``number`` to ``until`` are the ordinals of counted days, None
    for months and years, which are not counted by days. ``reason`` names the holiday or 调休上班, ``notice`` its notice.
    ``known`` False: the year of these days is not published.
    """

    kind: str
    first: date
    last: date
    number: int | None = None
    until: int | None = None
    reason: str = ""
    notice: str = ""
    known: bool = True

    @property
    def days(self) -> int:
        """How many days it has."""
        return abs((self.last - self.first).days) + 1


def walk(
    rule: Rule, start: date, calendar: Calendar, pauses: Iterable[Pause] = (), extension: int = 0
) -> tuple[Stretch, ...]:
    """The stretches from the day after ``start`` (the day before, where counted back). Empty for hours and without a number.

    Raises what deadlines.due raises for a history that cannot be counted only as OverflowError; ask due first.
    """
    if rule.amount is None or rule.unit == "hour":
        return ()
    merged = counting.merge(pauses)
    direction = BACK if rule.backward else FORWARD
    if rule.unit in MONTHS or (extension and rule.extension_unit in MONTHS):
        days = _months(rule, start, calendar, merged, extension)
    else:
        days = _days(rule, start, calendar, merged, extension, direction)
    if rule.rolls_forward and rule.unit != "working_day":
        days += _roll(days[-1].last, calendar, merged)
    return _joined(days)


def _days(
    rule: Rule, start: date, calendar: Calendar, pauses: tuple[Pause, ...], extension: int, direction: int
) -> list[Stretch]:
    found: list[Stretch] = []
    parts = [(COUNTED, rule.amount or 0, rule.unit)]
    if extension:
        parts.append((EXTENDED, extension, rule.extension_unit))
    day, number = start, 0
    for kind, amount, unit in parts:
        left = amount
        while left:
            day += direction * ONE_DAY
            if counting.covering(pauses, day):
                found.append(_stretch(PAUSED, day, calendar))
            elif unit == "working_day" and not calendar.is_workday(day):
                found.append(_stretch(SKIPPED, day, calendar, calendar.reason(day)))
            else:
                left, number = left - 1, number + 1
                # natural days count whatever they are; a working weekend day is worth a word
                reason = calendar.reason(day) if unit == "working_day" else ""
                found.append(replace(_stretch(kind, day, calendar, reason), number=number, until=number))
    return found


def _months(rule: Rule, start: date, calendar: Calendar, pauses: tuple[Pause, ...], extension: int) -> list[Stretch]:
    """Months and years are reached by their corresponding day (民法典 第二百零二条); paused days push it on."""
    plain = counting.run(start, rule.amount or 0, rule.unit, calendar)
    found = [_stretch(COUNTED, start + ONE_DAY, calendar, until=plain.last)]
    ends = counting.run(start, rule.amount or 0, rule.unit, calendar, pauses).last
    within = [pause for pause in pauses if pause[0] <= ends and pause[1] > start]
    found += [_stretch(PAUSED, max(first, start + ONE_DAY), calendar, until=last) for first, last in within]
    if ends != found[-1].last:
        found.append(_stretch(COUNTED, plain.last + ONE_DAY, calendar, until=ends))
    if extension:
        longer = counting.run(ends, extension, rule.extension_unit, calendar, pauses).last
        if rule.extension_unit == rule.unit:
            longer = counting.run(start, (rule.amount or 0) + extension, rule.unit, calendar, pauses).last
        found.append(_stretch(EXTENDED, ends + ONE_DAY, calendar, until=longer))
    return found


def _roll(last: date, calendar: Calendar, pauses: tuple[Pause, ...]) -> list[Stretch]:
    """The rest days over which the last day moves, and the working day on which it comes to rest (民法典 第二百零三条)."""
    if calendar.is_workday(last):
        return []
    end = counting.roll(last, calendar, pauses)
    found = []
    for day in counting.days_between(last, end - ONE_DAY):
        kind = PAUSED if counting.covering(pauses, day) else ROLLED
        found.append(_stretch(kind, day, calendar, calendar.reason(day)))
    return [*found, replace(_stretch(COUNTED, end, calendar, "顺延后的最后一日"))]


def _stretch(kind: str, day: date, calendar: Calendar, reason: str = "", *, until: date | None = None) -> Stretch:
    last = until or day
    notice = calendar.notice(day) if reason else ""
    return Stretch(kind, day, last, None, None, reason, notice, calendar.published(day) and calendar.published(last))


def _joined(days: list[Stretch]) -> tuple[Stretch, ...]:
    """Days that follow each other and share their fate, told once."""
    found: list[Stretch] = []
    for day in days:
        before = found[-1] if found else None
        if before and _like(before) == _like(day) and abs((day.first - before.last).days) == 1:
            found[-1] = replace(before, last=day.last, until=day.until)
        else:
            found.append(day)
    return tuple(found)


def _like(day: Stretch) -> tuple[object, ...]:
    return (day.kind, day.reason, day.notice, day.known, day.number is None)
