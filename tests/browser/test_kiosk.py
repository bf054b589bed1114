"""The kiosk in a real browser: two touches, a card, no trace, a server that goes and comes back; also without a script."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Error, Page, expect

from portal import clock
from tests.browser import acts
from tests.browser.hall import Hall

PORTRAIT = (1080, 1920)
CARD = acts.id_number("14270119780312451")
WITHIN = 15_000
# what a visitor touches and reads: everything large enough
TOO_SMALL = """() => {
  const seen = Array.from(document.querySelectorAll("#kiosk *")).filter((each) => each.getClientRects().length);
  const low = seen.filter((each) => each.matches("button, a, select, input") && Math.min(each.offsetHeight, each.offsetWidth) < 60);
  const fine = seen.filter((each) => !each.children.length && each.textContent.trim() && parseFloat(getComputedStyle(each).fontSize) < 24);
  return low.concat(fine).map((each) => each.outerHTML.slice(0, 120));
}"""
SHOWS = "() => document.getElementById('kiosk').dataset.page"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Nine in the morning after the demo's, nobody waiting."""
    yield from acts.tomorrow(tmp_path_factory.mktemp("kiosk"))


def paired(page: Page, administrator: Page) -> Page:
    """``page`` as an approved kiosk, on its first page."""
    page.add_init_script(acts.COUNT_PRINTS)
    page.goto("/screens")
    code = page.locator(".pairing-code").inner_text()
    administrator.goto("/admin/screens")
    asked = administrator.locator("article", has_text=code)
    asked.get_by_label("用途").select_option(label="取号机")
    asked.get_by_role("button", name="批准").click()
    expect(administrator.locator("#notice")).to_contain_text("已批准")
    page.goto("/enquiry")
    page.goto("/screens")
    page.wait_for_url("**/kiosk")
    shown(page, "start")
    return page


def shown(page: Page, name: str, within: int = WITHIN) -> None:
    """That page of the kiosk has come."""
    expect(page.locator(f"#kiosk[data-page={name}]")).to_be_visible(timeout=within)


def tile(page: Page, name: str):
    return page.locator("button.tile", has=page.locator(".tile-name", has_text=re.compile(f"^{name}$")))


def put_card(page: Page, number: str = CARD) -> None:
    """What a reader of the keyboard kind does."""
    page.keyboard.type(number)
    page.keyboard.press("Enter")


def number_of(page: Page) -> str:
    shown(page, "number")
    return page.locator("main .number").inner_text()


def clean(page: Page, accessible, name: str) -> None:
    assert page.evaluate(TOO_SMALL) == [], name
    accessible(page)


def test_two_touches_a_card_and_no_trace(page_for, centre: Hall, shot, accessible) -> None:
    page = paired(page_for(at=centre, size=PORTRAIT), page_for("yaoyuhang", at=centre))
    clean(page, accessible, "start")
    shot(page, "kiosk-start")
    put_card(page)
    expect(page.locator("[data-card]")).to_contain_text("已读到身份证，尾号 " + CARD[-4:])
    tile(page, "来访登记").click()
    shown(page, "confirm")
    expect(page.locator("[data-card]")).to_contain_text(CARD[-4:])
    expect(page.get_by_label("身份证号")).to_be_hidden()
    page.get_by_role("button", name="增加一人").click()
    expect(page.get_by_label("来了几个人")).to_have_value("2")
    clean(page, accessible, "confirm")
    shot(page, "kiosk-confirm")
    page.get_by_role("button", name="取号", exact=True).click()
    number = number_of(page)
    touched = time.monotonic()
    assert number == "A001"
    expect(page.locator("main")).to_contain_text("2 人")
    assert page.evaluate("window.printed") == 1
    assert CARD not in page.content()
    assert page.url == f"{centre.url}/kiosk"
    clean(page, accessible, "number")
    shot(page, "kiosk-number")
    code = page.locator(".kiosk-paper .slip-code").text_content().replace(" ", "")
    shown(page, "start", 20_000)
    assert time.monotonic() - touched <= WITHIN / 1000
    expect(page.locator("[data-card]")).to_be_hidden()
    for again, address in ((page.reload, "/kiosk"), (page.go_back, "/enquiry"), (page.go_forward, "/kiosk")):
        assert not any(trace in page.content() for trace in (number, code[:5], CARD))
        again()
        assert page.url == f"{centre.url}{address}", "one entry of the history, whatever was touched"
    shown(page, "start")
    assert not any(trace in page.content() for trace in (number, code[:5], CARD))
    who_holds_a_number(page, number, accessible, shot)
    ask_for(page, code, accessible, shot)


def who_holds_a_number(page: Page, number: str, accessible, shot) -> None:
    """The same card again: the number it holds, and a new one only if it is wanted."""
    tile(page, "矛盾纠纷调解").click()
    shown(page, "confirm")
    put_card(page, CARD[:-1])
    expect(page.locator("[data-card]")).to_contain_text("没有读到完整的身份证号码")
    put_card(page)
    page.get_by_role("button", name=re.compile("优先取号.*老弱病残孕")).click()
    shown(page, "held")
    assert page.locator("main .number").inner_text() == number
    clean(page, accessible, "held")
    shot(page, "kiosk-held")
    page.get_by_role("button", name="仍要取新号").click()
    assert number_of(page) == "B001"
    expect(page.locator("main")).to_contain_text("老弱病残孕")
    page.get_by_role("link", name="完成").click()
    shown(page, "start")


def ask_for(page: Page, code: str, accessible, shot) -> None:
    """查进度 with the keys on the screen; the last four belong to it."""
    page.get_by_role("link", name="查进度").click()
    shown(page, "enquiry")
    clean(page, accessible, "enquiry")
    keys(page, "A" + code)
    page.get_by_role("button", name="清空").click()
    keys(page, code + "Q")
    page.get_by_role("button", name="删除").click()
    expect(page.locator("#code")).to_have_value(code)
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.locator(".problem")).to_contain_text("对不上")
    page.locator("#tail").click()
    keys(page, CARD[-4:])
    shot(page, "kiosk-enquiry")
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.locator("#standing")).to_contain_text("正在等候叫号")
    assert page.url.endswith("/kiosk")
    clean(page, accessible, "answer")
    page.get_by_role("link", name="返回首页").click()
    shown(page, "start")
    assert code not in page.content()


def keys(page: Page, text: str) -> None:
    for letter in text:
        page.locator(f"[data-key='{letter}']").click()


def test_large_type_and_contrast_go_with_the_visitor(page_for, centre: Hall, shot, accessible) -> None:
    page = paired(page_for(at=centre, size=PORTRAIT), page_for("yaoyuhang", at=centre))
    page.clock.install()
    page.goto("/kiosk")
    for look, label in (("large", "大字"), ("contrast", "高对比")):
        page.get_by_role("button", name=label).click()
        clean(page, accessible, f"start {look}")
        shot(page, f"kiosk-start-{look}")
        tile(page, "来访登记").click()
        shown(page, "confirm")
        assert look in page.locator("html").get_attribute("class")
        clean(page, accessible, f"confirm {look}")
        shot(page, f"kiosk-confirm-{look}")
        page.get_by_role("button", name="取号", exact=True).click()
        number_of(page)
        clean(page, accessible, f"number {look}")
        shot(page, f"kiosk-number-{look}")
        page.clock.run_for(WITHIN)
        shown(page, "start")
        assert page.locator("html").get_attribute("class") == "kiosk"
    assert page.url.endswith("/kiosk")
    put_card(page)
    page.get_by_role("button", name="大字").click()
    expect(page.locator("[data-card]")).to_be_visible()
    page.clock.run_for(WITHIN)
    expect(page.locator("[data-card]")).to_be_hidden()
    assert page.locator("html").get_attribute("class") == "kiosk"


def test_a_touch_keeps_the_page_and_two_quick_ones_take_one_number(page_for, centre: Hall) -> None:
    page = paired(page_for(at=centre, size=PORTRAIT), page_for("yaoyuhang", at=centre))
    page.clock.install()
    page.goto("/kiosk")
    tile(page, "法律咨询").click()
    shown(page, "confirm")
    for _ in range(3):
        page.clock.run_for(WITHIN - 3000)
        expect(page.locator("[data-countdown]")).to_contain_text("秒后返回首页")
        page.get_by_role("button", name=re.compile("增加|减少")).last.click()
    shown(page, "confirm")
    page.get_by_role("button", name="取号", exact=True).dblclick()
    first = number_of(page)
    page.get_by_role("link", name="完成").click()
    shown(page, "start")
    tile(page, "法律咨询").click()
    shown(page, "confirm")
    page.get_by_role("button", name="取号", exact=True).click()
    assert int(number_of(page)[1:]) == int(first[1:]) + 1


def test_without_a_script(page_for, centre: Hall) -> None:
    page = paired(page_for(at=centre, size=PORTRAIT, javascript=False), page_for("yaoyuhang", at=centre))
    page.get_by_role("button", name="大字").click()
    assert page.locator("html").get_attribute("class") == "kiosk large"
    tile(page, "来访登记").click()
    page.get_by_label("来了几个人").select_option("4")
    page.get_by_role("button", name="高对比").click()
    expect(page.get_by_label("来了几个人")).to_have_value("4")
    page.get_by_label("身份证号").fill(acts.id_number("14270119650812301")[:-1])
    page.get_by_role("button", name="取号", exact=True).click()
    expect(page.locator(".problem")).to_contain_text("17 位")
    expect(page.get_by_label("身份证号")).to_have_value("")
    page.get_by_role("button", name="取号", exact=True).click()
    number_of(page)
    assert page.locator("html").get_attribute("class") == "kiosk large contrast"
    page.reload()
    shown(page, "start")
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # what was posted is not kept, and not sent again unasked
        page.go_back()


def test_a_closed_hall_is_said_in_large_letters(page_for, own_hall: Hall, shot, accessible) -> None:
    administrator = page_for("yaoyuhang", at=own_hall)
    page = paired(page_for(at=own_hall, size=PORTRAIT), administrator)
    tile(page, "来访登记").click()
    shown(page, "confirm")
    administrator.goto("/admin/hall/hours")
    form = administrator.locator("form", has=administrator.get_by_role("button", name="增加停办日"))
    form.locator("[name$=day]").fill(clock.today().isoformat())
    form.locator("[name$=message]").fill("今天下午停电检修，明天照常取号。")
    form.get_by_role("button", name="增加停办日").click()
    expect(administrator.get_by_role("table").first).to_contain_text("停电检修")
    page.get_by_role("button", name="取号", exact=True).click()  # closed between the two touches
    shown(page, "start")
    expect(page.locator(".problem")).to_contain_text("停电检修")
    page.goto("/kiosk")
    expect(page.locator("h1")).to_have_text("现在不取号")
    expect(page.locator(".closed-word")).to_have_text("今天下午停电检修，明天照常取号。")
    assert page.locator(".tile").count() == 0
    clean(page, accessible, "closed")
    shot(page, "kiosk-closed")
    page.get_by_role("link", name="预约签到").click()
    shown(page, "appointment")
    clean(page, accessible, "appointment")
    keys(page, "ACDEF34679")
    page.get_by_role("button", name="签到取号").click()
    expect(page.locator(".problem")).to_contain_text("没有这个预约码")


def test_the_server_goes_and_comes_back(page_for, own_hall: Hall, shot, complaints: list[str]) -> None:
    page = paired(page_for(at=own_hall, size=PORTRAIT), page_for("yaoyuhang", at=own_hall))
    tile(page, "来访登记").click()
    shown(page, "confirm")
    own_hall.kill()
    page.get_by_role("button", name="取号", exact=True).click()
    lost = page.locator("#lost")
    expect(lost).to_be_visible()
    expect(lost).to_contain_text("取号机暂停使用")
    expect(lost).to_contain_text("请到导引台")
    shot(page, "kiosk-lost")
    page.wait_for_function("() => !document.querySelector('#take')", timeout=20_000)  # the visitor has gone meanwhile
    own_hall.start()
    expect(lost).to_be_hidden(timeout=30_000)
    shown(page, "start")
    own_hall.kill()
    expect(lost).to_be_visible(timeout=30_000)  # nobody touched anything
    own_hall.start()
    expect(lost).to_be_hidden(timeout=30_000)
    tile(page, "来访登记").click()
    page.get_by_role("button", name="取号", exact=True).click()
    assert re.fullmatch(r"A\d{3}", number_of(page))
    complaints[:] = [each for each in complaints if "ERR_CONNECTION" not in each and "ERR_EMPTY_RESPONSE" not in each]
