"""Forms of what is done to a case: contacts, visits, statements, papers, results, closing, links."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import SelectField

from portal.cases import vocabulary
from portal.cases.forms.fields import (
    AtMost,
    Between,
    Chips,
    DayField,
    Filled,
    HiddenNumber,
    Line,
    Lines,
    OnSide,
    Picked,
    Several,
    WholeNumber,
    choices,
)
from portal.cases.operations import papers


class ActionForm(FlaskForm):
    """Every action carries how far its page knew the case."""

    seen = HiddenNumber("页面版本")


class ContactForm(ActionForm):
    """现场联系: whom the clerk called in front of the visitor, what was said, what was promised by whom and until when."""

    unit = Line("联系单位", [Filled("请填写联系单位。"), AtMost(60)])
    answered_by = Line("接听人", [Filled("请填写接听人。"), AtMost(60)], description="姓名、职务")
    said = Lines("通话内容", [Filled("请填写通话内容。"), AtMost(2000)])
    promise = Line("承诺事项", [AtMost(300)], description="没有承诺可不填")
    promised_by = Line("承诺人", [AtMost(60)])
    promised_on = DayField("承诺完成日期", [OnSide(past=False, future=True)])

    def validate(self, extra_validators=None) -> bool:
        """A promise needs its day, or it could never come back as a reminder."""
        fine = super().validate(extra_validators)
        if self.promise.data and self.promised_on.data is None and not self.promised_on.errors:
            self.promised_on.errors = ["有承诺的，请填写承诺完成日期。"]
            return False
        if self.promised_on.data and not self.promise.data:
            self.promise.errors = ["填写了日期，请写明承诺了什么。"]
            return False
        return fine


class SettleForm(ActionForm):
    """What became of a promise."""

    how = Chips("承诺的结果", [Filled("请选择承诺的结果。")], choices=choices(vocabulary.SETTLED))
    remark = Line("说明", [AtMost(300)])


class VisitForm(ActionForm):
    """续访: what the visitor said this time."""

    words = Lines("本次来访所述", [Filled("请填写本次来访所述。"), AtMost(5000)])
    who = SelectField("来的是谁", choices=[], validate_choice=False)
    headcount = WholeNumber("来访人数", [Filled("请填写来访人数。"), Between(1, 10_000)], default=1)


class StatementForm(ActionForm):
    """接谈笔录 as typed."""

    text = Lines(
        "笔录内容", [Filled("请填写笔录内容。"), AtMost(10_000)], description="口述如实记录；随后打印、宣读、签名。"
    )
    scribe = Line("代书人", [AtMost(60)], description="群众不能自己阅读、书写时填写")
    witness = Line("见证人", [AtMost(60)])


class MarkForm(ActionForm):
    """Printed, read back, signed."""

    how = Chips("签名方式", choices=choices(vocabulary.SIGNED))
    refusal = Line("拒绝签名的情况", [AtMost(200)])


class AttachForm(ActionForm):
    """A paper handed in."""

    file = FileField("文件", description="pdf、jpg、png、docx、xlsx")
    kind = Picked("类别", [Filled("请选择类别。")], choices=choices(papers.PURPOSES), default="evidence")


class OutcomeForm(ActionForm):
    """The result of one demand: 三到位一处理, and whether it was met."""

    results = Several("三到位一处理", [Filled("请至少选择一项处理结果。")], choices=choices(vocabulary.RESULTS))
    met = Chips("是否解决", [Filled("请选择是否解决。")], choices=choices(vocabulary.MET))
    outcome = Lines("结果说明", [AtMost(500)], description="依法处理的，写明移送机关、依据、日期")


class CloseForm(ActionForm):
    """办结."""

    remark = Lines("办结说明", [AtMost(1000)])


class LinkForm(ActionForm):
    """关联 with another case."""

    number = Line("关联事项编号", [Filled("请填写事项编号。"), AtMost(20)], description="例如 YC-2026-000123")
    why = Line("关联原因", [AtMost(200)])


class RecuseForm(ActionForm):
    """回避: the interest in the matter or with the person."""

    interest = Lines(
        "利害关系",
        [Filled("请写明利害关系。"), AtMost(500)],
        description="与信访事项或者信访人有直接利害关系的，应当回避",
    )


class AskRecusalForm(ActionForm):
    """The petitioner asks that an official keep out."""

    official = Line("被申请回避的工作人员", [Filled("请填写被申请回避的工作人员姓名。"), AtMost(60)])
    post = Line("单位、职务", [AtMost(120)])
    login = Line("登录名", [AtMost(40)], description="本系统有同名人员时填写")
    asked_on = DayField("申请之日", [Filled("请填写申请之日。"), OnSide(past=True, future=False)])
    reason = Lines("信访人所述的理由", [Filled("请写明信访人所述的利害关系或者理由。"), AtMost(1000)])


class DecideRecusalForm(ActionForm):
    """The decision of the organ's head or the duty head, in writing."""

    granted = Chips("决定", [Filled("请选择决定。")], choices=choices((("yes", "回避"), ("no", "不回避"))))
    decision = Lines("理由和文号", [Filled("请写明决定的理由和文号。"), AtMost(1000)])


class TellRecusalForm(ActionForm):
    """The petitioner was told of the decision."""

    told_on = DayField("告知信访人之日", [Filled("请填写告知之日。"), OnSide(past=True, future=False)])
    how = Chips("告知方式", [Filled("请选择告知方式。")], choices=choices(vocabulary.TOLD_HOW))


class CareForm(ActionForm):
    """疏导帮扶 after the end of a petition."""

    kind = Chips("类别", [Filled("请选择类别。")], choices=choices(vocabulary.CARE))
    words = Lines("做了什么", [Filled("请写明做了什么。"), AtMost(2000)], description="只写所做的事，不写对人的评价")


class AdviceForm(FlaskForm):
    """初步分流建议 as the window records it; the answers travel with it."""

    remark = Line("补充说明", [AtMost(300)], description="会印在给群众的建议单上，可不填")


class OpenForm(ActionForm):
    """Opening one of the actor's own platforms on the case; its choices are set by the view."""

    platform = Picked("平台", [Filled("请选择平台。")], choices=[])


class ReasonForm(FlaskForm):
    """Why somebody else's matter is looked at."""

    reason = Line("查看理由", [Filled("请写明查看理由。"), AtMost(200)])
