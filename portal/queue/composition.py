"""How a wall's blocks are laid out: columns, letter sizes, pages. Pure sums; the style sheet knows the classes they come to.

The server does not know whether a wall stands upright, so it works out both: the style sheet picks by orientation. All
lengths are in vmin (a hundredth of the shorter side), the sizes of letters are those of screen.css (.step-1 … .step-7).
"""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal.queue.boards import RECENT, AreaWaiting, Board, Called, WindowNow
from portal.queue.schedule import Reception

SIZES = (2.6, 3.0, 3.4, 3.9, 4.5, 5.2, 6.0)
LINE = 1.42  # of the letters' size, rows of tables and lines of texts alike
HEAD, PADDING, SIDES, GAP, BETWEEN, RULE = 5.2, 2.8, 8.4, 4.0, 0.5, 0.1
LEAD_SHARE = 0.55  # of the width, for the call
FEWEST = {
    "windows": 4,
    "waiting": 2,
    "notices": 1,
    "schedule": 3,
}  # rows on a page, before a wall gives up being readable
PAGED = tuple(FEWEST)


@dataclass(frozen=True)
class Room:
    """What a wall leaves for its blocks, in vmin."""

    width: float
    height: float


LANDSCAPE, PORTRAIT = Room(177.7, 81.0), Room(100.0, 153.0)
TICKER = 7.2
LEAD_UPRIGHT, LEAD_COMPACT = 75.0, 56.0  # height of the call on an upright wall, alone with one block or with several


@dataclass(frozen=True)
class Content:
    """A block to be placed. ``ems``: width of each row in letters; a text of more breaks into lines (``breaks``).

    ``reserve``: rows kept free so that nothing jumps; ``columns``: how many rows may stand side by side.
    """

    kind: str
    ems: tuple[float, ...] = ()
    breaks: bool = False
    reserve: int = 0
    columns: int = 1


@dataclass(frozen=True)
class Placed:
    """A block in its column: ``across`` and ``across_upright`` rows side by side, ``per_page`` rows at a time."""

    kind: str
    across: int = 1
    across_upright: int = 1
    per_page: int = 0


@dataclass(frozen=True)
class Column:
    """Blocks one under the other, in letters of ``step`` (1 … 7)."""

    blocks: tuple[Placed, ...]
    step: int = 1


@dataclass(frozen=True)
class Composition:
    """A whole wall. ``step`` is for the upright one, where everything stands in one column; ``compact`` narrows its call."""

    columns: tuple[Column, ...]
    step: int = 1
    compact: bool = False


def compose(contents: Sequence[Content], *, ticker: bool = False) -> Composition:
    """Place ``contents`` (in the administrator's order) so that they fit both ways, with the largest letters that do."""
    groups = _columns(contents)
    per_page = {content.kind: max(len(content.ems), 1) for content in contents}
    flat, upright = _rooms(groups, ticker)
    steps, across = [], {}
    for group, room in zip(groups, flat, strict=True):
        _page(group, room, per_page)
    others = [content for group in groups for content in group if content.kind != "call"]
    _page(others, upright, per_page)
    for group, room in zip(groups, flat, strict=True):
        step, columns = _largest(_paged(group, per_page), room)
        steps.append(step)
        across |= columns
    step, across_upright = _largest(_paged(others, per_page), upright)
    return Composition(
        tuple(
            Column(
                tuple(
                    Placed(each.kind, across.get(each.kind, 1), across_upright.get(each.kind, 1), per_page[each.kind])
                    for each in group
                ),
                size,
            )
            for group, size in zip(groups, steps, strict=True)
        ),
        step,
        len(others) > 1,
    )


def ems(text: str) -> float:
    """How wide ``text`` is, in letters: a Chinese character is one, anything narrow a good half."""
    return sum(1.0 if unicodedata.east_asian_width(each) in "WFA" else 0.62 for each in text)


def pages(rows: Sequence, per_page: int) -> list[Sequence]:
    """``rows`` in pages of at most ``per_page``, as even as they come."""
    count = max(1, math.ceil(len(rows) / max(per_page, 1)))
    size = math.ceil(len(rows) / count) or 1
    return [rows[first : first + size] for first in range(0, len(rows), size)]


def _columns(contents: Sequence[Content]) -> list[list[Content]]:
    call = [content for content in contents if content.kind == "call"]
    rest = [content for content in contents if content.kind != "call"]
    if call and rest:
        return [rest, call] if contents[-1].kind == "call" else [call, rest]
    if len(contents) < 2:
        return [list(contents)]
    half = len(contents) // 2
    return [list(contents[:half]), list(contents[half:])]


def _rooms(groups: list[list[Content]], ticker: bool) -> tuple[list[Room], Room]:
    below = TICKER if ticker else 0.0
    leads = [group[0].kind == "call" for group in groups]
    if len(groups) == 1:
        shares = [1.0]
    elif any(leads):
        shares = [LEAD_SHARE if lead else 1 - LEAD_SHARE for lead in leads]
    else:
        shares = [0.5, 0.5]
    flat = [Room(LANDSCAPE.width * share - SIDES, LANDSCAPE.height - below) for share in shares]
    others = sum(len(group) for group in groups) - any(leads)
    lead = (LEAD_COMPACT if others > 1 else LEAD_UPRIGHT) if any(leads) else 0.0
    return flat, Room(PORTRAIT.width - SIDES, PORTRAIT.height - below - lead)


def _page(group: Sequence[Content], room: Room, per_page: dict[str, int]) -> None:
    """Lower ``per_page`` until the group fits with the smallest letters, the tallest block first."""
    size = SIZES[0]
    while _arranged(_paged(group, per_page), room, size) is None:
        able = [each for each in group if each.kind in FEWEST and per_page[each.kind] > FEWEST[each.kind]]
        if not able:
            return
        tallest = max(able, key=lambda each: _height(_cut(each, per_page), size, _widest(each, room, size), room.width))
        per_page[tallest.kind] -= 1


def _paged(group: Sequence[Content], per_page: dict[str, int]) -> list[Content]:
    return [_cut(each, per_page) for each in group if each.kind != "call"]


def _cut(content: Content, per_page: dict[str, int]) -> Content:
    """The content as its fullest page."""
    count = per_page[content.kind]
    if count >= len(content.ems):
        return content
    split = pages(content.ems, count)
    fullest = max(split, key=lambda page: (len(page), sum(page)))
    return replace(content, ems=tuple(sorted(content.ems, reverse=True)[: len(fullest)]))


def _largest(group: list[Content], room: Room) -> tuple[int, dict[str, int]]:
    for step in range(len(SIZES), 0, -1):
        found = _arranged(group, room, SIZES[step - 1])
        if found is not None:
            return step, found
    return 1, {each.kind: _widest(each, room, SIZES[0]) for each in group}


def _arranged(group: list[Content], room: Room, size: float) -> dict[str, int] | None:
    """Rows side by side for each block so that all fit with letters of ``size``, as few as possible; None where they do not."""
    if any(each.ems and not each.breaks and max(each.ems) * size > room.width for each in group) and size > SIZES[0]:
        return None
    across = {each.kind: 1 for each in group}

    def height() -> float:
        return sum(_height(each, size, across[each.kind], room.width) for each in group)

    while height() > room.height:
        able = [each for each in group if across[each.kind] < _widest(each, room, size)]
        if not able:
            return None
        tallest = max(able, key=lambda each: _height(each, size, across[each.kind], room.width))
        across[tallest.kind] += 1
    return across


def _widest(content: Content, room: Room, size: float) -> int:
    widest = max(content.ems, default=0) * size
    return max(
        [1, *(n for n in range(2, content.columns + 1) if widest <= (room.width - (n - 1) * GAP) / n)],
    )


def _height(content: Content, size: float, across: int, width: float) -> float:
    if content.breaks:
        # punctuation may not begin a line: the letter before it goes along
        lines = sum(math.ceil(each * size / (width - 1.3 * size)) for each in content.ems)
        return HEAD + PADDING + RULE * 2 + max(lines, 1) * LINE * size + len(content.ems) * (BETWEEN * size + RULE)
    rows = math.ceil(max(len(content.ems), content.reserve, 1) / across)
    return HEAD + PADDING + RULE * 2 + rows * LINE * size


def measure(board: Board) -> list[Content]:
    """The blocks of ``board`` as widths and counts; shares of a letter as screen.css gives them to the cells."""
    return [_MEASURES.get(kind, _empty)(board.shown[kind]) for kind in board.blocks]


def _empty(shown: object) -> Content:
    return Content("call")


def _recent(shown: Sequence[Called]) -> Content:
    number = max([3.2, *(ems(called.number) for called in shown)])
    place = max([4.3, *(ems(called.place) for called in shown)])
    sign = max([4.0, *(ems(called.sign) for called in shown)])
    return Content("recent", (number + 0.92 * place + 0.66 * sign + 1.4,) * RECENT, reserve=RECENT)


def _windows(shown: Sequence[WindowNow]) -> Content:
    place = max((ems(window.place) for window in shown), default=0)
    sign = max((ems(window.sign) for window in shown), default=0)
    number = max([0.8 * 4, *(ems(window.number) for window in shown)])
    return Content("windows", (0.9 * place + 0.66 * sign + number + 1.4,) * len(shown), columns=3)


def _waiting(shown: Sequence[AreaWaiting]) -> Content:
    area = max((ems(each.area) for each in shown), default=0)
    return Content("waiting", (0.9 * area + 3.2 + 0.66 * 5 + 1.4,) * len(shown), columns=2)


def _notices(shown: Sequence[str]) -> Content:
    return Content("notices", tuple(map(ems, shown)), breaks=True)


def _schedule(shown: Sequence[Reception]) -> Content:
    rows = [0.8 * (ems(each.hours) + 9.5) + ems(each.who) + 0.8 * ems(each.place) + 1.4 for each in shown]
    return Content("schedule", (max(rows),) * len(rows) if rows else (17.0,), columns=1)


_MEASURES = {
    "recent": _recent,
    "windows": _windows,
    "waiting": _waiting,
    "notices": _notices,
    "schedule": _schedule,
}
