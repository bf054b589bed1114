"""What is said of a call, as names of recorded clips: the number digit by digit, then the window's name. Nothing else is ever said.

Pure. The clips are named in portal/static/sounds/manifest.json, which bin/make-sounds writes; a centre may put recordings of its
own in their place (see sounds). A door sign or a service is never spoken: it could say what somebody comes for.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

BUILT_IN = Path(__file__).resolve().parent.parent / "static" / "sounds"
TIMES = 2  # each call is said twice
GAP_MS, PAUSE_MS = 40, 700  # between two clips, between two times (voice.js keeps the same)
CHIME_MS = 1600
MARGIN_MS = 4000  # for fetching, decoding and answering, before somebody else may speak
LARGEST = 999  # a larger number in a window's name is said digit by digit
DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Clip:
    """A recorded clip: ``text`` is what it says, ``milliseconds`` how long the built-in one is."""

    name: str
    text: str
    milliseconds: int


@dataclass(frozen=True)
class Spoken:
    """Names of clips in order, and the characters that no clip says (they are passed over)."""

    clips: tuple[str, ...]
    missing: tuple[str, ...] = ()


def _read() -> dict[str, Clip]:
    listed = json.loads((BUILT_IN / "manifest.json").read_text(encoding="utf-8"))
    return {name: Clip(name, entry["text"], entry["milliseconds"]) for name, entry in listed.items()}


MANIFEST = _read()
# whole sentences (kiosk-choose, qing-daoyintai) are said as they are and never become part of a window's name
_WORDS = {clip.text: clip.name for clip in MANIFEST.values() if "-" not in clip.name}
_LONGEST = max(map(len, _WORDS))


def sentence(number: str, place: str) -> tuple[str, ...]:
    """请 A 0 1 2 号 到 三 号 窗口: the clips of a call of ``number`` to the window called ``place``."""
    digit_by_digit = tuple(each for each in unicodedata.normalize("NFKC", number).upper() if each in MANIFEST)
    return ("qing", *digit_by_digit, "hao", "dao", *name_of(place).clips)


def name_of(place: str) -> Spoken:
    """A window's name: numbers as numbers (12 is 十二), words by the longest clip that says them."""
    clips: list[str] = []
    missing: list[str] = []
    text = re.sub(r"[\s\W_]+", "", unicodedata.normalize("NFKC", place).upper())
    at = 0
    while at < len(text):
        if digits := DIGITS.match(text, at):
            clips += counted(digits.group())
            at = digits.end()
            continue
        end = next((end for end in range(min(len(text), at + _LONGEST), at, -1) if text[at:end] in _WORDS), None)
        if end is None:
            missing.append(text[at])
            at += 1
        else:
            clips.append(_WORDS[text[at:end]])
            at = end
    return Spoken(tuple(clips), tuple(dict.fromkeys(missing)))


def counted(digits: str) -> list[str]:
    """How one says a number: 12 → 十 二, 20 → 二 十, 105 → 一 百 零 五. One with a leading zero is said digit by digit."""
    value = int(digits)
    plain = [str(int(each)) for each in digits]
    if len(plain) == 1 or plain[0] == "0" or value > LARGEST:
        return plain
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    said = [str(hundreds), "100"] if hundreds else []
    if tens:
        said += ["10"] if tens == 1 and not hundreds else [str(tens), "10"]
    elif hundreds and ones:
        said.append("0")
    return said + ([str(ones)] if ones else [])


def takes(milliseconds: Iterable[int]) -> int:
    """Milliseconds after which a screen that says clips of these lengths should be through, chime and answer included."""
    lengths = list(milliseconds)
    once = sum(lengths) + GAP_MS * len(lengths) + PAUSE_MS
    return CHIME_MS + TIMES * once + MARGIN_MS


def quiet(minute: int, since: int | None, until: int | None) -> bool:
    """Whether ``minute`` of the day lies in the quiet hours, which may pass midnight; None or equal: there are none."""
    if since is None or until is None or since == until:
        return False
    return since <= minute < until if since < until else minute >= since or minute < until
