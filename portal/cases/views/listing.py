"""The list of cases: search, filters, paging by key."""

from datetime import date

from flask import Response, request, url_for

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import queries, registry
from portal.cases.views import blueprint, worklists
from portal.database import db
from portal.web.htmx import go, page
from portal.web.routing import row_number

STATES = (("", "全部"), ("open", "在办"), ("closed", "已办结"))
ENTERED = (("", "全部"), ("no", "未录入"))
ORDERS = (("newest", "最新登记"), ("due", "期限最近"))
LONGEST_QUERY = 60


@blueprint.get("/cases")
@requires(Permission.CASE_READ)
def index() -> Response:
    """Cases open to the person who asks; a whole case number leads straight to its case."""
    wanted = _wanted()
    number = worklists.number_of(wanted.words)
    if "-" in number and queries.find(db.session, actor(), number):
        return go(url_for("cases.show", number=number))
    lines, more = worklists.page(db.session, actor(), wanted, clock.today())
    return page(
        "cases/index.html",
        "cases/_list.html",
        lines=lines,
        older=_older(wanted, lines[-1]) if more else None,
        wanted=wanted,
        first=wanted.before is None and wanted.after is None,
        open_count=queries.count_open(db.session, actor()),
        cap=queries.CAP,
        platforms=registry.platforms(),
        states=STATES,
        orders=ORDERS,
        entered=ENTERED,
    )


def _wanted() -> worklists.Wanted:
    platform, state = request.args.get("platform"), request.args.get("state")
    return worklists.Wanted(
        words=request.args.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY],
        platform=platform if platform in {each.code for each in registry.platforms()} else None,
        state=state if state in ("open", "closed") else None,
        unentered=request.args.get("entered") == "no",
        order="due" if request.args.get("order") == "due" else "newest",
        before=request.args.get("before", type=row_number),
        after=_after(request.args.get("after", "")),
    )


def _after(text: str) -> tuple[date, int] | None:
    day, _, last = text.partition("_")
    try:
        return date.fromisoformat(day), row_number(last)
    except ValueError:
        return None


def _older(wanted: worklists.Wanted, last: worklists.Line) -> str:
    key = {"after": f"{last.due}_{last.id}"} if wanted.order == "due" else {"before": last.id}
    asked = {"q": wanted.words, "platform": wanted.platform, "state": wanted.state, "order": wanted.order}
    asked["entered"] = "no" if wanted.unentered else None
    return url_for("cases.index", **{name: value for name, value in asked.items() if value}, **key)
