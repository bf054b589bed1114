"""Calls to be spoken: made with the call, claimed by one speaking screen at a time, acknowledged, or let go when they are old.

A channel is the hall ("") or a waiting area. Announcements are no part of the visit's story (the call is), so they leave no trail.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from portal import clock
from portal.organisation.models import Centre, Window
from portal.queue import sounds, voice
from portal.queue.models import Announcement, Call, Layout, Screen, Ticket
from portal.queue.operations.moves import CALLED
from portal.queue.operations.refusals import Refused
from portal.trail import operations as trail

NEWS = timedelta(seconds=90)  # the hall's own rule: a call not spoken by then is old; the board shows it all the same
SPEAKING = ("hall", "zone")
SPOKEN, SILENT, EXPIRED = "spoken", "silent", "expired"
HEARD, BLOCKED = "heard", "blocked"


def make(
    session: Session, centre_id: int, call_id: int, *, number: str, window_id: int, area: str, at: datetime
) -> None:
    """One announcement for each channel that has a speaking screen and hears this call. None has: nothing is made."""
    wanted = (
        select(Window.name, Screen.kind, Screen.area)
        .join(Screen, Screen.centre_id == centre_id)
        .join(Layout, speaks())
        .where(Window.id == window_id)
        .distinct()
    )
    rows = session.execute(wanted).all()
    channels = {"" if kind == "hall" else of for _, kind, of in rows if kind == "hall" or (of and of == area)}
    if not channels:
        return
    clips = " ".join(voice.sentence(number, rows[0][0]))
    common = {"centre_id": centre_id, "call_id": call_id, "clips": clips, "made_at": at}
    session.execute(insert(Announcement), [{**common, "channel": channel} for channel in sorted(channels)])


def speaks() -> ColumnElement[bool]:
    """Layout joined with Screen: approved screens of hall and areas whose layout says that they speak."""
    return (
        (Layout.id == Screen.layout_id)
        & (Layout.kind == Screen.kind)
        & Layout.speaks
        & Screen.kind.in_(SPEAKING)
        & Screen.approved_at.is_not(None)
        & Screen.revoked_at.is_(None)
    )


def may_speak(session: Session, screen: Screen) -> bool:
    """Whether the screen is a speaking one now."""
    return session.scalar(select(Screen.id).join(Layout, speaks()).where(Screen.id == screen.id)) is not None


def channel_of(screen: Screen) -> str:
    """What the screen speaks for: "" the hall, or its waiting area."""
    return screen.area if screen.kind == "zone" else ""


def anything_left(session: Session, screen: Screen) -> bool:
    """Whether the screen's channel has an announcement that nobody has spoken yet, or one being spoken. Changes nothing."""
    return bool(session.scalar(select(exists().where(*_left(screen)))))


def claim(
    session: Session, screen: Screen, *, resume: int = 0, folder: sounds.Folder, at: datetime
) -> Announcement | None:
    """The announcement that ``screen`` speaks now; None while another one of the channel is running, or nothing is left.

    Two screens can never get one each: a single conditional UPDATE decides. ``resume``: the one that this screen was
    speaking when its page was loaded anew. Old ones and those nobody needs any more expire; in quiet hours the answer is
    ``silent`` at once.
    """
    # PostgreSQL: who claims for a channel waits for whoever is just claiming there, and then sees that claim
    here = select(Screen.id).join(Layout, speaks()).where(_same_channel(screen)).order_by(Screen.id)
    session.execute(here.with_for_update(of=Screen, key_share=True)).all()
    _let_go(session, screen, at)
    wanted = select(Announcement.id, Announcement.clips).where(*_left(screen)).order_by(Announcement.id).limit(1)
    if resume:
        wanted = wanted.where(Announcement.id == resume, Announcement.claimed_by == screen.id)
    chosen = session.execute(wanted).first()
    if chosen is None:
        return None
    return _taken(session, screen, chosen.id, folder.milliseconds(chosen.clips.split()), resume=bool(resume), at=at)


def acknowledge(session: Session, screen: Screen, announcement_id: int, outcome: str, *, at: datetime) -> None:
    """The screen has spoken, or could not because its browser forbids sound. Said twice, the first counts.

    Raises Refused where another screen speaks it, or nobody does.
    """
    done = (
        update(Announcement)
        .where(Announcement.id == announcement_id, Announcement.claimed_by == screen.id, Announcement.outcome == "")
        .values(outcome=SILENT if outcome == BLOCKED else SPOKEN, done_at=at, claimed_until=at)
        .execution_options(synchronize_session=False)
    )
    if not session.execute(done).rowcount:
        mine = select(Announcement.id).where(Announcement.id == announcement_id, Announcement.claimed_by == screen.id)
        if session.scalar(mine) is None:
            raise Refused("这条播报不由这块屏幕播出。")
    tell_sound(session, screen, BLOCKED if outcome == BLOCKED else HEARD, at=at)


def tell_sound(session: Session, screen: Screen, sound: str, *, at: datetime) -> None:
    """What the screen says of its own sound; only a change is written down."""
    changed = session.execute(
        update(Screen)
        .where(Screen.id == screen.id, Screen.sound != sound)
        .values(sound=sound)
        .execution_options(synchronize_session=False)
    ).rowcount
    if changed:
        trail.append(
            session, f"screen:{screen.id}", f"screen.{sound}", centre_id=screen.centre_id, actor_id=None, at=at
        )


def _taken(
    session: Session, screen: Screen, announcement_id: int, milliseconds: list[int], *, resume: bool, at: datetime
) -> Announcement | None:
    centre = session.get_one(Centre, screen.centre_id)
    here = clock.local(at)
    silent = voice.quiet(here.hour * 60 + here.minute, centre.quiet_from, centre.quiet_until)
    until = at + timedelta(milliseconds=voice.takes(milliseconds))
    values = {"outcome": SILENT, "claimed_until": at, "done_at": at} if silent else {"claimed_until": until}
    running = aliased(Announcement)
    free = ~exists().where(
        running.centre_id == screen.centre_id,
        running.channel == channel_of(screen),
        running.outcome == "",
        running.claimed_until > at,
    )
    still_mine = Announcement.claimed_by == screen.id
    taking = (
        update(Announcement)
        .where(Announcement.id == announcement_id, Announcement.outcome == "", still_mine if resume else free)
        .values(claimed_by=screen.id, **values)
        .returning(Announcement)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalar(taking)


def _let_go(session: Session, screen: Screen, at: datetime) -> None:
    """What is not being spoken, and is old or calls somebody who has come, or will not come any more, is let go."""
    still_called = exists().where(Call.id == Announcement.call_id, Ticket.id == Call.ticket_id, Ticket.state == CALLED)
    session.execute(
        update(Announcement)
        .where(*_left(screen), or_(Announcement.claimed_until.is_(None), Announcement.claimed_until <= at))
        .where(or_(Announcement.made_at <= at - NEWS, ~still_called))
        .values(outcome=EXPIRED, done_at=at)
        .execution_options(synchronize_session=False)
    )


def _left(screen: Screen) -> tuple[ColumnElement[bool], ...]:
    return (
        Announcement.centre_id == screen.centre_id,
        Announcement.channel == channel_of(screen),
        Announcement.outcome == "",
    )


def _same_channel(screen: Screen) -> ColumnElement[bool]:
    same = (Screen.centre_id == screen.centre_id) & (Screen.kind == screen.kind)
    return same & (Screen.area == screen.area) if screen.kind == "zone" else same
