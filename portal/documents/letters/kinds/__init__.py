"""Every kind of letter, by code. A new letter is a declaration here and a template of its text."""

from portal.cases.registry import LetterName
from portal.documents.letters.kinds.definition import Binding, Issuer, Kind
from portal.documents.letters.kinds.desk import DESK
from portal.documents.letters.kinds.dispatch import DISPATCH
from portal.documents.letters.kinds.handling import HANDLING

KINDS: dict[str, Kind] = {kind.code: kind for kind in (*DISPATCH, *HANDLING, *DESK)}
LETTER_NAMES = {kind.code: LetterName(kind.label, kind.platforms) for kind in KINDS.values()}

__all__ = ["KINDS", "LETTER_NAMES", "Binding", "Issuer", "Kind"]
