"""What may happen beside the way of a petition: who has jurisdiction, urgent reports, hearing, mediation, urging, 督办 proposed.

None of these moves a clock: the 条例 gives them no period and, but for the hearing of a 复核, lets them stop none.
"""

from datetime import datetime
from typing import Any

from portal.access.permissions import Permission
from portal.cases.definition import Choice, Day, Flag, Step, Text
from portal.platforms.petition.handling import OPEN

DISPATCHER = Permission.PETITION_DISPATCH
HANDLE = Permission.PETITION_HANDLE
LAW = "信访工作条例"
STAYS = ""
DISPUTE = Text("dispute", "受理争议的情况", required=True, long=True)
LEAD = Text("lead_unit", "确定的受理机关、单位", required=True, most=120)
CO_UNITS = Text("co_units", "协同办理的机关、单位", most=400)
DECIDED = Text("jurisdiction_decision", "决定、协调的内容", required=True, long=True)
AFTER_OPINION = ("opinion", "served", "under_review", "reviewed", "under_rereview", "rereviewed")


def report_urgent(proceeding: Any, _at: datetime) -> str | None:
    """第二十五条: who reports to the superior petition office reports to the national one at the same time."""
    if proceeding.data.get("to_superior") and not proceeding.data.get("to_national"):
        return "向上一级信访部门报告的，应当同时报告国家信访局（第二十五条）。"
    return None


def urge(proceeding: Any, _at: datetime) -> str | None:
    """Only an opinion in favour is urged (第三十二条)."""
    if proceeding.data.get("conclusion") != "support":
        return "处理意见不是“予以支持”，没有需要督促执行的内容。"
    return None


JURISDICTION = (
    Step(
        "consult",
        "涉及多个机关：协商受理",
        ("registered", "redispatch"),
        "consulting",
        DISPATCHER,
        # the fifteen days of 第二十二条 go on: the text gives the units no time of their own for agreeing
        fields=(Text("units_involved", "所涉及的机关、单位", required=True, help="两个以上，逐一写明", long=True),),
        article=f"{LAW} 第二十四条",
    ),
    Step(
        "agree_unit",
        "协商确定受理机关",
        ("consulting",),
        "redispatch",
        DISPATCHER,
        fields=(LEAD, CO_UNITS),
        article=f"{LAW} 第二十四条",
    ),
    Step(
        "ask_superior",
        "受理有争议：报共同的上一级决定",
        ("consulting",),
        "superior_deciding",
        DISPATCHER,
        fields=(DISPUTE, Text("common_superior", "共同的上一级机关、单位", required=True, most=120)),
        article=f"{LAW} 第二十四条",
    ),
    Step(
        "superior_decides",
        "收到共同上一级的决定",
        ("superior_deciding",),
        "redispatch",
        DISPATCHER,
        fields=(LEAD, CO_UNITS, DECIDED),
        article=f"{LAW} 第二十四条",
    ),
    Step(
        "ask_conference",
        "没有共同上一级：提请联席会议协调",
        ("consulting",),
        "in_conference",
        DISPATCHER,
        fields=(DISPUTE, Flag("no_common_superior", "争议各方没有共同的上一级机关、单位", must=True)),
        article=f"{LAW} 第二十四条",
    ),
    Step(
        "conference_settles",
        "联席会议协调确定",
        ("in_conference",),
        "redispatch",
        DISPATCHER,
        fields=(LEAD, CO_UNITS, DECIDED),
        article=f"{LAW} 第二十四条",
    ),
)

BESIDE = (
    Step(
        "report_urgent",
        "重大、紧急情况报告",
        OPEN,
        STAYS,
        DISPATCHER,
        # "及时": the text gives no number of hours, so there is no clock, only who must be told
        fields=(
            Day("reported_on", "报告之日", required=True, future=False, help="应当及时报告"),
            Flag("to_government", "已报告本级党委和政府", must=True),
            Flag("to_departments", "已通报相关主管部门", must=True),
            Flag("to_joint_office", "已通报本级信访工作联席会议办公室", must=True),
            Flag("to_superior", "已报告上一级信访部门"),
            Flag("to_national", "已同时报告国家信访局"),
            Text("urgent_report", "报告内容", required=True, long=True),
        ),
        guard=report_urgent,
        letters=("urgent_report",),
        article=f"{LAW} 第二十五条",
    ),
    Step(
        "mediate",
        "组织调解（双方同意）",
        ("accepted", "handling"),
        STAYS,
        HANDLE,
        fields=(
            Flag("both_consent", "争议双方当事人均同意调解", must=True),
            Day("mediated_on", "调解之日", required=True, future=False),
            Text("mediated_by", "主持调解的机关、人员", required=True, most=120),
            Text("mediated", "调解情况", required=True, help="达成一致的，另登记“经调解、和解办结”", long=True),
        ),
        letters=("settlement",),
        article=f"{LAW} 第三十三条",
    ),
    Step(
        "hear",
        "举行听证",
        ("handling",),
        STAYS,
        HANDLE,
        fields=(
            Day("hearing_on", "听证之日", required=True, future=False, help="办理中的听证不停止六十日的办理期限"),
            Text("hearing_why", "重大、复杂、疑难的理由", required=True, most=500),
            Text("hearing_record", "听证情况和意见", required=True, long=True),
        ),
        letters=("hearing_record",),
        article=f"{LAW} 第三十一条第六项",
    ),
    Step(
        "urge",
        "督促执行",
        ("served", "reviewed"),
        STAYS,
        HANDLE,
        fields=(
            Day("urged_on", "督促之日", required=True, future=False),
            Text("urged_unit", "负责执行的机关、单位", required=True, most=120),
            Text("urged", "督促和执行进展", required=True, long=True),
        ),
        guard=urge,
        article=f"{LAW} 第三十二条",
    ),
    Step(
        "propose_supervision",
        "提出督办",
        OPEN + AFTER_OPINION,
        STAYS,
        DISPATCHER,
        fields=(
            Choice(
                "supervision_ground",
                "督办情形",
                required=True,
                options=(
                    ("improper", "违反规定受理、办理"),
                    ("shirking", "推诿"),
                    ("perfunctory", "敷衍"),
                    ("delay", "拖延（含超过法定期限）"),
                    ("fraud", "弄虚作假"),
                    ("unexecuted", "拒不执行处理意见"),
                ),
            ),
            Text("supervised_unit", "被督办的机关、单位", required=True, most=120),
            Text("supervision_advice", "改进工作的建议", required=True, long=True),
        ),
        proposes=True,
        article=f"{LAW} 第四十条第一款",
    ),
)
