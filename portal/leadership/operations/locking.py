"""Rows that a change is about, seen and locked: the case always before what hangs on it, so that two changes never cross."""

from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.cases import queries as cases
from portal.cases.models import Case
from portal.cases.operations import Refused, StaleVersion

Row = TypeVar("Row")
NOT_HERE = "没有这件事项，或不对您开放。"
CHANGED = "他人刚刚更新了这项内容，请核对后再提交。"


def case_of(session: Session, actor: Actor, case_id: int) -> Case:
    """The case, locked. Raises Refused where it is kept from the actor."""
    if cases.can_see(session, actor, case_id) is None:
        raise Refused(NOT_HERE)
    return session.get_one(Case, case_id, with_for_update=True)


def row_of(session: Session, actor: Actor, kind: type[Row], row_id: int) -> tuple[Row, Case]:
    """A row with centre_id and case_id, and its case, both locked. Raises Refused."""
    table: Any = kind
    found = session.execute(select(table.case_id).where(table.id == row_id, table.centre_id == actor.centre_id)).first()
    if found is None:
        raise Refused(NOT_HERE)
    case = case_of(session, actor, found.case_id)
    wanted = select(kind).where(table.id == row_id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(wanted).one(), case


def need(actor: Actor, permission: Permission) -> None:
    """Raise Refused where the actor lacks it: pages ask too, and operations are called from more than pages."""
    if not actor.may(permission):
        raise Refused("您的角色不能进行这项操作。")


def same_version(row: Any, version: int | None) -> None:
    """Raise StaleVersion where the page was made of an earlier ``version`` of ``row``; None asks nothing."""
    if version is not None and row.version != version:
        raise StaleVersion([CHANGED], row.version)
