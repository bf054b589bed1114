"""How long a period lasted, for the database to sum up: the same expression on SQLite and PostgreSQL."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, extract

from portal.queue.models import Period


def between(start: Any, end: Any) -> ColumnElement[int]:
    """Whole seconds from ``start`` to ``end``."""
    return cast(extract("epoch", end), Integer) - cast(extract("epoch", start), Integer)


def lasted(period: Any = Period) -> ColumnElement[int]:
    """Seconds of a closed period."""
    return between(period.start, period.end)
