"""为什么是这一天: the count told in Chinese sentences, one thought each, never more than a dozen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from portal.statutes.counting import MONTHS, Pause, Run, overlap
from portal.statutes.table import Rule
from portal.statutes.workdays import ONE_DAY, SATURDAY, WEEKEND, Calendar

UNITS = {"hour": "小时", "calendar_day": "日（自然日）", "working_day": "个工作日", "month": "个月", "year": "年"}
# as a citizen reads them
PLAIN_UNITS = UNITS | {"calendar_day": "日"}
ORDINALS = {"calendar_day": "天", "working_day": "个工作日"}
WEEKDAYS = "一二三四五六日"
SPELLED_OUT = 7  # counts up to this length name every day
LISTED = 4  # longer lists of spans are cut here


@dataclass(frozen=True)
class Story:
    """Everything that led to one day. ``natural``, ``paused``, ``extended``: the count without, with pauses, with the extension."""

    rule: Rule
    start: date
    calendar: Calendar
    pauses: tuple[Pause, ...]
    extension: int
    natural: Run
    paused: Run
    extended: Run
    effective: date
    target: date | None
    unpublished: tuple[int, ...]


def days(story: Story) -> tuple[str, ...]:
    """The sentences for a period counted in days, months or years."""
    told = [
        _law(story.rule),
        _validity(story.rule, story.start),
        _start(story),
        _count(story),
        _pauses(story),
        _extension(story),
        _weekends(story),
        _holidays(story),
        _last_day(story),
        _provisional(story),
        _end(story),
    ]
    return tuple(sentence for sentence in told if sentence)


def hours(
    rule: Rule, start: datetime, natural: datetime, effective: datetime, pauses: Sequence[Pause], extension: int
) -> tuple[str, ...]:
    """The sentences for a period counted in hours."""
    told = [
        _law(rule),
        _validity(rule, start.date()),
        f"按小时计算的期限即时起算（民法典第二百零一条），自{_moment(start)}起。",
        f"满{rule.amount}小时为{_moment(natural)}，夜间和休息日照常计算。",
        f"经批准延长{extension}小时。" if extension else "",
        f"暂停{_spans(pauses)}期间的小时不计。" if pauses else "",
        f"期限届满：{_moment(effective)}。",
    ]
    return tuple(sentence for sentence in told if sentence)


def _law(rule: Rule) -> str:
    unchecked = "" if rule.verified else "此期限未核对原文（未核），只作参考。"
    return f"依据{rule.citation}，起算点：{rule.starts_at}，期限：{rule.amount}{UNITS[rule.unit]}。{unchecked}"


def _validity(rule: Rule, start: date) -> str:
    if rule.valid_from and start < rule.valid_from:
        return f"起算日早于该规定的施行日{rule.valid_from}，当时的规定可能不同，请核对。"
    if rule.valid_to and start > rule.valid_to:
        return f"起算日晚于该规定的失效日{rule.valid_to}，请核对现行规定。"
    return ""


def _start(story: Story) -> str:
    if story.rule.backward:
        return f"{_day(story.start)}当日不计入，从{_day(story.start - ONE_DAY)}起向前倒数。"
    return f"{_day(story.start)}是起算日，开始的当日不计入，自{_day(story.start + ONE_DAY)}起计算。"


def _count(story: Story) -> str:
    rule, natural = story.rule, story.natural
    if rule.unit in MONTHS:
        if natural.last.day != story.start.day:
            return f"到期月没有对应日，以该月末日{_day(natural.last)}为最后一日（民法典第二百零二条）。"
        return f"到期月的对应日是{_day(natural.last)}（民法典第二百零二条）。"
    word = ORDINALS[rule.unit]
    if rule.unit == "calendar_day":
        return f"第{rule.amount}天是{_day(natural.last)}；按自然日计算，中间的周末和节假日都计入。"
    if len(natural.counted) <= SPELLED_OUT:
        named = "、".join(f"第{number}{word}{_worked(story, day)}" for number, day in enumerate(natural.counted, 1))
        return f"逐日计数：{named}。"
    made_up = [_worked(story, day) for day in natural.counted if day.weekday() >= SATURDAY]
    also = f"；其中计入调休上班日{'、'.join(made_up)}" if made_up else ""
    return f"第1{word}是{_day(natural.counted[0])}，第{rule.amount}{word}是{_day(natural.last)}{also}。"


def _worked(story: Story, day: date) -> str:
    reason = story.calendar.reason(day)
    return f"{_day(day)[:-1]}，{reason}）" if reason else _day(day)


def _pauses(story: Story) -> str:
    if not story.pauses:
        return ""
    inside = [(pause, overlap(pause, story.start, story.effective)) for pause in story.pauses]
    counted = [pause for pause, length in inside if length]
    if not counted:
        return f"暂停{_spans(story.pauses)}不在期限内，不影响计算。"
    told = f"暂停{_spans(counted)}，在期限内的{sum(length for _, length in inside)}天不计"
    if story.paused.last == story.natural.last:
        return f"{told}。"
    verb = "向前移到" if story.rule.backward else "推到"
    return f"{told}，最后一日由{_day(story.natural.last)}{verb}{_day(story.paused.last)}。"


def _extension(story: Story) -> str:
    if not story.extension:
        return ""
    return f"经批准延长{story.extension}{UNITS[story.rule.extension_unit]}，接续计算到{_day(story.extended.last)}。"


def _weekends(story: Story) -> str:
    skipped = sorted(day for day in story.extended.skipped if story.calendar.reason(day) == WEEKEND)
    return f"周末不计：{_spans(_runs(skipped))}，共{len(skipped)}天。" if skipped else ""


def _holidays(story: Story) -> str:
    skipped = sorted(day for day in story.extended.skipped if story.calendar.reason(day) != WEEKEND)
    named = []
    for (reason, notice), group in groupby(
        skipped, key=lambda day: (story.calendar.reason(day), story.calendar.notice(day))
    ):
        named.append(f"{reason}{_spans(_runs(list(group)))}{f'({notice})' if notice else ''}")
    return f"放假不计（国务院办公厅年度放假通知）：{'、'.join(named)}。" if named else ""


def _last_day(story: Story) -> str:
    last, calendar = story.extended.last, story.calendar
    if story.rule.unit == "working_day":
        return ""
    if calendar.is_workday(last):
        made_up = story.rule.rolls_forward and calendar.reason(last)
        return f"最后一日{_day(last)}是{calendar.reason(last)}日，不顺延。" if made_up else ""
    notice = f"({calendar.notice(last)})" if calendar.notice(last) else ""
    if story.rule.rolls_forward:
        return f"最后一日{_day(last)}逢{calendar.reason(last)}{notice}，顺延到休息日结束后的{_day(story.effective)}。"
    return f"最后一日{_day(last)}逢{calendar.reason(last)}{notice}；本期限不因休息日顺延。"


def _provisional(story: Story) -> str:
    if not story.unpublished:
        return ""
    years = "、".join(f"{year}年" for year in story.unpublished)
    return f"{years}的放假安排不在已公布的日历内，涉及的日子只按周末推算；结果是暂定的，日历公布后重新计算。"


def _end(story: Story) -> str:
    rule = story.rule
    if rule.binds == "threshold":
        return f"这是门槛，不是办理期限：自{_day(story.effective + ONE_DAY)}起，距届满不足{rule.amount}{UNITS[rule.unit]}。"
    closing = f"最迟在{_day(story.effective)}完成" if rule.backward else f"期限届满：{_day(story.effective)}"
    if story.target:
        return f"{closing}；内部目标日（不晚于该日的最后一个工作日）:{_day(story.target)}。"
    return f"{closing}。"


def _runs(sorted_days: list[date]) -> list[Pause]:
    runs: list[Pause] = []
    for day in sorted_days:
        if runs and day - runs[-1][1] == ONE_DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _spans(ranges: Sequence[Pause]) -> str:
    named = [f"{first}至{last}" if last > first else f"{first}" for first, last in ranges]
    return "、".join(named[:LISTED]) + ("等" if len(named) > LISTED else "")


def _day(day: date) -> str:
    return f"{day}（周{WEEKDAYS[day.weekday()]}）"


def _moment(moment: datetime) -> str:
    return f"{_day(moment.date())}{moment:%H:%M}"
