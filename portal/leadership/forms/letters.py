"""Forms of 阅信: putting a letter before a leader, the 批示 with its tasks."""

from flask_wtf import FlaskForm

from portal.cases.forms.fields import AtMost, Chips, DayField, Filled, HiddenNumber, Line, Lines, Picked, choices
from portal.leadership.forms.loop import UnitNames
from portal.leadership.forms.units import UnitName
from portal.leadership.operations.instructions import LONGEST_WHAT, TaskDraft
from portal.leadership.operations.letters_read import LONGEST_SUMMARY, LONGEST_WORDS
from portal.leadership.sponsor_words import HOW_PUT

SUFFIXES = ("", "_2")


class PutForm(FlaskForm):
    """呈领导阅."""

    number = Line(
        "事项编号", [Filled("请填写事项编号。"), AtMost(20)], description="来信或网上信访，例如 YC-2026-000123"
    )
    leader = Picked("呈哪位领导", [Filled("请选择领导。")], choices=[])
    how = Chips("怎样送阅", [Filled("请选择怎样送阅。")], choices=choices(HOW_PUT.items()), default="screen")
    summary = Lines(
        "摘要",
        [Filled("请写一两句摘要，领导先看这几句。"), AtMost(LONGEST_SUMMARY)],
        description="谁反映、什么事、要求什么；不写证件号码和电话",
    )


class InstructForm(FlaskForm):
    """批示, and two tasks at most; without a task the words are looked at again all the same."""

    version = HiddenNumber("版本")
    words = Lines("批示", [Filled("请填写批示内容。"), AtMost(LONGEST_WORDS)], description="照领导的原话")
    what = Lines("交办任务", [AtMost(LONGEST_WHAT)], description="不交办的留空；批示照样回访、告知结果")
    lead = UnitName("牵头单位", [AtMost(60)])
    due = DayField("办理期限", description="由人定，系统不推算")
    co = UnitNames("配合单位", description="可不填；几个单位用顿号隔开")
    what_2 = Lines("交办任务（二）", [AtMost(LONGEST_WHAT)])
    lead_2 = UnitName("牵头单位（二）", [AtMost(60)])
    due_2 = DayField("办理期限（二）")
    co_2 = UnitNames("配合单位（二）")

    @property
    def used(self) -> tuple[str, ...]:
        """The suffixes of the tasks in which something stands."""
        return tuple(s for s in SUFFIXES if any(self[f"{name}{s}"].data for name in ("what", "lead", "due", "co")))

    @property
    def tasks(self) -> list[TaskDraft]:
        """What was typed, after validation."""
        return [
            TaskDraft(self[f"what{s}"].data, self[f"lead{s}"].unit_id, self[f"due{s}"].data, self[f"co{s}"].unit_ids)
            for s in self.used
        ]

    def beside(self, name: str) -> str:
        """The field for the operation's name: it counts the tasks that are used."""
        word, _, place = name.partition("_")
        if word not in ("what", "lead", "due", "co"):
            return name
        used = self.used or ("",)
        return f"{word}{used[int(place) - 1 if place else 0]}"
