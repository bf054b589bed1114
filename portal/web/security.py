"""Headers that every answer carries, cookies, and the idle exit."""

from flask import Flask, Response, request

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def init_app(app: Flask, *, secure_cookies: bool) -> None:
    """Set the cookie rules and add the headers to each response."""
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure_cookies,
        SESSION_COOKIE_NAME="portal",
    )
    app.after_request(_headers)


def _headers(response: Response) -> Response:
    head = response.headers
    head["Content-Security-Policy"] = POLICY
    head["X-Content-Type-Options"] = "nosniff"
    head["X-Frame-Options"] = "DENY"
    head["Referrer-Policy"] = "same-origin"
    head["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if request.endpoint not in ("static", "bootstrap.static"):
        head.setdefault("Cache-Control", "no-store")
        response.vary.add("HX-Request")
    return response
