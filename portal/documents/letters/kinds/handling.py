"""Letters of the organ that handles a petition, and of its superiors (第二十三、三十一至三十六条)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from portal.cases.definition import Choice, Day, Flag, Text
from portal.documents.letters.kinds.definition import Binding, Issuer, Kind
from portal.documents.letters.kinds.dispatch import ABOUT, LAW, MATTER, REASONS, RECEIVED, REQUEST

BASIS = Text("legal_basis", "法律法规依据", required=True, long=True, help="写明法律、法规名称和条款")
FINDINGS = Text("findings", "调查核实情况", required=True, long=True, most=6000)
ASKED = {"request": "demands", "reasons": "facts"}
CONCLUSIONS = (
    ("support", "予以支持"),
    ("explain", "请求事由合理但缺乏法律依据，作出解释说明"),
    ("reject", "不予支持"),
)
PATHS = (
    ("one", "诉讼、复议、刑事立案、法律监督或者公安机关法律程序"),
    ("two", "仲裁"),
    ("three", "党员申诉、申请复审等"),
    ("four", "行政复议、行政裁决、行政确认、行政许可、行政处罚等行政程序"),
    ("five", "申请查处违法行为、履行保护职责"),
)


def later(facts: Mapping[str, Any]) -> dict[str, str]:
    """第三十四条: a period is made longer, never shorter. By how much at most, the rule says that counts for the matter."""
    old, new = (date.fromisoformat(facts[name]) for name in ("original_due", "extended_due"))
    return {} if new > old else {"extended_due": "延长后的期限应当晚于原期限。"}


HANDLING = (
    Kind(
        "acceptance",
        "受理告知书",
        Issuer.HANDLER,
        f"{LAW} 第二十三条",
        fields=(
            MATTER,
            RECEIVED,
            Text("way", "处理途径和程序", required=True, long=True, help="第二十三条：告知接收情况以及处理途径和程序"),
            Text("contact", "联系人和电话", required=True, most=120),
        ),
        prefill={"matter": "subject", "received_on": "step.received_on"},
        on_serve=Binding(
            "petition",
            "notify",
            {"notified_on": "@served_on", "notice_number": "@number", "notified_how": "@how"},
        ),
    ),
    Kind(
        "lead_in",
        "程序导入告知书",
        Issuer.HANDLER,
        f"{LAW} 第三十一条第一项至第五项",
        fields=(
            MATTER,
            Choice("path", "处理途径", required=True, options=PATHS),
            Text("led_to", "导入的程序和受理机关", required=True, most=200),
            Text("limits_told", "该程序的法定期限", required=True, help="例如申请期限、时效，写明依据", most=500),
        ),
        prefill=ABOUT | {"led_to": "step.led_to", "limits_told": "step.limits_told", "path": "step.path"},
    ),
    Kind(
        "extension",
        "延长办理期限告知书",
        Issuer.HANDLER,
        f"{LAW} 第三十四条",
        fields=(
            MATTER,
            Day("accepted_on", "受理之日", required=True, future=False),
            Day("original_due", "原办理期限（最后一日）", required=True),
            Day("extended_due", "延长后的办理期限（最后一日）", required=True, past=False),
            Text("why", "延期理由", required=True, long=True),
            Text("approved_by", "批准的机关、单位负责人", required=True, most=60),
            Day("approved_on", "批准之日", required=True, future=False),
        ),
        prefill=ABOUT
        | {
            "accepted_on": "start.petition.conclude",
            "original_due": "due.petition.conclude",
            "extended_due": "granted.until",
            "why": "granted.ground",
            "approved_by": "granted.approver",
            "approved_on": "granted.on",
        },
        guard=later,
        extends="petition.conclude",
    ),
    Kind(
        "opinion",
        "信访处理意见书",
        Issuer.HANDLER,
        f"{LAW} 第三十二条",
        fields=(
            REQUEST,
            REASONS,
            FINDINGS,
            Choice("conclusion", "处理意见", required=True, options=CONCLUSIONS),
            Text("opinion", "处理意见的内容", required=True, long=True, most=6000),
            BASIS,
            Text("review_organ", "复查机关、单位（上一级）", required=True, most=120),
        ),
        prefill=ASKED | {"conclusion": "step.conclusion", "legal_basis": "step.legal_basis"},
        on_seal=Binding(
            "petition",
            "give_opinion",
            {
                "conclusion": "conclusion",
                "issued_on": "@issued_on",
                "opinion_number": "@number",
                "legal_basis": "legal_basis",
            },
            must=True,
        ),
        on_serve=Binding(
            "petition",
            "serve_opinion",
            {"served_on": "@served_on", "proof": "@proof"},
            must=True,
            renews="petition.review_request",
        ),
    ),
    Kind(
        "review",
        "复查意见书",
        Issuer.REVIEWER,
        f"{LAW} 第三十五条",
        fields=(
            Text("original_organ", "原办理机关、单位", required=True, most=120),
            Text("original_number", "信访处理意见书文号", required=True, most=60),
            Day("requested_on", "收到复查请求之日", required=True, future=False),
            REQUEST,
            REASONS,
            FINDINGS,
            Text("result", "复查意见", required=True, long=True),
            BASIS,
            Text("rereview_organ", "复核机关、单位（上一级）", required=True, most=120),
        ),
        prefill=ASKED
        | {
            "original_organ": "competent",
            "original_number": "step.opinion_number",
            "requested_on": "step.review_received_on",
        },
        on_serve=Binding(
            "petition",
            "serve_review",
            {
                "review_number": "@number",
                "review_result": "result",
                "review_served_on": "@served_on",
                "proof": "@proof",
            },
            must=True,
            renews="petition.rereview_request",
        ),
    ),
    Kind(
        "rereview",
        "复核意见书",
        Issuer.REREVIEWER,
        f"{LAW} 第三十六条",
        fields=(
            Text("review_organ", "复查机关、单位", required=True, most=120),
            Text("review_number", "复查意见文号", required=True, most=60),
            Day("requested_on", "收到复核请求之日", required=True, future=False),
            Flag("heard", "举行了听证"),
            REQUEST,
            REASONS,
            FINDINGS,
            Text("result", "复核意见", required=True, long=True),
            BASIS,
        ),
        prefill=ASKED
        | {
            "review_organ": "step.review_organ",
            "review_number": "step.review_number",
            "requested_on": "step.rereview_received_on",
        },
        on_serve=Binding(
            "petition",
            "serve_rereview",
            {
                "rereview_number": "@number",
                "rereview_result": "result",
                "rereview_served_on": "@served_on",
                "proof": "@proof",
            },
            must=True,
        ),
    ),
    Kind(
        "closing_report",
        "办结报告",
        Issuer.HANDLER,
        f"{LAW} 第二十二条第一款第三项",
        fields=(
            Text("addressee", "主送（交办的信访部门）", required=True, most=120),
            Text("assignment_number", "交办函文号", required=True, most=60),
            MATTER,
            FINDINGS,
            Text("result", "办理结果", required=True, long=True),
            Text("told", "答复信访人的情况", required=True, long=True),
        ),
        to="addressee",
        needs="step.report_by",
        prefill=ABOUT,
    ),
    Kind(
        "hearing_notice",
        "听证通知",
        Issuer.OWN,
        f"{LAW} 第三十一条第六项",
        fields=(
            MATTER,
            Day("held_on", "听证日期", required=True, past=False),
            Text("held_at", "听证时间", required=True, most=40, help="例如 上午9时"),
            Text("place", "听证地点", required=True, most=120),
            Text("chair", "听证主持人", required=True, most=60),
            Text("brings", "需要携带的材料和注意事项", long=True),
        ),
        prefill=ABOUT,
    ),
)  # fmt: skip
