"""Forms of what is done to a legal period. Each carries the version of the clock that its page knew."""

from flask_wtf import FlaskForm

from portal import clock
from portal.cases.forms.fields import AtMost, Chips, DayField, Filled, HiddenNumber, Line, Lines, WholeNumber, choices
from portal.statutes import grounds
from portal.statutes.explain import UNITS
from portal.statutes.table import Rule


class ClockForm(FlaskForm):
    """What every change of a period carries."""

    version = HiddenNumber("期限版本")


class PauseForm(ClockForm):
    """暂停计算; the reasons are those a statute names for the rule."""

    ground = Chips("暂停的事由", [Filled("请选择法律规定的暂停事由。")])
    first = DayField("自哪一天起不计", [Filled("请填写自哪一天起不计。")], default=clock.today)
    note = Line("说明", [AtMost(200)], description="例如听证通知、公告的日期和文号")


class ResumeForm(ClockForm):
    """恢复计算."""

    last = DayField(
        "暂停的最后一日",
        [Filled("请填写暂停的最后一日。")],
        default=clock.today,
        description="这一天仍不计，次日起恢复",
    )


class ExtendForm(ClockForm):
    """延长: by a number of the rule's own unit, or to a day where the law has no number."""

    amount = WholeNumber("延长多少")
    until = DayField("延长到哪一天")
    ground = Lines("延长的理由", [Filled("请写明延长的理由。"), AtMost(500)])
    approver = Line("批准（同意）的人", [AtMost(60)], description="姓名、职务")
    approved_on = DayField("批准日期", [Filled("请填写批准日期。")], default=clock.today)
    informed_on = DayField("告知日期", description="告知信访人（当事人）延长及理由的日期")
    notice = Line("告知书文号", [AtMost(80)])


class StartForm(ClockForm):
    """更正起算日, or a start anew that the law names."""

    why = Chips("事由", [Filled("请选择更正的事由。")])
    on = DayField("正确的起算日", [Filled("请填写起算日。")])
    reason = Lines("理由", [Filled("请写明理由。"), AtMost(500)], description="原记载有什么错、依据哪份材料")


class NamedDayForm(ClockForm):
    """改指定日期: only where the law has no number."""

    last = DayField("最后一日", [Filled("请填写最后一日。")])
    source = Line("指定的依据", [Filled("请写明由谁、以什么文件指定。"), AtMost(200)])


def pause_form(key: str, version: int) -> PauseForm:
    """The form with the reasons for the rule ``key``; a single one is chosen already."""
    form = PauseForm(data={"version": version})
    allowed = grounds.pausing(key)
    form.ground.choices = choices([(each.code, f"{each.label}（{each.article}）") for each in allowed])
    if form.ground.data is None and len(allowed) == 1:
        form.ground.data = allowed[0].code
    return form


def extend_form(rule: Rule, version: int) -> ExtendForm:
    """The form with either the number (its unit said) or the day."""
    form = ExtendForm(data={"version": version})
    if grounds.extends_by_number(rule):
        del form.until
        form.amount.description = f"单位：{UNITS[rule.extension_unit]}；合计最多 {rule.extension_amount}"
    else:
        del form.amount
    # said as a must on the form; the operation refuses with the words of the law
    must = {"amount": True, "until": True, "approver": grounds.needs_approval(rule)}
    for field in form:
        field.flags.required = field.flags.required or must.get(field.short_name, False)
    return form


def start_form(key: str, version: int) -> StartForm:
    """The form with the reasons for the rule ``key``."""
    form = StartForm(data={"version": version})
    anew = [(each.code, f"{each.label}，重新计算（{each.article}）") for each in grounds.restarting(key)]
    form.why.choices = choices([("error", "原起算日登记有误"), *anew])
    if form.why.data is None and not anew:
        form.why.data = "error"
    return form
