"""The week as a grid: who receives on which day, who does not, and what speaks against it. Pure."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.leadership.models import Leader
from portal.leadership.queries.roster import Row
from portal.leadership.vocabulary import BODY_LABELS, days_of


@dataclass(frozen=True)
class Chip:
    """One reception in the grid. ``against``: sentences of what came up against it since; ``answered``: with a reason given."""

    row: Row
    booked: int
    against: tuple[str, ...]
    answered: bool


@dataclass(frozen=True)
class Line:
    """One leader. ``quota``: what is due and done this quarter, in words; ``cells``: per day of the week."""

    leader_id: int
    name: str
    post: str
    quota: str
    cells: tuple[tuple[Chip, ...], ...]


@dataclass(frozen=True)
class Grid:
    """Those who receive, and by body those who do not. ``days``: (day, why it rests or "")."""

    days: tuple[tuple[date, str], ...]
    lines: tuple[Line, ...]
    idle: tuple[tuple[str, tuple[Line, ...]], ...]
    by_day: tuple[tuple[date, str, tuple[Chip, ...]], ...]

    @property
    def idle_count(self) -> int:
        """How many leaders do not receive this week."""
        return sum(len(lines) for _body, lines in self.idle)


def build(
    monday: date,
    leaders: Sequence[Leader],
    rows: Sequence[Row],
    *,
    booked: Mapping[int, int],
    against: Callable[[Row], tuple[str, ...]],
    rests: Callable[[date], str],
    quota: Callable[[Leader], str],
    body: str = "",
) -> Grid:
    """The grid of the week of ``monday``; with ``body`` only its leaders."""
    chips: dict[int, dict[date, list[Chip]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if not body or row.body == body:
            chips[row.leader_id][row.day].append(Chip(row, booked.get(row.id, 0), against(row), bool(row.reason)))
    days = days_of(monday)
    known = {one.id: one for one in leaders}
    # one who left the post stays readable in the weeks of that time
    order = [
        *(one.id for one in leaders if not body or one.body == body),
        *(each for each in chips if each not in known),
    ]
    lines, idle = [], defaultdict(list)
    for leader_id in order:
        line = _line(leader_id, known.get(leader_id), chips.get(leader_id, {}), days, quota)
        if leader_id in chips:
            lines.append(line)
        else:
            idle[known[leader_id].body].append(line)
    shown = [(day, rests(day)) for day in days]
    return Grid(
        tuple(shown),
        tuple(lines),
        tuple((BODY_LABELS.get(code, code), tuple(found)) for code, found in idle.items()),
        tuple((day, why, tuple(_of_day(chips, day))) for day, why in shown),
    )


def _line(
    leader_id: int,
    leader: Leader | None,
    chips: Mapping[date, Sequence[Chip]],
    days: Sequence[date],
    quota: Callable[[Leader], str],
) -> Line:
    cells = tuple(tuple(chips.get(day, ())) for day in days)
    if leader is not None:
        return Line(leader_id, leader.name, leader.post, quota(leader), cells)
    row = next(chip.row for cell in cells for chip in cell)
    return Line(leader_id, row.leader, row.post, "", cells)


def _of_day(chips: Mapping[int, Mapping[date, Sequence[Chip]]], day: date) -> list[Chip]:
    found = [chip for of_leader in chips.values() for chip in of_leader.get(day, ())]
    return sorted(found, key=lambda chip: (chip.row.starts, chip.row.position, chip.row.id))
