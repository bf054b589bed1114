"""What operations are given and how they refuse."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

MOST_DEMANDS = 20
# 信访工作条例 第二十条: 多人走访推选代表,不得超过 5 人. A joint letter has no such limit.
MOST_REPRESENTATIVES = 5


class Refused(Exception):
    """The rules do not allow it now; the message is a Chinese sentence for the clerk."""


class StaleVersion(Exception):
    """Somebody else changed it first; ``changed`` says what, a Chinese line each; ``version`` is the present one."""

    def __init__(self, changed: list[str], version: int) -> None:
        super().__init__("内容已有变化")
        self.changed = changed
        self.version = version


class FieldProblems(Exception):
    """Values a declaration does not accept: field name → Chinese message."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("填写有误")
        self.problems = problems


@dataclass(frozen=True)
class PersonGiven:
    """A person as typed: already normalised by the form, or empty."""

    name: str
    id_number: str = ""
    phone: str = ""
    address: str = ""
    kind: str = "citizen"


@dataclass(frozen=True)
class Registration:
    """Everything a registration states. Missing content is a warning elsewhere, never a refusal (条例 第十九条)."""

    channel: str
    purpose: str
    subject: str
    received_at: datetime
    facts: str = ""
    demands: tuple[str, ...] = ()
    petitioner: PersonGiven | None = None
    representatives: tuple[PersonGiven, ...] = ()
    platform: str = "petition"
    platform_data: dict[str, Any] = field(default_factory=dict)
    headcount: int = 1
    region_code: str | None = None
    category: str = ""
    respondent_name: str = ""
    respondent_unit_id: int | None = None
    competent_unit_id: int | None = None
    repeat: bool = False
    earlier_reports: str = ""
    litigation: str = "none"
    litigation_detail: str = ""
    address_confirmed: bool = False
    national_number: str = ""
    national_code: str = ""
    national_entered_on: date | None = None
    source_key: str | None = None


@dataclass(frozen=True)
class Amendment:
    """What is filled in or corrected after registration (随后补充).

    ``columns``: names of amendment.COLUMNS → new value; what equals the present value is no change. ``person``: only what
    was typed, "" leaves what is known. ``facts`` and ``demands`` are added to what was recorded, never put in its place.
    ``reason`` is a must where something known of the petitioner is corrected.
    """

    columns: Mapping[str, Any] = field(default_factory=dict)
    person: PersonGiven | None = None
    facts: str = ""
    demands: tuple[str, ...] = ()
    reason: str = ""
