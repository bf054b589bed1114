"""Signing in and out, the own account, and the security administrator's list of accounts."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, flash, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from portal import clock, database
from portal.access import operations
from portal.access.forms import PLATFORM_CHOICES, AccountForm, EditForm, PasswordForm, SignInForm
from portal.access.guard import OPEN_ENDPOINTS, actor, public, requires
from portal.access.models import Account
from portal.access.permissions import ConflictingRoles, Permission, Role
from portal.database import db
from portal.web.htmx import done, go, page, wants_part

blueprint = Blueprint("access", __name__)
IDLE = timedelta(minutes=30)
SEEN_STEP = timedelta(seconds=30)  # a cookie signed anew on each answer would cost more than it tells
AT_ONCE = (joinedload(Account.role_rows), joinedload(Account.platform_rows))
# what the page fetches by itself must not keep a person signed in who has gone to lunch; a stream cannot send headers
BACKGROUND = "X-Background"
OPEN_BEFORE_CHANGE = {*OPEN_ENDPOINTS, "access.own_account", "access.sign_in", "access.sign_out", "health.healthz"}


def init_app(app: Flask) -> None:
    """Sign-in state: who is asking, the idle exit, and where the signed-out go."""
    login = LoginManager(app)
    login.user_loader(_load)
    login.unauthorized_handler(_unauthorized)
    app.before_request(_idle_exit)
    app.before_request(_first_password)


def _load(value: str) -> Account | None:
    identity, _, key = value.partition(":")
    account = db.session.get(Account, int(identity), options=AT_ONCE) if identity.isdigit() else None
    return account if account and account.enabled and account.session_key == key else None


def _unauthorized() -> Response:
    if request.headers.get("Accept") == "text/event-stream":
        return Response("", 401)  # a stream cannot follow to the sign-in page; the page's next fetch goes there
    # back to the page, not to the address of a part or of a form's target, which answer only what the page sends
    asked = request.headers.get("HX-Current-URL") if wants_part() else request.full_path.removesuffix("?")
    address = url_for("access.sign_in", next=_own_path(request.referrer if request.method == "POST" else asked))
    if wants_part():
        return Response("", 401, {"HX-Redirect": address})
    return redirect(address)


def _idle_exit() -> None:
    if not current_user.is_authenticated:
        return
    now = clock.now()
    seen = session.get("seen")
    if seen and now - datetime.fromisoformat(seen) > IDLE:
        g.timed_out = actor()  # what was typed is kept for this person, who is answered by the sign-in page
        logout_user()
        session.pop("seen", None)
        flash("长时间没有操作，已自动退出。请重新登录，刚才填写的内容已暂存。")
        return
    if BACKGROUND in request.headers or request.headers.get("Accept") == "text/event-stream":
        return
    if not seen or now - datetime.fromisoformat(seen) > SEEN_STEP:
        session["seen"] = now.isoformat()


def _first_password() -> Response | None:
    """Somebody else chose this password: nothing but changing it is open."""
    if not current_user.is_authenticated or not current_user.must_change or request.endpoint in OPEN_BEFORE_CHANGE:
        return None
    return go(url_for("access.own_account"))


@blueprint.route("/login", methods=["GET", "POST"])
@public
def sign_in() -> Response:
    """The sign-in form; errors never tell whether the name exists."""
    form = SignInForm()
    if not form.validate_on_submit():
        return page("access/sign_in.html", form=form, status=422 if form.is_submitted() else 200)
    name = form.login_name.data.strip()
    matches = operations.password_matches(db.session, name, form.password.data)
    account = database.attempt(operations.sign_in, name, matches, clock.now())
    if account is None:
        form.password.errors = ["账号或口令不正确，或账号已锁定。连续输错 5 次将锁定 15 分钟。"]
        return page("access/sign_in.html", form=form, status=422)
    session.clear()
    login_user(account)
    session["seen"] = clock.now().isoformat()
    if account.must_change:
        return redirect(url_for("access.own_account"), 303)
    return redirect(_own_path(request.args.get("next")) or url_for("cases.home"), 303)


@blueprint.post("/logout")
@public
def sign_out() -> Response:
    """End the session."""
    logout_user()
    session.clear()
    return done("access.sign_in")


@blueprint.route("/account", methods=["GET", "POST"])
@requires(Permission.SESSION_USE)
def own_account() -> Response:
    """Own roles and platforms; change of password."""
    form = PasswordForm()
    if form.validate_on_submit():
        if not operations.password_matches(db.session, current_user.login_name, form.current.data):
            form.current.errors = ["原口令不正确。"]
        else:
            return _change_password(form)
    return page(
        "access/own_account.html",
        form=form,
        platforms=dict(PLATFORM_CHOICES),
        status=422 if form.is_submitted() else 200,
    )


def _change_password(form: PasswordForm) -> Response:
    try:
        with database.write() as writing:
            account = writing.get(Account, actor().id)
            operations.change_password(writing, account, form.new.data, clock.now())
    except operations.WeakPassword as problem:
        form.new.errors = [str(problem)]
        return page("access/own_account.html", form=form, platforms=dict(PLATFORM_CHOICES), status=422)
    login_user(account)
    flash("口令已修改，其他地方的登录已全部退出。")
    return done("cases.home")


@blueprint.get("/admin/accounts")
@requires(Permission.ACCOUNT_MANAGE)
def accounts() -> Response:
    """Every account of the centre."""
    rows = db.session.scalars(
        select(Account).where(Account.centre_id == actor().centre_id).order_by(Account.login_name)
    )
    return page("access/accounts.html", accounts=list(rows), platforms=dict(PLATFORM_CHOICES))


@blueprint.route("/admin/accounts/new", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def new_account() -> Response:
    """A new account with a first password that must be changed."""
    form = AccountForm()
    if form.validate_on_submit():
        try:
            with database.write() as writing:
                operations.create(
                    writing,
                    centre_id=actor().centre_id,
                    login_name=form.login_name.data.strip(),
                    name=form.name.data.strip(),
                    title=form.title.data.strip(),
                    password=form.password.data,
                    roles=[Role(code) for code in form.roles.data],
                    platforms=tuple(form.platforms.data),
                    at=clock.now(),
                    actor=actor(),
                )
            flash("账号已建立，首次登录须修改口令。")
            return done("access.accounts")
        except IntegrityError:
            form.login_name.errors = ["这个登录名已有人使用。"]
        except ConflictingRoles as problem:
            form.roles.errors = [str(problem)]
        except operations.WeakPassword as problem:
            form.password.errors = [str(problem)]
    return page("access/account_form.html", form=form, account=None, status=422 if form.is_submitted() else 200)


@blueprint.route("/admin/accounts/<int:account_id>", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def edit_account(account_id: int) -> Response:
    """Roles, platforms; opening and closing of an account."""
    account = _account(account_id)
    form = EditForm(
        data={
            "roles": [r.value for r in account.roles],
            "platforms": list(account.platforms),
            "enabled": account.enabled,
        }
    )
    if form.validate_on_submit() and account_id == actor().id:
        form.roles.errors = ["不能修改自己的账号，请由另一位安全管理员办理。"]
    elif form.validate_on_submit():
        try:
            with database.write() as writing:
                _save_roles(writing, writing.get(Account, account_id), form)
            flash("账号已更新。")
            return done("access.accounts")
        except ConflictingRoles as problem:
            form.roles.errors = [str(problem)]
        except operations.WeakPassword as problem:
            form.password.errors = [str(problem)]
    return page("access/account_form.html", form=form, account=account, status=422 if form.is_submitted() else 200)


def _save_roles(writing: Any, account: Account, form: FlaskForm) -> None:
    roles = [Role(code) for code in form.roles.data]
    operations.set_roles(writing, account, roles, tuple(form.platforms.data), actor(), clock.now())
    if account.enabled != form.enabled.data:
        operations.set_enabled(writing, account, form.enabled.data, actor(), clock.now())
    if form.password.data:
        operations.reset_password(writing, account, form.password.data, actor(), clock.now())


def _account(account_id: int) -> Account:
    account = db.session.get(Account, account_id)
    if account is None or account.centre_id != actor().centre_id:
        abort(404)
    return account


def _own_path(address: str | None) -> str | None:
    """The path of ``address`` when it lies in this portal; never another host."""
    if not address:
        return None
    parts = urlsplit(address)
    if not parts.path.startswith("/") or parts.path.startswith("//") or "\\" in parts.path:
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")
