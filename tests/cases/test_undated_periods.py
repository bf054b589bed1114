"""A period without a number, begun without a day: it stands on the page until somebody names its last day, with the source."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal import clock, database
from portal.access.actor import Actor
from portal.access.permissions import Role
from portal.cases import operations
from portal.cases.models import Clock, Proceeding
from portal.cases.operations import FieldProblems, Refused, unnamed
from portal.trail.queries import entries
from tests.cases.desk import NOW, actor_named, case_of, counted, errors_of, found, html, post
from tests.staff import hire

KEY = "relief.emergency_explanation"
SOURCE = "平陆县民政局 平民函〔2026〕5号"
GIVEN = {"is_urgent": True, "is_small": True, "is_immediate": True, "helper": "张店镇政府", "measure": "临时安置"}


@pytest.fixture
def helped(app: Flask) -> str:
    """The number of a relief matter in which help was given first; when it must be explained the law does not say in days."""
    with clock.frozen(NOW):
        found(app)
        with app.app_context():
            social = hire("social", Role.SOCIAL_WORKER, platforms=("relief",), name="社工甲", at=NOW)
            with database.write() as session:
                given = operations.Registration(
                    channel="visit",
                    purpose="inquiry",
                    subject="房屋失火无处居住",
                    facts="房屋被烧，无处居住。",
                    demands=("临时救助",),
                    petitioner=operations.PersonGiven("陶某", "", "13912340123", "平陆县张店镇"),
                    received_at=NOW,
                    platform="relief",
                    platform_data={"origin": "applied"},
                )
                number = operations.register(session, social, given, at=NOW).number
            step(social, number, "help_first", **GIVEN)
        yield number


def step(by: Actor, number: str, code: str, **data) -> None:
    """Take a step of the relief."""
    with database.write() as session:
        row = proceeding(session, number)
        operations.advance(session, by, row.id, version=row.version, step=code, data=data, at=NOW)


def proceeding(session, number: str) -> Proceeding:
    """The relief of that case."""
    return session.scalars(select(Proceeding).where(Proceeding.case_id == case_of(session, number).id)).one()


def test_it_stands_there_until_its_day_is_named(
    helped: str, app: Flask, sign_in: Callable[..., FlaskClient], inside: Callable
) -> None:
    social = sign_in("social")
    with counted(app) as sent:
        page = html(social.get(f"/cases/{helped}"))
    assert len(sent) <= 45, len(sent)
    [offered] = page.select(".clock")
    assert "法律未规定天数" in offered.get_text()
    assert "《社会救助法" in offered.get_text()
    [link] = offered.select("a")
    answer = post(social, link["href"], last="2026-11-20", source="")
    assert answer.status_code == 422
    assert errors_of(answer, "undated-1-source") == "请写明由谁、以什么文件指定。"
    assert html(answer).select_one('[name="last"]')["value"] == "2026-11-20", "what was typed stays"
    early = post(social, link["href"], last="2026-11-20", source=SOURCE)
    assert "不能早于起算日 2026-11-23" in errors_of(early, "undated-1-last")
    assert post(social, link["href"], last="2026-12-04", source=SOURCE).status_code == 303
    page = html(social.get(f"/cases/{helped}"))
    [named] = page.select(".clock")
    assert "2026-12-04" in named.get_text()
    assert "指定日期" in named.get_text()
    assert "指定日期：" in page.select_one("#timeline").get_text()
    assert SOURCE in page.select_one("#timeline").get_text()
    assert social.get(link["href"]).status_code == 404, "it has its day; another one is named on the clock"
    with inside() as session:
        case = case_of(session, helped)
        kept = session.scalars(select(Clock)).one()
        assert (kept.key, kept.started_on, kept.effective_due) == (KEY, date(2026, 11, 23), date(2026, 12, 4))
        assert (kept.start_event, kept.named_source) == ("relief.help_first", SOURCE)
        assert case.next_due == date(2026, 12, 4)
        [event] = entries(session, f"case:{case.id}", kinds=("clock.named",))
        assert (event.data["from"], event.data["to"]) == (None, "2026-12-04")


def test_only_who_handles_the_platform_names_it(helped: str, app: Flask, sign_in: Callable, inside: Callable) -> None:
    with inside() as session:
        place = f"/cases/{helped}/proceedings/{proceeding(session, helped).id}/days/{KEY}"
    assert post(sign_in("head"), place, last="2026-12-04", source=SOURCE).status_code == 404
    assert sign_in("social").get(place.replace(KEY, "relief.process")).status_code == 404
    with inside() as session, database.write() as writing:
        row = proceeding(session, helped)
        with pytest.raises(Refused, match="权限"):
            unnamed.name_first_day(
                writing, actor_named(writing, "head"), row.id, KEY, last=date(2026, 12, 4), source=SOURCE, at=NOW
            )


def test_nothing_is_named_twice_nor_after_its_end(helped: str, inside: Callable) -> None:
    def name(session, **changes):
        stated = {"last": date(2026, 12, 4), "source": SOURCE, "at": NOW} | changes
        row = proceeding(session, helped)
        return unnamed.name_first_day(session, actor_named(session, "social"), row.id, KEY, **stated)

    with inside(), database.write() as session, pytest.raises(FieldProblems) as refused:
        name(session, source="  ")
    assert refused.value.problems == {"source": "请写明由谁、以什么文件指定。"}
    with inside(), database.write() as session:
        assert name(session).version == 1
    with inside(), database.write() as session, pytest.raises(Refused, match="已经指定"):
        name(session, last=date(2026, 12, 5))


def test_it_ends_with_the_step_that_stops_it(helped: str, sign_in: Callable, inside: Callable) -> None:
    with inside() as session:
        social = actor_named(session, "social")
    with inside():
        step(social, helped, "explain", relieved_on=NOW.date().isoformat(), explained="已安置")
    with inside() as session:
        assert unnamed.of_proceedings(session, [proceeding(session, helped)]) == []
    with clock.frozen(NOW + timedelta(minutes=1)):
        assert "法律未规定天数" not in sign_in("social").get(f"/cases/{helped}").text
