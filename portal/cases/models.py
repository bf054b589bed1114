"""One case (事项): parties, demands, statement, proceedings, clocks, visits, contacts, papers, rating. 一案一档."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Sealed, UtcDateTime
from portal.trail.models import Key

OPEN = text("closed_at IS NULL")


def _case() -> Mapped[int]:
    return mapped_column(Key, ForeignKey("case_record.id"))


class Case(Base):
    """Everything ever said and done about one matter hangs on this row.

    ``respondent_*`` is whom the person complains of, ``competent_unit_id`` the organ with the power to handle: not the
    same thing. ``first_*`` is the first window, which follows the matter to its end (首接首办). ``sensitivity`` is
    "normal" or "accusation" (检举, 信访工作条例 第三十条第三款). ``next_due`` repeats the nearest running clock for lists.
    """

    __tablename__ = "case_record"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    number: Mapped[str] = mapped_column(String(20), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(10), default="open")
    sensitivity: Mapped[str] = mapped_column(String(12), default="normal")
    channel: Mapped[str] = mapped_column(String(20))
    purpose: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(200))
    facts: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[str] = mapped_column(String(60), default="")
    region_code: Mapped[str | None] = mapped_column(String(12))
    headcount: Mapped[int] = mapped_column(default=1)
    repeat: Mapped[bool] = mapped_column(default=False)
    earlier_reports: Mapped[str] = mapped_column(Text, default="")
    litigation: Mapped[str] = mapped_column(String(20), default="none")
    litigation_detail: Mapped[str] = mapped_column(String(120), default="")
    respondent_name: Mapped[str] = mapped_column(String(120), default="")
    respondent_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    competent_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    address_confirmed: Mapped[bool] = mapped_column(default=False)
    national_number: Mapped[str] = mapped_column(String(40), default="")
    national_code: Mapped[str] = mapped_column(String(40), default="")
    national_entered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    registered_by: Mapped[int | None]
    first_window_id: Mapped[int | None]
    first_account_id: Mapped[int | None]
    enquiry_code: Mapped[str] = mapped_column(Sealed)
    enquiry_hash: Mapped[str] = mapped_column(String(64), unique=True)
    source_key: Mapped[str | None] = mapped_column(String(80))
    next_due: Mapped[date | None]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closing_note: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        UniqueConstraint("centre_id", "source_key"),
        Index("ix_case_record_centre_id_state_next_due", "centre_id", "state", "next_due"),
        Index("ix_case_record_respondent_unit_id", "respondent_unit_id"),
    )


class CaseGrant(Base):
    """To whom a case is open: scope "platform:mediation", "unit:12", "account:7" or "centre". The one gate of §7."""

    __tablename__ = "case_grant"

    scope: Mapped[str] = mapped_column(String(40), primary_key=True)
    case_id: Mapped[int] = mapped_column(Key, ForeignKey("case_record.id"), primary_key=True, index=True)
    centre_id: Mapped[int]
    why: Mapped[str] = mapped_column(String(60))
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class Proceeding(Base):
    """A platform's procedure on a case. ``data`` is checked by the platform's declaration on each write.

    ``level`` "" is the platform's own; else a linked one ("review", "rereview") ``of_id`` an earlier one, conducted by the organ
    ``unit_id`` (None where the organ is not among the units; its name stands in ``data``).
    """

    __tablename__ = "proceeding"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    case_id: Mapped[int] = _case()
    platform: Mapped[str] = mapped_column(String(30))
    level: Mapped[str] = mapped_column(String(12), default="", server_default="")
    of_id: Mapped[int | None] = mapped_column(Key)
    unit_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    handler_id: Mapped[int | None]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[int | None]
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_proceeding_case_id", "case_id"),
        Index("ix_proceeding_centre_id_platform_state", "centre_id", "platform", "state", "case_id"),
        # a platform has at most one running procedure of each level on a case
        Index(
            "uq_proceeding_running",
            "case_id",
            "platform",
            "level",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
    )


class Party(Base):
    """Someone in the case: petitioner, respondent, the other side, agent, representative."""

    __tablename__ = "party"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_id: Mapped[int] = _case()
    person_id: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(20))

    __table_args__ = (Index("ix_party_case_id", "case_id"), Index("ix_party_person_id", "person_id", "case_id"))


class Demand(Base):
    """One thing asked for. Result codes (三到位一处理, 第二十七条) and whether it was met are kept apart from 办结."""

    __tablename__ = "demand"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_id: Mapped[int] = _case()
    position: Mapped[int]
    text: Mapped[str] = mapped_column(String(500))
    results: Mapped[list[str]] = mapped_column(JSON, default=list)
    met: Mapped[str | None] = mapped_column(String(12))
    outcome: Mapped[str] = mapped_column(String(500), default="")

    __table_args__ = (UniqueConstraint("case_id", "position"),)


class Visit(Base):
    """One coming of one person about the case: the first, or 续访."""

    __tablename__ = "visit"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    case_id: Mapped[int] = _case()
    person_id: Mapped[int | None] = mapped_column(Key, ForeignKey("person.id"))
    ticket_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None]
    window_id: Mapped[int | None]
    headcount: Mapped[int] = mapped_column(default=1)
    words: Mapped[str] = mapped_column(Sealed, default="")

    __table_args__ = (Index("ix_visit_case_id", "case_id"),)


class Statement(Base):
    """接谈笔录: what was said, typed, printed, read back, signed. A tick-box is not a reading-back: each fact has its hour."""

    __tablename__ = "statement"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    case_id: Mapped[int] = _case()
    visit_id: Mapped[int | None] = mapped_column(Key, ForeignKey("visit.id"))
    text: Mapped[str] = mapped_column(Sealed)
    scribe: Mapped[str] = mapped_column(String(60), default="")
    witness: Mapped[str] = mapped_column(String(60), default="")
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_by: Mapped[int | None]
    printed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_how: Mapped[str | None] = mapped_column(String(12))
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refusal: Mapped[str] = mapped_column(String(200), default="")
    scan_id: Mapped[int | None] = mapped_column(Key)

    __table_args__ = (Index("ix_statement_case_id", "case_id"),)


class Contact(Base):
    """现场联系: a unit telephoned in front of the visitor; the promise comes back as a reminder until it is answered."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    case_id: Mapped[int] = _case()
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    unit_name: Mapped[str] = mapped_column(String(60))
    answered_by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None]
    said: Mapped[str] = mapped_column(Sealed)
    promise: Mapped[str] = mapped_column(String(300), default="")
    promised_by: Mapped[str] = mapped_column(String(60), default="")
    promised_on: Mapped[date | None]
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_how: Mapped[str] = mapped_column(String(12), default="")
    settled_note: Mapped[str] = mapped_column(String(300), default="")

    __table_args__ = (
        Index("ix_contact_case_id", "case_id"),
        Index("ix_contact_centre_id_settled_at_promised_on", "centre_id", "settled_at", "promised_on"),
    )


class Attachment(Base):
    """A paper handed in or made; its type was read from its content, the file lies in the data folder under its hash."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    case_id: Mapped[int] = _case()
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20), default="evidence")
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None]

    __table_args__ = (Index("ix_attachment_case_id", "case_id"),)


class Clock(Base):
    """A legal period on a case: the day it started, what the law says, what holds now. Never overwritten silently.

    ``start_event`` is the step that started it ("petition.refer"), "petition.opening" for the opening of the procedure.
    ``named_due``: 指定日期, the last day a person named because the law has no number; ``named_source`` says on what ground.
    With its pauses and extensions that is all a date depends on: ``natural_due``, ``effective_due`` and ``provisional`` only
    repeat operations.clocks.due_of. ``effective_due`` is None while the period is paused: the end of a pause is not known.
    """

    __tablename__ = "clock"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    case_id: Mapped[int] = _case()
    proceeding_id: Mapped[int] = mapped_column(Key, ForeignKey("proceeding.id"))
    version: Mapped[int] = mapped_column(default=1)
    key: Mapped[str] = mapped_column(String(60))
    start_event: Mapped[str] = mapped_column(String(80), default="")
    started_on: Mapped[date]
    named_due: Mapped[date | None]
    named_source: Mapped[str] = mapped_column(String(200), default="")
    natural_due: Mapped[date | None]
    effective_due: Mapped[date | None]
    provisional: Mapped[bool] = mapped_column(default=False)
    verified: Mapped[bool] = mapped_column(default=True)
    rule_version: Mapped[str] = mapped_column(String(40))
    calendar_version: Mapped[str] = mapped_column(String(40))
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_by: Mapped[str] = mapped_column(String(60), default="")

    __table_args__ = (
        Index("ix_clock_case_id", "case_id"),
        Index("ix_clock_centre_id_stopped_at_effective_due", "centre_id", "stopped_at", "effective_due"),
    )


class ClockPause(Base):
    """Days that a statute does not count: ``first`` and ``last`` are both paused, ``last`` None while it lasts.

    ``ground`` is a code of statutes.grounds for the clock's rule; ``note`` says which hearing, which public notice.
    """

    __tablename__ = "clock_pause"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    clock_id: Mapped[int] = mapped_column(Key, ForeignKey("clock.id"))
    ground: Mapped[str] = mapped_column(String(40))
    first: Mapped[date]
    last: Mapped[date | None]
    note: Mapped[str] = mapped_column(Sealed, default="")
    paused_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paused_by: Mapped[int | None]
    resumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resumed_by: Mapped[int | None]

    __table_args__ = (Index("ix_clock_pause_clock_id", "clock_id"),)


class ClockExtension(Base):
    """An extension that was granted: ``amount`` in the rule's own extension unit; where the law sets no number ``until``.

    ``ground`` is the fact that allows it, ``approver`` who approved (name and post) on ``approved_on``; ``informed_on`` and
    ``notice`` (文号): when and by what letter the citizen was told of it; ``letter_id``: that letter, where it is one of ours.
    """

    __tablename__ = "clock_extension"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    clock_id: Mapped[int] = mapped_column(Key, ForeignKey("clock.id"))
    amount: Mapped[int | None]
    until: Mapped[date | None]
    ground: Mapped[str] = mapped_column(Sealed)
    approver: Mapped[str] = mapped_column(String(60), default="")
    approved_on: Mapped[date]
    informed_on: Mapped[date | None]
    notice: Mapped[str] = mapped_column(String(80), default="")
    letter_id: Mapped[int | None] = mapped_column(Key)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None]

    __table_args__ = (Index("ix_clock_extension_clock_id", "clock_id"),)


class Recusal(Base):
    """The petitioner asks that a named official keep out of the matter (公务员法 第七十七条, 信访工作条例 第二十八条第三款).

    ``account_id`` where the official has an account here. ``granted`` None until it is decided in writing; ``told_on`` the day on
    which the petitioner was told. What an official declares by himself is the event "case.recused" alone.
    """

    __tablename__ = "recusal"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    case_id: Mapped[int] = _case()
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    official: Mapped[str] = mapped_column(String(60))
    post: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(Sealed)
    asked_on: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int]
    granted: Mapped[bool | None]
    decision: Mapped[str] = mapped_column(Sealed, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None]
    told_on: Mapped[date | None]
    told_how: Mapped[str] = mapped_column(String(12), default="")

    __table_args__ = (Index("ix_recusal_case_id", "case_id"),)


class Proposal(Base):
    """督办 was proposed on a procedure (信访工作条例 第四十条第一款), with the limit of the office that had passed first, if one had.

    ``key`` and ``overdue_since`` (the last day that passed) are "" and None where nothing was overdue. ``state``: open, taken,
    declined; ``answer`` is the reason.
    """

    __tablename__ = "supervision_proposal"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    centre_id: Mapped[int]
    case_id: Mapped[int] = _case()
    platform: Mapped[str] = mapped_column(String(30))
    ground: Mapped[str] = mapped_column(String(20))
    unit: Mapped[str] = mapped_column(String(120))
    advice: Mapped[str] = mapped_column(Sealed)
    key: Mapped[str] = mapped_column(String(60), default="")
    overdue_since: Mapped[date | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="open")
    answer: Mapped[str] = mapped_column(Sealed, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None]

    __table_args__ = (
        Index("ix_supervision_proposal_centre_id_state", "centre_id", "state", "id"),
        Index("ix_supervision_proposal_case_id", "case_id"),
    )


class Rating(Base):
    """满意: what the citizen says, on the facing page or by slip code. No staff account can write one."""

    __tablename__ = "rating"

    case_id: Mapped[int] = mapped_column(Key, ForeignKey("case_record.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    score: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Sealed, default="")
    source: Mapped[str] = mapped_column(String(12))


class CaseLink(Base):
    """关联: two cases that belong together; symmetrical, stored once with the smaller id first."""

    __tablename__ = "case_link"

    one_id: Mapped[int] = mapped_column(Key, ForeignKey("case_record.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(Key, ForeignKey("case_record.id"), primary_key=True, index=True)
    why: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None]


class SealedValue(Base):
    """An identity number or telephone found inside free text: replaced there by ``token``, kept here encrypted."""

    __tablename__ = "sealed_value"

    case_id: Mapped[int] = mapped_column(Key, ForeignKey("case_record.id"), primary_key=True)
    token: Mapped[str] = mapped_column(String(20), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    value: Mapped[str] = mapped_column(Sealed)


class Draft(Base):
    """What a clerk has typed and not yet sent, kept on the server so that nothing typed is lost."""

    __tablename__ = "draft"

    account_id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(60), primary_key=True)
    centre_id: Mapped[int]
    values: Mapped[str] = mapped_column(Sealed)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
