"""Forms of appointments: booking a time, another time, cancelling, and finding one at the desk."""

from flask_wtf import FlaskForm

from portal.cases.forms.fields import AtMost, Between, Checked, Chips, Filled, Hidden, Line, WholeNumber
from portal.cases.forms.fields import choices as listed
from portal.cases.operations.given import PersonGiven
from portal.people import identity
from portal.queue import priorities
from portal.queue.forms import VersionForm
from portal.queue.operations.appointments import MOST_NOTE, MOST_WORDS, SOURCES
from portal.queue.operations.tickets import MOST_PEOPLE


class SlotForm(FlaskForm):
    """The time; ``day`` and ``service`` are of the page."""

    slot = Chips("时段", [Filled("请选择时段。")], choices=[])


class BookingForm(SlotForm):
    """A time promised to somebody who can be reached."""

    source = Chips(
        "怎样预约", [Filled("请选择当面还是电话。")], choices=listed(tuple(SOURCES.items())), default="phone"
    )
    name = Line("姓名", [AtMost(60)], description="姓名和电话至少填一项")
    phone = Line("电话", [AtMost(40), Checked(identity.check_phone)])
    id_number = Line("证件号码", [AtMost(40), Checked(identity.check_id)], description="可不填")
    headcount = WholeNumber("人数", [Filled("请填写人数。"), Between(1, MOST_PEOPLE)], default=1)
    case_number = Line("续访的事项编号", [AtMost(30)], description="可不填")
    note = Line("备注", [AtMost(MOST_NOTE)], description="只写办事的话，可不填")
    ticket = Hidden("来访的号")

    @property
    def person(self) -> PersonGiven | None:
        """Whom the time is promised to, or None where nothing was given."""
        given = PersonGiven(
            name=identity.normalise_name(self.name.data or ""),
            id_number=identity.normalise_id(self.id_number.data or ""),
            phone=identity.normalise_phone(self.phone.data or ""),
        )
        return given if given.name or given.id_number or given.phone else None


class MoveForm(VersionForm, SlotForm):
    """改约: another time of the same service."""


class CancelForm(VersionForm):
    """取消, and why."""

    reason = Line("取消原因", [Filled("请写明取消原因。"), AtMost(MOST_WORDS)])


class CheckInForm(FlaskForm):
    """签到 at the desk; the class where the visitor has one."""

    priority = Chips(
        "优先类别",
        choices=listed([(each.code, each.label) for each in priorities.PRIORITIES if each.offered]),
        default="ordinary",
    )


class FindForm(FlaskForm):
    """Find an appointment by its code or the end of a telephone."""

    wanted = Line("预约码或电话后四位", [Filled("请输入预约码或电话后四位。"), AtMost(40)])
