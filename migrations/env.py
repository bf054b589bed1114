"""Alembic's environment: the application's database and models, always on a live connection."""

from typing import Any

from alembic import context
from flask import current_app

from portal import database
from portal.cases import search
from portal.database import Sealed, UtcDateTime

# The search index is made by statements of its own and has no model.
UNMODELLED = {search.NAME, *search.SHADOW_TABLES}


def _include_name(name: str | None, kind: str, parents: dict[str, Any]) -> bool:
    """Leave the search index and the tables FTS5 keeps behind it out of every comparison."""
    return kind != "table" or name not in UNMODELLED


def _render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    """Write the portal's column types as the plain types they are stored in: a migration outlives the program's names."""
    if kind == "type" and isinstance(item, UtcDateTime | Sealed):
        return "sa.DateTime()" if isinstance(item, UtcDateTime) else "sa.Text()"
    return False


def _run() -> None:
    # One write transaction for everything, schema included: a migration that fails half-way leaves nothing behind, on
    # SQLite too, and the lock keeps two processes from migrating at once.
    with database.separate_write() as connection:
        context.configure(
            connection=connection,
            target_metadata=current_app.extensions["migrate"].db.metadata,
            compare_type=True,
            transactional_ddl=True,
            include_name=_include_name,
            render_item=_render_item,
        )
        context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("迁移须连接数据库进行,不能只生成 SQL。")
_run()
