"""劳动人事争议调解和仲裁: mediation, or apply → accept → serve → answer → tribunal → hearing → award → served → effective or court.

The short periods are unverified as working days (statutes 4.2) and say so on their face. One award starts different clocks
for each side, by 终局 and 非终局 (第四十七条至第五十条).
"""

from datetime import datetime
from typing import Any

from portal.access.permissions import Permission
from portal.cases.definition import Choice, Day, Flag, Number, Platform, ServiceSpec, State, Step, Text
from portal.platforms.shared import NOTE, REASON, VOLUNTARY, WITHDRAWN_BY, before

HANDLE = Permission.LABOUR_HANDLE
LAW = "劳动争议调解仲裁法"

STATES = {
    "registered": State("已登记·待选择途径", next_step="申请调解或者申请仲裁"),
    "mediating": State("调解中", next_step="由调解组织调解；逾期未达成协议的，当事人可以申请仲裁"),
    "unmediated": State("调解不成·可申请仲裁", "waiting", "当事人可以依法申请仲裁"),
    "applied": State("已申请仲裁·待受理", next_step="由仲裁委员会决定是否受理"),
    "supplementing": State("待补正材料", "waiting", "由申请人补正材料"),
    "accepted": State("已受理·待送达申请书副本", next_step="由仲裁委员会向被申请人送达副本"),
    "served": State("副本已送达·待组成仲裁庭", next_step="由仲裁委员会组成仲裁庭并书面通知"),
    "tribunal": State("仲裁庭已组成·待答辩", "waiting", "由被申请人提交答辩书；不答辩不影响程序进行"),
    "answered": State("已收到答辩书·待送达申请人", next_step="由仲裁委员会送达答辩书副本"),
    "ready": State("待开庭通知", next_step="由仲裁委员会确定开庭日期"),
    "hearing_set": State("已定开庭日·待通知", next_step="由仲裁委员会书面通知双方开庭日期、地点"),
    "hearing_notified": State("开庭已通知", "waiting", "双方按时到庭"),
    "heard": State("已开庭·待裁决", next_step="由仲裁庭先行调解，调解不成的及时裁决"),
    "awarded": State("已裁决·待送达", next_step="由仲裁委员会送达裁决书"),
    "award_served": State("裁决书已送达", "waiting", "不服裁决的，可以在法定期限内依法起诉或者申请撤销"),
    "mediated": State("达成调解协议", "good", final=True),
    "mediated_award": State("仲裁调解书已生效", "good", final=True),
    "effective": State("裁决已生效", "good", final=True),
    "sued": State("已进入诉讼程序", "ended", final=True),
    "refused": State("不予受理", "ended", final=True),
    "withdrawn": State("已撤回", "ended", final=True),
}

ACCEPTED_ON = Day("accepted_on", "受理之日", required=True, future=False)
WORKER_ON = Day("worker_received_on", "劳动者收到裁决书之日", required=True, future=False)
EMPLOYER_ON = Day("employer_received_on", "用人单位收到裁决书之日", required=True, future=False)
AFTER_AWARD = ("labour.sue_final_worker", "labour.set_aside_final_employer", "labour.sue_non_final")
ARBITRATION = (
    "labour.admit",
    "labour.supplement_notice",
    "labour.serve_application",
    "labour.tribunal_notice",
    "labour.answer",
    "labour.serve_answer",
    "labour.hearing_notice",
    "labour.hearing_postponement",
    "labour.conclude",
)


def accept(proceeding: Any, _at: datetime) -> str | None:
    """An acceptance follows its application."""
    return "受理之日不能早于收到仲裁申请之日。" if before(proceeding.data, "accepted_on", "applied_on") else None


def serve_award(proceeding: Any, _at: datetime) -> str | None:
    """Nobody receives an award before it is made."""
    data = proceeding.data
    if before(data, "worker_received_on", "awarded_on") or before(data, "employer_received_on", "awarded_on"):
        return "收到裁决书之日不能早于裁决之日。"
    return None


def _step(code: str, label: str, source: tuple[str, ...], target: str, number: str, **more: Any) -> Step:
    """A step of this platform under ``number`` of the law, "" for none."""
    return Step(code, label, source, target, HANDLE, article=f"{LAW} {number}" if number else "", **more)


MEDIATION = (
    _step(
        "apply_mediation",
        "申请调解",
        ("registered",),
        "mediating",
        "第十条、第十二条",
        fields=(
            Day("mediation_received_on", "调解组织收到调解申请之日", required=True, future=False),
            Text("organisation", "调解组织", required=True, most=120),
        ),
        starts=("labour.mediation_release@mediation_received_on",),
    ),
    _step(
        "agree",
        "达成调解协议",
        ("mediating",),
        "mediated",
        "第十四条、第十六条",
        fields=(
            Flag("signed_and_sealed", "双方签名或者盖章、调解员签名、调解组织印章齐全", must=True),
            Text("terms", "协议内容", required=True, long=True),
        ),
        stops=("labour.mediation_release",),
    ),
    _step(
        "fail",
        "调解不成",
        ("mediating",),
        "unmediated",
        "第十四条第三款",
        fields=(REASON, Flag("arbitration_told", "已告知可以依法申请仲裁", must=True)),
        stops=("labour.mediation_release",),
    ),
)

ADMISSION = (
    _step(
        "apply_arbitration",
        "收到仲裁申请",
        ("registered", "mediating", "unmediated"),
        "applied",
        "第二十七条至第二十九条",
        fields=(
            Day("applied_on", "收到仲裁申请之日", required=True, future=False),
            Number("respondent_copies", "申请书副本份数", required=True, minimum=1, maximum=1000),
            Day(
                "interrupted_on",
                "最近一次主张权利之日",
                future=False,
                help="向对方主张权利、向有关部门请求救济或者对方同意履行",
            ),
        ),
        starts=("labour.admit@applied_on", "labour.supplement_notice@applied_on"),
        stops=("labour.mediation_release",),
    ),
    Step(
        "notify_supplement",
        "一次性告知补正",
        ("applied",),
        "supplementing",
        HANDLE,
        fields=(Text("supplement_told", "需要补正的全部材料", required=True, long=True),),
        stops=("labour.supplement_notice",),
        article="劳动人事争议仲裁办案规则 第二十九条",
    ),
    Step(
        "supplemented",
        "材料已补正",
        ("supplementing",),
        "applied",
        HANDLE,
        fields=(Day("supplemented_on", "补正之日", required=True, future=False),),
        article="劳动人事争议仲裁办案规则 第二十九条",
    ),
    _step(
        "accept",
        "受理",
        ("applied",),
        "accepted",
        "第二十九条",
        fields=(ACCEPTED_ON, Text("arbitration_number", "仲裁案号", required=True, most=60)),
        starts=(
            "labour.serve_application@accepted_on",
            "labour.tribunal_notice@accepted_on",
            "labour.conclude@accepted_on",
        ),
        stops=("labour.admit", "labour.supplement_notice"),
        guard=accept,
    ),
    _step(
        "refuse",
        "不予受理",
        ("applied", "supplementing"),
        "refused",
        "第二十九条",
        fields=(REASON, Flag("suit_told", "已书面通知并告知可以向人民法院起诉", must=True)),
        stops=("labour.admit", "labour.supplement_notice"),
    ),
)

HEARING = (
    _step(
        "serve_application",
        "送达申请书副本",
        ("accepted",),
        "served",
        "第三十条",
        fields=(Day("copy_received_on", "被申请人收到副本之日", required=True, future=False),),
        starts=("labour.answer@copy_received_on",),
        stops=("labour.serve_application",),
    ),
    _step(
        "form_tribunal",
        "通知仲裁庭组成",
        ("served",),
        "tribunal",
        "第三十二条、第三十三条",
        fields=(
            Text("tribunal", "仲裁员", required=True, most=120),
            Flag("recusal_told", "已告知双方有申请回避的权利", must=True),
        ),
        stops=("labour.tribunal_notice",),
    ),
    _step(
        "receive_answer",
        "收到答辩书",
        ("tribunal",),
        "answered",
        "第三十条第二款",
        fields=(Day("answer_received_on", "收到答辩书之日", required=True, future=False),),
        starts=("labour.serve_answer@answer_received_on",),
        stops=("labour.answer",),
    ),
    _step(
        "serve_answer",
        "送达答辩书副本",
        ("answered",),
        "ready",
        "第三十条第二款",
        fields=(NOTE,),
        stops=("labour.serve_answer",),
    ),
    _step(
        "no_answer", "未提交答辩书", ("tribunal",), "ready", "第三十条第二款", fields=(NOTE,), stops=("labour.answer",)
    ),
    _step(
        "set_hearing",
        "确定开庭日期",
        ("ready", "hearing_notified"),
        "hearing_set",
        "第三十五条",
        fields=(
            Day("hearing_on", "开庭日期", required=True, past=False),
            Text("hearing_place", "开庭地点", required=True, most=120),
        ),
        starts=("labour.hearing_notice@hearing_on", "labour.hearing_postponement@hearing_on"),
        stops=("labour.hearing_notice", "labour.hearing_postponement"),
    ),
    _step(
        "notify_hearing",
        "书面通知开庭",
        ("hearing_set",),
        "hearing_notified",
        "第三十五条",
        fields=(Day("hearing_notified_on", "双方收到通知之日", required=True, future=False),),
        stops=("labour.hearing_notice",),
    ),
    _step(
        "hear",
        "开庭",
        ("hearing_notified",),
        "heard",
        "第二十六条、第三十六条",
        fields=(
            Choice(
                "attendance",
                "到庭情况",
                required=True,
                options=(("both", "双方到庭"), ("default", "被申请人未到庭，缺席审理")),
            ),
            NOTE,
        ),
        stops=("labour.hearing_postponement",),
    ),
)

AWARD = (
    _step(
        "mediated_award",
        "制作仲裁调解书",
        ("accepted", "served", "tribunal", "answered", "ready", "hearing_set", "hearing_notified", "heard"),
        "mediated_award",
        "第四十二条",
        fields=(Day("mediated_signed_on", "双方签收调解书之日", required=True, future=False),),
        stops=ARBITRATION,
    ),
    _step(
        "award",
        "作出裁决",
        ("heard",),
        "awarded",
        "第四十三条",
        fields=(
            Day("awarded_on", "裁决之日", required=True, future=False),
            Text("award_number", "裁决书文号", required=True, most=60),
        ),
        stops=("labour.conclude",),
    ),
    _step(
        "serve_final_award",
        "送达终局裁决",
        ("awarded",),
        "award_served",
        "第四十七条至第四十九条",
        fields=(WORKER_ON, EMPLOYER_ON),
        starts=("labour.sue_final_worker@worker_received_on", "labour.set_aside_final_employer@employer_received_on"),
        guard=serve_award,
    ),
    _step(
        "serve_non_final_award",
        "送达非终局裁决",
        ("awarded",),
        "award_served",
        "第五十条",
        fields=(WORKER_ON, EMPLOYER_ON),
        starts=("labour.sue_non_final@worker_received_on", "labour.sue_non_final@employer_received_on"),
        guard=serve_award,
    ),
    _step(
        "take_effect",
        "裁决生效",
        ("award_served",),
        "effective",
        "第四十八条至第五十条",
        fields=(Day("effective_on", "生效之日", required=True, future=False),),
        stops=AFTER_AWARD,
    ),
    _step(
        "sue",
        "当事人起诉或者申请撤销",
        ("award_served",),
        "sued",
        "第四十八条至第五十条",
        fields=(
            Choice(
                "sued_by",
                "提出的一方",
                required=True,
                options=(("worker", "劳动者"), ("employer", "用人单位"), ("both", "双方")),
            ),
            Text("court", "人民法院", required=True, most=120),
        ),
        stops=AFTER_AWARD,
    ),
    _step(
        "withdraw",
        "撤回申请",
        tuple(code for code, state in STATES.items() if not state.final and code not in ("awarded", "award_served")),
        "withdrawn",
        "",
        fields=(WITHDRAWN_BY, VOLUNTARY),
        stops=("labour.mediation_release", *ARBITRATION),
    ),
)

PLATFORM = Platform(
    code="labour",
    label="劳动人事争议调解和仲裁",
    short="劳动仲裁",
    states=STATES,
    initial="registered",
    steps=MEDIATION + ADMISSION + HEARING + AWARD,
    handle=HANDLE,
    seldom=("notify_supplement", "no_answer", "fail", "sue", "refuse", "withdraw"),
    respondent="对方当事人",
    services=(
        ServiceSpec("labour.mediation", "劳动争议调解", "E", "二楼西区"),
        ServiceSpec("labour.arbitration", "劳动人事仲裁申请", "E", "二楼西区"),
    ),
    departments=("市人力资源和社会保障局", "市总工会"),
)
