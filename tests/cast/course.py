"""How a proceeding gets from its first state to a wanted one: the shortest way of declared steps, and what each is told.

It knows no platform: a state added to a declaration is reached without a word here.
"""

from collections import deque
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from portal.cases.definition import Choice, Day, Field, Flag, Number, Platform, Step, Text

NEAR, FAR = timedelta(days=10), timedelta(days=20)

# What a clerk writes into a field of that name, where the story says nothing of its own.
TEXTS = {
    "advice": "已说明法律关系、举证要求和可以选择的途径，并列出需要准备的材料。",
    "agreement_number": "群调〔演示〕7号",
    "answer": "已核实情况并逐项答复，附政策依据。",
    "applied_to": "户籍所在地街道办事处",
    "arbitration_number": "运劳人仲案〔演示〕12号",
    "assignment": "请依法核实，在指定期限内办理并反馈结果。",
    "authority": "有管辖权的机关",
    "award_number": "运劳人仲裁字〔演示〕12号",
    "catalogue": "派单目录（演示版）第3类",
    "cleared_by": "值班负责人任志平",
    "court": "盐湖区人民法院",
    "court_number": "（演示）晋0802诉前调21号",
    "decision": "由行业主管部门牵头，属地配合，限期提出解决办法。",
    "explained": "已结合案情逐条解释有关规定，并说明下一步可以怎样做。",
    "follower": "调解员田瑞芳",
    "followed": "电话回访，本人确认救助已经到账，生活安排已稳定。",
    "grant": "给予一次性临时救助，并纳入定期走访。",
    "granted_by": "县级民政部门",
    "guidance": "当面逐条解释处理意见和法律依据，告知复查的权利和期限。",
    "handed_to": "市级综治中心",
    "head_order": "演示工单0007",
    "hearing_place": "二楼第一仲裁庭",
    "helper": "中心与街道办事处",
    "lawyer": "律师董燕丽",
    "led_to": "已告知向有管辖权的机关提出申请。",
    "legal_basis": "依据有关法律法规和当地公布的补偿、收费标准，条文附后。",
    "limits_told": "已书面告知该程序的申请期限和应当提交的材料。",
    "measure": "当日安排临时住处，送去被褥和食品。",
    "mediator": "田瑞芳",
    "notice_number": "受理告知〔演示〕15号",
    "objection": "认为收入核算有误，请求重新核查。",
    "objection_reason": "该地块属于另一单位管理，本单位没有处理职权，附权属资料。",
    "opinion_number": "处理意见〔演示〕9号",
    "organisation": "盐湖区人民调解委员会",
    "papers_told": "起诉状、身份证明、合同和付款凭证，各一式两份。",
    "performance": "应付款项已全部付清，有转账回单。",
    "performance_proof": "银行转账回单，双方签名确认",
    "police_facts": "调解中发现当事人情绪激动，有冲突苗头。",
    "police_unit": "属地派出所",
    "policy_told": "临时救助、医疗救助的条件、材料和申请地点。",
    "proposal": "事情牵涉多个部门，建议由政府明确牵头单位。",
    "proposed_unit": "市住房和城乡建设局",
    "reason": "经核实材料后作出，理由已当面说明。",
    "reply": "建议已采纳，将在下一年度计划中安排，感谢提出。",
    "reported_to": "市委政法委值班室",
    "rereview_number": "复核意见〔演示〕2号",
    "rereview_organ": "山西省人民政府主管部门",
    "rereview_result": "维持复查意见，并说明理由。",
    "result": "已代理提交材料并参加调解，受援人的主要请求得到支持。",
    "review_number": "复查意见〔演示〕3号",
    "review_organ": "市人民政府主管部门",
    "review_result": "维持原处理意见，并就计算方法作补充说明。",
    "running_number": "已受理事项，见关联",
    "session_note": "谈话一次，约定下次时间。",
    "session_place": "一楼第二调解室",
    "session_summary": "双方各自陈述，调解员核对凭证，就主要事实取得一致。",
    "supplement_told": "身份证明、收入情况说明、与请求有关的合同或者欠条。",
    "terms": "一方分两次付清所欠款项，另一方自愿放弃其余请求，双方再无争议。",
    "told": "该事项应当通过所列途径解决，已告知受理机关和材料。",
    "township": "急难发生地街道办事处",
    "tribunal": "晋世杰",
    "unit": "市自然资源和规划局",
    "urgent_facts": "多人情绪激动，需要立即处置。",
    "verified_facts": "电话回访并到现场查看，情况属实。",
}
# Not asked by the declaration, but wanted by a guard or by good sense.
DAYS = {"limitation_on": timedelta(days=5), "next_on": NEAR}
TICKED = ("signed_and_sealed",)
WRITTEN = ("notice_number", "report", "session_note")
# The matter reached its organ without this hall: gone through only to what cannot be reached otherwise.
BESIDE = ("receive_direct",)


def path(platform: Platform, target: str, via: tuple[str, ...] = ()) -> list[Step]:
    """The shortest way from the first state to ``target`` through the steps ``via`` in order. Raises LookupError if none."""
    state, way = platform.initial, []
    for code in via:
        step = platform.step(code)
        way += [*_shortest(platform, state, step.source), step]
        state = step.leads_to(state)
    return way + _shortest(platform, state, (target,))


def fill(step: Step, on: date, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values for the fields of ``step`` taken on ``on``; ``given`` wins by field name."""
    values = {asked.name: given.get(asked.name, _value(asked, on)) for asked in step.fields}
    return {name: value for name, value in values.items() if value is not None}


def _shortest(platform: Platform, start: str, targets: tuple[str, ...]) -> list[Step]:
    for without in (BESIDE, ()):
        if (way := _way(platform, start, targets, without)) is not None:
            return way
    raise LookupError(f"{platform.code}: no way from {start} to {targets}")


def _way(platform: Platform, start: str, targets: tuple[str, ...], without: tuple[str, ...]) -> list[Step] | None:
    """The shortest, the steps ``without`` left out; None if there is none."""
    ways: dict[str, list[Step]] = {start: []}
    front = deque([start])
    while front:
        state = front.popleft()
        if state in targets:
            return ways[state]
        if platform.states[state].final:
            continue  # what may still be asked for after an end is not the ordinary way
        for step, after in platform.moves_from(state):
            if after not in ways and step.code not in without:
                ways[after] = [*ways[state], step]
                front.append(after)
    return None


def _value(asked: Field, on: date) -> Any:
    match asked:
        case Choice(name=name, options=options, required=required):
            return options[0][0] if required or name in WRITTEN else None
        case Flag(must=must, name=name):
            return must or name in TICKED or None
        case Number(minimum=low, required=required):
            return max(low, 1) if required else None
        case Day(name=name, required=required, past=past, future=future):
            later = DAYS.get(name, NEAR if not past else FAR if future else timedelta(0))
            return on + later if required or name in DAYS else None
        case Text(name=name, label=label, required=required):
            return TEXTS.get(name, f"{label}：见卷内材料。") if required or name in WRITTEN else None
    return None
