"""What walls show, as an administrator composes it: named layouts of blocks in order, shared by any number of screens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.operations import FieldProblems, Refused
from portal.organisation.models import Centre
from portal.queue.models import Layout, Screen
from portal.trail import operations as trail

BLOCKS = {
    "call": "当前叫号",
    "recent": "最近叫号",
    "windows": "各窗口在办",
    "waiting": "各区等候人数",
    "notices": "公告",
    "schedule": "领导接访日程",
}
KINDS = {"hall": "大厅屏", "zone": "区域屏", "window": "窗口屏", "schedule": "日程屏"}
ALLOWED = {
    "hall": tuple(BLOCKS),
    "zone": tuple(BLOCKS),
    "window": ("call", "notices", "schedule"),
    "schedule": ("schedule", "notices", "waiting", "windows"),
}
MUST = {"window": "call", "schedule": "schedule"}
DEFAULT = {
    "hall": ("call", "recent"),
    "zone": ("call", "recent", "windows", "waiting"),
    "window": ("call",),
    "schedule": ("schedule",),
}
MOST = 4  # more cannot be read from ten metres


@dataclass(frozen=True)
class Plan:
    """What a screen shows: its layout, or what its kind shows without one. ``layout_id`` 0 is the latter."""

    kind: str
    blocks: tuple[str, ...]
    layout_id: int = 0
    speaks: bool = False
    ticker: bool = True


def plan(session: Session, screen: Screen) -> Plan:
    """The plan of an approved screen."""
    return plan_of(session.get(Layout, screen.layout_id) if screen.layout_id else None, screen.kind)


def plan_of(layout: Layout | None, kind: str) -> Plan:
    """The plan that ``layout`` makes; a block this program no longer knows is passed over."""
    if layout is None or layout.kind != kind:
        return Plan(kind, DEFAULT.get(kind, ()))
    blocks = tuple(block for block in layout.blocks.split(",") if block in ALLOWED[kind])
    return Plan(kind, blocks or DEFAULT[kind], layout.id, layout.speaks, layout.ticker)


@dataclass(frozen=True)
class Arranged:
    """A layout in the administrator's list, and how many screens show it."""

    layout: Layout
    kind: str
    blocks: str
    screens: int


def listing(session: Session, centre_id: int) -> list[Arranged]:
    """The centre's layouts by kind and name, in one query."""
    used = (
        select(Screen.layout_id, func.count().label("screens"))
        .where(Screen.centre_id == centre_id, Screen.revoked_at.is_(None))
        .group_by(Screen.layout_id)
        .subquery()
    )
    rows = session.execute(
        select(Layout, func.coalesce(used.c.screens, 0))
        .outerjoin(used, used.c.layout_id == Layout.id)
        .where(Layout.centre_id == centre_id)
        .order_by(Layout.kind, Layout.name, Layout.id)
    )
    return [
        Arranged(
            layout, KINDS[layout.kind], "、".join(BLOCKS[block] for block in plan_of(layout, layout.kind).blocks), count
        )
        for layout, count in rows
    ]


def find(session: Session, centre_id: int, layout_id: int) -> Layout | None:
    """A layout of this centre."""
    layout = session.get(Layout, layout_id)
    return layout if layout is not None and layout.centre_id == centre_id else None


def save(
    session: Session,
    actor: Actor,
    layout_id: int | None,
    *,
    name: str,
    kind: str,
    blocks: Sequence[str],
    speaks: bool,
    ticker: bool,
    at: datetime,
) -> Layout:
    """Make a layout, or change one; its screens change by themselves.

    Raises FieldProblems (name, kind, blocks), Refused where the layout is gone.
    """
    # two administrators at once: one name, and one order of changes
    session.execute(select(Centre.id).where(Centre.id == actor.centre_id).with_for_update())
    layout = find(session, actor.centre_id, layout_id) if layout_id else None
    if layout_id and layout is None:
        raise Refused("这个版式已经删除，请刷新后再看。")
    problems = _problems(session, actor, layout, name, kind, blocks)
    if problems:
        raise FieldProblems(problems)
    made = layout is None
    if made:
        layout = Layout(centre_id=actor.centre_id)
        session.add(layout)
    layout.name, layout.kind, layout.blocks = name, kind, ",".join(blocks)
    layout.speaks, layout.ticker = speaks, ticker
    session.flush()
    _note(session, actor, layout, "layout.made" if made else "layout.changed", at)
    _wake(session, actor, layout)
    return layout


def remove(session: Session, actor: Actor, layout_id: int, *, at: datetime) -> Layout:
    """Delete a layout that no screen shows. Raises Refused, naming the screens that do."""
    layout = session.get(Layout, layout_id, with_for_update=True)
    if layout is None or layout.centre_id != actor.centre_id:
        raise Refused("这个版式已经删除，请刷新后再看。")
    shown = select(Screen.name).where(Screen.layout_id == layout.id, Screen.revoked_at.is_(None)).order_by(Screen.name)
    if names := list(session.scalars(shown)):
        raise Refused(f"“{layout.name}”正由 {'、'.join(names)} 使用，请先给这些屏幕换一个版式。")
    for screen in session.scalars(select(Screen).where(Screen.layout_id == layout.id)):
        screen.layout_id = None  # a revoked device
    session.flush()
    _note(session, actor, layout, "layout.removed", at)
    session.delete(layout)
    return layout


def _problems(
    session: Session, actor: Actor, layout: Layout | None, name: str, kind: str, blocks: Sequence[str]
) -> dict[str, str]:
    problems = {}
    same = select(Layout.id).where(Layout.centre_id == actor.centre_id, Layout.name == name)
    if not name:
        problems["name"] = "请填写版式名称。"
    elif session.scalar(same.where(Layout.id != layout.id) if layout else same):
        problems["name"] = "已有同名的版式。"
    if kind not in KINDS:
        return {**problems, "kind": "请选择用于哪种屏幕。"}
    if layout is not None and kind != layout.kind and _shown(session, layout):
        problems["kind"] = f"正有{KINDS[layout.kind]}使用这个版式，不能改作{KINDS[kind]}的。"
    if trouble := _trouble(kind, blocks):
        problems["blocks"] = trouble
    return problems


def _trouble(kind: str, blocks: Sequence[str]) -> str:
    strange = [BLOCKS.get(block, block) for block in blocks if block not in ALLOWED[kind]]
    if not blocks:
        return "请至少选择一块内容，在它的“顺序”里填 1。"
    if strange:
        return f"{KINDS[kind]}不显示{'、'.join(strange)}。"
    if len(blocks) > MOST:
        return f"一块屏幕最多显示 {MOST} 块内容，再多远处就看不清了。"
    if (needed := MUST.get(kind)) and needed not in blocks:
        return f"{KINDS[kind]}必须有“{BLOCKS[needed]}”。"
    return ""


def _shown(session: Session, layout: Layout) -> bool:
    used = select(Screen.id).where(Screen.layout_id == layout.id, Screen.revoked_at.is_(None)).limit(1)
    return session.scalar(used) is not None


def _wake(session: Session, actor: Actor, layout: Layout) -> None:
    screens = session.scalars(select(Screen.id).where(Screen.layout_id == layout.id, Screen.revoked_at.is_(None)))
    trail.bump(session, actor.centre_id, *(f"screen:{screen_id}" for screen_id in screens))


def _note(session: Session, actor: Actor, layout: Layout, kind: str, at: datetime) -> None:
    stated = {
        "name": layout.name,
        "kind": layout.kind,
        "blocks": layout.blocks,
        "speaks": layout.speaks,
        "ticker": layout.ticker,
    }
    chain = f"layout:{layout.id}"
    trail.append(session, chain, kind, centre_id=actor.centre_id, actor_id=actor.id, at=at, data=stated)
