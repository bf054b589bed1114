"""What wants attention in a petition, seen from its own values."""

from collections.abc import Mapping
from typing import Any

RIGHTS = {"petition.review_request": "复查", "petition.rereview_request": "复核"}


def reminders(values: Mapping[str, Any]) -> tuple[str, ...]:
    """An urgent matter nobody reported yet (第二十五条); an objection or a right used late; a 复核意见 that nobody could check here."""
    lines = []
    if values.get("concluded_on") and not values.get("earlier_number"):
        told = f"复核意见“{values.get('rereview_number', '')}”（{values['concluded_on']} 送达）"
        lines.append(f"{told}未在本系统核对，请核对原件。")
    if values.get("urgent") and not values.get("reported_on"):
        lines.append(
            "重大、紧急信访事项，尚未登记报告：应当及时报告本级党委和政府，通报主管部门和联席会议办公室（第二十五条）。"
        )
    late = dict(values.get("late", {}))
    if last := late.pop("petition.objection", None):
        lines.append(
            f"异议逾期提出（期限至 {last}，第二十三条第三款）：已照常登记，是否同意交还由转送、交办方核实决定。"
        )
    for key, last in late.items():
        what = RIGHTS[key]
        lines.append(f"{what}请求逾期提出（期限至 {last}）：已照常登记，是否{what}由{what}机关、单位书面决定。")
    return tuple(lines)
