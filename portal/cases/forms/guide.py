"""The guide's questions as radio groups, and the choice of a procedure; read from an address, so nothing is secret in it."""

from collections.abc import Mapping

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from portal.cases import guide
from portal.cases.definition import Question
from portal.cases.forms.fields import Chips, choices

WAY = "way"


class _GuideForm(FlaskForm):
    class Meta:
        csrf = False  # it is a question, not a write


def guide_form(questions: tuple[Question, ...], given: Mapping[str, str]) -> tuple[FlaskForm, guide.Walk]:
    """The form over ``questions`` with the answers of ``given`` in it, and how far they lead. What is no answer is no answer."""
    walk = guide.walk(questions, given, given.get(WAY, ""))
    members = {each.code: Chips(each.asks, choices=choices(guide.ANSWERS), description=each.help) for each in questions}
    ways = [(each.code, each.label) for each in walk.found.ways] if walk.found else []
    members[WAY] = Chips("建议的程序", choices=choices(ways))
    made = type("GuideForm", (_GuideForm,), members)
    chosen = {WAY: walk.way.code} if walk.way else {}
    return made(formdata=MultiDict({**given, **chosen})), walk
