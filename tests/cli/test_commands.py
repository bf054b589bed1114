"""The commands: what they print, how they fail, and that they may be run twice."""

import csv
import json
import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import func, select, text

from portal import database
from portal.access.permissions import Role
from portal.cases.models import Case, CaseGrant, Party
from portal.cases.operations import registration
from portal.organisation.models import Centre
from portal.statutes.models import Holiday
from portal.trail import protection
from tests.staff import MONDAY, hire, open_hall

HEAD = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "点赞数")
ROWS = (
    (1001, "A00012", "公交站噪音扰民", "2019/2/28 8:00:00", "公交车站夜间施工，噪音很大。", 3),
    (1002, "A00013", "", "2020-01-06 21:41:04", "工资拖欠三个月。电话13812345678", 0),
    (1003, "A00014", "没有时间的留言", None, "内容", 0),
    (1004, "A00015", "来自未来", "2035-01-01", "内容", 0),
)


@pytest.fixture
def run(app: Flask):
    """``run("due", …)``: the result of one command."""
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=[str(word) for word in words])


@pytest.fixture
def hall(app: Flask) -> None:
    """The founded centre."""
    with app.app_context():
        open_hall()


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """Four letters, two of which cannot be registered."""
    book = Workbook()
    for row in (HEAD, *ROWS):
        book.active.append(row)
    book.save(tmp_path / "letters.xlsx")
    return tmp_path / "letters.xlsx"


def receipt(path: Path) -> list[list[str]]:
    """The rows of a receipt without its heading."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def said(result: Result) -> dict:
    """The one line of JSON."""
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


@pytest.mark.one_engine
def test_due_counts_with_the_published_years_where_the_calendar_is_empty(run) -> None:
    result = run("due", "petition.objection", "2026-02-12")
    assert result.exit_code == 0
    assert said(result)["effective_due"] == "2026-02-26"
    assert said(result)["provisional"] is False


def test_due_counts_with_the_halls_own_calendar(app: Flask, run) -> None:
    with app.app_context(), database.write() as session:
        for day in (date(2026, 1, 1), date(2026, 10, 1), date(2026, 2, 13)):
            session.add(Holiday(date=day, kind="rest", name="放假", loaded_at=MONDAY))
    assert said(run("due", "petition.objection", "2026-02-12"))["effective_due"] == "2026-02-20"


@pytest.mark.one_engine
def test_due_with_pauses_and_extension(run) -> None:
    plain = said(run("due", "petition.conclude", "2026-11-23"))
    assert plain["natural_due"] == plain["effective_due"] == "2027-01-22"
    longer = said(run("due", "petition.conclude", "2026-11-23", "--extend", 30))
    assert longer["effective_due"] == "2027-02-21"
    paused = said(run("due", "petition.rereview_decide", "2026-03-02", "--pause", "2026-03-10..2026-03-12"))
    assert (paused["natural_due"], paused["effective_due"]) == ("2026-04-01", "2026-04-04")
    assert paused["steps"][-1] == "可以暂停的情形：复核听证（《信访工作条例（2022）》第三十六条第二款）。"
    unnamed = said(run("due", "petition.conclude", "2026-03-02", "--pause", "2026-03-10..2026-03-12"))
    assert "没有可以暂停的情形" in unnamed["steps"][-1]


def test_due_extends_in_the_rules_own_unit_up_to_its_cap(run) -> None:
    # twenty working days from 10 September end on 14 October; twenty more working days on 11 November, days would be 3 November
    longer = said(run("due", "disclosure.answer", "2026-09-10", "--extend", 20))
    assert (longer["natural_due"], longer["effective_due"]) == ("2026-10-14", "2026-11-11")
    refused = run("due", "disclosure.answer", "2026-09-10", "--extend", 21)
    assert (said(refused)["error"], refused.exit_code) == ("extension_refused", 1)


def test_due_gives_a_time_for_hours_and_counts_back_where_the_rule_does(run) -> None:
    hours = said(run("due", "legal_aid.custody_forward", "2026-11-23T10:30"))
    assert hours["effective_due"] == "2026-11-24T10:30:00+08:00"
    back = said(run("due", "labour.hearing_notice", "2026-11-23"))
    assert (back["effective_due"], back["verified"]) == ("2026-11-16", False)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        (("petition.report_back", "2026-11-23"), "not_set_by_law", 2),
        (("petition.nothing", "2026-11-23"), "unknown_rule", 1),
        (("petition.conclude", "2026-02-30"), "bad_input", 1),
        (("petition.conclude", "2026-11-23", "--extend", "31"), "extension_refused", 1),
        (("petition.conclude", "2026-11-23", "--extend", "many"), "bad_input", 1),
        (("petition.conclude", "2026-11-23", "--pause", "2026-12-08..2026-12-01"), "bad_input", 1),
        (("petition.conclude",), "bad_input", 1),
        (("petition.conclude", "2026-11-23", "--extra"), "bad_input", 1),
        (("petition.conclude", "2026-11-23", "2026-11-24"), "bad_input", 1),
        (("petition.conclude", "2026-11-23", "--pause"), "bad_input", 1),
    ],
)
def test_due_refuses_in_json(run, words: tuple[str, ...], code: str, status: int) -> None:
    result = run("due", *words)
    assert (said(result)["error"], result.exit_code) == (code, status)
    assert said(result)["message"]


def test_due_needs_no_schema(app: Flask, run) -> None:
    with app.app_context(), database.separate_write() as connection:
        connection.execute(text("DROP TABLE holiday"))
    assert said(run("due", "petition.objection", "2026-02-12"))["effective_due"] == "2026-02-26"


def test_calendar_is_loaded_once(run) -> None:
    first, second = run("calendar", "load"), run("calendar", "load")
    assert "新增或更正 0 天" not in first.stdout
    assert "新增或更正 0 天" in second.stdout


def test_found_twice_is_one_centre(app: Flask, run) -> None:
    assert [run("found").exit_code for _ in range(2)] == [0, 0]
    with app.app_context():
        assert database.db.session.scalars(select(Centre.name)).all() == ["运城市群众接待服务中心"]


def test_users_are_listed_with_their_roles(app: Flask, run, hall: None) -> None:
    with app.app_context():
        hire("zhangdeliang", Role.CLERK, platforms=("petition",))
    line = run("users", "list").stdout
    assert all(word in line for word in ("zhangdeliang", "张德良", "窗口工作人员", "信访接待"))


@pytest.mark.one_engine
def test_demo_without_the_tests_folder_says_so(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tests.cast", None)
    result = run("demo")
    assert (result.exit_code, "tests 文件夹" in result.output) == (1, True)


@pytest.mark.one_engine
def test_demo_is_refused_in_production(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_ENV", "production")
    assert "正式环境" in run("demo").output


def test_audit_verify(app: Flask, run, hall: None) -> None:
    assert run("audit", "verify").exit_code == 0
    with app.app_context(), database.separate_write() as connection:
        protection.remove(connection, "event")
        connection.execute(text("UPDATE event SET kind = 'forged'"))
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "centre:" in result.stdout
    assert "altered" in result.stdout


def test_import_registers_and_says_what_became_of_each_row(
    app: Flask, run, hall: None, sheet: Path, tmp_path: Path
) -> None:
    result = run("import-cases", sheet, "--receipt", tmp_path / "out.csv")
    assert result.exit_code == 0, result.output
    assert "不导入的列：点赞数" in result.stdout
    assert "已登记 2 件；已存在 0 件；拒绝 2 件" in result.stdout
    rows = receipt(tmp_path / "out.csv")
    assert [row[3] for row in rows] == ["已登记", "已登记", "拒绝", "拒绝"]
    assert rows[0][4] == "YC-2026-000001" or rows[0][4].startswith("YC-")
    assert "没有留言时间" in rows[2][5]
    assert "晚于现在" in rows[3][5]
    with app.app_context():
        session = database.db.session
        assert session.scalars(select(Case.channel)).all() == ["online", "online"]
        assert session.scalars(select(Party.name).order_by(Party.id)).all() == ["A00012", "A00013"]
        assert "13812345678" not in session.scalars(select(Case.facts).order_by(Case.id)).all()[1]
        assert "platform:petition" in session.scalars(select(CaseGrant.scope)).all()


def test_import_twice_registers_nothing_new(app: Flask, run, hall: None, sheet: Path, tmp_path: Path) -> None:
    run("import-cases", sheet, "--receipt", tmp_path / "one.csv")
    run("import-cases", sheet, "--receipt", tmp_path / "two.csv")
    first, second = receipt(tmp_path / "one.csv"), receipt(tmp_path / "two.csv")
    assert [row[3] for row in second] == ["已存在", "已存在", "拒绝", "拒绝"]
    assert [row[4] for row in second] == [row[4] for row in first]
    with app.app_context():
        assert database.db.session.scalar(select(func.count()).select_from(Case)) == 2


def test_a_dry_run_changes_nothing(app: Flask, run, hall: None, sheet: Path, tmp_path: Path) -> None:
    result = run("import-cases", sheet, "--dry-run", "--receipt", tmp_path / "out.csv")
    assert "试运行" in result.stdout
    assert [row[3] for row in receipt(tmp_path / "out.csv")] == ["可登记", "可登记", "拒绝", "拒绝"]
    with app.app_context():
        assert database.db.session.scalar(select(func.count()).select_from(Case)) == 0


def test_the_receipt_claims_no_row_that_was_rolled_back(
    app: Flask, run, hall: None, sheet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(*args: object, **kwargs: object) -> None:
        raise OSError("power")

    monkeypatch.setattr(registration, "index", torn)
    result = run("import-cases", sheet, "--receipt", tmp_path / "out.csv")
    assert isinstance(result.exception, OSError)
    assert receipt(tmp_path / "out.csv") == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("absent.xlsx",), "找不到文件"),
        (("pyproject.toml",), "不是可以读取的"),
        (("absent.xlsx", "--centre", "TY"), "--centre"),
    ],
)
@pytest.mark.one_engine
def test_import_fails_in_one_sentence(run, hall: None, words: tuple[str, ...], message: str) -> None:
    result = run("import-cases", *words)
    assert (result.exit_code, message in result.output) == (1, True), result.output


@pytest.mark.one_engine
def test_import_without_a_centre_says_what_to_do(run, sheet: Path) -> None:
    assert "flask found" in run("import-cases", sheet).output
