"""A clerk's day at the window with the keyboard: further services, 转窗口, back from hold, 直接接待, 交接班."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.acts import press
from tests.browser.hall import Hall

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall of this module's own, on the morning after the demo: every window there was left open."""
    yield from acts.tomorrow(tmp_path_factory.mktemp("window-life"))


def pressed(page: Page, label: str) -> None:
    """Reach the button or link that begins with ``label`` by Tab's order alone, and press Enter on it."""
    control = page.get_by_role("button", name=label).or_(page.get_by_role("link", name=label)).first
    control.press("Enter")  # at once: what is told meanwhile may replace it


def unfold(page: Page, said: str, where: str) -> None:
    """Open a folded part by its own line."""
    page.locator(where).locator("summary").filter(has_text=said).first.focus()
    page.keyboard.press("Enter")


def fits(page: Page) -> None:
    """At 1366×768 neither the page nor its columns scroll sideways, and the page not at all."""
    wide = page.evaluate("""() => [document.scrollingElement, ...document.querySelectorAll(".panel-body")]
        .filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.className || each.tagName)""")
    assert wide == []
    assert page.evaluate("() => document.scrollingElement.scrollHeight <= window.innerHeight + 1")


def test_a_day_at_the_window(page_for, centre: Hall, shot, accessible) -> None:
    desk, zhang, jing = (page_for(login, at=centre) for login in ("jingxiaoyan", "zhangdeliang", "jingyaqin"))
    zhang.goto("/queue/window")
    expect(zhang.locator(".notice-warning").first).to_contain_text("一直没有关闭")
    acts.free(zhang)
    acts.free(jing)
    first, second = acts.take(desk, "来访登记"), acts.take(desk, "来访登记")

    _errands(zhang, first, shot, accessible)
    _transfer(zhang, jing, first, shot, accessible)
    _hold(zhang, second)
    _hand_over(zhang, jing, second, shot, accessible)


def _errands(zhang: Page, first: str, shot, accessible) -> None:
    """Two further services: one this window takes, one of another platform, which is given up in words."""
    assert acts.call(zhang) == first
    expect(zhang.locator(".ticket-why")).to_contain_text("按取号先后")
    acts.start(zhang)
    for wanted in ("信访事项查询", "法律咨询"):
        unfold(zhang, "另办", "#ticket-actions")
        zhang.get_by_label("还要办", exact=True).select_option(label=wanted)
        pressed(zhang, "加上")
        expect(zhang.locator(".further")).to_contain_text(wanted)
    fits(zhang)
    accessible(zhang)
    shot(zhang, "window-errands")
    press(zhang, "F2")
    expect(zhang.locator("#notice")).to_contain_text(f"{first} 本项办完，转 信访事项查询")
    expect(zhang.locator(".ticket-number")).to_have_text(first)
    expect(zhang.locator(".further")).to_have_text("还要办 法律咨询")
    press(zhang, "F10")
    expect(zhang.get_by_role("alert").first).to_contain_text("还要办 法律咨询。确认其余不办了？")
    shot(zhang, "window-drop")
    zhang.get_by_role("link", name="继续办理").click()
    expect(zhang.get_by_role("alert")).to_have_count(0)


def _transfer(zhang: Page, jing: Page, first: str, shot, accessible) -> None:
    """By digit to the colleague's window, who sees why and for whom."""
    pressed(zhang, "转窗口")
    expect(zhang.locator("input[name=target]").first).to_be_focused()
    wanted = zhang.locator("input[name=target][value^=window]").first
    press(zhang, wanted.get_attribute("data-pick"))
    expect(wanted).to_be_checked()
    accessible(zhang)
    shot(zhang, "window-transfer")
    press(zhang, "Control+Enter")
    expect(zhang.locator("#notice")).to_contain_text(f"{first} 已转到 2号窗口")
    expect(jing.locator("#waiting tr").filter(has_text=first)).to_contain_text("指定")
    assert acts.call(jing) == first
    expect(jing.locator(".ticket-why")).to_contain_text("指定由2号窗口办理")
    acts.start(jing)
    expect(jing.locator(".further")).to_have_text("还要办 法律咨询")
    press(jing, "F10")
    expect(jing.get_by_role("alert").first).to_contain_text("确认其余不办了？")
    acts.finish(jing, "群众自行离开")


def _hold(zhang: Page, second: str) -> None:
    """Held, back to the queue, called again."""
    assert acts.call(zhang) == second
    acts.start(zhang)
    press(zhang, "F6")
    expect(zhang.locator("#held")).to_contain_text(second)
    unfold(zhang, "更多", "#held")
    pressed(zhang, "回到排队")
    expect(zhang.locator("#waiting tbody")).to_contain_text(second)
    assert acts.call(zhang) == second
    expect(zhang.locator(".ticket-why")).to_contain_text("过号或挂起后恢复")
    acts.start(zhang)
    press(zhang, "F6")
    expect(zhang.locator("#held")).to_contain_text(second)


def _hand_over(zhang: Page, jing: Page, second: str, shot, accessible) -> None:
    """Somebody without a number is received at once; then the window is handed over with what is held."""
    press(zhang, "F3")
    expect(zhang.locator("#ticket")).to_contain_text("办理中")
    direct = zhang.locator(acts.TICKET).inner_text()
    assert direct not in ("", second)
    fits(zhang)
    acts.finish(zhang, "仅咨询", "已当面答复。")
    fits(zhang)
    shot(zhang, "window-idle")
    pressed(zhang, "交接班")
    expect(zhang.get_by_label("交给")).to_be_focused()
    zhang.get_by_label("交给").select_option(label="景雅琴（2号窗口）")
    press(zhang, "Tab")
    zhang.keyboard.type("材料 11 点送到，收下后恢复办理。")
    accessible(zhang)
    shot(zhang, "window-handover")
    press(zhang, "Control+Enter")
    expect(zhang.locator("#notice")).to_contain_text("已交班给景雅琴")
    expect(zhang.get_by_role("button", name="开启 1号窗口")).to_be_visible()
    jing.goto("/queue/window")
    card = jing.locator("#handed-over")
    expect(card).to_contain_text("张德良 交班")
    expect(card).to_contain_text(f"挂起 {second}")
    accessible(jing)
    shot(jing, "window-handed-over")
    pressed(jing, "确认接班")
    expect(card).to_have_text("")
    pressed(jing, "恢复")
    expect(jing.locator(acts.TICKET)).to_have_text(second)
