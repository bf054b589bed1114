"""A week of receptions from its draft to the wall, a visitor from the booking to the leader's room, and what the leader asked for to its end."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from portal import clock
from tests.browser import acts
from tests.browser.acts import at, press, says, starts
from tests.browser.hall import Hall

OFFICE, APPROVER, LEADER, CLERK, GREETER = "fengkai", "lianhongjun", "dulixin", "zhangdeliang", "jingxiaoyan"
ADMINISTRATOR, UNIT_STAFF = "yaoyuhang", "jinshijie"
WHO, ROOM, SIGN = "杜立新", "领导接访室", "接访室"
MATTER, UNIT = "养老保险缴费年限少记了四年", "市人力资源和社会保障局"
OPINION = "请市人社局调出改制企业档案，把四年工龄核清，十日内书面答复本人。"
TASK = "调档核清四年缴费年限，书面答复"
REPLY = "已在原主管部门找到招工登记表，四年缴费年限已补记，书面答复已送达本人。"
FOUND = "电话回访本人：补记已在个人账户查到，认可。"
# Beyond the weeks that the demo hall has published or drafted.
QUIET = 4
COUNTED = ("接访次数", "批次", "交办", "已办结", "已解决")


@pytest.fixture(scope="module")
def winter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall of its own, on the Thursday before a week of which nobody has thought yet."""
    running = Hall(tmp_path_factory.mktemp("winter"))
    running.start()
    running.travel(moment(monday() - timedelta(days=4), 10))
    yield running
    assert running.stop() == 0, running.said()
    assert "Traceback" not in running.said(), running.said()


def monday() -> date:
    """The Monday of the week that is planned."""
    today = clock.today()
    return today - timedelta(days=today.weekday()) + timedelta(weeks=QUIET)


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """An hour of that day in the hall."""
    return at((day - clock.today()).days, hour, minute)


class Week:
    """The people of it, and what they did so far."""

    def __init__(self, page_for: Callable[..., Page], hall: Hall, shot: Callable, accessible: Callable) -> None:
        self.hall, self.shot, self.accessible = hall, shot, accessible
        self.office = page_for(OFFICE, at=hall)
        self.approver = page_for(APPROVER, at=hall)
        self.leader = page_for(LEADER, at=hall)
        self.clerk = page_for(CLERK, at=hall)
        self.greeter = page_for(GREETER, at=hall)
        self.unit = page_for(UNIT_STAFF, at=hall)
        self.administrator = page_for(ADMINISTRATOR, at=hall)
        self.wall = page_for(at=hall, size=acts.HALL_SIZE)
        self.schedule = page_for(at=hall, size=acts.HALL_SIZE)
        self.clerk.add_init_script(acts.COUNT_PRINTS)
        self.monday = monday()
        self.day = self.monday
        self.code = self.number = self.sheet = self.instruction = ""
        self.before: dict[str, int] = {}

    def travel(self, day: date, hour: int, minute: int, **pages: str) -> None:
        """Another day: whoever has something to do signs in again."""
        self.hall.travel(moment(day, hour, minute))
        for name, login in pages.items():
            page = getattr(self, name)
            page.goto("/account")
            acts.sign_in(page, login)

    # ---- the week ----

    def pair(self) -> None:
        """Hall screen and schedule screen; nothing of the week is on either."""
        acts.pair(((self.wall, "大厅屏", ""), (self.schedule, "日程屏", "")), self.administrator)
        expect(self.schedule.locator("#schedule")).to_contain_text("近期没有公布的接访日程")

    def draft(self) -> None:
        """F2, the form, what speaks against it while it is typed, Ctrl+Enter."""
        page = self.office
        page.goto(f"/leadership/week?monday={self.monday}")
        expect(page.locator(".week-panel")).to_contain_text("本周还没有安排接访")
        self.day = self._first_workday(page)
        self._new(page, self.monday + timedelta(days=5))
        expect(page.locator("#conflicts")).to_contain_text("是休息日（周末）")
        self.shot(page, "leadership-conflict")
        page.get_by_label(starts("日期")).fill(self.day.isoformat())
        expect(page.locator("#conflicts")).not_to_contain_text("休息日")
        page.get_by_label(starts("接访室")).select_option(label=ROOM)
        page.get_by_label(starts("接访主题")).fill("社会保障、欠薪")
        page.get_by_label(starts("值班单位")).fill("市信访局")
        page.get_by_label(starts("接待批数")).fill("4")
        page.get_by_label(starts("每批分钟")).fill("30")
        press(page, "Control+Enter")
        expect(page.locator("#notice")).to_contain_text("已排入日程")
        self._new(page, self.day)
        expect(page.locator("#conflicts")).to_contain_text("上午已安排接访（09:00–11:30）")
        page.get_by_role("link", name="返回周日程").click()
        chip = page.locator(".week-chip")
        expect(chip).to_have_count(1)
        expect(chip).to_contain_text("上午・定点接访")
        expect(chip).to_contain_text(re.compile(r"已约\s*0\s*/\s*4"))

    def _first_workday(self, page: Page) -> date:
        heads = page.locator(".week thead th")
        rests = [heads.nth(place).get_attribute("class") == "rests" for place in range(1, 6)]
        return self.monday + timedelta(days=rests.index(False))

    def _new(self, page: Page, day: date) -> None:
        press(page, "F2")
        leader = page.get_by_label(starts("领导"))
        expect(leader).to_be_visible()
        named = leader.locator("option").filter(has_text=WHO)
        leader.select_option(value=named.get_attribute("value"))
        page.get_by_label(starts("日期")).fill(day.isoformat())
        page.get_by_role("radio", name=re.compile("上午")).check()
        page.get_by_label(starts("从")).fill("09:00")
        page.get_by_label(starts("到")).fill("11:30")

    def publish(self) -> None:
        """The office cannot sign off its own draft; the wall shows nothing until it is published."""
        page, address = self.office, f"/leadership/week?monday={self.monday}"
        self.accessible(page)
        self.clerk.goto(address)
        expect(self.clerk.locator("main")).to_contain_text("还没有公布")
        page.get_by_role("button", name="提交审签").click()
        expect(page.locator("main")).to_contain_text("市委秘书长审签")
        expect(page.get_by_role("button", name="审签通过")).to_have_count(0)
        self.approver.goto(address)
        press(self.approver, "Control+Enter")
        expect(self.approver.locator("#notice")).to_contain_text("已审签")
        expect(self.schedule.locator("#schedule")).to_contain_text("近期没有公布的接访日程")
        page.goto(address)
        page.get_by_role("button", name="公布", exact=True).click()
        expect(page.locator("#notice")).to_contain_text("已公布")
        shown = self.schedule.locator("#schedule li")
        expect(shown).to_have_count(1)
        for words in (WHO, "09:00–11:30", SIGN):
            expect(shown).to_contain_text(words)
        self.shot(page, "leadership-week")
        self.shot(self.schedule, "leadership-schedule-screen")
        self.clerk.goto(address)
        expect(self.clerk.locator(".week-chip")).to_contain_text("社会保障、欠薪")

    # ---- the booking ----

    def book(self) -> None:
        """From the case's page to the slip that the visitor takes home."""
        page = self.clerk
        page.goto(f"/cases?q={MATTER}")
        page.locator("#case-list tbody a").first.click()
        page.locator("#leader-bookings").get_by_role("link", name="约见领导…", exact=True).click()
        row = page.locator("tbody tr").filter(has_text=WHO)
        expect(row).to_contain_text("余 4")
        row.get_by_role("link", name="约这一场").click()
        page.get_by_role("radio", name=re.compile("09:30")).check()
        press(page, "Control+Enter")
        expect(page.locator("#notice")).to_contain_text("已约")
        page.get_by_role("button", name="打印通知单").click()
        page.wait_for_function("() => window.printed === 1")
        slip = page.locator(".paper")
        expect(slip).to_contain_text(ROOM)
        expect(slip).to_contain_text("09:30")
        assert MATTER not in slip.inner_text(), "a slip lies about: it does not say what about"
        self.code = page.locator("dt:text-is('约见码') + dd").inner_text()
        self.shot(page, "leadership-slip")

    # ---- the day ----

    def arrive(self) -> None:
        """The greeter types the code; the secretary opens the room and calls; the hall hears a number and a room."""
        self.travel(self.day, 8, 50, office=OFFICE, greeter=GREETER, leader=LEADER)
        self.before = self._counted()
        desk, console = self.greeter, self.office
        desk.goto("/queue/desk")
        desk.get_by_label("约见码").fill(self.code)
        press(desk, "Enter")
        number = desk.locator("#slip").locator(acts.TICKET)
        expect(number).to_have_text(re.compile(r"^[A-Z]\d{3}$"))
        self.number = number.inner_text()
        console.goto("/queue/window")
        console.get_by_role("button", name=f"开启 {ROOM}").click()
        expect(console.locator("#waiting, #queue").first).to_contain_text(self.number)
        acts.lag(self.wall, self.number, lambda: press(console, "F2"), 5000)
        expect(console.locator(acts.TICKET)).to_have_text(self.number)
        shown = self.wall.locator(".call")
        expect(shown).to_contain_text(SIGN)
        assert "支" not in self.wall.locator("body").inner_text(), "no name on a wall"
        self.wall.locator(".call-number").evaluate("each => each.getAnimations().forEach((one) => one.finish())")
        self.shot(self.wall, "leadership-hall")
        acts.start(console)

    def receive(self) -> None:
        """The sheet is typed beside the talk; the leader reads it on the page of the day and signs."""
        page = self.office
        page.goto("/leadership/bookings")
        page.get_by_role("link", name=re.compile(WHO)).first.click()
        page.get_by_role("link", name="接访当日").click()
        page.get_by_role("button", name="领导到场").click()
        expect(page.locator("main")).to_contain_text("领导已到")
        self.accessible(page)
        self.shot(page, "leadership-day")
        row = page.locator("tbody tr").filter(has_text=MATTER)
        begin = row.get_by_role("button", name="开始接谈")
        begin.or_(row.get_by_role("link", name="登记表")).first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("领导接访登记表")
        self.sheet = page.url
        page.get_by_label(starts("接谈情况")).fill("本人陈述：在原县办企业工作四年未计入缴费年限，企业已改制。")
        page.get_by_role("radio", name=re.compile("交办有关单位")).check()
        page.get_by_label(starts("接访处理意见")).fill(OPINION)
        press(page, "Control+Enter")
        expect(page.locator("#lead-error, #what-error").first).to_be_visible()
        expect(page.get_by_label(starts("接访处理意见"))).to_have_value(OPINION)
        page.locator("#what").fill(TASK)
        page.locator("#lead").fill(UNIT)
        page.locator("#due").fill((self.day + timedelta(days=10)).isoformat())
        self.shot(page, "leadership-sheet")
        press(page, "Control+Enter")
        expect(page.locator("#notice")).to_contain_text("请领导确认、签名")

    def sign(self) -> None:
        """The leader's page says what waits; one press signs, and the office ends the talk."""
        page = self.leader
        page.goto("/leadership/desk")
        self.accessible(page)
        self.shot(page, "leadership-desk")
        page.get_by_role("link", name=says("请确认：")).click()
        expect(page.locator("main")).to_contain_text(OPINION)
        page.get_by_role("button", name="同意，签名").click()
        expect(page.locator("#notice")).to_contain_text("已签名")
        office = self.office
        office.goto("/queue/window")
        acts.finish(office)
        office.goto(self.sheet)
        expect(office.locator("main")).to_contain_text("在系统签名")
        office.get_by_role("link", name="看交办和办理情况").click()
        self.instruction = office.url
        office.go_back()
        office.get_by_role("link", name="回到当日").click()
        over = office.get_by_role("button", name="接谈结束")
        if over.count():
            over.click()
        office.get_by_role("button", name="结束本次接访").click()
        expect(office.locator("main")).to_contain_text("本次接访已经结束")

    # ---- afterwards ----

    def answer(self) -> None:
        """The unit finds the task among its own, signs for it, replies; the office accepts."""
        self.travel(self.day + timedelta(days=3), 10, 0, office=OFFICE, unit=UNIT_STAFF)
        page = self.unit
        page.goto("/leadership/tasks")
        expect(page.get_by_role("heading", level=1)).to_have_text("本单位的交办任务")
        page.get_by_role("link", name=TASK).click()
        page.get_by_role("button", name="签收").click()
        expect(page.locator("#notice")).to_contain_text("已签收")
        page.get_by_label(starts("办理情况和结果")).fill(REPLY)
        page.get_by_role("button", name="回复", exact=True).click()
        expect(page.locator("#notice")).to_contain_text("已回复")
        office = self.office
        office.goto("/leadership/tasks")
        self.accessible(office)
        self.shot(office, "leadership-tasks")
        office.get_by_role("link", name=TASK).click()
        expect(office.locator("main")).to_contain_text(REPLY)
        office.get_by_role("button", name="审核通过，任务完成").click()
        expect(office.locator("#notice")).to_contain_text("审核通过")

    def look_again(self) -> None:
        """T+7: the list says so; looked at, told, three answers, ended."""
        self.travel(self.day + timedelta(days=7), 10, 0, office=OFFICE)
        page = self.office
        page.goto("/leadership/tasks")
        due = page.get_by_role("region", name="到期的回访").locator("tr").filter(has_text=MATTER)
        expect(due).to_contain_text("第 7 天")
        due.get_by_role("link", name=MATTER).click()
        look = page.locator("li").filter(has_text="第 7 天").filter(has=page.get_by_role("button", name="记录回访"))
        look.get_by_role("radio").first.check()
        look.get_by_label(starts("看到、听到的情况")).fill(FOUND)
        look.get_by_role("button", name="记录回访").click()
        expect(page.locator("#notice")).to_contain_text("回访情况已记录")
        self._end(page)

    def _end(self, page: Page) -> None:
        form = page.locator("#result-form")
        form.get_by_role("button", name="办结").click()
        expect(page.locator("main")).to_contain_text("告知")
        expect(form).to_be_visible()
        form.get_by_label(starts("办理结果")).fill("四年缴费年限已补记。")
        _pick(form, "是否解决")
        _pick(form, "群众怎么说")
        _pick(form, "怎样说的")
        form.get_by_label(starts("哪天告知群众")).fill((self.day + timedelta(days=7)).isoformat())
        form.get_by_label(starts("怎样告知的")).fill("电话告知本人")
        form.get_by_role("button", name="办结").click()
        expect(page.locator("#notice")).to_contain_text("已办结")
        expect(page.locator("#result-form")).to_have_count(0)
        self.shot(page, "leadership-closed")

    def counted(self) -> None:
        """One reception, one matter, one instruction, closed and met: one more of each for the leader."""
        after = self._counted()
        assert {name: after[name] - self.before[name] for name in COUNTED} == dict.fromkeys(COUNTED, 1)
        self.shot(self.office, "leadership-statistics")

    def _counted(self) -> dict[str, int]:
        self.office.goto(f"/leadership/statistics?year={self.day.year}&quarter={(self.day.month + 2) // 3}")
        table = self.office.locator("#table-leaders")
        names = table.locator("thead th").all_inner_texts()
        cells = table.locator("tbody tr").filter(has_text=WHO).locator("th, td").all_inner_texts()
        return {name: int(cells[names.index(name)]) for name in COUNTED}


def _pick(form: Locator, legend: str) -> None:
    form.get_by_role("group", name=starts(legend)).get_by_role("radio").first.check()


def test_a_week_of_receptions_from_its_draft_to_the_end_of_what_a_leader_asked_for(
    winter: Hall, page_for: Callable[..., Page], shot: Callable[[Page, str], Path], accessible: Callable[[Page], None]
) -> None:
    week = Week(page_for, winter, shot, accessible)
    week.pair()
    week.draft()
    week.publish()
    week.book()
    week.arrive()
    week.receive()
    week.sign()
    week.answer()
    week.look_again()
    week.counted()
