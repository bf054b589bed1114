"""What the papers of a case say: the citizen's slip, the 接谈笔录. Nothing here promises what record and law do not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.cases import registry
from portal.cases.models import Case, Contact, Demand, Party, Proceeding, Rating, Statement, Visit
from portal.cases.vocabulary import MET
from portal.clock import day_of
from portal.documents.codes import grouped
from portal.organisation.models import Centre, Unit, Window
from portal.people import masking
from portal.people.models import Person
from portal.statutes.explain import PLAIN_UNITS
from portal.statutes.queries import law
from portal.statutes.rulebook import Rulebook

# Rights that may come later in a platform's procedure, and to whom; days and articles stand in the table of time limits.
RIGHTS = {
    "petition": (
        ("petition.review_request", "对信访处理意见不服的"),
        ("petition.rereview_request", "对复查意见不服的"),
    ),
    "mediation": (("mediation.confirmation_request", "达成调解协议的"),),
    "court_link": (("court_link.confirmation_request", "达成调解协议的"),),
    "labour": (
        ("labour.sue_non_final", "对非终局裁决不服的"),
        ("labour.sue_final_worker", "劳动者对终局裁决不服的"),
    ),
}
# why a slip, and the enquiry by its code, names no date; a period that is paused has no end as long as the pause lasts
NO_LIMIT = "这一步法律没有规定期限，或中心尚未设定，因此不写明日期。"
UNVERIFIED = "这一步的期限依据尚在核对，暂不写明日期。"
PAUSED = "这一步的期限正在依法暂停计算，恢复以后才能写明日期。"


@dataclass(frozen=True)
class Limit:
    """A last day: what must be done by then, under which article. ``over``: it has passed.

    ``ours``: it binds the office; else it is the parties' own (a right, or what they agreed).
    """

    what: str
    last_day: date
    article: str
    provisional: bool
    over: bool
    ours: bool


@dataclass(frozen=True)
class Desk:
    """Who has the matter now and what comes next. ``silence`` says why there is no date, where there is none."""

    who: str
    state: str
    next_step: str
    limits: tuple[Limit, ...]
    silence: str


@dataclass(frozen=True)
class Right:
    """A right of the citizen's that may come: ``says`` is one sentence, ``article`` its source."""

    says: str
    article: str


@dataclass(frozen=True)
class Asked:
    """One thing asked for. ``met`` is its result in words, "" where none is recorded yet; ``outcome`` what came of it."""

    text: str
    met: str
    outcome: str


@dataclass(frozen=True)
class Promise:
    """What a unit promised in front of the visitor and has not answered for yet. It is the unit's word, not the office's.

    ``by``: who said it; ``on``: the day named, None where none was; ``over``: that day has passed.
    """

    unit: str
    by: str
    says: str
    on: date | None
    over: bool


@dataclass(frozen=True)
class Slip:
    """The citizen's slip of one case. ``standing``: the parties' own periods that run on after a procedure has ended."""

    title: str
    number: str
    code: str
    asked: tuple[Asked, ...]
    desks: tuple[Desk, ...]
    promises: tuple[Promise, ...]
    standing: tuple[Limit, ...]
    rights: tuple[Right, ...]
    first: str
    competent: str
    closed: date | None
    rated: bool
    centre: Centre


@dataclass(frozen=True)
class Sheet:
    """A 接谈笔录 with its head. A signed record says in full whose it is; to who may not reveal a person it is masked."""

    case: Case
    statement: Statement
    place: str
    taker: str
    platform: str
    centre: str
    visitors: tuple[str, ...]
    id_number: str
    phone: str
    address: str
    headcount: int
    demands: tuple[str, ...]


def slip(session: Session, actor: Actor, case: Case, today: date) -> Slip:
    """The slip of a case that ``actor`` was allowed to open; dates are those of running, verified clocks only."""
    known = cases.proceedings(session, actor, case)
    running = [shown for shown in known if not shown.closed_at]
    limits, silences = _limits(session, actor, case, today)
    unit = session.get(Unit, case.competent_unit_id) if case.competent_unit_id else None
    return Slip(
        title=_title(case, [shown.platform for shown in known]),
        number=case.number,
        code=grouped(case.enquiry_code),
        asked=tuple(_asked(demand) for demand in cases.demands(session, case)) or (Asked(case.subject, "", ""),),
        desks=tuple(
            _desk(session, shown, limits.get(shown.id, ()), silences.get(shown.id, NO_LIMIT)) for shown in running
        ),
        promises=_promises(session, case, today),
        standing=_standing(known, limits),
        rights=_rights(
            law(session).rules,
            [shown.platform for shown in running if not shown.linked],
            {limit.what for each in limits.values() for limit in each},
            today,
        ),
        first=_first(session, case),
        competent=unit.name if unit else "",
        closed=day_of(case.closed_at) if case.closed_at else None,
        rated=session.get(Rating, case.id) is not None,
        centre=session.get_one(Centre, case.centre_id),
    )


def _title(case: Case, platforms: list[str]) -> str:
    """Who never came is not told of a visit, and what is no petition is not called one."""
    if case.channel == "visit":
        return "来访事项告知单"
    return "信访事项告知单" if "petition" in platforms else "事项告知单"


def _asked(demand: Demand) -> Asked:
    return Asked(demand.text, dict(MET).get(demand.met or "", ""), demand.outcome)


def _promises(session: Session, case: Case, today: date) -> tuple[Promise, ...]:
    wanted = select(Contact).where(Contact.case_id == case.id, Contact.settled_at.is_(None), Contact.promise != "")
    return tuple(
        Promise(
            unit=made.unit_name,
            by=made.promised_by or made.answered_by,
            says=made.promise.rstrip("。.；;"),
            on=made.promised_on,
            over=made.promised_on is not None and made.promised_on < today,
        )
        for made in session.scalars(wanted.order_by(Contact.promised_on.is_(None), Contact.promised_on, Contact.id))
    )


def _standing(known: list[cases.ProceedingShown], limits: dict[int, tuple[Limit, ...]]) -> tuple[Limit, ...]:
    """What the parties may still do, and until when, though the procedure it came from has ended."""
    ended = [shown for shown in known if shown.closed_at and not registry.platform(shown.platform).sealed]
    return tuple(limit for shown in ended for limit in limits.get(shown.id, ()) if not limit.ours)


def _desk(session: Session, shown: cases.ProceedingShown, limits: tuple[Limit, ...], silence: str) -> Desk:
    platform = registry.platform(shown.platform)
    if platform.sealed:
        # Paper is read at home by others: the door's neutral sign, and nothing more (精神卫生法 第二十三条).
        return Desk(platform.sign, "进行中", "", (), "")
    told = "" if limits else silence
    return Desk(shown.label, shown.state_label, platform.states[shown.state].next_step, limits, told)


def _limits(
    session: Session, actor: Actor, case: Case, today: date
) -> tuple[dict[int, tuple[Limit, ...]], dict[int, str]]:
    found: dict[int, tuple[Limit, ...]] = {}
    silences: dict[int, str] = {}
    rules = law(session).rules
    for clock in cases.clocks(session, actor, case):
        rule = rules.on(clock.key, clock.started_on)
        ours = rule.binds == "office"
        if clock.stopped_at or not (ours or rule.binds == "party"):
            continue
        if not clock.verified or clock.effective_due is None:
            silences[clock.proceeding_id] = PAUSED if clock.verified else UNVERIFIED
            continue
        over = clock.effective_due < today
        if over and not ours:
            continue  # what has lapsed is explained at the window, not announced on a slip
        limit = Limit(rule.step, clock.effective_due, rule.citation, clock.provisional, over, ours)
        found[clock.proceeding_id] = (*found.get(clock.proceeding_id, ()), limit)
    return found, silences


def _rights(rules: Rulebook, platforms: list[str], dated: set[str], today: date) -> tuple[Right, ...]:
    """The rights of ``platforms`` that may come; one that already stands there with its date (``dated``) is not said twice."""
    named = [(rules.on(key, today), case) for platform in platforms for key, case in RIGHTS.get(platform, ())]
    return tuple(
        Right(
            f"{case}，自{rule.starts_at}起 {rule.amount} {PLAIN_UNITS[rule.unit]}内，可以{_act(rule.step)}",
            rule.citation,
        )
        for rule, case in named
        if rule.verified and rule.amount is not None and rule.step not in dated
    )


def _act(step: str) -> str:
    """The rule's step as something the reader does: 信访人请求复查 → 请求复查."""
    for subject in ("信访人", "双方", "对非终局裁决", "劳动者对终局裁决"):
        step = step.removeprefix(subject)
    return step


def _first(session: Session, case: Case) -> str:
    """首接首办: who follows the matter to its end, and at which window."""
    name = cases.names(session, {case.first_account_id}).get(case.first_account_id, "") if case.first_account_id else ""
    window = session.get(Window, case.first_window_id) if case.first_window_id else None
    return " ".join(part for part in (window.name if window else "", name) if part)


def sheet(session: Session, actor: Actor, case: Case, statement_id: int) -> Sheet | None:
    """The statement of that id if it belongs to ``case``. To be recorded first: with PERSON_REVEAL it is a disclosure."""
    statement = session.get(Statement, statement_id)
    if statement is None or statement.case_id != case.id:
        return None
    visit = session.get(Visit, statement.visit_id) if statement.visit_id else None
    window_id = visit.window_id if visit else case.first_window_id
    window = session.get(Window, window_id) if window_id else None
    people = _visitors(session, case)
    signer = people[0][1] if people else None
    whole = actor.may(Permission.PERSON_REVEAL)
    platform = session.scalar(
        select(Proceeding.platform).where(Proceeding.case_id == case.id).order_by(Proceeding.id).limit(1)
    )
    return Sheet(
        case=case,
        statement=statement,
        place=window.name if window else "",
        taker=cases.names(session, {statement.taken_by}).get(statement.taken_by, "") if statement.taken_by else "",
        platform=registry.platform(platform).sign if platform else "",
        centre=session.get_one(Centre, case.centre_id).name,
        visitors=tuple(_named(actor, name, person) for name, person in people),
        id_number=_told(signer.id_number, masking.mask_id, whole) if signer else "",
        phone=_told(signer.phone, masking.mask_phone, whole) if signer else "",
        address=_told(signer.address, masking.mask_address, whole) if signer else "",
        headcount=visit.headcount if visit else case.headcount,
        demands=tuple(demand.text for demand in cases.demands(session, case)),
    )


def _told(value: str | None, mask: Callable[[str | None], str], whole: bool) -> str:
    return (value or "") if whole else mask(value)


def _named(actor: Actor, name: str, person: Person | None) -> str:
    """Whole for those who have the paper signed; who only reads the matter reads a masked name, as on every page."""
    if actor.may(Permission.CASE_RECORD):
        return name
    return masking.mask_name(name, person.kind if person else "citizen")


def _visitors(session: Session, case: Case) -> list[tuple[str, Person | None]]:
    """The petitioner first, then representatives, by name."""
    wanted = (
        select(Party.name, Person)
        .outerjoin(Person, Person.id == Party.person_id)
        .where(Party.case_id == case.id, Party.role.in_(("petitioner", "applicant", "representative")))
        .order_by(Party.role == "representative", Party.id)
    )
    return list(session.execute(wanted))
