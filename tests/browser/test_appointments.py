"""A time promised by telephone: booked one day, kept the next morning, called at its place between those who walked in."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.acts import at, press
from tests.browser.hall import Hall

WANTED = "法律咨询"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall of this module's own."""
    yield from acts.tomorrow(tmp_path_factory.mktemp("appointments"))


def arrange(administrator: Page) -> None:
    """Hours for every kind of day, and slots for one service: 30 minutes, two batches, 15 minutes early, 10 late."""
    administrator.goto("/admin/hall/hours")
    for kind in ("工作日取号时间", "休息日取号时间"):
        administrator.get_by_label(kind).fill("08:30-12:00")
    administrator.get_by_role("button", name="保存").click()
    expect(administrator.locator("#notice")).to_contain_text("已更新")
    administrator.goto("/admin/hall")
    row = administrator.locator("tr", has=administrator.locator("a[href^='/admin/hall/services/']"), has_text=WANTED)
    row.first.locator("a[href^='/admin/hall/services/']").first.click()
    for label, count in (("预约时段", 30), ("每段预约数", 2), ("可提前签到", 15), ("可迟到签到", 10)):
        administrator.get_by_label(re.compile(f"^{label}")).fill(str(count))
    administrator.get_by_role("button", name="保存").click()
    expect(administrator.locator("#notice")).to_contain_text(f"“{WANTED}”已更新")


def tomorrow(desk: Page) -> None:
    """Choose tomorrow; its slots are there."""
    link = desk.locator("#day-links a").nth(1)
    link.click()
    expect(link).to_have_attribute("aria-current", "date")


def book(desk: Page, name: str, phone: str) -> str:
    """By telephone for ten o'clock tomorrow, without the mouse from the day on; the code read aloud."""
    desk.goto("/queue/appointments/new")
    if not desk.locator("#day-links").count():
        desk.get_by_role("navigation", name="预约什么").get_by_role("link", name=WANTED).click()
    tomorrow(desk)
    ten = desk.get_by_role("radio", name=re.compile("10:00"))
    ten.focus()
    press(desk, ten.get_attribute("data-pick"))
    expect(ten).to_be_checked()
    for label, text in (("姓名", name), ("电话", phone)):
        desk.get_by_label(label, exact=True).fill(text)
    press(desk, "Control+Enter")
    code = desk.locator(".read-aloud")
    expect(code).to_be_visible()
    assert name not in desk.locator("body").inner_text()
    return code.inner_text()


def full(desk: Page, accessible: Callable[[Page], None]) -> None:
    """A slot that took its two batches is shown, and cannot be chosen; the days ahead count what is left."""
    desk.goto("/queue/appointments/new")
    tomorrow(desk)
    expect(desk.get_by_role("radio", name=re.compile("10:00 满"))).to_be_disabled()
    accessible(desk)
    desk.goto("/queue/appointments")
    expect(desk.get_by_role("cell", name="12", exact=True)).to_have_count(1)
    accessible(desk)


def too_early(desk: Page, code: str) -> None:
    """Found by the code however it is typed; at half past nine it is told when to come."""
    desk.goto("/queue/desk")
    desk.get_by_label("预约码或电话后四位").fill(code.lower())
    press(desk, "Enter")
    found = desk.locator("#appointments-list")
    expect(found.get_by_role("row")).to_have_count(1)
    found.get_by_role("button", name="签到").click()
    expect(desk.get_by_role("alert")).to_contain_text("请在 09:45 以后签到")


def check_in(desk: Page, accessible: Callable[[Page], None], shot: Callable[[Page, str], Path]) -> str:
    """In time, from the desk's own list; the number."""
    desk.goto("/queue/desk")
    row = desk.locator("#appointments-list").get_by_role("row", name=re.compile("吕"))
    expect(row).to_contain_text("10:00")
    shot(desk, "appointments-desk")
    accessible(desk)
    row.get_by_role("button", name="签到").click()
    expect(desk.locator("#notice")).to_contain_text("按约定的时间排队")
    return desk.locator("#slip").locator(acts.TICKET).inner_text()


def call_all(clerk: Page, promised: str) -> Iterator[str]:
    """Three visitors, one after another; the console says why the promised one was next."""
    for _ in range(3):
        number = acts.call(clerk)
        if number == promised:
            expect(clerk.locator(".ticket-why")).to_contain_text("预约 10:00，按约定时间排")
        acts.start(clerk)
        acts.finish(clerk, "仅咨询", "已当面答复。")
        yield number


def test_a_promise_by_telephone_is_kept_at_its_place(
    page_for: Callable[..., Page], centre: Hall, shot: Callable[[Page, str], Path], accessible: Callable[[Page], None]
) -> None:
    arrange(page_for("yaoyuhang", at=centre))
    desk, clerk = page_for("jingxiaoyan", at=centre), page_for("dongyanli", at=centre)
    code = book(desk, "吕德胜", "13900001234")
    shot(desk, "appointments-booked")
    accessible(desk)
    book(desk, "周玉兰", "13900005678")
    full(desk, accessible)

    centre.travel(at(2, 9, 30))
    for page, login in ((desk, "jingxiaoyan"), (clerk, "dongyanli")):
        page.goto("/account")
        acts.sign_in(page, login)
    acts.free(clerk)
    before = acts.take(desk, WANTED)
    too_early(desk, code)

    centre.travel(at(2, 9, 50))
    after = acts.take(desk, WANTED)
    promised = check_in(desk, accessible, shot)
    waiting = clerk.locator("#waiting tbody tr")
    expect(waiting).to_have_count(3)
    expect(waiting.nth(1)).to_contain_text("预约 10:00")
    shot(clerk, "appointments-window")
    assert list(call_all(clerk, promised)) == [before, promised, after]
