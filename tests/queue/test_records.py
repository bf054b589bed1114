"""From the ticket to the case: the story is told once, and the visit is noted where it belongs."""

import pytest
from sqlalchemy import select

from portal.cases.operations import PersonGiven, Registration
from portal.people.models import Person
from portal.queue import operations, queries
from portal.queue.models import Ticket
from portal.queue.operations import Refused, StaleTicket
from portal.trail.queries import entries, revision
from tests.queue.conftest import DISPUTE, MORNING, later

LV = PersonGiven("吕德胜", id_number="11010519491231002X", phone="13900001234")


class TestFromTicketToCase:
    GIVEN = {"channel": "visit", "purpose": "claim", "subject": "风电占地赔偿款未付", "demands": ("支付赔偿款",)}

    def registration(self, **changes):
        return Registration(**(self.GIVEN | {"received_at": later(13)} | changes))

    def test_what_the_desk_took_down_reaches_the_case(self, session, hall, do, at_window):
        ticket = at_window(person=LV)
        case = do(
            operations.register_from_ticket,
            hall.zhang,
            ticket.id,
            self.registration(),
            version=ticket.version,
            at=later(15),
        )
        mine = queries.my_ticket(session, hall.zhang)
        assert (mine.case_id, mine.case_number, mine.name) == (case.id, case.number, "吕*")
        assert case.first_window_id == 1
        do(operations.finish, hall.zhang, ticket.id, version=mine.version, at=later(30))
        assert session.get(Ticket, ticket.id, populate_existing=True).state == "done"

    def test_a_called_visitor_who_talks_has_arrived(self, session, hall, do, take):
        take(hall.guo)
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        called = do(operations.call_next, hall.zhang, at=later(1))
        do(
            operations.register_from_ticket,
            hall.zhang,
            called.id,
            self.registration(),
            version=called.version,
            at=later(5),
        )
        assert [entry.kind for entry in entries(session, f"ticket:{called.id}")][-2:] == [
            "ticket.started",
            "ticket.registered",
        ]

    def test_a_doubled_registration_makes_one_case(self, session, hall, do, at_window):
        ticket = at_window()
        given = {"version": ticket.version, "at": later(15)}
        do(operations.register_from_ticket, hall.zhang, ticket.id, self.registration(), **given)
        with pytest.raises(StaleTicket):
            do(operations.register_from_ticket, hall.zhang, ticket.id, self.registration(), **given)

    def test_somebody_else_speaking_gets_nothing_of_the_person_at_the_desk(self, session, hall, do, at_window):
        ticket = at_window(person=LV)
        wife = PersonGiven("王翠花", address="平陆县张店镇")
        do(operations.register_from_ticket, hall.zhang, ticket.id, self.registration(petitioner=wife), version=ticket.version,
           at=later(15))  # fmt: skip
        other = session.scalar(select(Person).where(Person.name == "王翠花"))
        assert (other.id_number, other.phone) == (None, None)

    def test_the_petitioner_becomes_the_visitor_where_the_desk_knew_nobody(self, session, hall, do, at_window):
        ticket = at_window()
        do(operations.register_from_ticket, hall.zhang, ticket.id, self.registration(petitioner=LV), version=ticket.version,
           at=later(15))  # fmt: skip
        assert queries.my_ticket(session, hall.zhang).name == "吕*"

    def test_follow_up_joins_the_open_case(self, session, hall, do, take, at_window):
        ticket = at_window(person=LV)
        case = do(
            operations.register_from_ticket,
            hall.zhang,
            ticket.id,
            self.registration(),
            version=ticket.version,
            at=later(15),
        )
        mine = queries.my_ticket(session, hall.zhang)
        do(operations.finish, hall.zhang, ticket.id, version=mine.version, at=later(20))
        take(hall.guo, at=later(30), person=LV)
        called = do(operations.call_next, hall.zhang, at=later(31))
        started = do(operations.start, hall.zhang, called.id, version=called.version, at=later(32))
        visit = do(
            operations.follow_up_from_ticket, hall.zhang, started.id, case.number, words="还没有付款",
            version=started.version, at=later(35),
        )  # fmt: skip
        assert (visit.case_id, visit.ticket_id, visit.kind) == (case.id, called.id, "again")
        assert queries.my_ticket(session, hall.zhang).case_id == case.id

    def test_follow_up_on_a_case_not_open_to_me_is_not_found(self, session, hall, do, take, at_window):
        ticket = at_window(person=LV)
        case = do(
            operations.register_from_ticket,
            hall.zhang,
            ticket.id,
            self.registration(),
            version=ticket.version,
            at=later(15),
        )
        take(hall.guo, service_id=DISPUTE, at=later(16))
        do(operations.open_window, hall.li, 3, at=MORNING)
        called = do(operations.call_next, hall.li, at=later(17))
        with pytest.raises(Refused, match="没有找到这件事项"):
            do(
                operations.follow_up_from_ticket,
                hall.li,
                called.id,
                case.number,
                words="x",
                version=called.version,
                at=later(18),
            )

    def test_arriving_with_a_case_is_noted_on_the_case_and_told_to_the_sender(self, session, hall, do, at_window):
        ticket = at_window(person=LV)
        case = do(
            operations.register_from_ticket,
            hall.zhang,
            ticket.id,
            self.registration(),
            version=ticket.version,
            at=later(15),
        )
        mine = queries.my_ticket(session, hall.zhang)
        do(operations.requeue, hall.zhang, ticket.id, DISPUTE, version=mine.version, at=later(20))
        do(operations.open_window, hall.li, 3, at=MORNING)
        called = do(operations.call_next, hall.li, at=later(25))
        before = revision(session, 1, "relays:petition")
        do(operations.start, hall.li, ticket.id, version=called.version, at=later(27))
        arrived = entries(session, f"case:{case.id}")[-1]
        assert arrived.kind == "visit.arrived"
        assert arrived.data == {"ticket_id": ticket.id, "number": "A001", "window_id": 3, "window": "3号窗口",
                                "platform": "mediation"}  # fmt: skip
        assert revision(session, 1, "relays:petition") == before + 1

    def test_a_number_without_a_name_gets_the_name_later(self, session, hall, do, at_window):
        ticket = at_window(person=PersonGiven("", phone="13900001234"))
        assert queries.my_ticket(session, hall.zhang).name == ""
        do(operations.register_from_ticket, hall.zhang, ticket.id, self.registration(petitioner=PersonGiven("吕德胜")),
           version=ticket.version, at=later(15))  # fmt: skip
        person = session.scalar(select(Person))
        assert (person.name, person.phone) == ("吕德胜", "13900001234")
