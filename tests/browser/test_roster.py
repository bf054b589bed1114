"""The secretary's week without a mouse: arrows between the cells, a reception placed by keys, conflicts said while typing."""

import pytest
from playwright.sync_api import expect

from portal import clock
from portal.leadership.vocabulary import ONE_DAY, ONE_WEEK, monday_of

pytestmark = pytest.mark.browser
OFFICE = "fengkai"


def test_arrows_and_conflicts(page_for, shot, accessible) -> None:
    page = page_for(OFFICE)
    monday = monday_of(clock.today()) + ONE_WEEK * 2  # the demo's week on the table
    page.goto(f"/leadership/week?monday={monday}")
    expect(page.locator(".week-chip.in-conflict")).to_contain_text("市政府常务会")
    accessible(page)
    shot(page, "week")
    page.locator(".week tbody tr").first.locator("td a").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    where = "() => [document.activeElement.closest('tr').rowIndex, document.activeElement.closest('td').cellIndex]"
    assert page.evaluate(where) == [2, 2]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(where) == [1, 1]
    page.keyboard.press("ArrowUp")
    assert page.evaluate(where) == [1, 1], "there is nothing above"
    page.keyboard.press("Enter")
    conflicts = page.locator("#conflicts")
    expect(page.locator("#day")).to_have_value(monday.isoformat())
    accessible(page)
    page.locator("#day").fill((monday + ONE_DAY * 5).isoformat())
    expect(conflicts).to_contain_text("休息日（周末）")
    page.locator("#day").fill("2020-01-01")
    expect(conflicts).to_contain_text("已经过去")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#day-error")).to_contain_text("已经过去")
    expect(page.locator("#day")).to_have_value("2020-01-01")
