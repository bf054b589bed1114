"""A letter from its draft to the right it starts, the calendar that moves the right's last day, and a warning that is read."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from portal import clock
from tests.browser.hall import Hall

MATTER, ORGAN = "农村危房改造补助审核没有结果", "绛县人民政府"
CLERK, CHECKER, LEADER, ADMINISTRATOR = "zhangdeliang", "hexiumei", "chaizhenguo", "yaoyuhang"
WRITTEN = {
    "findings": "经入户查看和调阅档案，该户房屋鉴定为C级危房，符合补助条件，县级审核超过公示期限。",
    "opinion": "由县住房和城乡建设部门完成审核，按标准发放危房改造补助。",
    "legal_basis": "《社会救助暂行办法》第三十八条",
    "review_organ": "运城市人民政府",
}
RESTS = ("1月1日至3日", "2月5日至12日", "4月3日至5日", "5月1日至5日", "6月9日", "9月15日", "10月1日至7日")


def served_day() -> date:
    """Thirty days later is the first of January: a last day that only the next year's arrangement can settle."""
    today = clock.today()
    this = date(today.year, 12, 2)
    return this if today <= this else date(today.year + 1, 12, 2)


@pytest.fixture(scope="module")
def december(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall of its own, for its calendar is changed; ten in the morning of the day of service."""
    running = Hall(tmp_path_factory.mktemp("december"))
    running.start()
    running.travel(clock.at_hall(served_day(), 10, 0))
    yield running
    assert running.stop() == 0, running.said()
    assert "Traceback" not in running.said(), running.said()


def matter(page: Page) -> str:
    """Open the matter; its address."""
    page.goto(f"/cases?q={MATTER}")
    page.locator("#case-list tbody a").first.click()
    expect(page.locator("#letters h2")).to_have_text("文书")
    return page.url


def waiting(page: Page, act: str) -> None:
    """From the list of what waits to the letter, and take ``act``."""
    page.goto("/letters")
    row = page.locator("#letters-waiting tbody tr").filter(has_text=MATTER)
    expect(row).to_contain_text(act)
    row.get_by_role("link", name="信访处理意见书").click()
    page.locator("#letter-acts").get_by_role("button", name=act).click()


def right_of(page: Page) -> Locator:
    """The period in which the citizen may ask for 复查."""
    return (
        page.locator("#proceedings .clock, #proceedings article, #proceedings li")
        .filter(has_text="信访人请求复查")
        .last
    )


def draft(page: Page) -> None:
    """Type the opinion; half of it survives a closed window."""
    page.locator("#letters-due").get_by_role("link", name="拟信访处理意见书").click()
    expect(page.locator("#letter-fields [name=issuer] option:checked")).to_have_text(ORGAN)
    page.locator("[name=findings]").fill(WRITTEN["findings"])
    expect(page.locator("#draft-note")).to_contain_text("草稿已存")
    form = page.url
    page.close(run_before_unload=False)
    page = page.context.new_page()
    page.goto(form)
    expect(page.locator("[name=findings]")).to_have_value(WRITTEN["findings"])
    for name, text in WRITTEN.items():
        page.locator(f"[name={name}]").fill(text)
    page.get_by_role("radio", name="予以支持", exact=False).first.check()
    page.locator("#letter-fields").get_by_role("button", name="拟稿").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("信访处理意见书")
    page.locator("#letter-acts").get_by_role("button", name="送核稿").click()
    expect(page.locator("#notice")).to_contain_text("已送核稿")


def test_an_opinion_from_draft_to_the_right_it_starts_and_the_calendar_that_moves_it(
    december, page_for, shot, accessible
):
    clerk = page_for(CLERK, at=december)
    address = matter(clerk)
    context = clerk.context
    draft(clerk)
    checker = page_for(CHECKER, at=december)
    waiting(checker, "核稿通过")
    expect(checker.locator("#notice")).to_contain_text("待签发")
    leader = page_for(LEADER, at=december)
    waiting(leader, "签发")
    expect(leader.locator("#notice")).to_contain_text("已签发")
    waiting(checker, "编号")
    waiting(checker, "用印")
    expect(checker.locator("#letter-text-panel .panel-head")).to_contain_text("绛政信〔")
    letter = checker.url

    clerk = context.new_page()
    clerk.goto(f"{letter}/print")
    assert clerk.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") <= 3
    expect(clerk.locator(".letter-organ")).to_have_text(ORGAN)
    shot(clerk, "letter-opinion")
    clerk.goto(letter)
    clerk.get_by_role("link", name="登记送达").click()
    clerk.get_by_role("radio", name="直接送达", exact=False).check()
    clerk.get_by_role("radio", name="已收到", exact=False).check()
    clerk.get_by_label("签收人").fill("本人")
    clerk.get_by_role("button", name="登记送达").click()
    expect(clerk.locator("#letter-services")).to_contain_text("凭证：签收回执")

    right_and_calendar(clerk, address, page_for(ADMINISTRATOR, at=december), shot)
    accessible(clerk)


def right_and_calendar(clerk: Page, address: str, administrator: Page, shot) -> None:
    """The day of the right with its reasons; then the year's arrangement moves it, and the matter says so."""
    year = served_day().year + 1
    before, after = f"{year}-01-01", f"{year}-01-04"
    clerk.goto(address)
    right = right_of(clerk)
    expect(right).to_contain_text(before)
    expect(right).to_contain_text("暂定")
    right.get_by_text("为什么是这一天").click()
    expect(right).to_contain_text("第三十五条")
    expect(right.locator(".why")).to_contain_text("登记处理意见书送达")
    shot(clerk, "letter-right")
    moved_by_the_calendar(administrator, year, before, after, shot)
    clerk.goto(address)
    expect(right_of(clerk)).to_contain_text(after)
    expect(right_of(clerk)).not_to_contain_text("暂定")
    expect(clerk.locator("#timeline")).to_contain_text(after)


def moved_by_the_calendar(page: Page, year: int, before: str, after: str, shot) -> None:
    """Type the year's arrangement, look at what would move, publish."""
    page.goto("/admin/calendar")
    page.get_by_role("link", name="录入放假安排").click()
    page.locator("#typed-title").wait_for()
    page.locator("form [name=year]").first.fill(str(year))
    page.locator("form [name=notice]").first.fill("试〔放假〕1号")
    for place, rest in enumerate(RESTS):
        page.locator(f"[name=rest_{place}]").fill(rest)
    page.get_by_role("button", name="存为草稿并推演").click()
    moves = page.locator("#moves tbody tr").filter(has_text="信访人请求复查")
    expect(moves.filter(has_text=before)).to_contain_text(after)
    shot(page, "calendar-rehearsal")
    page.get_by_label("理由").fill("通知已经公布")
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("已发布").first).to_be_visible()


def test_a_warning_is_read(december, page_for, shot, accessible):
    page = page_for(CHECKER, at=december)
    mark = page.locator("#inbox-mark")
    unread = int(mark.inner_text().split()[-1] if " " in mark.inner_text() else mark.inner_text()[-1])
    assert unread > 1
    mark.click()
    warning = page.locator(".inbox-line.unread").filter(has_text="临期").first
    expect(warning).to_contain_text("最后一日")
    accessible(page)
    shot(page, "inbox")
    warning.get_by_role("button", name="已读").click()
    expect(page.locator(".inbox-line.unread")).to_have_count(unread - 1)
    expect(mark).to_contain_text(str(unread - 1))
    page.reload()
    expect(page.locator(".inbox-line.unread")).to_have_count(unread - 1)
