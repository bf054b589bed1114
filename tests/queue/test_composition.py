"""Where blocks stand on a wall: everything fits both ways, in the administrator's order, with letters as large as can be."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.queue import composition
from portal.queue.boards import AreaWaiting, Board, Called, WindowNow
from portal.queue.composition import PORTRAIT, SIZES, Content, compose, ems, measure, pages
from portal.queue.layouts import BLOCKS, MOST

pytestmark = pytest.mark.one_engine

names = st.text(alphabet="集体接待室号窗口信访矛盾调解0123456789", min_size=1, max_size=9)
numbers = st.from_regex(r"[A-Z][0-9]{3,4}", fullmatch=True)
windows = st.builds(WindowNow, names, names, st.just("serving"), numbers)
calls = st.builds(Called, numbers, names, names)
areas = st.builds(AreaWaiting, names, st.integers(0, 999), st.integers(0, 9999))
texts = st.text(alphabet="今日下午三点起，已取号的继续办理。", min_size=1, max_size=200)
contents = {
    "call": st.none(),
    "recent": st.lists(calls, max_size=6).map(tuple),
    "windows": st.lists(windows, max_size=60).map(tuple),
    "waiting": st.lists(areas, max_size=12).map(tuple),
    "notices": st.lists(texts, max_size=8).map(tuple),
    "schedule": st.just(()),
}
orders = st.lists(st.sampled_from(sorted(BLOCKS)), min_size=1, max_size=MOST, unique=True).map(tuple)
walls = orders.flatmap(
    lambda blocks: st.fixed_dictionaries({kind: contents[kind] for kind in blocks}).map(
        lambda shown: Board("", blocks, shown, ())
    )
)


def heights(group: list[Content], step: int, across: dict[str, int], width: float) -> float:
    """What the style sheet will need."""
    return sum(composition._height(each, SIZES[step - 1], across[each.kind], width) for each in group)


@given(walls, st.booleans())
@example(
    Board(
        "", ("call", "windows"), {"call": None, "windows": (WindowNow("集体接待室", "综合服务室", "waiting"),) * 60}, ()
    ),
    True,
)
def test_whatever_is_chosen_fits_both_ways(board: Board, ticker: bool) -> None:
    measured = measure(board)
    composed = compose(measured, ticker=ticker)
    content = {each.kind: each for each in measured}
    flat, upright = composition._rooms(
        [[content[block.kind] for block in column.blocks] for column in composed.columns], ticker
    )
    per_page = {block.kind: block.per_page for column in composed.columns for block in column.blocks}
    for column, room in zip(composed.columns, flat, strict=True):
        group = composition._paged([content[block.kind] for block in column.blocks], per_page)
        across = {block.kind: block.across for block in column.blocks}
        assert heights(group, column.step, across, room.width) <= room.height
    everything = [block for column in composed.columns for block in column.blocks]
    group = composition._paged([content[block.kind] for block in everything], per_page)
    across = {block.kind: block.across_upright for block in everything}
    assert heights(group, composed.step, across, upright.width) <= upright.height


@given(walls)
def test_every_block_stands_once_and_the_call_alone(board: Board) -> None:
    composed = compose(measure(board))
    placed = [block.kind for column in composed.columns for block in column.blocks]
    assert sorted(placed) == sorted(board.blocks)
    assert [kind for kind in placed if kind != "call"] == [kind for kind in board.blocks if kind != "call"]
    for column in composed.columns:
        if "call" in [block.kind for block in column.blocks]:
            assert len(column.blocks) == 1
    assert len(composed.columns) <= 2


def test_the_call_stands_where_the_administrator_put_it() -> None:
    def columns(*kinds: str) -> list[list[str]]:
        found = compose([Content(kind, (8.0,) * 3) for kind in kinds])
        return [[block.kind for block in column.blocks] for column in found.columns]

    assert columns("call", "recent", "waiting") == [["call"], ["recent", "waiting"]]
    assert columns("recent", "waiting", "call") == [["recent", "waiting"], ["call"]]
    assert columns("windows", "waiting", "notices") == [["windows"], ["waiting", "notices"]]
    assert columns("windows") == [["windows"]]


def test_few_rows_get_large_letters_and_many_get_pages() -> None:
    row = 12.0
    few = compose([Content("call"), Content("windows", (row,) * 4, columns=3)])
    many = compose([Content("call"), Content("windows", (row,) * 60, columns=3)])
    assert few.columns[1].step > many.columns[1].step == 1
    assert few.columns[1].blocks[0].per_page == 4
    assert many.columns[1].blocks[0].per_page < 60
    assert compose([Content("windows", (row,) * 60, columns=3)], ticker=True).columns[0].blocks[0].across == 3


@given(st.lists(st.integers(), max_size=70), st.integers(1, 20))
def test_pages_lose_nothing_and_are_even(rows: list[int], most: int) -> None:
    split = pages(rows, most)
    assert [row for page in split for row in page] == rows
    assert all(0 < len(page) <= most for page in split)
    assert len(split) == math.ceil(len(rows) / most) or max(map(len, split)) - min(map(len, split)) <= len(split)


def test_letters_are_as_wide_as_they_look() -> None:
    assert ems("集体接待室") == 5
    assert ems("A1024") == pytest.approx(3.1)
    assert PORTRAIT.width == 100
