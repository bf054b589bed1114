"""Every view says whom it is for; a view that says nothing is refused, and a test walks the map."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, request
from flask_login import current_user

from portal.access.actor import Actor, actor_of
from portal.access.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])
OPEN_ENDPOINTS = {"static", "bootstrap.static"}


def requires(permission: Permission) -> Callable[[View], View]:
    """Open the view to signed-in persons who hold ``permission``."""

    def mark(view: View) -> View:
        view._permission = permission
        return view

    return mark


def public(view: View) -> View:
    """Open the view to anybody on the intranet (sign-in, health, screens, the citizen's own pages)."""
    view._permission = "public"
    return view


def actor() -> Actor:
    """Who is asking in this request. 401 where nobody signed in."""
    if "actor" not in g:
        # asked once: a write expires the account, and asking it again would load it inside the write lock
        if not current_user.is_authenticated:
            abort(401)
        g.actor = actor_of(current_user)
    return g.actor


def init_app(app: Flask) -> None:
    """Refuse by default, before any view runs."""
    app.before_request(_refuse)


def _refuse() -> Any:
    if request.endpoint is None or request.endpoint in OPEN_ENDPOINTS:
        return None  # an unknown path becomes a 404 page, static files are open
    permission = getattr(current_app.view_functions[request.endpoint], "_permission", None)
    if permission == "public":
        return None
    if permission is None:
        abort(403)
    if not current_user.is_authenticated:
        return current_app.login_manager.unauthorized()
    if not actor().may(permission):
        abort(403)
    return None
