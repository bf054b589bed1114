"""法律援助 (法律援助法): advice at once; an application is decided, assigned, reported; refusal can be objected to."""

from datetime import datetime
from typing import Any

from portal.access.permissions import Permission
from portal.cases.definition import Choice, Day, Flag, Platform, ServiceSpec, State, Step, Text
from portal.platforms.shared import NOTE, REASON, VOLUNTARY, WITHDRAWN_BY, before

HANDLE = Permission.LEGAL_AID_HANDLE
LAW = "法律援助法"

STATES = {
    "registered": State("已登记·待咨询或申请", next_step="由值班律师解答，或者提出法律援助申请"),
    "applied": State("已申请·待审查", next_step="由法律援助机构在法定期限内作出决定"),
    "supplementing": State("待补充材料", "waiting", "由申请人按一次性告知补充材料或者作出说明"),
    "provided_first": State("先行提供援助·待决定", next_step="由申请人及时补办手续、补充材料"),
    "granted": State("决定给予援助·待指派", next_step="由法律援助机构在法定期限内指派援助人员"),
    "assigned": State("已指派·办理中", next_step="由援助人员办理并通报情况"),
    "refused": State("决定不予援助", "waiting", "对决定有异议的，可以向司法行政部门提出"),
    "stopped": State("援助已终止", "waiting", "对决定有异议的，可以向司法行政部门提出"),
    "objected": State("异议审查中", "waiting", "由司法行政部门在法定期限内审查"),
    "advised": State("咨询已答复", "good", final=True),
    "closed": State("援助办结", "good", final=True),
    "ended": State("已归档", "ended", final=True),
    "withdrawn": State("已撤回申请", "ended", final=True),
}

DECIDED_ON = Day("decided_on", "作出决定之日", required=True, future=False)
WRITTEN = Flag("written_notice", "已书面告知申请人并说明理由", must=True)


def apply(proceeding: Any, _at: datetime) -> str | None:
    """Only the two articles spare an applicant the account of hardship."""
    data = proceeding.data
    if data.get("hardship") == "unneeded" and not (data.get("check_exempt") or data.get("condition_free")):
        return "只有免予核查或者不受经济困难条件限制的，才无需说明经济困难状况。"
    return None


def supplement(proceeding: Any, _at: datetime) -> str | None:
    """第四十三条第二款: told once, completely."""
    return "补充材料只能一次性告知，本件已经告知过。" if proceeding.data.get("supplemented_on") else None


def provide_first(proceeding: Any, _at: datetime) -> str | None:
    """第四十四条第一款第一项 rests on the applicant's own limitation: without its last day nobody can check the ground."""
    data = proceeding.data
    if data.get("first_ground") == "limitation" and not data.get("limitation_on"):
        return "以时效或者期限将届满为由先行提供的，请填写届满之日。"
    return None


def decide(proceeding: Any, _at: datetime) -> str | None:
    """A decision follows its application."""
    return "作出决定之日不能早于收到申请之日。" if before(proceeding.data, "decided_on", "applied_on") else None


def assign(proceeding: Any, _at: datetime) -> str | None:
    """An assignment follows its decision."""
    return "指派之日不能早于作出决定之日。" if before(proceeding.data, "assigned_on", "decided_on") else None


STEPS = (
    Step(
        "advise",
        "解答咨询",
        ("registered",),
        "advised",
        HANDLE,
        fields=(
            Text("advice", "解答要点", required=True, long=True),
            Flag("rights_told", "已告知申请法律援助的权利、条件和程序", must=True),
        ),
        article=f"{LAW} 第二十三条",
    ),
    Step(
        "apply",
        "收到援助申请",
        ("registered",),
        "applied",
        HANDLE,
        fields=(
            # The seven days run from the application, not from the visit: advice alone starts nothing.
            Day("applied_on", "收到申请之日", required=True, future=False),
            Choice(
                "hardship",
                "经济困难的说明",
                required=True,
                options=(("pledge", "个人诚信承诺"), ("shared", "信息共享查询"), ("unneeded", "无需说明")),
            ),
            # Two different rights: 第四十二条 spares the check, 第三十二条 lifts the condition itself.
            Flag("check_exempt", "免予核查经济困难状况（第四十二条）"),
            Flag("condition_free", "不受经济困难条件限制（第三十二条）"),
        ),
        starts=("legal_aid.decide@applied_on",),
        guard=apply,
        article=f"{LAW} 第三十二条、第四十一条至第四十三条",
    ),
    Step(
        "supplement",
        "一次性告知补充材料",
        ("applied",),
        "supplementing",
        HANDLE,
        fields=(
            Text("supplement_told", "需要补充的全部材料或者说明", required=True, long=True),
            Day("supplement_by", "要求补充日期", required=True, past=False, help="法律没有规定天数"),
        ),
        starts=("legal_aid.supplement",),
        dues=("legal_aid.supplement@supplement_by",),
        guard=supplement,
        article=f"{LAW} 第四十三条第二款",
    ),
    Step(
        "supplemented",
        "材料已补充",
        ("supplementing",),
        "applied",
        HANDLE,
        fields=(Day("supplemented_on", "补充之日", required=True, future=False),),
        stops=("legal_aid.supplement",),
        article=f"{LAW} 第四十三条第二款",
    ),
    Step(
        "deem_withdrawn",
        "未补充，视为撤回申请",
        ("supplementing",),
        "withdrawn",
        HANDLE,
        fields=(NOTE,),
        stops=("legal_aid.supplement", "legal_aid.decide"),
        article=f"{LAW} 第四十三条第二款",
    ),
    Step(
        "provide_first",
        "先行提供援助",
        ("applied",),
        "provided_first",
        HANDLE,
        fields=(
            Choice(
                "first_ground",
                "先行提供的情形",
                required=True,
                options=(
                    ("limitation", "距法定时效或者期限届满不足法定天数，需要及时起诉或者申请仲裁、行政复议"),
                    ("preservation", "需要立即申请财产保全、证据保全或者先予执行"),
                    ("other", "法律、行政法规规定的其他情形"),
                ),
            ),
            Day("limitation_on", "时效或者期限届满之日"),
            Text("lawyer", "援助人员", required=True, most=60),
        ),
        guard=provide_first,
        article=f"{LAW} 第四十四条",
    ),
    Step(
        "grant",
        "决定给予援助",
        ("applied", "provided_first"),
        "granted",
        HANDLE,
        fields=(DECIDED_ON,),
        starts=("legal_aid.assign@decided_on",),
        stops=("legal_aid.decide",),
        guard=decide,
        article=f"{LAW} 第四十三条第一款",
    ),
    Step(
        "refuse",
        "决定不予援助",
        ("applied", "provided_first"),
        "refused",
        HANDLE,
        fields=(DECIDED_ON, REASON, WRITTEN),
        stops=("legal_aid.decide",),
        guard=decide,
        article=f"{LAW} 第四十三条第一款",
    ),
    Step(
        "assign",
        "指派援助人员",
        ("granted",),
        "assigned",
        HANDLE,
        fields=(
            Day("assigned_on", "指派之日", required=True, future=False),
            Text("lawyer", "援助人员", required=True, most=60),
        ),
        stops=("legal_aid.assign",),
        guard=assign,
        article=f"{LAW} 第四十三条第一款",
    ),
    Step(
        "close",
        "报告办理结果并办结",
        ("assigned",),
        "closed",
        HANDLE,
        fields=(
            Text("result", "办理结果", required=True, long=True),
            Flag("result_told", "已向受援人通报办理情况", must=True),
        ),
        article=f"{LAW} 第四十六条",
    ),
    Step("stop", "终止援助", ("assigned",), "stopped", HANDLE, fields=(REASON, WRITTEN), article=f"{LAW} 第四十八条"),
    Step(
        "object",
        "提出异议",
        ("refused", "stopped"),
        "objected",
        HANDLE,
        fields=(
            Day("objection_received_on", "司法行政部门收到异议之日", required=True, future=False),
            Text("objection", "异议理由", required=True, long=True),
        ),
        starts=("legal_aid.objection_review@objection_received_on",),
        article=f"{LAW} 第四十九条",
    ),
    Step(
        "uphold",
        "维持决定",
        ("objected",),
        "ended",
        HANDLE,
        fields=(NOTE, Flag("appeal_told", "已告知可以依法申请行政复议或者提起行政诉讼", must=True)),
        stops=("legal_aid.objection_review",),
        article=f"{LAW} 第四十九条",
    ),
    Step(
        "correct",
        "责令改正",
        ("objected",),
        "granted",
        HANDLE,
        fields=(DECIDED_ON, NOTE),
        starts=("legal_aid.assign@decided_on",),
        stops=("legal_aid.objection_review",),
        article=f"{LAW} 第四十九条第二款",
    ),
    Step("archive", "未提出异议，归档", ("refused", "stopped"), "ended", HANDLE, fields=(NOTE,)),
    Step(
        "withdraw",
        "申请人撤回",
        ("registered", "applied", "supplementing", "provided_first", "granted"),
        "withdrawn",
        HANDLE,
        fields=(WITHDRAWN_BY, VOLUNTARY),
        stops=("legal_aid.decide", "legal_aid.assign", "legal_aid.supplement"),
    ),
)

PLATFORM = Platform(
    code="legal_aid",
    label="法律援助",
    short="法律援助",
    states=STATES,
    initial="registered",
    steps=STEPS,
    handle=HANDLE,
    seldom=("supplement", "provide_first", "archive", "refuse", "stop", "deem_withdrawn", "withdraw"),
    purpose="inquiry",
    fields=(
        Choice(
            "aid_place",
            "管辖依据",
            options=(("organ", "办案机关所在地"), ("dispute", "争议处理机关所在地"), ("event", "事由发生地")),
        ),
    ),
    services=(
        ServiceSpec("legal_aid.advice", "法律咨询", "C", "一楼西区"),
        ServiceSpec("legal_aid.application", "法律援助申请", "C", "一楼西区"),
    ),
    departments=("市司法局", "市总工会", "市妇女联合会"),
)
