"""What a kind of letter is: who issues it, what it must say, to whom it goes, what it moves. Values only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from portal.cases.definition import Field

# (facts) → field name → Chinese sentence, for what one field alone cannot say
Guard = Callable[[Mapping[str, Any]], dict[str, str]]


class Issuer(StrEnum):
    """Whose letter it is. The first six are organs and sign; a hall's paper and a citizen's are written down and signed by hand."""

    OFFICE = "office"
    SENDER = "sender"
    HANDLER = "handler"
    REVIEWER = "reviewer"
    REREVIEWER = "rereviewer"
    OWN = "own"
    CENTRE = "centre"
    CITIZEN = "citizen"

    @property
    def label(self) -> str:
        """The Chinese name of the role."""
        return ISSUERS[self]


ISSUERS = {
    Issuer.OFFICE: "信访部门",
    Issuer.SENDER: "转送、交办的机关、单位",
    Issuer.HANDLER: "有权处理（办理）的机关、单位",
    Issuer.REVIEWER: "办理机关、单位的上一级机关、单位",
    Issuer.REREVIEWER: "复查机关、单位的上一级机关、单位",
    Issuer.OWN: "拟稿人所在的机关、单位",
    Issuer.CENTRE: "中心窗口文书",
    Issuer.CITIZEN: "群众签署的文书",
}


@dataclass(frozen=True)
class Binding:
    """A step of a platform that the letter takes when it is sealed or its receipt is proved.

    ``values``: the step's field → where its value comes from: a fact's name, or "@number", "@issued_on", "@served_on",
    "@proof", "@spot". ``must``: the letter's own act is refused where the step can neither be taken nor was taken.
    ``renews``: the right, a key of deadlines.csv, that runs anew when a corrected letter is received.
    """

    platform: str
    step: str
    values: Mapping[str, str]
    must: bool = False
    renews: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of letter. ``fields`` are asked beside the form and enforced; ``prefill``: field → what the record offers for it.

    ``to``: "petitioner", a fact's name that holds the addressee, or "" (no 主送). ``served``: it ends with service.
    ``needs`` is something the record must know before a step offers the kind (a 交办 before a 办结报告).
    ``extends``: the period, a key of deadlines.csv, that the letter extends when it is sealed, from ``original_due`` to
    ``extended_due``.
    ``title`` names another fact whose option's label is the title. ``article`` is the source of the required contents.
    """

    code: str
    label: str
    issuer: Issuer
    article: str
    fields: tuple[Field, ...]
    to: str = "petitioner"
    served: bool = True
    prefill: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    needs: str = ""
    platforms: tuple[str, ...] = ("petition",)
    on_seal: Binding | None = None
    on_serve: Binding | None = None
    extends: str = ""
    guard: Guard | None = None

    @property
    def formal(self) -> bool:
        """Whether an organ issues it: checked, signed, numbered and sealed; else it is finished at the window."""
        return self.issuer not in (Issuer.CENTRE, Issuer.CITIZEN)

    @property
    def template(self) -> str:
        """Its text."""
        return f"documents/letters/_{self.code}.html"
