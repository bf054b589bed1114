"""Sponsored matters and letters read of the demo hall: plans in time and late, a change of sponsor, one raised, one ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.cases.models import Case
from portal.leadership.models import Leader, LetterRead, Milestone
from portal.leadership.operations import letters_read, sponsors
from portal.leadership.operations import sponsorship as operations
from portal.leadership.operations.instructions import TaskDraft
from portal.leadership.operations.sponsorship import Member, Opening, Step
from portal.organisation.models import Unit
from portal.trail.models import TrailHead
from tests.cast.leadership_roster import LEADER, OFFICE, leaders

HEAD = "renzhiping"
KNOW = "已看原始台账，见了本人和村组干部，核清了争议的面积和金额。"
PLAN = "由牵头单位核定应付款项，分两批付清；土地平整由项目单位在开春前完成。"
HELP = "包案领导见面两次，讲清政策依据；本户困难的，帮助申请临时救助。"
RESULT = "应付款项已经付清，平整土地已经验收，群众当面确认。"


@dataclass(frozen=True)
class Care:
    """One sponsored matter. ``steps`` are (what, days from today, done); days before today that are not done are late."""

    leader: str
    lead: str
    co: tuple[str, ...] = ()
    target: int | None = None
    steps: tuple[tuple[str, int, bool], ...] = ()
    duties: tuple[str, ...] = ()
    level: str = "city"
    then: str = ""


STEPS = (("核清事实和应付款项", -12, True), ("单位会商，定出化解方案", -3, False), ("兑现第一批", 20, False))
CARES = (
    Care("杜立新", "市自然资源和规划局", ("市农业农村局",), 45, STEPS, ("know", "plan")),
    Care("杜立新", "市住房和城乡建设局", (), 30, (("逐户核对产权资料", 3, False), ("集中办证", 28, False)), ("know",)),
    Care("杜立新", "市人力资源和社会保障局", ("市住房和城乡建设局",), 60, (("核定欠薪名单", -8, True), ("付清欠薪", 55, False)), ("know", "plan", "help")),
    Care("杜立新", "市农业农村局"),
    Care("路海涛", "市住房和城乡建设局", ("市司法局",), 20, (("现场核查", -15, False), ("拿出方案", -5, False), ("落实", 18, False))),
    Care("路海涛", "市自然资源和规划局", (), 90, (("核清权属", 40, False),), ("know",), then="change"),
    Care("桑雪梅", "市卫生健康委员会", (), 50, (("专家会诊意见", 12, False),), ("know", "plan")),
    Care("冉志刚", "市民政局", (), 40, (("入户核实", 5, False),), ("know",), "county", then="raise"),
    Care("虞丽娟", "市农业农村局", (), None, (), (), "county"),
    Care("季长河", "市农业农村局", (), 15, (("清退多收款项", 10, False),), ("know", "plan", "help"), then="close"),
    Care("尚国梁", "市司法局", (), 35, (("组织调解", 14, False),)),
    Care("宫本立", "市司法局"),
)  # fmt: skip
LETTERS = (
    ("杜立新", "screen", "put"),
    ("杜立新", "paper", "put"),
    ("韩立言", "paper", "read"),
    ("杜立新", "screen", "instructed"),
    ("桑雪梅", "screen", "put"),
    ("杜立新", "screen", "put"),
)


def write(session: Session, staff: Mapping[str, Actor], now: datetime) -> None:
    """Put the oldest running ordinary matters under care, and the newest letters and online petitions before leaders."""
    known = leaders(session)
    units = dict(session.execute(select(Unit.short_name, Unit.id)).all())
    running = select(Case).where(Case.sensitivity == "normal", Case.closed_at.is_(None), Case.purpose == "claim")
    # those on which nothing happened for long come first: their sponsorships can have begun some time ago
    quiet = running.join(TrailHead, TrailHead.chain == literal("case:") + cast(Case.id, String)).order_by(
        TrailHead.moved_at, Case.id
    )
    for care, case in zip(CARES, session.scalars(quiet).all(), strict=False):
        _sponsor(session, staff, known, units, care, case, now)
    letters = select(Case).where(Case.sensitivity == "normal", Case.channel.in_(letters_read.CHANNELS))
    for told, case in zip(LETTERS, session.scalars(letters.order_by(Case.id.desc())).all(), strict=False):
        _letter(session, staff, known, units, told, case, now)


def _sponsor(
    session: Session,
    staff: Mapping[str, Actor],
    known: Mapping[str, Leader],
    units: Mapping[str, int],
    care: Care,
    case: Case,
    now: datetime,
) -> None:
    head, today, at = staff[HEAD], clock.day_of(now), _last(session, case)
    opened = clock.day_of(at)
    target = today + timedelta(days=care.target) if care.target is not None else None
    co = tuple(units[name] for name in care.co)
    given = Opening(known[care.leader].id, care.level, units[care.lead], co, target, "多次反映，涉及几个单位")
    held = operations.begin(session, head, case.id, given, at=at)
    steps = [Step(what, due=max(opened, today + timedelta(days=days))) for what, days, _done in care.steps]
    operations.plan_steps(session, head, held.id, target_on=target, steps=steps, version=held.version, at=at)
    done = {what for what, days, done in care.steps if done}
    for step in session.scalars(select(Milestone).where(Milestone.sponsorship_id == held.id)).all():
        if step.what in done and step.due <= today:
            operations.finish_step(session, head, step.id, done_on=step.due, evidence="会商纪要、核对表", at=now)
    people = [Member("专班联络员", "牵头单位科长", "每周汇总进展"), Member("法律顾问", "值班律师", "审核方案")]
    if care.co:
        operations.arrange(
            session, head, held.id, lead_unit_id=units[care.lead], co_unit_ids=co, members=people,
            version=held.version, at=now,
        )  # fmt: skip
    texts = {"know": KNOW, "plan": PLAN, "help": HELP}
    if care.duties:
        chosen = {name: texts[name] for name in care.duties}
        operations.fill_duties(session, head, held.id, chosen, version=held.version, at=now)
        operations.report(
            session, head, held.id, duty=care.duties[0], words="牵头单位已到现场核对。", attachment_id=None, at=now
        )
    _then(session, head, known, care, held, now)


def _then(session: Session, head: Actor, known: Mapping[str, Leader], care: Care, held, now: datetime) -> None:
    if care.then == "change":
        new = {"leader_id": known["柏伟民"].id, "level": care.level, "why": "分管工作调整"}
        sponsors.change(session, head, held.id, **new, version=held.version, at=now)
    elif care.then == "raise":
        new = {"leader_id": known["桑雪梅"].id, "level": "city", "why": "涉及两个县，县级协调不动"}
        sponsors.change(session, head, held.id, **new, version=held.version, at=now)
    elif care.then == "close":
        sponsors.close(session, head, held.id, result=RESULT, met="yes", version=held.version, at=now)


def _letter(
    session: Session,
    staff: Mapping[str, Actor],
    known: Mapping[str, Leader],
    units: Mapping[str, int],
    told: tuple[str, str, str],
    case: Case,
    now: datetime,
) -> None:
    name, how, reach = told
    leader = known[name]
    given = {"leader_id": leader.id, "summary": case.subject, "how": how}
    held: LetterRead = letters_read.put(session, staff[HEAD], case.id, **given, at=now)
    secretary = staff[LEADER] if leader.account_id == staff[LEADER].id else staff[OFFICE]
    if reach == "read":
        letters_read.mark_read(session, secretary, held.id, at=now)
    elif reach == "instructed":
        due = clock.day_of(now) + timedelta(days=20)
        tasks = [TaskDraft("核清情况，提出办理意见，报市政府并答复群众", units["市农业农村局"], due)]
        words = "请农业农村局核清情况，依法依规尽快办理，把结果当面告诉群众。"
        open_case = case.closed_at is None and case.litigation == "none"
        letters_read.instruct(
            session, secretary, held.id, words=words, tasks=tasks if open_case else (), version=held.version, at=now
        )


def _last(session: Session, case: Case) -> datetime:
    """When something last happened on the case, in working hours: what is told afterwards comes after it."""
    return session.scalars(select(TrailHead.moved_at).where(TrailHead.chain == f"case:{case.id}")).one()
