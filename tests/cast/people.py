"""The staff of the demo hall. Every name is invented but 张德良, the clerk of the city's own article about its hall."""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from portal.access import operations as access
from portal.access.actor import Actor, actor_of
from portal.access.models import Account, AccountPlatform, AccountRole
from portal.access.permissions import Role
from portal.cli import found_hall
from portal.organisation.models import Centre, Unit, Window
from portal.trail import operations as trail
from tests.cast import organs

PASSWORD = "Test-hall-2026"
# Somebody must be accused to show the wall of 检举控告, and it is no real organ.
ACCUSED = ("运城市某直属单位（演示）", "某直属单位（演示）")


@dataclass(frozen=True)
class Named:
    """One of the staff. ``unit`` is a unit's short name; ``window`` the name of the window the person sits at, or ''."""

    login: str
    name: str
    title: str
    roles: tuple[Role, ...]
    platforms: tuple[str, ...] = ()
    window: str = ""
    unit: str = ""


PEOPLE = (
    Named("jingxiaoyan", "荆小燕", "导引台导引员", (Role.GREETER,), unit="市信访局"),
    Named("haosiyu", "郝思雨", "志愿者", (Role.VOLUNTEER,)),
    Named("zhangdeliang", "张德良", "信访接待窗口", (Role.CLERK,), ("petition",), "1号窗口", "市信访局"),
    Named("jingyaqin", "景雅琴", "信访接待窗口", (Role.CLERK,), ("petition",), "2号窗口", "市信访局"),
    Named("weishulin", "卫树林", "信访接待窗口（区级）", (Role.CLERK,), ("petition",), "3号窗口", "盐湖区信访局"),
    Named("tianruifang", "田瑞芳", "专职人民调解员", (Role.MEDIATOR,), ("mediation",), "4号窗口", "市司法局"),
    Named("chaiguoqiang", "柴国强", "人民调解员", (Role.MEDIATOR,), ("mediation",), "5号窗口", "市司法局"),
    Named("dongyanli", "董燕丽", "值班律师", (Role.LAWYER,), ("legal_aid",), "6号窗口", "市司法局"),
    Named("huyuting", "胡玉婷", "诉调对接窗口", (Role.CLERK,), ("court_link",), "8号窗口", "市中级人民法院"),
    Named("jiaohaifeng", "焦海峰", "劳动仲裁窗口", (Role.CLERK,), ("labour",), "10号窗口", "市人力资源和社会保障局"),
    Named("xuelijun", "薛丽君", "社会工作者", (Role.SOCIAL_WORKER,), ("relief",), "12号窗口", "市民政局"),
    Named("panhongxia", "潘红霞", "群众求助窗口", (Role.CLERK,), ("citizen_help",), "14号窗口", "市总工会"),
    Named("liangxiaodong", "梁晓东", "热线线下窗口", (Role.CLERK,), ("hotline",), "16号窗口", "市住房和城乡建设局"),
    Named("feizhigang", "费志刚", "综治指挥窗口", (Role.CLERK,), ("governance",), "17号窗口", "市委政法委"),
    Named("qiaomengyao", "乔梦瑶", "心理咨询师", (Role.COUNSELLOR,), ("counselling",), "18号窗口", "市卫生健康委员会"),
    Named("houwenjuan", "侯文娟", "信访事项承办人", (Role.HANDLER,), ("petition",), unit="市信访局"),
    Named("peijianye", "裴建业", "驻厅承办人", (Role.HANDLER,), ("petition",), unit=ACCUSED[1]),
    Named("jinshijie", "晋世杰", "仲裁员", (Role.HANDLER,), ("labour",), unit="市人力资源和社会保障局"),
    Named("yanhaiyan", "闫海燕", "县信访局承办人", (Role.HANDLER,), unit="平陆县信访局"),
    Named("qixiulan", "祁秀兰", "人大代表", (Role.DELEGATE,)),
    Named("shimingyuan", "史明远", "督查科科长", (Role.SUPERVISOR,), unit="市信访局"),
    Named("fanhuimin", "范慧敏", "联席会议办公室", (Role.CONFERENCE,), unit="市信访局"),
    Named("dulixin", "杜立新", "市级领导", (Role.LEADER,), unit="市政府"),
    Named("fengkai", "冯凯", "领导办公室秘书", (Role.LEADER_OFFICE,), ("petition",), unit="市政府"),
    Named("lianhongjun", "廉红军", "市委秘书长", (Role.ROSTER_APPROVER,), unit="市政府"),
    Named("renzhiping", "任志平", "中心值班负责人", (Role.DUTY_HEAD,), unit="市信访局"),
    Named("yaoyuhang", "姚宇航", "系统管理员", (Role.SYSTEM_ADMIN,)),
    Named("chengsiyuan", "程思远", "安全管理员", (Role.SECURITY_ADMIN,)),
    Named("qinyuehua", "秦月华", "审计管理员", (Role.AUDIT_ADMIN,)),
    *(
        Named(login, name, title, roles, platforms, unit=unit)
        for login, name, title, roles, platforms, unit in organs.STAFF
    ),
)
# Who sits at a platform's first window, and who takes its steps afterwards where these are two people.
CLERK_OF = {named.platforms[0]: named.login for named in reversed(PEOPLE) if named.window}
HANDLER_OF = CLERK_OF | {"petition": "houwenjuan", "labour": "jinshijie"}
GREETER = "jingxiaoyan"


def password() -> str:
    """The password of every demo account: PORTAL_DEMO_PASSWORD, or the one that is printed."""
    return os.environ.get("PORTAL_DEMO_PASSWORD") or PASSWORD


def seed_minimal(session: Session, at: datetime) -> dict[str, Actor]:
    """Found the hall and create the accounts, nothing else, inside write(); actors by login name. Safe to run again.

    Raises WeakPassword where PORTAL_DEMO_PASSWORD is.
    """
    centre = found_hall(session, at)
    if session.scalar(select(Unit.id).where(Unit.name == ACCUSED[0])) is None:
        session.add(Unit(name=ACCUSED[0], short_name=ACCUSED[1], level="city", region_code=centre.region_code))
        session.flush()
    known = set(session.scalars(select(Account.login_name)))
    access.check_password(password())
    # one slow hash for all of them: a hash each would be most of the time a test needs
    shared = None
    for named in PEOPLE:
        if named.login not in known:
            shared = shared or generate_password_hash(password())
            _create(session, centre, named, shared, at)
    return actors(session)


def actors(session: Session) -> dict[str, Actor]:
    """The staff as actors, by login name."""
    logins = [named.login for named in PEOPLE]
    found = session.scalars(select(Account).where(Account.login_name.in_(logins)))
    return {account.login_name: actor_of(account) for account in found}


def window_ids(session: Session, centre_id: int) -> dict[str, int]:
    """Login name → id of the window where that person sits."""
    named = dict(session.execute(select(Window.name, Window.id).where(Window.centre_id == centre_id)).all())
    return {one.login: named[one.window] for one in PEOPLE if one.window}


def _create(session: Session, centre: Centre, named: Named, password_hash: str, at: datetime) -> None:
    unit = select(Unit.id).where(Unit.short_name == named.unit).order_by(Unit.id).limit(1)
    account = Account(
        centre_id=centre.id,
        login_name=named.login,
        name=named.name,
        title=named.title,
        unit_id=session.scalar(unit) if named.unit else None,
        password_hash=password_hash,
        must_change=False,
        session_key=secrets.token_hex(8),
        role_rows=[AccountRole(role=role.value) for role in named.roles],
        platform_rows=[AccountPlatform(platform=code) for code in named.platforms],
    )
    session.add(account)
    session.flush()
    data = {"roles": [role.value for role in named.roles]}
    chain = f"account:{account.id}"
    trail.append(session, chain, "account.created", centre_id=centre.id, actor_id=None, at=at, data=data)
