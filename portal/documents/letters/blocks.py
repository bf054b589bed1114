"""A letter's text as blocks: what the template says, freed of HTML, so that print, .docx and hash are made of the same words."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from html.parser import HTMLParser
from typing import Any

BLANK = re.compile(r"[ \t\r\n]+")
NO_SIGN = re.compile("[\ufffe\uffff]")  # pasted from broken files; no .docx can hold them


@dataclass(frozen=True)
class Block:
    """``kind``: p, h2 or table. ``style``: "", plain, hand, strong or small. ``rows``: a table's, each cell (is head, text)."""

    kind: str
    style: str = ""
    text: str = ""
    rows: tuple[tuple[tuple[bool, str], ...], ...] = ()


@dataclass(frozen=True)
class Composition:
    """The whole letter as it stands on paper. ``dated`` is "2026年11月26日", "" before 签发; ``signer`` is the 落款, "" without."""

    organ: str
    number: str
    title: str
    addressee: str
    blocks: tuple[Block, ...]
    signer: str
    dated: str


def lines_of(letter: Composition) -> list[str]:
    """Every line of ``letter`` from top to bottom, tables cell by cell. Empty parts are left out."""
    body = []
    for block in letter.blocks:
        if block.kind == "table":
            body += [text for row in block.rows for _, text in row]
        else:
            body.append(block.text)
    addressee = f"{letter.addressee}：" if letter.addressee else ""
    return [
        line
        for line in (letter.organ, letter.number, letter.title, addressee, *body, letter.signer, letter.dated)
        if line
    ]


def dump(letter: Composition) -> str:
    """``letter`` as the JSON that is kept."""
    return json.dumps(asdict(letter), ensure_ascii=False, sort_keys=True)


def load(text: str) -> Composition:
    """The composition kept by dump()."""
    kept = json.loads(text)
    blocks = tuple(
        Block(**{**each, "rows": tuple(tuple((bool(head), cell) for head, cell in row) for row in each["rows"])})
        for each in kept.pop("blocks")
    )
    return Composition(**kept, blocks=blocks)


def digest(text: str) -> str:
    """SHA-256 of what is kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def parse(html: str) -> tuple[Block, ...]:
    """The blocks of a rendered template. Raises ValueError for a tag that print and .docx do not both know."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return tuple(reader.blocks)


class _Reader(HTMLParser):
    """Collects p, h2 and table; a div only holds them together."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._open: tuple[str, str] | None = None
        self._words: list[str] = []
        self._rows: list[list[tuple[bool, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        """A new piece begins."""
        if tag not in ("div", "p", "h2", "table", "tr", "th", "td"):
            raise ValueError(f"a letter's text cannot have <{tag}>")
        if tag == "tr":
            self._rows.append([])
        elif tag in ("p", "h2", "th", "td"):
            self._open, self._words = (tag, dict(attrs).get("class") or ""), []
        elif tag == "table":
            self._rows = []

    def handle_endtag(self, tag: str) -> None:
        """A piece is complete."""
        if tag in ("p", "h2") and self._open:
            text = _tidy("".join(self._words))
            if text:
                self.blocks.append(Block(tag, self._open[1], text))
            self._open = None
        elif tag in ("th", "td"):
            self._rows[-1].append((tag == "th", _tidy("".join(self._words))))
            self._open = None
        elif tag == "table":
            self.blocks.append(Block("table", rows=tuple(tuple(row) for row in self._rows)))

    def handle_data(self, data: str) -> None:
        """Words, where a piece is open."""
        if self._open:
            self._words.append(data)


def _tidy(text: str) -> str:
    return BLANK.sub(" ", NO_SIGN.sub("", text)).strip()
