"""Letters of the 信访部门: dispatch and what it tells the petitioner (第十九、二十二、二十三、二十五、三十六条)."""

from portal.cases.definition import Choice, Day, Flag, Number, Text
from portal.documents.letters.kinds.definition import Issuer, Kind

LAW = "信访工作条例"
MATTER = Text("matter", "信访事项", required=True, most=200)
REQUEST = Text("request", "投诉请求", required=True, long=True)
REASONS = Text("reasons", "事实和理由", required=True, long=True, most=6000)
UNIT = Text("addressee", "主送机关、单位", required=True, most=120)
MATERIALS = Text("materials", "随附材料", long=True, help="每行一件；没有可不填")
RECEIVED = Day("received_on", "收到信访事项之日", required=True, future=False)
ABOUT = {"matter": "subject", "received_on": "received_on"}
SENT = ABOUT | {"addressee": "step.unit", "request": "demands", "reasons": "facts"}

DISPATCH = (
    Kind(
        "referral",
        "转送函",
        Issuer.OFFICE,
        f"{LAW} 第二十二条第一款第一项、第二项",
        fields=(UNIT, MATTER, RECEIVED, REQUEST, REASONS, MATERIALS),
        to="addressee",
        prefill=SENT,
    ),
    Kind(
        "assignment",
        "交办函",
        Issuer.OFFICE,
        f"{LAW} 第二十二条第一款第三项",
        fields=(
            UNIT,
            MATTER,
            RECEIVED,
            REQUEST,
            REASONS,
            Text("assignment", "交办要求", required=True, long=True),
            # 第二十二条第一款第三项 leaves the day to the sender: no number is offered
            Day("report_by", "指定办理期限", required=True, past=False, help="届时反馈结果、提交办结报告"),
            MATERIALS,
        ),
        to="addressee",
        prefill=SENT | {"assignment": "step.assignment", "report_by": "step.report_by"},
    ),
    Kind(
        "whereabouts",
        "转送去向告知单",
        Issuer.SENDER,
        f"{LAW} 第二十三条第一款",
        fields=(
            MATTER,
            RECEIVED,
            Choice("act", "处理方式", required=True, options=(("refer", "转送"), ("assign", "交办"))),
            Text("unit", "去向机关、单位", required=True, most=120),
            Day("sent_on", "转送、交办之日", required=True, future=False),
        ),
        prefill=ABOUT | {"unit": "step.unit", "act": "sent.step", "sent_on": "sent.on"},
    ),
    Kind(
        "guidance",
        "引导告知单",
        Issuer.OFFICE,
        f"{LAW} 第二十二条第二款",
        fields=(
            MATTER,
            Text("authority", "有关政法部门", required=True, most=120),
            Text("explained", "释法明理的内容", required=True, long=True),
        ),
        prefill=ABOUT | {"authority": "step.authority", "explained": "step.explained"},
    ),
    Kind(
        "duplicate",
        "不予受理告知书",
        Issuer.OFFICE,
        f"{LAW} 第十九条第三款",
        # all three conditions at once, each stated
        fields=(
            MATTER,
            RECEIVED,
            Text("running_number", "在办事项编号", required=True, most=40),
            Text("running_unit", "受理、办理机关、单位", required=True, most=120),
            Flag("is_running", "同一信访事项已经受理或者正在办理", must=True),
            Flag("is_in_time", "仍在规定期限内", must=True),
            Flag("is_to_superior", "本次是向受理、办理机关、单位的上级机关、单位提出", must=True),
        ),
        prefill=ABOUT | {"running_number": "step.running_number"},
    ),
    Kind(
        "ceased",
        "不再受理告知书",
        Issuer.OWN,
        f"{LAW} 第三十六条第三款",
        fields=(
            MATTER,
            RECEIVED,
            Text("rereview_organ", "复核机关、单位", required=True, most=120),
            Text("rereview_number", "复核意见文号", required=True, most=60),
            Flag("same_facts", "与复核意见针对的事实相同", must=True),
            Flag("same_reasons", "与复核意见针对的理由相同", must=True),
        ),
        prefill=ABOUT | {"rereview_number": "step.rereview_number"},
    ),
    Kind(
        "not_competent",
        "非本职权告知书",
        Issuer.OWN,
        f"{LAW} 第二十三条第一款",
        fields=(
            MATTER,
            RECEIVED,
            Text("competent", "有权处理的机关、单位", required=True, most=120),
            Text("why", "不属于本机关、单位职权范围的说明", required=True, long=True),
        ),
        prefill=ABOUT | {"competent": "competent"},
    ),
    Kind(
        "objection",
        "异议处理告知",
        Issuer.OFFICE,
        f"{LAW} 第二十三条第三款",
        fields=(
            UNIT,
            MATTER,
            Day("objected_on", "提出异议之日", required=True, future=False),
            Choice(
                "decision",
                "核实结论",
                required=True,
                options=(("agreed", "同意异议，交还相关材料"), ("refused", "不同意异议，由你单位办理")),
            ),
            Text("why", "核实情况和理由", required=True, long=True),
        ),
        to="addressee",
        prefill=ABOUT | {"addressee": "step.unit", "objected_on": "step.objected_on"},
    ),
    Kind(
        "urgent_report",
        "重大紧急情况报告",
        Issuer.OFFICE,
        f"{LAW} 第二十五条",
        # The article names the addressees and no number of hours.
        fields=(
            Text("addressee", "主送（本级党委和政府）", required=True, most=200),
            Text("informed", "通报、报告的其他机关、单位", required=True, long=True,
                 help="有关主管部门、本级信访工作联席会议办公室；上一级信访部门、国家信访局"),
            Text("happened", "事项、时间、地点和经过", required=True, long=True),
            Number("headcount", "涉及人数", required=True, minimum=1),
            Text("measures", "已采取的措施", required=True, long=True),
            Text("proposal", "建议", required=True, long=True),
        ),
        to="addressee",
        served=True,
        prefill={"happened": "facts", "headcount": "headcount", "proposal": "step.proposal"},
    ),
    Kind(
        "approval",
        "呈批件",
        Issuer.OWN,
        "机关内部审批",
        fields=(
            MATTER,
            Text("addressee", "呈送", required=True, most=120),
            Text("situation", "基本情况", required=True, long=True),
            Text("proposal", "拟办意见", required=True, long=True),
        ),
        to="",
        served=False,
        platforms=(),
        prefill={"matter": "subject", "situation": "facts", "proposal": "step.proposal"},
    ),
)  # fmt: skip
