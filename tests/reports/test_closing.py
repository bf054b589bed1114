"""The end of the day: nothing is swept away silently, the signature waits for what must be done, and stands once."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import event, func, select

from portal import clock, database
from portal.cases import operations as cases
from portal.cases.models import Case
from portal.handoff import operations as handoff
from portal.handoff.joint import operations as joint
from portal.organisation.models import Service, Unit
from portal.queue import operations as queue
from portal.queue.models import Appointment, Period, Ticket, WindowSession
from portal.queue.operations import Refused, StaleTicket, StillServing, emergencies
from portal.queue.operations import closing as ends
from portal.queue.queries import visit_entries
from portal.reports.closing import operations, queries
from portal.reports.closing.figures import average, figures
from portal.reports.models import DayClose
from portal.trail.queries import entries, verify
from tests import kept
from tests.cast.people import CLERK_OF, GREETER, seed_minimal, window_ids
from tests.support import submit, together

FRIDAY = clock.at_hall(date(2026, 11, 27))
HEAD = "renzhiping"
ALL = tuple(operations.KNOWN)


def at(hour: int, minute: int = 0, days: int = 0):
    """A moment of that Friday, or so many days later."""
    return FRIDAY + timedelta(hours=hour + 24 * days, minutes=minute)


@pytest.fixture(autouse=True)
def half_past_five():
    with clock.frozen(at(17, 30)):
        yield


class House:
    """The hall of that Friday, in operations of one transaction each."""

    def __init__(self, actors: dict) -> None:
        self.actors = actors
        self.head, self.greeter = actors[HEAD], actors[GREETER]
        self.clerk, self.mediator = actors[CLERK_OF["petition"]], actors[CLERK_OF["mediation"]]

    def do(self, operation, *args, **kwargs):
        with database.write() as session:
            return operation(session, *args, **kwargs)

    def open(self, who, moment) -> None:
        with database.write() as session:
            login = next(login for login, actor in self.actors.items() if actor.id == who.id)
            queue.open_window(session, who, window_ids(session, 1)[login], at=moment)

    def take(self, moment, platform: str = "petition", headcount: int = 1) -> Ticket:
        with database.write() as session:
            service = session.scalar(
                select(Service.id).where(Service.platform == platform).order_by(Service.id).limit(1)
            )
            given = {"service_id": service, "priority": "ordinary", "headcount": headcount, "person": None}
            return queue.take_ticket(session, self.greeter, **given, at=moment)

    def serve(self, who, called, started) -> Ticket:
        with database.write() as session:
            ticket = queue.call_next(session, who, at=called)
            return queue.start(session, who, ticket.id, version=ticket.version, at=started)

    def finish(self, who, ticket: Ticket, moment) -> None:
        self.do(queue.finish, who, ticket.id, version=ticket.version, at=moment, reason="advice", words="已答复。")

    def sign(self, moment=None, day=None, **changes) -> DayClose:
        given = {"known": ALL, "note": "", "at": moment or at(17, 30)} | changes
        return self.do(operations.sign, self.head, day or clock.day_of(FRIDAY), **given)


@pytest.fixture
def house(session) -> House:
    with database.write() as writing:
        return House(kept.rows(writing, "the hall at eight", lambda session: seed_minimal(session, at(8))))


@pytest.fixture
def end(session, house):
    return queries.ending(session, clock.day_of(FRIDAY))


# ---- step 1: numbers ----


def test_every_open_state_is_listed_with_its_place_and_earlier_days_too(session, house, end):
    house.open(house.clerk, at(9))
    old = house.take(at(10, days=-1))
    serving = house.take(at(9))
    house.serve(house.clerk, at(9, 5), at(9, 6))
    waiting = house.take(at(9, 30), "mediation", 3)
    found = queries.open_tickets(session, 1, end)
    assert [(each.id, each.state, each.served) for each in found] == [
        (old.id, "waiting", False),
        (serving.id, "serving", True),
        (waiting.id, "waiting", False),
    ]
    assert (found[1].place, found[1].clerk, found[2].headcount) == ("1号窗口", "张德良", 3)


def test_each_outcome_ends_the_number_and_says_so_in_words(session, house):
    house.open(house.clerk, at(9))
    served = house.take(at(9))
    served = house.serve(house.clerk, at(9, 5), at(9, 6))
    gone, moved = house.take(at(10)), house.take(at(10, 5))
    given = {"outcome": "received", "words": "已由张德良口头答复，忘按结束。", "at": at(17)}
    house.do(operations.end_tickets, house.head, [(served.id, served.version)], **given)
    house.do(operations.end_tickets, house.head, [(gone.id, gone.version)], outcome="left", at=at(17))
    house.do(operations.end_tickets, house.head, [(moved.id, moved.version)], outcome="rebooked", at=at(17))
    states = {ticket.id: ticket.state for ticket in session.scalars(select(Ticket))}
    assert states == {served.id: "done", gone.id: "left", moved.id: "left"}
    last = entries(session, f"ticket:{served.id}")[-1]
    assert (last.kind, last.data["outcome"], last.data["was"]) == ("ticket.closed_out", "received", "serving")
    assert last.words["words"] == given["words"]
    told = visit_entries(session, house.clerk, served.id)[-1]
    assert (told.title, told.detail, told.who) == ("收尾时记为已接待（窗口未结束）", given["words"], "任志平")
    assert session.scalar(select(func.count()).where(Period.end.is_(None))) == 0
    assert verify(session) == []


def test_nothing_is_ended_where_one_of_the_chosen_is_stale_or_was_never_at_a_window(session, house):
    one, other = house.take(at(9)), house.take(at(9, 5))
    stale = [(one.id, one.version), (other.id, other.version - 1)]
    with pytest.raises(StaleTicket):
        house.do(operations.end_tickets, house.head, stale, outcome="left", at=at(17))
    given = {"outcome": "received", "words": "窗口已接待", "at": at(17)}
    with pytest.raises(Refused, match="没有到过窗口"):
        house.do(operations.end_tickets, house.head, [(one.id, one.version)], **given)
    with pytest.raises(Refused, match="请先勾选"):
        house.do(operations.end_tickets, house.head, [], outcome="left", at=at(17))
    with pytest.raises(Refused, match="请选择"):
        house.do(operations.end_tickets, house.head, [(one.id, one.version)], outcome="swept", at=at(17))
    assert set(session.scalars(select(Ticket.state))) == {"waiting"}


def test_received_needs_words_and_only_the_duty_head_ends_others_numbers(house):
    house.open(house.clerk, at(9))
    house.take(at(9))
    ticket = house.serve(house.clerk, at(9, 5), at(9, 6))
    with pytest.raises(Refused, match="请写明"):
        house.do(ends.end_ticket, house.head, ticket.id, version=ticket.version, outcome="received", at=at(17))
    for who in (house.clerk, house.greeter):
        with pytest.raises(Refused, match="只有值班负责人"):
            house.do(ends.end_ticket, who, ticket.id, version=ticket.version, outcome="left", at=at(17))


# ---- step 2: windows ----


def test_a_window_is_closed_for_its_clerk_only_when_nobody_is_there(session, house, end):
    house.open(house.clerk, at(9))
    house.take(at(9))
    ticket = house.serve(house.clerk, at(9, 5), at(9, 6))
    (shown,) = queries.open_windows(session, 1, end)
    assert (shown.name, shown.clerk, shown.kept_by) == ("1号窗口", "张德良", (ticket.number,))
    with pytest.raises(StillServing, match=ticket.number):
        house.do(ends.close_window_for, house.head, shown.id, at=at(17))
    held = house.do(queue.hold, house.clerk, ticket.id, version=ticket.version, reason="取证件", at=at(9, 30))
    with pytest.raises(Refused, match="挂起的号"):
        house.do(ends.close_window_for, house.head, shown.id, at=at(17))
    house.do(ends.end_ticket, house.head, held.id, version=held.version, outcome="left", at=at(17))
    assert house.do(ends.close_window_for, house.head, shown.id, at=at(17)) == "1号窗口"
    assert session.get_one(WindowSession, shown.id).closed_at == at(17)
    last = entries(session, f"account:{house.clerk.id}")[-1]
    assert (last.kind, last.actor_id, last.data["at_closing"]) == ("window.closed", house.head.id, True)
    with pytest.raises(Refused, match="已经关闭"):
        house.do(ends.close_window_for, house.head, shown.id, at=at(17, 1))


# ---- steps 3 to 7 ----


@pytest.fixture
def busy(session, house) -> Case:
    """A visitor with a case, relayed and not signed for; a promise due on Monday, an emergency, an appointment."""
    house.open(house.clerk, at(9))
    house.take(at(9))
    ticket = house.serve(house.clerk, at(9, 10), at(9, 12))
    stated = cases.Registration(
        channel="visit", purpose="claim", subject="欠薪", received_at=at(9), platform="petition"
    )
    case = house.do(queue.register_from_ticket, house.clerk, ticket.id, stated, version=ticket.version, at=at(9, 20))
    unit = {
        "unit_id": None,
        "unit_name": "市人社局",
        "answered_by": "李科长",
        "said": "马上核实",
        "promised_by": "李科长",
    }
    for days, promise in ((0, "今天答复"), (3, "周一答复"), (4, "周二答复")):
        promised = clock.day_of(at(9, days=days))
        house.do(
            lambda writing, on=promised, what=promise: cases.record_contact(
                writing, house.clerk, writing.get_one(Case, case.id), **unit, promise=what, promised_on=on, at=at(9, 30)
            )
        )
    with database.write() as writing:
        service = writing.scalar(select(Service.id).where(Service.platform == "mediation").limit(1))
        ticket = writing.get_one(Ticket, ticket.id)
        handoff.send(writing, house.clerk, ticket.id, service, version=ticket.version, purpose="请调解", at=at(10))
        made = {"centre_id": 1, "service_id": service, "source": "desk", "booked_by": 1, "booked_at": at(9)}
        for number, (days, state) in enumerate(((3, "booked"), (3, "cancelled"), (4, "booked"))):
            day = clock.day_of(at(9, days=days))
            code = {"note": "", "code": f"c{number}", "code_hash": f"h{number}"}
            writing.add(Appointment(**made, **code, day=day, slot=570, state=state, headcount=2))
    house.do(emergencies.raise_emergency, house.mediator, at=at(11))
    return case


def test_what_needs_an_eye_is_counted_and_the_next_working_day_is_monday(session, house, busy, end):
    assert (end.ahead.isoformat(), end.provisional) == ("2026-11-30", False)
    (relay,) = queries.unsigned_relays(session, 1, end)
    assert (relay.source, relay.target, relay.sender) == ("信访接处", relay.target, "张德良")
    (slip,) = queries.unprinted(session, house.head, end)
    assert (slip.number, slip.subject) == (busy.number, "欠薪")
    (promise,) = queries.due_promises(session, house.head, end)
    assert (promise.promise, promise.promised_by, promise.promised_on) == ("周一答复", "李科长", end.ahead)
    alarms, joints = queries.still_running(session, house.head, end)
    assert ([place for _, place, _ in alarms], joints) == (["未开窗"], [])
    assert queries.appointments_ahead(session, 1, end) == (1, 2)
    assert operations.outstanding(session, house.head, end) == {"relays": 1, "slips": 1, "promises": 1, "running": 1}


def test_a_printed_slip_a_signed_relay_and_an_ended_reception_are_gone_from_the_list(session, house, busy, end):
    house.do(
        lambda writing: cases.record.note(writing, writing.get_one(Case, busy.id), "slip.printed", house.clerk, at(11))
    )
    assert queries.unprinted(session, house.head, end) == []
    (relay,) = queries.unsigned_relays(session, 1, end)
    house.do(handoff.sign, house.mediator, 1, at=at(12))
    assert queries.unsigned_relays(session, 1, end) == []
    house.take(at(13))
    ticket = house.serve(house.clerk, at(13, 1), at(13, 2))
    unit = session.scalar(select(Unit.id).where(Unit.in_hall).limit(1))
    summons = joint.Summons((unit,), (), "1号窗口", at(14), "当面说明")
    made = house.do(joint.call_units, house.clerk, ticket.id, summons, at=at(13, 5))
    assert queries.still_running(session, house.head, end)[1] == [(made.id, ticket.number, "1号窗口")]
    house.do(joint.close, house.head, made.id, outcome="已说明。", at=at(15))
    assert queries.still_running(session, house.head, end)[1] == []
    assert relay.at == at(10)


def test_of_a_matter_that_is_not_open_only_the_number_is_shown(session, house, busy, end):
    with database.write() as writing:
        writing.get_one(Case, busy.id).sensitivity = "sealed"
    (slip,) = queries.unprinted(session, house.head, end)
    (promise,) = queries.due_promises(session, house.head, end)
    assert (slip.number, slip.subject) == (busy.number, None)
    assert (promise.number, promise.unit, promise.promised_by, promise.promise) == (busy.number, "", "", None)


# ---- the signature ----


def test_it_waits_for_numbers_and_windows_and_for_every_known(session, house, busy):
    with pytest.raises(operations.NotDone, match=r"1 个号没有结束（A001）.*1 个窗口没有关（1号窗口）"):
        house.sign()
    (ticket,) = session.scalars(select(Ticket)).all()
    house.do(ends.end_ticket, house.head, ticket.id, version=ticket.version, outcome="left", at=at(17))
    house.do(queue.close_window, house.clerk, at=at(17))
    with pytest.raises(cases.FieldProblems) as unread:
        house.sign(known=("relays", "slips"))
    assert set(unread.value.problems) == {"promises", "running"}
    with pytest.raises(Refused, match="只有值班负责人"):
        house.do(operations.sign, house.clerk, clock.day_of(FRIDAY), known=ALL, note="", at=at(17))
    made = house.sign(note="平稳。")
    assert made.figures["outstanding"] == {"relays": 1, "slips": 1, "promises": 1, "running": 1}
    with pytest.raises(operations.NotDone, match="已由 任志平 签字"):
        house.sign()
    (said,) = entries(session, f"day:1:{clock.day_of(FRIDAY)}")
    assert (said.kind, said.words) == ("day.closed", {"note": "平稳。"})


def test_signed_once_however_many_sign_at_the_same_moment(app):
    with app.app_context():
        with database.write() as writing:
            made = House(seed_minimal(writing, at(8)))
        database.db.session.rollback()
    problems = together(
        app,
        lambda _: database.attempt(
            lambda session: operations.sign(session, made.head, clock.day_of(FRIDAY), known=ALL, note="", at=at(17, 30))
        ),
        range(3),
    )
    assert [type(each) for each in problems] == [operations.NotDone] * 2
    with app.app_context():
        assert database.db.session.scalar(select(func.count()).select_from(DayClose)) == 1


def test_a_signed_day_takes_additions_and_nothing_else(session, house):
    day = clock.day_of(FRIDAY)
    with pytest.raises(Refused, match="还没有签字"):
        house.do(operations.add, house.head, day, words="补记", at=at(17))
    before = house.sign().figures
    house.do(operations.add, house.head, day, words="下班后又来一位，已约周一。", at=at(18))
    signed = queries.signed(session, 1, day)
    assert signed.additions == (("任志平", at(18), "下班后又来一位，已约周一。"),)
    assert signed.figures == before


def test_the_last_unsigned_day_is_remembered_and_can_still_be_signed(session, house):
    ticket = house.take(at(9))
    monday = clock.day_of(at(9, days=3))
    assert queries.unsigned_before(session, 1, monday) == clock.day_of(FRIDAY)
    assert queries.unsigned_before(session, 1, clock.day_of(FRIDAY)) is None
    house.open(house.clerk, at(8, days=3))
    house.do(ends.end_ticket, house.head, ticket.id, version=ticket.version, outcome="left", at=at(8, days=3))
    house.sign(at(8, 30, days=3))
    assert queries.unsigned_before(session, 1, monday) is None


# ---- the figures ----


def test_batches_and_people_by_platform_and_once_in_the_total(session, house, end):
    for who in (house.clerk, house.mediator):
        house.open(who, at(9))
    house.take(at(9), headcount=5)
    first = house.serve(house.clerk, at(9, 10), at(9, 12))
    with database.write() as writing:
        service = writing.scalar(select(Service.id).where(Service.platform == "mediation").limit(1))
        handoff.send(writing, house.clerk, first.id, service, version=first.version, purpose="请调解", at=at(9, 30))
    again = house.serve(house.mediator, at(9, 50), at(9, 51))
    house.finish(house.mediator, again, at(10))
    house.take(at(10))
    second = house.serve(house.clerk, at(10, 21), at(10, 22))
    house.finish(house.clerk, second, at(10, 40))
    gone = house.take(at(11), headcount=2)
    house.do(queue.leave, house.greeter, gone.id, version=gone.version, at=at(11, 30))
    house.take(at(11), "counselling", 4)
    found = figures(session, 1, end)
    total = found["total"]
    assert (total["taken"], total["received"], total["left"]) == (
        {"batches": 3, "people": 8},
        {"batches": 2, "people": 6},
        {"batches": 1, "people": 2},
    )
    by_code = {row["code"]: row for row in found["platforms"]}
    assert set(by_code) == {"petition", "mediation"}, "what happens behind neutral doors is not told"
    assert by_code["petition"]["received"] == {"batches": 2, "people": 6}
    assert by_code["mediation"]["received"] == {"batches": 1, "people": 5}
    assert by_code["mediation"]["taken"] == {"batches": 0, "people": 0}
    assert by_code["petition"]["waited"] == [(10 + 21) * 60, 2]
    assert by_code["mediation"]["waited"] == [20 * 60, 1]
    assert (average(by_code["petition"]), average(total)) == (16, 17)


def test_registered_and_follow_up_are_counted_from_the_trail(session, house, busy, end):
    again = {"words": "再来问", "at": at(15), "window_id": 1}
    house.do(lambda writing: cases.record_visit(writing, house.clerk, writing.get_one(Case, busy.id), **again))
    found = figures(session, 1, end)
    assert (found["total"]["registered"], found["total"]["again"]) == (1, 1)
    (petition,) = (row for row in found["platforms"] if row["code"] == "petition")
    assert (petition["registered"], petition["again"]) == (1, 1)


# ---- the pages ----


def text_of(answer) -> str:
    return " ".join(BeautifulSoup(answer.get_data(as_text=True), "html.parser").get_text(" ").split())


@pytest.fixture
def left_over(inside) -> House:
    """Two open numbers and an open window, for clients."""
    with inside():
        with database.write() as writing:
            made = House(seed_minimal(writing, at(8)))
        made.open(made.clerk, at(9))
        made.take(at(9))
        made.serve(made.clerk, at(9, 5), at(9, 6))
        made.take(at(10))
        return made


@pytest.mark.one_engine
def test_from_the_open_numbers_to_the_signed_sheet(left_over, sign_in, inside):
    head = sign_in(HEAD)
    page = head.get("/queue/closing")
    assert "2 项，须先办完" in text_of(page)
    boxes = [each["value"] for each in BeautifulSoup(page.data, "html.parser").select("input[name=tickets]")]
    early = submit(head, "/queue/closing/sign", page="/queue/closing", note="平稳")
    assert (early.status_code, "还不能签字：2 个号没有结束" in text_of(early)) == (409, True)
    assert "平稳" in text_of(early)
    missing = submit(head, "/queue/closing/tickets", page="/queue/closing", tickets=boxes)
    assert missing.status_code == 422
    both = submit(
        head, "/queue/closing/tickets", page="/queue/closing", tickets=boxes, outcome="received", words="已办"
    )
    assert (both.status_code, "A002 没有到过窗口" in text_of(both)) == (409, True)
    kept = BeautifulSoup(both.data, "html.parser").select("input[name=tickets][checked]")
    assert [each["value"] for each in kept] == boxes
    for box, outcome, words in ((boxes[0], "received", "已由窗口答复"), (boxes[1], "left", "")):
        given = {"tickets": [box], "outcome": outcome, "words": words}
        assert submit(head, "/queue/closing/tickets", page="/queue/closing", **given).status_code == 303
    assert submit(head, "/queue/closing/windows/1/close", page="/queue/closing").status_code == 303
    assert (
        submit(head, "/queue/closing/sign", page="/queue/closing", note="平稳")
        .headers["Location"]
        .endswith("2026-11-27")
    )
    sheet = text_of(head.get("/queue/closing/2026-11-27"))
    assert "来访日报" in sheet
    assert "接待 1 批次 1 人次" in sheet
    assert "值班负责人 任志平" in sheet
    assert submit(head, "/queue/closing/sign", page="/queue/closing").status_code == 409
    assert submit(head, "/queue/closing/2026-11-27/additions", page="/queue/closing", words="").status_code == 422
    assert submit(head, "/queue/closing/2026-11-27/additions", page="/queue/closing", words="补记").status_code == 303
    assert "补记" in text_of(head.get("/queue/closing/2026-11-27"))


@pytest.mark.one_engine
def test_what_must_be_known_is_asked_for_beside_its_step(left_over, sign_in, inside):
    head = sign_in(HEAD)
    with inside():
        left_over.do(emergencies.raise_emergency, left_over.mediator, at=at(11))
        for ticket in database.db.session.scalars(select(Ticket)).all():
            left_over.do(ends.end_ticket, left_over.head, ticket.id, version=ticket.version, outcome="left", at=at(17))
        left_over.do(queue.close_window, left_over.clerk, at=at(17))
    refused = submit(head, "/queue/closing/sign", page="/queue/closing", note="写了很久的话")
    assert refused.status_code == 422
    assert "未结束的应急、联合接访 1 项，请查看后勾选" in text_of(refused)
    assert "写了很久的话" in text_of(refused)
    assert submit(head, "/queue/closing/sign", page="/queue/closing", known="running").status_code == 303


@pytest.mark.one_engine
def test_the_next_morning_reminds_of_the_day_that_nobody_signed(left_over, sign_in):
    with clock.frozen(at(8, 30, days=3)):
        head = sign_in(HEAD)
        assert "11月27日 星期五 还没有收工签字" in text_of(head.get("/queue/closing"))
        assert 'hx-get="/queue/closing/banner"' in head.get("/queue/overview").get_data(as_text=True)
        assert "11月27日" in text_of(head.get("/queue/closing/banner", headers={"HX-Request": "true"}))
        assert "1号窗口" in text_of(head.get("/queue/closing?day=2026-11-27"))
    for login in (CLERK_OF["petition"], GREETER):
        assert sign_in(login).get("/queue/closing").status_code == 403
    for address in ("/queue/closing/2026-11-26", "/queue/closing/tomorrow", "/queue/closing?day=2027-01-01"):
        assert sign_in(HEAD).get(address).status_code == 404


@pytest.mark.one_engine
def test_the_steps_are_fetched_again_when_the_hall_changes(left_over, sign_in, inside):
    head = sign_in(HEAD)
    page = BeautifulSoup(head.get("/queue/closing").data, "html.parser")
    steps = page.select_one("#closing")
    assert steps.find_parent(attrs={"sse-connect": True})["sse-connect"].startswith("/stream/closing?")
    assert {"sse:queue", "sse:board", "sse:relays"} <= set(steps["hx-trigger"].split(", "))
    assert steps.select("#sign-form") == [], "what is written for the signature is outside what is replaced"
    assert steps.select_one("#end-form").has_attr("data-guard"), (
        "while numbers are ticked or words typed, nothing is replaced"
    )

    def again() -> BeautifulSoup:
        return BeautifulSoup(head.get(steps["hx-get"], headers={"HX-Request": "true"}).data, "html.parser")

    assert [each.get("id") for each in again().find_all(recursive=False)] == ["closing"]
    assert "1号窗口" in again().select_one("#closing").get_text()
    with inside():
        for ticket in database.db.session.scalars(select(Ticket)).all():
            left_over.do(ends.end_ticket, left_over.head, ticket.id, version=ticket.version, outcome="left", at=at(17))
        left_over.do(queue.close_window, left_over.clerk, at=at(17))
    assert again().select("input[name=tickets]") == []
    assert submit(head, "/queue/closing/sign", page="/queue/closing").status_code == 303
    signed = head.get(steps["hx-get"], headers={"HX-Request": "true"})
    assert signed.headers["HX-Redirect"] == "/queue/closing", (
        "signed meanwhile by somebody else: the whole page changes"
    )


@pytest.mark.one_engine
def test_an_acknowledgement_holds_for_the_list_that_was_seen(left_over, sign_in, inside):
    head = sign_in(HEAD)

    def ticked_place() -> str:
        page = BeautifulSoup(head.get("/queue/closing").data, "html.parser")
        place = page.select_one("#known-running").find_parent(attrs={"hx-preserve": True})
        return place["id"]

    with inside():
        left_over.do(emergencies.raise_emergency, left_over.mediator, at=at(11))
    first = ticked_place()
    assert ticked_place() == first, "the same list: the tick stays"
    with inside():
        left_over.do(emergencies.raise_emergency, left_over.clerk, at=at(12))
    assert ticked_place() != first, "one more came into the list: it is asked again"


@pytest.mark.one_engine
def test_the_wizard_asks_a_bounded_number_of_questions(left_over, sign_in, inside, app):
    head = sign_in(HEAD)

    def asked() -> int:
        seen = []
        with app.app_context():
            engine = database.db.engine
        note = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", note)
        try:
            assert head.get("/queue/closing").status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    few = asked()
    with inside():
        for minute in range(12):
            left_over.take(at(12, minute), "mediation")
    assert asked() == few <= 22
