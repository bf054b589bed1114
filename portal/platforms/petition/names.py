"""Whether two names written by hand mean the same organ (市住建局, 运城市住房和城乡建设局): no table holds every organ there is."""

import re
from collections.abc import Iterable

PLACE = re.compile(r"(?:[^省市县区]{2,4}[省市县区](?!场)|[省市县区](?!场))*")  # 市场监督管理局 is no city
SAID_OTHERWISE = (("人民政府", "政府"), ("委员会", "委"))
DISCIPLINE = ("纪委", "监委", "纪检", "纪律检查")
LEAST = 2  # letters that still tell an organ from another (纪委); 市局 could be any


def same_organ(one: str, other: str) -> bool:
    """Surely the same: what follows the place is equal, and the places agree. 县局 and 市局 are two; in doubt they are two."""
    place, body = _parts(one)
    its, there = _parts(other)
    return bool(body) and body == there and (place == its or (bool(place and its) and _agree(place, its)))


def may_be(organ: str, accused: str) -> bool:
    """Perhaps the same, or a part of it: one name contains the other or shortens it. In doubt yes."""
    if not organ.strip() or not accused.strip():
        return False
    (place, body), (its, there) = _parts(organ), _parts(accused)
    if place + body in its + there or its + there in place + body:
        return True
    short, long = sorted((body, there), key=len)
    return len(short) >= LEAST and _agree(place, its) and (short in long or _shortens(short, long))


def disciplines(organ: str, accused: Iterable[str]) -> bool:
    """Whether ``organ`` is a discipline body and the accused is none: it may bear the accused's name (驻市住建局纪检监察组)."""
    return any(word in organ for word in DISCIPLINE) and not any(word in one for one in accused for word in DISCIPLINE)


def _parts(name: str) -> tuple[str, str]:
    plain = re.sub(r"[\s（）()《》“”·・、，。]", "", name)
    for word, shorter in SAID_OTHERWISE:
        plain = plain.replace(word, shorter)
    place = PLACE.match(plain).group()
    return place, plain[len(place) :]


def _agree(place: str, other: str) -> bool:
    return place.endswith(other) or other.endswith(place)


def _shortens(short: str, long: str) -> bool:
    letters = iter(long)
    return short[0] == long[0] and short[-1] == long[-1] and all(letter in letters for letter in short)
