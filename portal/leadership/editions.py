"""What a correction notice says: the differences between two editions, as sentences. Pure. Never why: that may be somebody's illness."""

from collections.abc import Sequence

from portal.leadership.queries.roster import Row, in_order


def changes(before: Sequence[Row], after: Sequence[Row]) -> list[str]:
    """Sentences of the correction notice (更正), in the order of the days; none where the public would see no difference."""
    old = {row.id: row for row in before}
    new = {row.id: row for row in after}
    said: list[str] = []
    for row in in_order({**old, **new}.values()):
        said += _of_one(old.get(row.id), new.get(row.id))
    return said


def _of_one(old: Row | None, new: Row | None) -> list[str]:
    stood, stands = old is not None and old.stands, new is not None and new.stands
    if stood and not stands:
        return [f"原定{old.when}{old.who}{old.manner}取消。"]
    if stands and not stood:
        return [f"增加{new.when}{new.hours}{new.who}{new.manner}，地点：{new.place}。"]
    if not stands:
        return []
    said = []
    if old.leader_id != new.leader_id:
        said.append(f"原定{old.when}由{old.who}接访，改由{new.who}接访。")
    if (old.day, old.half, old.starts, old.ends) != (new.day, new.half, new.starts, new.ends):
        said.append(f"{new.who}接访时间由{old.when}{old.hours}改为{new.when}{new.hours}。")
    if old.place != new.place:
        said.append(f"{new.when}{new.who}接访地点由“{old.place}”改为“{new.place}”。")
    if old.kind != new.kind:
        said.append(f"{new.when}{new.who}接访方式由{old.manner}改为{new.manner}。")
    if old.leader_id == new.leader_id and old.telephone != new.telephone and new.telephone:
        said.append(f"{new.when}{new.who}接访的联系电话改为{new.telephone}。")
    if old.field != new.field and new.field:
        said.append(f"{new.when}{new.who}接访的主题改为“{new.field}”。")
    return said
