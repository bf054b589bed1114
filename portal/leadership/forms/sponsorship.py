"""Forms of 包案: opening, units and 工作专班, the plan worked back, duties, what was done, change, end, the ledger's export."""

import re
import unicodedata

from flask_wtf import FlaskForm

from portal.cases.forms.fields import (
    AtMost,
    Chips,
    DayField,
    Filled,
    HiddenNumber,
    Line,
    Lines,
    OnSide,
    Picked,
    choices,
)
from portal.leadership.forms.units import UnitName
from portal.leadership.operations.sponsorship import (
    LONGEST_EVIDENCE,
    LONGEST_STEP,
    LONGEST_WHY,
    MOST_MEMBERS,
    MOST_STEPS,
    Member,
    Step,
)
from portal.leadership.sponsor_words import DUTIES, LEVELS, MET

BEFORE = re.compile(r"(?:提前)?(\d{1,4})(?:天|日)?(?:前)?", re.ASCII)
CO_FIELDS = ("co", "co_two", "co_three", "co_four", "co_five", "co_six")
LONGEST_TEXT = 4000
NO_TARGET_DAY = "由人确定；没有确定的先不填"


class When(DayField):
    """A day, or so many days before the target: ``before`` is set instead of ``data``."""

    before: int | None = None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed. Raises ValueError where it is neither."""
        narrow = re.sub(r"\s", "", unicodedata.normalize("NFKC", valuelist[0])) if valuelist else ""
        found = BEFORE.fullmatch(narrow)
        if found:
            self.before, self.data = int(found[1]), None
            return
        self.before = None
        super().process_formdata(valuelist)


class _Units(FlaskForm):
    lead = UnitName("牵头单位", [AtMost(60)])
    co = UnitName("配合单位", [AtMost(60)])
    co_two = UnitName("配合单位（二）", [AtMost(60)])
    co_three = UnitName("配合单位（三）", [AtMost(60)])
    co_four = UnitName("配合单位（四）", [AtMost(60)])
    co_five = UnitName("配合单位（五）", [AtMost(60)])
    co_six = UnitName("配合单位（六）", [AtMost(60)])

    @property
    def co_unit_ids(self) -> tuple[int, ...]:
        """The other units that were named."""
        return tuple(self[name].unit_id for name in CO_FIELDS if self[name].unit_id)


class OpenForm(_Units):
    """列入包案. ``number`` only from the ledger; on the case's own page it is known."""

    number = Line("事项编号", [AtMost(20)], description="例如 YC-2026-000123")
    leader = Picked("包案领导", [Filled("请选择包案领导。")], choices=[])
    level = Chips("包案层级", [Filled("请选择包案层级。")], choices=choices(reversed(LEVELS.items())))
    target = DayField("目标日", [OnSide(past=False, future=True)], description=NO_TARGET_DAY)
    why = Lines("为什么列入", [AtMost(LONGEST_WHY)], description="例如：多次反映、涉及人多、跨地区跨部门")


class ArrangeForm(_Units):
    """Units and 工作专班: name, post and part of each member."""

    version = HiddenNumber("版本")

    @property
    def members(self) -> list[Member]:
        """The rows as typed."""
        rows = range(MOST_MEMBERS)
        return [Member(self[f"name{row}"].data, self[f"post{row}"].data, self[f"part{row}"].data) for row in rows]


class PlanForm(FlaskForm):
    """倒排工期: the target day and the steps in their order."""

    version = HiddenNumber("版本")
    target = DayField("目标日", description=NO_TARGET_DAY)

    @property
    def steps(self) -> list[Step]:
        """The rows as typed."""
        rows = range(MOST_STEPS)
        return [
            Step(
                self[f"what{row}"].data, self[f"when{row}"].data, self[f"when{row}"].before, self[f"unit{row}"].unit_id
            )
            for row in rows
        ]


for _row in range(MOST_MEMBERS):
    setattr(ArrangeForm, f"name{_row}", Line(f"第{_row + 1}人姓名", [AtMost(30)]))
    setattr(ArrangeForm, f"post{_row}", Line(f"第{_row + 1}人职务", [AtMost(60)]))
    setattr(ArrangeForm, f"part{_row}", Line(f"第{_row + 1}人分工", [AtMost(60)]))
for _row in range(MOST_STEPS):
    setattr(PlanForm, f"what{_row}", Line(f"第{_row + 1}步做什么", [AtMost(LONGEST_STEP)]))
    setattr(PlanForm, f"when{_row}", When(f"第{_row + 1}步何时完成"))
    setattr(PlanForm, f"unit{_row}", UnitName(f"第{_row + 1}步由谁做", [AtMost(60)]))


class DutiesForm(FlaskForm):
    """The three duties, each with its own content."""

    version = HiddenNumber("版本")
    know = Lines(DUTIES["know"], [AtMost(LONGEST_TEXT)], description="事实、诉求、来由、政策依据，见了谁、看了什么")
    plan = Lines(DUTIES["plan"], [AtMost(LONGEST_TEXT)], description="解决什么、谁来办、怎么办、钱和政策从哪里来")
    help = Lines(DUTIES["help"], [AtMost(LONGEST_TEXT)], description="见面沟通、解释政策、困难帮扶，做了什么")


class ReportForm(FlaskForm):
    """What was done."""

    duty = Chips("属于", [Filled("请选择属于哪一项职责。")], choices=choices(DUTIES.items()))
    words = Lines("做了什么", [Filled("请写明做了什么。"), AtMost(LONGEST_TEXT)])
    attachment = Picked("佐证材料", choices=[], description="先在事项页上传，再从这里选择")


class StepDoneForm(FlaskForm):
    """A step is done."""

    done_on = DayField("完成日期", [Filled("请填写完成日期。"), OnSide(past=True, future=False)])
    evidence = Line("凭据", [Filled("请写明凭什么算完成。"), AtMost(LONGEST_EVIDENCE)])


class ChangeForm(FlaskForm):
    """Another leader, or a higher level."""

    version = HiddenNumber("版本")
    leader = Picked("包案领导", [Filled("请选择包案领导。")], choices=[])
    level = Chips("包案层级", [Filled("请选择包案层级。")], choices=[])
    why = Lines("变更原因", [Filled("请写明变更的原因。"), AtMost(LONGEST_WHY)])


class CloseForm(FlaskForm):
    """The sponsorship ends."""

    version = HiddenNumber("版本")
    met = Chips("事项解决了没有", [Filled("请选择事项解决了没有。")], choices=choices(MET.items()))
    result = Lines("包案结果", [Filled("请写明包案结果。"), AtMost(LONGEST_TEXT)])


class ExportForm(FlaskForm):
    """Why the ledger is taken out."""

    reason = Line("用途", [Filled("请写明用途，例如：包案工作调度会。"), AtMost(100)])
