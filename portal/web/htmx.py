"""The one place that decides between a whole page and a part, and that answers htmx."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from htmx_flask import make_response as htmx_response


def wants_part() -> bool:
    """True for an htmx request that swaps a piece of a page: not boosted, not a history restore."""
    head = request.headers
    return (
        head.get("HX-Request") == "true"
        and head.get("HX-Boosted") != "true"
        and head.get("HX-History-Restore-Request") != "true"
    )


def page(template: str, partial: str | None = None, *, status: int = 200, **context: Any) -> Response:
    """Render ``partial`` for an htmx request where one is given, else the whole ``template``."""
    chosen = partial if partial and wants_part() else template
    return make_response(render_template(chosen, **context), status)


def done(endpoint: str, *, trigger: dict[str, Any] | None = None, **values: Any) -> Response:
    """After a successful write: go to ``endpoint`` (303, so that Back never repeats the write).

    htmx gets HX-Redirect, which also leaves a partial form behind. ``trigger`` names events (ASCII) for the page.
    """
    return go(url_for(endpoint, **values), trigger=trigger)


def go(address: str, *, trigger: dict[str, Any] | None = None) -> Response:
    """As done(), to an address."""
    if wants_part():
        response = (
            htmx_response("", redirect=address, trigger=trigger) if trigger else htmx_response("", redirect=address)
        )
        return make_response(response)
    return redirect(address, code=303)


def empty(trigger: dict[str, Any] | None = None) -> Response:
    """204: nothing to swap, perhaps an event for the page."""
    return make_response(htmx_response("", trigger=trigger) if trigger else "", 204)
