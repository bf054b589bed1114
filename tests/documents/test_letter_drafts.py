"""Drafts of the forms of letters: a closed window, a refusal and somebody else's change lose nothing that was typed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import clock
from portal.cases.models import Draft
from portal.documents.letters.models import Letter
from tests.cases.desk import counted, html, post
from tests.documents import letters
from tests.documents.letters import FACTS, Organ, act, drafted, sealed
from tests.staff import MONDAY


@pytest.fixture
def organ(app: Flask) -> Organ:
    """The bureau and its petition, the clock held on its Monday."""
    with clock.frozen(MONDAY):
        with app.app_context():
            made = letters.found_organ()
        yield made


@pytest.fixture
def drafter(organ: Organ, sign_in: Callable):
    """The drafting handler's browser."""
    return sign_in("drafter")


def kept(inside: Callable) -> list[str]:
    with inside() as session:
        return sorted(session.scalars(select(Draft.place)))


def opinion(organ: Organ) -> str:
    return f"/cases/{organ.number}/letters/new/opinion"


def value(page, name: str) -> str:
    return page.select_one(f'textarea[name="{name}"]').get_text().strip()


def test_what_is_typed_is_kept_and_comes_back(organ: Organ, drafter, inside: Callable) -> None:
    page = html(drafter.get(opinion(organ)))
    saver = page.select_one('form[data-keeps="letter-fields"]')
    assert page.select_one("#letter-fields"), "the form that is kept"
    assert "delay:800ms" in saver["hx-trigger"]
    assert saver.has_attr("novalidate"), "htmx keeps nothing of a form with an empty required field otherwise"
    typed = {"findings": "现场丈量到一半", "request": "", "conclusion": "support"}
    note = post(drafter, saver["action"], part=True, **typed)
    assert html(note).select_one("#draft-note").get_text().startswith("草稿已存")
    again = html(drafter.get(opinion(organ)))
    assert value(again, "findings") == "现场丈量到一半"
    assert value(again, "request") == "", "what the record offered and the clerk emptied stays empty"
    assert again.select_one('input[name="conclusion"][checked]')["value"] == "support"
    assert "草稿已存" in again.select_one("#draft-note").get_text()
    listed = html(drafter.get("/")).select_one("#drafts a")
    assert listed.get_text() == f"信访处理意见书 {organ.number}"
    assert listed["href"] == opinion(organ)


def test_without_javascript_a_button_keeps_and_another_clears(organ: Organ, drafter) -> None:
    page = html(drafter.get(opinion(organ)))
    keeper = page.select_one("#letter-fields button[formaction]")
    assert keeper.get_text() == "存草稿"
    told = html(post(drafter, keeper["formaction"], findings="写到一半"))
    assert told.select_one("a.btn-primary")["href"] == opinion(organ)
    clear = html(drafter.get(opinion(organ))).select_one('button[name="discard"]')
    assert post(drafter, clear["formaction"], findings="写到一半", discard="1").headers["Location"] == opinion(organ)
    assert value(html(drafter.get(opinion(organ))), "findings") == ""


def test_a_refused_form_is_kept_until_its_letter_is_drafted(organ: Organ, drafter, inside: Callable) -> None:
    assert post(drafter, opinion(organ), findings="只写了这一项").status_code == 422
    assert value(html(drafter.get(opinion(organ))), "findings") == "只写了这一项", "the window was closed after the 422"
    issuer = html(drafter.get(opinion(organ))).select_one('[name="issuer"] option')["value"]
    assert post(drafter, opinion(organ), issuer=issuer, **FACTS["opinion"]).status_code == 303
    assert kept(inside) == []


def test_a_draft_of_a_change_says_what_others_changed_since(
    organ: Organ, drafter, sign_in: Callable, inside: Callable
) -> None:
    with inside():
        letter_id = drafted(organ, "opinion")
    edit = f"/cases/{organ.number}/letters/{letter_id}/edit"
    page = html(drafter.get(edit))
    post(drafter, page.select_one('form[data-keeps="letter-fields"]')["action"], findings="我改的", version="1")
    issuer = page.select_one('[name="issuer"] option')["value"]
    with clock.frozen(MONDAY + timedelta(minutes=5)):
        other = FACTS["opinion"] | {"issuer": issuer, "version": "1", "findings": "同事改的"}
        assert post(sign_in("checker"), edit, **other).status_code == 303
        again = html(drafter.get(edit))
        assert value(again, "findings") == "我改的"
        assert "承办乙" in again.select_one(".notice-warning").get_text()
        assert again.select_one('[name="version"]')["value"] == "2", "the page knows the letter as it is now"
        late = FACTS["opinion"] | {"issuer": issuer, "version": "1", "findings": "迟到的改动"}
        assert post(drafter, edit, **late).status_code == 409
        assert value(html(drafter.get(edit)), "findings") == "迟到的改动", "a 409 loses nothing either"
    assert kept(inside) == [f"letter-edit:{organ.number.lower()}:{letter_id}"]


def test_service_and_reasons_are_kept_too(organ: Organ, drafter, sign_in: Callable, inside: Callable) -> None:
    with inside():
        letters.bring_to(organ.number, organ.clerk, "handling")
        served, waiting = sealed(organ, "opinion"), drafted(organ, "acceptance")
        act(organ.drafter, waiting, "submit")
    serve = f"/cases/{organ.number}/letters/{served}/serve"
    fields = {"method": "direct", "outcome": "refused", "served_on": "2026-11-23", "witness": "村委会主任"}
    assert post(drafter, serve, **fields, version="5").status_code in (409, 422)
    page = html(drafter.get(serve))
    assert page.select_one('input[name="witness"]')["value"] == "村委会主任"
    assert page.select_one('input[name="outcome"][checked]')["value"] == "refused"
    back = f"/cases/{organ.number}/letters/{waiting}/acts/return"
    checker = sign_in("checker")
    assert post(checker, back, why="依据要写全", version="1").status_code == 409
    assert value(html(checker.get(back)), "why") == "依据要写全"
    version = html(checker.get(back)).select_one('[name="version"]')["value"]
    assert post(checker, back, why="依据要写全", version=version).status_code == 303
    assert kept(inside) == [f"letter-serve:{organ.number.lower()}:{served}"]


def test_an_ended_session_keeps_what_it_sent(organ: Organ, drafter, sign_in: Callable) -> None:
    token = html(drafter.get(opinion(organ))).select_one('[name="csrf_token"]')["value"]
    with clock.frozen(MONDAY + timedelta(hours=3)):
        sent = drafter.post(opinion(organ), data={"csrf_token": token, "findings": "午饭后接着写"})
        assert "/login" in sent.headers["Location"]
        assert value(html(sign_in("drafter").get(opinion(organ))), "findings") == "午饭后接着写"


@pytest.mark.parametrize("rest", ["letter", "letter:yc-2026-000001", "letter-edit:yc-2026-000001:x", "letter-act:a:b"])
def test_a_broken_place_leads_to_no_page_and_breaks_none(organ: Organ, drafter, rest: str) -> None:
    assert post(drafter, f"/drafts/{rest}", findings="x").status_code == 200
    assert drafter.get("/").status_code == 200
    assert post(drafter, f"/drafts/{rest}", discard="1").status_code == 303


def test_drafts_are_the_writers_own_sealed_and_cheap(
    organ: Organ, drafter, sign_in: Callable, inside: Callable, app: Flask
) -> None:
    with counted(app) as before:
        drafter.get(opinion(organ))
    post(drafter, opinion(organ), findings="吕德胜的话")
    with counted(app) as after:
        drafter.get(opinion(organ))
    assert len(after) == len(before) <= 25
    assert "吕德胜的话" not in sign_in("checker").get(opinion(organ)).get_data(as_text=True)
    with inside() as session:
        stored = session.connection().exec_driver_sql('select "values" from draft').scalar()
        assert "吕德胜" not in stored
        assert session.scalar(select(func.count()).select_from(Letter)) == 0
