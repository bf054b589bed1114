"""What happens with the visitor in front: a further visit, a telephone call, the statement."""

from flask import Response, abort
from sqlalchemy import select

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import operations, queries, vocabulary
from portal.cases.forms import ContactForm, MarkForm, SettleForm, StatementForm, VisitForm, scoped
from portal.cases.forms.registration import UNITS
from portal.cases.models import Case, Contact, Party, SealedValue, Statement
from portal.cases.views import blueprint, dossier
from portal.cases.views.acting import Action, open_case, run
from portal.database import db
from portal.people import masking
from portal.people.identity import normalise_name

OTHER_SIDE = ("other_side", "respondent")
FACTS = {"printed": "已打印", "read-back": "已宣读", "signed": "已签名"}


@blueprint.route("/cases/<number>/visits", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def visit(number: str) -> Response:
    """续访 without a ticket: the visit joins this case, and no second clock starts."""
    case = open_case(number)
    form = scoped(VisitForm(), "visit")
    people = _people(case)
    form.who.choices = [(str(party.id), _who(party)) for party in people] or [("", "未登记当事人")]
    came = next((party for party in people if str(party.id) == form.who.data), people[0] if people else None)
    action = Action(
        case, "记入续访", "cases/_action_form.html", "visit-form", form, "续访已记入。", "visit.recorded", True
    )
    return run(
        action,
        lambda session, current: operations.record_visit(
            session,
            actor(),
            current,
            words=form.words.data,
            at=clock.now(),
            person_id=came.person_id if came else None,
            headcount=form.headcount.data,
            kind="other_side" if came and came.role in OTHER_SIDE else "again",
        ),
    )


def _people(case: Case) -> list[Party]:
    """Whoever of the case can come, the petitioner first: that is who usually does."""
    found = select(Party).where(Party.case_id == case.id, Party.person_id.is_not(None))
    return list(db.session.scalars(found.order_by(Party.role != "petitioner", Party.id)))


def _who(party: Party) -> str:
    return f"{masking.mask_name(party.name)}（{vocabulary.label(vocabulary.PARTY_ROLES, party.role)}）"


@blueprint.route("/cases/<number>/contacts", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def contact(number: str) -> Response:
    """现场联系: the unit is called in front of the visitor."""
    case = open_case(number)
    form = scoped(ContactForm(), "contact")
    units = db.session.execute(UNITS).all()
    known = {normalise_name(name): unit_id for unit_id, full, short in units for name in (full, short)}
    action = Action(
        case,
        "现场联系",
        "cases/_contact_form.html",
        "contact-form",
        form,
        "现场联系已记录。",
        "contact.made",
        True,
        {"units": units},
    )
    return run(
        action,
        lambda session, current: operations.record_contact(
            session,
            actor(),
            current,
            unit_id=known.get(normalise_name(form.unit.data)),
            unit_name=form.unit.data,
            answered_by=form.answered_by.data,
            said=form.said.data,
            promise=form.promise.data,
            promised_by=form.promised_by.data,
            promised_on=form.promised_on.data,
            at=clock.now(),
        ),
    )


@blueprint.route("/cases/<number>/contacts/<int:contact_id>", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def settle(number: str, contact_id: int) -> Response:
    """What became of a promise."""
    case = open_case(number)
    _belongs(case, Contact, contact_id)
    form = scoped(SettleForm(), f"settle-{contact_id}")
    action = Action(case, "承诺的结果", "cases/_action_form.html", f"settle-{contact_id}", form, "承诺的结果已记录。")
    return run(
        action,
        lambda session, _case: operations.settle_contact(
            session, actor(), contact_id, how=form.how.data, remark=form.remark.data, at=clock.now()
        ),
    )


@blueprint.route("/cases/<number>/statements", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def take_statement(number: str) -> Response:
    """接谈笔录 as typed; printing, reading back and signing follow."""
    case = open_case(number)
    form = scoped(StatementForm(text=_asked_and_answered(case)), "statement")
    action = Action(
        case, "接谈笔录", "cases/_action_form.html", "statement-form", form, "笔录已保存。", "statement.taken", True
    )
    return run(
        action,
        lambda session, current: operations.take_statement(
            session,
            actor(),
            current,
            text=form.text.data,
            scribe=form.scribe.data,
            witness=form.witness.data,
            at=clock.now(),
        ),
    )


@blueprint.route("/cases/<number>/statements/<int:statement_id>/facts/<fact>", methods=["GET", "POST"])
@requires(Permission.CASE_RECORD)
def mark_statement(number: str, statement_id: int, fact: str) -> Response:
    """Printed, read back, signed: three facts, each with its hour."""
    case = open_case(number)
    _belongs(case, Statement, statement_id)
    if fact not in FACTS:
        abort(404)
    form = scoped(MarkForm(), f"statement-{statement_id}-{fact}")
    if fact != "signed":
        del form.how, form.refusal
    root = f"statement-{statement_id}-{fact}"
    action = Action(
        case, f"笔录{FACTS[fact]}", "cases/_action_form.html", root, form, f"笔录{FACTS[fact]}，时间已记录。"
    )
    signed = fact == "signed"
    return run(
        action,
        lambda session, _case: operations.mark_statement(
            session,
            actor(),
            statement_id,
            fact=fact.replace("-", "_"),
            at=clock.now(),
            how=form.how.data if signed else None,
            refusal=form.refusal.data if signed else "",
        ),
    )


def _asked_and_answered(case: Case) -> str:
    """The record begun from what was registered, in questions and answers; numbers stay masked, the clerk edits it."""
    values = list(db.session.scalars(select(SealedValue).where(SealedValue.case_id == case.id)))
    asked = [dossier.safe_text(row.text, values) for row in queries.demands(db.session, case)]
    lines = [
        "问：请您讲一下要反映的情况。",
        f"答：{dossier.safe_text(case.facts, values)}",
        "问：您的具体请求是什么？",
        "答：" + "；".join(f"{place}. {text}" for place, text in enumerate(asked, 1)),
        "问：以上记录与您所讲的是否一致，还有没有补充？",
        "答：",
    ]
    return "\n".join(lines)


def _belongs(case: Case, model: type, row_id: int) -> None:
    row = db.session.get(model, row_id)
    if row is None or row.case_id != case.id:
        abort(404)
