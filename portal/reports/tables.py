"""A table of figures as a value: the page, the chart and the workbook are all made from it, so that they never disagree.

Small numbers of a sealed platform (心理疏导) are withheld here, before anybody sees the table. Counts below FEW become
“少于 5”, all others are rounded to fives, so that no total and no two ranges can be subtracted to find a small number; what
is one visitor's alone (the longest) or would betray a count (shares) is withheld altogether.
"""

from dataclasses import dataclass, replace
from typing import Any

FEW = 5


class Withheld:
    """A figure that is not told."""

    text = f"少于 {FEW}"

    def __str__(self) -> str:
        return self.text


class Unspoken(Withheld):
    """A figure that would tell of one visitor, or of a count that is withheld."""

    text = "不公布"


FEWER, UNSPOKEN = Withheld(), Unspoken()
Cell = Any  # str, int, float, None (there is nothing to tell), Withheld


@dataclass(frozen=True)
class Column:
    """``kind``: text, count, minutes, share (per cent). ``alone``: tells of one visitor. ``drawn``: a series of the chart."""

    label: str
    kind: str = "count"
    alone: bool = False
    drawn: bool = False


@dataclass(frozen=True)
class Table:
    """``chart``: "" (none), bar, stack, heat. ``total`` is the last row, None where adding up means nothing."""

    code: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    chart: str = ""
    note: str = ""

    @property
    def drawn(self) -> str:
        """The positions of the chart's columns, for the page."""
        return " ".join(str(place) for place, column in enumerate(self.columns) if column.drawn)


def discreet(table: Table) -> Table:
    """The table as it may be told of a sealed platform."""
    rows = [*table.rows, *([table.total] if table.total else [])]
    told = tuple(_discreet(table, row) for row in rows)
    return replace(table, rows=told[: len(table.rows)], total=told[-1] if table.total else None)


def _discreet(table: Table, row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    cells = list(zip(table.columns, row, strict=True))
    counts = [cell for column, cell in cells if column.kind == "count"]
    # the first count are the batches that everything else in the row is told of; of a heat map each cell is its own
    few = table.chart != "heat" and coarse(counts[0]) is FEWER
    return tuple(_told(column, cell, few) for column, cell in cells)


def _told(column: Column, cell: Cell, few: bool) -> Cell:
    if column.kind == "text":
        return cell
    if column.kind == "count":
        return FEWER if few else coarse(cell)
    return UNSPOKEN if few or column.alone or column.kind == "share" else cell


def coarse(count: int | None) -> int | Withheld:
    """A count of a sealed platform as it may be told; nothing and almost nothing look alike."""
    return FEWER if (count or 0) < FEW else (count + FEW // 2) // FEW * FEW


def minutes(seconds: float | None) -> float | None:
    """Minutes with one decimal."""
    return None if seconds is None else round(seconds / 60, 1)


def share(part: int, whole: int) -> float | None:
    """Per cent with one decimal; None of nothing."""
    return round(100 * part / whole, 1) if whole else None
