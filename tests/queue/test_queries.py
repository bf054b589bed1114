"""What the queue's pages are told."""

from portal.cases.operations import Registration
from portal.queue import operations, queries
from tests.queue.conftest import COUNSEL, DISPUTE, GROUP, MORNING, VISIT, later


class TestQueries:
    def test_people_ahead_counts_the_same_queue_only(self, session, hall, take):
        take(hall.guo), take(hall.guo, service_id=DISPUTE)
        mine = take(hall.guo, at=later(3))
        take(hall.guo, at=later(4), priority="frail")
        assert queries.ahead_of(session, 1, mine) == 2

    def test_waiting_is_the_order_of_calling(self, session, hall, do, take):
        take(hall.guo), take(hall.guo, at=later(1), priority="frail"), take(hall.guo, at=later(2), service_id=GROUP)
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        mine = queries.my_window(session, hall.zhang)
        rows = queries.waiting(session, hall.zhang, mine, MORNING.date(), limit=2)
        assert [(row.number, row.priority_label) for row in rows] == [("A002", "老弱病残孕"), ("A001", "")]
        assert queries.waiting_count(session, hall.zhang, mine, MORNING.date()) == 3

    def test_overview_says_where_people_wait_without_a_window(self, session, hall, do, take):
        take(hall.guo), take(hall.guo, at=later(5)), take(hall.guo, service_id=DISPUTE, at=later(6))
        do(operations.open_window, hall.zhang, 1, at=MORNING)
        found = {
            row.id: (row.waiting, row.oldest, row.serving, row.staffed)
            for row in queries.overview(session, 1, MORNING.date())
        }
        assert found == {
            VISIT: (2, MORNING, 1, 1),
            GROUP: (0, None, 1, 1),
            DISPUTE: (1, later(6), 0, 0),
            COUNSEL: (0, None, 0, 0),
        }

    def test_the_visit_is_told_in_words(self, session, hall, do, at_window):
        ticket = at_window(priority="frail", headcount=2)
        do(operations.hold, hall.zhang, ticket.id, version=ticket.version, reason="取证件", at=later(20))
        lines = [(line.title, line.detail, line.who) for line in queries.visit_entries(session, hall.zhang, ticket.id)]
        assert lines == [
            ("取号 A001", "来访登记・老弱病残孕・2 人", "郭小燕"),
            ("1号窗口 叫号", "按取号先后，已等 10 分", "张德良"),
            ("到达 1号窗口，开始办理", "", "张德良"),
            ("挂起", "取证件", "张德良"),
        ]

    def test_the_number_of_a_hidden_matter_is_told_to_nobody_else(self, session, hall, do, at_window):
        ticket = at_window()
        stated = Registration(channel="visit", purpose="accusation", subject="举报收受宴请", received_at=MORNING)
        case = do(operations.register_from_ticket, hall.zhang, ticket.id, stated, version=ticket.version, at=later(20))
        told = {
            who.name: [line.title for line in queries.visit_entries(session, who, ticket.id)][-1]
            for who in (hall.zhang, hall.wang, hall.li)
        }
        assert told == {"张德良": f"登记事项 {case.number}", "王小梅": "登记事项", "李调解": "登记事项"}
