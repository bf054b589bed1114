"""What the tests of letters share: an organ with its people, a petition on its way, and real-looking facts for every letter."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from portal import database
from portal.access.actor import Actor
from portal.access.permissions import Role
from portal.cases import operations as cases
from portal.cases.models import Case, Proceeding
from portal.cases.operations import PersonGiven, Registration
from portal.cli import found_hall
from portal.documents.letters import operations
from portal.documents.letters.models import Letter, LetterWord
from portal.documents.letters.serving import Attempt
from portal.organisation.models import Unit
from tests import kept
from tests.staff import MONDAY, employ

BUREAU = "市自然资源和规划局"
OFFICE = "市信访局"
GOVERNMENT = "市政府"
NAME = "吕德胜"
MATTER = "风电项目占地赔偿款拖欠"
DEMAND = "督促支付占地赔偿款4.6万元"
REASONS = "2022年10月风力发电厂施工占用耕地1.2亩，约定年底前支付赔偿款，至今未付。"
LAW = "《中华人民共和国土地管理法》第四十八条"
FINDINGS = "经现场丈量，占用耕地1.18亩；协议约定赔偿款4.6万元，企业尚未支付。"
TODAY, LATER = "2026-11-23", "2027-01-20"
ASKED = {"request": DEMAND, "reasons": REASONS}
ABOUT = {"matter": MATTER, "received_on": TODAY}
JUDGED = ASKED | {"findings": FINDINGS, "legal_basis": LAW}

FACTS: dict[str, dict] = {
    "referral": ABOUT | ASKED | {"addressee": "运城市自然资源和规划局", "materials": "占地协议复印件1份"},
    "assignment": ABOUT
    | ASKED
    | {"addressee": "运城市自然资源和规划局", "assignment": "请查清占地面积和付款情况。", "report_by": "2026-12-31"},
    "whereabouts": ABOUT | {"act": "refer", "unit": "运城市自然资源和规划局", "sent_on": TODAY},
    "guidance": {
        "matter": MATTER,
        "authority": "运城市中级人民法院",
        "explained": "案件在二审审理中，应当向审判机关反映。",
    },
    "duplicate": ABOUT
    | {"running_number": "YC-2026-000007", "running_unit": "平陆县人民政府"}
    | dict.fromkeys(("is_running", "is_in_time", "is_to_superior"), True),
    "ceased": ABOUT
    | {
        "rereview_organ": "运城市人民政府",
        "rereview_number": "运政复核〔2026〕3号",
        "same_facts": True,
        "same_reasons": True,
    },
    "not_competent": ABOUT | {"competent": "平陆县自然资源局", "why": "该宗土地的征收由县级自然资源主管部门组织实施。"},
    "objection": {
        "addressee": "运城市自然资源和规划局",
        "matter": MATTER,
        "objected_on": TODAY,
        "decision": "refused",
        "why": "该项目用地由你单位审批，属于你单位职权范围。",
    },
    "urgent_report": {
        "addressee": "中共运城市委、运城市人民政府",
        "informed": "市信访工作联席会议办公室\n山西省信访局、国家信访局",
        "happened": "今日9时，53名村民到中心集体来访，反映占地赔偿款问题。",
        "headcount": 53,
        "measures": "已请推选代表5人，由市自然资源和规划局现场答复。",
        "proposal": "建议由市政府分管负责同志召开专题会议研究。",
    },
    "approval": {
        "matter": MATTER,
        "addressee": "局领导",
        "situation": REASONS,
        "proposal": "拟转市自然资源和规划局办理。",
    },
    "acceptance": ABOUT
    | {"way": "由本局土地利用科调查核实，出具信访处理意见书。", "contact": "土地利用科 0359-2660000"},
    "lead_in": {
        "matter": MATTER,
        "path": "two",
        "led_to": "向运城市劳动人事争议仲裁委员会申请仲裁",
        "limits_told": "申请仲裁的时效期间为一年（《劳动争议调解仲裁法》第二十七条）",
    },
    "extension": {
        "matter": MATTER,
        "accepted_on": TODAY,
        "original_due": "2027-01-22",
        "extended_due": "2027-02-21",
        "why": "需要等待企业提供付款凭证并重新丈量。",
        "approved_by": "王某某（局长）",
        "approved_on": TODAY,
    },
    "opinion": JUDGED
    | {
        "conclusion": "support",
        "opinion": "企业应当按照协议支付占地赔偿款4.6万元，本局负责督促执行。",
        "review_organ": "运城市人民政府",
    },
    "review": JUDGED
    | {
        "original_organ": "运城市自然资源和规划局",
        "original_number": "运自然资信〔2026〕1号",
        "requested_on": TODAY,
        "result": "维持原处理意见。",
        "rereview_organ": "山西省人民政府",
    },
    "rereview": JUDGED
    | {
        "review_organ": "平陆县人民政府",
        "review_number": "平政复查〔2026〕2号",
        "requested_on": TODAY,
        "heard": True,
        "result": "维持复查意见。",
    },
    "closing_report": {
        "addressee": "运城市信访局",
        "assignment_number": "运信交〔2026〕8号",
        "matter": MATTER,
        "findings": FINDINGS,
        "result": "企业已于当日支付赔偿款4.6万元。",
        "told": "已向信访人送达处理意见书，信访人表示认可。",
    },
    "hearing_notice": {
        "matter": MATTER,
        "held_on": "2026-12-10",
        "held_at": "上午9时",
        "place": "中心二楼听证室",
        "chair": "李某某",
        "brings": "请携带身份证件和占地协议原件。",
    },
    "materials_receipt": {
        "submitted_by": NAME,
        "received_on": TODAY,
        "materials": "占地协议，复印件，1份，3页，不退还\n身份证，原件，1份，1页，已退还",
    },
    "review_receipt": {
        "stage": "review",
        "organ": "运城市人民政府",
        "against": "运自然资信〔2026〕1号",
        "received_on": TODAY,
        "materials": "复查申请书1份",
    },
    "settlement": {
        "agreement": "mediation",
        "first_party": "吕德胜，男，住平陆县张店镇",
        "second_party": "某风电有限公司，法定代表人张某",
        "dispute": "占地1.18亩，赔偿款未付，责任在乙方。",
        "terms": "乙方支付甲方赔偿款4.6万元。",
        "performance": "2026年12月31日前一次付清，银行转账。",
        "mediator": "田瑞芳（运城市联合人民调解委员会）",
    },
    "hearing_record": {
        "matter": MATTER,
        "held_on": TODAY,
        "place": "中心二楼听证室",
        "chair": "李某某",
        "clerk": "赵某",
        "present": "信访人吕德胜；市自然资源和规划局代表孙某",
        "record": "信访人陈述：赔偿款至今未付。\n办理单位答复：已责成企业支付。",
    },
    "representatives": {
        "matter": MATTER,
        "headcount": 53,
        "representatives": "吕德胜，男，风口村3组\n王某某，女，风口村1组",
        "powers": "陈述事实，提交材料，领取答复。",
    },
    "authorisation": {
        "principal": NAME,
        "agent": "吕小林",
        "relation": "父子",
        "matter": MATTER,
        "powers": "代为提交材料、领取文书。",
        "valid_until": LATER,
    },
    "contact_record": {
        "matter": MATTER,
        "unit": "平陆县张店镇人民政府",
        "answered_by": "刘某某（副镇长）",
        "called_on": TODAY,
        "said": "镇里已催企业付款。",
        "promise": "十二月十日前答复信访人（刘某某）。",
    },
}


@dataclass(frozen=True)
class Organ:
    """The people of these tests: two handlers and the head of the bureau, the hall's clerk and head, the city's leader."""

    drafter: Actor
    checker: Actor
    head: Actor
    clerk: Actor
    duty: Actor
    leader: Actor
    number: str


def found_organ() -> Organ:
    """A founded hall and a petition that the bureau handles; the bureau and the petition office have their words."""
    with database.write() as session:
        people = kept.rows(session, "the bureau", _staffed)
    with database.write() as session:
        bureau = unit(session, BUREAU)
        case = cases.register(session, people["clerk"], given(competent_unit_id=bureau.id), at=MONDAY)
        return Organ(**people, number=case.number)


def _staffed(session) -> dict:
    found_hall(session, MONDAY)
    petition = ("petition",)
    people = {
        "drafter": employ(session, "drafter", Role.HANDLER, platforms=petition, unit=BUREAU, name="承办甲"),
        "checker": employ(session, "checker", Role.HANDLER, platforms=petition, unit=BUREAU, name="承办乙"),
        "head": employ(session, "bureauhead", Role.LEADER, unit=BUREAU, name="局长丙"),
        "clerk": employ(session, "clerk", Role.CLERK, platforms=petition, unit=OFFICE, name="窗口丁"),
        "duty": employ(session, "duty", Role.DUTY_HEAD, platforms=petition, unit=OFFICE, name="值班戊"),
        "leader": employ(session, "leader", Role.LEADER, unit=GOVERNMENT, name="市长己"),
    }
    bureau, office = unit(session, BUREAU), unit(session, OFFICE)
    session.add_all([LetterWord(unit_id=bureau.id, word="运自然资信"), LetterWord(unit_id=office.id, word="运信访")])
    return people


def given(**changes) -> Registration:
    """The petition of these tests."""
    stated = {
        "channel": "letter",
        "purpose": "claim",
        "subject": MATTER,
        "facts": REASONS,
        "demands": (DEMAND,),
        "petitioner": PersonGiven(NAME, "", "13912340123", "平陆县张店镇风口村3组"),
        "received_at": MONDAY,
    }
    return Registration(**stated | changes)


def unit(session, short_name: str) -> Unit:
    """The unit the hall calls by that name."""
    return session.scalars(select(Unit).where(Unit.short_name == short_name)).one()


def case_of(session, number: str) -> Case:
    """The case of that number."""
    return session.scalars(select(Case).where(Case.number == number)).one()


def proceeding_of(session, number: str, level: str = "") -> Proceeding:
    """Its petition, or the linked procedure of that level."""
    case = case_of(session, number)
    return session.scalars(select(Proceeding).where(Proceeding.case_id == case.id, Proceeding.level == level)).one()


def step(by: Actor, number: str, code: str, at: datetime = MONDAY, **data) -> None:
    """Take a step of the petition."""
    with database.write() as session:
        row = proceeding_of(session, number)
        cases.advance(session, by, row.id, version=row.version, step=code, data=data, at=at)


def bring_to(number: str, clerk: Actor, state: str) -> None:
    """Take the petition's ordinary way up to ``state`` (awaiting_notice, handling)."""
    step(clerk, number, "refer", unit="运城市自然资源和规划局")
    step(clerk, number, "receive", received_on=TODAY, proof="receipt")
    if state == "handling":
        step(clerk, number, "notify", notified_on=TODAY, notified_how="served")
        step(clerk, number, "handle", accepted_on=TODAY, not_one_to_five=True)


def drafted(
    organ: Organ, kind: str, by: Actor | None = None, /, *, issuer: str | None = BUREAU, at=MONDAY, **changes
) -> int:
    """A draft of ``kind`` with its real-looking facts; returns its id."""
    with database.write() as session:
        letter = operations.draft(
            session,
            by or organ.drafter,
            case_of(session, organ.number),
            kind,
            facts=FACTS[kind] | changes,
            issuer_unit_id=unit(session, issuer).id if issuer else None,
            at=at,
        )
        return letter.id


def act(by: Actor, letter_id: int, code: str, at: datetime = MONDAY, why: str = "", version: int | None = None) -> int:
    """One act; returns the id of the letter it answers with."""
    with database.write() as session:
        known = session.get(Letter, letter_id).version if version is None else version
        return operations.act(session, by, letter_id, code, version=known, at=at, why=why).id


def sealed(organ: Organ, kind: str, at: datetime = MONDAY, **changes) -> int:
    """A letter of the bureau all the way to 用印."""
    letter_id = drafted(organ, kind, at=at, **changes)
    for by, code in (
        (organ.drafter, "submit"),
        (organ.checker, "check"),
        (organ.head, "sign"),
        (organ.checker, "number"),
        (organ.checker, "seal"),
    ):
        act(by, letter_id, code, at)
    return letter_id


def serve(by: Actor, letter_id: int, at: datetime = MONDAY, **changes) -> None:
    """Serve it; by hand and signed for unless ``changes`` say otherwise."""
    stated = {"method": "direct", "outcome": "received", "on": at.date(), "recipient": NAME} | changes
    with database.write() as session:
        version = session.get(Letter, letter_id).version
        operations.serve(session, by, letter_id, Attempt(**stated), version=version, at=at)


def letter(session, letter_id: int) -> Letter:
    """The row."""
    return session.get(Letter, letter_id, populate_existing=True)


def after(days: int) -> datetime:
    """So many days after MONDAY, the same hour."""
    return MONDAY + timedelta(days=days)


def day(days: int) -> date:
    """The day so many days after MONDAY."""
    return after(days).date()
