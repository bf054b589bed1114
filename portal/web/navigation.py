"""The menu: which pages a person may open, from the table that create_app gives."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, request, url_for


@dataclass(frozen=True)
class Item:
    """A place in the menu, shown to those who hold ``permission``."""

    label: str
    endpoint: str
    permission: str


@dataclass(frozen=True)
class Place:
    """An item ready for the template."""

    label: str
    url: str
    active: bool


def init_app(app: Flask, items: tuple[Item, ...], may: Callable[[str], bool]) -> None:
    """Offer ``navigation`` to templates; ``may`` answers for the person who is asking."""

    def places() -> dict[str, list[Place]]:
        shown = [item for item in items if may(item.permission)]
        return {"navigation": [Place(i.label, url_for(i.endpoint), request.endpoint == i.endpoint) for i in shown]}

    app.context_processor(places)
