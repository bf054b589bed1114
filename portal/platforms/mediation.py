"""矛盾多元调解 (人民调解法): free, voluntary on both sides, ended by either side's refusal."""

from datetime import datetime
from typing import Any

from portal.access.permissions import Permission
from portal.cases.definition import Choice, Day, Flag, Platform, ServiceSpec, State, Step, Text
from portal.platforms.shared import NOTE, REMEDY_TOLD, before

HANDLE = Permission.MEDIATION_HANDLE

STATES = {
    "awaiting_consent": State("待征求对方意愿", "waiting", "由调解员征求对方当事人是否愿意调解"),
    "consented": State("双方同意·待调解", next_step="由调解员通知双方调解的时间、地点"),
    "in_session": State("调解中", next_step="继续调解，达成协议或者终止"),
    "agreed": State("达成协议", next_step="双方按协议履行；自协议生效之日起可以在法定期限内共同申请司法确认"),
    "to_perform": State("待履行", "waiting", "双方按协议约定的期限履行"),
    "performed": State("履行完毕", "good", final=True),
    "unperformed": State("未履行·已告知诉讼途径", "ended", final=True),
    "terminated": State("调解终止", "ended", final=True),
}

SIDES = (("applicant", "申请人"), ("respondent", "对方当事人"), ("both", "双方"))


def both_consent(proceeding: Any, _at: datetime) -> str | None:
    """受理之日 cannot lie before either side said yes."""
    for side in ("applicant_consented_on", "respondent_consented_on"):
        if before(proceeding.data, "accepted_on", side):
            return "受理之日不能早于任何一方同意调解之日。"
    return None


def hold_session(proceeding: Any, _at: datetime) -> str | None:
    """Nobody mediates before both sides agreed (第十七条)."""
    if before(proceeding.data, "session_on", "accepted_on"):
        return "调解日期不能早于受理之日。"
    return None


def agree(proceeding: Any, _at: datetime) -> str | None:
    """第二十九、三十条: a written agreement takes effect with all signatures and the seal, an oral one when it is made."""
    data = proceeding.data
    if data.get("agreement_form") == "written" and not data.get("signed_and_sealed"):
        return "书面协议须经各方当事人签名、盖章或者按指印，调解员签名并加盖调解委员会印章后生效；请确认后再登记。"
    if before(data, "effective_on", "accepted_on"):
        return "协议生效之日不能早于受理之日。"
    if before(data, "perform_by", "effective_on"):
        return "履行期限不能早于协议生效之日。"
    return None


def perform(proceeding: Any, _at: datetime) -> str | None:
    """Part of an agreement is not the agreement (第三十一条第二款)."""
    if before(proceeding.data, "performed_on", "effective_on"):
        return "履行完毕之日不能早于协议生效之日。"
    if proceeding.data.get("extent") == "part":
        return "协议尚未全部履行，不能登记为履行完毕；请继续督促履行。"
    return None


STEPS = (
    Step(
        "both_consent",
        "双方同意调解",
        ("awaiting_consent",),
        "consented",
        HANDLE,
        fields=(
            Day("applicant_consented_on", "申请人同意之日", required=True, future=False),
            Day("respondent_consented_on", "对方当事人同意之日", required=True, future=False),
            Day("accepted_on", "受理调解之日", required=True, future=False, help="一般为双方均已同意之日"),
            Flag("rights_told", "已告知调解的性质、原则和双方的权利义务", must=True),
            Choice(
                "openness",
                "是否公开进行",
                required=True,
                options=(("closed", "不公开进行"), ("open", "公开进行")),
            ),
            Choice(
                "chosen_by",
                "调解员由谁确定",
                required=True,
                options=(("committee", "调解委员会指定，双方接受"), ("parties", "当事人选择")),
            ),
            Text("mediator", "调解员", required=True, most=60),
        ),
        starts=("mediation.usual_term@accepted_on",),
        guard=both_consent,
        article="人民调解法 第十七条、第十九条、第二十三条",
    ),
    Step(
        "refuse",
        "一方明确拒绝调解",
        ("awaiting_consent", "consented", "in_session"),
        "terminated",
        HANDLE,
        fields=(Choice("refused_by", "拒绝的一方", required=True, options=SIDES), NOTE, REMEDY_TOLD),
        stops=("mediation.usual_term",),
        article="人民调解法 第十七条、第二十六条",
    ),
    Step(
        "hold_session",
        "记录一次调解",
        ("consented", "in_session"),
        "in_session",
        HANDLE,
        fields=(
            Day("session_on", "调解日期", required=True, future=False),
            Text("session_place", "调解地点", required=True, most=120),
            Text("mediator", "调解员", required=True, most=60),
            Text("session_summary", "调解情况摘要", required=True, long=True),
        ),
        guard=hold_session,
        article="人民调解法 第二十七条",
    ),
    Step(
        "agree",
        "达成协议",
        ("in_session",),
        "agreed",
        HANDLE,
        fields=(
            Choice(
                "agreement_form",
                "协议形式",
                required=True,
                options=(("written", "书面调解协议书"), ("oral", "口头协议，已记录")),
            ),
            Text("terms", "协议内容和履行方式", required=True, long=True),
            Flag("signed_and_sealed", "各方签名（盖章、按指印）、调解员签名、调解委员会印章齐全", help="书面协议必须"),
            Day(
                "effective_on",
                "协议生效之日",
                required=True,
                future=False,
                help="书面：签名、印章齐全之日；口头：达成协议之日",
            ),
            Day("perform_by", "协议约定的履行期限", required=True, help="法律没有规定天数，以协议约定为准"),
            Flag("confirmation_told", "已告知双方可以在法定期限内共同申请司法确认", must=True),
        ),
        starts=("mediation.confirmation_request@effective_on", "mediation.performance@effective_on"),
        stops=("mediation.usual_term",),
        dues=("mediation.performance@perform_by",),
        guard=agree,
        letters=("settlement",),
        article="人民调解法 第二十八条至第三十条、第三十三条",
    ),
    Step(
        "follow_performance",
        "转入履行监督",
        ("agreed",),
        "to_perform",
        HANDLE,
        fields=(Text("follower", "督促履行人", required=True, most=60), NOTE),
        article="人民调解法 第三十一条第二款",
    ),
    Step(
        "perform",
        "履行完毕",
        ("agreed", "to_perform"),
        "performed",
        HANDLE,
        fields=(
            Day("performed_on", "履行完毕之日", required=True, future=False),
            Choice("extent", "履行情况", required=True, options=(("whole", "全部履行"), ("part", "部分履行"))),
            Text("performance_proof", "履行凭证", required=True, help="收条、转账凭证或者双方确认", most=200),
        ),
        stops=("mediation.performance",),
        guard=perform,
        article="人民调解法 第三十一条",
    ),
    Step(
        "record_unperformed",
        "一方不履行",
        ("to_perform",),
        "unperformed",
        HANDLE,
        fields=(
            Choice("unperformed_by", "未履行的一方", required=True, options=SIDES),
            NOTE,
            Flag("suit_told", "已告知就协议的履行或者内容发生争议可以向人民法院起诉", must=True),
        ),
        stops=("mediation.performance",),
        article="人民调解法 第三十二条",
    ),
    Step(
        "terminate",
        "终止调解",
        ("awaiting_consent", "consented", "in_session"),
        "terminated",
        HANDLE,
        fields=(
            Choice(
                "end_reason",
                "终止原因",
                required=True,
                options=(
                    ("refused", "一方明确拒绝调解"),
                    ("asked", "当事人要求终止调解"),
                    ("failed", "调解不成"),
                    ("settled", "双方自行和解"),
                    ("withdrawn", "申请人撤回申请"),
                ),
            ),
            NOTE,
            REMEDY_TOLD,
        ),
        stops=("mediation.usual_term",),
        article="人民调解法 第二十三条、第二十六条",
    ),
)

PLATFORM = Platform(
    code="mediation",
    label="矛盾多元调解",
    short="矛盾调解",
    states=STATES,
    initial="awaiting_consent",
    steps=STEPS,
    handle=HANDLE,
    seldom=("refuse", "record_unperformed", "terminate"),
    respondent="对方当事人",
    fields=(
        Choice("origin", "调解的提起", options=(("applied", "当事人申请"), ("proposed", "调解委员会主动调解"))),
        Text("other_side", "对方当事人联系情况", most=200),
    ),
    services=(
        ServiceSpec("mediation.dispute", "矛盾纠纷调解", "B", "一楼南区"),
        ServiceSpec("mediation.follow", "调解协议履行", "B", "一楼南区"),
    ),
    departments=("市司法局", "市自然资源和规划局", "市住房和城乡建设局", "市农业农村局", "市妇女联合会"),
)
