"""The ten platforms as the engine knows them: given by create_app, checked, and asked by everybody."""

from portal.cases.definition import Platform, check
from portal.statutes.deadlines import rules

LETTERS = frozenset({"statement", "citizen_slip", "relay_note"})
_platforms: dict[str, Platform] = {}


def load(platforms: tuple[Platform, ...]) -> None:
    """Take the declarations. Raises DeclarationError where one names what does not exist."""
    clocks = frozenset(rules())
    for declared in platforms:
        check(declared, clocks, LETTERS)
    _platforms.clear()
    _platforms.update({declared.code: declared for declared in platforms})


def platform(code: str) -> Platform:
    """The platform of that code. KeyError where there is none."""
    return _platforms[code]


def platforms() -> tuple[Platform, ...]:
    """All of them, in the order of the hall."""
    return tuple(_platforms.values())
