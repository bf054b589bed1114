"""Full-text search over Chinese. Two-character words must be found, so the index holds pairs of characters.

One document per case: the folded text, and its tokens. Chinese runs become overlapping pairs, runs of letters and digits
one token each (``YC-2026-000123`` → yc, 2026, 000123). Every hit is re-checked against the folded text, because the pairs
公交, 交车, 车站 may all occur in a text without the word 公交车站. SQLite: FTS5 without positions; PostgreSQL: tsvector and GIN.
Case numbers, subjects and other short texts are also found by one single character.
"""

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, and_, bindparam, cast, column, delete, false, func, select, table, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from portal.cases.models import Case
from portal.people.redaction import without_tokens

NAME = "case_search"
# made by FTS5 itself; schema comparison must leave them alone
SHADOW_TABLES = frozenset(f"{NAME}_{part}" for part in ("data", "idx", "content", "docsize", "config"))

SHORT = 200  # a text of at most so many characters is found by single characters too
MOST_TOKENS = 60_000  # PostgreSQL refuses a tsvector of more than 1 MB
MOST_WORDS = 8
LONGEST_WORD = 40

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_BROKEN_LINE = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")

_DDL = {
    "sqlite": [
        f"CREATE VIRTUAL TABLE {NAME} USING fts5(folded UNINDEXED, document, detail=none, columnsize=0, "
        "tokenize='unicode61 remove_diacritics 0')"
    ],
    "postgresql": [
        f"CREATE TABLE {NAME} (case_id bigint PRIMARY KEY, folded text NOT NULL, document tsvector NOT NULL)",
        f"CREATE INDEX ix_{NAME}_document ON {NAME} USING gin (document)",
    ],
}
_SOURCES = {
    "sqlite": table(NAME, column("rowid"), column("folded"), column("document")),
    "postgresql": table(NAME, column("case_id"), column("folded"), column("document")),
}
_KEYS = {"sqlite": _SOURCES["sqlite"].c.rowid, "postgresql": _SOURCES["postgresql"].c.case_id}
_PUT = {
    "sqlite": text(f"INSERT OR REPLACE INTO {NAME} (rowid, folded, document) VALUES (:case_id, :folded, :document)"),
    "postgresql": text(
        f"INSERT INTO {NAME} (case_id, folded, document) "
        "VALUES (:case_id, :folded, array_to_tsvector(string_to_array(:document, ' '))) "
        "ON CONFLICT (case_id) DO UPDATE SET folded = excluded.folded, document = excluded.document"
    ),
}


def ddl(dialect: str) -> list[str]:
    """The statements that create the empty index; ``dialect`` "sqlite" or "postgresql"."""
    return list(_DDL[dialect])


def drop(dialect: str) -> list[str]:
    """The statements that remove the index."""
    return [f"DROP TABLE {NAME}"]


def fold(text: str) -> str:
    """``text`` as it is compared: compatibility forms unified (full-width → narrow), small letters, lines rejoined."""
    plain = unicodedata.normalize("NFKC", text.replace("\x00", " ")).lower()
    return _BROKEN_LINE.sub("", plain)


def bigrams(text: str) -> list[str]:
    """The tokens of ``text`` in order: each pair of neighbouring Chinese characters, each run of letters or digits.

    A Chinese character standing alone gives none.
    """
    tokens: list[str] = []
    for run in _RUNS.findall(fold(text)):
        if _is_han(run):
            tokens += (run[at : at + 2] for at in range(len(run) - 1))
        else:
            tokens.append(run[:64])
    return tokens


def index(session: Session, case_id: int, texts: Iterable[str]) -> None:
    """Write or replace one case's document: its number, subject, facts and whatever else is to be found.

    Tokens such as 〔电话1〕 are left out. Runs in the caller's transaction.
    """
    kept = [without_tokens(text) for text in texts if text]
    tokens = dict.fromkeys(token for text in kept for token in bigrams(text))
    tokens |= dict.fromkeys(sign for text in kept if len(text) <= SHORT for sign in fold(text) if _is_han(sign))
    document = " ".join(list(tokens)[:MOST_TOKENS])
    folded = "\n".join(map(fold, kept))
    session.execute(_PUT[_dialect(session)], {"case_id": case_id, "folded": folded, "document": document})


def forget(session: Session, case_id: int) -> None:
    """Take a case out of the index."""
    dialect = _dialect(session)
    session.execute(delete(_SOURCES[dialect]).where(_KEYS[dialect] == case_id))


def matching(session: Session, words: str) -> Select[tuple[int]] | None:
    """A select of the ids of the cases that hold every blank-separated word; None where ``words`` has none.

    At most the first 8 words count, each with its first 40 characters. Nothing in ``words`` is an operator; words of
    nothing but signs find nothing.
    """
    wanted = [word[:LONGEST_WORD] for word in unicodedata.normalize("NFKC", words.replace("\x00", " ")).lower().split()]
    wanted = wanted[:MOST_WORDS]
    if not wanted:
        return None
    dialect = _dialect(session)
    source = _SOURCES[dialect]
    contains = func.instr if dialect == "sqlite" else func.strpos
    tokens = dict.fromkeys(token for word in wanted for token in _tokens_of_word(word))
    # signs alone would read every document
    found = [_holds(dialect, list(tokens)) if tokens else false()]
    found += (contains(source.c.folded, word) > 0 for word in wanted)
    return select(_KEYS[dialect]).where(and_(*found))


def hits(
    session: Session,
    words: str,
    *,
    before: int | None = None,
    limit: int = 26,
    visible: ColumnElement[bool] | None = None,
) -> list[int]:
    """Ids of the cases that hold every word, newest first, at most ``limit``, all below ``before``; [] without words.

    ``visible``: a condition on columns of Case (correlated to Case.id), applied in the same statement.
    """
    found = matching(session, words)
    if found is None:
        return []
    dialect = _dialect(session)
    key = _KEYS[dialect]
    if before is not None:
        found = found.where(key < before)
    if visible is not None:
        # a sub-select and not a join: the newest hits are tried one by one until the page is full
        found = found.where(select(Case.id).where(Case.id == key, visible).correlate(_SOURCES[dialect]).exists())
    return list(session.scalars(found.order_by(key.desc()).limit(limit)))


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def _is_han(run: str) -> bool:
    return re.match(f"[{_HAN}]", run) is not None


def _tokens_of_word(word: str) -> list[str]:
    # inside a longer word a lone character says nothing that the re-check does not say better
    tokens = bigrams(word)
    # of YC-2026-000123 the last part alone is rare: the year would match every case only to be thrown away
    return [token for token in tokens if len(token) > 5] or tokens or [sign for sign in word if _is_han(sign)]


def _holds(dialect: str, tokens: list[str]) -> ColumnElement[bool]:
    # tokens are letters and digits only; the quotes keep and, or, not and near from being operators
    if dialect == "sqlite":
        query = " AND ".join(f'"{token}"' for token in tokens)
        return text(f"{NAME} MATCH :tokens").bindparams(bindparam("tokens", query))
    query = " & ".join(f"'{token}'" for token in tokens)
    return _SOURCES[dialect].c.document.op("@@")(cast(query, postgresql.TSQUERY))
