"""What the administrator says of an organ."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.organisation.models import UNIT_KINDS, Unit
from portal.organisation.operations.arranging import Misarranged
from portal.trail import operations as trail


def set_kind(session: Session, actor: Actor, unit_id: int, kind: str, *, at: datetime) -> None:
    """Say what kind of organ a unit is (a key of UNIT_KINDS). Raises Misarranged; the same again leaves no event."""
    if kind not in dict(UNIT_KINDS):
        raise Misarranged("请从所列各项中选择机关类别。")
    unit = session.get(Unit, unit_id, with_for_update=True)
    if unit is None:
        raise Misarranged("没有这个机关、单位。")
    if unit.kind == kind:
        return
    data = {"unit_id": unit_id, "from": unit.kind, "to": kind}
    unit.kind = kind
    session.flush()
    chain = f"centre:{actor.centre_id}"
    trail.append(session, chain, "unit.kind_set", centre_id=actor.centre_id, actor_id=actor.id, at=at, data=data)
