"""What thousands of tests would pay for anew although nothing depends on it: compiled addresses and templates, slow hashes.

The portal itself is untouched. A password's hash is one round instead of scrypt's; the code Werkzeug makes of an address rule and
the code Jinja makes of a template are kept from one application of the same worker to the next.
"""

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule
from werkzeug.security import generate_password_hash

ROUNDS = "pbkdf2:sha256:1"
_built: dict[tuple, Callable] = {}
_compile = Rule._compile_builder


def _builder(rule: Rule, append_unknown: bool = True) -> Callable:
    key = (rule.rule, rule.endpoint, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _built:
        _built[key] = _compile(rule, append_unknown)
    return _built[key]


def begin() -> None:
    """For the whole process; called once, before the first application."""
    generate_password_hash.__defaults__ = (ROUNDS, *generate_password_hash.__defaults__[1:])
    Rule._compile_builder = _builder


def templates(app: Flask, run_folder: Path) -> None:
    """Let ``app`` find the templates that others of this run have compiled."""
    folder = run_folder / "templates"
    folder.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
