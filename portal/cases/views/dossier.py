"""Everything the one page of a case shows, read in a fixed number of queries. Knows no request."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases import queries, registry, vocabulary
from portal.cases.definition import Step
from portal.cases.models import Attachment, Case, Contact, Party, Rating, SealedValue, Statement
from portal.cases.operations.proceedings import refusal_of
from portal.cases.operations.unnamed import Unnamed
from portal.cases.timeline import TimelineEntry, timeline
from portal.cases.views import clock_faces
from portal.cases.views.clock_faces import ClockShown, Lamp, lamp_of
from portal.clock import at_hall, day_of
from portal.organisation.models import Region, Unit
from portal.people import masking, redaction
from portal.people.models import Person
from portal.trail.models import TrailHead

NO_NAME = "未留姓名"
LIKELIEST = 4  # more buttons side by side are no longer read


@dataclass(frozen=True)
class PartyShown:
    """A party, masked. ``person_id`` leads to the person page and to the reveal with a reason."""

    role: str
    name: str
    person_id: int | None
    id_number: str
    phone: str
    address: str


@dataclass(frozen=True)
class DemandShown:
    """One thing asked for, with its result."""

    id: int
    text: str
    met: str | None
    results: tuple[str, ...]
    outcome: str


@dataclass(frozen=True)
class ProceedingSteps:
    """A proceeding with the steps this actor may take now: at most LIKELIEST of them, and the others."""

    shown: queries.ProceedingShown
    leading: str  # the code of the natural next step, "" where there is none
    steps: tuple[Step, ...]
    others: tuple[Step, ...]
    clocks: tuple[ClockShown, ...]
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Dossier:
    """The case page's content, masked and in words."""

    missing: tuple[str, ...]
    reminders: tuple[str, ...]
    facts: str
    earlier_reports: str
    place: str
    respondent_unit: str
    competent_unit: str
    first_account: str
    parties: tuple[PartyShown, ...]
    demands: tuple[DemandShown, ...]
    subject: str
    closing_note: str
    proceedings: tuple[ProceedingSteps, ...]
    undated: tuple[Unnamed, ...]  # periods of the actor's platforms whose last day is still to be named
    lamp: Lamp | None
    contacts: list
    statements: list
    attachments: list
    linked: list
    rating: Rating | None
    timeline: list[TimelineEntry]
    may_record: bool
    may_close: bool
    may_amend: bool
    may_reveal: bool
    openable: tuple[tuple[str, str], ...]
    reopenable: tuple[tuple[str, str], ...]  # had their procedure here already: never the natural next thing
    petition: bool  # the 信访工作条例 governs the case: its contents, its 信访信息系统


def read(session: Session, actor: Actor, case: Case, today: date) -> Dossier:
    """Read ``case`` (already found visible) for ``actor``; ``today`` is the hall's day, for the lamps."""
    values = list(session.scalars(select(SealedValue).where(SealedValue.case_id == case.id)))
    parties, missing = _parties(session, case)
    demands = tuple(
        DemandShown(row.id, safe_text(row.text, values), row.met, tuple(row.results), safe_text(row.outcome, values))
        for row in queries.demands(session, case)
    )
    procedures = queries.proceedings(session, actor, case)
    clocks = clock_faces.faces(session, actor, case, {each.id: each.platform for each in procedures}, today)
    beside = _beside(procedures)
    proceedings = tuple(
        _with_steps(actor, case, shown, clocks, values, today, beside.get(shown.id, {}), not missing)
        for shown in procedures
    )
    petition = any(registry.platform(each.shown.platform).petition for each in proceedings)
    names = _unit_names(session, {case.respondent_unit_id, case.competent_unit_id})
    may_record = actor.may(Permission.CASE_RECORD) and case.closed_at is None
    line = [_masked_entry(entry, values) for entry in reversed(timeline(session, actor, case))]
    return Dossier(
        missing=(*missing, *(() if demands else ("请求",)), *(() if case.facts else ("事实与理由",)))
        if petition
        else (),
        reminders=_reminders(case),
        facts=safe_text(case.facts, values),
        earlier_reports=safe_text(case.earlier_reports, values),
        place=place_of(session, case.region_code),
        respondent_unit=names.get(case.respondent_unit_id, ""),
        competent_unit=names.get(case.competent_unit_id, ""),
        first_account=queries.names(session, {case.first_account_id or 0}).get(case.first_account_id, ""),
        parties=parties,
        demands=demands,
        subject=safe_text(case.subject, values),
        closing_note=safe_text(case.closing_note, values),
        proceedings=proceedings,
        undated=clock_faces.undated(session, actor, case),
        lamp=lamp_of(case.next_due, day_of(case.received_at), today) if case.next_due and not case.closed_at else None,
        contacts=_contacts(session, case, values),
        statements=list(session.scalars(select(Statement).where(Statement.case_id == case.id).order_by(Statement.id))),
        attachments=list(
            session.scalars(select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.id))
        ),
        linked=queries.linked(session, actor, case),
        rating=session.get(Rating, case.id),
        timeline=line,
        may_record=may_record,
        may_close=actor.may(Permission.CASE_CLOSE) and case.closed_at is None,
        may_amend=actor.may(Permission.CASE_RECORD) and (case.closed_at is None or not case.national_number),
        may_reveal=actor.may(Permission.PERSON_REVEAL),
        openable=_openable(actor, proceedings, again=False) if may_record else (),
        reopenable=_openable(actor, proceedings, again=True) if may_record else (),
        petition=petition,
    )


def safe_text(text: str, values: Iterable[redaction.Kept] = ()) -> str:
    """``text`` with its sealed numbers masked, and any that slipped into it unsealed masked too."""
    clean, found = redaction.seal_text(text or "")
    return redaction.masked(clean, [*values, *found])


def trail_position(session: Session, case_id: int) -> int:
    """How many events the case's chain has."""
    return session.scalar(select(TrailHead.seq).where(TrailHead.chain == f"case:{case_id}")) or 0


def id_of(session: Session, centre_id: int, number: str) -> int | None:
    """The id behind a number, whoever asks; only for recording a refused attempt."""
    return session.scalar(select(Case.id).where(Case.number == number, Case.centre_id == centre_id))


def place_of(session: Session, code: str | None) -> str:
    """盐湖区・东城街道, or 运城市; "" without a code."""
    if not code:
        return ""
    rows = {row.code: row for row in session.scalars(select(Region).where(Region.code.in_(_with_parents(code))))}
    region = rows.get(code)
    if region is None:
        return ""
    parent = rows.get(region.parent_code or "")
    return f"{parent.name}・{region.name}" if parent and region.level == "township" else region.name


def _with_parents(code: str) -> list[str]:
    # a township's code begins with its county's (GB/T 10114), in either length in which counties are published
    return [code, code[:6], code[:6] + "000000"]


def _parties(session: Session, case: Case) -> tuple[tuple[PartyShown, ...], tuple[str, ...]]:
    wanted = select(Party, Person).outerjoin(Person, Person.id == Party.person_id)
    rows = session.execute(wanted.where(Party.case_id == case.id).order_by(Party.id)).all()
    petitioner = next((person for party, person in rows if party.role == "petitioner"), None)
    missing = []
    if petitioner is None or petitioner.name == NO_NAME:
        missing.append("姓名/名称")
    if petitioner is None or not petitioner.address:
        missing.append("住址")
    return tuple(_party(party, person) for party, person in rows), tuple(missing)


def _party(party: Party, person: Person | None) -> PartyShown:
    role = vocabulary.label(vocabulary.PARTY_ROLES, party.role)
    if person is None:
        # an organ complained of is named in full; an accused person's name is personal data like any other
        return PartyShown(role, masking.mask_name(party.name), None, "", "", "")
    return PartyShown(
        role,
        party.name if party.name == NO_NAME else masking.mask_name(party.name, person.kind),
        person.id,
        masking.mask_id(person.id_number),
        masking.mask_phone(person.phone),
        masking.mask_address(person.address),
    )


def _beside(procedures: list[queries.ProceedingShown]) -> dict[int, dict[str, dict]]:
    """Of each procedure of a platform's own, the values of the newest ones linked with it by their level."""
    found: dict[int, dict[str, dict]] = {}
    own = 0
    for each in procedures:  # each is followed by those linked with it
        own = own if each.linked else each.id
        found.setdefault(own, {}).update({each.linked: each.values} if each.linked else {})
    return found


def _with_steps(
    actor: Actor,
    case: Case,
    shown,
    clocks: dict[int, list[ClockShown]],
    values,
    today: date,
    beside: dict[str, dict],
    reachable: bool,
) -> ProceedingSteps:
    platform = registry.platform(shown.platform)
    allowed = platform.steps_from(shown.state) if shown.mine else ()
    # in declared order, later those that would be refused as the case stands (申诉求决 is never 即时办结), last the seldom ones
    offered = [step for step in allowed if actor.may(step.permission)]
    refused = {
        step.code
        for step in offered
        if refusal_of(step, shown.state, case, shown.values, at_hall(today), linked=beside, reachable=reachable)
    }
    if (
        shown.closed_at
    ):  # what may still be asked for after the end, as the case stands; nothing there is the natural next thing
        offered = [step for step in offered if step.code not in refused]
    may = sorted(offered, key=lambda step: (platform.is_seldom(step), step.code in refused))
    leads = [step.code for step in may[:1] if not platform.is_seldom(step) and step.code not in refused]
    natural = [] if shown.closed_at else leads
    return ProceedingSteps(
        shown=shown,
        leading=natural[0] if natural else "",
        steps=tuple(may[:LIKELIEST]),
        others=tuple(may[LIKELIEST:]),
        clocks=tuple(clocks.get(shown.id, ())) if not shown.closed_off else (),
        values=_values(platform, shown, values),
    )


def _values(platform, shown, values) -> tuple[tuple[str, str], ...]:
    asked = {field.name: field for step in platform.steps for field in step.fields}
    asked |= {field.name: field for field in platform.fields}
    told = []
    for name, value in shown.values.items():
        field = asked.get(name)
        if field is None or getattr(field, "private", False):
            continue
        options = dict(getattr(field, "options", ()))
        text = "是" if value is True else options.get(value, str(value))
        told.append((field.label, safe_text(text, values)))
    return tuple(told)


def _contacts(session: Session, case: Case, values) -> list[dict]:
    rows = session.scalars(select(Contact).where(Contact.case_id == case.id).order_by(Contact.id.desc()))
    return [
        {
            "id": row.id,
            "unit": row.unit_name,
            "answered_by": row.answered_by,
            "at": row.at,
            "said": safe_text(row.said, values),
            "promise": safe_text(row.promise, values),
            "promised_by": row.promised_by,
            "promised_on": row.promised_on,
            "settled": vocabulary.label(vocabulary.SETTLED, row.settled_how) if row.settled_at else "",
            "settled_note": safe_text(row.settled_note, values),
        }
        for row in rows
    ]


def _reminders(case: Case) -> tuple[str, ...]:
    found = []
    if case.respondent_unit_id and case.respondent_unit_id == case.competent_unit_id:
        found.append("有权处理单位与被反映单位相同，请核对。")
    if case.sensitivity == "accusation" and case.respondent_name and not case.respondent_unit_id:
        found.append("被反映对象不在机构库中，系统不能自动对其单位屏蔽。")
    return tuple(found)


def _openable(actor: Actor, proceedings: tuple[ProceedingSteps, ...], *, again: bool) -> tuple[tuple[str, str], ...]:
    running = {each.shown.platform for each in proceedings if each.shown.closed_at is None}
    ended = {each.shown.platform for each in proceedings} - running
    mine = (registry.platform(code) for code in actor.platforms if code not in running and (code in ended) is again)
    return tuple((platform.code, platform.label) for platform in mine)


def _unit_names(session: Session, ids: set[int | None]) -> dict[int | None, str]:
    wanted = {unit_id for unit_id in ids if unit_id}
    if not wanted:
        return {}
    return dict(session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(wanted))).all())


def _masked_entry(entry: TimelineEntry, values) -> TimelineEntry:
    return TimelineEntry(entry.at, entry.title, safe_text(entry.detail, values), entry.who, entry.kind)
