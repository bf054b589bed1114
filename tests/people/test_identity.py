"""Identity numbers, telephones, names, addresses: every accepted spelling gives one value, every refusal its own sentence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.people import identity

TODAY = date(2026, 11, 23)
# the worked example printed in GB 11643-1999
STANDARD = "11010519491231002X"


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    """Numbers that GB 11643 allows: a province, any county, any day up to today, any sequence, the right check character."""
    born = draw(st.dates(date(1900, 1, 1), TODAY))
    first = draw(st.sampled_from(sorted(identity.PROVINCES))) + draw(st.from_regex(r"[0-9]{4}", fullmatch=True))
    first += born.strftime("%Y%m%d").zfill(8) + draw(st.from_regex(r"[0-9]{3}", fullmatch=True))
    return first + identity.check_character(first)


@given(id_numbers())
def test_a_right_number_is_accepted_in_every_spelling(number: str) -> None:
    wide = number.lower().translate({ord(narrow): ord(narrow) + 0xFEE0 for narrow in "0123456789x"})
    for spelling in (number, number.lower(), f" {number[:6]} {number[6:14]}-{number[14:]}\u3000", wide):
        assert identity.normalise_id(spelling) == number
        assert identity.check_id(spelling, TODAY) is None


@given(id_numbers(), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number: str, place: int, shift: int) -> None:
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert identity.check_id(wrong, TODAY) is not None


@given(id_numbers(), st.integers(0, 15))
def test_two_exchanged_neighbours_are_always_noticed(number: str, place: int) -> None:
    exchanged = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert (identity.check_id(exchanged, TODAY) is None) == (exchanged == number)


def test_the_example_of_the_standard() -> None:
    assert identity.check_character(STANDARD[:17]) == "X"
    assert identity.check_id(STANDARD, TODAY) is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "请填写"),
        ("   ", "请填写"),
        ("1101051949123100", "现在是 16 位"),
        ("1101051949123100222", "现在是 19 位"),
        ("11010519491231002Y", "只能是数字"),
        ("1101051949123100X2", "只能是数字"),
        ("٣10105194912310021", "只能是数字"),
        ("身份证", "只能是数字"),
        ("110105491231002", "15 位的旧身份证号码已停用"),
        ("99010519491231002X", "省级代码"),
        ("110105194902300021", "出生日期不存在"),
        ("110105203001010021", "出生日期不可能"),
        ("110105187001010021", "出生日期不可能"),
        ("110105194912310021", "校验位不对"),
    ],
)
def test_each_mistake_has_its_own_sentence(typed: str, said: str) -> None:
    assert said in identity.check_id(typed, TODAY)


def test_a_child_born_today_is_accepted_and_one_born_tomorrow_is_not() -> None:
    today, tomorrow = "14080220261123001", "14080220261124001"
    assert identity.check_id(today + identity.check_character(today), TODAY) is None
    assert "不可能" in identity.check_id(tomorrow + identity.check_character(tomorrow), TODAY)


def test_a_foreigners_permanent_residence_card_is_accepted() -> None:
    first = "91184019900101001"
    assert identity.check_id(first + identity.check_character(first), TODAY) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13812345678", "13812345678"),
        (" 138 1234-5678 ", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("03592222222", "0359-2222222"),
        ("０３５９－２２２２２２２", "0359-2222222"),
        ("（0359）222 2222", "0359-2222222"),
        ("+86 359 2222222", "0359-2222222"),
        ("010 8888 8888", "010-88888888"),
        ("02988888888", "029-88888888"),
        ("0731——8888 8888", "0731-88888888"),
        ("0359-2222222转801", "0359-2222222-801"),
    ],
)
def test_telephones_have_one_spelling(typed: str, kept: str) -> None:
    assert identity.normalise_phone(typed) == kept
    assert identity.check_phone(typed) is None
    assert identity.normalise_phone(kept) == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "请填写"),
        ("1381234567", "现在是 10 位"),
        ("138123456789", "现在是 12 位"),
        ("12812345678", "号段不存在"),
        ("2222222", "请加区号，例如 0359-2222222"),
        ("0000-00000000", "或带区号的固定电话"),
        ("0359-1222222", "或带区号的固定电话"),
        ("一三八", "只能是数字"),
        ("a@b.cn", "只能是数字"),
    ],
)
def test_each_wrong_telephone_has_its_own_sentence(typed: str, said: str) -> None:
    assert said in identity.check_phone(typed)


@given(st.text())
def test_nothing_typed_breaks_the_checks(typed: str) -> None:
    for answer in (identity.check_id(typed, TODAY), identity.check_phone(typed)):
        assert answer is None or answer.startswith(("请", "身份证", "电话", "手机", "固定", "15"))
    for normalise in (identity.normalise_id, identity.normalise_name, identity.normalise_address):
        assert normalise(normalise(typed)) == normalise(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 吕 梁\t", "吕梁"),
        ("欧阳\u3000明", "欧阳明"),
        ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("John  Smith", "John Smith"),
        ("Ａ0010", "A0010"),
        ("运城市（某某）公司", "运城市（某某）公司"),
        ("\x00吕\u200b某", "吕某"),
    ],
)
def test_names_have_one_spelling(typed: str, kept: str) -> None:
    assert identity.normalise_name(typed) == kept


def test_addresses_have_one_spelling() -> None:
    assert identity.normalise_address(" 盐湖区 北城街道\n红旗东街１２号—３Ａ ") == "盐湖区北城街道红旗东街12号-3A"
