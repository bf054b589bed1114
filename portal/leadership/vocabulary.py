"""The words of the roster: bodies, levels, manners of receiving, halves of a day, states; and how days and places are said."""

from datetime import date, timedelta

from portal.organisation.spans import clock_text

BODIES = (
    ("party", "党委"),
    ("congress", "人大"),
    ("government", "政府"),
    ("cppcc", "政协"),
    ("department", "部门"),
    ("county", "县市区"),
)
LEVELS = (("city", "市级"), ("county", "县级"))
KINDS = (("fixed", "定点接访"), ("trip", "下访"), ("invited", "约访"), ("carried", "带案下访"))
HALVES = (("am", "上午"), ("pm", "下午"))
DUTY_HALVES = (*HALVES, ("day", "全天"))
DUTY_KINDS = (("meeting", "会议"), ("trip", "外出"), ("leave", "请假"), ("sick", "病假"))
PERIODS = (("week", "每周"), ("month", "每月"), ("quarter", "每季度"), ("year", "每年"))
STATES = {
    "draft": "草稿",
    "submitted": "待审签",
    "approved": "已审签，待公布",
    "published": "已公布",
    "amending": "已公布，修改中",
    "resubmitted": "修改待审签",
}
WORKED_ON = ("draft", "amending")
WAITING = ("submitted", "resubmitted")
AWAY = ("trip", "carried")
NOON = 12 * 60
NOT_SET = "中心尚未设定"

ONE_DAY = timedelta(days=1)
ONE_WEEK = timedelta(weeks=1)
DAYS_OF_WEEK = 7
WEEKDAYS = "一二三四五六日"

BODY_LABELS, KIND_LABELS, HALF_LABELS = dict(BODIES), dict(KINDS), dict(HALVES)
DUTY_LABELS, DUTY_HALF_LABELS, PERIOD_LABELS = dict(DUTY_KINDS), dict(DUTY_HALVES), dict(PERIODS)


def monday_of(day: date) -> date:
    """The Monday of the week in which ``day`` lies."""
    return day - ONE_DAY * day.weekday()


def days_of(monday: date) -> tuple[date, ...]:
    """The seven days that begin with ``monday``."""
    return tuple(monday + ONE_DAY * place for place in range(DAYS_OF_WEEK))


def day_words(day: date) -> str:
    """12月2日（周三）."""
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def when_words(day: date, half: str) -> str:
    """12月2日（周三）上午."""
    return f"{day_words(day)}{HALF_LABELS[half]}"


def span_words(starts: int, ends: int) -> str:
    """09:00–11:30, from minutes of the day."""
    return f"{clock_text(starts)}–{clock_text(ends)}"


def week_words(monday: date) -> str:
    """11月30日至12月6日."""
    sunday = monday + ONE_DAY * (DAYS_OF_WEEK - 1)
    return f"{monday.month}月{monday.day}日至{sunday.month}月{sunday.day}日"


def frequency_words(times: int | None, per: str) -> str:
    """每季度 1 次; 中心尚未设定 where the centre set none."""
    return NOT_SET if times is None else f"{PERIOD_LABELS[per]} {times} 次"
