"""Forms of what is filled in or corrected after registration: the case's own facts, and its further parties."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms.fields import SelectChoice

from portal.cases import vocabulary
from portal.cases.forms.actions import ActionForm
from portal.cases.forms.fields import (
    AtMost,
    Between,
    Checked,
    Chips,
    DayField,
    Filled,
    Line,
    Lines,
    OnSide,
    Picked,
    Place,
    Tick,
    WholeNumber,
    choices,
)
from portal.cases.forms.registration import LONGEST_DEMAND, UNITS, KnowsUnits, lines_of, region_choices
from portal.cases.models import Case, Party
from portal.cases.operations import Amendment, PersonGiven
from portal.cases.operations.amendment import EXCHANGEABLE, NATIONAL, present
from portal.cases.operations.parties import ROLES
from portal.cases.operations.petitioner import NO_NAME
from portal.people import identity, masking
from portal.people.models import Person

KINDS = (("citizen", "个人"), ("organisation", "单位"))
PERSONAL = ("petitioner_name", "id_number", "phone", "address")
# units are typed by name
BY_NAME = ("respondent_unit_id", "competent_unit_id")


class AmendForm(KnowsUnits, ActionForm):
    """补充更正. Make it with amend_form(): the present values come from there, personal ones stay masked beside the field."""

    petitioner_name = Line("姓名/名称", [AtMost(60)])
    id_number = Line("证件号码", [AtMost(40), Checked(identity.check_id)])
    phone = Line("电话", [AtMost(40), Checked(identity.check_phone)])
    address = Line("住址", [AtMost(200)])
    address_confirmed = Tick("已确认为送达地址")
    facts = Lines("补充事实与理由", [AtMost(5000)], description="附在原记录之后并注明时间，原记录不改动。")
    demands = Lines("补充诉求", [], description="每行一项，排在原诉求之后")
    purpose = Picked("信访目的", [Filled("请选择信访目的。")], choices=[])
    category = Line("内容分类", [AtMost(60)])
    region = Place("问题属地", [AtMost(60)])
    headcount = WholeNumber("涉及人数", [Filled("请填写人数。"), Between(1, 10_000)])
    respondent_name = Line("被反映单位（人）", [AtMost(120)])
    competent_unit = Line("有权处理单位", [AtMost(60)])
    earlier_reports = Lines("曾向何处反映及答复", [AtMost(2000)])
    litigation = Picked("诉讼、复议、仲裁", choices=choices(vocabulary.LITIGATION))
    litigation_detail = Line("案号、阶段", [AtMost(120)])
    national_number = Line("信访信息系统编号", [AtMost(40)])
    national_code = Line("信访信息系统查询码", [AtMost(40)])
    national_entered_on = DayField("录入日期", [OnSide(past=True, future=False)])
    reason = Line("更正原因", [AtMost(200)], description="更正已登记的姓名、证件、电话、住址时必填")

    def validate_demands(self, field: Lines) -> None:
        """Each line is a demand, none too long."""
        for position, line in enumerate(lines_of(field.data), start=1):
            if len(line) > LONGEST_DEMAND:
                field.errors = [*field.errors, f"第 {position} 项最多{LONGEST_DEMAND}字，现在 {len(line)} 字。"]

    def to_amendment(self) -> Amendment:
        """What was typed, as cases.operations.amend takes it; fields the form does not have are left alone."""
        person = PersonGiven(*(self._typed(name) for name in PERSONAL))
        return Amendment(
            columns=self._columns(),
            person=person if any(self._typed(name) for name in PERSONAL) else None,
            facts=self._typed("facts"),
            demands=lines_of(self._typed("demands")),
            reason=self._typed("reason"),
        )

    def refresh(self, before: dict[str, Any], now: dict[str, Any], shown: dict[str, Any]) -> None:
        """Where others changed a column that was not touched here (it still reads as ``before``), show what it is ``now``.

        Else sending the form again would quietly undo what they did. ``shown`` has the names for ids of units.
        """
        typed = self._columns()
        for name, was in before.items():
            mine = typed.get(name)
            untouched = (mine.isoformat() if isinstance(mine, date) else mine or None) == (was or None)
            if name in typed and untouched and name != "respondent_unit_id":
                field = self[FIELD_OF.get(name, name)]
                field.raw_data, field.data = None, shown.get(name, now[name])

    def _typed(self, name: str) -> Any:
        return (self[name].data or "") if name in self else ""

    def _columns(self) -> dict[str, Any]:
        columns: dict[str, Any] = {}
        for name in present_names(self):
            if name == "respondent_unit_id":
                columns[name] = self.unit_id(self.respondent_name.data)
            elif name == "competent_unit_id":
                columns[name] = self.unit_id(self.competent_unit.data)
            elif name == "region_code":
                columns[name] = self.region.data or None
            else:
                columns[name] = self[name].data
        return columns


FIELD_OF = {"respondent_unit_id": "respondent_name", "competent_unit_id": "competent_unit", "region_code": "region"}
COLUMN_FIELDS = (
    "purpose", "category", "region_code", "headcount", "respondent_name", "respondent_unit_id", "competent_unit_id",
    "earlier_reports", "litigation", "litigation_detail", "address_confirmed", *NATIONAL,
)  # fmt: skip


def present_names(form: AmendForm) -> list[str]:
    """The columns the form has a field for, in its present shape."""
    return [name for name in COLUMN_FIELDS if FIELD_OF.get(name, name) in form]


class PartyForm(ActionForm):
    """对方当事人、代理人、代表."""

    role = Chips(
        "身份", [Filled("请选择身份。")], choices=choices([pair for pair in vocabulary.PARTY_ROLES if pair[0] in ROLES])
    )
    kind = Chips("类别", [Filled("请选择个人或单位。")], choices=choices(KINDS), default="citizen")
    name = Line("姓名/名称", [Filled("请填写姓名/名称。"), AtMost(60)])
    phone = Line("电话", [AtMost(40), Checked(identity.check_phone)])
    id_number = Line("证件号码", [AtMost(40), Checked(identity.check_id)])
    address = Line("住址", [AtMost(200)])

    def to_person(self) -> PersonGiven:
        """The party as cases.operations.add_party takes it."""
        return PersonGiven(self.name.data, self.id_number.data, self.phone.data, self.address.data, self.kind.data)


def amend_form(session: Session, case: Case) -> AmendForm:
    """The form with the present values in it; a closed case has only the fields of the 信访信息系统."""
    units = tuple(tuple(row) for row in session.execute(UNITS))
    now = present(case)
    data = {FIELD_OF.get(name, name): value for name, value in now.items() if name not in BY_NAME}
    form = AmendForm(data={**data, "competent_unit": unit_name(units, case.competent_unit_id)})
    form.units = units
    allowed = [pair for pair in vocabulary.PURPOSES if pair[0] in EXCHANGEABLE]
    form.purpose.choices = choices(allowed)
    form.region.choices = _with_present(region_choices(session), case.region_code)
    _say_what_is_known(session, case, form)
    if case.purpose not in EXCHANGEABLE:
        del form.purpose
    if case.closed_at:
        kept = {*NATIONAL, "seen", "csrf_token"}
        for name in [field.short_name for field in form if field.short_name not in kept]:
            del form[name]
    return form


def unit_name(units: tuple[tuple[int, str, str], ...], unit_id: int | None) -> str:
    """The full name of that unit; "" for none."""
    return next((full for identity_, full, _short in units if identity_ == unit_id), "")


def _with_present(listed: list[SelectChoice], code: str | None) -> list[SelectChoice]:
    """An older code that is no longer listed must not be cleared by opening the form."""
    if code and code not in {choice.value for choice in listed}:
        listed.append(SelectChoice(value=code, label=f"原登记（{code}）"))
    return listed


def _say_what_is_known(session: Session, case: Case, form: AmendForm) -> None:
    wanted = (
        select(Party.name, Person)
        .outerjoin(Person, Person.id == Party.person_id)
        .where(Party.case_id == case.id, Party.role == "petitioner")
        .order_by(Party.id)
        .limit(1)
    )
    row = session.execute(wanted).one_or_none()
    name, person = row if row else ("", None)
    known = {
        "petitioner_name": name
        if name == NO_NAME
        else masking.mask_name(name or "", person.kind if person else "citizen"),
        "id_number": masking.mask_id(person.id_number) if person else "",
        "phone": masking.mask_phone(person.phone) if person else "",
        "address": masking.mask_address(person.address) if person else "",
    }
    for field, shown in known.items():
        form[field].description = f"现登记 {shown}；留空不改" if shown and shown != NO_NAME else "未登记"
