"""What the organ with the power does: classify (第二十九至三十一条), handle, give its opinion (第三十二条), have it carried out."""

from datetime import datetime
from typing import Any

from portal.access.permissions import Permission
from portal.cases.definition import Choice, Day, Flag, Guard, Step, Text
from portal.platforms.petition.guide import GUIDE
from portal.platforms.shared import NOTE, PROOF, VOLUNTARY, WITHDRAWN_BY, before

HANDLE = Permission.PETITION_HANDLE
LAW = "信访工作条例"
OPEN = (
    "registered",
    "reported_up",
    "redispatch",
    "consulting",
    "superior_deciding",
    "in_conference",
    "referred",
    "assigned",
    "direct",
    "awaiting_notice",
    "objected",
    "bound",
    "accepted",
    "handling",
)
RUNNING = (
    "petition.dispatch",
    "petition.notice_direct",
    "petition.notice_referred",
    "petition.objection",
    "petition.report_back",
    "petition.conclude",
)
REPORT = Choice(
    "report",
    "办结报告",
    help="交办事项须已收到办结报告；转送事项可不选",
    options=(("received", "交办事项，已收到办结报告"), ("unneeded", "转送事项，不要求办结报告")),
)

WAY = Choice(
    "led_way",
    "具体程序",
    help="与分流指引相同；表中没有的可不选",
    options=tuple(
        (f"{question.code}.{way.code}", f"（{item}）{way.label}")
        for question, item in zip(GUIDE, "一二三四五", strict=False)
        for way in question.ways
    ),
)
LIMITS_TOLD = Text(
    "limits_told",
    "已告知信访人的该程序法定期限",
    required=True,
    help="例如申请期限、时效；对答复不服的，写明复议、诉讼的期限",
    most=500,
)


def reported(proceeding: Any, _at: datetime) -> str | None:
    """第二十二条第一款第三项: what was 交办 ends with its report, whoever has it by now; only its sender lets it off."""
    if proceeding.data.get("report_by") and proceeding.data.get("report") != "received":
        return (
            "本事项是交办事项，须先收到办结报告，并选“已收到办结报告”（第二十二条第一款第三项）；"
            "重新分办时不再要求的，由交办的信访部门登记“不再要求办结报告”并写明理由。"
        )
    return None


def each_of(*guards: Guard) -> Guard:
    """The first refusal of several guards."""
    return lambda proceeding, at: next((said for guard in guards if (said := guard(proceeding, at))), None)


def classify(proceeding: Any, _at: datetime) -> str | None:
    """The ways of 第三十一条 are for 申诉求决: a suggestion is answered (第二十九条), an accusation goes its own way (第三十条)."""
    if proceeding.purpose == "suggestion":
        return "建议意见应当研究论证并予以回复（第二十九条），不按第三十一条办理。"
    if proceeding.purpose == "accusation":
        return "检举控告应当依规依纪依法办理（第三十条），不按第三十一条办理。"
    return None


def answer_suggestion(proceeding: Any, _at: datetime) -> str | None:
    """第二十九条 is for suggestions; it never ends a demand for redress."""
    if proceeding.purpose != "suggestion":
        return "本事项的信访目的不是建议意见，不能以回复建议办结。"
    return None


def handle(proceeding: Any, at: datetime) -> str | None:
    """受理之日 is stored on its own (第三十四条 does not define it); it cannot lie before receipt."""
    if refusal := classify(proceeding, at):
        return refusal
    return "受理之日不能早于有权处理机关收到之日。" if before(proceeding.data, "accepted_on", "received_on") else None


def give_opinion(proceeding: Any, _at: datetime) -> str | None:
    """An opinion follows acceptance."""
    return "出具之日不能早于受理之日。" if before(proceeding.data, "issued_on", "accepted_on") else None


def serve_opinion(proceeding: Any, _at: datetime) -> str | None:
    """The right to review runs from proved receipt (第三十五条), which cannot lie before the paper exists."""
    return "信访人收到之日不能早于出具之日。" if before(proceeding.data, "served_on", "issued_on") else None


def perform(proceeding: Any, _at: datetime) -> str | None:
    """Only an opinion in favour can be carried out (第三十二条)."""
    if proceeding.data.get("conclusion") != "support":
        return "处理意见不是“予以支持”，没有需要督促执行的内容。"
    return None


def close(proceeding: Any, _at: datetime) -> str | None:
    """第三十二条: an opinion in favour must be carried out; it is not closed on paper."""
    if proceeding.data.get("conclusion") == "support":
        return "处理意见为“予以支持”，应当督促执行；执行完毕后登记“处理意见已执行”。"
    return None


def lead_in(proceeding: Any, _at: datetime) -> str | None:
    """The procedure belongs to the item of 第三十一条 that was chosen, as the guide has them."""
    path, way = str(proceeding.data.get("path", "")), str(proceeding.data.get("led_way", ""))
    if path and way and way.partition(".")[0] != path:
        return f"具体程序“{dict(WAY.options)[way]}”不属于所选的处理途径，请核对。"
    return None


def fulfil(proceeding: Any, at: datetime) -> str | None:
    """The organ does its duty after it has the matter."""
    if refusal := classify(proceeding, at):
        return refusal
    return "履行或者答复之日不能早于收到之日。" if before(proceeding.data, "fulfilled_on", "received_on") else None


HANDLING = (
    Step(
        "handle",
        "按第三十一条第六项办理",
        ("accepted",),
        "handling",
        HANDLE,
        # Only the sixth way carries the period of 第三十四条.
        fields=(
            Day("accepted_on", "受理之日", required=True, future=False, help="一般为告知受理之日"),
            Flag("not_one_to_five", "不属于第三十一条第一项至第五项的情形", must=True),
        ),
        starts=("petition.conclude@accepted_on",),
        guard=handle,
        letters=("opinion",),
        article=f"{LAW} 第三十一条第六项、第三十四条",
    ),
    Step(
        "lead_in",
        "导入法定程序（第一至五项）",
        ("accepted",),
        "led_in",
        HANDLE,
        fields=(
            Choice(
                "path",
                "处理途径",
                required=True,
                options=(
                    ("one", "（一）诉讼、复议、刑事立案、法律监督、公安机关法律程序"),
                    ("two", "（二）仲裁"),
                    ("three", "（三）党员申诉、申请复审等"),
                    ("four", "（四）行政复议、裁决、确认、许可、处罚等行政程序"),
                    ("five", "（五）申请查处违法行为、履行保护职责：由其他有这项职责的机关依法履行或者答复"),
                ),
            ),
            WAY,
            Text("led_to", "导入的程序和受理机关", required=True, most=200),
            LIMITS_TOLD,
            REPORT,
        ),
        stops=("petition.report_back",),
        guard=each_of(classify, lead_in, reported),
        letters=("lead_in", "closing_report"),
        article=f"{LAW} 第三十一条第一项至第五项",
    ),
    Step(
        "fulfil",
        "依法履行或者答复（第五项）",
        ("accepted",),
        "fulfilled",
        HANDLE,
        # the organ's own duty: it is led nowhere, and what was asked for is done or answered. The 条例 gives it no days
        fields=(
            Choice(
                "fulfilled_how",
                "办理结果",
                required=True,
                options=(("performed", "依法履行职责"), ("answered", "书面答复")),
            ),
            Text("fulfilled", "履行情况或者答复内容", required=True, long=True),
            Day("fulfilled_on", "履行或者答复之日", required=True, future=False),
            LIMITS_TOLD,
            REPORT,
        ),
        stops=("petition.report_back",),
        guard=each_of(fulfil, reported),
        letters=("closing_report",),
        article=f"{LAW} 第三十一条第五项",
    ),
    Step(
        "answer_suggestion",
        "回复建议意见",
        ("accepted",),
        "suggestion_answered",
        HANDLE,
        fields=(
            Choice(
                "adoption",
                "采纳情况",
                required=True,
                options=(("adopted", "采纳"), ("partly", "部分采纳"), ("declined", "不采纳")),
            ),
            Text("reply", "回复内容", required=True, long=True),
            REPORT,
        ),
        stops=("petition.report_back",),
        guard=each_of(answer_suggestion, reported),
        letters=("closing_report",),
        article=f"{LAW} 第二十九条",
    ),
    Step(
        "reconcile",
        "经调解、和解办结",
        OPEN,
        "reconciled",
        HANDLE,
        fields=(
            Choice(
                "agreement_kind",
                "协议种类",
                required=True,
                options=(("mediation", "调解协议书"), ("reconciliation", "和解协议书")),
            ),
            Text("agreement_number", "协议编号或者日期", required=True, most=60),
            Flag("both_agreed", "争议双方当事人自愿达成", must=True),
            Flag("petitioner_agreed", "信访人确认本事项可以办结", must=True),
            REPORT,
        ),
        stops=RUNNING,
        guard=reported,
        letters=("settlement",),
        article=f"{LAW} 第三十三条",
    ),
    Step(
        "give_opinion",
        "出具信访处理意见书",
        ("handling",),
        "opinion",
        HANDLE,
        fields=(
            Choice(
                "conclusion",
                "处理意见",
                required=True,
                options=(
                    ("support", "予以支持"),
                    ("explain", "请求事由合理但缺乏法律依据，作出解释说明"),
                    ("reject", "不予支持"),
                ),
            ),
            Day("issued_on", "出具之日", required=True, future=False),
            Text("opinion_number", "处理意见书文号", required=True, most=60, help="由办理机关、单位出具"),
            Text("legal_basis", "法律法规依据", required=True, long=True),
        ),
        stops=("petition.conclude",),
        guard=give_opinion,
        letters=("opinion",),
        article=f"{LAW} 第三十二条、第三十四条",
    ),
    Step(
        "serve_opinion",
        "登记处理意见书送达",
        ("opinion",),
        "served",
        HANDLE,
        fields=(Day("served_on", "信访人收到之日", required=True, future=False), PROOF),
        starts=("petition.review_request@served_on",),
        guard=serve_opinion,
        letters=("closing_report",),
        article=f"{LAW} 第三十五条",
    ),
    Step(
        "perform",
        "处理意见已执行",
        ("served", "reviewed"),
        "performed",
        HANDLE,
        fields=(Text("performance", "执行情况", required=True, long=True), REPORT),
        stops=("petition.report_back",),
        guard=each_of(perform, reported),
        letters=("closing_report",),
        article=f"{LAW} 第三十二条",
    ),
    Step(
        "close",
        "办结",
        ("served", "reviewed"),
        "ended",
        HANDLE,
        fields=(Text("guidance", "疏导教育、解释说明情况", required=True, long=True), REPORT, NOTE),
        stops=("petition.report_back",),
        guard=each_of(close, reported),
        letters=("closing_report",),
        article=f"{LAW} 第三十二条",
    ),
    Step(
        "withdraw",
        "信访人撤回",
        OPEN,
        "withdrawn",
        HANDLE,
        fields=(WITHDRAWN_BY, VOLUNTARY, REPORT),
        stops=RUNNING,
        guard=reported,
    ),
)
