"""What several declarations say in the same words: notes, consent to end, the order of days."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.cases.definition import Choice, Flag, Text

NOTE = Text("note", "备注", help="只写与办理有关的内容，不写对人的评价", long=True)
UNIT = Text("unit", "去向机关、单位", required=True, most=120)
REASON = Text("reason", "理由", required=True, long=True)
VOLUNTARY = Flag("voluntary", "系本人自愿提出，无人劝阻、要求", must=True)
WITHDRAWN_BY = Choice(
    "withdrawn_by",
    "提出方式",
    required=True,
    options=(("written", "书面"), ("oral", "口头，已记录并经本人核对")),
)
REMEDY_TOLD = Flag("remedy_told", "已告知可以依法通过仲裁、行政、司法等途径维护权利", must=True)
PROOF = Choice(
    "proof",
    "收到凭证",
    required=True,
    help="没有凭证的日期不起算期限",
    options=(("receipt", "签收回执"), ("post", "邮寄回执"), ("system", "系统到达记录"), ("witness", "拒收，有见证人")),
)


def before(data: Mapping[str, Any], later: str, earlier: str) -> bool:
    """Whether the day ``later`` lies before the day ``earlier``. False where one is missing: its field says so itself.

    Days are dates or ISO texts (as the proceeding keeps them); both sort alike as text.
    """
    first, second = data.get(later), data.get(earlier)
    return bool(first and second) and str(first) < str(second)


def settle_only_questions(proceeding: Any, _at: datetime) -> str | None:
    """即时办结 is for 咨询, 求助, 查询: never a way to bury a demand for redress, a suggestion or an accusation."""
    return (
        None if proceeding.purpose == "inquiry" else "只有咨询、求助、查询可以即时办结；本事项的信访目的须依程序办理。"
    )
