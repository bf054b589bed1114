"""What a kiosk offers and gives: numbers, taken by visitors themselves. A kiosk is a paired device; nobody is signed in there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.cases import registry
from portal.cases.operations.given import FieldProblems, PersonGiven
from portal.organisation.models import Centre, Service
from portal.people import identity
from portal.queue import estimate, priorities, queries, voice
from portal.queue.estimate import Estimate
from portal.queue.models import Screen, Ticket
from portal.queue.opening import openings
from portal.queue.operations import Refused, take_ticket
from portal.queue.operations.check_in import APPOINTED, check_in
from portal.queue.queries import appointments

NAME = "取号机"
SOURCE = "kiosk"
LOOKS = ("large", "contrast")
RESET = 15  # seconds without a touch, after which nothing of the visitor is left
MOST_AT_ONCE = 30  # people in one number here; larger groups are received at the desk
NOT_HERE = "这项服务不在取号机上取号，请到导引台。"
# a form sent again later than this is not the visitor's double touch but somebody's reload
DOUBLED = timedelta(seconds=RESET)


@dataclass(frozen=True)
class Tile:
    """One service on the first page. ``why`` is the whole sentence why it gives no number now, "" while it does.

    ``waiting``: numbers that wait for it; ``wait``: the estimate in words, "" where none is known.
    """

    service_id: int
    name: str
    sign: str
    area: str
    waiting: int
    wait: str
    why: str


@dataclass(frozen=True)
class Asked:
    """What the visitor asks for at the second touch, as the form gave it. ``once`` names the form."""

    service_id: int
    priority: str
    headcount: int
    once: str
    id_number: str = ""
    again: bool = False


@dataclass(frozen=True)
class Given:
    """A number just taken, as the number page and the slip show it. ``wait`` is the estimate told, in words, or "".

    ``late``: it was taken for an appointment whose time had passed.
    """

    slip: queries.Slip
    sign: str
    ahead: int
    wait: str
    centre: Centre
    late: bool


def actor_of(screen: Screen) -> Actor:
    """Who acts where a visitor touches the kiosk: the device, with no permission of anybody's."""
    return Actor(0, screen.centre_id, NAME, None, (), frozenset())


def offer(session: Session, centre_id: int, at: datetime) -> list[Tile]:
    """The services offered at kiosks, in the hall's order, under neutral signs. A bounded number of queries.

    Two services that the public must not tell apart (the same sign and name) are one tile: the first that is open.
    """
    rows = session.execute(
        select(Service.id, Service.name, Service.platform, Service.area)
        .where(Service.centre_id == centre_id, Service.enabled, Service.at_kiosk)
        .order_by(Service.position, Service.id)
    ).all()
    opening, waits = openings(session, centre_id, at), estimate.by_service(session, centre_id, at)
    waiting = _waiting(session, centre_id, at)
    found: dict[tuple[str, str], Tile] = {}
    for row in rows:
        sign = registry.platform(row.platform).sign
        told = waits.get(row.id)
        tile = Tile(row.id, row.name, sign, row.area, waiting.get(row.id, 0), _words(told), opening[row.id].why)
        other = found.get((sign, row.name))
        if other is None or (other.why and not tile.why):
            found[sign, row.name] = tile
    return list(found.values())


def why_closed(tiles: list[Tile]) -> str:
    """The one sentence where nothing is given now; "" while anything is, and where the reasons differ."""
    reasons = {tile.why for tile in tiles}
    return reasons.pop() if len(reasons) == 1 else ""


def take(session: Session, screen: Screen, asked: Asked, *, at: datetime) -> Ticket:
    """A number for the visitor in front of the kiosk; the same form again gives the same number.

    Raises what take_ticket raises: NotGiven, OpenToday, FieldProblems; and Refused for a service that is not given here.
    """
    service = session.get(Service, asked.service_id)
    if service is None or service.centre_id != screen.centre_id or not (service.enabled and service.at_kiosk):
        raise Refused(NOT_HERE)
    problems = {}
    if asked.priority not in {each.code for each in priorities.PRIORITIES if each.offered}:
        problems["priority"] = "请选择取号或优先取号。"
    if not 1 <= asked.headcount <= MOST_AT_ONCE:
        problems["headcount"] = f"人数应在 1 至 {MOST_AT_ONCE} 之间，人数更多的请到导引台。"
    if asked.id_number and (wrong := identity.check_id(asked.id_number)):
        problems["id_number"] = f"{wrong}。可以再试一次，也可以不用证件取号。"
    if problems:
        raise FieldProblems(problems)
    number = identity.normalise_id(asked.id_number)
    return take_ticket(
        session,
        actor_of(screen),
        service_id=service.id,
        priority=asked.priority,
        headcount=asked.headcount,
        person=PersonGiven(name="", id_number=number) if number else None,
        at=at,
        again=asked.again,
        source=SOURCE,
        once=asked.once,
        screen_id=screen.id,
    )


def arrive(session: Session, screen: Screen, code: str, *, at: datetime) -> Ticket | None:
    """签到 with an appointment's code: its number, the same one again where it has come already; None for an unknown code.

    Raises NotYet (too early, or another day) and Refused (cancelled, the service is gone).
    """
    booked = appointments.by_code(session, screen.centre_id, code)
    if booked is None:
        return None
    return check_in(session, actor_of(screen), booked.id, source=SOURCE, screen_id=screen.id, at=at)


def fresh(ticket: Ticket, at: datetime) -> bool:
    """Whether the number may still be shown to who stands here: a form sent again later shows a stranger nothing."""
    return at - ticket.taken_at <= DOUBLED


def given(session: Session, centre_id: int, ticket_id: int, at: datetime) -> Given | None:
    """What the number page says about a number of today; None for any other."""
    slip = queries.ticket(session, centre_id, ticket_id)
    if slip is None or slip.day != clock.day_of(at):
        return None
    told = session.execute(
        select(Ticket.estimated, Ticket.estimate_error, Ticket.appointment_id).where(Ticket.id == ticket_id)
    ).one()
    return Given(
        slip,
        registry.platform(slip.platform).sign,
        queries.ahead_of(session, centre_id, slip),
        _words(Estimate(told.estimated, told.estimate_error or 0)) if told.estimated is not None else "",
        session.get_one(Centre, centre_id),
        told.appointment_id is not None and slip.priority != APPOINTED,
    )


def volume(centre: Centre, at: datetime) -> int:
    """How loud a kiosk may speak now, in per cent: 0 in the quiet hours."""
    local = clock.local(at)
    silent = voice.quiet(local.hour * 60 + local.minute, centre.quiet_from, centre.quiet_until)
    return 0 if silent else centre.voice_volume


def _words(told: Estimate | None) -> str:
    return estimate.spell(told) if told else ""


def _waiting(session: Session, centre_id: int, at: datetime) -> dict[int, int]:
    wanted = select(Ticket.service_id, func.count()).where(
        Ticket.centre_id == centre_id, Ticket.day == clock.day_of(at), Ticket.state == "waiting"
    )
    return dict(session.execute(wanted.group_by(Ticket.service_id)).all())
