"""Registering a case without a ticket: letters, calls, online. The window registers from its ticket with the same parts."""

from datetime import datetime
from typing import Any

from flask import Response, flash, request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock, database
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import operations, queries
from portal.cases.forms import RegisterForm, register_form
from portal.cases.models import Case, Party
from portal.cases.operations import FieldProblems, Refused
from portal.cases.views import acting, blueprint
from portal.database import db
from portal.people import identity
from portal.people import queries as people
from portal.people.models import Person
from portal.people.operations import hash_of
from portal.trail.queries import entries
from portal.web.htmx import done, page

PLACE = "cases-new"
MOST_PERSONS = 3


@blueprint.route("/cases/new", methods=["GET", "POST"])
@requires(Permission.CASE_REGISTER)
def new() -> Response:
    """The form; a draft comes back as it was typed."""
    if request.method == "GET":
        kept = queries.draft(db.session, actor(), PLACE)
        form = _form(kept[0] if kept else None)
        return _page(form, saved_at=kept[1] if kept else None)
    form = _form()
    if not form.validate():
        return _page(form, status=422)
    try:
        number, told = database.attempt(_register, form)
    except IntegrityError:
        return _registered_already(form)
    except FieldProblems as problem:
        acting.spread(form, {_own(form, name): said for name, said in problem.problems.items()})
        return _page(form, status=422)
    except Refused as problem:
        form.form_errors.append(str(problem))
        return _page(form, status=422)
    flash(f"已登记 {number}。{told}", "success")
    return done("cases.show", number=number)


@blueprint.route("/cases/new/own-fields", methods=["GET", "POST"])
@requires(Permission.CASE_REGISTER)
def own_fields() -> Response:
    """The fields that the chosen platform asks for, with what was typed so far (posted: it has no place in an address)."""
    form = _form()
    return page("cases/new.html", "cases/_register_fields.html", form=form, saved_at=None, repeats=None, reminders={})


@blueprint.post("/cases/repeats")
@requires(Permission.CASE_REGISTER)
def repeats() -> Response:
    """判重: the matters of the person whose number, telephone, or name with address was typed. Read once it is logged."""
    form = _form()
    # at the window 续访 goes on with the ticket, elsewhere without one
    at_window = bool(request.form.get("at_window"))
    context = {"repeats": repeats_of(form), "saved_at": None, "reminders": form.reminders(), "at_window": at_window}
    return acting.aimed(page("cases/new.html", "cases/_repeats.html", form=form, **context), "#repeats")


def repeats_of(form: RegisterForm) -> list[dict[str, Any]]:
    """For each person who fits what was typed: why it fits (``why``), the person's id, the matters."""
    found = []
    for person, why in _alike(db.session, actor().centre_id, form)[:MOST_PERSONS]:
        acting.note_reading("person.opened", f"person:{person}", "登记时判重")
        found.append({"person_id": person, "why": why, "matters": queries.matters_of(db.session, actor(), person)})
    # what is still open is what a visit can join
    for each in found:
        each["matters"].sort(key=lambda matter: not matter.open)
    return [each for each in found if each["matters"]]


def platforms_of() -> tuple[str, ...]:
    """Codes of the platforms the person who asks may register for: those he works on."""
    return actor().platforms or ("petition",)


def _form(typed: dict[str, list[str]] | None = None) -> RegisterForm:
    source = typed["platform"][0] if typed and typed.get("platform") else request.values.get("platform")
    return register_form(db.session, platforms_of(), source, typed)


def _page(form: RegisterForm, *, status: int = 200, saved_at: Any = None) -> Response:
    reminders = form.reminders() if form.is_submitted() or saved_at else {}
    return page(
        "cases/new.html",
        "cases/_register.html",
        status=status,
        form=form,
        saved_at=saved_at,
        repeats=None,
        reminders=reminders,
    )


def _register(session: Session, form: RegisterForm) -> tuple[str, str]:
    at = clock.now()
    case = operations.register(session, actor(), form.to_registration(at), at=at)
    link_chosen(session, case, form, at)
    operations.drop_draft(session, actor(), PLACE)
    return case.number, told_corrections(session, case, at)


def told_corrections(session: Session, case: Case, at: datetime) -> str:
    """What the registration at ``at`` changed of the known petitioner, as a sentence for the clerk; "" where nothing."""
    wanted = select(Party.person_id).where(Party.case_id == case.id, Party.role == "petitioner").limit(1)
    events = entries(session, f"person:{session.scalar(wanted)}", kinds=("person.corrected",))
    fields = {name for event in events if event.at == at for name in event.data.get("fields", ())}
    labels = [label for name, label in (("phone", "电话"), ("address", "住址")) if name in fields]
    return "".join(f"{label}已按本次填写更新。" for label in labels)


def link_chosen(session: Session, case: Case, form: RegisterForm, at: datetime) -> None:
    """关联 with the matter that was ticked in the repeat card, if the person who registers may see it."""
    if form.link_to.data and (other := queries.find(session, actor(), form.link_to.data)):
        operations.link(session, actor(), case, other, why="登记时关联", at=at)


def _registered_already(form: RegisterForm) -> Response:
    """A doubled click, or Back and once more: the form's own number has been registered; nothing is written twice."""
    same = select(Case.number).where(Case.centre_id == actor().centre_id, Case.source_key == f"form:{form.once.data}")
    number = db.session.scalar(same)
    if number is None:
        form.form_errors.append("这次登记与他人的操作冲突，没有保存，请再次提交。")
        return _page(form, status=409)
    flash(f"这份登记刚才已经提交，编号 {number}，没有重复登记。", "warning")
    return done("cases.show", number=number)


def _own(form: RegisterForm, name: str) -> str:
    return f"own_{name}" if f"own_{name}" in form else name


def _alike(session: Session, centre_id: int, form: RegisterForm) -> list[tuple[int, str]]:
    found: dict[int, str] = {}
    if form.id_number.data and identity.check_id(form.id_number.data) is None:
        person = people.by_id(session, centre_id, form.id_number.data)
        found |= {person.id: "证件号码相同"} if person else {}
    if form.phone.data and identity.check_phone(form.phone.data) is None:
        for person in people.by_phone(session, centre_id, form.phone.data):
            found.setdefault(person.id, "电话相同")
    name, address = identity.normalise_name(form.petitioner_name.data or ""), form.address.data
    if name and address:
        kept = hash_of("address", identity.normalise_address(address))
        same = select(Person.id).where(Person.centre_id == centre_id, Person.name == name, Person.address_hash == kept)
        for person_id in session.scalars(same.order_by(Person.id)):
            found.setdefault(person_id, "姓名、住址相同")
    return list(found.items())
