"""This morning in the hall: who took a number, who is at a window, who waits, who is on the way from one platform to the next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.cases.models import Case
from portal.cases.operations import Registration
from portal.handoff import operations as handoff
from portal.handoff.models import Relay
from portal.organisation.models import Service
from portal.queue import operations as queue
from portal.queue.models import Ticket
from tests.cast import people
from tests.cast.petitions import WIND_FARM
from tests.cast.plots import citizen

LASTS = timedelta(minutes=150)


@dataclass(frozen=True)
class Said:
    """What a visitor of today registers at the window."""

    subject: str
    facts: str
    demands: tuple[str, ...]
    purpose: str = "claim"
    category: str = ""


HEATING = Said(
    "换热站噪音大，楼下住户睡不好",
    "换热站设在一楼，夜里水泵声音很大。",
    ("采取隔音降噪措施",),
    category="环境保护/噪声污染",
)
WALL = Said(
    "邻居翻建围墙占了公共过道",
    "围墙外移，过道只剩一米，三轮车过不去。",
    ("恢复过道宽度",),
    category="民事纠纷/相邻关系",
)
PENSION = Said(
    "企业改制后缴费记录缺失",
    "原单位改制，两年的缴费记录查不到。",
    ("核实补记缴费记录",),
    category="劳动和社会保障/养老保险",
)
DEPOSIT = Said(
    "健身房停业不退卡费", "年卡用了四个月门店停业，联系不上负责人。", ("退还剩余卡费",), category="商贸流通/消费维权"
)

# verb, who, and what the verb needs; evenly spread over the morning, in this order
ACTS: tuple[tuple, ...] = (
    *(("open", login) for login in (
        "zhangdeliang", "jingyaqin", "tianruifang", "dongyanli", "huyuting", "jiaohaifeng", "xuelijun", "panhongxia",
        "liangxiaodong", "feizhigang", "qiaomengyao",
    )),
    ("take", "petition.visit", "吕某", "ordinary", 1),
    ("take", "petition.visit", "苗冬英", "frail", 1),
    ("call", "zhangdeliang"),
    ("start", "zhangdeliang"),
    ("call", "jingyaqin"),
    ("start", "jingyaqin"),
    ("register", "zhangdeliang", HEATING),
    ("follow", "jingyaqin", WIND_FARM.subject, "来问第二笔补偿款的到账时间，带来银行流水。"),
    ("finish", "zhangdeliang"),
    ("finish", "jingyaqin"),
    ("take", "petition.visit", "贺春梅", "ordinary", 1),
    ("call", "jingyaqin"),
    ("start", "jingyaqin"),
    ("register", "jingyaqin", WALL),
    ("relay", "jingyaqin", "mediation.dispute", "邻里纠纷，双方愿意谈，请调解平台接着办。"),
    ("sign", "tianruifang"),
    ("call", "tianruifang"),
    ("start", "tianruifang"),
    ("take", "legal_aid.advice", "鲁晓芳", "ordinary", 1),
    ("call", "dongyanli"),
    ("start", "dongyanli"),
    ("finish", "dongyanli", "advice", "试用期辞退的举证和申请仲裁的期限，已当面解答。"),
    ("take", "labour.mediation", "巨海潮", "ordinary", 3),
    ("call", "jiaohaifeng"),
    ("start", "jiaohaifeng"),
    ("hold", "jiaohaifeng", "回家取劳动合同"),
    ("take", "relief.application", "", "frail", 1),
    ("call", "xuelijun"),
    ("start", "xuelijun"),
    ("take", "petition.visit", "", "ordinary", 1),
    ("call", "zhangdeliang"),
    ("recall", "zhangdeliang"),
    ("miss", "zhangdeliang"),
    ("take", "petition.group", "阎振江", "ordinary", 5),
    ("call", "zhangdeliang"),
    ("start", "zhangdeliang"),
    ("take", "petition.visit", "冀永胜", "ordinary", 1),
    ("call", "jingyaqin"),
    ("start", "jingyaqin"),
    ("register", "jingyaqin", DEPOSIT),
    ("relay", "jingyaqin", "legal_aid.advice", "消费合同纠纷，先请值班律师说明起诉和仲裁怎样选。"),
    ("take", "petition.visit", "耿秋菊", "ordinary", 1),
    ("call", "jingyaqin"),
    ("take", "citizen_help.general", "", "ordinary", 1),
    ("leave",),
    ("take", "petition.visit", "卜爱莲", "military", 1),
    ("take", "petition.visit", "车玉明", "ordinary", 1),
    ("take", "petition.group", "原保国", "ordinary", 6),
    ("take", "petition.progress", "仪建设", "ordinary", 1),
    ("take", "mediation.dispute", "薄云生", "ordinary", 2),
    ("take", "mediation.follow", "昝金花", "ordinary", 1),
    ("take", "court_link.mediation", "段喜才", "ordinary", 1),
    ("take", "court_link.filing", "", "ordinary", 1),
    ("take", "legal_aid.advice", "", "ordinary", 1),
    ("take", "legal_aid.application", "席文华", "appointment", 1),
    ("take", "labour.mediation", "", "ordinary", 2),
    ("take", "labour.arbitration", "石拴柱", "ordinary", 1),
    ("take", "relief.application", "关玉珍", "frail", 1),
    ("take", "relief.emergency", "茹秋生", "frail", 1),
    ("take", "citizen_help.general", "屈艳霞", "ordinary", 1),
    ("take", "citizen_help.enquiry", "", "ordinary", 1),
    ("take", "counselling.general", "", "ordinary", 1),
    ("take", "hotline.offline", "展红旗", "ordinary", 1),
    ("take", "governance.report", "戈志军", "ordinary", 1),
    ("pause", "liangxiaodong", "到后台核对工单"),
)  # fmt: skip


class Morning:
    """Plays ACTS. ``cases`` are the ids of earlier cases by subject."""

    def __init__(
        self, session: Session, staff: dict[str, Actor], windows: dict[str, int], cases: dict[str, int], now: datetime
    ) -> None:
        self.session, self.staff, self.windows, self.cases = session, staff, windows, cases
        midnight = clock.at_hall(clock.day_of(now))
        # loaded in the small hours, the morning is as short as the day is old: its numbers are of today all the same
        self.begin = max(now - LASTS, midnight)
        self.span = now - self.begin
        self.services = dict(session.execute(select(Service.code, Service.id)).all())
        self.greeter = staff[people.GREETER]

    def play(self) -> None:
        """Everything that happened until now."""
        for place, (verb, *words) in enumerate(ACTS):
            getattr(self, f"_{verb}")(*words, at=self.begin + self.span * place / len(ACTS))

    def _at(self, login: str) -> Ticket:
        """The ticket at the window of that person."""
        mine = Ticket.account_id == self.staff[login].id
        return self.session.scalars(select(Ticket).where(mine, Ticket.state.in_(("called", "serving")))).one()

    def _open(self, login: str, *, at: datetime) -> None:
        queue.open_window(self.session, self.staff[login], self.windows[login], at=at)

    def _pause(self, login: str, reason: str, *, at: datetime) -> None:
        queue.pause(self.session, self.staff[login], reason=reason, at=at, backoffice=True)

    def _take(self, service: str, who: str, priority: str, headcount: int, *, at: datetime) -> None:
        person = citizen(who) if who else None
        queue.take_ticket(
            self.session,
            self.greeter,
            service_id=self.services[service],
            priority=priority,
            headcount=headcount,
            person=person,
            at=at,
        )

    def _leave(self, *, at: datetime) -> None:
        last = self.session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()
        queue.leave(self.session, self.greeter, last.id, version=last.version, at=at)

    def _call(self, login: str, *, at: datetime) -> None:
        if queue.call_next(self.session, self.staff[login], at=at) is None:
            raise LookupError(f"nobody waits for {login}")

    def _start(self, login: str, *, at: datetime) -> None:
        ticket = self._at(login)
        queue.start(self.session, self.staff[login], ticket.id, version=ticket.version, at=at)

    def _recall(self, login: str, *, at: datetime) -> None:
        ticket = self._at(login)
        queue.recall(self.session, self.staff[login], ticket.id, version=ticket.version, at=at)

    def _miss(self, login: str, *, at: datetime) -> None:
        ticket = self._at(login)
        queue.miss(self.session, self.staff[login], ticket.id, version=ticket.version, at=at)

    def _hold(self, login: str, reason: str, *, at: datetime) -> None:
        ticket = self._at(login)
        queue.hold(self.session, self.staff[login], ticket.id, version=ticket.version, reason=reason, at=at)

    def _finish(self, login: str, reason: str = "", words: str = "", *, at: datetime) -> None:
        ticket = self._at(login)
        queue.finish(
            self.session, self.staff[login], ticket.id, version=ticket.version, at=at, reason=reason, words=words
        )

    def _register(self, login: str, said: Said, *, at: datetime) -> None:
        ticket = self._at(login)
        given = Registration(
            channel="visit",
            purpose=said.purpose,
            subject=said.subject,
            facts=said.facts,
            demands=said.demands,
            category=said.category,
            received_at=ticket.taken_at,
            headcount=ticket.headcount,
            address_confirmed=True,
        )
        queue.register_from_ticket(self.session, self.staff[login], ticket.id, given, version=ticket.version, at=at)

    def _follow(self, login: str, subject: str, words: str, *, at: datetime) -> None:
        ticket = self._at(login)
        number = self.session.get_one(Case, self.cases[subject]).number
        queue.follow_up_from_ticket(
            self.session, self.staff[login], ticket.id, number, words=words, version=ticket.version, at=at
        )

    def _relay(self, login: str, service: str, purpose: str, *, at: datetime) -> None:
        ticket = self._at(login)
        to = self.services[service]
        handoff.send(self.session, self.staff[login], ticket.id, to, version=ticket.version, purpose=purpose, at=at)

    def _sign(self, login: str, *, at: datetime) -> None:
        unsigned = select(Relay.id).where(Relay.signed_at.is_(None)).order_by(Relay.id).limit(1)
        handoff.sign(self.session, self.staff[login], self.session.scalars(unsigned).one(), at=at)
