"""A written reply was corrected and served anew: the record follows it, and the right against it runs from the new receipt."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import registry
from portal.cases.definition import Text
from portal.cases.models import Case, Clock, Proceeding
from portal.cases.operations import clocks, record
from portal.cases.operations.proceedings import unpacked

CORRECTED = "proceeding.corrected"


def correct_reply(
    session: Session,
    actor: Actor,
    proceeding: Proceeding,
    values: Mapping[str, Any],
    *,
    right: str,
    on: date | None,
    at: datetime,
) -> None:
    """Put ``values`` of the corrected reply in the place of those of the first; start ``right`` anew on ``on``, its receipt.

    自收到书面答复之日起 (信访工作条例 第三十五、三十六条): the old period is stopped and kept. Nothing starts where the right was used
    up already. ``on`` None: the reply, typed by hand before, was sealed in other words and is yet to be received. ``values`` are
    JSON-able and of an unsealed platform; what the proceeding knows already is left.
    """
    case = session.get_one(Case, proceeding.case_id)
    known = unpacked(proceeding)
    new = _safe(session, case, proceeding, {name: value for name, value in values.items() if value != known.get(name)})
    proceeding.data = {**known, **new}
    proceeding.version += 1
    stated = {"platform": proceeding.platform, "proceeding_id": proceeding.id, "version": proceeding.version}
    stated |= {} if on else {"sealed": True}
    old = clocks.running(session, case.id, right) if right else None
    if old and on and old.started_on < on:
        fresh = _renewed(session, case, old, on, at)
        stated |= {"key": right, "old": old.started_on.isoformat(), "new": on.isoformat()}
        stated |= {"from": old.effective_due.isoformat(), "to": fresh.effective_due.isoformat()}
    record.note(session, case, CORRECTED, actor, at, data=stated, words=new or None)


def _renewed(session: Session, case: Case, old: Clock, on: date, at: datetime) -> Clock:
    old.stopped_at, old.stopped_by = at, CORRECTED
    proceeding = session.get_one(Proceeding, old.proceeding_id)
    return clocks.start(session, case, proceeding, old.key, on, event=CORRECTED)


def _safe(session: Session, case: Case, proceeding: Proceeding, values: Mapping[str, Any]) -> dict[str, Any]:
    fields = (field for step in registry.platform(proceeding.platform).steps for field in step.fields)
    texts = {field.name for field in fields if isinstance(field, Text)}
    return {
        name: record.seal_free_text(session, case, value) if name in texts else value for name, value in values.items()
    }
