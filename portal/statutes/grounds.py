"""What a statute lets happen to a running period: the reasons that pause it or start it anew, and what an extension asks for.

grounds.csv has one row per rule and reason. A rule without a row is never paused: 信访工作条例 第三十六条第二款 takes the time of a
hearing out of 复核 only, and no article stops the 60 days of 第三十四条 or the seven days of 法律援助法 第四十三条.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from portal.statutes.errors import DeadlineTableError
from portal.statutes.table import Rule, rules

TABLE = Path(__file__).with_name("grounds.csv")
COLUMNS = ("key", "code", "effect", "label", "instrument", "article")
PAUSE, RESTART = "pause", "restart"
# Words of Rule.extension_needs. 同意 is an approval by whoever has to agree, be it an office or both parties.
APPROVED = ("批准", "同意")
TOLD = ("告知", "通知")


@dataclass(frozen=True)
class Ground:
    """A reason a statute names. ``effect``: "pause" (these days do not count) or "restart" (counted anew from a new start)."""

    key: str
    code: str
    effect: str
    label: str
    instrument: str
    article: str

    @property
    def citation(self) -> str:
        """《instrument》article."""
        return f"《{self.instrument}》{self.article}"


def parse(text: str, known: Mapping[str, Rule]) -> dict[str, tuple[Ground, ...]]:
    """Grounds by the key of their rule, from CSV text. Raises DeadlineTableError for the first row that cannot be trusted."""
    lines = csv.reader(text.splitlines(), strict=True)
    if tuple(next(lines, ())) != COLUMNS:
        raise DeadlineTableError(f"第 1 行：表头应依次为 {','.join(COLUMNS)}")
    found: dict[str, tuple[Ground, ...]] = {}
    for line, cells in enumerate(lines, 2):
        if len(cells) != len(COLUMNS) or not all(cell.strip() for cell in cells):
            raise DeadlineTableError(f"第 {line} 行：{len(COLUMNS)} 列都须填写")
        ground = Ground(*(cell.strip() for cell in cells))
        if ground.key not in known or ground.effect not in (PAUSE, RESTART):
            raise DeadlineTableError(f"第 {line} 行 {ground.key}：没有这个期限，或效果“{ground.effect}”不认识")
        if any(other.code == ground.code for other in found.get(ground.key, ())):
            raise DeadlineTableError(f"第 {line} 行 {ground.key}：{ground.code} 重复")
        found[ground.key] = (*found.get(ground.key, ()), ground)
    return found


@cache
def _table() -> Mapping[str, tuple[Ground, ...]]:
    return MappingProxyType(parse(TABLE.read_text(encoding="utf-8"), rules()))


def pausing(key: str) -> tuple[Ground, ...]:
    """The reasons for which the period ``key`` may be paused; empty where no statute names one."""
    return tuple(ground for ground in _table().get(key, ()) if ground.effect == PAUSE)


def restarting(key: str) -> tuple[Ground, ...]:
    """The reasons for which the period ``key`` is counted anew from another day."""
    return tuple(ground for ground in _table().get(key, ()) if ground.effect == RESTART)


def named(key: str, code: str) -> Ground | None:
    """The ground of that code, None where the table has it no more."""
    return next((ground for ground in _table().get(key, ()) if ground.code == code), None)


def extends_by_number(rule: Rule) -> bool:
    """Whether the law lets ``rule`` be extended by a number of its own extension unit."""
    return rule.extension_amount is not None


def extends_to_a_day(rule: Rule) -> bool:
    """Whether it may be extended without a number (双方当事人同意延长，不受此限): the day is then asked for."""
    counted = rule.amount is not None and not rule.backward
    return counted and rule.extension_amount is None and bool(rule.extension_needs)


def needs_approval(rule: Rule) -> bool:
    """Whether an extension must name who approved, or agreed to, it."""
    return any(word in rule.extension_needs for word in APPROVED)


def needs_telling(rule: Rule) -> bool:
    """Whether the person concerned must be told of an extension."""
    return any(word in rule.extension_needs for word in TOLD)
