"""GET /healthz: is the portal alive, and with which schema."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.access.guard import public
from portal.database import db

VERSION = "0.1.0"
blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> tuple[Response, int]:
    """200 with status "ok", or 503 where the database does not answer or has no schema."""
    try:
        revision = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError:
        revision = None
    ok = revision is not None
    body = {
        "status": "ok" if ok else "failing",
        "database": db.engine.dialect.name,
        "schema": revision,
        "version": VERSION,
    }
    return jsonify(body), 200 if ok else 503
