"""How days, times and durations look on every page."""

from datetime import date, datetime, timedelta

from flask import Flask

from portal.clock import local

WEEKDAYS = "一二三四五六日"


def init_app(app: Flask) -> None:
    """Make the formats template filters."""
    app.add_template_filter(day)
    app.add_template_filter(moment)
    app.add_template_filter(clock_time)
    app.add_template_filter(second_time)
    app.add_template_filter(chinese_day)
    app.add_template_filter(minutes)
    app.add_template_filter(spell)


def day(value: date | datetime | None) -> str:
    """2026-12-08; a moment is shown as the hall's day."""
    if value is None:
        return ""
    return f"{local(value) if isinstance(value, datetime) else value:%Y-%m-%d}"


def moment(value: datetime | None) -> str:
    """2026-12-08 09:41 in the hall."""
    return f"{local(value):%Y-%m-%d %H:%M}" if value else ""


def clock_time(value: datetime | None) -> str:
    """09:41 in the hall."""
    return f"{local(value):%H:%M}" if value else ""


def second_time(value: datetime | None) -> str:
    """09:41:07 in the hall (数据时间)."""
    return f"{local(value):%H:%M:%S}" if value else ""


def chinese_day(value: date | datetime | None) -> str:
    """12月8日 星期二."""
    if value is None:
        return ""
    shown = local(value).date() if isinstance(value, datetime) else value
    return f"{shown.month}月{shown.day}日 星期{WEEKDAYS[shown.weekday()]}"


def minutes(value: timedelta | float | None) -> int:
    """Whole minutes of a duration (or of seconds), rounded down."""
    if value is None:
        return 0
    return int((value.total_seconds() if isinstance(value, timedelta) else value) // 60)


def spell(value: timedelta | float | None) -> str:
    """A duration in words: 7 分 or 1 小时 5 分."""
    whole = minutes(value)
    return f"{whole // 60} 小时 {whole % 60} 分" if whole >= 60 else f"{whole} 分"
