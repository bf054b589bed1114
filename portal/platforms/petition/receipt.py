"""What the unit does that a petition was sent to: its receipt, its notice to the petitioner or its objection (第二十三条)."""

from datetime import datetime
from typing import Any

from portal.access.permissions import Permission
from portal.cases.definition import Choice, Day, Flag, Step, Text
from portal.platforms.petition.dispatch import TO_SEND
from portal.platforms.shared import NOTE, PROOF, REASON, before

DISPATCHER = Permission.PETITION_DISPATCH
HANDLE = Permission.PETITION_HANDLE
LAW = "信访工作条例"
RECEIVED_ON = Day("received_on", "收到之日", required=True, future=False)
UNCLEAR = Choice(
    "unclear",
    "不能书面告知的原因",
    required=True,
    help="只有姓名（名称）、住址不清的，才可以不书面告知",
    options=(("name", "姓名（名称）不清"), ("address", "住址不清"), ("both", "姓名（名称）、住址都不清")),
)
UNCLEAR_CHECKED = Text("unclear_checked", "查找、核对的情况", required=True, long=True)


def receive(proceeding: Any, _at: datetime) -> str | None:
    """A unit has by dispatch only what the hall had before; what was handed to a unit directly may be older than that."""
    data = proceeding.data | {"matter_on": proceeding.received_on}
    if not data.get("direct_unit") and before(data, "received_on", "matter_on"):
        return f"有权处理机关收到之日不能早于本事项收到之日（{proceeding.received_on}）。"
    return None


def notify(proceeding: Any, _at: datetime) -> str | None:
    """第二十三条: the unit tells the petitioner after it has the matter."""
    return "告知之日不能早于有权处理机关收到之日。" if before(proceeding.data, "notified_on", "received_on") else None


def object_to_dispatch(proceeding: Any, _at: datetime) -> str | None:
    """第二十三条第三款: nobody objects to what has not arrived."""
    return "提出异议之日不能早于收到之日。" if before(proceeding.data, "objected_on", "received_on") else None


def notify_nobody(proceeding: Any, _at: datetime) -> str | None:
    """第二十三条第二款: only who cannot be found is not told in writing; the record knows better than a tick."""
    if proceeding.reachable:
        return (
            "登记中有信访人的姓名（名称）和住址，应当书面告知（第二十三条第二款）；"
            "查明登记有误的，先在“补充更正”中更正。"
        )
    return None


def free_report(proceeding: Any, _at: datetime) -> str | None:
    """Only what was asked for can be let off."""
    return None if proceeding.data.get("report_by") else "本事项没有交办，本来就不要求办结报告。"


RECEIPT = (
    Step(
        "receive",
        "登记有权机关收到",
        ("referred", "assigned"),
        "awaiting_notice",
        HANDLE,
        # The unit's days run from receipt; its signing-in later moves nothing.
        fields=(RECEIVED_ON, PROOF),
        starts=("petition.notice_referred@received_on", "petition.objection@received_on"),
        guard=receive,
        letters=("acceptance",),
        article=f"{LAW} 第二十三条第三款",
    ),
    Step(
        "receive_justice",
        "登记政法部门收到（涉法涉诉）",
        ("referred", "assigned"),
        "awaiting_notice",
        HANDLE,
        # its notice follows rules of its own (第四款): neither the fifteen days nor the five working days are put on it
        fields=(
            RECEIVED_ON,
            PROOF,
            Flag("justice", "属于涉法涉诉信访事项，收到的是政法部门，告知按照有关规定执行", must=True),
        ),
        guard=receive,
        article=f"{LAW} 第二十三条第四款",
    ),
    Step(
        "object",
        "有权机关提出异议",
        ("awaiting_notice",),
        "objected",
        HANDLE,
        fields=(
            Day("objected_on", "提出异议之日", required=True, future=False),
            Text("objection_reason", "异议理由", required=True, long=True),
            Text("proposed_unit", "建议有权处理单位", required=True, most=120),
        ),
        stops=("petition.objection",),
        uses=("petition.objection@objected_on",),  # a late one is shown as such; its sender decides on it all the same
        guard=object_to_dispatch,
        article=f"{LAW} 第二十三条第三款",
    ),
    Step(
        "agree_return",
        "核实同意，交还材料",
        ("objected",),
        "redispatch",
        DISPATCHER,
        fields=(NOTE,),
        # the report is owed until the next dispatch says otherwise; the matter is to be dispatched again, and was received once
        stops=("petition.notice_referred",),
        resumes=TO_SEND,
        clears=("late",),
        letters=("objection",),
        article=f"{LAW} 第二十三条第三款",
    ),
    Step(
        "free_report",
        "不再要求办结报告",
        ("redispatch",),
        "",
        DISPATCHER,
        fields=(Text("freed_why", "不再要求办结报告的理由", required=True, long=True),),
        stops=("petition.report_back",),
        clears=("report_by",),
        guard=free_report,
        article=f"{LAW} 第二十二条第一款第三项",
    ),
    Step(
        "refuse_return",
        "不同意交还，由该单位办理",
        ("objected",),
        # No agreement, no return: from here the unit can only go on, not object again.
        "bound",
        DISPATCHER,
        fields=(REASON,),
        clears=("late",),
        letters=("objection",),
        article=f"{LAW} 第二十三条第三款",
    ),
    Step(
        "notify",
        "告知受理",
        ("awaiting_notice", "bound", "direct"),
        "accepted",
        HANDLE,
        fields=(
            Day("notified_on", "书面告知之日", required=True, future=False),
            Text("notice_number", "受理告知书文号", help="由有权处理的机关、单位出具", most=60),
            Choice(
                "notified_how",
                "告知方式",
                required=True,
                options=(("spot", "当场书面告知"), ("served", "送达"), ("post", "邮寄"), ("online", "网上告知")),
            ),
        ),
        stops=("petition.notice_referred", "petition.objection", "petition.notice_direct"),
        guard=notify,
        letters=("acceptance",),
        article=f"{LAW} 第二十三条第一款、第三款",
    ),
    Step(
        "notify_nobody",
        "受理，无法书面告知",
        ("awaiting_notice", "bound", "direct"),
        "accepted",
        HANDLE,
        fields=(UNCLEAR, UNCLEAR_CHECKED),
        guard=notify_nobody,
        stops=("petition.notice_referred", "petition.objection", "petition.notice_direct"),
        article=f"{LAW} 第二十三条第二款",
    ),
)
