"""The leaders of the demo hall: every name invented, the frequencies of receptions as the city published them for its own leaders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actor import Actor
from portal.leadership.models import Leader
from portal.leadership.operations import duties, filling, roster
from portal.leadership.operations import leaders as operations
from portal.leadership.operations.filling import RotationGiven
from portal.leadership.operations.leaders import GradeGiven, LeaderGiven, SettingsGiven
from portal.leadership.operations.roster import ReceptionGiven
from portal.leadership.vocabulary import ONE_DAY, ONE_WEEK, monday_of
from portal.organisation.models import Region, Unit, Window
from portal.statutes.workdays import Calendar

OFFICE, LEADER = "fengkai", "dulixin"
ROOM = "领导接访室"
SOURCE = "中心公布材料：市委主要领导坚持每季度接访一次"
# name, times, per, source: where the city published nothing, nothing is set
GRADES = (
    ("市委主要领导", 1, "quarter", SOURCE),
    ("市级领导", 1, "quarter", "演示：中心制度（虚构）"),
    ("部门主要负责人", 1, "month", "演示：中心制度（虚构）"),
    ("县（市、区）领导", None, "month", ""),
)


@dataclass(frozen=True)
class Told:
    """One leader as the cast tells it: ``of`` is the unit's short name or the county."""

    name: str
    post: str
    body: str
    field: str
    grade: str = "市级领导"
    of: str = ""


CITY = (
    Told("韩立言", "市委书记", "party", "市委全面工作", "市委主要领导"),
    Told("杜立新", "市委副书记、市长", "government", "市政府全面工作", "市委主要领导"),
    Told("邵文博", "市委副书记", "party", "三农、群团"),
    Told("葛正清", "市委常委、纪委书记", "party", "纪检监察"),
    Told("尚国梁", "市委常委、政法委书记", "party", "政法、平安建设"),
    Told("岳晓岚", "市委常委、组织部部长", "party", "干部、基层党建"),
    Told("原振华", "市委常委、宣传部部长", "party", "宣传、文化"),
    Told("米志勇", "市委常委、统战部部长", "party", "统战、民族宗教"),
    Told("申屠平", "市委常委、军分区政委", "party", "双拥、退役军人"),
    Told("宁致远", "市人大常委会主任", "congress", "人大全面工作"),
    Told("苗春生", "市人大常委会副主任", "congress", "监察和司法"),
    Told("荣桂芳", "市人大常委会副主任", "congress", "财政经济"),
    Told("满建民", "市人大常委会副主任", "congress", "教科文卫"),
    Told("席玉堂", "市人大常委会副主任", "congress", "农业农村"),
    Told("羊红梅", "市人大常委会副主任", "congress", "城建环保"),
    Told("柏伟民", "市委常委、常务副市长", "government", "发改、财政、应急"),
    Told("路海涛", "副市长", "government", "住建、自然资源"),
    Told("桑雪梅", "副市长", "government", "教育、卫生、民政"),
    Told("季长河", "副市长", "government", "农业农村、水务"),
    Told("宫本立", "副市长、公安局局长", "government", "公安、司法、信访"),
    Told("邢万里", "副市长", "government", "工信、人社、国资"),
    Told("曲静怡", "副市长", "government", "商务、文旅、市场监管"),
    Told("解放山", "市政协主席", "cppcc", "政协全面工作"),
    Told("左文秀", "市政协副主席", "cppcc", "提案、社会和法制"),
    Told("车安国", "市政协副主席", "cppcc", "经济、农业"),
    Told("盛明霞", "市政协副主席", "cppcc", "教科卫体"),
    Told("童建国", "市政协副主席", "cppcc", "文史、民族宗教"),
)
DEPARTMENTS = (
    Told("汤学军", "市信访局局长", "department", "信访", "部门主要负责人", "市信访局"),
    Told("郎建峰", "市住房和城乡建设局局长", "department", "住房、物业", "部门主要负责人", "市住房和城乡建设局"),
    Told("祝新民", "市自然资源和规划局局长", "department", "土地、不动产", "部门主要负责人", "市自然资源和规划局"),
    Told("滕素珍", "市人力资源和社会保障局局长", "department", "欠薪、社保", "部门主要负责人", "市人力资源和社会保障局"),
    Told("阮卫东", "市农业农村局局长", "department", "承包地、惠农", "部门主要负责人", "市农业农村局"),
)  # fmt: skip
COUNTY_NAMES = (
    "冉志刚", "虞丽娟", "封国庆", "储春燕", "靳向东", "汲建平", "糜凤英", "井大伟", "牧晓明", "山永强", "全秀英", "班志远", "仰海军",
)  # fmt: skip


def write(session: Session, staff: Mapping[str, Actor], now: datetime) -> None:
    """Grades, settings, the room, and every leader; 杜立新 signs in as one of them and 冯凯 types for several."""
    office = staff[OFFICE]
    session.add(
        Window(centre_id=office.centre_id, name=ROOM, sign="接访室", platform="petition", kind="room", position=90)
    )
    operations.save_settings(
        session, office, SettingsGiven("市委秘书长", (7, 15, 30), 3, "演示：中心制度（虚构）"), at=now
    )
    grades = {
        name: operations.save_grade(session, office, None, GradeGiven(name, times, per, source, place), at=now).id
        for place, (name, times, per, source) in enumerate(GRADES)
    }
    units = dict(session.execute(select(Unit.short_name, Unit.id)).all())
    for place, told in enumerate((*CITY, *DEPARTMENTS)):
        # the secretary types for the leaders of party and government
        attendants = (office.id,) if told.body in ("party", "government") else ()
        given = LeaderGiven(
            told.name, told.post, told.body, unit_id=units.get(told.of), grade_id=grades[told.grade], field=told.field,
            telephone=f"0359-2000{100 + place}", account_id=staff[LEADER].id if told.name == "杜立新" else None,
            position=place, attendants=attendants,
        )  # fmt: skip
        operations.add_leader(session, office, given, at=now)
    _counties(session, office, grades["县（市、区）领导"], now)


def _counties(session: Session, office: Actor, grade_id: int, now: datetime) -> None:
    counties = session.scalars(select(Region).where(Region.level == "county").order_by(Region.code))
    for place, (county, name) in enumerate(zip(counties, COUNTY_NAMES, strict=True)):
        head = "市长" if county.name.endswith("市") else "区长" if county.name.endswith("区") else "县长"
        given = LeaderGiven(
            name, f"{county.name}委副书记、{head}", "county", level="county", region_code=county.code,
            grade_id=grade_id, field=f"{county.name}全面工作", telephone=f"0359-2000{200 + place}", position=100 + place,
        )  # fmt: skip
        operations.add_leader(session, office, given, at=now)


def leaders(session: Session) -> dict[str, Leader]:
    """The cast's leaders by name."""
    return {leader.name: leader for leader in session.scalars(select(Leader).order_by(Leader.position))}


def room_id(session: Session) -> int:
    """The room in the hall where leaders receive."""
    return session.scalars(select(Window.id).where(Window.name == ROOM)).one()


# the week after next, still on the table: leader, weekday, half, kind, place
DRAFT = (
    ("韩立言", 2, "am", "fixed", ""),
    ("杜立新", 1, "pm", "trip", "垣曲县"),
    ("路海涛", 3, "am", "carried", "盐湖区"),
    ("尚国梁", 0, "am", "invited", ""),
    ("宫本立", 4, "pm", "fixed", ""),
    ("桑雪梅", 1, "am", "fixed", ""),
)
RULES = (
    ("每周二上午市政府领导", 1, "am", ("柏伟民", "路海涛", "桑雪梅", "季长河", "邢万里", "曲静怡")),
    ("每周四下午人大、政协领导", 3, "pm", ("苗春生", "席玉堂", "左文秀", "车安国")),
)


def draft(session: Session, staff: Mapping[str, Actor], days: Calendar, now: datetime) -> None:
    """A week that the office is still working on, with a meeting that came up since, and two rules of turns."""
    office, known = staff[OFFICE], leaders(session)
    monday = monday_of(clock.day_of(now)) + ONE_WEEK * 2
    counties = dict(session.execute(select(Region.name, Region.code).where(Region.level == "county")).all())
    unit = session.scalar(select(Unit.id).where(Unit.short_name == "市信访局"))
    for name, weekday, half, kind, county in DRAFT:
        day = monday + ONE_DAY * weekday
        if not days.is_workday(day):
            continue
        starts, ends = (540, 690) if half == "am" else (900, 1050)
        given = ReceptionGiven(
            known[name].id, day, half, starts, ends, kind, 6, place="人民政府会议室" if county else "",
            region_code=counties.get(county), window_id=None if county else room_id(session), field=known[name].field,
            duty_unit_id=unit, slot_minutes=None if county else 25,
        )  # fmt: skip
        roster.place(session, office, given, at=now)
    meeting = {"first": monday + ONE_DAY * 3, "last": monday + ONE_DAY * 3, "half": "am", "kind": "meeting"}
    duties.add_duty(session, office, known["路海涛"].id, **meeting, what="市政府常务会", at=now)
    for name, weekday, half, names in RULES:
        starts, ends = (540, 690) if half == "am" else (900, 1050)
        ids = tuple(known[each].id for each in names)
        rule = RotationGiven(name, weekday, half, starts, ends, "fixed", "", room_id(session), 6, ids, True)
        filling.save_rotation(session, office, None, rule, at=now)
