"""Forms of the day: the sheet with its tasks, signatures, replies, judgements, looking again, the result."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms.validators import StopValidation

from portal.cases.forms.fields import AtMost, Chips, DayField, Filled, HiddenNumber, Line, Lines, choices
from portal.leadership.forms.units import UnitName
from portal.leadership.operations import followups, sheets, tasks
from portal.leadership.operations.instructions import LONGEST_WHAT, TaskDraft
from portal.leadership.operations.sheets import SheetGiven
from portal.people.identity import normalise_name

SUFFIXES = ("", "_2", "_3")
BETWEEN = "、，,;； \t"


class UnitNames(UnitName):
    """Several organs by name, with 、 between them; ``unit_ids`` after validation."""

    unit_ids: tuple[int, ...] = ()

    def pre_validate(self, form: FlaskForm) -> None:
        """Find each. Raises StopValidation for a name that the table does not know."""
        self.unit_ids = ()
        text = self.data or ""
        for sign in BETWEEN:
            text = text.replace(sign, "\n")
        found = []
        for name in filter(None, text.split("\n")):
            unit_id = self.known.get(normalise_name(name))
            if unit_id is None:
                raise StopValidation(f"没有找到“{name[:30]}”这个单位，请照提示的名称填写，单位之间用顿号。")
            found.append(unit_id)
        self.unit_ids = tuple(dict.fromkeys(found))


class SheetForm(FlaskForm):
    """领导接访登记表 as the secretary types it; three tasks at most, empty ones do not count."""

    version = HiddenNumber()
    minutes = Lines("接谈情况", [AtMost(sheets.LONGEST_MINUTES)], description="群众说了什么、要求什么、有关单位怎么说")
    manner = Chips("怎样处理", choices=choices(sheets.MANNERS.items()))
    opinion = Lines("接访处理意见", [AtMost(sheets.LONGEST_OPINION)], description="照领导的原话记，确认前可以修改")
    what = Lines("任务", [AtMost(LONGEST_WHAT)])
    lead = UnitName("牵头单位")
    due = DayField("办理期限", description="由人定，系统不推算")
    co = UnitNames("配合单位", description="可不填；几个单位用顿号隔开")
    what_2 = Lines("任务（二）", [AtMost(LONGEST_WHAT)])
    lead_2 = UnitName("牵头单位（二）")
    due_2 = DayField("办理期限（二）")
    co_2 = UnitNames("配合单位（二）")
    what_3 = Lines("任务（三）", [AtMost(LONGEST_WHAT)])
    lead_3 = UnitName("牵头单位（三）")
    due_3 = DayField("办理期限（三）")
    co_3 = UnitNames("配合单位（三）")

    @property
    def used(self) -> tuple[str, ...]:
        """The suffixes of the tasks in which something stands."""
        return tuple(s for s in SUFFIXES if any(self[f"{name}{s}"].data for name in ("what", "lead", "due", "co")))

    @property
    def rows(self) -> list[tuple]:
        """(what, lead, due, co) fields of each task, for the page."""
        return [tuple(self[f"{name}{suffix}"] for name in ("what", "lead", "due", "co")) for suffix in SUFFIXES]

    @property
    def given(self) -> SheetGiven:
        """What was typed, after validation."""
        drafts = tuple(
            TaskDraft(
                self[f"what{s}"].data or "", self[f"lead{s}"].unit_id, self[f"due{s}"].data, self[f"co{s}"].unit_ids
            )
            for s in self.used
        )
        return SheetGiven(self.minutes.data or "", self.opinion.data or "", self.manner.data or "", drafts)

    def spread(self, problems: dict[str, str]) -> None:
        """Put what the operation refused beside its field; it counts the tasks that are used, the page has all three."""
        used = self.used or ("",)
        for key, said in problems.items():
            name, _, place = key.partition("_")
            in_task = name in ("what", "lead", "due", "co")
            field = f"{name}{used[int(place) - 1 if place else 0]}" if in_task else key
            beside = self[field] if field in self else self.what  # noqa: SIM401  a form has no get
            beside.errors = [said]


class VersionForm(FlaskForm):
    """What the page knew, for a press of a button."""

    version = HiddenNumber()


class PaperForm(VersionForm):
    """The sheet signed by hand: who signed, and its scan."""

    signer = Line("签名人（姓名、职务）", [Filled("请填写是谁签的名。"), AtMost(sheets.LONGEST_SIGNER)])
    file = FileField("签名后的扫描件", description="pdf、jpg、png")


class ReasonForm(VersionForm):
    """Why."""

    reason = Line("原因", [Filled("请写明原因。"), AtMost(sheets.LONGEST_REASON)])


class ExtendForm(ReasonForm):
    """Another day and why."""

    due = DayField("新的期限", [Filled("请写明新的期限。")])


class ReplyForm(FlaskForm):
    """What the unit did."""

    words = Lines(
        "办理情况和结果",
        [Filled("请写明办理情况和结果。"), AtMost(tasks.LONGEST_REPLY)],
        description="做了什么、结果怎样、还差什么",
    )
    file = FileField("附件", description="可不附；pdf、jpg、png、docx、xlsx")


class FollowupForm(FlaskForm):
    """What was found when somebody looked again."""

    finding = Chips("回访结论", [Filled("请选择回访结论。")], choices=choices(followups.FINDINGS.items()))
    words = Lines("看到、听到的情况", [Filled("请写明回访看到、听到的情况。"), AtMost(followups.LONGEST_WORDS)])


class ResultForm(VersionForm):
    """办结, 解决, 满意: three things; and that the citizen was told."""

    result = Lines("办理结果", [AtMost(followups.LONGEST_RESULT)])
    met = Chips("是否解决", choices=choices(followups.MET.items()))
    satisfied = Chips("群众怎么说", choices=choices(followups.SATISFIED.items()), description="照群众原话选，不代填")
    said_how = Chips("怎样说的", choices=choices(followups.SAID_HOW.items()))
    told_on = DayField("哪天告知群众")
    told_how = Line("怎样告知的", [AtMost(followups.LONGEST_HOW)], description="例如：电话告知本人")

    @property
    def given(self) -> followups.ResultGiven:
        """What was typed."""
        return followups.ResultGiven(
            self.result.data or "",
            self.met.data or "",
            self.satisfied.data or "",
            self.said_how.data or "",
            self.told_on.data,
            self.told_how.data or "",
        )
