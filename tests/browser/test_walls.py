"""Walls that never lie: power cuts, a frozen server, midnight, clocks that jump, new builds, no scripts; and how every composition looks."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from portal import clock
from portal.web.formats import chinese_day, clock_time
from tests.browser import acts
from tests.browser.hall import Hall

pytestmark = pytest.mark.browser
UPRIGHT = (1080, 1920)
SOON = "1000"  # milliseconds between two looks at the server, where a test must not wait for the usual fifteen seconds
# The screen's own computer believes in another time: window.jump milliseconds from the true one.
WRONG_CLOCK = """
window.jump = %d;
const True = Date;
window.Date = class extends True {
  constructor(...given) { if (given.length) { super(...given); } else { super(True.now() + window.jump); } }
  static now() { return True.now() + window.jump; }
};
"""
# Whatever is cut off: wider or higher than its box. What is one glyph's overhang is not.
CUT_OFF = """() => Array.from(document.querySelectorAll(".block, .column, .call, .rows > li > *, .texts, .call-number, .call-place, h1, .screen-notice"))
  .filter((each) => !each.closest("[hidden]") && getComputedStyle(each).display !== "contents")
  .filter((each) => each.scrollWidth > each.clientWidth + 1 || (each.matches(".block, .column, .texts") && each.scrollHeight > each.clientHeight + 2))
  .map((each) => `${each.className} ${each.textContent.trim().slice(0, 20)} ${each.scrollWidth}>${each.clientWidth} ${each.scrollHeight}>${each.clientHeight}`)
"""
COMPOSITIONS = {
    "call": ("大厅屏", ("当前叫号",)),
    "call-windows": ("大厅屏", ("当前叫号", "各窗口在办")),
    "call-all": ("大厅屏", ("当前叫号", "最近叫号", "各窗口在办", "公告")),
    "recent-call": ("大厅屏", ("最近叫号", "各区等候人数", "当前叫号")),
    "windows": ("大厅屏", ("各窗口在办",)),
    "no-call": ("大厅屏", ("最近叫号", "各区等候人数", "公告", "领导接访日程")),
    "zone": ("区域屏", ("当前叫号", "最近叫号", "各窗口在办", "各区等候人数")),
    "window": ("窗口屏", ("当前叫号", "公告")),
    "schedule": ("日程屏", ("领导接访日程", "各区等候人数", "公告")),
}


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall of this module's own, on the morning after the demo's."""
    yield from acts.tomorrow(tmp_path_factory.mktemp("walls"))


@pytest.fixture
def administrator(page_for, centre: Hall) -> Page:
    """Who approves screens."""
    return page_for("yaoyuhang", at=centre)


@pytest.fixture
def wall(page_for, centre: Hall, administrator: Page) -> Callable[..., Page]:
    """``wall("区域屏", "一楼东区")`` is a paired screen; ``script`` runs in it before everything else."""

    def paired(
        kind: str = "大厅屏", where: str = "", *, script: str = "", size: tuple[int, int] = acts.HALL_SIZE
    ) -> Page:
        page = page_for(at=centre, size=size)
        if script:
            page.add_init_script(script)
        acts.pair([(page, kind, where)], administrator)
        return page

    return paired


@pytest.fixture
def clerk(page_for, centre: Hall) -> Page:
    """张德良 at window 1, with nobody there."""
    page = page_for("zhangdeliang", at=centre)
    acts.free(page)
    return page


@pytest.fixture
def call(page_for, centre: Hall, clerk: Page) -> Callable[[], str]:
    """A number is taken at the desk and somebody is called to window 1: the number called."""
    desk = page_for("jingxiaoyan", at=centre)

    def called() -> str:
        if clerk.locator(acts.TICKET).count():
            acts.miss(clerk)
        acts.take(desk, "来访登记")
        return acts.call(clerk)

    return called


def often(page: Page) -> None:
    """Let the screen look every second."""
    page.evaluate(f"document.getElementById('live').dataset.poll = '{SOON}'")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def number(page: Page) -> Locator:
    return page.locator(".call-number")


def same_page(page: Page) -> bool:
    return page.evaluate("() => window.unchanged === true")


def drops(complaints: list[str]) -> None:
    """Take out what was provoked: connections that broke, streams that were refused."""
    complaints[:] = [each for each in complaints if not re.search(r"net::|503|Failed to load resource", each)]


# ---- the server goes and comes back ----


@pytest.mark.parametrize("screens", [8, pytest.param(20, marks=pytest.mark.proof)])
def test_all_screens_outlive_a_power_cut(page_for, centre: Hall, wall, clerk, call, complaints, shot, screens) -> None:
    first = call()
    kinds = [wall(), wall("区域屏", "一楼东区"), wall("窗口屏", "1号窗口"), wall("日程屏")]
    walls = list(kinds)
    while len(walls) < screens:  # further screens of each kind, with the same right to their boards
        twin = page_for(at=centre, size=acts.HALL_SIZE)
        model = kinds[len(walls) % len(kinds)]
        twin.context.add_cookies(model.context.cookies())
        twin.goto(model.url)
        walls.append(twin)
    numbered = [page for page in walls if "schedule" not in page.url]
    for page in numbered:
        expect(number(page)).to_have_text(first)
    assert complaints == []
    centre.kill()
    for page in walls:
        expect(page.locator("#offline")).to_be_visible(timeout=30_000)
    for page in numbered:
        expect(number(page)).to_have_text(first)
    centre.start()
    for page in walls:
        expect(page.locator("#offline")).to_be_hidden(timeout=40_000)
    following = call()
    assert following != first
    for page in numbered:
        expect(number(page)).to_have_text(following)
    for page in walls:
        expect(page.locator("#clock")).to_contain_text(chinese_day(centre.now()))
    shot(walls[1], "walls-zone-after-power-cut")
    drops(complaints)


def test_ten_minutes_without_an_answer(page_for, centre: Hall, wall, clerk, call, complaints, shot) -> None:
    first = call()
    page, plain = wall(), wall("区域屏", "一楼东区")
    plain.goto("about:blank")
    plain.clock.install()
    plain.goto(f"{centre.url}/screens/zone")
    for screen in (page, plain):
        often(screen)
        expect(number(screen)).to_have_text(first)
    centre.freeze()
    try:
        plain.clock.fast_forward(600_000)
        late = centre.now() + timedelta(minutes=10)
        soon = {clock_time(late), clock_time(late + timedelta(minutes=1)), clock_time(late - timedelta(minutes=1))}
        expect(plain.locator("#clock")).to_have_text(re.compile("|".join(soon)))
        for screen in (page, plain):
            expect(screen.locator("#offline")).to_be_visible(timeout=60_000)
            expect(screen.locator("#offline")).to_have_text("网络恢复中，以上为最近一次数据")
            expect(number(screen)).to_have_text(first)
        shot(plain, "walls-frozen-server")
    finally:
        centre.thaw()
    for screen in (page, plain):
        expect(screen.locator("#offline")).to_be_hidden(timeout=40_000)
    following = call()
    for screen in (page, plain):
        expect(number(screen)).to_have_text(following)
        # the hall did not get ten minutes older: the screen takes its time from the answers again
        now = centre.now()
        expect(screen.locator("#clock")).to_have_text(
            re.compile(f"{clock_time(now)}|{clock_time(now + timedelta(minutes=1))}")
        )
    drops(complaints)


def test_a_refused_stream_costs_a_poll_and_comes_back(centre: Hall, wall, call, complaints) -> None:
    call()
    page = wall()
    refused = []
    answer = {"status": 503, "headers": {"Retry-After": "5"}, "body": "busy"}
    page.route("**/stream/board", lambda route: (refused.append(route.request.url), route.fulfill(**answer)))
    page.reload()
    often(page)
    expect(number(page)).to_have_text(call())
    expect(page.locator("#offline")).to_be_hidden()
    assert refused
    page.unroute("**/stream/board")
    with page.expect_response(lambda each: each.url.endswith("/stream/board") and each.status == 200, timeout=60_000):
        pass
    expect(number(page)).to_have_text(call())
    drops(complaints)


def test_a_revoked_wall_goes_back_to_its_code(centre: Hall, wall, administrator, call) -> None:
    shown = call()
    page = wall("窗口屏", "1号窗口")
    expect(number(page)).to_have_text(shown)
    administrator.goto("/admin/screens")
    mine = administrator.locator("article", has_text="1号窗口窗口屏").last
    mine.get_by_role("button", name="撤销").click()
    expect(administrator.locator("#notice")).to_contain_text("已撤销")
    expect(page.locator(".pairing-code")).to_have_text(re.compile(r"^[A-Z0-9]{6}$"))
    assert shown not in page.content()


# ---- time ----


def test_midnight_clears_the_board(centre: Hall, wall, clerk, call) -> None:
    hall, zone, window = wall(), wall("区域屏", "一楼东区"), wall("窗口屏", "1号窗口")
    shown = call()
    before = centre.now()
    for page in (hall, zone, window):
        expect(number(page)).to_have_text(shown)
        acts.mark(page)
        often(page)
    midnight = clock.at_hall(clock.day_of(before) + timedelta(days=1))
    centre.travel(midnight + timedelta(seconds=2))
    try:
        for page in (hall, zone):
            expect(page.locator(".call-idle")).to_have_text("今日尚未叫号")
            assert page.locator(".recent li").count() == 0
        expect(window.locator(".call-idle")).to_have_text("暂停服务")
        for page in (hall, zone, window):
            acts.loaded_anew(page)
            expect(page.locator("#clock")).to_contain_text(chinese_day(midnight))
            assert shown not in page.content()
    finally:
        centre.travel(before + timedelta(minutes=1))


def test_yesterdays_data_say_so_while_nobody_answers(centre: Hall, wall, call, complaints) -> None:
    call()
    page = wall()
    page.goto("about:blank")
    page.clock.install()
    page.goto(f"{centre.url}/screens/hall")
    day = clock.local(centre.now())
    expect(page.locator("#data-time")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))
    page.context.set_offline(True)
    page.clock.fast_forward(24 * 3_600_000)
    expect(page.locator("#data-time")).to_have_text(re.compile(rf"^{day.month}月{day.day}日 \d\d:\d\d:\d\d$"))
    page.context.set_offline(False)
    expect(page.locator("#data-time")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"), timeout=40_000)
    drops(complaints)


@pytest.mark.parametrize("wrong", [5 * 3_600_000, -3 * 86_400_000])
def test_a_screen_with_a_wrong_clock_tells_the_halls_time(centre: Hall, wall, call, wrong: int) -> None:
    page = wall(script=WRONG_CLOCK % wrong)

    def right() -> None:
        now = centre.now()
        either = f"{clock_time(now)}|{clock_time(now + timedelta(minutes=1))}"
        expect(page.locator("#clock")).to_have_text(re.compile(f"^{chinese_day(now)} ({either})$"))

    right()
    for jump in (wrong + 7_200_000, wrong - 86_400_000, 0):
        page.evaluate(f"window.jump = {jump}")
        expect(number(page)).to_have_text(call())
        right()
        expect(page.locator("#offline")).to_be_hidden()


def test_a_quiet_hall_keeps_telling_the_time_of_its_data(centre: Hall, wall) -> None:
    page = wall()
    often(page)
    before = page.locator("#data-time").inner_text()
    centre.travel(centre.now() + timedelta(minutes=2))
    expect(page.locator("#data-time")).not_to_have_text(before)
    now = centre.now()
    either = f"{clock_time(now)}|{clock_time(now + timedelta(minutes=1))}"
    expect(page.locator("#data-time")).to_have_text(re.compile(f"^({either}):"))
    expect(page.locator("#clock")).to_have_text(re.compile(f"{either}$"))


# ---- what changes around the board ----


def test_a_new_build_is_fetched_only_when_the_page_answers(centre: Hall, wall, call, complaints) -> None:
    shown = call()
    page = wall()
    acts.mark(page)

    def upgraded(route: Route) -> None:
        body = re.sub(r'data-build="[^"]*"', 'data-build="another"', route.fetch().text())
        route.fulfill(status=200, content_type="text/html; charset=utf-8", body=body)

    tried = []
    page.route("**/screens/hall", lambda route: (tried.append(1), route.abort()))
    page.route("**/screens/hall/board", upgraded)
    often(page)
    while not tried:
        page.wait_for_function("(since) => performance.now() - since > 100", arg=page.evaluate("performance.now()"))
    expect(number(page)).to_have_text(shown)
    assert same_page(page), "an error page would be the end of the screen"
    page.unroute("**/screens/hall")
    page.wait_for_function("() => window.unchanged === undefined", timeout=40_000)
    # Told a strange build, the page asks again and again: what is being answered is answered first.
    page.unroute_all(behavior="wait")
    expect(number(page)).to_have_text(shown)
    drops(complaints)


def test_a_changed_layout_changes_the_wall_by_itself(centre: Hall, wall, administrator, call, shot) -> None:
    layout(administrator, "变化", "大厅屏", ("当前叫号", "最近叫号"))
    page = wall()
    shown = call()
    administrator.goto("/admin/screens")
    newest = administrator.evaluate(
        "Math.max(...Array.from(document.querySelectorAll('article')).map((each) => Number(each.id.slice(7))))"
    )
    mine = administrator.locator(f"#screen-{newest}")
    mine.locator("summary").click()
    mine.get_by_label("版式").select_option(label="大厅屏：变化")
    mine.get_by_label("名称").fill("变化的墙")
    mine.get_by_role("button", name="保存").click()
    expect(administrator.locator("#notice")).to_contain_text("已批准")
    administrator.goto("/admin/layouts")
    administrator.get_by_role("link", name="变化").click()
    administrator.get_by_label("最近叫号").fill("")
    administrator.get_by_label("各窗口在办").fill("２")
    shot(administrator, "walls-layout-form")
    acts.press(administrator, "Control+Enter")
    expect(administrator.locator("#notice")).to_contain_text("已保存")
    expect(page.locator("#windows")).to_be_visible()
    expect(number(page)).to_have_text(shown)


def test_notices_run_and_are_not_disturbed_by_calls(page_for, centre: Hall, wall, call, shot, accessible) -> None:
    page = wall()
    head = page_for("renzhiping", at=centre)
    head.goto("/queue/notices")
    text = "今日下午三点起一楼东区暂停取号，已取号的继续办理；请看管好随身物品，不要在窗口前追逐打闹。"
    head.get_by_label("内容").fill(text)
    acts.press(head, "Control+Enter")
    expect(head.locator("#notice")).to_contain_text("公告已发布")
    expect(page.locator("#ticker")).to_have_text(re.compile(text))
    page.evaluate("window.line = document.querySelector('.ticker-line'); window.calls = [];")
    page.evaluate("live.addEventListener('portal:called', (event) => window.calls.push(event.detail.call))")
    for _ in range(2):
        expect(number(page)).to_have_text(call())
    assert page.evaluate("document.querySelector('.ticker-line') === window.line"), "the line runs on"
    assert page.evaluate("document.querySelector('.ticker-line').getAnimations()[0].playState") == "running"
    assert page.evaluate("new Set(window.calls).size") == page.evaluate("window.calls.length") == 2
    expect(page.locator(".screen-notice")).to_contain_text("过号请到导引台")
    shot(head, "walls-notices")
    accessible(head)
    head.get_by_role("button", name="撤下").first.click()
    expect(page.locator("#ticker")).not_to_contain_text(text)


# ---- without scripts ----


def test_walls_without_scripts_show_what_is_so(page_for, centre: Hall, wall, call) -> None:
    shown = call()
    plain = []
    for kind, where in (
        ("大厅屏", ""),
        ("区域屏", "一楼东区"),
        ("窗口屏", "1号窗口"),
        ("日程屏", ""),
        ("评价屏", "1号窗口"),
    ):
        model = wall(kind, where)
        page = page_for(at=centre, size=acts.HALL_SIZE, javascript=False)
        page.context.add_cookies(model.context.cookies())
        page.goto(model.url)
        assert 'http-equiv="refresh"' in page.content()
        expect(page.locator("#clock")).to_contain_text(chinese_day(centre.now()))
        expect(page.locator("#data-time")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))
        plain.append(page)
    numbered = plain[:3]
    for page in numbered:
        expect(number(page)).to_have_text(shown)
    following = call()
    for page in numbered:  # by themselves, within the ten seconds of the refresh
        expect(number(page)).to_have_text(following, timeout=20_000)
    expect(plain[3].locator("#schedule")).to_contain_text("领导接访室")


# ---- how it looks ----


def layout(administrator: Page, name: str, kind: str, blocks: tuple[str, ...]) -> str:
    """Compose a layout; the address of its preview."""
    administrator.goto("/admin/layouts/new")
    administrator.get_by_label("名称").fill(name)
    administrator.get_by_label(kind).check()
    for label in ("当前叫号", "最近叫号"):
        administrator.get_by_label(label).fill("")
    for place, label in enumerate(blocks, start=1):
        administrator.get_by_label(label, exact=True).fill(str(place))
    acts.press(administrator, "Control+Enter")
    expect(administrator.locator("#notice")).to_contain_text(f"“{name}”已保存")
    row = administrator.locator("tr").filter(has=administrator.get_by_role("link", name=name, exact=True))
    return row.get_by_role("link", name="预览").get_attribute("href")


def test_every_composition_can_be_read_both_ways(page_for, centre: Hall, administrator, call, shot, accessible) -> None:
    for _ in range(8):
        call()
    head = page_for("renzhiping", at=centre)
    for text in (
        "今日下午停水。",
        "请看管好随身物品，带孩子的群众请照看好孩子，不要在窗口前追逐打闹；饮水处在一楼西侧楼梯口旁边。" * 2,
    ):
        head.goto("/queue/notices")
        head.get_by_label("内容").fill(text)
        acts.press(head, "Control+Enter")
        expect(head.locator("#notice")).to_contain_text("公告已发布")
    for name, (kind, blocks) in COMPOSITIONS.items():
        address = layout(administrator, f"样式 {name}", kind, blocks)
        for size, way in ((acts.HALL_SIZE, "wide"), (UPRIGHT, "upright")):
            administrator.set_viewport_size({"width": size[0], "height": size[1]})
            administrator.goto(address)
            expect(administrator.locator("#clock")).to_contain_text("星期")
            shot(administrator, f"walls-{name}-{way}")
            assert administrator.evaluate(CUT_OFF) == [], f"{name} {way}"
            if number(administrator).count():
                assert number(administrator).bounding_box()["height"] >= 160, f"{name} {way}"
                letters = number(administrator).evaluate("(each) => parseFloat(getComputedStyle(each).fontSize)")
                assert letters >= 160, f"{name} {way}"
        accessible(administrator)
    administrator.set_viewport_size({"width": 1366, "height": 768})
    for address in ("/admin/layouts", "/admin/layouts/new", "/admin/screens"):
        administrator.goto(address)
        shot(administrator, f"walls-admin-{address.rpartition('/')[2]}")
        accessible(administrator)


def test_a_long_list_turns_its_pages(centre: Hall, administrator, clerk) -> None:
    address = layout(administrator, "翻页", "大厅屏", ("当前叫号", "最近叫号", "各窗口在办", "各区等候人数"))
    administrator.set_viewport_size({"width": 1920, "height": 1080})
    administrator.goto("about:blank")
    administrator.clock.install()
    administrator.goto(f"{centre.url}{address}")
    windows = administrator.locator("#windows")
    shown = windows.locator(".page:not([hidden])")
    seen = {}
    for _ in range(int(windows.get_attribute("data-pages"))):
        expect(shown).to_have_count(1)
        seen[windows.locator(".page-number").inner_text()] = shown.inner_text()
        administrator.clock.run_for(8_000)
    assert len(set(seen.values())) == len(seen) == int(windows.get_attribute("data-pages"))
    assert "18号窗口" in "".join(seen.values())
    assert "1号窗口" in "".join(seen.values())
