"""What speaks against a reception: pure. A leader is never in two places; a rest day or another duty needs a reason; the rest is said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from portal.cases.operations import FieldProblems
from portal.leadership.vocabulary import (
    AWAY,
    DUTY_HALF_LABELS,
    DUTY_LABELS,
    HALF_LABELS,
    NOON,
    day_words,
    span_words,
)

REFUSED, REASON, NOTE = "refused", "reason", "note"


@dataclass(frozen=True)
class Wanted:
    """A reception that is wanted; ``id`` 0 while it is new. What is not typed yet is None."""

    leader_id: int | None
    day: date | None
    half: str = ""
    starts: int | None = None
    ends: int | None = None
    kind: str = "fixed"
    window_id: int | None = None
    capacity: int | None = None
    slot_minutes: int | None = None
    id: int = 0


@dataclass(frozen=True)
class Other:
    """Another reception of that day that stands; ``away``: not in the hall."""

    id: int
    leader_id: int
    who: str
    half: str
    starts: int
    ends: int
    window_id: int | None
    away: bool = False


@dataclass(frozen=True)
class Busy:
    """Where the leader must be instead: ``half`` am, pm or day."""

    half: str
    kind: str
    what: str


@dataclass(frozen=True)
class Facts:
    """What is known of the day and the leader. ``rests``: why the day is no working day; ``most``: receptions per half-day or None."""

    today: date
    leader: str = ""
    since: date | None = None
    until: date | None = None
    rests: str = ""
    provisional: bool = False
    closed: str = ""
    others: Sequence[Other] = ()
    duties: Sequence[Busy] = ()
    most: int | None = None


@dataclass(frozen=True)
class Conflict:
    """One thing that speaks against it, beside which field, and its weight: refused, reason (needs one), note."""

    field: str
    message: str
    weight: str


def find(wanted: Wanted, facts: Facts) -> tuple[Conflict, ...]:
    """Everything that speaks against ``wanted``, the gravest first."""
    if wanted.day is None:
        return ()
    found = [*_day(wanted, facts), *_leader(wanted, facts), *_room(wanted, facts), *_capacity(wanted)]
    return tuple(sorted(found, key=lambda one: (REFUSED, REASON, NOTE).index(one.weight)))


def unanswered(found: Iterable[Conflict], reason: str) -> list[Conflict]:
    """Those that stand in the way: refused ones, and those that need a reason where none is given."""
    return [one for one in found if one.weight == REFUSED or (one.weight == REASON and not reason)]


def refuse(found: Iterable[Conflict], reason: str) -> None:
    """Raise FieldProblems for what stands in the way; what needs a reason stands beside the reason."""
    problems: dict[str, str] = {}
    for one in unanswered(found, reason):
        if one.weight == REFUSED:
            problems[one.field] = one.message
        else:
            problems["reason"] = "".join([problems.get("reason", ""), one.message])
    if "reason" in problems:
        problems["reason"] += "仍要安排的，请在这里写明原因。"
    if problems:
        raise FieldProblems(problems)


def _day(wanted: Wanted, facts: Facts) -> Iterable[Conflict]:
    day = wanted.day
    if day < facts.today:
        yield Conflict("day", f"{day_words(day)}已经过去，不能再安排。", REFUSED)
    if facts.closed:
        yield Conflict("day", f"{day_words(day)}中心停办：{facts.closed}。", REASON)
    elif facts.rests:
        yield Conflict("day", f"{day_words(day)}是休息日（{facts.rests}）。", REASON)
    if facts.provisional:
        yield Conflict("day", f"{day.year}年放假安排尚未录入，节假日暂按周末推算。", NOTE)


def _leader(wanted: Wanted, facts: Facts) -> Iterable[Conflict]:
    day, who = wanted.day, facts.leader
    if wanted.leader_id is None:
        return
    if (facts.since and day < facts.since) or (facts.until and day > facts.until):
        yield Conflict("leader", f"{who}{day_words(day)}不在任。", REFUSED)
    for other in facts.others:
        if other.id == wanted.id or other.leader_id != wanted.leader_id:
            continue
        if other.half == wanted.half:
            words = (
                f"{who}{day_words(day)}{HALF_LABELS[other.half]}已安排接访（{span_words(other.starts, other.ends)}）。"
            )
            yield Conflict("leader", words, REFUSED)
        elif _overlap(wanted, other):
            words = f"与{who}当天{span_words(other.starts, other.ends)}的接访时间重叠。"
            yield Conflict("starts", words, REFUSED)
    for duty in facts.duties:
        if duty.half in ("day", wanted.half) or not wanted.half:
            what = f"{DUTY_LABELS[duty.kind]}{f'：{duty.what}' if duty.what else ''}"
            yield Conflict("leader", f"{who}当天{DUTY_HALF_LABELS[duty.half]}另有安排（{what}）。", REASON)


def _room(wanted: Wanted, facts: Facts) -> Iterable[Conflict]:
    others = [other for other in facts.others if other.id != wanted.id]
    if wanted.window_id is not None:
        taken = next((o for o in others if o.window_id == wanted.window_id and _meets(wanted, o)), None)
        if taken:
            words = f"这个接访室{span_words(taken.starts, taken.ends)}已安排给{taken.who}。"
            yield Conflict("window", words, REFUSED)
    here = [other for other in others if other.half == wanted.half and not other.away]
    if facts.most is not None and wanted.kind not in AWAY and len(here) >= facts.most:
        words = f"这半天已安排 {len(here)} 场，中心设定每半天最多 {facts.most} 场。"
        yield Conflict("half", words, REASON)


def _capacity(wanted: Wanted) -> Iterable[Conflict]:
    if None in (wanted.starts, wanted.ends):
        return
    if wanted.ends <= wanted.starts:
        yield Conflict("ends", "结束时间应晚于开始时间。", REFUSED)
        return
    if wanted.half and (wanted.starts < NOON) != (wanted.half == "am"):
        yield Conflict("starts", f"{span_words(wanted.starts, wanted.ends)}不是{HALF_LABELS[wanted.half]}。", REFUSED)
    if wanted.capacity and wanted.slot_minutes:
        needed, there = wanted.capacity * wanted.slot_minutes, wanted.ends - wanted.starts
        if needed > there:
            words = (
                f"{wanted.capacity} 批、每批 {wanted.slot_minutes} 分钟要 {needed} 分钟，这段时间只有 {there} 分钟。"
            )
            yield Conflict("capacity", words, REFUSED)


def _meets(wanted: Wanted, other: Other) -> bool:
    return _overlap(wanted, other) if None not in (wanted.starts, wanted.ends) else other.half == wanted.half


def _overlap(wanted: Wanted, other: Other) -> bool:
    if None in (wanted.starts, wanted.ends):
        return False
    return wanted.starts < other.ends and other.starts < wanted.ends
