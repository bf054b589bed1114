"""From the sheet to the end, through the pages: typed, confirmed, signed, task, reply, returned, reply, accepted, T+7, told, closed."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from portal import clock, database
from portal.cases.models import Case
from portal.cases.timeline import timeline
from portal.leadership.models import Booking, Followup, Instruction, Sheet, Task, TaskUnit
from portal.trail import queries as trail
from tests.cases.desk import errors_of, html, post
from tests.cast.people import actors
from tests.leadership import loop
from tests.leadership.receptions import AT, DAY, LEADER, OFFICE, later

TYPED = {"minutes": loop.MINUTES, "opinion": loop.OPINION, "manner": "task", "what": "核清面积，支付赔偿款"}
WHOLE = TYPED | {"lead": loop.UNIT, "co": loop.CO_UNIT, "due": loop.DUE.isoformat()}
DAYS = 24 * 60


@pytest.fixture
def world(app):
    """One reception of today with two matters booked; who signs in does so by ``of``."""
    with clock.frozen(AT), app.app_context(), database.write() as session:
        _staff, held, ids = loop.booked(session, 2)
        number = session.get_one(Case, session.get_one(Booking, ids[0]).case_id).number
        return SimpleNamespace(
            day=f"/leadership/receptions/{held.id}/day", first=ids[0], second=ids[1], number=number,
            sheet=f"/leadership/day/{ids[0]}/sheet/{number}",
        )  # fmt: skip


def test_the_whole_way_of_a_matter(inside, sign_in, world) -> None:
    with clock.frozen(later(30)):
        _receive(world, sign_in(OFFICE))
    with clock.frozen(later(50)):
        _sign(world, sign_in(OFFICE), sign_in(LEADER))
    with inside() as session:
        made, task = session.scalars(select(Instruction)).one(), session.scalars(select(Task)).one()
        world.rows = dict(session.execute(select(TaskUnit.role, TaskUnit.id)).all())
        world.looks = {each.days: each.id for each in session.scalars(select(Followup))}
        assert (task.due, made.words, sorted(world.looks)) == (loop.DUE, loop.OPINION, [7, 15, 30])
        world.instruction, world.task = made.id, task.id
    with clock.frozen(later(DAYS)):
        _answer(world, inside, sign_in)
    with clock.frozen(later(7 * DAYS)):
        _end(world, inside, sign_in(OFFICE))
    with inside() as session:
        _look_back(session, world)


def _receive(world, office) -> None:
    refused = post(office, f"/leadership/day/{world.first}/begin")
    assert refused.status_code == 409
    assert "领导还没有到场" in refused.get_data(as_text=True)
    assert post(office, f"{world.day}/arrive").status_code == 303
    assert post(office, f"/leadership/day/{world.first}/begin").headers["Location"].endswith(f"/sheet/{world.number}")
    assert post(office, f"/leadership/day/{world.second}/begin").status_code == 409, "one after another"
    unsaid = post(office, f"/leadership/day/{world.second}/absent", reason="")
    assert unsaid.status_code == 422
    assert "请写明原因" in errors_of(unsaid, f"why-{world.second}")
    assert post(office, f"/leadership/day/{world.second}/absent", reason="电话说家中有事").status_code == 303


def _sign(world, office, leader) -> None:
    post(office, f"/leadership/day/{world.first}/end")
    wrong = post(office, world.sheet, version="0", ready="1", **(TYPED | {"due": "2026-02-30"}))
    assert wrong.status_code == 422
    assert "日期不存在" in errors_of(wrong, "due")
    wrong = post(office, world.sheet, version="0", ready="1", **TYPED)
    assert wrong.status_code == 422
    assert "牵头单位" in errors_of(wrong, "lead")
    assert "期限" in errors_of(wrong, "due")
    assert html(wrong).select_one("#opinion").get_text(strip=True) == loop.OPINION
    assert post(office, world.sheet, version="0", ready="1", **WHOLE).status_code == 303
    lacking = post(office, f"{world.day}/close")
    assert lacking.status_code == 409
    assert "第 1 件的登记表领导还没有签名" in lacking.get_data(as_text=True)
    assert post(office, f"{world.sheet}/sign", version="1").status_code == 409, "only the leader signs"
    assert post(leader, f"{world.sheet}/sign", version="0").status_code == 409, "an older version is not signed"
    assert post(leader, f"{world.sheet}/sign", version="1").status_code == 303
    assert post(office, world.sheet, version="2", **WHOLE).status_code == 409, "a signed sheet stays as it is"
    assert post(office, f"{world.day}/leave").status_code == 303
    assert post(office, f"{world.day}/close").status_code == 303


def _answer(world, inside, sign_in) -> None:
    office, unit, helping = sign_in(OFFICE), sign_in(loop.UNIT_STAFF), sign_in(loop.CO_STAFF)
    address, rows = f"/leadership/instructions/{world.instruction}", world.rows
    assert "核清面积" in unit.get("/leadership/tasks").get_data(as_text=True), "the page of tasks is the unit's inbox"
    assert loop.OPINION in unit.get(address).get_data(as_text=True)
    assert post(unit, f"/leadership/task-units/{rows['lead']}/receipt").status_code == 303
    assert post(unit, f"/leadership/task-units/{rows['lead']}/reply", words="").status_code == 422
    assert post(unit, f"/leadership/task-units/{rows['co']}/reply", words="代答").status_code == 409
    assert post(unit, f"/leadership/task-units/{rows['lead']}/reply", words="已付三万元。").status_code == 303
    assert post(office, f"/leadership/tasks/{world.task}/accept", version="3").status_code == 409, "one has not replied"
    assert post(helping, f"/leadership/task-units/{rows['co']}/reply", words="已配合丈量。").status_code == 303
    assert post(office, f"/leadership/task-units/{rows['lead']}/return", reason="差一万六。").status_code == 303
    again = html(unit.get(address))
    assert "差一万六" in again.get_text()
    assert again.select_one("textarea[name=words]").get_text(strip=True) == "已付三万元。", (
        "to be completed, not retyped"
    )
    assert post(unit, f"/leadership/task-units/{rows['lead']}/reply", words="全部付清。").status_code == 303
    with inside() as session:
        version = session.get_one(Task, world.task).version
    assert post(office, f"/leadership/tasks/{world.task}/accept", version=str(version)).status_code == 303


def _end(world, inside, office) -> None:
    address, looks = f"/leadership/instructions/{world.instruction}", world.looks
    assert "第 7 天" in office.get("/leadership/tasks").get_data(as_text=True)
    assert post(office, f"/leadership/followups/{looks[15]}", finding="settled", words="早了").status_code == 409
    assert post(office, f"/leadership/followups/{looks[7]}", finding="", words="到账。").status_code == 422
    assert post(office, f"/leadership/followups/{looks[7]}", finding="settled", words="到账。").status_code == 303
    with inside() as session:
        known = {"version": str(session.get_one(Instruction, world.instruction).version)}
    untold = post(office, f"{address}/result", result="付清。", met="yes", end="1", **known)
    assert untold.status_code == 409
    assert "告知群众" in untold.get_data(as_text=True)
    told = {"told_on": (DAY + timedelta(days=7)).isoformat(), "told_how": "电话告知本人"}
    unsaid = post(office, f"{address}/result", result="付清。", met="yes", satisfied="yes", end="1", **known, **told)
    assert "怎样说的" in errors_of(unsaid, "result-said_how")
    said = {"satisfied": "yes", "said_how": "telephone"}
    ended = post(office, f"{address}/result", result="付清。", met="yes", end="1", **known, **told, **said)
    assert ended.status_code == 303
    assert "已办结" in office.get(address).get_data(as_text=True)


def _look_back(session, world) -> None:
    made = session.get_one(Instruction, world.instruction)
    assert (made.met, made.satisfied, made.said_how) == ("yes", "yes", "telephone")
    assert made.closed_at
    assert made.said_to == actors(session)[OFFICE].id
    assert session.scalars(select(Sheet)).one().signed_how == "account"
    case = session.scalar(select(Case).where(Case.number == world.number))
    kinds = [entry.kind.removeprefix("leader.") for entry in trail.entries(session, f"case:{case.id}")]
    assert kinds[-11:] == [
        "opinion", "instructed", "task_signed", "task_replied", "task_replied", "task_returned", "task_replied", "task_done",
        "followed_up", "resulted", "closed",
    ]  # fmt: skip
    titles = [line.title for line in timeline(session, actors(session)[OFFICE], case)]
    assert any(title.startswith("领导交办（接访处理意见）：市信访局、平陆县信访局") for title in titles)
