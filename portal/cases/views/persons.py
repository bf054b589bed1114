"""The person page: every earlier matter, the last promise, what is due. Never a rating; each look is logged."""

from flask import Response, abort
from sqlalchemy import select

from portal import clock
from portal.access.guard import actor, requires
from portal.access.permissions import Permission
from portal.cases import queries
from portal.cases.forms import ReasonForm, scoped
from portal.cases.models import Case
from portal.cases.views import blueprint, dossier
from portal.cases.views.acting import note_reading
from portal.database import db
from portal.people import masking
from portal.people.models import Person
from portal.web.htmx import page

MOST = 50


@blueprint.get("/people/<int:person_id>")
@requires(Permission.PERSON_READ)
def person(person_id: int) -> Response:
    """The person's matters; those of other platforms show number, platform, state and promised date only."""
    found = _person(person_id)
    matters = queries.matters_of(db.session, actor(), person_id, limit=MOST)
    # whoever is known here only through a matter that is hidden from the reader (检举) is not known at all: an id that opens
    # an empty page, with its reveal, would name the informer to the accused (信访工作条例 第三十条第三款)
    note_reading("person.opened", f"person:{person_id}", refused=not matters)
    if not matters:
        abort(404)
    return page(
        "cases/person.html",
        person=_masked(found),
        person_id=person_id,
        matters=[(matter, _lamp(matter)) for matter in matters],
        reveals=actor().may(Permission.PERSON_REVEAL),
    )


@blueprint.route("/people/<int:person_id>/matters/<int:case_id>", methods=["GET", "POST"])
@requires(Permission.PERSON_READ)
def other_matter(person_id: int, case_id: int) -> Response:
    """Another platform's matter: its subject and state, once a reason was given and recorded."""
    _person(person_id)
    matters = queries.matters_of(db.session, actor(), person_id, limit=MOST)
    matter = next((each for each in matters if each.case_id == case_id), None)
    if matter is None or not matter.number:
        abort(404)  # nothing of a sealed matter is told to anybody for any reason
    form = scoped(ReasonForm(), f"matter-{case_id}")
    told = None
    if form.validate_on_submit():
        note_reading("case.other_opened", f"case:{case_id}", form.reason.data)
        told = dossier.safe_text(db.session.scalar(select(Case.subject).where(Case.id == case_id)) or "")
    status = 422 if form.is_submitted() and told is None else 200
    return page(
        "cases/matter.html",
        "cases/_matter.html",
        status=status,
        matter=matter,
        lamp=_lamp(matter),
        person_id=person_id,
        form=form,
        told=told,
    )


def _person(person_id: int) -> Person:
    found = db.session.get(Person, person_id)
    if found is None or found.centre_id != actor().centre_id:
        abort(404)
    return found


def _masked(person: Person) -> dict[str, str]:
    name = person.name if person.name == dossier.NO_NAME else masking.mask_name(person.name, person.kind)
    return {
        "name": name,
        "id_number": masking.mask_id(person.id_number),
        "phone": masking.mask_phone(person.phone),
        "address": masking.mask_address(person.address),
    }


def _lamp(matter: queries.Matter) -> dossier.Lamp | None:
    if not matter.open or matter.due is None:
        return None
    return dossier.lamp_of(matter.due, clock.day_of(matter.received_at), clock.today())
