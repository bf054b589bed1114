"""How a 补充更正 reads: what was filled in, what was corrected from what to what. Personal values masked."""

from portal.cases import vocabulary
from portal.people import masking
from portal.trail.queries import Entry

MASKS = {
    "petitioner_name": masking.mask_name,
    "respondent_name": masking.mask_name,
    "id_number": masking.mask_id,
    "phone": masking.mask_phone,
    "address": masking.mask_address,
}
# added beside what was recorded, so there is nothing that they replace
ADDED = ("facts", "demands")


def told(entry: Entry) -> tuple[str, str]:
    """Title and detail of a "case.amended" event: 补充住址;更正电话 / 住址:平陆县***;电话:139****0123 改为 138****0000."""
    changes = entry.words.get("changes", [])
    label = dict(vocabulary.AMENDED)
    filled = [label.get(name, "其他") for name, old, _new in changes if not old or name in ADDED]
    corrected = [label.get(name, "其他") for name, old, _new in changes if old and name not in ADDED]
    parts = (("补充", filled), ("更正", corrected))
    title = "；".join(verb + "、".join(dict.fromkeys(names)) for verb, names in parts if names)
    lines = [f"{label.get(name, '其他')}：{_move(name, old, new)}" for name, old, new in changes]
    reason = entry.words.get("reason")
    return (title or "补充更正", "；".join([*lines, *([f"原因：{reason}"] if reason else [])]))


def party_told(entry: Entry) -> tuple[str, str]:
    """Title and detail of a "party.added" event."""
    role = vocabulary.label(vocabulary.PARTY_ROLES, entry.data["role"])
    kind = entry.data.get("kind", "citizen")
    return (f"登记{role}", masking.mask_name(entry.words.get("name", ""), kind))


def _move(name: str, old: str, new: str) -> str:
    shown_old, shown_new = (MASKS[name](value) if name in MASKS and value else value for value in (old, new))
    if name in ADDED or not old:
        return shown_new
    if shown_old == shown_new:
        return f"{shown_old}（遮盖后相同，内容已改）"
    return f"{shown_old} 改为 {shown_new or '空'}"
