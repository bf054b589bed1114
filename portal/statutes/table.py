"""The table of time limits: one frozen Rule per row of deadlines.csv, refused as a whole when one row cannot be trusted."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from portal.statutes.errors import DeadlineTableError

TABLE = Path(__file__).with_name("deadlines.csv")
UNITS = frozenset({"hour", "calendar_day", "working_day", "month", "year"})
BINDS = frozenset({"office", "party", "court", "other", "threshold"})
BACKWARD = "倒数"


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


COLUMNS = tuple(field.name for field in fields(Rule))


@cache
def rules() -> Mapping[str, Rule]:
    """The portal's own table by key, read once and read-only."""
    return MappingProxyType(load())


def load(path: Path | str | None = None) -> dict[str, Rule]:
    """Rules by key from a UTF-8 CSV file (the portal's own when ``path`` is None).

    Raises DeadlineTableError naming line and key for the first row that cannot be trusted; OSError where there is no file.
    """
    content = Path(path or TABLE).read_bytes()
    try:
        return parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DeadlineTableError("期限表不是 UTF-8 编码") from None


def parse(text: str) -> dict[str, Rule]:
    """Rules by key from CSV text whose first line is exactly COLUMNS. Raises DeadlineTableError."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: dict[str, Rule] = {}
    line = 1
    try:
        if tuple(next(reader, ())) != COLUMNS:
            raise DeadlineTableError(f"第 1 行：表头应依次为 {','.join(COLUMNS)}")
        line = reader.line_num + 1
        for cells in reader:
            if cells:
                rule = _rule(line, cells)
                if rule.key in found:
                    raise _refusal(line, rule.key, "键重复")
                found[rule.key] = rule
            line = reader.line_num + 1
    except csv.Error as problem:
        raise DeadlineTableError(f"第 {line} 行：CSV 格式有误（{problem}）") from None
    return found


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
