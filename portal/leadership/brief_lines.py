"""How much of a brief fits on its one page: sections, their lines, and cutting text to them. Pure functions.

As the brief is printed (11 pt in a column of 138 mm) a line holds 34 Chinese characters, one less where a sign may not begin the
next. The lines of all sections together, the head, and room for the leader's pen are one sheet of A4.
"""

import math

WIDTH = 33
NARROW = 0.56  # a digit or Latin letter in Chinese characters
# section → (what it is called, lines)
SECTIONS = {
    "who": ("来访人", 2),
    "matter": ("反映事项", 8),
    "since": ("由来", 2),
    "done": ("办理经过", 7),
    "clocks": ("法定期限", 3),
    "unit_view": ("单位意见", 4),
    "question": ("需研究的问题", 3),
}


def label(section: str) -> str:
    """What a section is called."""
    return SECTIONS[section][0]


def most(section: str) -> int:
    """How many lines a section may take."""
    return SECTIONS[section][1]


def lines_of(text: str) -> int:
    """How many printed lines ``text`` takes; an empty line in between counts, nothing takes none."""
    return sum(max(1, math.ceil(_width(line) / WIDTH)) for line in text.strip().splitlines()) if text.strip() else 0


def fit(text: str, lines: int) -> str:
    """``text`` cut to ``lines`` printed lines, with … where something is left out."""
    kept: list[str] = []
    left = lines
    for line in (each.strip() for each in text.splitlines() if each.strip()):
        if left <= 0:
            kept[-1] = _shortened(kept[-1], WIDTH * lines_of(kept[-1]))
            break
        room = WIDTH * left
        kept.append(line if _width(line) <= room else _shortened(line, room))
        left -= lines_of(kept[-1])
    return "\n".join(kept)


def _shortened(line: str, room: float) -> str:
    """The line with … at its end, within ``room`` characters."""
    used, kept = 1.0, ""  # the … takes one
    for sign in line.rstrip("…"):
        used += _width(sign)
        if used > room:
            break
        kept += sign
    return kept + "…"


def _width(text: str) -> float:
    return sum(NARROW if sign.isascii() else 1 for sign in text)
