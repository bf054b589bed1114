"""Times of the day as people write them: 8:30-12:00、14:30-18:00. Pure; minutes of the day inside the program."""

import re
import unicodedata
from itertools import pairwise

MIDNIGHT = 24 * 60
MOST_SPANS = 3
BETWEEN = re.compile(r"[、,;\s]+")
DASH = re.compile(r"\s*[-–—−~〜至到]\s*")
TIME = re.compile(r"(\d{1,2})(?:[:.点时](\d{2})分?|[点时]|(\d{2}))", re.ASCII)
EXAMPLE = "请按 08:30-12:00、14:30-18:00 的样子填写。"

Span = tuple[int, int]


def minute(text: str, latest: int = MIDNIGHT) -> int:
    """The minute of the day that ``text`` (8:30, 08：30, 0830, 8点, 8点30分) names, at most ``latest``.

    Raises ValueError with a Chinese sentence.
    """
    found = TIME.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
    if found is None:
        raise ValueError("请按 08:30 的样子填写时间。")
    hours, minutes = int(found[1]), int(found[2] or found[3] or 0)
    if minutes > 59 or hours * 60 + minutes > latest:
        raise ValueError(f"没有 {text.strip()[:10]} 这个时间。")
    return hours * 60 + minutes


def read(text: str) -> list[Span]:
    """The spans in ``text``, earliest first; none in an empty one. Raises ValueError with a Chinese sentence."""
    plain = DASH.sub("-", unicodedata.normalize("NFKC", text).strip())
    spans = sorted(_span(part) for part in BETWEEN.split(plain) if part)
    if len(spans) > MOST_SPANS:
        raise ValueError(f"一天最多分 {MOST_SPANS} 段。")
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise ValueError("几段时间互相重叠，请核对。")
    return spans


def clock_text(at: int) -> str:
    """08:30."""
    return f"{at // 60:02d}:{at % 60:02d}"


def write(spans: list[Span]) -> str:
    """08:30-12:00、14:30-18:00."""
    return "、".join(f"{clock_text(start)}-{clock_text(end)}" for start, end in sorted(spans))


def _span(text: str) -> Span:
    parts = text.split("-")
    if len(parts) != 2:
        raise ValueError(EXAMPLE)
    start, end = minute(parts[0]), minute(parts[1])
    if end <= start:
        raise ValueError(f"{text} 的结束时间应晚于开始时间。")
    return start, end
