"""Identity numbers and telephones inside free text: found at entry, replaced by tokens, shown masked. Pure functions.

The text keeps 〔电话1〕 or 〔证件1〕; what stood there is kept encrypted beside it, exactly as it was written, so that the
statement can be restored word for word. Amounts, dates, file, plate and licence numbers are left alone.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from portal.people import identity, masking

KINDS = {"phone": "电话", "id": "证件"}
TOKEN = re.compile(r"〔(?:电话|证件)([1-9]\d{0,5})〕")

_S = r"[ .\-]{1,3}"  # what people put between groups of digits, after narrowing
_ID = re.compile(r"(?=(?<!\d)((?:\d[ .\-]{0,2}){17}(?:\d(?!\d)|[Xx](?![A-Za-z]))))", re.ASCII)
_OLD_ID = re.compile(r"(?=(?<![\dA-Za-z])(\d{15})(?![\dA-Za-z]))", re.ASCII)
_MOBILE = re.compile(
    rf"(?=(?<!\d)((?:(?:\+|00)?86[ .\-]{{0,2}})?"
    rf"1(?:[3-9]\d{{9}}|[3-9]\d{_S}\d{{4}}{_S}\d{{4}}|[3-9]\d{_S}\d{{8}}|[3-9]\d{{5}}{_S}\d{{4}}|[3-9]\d{{2}}{_S}\d{{3}}{_S}\d{{4}}"
    rf"|[3-9]\d{{2}}{_S}\d{{4}}{_S}\d{{3}}|[3-9]\d{_S}\d{{3}}{_S}\d{{5}}|[ \-][3-9](?:[ \-]\d){{9}}))(?!\d))",
    re.ASCII,
)
_LANDLINE = re.compile(
    r"(?=(?<![\dA-Za-z])(\(?(?:010|02\d|0[3-9]\d\d)\)?[ .\-]{0,3}(?:[2-8]\d{6,7}|[2-8]\d{2,3}[ .\-]\d{4}))(?!\d))",
    re.ASCII,
)
_LOCAL = re.compile(r"(?:电话|座机|固话)(?:号码?)?[是为]?[:：, ]{0,3}(?=([2-8]\d{6,7})(?!\d))", re.ASCII)
_AMOUNT = re.compile(r"\s?(?:\.\d{1,2}(?!\d)|\.?\d*\s?(?:余|多)?(?:元|万|亿|圆|块钱|美元|㎡|平方|平米|吨))")


class Found(NamedTuple):
    """A value taken out of a text: its token, its kind ("phone" or "id") and the characters as they were written."""

    token: str
    kind: str
    value: str


class Kept(Protocol):
    """Anything with the three fields of Found, such as a row of sealed values."""

    token: str
    kind: str
    value: str


def seal_text(text: str, taken: int = 0) -> tuple[str, list[Found]]:
    """Take identity numbers and telephones out of ``text``: the text with tokens, and what was found.

    ``taken``: how many tokens the case has already; new numbers begin above it and above any token in the text. A value
    written twice alike has one token. Tokens in the text are left as they are.
    """
    spans = _spans(_narrow(text))
    after = max([taken, *(int(number) for number in TOKEN.findall(text))])
    tokens: dict[tuple[str, str], str] = {}
    counts = dict.fromkeys(KINDS, after)
    parts, end = [], 0
    for start, stop, kind in spans:
        value = text[start:stop]
        if (kind, value) not in tokens:
            counts[kind] += 1
            tokens[kind, value] = f"〔{KINDS[kind]}{counts[kind]}〕"
        parts += text[end:start], tokens[kind, value]
        end = stop
    parts.append(text[end:])
    return "".join(parts), [Found(token, kind, value) for (kind, value), token in tokens.items()]


def masked(text: str, values: Iterable[Kept]) -> str:
    """``text`` with each known token replaced by the masked form of its value (138****5678)."""
    return _put_back(text, {kept.token: _mask(kept) for kept in values})


def restored(text: str, values: Iterable[Kept]) -> str:
    """``text`` as it was written. Only after a reason was given and the reading was logged."""
    return _put_back(text, {kept.token: kept.value for kept in values})


def without_tokens(text: str) -> str:
    """``text`` with every token replaced by a blank, for the search index."""
    return TOKEN.sub(" ", text)


def _mask(kept: Kept) -> str:
    return masking.mask_id(kept.value) if kept.kind == "id" else masking.mask_phone(kept.value)


def _put_back(text: str, shown: dict[str, str]) -> str:
    return TOKEN.sub(lambda match: shown.get(match[0], match[0]), text)


def _narrow(text: str) -> str:
    # one character for one character: positions in the narrowed text are positions in the text. Lines stay apart.
    narrow = {code: to for code, to in identity.NUMERIC.items() if code not in (0x0A, 0x0D)}
    return text.translate(narrow)


def _spans(plain: str) -> list[tuple[int, int, str]]:
    """(start, stop, kind), in order, not overlapping. Identity numbers first: a telephone may be part of one."""
    used: list[tuple[int, int, str]] = []
    searches = ((_ID, "id", _is_id), (_OLD_ID, "id", _is_old_id), (_MOBILE, "phone", _is_telephone))
    for pattern, kind, accept in (*searches, (_LANDLINE, "phone", _is_telephone), (_LOCAL, "phone", _is_telephone)):
        for match in pattern.finditer(plain):
            start, stop = match.span(1)
            free = all(stop <= other[0] or start >= other[1] for other in used)
            if free and accept(plain, start, stop):
                used.append((start, stop, kind))
    return sorted(used)


def _is_id(plain: str, start: int, stop: int) -> bool:
    number = identity.normalise_id(plain[start:stop])
    born = identity.birth_date(number)
    # a wrong check digit is a slip of the pen in a real number, so a place and a day of birth suffice
    return identity.region_exists(number) and born is not None and 1900 <= born.year < 2100


def _is_old_id(plain: str, start: int, stop: int) -> bool:
    number = plain[start:stop]
    return number[:2] in identity.PROVINCES and identity.birth_date(number[:6] + "19" + number[6:]) is not None


def _is_telephone(plain: str, start: int, stop: int) -> bool:
    return not _AMOUNT.match(plain, stop) and plain[max(0, start - 1) : start] not in ("¥", "￥")
