"""The brief of one matter: generated from the record, cut to one printed page; its versions as they were kept."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.access.models import Account
from portal.cases import queries as cases
from portal.cases import vocabulary
from portal.cases.models import Case, Contact, Party, SealedValue, Visit
from portal.cases.timeline import timeline
from portal.documents.letters import queries as letters
from portal.leadership import brief_lines
from portal.leadership.brief_lines import SECTIONS
from portal.leadership.models import Booking, Brief, Task, TaskUnit
from portal.leadership.queries.bookings import BookingShown
from portal.organisation.models import Unit
from portal.people import redaction
from portal.statutes.queries import law

TOLD = ("step", "handoff")  # what was done about the matter; not who looked at it or printed what
STEPS = 7
SPEAKERS = ("petitioner", "applicant", "representative", "agent")
PETITIONER = ("petitioner", "applicant")
NOTHING_DONE = "还没有办理步骤。"
NO_CLOCK = "没有正在计算的法定期限。"
NO_VIEW = "还没有记录单位的意见。"


@dataclass(frozen=True)
class BriefShown:
    """A version of a brief: ``number`` 0 is generated now and not kept yet. ``content``: section → text."""

    booking: BookingShown
    number: int
    content: dict[str, str]
    at: datetime | None
    who: str
    numbers: tuple[int, ...]

    @property
    def sections(self) -> list[tuple[str, str, str]]:
        """(code, what it is called, text) in the order of the page."""
        return [(code, label, self.content.get(code, "")) for code, (label, _lines) in SECTIONS.items()]


def brief(session: Session, actor: Actor, booking: BookingShown, number: int | None = None) -> BriefShown | None:
    """The newest version, or version ``number`` (None where there is no such); generated where none was kept.

    ``booking`` was found visible to ``actor``.
    """
    rows = select(Brief, Account.name).outerjoin(Account, Account.id == Brief.account_id)
    kept = session.execute(rows.where(Brief.booking_id == booking.id).order_by(Brief.number)).all()
    numbers = tuple(row.number for row, _ in kept)
    if number is not None and number not in numbers:
        return None
    if not kept:
        return BriefShown(booking, 0, generated(session, actor, booking), None, "", ())
    row, who = next(each for each in reversed(kept) if number is None or each[0].number == number)
    return BriefShown(booking, row.number, json.loads(row.content), row.at, who or "", numbers)


def briefs(session: Session, actor: Actor, booked: Sequence[BookingShown]) -> list[BriefShown]:
    """The newest brief of each booking that is open to ``actor``, for the day sheet."""
    return [found for each in booked if not each.hidden and (found := brief(session, actor, each))]


def newest_numbers(session: Session, reception_id: int) -> dict[int, int]:
    """Booking id → number of its newest kept brief, for the bookings of a reception. One query."""
    wanted = (
        select(Brief.booking_id, func.max(Brief.number))
        .join(Booking, Booking.id == Brief.booking_id)
        .where(Booking.reception_id == reception_id)
        .group_by(Brief.booking_id)
    )
    return dict(session.execute(wanted).all())


def generated(session: Session, actor: Actor, booking: BookingShown) -> dict[str, str]:
    """What the record says, each section cut to the lines it may take; personal numbers stay masked."""
    case = session.get_one(Case, booking.case_id)
    values = list(session.scalars(select(SealedValue).where(SealedValue.case_id == case.id)))
    today = clock.today()
    content = {
        "who": _who(session, case, booking),
        "matter": _matter(session, case),
        "since": _since(session, case),
        "done": _done(session, actor, case),
        "clocks": _clocks(session, actor, case, today),
        "unit_view": _unit_view(session, actor, case),
        "question": _question(session, case),
    }
    return {code: brief_lines.fit(_safe(text, values), brief_lines.most(code)) for code, text in content.items()}


def _safe(text: str, values: Iterable[redaction.Kept]) -> str:
    clean, found = redaction.seal_text(text or "")
    return redaction.masked(clean, [*values, *found])


def _who(session: Session, case: Case, booking: BookingShown) -> str:
    rows = session.execute(select(Party.name, Party.role).where(Party.case_id == case.id).order_by(Party.id)).all()
    named = [
        name if role in PETITIONER else f"{name}（{vocabulary.label(vocabulary.PARTY_ROLES, role)}）"
        for name, role in rows
        if role in SPEAKERS
    ]
    people = f"，来访 {booking.headcount} 人，代表 {booking.representatives} 人" if booking.headcount > 1 else ""
    return f"{'、'.join(named) or '未留姓名'}{people}。"


def _matter(session: Session, case: Case) -> str:
    asked = [demand.text.rstrip("。；") for demand in cases.demands(session, case)]
    wants = (
        "；".join(f"{place}. {text}" for place, text in enumerate(asked, start=1)) if len(asked) > 1 else "".join(asked)
    )
    respondent = f"反映对象：{case.respondent_name}。" if case.respondent_name else ""
    # what is asked for stands first: it must not be what the end of the page takes away
    return "\n".join(
        part for part in (case.subject, f"诉求：{wants}。" if wants else "", respondent, case.facts) if part
    )


def _since(session: Session, case: Case) -> str:
    count, last = session.execute(select(func.count(), func.max(Visit.at)).where(Visit.case_id == case.id)).one()
    channel = vocabulary.label(vocabulary.CHANNELS, case.channel)
    visits = f"；来访 {count} 次，最近 {clock.day_of(last)}" if count > 1 else ""
    earlier = f"；此前：{case.earlier_reports}" if case.earlier_reports else ""
    suit = vocabulary.label(vocabulary.LITIGATION, case.litigation) if case.litigation != "none" else ""
    legal = f"；{suit} {case.litigation_detail}".rstrip() if suit else ""
    return f"{clock.day_of(case.received_at)} {channel}登记{visits}{legal}{earlier}。"


def _done(session: Session, actor: Actor, case: Case) -> str:
    told = [
        each for each in timeline(session, actor, case) if each.kind in TOLD and not each.title.startswith("约见领导")
    ]
    lines = [
        f"{clock.day_of(each.at)} {each.title}{'：' + each.detail if each.detail else ''}" for each in told[-STEPS:]
    ]
    # many steps get a line each: what was done matters here, its words are in the record
    room = brief_lines.most("done") // max(1, len(lines))
    return "\n".join(brief_lines.fit(" ".join(line.split()), room) for line in lines) or NOTHING_DONE


def _clocks(session: Session, actor: Actor, case: Case, today: date) -> str:
    rules = law(session).rules
    lines = []
    for running in cases.clocks(session, actor, case):
        rule = rules.on(running.key, running.started_on)
        if running.stopped_at or rule.binds != "office":
            continue
        if running.effective_due is None:
            lines.append(f"{rule.step}：暂停计算（{rule.citation}）")
            continue
        left = (running.effective_due - today).days
        word = "期限依据尚在核对" if not running.verified else f"已超 {-left} 日" if left < 0 else f"还有 {left} 日"
        lines.append(f"{rule.step}：{running.effective_due}，{word}（{rule.citation}）")
    return "\n".join(lines) or NO_CLOCK


def _unit_view(session: Session, actor: Actor, case: Case) -> str:
    lines = []
    wanted = select(Contact).where(Contact.case_id == case.id).order_by(Contact.id.desc()).limit(1)
    for made in session.scalars(wanted):
        lines.append(f"{clock.day_of(made.at)} {made.unit_name}（{made.answered_by}）：{made.said.rstrip('。')}。")
        if made.promise:
            until = f"，{made.promised_on} 前" if made.promised_on else ""
            kept = f"，{vocabulary.label(vocabulary.SETTLED, made.settled_how)}" if made.settled_at else ""
            lines.append(f"承诺：{made.promise.rstrip('。')}{until}{kept}。")
    reply = (
        select(TaskUnit.reply, TaskUnit.replied_at, Unit.short_name)
        .join(Task, Task.id == TaskUnit.task_id)
        .join(Unit, Unit.id == TaskUnit.unit_id)
        .where(Task.case_id == case.id, TaskUnit.replied_at.is_not(None))
        .order_by(TaskUnit.replied_at.desc(), TaskUnit.id.desc())
    )
    for words, at, unit in session.execute(reply.limit(1)):
        lines.insert(0, f"{clock.day_of(at)} {unit}回复：{words.rstrip('。')}。")
    numbered = next((each for each in letters.of_case(session, actor, case) if each.number and not each.replaced), None)
    if numbered:
        served = f"，{numbered.served_on} 送达" if numbered.served_on else ""
        lines.append(f"{numbered.issuer}《{numbered.label}》{numbered.number}{served}。")
    return "\n".join(lines) or NO_VIEW


def _question(session: Session, case: Case) -> str:
    left = [demand.text.rstrip("。；") for demand in cases.demands(session, case) if demand.met != "met"]
    return f"怎样解决：{'；'.join(left)}。" if left else ""
