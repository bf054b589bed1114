"""The guide of 第三十一条 with the keyboard alone: six branches, the advice recorded and printed; once more without scripts."""

import re

from playwright.sync_api import Page, expect

from tests.browser import acts

CODES = ("one", "two", "three", "four", "five", "six")
ITEMS = dict(zip(CODES, "一二三四五六", strict=True))


def arrive(page: Page) -> None:
    """At the guide of a matter that waits to be dispatched."""
    page.goto("/cases?q=夜间施工噪音")
    page.locator("#case-list tbody a").first.click()
    page.locator("#case-actions").get_by_role("link", name="分流指引").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("分流指引")


def answer_with_keys(page: Page, path: str) -> None:
    """No to what stands before ``path``, yes to it, and the first of its procedures; each key waits for its question."""
    for code in CODES[: CODES.index(path) + 1]:
        expect(page.locator(f"[name={code}]").first).to_be_focused()
        page.keyboard.press("1" if code == path else "2")
    if path != "six":
        expect(page.locator("[name=way]").first).to_be_focused()
        page.keyboard.press("1")


def test_six_branches_by_keyboard(page_for, shot, accessible):
    page = page_for("zhangdeliang")
    page.add_init_script(acts.COUNT_PRINTS)
    arrive(page)
    address = page.url
    for path in CODES:
        page.goto(address)
        answer_with_keys(page, path)
        result = page.locator("#guide [role=status]")
        expect(result).to_contain_text(f"第三十一条第{ITEMS[path]}项")
        expect(result).to_contain_text("期限：")
    accessible(page)
    page.goto(address)
    answer_with_keys(page, "four")
    expect(page.locator("#guide [role=status]")).to_contain_text("60 日内")
    shot(page, "guide")
    acts.press(page, "Control+Enter")
    recorded = page.locator("#advice")
    expect(recorded).to_contain_text("行政复议")
    recorded.get_by_role("link", name="打印建议单").click()
    expect(page.locator("main.paper")).to_contain_text("不起算任何办理期限")
    acts.press(page, "Control+Enter")
    page.wait_for_function("() => window.printed === 1")
    shot(page, "guide-sheet")
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1, "one sheet"
    page.goto(address.removesuffix("/guide"))
    expect(page.locator("#timeline")).to_contain_text("初步分流建议（不起算期限）")

    plain = page_for("zhangdeliang", javascript=False)
    plain.goto(address)
    for label in ("否", "否", "是"):
        plain.get_by_role("radio", name=re.compile(f"^{label}")).last.check()
        plain.get_by_role("button", name="下一问").click()
    plain.get_by_role("radio", name=re.compile("^党员申诉")).check()
    plain.get_by_role("button", name="看建议").click()
    expect(plain.locator("#guide [role=status]")).to_contain_text("第三十一条第三项")
    plain.get_by_role("button", name="记为初步分流建议").click()
    expect(plain.locator("#advice")).to_contain_text("党员申诉")
