"""The rules: their versions, and a further version by form or by an uploaded table, as a draft."""

import csv
import io

from flask import Response, abort, make_response

from portal.access.guard import requires
from portal.access.permissions import Permission
from portal.cases.law import blueprint
from portal.cases.law.drafting import drafted
from portal.cases.law.forms import RuleForm, RulesForm
from portal.cases.law.telling import period
from portal.database import db
from portal.statutes import operations, queries
from portal.statutes.errors import DeadlineTableError, UnknownRule
from portal.statutes.operations import DraftRefused
from portal.statutes.sheets import MOST_BYTES, SheetRefused, text_of
from portal.statutes.table import COLUMNS, Rule, cells_of, from_cells, parse_versions
from portal.web.htmx import page

TYPED = (
    "amount", "unit", "rolls_forward", "extension_amount", "extension_unit", "extension_needs", "instrument", "article", "note",
)  # fmt: skip


@blueprint.get("/admin/rules")
@requires(Permission.HALL_CONFIGURE)
def rules() -> Response:
    """Every rule as it holds now, by platform, and the way to change one or many."""
    return _rules_page(RulesForm(formdata=None), 200)


@blueprint.post("/admin/rules")
@requires(Permission.HALL_CONFIGURE)
def upload_rules() -> Response:
    """Upload a table of rules: what differs becomes one draft."""
    form = RulesForm()
    if form.validate_on_submit():
        try:
            changes = queries.law(db.session).rules.further(parse_versions(_text(*form.content)))
            if not changes:
                raise SheetRefused("表中没有与现行规定不同的行。")
            return drafted(_keep, changes)
        except (SheetRefused, DeadlineTableError, DraftRefused) as problem:
            form.refuse([str(problem)])
    return _rules_page(form, 422)


@blueprint.get("/admin/rules.csv")
@requires(Permission.HALL_CONFIGURE)
def rules_table() -> Response:
    """Every version of every rule as a table, to be changed and uploaded again."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for versions in queries.law(db.session).rules.versions.values():
        writer.writerows(cells_of(rule) for rule in versions)
    # the mark at the beginning tells Excel that this is UTF-8
    answer = make_response(out.getvalue().encode("utf-8-sig"))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = "attachment; filename=deadlines.csv"
    return answer


@blueprint.route("/admin/rules/<key>", methods=["GET", "POST"])
@requires(Permission.HALL_CONFIGURE)
def rule(key: str) -> Response:
    """One rule with its versions; a further version becomes a draft."""
    try:
        held = queries.law(db.session).rules.held(key)
    except UnknownRule:
        abort(404)
    cells = cells_of(held[-1])
    form = RuleForm(data={name: cells[name] for name in TYPED} | {"verified": False})
    if form.validate_on_submit():
        try:
            return drafted(_keep, [from_cells(cells | form.cells)])
        except DeadlineTableError as problem:
            field = _field_of(str(problem))
            form[field].errors = [str(problem).partition("：")[2] + "。"]
        except DraftRefused as problem:
            form.valid_from.errors = [str(problem).partition("：")[2] or str(problem)]
    return page(
        "law/rule.html", form=form, versions=held[::-1], period=period, status=422 if form.is_submitted() else 200
    )


def _keep(session, who, changes: list[Rule], at):
    return operations.draft_rules(session, who, changes, at=at)


def _text(name: str, content: bytes) -> str:
    if not name.lower().endswith(".csv"):
        raise SheetRefused("请上传 .csv 文件。")
    if len(content) > MOST_BYTES:
        raise SheetRefused("文件超过 1 MB，不是期限表。")
    return text_of(content)


def _field_of(problem: str) -> str:
    """Beside which field a sentence about a row belongs."""
    marks = (("延长", "extension_amount"), ("失效日", "valid_to"), ("条文", "article"), ("顺延", "rolls_forward"))
    return next((field for mark, field in marks if mark in problem), "amount")


def _rules_page(form: RulesForm, status: int) -> Response:
    book = queries.law(db.session).rules
    by_platform: dict[str, list[tuple[Rule, int]]] = {}
    for versions in book.versions.values():
        by_platform.setdefault(versions[-1].platform, []).append((versions[-1], len(versions)))
    return page("law/rules.html", form=form, platforms=by_platform, period=period, status=status)
