"""Papers made at the window or signed by citizens: no organ signs them, they are finished and signed by hand."""

import re
from collections.abc import Mapping
from typing import Any

from portal.cases.definition import Choice, Day, Number, Text
from portal.cases.operations.given import MOST_REPRESENTATIVES
from portal.documents.letters.kinds.definition import Issuer, Kind
from portal.documents.letters.kinds.dispatch import LAW, MATTER

COMMA = re.compile("[，,]")
MATERIAL_PARTS = 5


def parts_of(line: str) -> list[str]:
    """A line of a list as its parts, commas of either width."""
    return [part.strip() for part in COMMA.split(line)]


def rows_of(text: str) -> list[list[str]]:
    """Every line that says something, as its parts."""
    return [parts_of(line) for line in text.splitlines() if line.strip()]


def each_paper_whole(facts: Mapping[str, Any]) -> dict[str, str]:
    """A receipt says of each paper what it is, original or copy, how many, how many pages, whether it was given back."""
    for place, row in enumerate(rows_of(facts["materials"]), 1):
        if len(row) != MATERIAL_PARTS or not all(row):
            return {"materials": f"第 {place} 行须写五项，用逗号隔开：名称，原件或者复印件，份数，页数，是否退还。"}
        if row[1] not in ("原件", "复印件"):
            return {"materials": f"第 {place} 行第二项请写“原件”或者“复印件”。"}
        if not (row[2].rstrip("份").isdecimal() and row[3].rstrip("页").isdecimal()):
            return {"materials": f"第 {place} 行的份数、页数请写数字。"}
    return {}


def few_representatives(facts: Mapping[str, Any]) -> dict[str, str]:
    """第二十条第三款: representatives of a common visit, at most five."""
    named = rows_of(facts["representatives"])
    if len(named) > MOST_REPRESENTATIVES:
        return {
            "representatives": f"代表不得超过 {MOST_REPRESENTATIVES} 人（第二十条第三款）；您写了 {len(named)} 人。"
        }
    if len(named) > facts["headcount"]:
        return {"headcount": "总人数不能少于代表人数。"}
    return {}


DESK = (
    Kind(
        "materials_receipt",
        "材料收件回执",
        Issuer.CENTRE,
        "中心收件",
        fields=(
            Text("submitted_by", "提交人", required=True, most=60),
            Day("received_on", "收件日期", required=True, future=False),
            Text(
                "materials",
                "材料",
                required=True,
                long=True,
                help="每行一件：名称，原件或者复印件，份数，页数，是否退还",
            ),
        ),
        to="",
        served=False,
        platforms=(),
        prefill={"submitted_by": "petitioner", "received_on": "today"},
        guard=each_paper_whole,
    ),
    Kind(
        "review_receipt",
        "复查复核申请回执",
        Issuer.CENTRE,
        f"{LAW} 第三十五条、第三十六条",
        fields=(
            Choice("stage", "申请", required=True, options=(("review", "复查"), ("rereview", "复核"))),
            Text("organ", "复查（复核）机关、单位", required=True, most=120),
            Text("against", "所不服的意见书文号", required=True, most=60),
            Day("received_on", "收到申请之日", required=True, future=False),
            Text("materials", "收到的材料", required=True, long=True, help="每行一件"),
        ),
        served=False,
        prefill={"against": "step.opinion_number", "received_on": "today"},
    ),
    Kind(
        "settlement",
        "调解、和解协议书",
        Issuer.CITIZEN,
        f"{LAW} 第三十三条；人民调解法 第二十九条",
        fields=(
            Choice(
                "agreement",
                "协议种类",
                required=True,
                options=(("mediation", "调解协议书"), ("reconciliation", "和解协议书")),
            ),
            Text("first_party", "甲方基本情况", required=True, long=True),
            Text("second_party", "乙方基本情况", required=True, long=True),
            Text("dispute", "纠纷的主要事实、争议事项以及各方责任", required=True, long=True),
            Text("terms", "协议的内容", required=True, long=True),
            Text("performance", "履行的方式、期限", required=True, long=True),
            Text("mediator", "调解员和调解组织", most=120, help="和解的可不填"),
        ),
        to="",
        served=False,
        title="agreement",
        platforms=(),
        prefill={"first_party": "petitioner", "second_party": "respondent", "dispute": "facts"},
        guard=lambda facts: (
            {"mediator": "调解协议须写明调解员和调解组织。"}
            if facts["agreement"] == "mediation" and not facts.get("mediator")
            else {}
        ),
    ),
    Kind(
        "hearing_record",
        "听证笔录",
        Issuer.CENTRE,
        f"{LAW} 第三十一条第六项",
        fields=(
            MATTER,
            Day("held_on", "听证日期", required=True, future=False),
            Text("place", "听证地点", required=True, most=120),
            Text("chair", "主持人", required=True, most=60),
            Text("clerk", "记录人", required=True, most=60),
            Text("present", "到场人员", required=True, long=True),
            Text("record", "听证过程", required=True, long=True, most=10_000),
        ),
        to="",
        served=False,
        prefill={"matter": "subject"},
    ),
    Kind(
        "representatives",
        "代表推选书",
        Issuer.CITIZEN,
        f"{LAW} 第二十条第三款",
        fields=(
            MATTER,
            Number("headcount", "共同提出的总人数", required=True, minimum=1),
            Text("representatives", "推选的代表", required=True, long=True, help="每行一人，不超过五人"),
            Text("powers", "代表的权限", required=True, long=True),
        ),
        to="",
        served=False,
        platforms=(),
        prefill={"matter": "subject", "headcount": "headcount", "representatives": "representatives"},
        guard=few_representatives,
    ),
    Kind(
        "authorisation",
        "授权委托书",
        Issuer.CITIZEN,
        "委托代理",
        fields=(
            Text("principal", "委托人", required=True, most=60),
            Text("agent", "受委托人", required=True, most=60),
            Text("relation", "与委托人的关系", required=True, most=60),
            MATTER,
            Text("powers", "委托权限", required=True, long=True),
            Day("valid_until", "委托期限至", required=True, past=False),
        ),
        to="",
        served=False,
        platforms=(),
        prefill={"principal": "petitioner", "matter": "subject"},
    ),
    Kind(
        "contact_record",
        "现场联系记录",
        Issuer.CENTRE,
        "中心窗口",
        fields=(
            MATTER,
            Text("unit", "联系单位", required=True, most=60),
            Text("answered_by", "接听人", required=True, most=60),
            Day("called_on", "联系日期", required=True, future=False),
            Text("said", "通话内容", required=True, long=True),
            Text("promise", "承诺事项、承诺人和日期", long=True),
        ),
        to="",
        served=False,
        platforms=(),
        prefill={
            "matter": "subject",
            "unit": "contact.unit",
            "answered_by": "contact.answered_by",
            "called_on": "contact.on",
            "said": "contact.said",
            "promise": "contact.promise",
        },
    ),
)
