"""The console's further actions as pages: transfer, errands, hold, 直接接待, 交接班, a window left open; and the desk's additions."""

import threading

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from portal import clock, database
from portal.cases.operations import PersonGiven
from portal.organisation.models import Closure, Window
from portal.queue import operations
from portal.queue.models import Errand, Handover, Ticket, WindowSession
from tests.queue.conftest import COUNSEL, DISPUTE, GROUP, MORNING, VISIT, later
from tests.support import csrf_token, demo_password, submit

LV = PersonGiven("吕德胜", id_number="11010519491231002X", phone="13900001234")
MATTER = {
    "channel": "visit", "platform": "petition", "purpose": "claim", "facts": "赔偿款至今未到账。", "demands": "支付赔偿款",
    "headcount": "1", "litigation": "none",
}  # fmt: skip
GIVEN = {"service": VISIT, "priority": "ordinary", "headcount": "1", "name": "", "id_number": "", "phone": ""}
NEXT_DAY = 24 * 60


@pytest.fixture(autouse=True)
def half_past_nine():
    with clock.frozen(later(30)):
        yield


@pytest.fixture
def clerk(house, sign_in) -> FlaskClient:
    return sign_in("zhang")


@pytest.fixture
def run(app):
    """``run(operation, actor, …)`` in a transaction of its own."""

    def done(operation, *args: object, **kwargs: object):
        with app.app_context():
            return database.attempt(lambda session: operation(session, *args, **kwargs))

    return done


@pytest.fixture
def desk(run, house):
    def taken(minute: float = 0, **changes: object) -> Ticket:
        given = {"service_id": VISIT, "priority": "ordinary", "headcount": 1, "person": None} | changes
        return run(operations.take_ticket, house.guo, **given, at=later(minute))

    return taken


@pytest.fixture
def serving(clerk, desk):
    """A001 at window 1, started."""

    def arranged(**changes: object) -> FlaskClient:
        desk(**changes)
        post(clerk, "/queue/window/open", window=1)
        press(clerk, "/queue/window/next")
        assert press(clerk, "/queue/tickets/1/start").status_code == 303
        return clerk

    return arranged


def soup(answer) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def post(client: FlaskClient, path: str, **fields: object):
    return submit(client, path, page="/queue/window", **fields)


def press(client: FlaskClient, action: str, page: str = "/queue/window", **fields: object):
    """Send the form whose action is ``action``, as ``page`` now shows it."""
    form = soup(client.get(page)).select_one(f"form[action='{action}']")
    assert form, f"no form for {action} on {page}"
    hidden = {each["name"]: each["value"] for each in form.select("input[type=hidden]")}
    return client.post(action, data=hidden | fields)


def counted(app, client: FlaskClient, address: str) -> int:
    seen = []
    with app.app_context():
        engine = database.db.engine
    note = lambda *args: seen.append(args[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    assert client.get(address).status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)


class TestTransfer:
    FORM = "/queue/tickets/1/transfer"

    def test_the_form_offers_the_platforms_own(self, serving, run, house):
        run(operations.open_window, house.wang, 2, at=MORNING)
        clerk = serving()
        link = soup(clerk.get("/queue/window")).select_one(f"a[href='{self.FORM}']")
        assert link.text.strip() == "转窗口…"
        page = soup(clerk.get(self.FORM))
        values = [each["value"] for each in page.select("input[name=target]")]
        assert values == ["service:1", "service:2", "window:2", "window:4", "account:2"]
        assert [each["data-pick"] for each in page.select("input[name=target]")] == ["1", "2", "3", "4", "5"]
        assert "2号窗口 王小梅" in " ".join(page.select_one("#target").text.split())
        assert len(page.select(".btn-primary")) == 1

    def test_sent_on_and_found_by_whom_it_is_kept_for(self, serving, run, house, sign_in, inside):
        clerk = serving()
        sent = press(clerk, self.FORM, page=self.FORM, target="window:2", reason="材料在二号窗口")
        assert sent.status_code == 303
        assert "A001 已转到 2号窗口" in soup(clerk.get("/queue/window")).select_one("#notice").text
        other = sign_in("wang")
        post(other, "/queue/window/open", window=2)
        page = soup(other.get("/queue/window"))
        assert {each.text for each in page.select("#waiting .tag")} == {"指定", "续办"}
        press(other, "/queue/window/next")
        page = soup(other.get("/queue/window"))
        assert "指定由2号窗口办理" in page.select_one(".ticket-why").text
        told = page.select_one("#person .timeline").text
        assert "转到 2号窗口" in told
        assert "材料在二号窗口" in told

    def test_what_is_kept_for_somebody_absent_is_told_and_can_be_released(self, serving, inside):
        clerk = serving()
        press(clerk, self.FORM, page=self.FORM, target="account:2")
        assert "指定他人，未开窗" in soup(clerk.get("/queue/window")).select_one("#waiting tbody").text
        assert press(clerk, "/queue/tickets/1/release").status_code == 303
        page = soup(clerk.get("/queue/window"))
        assert "指定" not in page.select_one("#waiting tbody").text
        with inside() as session:
            assert session.execute(select(Ticket.state, Ticket.for_account_id)).one() == ("waiting", None)

    def test_mine_is_released_from_the_list(self, serving, inside):
        clerk = serving()
        press(clerk, "/queue/tickets/1/hold", reason="取证件、材料")
        assert press(clerk, "/queue/tickets/1/queue-again", keep="y").status_code == 303
        assert press(clerk, "/queue/tickets/1/release").status_code == 303
        with inside() as session:
            assert session.execute(select(Ticket.state, Ticket.for_account_id)).one() == ("waiting", None)

    @pytest.mark.parametrize(
        ("target", "status", "said"),
        [
            ("", 422, "请选择转到哪里"),
            ("service:3", 422, "请从所列各项中选择"),
            ("window:1", 422, "请从所列各项中选择"),
        ],
    )
    def test_a_wrong_choice_is_said_beside_it_and_the_reason_kept(self, serving, target, status, said):
        clerk = serving()
        answer = press(clerk, self.FORM, page=self.FORM, target=target, reason="１２３")
        assert answer.status_code == status
        assert said in soup(answer).select_one("#target-error").text
        assert soup(answer).select_one("#reason")["value"] == "１２３"

    def test_a_stale_form_is_told(self, serving, inside):
        clerk = serving()
        form = soup(clerk.get(self.FORM)).select_one("#transfer")
        sent = {each["name"]: each["value"] for each in form.select("input[type=hidden]")} | {"target": "service:2"}
        press(clerk, "/queue/tickets/1/hold", reason="取证件、材料")
        late = clerk.post(self.FORM, data=sent)
        assert late.status_code == 409
        assert clerk.get(self.FORM).status_code == 409
        with inside() as session:
            assert session.get(Ticket, 1).state == "held"

    def test_its_queries_are_few(self, app, serving):
        assert counted(app, serving(), self.FORM) <= 12


class TestErrands:
    def test_one_after_the_other_with_the_same_number(self, serving, sign_in, inside):
        clerk = serving(errands=[COUNSEL])
        assert press(clerk, "/queue/tickets/1/errands", service=DISPUTE).status_code == 303
        page = soup(clerk.get("/queue/window"))
        assert "综合服务、矛盾纠纷调解" in page.select_one(".further").text
        key = page.select_one("#ticket-actions [data-key=F2]")
        assert "本项办完，转 综合服务" in key.text
        assert not [each for each in page.select("#ticket-actions [data-key]") if "叫下一位" in each.text]
        assert key.find_parent("form")["action"] == "/queue/tickets/1/go-on"
        assert press(clerk, "/queue/tickets/1/go-on").status_code == 303
        page = soup(clerk.get("/queue/window"))
        assert "A001 本项办完，转 综合服务" in page.select_one("#notice").text
        with inside() as session:
            assert session.execute(select(Ticket.number, Ticket.state, Ticket.service_id)).one() == (
                "A001",
                "waiting",
                COUNSEL,
            )

    def test_with_a_case_the_key_leads_to_the_relay_with_the_service_chosen(self, serving):
        clerk = serving(person=LV, errands=[DISPUTE])
        press(clerk, "/queue/tickets/1/register", **MATTER)
        link = soup(clerk.get("/queue/window")).select_one("#ticket-actions [data-key=F2]")
        assert link["href"] == f"/queue/tickets/1/relay?service={DISPUTE}"
        form = soup(clerk.get(link["href"]))
        assert form.select_one("input[name=service][checked]")["value"] == str(DISPUTE)
        assert (
            press(clerk, "/queue/tickets/1/relay", page=link["href"], service=DISPUTE, purpose="调解").status_code
            == 303
        )

    def test_ending_with_something_open_wants_a_word(self, serving, inside):
        clerk = serving(errands=[DISPUTE])
        asked = press(clerk, "/queue/tickets/1/finish")
        assert asked.status_code == 422
        page = soup(asked)
        assert "还要办 矛盾纠纷调解。确认其余不办了？" in page.select_one("#ticket-actions [role=alert]").text
        form = page.select_one("form[action='/queue/tickets/1/finish']")
        assert "其余不办了，结束并叫下一位" in form.select_one("[data-key=F2]").text
        hidden = {each["name"]: each["value"] for each in form.select("input[type=hidden]")}
        assert clerk.post("/queue/tickets/1/finish", data=hidden).status_code == 422, (
            "no case: the reason is asked as ever"
        )
        ended = clerk.post("/queue/tickets/1/finish", data=hidden | {"reason": "left"})
        assert ended.status_code == 303
        with inside() as session:
            assert session.scalar(select(Errand.state)) == "dropped"
            assert session.scalar(select(Ticket.state)) == "done"

    def test_registered_and_something_open_asks_for_that_alone(self, serving):
        clerk = serving(person=LV, errands=[DISPUTE])
        press(clerk, "/queue/tickets/1/register", **MATTER)
        page = soup(press(clerk, "/queue/tickets/1/finish"))
        assert not page.select("#finish-reason")
        assert "尚未登记" not in page.select_one("#ticket-actions").text

    def test_what_is_no_service_is_told(self, serving):
        clerk = serving()
        answer = press(clerk, "/queue/tickets/1/errands", service="99")
        assert answer.status_code == 422
        assert press(clerk, "/queue/tickets/1/errands", service=str(VISIT)).status_code == 409


class TestHold:
    def test_back_to_the_queue_and_gone(self, serving, inside):
        clerk = serving()
        press(clerk, "/queue/tickets/1/hold", reason="取证件、材料")
        assert press(clerk, "/queue/tickets/1/queue-again").status_code == 303
        assert press(clerk, "/queue/window/next").status_code == 303
        press(clerk, "/queue/tickets/1/start")
        press(clerk, "/queue/tickets/1/hold", reason="取证件、材料")
        assert press(clerk, "/queue/tickets/1/gone").status_code == 303
        with inside() as session:
            assert session.scalar(select(Ticket.state)) == "left"
        assert post(clerk, "/queue/tickets/1/gone", version=9).status_code == 409

    def test_what_colleagues_hold_is_folded_and_can_be_taken_over(self, serving, sign_in, inside):
        press(serving(), "/queue/tickets/1/hold", reason="取证件、材料")
        other = sign_in("wang")
        post(other, "/queue/window/open", window=2)
        folded = soup(other.get("/queue/window")).select_one("#held details")
        assert "同事挂起 1 号" in folded.summary.text
        assert not folded.has_attr("open")
        assert "张德良" in folded.text
        assert press(other, "/queue/tickets/1/resume").status_code == 303
        with inside() as session:
            assert session.scalar(select(Ticket.account_id)) == 2


class TestDirect:
    def test_one_press_and_the_visitor_is_being_served(self, clerk, inside):
        post(clerk, "/queue/window/open", window=1)
        button = soup(clerk.get("/queue/window")).select_one("[data-key=F3]")
        assert button.find_parent("form")["action"] == "/queue/window/receive"
        token = csrf_token(clerk, "/queue/window")
        assert clerk.post("/queue/window/receive", data={"csrf_token": token}).status_code == 303
        assert soup(clerk.get("/queue/window")).select_one(".ticket-number").text == "A001"
        assert clerk.post("/queue/window/receive", data={"csrf_token": token}).status_code == 409
        with inside() as session:
            assert session.scalar(select(func.count()).select_from(Ticket)) == 1


class TestHandover:
    FORM = "/queue/window/handover"

    def test_from_one_to_the_other(self, serving, sign_in, inside, app):
        clerk = serving()
        press(clerk, "/queue/tickets/1/hold", reason="取证件、材料")
        page = soup(clerk.get(self.FORM))
        assert "A001" in page.text
        assert [each.text for each in page.select("#to option")] == ["请选择", "王小梅（未开窗）"]
        empty = press(clerk, self.FORM, page=self.FORM, to="", note="写了一半")
        assert empty.status_code == 422
        assert soup(empty).select_one("#note").text.strip() == "写了一半"
        assert press(clerk, self.FORM, page=self.FORM, to="2", note="吕某的材料\n11 点送到").status_code == 303
        assert "已交班给王小梅，1号窗口已关闭" in soup(clerk.get("/queue/window")).select_one("#notice").text
        other = sign_in("wang")
        card = soup(other.get("/queue/window")).select_one("#handed-over")
        for said in ("张德良 交班", "1号窗口", "吕某的材料", "挂起 A001"):
            assert said in card.text
        post(other, "/queue/window/open", window=1)
        page = soup(other.get("/queue/window"))
        assert "吕某的材料" in page.select_one("#handed-over").text
        assert "挂起 1 号" in page.select_one("#held").text
        assert press(other, "/queue/handovers/1/accept").status_code == 303
        assert "吕某的材料" not in other.get("/queue/window").text
        assert post(other, "/queue/handovers/1/accept").status_code == 409
        with inside() as session:
            assert session.scalar(select(Handover.accepted_at)) is not None
        assert post(clerk, "/queue/handovers/1/accept").status_code == 409

    def test_not_over_a_visitor_and_not_without_a_window(self, serving, sign_in):
        clerk = serving()
        blocked = clerk.get(self.FORM)
        assert blocked.status_code == 409
        assert "A001 还在窗口" in soup(blocked).select_one("[role=alert]").text
        assert sign_in("wang").get(self.FORM).status_code == 409

    def test_its_queries_are_few(self, app, clerk):
        post(clerk, "/queue/window/open", window=1)
        assert counted(app, clerk, self.FORM) <= 10


class TestStates:
    def test_a_window_left_open_is_said_and_closed_with_one_key(self, clerk, desk, inside, sign_in):
        post(clerk, "/queue/window/open", window=1)
        with clock.frozen(later(NEXT_DAY)):
            submit(clerk, "/login", login_name="zhang", password=demo_password())
            desk(NEXT_DAY)
            page = soup(clerk.get("/queue/window"))
            assert "一直没有关闭" in page.select_one(".notice-warning").text
            assert not page.select("form[action='/queue/window/next']")
            assert not page.select("form[action='/queue/tickets/1/call']")
            button = page.select_one("[data-key=F2]")
            assert "关闭昨日窗口" in button.text
            refused = post(clerk, "/queue/window/next")
            assert refused.status_code == 409
            assert "关闭昨日窗口" in soup(refused).select_one("[role=alert]").text
            assert press(clerk, "/queue/window/close-left-open").status_code == 303
            assert "选择窗口" in clerk.get("/queue/window").text
        with inside() as session:
            assert session.scalar(select(WindowSession.closed_at)) == later(NEXT_DAY)

    def test_a_pause_says_since_when(self, clerk):
        post(clerk, "/queue/window/open", window=1)
        post(clerk, "/queue/window/pause", reason="会商")
        with clock.frozen(later(42)):
            page = soup(clerk.get("/queue/window"))
        assert "自 09:30 起，已 12 分" in " ".join(page.select_one("#ticket").text.split())
        assert page.select_one("#ticket time[data-since]")

    def test_rooms_groups_and_short_matters_are_tagged(self, clerk, desk, inside):
        with inside(), database.write() as session:
            session.get(Window, 1).kind = "room"
        desk(0, headcount=6), desk(1, quick=True)
        post(clerk, "/queue/window/open", window=1)
        page = soup(clerk.get("/queue/window"))
        assert "接待室" in page.select_one("#ticket .tag").text
        assert [[tag.text for tag in row.select(".tag")] for row in page.select("#waiting tbody tr")] == [
            ["集体"],
            ["快办"],
        ]
        press(clerk, "/queue/window/next")
        assert "集体" in soup(clerk.get("/queue/window")).select_one(".ticket-person").text

    def test_why_this_one_stands_under_the_number(self, serving):
        assert soup(serving().get("/queue/window")).select_one(".ticket-why").text == "按取号先后，已等 30 分"

    def test_the_idle_console_stays_bounded(self, app, clerk, desk, run, house):
        post(clerk, "/queue/window/open", window=1)
        few = counted(app, clerk, "/queue/window")
        for minute in range(15):
            desk(minute, headcount=6, quick=True)
        assert counted(app, clerk, "/queue/window") <= few + 1
        assert few <= 25


class TestDesk:
    @pytest.fixture
    def greeter(self, house, sign_in) -> FlaskClient:
        return sign_in("guo")

    def take(self, client: FlaskClient, **changes: object):
        form = soup(client.get("/queue/desk")).select_one("#take")
        hidden = {each["name"]: each["value"] for each in form.select("input[type=hidden]")}
        return client.post("/queue/desk", data=hidden | GIVEN | changes)

    def test_short_matters_and_further_services(self, greeter, inside):
        answer = self.take(greeter, quick="y", errands=[str(DISPUTE), str(VISIT), str(GROUP)])
        assert answer.status_code == 303
        with inside() as session:
            assert session.scalar(select(Ticket.quick)) is True
            assert session.scalars(select(Errand.service_id).order_by(Errand.id)).all() == [DISPUTE, GROUP]

    def test_a_closed_service_is_said_and_a_tick_gives_one_more(self, greeter, inside):
        page = soup(greeter.get("/queue/desk"))
        assert not page.select("#beyond")
        with inside(), database.write() as session:
            session.add(Closure(centre_id=1, day=MORNING.date(), message="今天上午停电，不取号。"))
        refused = self.take(greeter, name="吕德胜")
        assert refused.status_code == 422
        page = soup(refused)
        assert "今天上午停电，不取号" in page.select_one("#beyond-error").text
        assert page.select_one("#name")["value"] == "吕德胜"
        assert self.take(greeter, name="吕德胜", beyond="y").status_code == 303

    def test_only_what_a_greeter_may_give_is_offered(self, greeter):
        offered = [each["value"] for each in soup(greeter.get("/queue/desk")).select("input[name=priority]")]
        assert offered == ["ordinary", "frail", "military"]
        assert self.take(greeter, priority="appointment").status_code == 422

    def test_a_form_sent_twice_takes_one_number(self, greeter, inside):
        form = soup(greeter.get("/queue/desk")).select_one("#take")
        sent = {each["name"]: each["value"] for each in form.select("input[type=hidden]")} | GIVEN
        first, second = (greeter.post("/queue/desk", data=sent) for _ in range(2))
        assert (first.status_code, first.location) == (303, second.location)
        assert self.take(greeter).location != first.location
        with inside() as session:
            assert session.scalars(select(Ticket.number).order_by(Ticket.id)).all() == ["A001", "A002"]

    def test_sent_twice_at_the_same_moment_as_well(self, greeter, app, inside):
        form = soup(greeter.get("/queue/desk")).select_one("#take")
        sent = {each["name"]: each["value"] for each in form.select("input[type=hidden]")} | GIVEN
        cookie = greeter.get_cookie("session") or next(iter(greeter._cookies.values()))
        start, answers = threading.Barrier(4), []

        def send() -> None:
            client = app.test_client()
            client.set_cookie(cookie.key, cookie.value)
            start.wait()
            answers.append(client.post("/queue/desk", data=sent))

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {(each.status_code, each.location) for each in answers} == {(303, "/queue/desk?slip=1")}
        with inside() as session:
            assert session.scalars(select(Ticket.number)).all() == ["A001"]

    def test_what_the_slip_says_of_the_wait(self, greeter, inside):
        self.take(greeter), self.take(greeter)
        with inside(), database.write() as session:
            session.get(Ticket, 2).estimated, session.get(Ticket, 2).estimate_error = 20 * 60, 5 * 60
        assert "前面 1 人・约 15–25 分钟" in soup(greeter.get("/queue/desk?slip=2")).select_one("#slip").text
        assert "约 15–25 分钟" in greeter.get("/queue/tickets/2/slip").text

    def test_people_ahead_are_those_the_open_windows_call_first(self, greeter, desk, run, house):
        desk(0, service_id=GROUP), desk(1, service_id=DISPUTE), desk(2, service_id=VISIT)
        assert "前面 1 人" in soup(greeter.get(self.take(greeter).location)).select_one("#slip").text
        run(operations.open_window, house.zhang, 1, at=MORNING)
        assert "前面 3 人" in soup(greeter.get(self.take(greeter).location)).select_one("#slip").text
