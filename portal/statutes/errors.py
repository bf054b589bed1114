"""What can go wrong when a time limit is read or counted. Every message is Chinese and may be shown to the clerk."""


class StatuteError(Exception):
    """Base of this package's errors; ``code`` is the stable name used in JSON."""

    code = "statute_error"


class DeadlineTableError(StatuteError):
    """A row of the table cannot be trusted; the message names its line and key."""

    code = "deadline_table"


class UnknownRule(StatuteError):
    """No rule has this key."""

    code = "unknown_rule"


class NotSetByLaw(StatuteError):
    """The law sets no number for this rule: the centre must configure one, or the step must ask for the date."""

    code = "not_set_by_law"


class BadInput(StatuteError, ValueError):
    """A date, a pause or an extension that cannot be counted."""

    code = "bad_input"


class ExtensionRefused(BadInput):
    """An extension the rule does not allow: none at all, more than its cap, or negative."""

    code = "extension_refused"
