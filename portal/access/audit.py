"""The audit administrator's page: who read what, who was refused, and whether the trail is whole."""

from flask import Blueprint, Response, request
from sqlalchemy import select

from portal.access.guard import actor, requires
from portal.access.models import Account
from portal.access.permissions import Permission
from portal.database import db
from portal.trail import queries
from portal.web.htmx import page
from portal.web.routing import row_number

blueprint = Blueprint("audit", __name__)
ROWS = 50
ACTIONS = {
    "case.opened": "查看事项",
    "person.opened": "查看人员页",
    "person.revealed": "查看证件、电话、住址",
    "text.revealed": "查看正文中的证件、电话",
    "attachment.opened": "查看附件",
    "case.other_opened": "说明理由后查看其他平台事项",
    "statement.opened": "查看接谈笔录",
    "list.exported": "导出",
    "emergencies.opened": "查看应急情况",
    "brief.opened": "查看领导接访要情",
    "enquiry.code": "查询码输错",
    "person.known_asked": "导引台核对是否来过",
}
SUBJECTS = {
    "person": "人员",
    "case": "事项",
    "attachment": "附件",
    "statement": "笔录",
    "enquiry": "查询码",
    "centre": "中心",
    "report": "统计报表",
}


def subject(stated: str) -> str:
    """人员 35 for person:35."""
    kind, _, which = stated.partition(":")
    return f"{SUBJECTS.get(kind, kind)} {which}"


@blueprint.get("/audit")
@requires(Permission.AUDIT_READ)
def index() -> Response:
    """The access log, newest first, by key; the verification runs when asked for."""
    before = request.args.get("before", type=row_number)
    rows = queries.accesses(db.session, actor().centre_id, before=before, limit=ROWS + 1)
    people = {row.actor_id for row in rows if row.actor_id}
    names = dict(db.session.execute(select(Account.id, Account.name).where(Account.id.in_(people))).all())
    problems = queries.verify(db.session) if "verify" in request.args else None
    more = rows[ROWS - 1].id if len(rows) > ROWS else None
    return page(
        "access/audit.html",
        rows=rows[:ROWS],
        names=names,
        actions=ACTIONS,
        subject=subject,
        problems=problems,
        more=more,
    )
