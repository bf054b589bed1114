"""One visitor's day, from the door to a case that two platforms have finished, on every real screen at once."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from portal import clock
from tests.browser import acts
from tests.browser.acts import at, do, handed, picked, press, says, typed
from tests.browser.hall import Hall
from tests.browser.stage import Stage

NAME, IDENTITY, PHONE = "苏月娥", acts.id_number("14080219681104002"), "13903590117"
OTHER, OTHER_IDENTITY = "尉迟海", acts.id_number("14080219730615003")
FACTS = (
    "我住御河小区4号楼2单元301。楼上401户去年冬天换地暖，接头没压紧，1月19日夜里开始往下漏，客厅和北卧吊顶塌了，"
    "地板泡胀。物业来过三次，只说让两家自己谈；楼上的人说是管子质量问题，让我找商家。"
)
DEMANDS = ("楼上住户赔偿客厅、北卧的维修费一万二千元", "把401户地暖接头修好，不再渗水")
TERMS = "401户承担维修费九千六百元，12月内分两次付清；地暖接头由401户请人更换，双方到场试压。"
PAPER = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall of this module's own."""
    yield from acts.tomorrow(tmp_path_factory.mktemp("day"))


class Day(Stage):
    """What they do, step by step."""

    # ---- 1: the desk ----

    def the_desk(self) -> None:
        """In half a minute without the mouse: what for, name, identity number as an input method types it, telephone."""
        ahead = acts.take(self.greeter, "来访登记")
        self.shot(self.greeter, "day-desk")
        self.number = acts.take(self.greeter, "来访登记", NAME, IDENTITY.translate(WIDE), PHONE)
        assert (ahead, self.number) == ("A008", "A009")
        slip = re.compile(
            r"前面 1 人・(约 \d+ 分钟内・)?请到 一楼东区 等候"
        )  # told once seven strangers have been served
        expect(self.greeter.locator("#slip")).to_contain_text(slip)
        self.shot(self.greeter, "day-desk-slip")
        self.code = acts.open_slip(self.greeter)
        slip = self.greeter.locator(".paper-slip")
        expect(slip).to_contain_text("前面还有 1 人")
        expect(slip).to_contain_text("请到 一楼东区 等候")
        assert NAME not in slip.inner_text()
        self.shot(self.greeter, "day-slip")

    # ---- 2 and 3: the window ----

    def the_window(self) -> None:
        """Call, recall, start: number, window and door sign on both screens, and nothing else of anybody."""
        acts.call(self.clerk)
        acts.miss(self.clerk)
        self.announced(self.number, lambda: acts.call(self.clerk))
        expect(self.sign.locator(".call")).to_contain_text("到本窗口")
        self.announced(self.number, lambda: press(self.clerk, "F3"))
        expect(self.clerk.locator("#ticket")).to_contain_text("已叫号 2 次")
        expect(self.wall.locator(".call")).to_contain_text(re.compile(r"请\s*A009\s*到\s*1号窗口\s*信访接待"))
        expect(self.wall.locator("#data-time")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))
        self.keep(self.wall, "hall")
        self.shot(self.sign, "day-window-screen")
        acts.start(self.clerk)
        expect(self.sign.locator(".call")).to_contain_text("正在接待")
        for screen in (self.wall, self.sign):
            assert NAME[0] not in screen.locator("body").inner_text()

    # ---- 4: the case ----

    def register(self) -> None:
        """The form is ready to type: the story goes in at once; what the desk took down is not asked again."""
        page = self.clerk
        expect(page.get_by_label("事实与理由")).to_be_focused()
        page.keyboard.type(FACTS)
        page.get_by_label("主要诉求").fill("\n".join(DEMANDS))
        page.get_by_label("住址").fill("盐湖区御河小区4号楼2单元301")
        page.get_by_label("问题属地").fill("盐湖区")
        page.get_by_label("被反映单位（人）").fill("御河小区4号楼401户")
        page.get_by_label("有权处理单位").fill("盐湖区信访局")
        page.get_by_label("曾向何处反映及答复").fill("物业公司三次上门，答复双方自行协商")
        expect(page.locator("#draft-note")).to_contain_text("草稿已存")
        page.get_by_label("姓名/名称").scroll_into_view_if_needed()
        self.keep(page, "window")
        press(page, "Control+Enter")
        expect(page.locator("#notice")).to_contain_text(f"{self.number} 已登记为")
        self.case = acts.CASE_NUMBER.search(page.locator("#notice").inner_text()).group()
        expect(page.locator("#case-panel")).to_contain_text(DEMANDS[0])
        expect(page.locator("#case-panel")).not_to_contain_text("仍缺")

    def call_the_county(self) -> None:
        """现场联系, in front of the visitor: who answered, what was said, what was promised by whom and until when."""
        promised_on = clock.day_of(at(3, 9)).isoformat()
        do(
            self.clerk,
            "现场联系",
            "现场联系已记录",
            typed("联系单位", "盐湖区信访局"),
            typed("接听人", "值班室 孙主任"),
            typed("通话内容", "已记下两户情况，先派社区查看渗水点，不让损失再扩大。"),
            typed("承诺事项", "社区和物业上门查看渗水点并临时关阀"),
            typed("承诺人", "孙主任"),
            typed("承诺完成日期", promised_on),
        )
        expect(self.clerk.locator("#contacts")).to_contain_text("社区和物业上门查看渗水点并临时关阀")

    def statement(self) -> None:
        """接谈笔录: typed, printed, read back, signed with a fingerprint; and the paper the visitor brought."""
        page = self.clerk
        do(page, "接谈笔录", "笔录已保存", typed("笔录内容", FACTS))
        page.locator("#papers").get_by_role("link", name="打印笔录").click()
        expect(page.get_by_role("heading", name="接谈笔录")).to_be_visible()
        expect(page.locator("body")).to_contain_text(DEMANDS[1])
        press(page, "Control+Enter")
        page.wait_for_url("**/print?printing=1")
        page.wait_for_function("() => window.printed === 1")
        self.shot(page, "day-statement")
        page.get_by_role("link", name="返回事项").click()
        do(page, "记下已宣读", "笔录已宣读")
        do(page, "记下签名", "笔录已签名", picked("捺印"))
        expect(page.locator("#papers")).to_contain_text("捺印")
        do(page, "上传材料", "材料已保存", handed("漏水照片说明.pdf", PAPER, "application/pdf"))
        expect(page.locator("#papers")).to_contain_text("漏水照片说明.pdf")
        do_refused_upload(page)

    def citizen_slip(self) -> None:
        """In large type: number, code, what was asked, who has it, the last day of the next step. No promise of success."""
        page = self.clerk
        page.get_by_role("link", name="打印告知单").click()
        slip = page.locator(".paper-a4")
        for told in (self.case, "查询码", *DEMANDS, "信访接处", "首接首办：1号窗口 张德良", "怎样查询"):
            expect(slip).to_contain_text(told)
        expect(slip).to_contain_text(re.compile(r"最迟 \d{4}年\d+月\d+日[(（]含[)）]前"))
        press(page, "Control+Enter")
        page.wait_for_url("**/print?printing=1")
        self.shot(page, "day-citizen-slip")

    # ---- 5: the relay ----

    def relay(self) -> None:
        """One key; the same number in the next queue. 签收 and 到窗 come to the first window as two facts."""
        page = self.clerk
        page.goto("/queue/window")
        expect(page.locator(acts.TICKET)).to_have_text(self.number)
        press(page, "F8")
        acts.service(page, "矛盾纠纷调解").check()
        page.get_by_label("请对方做什么").fill("楼上楼下赔偿纠纷，双方都在本市，请调解平台先接着谈。")
        self.shot(page, "day-relay")
        press(page, "Control+Enter")
        expect(page.get_by_role("button", name="叫下一位")).to_be_visible()
        mine = page.locator("#relays li", has_text=self.number)
        expect(mine).to_contain_text("未签收")
        expect(mine).to_contain_text("到窗前由您负责")
        waiting = self.mediator.locator("#relays li", has_text=self.number)
        waiting.get_by_role("button", name="签收").click()
        expect(waiting).to_have_count(0)
        expect(mine).to_contain_text(re.compile(r"签收 \d\d:\d\d"))
        expect(mine).to_contain_text("未到窗")
        self.shot(page, "day-relay-signed")
        self.announced(self.number, lambda: acts.call(self.mediator))
        expect(self.wall.locator(".call-place")).to_have_text("4号窗口")
        acts.start(self.mediator)
        expect(mine).to_contain_text(re.compile(r"到窗 \d\d:\d\d"))
        self.shot(page, "day-relay-arrived")

    # ---- 6: mediation on the same case ----

    def open_mediation(self) -> None:
        """The mediator reads the story that was told once, and opens the proceeding on the same case."""
        page = self.mediator
        expect(page.get_by_role("heading", name=self.case)).to_be_visible()
        expect(page.locator("#facts")).to_contain_text("接头没压紧")
        do(page, "开启本平台程序", "程序已开启")
        expect(page.locator("#proceedings")).to_contain_text("待征求对方意愿")
        other = (picked("对方当事人"), typed("姓名/名称", OTHER), typed("证件号码", OTHER_IDENTITY))
        do(page, "添加当事人", "当事人已登记", *other)
        self.shot(page, "day-mediation-window")
        acts.finish(page)

    def the_other_side(self) -> None:
        """Two days later the neighbour comes by a ticket of his own; both agree, sit down, and come to terms."""
        self.next_day(3, 9, 30)
        self.clerk.goto("/")
        expect(self.clerk.locator("#promises")).to_contain_text("社区和物业上门查看渗水点并临时关阀")
        self.shot(self.clerk, "day-home")
        number = acts.take(self.greeter, "矛盾纠纷调解", OTHER, OTHER_IDENTITY)
        acts.free(self.mediator)
        self.announced(number, lambda: acts.call(self.mediator))
        acts.start(self.mediator)
        page, today = self.mediator, clock.day_of(at(3, 9)).isoformat()
        page.get_by_role("radio", name=re.compile(self.case)).check()
        page.get_by_label("本次来访所述").fill("接到通知来谈漏水的事，愿意调解。")
        press(page, "F4")
        expect(page.locator("#proceedings")).to_contain_text("待征求对方意愿")
        do(
            page,
            "双方同意调解",
            "已记录：双方同意调解",
            typed("申请人同意之日", today),
            typed("对方当事人同意之日", today),
            typed("受理调解之日", today),
            picked("已告知调解的性质"),
            picked("不公开进行"),
            picked("调解委员会指定"),
            typed("调解员", "田瑞芳"),
        )
        do(
            page,
            "记录一次调解",
            "已记录：一次调解",
            typed("调解日期", today),
            typed("调解地点", "一楼第二调解室"),
            typed("调解员", "田瑞芳"),
            typed("调解情况摘要", "双方到401户和301户看过渗水点，对接头松动没有争议，就维修费金额取得一致。"),
        )
        self.agree(today)
        acts.finish(page)

    def agree(self, today: str) -> None:
        """The agreement, and its performance by a day the parties named."""
        page = self.mediator
        do(
            page,
            "达成协议",
            "已记录：达成协议",
            picked("书面调解协议书"),
            typed("协议内容和履行方式", TERMS),
            picked("各方签名"),
            typed("协议生效之日", today),
            typed("协议约定的履行期限", clock.day_of(at(20, 9)).isoformat()),
            picked("已告知双方可以在法定期限内共同申请司法确认"),
        )
        do(page, "转入履行监督", "已记录：转入履行监督", typed("督促履行人", "田瑞芳"))
        expect(page.locator("#proceedings")).to_contain_text("待履行")
        self.shot(page, "day-case-to-perform")

    def performed(self) -> None:
        """Ten days later the money is paid; the mediator writes it down."""
        self.next_day(13, 10, 0)
        page = self.mediator
        page.goto(f"/cases/{self.case}")
        do(
            page,
            "履行完毕",
            "已记录：履行完毕",
            typed("履行完毕之日", clock.day_of(at(13, 9)).isoformat()),
            picked("全部履行"),
            typed("履行凭证", "两笔转账回单，双方签名确认"),
        )

    def she_comes_again(self) -> None:
        """The greeter sees that she was here and nothing more; the window offers 续访 before a new registration."""
        desk = self.greeter
        desk.goto("/queue/desk")
        desk.get_by_label("证件号码").press_sequentially(IDENTITY)
        expect(desk.locator("#known")).to_contain_text("此人曾来过本中心")
        expect(desk.locator("#known")).not_to_contain_text("地暖")
        self.shot(desk, "day-desk-known")
        self.number = acts.take(desk, "来访登记", NAME, IDENTITY, PHONE)
        acts.free(self.clerk)
        self.announced(self.number, lambda: acts.call(self.clerk))
        acts.start(self.clerk)
        page = self.clerk
        expect(page.get_by_label("本次来访所述")).to_be_focused()
        expect(page.get_by_role("radio", name=re.compile(self.case))).to_be_checked()
        page.keyboard.type("钱已经全部收到，接头换好试过压，没有再漏。")
        self.shot(page, "day-follow-up")
        press(page, "F4")
        expect(page.locator("#notice")).to_contain_text(f"续访记入 {self.case}")
        expect(page.locator("#proceedings")).to_contain_text("履行完毕")

    def close(self) -> None:
        """A result for each demand, the petition proceeding ended by the agreement, and 办结."""
        page = self.clerk
        for place, demand in enumerate(DEMANDS, start=1):
            result = (picked("解决问题到位"), picked("已解决"), typed("结果说明", "按调解协议履行完毕。"))
            do(page, "填结果", "诉求结果已记录", *result, where=f"#demands tbody tr:nth-child({place})")
            expect(page.locator("#demands tr", has_text=demand)).to_contain_text("已解决")
        expect(page.locator("#demands tr", has_text="未填")).to_have_count(0)
        do(
            page,
            "经调解、和解办结",
            "已记录：经调解、和解办结",
            picked("调解协议书"),
            typed("协议编号或者日期", "运群调〔演示〕3号"),
            picked("争议双方当事人自愿达成"),
            picked("信访人确认本事项可以办结"),
        )
        do(page, "办结", "事项已办结", typed("办结说明", "经调解达成协议并全部履行。"))
        expect(page.locator("#demands")).to_contain_text("群众尚未评价")
        acts.finish(page)

    def rating(self) -> None:
        """She rates on the tablet in front of the window; the clerk cannot, neither there nor by the slip's code."""
        page = self.clerk
        assert page.goto("/screens/facing").status == 403
        self.shot(page, "day-staff-cannot-rate")
        page.goto("/enquiry")
        acts.ask(page, self.code, PHONE[-4:])
        expect(page.locator("#standing")).to_contain_text(self.case)
        assert page.get_by_role("button", name="提交评价").count() == 0
        assert page.evaluate(RATE_BY_HAND, self.code) == 403
        expect(self.tablet.get_by_role("heading", name="请您评价这件事项的办理")).to_be_visible()
        self.shot(self.tablet, "day-facing-rating")
        self.tablet.get_by_label("满意", exact=True).check()
        self.tablet.get_by_role("button", name="提交评价").click()
        expect(self.tablet.locator("body")).to_contain_text("您的评价已经记下")
        self.shot(self.tablet, "day-facing-thanks")

    # ---- 7: the timeline ----

    def timeline(self) -> None:
        """Everything on one line, each with who and when."""
        page = self.clerk
        page.goto(f"/cases/{self.case}")
        expect(page.locator("#demands")).to_contain_text(says("满意度：满意"))
        told = (
            ("record", "登记事项（来访）"), ("contact", "现场联系 盐湖区信访局"), ("paper", "制作接谈笔录"),
            ("paper", "打印接谈笔录"), ("paper", "向群众宣读笔录"), ("paper", "笔录捺印"), ("paper", "收到材料"),
            ("paper", "打印告知单"), ("handoff", "接力：信访接处 → 矛盾多元调解"), ("handoff", "签收接力：矛盾多元调解"),
            ("visit", "到窗 4号窗口"), ("visit", "对方当事人来访"), ("step", "矛盾多元调解：双方同意调解"), ("step", "矛盾多元调解：达成协议"),
            ("step", "矛盾多元调解：履行完毕"), ("visit", "续访"), ("step", "信访接处：经调解、和解办结"), ("rating", "群众评价"),
        )  # fmt: skip
        for kind, title in told:
            entry = page.locator(f".timeline-{kind}", has_text=says(title)).first
            expect(entry, title).to_be_attached()
            expect(entry.locator("time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
            expect(entry).to_contain_text(re.compile("张德良|田瑞芳|荆小燕|群众本人"))
        expect(page.locator(".timeline-day")).to_have_count(3)
        self.keep(page, "case")
        page.screenshot(path=page_of(self.shot(page, "day-case")), full_page=True)


# How a Chinese input method types digits.
WIDE = {ord(character): ord(character) + 0xFEE0 for character in "0123456789X"}


# A rating posted past the page, with everything a browser of the staff has.
RATE_BY_HAND = """(code) => fetch("/enquiry/rating", {
  method: "POST",
  headers: JSON.parse(document.body.getAttribute("hx-headers")),
  body: new URLSearchParams({ key: code, score: "satisfied" }),
}).then((answer) => answer.status)"""


def page_of(path: Path) -> Path:
    """Where the whole page goes, beside the picture of its upper part."""
    return path.with_name(f"{path.stem}-whole.png")


def do_refused_upload(page: Page) -> None:
    """A program named .pdf is refused beside the field."""
    handed("协议.pdf", b"MZ\x90\x00 this is a program", "application/pdf")(acts.open_form(page, "上传材料"))
    press(page, "Control+Enter")
    expect(page.locator("#case-form .field-error")).to_contain_text("只接受 pdf、jpg、png、docx、xlsx 文件")


@pytest.mark.browser
def test_one_visitors_day(page_for, centre: Hall, shot, capsys: pytest.CaptureFixture[str]) -> None:
    day = Day(page_for, centre, shot)
    day.pair_the_screens()
    day.call_seven_strangers()
    day.the_desk()
    day.the_window()
    day.register()
    day.call_the_county()
    day.statement()
    day.citizen_slip()
    day.relay()
    day.open_mediation()
    day.the_other_side()
    day.performed()
    day.she_comes_again()
    day.close()
    day.rating()
    day.timeline()
    with capsys.disabled():
        print(f"\n  from the key to the hall screen, ms: {' '.join(map(str, day.lags))}")  # noqa: T201
