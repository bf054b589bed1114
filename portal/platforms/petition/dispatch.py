"""What the 信访部门 does with a petition (第二十二条); forms of refusal that other parts of the way share."""

from datetime import datetime
from typing import Any

from portal.access.permissions import Permission
from portal.cases.definition import Choice, Day, Flag, Guard, Step, Text
from portal.platforms.petition.names import disciplines, may_be
from portal.platforms.shared import NOTE, UNIT, settle_only_questions

DISPATCHER = Permission.PETITION_DISPATCH
HANDLE = Permission.PETITION_HANDLE
LAW = "信访工作条例"
TO_DISPATCH = ("registered", "redispatch")
# 第二十二条 for the 信访部门, 第二十三条第二款 for the unit that had it directly: whichever ran goes on when a matter comes back
TO_SEND = ("petition.dispatch", "petition.notice_direct")
# 转送 asks nothing back; 交办 names a day and wants a 办结报告. The day is the sender's, the law gives none.
REPORT_BY = Day("report_by", "指定办理期限", required=True, past=False, help="届时应当反馈结果、提交办结报告")
ACCUSATION = (
    Text("authority", "有关机关", required=True, most=120),
    Flag("not_to_accused", "已核对：未向被检举控告的人员或者单位透露、转送", must=True),
)


def send(proceeding: Any, _at: datetime) -> str | None:
    """第二十二条第二款, 第三十条第三款: an accusation goes to the organ with the power over it, not down the ordinary way."""
    if proceeding.purpose == "accusation":
        return "检举控告事项应当按照管理权限移送有权机关，不得转送、交办一般单位（第二十二条第二款、第三十条）。"
    return None


def guide_visitor(proceeding: Any, _at: datetime) -> str | None:
    """第二十二条第二款: 引导 is for visitors; a letter is sent on."""
    if proceeding.channel != "visit":
        return "引导只用于来访；来信等其他形式的涉法涉诉事项，应当转送政法部门（第二十二条第二款）。"
    return None


def forward_letter(proceeding: Any, _at: datetime) -> str | None:
    """第二十二条第二款: a visitor is told the law and guided, the matter is not sent on behind their back."""
    if proceeding.channel == "visit":
        return "来访的涉法涉诉事项，应当释法明理，引导其向有关政法部门反映（第二十二条第二款）。"
    return None


def forward_accusation(proceeding: Any, _at: datetime) -> str | None:
    """第三十条第三款: never to the accused; and only a matter that is kept behind the wall as an accusation."""
    if proceeding.purpose != "accusation":
        return (
            "本事项的信访目的不是检举控告；确属检举控告的，请另行登记一件检举控告事项，由它移送（单独登记、单独保密），"
            "本事项不能改为检举控告。"
        )
    return accused_named(proceeding, "authority")


def accused_named(proceeding: Any, field: str) -> str | None:
    """第三十条第三款: the organ named in ``field`` is the accused, by any of the names by which the record knows it."""
    organ = str(proceeding.data.get(field, ""))
    if any(may_be(organ, accused) for accused in proceeding.accused) and not disciplines(organ, proceeding.accused):
        return "不得将检举、揭发材料以及有关情况透露或者转给被检举、揭发的人员或者单位（第三十条第三款）。"
    return None


def still_owed(proceeding: Any, _at: datetime) -> str | None:
    """第二十二条第一款第三项: a matter that was 交办 leaves by no door of the dispatcher's while its report is owed."""
    if proceeding.data.get("report_by"):
        return "本事项曾交办，办结报告尚未收到；不再要求的，先登记“不再要求办结报告”并写明理由。"
    return None


def leave(*guards: Guard) -> Guard:
    """The guards of a way out of the petition, and that no report is owed."""
    return lambda proceeding, at: next((said for one in (*guards, still_owed) if (said := one(proceeding, at))), None)


def cease(proceeding: Any, _at: datetime) -> str | None:
    """第三十六条第三款: a 复核意见 that was served. One that this hall keeps is looked up; another's day is typed."""
    if not str(proceeding.data.get("earlier_number", "")).strip():
        if proceeding.data.get("concluded_on"):
            return None
        return "复核意见不在本系统的，请填写复核意见送达之日；在本系统的，请填写原信访事项编号。"
    if proceeding.other is None:
        return "本系统没有这个编号的信访事项；复核意见不在本系统的，请不填编号，填写复核意见送达之日。"
    if proceeding.other.same:
        return "原信访事项编号不能是本事项自己的编号。"
    kept = proceeding.other.linked.get("rereview", {})
    if not kept.get("rereview_served_on"):
        return "该编号的事项没有已送达的复核意见，不能不再受理（第三十六条第三款）。"
    if "".join(str(proceeding.data.get("rereview_number", "")).split()) != "".join(kept["rereview_number"].split()):
        return f"该事项的复核意见文号是“{kept['rereview_number']}”，与填写的不一致。"
    return None


def refuse_duplicate(proceeding: Any, _at: datetime) -> str | None:
    """第十九条第三款: what the portal itself knows of the running matter outweighs the ticks."""
    other = proceeding.other
    if other is None:  # in another organ's register: what was checked there is what the ticks say
        typed, ours = str(proceeding.data.get("running_number", "")), proceeding.number.partition("-")[0]
        if typed.strip().upper().startswith(f"{ours}-"):
            return f"本系统没有编号为“{typed.strip()}”的信访事项，请核对；在其他机关登记的，请填写该机关的编号。"
        return None
    if other.same:
        return "在办事项编号不能是本事项自己的编号。"
    if not other.running:
        return "该编号的事项已经办结，不是正在办理，不适用第十九条第三款。"
    if other.overdue:
        return "在办事项已超过法定期限，不得以重复为由不予受理：请登记办理本事项，并对在办事项“提出督办”（第四十条）。"
    return None


DISPATCH = (
    Step(
        "settle",
        "即时办结",
        ("registered",),
        "settled",
        HANDLE,
        # A demand for redress must never end here: the kinds are closed, the answer is written, the person agrees.
        fields=(
            Choice(
                "settled_kind",
                "事项性质",
                required=True,
                help="申诉求决、检举控告、建议意见不得即时办结",
                options=(("advice", "咨询"), ("help", "求助"), ("enquiry", "查询")),
            ),
            Text("answer", "答复内容", required=True, long=True),
            Flag("agreed", "信访人已听明答复并同意办结", must=True),
        ),
        stops=TO_SEND,
        guard=settle_only_questions,
    ),
    Step(
        "refer",
        "转送",
        TO_DISPATCH,
        "referred",
        DISPATCHER,
        fields=(UNIT, NOTE),
        stops=TO_SEND,
        hands="unit",
        guard=send,
        letters=("referral", "whereabouts"),
        article=f"{LAW} 第二十二条第一款第一项、第二项",
    ),
    Step(
        "assign",
        "交办",
        TO_DISPATCH,
        "assigned",
        DISPATCHER,
        fields=(
            UNIT,
            REPORT_BY,
            Text("assignment", "交办要求", long=True),
        ),
        starts=("petition.report_back",),
        stops=(*TO_SEND, "petition.report_back"),
        dues=("petition.report_back@report_by",),
        hands="unit",
        guard=send,
        letters=("assignment", "whereabouts"),
        article=f"{LAW} 第二十二条第一款第三项",
    ),
    Step(
        "forward_accusation",
        "移送有权机关（检举控告）",
        TO_DISPATCH,
        "accusation_forwarded",
        DISPATCHER,
        fields=ACCUSATION,
        stops=(*TO_SEND, "petition.report_back"),
        guard=leave(forward_accusation),
        article=f"{LAW} 第二十二条第二款、第三十条",
    ),
    Step(
        "report_up",
        "报请本级党委和政府",
        TO_DISPATCH,
        "reported_up",
        DISPATCHER,
        fields=(Text("proposal", "建议", required=True, help="情况重大、紧急的，应当及时提出建议", long=True),),
        stops=TO_SEND,
        letters=("approval",),
        article=f"{LAW} 第二十二条第一款第一项",
    ),
    Step(
        "decided",
        "收到本级党委和政府决定",
        ("reported_up",),
        "redispatch",
        DISPATCHER,
        fields=(Text("decision", "决定内容", required=True, long=True),),
        resumes=TO_SEND,
        article=f"{LAW} 第二十二条第一款第一项",
    ),
    Step(
        "guide",
        "引导（涉法涉诉来访）",
        TO_DISPATCH,
        "guided",
        DISPATCHER,
        fields=(
            Text("authority", "有关机关", required=True, most=120),
            Text("explained", "释法明理的内容", required=True, long=True),
        ),
        stops=(*TO_SEND, "petition.report_back"),
        guard=leave(guide_visitor),
        letters=("guidance",),
        article=f"{LAW} 第二十二条第二款",
    ),
    Step(
        "forward_justice",
        "转送政法部门（涉法涉诉来信）",
        TO_DISPATCH,
        "forwarded",
        DISPATCHER,
        fields=(Text("authority", "有关机关", required=True, most=120), NOTE),
        stops=(*TO_SEND, "petition.report_back"),
        guard=leave(forward_letter),
        article=f"{LAW} 第二十二条第二款",
    ),
    Step(
        "refuse_duplicate",
        "不予受理（在办重复）",
        ("registered",),
        "duplicate",
        DISPATCHER,
        # 第十九条第三款: all three at once; a matter whose handler is overdue is registered and supervised instead.
        fields=(
            Text("running_number", "在办事项编号", required=True, most=40),
            Flag("is_running", "同一信访事项已经受理或者正在办理", must=True),
            Flag("is_in_time", "仍在规定期限内", must=True),
            Flag("is_to_superior", "本次是向受理、办理机关、单位的上级提出", must=True),
        ),
        stops=TO_SEND,
        guard=refuse_duplicate,
        other="running_number",
        letters=("duplicate",),
        article=f"{LAW} 第十九条第三款",
    ),
    Step(
        "cease",
        "不再受理",
        ("registered",),
        "ceased",
        DISPATCHER,
        fields=(
            Text("earlier_number", "原信访事项编号", most=40, help="复核意见存于本系统的必填，系统核对文号和送达"),
            Text("rereview_number", "复核意见文号", required=True, most=60),
            Day(
                "concluded_on",
                "复核意见送达之日",
                future=False,
                help="复核意见不在本系统的必填，并显示“未在本系统核对”",
            ),
            Flag("same_facts", "与复核意见针对的事实相同", must=True),
            Flag("same_reasons", "与复核意见针对的理由相同", must=True),
        ),
        stops=TO_SEND,
        guard=cease,
        other="earlier_number",
        letters=("ceased",),
        article=f"{LAW} 第三十六条第三款",
    ),
)
