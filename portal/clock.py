"""The only module that reads the time. Moments are aware UTC; days are the hall's days (Asia/Shanghai)."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

HALL: tzinfo = ZoneInfo("Asia/Shanghai")

_frozen: list[datetime] = []
_shift_file: list[Path] = []


def now() -> datetime:
    """The present moment, aware, in UTC."""
    if _frozen:
        return _frozen[-1]
    moment = datetime.now(UTC)
    return moment + _shift() if _shift_file else moment


def today() -> date:
    """The hall's calendar day."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """The hall's calendar day on which ``moment`` (aware) falls."""
    return moment.astimezone(HALL).date()


def local(moment: datetime) -> datetime:
    """``moment`` (aware) on the hall's wall clock."""
    return moment.astimezone(HALL)


def at_hall(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The UTC moment of a wall-clock time in the hall on ``day``."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=HALL).astimezone(UTC)


def follow(path: Path | None) -> None:
    """Take a shift in seconds from ``path`` at each reading (demo and tests only); None stops following."""
    _shift_file[:] = [path] if path else []


def travel(path: Path, to: datetime) -> None:
    """Write into ``path`` the shift that makes now() be ``to`` (aware) at this instant."""
    path.write_text(str((to - datetime.now(UTC)).total_seconds()), encoding="ascii")


@contextmanager
def frozen(moment: datetime):
    """Hold now() at ``moment`` (aware) inside the block, in this process."""
    _frozen.append(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.pop()


def _shift() -> timedelta:
    try:
        return timedelta(seconds=float(_shift_file[0].read_text(encoding="ascii")))
    except (FileNotFoundError, ValueError):
        return timedelta(0)
