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
from portal.queue.operations.closing import OUTCOMES
from portal.queue.operations.serving import REASONS
from portal.trail.queries import Entry, entries

_OUTCOMES = {code: f"收尾时记为{label}" for code, (label, _state) in OUTCOMES.items()}


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
    people = _names(session, Account, {entry.actor_id for entry in found} | _ids(found, "to_account_id"))
    windows = _names(session, Window, _ids(found, "window_id", "to_window_id"))
    services = _names(session, Service, _ids(found, "service_id", "errands", "dropped"))
    told = []
    for entry in found:
        known_as = _Known(windows, services, people)
        title, detail, kind = _told(entry, known_as, entry.data.get("case_id") in known)
        told.append(VisitEntry(entry.at, title, detail, people.get(entry.actor_id, ""), kind))
    return told


@dataclass(frozen=True)
class _Known:
    """Names by id of what the events mention."""

    windows: dict[int, str]
    services: dict[int, str]
    people: dict[int, str]

    def listed(self, ids: list[int] | None) -> str:
        """Those services, one after another."""
        return "、".join(self.services.get(each, "") for each in ids or ())


def _ids(found: list[Entry], *names: str) -> set[int | None]:
    """What the events say under ``names``, single or listed."""
    said = [entry.data.get(name) for entry in found for name in names]
    return {each for value in said for each in (value if isinstance(value, list) else [value])}


def _names(session: Session, model: type, ids: set[int | None]) -> dict[int, str]:
    wanted = ids - {None}
    if not wanted:
        return {}
    return dict(session.execute(select(model.id, model.name).where(model.id.in_(wanted))).all())


def _open_to(session: Session, actor: Actor, case_ids: set[int | None]) -> set[int]:
    wanted = case_ids - {None}
    return set(session.scalars(select(Case.id).where(Case.id.in_(wanted), cases.visible(actor)))) if wanted else set()


def _told(entry: Entry, names: _Known, known: bool) -> tuple[str, str, str]:
    data, words = entry.data, entry.words
    window = names.windows.get(data.get("window_id"), "窗口")
    service = names.services.get(data.get("service_id"), "")
    colleague = names.people.get(data.get("to_account_id"), "")
    goal = names.windows.get(data.get("to_window_id"), "") or colleague or service
    taken = (service, _class(data), f"{data.get('headcount')} 人", "快办" if data.get("quick") else "")
    taken = "・".join(filter(None, (*taken, _after("还要办 ", names.listed(data.get("errands"))))))
    reason = (
        REASONS.get(data.get("reason") or "", ""),
        words_of(words),
        _after("其余不办：", names.listed(data.get("dropped"))),
    )
    tellings = {
        "ticket.backfilled": (f"补录纸号 {data.get('number')}", f"{data.get('day')}・{service}", "visit"),
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
        "ticket.finished": ("接待完毕", "：".join(filter(None, reason)), "step"),
        "ticket.transferred": (f"转到 {goal}", words.get("reason") or "号码、等候时间、优先类别不变", "handoff"),
        "ticket.released": ("取消指定", "同一服务的窗口都可以叫", "visit"),
        "ticket.errand_added": (f"还要办 {service}", "", "visit"),
        "ticket.went_on": (f"本项办完，{'接着办' if data.get('here') else '转'} {service}", "", "step"),
        "ticket.waits_again": ("回到排队", "仍由原来的工作人员办理" if data.get("kept") else "保留原取号先后", "visit"),
        "ticket.closed_out": (_OUTCOMES.get(data.get("outcome"), "收尾时结束"), words_of(words), "step"),
        "joint.called": ("召集联合接访", "、".join(words.get("units", [])), "handoff"),
        "joint.notified": ("联合接访已通知", f"{words.get('unit', '')} {words.get('who', '')}", "handoff"),
        "joint.arrived": ("联合接访到场", f"{words.get('unit', '')} {words.get('who', '')}", "handoff"),
        "joint.closed": ("联合接访结束", words.get("outcome", ""), "handoff"),
        "ticket.handed_over": (f"随交班转给 {colleague}", "", "handoff"),
    }
    return tellings.get(entry.kind, ("其他记录", "", "visit"))


def _after(head: str, said: str) -> str:
    return head + said if said else ""


def _class(data: dict) -> str:
    return "" if data.get("priority", "ordinary") == "ordinary" else priorities.label(data["priority"])


def words_of(words: dict) -> str:
    """The sentence stored beside a reason."""
    return words.get("words", "")
