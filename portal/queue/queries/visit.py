"""One visit: what the visitor did when, and for how long. Durations are sums of periods and never stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.models import Account
from portal.cases import queries as cases
from portal.cases.models import Case
from portal.organisation.models import Service, Window
from portal.queue import priorities
from portal.queue.models import Period
from portal.queue.operations.serving import REASONS
from portal.trail.queries import Entry, entries


@dataclass(frozen=True)
class VisitEntry:
    """One line of 本次来访. ``kind`` is the timeline's mark."""

    at: datetime
    title: str
    detail: str
    who: str
    kind: str


@dataclass(frozen=True)
class Span:
    """A period; ``end`` None while it runs."""

    kind: str
    start: datetime
    end: datetime | None


def periods(session: Session, ticket_id: int) -> list[Span]:
    """The periods of a ticket, in order; each begins where the one before ended."""
    wanted = select(Period.kind, Period.start, Period.end).where(Period.ticket_id == ticket_id).order_by(Period.id)
    return [Span(*row) for row in session.execute(wanted)]


def durations(spans: list[Span], at: datetime) -> dict[str, timedelta]:
    """How long the visitor waited, walked, was served, was held or missed, until ``at``; kinds that never were are 0."""
    found = dict.fromkeys(("waiting", "walking", "serving", "holding", "missed"), timedelta(0))
    for span in spans:
        found[span.kind] += (span.end or at) - span.start
    return found


def visit_entries(session: Session, actor: Actor, ticket_id: int) -> list[VisitEntry]:
    """The ticket's events in words ``actor`` may read, oldest first; a matter that is not open to him has no number."""
    found = entries(session, f"ticket:{ticket_id}")
    known = _open_to(session, actor, {entry.data.get("case_id") for entry in found})
    people = _names(session, Account, {entry.actor_id for entry in found})
    windows = _names(session, Window, {entry.data.get("window_id") for entry in found})
    services = _names(session, Service, {entry.data.get("service_id") for entry in found})
    told = []
    for entry in found:
        title, detail, kind = _told(entry, windows, services, entry.data.get("case_id") in known)
        told.append(VisitEntry(entry.at, title, detail, people.get(entry.actor_id, ""), kind))
    return told


def _names(session: Session, model: type, ids: set[int | None]) -> dict[int, str]:
    wanted = ids - {None}
    if not wanted:
        return {}
    return dict(session.execute(select(model.id, model.name).where(model.id.in_(wanted))).all())


def _open_to(session: Session, actor: Actor, case_ids: set[int | None]) -> set[int]:
    wanted = case_ids - {None}
    return set(session.scalars(select(Case.id).where(Case.id.in_(wanted), cases.visible(actor)))) if wanted else set()


def _told(entry: Entry, windows: dict[int, str], services: dict[int, str], known: bool) -> tuple[str, str, str]:
    data, words = entry.data, entry.words
    window = windows.get(data.get("window_id"), "窗口")
    service = services.get(data.get("service_id"), "")
    reason = REASONS.get(data.get("reason") or "", "")
    taken = "・".join(filter(None, (service, _class(data), f"{data.get('headcount')} 人")))
    tellings = {
        "ticket.taken": (f"取号 {data.get('number')}", taken, "visit"),
        "ticket.called": (f"{window} 叫号", data.get("why", ""), "visit"),
        "ticket.recalled": (f"{window} 重呼", f"第 {data.get('calls')} 次", "visit"),
        "ticket.started": (f"到达 {window}，开始办理", "", "step"),
        "ticket.held": ("挂起", words.get("reason", ""), "visit"),
        "ticket.resumed": (f"{window} 恢复办理", "", "step"),
        "ticket.missed": ("过号", f"叫号 {data.get('calls')} 次未到", "refused"),
        "ticket.restored": ("过号恢复", "保留原取号先后", "visit"),
        "ticket.left": ("离开", "", "visit"),
        "ticket.requeued": (f"接力到 {service}", "号码、等候时间、优先类别不变", "handoff"),
        "ticket.registered": ("登记事项" + (f" {data.get('number')}" if known else ""), "", "step"),
        "ticket.followed_up": ("续访记入" + (f" {data.get('number')}" if known else "原事项"), "", "step"),
        "ticket.identified": ("核对身份，与本中心记录对应", "", "visit"),
        "ticket.finished": ("接待完毕", ":".join(filter(None, (reason, words_of(words)))), "step"),
    }
    return tellings.get(entry.kind, ("其他记录", "", "visit"))


def _class(data: dict) -> str:
    return "" if data.get("priority", "ordinary") == "ordinary" else priorities.label(data["priority"])


def words_of(words: dict) -> str:
    """The sentence stored beside a reason."""
    return words.get("words", "")
