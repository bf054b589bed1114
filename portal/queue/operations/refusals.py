"""How the queue refuses. Every message is one Chinese sentence for the person at the desk or window."""

from portal.cases.operations.given import Refused


class StaleTicket(Refused):
    """The ticket is no longer as the page showed it; the message says what happened meanwhile."""


class StillServing(Refused):
    """The clerk (or the window) already has a visitor: a doubled click, or a second tab."""


class NothingRecorded(Refused):
    """A visitor would leave the window with neither a case nor a stated reason (nothing leaves unanswered)."""


class OpenErrands(Refused):
    """The visit would end while further services are open; ``names`` are they. The clerk goes on to one, or says the rest is dropped."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"还要办：{'、'.join(names)}。请转去办理，或确认其余不办了。")
        self.names = names


class NotGiven(Refused):
    """The service gives no number now (closed, or its quota reached); the message is the sentence for the visitor."""


class OpenToday(Refused):
    """The same person already holds a number of today; ``number`` is it. The greeter may confirm a second one."""

    def __init__(self, number: str) -> None:
        super().__init__(f"此人今天已取号 {number}，尚未接待完毕。如确需再取一个号，请勾选“确认再取号”。")
        self.number = number


__all__ = ["NotGiven", "NothingRecorded", "OpenErrands", "OpenToday", "Refused", "StaleTicket", "StillServing"]
