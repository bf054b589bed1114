"""Reading the roster: the week as it is being worked on, and the receptions that were published, which is all the public knows."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from portal.leadership.models import Booking, Edition, Leader, LeaderDuty, Reception, Week
from portal.leadership.vocabulary import AWAY, KIND_LABELS, ONE_DAY, ONE_WEEK, monday_of, span_words, when_words
from portal.organisation.models import Region, Unit, Window

CANCELLED = "cancelled"
MOST_DUTIES = 200
_County, _Instead = aliased(Region), aliased(Leader)
_COLUMNS = (
    select(
        Reception,
        Leader,
        Window.name.label("room"),
        Region.name.label("region"),
        Region.level.label("region_level"),
        _County.name.label("county"),
        Unit.short_name.label("duty_unit"),
        _Instead.post.label("instead_post"),
        _Instead.name.label("instead_name"),
    )
    .join(Leader, Leader.id == Reception.leader_id)
    .outerjoin(_Instead, _Instead.id == Reception.instead_of_id)
    .outerjoin(Window, Window.id == Reception.window_id)
    .outerjoin(Region, Region.code == Reception.region_code)
    .outerjoin(_County, _County.code == Region.parent_code)
    .outerjoin(Unit, Unit.id == Reception.duty_unit_id)
)


@dataclass(frozen=True)
class Row:
    """One reception in words and ids, as an edition keeps it. ``starts`` and ``ends`` are minutes of ``day``.

    ``place`` is whole (room, or county・township and where there); ``leader_field`` is the field in charge, ``field`` the theme of
    this reception; ``instead`` names the leader this one stands in for; ``own_place`` is the reception's part of the place (None in
    editions of old). ``arrived_at`` and ``left_at`` are never in an edition.
    """

    id: int
    leader_id: int
    leader: str
    post: str
    body: str
    leader_field: str
    telephone: str
    position: int
    day: date
    half: str
    starts: int
    ends: int
    kind: str
    place: str
    window_id: int | None
    region_code: str | None
    field: str
    duty_unit_id: int | None
    duty_unit: str
    company: tuple[int, ...]
    company_names: tuple[str, ...]
    capacity: int
    slot_minutes: int | None
    state: str
    instead_of_id: int | None = None
    instead: str = ""
    reason: str = ""
    version: int = 1
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    own_place: str | None = None

    @property
    def who(self) -> str:
        """市委书记 韩立言."""
        return f"{self.post} {self.leader}"

    @property
    def when(self) -> str:
        """12月2日（周三）上午."""
        return when_words(self.day, self.half)

    @property
    def hours(self) -> str:
        """09:00–11:30."""
        return span_words(self.starts, self.ends)

    @property
    def manner(self) -> str:
        """定点接访."""
        return KIND_LABELS[self.kind]

    @property
    def away(self) -> bool:
        """Whether the leader goes out to receive (下访, 带案下访)."""
        return self.kind in AWAY

    @property
    def stands(self) -> bool:
        """Whether it was not cancelled."""
        return self.state != CANCELLED

    def on_the_day(self, now: Any) -> "Row":
        """This row of an edition with arrival and state of ``now``, its row in the table.

        A change that is not published yet (cancelled while amending) is nobody's business outside the office.
        """
        state = now.state if self.stands and now.state != CANCELLED else self.state
        return replace(self, state=state, arrived_at=now.arrived_at, left_at=now.left_at)

    def written(self) -> dict[str, Any]:
        """As an edition keeps it: plain values, and nothing of the day itself."""
        kept = asdict(self)
        del kept["arrived_at"], kept["left_at"], kept["reason"]
        return kept | {"day": self.day.isoformat()}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Row":
        """From an edition."""
        lists = {name: tuple(kept[name]) for name in ("company", "company_names")}
        return cls(**{**kept, **lists, "day": date.fromisoformat(kept["day"])})


def week(session: Session, centre_id: int, monday: date) -> Week | None:
    """The week that begins with ``monday``, None where nobody began it."""
    return session.scalar(select(Week).where(Week.centre_id == centre_id, Week.monday == monday))


def working_rows(session: Session, centre_id: int, monday: date) -> list[Row]:
    """The receptions of a week as the office works on them, cancelled ones too. Never for the public."""
    return rows_between(session, centre_id, monday, monday + ONE_WEEK - ONE_DAY)


def rows_between(session: Session, centre_id: int, first: date, last: date) -> list[Row]:
    """The receptions from ``first`` to ``last`` as the office works on them."""
    wanted = _COLUMNS.where(Reception.centre_id == centre_id, Reception.day.between(first, last))
    return _rows(session, wanted)


def working_row(session: Session, centre_id: int, reception_id: int) -> Row | None:
    """One reception as the office works on it."""
    found = _rows(session, _COLUMNS.where(Reception.centre_id == centre_id, Reception.id == reception_id))
    return found[0] if found else None


def rows_of(session: Session, reception_ids: Iterable[int], of_weeks: ColumnElement[bool]) -> list[Row]:
    """Those of these receptions whose week meets a condition, as they are in the table."""
    wanted = _COLUMNS.join(Week, Week.id == Reception.week_id).where(Reception.id.in_(list(reception_ids)), of_weeks)
    return _rows(session, wanted)


def last_of_leader(session: Session, centre_id: int, leader_id: int) -> Reception | None:
    """The leader's latest reception: what the next one is likely to be like."""
    wanted = select(Reception).where(Reception.centre_id == centre_id, Reception.leader_id == leader_id)
    return session.scalar(wanted.order_by(Reception.day.desc(), Reception.id.desc()).limit(1))


def in_order(rows: Iterable[Row]) -> list[Row]:
    """By day, time and the order of the leaders."""
    return sorted(rows, key=lambda row: (row.day, row.starts, row.position, row.id))


def last_edition(session: Session, centre_id: int, monday: date) -> Edition | None:
    """What was last published of the week."""
    wanted = select(Edition).where(Edition.centre_id == centre_id, Edition.monday == monday)
    return session.scalar(wanted.order_by(Edition.number.desc()).limit(1))


def editions(session: Session, centre_id: int, monday: date) -> list[Edition]:
    """Every edition of the week, the newest first."""
    wanted = select(Edition).where(Edition.centre_id == centre_id, Edition.monday == monday)
    return list(session.scalars(wanted.order_by(Edition.number.desc())))


def edition_rows(edition: Edition | None, *, cancelled: bool = False) -> list[Row]:
    """The receptions of an edition in order; those cancelled only where asked for."""
    rows = [Row.read(kept) for kept in edition.rows] if edition else []
    return in_order(row for row in rows if cancelled or row.stands)


def published_receptions(session: Session, centre_id: int, from_day: date, until: date) -> list[Row]:
    """What was published and stands from ``from_day`` to ``until``, in order, with arrival and state of the day. Two queries."""
    rows = [row for row in _published(session, centre_id, from_day, until) if row.stands]
    return _with_the_day(session, rows)


def published_words(session: Session, centre_id: int, from_day: date, until: date) -> list[Row]:
    """As ``published_receptions`` without arrivals: what walls show. One query."""
    return [row for row in _published(session, centre_id, from_day, until) if row.stands]


def day_receptions(session: Session, centre_id: int, day: date) -> list[Row]:
    """The published receptions of one day."""
    return published_receptions(session, centre_id, day, day)


def reception(session: Session, centre_id: int, reception_id: int) -> Row | None:
    """One reception as it was last published, cancelled ones too; None while it is a draft, or another centre's."""
    held = session.get(Reception, reception_id)
    if held is None or held.centre_id != centre_id:
        return None
    monday = select(Week.monday).where(Week.id == held.week_id).scalar_subquery()
    wanted = select(Edition).where(Edition.centre_id == centre_id, Edition.monday == monday)
    last = session.scalar(wanted.order_by(Edition.number.desc()).limit(1))
    found = next((row for row in edition_rows(last, cancelled=True) if row.id == reception_id), None)
    return _with_the_day(session, [found])[0] if found else None


def coming_duties(session: Session, centre_id: int, today: date) -> list[tuple[LeaderDuty, Leader]]:
    """Where leaders must be instead, from ``today`` on, by day and leader."""
    wanted = (
        select(LeaderDuty, Leader)
        .join(Leader, Leader.id == LeaderDuty.leader_id)
        .where(Leader.centre_id == centre_id, LeaderDuty.day >= today)
        .order_by(LeaderDuty.day, Leader.position, LeaderDuty.id)
        .limit(MOST_DUTIES)
    )
    return [(duty, leader) for duty, leader in session.execute(wanted)]


def booked_counts(session: Session, reception_ids: Iterable[int]) -> dict[int, int]:
    """How many matters are booked at each reception."""
    wanted = (
        select(Booking.reception_id, func.count())
        .where(Booking.reception_id.in_(list(reception_ids)), Booking.state != CANCELLED)
        .group_by(Booking.reception_id)
    )
    return {reception_id: number for reception_id, number in session.execute(wanted)}


def _published(session: Session, centre_id: int, from_day: date, until: date) -> list[Row]:
    newest = (
        select(Edition.week_id, func.max(Edition.number).label("number"))
        .where(Edition.centre_id == centre_id, Edition.monday.between(monday_of(from_day), until))
        .group_by(Edition.week_id)
        .subquery()
    )
    wanted = select(Edition.rows).join(
        newest, (newest.c.week_id == Edition.week_id) & (newest.c.number == Edition.number)
    )
    rows = [Row.read(kept) for kept_rows in session.scalars(wanted) for kept in kept_rows]
    return in_order(row for row in rows if from_day <= row.day <= until)


def _with_the_day(session: Session, rows: list[Row]) -> list[Row]:
    if not rows:
        return []
    columns = select(Reception.id, Reception.state, Reception.arrived_at, Reception.left_at)
    now = {row.id: row for row in session.execute(columns.where(Reception.id.in_([row.id for row in rows])))}
    return [row.on_the_day(now[row.id]) if row.id in now else row for row in rows]


def _rows(session: Session, wanted: Any) -> list[Row]:
    found = session.execute(wanted).all()
    ids = {unit_id for each in found for unit_id in each.Reception.company}
    names = dict(session.execute(select(Unit.id, Unit.short_name).where(Unit.id.in_(ids))).all()) if ids else {}
    return in_order(_row(each, names) for each in found)


def _row(each: Any, names: Mapping[int, str]) -> Row:
    held, leader = each.Reception, each.Leader
    own = {name: getattr(held, name) for name in _OWN}
    return Row(
        **own,
        leader=leader.name,
        post=leader.post,
        body=leader.body,
        leader_field=leader.field,
        telephone=leader.telephone,
        position=leader.position,
        place=_place(each),
        own_place=held.place,
        duty_unit=each.duty_unit or "",
        company=tuple(held.company),
        company_names=tuple(names.get(unit_id, "") for unit_id in held.company),
        instead=f"{each.instead_post} {each.instead_name}" if each.instead_name else "",
    )


_OWN = (
    "id", "leader_id", "day", "half", "starts", "ends", "kind", "window_id", "region_code", "field", "duty_unit_id", "capacity",
    "slot_minutes", "state", "instead_of_id", "reason", "version", "arrived_at", "left_at",
)  # fmt: skip


def _place(each: Any) -> str:
    region = each.region or ""
    if region and each.region_level == "township" and each.county:
        region = f"{each.county}・{region}"
    return " ".join(part for part in (region, each.room or "", each.Reception.place) if part)
