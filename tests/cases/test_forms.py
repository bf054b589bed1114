"""Forms built from declarations, and the registration form, without a browser."""

from datetime import date

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from portal import clock
from portal.cases import definition, registry
from portal.cases.definition import Choice, Day, DeclarationError, Flag, Number, Text
from portal.cases.forms import step_form, to_data
from tests.cases.desk import NOW

pytestmark = pytest.mark.one_engine
FIELDS = (
    Text("unit", "去向单位", required=True, most=5),
    Text("note", "备注", long=True, most=20),
    Choice("how", "方式", required=True, options=(("post", "邮寄"), ("hand", "当面"))),
    Number("people", "人数", minimum=1, maximum=9),
    Day("sent_on", "送出之日", required=True, future=False),
    Day("next_on", "下次日期", past=False),
    Flag("told", "已告知", must=True),
)
GOOD = {"unit": "县局", "how": "post", "sent_on": "2026-11-20", "told": "y"}


def filled(app: Flask, **typed: str):
    """The form of FIELDS with what was typed, validated."""
    with app.test_request_context(method="POST"), clock.frozen(NOW):
        app.config["WTF_CSRF_ENABLED"] = False
        form = step_form(FIELDS)(formdata=MultiDict(typed))
        form.validate()
        return form


def test_good_values_become_json(app: Flask) -> None:
    form = filled(app, **GOOD, people="8", note=" 两行\r\n备注 ")
    assert form.errors == {}
    assert to_data(form) == {
        "unit": "县局", "note": "两行\n备注", "how": "post", "people": 8, "sent_on": "2026-11-20", "told": True
    }  # fmt: skip


def test_what_was_left_empty_is_left_out(app: Flask) -> None:
    assert set(to_data(filled(app, **GOOD))) == {"unit", "how", "sent_on", "told"}


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("2026/11/2", date(2026, 11, 2)),
        ("2026年11月2日", date(2026, 11, 2)),
        ("\uff12\uff10\uff12\uff16-\uff11\uff11-\uff12\uff10", date(2026, 11, 20)),
        ("20261102", date(2026, 11, 2)),
    ],
)
def test_days_in_every_spelling(app: Flask, typed: str, day: date) -> None:
    form = filled(app, **GOOD | {"sent_on": typed})
    assert form.sent_on.errors in ([], ())
    assert form.sent_on.data == day


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("unit", "", "请填写去向单位。"),
        ("unit", "   ", "请填写去向单位。"),
        ("unit", "六个字的单位", "最多5字，现在 6 字，请删减。"),
        ("how", "", "请选择。"),
        ("how", "pigeon", "请从所列各项中选择。"),
        ("people", "十", "请填写整数，例如 8。"),
        ("people", "0", "请填 1 到 9 之间的整数。"),
        ("people", "9999999999999999999999", "请填写整数，例如 8。"),
        ("sent_on", "2026-02-30", "日期不存在（2026-02-30）。"),
        ("sent_on", "0001-01-01", "请核对年份（1）。"),
        ("sent_on", "9999-12-31", "请核对年份（9999）。"),
        ("sent_on", "明天", "请按 2026-12-08 的样子填写日期。"),
        ("sent_on", "2026-11-24", "不能晚于今天。"),
        ("next_on", "2026-11-22", "不能早于今天。"),
        ("told", "", "请确认后勾选此项。"),
    ],
)
def test_bad_values_get_a_sentence_and_stay(app: Flask, name: str, typed: str, said: str) -> None:
    form = filled(app, **{**GOOD, name: typed})
    assert list(form[name].errors) == [said]
    if name not in ("how", "told"):
        assert typed.strip() in str(form[name]())


def test_an_unreadable_day_is_not_thrown_away_by_a_date_picker(app: Flask) -> None:
    assert 'type="text"' in str(filled(app, **GOOD | {"sent_on": "2026-02-30"}).sent_on())
    assert 'type="text"' in str(filled(app, **GOOD).sent_on())


def test_templates_know_every_control_by_its_usual_name(app: Flask) -> None:
    form = filled(app, **GOOD)
    assert (form.told.type, form.how.type, form.version.type) == ("BooleanField", "RadioField", "HiddenField")


def test_full_width_digits(app: Flask) -> None:
    assert filled(app, **GOOD, people="\uff18").people.data == 8


def test_characters_no_database_keeps_are_dropped(app: Flask) -> None:
    assert filled(app, **GOOD, note="前\x00后\x1f").note.data == "前后"


@pytest.mark.parametrize("name", ["errors", "data", "version", "validate"])
def test_a_name_the_form_needs_is_refused(app: Flask, name: str) -> None:
    with pytest.raises(DeclarationError):
        step_form((Text(name, "名"),))


def test_every_declared_step_has_a_form(app: Flask) -> None:
    steps = [step for platform in registry.platforms() for step in platform.steps]
    assert len(steps) > 40
    with app.test_request_context():
        for step in steps:
            form = step_form(step.fields)()
            assert [each.name for each in form.declared] == [asked.name for asked in step.fields]
            assert isinstance(step, definition.Step)
