"""What may be done, who may do it: permissions, roles, and the first policy table. Refuse by default."""

from enum import StrEnum
from functools import cache


class Permission(StrEnum):
    """Grammar: ``<resource>:<action>``."""

    SESSION_USE = "session:use"
    QUEUE_GREET = "queue:greet"
    QUEUE_SERVE = "queue:serve"
    QUEUE_OVERVIEW = "queue:overview"
    QUEUE_CLOSE_DAY = "queue:close-day"
    APPOINTMENT_BOOK = "appointment:book"
    NOTICE_PUBLISH = "notice:publish"
    REPORT_READ = "report:read"
    CASE_READ = "case:read"
    CASE_READ_ALL = "case:read-all"
    CASE_REGISTER = "case:register"
    CASE_RECORD = "case:record"
    CASE_CLOSE = "case:close"
    CASE_RELAY = "case:relay"
    CASE_ACCUSATION = "case:accusation"
    LETTER_READ = "letter:read"
    LETTER_CHECK = "letter:check"
    LETTER_SIGN = "letter:sign"
    LETTER_SEAL = "letter:seal"
    LEADERSHIP_READ = "leadership:read"
    LEADERSHIP_ROSTER = "leadership:roster"
    LEADERSHIP_APPROVE = "leadership:approve"
    LEADERSHIP_BOOK = "leadership:book"
    LEADERSHIP_RECORD = "leadership:record"
    LEADERSHIP_SIGN = "leadership:sign"
    LEADERSHIP_TASK = "leadership:task"
    SUPERVISION_ANSWER = "supervision:answer"
    PERSON_READ = "person:read"
    PERSON_REVEAL = "person:reveal"
    GOVERNANCE_HANDLE = "governance:handle"
    PETITION_DISPATCH = "petition:dispatch"
    PETITION_HANDLE = "petition:handle"
    MEDIATION_HANDLE = "mediation:handle"
    COURT_LINK_HANDLE = "court-link:handle"
    COUNSELLING_HANDLE = "counselling:handle"
    LEGAL_AID_HANDLE = "legal-aid:handle"
    RELIEF_HANDLE = "relief:handle"
    CITIZEN_HELP_HANDLE = "citizen-help:handle"
    HOTLINE_HANDLE = "hotline:handle"
    LABOUR_HANDLE = "labour:handle"
    HALL_CONFIGURE = "hall:configure"
    SCREEN_APPROVE = "screen:approve"
    ACCOUNT_MANAGE = "account:manage"
    AUDIT_READ = "audit:read"


class Role(StrEnum):
    """The people of the hall. The three administrators are three persons by rule: their sets never overlap."""

    GREETER = "greeter"
    CLERK = "clerk"
    HANDLER = "handler"
    MEDIATOR = "mediator"
    LAWYER = "lawyer"
    COUNSELLOR = "counsellor"
    SOCIAL_WORKER = "social_worker"
    VOLUNTEER = "volunteer"
    DELEGATE = "delegate"
    SUPERVISOR = "supervisor"
    CONFERENCE = "conference"
    LEADER = "leader"
    LEADER_OFFICE = "leader_office"
    ROSTER_APPROVER = "roster_approver"
    DUTY_HEAD = "duty_head"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"

    @property
    def label(self) -> str:
        """The Chinese name."""
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.GREETER: "导引员",
    Role.CLERK: "窗口工作人员",
    Role.HANDLER: "承办人",
    Role.MEDIATOR: "调解员",
    Role.LAWYER: "律师",
    Role.COUNSELLOR: "心理咨询师",
    Role.SOCIAL_WORKER: "社会工作者",
    Role.VOLUNTEER: "志愿者",
    Role.DELEGATE: "党代表、人大代表、政协委员",
    Role.SUPERVISOR: "督查",
    Role.CONFERENCE: "联席办",
    Role.LEADER: "领导",
    Role.LEADER_OFFICE: "领导办公室",
    Role.ROSTER_APPROVER: "日程审签人",
    Role.DUTY_HEAD: "值班负责人",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
}
ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)

P = Permission
_HANDLE = {
    P.GOVERNANCE_HANDLE,
    P.PETITION_HANDLE,
    P.MEDIATION_HANDLE,
    P.COURT_LINK_HANDLE,
    P.LEGAL_AID_HANDLE,
    P.RELIEF_HANDLE,
    P.CITIZEN_HELP_HANDLE,
    P.HOTLINE_HANDLE,
    P.LABOUR_HANDLE,
}
# Leadership: READ the published week and coverage; ROSTER drafts the week; APPROVE signs it off (never the drafter); BOOK puts a
# matter before a leader; RECORD types on the day and looks again later; SIGN is the leader's own; TASK answers for a unit.
# Letters: who may write on a case drafts; checking, signing and sealing besides need the issuing organ (documents.letters.life).
_RECORD = {P.SESSION_USE, P.CASE_READ, P.CASE_RECORD, P.LETTER_READ, P.PERSON_READ, P.PERSON_REVEAL}
_WINDOW = _RECORD | {
    P.QUEUE_SERVE,
    P.QUEUE_OVERVIEW,
    P.APPOINTMENT_BOOK,
    P.CASE_REGISTER,
    P.CASE_RELAY,
    P.CASE_CLOSE,
    P.LEADERSHIP_READ,
    P.LEADERSHIP_BOOK,
}

# A handling permission opens a platform's steps only together with that platform on the account (access.models).
POLICY: dict[Role, frozenset[Permission]] = {
    Role.GREETER: frozenset({P.SESSION_USE, P.QUEUE_GREET, P.QUEUE_OVERVIEW, P.APPOINTMENT_BOOK}),
    Role.CLERK: frozenset(_WINDOW | _HANDLE | {P.PETITION_DISPATCH, P.LETTER_SEAL}),
    Role.HANDLER: frozenset(
        _RECORD | _HANDLE | {P.CASE_CLOSE, P.LETTER_CHECK, P.LETTER_SEAL, P.LEADERSHIP_READ, P.LEADERSHIP_TASK}
    ),
    Role.MEDIATOR: frozenset(_WINDOW | {P.MEDIATION_HANDLE, P.COURT_LINK_HANDLE, P.LABOUR_HANDLE}),
    Role.LAWYER: frozenset(_WINDOW | {P.LEGAL_AID_HANDLE}),
    Role.COUNSELLOR: frozenset(_WINDOW | {P.COUNSELLING_HANDLE}),
    Role.SOCIAL_WORKER: frozenset(_WINDOW | {P.RELIEF_HANDLE, P.CITIZEN_HELP_HANDLE}),
    Role.VOLUNTEER: frozenset({P.SESSION_USE, P.QUEUE_GREET}),
    Role.DELEGATE: frozenset({P.SESSION_USE, P.CASE_READ}),
    Role.SUPERVISOR: frozenset(
        {P.SESSION_USE, P.CASE_READ, P.CASE_READ_ALL, P.QUEUE_OVERVIEW, P.PERSON_READ, P.REPORT_READ}
        | {P.LEADERSHIP_READ, P.SUPERVISION_ANSWER}
    ),
    Role.CONFERENCE: frozenset({P.SESSION_USE, P.CASE_READ, P.CASE_READ_ALL, P.REPORT_READ, P.LEADERSHIP_READ}),
    Role.LEADER: frozenset(
        {P.SESSION_USE, P.CASE_READ, P.LETTER_READ, P.LETTER_SIGN, P.REPORT_READ}
        | {P.LEADERSHIP_READ, P.LEADERSHIP_SIGN}
    ),
    Role.LEADER_OFFICE: frozenset(
        {P.SESSION_USE, P.CASE_READ, P.CASE_RECORD, P.PERSON_READ, P.LETTER_READ, P.LETTER_CHECK, P.LETTER_SEAL}
        | {P.LEADERSHIP_READ, P.LEADERSHIP_ROSTER, P.LEADERSHIP_BOOK, P.LEADERSHIP_RECORD, P.QUEUE_SERVE}
        | {P.CASE_REGISTER, P.REPORT_READ}
    ),
    Role.ROSTER_APPROVER: frozenset({P.SESSION_USE, P.LEADERSHIP_READ, P.LEADERSHIP_APPROVE}),
    Role.DUTY_HEAD: frozenset(
        _RECORD
        | {P.CASE_READ_ALL, P.CASE_CLOSE, P.CASE_ACCUSATION, P.NOTICE_PUBLISH, P.REPORT_READ}
        | {P.LETTER_CHECK, P.LETTER_SIGN, P.LETTER_SEAL}
        | {P.QUEUE_GREET, P.QUEUE_OVERVIEW, P.QUEUE_CLOSE_DAY, P.APPOINTMENT_BOOK}
        | {P.LEADERSHIP_READ, P.LEADERSHIP_BOOK}
    ),
    Role.SYSTEM_ADMIN: frozenset({P.SESSION_USE, P.HALL_CONFIGURE, P.SCREEN_APPROVE}),
    Role.SECURITY_ADMIN: frozenset({P.SESSION_USE, P.ACCOUNT_MANAGE}),
    Role.AUDIT_ADMIN: frozenset({P.SESSION_USE, P.AUDIT_READ}),
}


def granted(roles: list[Role]) -> frozenset[Permission]:
    """Everything ``roles`` allow together."""
    return _together(tuple(roles))


@cache  # asked for each item of the menu on each page
def _together(roles: tuple[Role, ...]) -> frozenset[Permission]:
    return frozenset().union(*(POLICY[role] for role in roles))


class ConflictingRoles(ValueError):
    """An administrator's role beside any other role on one account."""


def check_roles(roles: list[Role]) -> None:
    """Refuse (ConflictingRoles) a person who would hold an administrator's role together with any other."""
    if len(roles) > 1 and any(role in ADMINISTRATORS for role in roles):
        raise ConflictingRoles("系统、安全、审计三员必须各由一人担任，不得兼任其他角色。")
