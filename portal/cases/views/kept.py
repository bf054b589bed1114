"""Forms that keep drafts: where a draft lies, what its form is called, where the form is. Capabilities above add their own."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

PLACE = re.compile(r"[a-z0-9][a-z0-9:._-]{0,59}")


@dataclass(frozen=True)
class KeptForm:
    """A form on a case: its draft lies at "root:number" followed by the other ``parts`` of its address, each a path argument.

    ``label`` takes the address' arguments and says what the form is, as the list of drafts shows it.
    """

    root: str
    endpoint: str
    label: Callable[[Mapping[str, str]], str]
    parts: tuple[str, ...] = ()

    def place(self, given: Mapping[str, Any]) -> str:
        """Where the draft lies of the form at the address with these arguments."""
        return ":".join([self.root, str(given["number"]).lower(), *(str(given[part]) for part in self.parts)])


def _called(name: str) -> Callable[[Mapping[str, str]], str]:
    return lambda given: f"{name} {given['number']}"


_forms: dict[str, KeptForm] = {
    form.root: form
    for form in (
        KeptForm("statement-form", "cases.take_statement", _called("接谈笔录")),
        KeptForm("visit-form", "cases.visit", _called("记入续访")),
        KeptForm("contact-form", "cases.contact", _called("现场联系")),
    )
}


def know(forms: Iterable[KeptForm]) -> None:
    """Add the forms of a capability above."""
    _forms.update({form.root: form for form in forms})


def place_at(endpoint: str | None, given: Mapping[str, Any]) -> str | None:
    """Where the draft lies of the form that is sent to ``endpoint``; None for forms that keep none."""
    found = next((form for form in _forms.values() if form.endpoint == endpoint), None)
    return found.place(given) if found else None


def whereabouts(place: str) -> tuple[str, str] | None:
    """What the form of ``place`` is called and its address; None where no known form keeps its draft there."""
    root, _, rest = place.partition(":")
    form = _forms.get(root)
    parts = rest.split(":")
    if form is None or len(parts) != len(form.parts) + 1:
        return None
    given = {"number": parts[0].upper(), **dict(zip(form.parts, parts[1:], strict=True))}
    try:
        return form.label(given), url_for(form.endpoint, **given)
    except ValueError:  # a part that should be a number and is none: nobody's form
        return None
