"""How a rule and its change read in Chinese. Pure."""

from dataclasses import dataclass, fields

from portal.statutes.errors import StatuteError
from portal.statutes.explain import UNITS
from portal.statutes.rulebook import Rulebook
from portal.statutes.table import Rule

LABELS = {
    "platform": "平台", "binds": "约束对象", "rolls_forward": "末日遇休假日", "step": "事项", "starts_at": "起算",
    "on_overdue": "逾期后果", "instrument": "法律文件", "article": "条文", "verified": "已核对", "note": "说明",
    "valid_to": "失效日", "extension_needs": "延长的条件",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A rule that a draft changes: ``lines`` are (what, before, after)."""

    key: str
    step: str
    valid_from: str
    lines: tuple[tuple[str, str, str], ...]


def period(amount: int | None, unit: str) -> str:
    """15 日, 5 个工作日; 法律没有规定数字 where there is none."""
    return f"{amount} {UNITS[unit]}" if amount is not None else "没有规定数字"


def differences(book: Rulebook, changes: list[Rule]) -> list[Change]:
    """What each of ``changes`` says otherwise than the version before it in ``book`` (or before it among them)."""
    told = []
    for change in changes:
        before = _before(book, change)
        lines = _lines(before, change) if before else ()
        told.append(Change(change.key, change.step, change.version, lines))
    return told


def _before(book: Rulebook, change: Rule) -> Rule | None:
    try:
        held = book.held(change.key)
    except StatuteError:
        return None
    earlier = [rule for rule in held if rule.version != change.version and rule.version < change.version]
    return earlier[-1] if earlier else held[0]


def _lines(before: Rule, after: Rule) -> tuple[tuple[str, str, str], ...]:
    found = [
        ("期限", period(before.amount, before.unit), period(after.amount, after.unit)),
        (
            "可以延长",
            _extension(before),
            _extension(after),
        ),
    ]
    for name in (field.name for field in fields(Rule)):
        # that the version before ends on the day before is no change of its own
        if name in LABELS and (name != "valid_to" or after.valid_to):
            found.append((LABELS[name], _word(getattr(before, name)), _word(getattr(after, name))))
    return tuple(line for line in found if line[1] != line[2])


def _extension(rule: Rule) -> str:
    return period(rule.extension_amount, rule.extension_unit) if rule.extension_amount else "没有规定"


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value) if value else "—"
