"""Forms of the end of the day."""

from flask_wtf import FlaskForm
from wtforms import SelectMultipleField

from portal.cases.forms.fields import AtMost, Chips, Filled, Line, Lines, choices
from portal.queue.operations.closing import MOST_WORDS, OUTCOMES
from portal.reports.closing import operations


class EndForm(FlaskForm):
    """Which numbers ("id:version") ended how."""

    tickets = SelectMultipleField("号码", choices=[], validate_choice=False)
    outcome = Chips(
        "这些号的结果",
        [Filled("请选择这些号的结果。")],
        choices=choices([(code, label) for code, (label, _state) in OUTCOMES.items()]),
    )
    words = Line("说明", [AtMost(MOST_WORDS)], description="记为已接待的必须写明在哪里、由谁接待")

    @property
    def chosen(self) -> list[tuple[int, int]]:
        """(id, version) of what was ticked; what is no such pair is left out."""
        pairs = [each.split(":") for each in self.tickets.data or () if each.count(":") == 1]
        return [(int(one), int(other)) for one, other in pairs if _row(one) and _row(other)]


class SignForm(FlaskForm):
    """已知悉 for each step that is not empty, and a note."""

    known = SelectMultipleField("已知悉", choices=[], validate_choice=False)
    note = Lines("当日情况", [AtMost(operations.MOST_WORDS)], description="可不填；印在来访日报上，不写姓名")


class AddForm(FlaskForm):
    """A later addition."""

    words = Lines("补充说明", [Filled("请填写补充说明。"), AtMost(operations.MOST_WORDS)])


def _row(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
