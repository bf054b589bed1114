"""F9 in silence, and the end of a day from the numbers nobody ended to the signed sheet, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.acts import press
from tests.browser.hall import Hall

BEFORE, AFTER = "补偿款第二笔一直没有到账，", "村里说已经报到镇上。"
ACCOUNT = "来访人情绪激动拍打窗口，保安到场劝离，现场已平静。"
WITHIN = 2_000  # milliseconds from the key to the helpers' pages, on a busy machine


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall on the morning after a day that nobody closed."""
    yield from acts.tomorrow(tmp_path_factory.mktemp("closing"))


def test_the_key_is_silent_and_help_comes(centre, page_for, shot, accessible):
    clerk, head, greeter = (page_for(who, at=centre) for who in ("zhangdeliang", "renzhiping", "jingxiaoyan"))
    clerk.goto("/queue/window")
    facts = clerk.get_by_label("事实与理由")
    facts.click()
    clerk.keyboard.type(BEFORE)
    seen = clerk.locator("main").inner_text()
    with clerk.expect_response(lambda answer: answer.url.endswith("/queue/emergency")):
        press(clerk, "F9")
        clerk.keyboard.type(AFTER)
    expect(clerk.locator("#alarm-key")).to_contain_text("已通知值班人员")
    expect(facts).to_be_focused()
    expect(facts).to_have_value(BEFORE + AFTER)
    assert _still(clerk) == _still_text(seen), "the visitor opposite sees the page as it was"
    for helper in (head, greeter):
        expect(helper.locator(".alarm")).to_contain_text("1号窗口", timeout=WITHIN)
    assert head.locator(".alarm").count() == 1
    shot(greeter, "alarm-desk")
    accessible(head)
    head.get_by_role("button", name="我去").click()
    expect(clerk.locator("#alarm-key")).to_contain_text("任志平 正在赶来")
    expect(greeter.locator(".alarm")).to_contain_text("任志平 正在赶去", timeout=WITHIN)
    shot(clerk, "alarm-clerk")
    head.get_by_role("link", name="结束并写情况").click()
    head.get_by_label("发生了什么").fill(ACCOUNT)
    press(head, "Control+Enter")
    expect(head.locator("table.list")).to_contain_text(ACCOUNT)
    expect(greeter.locator(".alarm")).to_have_count(0, timeout=WITHIN)
    expect(clerk.locator("#alarm-key")).to_have_text("应急 F9")
    expect(facts).to_have_value(BEFORE + AFTER)


def test_a_forgotten_day_is_closed_step_by_step_and_signed(centre, page_for, shot, accessible):
    head = page_for("renzhiping", at=centre)
    head.goto("/queue/overview")
    head.locator("#closing-banner").get_by_role("link", name="去收尾").click()
    expect(head.get_by_role("heading", level=1)).to_contain_text("收尾")
    accessible(head)
    shot(head, "closing")
    head.get_by_role("button", name="签字").click()
    expect(head.get_by_role("alert").first).to_contain_text("还不能签字")
    boxes = head.locator("input[name=tickets]")
    assert boxes.count() > 5
    for place in range(boxes.count()):
        boxes.nth(place).check()
    head.get_by_role("radio", name="已离开").check()
    head.get_by_role("button", name="勾选的号记为这个结果").click()
    expect(boxes).to_have_count(0)
    shut = head.get_by_role("button", name="关窗")
    while left := shut.count():
        shut.first.click()
        expect(shut).to_have_count(left - 1)
    for box in head.locator("input[name=known]").all():
        box.check()
    head.get_by_label("当日情况").fill("秩序平稳。")
    head.get_by_role("button", name="签字").click()
    sheet = head.locator("main.paper")
    expect(sheet).to_contain_text("来访日报")
    expect(sheet).to_contain_text("值班负责人 任志平")
    expect(sheet).to_contain_text("秩序平稳。")
    shot(head, "daily")
    printed = head.pdf(prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") == 1, "one sheet"
    head.goto("/queue/overview")
    expect(head.locator("#closing-banner a")).to_have_count(0)


def _still(page: Page) -> list[str]:
    return _still_text(page.locator("main").inner_text())


def _still_text(text: str) -> list[str]:
    """The page's lines without the ticking clock and without the note of a saved draft."""
    return [line for line in text.splitlines() if ":" not in line and "草稿" not in line and "已等" not in line]
