"""综治指挥: 建账 → 分流 → 办理 → 核查 → 销账 → 交账. No statute sets steps or periods (statutes, chapter 8): the centre does."""

from portal.access.permissions import Permission
from portal.cases.definition import Choice, Day, Flag, Platform, ServiceSpec, State, Step, Text
from portal.platforms.shared import NOTE, REASON, UNIT

HANDLE = Permission.GOVERNANCE_HANDLE

STATES = {
    "booked": State("已建账·待分流", next_step="由综治指挥平台分流到有权处理的单位"),
    "dispatched": State("已分流·办理中", "waiting", "由承办单位办理并反馈结果"),
    "answered": State("已反馈·待核查", next_step="由综治指挥平台核查办理结果"),
    "verified": State("已核查·待销账", next_step="由综治指挥平台销账"),
    "cleared": State("已销账·待交账", next_step="由综治指挥平台交账归档"),
    "handed_over": State("已交账", "good", final=True),
}

STEPS = (
    Step(
        "report_urgent",
        "报告重大紧急事项",
        ("booked",),
        "booked",
        HANDLE,
        fields=(
            Text(
                "reported_to",
                "已报告的机关",
                required=True,
                help="本级党委和政府、主管部门、联席会议办公室等",
                most=200,
            ),
            Text("urgent_facts", "紧急情况", required=True, long=True),
        ),
        article="信访工作条例 第二十五条",
    ),
    Step(
        "dispatch",
        "分流",
        ("booked",),
        "dispatched",
        HANDLE,
        # 综治中心程序性推进，办理部门实质性解决: no law sets a number, so whoever dispatches names the day.
        fields=(UNIT, Day("handle_by", "要求办结日期", required=True, past=False), NOTE),
        starts=("governance.process",),
        dues=("governance.process@handle_by",),
    ),
    Step(
        "report_police",
        "报告公安机关",
        ("dispatched",),
        "dispatched",
        HANDLE,
        fields=(
            Text("police_unit", "接报单位", required=True, most=120),
            Text("police_facts", "报告内容", required=True, long=True),
        ),
        article="人民调解法 第二十五条",
    ),
    Step(
        "receive_answer",
        "收到办理反馈",
        ("dispatched",),
        "answered",
        HANDLE,
        fields=(
            Day("answered_on", "反馈日期", required=True, future=False),
            Text("answer", "办理结果", required=True, long=True),
        ),
    ),
    Step(
        "verify",
        "核查属实",
        ("answered",),
        "verified",
        HANDLE,
        fields=(
            Choice(
                "verified_how",
                "核查方式",
                required=True,
                options=(("visit", "实地核查"), ("call", "电话回访当事人"), ("papers", "查阅材料")),
            ),
            Text("verified_facts", "核查情况", required=True, long=True),
        ),
        stops=("governance.process",),
    ),
    Step("reject", "核查不实，退回重办", ("answered",), "dispatched", HANDLE, fields=(REASON,)),
    Step(
        "clear",
        "销账",
        ("verified",),
        "cleared",
        HANDLE,
        fields=(Text("cleared_by", "销账批准人", required=True, most=60),),
    ),
    Step(
        "hand_over",
        "交账",
        ("cleared",),
        "handed_over",
        HANDLE,
        fields=(Text("handed_to", "交账对象", required=True, most=120), NOTE),
    ),
)

PLATFORM = Platform(
    code="governance",
    label="综治指挥",
    short="综治指挥",
    states=STATES,
    initial="booked",
    steps=STEPS,
    handle=HANDLE,
    seldom=("report_urgent", "report_police", "reject"),
    fields=(
        Choice(
            "source",
            "来源",
            options=(("grid", "网格上报"), ("survey", "排查发现"), ("superior", "上级交办"), ("platform", "平台流转")),
        ),
        Flag("urgent", "重大、紧急"),
    ),
    services=(ServiceSpec("governance.report", "矛盾风险反映", "J", "二楼东区"),),
    departments=("市委政法委", "市公安局"),
)
