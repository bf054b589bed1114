"""Every letter says what the law wants it to say, the same in print and .docx, and is not kept without it."""

import io
import re
from dataclasses import replace
from datetime import date

import docx
import pytest
from sqlalchemy.orm import Session

from portal import clock
from portal.cases.definition import Choice, Day, Flag
from portal.cases.operations import FieldProblems
from portal.documents.letters import blocks, composing, word
from portal.documents.letters.kinds import KINDS, Issuer
from portal.documents.letters.models import Letter, LetterService
from portal.documents.letters.operations.shared import facts_of
from portal.statutes import deadlines
from tests.documents import letters
from tests.documents.letters import BUREAU, FACTS, GOVERNMENT, NAME, OFFICE, Organ, drafted
from tests.staff import MONDAY

pytestmark = pytest.mark.one_engine
ISSUED_BY = {
    Issuer.OFFICE: OFFICE,
    Issuer.SENDER: OFFICE,
    Issuer.HANDLER: BUREAU,
    Issuer.REVIEWER: GOVERNMENT,
    Issuer.OWN: BUREAU,
}
# 复核 needs an organ above the one that reviewed: this petition is a county's
CODES = [code for code in KINDS if code != "rereview"]


@pytest.fixture
def organ(session: Session) -> Organ:
    """The bureau and its petition."""
    return letters.found_organ()


def issued(organ: Organ, code: str, /, **changes) -> int:
    return drafted(organ, code, issuer=ISSUED_BY.get(KINDS[code].issuer), **changes)


def composed(session: Session, letter_id: int) -> blocks.Composition:
    row = letters.letter(session, letter_id)
    case = session.get(letters.Case, row.case_id)
    return composing.compose(row, facts_of(row), composing.known(session, case, row.issuer_unit_id))


def words_of(data: bytes) -> list[str]:
    """Every line of a .docx from top to bottom, table cells included."""
    document = docx.Document(io.BytesIO(data))
    found = []
    for child in document.element.body.iterchildren():
        if child.tag.endswith("}p"):
            found.append("".join(node.text or "" for node in child.iter() if node.tag.endswith("}t")))
        elif child.tag.endswith("}tbl"):
            cells = [node for node in child.iter() if node.tag.endswith("}tc")]
            found += ["".join(n.text or "" for n in cell.iter() if n.tag.endswith("}t")) for cell in cells]
    return [line for line in found if line]


def test_every_kind_has_facts_here() -> None:
    assert set(FACTS) == set(KINDS)
    assert len(KINDS) >= 25


def expected_of(field, value) -> list[str]:
    """How ``value`` of ``field`` reads on paper, piece by piece."""
    if value is None or isinstance(field, Flag):
        return []
    if isinstance(field, Choice):
        return [dict(field.options)[value]]
    if isinstance(field, Day):
        year, month, day = (int(part) for part in value.split("-"))
        return [f"{year}年{month}月{day}日"]
    return [part.strip() for line in str(value).splitlines() for part in re.split("[，,]", line)]


def test_everything_stated_stands_in_each_letter(session: Session, organ: Organ) -> None:
    for code in CODES:
        kind, made = KINDS[code], composed(session, issued(organ, code))
        text = "\n".join(blocks.lines_of(made))
        for field in kind.fields:
            for said in expected_of(field, FACTS[code].get(field.name)):
                assert said in text, f"{code}, {field.label}: {said}"
        assert organ.number in text, code
        assert "None" not in text, code
        assert bool(made.signer) is kind.formal, code
        assert (f"{NAME}：" in text) is (kind.to == "petitioner"), code


def test_each_docx_has_the_same_text(session: Session, organ: Organ) -> None:
    for code in CODES:
        made = composed(session, issued(organ, code))
        assert words_of(word.made(made)) == [line for line in blocks.lines_of(made) if line], code


def test_what_is_required_is_enforced_for_each(session: Session, organ: Organ) -> None:
    for code in CODES:
        required = [f.name for f in KINDS[code].fields if f.required or getattr(f, "must", False)]
        assert required, code
        for name in required:
            with pytest.raises(FieldProblems) as refused:
                issued(organ, code, **{name: None})
            assert set(refused.value.problems) == {name}, code


@pytest.mark.parametrize(
    ("code", "key"),
    [("opinion", "petition.review_request"), ("review", "petition.rereview_request")],
)
def test_the_right_is_told_with_the_tables_number(session: Session, organ: Organ, code: str, key: str) -> None:
    rule = deadlines.rule(key)
    text = "".join(blocks.lines_of(composed(session, issued(organ, code))))
    assert f"可以自收到之日起{rule.amount}日内" in text
    assert rule.citation in text


def test_the_end_of_the_road_is_told_only_after_rereview() -> None:
    text = composing._TEMPLATES.get_template(KINDS["rereview"].template).render(
        f=composing.in_words(KINDS["rereview"], FACTS["rereview"]), raw=FACTS["rereview"], who=NAME, case_number="YC-1"
    )
    assert "不再受理" in text
    assert "举行了听证" in text
    assert "可以自收到之日起" not in text


@pytest.mark.parametrize(
    ("code", "changes", "field", "says"),
    [
        ("extension", {"extended_due": "2027-08-10"}, "extended_due", "不得超过 30 日"),
        ("extension", {"extended_due": "2027-01-22"}, "extended_due", "晚于原期限"),
        ("representatives", {"representatives": "\n".join("甲乙丙丁戊己")}, "representatives", "不得超过 5 人"),
        ("representatives", {"headcount": 1}, "headcount", "不能少于"),
        ("materials_receipt", {"materials": "占地协议，复印件，1份"}, "materials", "第 1 行须写五项"),
        ("materials_receipt", {"materials": "协议，扫描件，1份，3页，不退还"}, "materials", "原件"),
        ("materials_receipt", {"materials": "协议，原件，一份，3页，不退还"}, "materials", "数字"),
        ("settlement", {"mediator": None}, "mediator", "调解员"),
        ("assignment", {"report_by": "2026-11-01"}, "report_by", "不能早于今天"),
        ("urgent_report", {"headcount": -3}, "headcount", "之间的整数"),
    ],
)
def test_what_cannot_be_so_is_refused(
    session: Session, organ: Organ, code: str, changes: dict, field: str, says: str
) -> None:
    with pytest.raises(FieldProblems) as refused:
        issued(organ, code, **changes)
    assert says in refused.value.problems[field]


def test_a_receipt_of_service_is_blank_before_and_full_after(session: Session, organ: Organ) -> None:
    made = composed(session, issued(organ, "acceptance"))
    row = Letter(kind="acceptance", number_word="运自然资信", number_year=2026, number_serial=4)
    blank = blocks.lines_of(composing.receipt(row, made, None))
    assert "受理告知书" in blank
    assert "运自然资信〔2026〕4号" in blank
    served = LetterService(
        method="direct", on=MONDAY.date(), proof="witness", recipient="", witness="村委会 王某", place="风口村3组",
        details={"outcome": "refused", "reference": ""},
    )  # fmt: skip
    full = blocks.lines_of(composing.receipt(row, made, served))
    for said in ("直接送达", "2026年11月23日", "拒收、村委会 王某", "风口村3组"):
        assert said in full
        assert said not in blank
    assert "自收到之日起算" not in "".join(blank)
    row.kind = "opinion"
    assert "自收到之日起算" in "".join(blocks.lines_of(composing.receipt(row, made, None)))


def test_what_is_typed_is_text_and_never_html(session: Session, organ: Organ) -> None:
    text = blocks.lines_of(composed(session, issued(organ, "guidance", explained="<table><script>x</script> & 说明")))
    assert "<table><script>x</script> & 说明" in text


def test_signs_that_no_docx_can_hold_are_left_out(session: Session, organ: Organ) -> None:
    made = composed(session, issued(organ, "guidance", explained="前\uffff后\ufffe", matter="事\uffff项"))
    assert words_of(word.made(made)) == blocks.lines_of(made)
    assert "前后" in blocks.lines_of(made)


def test_a_template_that_only_print_could_show_is_refused() -> None:
    with pytest.raises(ValueError, match="img"):
        blocks.parse("<div><p>正文</p><img></div>")


def test_what_is_kept_comes_back_as_it_was(session: Session, organ: Organ) -> None:
    made = composed(session, issued(organ, "materials_receipt"))
    assert blocks.load(blocks.dump(made)) == made


@pytest.mark.parametrize(("valid_from", "days"), [(date(2026, 11, 1), "20日"), (date(2027, 1, 1), "15日")])
def test_a_letter_names_the_period_in_force_on_its_day(session: Session, organ: Organ, valid_from, days) -> None:
    row = letters.letter(session, issued(organ, "referral"))
    known = composing.known(session, session.get(letters.Case, row.case_id), row.issuer_unit_id)
    changed = replace(known.rules.newest("petition.notice_referred"), amount=20, valid_from=valid_from)
    with clock.frozen(MONDAY):
        made = composing.compose(row, facts_of(row), replace(known, rules=known.rules.after([changed])))
    assert f"收到之日起{days}内书面告知" in "".join(blocks.lines_of(made))


def test_enclosures_are_numbered_only_where_there_are_several(session: Session, organ: Organ) -> None:
    one = composed(session, issued(organ, "referral", materials="占地协议复印件1份"))
    assert [block.text for block in one.blocks][-1] == "附件：占地协议复印件1份"
    several = composed(session, issued(organ, "referral", materials="占地协议复印件1份\n\n身份证复印件1份"))
    assert [(block.style, block.text) for block in several.blocks][-2:] == [
        ("", "附件：1. 占地协议复印件1份"),
        ("further", "2. 身份证复印件1份"),
    ]
    none = composed(session, issued(organ, "referral", materials=""))
    assert not any("附件" in line for line in blocks.lines_of(none))


def test_a_docx_centres_the_organ_over_its_date_and_numbers_its_pages(session: Session, organ: Organ) -> None:
    letter = replace(composed(session, issued(organ, "opinion")), dated="2026年11月23日")
    document = docx.Document(io.BytesIO(word.made(letter)))
    signer, dated = document.paragraphs[-2:]
    assert (signer.text, dated.text) == ("运城市自然资源和规划局", "2026年11月23日")
    ends = [round(each.paragraph_format.right_indent.pt / 16, 1) for each in (signer, dated)]
    assert ends == [4.0, 6.0], "eleven characters above seven: both have one middle"
    assert signer.paragraph_format.keep_with_next
    assert document.paragraphs[-3].paragraph_format.keep_with_next, "the signature never stands alone"
    assert "PAGE" in document.sections[0].footer.paragraphs[0]._element.xml
