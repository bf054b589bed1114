"""What the record offers for a new letter's form, so that nothing known is typed twice. Personal numbers come masked."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.cases import registry
from portal.cases.models import Case, Clock, ClockExtension, Contact, Party, SealedValue
from portal.clock import day_of
from portal.documents.letters.composing import petitioner
from portal.documents.letters.kinds import KINDS, Kind
from portal.documents.letters.models import Letter
from portal.organisation.models import Unit
from portal.people import redaction
from portal.trail.queries import Entry, entries

# the one period that a letter extends (第三十四条); its extension is counted in calendar days
EXTENDED = "petition.conclude"
# by which step of the petition it went on → 转送 or 交办 in the notice of it
SENT = {"refer": "refer", "assign": "assign", "refer_down": "refer", "assign_down": "assign"}


def offered(session: Session, actor: Actor, case: Case, kind: Kind) -> dict[str, Any]:
    """Field → value for ``kind``'s form; what the record does not know is left out."""
    values = list(session.scalars(select(SealedValue).where(SealedValue.case_id == case.id)))
    known = _case(session, case) | _steps(session, actor, case) | _dues(session, actor, case) | _contact(session, case)
    found = {name: known.get(source) for name, source in kind.prefill.items()}
    return {
        name: redaction.masked(value, values) if isinstance(value, str) else value
        for name, value in found.items()
        if value not in (None, "")
    }


def called_for(session: Session, actor: Actor, case: Case) -> list[Kind]:
    """The kinds that the last step of each procedure asks for and that nobody has drafted since.

    A letter that takes that step itself (the 受理告知书 whose service is 告知受理) is there already, drafted before it.
    """
    if not actor.may(Permission.CASE_RECORD):
        return []
    shown = [each for each in cases.proceedings(session, actor, case) if not each.closed_off]
    last = {entry.data["proceeding_id"]: entry for entry in _steps_taken(session, case)}
    known_here = sorted((entry for each in shown if (entry := last.get(each.id))), key=lambda entry: entry.seq)
    # what a linked procedure (复查) answered comes after the petition's own last step, and the next request after that
    taken = {entry.data["platform"]: entry for entry in known_here}
    if not taken:
        return []
    wanted = select(Letter.kind, Letter.drafted_at).where(Letter.case_id == case.id, Letter.state != "void")
    drafted = session.execute(wanted).all()
    known = {f"step.{name}" for each in shown for name in each.values}
    found: dict[str, Kind] = {}
    for platform, entry in taken.items():
        for code in registry.platform(platform).step(entry.data["step"]).letters:
            kind = KINDS[code]
            there = any(each == code and (at >= entry.at or _takes(kind, entry)) for each, at in drafted)
            if not there and (not kind.needs or kind.needs in known):
                found[code] = kind
    return list(found.values())


def _takes(kind: Kind, entry: Entry) -> bool:
    """Whether a letter of ``kind`` took the step itself."""
    bound = (kind.on_seal, kind.on_serve)
    return any(each and (each.platform, each.step) == (entry.data["platform"], entry.data["step"]) for each in bound)


def _steps_taken(session: Session, case: Case) -> list[Entry]:
    return entries(session, f"case:{case.id}", kinds=("proceeding.advanced",))


def _case(session: Session, case: Case) -> dict[str, Any]:
    demands = [demand.text for demand in cases.demands(session, case)]
    representatives = select(Party.name).where(Party.case_id == case.id, Party.role == "representative")
    unit = session.get(Unit, case.competent_unit_id) if case.competent_unit_id else None
    return {
        "subject": case.subject,
        "facts": case.facts,
        "demands": "\n".join(f"{place}. {text}" if len(demands) > 1 else text for place, text in enumerate(demands, 1)),
        "petitioner": petitioner(session, case),
        "respondent": case.respondent_name,
        "competent": unit.name if unit else "",
        "headcount": case.headcount,
        "received_on": day_of(case.received_at),
        "today": clock.today(),
        "representatives": "\n".join(session.scalars(representatives.order_by(Party.id))),
    }


def _steps(session: Session, actor: Actor, case: Case) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for shown in cases.proceedings(session, actor, case):
        if not shown.closed_off:
            known |= {f"step.{name}": value for name, value in shown.values.items()}
    taken = [entry for entry in _steps_taken(session, case) if entry.data["platform"] == "petition"]
    sent = [entry for entry in taken if entry.data["step"] in SENT]
    if sent:
        known |= {"sent.step": SENT[sent[-1].data["step"]], "sent.on": day_of(sent[-1].at)}
    return known


def _dues(session: Session, actor: Actor, case: Case) -> dict[str, Any]:
    clocks = list(reversed(cases.clocks(session, actor, case)))
    known = {f"due.{each.key}": each.effective_due for each in clocks}
    known |= {f"start.{each.key}": each.started_on for each in clocks}
    return known | _granted(session, {each.id: each for each in clocks if each.key == EXTENDED and not each.stopped_at})


def _granted(session: Session, clocks: dict[int, Clock]) -> dict[str, Any]:
    """An extension that was granted by hand and that no letter tells of yet: the notice says what holds already."""
    wanted = select(ClockExtension).where(ClockExtension.clock_id.in_(clocks), ClockExtension.letter_id.is_(None))
    row = session.scalars(wanted.order_by(ClockExtension.id.desc()).limit(1)).first() if clocks else None
    last = clocks[row.clock_id].effective_due if row else None
    if row is None or last is None or not row.amount:
        return {}
    return {
        f"due.{EXTENDED}": last - timedelta(days=row.amount),
        "granted.until": last,
        "granted.ground": row.ground,
        "granted.approver": row.approver,
        "granted.on": row.approved_on,
    }


def _contact(session: Session, case: Case) -> dict[str, Any]:
    last = session.scalar(select(Contact).where(Contact.case_id == case.id).order_by(Contact.id.desc()).limit(1))
    if last is None:
        return {}
    promised = f"{last.promise}（{last.promised_by}，{last.promised_on}）" if last.promise else ""
    return {
        "contact.unit": last.unit_name,
        "contact.answered_by": last.answered_by,
        "contact.on": day_of(last.at),
        "contact.said": last.said,
        "contact.promise": promised,
    }
