"""What happens to pages in a real hall: power cuts, doubled clicks, Back, lunch, input methods, old habits without scripts."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import acts
from tests.browser.acts import do, picked, press, says, typed
from tests.browser.hall import Hall

pytestmark = pytest.mark.browser
STORY = "和单位签的合同到期没有续签，又干了四个月，工资没有发全，单位说等资金到账，没有写过欠条。"
HIDE = "Object.defineProperty(document, 'hidden', {get: () => true}); document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall of this module's own; each journey has a platform's window to itself."""
    yield from acts.tomorrow(tmp_path_factory.mktemp("lives"))


def at_window(page_for, centre: Hall, login: str, service: str, visitors: int = 1) -> Page:
    """The free window of ``login``, while so many anonymous visitors wait for ``service``."""
    desk = page_for("jingxiaoyan", at=centre)
    for _ in range(visitors):
        acts.take(desk, service)
    page = page_for(login, at=centre)
    acts.free(page)
    return page


def elapse(centre: Hall, passed: timedelta) -> None:
    """Let so much time pass on the hall's clock."""
    shift = timedelta(seconds=float(centre.clock_file.read_text(encoding="ascii")))
    centre.travel(datetime.now(UTC) + shift + passed)


def found(page: Page, words: str) -> int:
    """How many cases the search shows for ``words``."""
    page.goto(f"/cases?q={words}")
    expect(page.locator("#case-list")).to_be_visible()
    return page.locator("#case-list tbody tr").count()


def test_boards_outlive_a_power_cut(page_for, centre: Hall, shot, complaints: list[str]) -> None:
    clerk = at_window(page_for, centre, "liangxiaodong", "热线线下服务", visitors=2)
    hall, sign, second = (page_for(at=centre, size=acts.HALL_SIZE) for _ in range(3))
    screens = ((hall, "大厅屏", ""), (sign, "窗口屏", "16号窗口"), (second, "大厅屏", ""))
    acts.pair(screens, page_for("yaoyuhang", at=centre))
    number = acts.call(clerk)
    for page, _, _ in screens:
        expect(page.locator(".call-number")).to_have_text(number)
        expect(page.locator("#offline")).to_be_hidden()
    assert complaints == []
    centre.kill()
    for page, _, _ in screens:
        expect(page.locator("#offline")).to_be_visible()
        expect(page.locator("#offline")).to_have_text(says("网络恢复中，以上为最近一次数据"))
        expect(page.locator(".call-number")).to_have_text(number)
    shot(hall, "lives-hall-offline")
    centre.start()
    for page, _, _ in screens:
        expect(page.locator("#offline")).to_be_hidden(timeout=40_000)
    clerk.reload()
    expect(clerk.locator(acts.TICKET)).to_have_text(number)
    acts.miss(clerk)
    following = acts.call(clerk)
    assert following != number
    for page in (hall, sign, second):
        expect(page.locator(".call-number")).to_have_text(following, timeout=20_000)
    complaints.clear()  # of the lost connections; nothing was complained of before


def test_two_tabs_and_a_double_click_call_one(page_for, centre: Hall) -> None:
    first = at_window(page_for, centre, "dongyanli", "法律咨询", visitors=3)
    second = first.context.new_page()
    second.goto("/queue/window")
    first.reload()
    for page in (first, second):
        expect(page.locator("#waiting-title")).to_have_text("等候 3 号")
    first.get_by_role("button", name="叫下一位").dblclick()
    expect(first.locator(acts.TICKET)).to_be_visible()
    number = first.locator(acts.TICKET).inner_text()
    with second.expect_response("**/queue/window/next") as answer:
        second.get_by_role("button", name="叫下一位").click()
    assert answer.value.status == 409
    expect(second.get_by_role("alert").first).to_contain_text(says(f"正在接待 {number}，请先办结、挂起或过号"))
    expect(second.locator(acts.TICKET)).to_have_text(number)
    expect(second.locator("#waiting h3")).to_have_text("等候 2 号")


def test_a_stale_page_is_told_what_happened(page_for, centre: Hall) -> None:
    first = at_window(page_for, centre, "xuelijun", "社会救助申请")
    number = acts.call(first)
    second = first.context.new_page()
    second.goto("/queue/window")
    acts.start(first)
    with second.expect_response("**/miss") as answer:
        press(second, "F7")
    assert answer.value.status == 409
    said = second.get_by_role("alert").first
    expect(said).to_contain_text(number)
    expect(said).to_contain_text(re.compile("办理中|已开始|已更新|刚"))
    expect(second.locator("#ticket")).to_contain_text("办理中")


def test_a_stale_step_says_what_was_changed(page_for, centre: Hall, shot) -> None:
    clerk = at_window(page_for, centre, "jingyaqin", "来访登记")
    acts.call(clerk)
    acts.start(clerk)
    number = register(clerk, "村里修路占了承包地", "村里修路占了承包地，没有量过，也没有补偿。")
    colleague = page_for("zhangdeliang", at=centre)
    for page in (clerk, colleague):
        page.goto(f"/cases/{number}")
        acts.open_form(page, "转送")
        page.locator("#case-form").get_by_label("去向机关、单位").fill("盐湖区信访局")
    press(clerk, "Control+Enter")
    expect(clerk.locator("#case-panel")).to_contain_text(says("已记录：转送"))
    with colleague.expect_response(re.compile("/steps/refer$")) as answer:
        press(colleague, "Control+Enter")
    assert answer.value.status == 409
    told = colleague.locator("#case-form").get_by_role("alert").first
    expect(told).to_contain_text(says("提交前有变化，请核对"))
    expect(told).to_contain_text("转送 → 已转送·待收到")
    expect(colleague.locator("#case-form").get_by_label("去向机关、单位")).to_have_value("盐湖区信访局")
    shot(colleague, "lives-stale-step")


def register(page: Page, demand: str, facts: str) -> str:
    """Register a case from the ticket at the window; its number."""
    page.get_by_label("事实与理由").fill(facts)
    page.get_by_label("主要诉求").fill(demand)
    press(page, "Control+Enter")
    expect(page.locator("#notice")).to_contain_text("已登记为")
    return acts.CASE_NUMBER.search(page.locator("#notice").inner_text()).group()


def test_back_after_registering_makes_no_second_case(page_for, centre: Hall) -> None:
    clerk = at_window(page_for, centre, "huyuting", "立案指引")
    acts.call(clerk)
    acts.start(clerk)
    number = register(clerk, "退还培训机构预收学费", "培训机构停业，预收学费没有退，合同写明可以退。")
    clerk.go_back()
    clerk.wait_for_load_state("domcontentloaded")
    if clerk.locator("#registration").count():  # a browser that shows the old page lets the clerk send it again
        with clerk.expect_response("**/register") as answer:
            press(clerk, "Control+Enter")
        assert answer.value.status == 409
    expect(clerk.locator("body")).to_contain_text(number)
    assert found(clerk, "退还培训机构预收学费") == 1


def test_lunch_does_not_cost_what_was_typed(page_for, centre: Hall, shot) -> None:
    clerk = at_window(page_for, centre, "jiaohaifeng", "劳动争议调解")
    acts.call(clerk)
    acts.start(clerk)
    clerk.get_by_label("事实与理由").fill(STORY)
    expect(clerk.locator("#draft-note")).to_contain_text("草稿已存")
    elapse(centre, timedelta(minutes=31))
    press(clerk, "Control+Enter")
    clerk.wait_for_url("**/login?**")
    expect(clerk.locator("#notice")).to_contain_text(says("长时间没有操作，已自动退出"))
    shot(clerk, "lives-idle-exit")
    acts.sign_in(clerk, "jiaohaifeng")
    expect(clerk.get_by_label("事实与理由")).to_have_value(STORY)
    press(clerk, "Control+Enter")
    expect(clerk.locator("#notice")).to_contain_text("已登记为")


def test_enter_that_confirms_a_candidate_does_not_submit(page_for, centre: Hall) -> None:
    desk = page_for("jingxiaoyan", at=centre)
    desk.goto("/queue/desk")
    acts.service(desk, "热线线下服务").check()
    desk.get_by_label("姓名", exact=True).focus()
    posts = []
    desk.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    keyboard = desk.context.new_cdp_session(desk)
    keyboard.send("Input.imeSetComposition", {"text": "su", "selectionStart": 2, "selectionEnd": 2})
    expect(desk.get_by_label("姓名", exact=True)).to_have_value("su")
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", **enter})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    keyboard.send("Input.insertText", {"text": "苏"})
    expect(desk.get_by_label("姓名", exact=True)).to_have_value("苏")
    assert posts == []
    assert desk.locator("#slip").count() == 0
    desk.wait_for_function("(since) => performance.now() - since > 100", arg=desk.evaluate("performance.now()"))
    desk.keyboard.press("Enter")
    expect(desk.locator("#slip").locator(acts.TICKET)).to_be_visible()


def test_desk_window_and_registration_work_without_scripts(page_for, centre: Hall, shot) -> None:
    desk = page_for("jingxiaoyan", at=centre, javascript=False)
    desk.goto("/queue/desk")
    acts.service(desk, "矛盾风险反映").check()
    desk.get_by_label("姓名", exact=True).fill("戈志军")
    desk.get_by_role("button", name="出号").click()
    number = desk.locator("#slip").locator(acts.TICKET).inner_text()
    clerk = page_for("feizhigang", at=centre)
    acts.free(clerk)
    plain = page_for("feizhigang", at=centre, javascript=False)
    plain.goto("/queue/window")
    plain.get_by_role("button", name=re.compile("^叫下一位")).click()
    expect(plain.locator(acts.TICKET)).to_have_text(number)
    plain.get_by_role("button", name="已到窗").click()
    plain.get_by_label("事实与理由").fill("路口窨井盖松动两个月，夜里有人摔倒。")
    plain.get_by_label("主要诉求").fill("修好路口窨井盖")
    plain.get_by_role("button", name=re.compile("^登记")).click()
    expect(plain.locator("#notice")).to_contain_text(f"{number} 已登记为")
    shot(plain, "lives-plain-window")
    plain.get_by_role("link", name="打开事项").click()
    expect(plain.locator("#case-panel")).to_contain_text("修好路口窨井盖")
    plain.go_back()
    plain.get_by_role("button", name=re.compile(r"^结束\s*F10|^结束$")).click()
    expect(plain.get_by_role("button", name=re.compile("^叫下一位"))).to_be_visible()


PAGES = (
    ("jingxiaoyan", ("/queue/desk", "/queue/overview")),
    ("panhongxia", ("/", "/queue/window", "/cases", "/cases/new", "/account")),
    ("renzhiping", ("/cases", "CASE", "/queue/overview")),
    ("yaoyuhang", ("/admin/hall", "/admin/screens")),
    ("chengsiyuan", ("/admin/accounts",)),
    ("qinyuehua", ("/audit",)),
    (None, ("/login", "/enquiry", "/screens")),
)


@pytest.mark.parametrize(("login", "addresses"), PAGES, ids=[str(login) for login, _ in PAGES])
def test_pages_can_be_used_by_everybody(page_for, centre: Hall, accessible, shot, login, addresses) -> None:
    page = page_for(login, at=centre)
    for address in addresses:
        if address == "CASE":
            page.locator("#case-list a").first.click()
            expect(page.locator("#case-panel")).to_be_visible()
        else:
            page.goto(address)
        shot(page, f"page-{login or 'public'}-{address.strip('/').replace('/', '-') or 'home'}")
        accessible(page)


def test_six_tabs_of_one_browser_all_load(page_for, centre: Hall) -> None:
    first = page_for("panhongxia", at=centre)
    acts.free(first)
    context: BrowserContext = first.context
    for place in range(6):
        tab = context.new_page()
        tab.goto("/queue/window" if place % 2 else "/queue/overview")
        if place % 2:
            # what the page fetches by itself has come, too: streams have not taken every connection
            expect(tab.locator("#relay-slot section")).to_have_count(1)
        else:
            expect(tab.locator("#overview")).to_contain_text("数据时间")
        tab.evaluate(HIDE)
    first.reload()
    expect(first.get_by_role("button", name=re.compile("^叫下一位"))).to_be_visible()


def test_a_citizen_rates_by_the_slips_code_later(page_for, centre: Hall, shot) -> None:
    desk, clerk, citizen = (page_for(who, at=centre) for who in ("jingxiaoyan", "zhangdeliang", None))
    desk.add_init_script(acts.COUNT_PRINTS)
    number = acts.take(desk, "信访事项查询")
    code = acts.open_slip(desk)
    acts.free(clerk)
    while acts.call(clerk) != number:
        acts.miss(clerk)
    acts.start(clerk)
    clerk.get_by_label("主要诉求").fill("想知道退休人员异地认证在哪里办")
    clerk.get_by_label("信访目的").select_option(label="咨询求助")
    press(clerk, "Control+Enter")
    expect(clerk.locator("#notice")).to_contain_text("已登记为")
    acts.ask(citizen, code)
    expect(citizen.locator("#standing")).to_contain_text("办结以后，凭同一个查询码可以评价")
    assert "退休" not in citizen.locator("main").inner_text()
    answer = (picked("咨询"), typed("答复内容", "手机或社区服务站都可以，当面演示了一遍。"), picked("信访人已听明答复"))
    do(clerk, "即时办结", "已记录：即时办结", *answer)
    do(clerk, "填结果", "诉求结果已记录", picked("解决问题到位"), picked("已解决"))
    do(clerk, "办结", "事项已办结")
    acts.finish(clerk)
    acts.ask(citizen, f" {code.lower().replace('-', ' ')}")
    citizen.get_by_label("基本满意").check()
    citizen.get_by_label("想说的话").fill("讲得清楚，等的时间有点长。")
    shot(citizen, "day-enquiry")
    citizen.get_by_role("button", name="提交评价").click()
    expect(citizen.locator("#notice")).to_contain_text("感谢您的评价")
    acts.ask(citizen, code)
    expect(citizen.locator("#standing")).to_contain_text(says("您的评价：基本满意"))
    assert citizen.get_by_role("button", name="提交评价").count() == 0
