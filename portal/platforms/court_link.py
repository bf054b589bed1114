"""诉调对接: 委派 (before filing) and 委托 (after filing) mediation, joint 司法确认, guidance on filing and 支付令.

The court's own periods are shown, never enforced. 特邀调解规定 第二十七条 counts from the signature on the court's material.
"""

from datetime import datetime
from typing import Any

from portal.access.permissions import Permission
from portal.cases.definition import Choice, Day, Flag, Platform, ServiceSpec, State, Step, Text
from portal.platforms.shared import NOTE, REASON, before

HANDLE = Permission.COURT_LINK_HANDLE
RULE = "最高法关于人民法院特邀调解的规定"
ENTRUSTED = ("court_link.entrusted_before_filing", "court_link.entrusted_ordinary", "court_link.entrusted_summary")

STATES = {
    "registered": State("已登记·待选择途径", next_step="签收法院移交材料、登记调解协议或者指引立案"),
    "mediating_before": State("委派调解中（立案前）", next_step="由特邀调解组织调解"),
    "mediating_after": State("委托调解中（立案后）", next_step="由特邀调解组织调解"),
    "agreed": State("达成协议·可申请司法确认", "waiting", "双方在法定期限内共同向人民法院申请司法确认"),
    "confirming": State("已申请司法确认·待立案", "waiting", "由人民法院决定是否受理"),
    "confirmation_filed": State("司法确认已立案", "waiting", "由人民法院审查"),
    "payment_pending": State("已申请支付令", "waiting", "由人民法院决定是否受理"),
    "confirmed": State("已裁定确认", "good", final=True),
    "unconfirmed": State("未予确认", "ended", final=True),
    "unused": State("未申请司法确认", "ended", final=True),
    "reported": State("已报告法院并移送材料", "good", final=True),
    "guided": State("已指引立案", "good", final=True),
    "payment_answered": State("支付令申请已有结果", "good", final=True),
}

SIGNED_ON = Day("signed_on", "签字接收法院移交材料之日", required=True, future=False)
COURT = Text("court", "人民法院", required=True, most=120)
COURT_NUMBER = Text("court_number", "法院案号或者委派委托编号", required=True, most=60)
AGREED_ON = Day("effective_on", "调解协议生效之日", required=True, future=False)


def agree(proceeding: Any, _at: datetime) -> str | None:
    """An agreement cannot be older than the court's hand-over."""
    if before(proceeding.data, "effective_on", "signed_on"):
        return "协议生效之日不能早于签字接收法院移交材料之日。"
    return None


def apply_confirmation(proceeding: Any, _at: datetime) -> str | None:
    """民事诉讼法 第二百零五条: the period runs from the day the agreement took effect."""
    if before(proceeding.data, "applied_on", "effective_on"):
        return "申请之日不能早于调解协议生效之日。"
    return None


def _receive(code: str, label: str, target: str, clock: str) -> Step:
    fields = (SIGNED_ON, COURT, COURT_NUMBER, Text("mediator", "特邀调解员", required=True, most=60))
    article = f"{RULE} 第二十七条"
    starts = (f"{clock}@signed_on",)
    return Step(code, label, ("registered",), target, HANDLE, fields=fields, starts=starts, article=article)


STEPS = (
    _receive("receive_before_filing", "签收委派调解（立案前）", "mediating_before", ENTRUSTED[0]),
    _receive("receive_ordinary", "签收委托调解（普通程序）", "mediating_after", ENTRUSTED[1]),
    _receive("receive_summary", "签收委托调解（简易程序）", "mediating_after", ENTRUSTED[2]),
    Step(
        "agree",
        "达成协议（立案前）",
        ("mediating_before",),
        "agreed",
        HANDLE,
        fields=(AGREED_ON,),
        starts=("court_link.confirmation_request@effective_on",),
        stops=ENTRUSTED,
        guard=agree,
        letters=("settlement",),
        article="民事诉讼法 第二百零五条",
    ),
    Step(
        "report_court",
        "书面报告法院并移送材料",
        ("mediating_before", "mediating_after"),
        "reported",
        HANDLE,
        fields=(
            Choice(
                "outcome",
                "调解结果",
                required=True,
                options=(("agreed", "达成协议"), ("refused", "撤回或者拒绝"), ("apart", "分歧较大"), ("other", "其他")),
            ),
            # 第二十二条: concessions made in mediation may not be used in court.
            Flag("not_evidence", "移送材料不含调解过程中的让步和承诺，不作为证据使用", must=True),
            NOTE,
        ),
        stops=ENTRUSTED,
        article=f"{RULE} 第二十二条、第二十六条",
    ),
    Step(
        "register_agreement",
        "登记调解协议",
        ("registered",),
        "agreed",
        HANDLE,
        fields=(Text("organisation", "调解组织", required=True, most=120), AGREED_ON),
        starts=("court_link.confirmation_request@effective_on",),
        article="民事诉讼法 第二百零五条",
    ),
    Step(
        "apply_confirmation",
        "双方共同申请司法确认",
        ("agreed",),
        "confirming",
        HANDLE,
        fields=(
            Day("applied_on", "法院收到申请之日", required=True, future=False),
            COURT,
            Flag("jointly", "双方当事人共同申请", must=True),
            Flag("no_status", "不涉及婚姻、收养等身份关系", must=True),
        ),
        starts=("court_link.confirmation_admit@applied_on",),
        stops=("court_link.confirmation_request",),
        guard=apply_confirmation,
        article="民事诉讼法 第二百零五条",
    ),
    Step(
        "leave_unconfirmed",
        "双方未申请司法确认",
        ("agreed",),
        "unused",
        HANDLE,
        fields=(Flag("suit_told", "已告知逾期不能再申请司法确认，可以起诉", must=True), NOTE),
        stops=("court_link.confirmation_request",),
    ),
    Step(
        "confirmation_filed",
        "法院已立案",
        ("confirming",),
        "confirmation_filed",
        HANDLE,
        fields=(Day("filed_on", "立案之日", required=True, future=False), COURT_NUMBER),
        starts=("court_link.confirmation_conclude@filed_on",),
        stops=("court_link.confirmation_admit",),
        article="民事诉讼法 第一百八十七条",
    ),
    Step(
        "confirmed",
        "裁定确认有效",
        ("confirmation_filed",),
        "confirmed",
        HANDLE,
        fields=(Day("ruled_on", "裁定之日", required=True, future=False),),
        stops=("court_link.confirmation_conclude",),
        article="民事诉讼法 第二百零六条",
    ),
    Step(
        "unconfirmed",
        "不予受理或者驳回申请",
        ("confirming", "confirmation_filed"),
        "unconfirmed",
        HANDLE,
        fields=(REASON, Flag("ways_told", "已告知可以变更协议、重新达成协议或者向人民法院起诉", must=True)),
        stops=("court_link.confirmation_admit", "court_link.confirmation_conclude"),
        article="民事诉讼法 第二百零六条",
    ),
    Step(
        "guide_filing",
        "指引立案",
        ("registered",),
        "guided",
        HANDLE,
        fields=(COURT, Text("papers_told", "已告知的立案材料", required=True, long=True)),
        article="民事诉讼法 第一百二十六条",
    ),
    Step(
        "apply_payment_order",
        "申请支付令",
        ("registered",),
        "payment_pending",
        HANDLE,
        fields=(Day("applied_on", "法院收到申请之日", required=True, future=False), COURT),
        starts=("court_link.payment_order_admit@applied_on",),
        article="民事诉讼法 第二百二十六条",
    ),
    Step(
        "payment_answered",
        "登记支付令结果",
        ("payment_pending",),
        "payment_answered",
        HANDLE,
        fields=(
            Choice(
                "payment_result",
                "结果",
                required=True,
                options=(("issued", "已发出支付令"), ("refused", "不予受理"), ("rejected", "驳回申请")),
            ),
            NOTE,
        ),
        stops=("court_link.payment_order_admit",),
        article="民事诉讼法 第二百二十六条、第二百二十七条",
    ),
)

PLATFORM = Platform(
    code="court_link",
    label="诉调对接",
    short="诉调对接",
    states=STATES,
    initial="registered",
    steps=STEPS,
    handle=HANDLE,
    seldom=("leave_unconfirmed", "unconfirmed"),
    respondent="对方当事人",
    services=(
        ServiceSpec("court_link.mediation", "诉前调解和司法确认", "D", "二楼南区"),
        ServiceSpec("court_link.filing", "立案指引", "D", "二楼南区"),
    ),
    departments=("市中级人民法院", "市司法局"),
)
