"""The floor: bare Flask, sqlite3 and Jinja, doing what the portal was recorded to do and nothing else.

For each operation it runs the statements the portal sent to its database (record.py), with the same parameters but for what
must differ from one request to the next (whose, which case, new ids and numbers); reads outside a transaction, writes in one
durable transaction (WAL, synchronous=FULL, BEGIN IMMEDIATE, a lock across threads and processes as the portal's). It answers
with a page of the recorded size, made by a Jinja template that walks through the largest result, escapes as many values and
builds as many links as the portal's templates do. No sign-in, no CSRF, no
permission, no form, no encryption, no masking, no object mapping: that is what the portal is allowed to cost.

Environment: FLOOR_HOME (data folder of its own), FLOOR_RECORD (the file written by record.py).
"""

import fcntl
import json
import os
import re
import secrets
import sqlite3
import threading
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, redirect, render_template
from jinja2 import Template

INSERT = re.compile(r"INSERT (?:OR REPLACE )?INTO (\w+) \(([^)]*)\)")
FRONT = re.compile(r"SELECT ticket\.id\s+FROM ticket\s+WHERE .* ORDER BY ticket\.rank", re.DOTALL)
# columns of an INSERT that name a row made in the same transaction
MADE = {"case_id": "case", "person_id": "person", "proceeding_id": "proceeding", "event_id": "event"}
UNIQUE = {"enquiry_hash", "source_key", "id_hash"}
TABLES = {"case_record": "case"}
WIDTH = 10
# what each operation is about, by the name under which record.py tells it
VARIES = {"list": "", "search": "", "board": "", "open": "case", "register": "made", "call": "ticket", "miss": "ticket"}
TEMPLATE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<table><tbody>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}
<td>{% for link in row.links %}<a href="{{ url_for('open_case', clerk=1, case=link, number='YC') }}">›</a>{% endfor %}</td></tr>
{% endfor %}</tbody></table>{{ filler }}</body></html>"""

Values = dict[str, Any]
Step = Callable[[sqlite3.Cursor, Values], list | None]


class Operation:
    """One recorded operation, ready to be repeated: statements before, inside and after the write transaction."""

    def __init__(self, name: str, told: dict[str, Any]) -> None:
        recorded = told["operations"][name]
        self.size, self.outputs, self.links = recorded["bytes"], recorded["outputs"], recorded["links"]
        self.before: list[Step] = []
        self.inside: list[Step] = []
        writing = False
        for statement in recorded["statements"]:
            sql = statement["sql"]
            if sql == "BEGIN IMMEDIATE":
                writing = True
            elif sql == "COMMIT":
                writing = False
            elif sql not in ("BEGIN", "ROLLBACK"):
                (self.inside if writing else self.before).append(
                    _step(sql, statement["parameters"], told, VARIES[name])
                )
        self.template: Template | None = None
        self.filler = ""

    def run(self, values: Values) -> list:
        """Do it; the largest result."""
        cursor, largest = _connection().cursor(), []
        for step in self.before:
            rows = step(cursor, values)
            if rows and len(rows) * len(rows[0]) > (len(largest) * len(largest[0]) if largest else 0):
                largest = rows
        if self.inside:
            with _exclusive():
                cursor.execute("BEGIN IMMEDIATE")
                try:
                    for step in self.inside:
                        step(cursor, values)
                    cursor.execute("COMMIT")
                except BaseException:
                    cursor.execute("ROLLBACK")
                    raise
        return largest

    def page(self, rows: list) -> str:
        """A page that escapes as many values of ``rows`` and builds as many links as the portal's, brought to its size.

        Where the result has fewer values than the portal shows, they are shown again; the filler is measured once.
        """
        cells = [cell for row in rows for cell in row] or [""]
        shown = list(islice(cycle(cells), self.outputs))
        table = [Row(shown[at : at + WIDTH]) for at in range(0, len(shown), WIDTH)] or [Row()]
        each, more = divmod(self.links, len(table))
        for number, row in enumerate(table):
            row.links = range(each + (number < more))
        if self.template is None:
            self.template = app.jinja_env.from_string(TEMPLATE)
            bare = len(render_template(self.template, title="", rows=table, filler="").encode())
            self.filler = "." * max(0, self.size - bare)
        return render_template(self.template, title="", rows=table, filler=self.filler)


class Row(list):
    """Cells, and the numbers of the links behind them."""

    links: range = range(0)


def _step(sql: str, parameters: list[Any], told: dict[str, Any], varies: str) -> Step:
    """One statement as a function; the places that vary are found now, so that running costs nothing more."""
    insert = INSERT.match(sql)
    columns = [name.strip().strip('"') for name in insert[2].split(",")] if insert else []
    slots = []
    for place, value in enumerate(parameters):
        column = columns[place % len(columns)] if columns else ""
        if slot := _slot(column, value, told, varies):
            slots.append((place, slot))
    table = insert[1] if insert else ""
    keeps = TABLES.get(table, table) if table in ("case_record", "person", "proceeding", "event") else ""
    year = told["made"]["number"][:-6]
    front, counts = bool(FRONT.match(sql)), table == "counter"
    returns = insert is None or " RETURNING " in sql

    def run(cursor: sqlite3.Cursor, values: Values) -> list | None:
        given = parameters
        if slots:
            given = parameters.copy()
            for place, slot in slots:
                given[place] = slot(values)
        cursor.execute(sql, given)
        rows = cursor.fetchall() if returns else None
        if keeps:
            values[keeps] = cursor.lastrowid
        elif front:
            values["ticket"] = rows[0][0]
        elif counts:
            values["number"] = f"{year}{rows[0][0]:06d}"
        return rows

    return run


def _slot(column: str, value: Any, told: dict[str, Any], varies: str) -> Callable[[Values], Any] | None:
    """Where ``value`` varies from request to request: whose it is, and the case or ticket that the operation is about."""
    if column in UNIQUE and isinstance(value, str):
        return lambda values: secrets.token_hex(32)
    if column in MADE and value is not None:
        return lambda values: values[MADE[column]]
    about = {"case": told["case"], "made": told["made"], "ticket": {"id": told["ticket"]}, "": {}}[varies]
    plain = {told["clerk"]: "clerk", told["window"]: "window"}
    formed = {f"account:{told['clerk']}": ("account:{}", "clerk"), f"window:{told['window']}": ("window:{}", "window")}
    if about:
        kind = "ticket" if varies == "ticket" else "case"
        plain |= {about["id"]: kind, about.get("number", ""): "number"}
        formed[f"{kind}:{about['id']}"] = (f"{kind}:{{}}", kind)
    if isinstance(value, int | str) and value and value is not True and value in plain:
        name = plain[value]
        # a number met before its row is made belongs to another table
        return lambda values: values.get(name, value)
    if isinstance(value, str) and value in formed:
        form, known = formed[value]
        return lambda values: form.format(values[known])
    return None


_here = threading.local()
_lock = threading.Lock()
_database = Path(os.environ["FLOOR_HOME"]) / "portal.sqlite3"


def _connection() -> sqlite3.Connection:
    if not hasattr(_here, "connection"):
        _here.connection = sqlite3.connect(_database, timeout=60, isolation_level=None)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",
            "cache_size=-32000",
        ):
            _here.connection.execute(f"PRAGMA {pragma}")
    return _here.connection


class _exclusive:
    """One writer at a time in this process and among processes; waiting in SQLite's busy handler would be slower."""

    def __enter__(self) -> None:
        _lock.acquire()
        if not hasattr(_here, "file"):
            _here.file = open(_database.with_suffix(".lock"), "a", encoding="ascii")
        fcntl.flock(_here.file, fcntl.LOCK_EX)

    def __exit__(self, *problem: object) -> None:
        fcntl.flock(_here.file, fcntl.LOCK_UN)
        _lock.release()


app = Flask(__name__)
# the same server settings serve the portal, whose streams they end
app.extensions["portal_stream"] = SimpleNamespace(stop=lambda: None)
_told = json.loads(Path(os.environ["FLOOR_RECORD"]).read_text(encoding="utf-8"))
_operations = {name: Operation(name, _told) for name in _told["operations"]}


def _values(clerk: int, **further: Any) -> Values:
    return {"clerk": clerk, "window": clerk + _told["window"] - _told["clerk"], **further}


def _read(name: str, values: Values) -> str:
    operation = _operations[name]
    return operation.page(operation.run(values))


@app.get("/ping")
def ping() -> str:
    """Alive."""
    return "ok"


@app.get("/<any(list, search, board):name>/<int:clerk>")
def read(name: str, clerk: int) -> str:
    """A page without an argument."""
    return _read(name, _values(clerk))


@app.get("/open/<int:clerk>/<int:case>/<number>")
def open_case(clerk: int, case: int, number: str) -> str:
    """One case."""
    return _read("open", _values(clerk, case=case, number=number))


@app.post("/<any(register, call):name>/<int:clerk>")
def write(name: str, clerk: int) -> Any:
    """A registration, or the next number called."""
    _operations[name].run(_values(clerk))
    return redirect("/list/1", 303)


@app.post("/miss/<int:clerk>/<int:ticket>")
def miss(clerk: int, ticket: int) -> Any:
    """The number called to the clerk is missed."""
    _operations["miss"].run(_values(clerk, ticket=ticket))
    return redirect("/list/1", 303)
