"""12345热线线下服务: order → deal, dispatch or object → reply → call back → return the result.

No national handling time exists (statutes, chapter 7); the day to answer by comes with the order.
"""

from portal.access.permissions import Permission
from portal.cases.definition import Choice, Day, Flag, Platform, ServiceSpec, State, Step, Text
from portal.platforms.shared import NOTE, REASON, UNIT

HANDLE = Permission.HOTLINE_HANDLE

STATES = {
    "received": State("已收单·待分办", next_step="由热线线下服务平台直接办理、派单或者提出异议"),
    "handling": State("直接办理中", next_step="由热线线下服务平台办理并答复"),
    "dispatched": State("已派单·办理中", "waiting", "由承办单位办理并答复"),
    "objected": State("派单异议·待审核", "waiting", "由派单方审核异议"),
    "replied": State("已答复·待回访", next_step="由热线线下服务平台电话回访"),
    "called_back": State("已回访·待回传", next_step="将办理结果回传热线"),
    "returned": State("结果已回传", "good", final=True),
    "sent_back": State("已退回热线", "ended", final=True),
    "merged": State("已并单办理", "good", final=True),
    "guided": State("已告知法定途径", "good", final=True),
}

STEPS = (
    Step("deal", "直接办理", ("received",), "handling", HANDLE, fields=(NOTE,)),
    Step(
        "dispatch",
        "派单",
        ("received",),
        "dispatched",
        HANDLE,
        fields=(UNIT, Text("catalogue", "派单目录依据", help="目录条目及版本", most=120)),
        article="国办函〔2025〕66号",
    ),
    Step(
        "merge",
        "重复诉求并单",
        ("received",),
        "merged",
        HANDLE,
        fields=(Text("head_order", "并入的工单或事项编号", required=True, most=40),),
        article="国办函〔2025〕66号",
    ),
    Step(
        "guide",
        "告知法定途径",
        ("received", "handling"),
        "guided",
        HANDLE,
        fields=(
            Choice(
                "legal_way",
                "应当通过的途径",
                required=True,
                options=(
                    ("litigation", "诉讼"),
                    ("arbitration", "仲裁"),
                    ("discipline", "纪检监察"),
                    ("reconsideration", "行政复议"),
                    ("disclosure", "政府信息公开"),
                    ("petition", "已进入信访渠道"),
                ),
            ),
            Text("told", "告知内容", required=True, long=True),
        ),
        article="国办函〔2025〕66号",
    ),
    Step(
        "object",
        "提出派单异议",
        ("received", "dispatched"),
        "objected",
        HANDLE,
        fields=(REASON, Text("proposed_unit", "建议承办单位", required=True, most=120)),
        article="国办函〔2025〕66号",
    ),
    Step("accept_objection", "异议成立，退回热线", ("objected",), "sent_back", HANDLE, fields=(NOTE,)),
    Step("refuse_objection", "异议不成立，继续分办", ("objected",), "received", HANDLE, fields=(REASON,)),
    Step(
        "reply",
        "答复诉求人",
        ("handling", "dispatched"),
        "replied",
        HANDLE,
        fields=(
            Day("replied_on", "答复日期", required=True, future=False),
            Text("answer", "答复内容", required=True, long=True),
        ),
        article="国办发〔2020〕53号",
    ),
    Step(
        "call_back",
        "电话回访",
        ("replied",),
        "called_back",
        HANDLE,
        # What the person thinks of it is theirs to rate (Rating); the clerk records only whether the answer arrived.
        fields=(
            Day("called_on", "回访日期", required=True, future=False),
            Choice(
                "reached",
                "回访情况",
                required=True,
                options=(
                    ("confirmed", "本人确认已收到答复"),
                    ("disputed", "本人表示未解决"),
                    ("unreached", "未能接通"),
                ),
            ),
            NOTE,
        ),
        article="国办发〔2020〕53号",
    ),
    Step("rework", "退回重办", ("called_back",), "handling", HANDLE, fields=(REASON,)),
    Step(
        "return_result",
        "结果回传热线",
        ("called_back",),
        "returned",
        HANDLE,
        fields=(Flag("file_checked", "回传内容已核对，不含要求保密的个人信息", must=True), NOTE),
    ),
)

PLATFORM = Platform(
    code="hotline",
    label="12345热线线下服务",
    short="热线服务",
    states=STATES,
    initial="received",
    steps=STEPS,
    handle=HANDLE,
    seldom=("merge", "guide", "object", "rework", "accept_objection"),
    purpose="inquiry",
    fields=(
        Text("order_number", "热线工单编号", most=40),
        Choice(
            "order_kind",
            "工单类别",
            options=(
                ("advice", "咨询"),
                ("help", "求助"),
                ("complaint", "投诉"),
                ("report", "举报"),
                ("suggestion", "建议"),
            ),
        ),
        Day("answer_by", "工单要求答复日期", help="国家没有统一时限，以派单要求为准"),
        Flag("confidential", "诉求人要求个人信息保密"),
    ),
    services=(ServiceSpec("hotline.offline", "热线线下服务", "H", "一楼西区"),),
    departments=("市公安局", "市住房和城乡建设局", "市自然资源和规划局", "市农业农村局"),
)
