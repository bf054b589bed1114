"""Numbers in free text: all found, nothing else touched, every word restorable."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.people import identity
from portal.people.redaction import Found, masked, restored, seal_text, without_tokens

ID = "14080219900101" + "001" + identity.check_character("14080219900101001")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("我的电话13812345678，请回电", "我的电话〔电话1〕，请回电"),
        ("电话：１３８１２３４５６７８", "电话：〔电话1〕"),
        ("手机138 1234 5678或139-1234-5678", "手机〔电话1〕或〔电话2〕"),
        ("手机 138-12345678", "手机 〔电话1〕"),
        ("1 3 8 1 2 3 4 5 6 7 8", "〔电话1〕"),
        ("+86 138-1234-5678", "〔电话1〕"),
        ("微信wx13812345678", "微信wx〔电话1〕"),
        ("0359-2222222、（0359）2222223、03592222224", "〔电话1〕、〔电话2〕、〔电话3〕"),
        ("０３５９——２２２２２２２", "〔电话1〕"),
        ("联系电话：2022345。", "联系电话：〔电话1〕。"),
        (f"身份证{ID}住盐湖区", "身份证〔证件1〕住盐湖区"),
        ("身份证140802 19900101 0012", "身份证〔证件1〕"),
        ("旧证140802900101001，", "旧证〔证件1〕，"),
        ("11010519491231002X13812345678", "〔证件1〕〔电话1〕"),
        (f"13812345678 {ID}", "〔电话1〕 〔证件1〕"),
        (f"{ID}，13812345678/13912345678", "〔证件1〕，〔电话1〕/〔电话2〕"),
        ("13812345678打来，又是13812345678", "〔电话1〕打来，又是〔电话1〕"),
    ],
)
def test_numbers_of_persons_are_taken_out(text: str, clean: str) -> None:
    assert seal_text(text)[0] == clean


@pytest.mark.parametrize(
    "text",
    [
        "编号YC-2026-000123，2019-07-16 21:41:04提交",
        "（2019）晋08民初13812号，国办发明电(2003)42号",
        "共13812345678元，另13812345678.50，约 15200000000 余元",
        "面积13812345678平方米，车牌晋M12345、晋MD12345",
        "工号20190716123456，银行卡6222021234567890123",
        "区间2016-2020年，房号15A-07，标准GB50180-2018",
        "热线12345、0731-12345、400-889-3333、0000-00000000",
        "统一社会信用代码91140800MA0ABCD12X",
        "身份证４３０３２２１９５６０*******",
        "货号990802199001010012与140802199013010012",
        "序列号1408021990010100113812345678",
        "日均5306110人次，2022345字",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert seal_text(text) == (text, [])


def test_what_was_found_keeps_its_kind_and_its_spelling() -> None:
    clean, found = seal_text(f"{ID} 138 1234 5678")
    assert found == [Found("〔证件1〕", "id", ID), Found("〔电话1〕", "phone", "138 1234 5678")]
    assert masked(clean, found) == f"1408************{ID[-2:]} 138****5678"


def test_new_tokens_begin_above_the_case_and_above_the_text() -> None:
    clean, found = seal_text("〔电话7〕之外还有13812345678", taken=3)
    assert clean == "〔电话7〕之外还有〔电话8〕"
    assert [item.token for item in found] == ["〔电话8〕"]
    assert seal_text("13812345678", taken=3)[0] == "〔电话4〕"


def test_an_unknown_token_stays_and_no_value_is_read_as_a_pattern() -> None:
    assert masked("〔电话9〕", []) == "〔电话9〕"
    assert restored("〔电话1〕", [Found("〔电话1〕", "phone", r"\1〔电话1〕")]) == r"\1〔电话1〕"
    assert without_tokens("a〔电话1〕b〔证件22〕") == "a b "


PIECES = st.one_of(
    st.sampled_from(
        ["，", " ", "电话", "-", "/", "元", "2019-07-16", "0359", "〕", "晋M12345", ".", "86", "x", "\n", "１"]
    ),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"0359-[2-8][0-9]{6}", fullmatch=True),
    st.just(ID),
    st.text(max_size=4),
)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=12).map("".join).filter(lambda text: "〔" not in text))
def test_every_text_is_restored_word_for_word_and_nothing_is_left_to_find(text: str) -> None:
    clean, found = seal_text(text)
    assert restored(clean, found) == text
    assert seal_text(clean, len(found)) == (clean, [])
    assert len({item.token for item in found}) == len(found)


@given(
    st.dates(date(1900, 1, 1), date(2030, 1, 1)),
    st.from_regex(r"[0-9]{3}[0-9X]", fullmatch=True),
    st.sampled_from(["", "，", "身份证号：", "我"]),
    st.sampled_from(["", " ", "-", "\u3000"]),
)
def test_an_identity_number_is_found_even_with_a_slip_in_its_last_digit(
    born: date, end: str, lead: str, gap: str
) -> None:
    number = gap.join(("140802", born.strftime("%Y%m%d").zfill(8), end))
    assert seal_text(f"{lead}{number}。") == (f"{lead}〔证件1〕。", [Found("〔证件1〕", "id", number)])


def test_a_long_text_of_digits_is_read_in_linear_time() -> None:
    text = "1 3" * 30_000
    clean, found = seal_text(text)
    assert restored(clean, found) == text
    assert not re.search(r"\d{11}", clean)
