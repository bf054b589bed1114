"""救助救济 (社会救助法, in force since 2026-07-01): the law has no number of days, so its clocks show 中心尚未设定.

急难 is helped where it happens, not where the 户籍 is (第三十七条); help first, explain afterwards (第五十条).
"""

from datetime import datetime
from typing import Any

from portal.access.permissions import Permission
from portal.cases.definition import Choice, Day, Flag, Number, Platform, ServiceSpec, State, Step, Text
from portal.platforms.shared import NOTE, PROOF, REASON, VOLUNTARY, WITHDRAWN_BY, before

HANDLE = Permission.RELIEF_HANDLE
LAW = "社会救助法"

STATES = {
    "found": State("已登记·待同意核查", next_step="由申请人同意核查；情况紧急的先行救助"),
    "consented": State("已同意核查·待转办", next_step="由中心转办到乡镇人民政府、街道办事处"),
    "emergency": State("先行救助中", next_step="紧急情况解除后按规定补充说明"),
    "referred": State("已转办·待乡镇受理", "waiting", "由乡镇人民政府、街道办事处受理"),
    "accepted": State("乡镇已受理·审核确认中", "waiting", "由乡镇审核、县级确认"),
    "granted": State("决定给予救助·待公布", "waiting", "由受理机关按规定公布"),
    "published": State("已公布·待发放", "waiting", "由受理机关发放"),
    "paid": State("已发放·待回访", next_step="由中心回访"),
    "refused": State("决定不予救助", "ended", final=True),
    "closed": State("救助办结", "good", final=True),
    "withdrawn": State("已撤回申请", "ended", final=True),
}

KINDS = (
    ("destitute", "特困人员供养"),
    ("minimum", "最低生活保障"),
    ("marginal", "最低生活保障边缘家庭救助"),
    ("expense", "刚性支出困难家庭救助"),
    ("disaster", "受灾人员救助"),
    ("temporary", "临时救助"),
    ("medical", "疾病应急救助"),
    ("homeless", "生活无着的流散人员救助"),
)


def refer(proceeding: Any, _at: datetime) -> str | None:
    """第三十七条: 临时救助 goes to the place of the emergency."""
    data = proceeding.data
    if data.get("relief_kind") == "temporary" and data.get("place_basis") == "household":
        return "临时救助应当向急难发生地的乡镇人民政府、街道办事处提出，不按户籍所在地转办。"
    return None


def accept(proceeding: Any, _at: datetime) -> str | None:
    """An acceptance follows its referral."""
    return "受理之日不能早于转办之日。" if before(proceeding.data, "accepted_on", "referred_on") else None


STEPS = (
    Step(
        "consent",
        "同意核查",
        ("found", "emergency"),
        "consented",
        HANDLE,
        fields=(
            Flag("truthful", "申请人已如实报告家庭情况", must=True),
            Flag("agreed", "申请人同意社会救助管理部门进行核查", must=True),
            Flag("relatives_agreed", "共同生活家庭成员以外的亲属本人同意核查", help="没有本人同意的，不得核查"),
            Text("explanation", "先行救助的补充说明", help="先行救助的，紧急情况解除后填写", long=True),
        ),
        stops=("relief.emergency_explanation",),
        article=f"{LAW} 第四十条、第四十一条、第五十条",
    ),
    Step(
        "help_first",
        "先行救助",
        ("found",),
        "emergency",
        HANDLE,
        fields=(
            Flag("is_urgent", "情况紧急", must=True),
            Flag("is_small", "救助金额较小", must=True),
            Flag("is_immediate", "需立即采取救助措施", must=True),
            Text("helper", "实施救助的单位", required=True, most=120),
            Text("measure", "救助措施", required=True, long=True),
            Number("amount", "金额（元）"),
        ),
        starts=("relief.emergency_explanation",),
        article=f"{LAW} 第五十条",
    ),
    Step(
        "explain",
        "紧急情况解除，补充说明后办结",
        ("emergency",),
        "closed",
        HANDLE,
        fields=(
            Day("relieved_on", "紧急情况解除之日", required=True, future=False),
            Text("explained", "补充说明", required=True, long=True),
        ),
        stops=("relief.emergency_explanation",),
        article=f"{LAW} 第五十条",
    ),
    Step(
        "refer",
        "转办乡镇（街道）",
        ("consented",),
        "referred",
        HANDLE,
        fields=(
            Choice("relief_kind", "救助种类", required=True, options=KINDS),
            Choice(
                "place_basis",
                "转办依据",
                required=True,
                options=(("emergency", "急难发生地"), ("household", "户籍所在地"), ("found", "流散人员所在地")),
            ),
            Text("township", "乡镇人民政府、街道办事处", required=True, most=120),
            Day("referred_on", "转办之日", required=True, future=False),
        ),
        guard=refer,
        article=f"{LAW} 第三十七条、第五十二条、第六十四条",
    ),
    Step(
        "accept",
        "乡镇（街道）已受理",
        ("referred",),
        "accepted",
        HANDLE,
        fields=(Day("accepted_on", "受理之日", required=True, future=False), PROOF),
        starts=("relief.process@accepted_on",),
        guard=accept,
        article=f"{LAW} 第四十三条、第四十四条",
    ),
    Step(
        "grant",
        "决定给予救助",
        ("accepted",),
        "granted",
        HANDLE,
        fields=(
            Text("granted_by", "确认机关", required=True, most=120),
            Text("grant", "救助内容", required=True, long=True),
        ),
        stops=("relief.process",),
        article=f"{LAW} 第四十四条",
    ),
    Step(
        "refuse",
        "决定不予救助",
        ("accepted",),
        "refused",
        HANDLE,
        fields=(
            REASON,
            Flag("written_notice", "已书面告知申请人并说明理由", must=True),
            Flag("appeal_told", "已告知可以依法申请行政复议或者提起行政诉讼", must=True),
        ),
        stops=("relief.process",),
        article=f"{LAW} 第四十五条、第七十六条",
    ),
    Step(
        "publish",
        "公布救助确认决定",
        ("granted",),
        "published",
        HANDLE,
        fields=(
            Day("published_on", "公布之日", required=True, future=False),
            Text("published_where", "公布范围", required=True, help="申请家庭或者个人所在的村、社区", most=120),
            Flag("privacy_kept", "公布内容不含无关的个人信息", must=True),
        ),
        article=f"{LAW} 第十一条、第四十五条",
    ),
    Step(
        "pay",
        "发放救助",
        ("published",),
        "paid",
        HANDLE,
        fields=(Day("paid_on", "发放之日", required=True, future=False), Number("amount", "金额（元）")),
    ),
    Step(
        "follow_up",
        "回访并办结",
        ("paid",),
        "closed",
        HANDLE,
        fields=(
            Day("followed_on", "回访之日", required=True, future=False),
            Text("followed", "回访情况", required=True, long=True),
        ),
    ),
    Step(
        "withdraw",
        "申请人撤回",
        ("found", "consented", "referred", "accepted"),
        "withdrawn",
        HANDLE,
        fields=(WITHDRAWN_BY, VOLUNTARY, NOTE),
        stops=("relief.process",),
    ),
)

PLATFORM = Platform(
    code="relief",
    label="救助救济",
    short="救助救济",
    states=STATES,
    initial="found",
    steps=STEPS,
    handle=HANDLE,
    seldom=("refuse", "withdraw"),
    purpose="inquiry",
    fields=(
        Choice(
            "origin",
            "来源",
            options=(("applied", "本人申请"), ("agent", "村（居）民委员会或者他人代为提出"), ("found", "工作中发现")),
        ),
        Text("emergency_place", "急难发生地", most=120),
    ),
    services=(
        ServiceSpec("relief.application", "社会救助申请", "F", "一楼北区"),
        ServiceSpec("relief.emergency", "急难救助", "F", "一楼北区"),
    ),
    departments=("市民政局", "市卫生健康委员会", "市总工会"),
)
