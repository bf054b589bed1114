"""What thousands of tests would pay for anew although nothing depends on it: compiled addresses, templates and SQL, slow hashes.

The portal itself is untouched. A password's hash is one round instead of scrypt's; the code Werkzeug makes of an address rule, the
code Jinja makes of a template and the text SQLAlchemy makes of a statement are kept from one application to the next.
"""

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect
from werkzeug.routing import Rule
from werkzeug.security import generate_password_hash

from portal import database

ROUNDS = "pbkdf2:sha256:1"
_built: dict[tuple, Callable] = {}
_compiled: dict[str, object] = {}
_compile = Rule._compile_builder


def _builder(rule: Rule, append_unknown: bool = True) -> Callable:
    key = (rule.rule, rule.endpoint, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _built:
        _built[key] = _compile(rule, append_unknown)
    return _built[key]


def _same_kind(one: Dialect, other: object) -> bool:
    return type(one) is type(other)


def _kind(one: Dialect) -> int:
    return hash(type(one))


def begin() -> None:
    """For the whole process; called once, before the first application."""
    generate_password_hash.__defaults__ = (ROUNDS, *generate_password_hash.__defaults__[1:])
    Rule._compile_builder = _builder
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):  # part of the key under which a statement is kept
        dialect.__eq__, dialect.__hash__ = _same_kind, _kind


def share(app: Flask, run_folder: Path) -> None:
    """Let ``app`` find the statements and templates that others of this worker, of this run, have compiled."""
    with app.app_context():
        engine = database.db.engine
    engine._compiled_cache = _compiled.setdefault(engine.dialect.name, engine._compiled_cache)
    folder = run_folder / "templates"
    folder.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
