"""The registration form. What 条例 第十九条 wants and does not find is a reminder afterwards, never a wall."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms.fields import SelectChoice

from portal import clock
from portal.cases import definition, registry, vocabulary
from portal.cases.forms.declared import form_field, to_data
from portal.cases.forms.fields import (
    WHOLE_CITY,
    AtMost,
    Between,
    Checked,
    DayField,
    Filled,
    Hidden,
    Line,
    Lines,
    OnSide,
    Picked,
    Place,
    Tick,
    WholeNumber,
    choices,
)
from portal.cases.operations import PersonGiven, Registration
from portal.cases.operations.given import MOST_DEMANDS, MOST_REPRESENTATIVES
from portal.organisation.models import Region, Unit
from portal.people import identity

OWN = "own_"  # before the names of the chosen platform's own fields
LONGEST_DEMAND = 500
WALKED_IN = "visit"
# asked only where the 信访工作条例 governs; of a sealed service's visitor only what it takes to meet again
OF_A_PETITION = frozenset(
    (
        "purpose",
        "competent_unit",
        "repeat",
        "earlier_reports",
        "national_number",
        "national_code",
        "national_entered_on",
    )
)
OF_A_SEALED_SERVICE = frozenset(("platform", "petitioner_name", "phone", "facts"))
CATEGORIES = (
    "农村农业", "国土资源", "城乡建设", "劳动和社会保障", "交通运输", "环境保护", "卫生健康", "教育文体",
    "商贸旅游", "民政", "政法", "纪检监察", "其他",
)  # fmt: skip
REGIONS = select(Region.code, Region.name, Region.level, Region.parent_code).order_by(Region.code)
UNITS = select(Unit.id, Unit.name, Unit.short_name).order_by(Unit.id)


class KnowsUnits:
    """Mixed into forms in which a unit is typed by its full or short name; ``units`` holds (id, name, short name)."""

    units: tuple[tuple[int, str, str], ...] = ()

    def unit_id(self, name: str | None) -> int | None:
        """The unit of that full or short name."""
        wanted = identity.normalise_name(name or "")
        return next((i for i, full, short in self.units if wanted and wanted in (full, short)), None)

    def validate_competent_unit(self, field: Line) -> None:
        """A unit the hall knows: dispatches and clocks hang on it."""
        if field.data and self.unit_id(field.data) is None:
            field.errors = [*field.errors, "机构库中没有这个单位，请从列表中选择，或先不填。"]


class RegisterForm(KnowsUnits, FlaskForm):
    """A registration as typed. Make it with register_form(): regions, units and the platform's own fields come from there."""

    declared: tuple[definition.Field, ...] = ()
    chosen: definition.Platform | None = None
    categories = CATEGORIES

    once = Hidden("表单号")
    link_to = Line("关联事项", [AtMost(20)])
    channel = Picked("信访形式", [Filled("请选择信访形式。")], choices=choices(vocabulary.CHANNELS), default=WALKED_IN)
    platform = Picked("平台", [Filled("请选择平台。")], choices=[], default="petition")
    received_on = DayField("收到日期", [OnSide(past=True, future=False)], description="期限从这一天起算")
    subject = Line("事项标题", [AtMost(200)], description="可不填，取第一项诉求")
    facts = Lines("事实与理由", [AtMost(10_000)], description="口述如实记录，完成后向群众复读。")
    demands = Lines("主要诉求", [], description="每行一项")
    purpose = Picked("信访目的", [Filled("请选择信访目的。")], choices=choices(vocabulary.PURPOSES), default="claim")
    category = Line("内容分类", [AtMost(60)])
    region = Place("问题属地", [AtMost(60)], description="可输入乡镇名")
    petitioner_name = Line("姓名/名称", [AtMost(60)])
    id_number = Line("证件号码", [AtMost(40), Checked(identity.check_id)])
    phone = Line("电话", [AtMost(40), Checked(identity.check_phone)])
    address = Line("住址", [AtMost(200)])
    address_confirmed = Tick("已确认为送达地址")
    headcount = WholeNumber("涉及人数", [Filled("请填写人数。"), Between(1, 10_000)], default=1)
    representatives = Lines("代表", [AtMost(2000)], description="每行一人，走访不超过 5 人")
    repeat = Tick("重访（同一事项以前反映过）")
    earlier_reports = Lines("曾向何处反映及答复", [AtMost(2000)])
    litigation = Picked("诉讼、复议、仲裁", choices=choices(vocabulary.LITIGATION), default="none")
    litigation_detail = Line("案号、阶段", [AtMost(120)])
    respondent_name = Line("被反映单位（人）", [AtMost(120)])
    competent_unit = Line("有权处理单位", [AtMost(60)])
    national_number = Line("信访信息系统编号", [AtMost(40)])
    national_code = Line("信访信息系统查询码", [AtMost(40)])
    national_entered_on = DayField("录入日期", [OnSide(past=True, future=False)])

    def validate_demands(self, field: Lines) -> None:
        """Each line is a demand; neither too many nor too long."""
        lines = self.demand_lines
        if len(lines) > MOST_DEMANDS:
            field.errors = [*field.errors, f"最多{MOST_DEMANDS}项，现在 {len(lines)} 项。"]
        for position, line in enumerate(lines, start=1):
            if len(line) > LONGEST_DEMAND:
                field.errors = [*field.errors, f"第 {position} 项最多{LONGEST_DEMAND}字，现在 {len(line)} 字。"]

    def validate_representatives(self, field: Lines) -> None:
        """走访: five representatives at most; 10 or more workers may name more before a labour tribunal."""
        names = self.representative_names
        if self.channel.data == WALKED_IN and self.platform.data != "labour" and len(names) > MOST_REPRESENTATIVES:
            field.errors = [*field.errors, f"代表不得超过{MOST_REPRESENTATIVES}人（信访工作条例第二十条）。"]
        if any(len(name) > 60 for name in names):
            field.errors = [*field.errors, "姓名最多60字，请每行写一人。"]

    def validate(self, extra_validators=None) -> bool:
        """The one wall: something must have been said."""
        super().validate(extra_validators)
        if not (self.subject.data or self.facts.data or self.demand_lines):
            self.facts.errors = [*self.facts.errors, "请至少写下事项标题、事实或一项诉求。"]
        return not self.errors

    @property
    def demand_lines(self) -> tuple[str, ...]:
        """The demands, one a line."""
        return lines_of(self.demands.data)

    @property
    def representative_names(self) -> tuple[str, ...]:
        """The representatives' names, one a line."""
        return tuple(identity.normalise_name(line) for line in lines_of(self.representatives.data))

    @property
    def own(self) -> list[Any]:
        """The chosen platform's own controls, in order."""
        return [self[OWN + asked.name] for asked in self.declared]

    def asks(self, name: str) -> bool:
        """Whether the chosen platform's registration shows the field of that name."""
        if self.chosen is None:
            return True
        if self.chosen.sealed:
            return name in OF_A_SEALED_SERVICE
        if name == "respondent_name":
            return bool(self.chosen.respondent)
        return self.chosen.petition or name not in OF_A_PETITION

    def reminders(self) -> dict[str, str]:
        """Field name → what the clerk should look at once more; refuses nothing."""
        found = {}
        respondent, competent = self.unit_id(self.respondent_name.data), self.unit_id(self.competent_unit.data)
        if respondent and respondent == competent:
            found["competent_unit"] = "有权处理单位与被反映单位相同，请核对。"
        if self.purpose.data == "accusation" and self.respondent_name.data and not respondent:
            found["respondent_name"] = (
                "检举控告：这个名称不在机构库中，系统不能自动对被检举单位屏蔽，请尽量从列表中选择。"
            )
        return found

    def to_registration(self, received_at: datetime) -> Registration:
        """What was typed, as cases.operations.register takes it. ``received_at``: where no day of receipt was typed."""
        # an address alone is kept too: 未留姓名 is a person whom a later visit completes
        name = self.petitioner_name.data or ("未留姓名" if self.address.data else "")
        petitioner = PersonGiven(name, self.id_number.data, self.phone.data, self.address.data)
        received_on = self.received_on.data
        earlier = received_on and received_on != clock.day_of(received_at)
        return Registration(
            channel=self.channel.data,
            purpose=self.purpose.data if self.purpose.raw_data or not self.chosen else self.chosen.purpose,
            subject=self.subject.data,
            received_at=clock.at_hall(received_on) if earlier else received_at,
            facts=self.facts.data,
            demands=self.demand_lines,
            petitioner=petitioner if any((petitioner.name, petitioner.id_number, petitioner.phone)) else None,
            representatives=tuple(PersonGiven(name) for name in self.representative_names),
            platform=self.platform.data,
            platform_data=_own_data(self),
            headcount=self.headcount.data,
            region_code=self.region.data or None,
            category=self.category.data,
            respondent_name=self.respondent_name.data,
            respondent_unit_id=self.unit_id(self.respondent_name.data),
            competent_unit_id=self.unit_id(self.competent_unit.data),
            repeat=self.repeat.data,
            earlier_reports=self.earlier_reports.data,
            litigation=self.litigation.data or "none",
            litigation_detail=self.litigation_detail.data,
            address_confirmed=self.address_confirmed.data,
            national_number=self.national_number.data,
            national_code=self.national_code.data,
            national_entered_on=self.national_entered_on.data,
            source_key=f"form:{self.once.data}" if self.once.data else None,
        )


def register_form(
    session: Session,
    platforms: Iterable[str],
    platform: str | None = None,
    typed: Mapping[str, list[str]] | None = None,
    **values: Any,
) -> RegisterForm:
    """The form for somebody who may register for ``platforms`` (codes), with the fields of ``platform`` in it.

    ``typed``: a draft's texts, shown again as they were. In a POST the form takes what was posted, and the posted platform
    decides whose fields it has. ``values`` are first values (petitioner_name=…, headcount=…).
    """
    offered = [declared for declared in registry.platforms() if declared.code in set(platforms)]
    codes = [declared.code for declared in offered]
    chosen = platform if platform in codes else ("petition" if "petition" in codes or not codes else codes[0])
    made = _class_for(chosen if codes else None)
    kept = {"formdata": MultiDict({name: texts for name, texts in typed.items()})} if typed else {}
    form = made(data={"platform": chosen, **values}, **kept)
    if form.chosen and not form.chosen.petition:
        form.channel.label.text = "来访方式"
    if form.chosen and form.chosen.respondent:
        form.respondent_name.label.text = form.chosen.respondent
    form.platform.choices = choices([(declared.code, declared.label) for declared in offered])
    form.region.choices = region_choices(session)
    form.units = tuple(tuple(row) for row in session.execute(UNITS))
    form.once.data = form.once.data or secrets.token_urlsafe(12)
    return form


def region_choices(session: Session) -> list[SelectChoice]:
    """The city and its counties first, then each township behind its county's name; one query."""
    rows = session.execute(REGIONS).all()
    counties = {row.code: row.name for row in rows if row.level == "county"}
    listed = [SelectChoice(value=row.code, label=f"{row.name}{WHOLE_CITY}") for row in rows if row.level == "city"]
    listed += (SelectChoice(value=code, label=name) for code, name in counties.items())
    inside = (row for row in rows if row.parent_code in counties)
    listed += (SelectChoice(value=row.code, label=f"{counties[row.parent_code]} · {row.name}") for row in inside)
    return listed


def _class_for(platform: str | None) -> type[RegisterForm]:
    chosen = registry.platform(platform) if platform else None
    declared = chosen.fields if chosen else ()
    members = {OWN + asked.name: form_field(asked, must=False) for asked in declared}
    return type("RegisterForm", (RegisterForm,), {**members, "declared": declared, "chosen": chosen})


def _own_data(form: RegisterForm) -> dict[str, Any]:
    return to_data(form, OWN)


def lines_of(text: str | None) -> tuple[str, ...]:
    """The lines of ``text`` that are not empty."""
    return tuple(line.strip() for line in (text or "").split("\n") if line.strip())
