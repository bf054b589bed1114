"""Opening a case to a platform, a unit or a person. The only writer of case_grant."""

from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.cases.models import Case, CaseGrant


def platform_scope(code: str) -> str:
    """The scope of everybody who works for a platform."""
    return f"platform:{code}"


def account_scope(account_id: int) -> str:
    """The scope of one person of staff."""
    return f"account:{account_id}"


def unit_scope(unit_id: int) -> str:
    """The scope of an organ's accounts."""
    return f"unit:{unit_id}"


def grant(session: Session, case: Case, scope: str, *, why: str, at: datetime) -> None:
    """Open ``case`` to ``scope``; nothing happens where it is open already."""
    upsert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        upsert(CaseGrant)
        .values(scope=scope, case_id=case.id, centre_id=case.centre_id, why=why, since=at)
        .on_conflict_do_nothing(index_elements=["scope", "case_id"])
    )
