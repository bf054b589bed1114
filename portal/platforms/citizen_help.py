"""群众求助, the fast lane: answered on the spot with the person's agreement, or opened on the right platform. Never a grave for 申诉求决."""

from portal.access.permissions import Permission
from portal.cases.definition import Choice, Day, Flag, Platform, ServiceSpec, State, Step, Text
from portal.platforms.shared import NOTE, REASON, VOLUNTARY, WITHDRAWN_BY, settle_only_questions

HANDLE = Permission.CITIZEN_HELP_HANDLE

STATES = {
    "asked": State("已登记·待答复", next_step="当场答复，或者转到对口平台办理"),
    "assisting": State("正在协助申请", "waiting", "由工作人员协助提出救助申请"),
    "settled": State("已即时办结", "good", final=True),
    "assisted": State("已协助提出申请", "good", final=True),
    "transferred": State("已转为其他平台办理", "good", final=True),
    "withdrawn": State("已撤回", "ended", final=True),
}

STEPS = (
    Step(
        "settle",
        "即时办结",
        ("asked",),
        "settled",
        HANDLE,
        # Only these three kinds: a demand for redress must be registered on its own platform, whatever is said at the window.
        fields=(
            Choice(
                "help_kind",
                "事项性质",
                required=True,
                help="申诉求决、检举控告、投诉不得即时办结",
                options=(("advice", "咨询"), ("help", "求助"), ("enquiry", "查询")),
            ),
            Text("answer", "答复内容", required=True, long=True),
            Flag("agreed", "求助人已听明答复并同意办结", must=True),
        ),
        guard=settle_only_questions,
    ),
    Step(
        "transfer",
        "转为其他平台",
        ("asked", "assisting"),
        "transferred",
        HANDLE,
        fields=(
            Choice(
                "to_platform",
                "转往平台",
                required=True,
                options=(
                    ("governance", "综治指挥"),
                    ("petition", "信访接处"),
                    ("mediation", "矛盾多元调解"),
                    ("court_link", "诉调对接"),
                    ("counselling", "综合服务室"),
                    ("legal_aid", "法律援助"),
                    ("relief", "救助救济"),
                    ("hotline", "12345热线线下服务"),
                    ("labour", "劳动人事争议调解和仲裁"),
                ),
            ),
            REASON,
        ),
        stops=("citizen_help.assist",),
    ),
    Step(
        "assist",
        "告知救助政策并协助申请",
        ("asked",),
        "assisting",
        HANDLE,
        fields=(
            Day("found_on", "发现困难情况之日", required=True, future=False),
            Text("policy_told", "已告知的救助政策", required=True, long=True),
        ),
        starts=("citizen_help.assist@found_on",),
        article="社会救助法 第三十九条",
    ),
    Step(
        "assisted",
        "已协助提出申请",
        ("assisting",),
        "assisted",
        HANDLE,
        fields=(Text("applied_to", "受理申请的单位", required=True, most=120), NOTE),
        stops=("citizen_help.assist",),
        article="社会救助法 第三十九条",
    ),
    Step(
        "withdraw",
        "撤回",
        ("asked", "assisting"),
        "withdrawn",
        HANDLE,
        fields=(WITHDRAWN_BY, VOLUNTARY),
        stops=("citizen_help.assist",),
    ),
)

PLATFORM = Platform(
    code="citizen_help",
    label="群众求助",
    short="群众求助",
    states=STATES,
    initial="asked",
    steps=STEPS,
    handle=HANDLE,
    seldom=("transfer", "withdraw"),
    purpose="inquiry",
    services=(
        # The same name and letter as the sealed platform's service: neither slip nor screen tells the two apart.
        ServiceSpec("citizen_help.general", "综合服务", "G", "一楼北区"),
        ServiceSpec("citizen_help.enquiry", "政策咨询和进度查询", "G", "一楼北区"),
    ),
    neutral_sign="综合服务室",
    departments=("市民政局", "市总工会", "市妇女联合会"),
)
