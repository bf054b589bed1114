"""Manners of the Python source that a reader relies on."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture import source

LONGEST_FUNCTION = 60
LONGEST_FILE = 500
CLOCK = Path("portal/clock.py")
TIME_READ = re.compile(
    r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime)|func\.now|func\.current_\w+)$"
)
WAITING = re.compile(r"(^|\.)(sleep|wait_for_timeout)$")
RULES = ("operations", "queries")


def _is_rule(path: Path) -> bool:
    return path.stem in RULES or path.parent.name in RULES


portal = source.modules("portal")
everything = source.modules(*source.PROGRAM)
rules = [path for path in portal if _is_rule(path)]


def test_there_is_something_to_look_at() -> None:
    assert len(portal) > 40
    assert len(rules) > 5


@pytest.mark.parametrize("path", [path for path in everything if path != CLOCK], ids=str)
def test_only_the_clock_reads_the_time(path: Path) -> None:
    assert [(name, call.lineno) for name, call in source.calls(path) if TIME_READ.search(name)] == []


@pytest.mark.parametrize("path", rules, ids=str)
def test_operations_and_queries_never_commit_and_never_see_a_request(path: Path) -> None:
    assert [call.lineno for name, call in source.calls(path) if name.endswith((".commit", "database.write"))] == []
    assert [name for name in source.imported(path) if name.split(".")[0].startswith(("flask", "htmx_flask"))] == []


@pytest.mark.parametrize("path", portal, ids=str)
def test_no_number_of_days_is_written_in_python(path: Path) -> None:
    def counted(call: ast.Call) -> bool:
        values = [word.value for word in call.keywords if word.arg in ("days", "weeks")] + call.args[:1]
        return any(isinstance(value, ast.Constant) and value.value not in (0, 1) for value in values)

    found = [call.lineno for name, call in source.calls(path) if name.endswith("timedelta") and counted(call)]
    assert found == [], "time limits live in portal/statutes/deadlines.csv with their article"


@pytest.mark.parametrize("path", everything, ids=str)
def test_imports_stand_at_the_top(path: Path) -> None:
    inner = [node for function in source.functions(path) for node in ast.walk(function)]
    assert [node.lineno for node in inner if isinstance(node, ast.Import | ast.ImportFrom)] == []


@pytest.mark.parametrize("path", everything, ids=str)
def test_functions_and_files_stay_readable(path: Path) -> None:
    long = [
        f"{f.name}: {f.end_lineno - f.lineno + 1} lines"
        for f in source.functions(path)
        if f.end_lineno - f.lineno >= LONGEST_FUNCTION
    ]
    assert long == []
    assert len((source.ROOT / path).read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", portal, ids=str)
def test_modules_say_what_they_are_for(path: Path) -> None:
    module = source.tree(path)
    assert not module.body or ast.get_docstring(module)


@pytest.mark.parametrize("path", source.modules("tests"), ids=str)
def test_no_test_waits_by_the_clock(path: Path) -> None:
    assert [call.lineno for name, call in source.calls(path) if WAITING.search(name)] == []


@pytest.mark.parametrize("path", sorted((source.ROOT / "tests").rglob("*.js")), ids=lambda path: path.name)
def test_no_browser_script_waits_by_the_clock(path: Path) -> None:
    assert re.findall(r"waitForTimeout|waitFor\(\s*\d|setTimeout\(", path.read_text(encoding="utf-8")) == []
