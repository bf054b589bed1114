"""A petition made directly to a unit that is not the 信访部门 (第二十三条第一款、第二款): its own fifteen days, its own ways out."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from portal.access.permissions import Permission
from portal.cases.definition import Choice, Day, Flag, Step, Text
from portal.platforms.petition.dispatch import (
    ACCUSATION,
    REPORT_BY,
    accused_named,
    forward_accusation,
    leave,
    send,
)
from portal.platforms.petition.receipt import RECEIVED_ON, UNCLEAR, UNCLEAR_CHECKED, notify_nobody
from portal.platforms.shared import REASON, UNIT, before

HANDLE = Permission.PETITION_HANDLE
LAW = "信访工作条例"
NOTICE = "petition.notice_direct"
HOW = Choice(
    "directed_how",
    "告知方式",
    required=True,
    unless="unclear",
    options=(("spot", "当场书面告知"), ("served", "送达"), ("post", "邮寄"), ("online", "网上告知")),
)
TOLD_ON = Day(
    "directed_on",
    "书面告知信访人之日",
    required=True,
    unless="unclear",
    future=False,
    help="能够当场告知的，应当当场书面告知",
)
COMPETENT = Text("competent_organ", "有权处理的机关、单位", required=True, most=120)
TOLD = (TOLD_ON, HOW)
# whoever cannot be found need not be told (第二十三条第二款); the matter goes on all the same
TOLD_OR_UNCLEAR = (*TOLD, replace(UNCLEAR, required=False), replace(UNCLEAR_CHECKED, required=False))


def receive_direct(proceeding: Any, _at: datetime) -> str | None:
    """第三十条第三款: an accusation is not handled by the accused, even where it was handed in there."""
    return accused_named(proceeding, "direct_unit") if proceeding.purpose == "accusation" else None


def after_receipt(proceeding: Any, _at: datetime) -> str | None:
    """The unit tells the petitioner after it has the matter."""
    return "告知之日不能早于收到之日。" if before(proceeding.data, "directed_on", "received_on") else None


def send_down(proceeding: Any, at: datetime) -> str | None:
    """As any dispatch: an accusation does not go down the ordinary way; who can be found is told where it went."""
    if refusal := send(proceeding, at) or after_receipt(proceeding, at):
        return refusal
    if not proceeding.data.get("unclear"):
        return None
    if refusal := notify_nobody(proceeding, at):
        return refusal
    return None if proceeding.data.get("unclear_checked") else "不能书面告知的，请写明查找、核对的情况。"


def direct_elsewhere(proceeding: Any, at: datetime) -> str | None:
    """第三十条第三款: nobody is told to bring an accusation to the accused."""
    if proceeding.purpose == "accusation" and (said := accused_named(proceeding, "competent_organ")):
        return said
    return after_receipt(proceeding, at)


DIRECT = (
    Step(
        "receive_direct",
        "信访人直接向有关机关提出（非信访部门）",
        ("registered",),
        "direct",
        HANDLE,
        # the fifteen days of 第二十二条 are the 信访部门's; this unit's own run from the same receipt
        fields=(
            Text("direct_unit", "收到的机关、单位", required=True, most=120),
            RECEIVED_ON,
            Flag("not_petition_office", "收到的机关、单位不是信访部门", must=True),
        ),
        starts=(f"{NOTICE}@received_on",),
        stops=("petition.dispatch",),
        guard=receive_direct,
        hands="direct_unit",
        article=f"{LAW} 第二十三条第一款",
    ),
    Step(
        "refer_down",
        "转送本系统下级并告知去向",
        ("direct",),
        "referred",
        HANDLE,
        fields=(UNIT, *TOLD_OR_UNCLEAR),
        stops=(NOTICE,),
        hands="unit",
        guard=send_down,
        letters=("whereabouts",),
        article=f"{LAW} 第二十三条第一款",
    ),
    Step(
        "assign_down",
        "交办本系统下级并告知去向",
        ("direct",),
        "assigned",
        HANDLE,
        fields=(UNIT, REPORT_BY, *TOLD_OR_UNCLEAR),
        starts=("petition.report_back",),
        stops=(NOTICE,),
        dues=("petition.report_back@report_by",),
        hands="unit",
        guard=send_down,
        letters=("whereabouts",),
        article=f"{LAW} 第二十三条第一款",
    ),
    Step(
        "direct_elsewhere",
        "不属于本单位或者本系统职权：告知向有权机关提出",
        ("direct",),
        "directed",
        HANDLE,
        fields=(COMPETENT, REASON, *(replace(each, unless="") for each in TOLD)),
        stops=(NOTICE,),
        guard=direct_elsewhere,
        letters=("not_competent",),
        article=f"{LAW} 第二十三条第一款",
    ),
    Step(
        "direct_nobody",
        "不属于本单位或者本系统职权，无法书面告知",
        ("direct",),
        "undirected",
        HANDLE,
        fields=(COMPETENT, REASON, UNCLEAR, UNCLEAR_CHECKED),
        stops=(NOTICE,),
        guard=notify_nobody,
        article=f"{LAW} 第二十三条第二款",
    ),
    Step(
        "hand_on_accusation",
        "由收到的机关、单位移送有权机关（检举控告）",
        # 第三十条 knows no other way on for an accusation, wherever it lies
        ("direct", "awaiting_notice", "bound", "accepted"),
        "accusation_forwarded",
        HANDLE,
        fields=ACCUSATION,
        stops=(NOTICE, "petition.notice_referred", "petition.objection", "petition.report_back"),
        guard=leave(forward_accusation),
        article=f"{LAW} 第三十条",
    ),
)
