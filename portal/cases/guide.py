"""Walking a platform's guide: one question after the other until one is answered with yes. Pure; knows no request and no database."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.cases.definition import Question, Way
from portal.statutes import deadlines
from portal.statutes.explain import PLAIN_UNITS

YES, NO = "yes", "no"
ANSWERS = ((YES, "是"), (NO, "否"))


@dataclass(frozen=True)
class Walk:
    """How far the answers lead. ``asked``: the questions to show, the last of them open unless ``found``.

    ``found`` is the question answered with yes, ``way`` the procedure chosen there. ``lost``: all were answered with no.
    """

    asked: tuple[Question, ...]
    later: tuple[Question, ...]
    found: Question | None = None
    way: Way | None = None
    lost: bool = False


def walk(guide: tuple[Question, ...], answers: Mapping[str, str], way: str = "") -> Walk:
    """Follow ``answers`` (question code → "yes" or "no") in legal order; what stands behind the first gap is not looked at."""
    for place, question in enumerate(guide, start=1):
        given = answers.get(question.code)
        if given == YES:
            chosen = next((each for each in question.ways if each.code == way), None)
            only = question.ways[0] if len(question.ways) == 1 else None
            return Walk(guide[:place], guide[place:], question, chosen or only)
        if given != NO:
            return Walk(guide[:place], guide[place:])
    return Walk(guide, (), lost=True)


def limits(way: Way) -> tuple[str, ...]:
    """The periods of ``way`` in Chinese, each with its article; unverified rules are left out rather than told a citizen."""
    return tuple(_limit(rule) for rule in map(deadlines.rule, way.limits) if rule.verified and rule.amount is not None)


def _limit(rule: deadlines.Rule) -> str:
    what = rule.step.partition("（")[0]  # without the table's own remark
    return f"{what}：自{rule.starts_at}起 {rule.amount} {PLAIN_UNITS[rule.unit]}内（{rule.citation}）"
