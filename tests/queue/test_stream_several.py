"""One stream for all windows of a browser: each address tells what it tells alone, to whom it tells it, and misses nothing."""

from collections.abc import Callable, Iterator

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from portal import clock, database
from portal.queue import stream
from portal.queue.operations import close_window
from portal.trail import operations as trail
from tests.queue import wall as hall
from tests.queue.wall import Listener, Server, Wall
from tests.support import demo_password, submit


@pytest.fixture
def wall(app: Flask) -> Wall:
    """The small hall in the database."""
    with app.app_context(), database.write() as session:
        return hall.build(session, clock.now())


@pytest.fixture
def server(app: Flask) -> Iterator[Server]:
    """A real server for `app`."""
    with hall.served(app) as running:
        yield running


@pytest.fixture
def several(server: Server) -> Callable[..., Listener]:
    """``several(client, address, …)`` opens the stream of these addresses with the client's cookie."""

    def opened(client: FlaskClient, *addresses: str, **headers: str) -> Listener:
        query = "&".join("of=" + address.replace("?", "%3F").replace("&", "%26") for address in addresses)
        return server.listen(f"/stream/several?{query}", f"portal={client.get_cookie('portal').value}", **headers)

    return opened


def address(client: FlaskClient, page: str) -> str:
    """The stream of a page as the page names it."""
    return BeautifulSoup(client.get(page).get_data(as_text=True), "html.parser").select_one("[sse-connect]")[
        "sse-connect"
    ]


def bump(app: Flask, centre_id: int, *topics: str) -> None:
    with app.app_context(), database.write() as session:
        trail.bump(session, centre_id, *topics)


def names(listener: Listener, count: int) -> set[str]:
    """The names of the next ``count`` events."""
    return {listener.event()["event"] for _ in range(count)}


def test_each_address_hears_its_own_under_its_place(app, wall, sign_in, several) -> None:
    clerk = sign_in("clerk")
    listener = several(clerk, address(clerk, "/queue/window"), address(clerk, "/queue/overview"))
    assert "retry" in listener.block()
    bump(app, wall.centre_id, "queue")
    assert names(listener, 2) == {"0:queue", "1:queue"}
    bump(app, wall.centre_id, f"window:{wall.window_id}")
    assert listener.event()["event"] == "0:window"
    bump(app, wall.centre_id, "board")
    assert listener.event()["event"] == "1:board"


def test_what_moved_since_each_page_was_made_is_told_at_once_and_only_to_it(app, wall, sign_in, several) -> None:
    clerk = sign_in("clerk")
    old = address(clerk, "/queue/window")
    bump(app, wall.centre_id, "queue")
    listener = several(clerk, old, address(clerk, "/queue/window"))
    listener.block()
    assert listener.event(within=1.0)["event"] == "0:queue"
    with pytest.raises(TimeoutError):
        listener.event(within=0.6)


def test_a_broken_stream_goes_on_where_it_was(app, wall, sign_in, several) -> None:
    clerk = sign_in("clerk")
    pages = address(clerk, "/queue/window"), address(clerk, "/queue/overview")
    first = several(clerk, *pages)
    mark = first.block()["id"]
    bump(app, wall.centre_id, "queue")
    told = names(first, 2)
    first.close()
    bump(app, wall.centre_id, "board")
    again = several(clerk, *pages, Last_Event_ID=mark)
    again.block()
    assert names(again, 3) == {*told, "1:board"}


def test_the_mark_of_a_place_is_the_mark_of_its_page(app, wall, sign_in, several) -> None:
    clerk = sign_in("clerk")
    listener = several(clerk, address(clerk, "/queue/window"), address(clerk, "/queue/overview"))
    listener.block()
    bump(app, wall.centre_id, "queue", "board")
    mark = [listener.event() for _ in range(3)][-1]["id"]
    fresh = (address(clerk, page).partition("seen=")[2] for page in ("/queue/window", "/queue/overview"))
    assert mark == ",".join(fresh), "so that a page can be joined to another stream later"


def test_a_page_of_before_a_change_of_seats_is_told_of_everything(app, wall, sign_in, several) -> None:
    clerk = sign_in("clerk")
    before = address(clerk, "/queue/window")
    with app.app_context(), database.write() as session:
        close_window(session, wall.clerk, at=clock.now())
    listener = several(clerk, before, address(clerk, "/queue/overview"))
    listener.block()
    assert listener.event(within=1.0)["event"] == "0:queue"


def test_a_page_made_for_somebody_else_is_told_nothing(app, wall, sign_in, several) -> None:
    clerk, counsellor = sign_in("clerk"), sign_in("counsellor")
    foreign = address(counsellor, "/queue/window")
    assert several(clerk, foreign).status == 404
    listener = several(clerk, foreign, address(clerk, "/queue/window"))
    listener.block()
    bump(app, wall.centre_id, "queue")
    assert listener.event()["event"] == "1:queue"
    with pytest.raises(TimeoutError):
        listener.event(within=0.6)


def test_what_alone_is_refused_is_refused_here(app, wall, sign_in, several, client) -> None:
    with app.app_context(), database.write() as session:
        made = hall.case(session, wall, clock.now())
    clerk, counsellor, greeter = (sign_in(who) for who in ("clerk", "counsellor", "greeter"))
    case = f"/stream/cases/{made.id}"
    own = f"{case}?key={wall.counsellor.id}."
    with clerk.get(case, headers={"Accept": "text/event-stream"}) as alone:
        assert alone.status_code == 200
    assert counsellor.get(case).status_code == 404
    assert several(counsellor, own).status == 404
    assert several(greeter, f"{case}?key={wall.greeter.id}.").status == 404
    assert several(clerk, f"{case}?key={wall.clerk.id}.").status == 200
    listener = several(counsellor, own, address(counsellor, "/queue/window"))
    listener.block()
    bump(app, wall.centre_id, f"case:{made.id}", "queue")
    assert listener.event()["event"] == "1:queue"
    nonsense = (
        "/stream/board",
        "/stream/nonsense",
        "/cases",
        "/admin/hall",
        "//x/stream/desk",
        "stream/desk",
        "",
        "/stream/several",
    )
    for strange in nonsense:
        assert several(counsellor, f"{strange}?key={wall.counsellor.id}.").status == 404, strange
    assert client.get("/stream/several?of=/stream/desk").status_code == 302
    assert client.get("/stream/several", headers={"Accept": "text/event-stream"}).status_code == 401
    assert clerk.get("/stream/several").status_code == 404


def test_after_signing_out_nothing_is_told_any_more(app, wall, sign_in, server, several) -> None:
    clerk = sign_in("clerk")
    page = address(clerk, "/queue/window")
    submit(clerk, "/logout", "/queue/window")
    again = app.test_client()
    assert again.get(f"/stream/several?of={page}", headers={"Accept": "text/event-stream"}).status_code == 401
    submit(again, "/login", login_name="greeter", password=demo_password())
    assert several(again, page).status == 404, "the page is not the greeter's"


def test_a_browser_takes_one_place_however_many_windows_it_has(app, wall, sign_in, several) -> None:
    clerk = sign_in("clerk")
    listener = several(clerk, *([address(clerk, "/queue/window")] * (stream.MOST_PAGES + 5)))
    listener.block()
    assert len(stream.hub(app)) == 1
    bump(app, wall.centre_id, "queue")
    assert names(listener, stream.MOST_PAGES) == {f"{place}:queue" for place in range(stream.MOST_PAGES)}
