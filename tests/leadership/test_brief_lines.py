"""A brief is one page: sections are cut to the lines they may take, and what fits is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.leadership import brief_lines
from portal.leadership.brief_lines import SECTIONS, WIDTH, fit, lines_of

pytestmark = pytest.mark.one_engine


def test_what_fits_is_left_as_it_is():
    text = "风电占地赔偿款拖欠\n诉求：督促支付4.6万元。"
    assert fit(text, 2) == text
    assert lines_of(text) == 2


@pytest.mark.parametrize(
    ("text", "lines", "expected"),
    [
        ("长" * (WIDTH + 1), 1, "长" * (WIDTH - 1) + "…"),
        ("长" * WIDTH, 1, "长" * WIDTH),
        ("一\n二\n三", 2, "一\n二…"),
        ("", 3, ""),
        ("一\n\n二", 2, "一\n二"),
    ],
)
def test_what_does_not_fit_ends_with_dots(text, lines, expected):
    assert fit(text, lines) == expected


def test_digits_are_narrower_than_characters():
    assert lines_of("2" * 55) == 1
    assert lines_of("长" * 55) == 2


@given(st.text(alphabet="长短a1，。\n ", max_size=600), st.integers(1, 8))
def test_cut_text_never_takes_more_lines_than_it_may(text, lines):
    assert lines_of(fit(text, lines)) <= lines


def test_all_sections_together_are_the_lines_of_one_sheet():
    # 29 lines of 11 pt and the head leave 26 mm for the leader's pen on A4; a printed page of this was counted
    assert sum(lines for _, lines in SECTIONS.values()) == 29
    assert brief_lines.label("who") == "来访人"
