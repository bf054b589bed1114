"""The table of time limits: one frozen Rule per row of deadlines.csv, refused as a whole when one row cannot be trusted.

A key may have several rows, one for each version of the law; their validity must not overlap.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from portal.statutes.errors import DeadlineTableError

TABLE = Path(__file__).with_name("deadlines.csv")
UNITS = frozenset({"hour", "calendar_day", "working_day", "month", "year"})
BINDS = frozenset({"office", "party", "court", "other", "threshold"})
BACKWARD = "倒数"
# Slips of the finger, not law: a count of a million working days would run for minutes.
MOST_DIGITS = 4
EARLIEST = 1949


@dataclass(frozen=True)
class Rule:
    """One time limit. ``amount`` None = the law sets no number; ``verified`` False = not confirmed from the article.

    ``unit`` and ``extension_unit``: hour, calendar_day, working_day, month, year, or "" where there is no number.
    ``binds``: office, party, court, other, threshold. ``backward``: counted back from the start (开庭五日前).
    ``valid_from``/``valid_to``: in force from and to (inclusive), None = not stated / still in force.
    """

    key: str
    platform: str
    binds: str
    rolls_forward: bool
    step: str
    starts_at: str
    amount: int | None
    unit: str
    extension_amount: int | None
    extension_unit: str
    extension_needs: str
    on_overdue: str
    instrument: str
    article: str
    verified: bool
    note: str
    valid_from: date | None
    valid_to: date | None

    @property
    def backward(self) -> bool:
        return BACKWARD in self.starts_at or BACKWARD in self.note

    @property
    def citation(self) -> str:
        """《instrument》article, the article left out where the table states none."""
        return f"《{self.instrument}》{self.article}"

    @property
    def version(self) -> str:
        """What names this version among those of its key: its first day, "-" where the table states none."""
        return self.valid_from.isoformat() if self.valid_from else "-"


Versions = tuple[Rule, ...]
COLUMNS = tuple(field.name for field in fields(Rule))


@cache
def rules() -> Mapping[str, Rule]:
    """The newest version of each rule of the portal's own table by key, read once and read-only."""
    return MappingProxyType({key: held[-1] for key, held in rule_versions().items()})


@cache
def rule_versions() -> Mapping[str, Versions]:
    """Every version of each rule of the portal's own table by key, the oldest first, read once and read-only."""
    return MappingProxyType(parse_versions(_text(TABLE)))


def load(path: Path | str | None = None) -> dict[str, Rule]:
    """The newest version of each rule by key from a UTF-8 CSV file (the portal's own when ``path`` is None).

    Raises DeadlineTableError naming line and key for the first row that cannot be trusted; OSError where there is no file.
    """
    return parse(_text(Path(path or TABLE)))


def parse(text: str) -> dict[str, Rule]:
    """The newest version of each rule by key from CSV text whose first line is exactly COLUMNS. Raises DeadlineTableError."""
    return {key: held[-1] for key, held in parse_versions(text).items()}


def parse_versions(text: str) -> dict[str, Versions]:
    """Every version of each rule by key, the oldest first. Raises DeadlineTableError, also where two are valid on one day."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: dict[str, list[tuple[int, Rule]]] = {}
    line = 1
    try:
        if tuple(next(reader, ())) != COLUMNS:
            raise DeadlineTableError(f"第 1 行：表头应依次为 {','.join(COLUMNS)}")
        line = reader.line_num + 1
        for cells in reader:
            if cells:
                rule = _rule(line, cells)
                held = found.setdefault(rule.key, [])
                for other, earlier in held:
                    if overlap(rule, earlier):
                        raise _refusal(line, rule.key, f"键重复，有效期与第 {other} 行重叠")
                held.append((line, rule))
            line = reader.line_num + 1
    except csv.Error as problem:
        raise DeadlineTableError(f"第 {line} 行：CSV 格式有误（{problem}）") from None
    return {key: in_order(rule for _line, rule in held) for key, held in found.items()}


def in_order(held: Iterable[Rule]) -> Versions:
    """Versions of one rule, the oldest first."""
    return tuple(sorted(held, key=lambda rule: rule.valid_from or date.min))


def overlap(one: Rule, other: Rule) -> bool:
    """Whether there is a day on which both are valid."""
    begins = max(one.valid_from or date.min, other.valid_from or date.min)
    return begins <= min(one.valid_to or date.max, other.valid_to or date.max)


def cells_of(rule: Rule) -> dict[str, str]:
    """The row of the table that gives ``rule``: column → text, as from_cells() reads it."""
    return {name: _written(value) for name, value in asdict(rule).items()}


def from_cells(cells: Mapping[str, str], line: int = 1) -> Rule:
    """The rule of one row, column → text. Raises DeadlineTableError naming ``line`` and key."""
    return _rule(line, [cells.get(name, "") for name in COLUMNS])


def _written(value: str | int | bool | date | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DeadlineTableError("期限表不是 UTF-8 编码") from None


def _rule(line: int, cells: list[str]) -> Rule:
    row = dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=False))
    key = row["key"]
    if not key:
        raise _refusal(line, "（空）", "没有键")
    if len(cells) != len(COLUMNS):
        raise _refusal(line, key, f"应有 {len(COLUMNS)} 列，实有 {len(cells)} 列")
    try:
        rule = Rule(
            **row
            | {name: _number(row[name], name) for name in ("amount", "extension_amount")}
            | {name: _flag(row[name], name) for name in ("rolls_forward", "verified")}
            | {name: _day(row[name], name) for name in ("valid_from", "valid_to")}
        )
    except ValueError as problem:
        raise _refusal(line, key, str(problem)) from None
    for complaint in (_complaint(rule), _extension_complaint(rule)):
        if complaint:
            raise _refusal(line, key, complaint)
    return rule


def _complaint(rule: Rule) -> str | None:
    if rule.binds not in BINDS:
        return f"约束对象“{rule.binds}”不认识"
    if rule.unit and rule.unit not in UNITS:
        return f"单位“{rule.unit}”不认识"
    if rule.amount is not None and not rule.unit:
        return "有数字而没有单位"
    if not rule.instrument:
        return "没有写明法律文件"
    # A number shown as checked must say where it was read; rows without a number or marked unverified may lack the article.
    if rule.amount is not None and rule.verified and not rule.article:
        return "已核的期限没有写明条文"
    if rule.backward and rule.rolls_forward:
        return "倒数的期限不能顺延"
    if rule.valid_from and rule.valid_from.year < EARLIEST:
        return f"施行日早于 {EARLIEST} 年"
    if rule.valid_from and rule.valid_to and rule.valid_to < rule.valid_from:
        return "失效日早于施行日"
    return None


def _extension_complaint(rule: Rule) -> str | None:
    if rule.extension_unit and rule.extension_unit not in UNITS:
        return f"延长单位“{rule.extension_unit}”不认识"
    if rule.extension_amount is None:
        return None
    if not rule.extension_unit:
        return "有延长数字而没有单位"
    if not rule.extension_needs:
        return "可以延长却没有写明延长的条件"
    if rule.amount is None or rule.backward:
        return "没有数字或倒数的期限不能延长"
    if (rule.unit == "hour") != (rule.extension_unit == "hour"):
        return "小时与日不能混合延长"
    return None


def _number(text: str, name: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ValueError(f"{name}“{text}”不是正整数")
    if len(text) > MOST_DIGITS:
        raise ValueError(f"{name}“{text[:20]}”过大，请核对")
    return int(text)


def _flag(text: str, name: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(f"{name}“{text}”应为 yes 或 no")
    return text == "yes"


def _day(text: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f"{name}“{text}”不是有效日期") from None


def _refusal(line: int, key: str, why: str) -> DeadlineTableError:
    return DeadlineTableError(f"第 {line} 行 {key}：{why}")
