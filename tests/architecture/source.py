"""The program as text: its modules as syntax trees, its templates as HTML without their Jinja."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "portal" / "templates"
PROGRAM = ("portal", "scheduler", "bench", "wsgi.py")
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def modules(*places: str) -> list[Path]:
    """Every Python file below the named folders (or the named files), relative to the root."""
    found: list[Path] = []
    for place in places:
        path = ROOT / place
        found += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return [path.relative_to(ROOT) for path in found]


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a module, given relative to the root."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call with its dotted name as written: ``datetime.now``, ``session.commit``, ``sleep``."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported(path: Path) -> Iterator[str]:
    """The full name of every module or member a module imports."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def templates() -> list[Path]:
    """Every template, relative to the template folder."""
    return sorted(path.relative_to(TEMPLATES) for path in TEMPLATES.rglob("*.html"))


def pages() -> list[Path]:
    """Templates that are whole pages: neither frames, nor partials, nor macros."""
    return [
        path
        for path in templates()
        if not path.name.startswith("_") and path.parts[0] != "macros" and not is_frame(path)
    ]


def is_frame(path: Path) -> bool:
    """Whether a template is a frame that pages extend."""
    return len(path.parts) == 1 and path.stem.endswith("layout")


def text_of(path: Path) -> str:
    """A template's source."""
    return (TEMPLATES / path).read_text(encoding="utf-8")


@cache
def html_of(path: Path) -> BeautifulSoup:
    """A template's HTML; every {{ … }} is the letter x, everything else of Jinja is gone."""
    return BeautifulSoup(JINJA.sub(lambda part: "x" if part[0].startswith("{{") else "", text_of(path)), "html.parser")
