"""The ten platforms as the engine knows them: given by create_app, checked, and asked by everybody."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.cases.definition import Platform, check
from portal.statutes.deadlines import rules


@dataclass(frozen=True)
class LetterName:
    """A kind of letter as steps may name it. ``platforms``: whose letter it is; () is everybody's."""

    label: str
    platforms: tuple[str, ...] = ()


_platforms: dict[str, Platform] = {}
_letters: dict[str, LetterName] = {}


def load(platforms: tuple[Platform, ...], letters: Mapping[str, LetterName]) -> None:
    """Take the declarations, and what kinds of ``letters`` there are. Raises DeclarationError where one names what is none."""
    clocks = frozenset(rules())
    for declared in platforms:
        own = (code for code, named in letters.items() if not named.platforms or declared.code in named.platforms)
        check(declared, clocks, frozenset(own))
    _platforms.clear()
    _platforms.update({declared.code: declared for declared in platforms})
    _letters.clear()
    _letters.update(letters)


def platform(code: str) -> Platform:
    """The platform of that code. KeyError where there is none."""
    return _platforms[code]


def platforms() -> tuple[Platform, ...]:
    """All of them, in the order of the hall."""
    return tuple(_platforms.values())


def letter_label(code: str) -> str:
    """What a kind of letter is called. KeyError where there is none."""
    return _letters[code].label
