"""What the portal really does for each operation: its SQL with parameters, and the bytes it answers with.

Counted too: how many values its templates escape and how many addresses they build. One request of each kind is made on a
copy of the data after the caches are warm. The floor then does exactly that (see floor.py), so that it can never fall behind
what the portal asks of its database.
"""

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import runtime
from sqlalchemy import event

from bench import plans, seed
from portal import create_app
from portal.database import db

CLERK = 47
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Recorder:
    """Listens while ``on``: statements with parameters in order, transactions included, and the work of the templates.

    ``outputs``: values a template escaped; ``links``: addresses built. To be made before the first template is compiled.
    """

    def __init__(self, app: Flask) -> None:
        self.heard: list[dict[str, Any]] = []
        self.outputs = self.links = 0
        self.on = False
        runtime.escape = self._counted(runtime.escape, "outputs")
        app.url_for = self._counted(app.url_for, "links")
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._statement)
            event.listen(db.engine, "commit", lambda connection: self._note("COMMIT", []))
            event.listen(db.engine, "rollback", lambda connection: self._note("ROLLBACK", []))

    def _counted(self, work: Callable[..., Any], name: str) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            setattr(self, name, getattr(self, name) + 1)
            return work(*args, **kwargs)

        return counted

    def start(self) -> None:
        """Forget what was heard and listen."""
        self.heard, self.outputs, self.links, self.on = [], 0, 0, True

    def _statement(
        self, connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        rows = parameters if many and isinstance(parameters[0], tuple) else [parameters]
        for row in rows:  # several rows in one INSERT … RETURNING come as one flat tuple
            self._note(statement, list(row or ()))

    def _note(self, statement: str, parameters: list[Any]) -> None:
        if self.on:
            self.heard.append({"sql": statement, "parameters": parameters})


def record(home: Path, into: Path) -> dict[str, Any]:
    """Record every operation on the data folder ``home`` (written to) and keep the result in the file ``into``."""
    app = create_app(seed.settings_for(home))
    recorder, client, screen = Recorder(app), app.test_client(), app.test_client()
    screen.set_cookie("portal_screen", seed.SCREEN_TOKEN)
    token = _sign_in(client)
    case_id, number = visible(home, 1)[0]
    told: dict[str, Any] = {
        "clerk": CLERK,
        "window": 18 + CLERK,
        "case": {"id": case_id, "number": number},
        "operations": {},
    }
    work = {
        "list": lambda: client.get("/cases"),
        "search": lambda: client.get("/cases", query_string={"q": plans.WORD}),
        "open": lambda: client.get(f"/cases/{number}"),
        "register": lambda: client.post("/cases/new", data=plans.fields(Random(), token)),
        "call": lambda: client.post("/queue/window/next", data={"csrf_token": token}),
        "miss": lambda: client.post(
            f"/queue/tickets/{_ticket(home)[0]}/miss",
            data={"csrf_token": token, "version": _ticket(home)[1], "sure": "1"},
        ),
        "board": lambda: [screen.get("/screens/hall/board") for _ in range(2)][1],
    }
    for _turn in range(3):  # the third is kept
        for name, ask in work.items():
            recorder.start()
            answer = ask()
            recorder.on = False
            if answer.status_code not in (200, 303):
                raise RuntimeError(f"{name} answers {answer.status_code}: {answer.get_data(as_text=True)[:500]}")
            drawn = {"outputs": recorder.outputs, "links": recorder.links}
            told["operations"][name] = {"statements": recorder.heard, "bytes": len(answer.get_data()), **drawn}
    board = told["operations"]["board"]["statements"]
    told["operations"]["board"]["statements"] = board[len(board) // 2 :]  # the second time it comes from memory
    told |= _made_last(home)
    with app.app_context():
        db.engine.dispose()
    into.write_text(json.dumps(told, ensure_ascii=False, default=str), encoding="utf-8")
    return told


def visible(home: Path, limit: int) -> list[tuple[int, str]]:
    """(id, number) of the newest cases that the clerks of the bench may see."""
    connection = sqlite3.connect(home / "portal.sqlite3")
    query = (
        "SELECT case_record.id, number FROM case_record JOIN case_grant ON case_id = case_record.id "
        "WHERE scope = 'platform:petition' AND number LIKE 'YC-%' ORDER BY case_record.id DESC LIMIT ?"
    )
    rows = connection.execute(query, (limit,)).fetchall()
    connection.close()
    return rows


def _sign_in(client: FlaskClient) -> str:
    page = client.get("/login").get_data(as_text=True)
    fields = {"csrf_token": TOKEN.search(page)[1], "login_name": f"clerk{CLERK}", "password": seed.PASSWORD}
    if client.post("/login", data=fields).status_code != 303:
        raise RuntimeError("the clerk of the bench cannot sign in")
    return TOKEN.search(client.get("/cases/new").get_data(as_text=True))[1]


def _ticket(home: Path) -> tuple[int, int]:
    connection = sqlite3.connect(home / "portal.sqlite3")
    found = connection.execute(
        "SELECT id, version FROM ticket WHERE account_id = ? AND state = 'called'", (CLERK,)
    ).fetchone()
    connection.close()
    return found


def _made_last(home: Path) -> dict[str, Any]:
    """The case and the ticket that the recorded register and call made: their ids and number are what the floor varies."""
    connection = sqlite3.connect(home / "portal.sqlite3")
    made = connection.execute("SELECT id, number FROM case_record ORDER BY id DESC LIMIT 1").fetchone()
    ticket = connection.execute("SELECT max(ticket_id) FROM call").fetchone()[0]
    connection.close()
    return {"made": {"id": made[0], "number": made[1]}, "ticket": ticket}
