"""Forms of the roster: a reception, why it is cancelled, who comes instead, where a leader must be, a rule of turns."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import ValidationError

from portal.cases.forms.fields import (
    AtMost,
    Between,
    Chips,
    DayField,
    Filled,
    HiddenNumber,
    Line,
    Picked,
    Place,
    Several,
    Tick,
    WholeNumber,
    choices,
)
from portal.cases.forms.registration import region_choices
from portal.leadership.conflicts import Wanted
from portal.leadership.forms.units import UnitName, teach
from portal.leadership.models import Leader
from portal.leadership.operations.filling import RotationGiven
from portal.leadership.operations.roster import LONGEST_REASON, MOST_BATCHES, ReceptionGiven
from portal.leadership.queries.roster import Row
from portal.leadership.vocabulary import (
    BODY_LABELS,
    DUTY_HALVES,
    DUTY_KINDS,
    HALVES,
    KINDS,
    WEEKDAYS,
)
from portal.organisation import queries as organisation
from portal.organisation.forms import TimeField
from portal.organisation.models import Window
from portal.organisation.spans import MIDNIGHT, clock_text, minute
from portal.people.identity import normalise_name
from portal.web.routing import row_number

MOST_COMPANY = 12
LONGEST_SLOT = 240


class UnitNames(Line):
    """Several organs by name, with 、 between them; ``unit_ids`` after validation."""

    known: dict[str, int] = {}
    unit_ids: tuple[int, ...] = ()

    def pre_validate(self, form: FlaskForm) -> None:
        """Find them. Raises ValidationError naming the first that the table does not know."""
        names = [name for name in (self.data or "").replace("，", "、").replace(",", "、").split("、") if name.strip()]
        if len(names) > MOST_COMPANY:
            raise ValidationError(f"最多 {MOST_COMPANY} 个单位。")
        found = []
        for name in names:
            unit_id = self.known.get(normalise_name(name))
            if unit_id is None:
                raise ValidationError(f"没有找到“{name.strip()[:20]}”，请按提示的名称填写，单位之间用顿号分开。")
            found.append(unit_id)
        self.unit_ids = tuple(dict.fromkeys(found))


class ReceptionForm(FlaskForm):
    """One leader, one half-day. Make it with reception_form(): leaders, rooms, places and units come from there."""

    leader = Picked("领导", [Filled("请选择领导。")], choices=[])
    day = DayField("日期", [Filled("请填写日期。")])
    half = Chips("上午、下午", [Filled("请选择上午或下午。")], choices=choices(HALVES))
    starts = TimeField("从", [Filled("请填写开始时间。")])
    ends = TimeField("到", [Filled("请填写结束时间。")], ends_span=True)
    kind = Chips("方式", [Filled("请选择接访方式。")], choices=choices(KINDS))
    window = Picked("接访室", choices=[])
    region = Place("下访到", [AtMost(60)], description="县（市、区）或乡镇（街道），下访、带案下访填写")
    place = Line("具体地点", [AtMost(60)], description="不在接访室的，写明在哪里")
    field = Line("接访主题", [AtMost(120)], description="例如 农业农村、征占补偿；留空按分管领域公布")
    duty_unit = UnitName("值班单位", [AtMost(60)])
    company = UnitNames("陪同单位", [AtMost(200)], description="几个单位之间用顿号分开")
    capacity = WholeNumber("接待批数", [Filled("请填写能接待几批。"), Between(1, MOST_BATCHES)])
    slot_minutes = WholeNumber("每批分钟", [Between(1, LONGEST_SLOT)], description="留空则不分时段")
    reason = Line(
        "说明", [AtMost(LONGEST_REASON)], description="休息日接访、与其他安排冲突仍要接访的，写明原因；不对外公布"
    )
    version = HiddenNumber()

    def wanted(self, own: int = 0) -> Wanted:
        """What was typed so far, whatever is wrong with it."""
        return Wanted(
            _row(self.leader.data),
            self.day.data if isinstance(self.day.data, date) else None,
            self.half.data or "",
            _minute(self.starts.data, MIDNIGHT - 1),
            _minute(self.ends.data, MIDNIGHT),
            self.kind.data or "fixed",
            _row(self.window.data),
            self.capacity.data if isinstance(self.capacity.data, int) else None,
            self.slot_minutes.data if isinstance(self.slot_minutes.data, int) else None,
            own,
        )

    def given(self) -> ReceptionGiven:
        """What is wanted, of a valid form."""
        return ReceptionGiven(
            int(self.leader.data),
            self.day.data,
            self.half.data,
            self.starts.minute,
            self.ends.minute,
            self.kind.data,
            self.capacity.data,
            place=self.place.data or "",
            region_code=self.region.data or None,
            window_id=int(self.window.data) if self.window.data else None,
            field=self.field.data or "",
            duty_unit_id=self.duty_unit.unit_id,
            company=self.company.unit_ids,
            slot_minutes=self.slot_minutes.data,
            reason=self.reason.data or "",
        )


class ReasonForm(FlaskForm):
    """Why: a cancellation, or a week that is not signed off."""

    reason = Line("原因", [Filled("请写明原因。"), AtMost(LONGEST_REASON)], description="留在系统里备查，不对外公布")
    version = HiddenNumber()


class SubstituteForm(ReasonForm):
    """Who receives instead, and why."""

    leader = Picked("由谁接访", [Filled("请选择由哪位领导接访。")], choices=[])


class DutyForm(FlaskForm):
    """Where a leader must be instead, for some days."""

    leader = Picked("领导", [Filled("请选择领导。")], choices=[])
    first = DayField("从", [Filled("请填写日期。")])
    last = DayField("到", description="只有一天的不用填")
    half = Chips("时间", [Filled("请选择上午、下午或全天。")], choices=choices(DUTY_HALVES))
    kind = Chips("事由", [Filled("请选择事由。")], choices=choices(DUTY_KINDS))
    what = Line("内容", [AtMost(120)], description="例如 市政府常务会；不对外公布")


class RotationForm(FlaskForm):
    """A rule: on which half-day whose turn it is. Leaders are set by whoever makes the form."""

    name = Line("规则名称", [Filled("请填写规则名称。"), AtMost(40)], description="例如 每周二上午市政府领导")
    weekday = Picked(
        "星期", [Filled()], choices=choices((str(place), f"星期{name}") for place, name in enumerate(WEEKDAYS))
    )
    half = Chips("上午、下午", [Filled("请选择上午或下午。")], choices=choices(HALVES))
    starts = TimeField("从", [Filled("请填写开始时间。")])
    ends = TimeField("到", [Filled("请填写结束时间。")], ends_span=True)
    window = Picked("接访室", choices=[])
    place = Line("具体地点", [AtMost(60)], description="没有接访室的，写明在哪里")
    capacity = WholeNumber("接待批数", [Filled("请填写能接待几批。"), Between(1, MOST_BATCHES)])
    leaders = Several("轮到的领导", [Filled("请选择轮流接访的领导。")], choices=[])
    enabled = Tick("启用", default=True)

    def validate_place(self, field: Line) -> None:
        """One of room and place."""
        if not field.data and not self.window.data:
            raise ValidationError("请选择接访室，或写明地点。")

    def given(self) -> RotationGiven:
        """The rule, of a valid form."""
        return RotationGiven(
            self.name.data,
            int(self.weekday.data),
            self.half.data,
            self.starts.minute,
            self.ends.minute,
            "fixed",
            self.place.data or "",
            int(self.window.data) if self.window.data else None,
            self.capacity.data,
            tuple(int(each) for each in self.leaders.data),
            bool(self.enabled.data),
        )


def _minute(typed: str | None, latest: int) -> int | None:
    try:
        return minute(typed, latest) if typed else None
    except ValueError:
        return None


def _row(typed: str | None) -> int | None:
    try:
        return row_number(typed or "")
    except ValueError:
        return None


def leader_choices(leaders: Sequence[Leader], empty: str | None = "请选择") -> list:
    """Leaders in their order: 党委 市委书记 韩立言."""
    pairs = [(str(one.id), f"{BODY_LABELS.get(one.body, '')}　{one.post} {one.name}") for one in leaders]
    return choices(pairs, empty)


def room_choices(windows: Sequence[Window]) -> list:
    """The rooms in use."""
    pairs = [(str(room.id), room.name) for room in windows if room.enabled and room.kind == "room"]
    return choices(pairs, "不在接访室")


def reception_form(
    session: Session, centre_id: int, leaders: Sequence[Leader], **kwargs: Any
) -> tuple[ReceptionForm, list[str]]:
    """The form with its choices, and the names of organs to suggest."""
    form = ReceptionForm(**kwargs)
    form.leader.choices = leader_choices(leaders)
    form.window.choices = room_choices(organisation.windows(session, centre_id))
    form.region.choices = region_choices(session)
    names = teach(form, session)
    form.company.known = form.duty_unit.known
    return form, names


def values_of(row: Row, place: str) -> dict[str, Any]:
    """A reception as the form shows it; ``place`` is its own part of the place."""
    return {
        "leader": str(row.leader_id),
        "day": row.day,
        "half": row.half,
        "starts": clock_text(row.starts),
        "ends": clock_text(row.ends),
        "kind": row.kind,
        "window": str(row.window_id or ""),
        "region": row.region_code or "",
        "place": place,
        "field": row.field,
        "duty_unit": row.duty_unit,
        "company": "、".join(row.company_names),
        "capacity": row.capacity,
        "slot_minutes": row.slot_minutes,
        "reason": row.reason,
        "version": row.version,
    }
