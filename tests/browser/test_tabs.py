"""Many windows of one browser: HTTP/1.1 gives it six connections to a host, and every page that shows a list would hold one for good."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import acts
from tests.browser.acts import do, typed
from tests.browser.hall import Hall

pytestmark = pytest.mark.browser
CLERK, SERVICE = "zhangdeliang", "来访登记"
PLACES = ("/queue/window", "/queue/overview", "/queue/window", "/queue/overview", "/queue/window", "/queue/overview")
NORMAL = 10_000  # milliseconds within which a page of a healthy portal is there, on a machine busy with other tests
SOON = 5_000
# What the page has been told since, without asking by itself.
COUNT_NEWS = """() => {
  window.news = 0;
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const cause = event.detail.requestConfig.triggeringEvent;
    if (cause && cause.type.startsWith("sse:")) { window.news += 1; }
  });
}"""
HIDE = "Object.defineProperty(document, 'hidden', {get: () => %s, configurable: true}); document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall of this module's own."""
    yield from acts.tomorrow(tmp_path_factory.mktemp("tabs"))


def opened(context: BrowserContext, *addresses: str) -> list[Page]:
    """One more window for each address, each of them in sight, loaded within normal time with all it fetches by itself."""
    tabs = []
    for address in addresses:
        tab = context.new_page()
        tab.goto(address, timeout=NORMAL)
        if address == "/queue/window":
            expect(tab.locator("#relay-slot section")).to_have_count(1, timeout=NORMAL)
        assert tab.evaluate("document.hidden") is False
        tab.evaluate(COUNT_NEWS)
        tabs.append(tab)
    return tabs


def told(tabs: list[Page]) -> None:
    """Each of them has heard of a change."""
    for tab in tabs:
        tab.wait_for_function("() => window.news > 0", timeout=SOON)


def shows(tabs: list[Page], number: str) -> None:
    """``number`` stands in the list of each."""
    for tab in tabs:
        expect(tab.locator("body")).to_contain_text(number, timeout=SOON)


def registered(clerk: Page, desk: Page) -> str:
    """The number of a matter that the clerk has just registered; nobody is left at the window."""
    acts.take(desk, SERVICE)
    acts.free(clerk)
    acts.call(clerk)
    acts.start(clerk)
    clerk.get_by_label("事实与理由").fill("小区电梯停运半个月，老人下不了楼。")
    clerk.get_by_label("主要诉求").fill("修好电梯")
    acts.press(clerk, "Control+Enter")
    expect(clerk.locator("#notice")).to_contain_text("已登记为")
    number = acts.CASE_NUMBER.search(clerk.locator("#notice").inner_text()).group()
    acts.finish(clerk)
    return number


def test_six_then_seven_and_more_windows_load_and_hear(page_for, centre: Hall) -> None:
    clerk, desk = page_for(CLERK, at=centre), page_for("jingxiaoyan", at=centre)
    case = registered(clerk, desk)
    lists = opened(clerk.context, *PLACES)
    number = acts.take(desk, SERVICE)
    told(lists)
    shows([tab for tab in lists if "overview" not in tab.url], number)
    matter, *further = opened(clerk.context, f"/cases/{case}", "/queue/overview", "/queue/window")
    for tab in (*lists, *further):
        tab.evaluate("window.news = 0")
    number = acts.take(desk, SERVICE)
    told([*lists, *further])
    shows([tab for tab in (*lists, *further) if "overview" not in tab.url], number)
    clerk.goto(f"/cases/{case}")
    do(clerk, "转送", "已记录：转送", typed("去向机关、单位", "盐湖区信访局"))
    told([matter])
    expect(matter.locator("main")).to_contain_text("已转送", timeout=SOON)


def test_a_window_that_was_out_of_sight_catches_up(page_for, centre: Hall) -> None:
    clerk, desk = page_for(CLERK, at=centre), page_for("jingxiaoyan", at=centre)
    acts.free(clerk)
    hidden, seen = opened(clerk.context, "/queue/window", "/queue/window")
    hidden.clock.install()
    hidden.reload()
    hidden.evaluate(COUNT_NEWS)
    hidden.evaluate(HIDE % "true")
    hidden.clock.run_for(6_000)  # a glance at another window is forgiven
    number = acts.take(desk, SERVICE)
    shows([seen], number)
    assert hidden.evaluate("window.news") == 0
    hidden.evaluate(HIDE % "false")
    shows([hidden], number)


def test_signing_out_in_one_window_ends_the_others_and_signing_in_again_revives(page_for, centre: Hall) -> None:
    clerk, desk = page_for(CLERK, at=centre), page_for("jingxiaoyan", at=centre)
    acts.free(clerk)
    others = opened(clerk.context, *PLACES)
    clerk.locator("details.account summary").click()
    clerk.get_by_role("button", name="退出").click()
    expect(clerk).to_have_url(re.compile("/login"))
    acts.take(desk, SERVICE)
    for tab in others:  # what they fetch is refused, which takes them to the sign-in page
        tab.wait_for_url(re.compile("/login"))
    acts.sign_in(clerk, CLERK)
    again = opened(clerk.context, "/queue/window", "/queue/overview")
    number = acts.take(desk, SERVICE)
    told(again)
    shows(again[:1], number)


def test_another_person_hears_what_is_his_own(page_for, centre: Hall) -> None:
    first, desk = page_for(CLERK, at=centre), page_for("jingxiaoyan", at=centre)
    acts.free(first)
    left = opened(first.context, "/queue/window")[0]
    first.locator("details.account summary").click()
    first.get_by_role("button", name="退出").click()
    acts.sign_in(first, "dongyanli")
    acts.free(first)
    mine = opened(first.context, "/queue/window")[0]
    number = acts.take(desk, "法律咨询")
    shows([mine], number)
    assert number not in left.locator("body").inner_text(), (
        "nobody else's list may come into the page of the one before"
    )


def test_all_windows_outlive_the_servers_end(page_for, own_hall: Hall, complaints: list[str]) -> None:
    clerk, desk = page_for(CLERK, at=own_hall), page_for("jingxiaoyan", at=own_hall)
    acts.free(clerk)
    tabs = opened(clerk.context, *PLACES, "/queue/window")
    assert complaints == []
    own_hall.kill()
    own_hall.start()
    for tab in tabs:  # back by themselves: after a gap each looks again
        tab.wait_for_function("() => window.news > 0", timeout=60_000)
        tab.evaluate("window.news = 0")
    number = acts.take(desk, SERVICE)
    told(tabs)
    shows([tab for tab in tabs if "overview" not in tab.url], number)
    complaints.clear()  # of the connections that were cut


def test_without_shared_workers_a_page_has_its_own_stream(page_for, centre: Hall) -> None:
    clerk, desk = page_for(CLERK, at=centre), page_for("jingxiaoyan", at=centre)
    acts.free(clerk)
    clerk.context.add_init_script("delete window.SharedWorker")
    tab = clerk.context.new_page()
    with tab.expect_response(re.compile("/stream/window")) as stream:
        tab.goto("/queue/window")
    assert stream.value.headers["content-type"].startswith("text/event-stream")
    number = acts.take(desk, SERVICE)
    shows([tab], number)


def test_a_worker_that_never_answers_is_done_without(page_for, centre: Hall) -> None:
    clerk, desk = page_for(CLERK, at=centre), page_for("jingxiaoyan", at=centre)
    acts.free(clerk)
    clerk.context.add_init_script(
        "window.SharedWorker = function () { this.port = { postMessage: () => {} }; }"  # starts, and says nothing
    )
    tab = clerk.context.new_page()
    with tab.expect_response(re.compile("/stream/window")):
        tab.goto("/queue/window")
    number = acts.take(desk, SERVICE)
    shows([tab], number)
