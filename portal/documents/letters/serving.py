"""What proves that a letter was received. The 信访工作条例 has no article on service: nothing is presumed, proof is kept.

民事诉讼法第八十七至九十五条 served as a model only.
"""

from dataclasses import dataclass
from datetime import date

METHODS = (
    ("spot", "当场交付"),
    ("direct", "直接送达"),
    ("retained", "留置送达"),
    ("post", "邮寄送达"),
    ("electronic", "电子送达"),
)
OUTCOMES = (("received", "已收到"), ("refused", "拒收（有见证人）"), ("failed", "未能送达"))
BY_HAND = ("spot", "direct")
# the platform's own words for how receipt is proved (platforms.shared.PROOF)
PROOFS = {"receipt": "签收回执", "post": "邮寄回执", "system": "系统到达记录", "witness": "拒收，有见证人"}
# the platform's own words for how a notice was given (告知受理)
HOW = {"spot": "spot", "direct": "served", "retained": "served", "post": "post", "electronic": "online"}


@dataclass(frozen=True)
class Attempt:
    """One attempt as recorded by who made it. ``on``: the day it was received or refused (or tried, where it failed)."""

    method: str
    outcome: str
    on: date
    recipient: str = ""
    witness: str = ""
    place: str = ""
    reference: str = ""


def proof_of(attempt: Attempt) -> str:
    """What proves receipt, a key of PROOFS; "" where nothing does: no right starts."""
    if attempt.outcome == "refused":
        return "witness"
    if attempt.outcome == "failed":
        return ""
    return {"post": "post", "electronic": "system"}.get(attempt.method, "receipt")


def problems_of(attempt: Attempt) -> dict[str, str]:
    """What the record of ``attempt`` lacks as proof: field → Chinese sentence."""
    found: dict[str, str] = {}
    if attempt.outcome == "refused":
        if attempt.method in ("post", "electronic"):
            found["outcome"] = "邮寄、电子方式没有当场拒收；退回的请记“未能送达”。"
        if not attempt.witness:
            found["witness"] = "拒收的，须写明见证人，否则不能证明送达。"
        if not attempt.place:
            found["place"] = "拒收的，须写明送达地点。"
    if attempt.outcome == "received":
        if attempt.method == "retained":
            found["outcome"] = "留置送达用于拒收；已签收的请选“直接送达”。"
        elif attempt.method in BY_HAND and not attempt.recipient:
            found["recipient"] = "请写明签收人。"
        elif attempt.method == "post" and not attempt.reference:
            found["reference"] = "请写明邮件号；没有回执的请记“未能送达”。"
        elif attempt.method == "electronic" and not attempt.reference:
            found["reference"] = "请写明系统到达记录的编号。"
    return found
