"""All versions of all rules, and which of them counts for a matter: old matters keep the old rule. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from portal.statutes.errors import DeadlineTableError, UnknownRule
from portal.statutes.table import Rule, Versions, in_order, rule_versions
from portal.statutes.workdays import ONE_DAY


@dataclass(frozen=True)
class Rulebook:
    """Versions by key, the oldest first."""

    versions: Mapping[str, Versions] = field(repr=False)

    def held(self, key: str) -> Versions:
        """Every version of ``key``, the oldest first. Raises UnknownRule."""
        found = self.versions.get(key)
        if not found:
            raise UnknownRule(f"没有名为“{key}”的期限")
        return found

    def on(self, key: str, day: date) -> Rule:
        """The version for what starts on ``day``: the last one in force by then. Raises UnknownRule.

        Before the first version the first one serves, and after the end of the last one the last: a row whose law the table
        no longer knows must still give a date that is looked at, never none in silence.
        """
        held = self.held(key)
        return next((rule for rule in reversed(held) if (rule.valid_from or date.min) <= day), held[0])

    def named(self, key: str, version: str) -> Rule:
        """The version that a clock was started under (Rule.version); the newest where it is gone. Raises UnknownRule."""
        held = self.held(key)
        return next((rule for rule in held if rule.version == version), held[-1])

    def newest(self, key: str) -> Rule:
        """The last version of ``key``. Raises UnknownRule."""
        return self.held(key)[-1]

    def after(self, changes: Iterable[Rule]) -> "Rulebook":
        """The book with ``changes`` as further versions; the one before each ends on the day before it begins.

        Raises UnknownRule for a key the portal has no use for, DeadlineTableError where a change has no first day or does
        not begin after the newest version it follows.
        """
        versions = dict(self.versions)
        for change in changes:
            held = versions.get(change.key)
            if not held:
                raise UnknownRule(f"没有名为“{change.key}”的期限")
            if change.valid_from is None:
                raise DeadlineTableError(f"{change.key}：新的规定须写明施行日")
            last = held[-1]
            if last.valid_from is not None and change.valid_from <= last.valid_from:
                raise DeadlineTableError(f"{change.key}：施行日须晚于现行规定的施行日 {last.version}")
            if last.valid_to is None or last.valid_to >= change.valid_from:
                last = replace(last, valid_to=change.valid_from - ONE_DAY)
            versions[change.key] = in_order((*held[:-1], last, change))
        return Rulebook(MappingProxyType(versions))

    def further(self, given: Mapping[str, Versions]) -> list[Rule]:
        """What of ``given`` (a table as it was uploaded) is not in the book yet, in the order of keys and days.

        A row that only closes a version which the table itself follows up is no change of its own.
        """
        found: list[Rule] = []
        for key, versions in sorted(given.items()):
            held = {rule.version: rule for rule in self.versions.get(key, ())}
            for place, rule in enumerate(versions):
                same = held.get(rule.version)
                followed = place + 1 < len(versions)
                if same and (same == rule or (followed and replace(rule, valid_to=same.valid_to) == same)):
                    continue
                found.append(rule)
        return found


def own() -> Rulebook:
    """The book of deadlines.csv alone."""
    return Rulebook(rule_versions())
