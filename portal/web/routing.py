"""What stands in addresses: what no table can hold leads nowhere instead of failing in the database."""

from flask import Flask
from werkzeug.routing import BaseConverter, IntegerConverter, Map

MOST = 2**31 - 1  # PostgreSQL's INTEGER; SQLite would fail beyond 2**63 only


class RowNumber(IntegerConverter):
    """``<int:…>`` in ASCII digits, at most MOST; anything else is no address (404)."""

    regex = "[0-9]{1,10}"

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=MOST)


class Readable(BaseConverter):
    """``<number>`` and its like: no NUL, which PostgreSQL keeps in no text."""

    regex = r"[^/\x00]+"


def init_app(app: Flask) -> None:
    """Read every ``<int:…>`` of the address map as a row number, and every other part as readable text."""
    app.url_map.converters |= {"int": RowNumber, "default": Readable}


def row_number(text: str) -> int:
    """A row number in a query string, for ``request.args.get(…, type=row_number)``. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= MOST):
        raise ValueError("not a row number")
    return int(text)
