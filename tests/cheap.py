"""What thousands of tests would pay for anew although nothing depends on it: compiled addresses, templates and SQL, slow hashes,
garbage looked for among what stays.

The portal itself is untouched. A password's hash is one round instead of scrypt's; what Werkzeug makes of an address rule, the
code Jinja makes of a template and the text SQLAlchemy makes of a statement are kept from one application to the next.
"""

import gc
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
BUILDERS = ("_build", "_build_unknown")
MADE = ("arguments", "_parts", "_trace", "_converters", *BUILDERS)  # of a rule, by compiling it
_rules: dict[tuple, dict[str, object]] = {}
_compiled: dict[str, object] = {}
_compile = Rule.compile


def _compiled_once(rule: Rule) -> None:
    key = (rule.rule, rule.endpoint, rule.subdomain, repr(rule.defaults), rule.merge_slashes)
    if key not in _rules:
        _compile(rule)
        _rules[key] = {name: rule.__dict__[name] for name in MADE}
        return
    rule.__dict__.update(_rules[key])
    for name in BUILDERS:
        setattr(rule, name, getattr(rule, name).__func__.__get__(rule, None))


def _same_kind(one: Dialect, other: object) -> bool:
    return type(one) is type(other)


def _kind(one: Dialect) -> int:
    return hash(type(one))


def begin() -> None:
    """For the whole process; called once, before the first application."""
    generate_password_hash.__defaults__ = (ROUNDS, *generate_password_hash.__defaults__[1:])
    Rule.compile = _compiled_once
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):  # part of the key under which a statement is kept
        dialect.__eq__, dialect.__hash__ = _same_kind, _kind


def collected() -> None:
    """Once all tests are known: what is there by now stays, so the search for garbage leaves it out, and comes less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def share(app: Flask, run_folder: Path) -> None:
    """Let ``app`` find the statements and templates that others of this worker, of this run, have compiled."""
    with app.app_context():
        engine = database.db.engine
    engine._compiled_cache = _compiled.setdefault(engine.dialect.name, engine._compiled_cache)
    folder = run_folder / "templates"
    folder.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
