"""Accounts: signing in with lockout, changing passwords, roles, and enabling. GB/T 22239-2019 habits."""

import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from portal.access.actor import Actor
from portal.access.models import Account, AccountPlatform, AccountRole
from portal.access.permissions import Role, check_roles
from portal.trail import operations as trail

MAX_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
_NOBODY = generate_password_hash("nobody has this password")


class WeakPassword(ValueError):
    """The message is the Chinese sentence for the form."""


def password_matches(session: Session, login_name: str, password: str) -> bool:
    """The slow comparison (~60 ms by design), done before the write lock is taken; equally slow for unknown names."""
    known = session.scalar(select(Account.password_hash).where(Account.login_name == login_name))
    return check_password_hash(known or _NOBODY, password) and known is not None


def sign_in(session: Session, login_name: str, matches: bool, at: datetime) -> Account | None:
    """The account to sign in, or None where name or password is wrong, or the account is disabled or locked.

    Failures are counted in the same transaction; the caller commits whatever the outcome, so that they survive.
    """
    account = session.scalar(select(Account).where(Account.login_name == login_name).with_for_update())
    if account is None or (account.locked_until and account.locked_until > at):
        return None
    if not matches or not account.enabled:
        account.failures += 1
        if account.failures >= MAX_FAILURES:
            account.locked_until, account.failures = at + LOCKED_FOR, 0
            _event(session, account, "account.locked", None, at)
        return None
    account.failures, account.locked_until = 0, None
    _event(session, account, "account.signed_in", account.id, at)
    return account


def create(
    session: Session,
    *,
    centre_id: int,
    login_name: str,
    name: str,
    password: str,
    roles: list[Role],
    platforms: tuple[str, ...] = (),
    unit_id: int | None = None,
    title: str = "",
    at: datetime,
    actor: Actor | None = None,
    must_change: bool = True,
) -> Account:
    """A new account. Raises WeakPassword, ConflictingRoles, or IntegrityError where the login name is taken."""
    check_password(password)
    check_roles(roles)
    account = Account(
        centre_id=centre_id,
        login_name=login_name,
        name=name,
        title=title,
        unit_id=unit_id,
        password_hash=generate_password_hash(password),
        must_change=must_change,
        session_key=secrets.token_hex(8),
        role_rows=[AccountRole(role=role.value) for role in roles],
        platform_rows=[AccountPlatform(platform=code) for code in platforms],
    )
    session.add(account)
    session.flush()
    _event(session, account, "account.created", actor.id if actor else None, at, {"roles": [r.value for r in roles]})
    return account


def change_password(session: Session, account: Account, password: str, at: datetime) -> None:
    """Set a new password and end every session of the account. Raises WeakPassword."""
    check_password(password)
    account.password_hash = generate_password_hash(password)
    account.session_key, account.must_change = secrets.token_hex(8), False
    _event(session, account, "account.password_changed", account.id, at)


def reset_password(session: Session, account: Account, password: str, actor: Actor, at: datetime) -> None:
    """Give a forgotten password a new first value that must be changed, and lift a lock. Raises WeakPassword."""
    check_password(password)
    account.password_hash = generate_password_hash(password)
    account.session_key, account.must_change = secrets.token_hex(8), True
    account.failures, account.locked_until = 0, None
    _event(session, account, "account.password_reset", actor.id, at)


def set_enabled(session: Session, account: Account, enabled: bool, actor: Actor, at: datetime) -> None:
    """Open or close an account; closing ends its sessions."""
    account.enabled, account.session_key = enabled, secrets.token_hex(8)
    account.failures, account.locked_until = 0, None
    _event(session, account, "account.enabled" if enabled else "account.disabled", actor.id, at)


def set_roles(
    session: Session, account: Account, roles: list[Role], platforms: tuple[str, ...], actor: Actor, at: datetime
) -> None:
    """Replace roles and platforms. Raises ConflictingRoles."""
    check_roles(roles)
    account.role_rows = [AccountRole(role=role.value) for role in roles]
    account.platform_rows = [AccountPlatform(platform=code) for code in platforms]
    data = {"roles": [role.value for role in roles], "platforms": list(platforms)}
    _event(session, account, "account.roles_set", actor.id, at, data)


def check_password(password: str) -> None:
    """At least ten characters of three kinds. Raises WeakPassword."""
    kinds = sum(bool(re.search(kind, password)) for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]"))
    if len(password) < 10 or kinds < 3:
        raise WeakPassword("口令至少 10 个字符，并含大写字母、小写字母、数字、符号中的三种。")


def _event(session: Session, account: Account, kind: str, actor_id: int | None, at: datetime, data: dict | None = None):
    trail.append(
        session, f"account:{account.id}", kind, centre_id=account.centre_id, actor_id=actor_id, at=at, data=data
    )
