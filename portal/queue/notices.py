"""公告: lines that run on the walls for a while. Published and withdrawn by name, never changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.models import Account
from portal.cases.operations import FieldProblems, Refused
from portal.queue.models import Notice
from portal.trail import operations as trail

LONGEST = 200
MOST = 8  # a line that takes minutes to pass is read by nobody
PAST_SHOWN = 30


def publish(
    session: Session, actor: Actor, *, text: str, starts_at: datetime, ends_at: datetime | None, at: datetime
) -> Notice:
    """A new notice from ``starts_at`` until ``ends_at`` (None: until withdrawn).

    Raises FieldProblems (text, until), Refused where too many are running or still to come.
    """
    problems = {}
    if not text:
        problems["text"] = "请填写公告内容。"
    elif len(text) > LONGEST:
        problems["text"] = f"最多 {LONGEST} 字，现在 {len(text)} 字，请删减。"
    if ends_at is not None and ends_at <= max(starts_at, at):
        problems["until"] = "结束时间应晚于开始时间，并且还没有过去。"
    if problems:
        raise FieldProblems(problems)
    alive = select(func.count()).select_from(Notice).where(*_alive(actor.centre_id, at))
    if session.scalar(alive) >= MOST:
        raise Refused(f"正在显示和待显示的公告已有 {MOST} 条，请先撤下不再需要的。")
    notice = Notice(centre_id=actor.centre_id, text=text, starts_at=starts_at, ends_at=ends_at, made_by=actor.id)
    session.add(notice)
    session.flush()
    _note(session, actor, notice, "notice.published", at, {"text": text})
    return notice


def withdraw(session: Session, actor: Actor, notice_id: int, *, at: datetime) -> Notice:
    """Take a notice off the walls now. Raises Refused where it is over already or another centre's."""
    notice = session.scalar(select(Notice).where(Notice.id == notice_id).with_for_update())
    if notice is None or notice.centre_id != actor.centre_id:
        raise Refused("没有这条公告。")
    if notice.withdrawn_at or (notice.ends_at and notice.ends_at <= at):
        raise Refused("这条公告已经不再显示。")
    notice.withdrawn_at = at
    _note(session, actor, notice, "notice.withdrawn", at, {})
    return notice


def running(session: Session, centre_id: int, at: datetime) -> tuple[str, ...]:
    """The texts that walls show at the moment ``at``, the newest first."""
    wanted = select(Notice.text).where(*_alive(centre_id, at), Notice.starts_at <= at)
    return tuple(session.scalars(wanted.order_by(Notice.starts_at.desc(), Notice.id.desc())))


@dataclass(frozen=True)
class Published:
    """A notice in the list. ``state``: running, coming, withdrawn, over."""

    id: int
    text: str
    starts_at: datetime
    ends_at: datetime | None
    withdrawn_at: datetime | None
    by: str
    state: str


def listing(session: Session, centre_id: int, at: datetime) -> tuple[list[Published], list[Published]]:
    """Those that run or will, and the last of those that are over."""
    wanted = (
        select(Notice.id, Notice.text, Notice.starts_at, Notice.ends_at, Notice.withdrawn_at, Account.name)
        .join(Account, Account.id == Notice.made_by)
        .order_by(Notice.id.desc())
    )
    alive = session.execute(wanted.where(*_alive(centre_id, at))).all()
    over = session.execute(
        wanted.where(Notice.centre_id == centre_id, or_(Notice.withdrawn_at.is_not(None), Notice.ends_at <= at)).limit(
            PAST_SHOWN
        )
    ).all()
    return [_published(row, at) for row in alive], [_published(row, at) for row in over]


def _published(row: object, at: datetime) -> Published:
    if row.withdrawn_at:
        state = "withdrawn"
    elif row.ends_at and row.ends_at <= at:
        state = "over"
    else:
        state = "running" if row.starts_at <= at else "coming"
    return Published(*row, state)


def _alive(centre_id: int, at: datetime) -> tuple:
    return (
        Notice.centre_id == centre_id,
        Notice.withdrawn_at.is_(None),
        or_(Notice.ends_at.is_(None), Notice.ends_at > at),
    )


def _note(session: Session, actor: Actor, notice: Notice, kind: str, at: datetime, words: dict) -> None:
    ends = notice.ends_at.isoformat() if notice.ends_at else None
    trail.append(
        session,
        f"notice:{notice.id}",
        kind,
        centre_id=actor.centre_id,
        actor_id=actor.id,
        at=at,
        data={"from": notice.starts_at.isoformat(), "until": ends},
        words=words or None,
    )
    trail.bump(session, actor.centre_id, "board")
