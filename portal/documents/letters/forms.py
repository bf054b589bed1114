"""Forms of letters: the facts as declared with the issuer beside them, service, and the short ones of each act."""

from flask_wtf import FlaskForm

from portal.cases.forms import step_form
from portal.cases.forms.declared import DeclaredForm
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
from portal.documents.letters.kinds import Kind
from portal.documents.letters.serving import METHODS, OUTCOMES
from portal.organisation.models import UNIT_KINDS, Unit


def letter_form(kind: Kind, issuers: list[Unit]) -> type[DeclaredForm]:
    """The form class of ``kind``; a formal one asks for its issuer among ``issuers``."""
    declared = step_form(kind.fields)
    if not kind.formal:
        return declared
    listed = choices([(str(unit.id), unit.name) for unit in issuers])
    picked = Picked("出具机关、单位", [Filled("请选择出具机关、单位。")], choices=listed, description=kind.issuer.label)
    return type("LetterForm", (declared,), {"issuer": picked})


class ActForm(FlaskForm):
    """An act that needs no words."""

    version = HiddenNumber("版本")


class WhyForm(ActForm):
    """An act that must say why: sending back, discarding, correcting."""

    why = Lines("理由", [Filled("请写明理由。"), AtMost(500)])


class ServeForm(ActForm):
    """One attempt to serve."""

    method = Chips("送达方式", [Filled("请选择送达方式。")], choices=choices(METHODS))
    outcome = Chips("结果", [Filled("请选择结果。")], choices=choices(OUTCOMES))
    served_on = DayField("收到（拒收、未能送达）之日", [Filled("请填写日期。"), OnSide(past=True, future=False)])
    recipient = Line("签收人", [AtMost(60)], description="本人签名；由他人代收的写明关系")
    witness = Line("见证人", [AtMost(120)], description="拒收的必须填写：姓名、单位")
    place = Line("送达地点", [AtMost(120)])
    reference = Line("邮件号、系统到达记录号", [AtMost(60)])


class WordForm(FlaskForm):
    """机关代字 of one organ, and what kind of organ it is."""

    kind = Picked(
        "机关类别",
        [Filled("请选择机关类别。")],
        choices=choices(UNIT_KINDS, "请选择"),
        description="由哪个机关出具文书、由谁复查，按类别确定",
    )
    word = Line("机关代字", [AtMost(20)], description="例如 运信访；不含年份和序号；不发文的可不填")
