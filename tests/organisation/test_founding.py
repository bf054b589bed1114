"""The city and its hall as founded, and the numbers it gives out."""

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import database
from portal.cases import registry
from portal.organisation import operations, queries
from portal.organisation.models import Centre, Region, Service, Unit, Window, WindowService
from portal.statutes.models import Holiday
from portal.trail.queries import entries
from tests.staff import open_hall


def counts(session: Session) -> list[int]:
    """How many rows the founding left in each table."""
    tables = (Region, Unit, Centre, Service, Window, WindowService, Holiday)
    return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_the_whole_city_is_there(session: Session) -> None:
    open_hall()
    levels = Counter(session.scalars(select(Region.level)))
    assert levels == {"city": 1, "county": 13, "township": 161}
    assert len(queries.counties(session)) == 13
    assert "张店镇" in [region.name for region in queries.townships(session, "140829")]
    superiors = set(session.scalars(select(Region.code)))
    assert all(region.parent_code in superiors for region in session.scalars(select(Region)) if region.level != "city")


def test_thirteen_departments_share_the_hall(session: Session) -> None:
    open_hall()
    in_hall = session.scalars(select(Unit.short_name).where(Unit.in_hall)).all()
    assert len(in_hall) == 13
    wanted = {name for platform in registry.platforms() for name in platform.departments}
    assert wanted <= set(in_hall), "every department a platform names sits in the hall"


def test_each_county_has_its_petition_office_and_government(session: Session) -> None:
    open_hall()
    names = set(session.scalars(select(Unit.name)))
    for county in queries.counties(session):
        assert {f"{county.name}信访局", f"{county.name}人民政府"} <= names
    assert {"平陆县张店镇人民政府", "盐湖区中城街道办事处", "盐湖区运城经济技术开发区管理委员会"} <= names
    assert not any("监狱" in name or "铝厂" in name for name in names)
    township = session.scalars(select(Unit).where(Unit.name == "平陆县张店镇人民政府")).one()
    assert session.get(Unit, township.parent_id).name == "平陆县人民政府"
    assert queries.units_for_choice(session)[0][1] == "市委政法委"


def test_every_platform_has_services_and_a_window_that_takes_them(session: Session) -> None:
    centre_id = open_hall()
    taken = queries.services_by_window(session, centre_id)
    for platform in registry.platforms():
        own = {service.id for service in queries.services(session, centre_id) if service.platform == platform.code}
        windows = queries.windows_of(session, centre_id, (platform.code,))
        assert own, platform.code
        assert windows, platform.code
        assert all(set(taken[window.id]) == own for window in windows)
    assert {"city", "county"} == {window.level for window in queries.windows(session, centre_id)}


def test_nothing_betrays_who_goes_to_counselling(session: Session) -> None:
    centre_id = open_hall()
    rooms = queries.windows_of(session, centre_id, ("counselling",))
    others = [window for window in queries.windows(session, centre_id) if window.platform != "counselling"]
    assert {room.sign for room in rooms} <= {window.sign for window in others}
    services = queries.services(session, centre_id)
    own = {service.prefix for service in services if service.platform == "counselling"}
    assert own <= {service.prefix for service in services if service.platform != "counselling"}


def test_founding_again_changes_nothing(session: Session) -> None:
    centre_id = open_hall()
    before = counts(session)
    with database.write() as writing:
        service = writing.scalars(select(Service)).first()
        service.name = "中心自己的名称"
    assert open_hall() == centre_id
    assert counts(session) == before
    assert session.get(Service, service.id).name == "中心自己的名称"
    assert [entry.kind for entry in entries(session, f"centre:{centre_id}")] == ["centre.founded"]


def test_numbers_have_no_gap_and_no_double(session: Session) -> None:
    with database.write() as writing:
        given = [operations.next_number(writing, 1, "case:2026") for _ in range(3)]
        other = operations.next_number(writing, 2, "case:2026")
    assert (given, other) == ([1, 2, 3], 1)
    with database.write() as writing:
        operations.next_number(writing, 1, "case:2026")
        writing.rollback()
    with database.write() as writing:
        assert operations.next_number(writing, 1, "case:2026") == 4
