"""Search over Chinese, on both databases: every two-character word is found, nothing is over-reported, nothing is an operator."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import exists, false, select, text
from sqlalchemy.orm import Session

from portal import database
from portal.cases import search
from portal.cases.models import Case, CaseGrant

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def record(session: Session, subject: str, facts: str = "", *further: str, scope: str = "centre") -> int:
    """A case, open to ``scope``, with its document."""
    with database.write():
        last = session.scalar(select(Case.id).order_by(Case.id.desc()).limit(1)) or 0
        number = f"YC-2026-{last + 1:06d}"
        case = Case(
            centre_id=1,
            number=number,
            channel="visit",
            purpose="demand",
            subject=subject[:200],
            facts=facts,
            received_at=AT,
            registered_at=AT,
            enquiry_code="x",
            enquiry_hash=number,
        )
        session.add(case)
        session.flush()
        session.add(CaseGrant(scope=scope, case_id=case.id, centre_id=1, why="test", since=AT))
        search.index(session, case.id, [number, subject, facts, *further])
        return case.id


def test_two_character_words_are_found_in_subject_facts_and_further_texts(session: Session) -> None:
    noise = record(session, "夜间施工噪音扰民", "工地凌晨仍在打桩")
    bus = record(session, "公交线路调整", "希望延长运营时间", "请求增加班次")
    assert search.hits(session, "噪音") == [noise]
    assert search.hits(session, "打桩") == [noise]
    assert search.hits(session, "公交") == [bus]
    assert search.hits(session, "班次") == [bus]
    assert search.hits(session, "电话") == []


def test_all_words_must_occur_and_the_newest_come_first(session: Session) -> None:
    first = record(session, "小区噪音", "物业不管")
    second = record(session, "广场噪音", "物业推诿")
    record(session, "物业收费", "")
    assert search.hits(session, "噪音 物业") == [second, first]
    assert search.hits(session, "物业\u3000噪音  推诿") == [second]
    assert search.hits(session, "噪音 物业", limit=1) == [second]
    assert search.hits(session, "噪音 物业", before=second) == [first]


def test_a_long_word_is_checked_against_the_text(session: Session) -> None:
    record(session, "公交改道", "公交车停运，火车站出口拥堵，货车站场扰民")
    record(session, "公交、交车、车站")
    found = record(session, "公交车站没有遮雨棚")
    assert search.hits(session, "公交车站") == [found]


def test_a_case_number_is_found_whole_and_by_its_last_six_digits(session: Session) -> None:
    first = record(session, "道路")
    second = record(session, "路灯")
    number = session.get(Case, second).number
    for words in (number, number.lower(), number[-6:], "ＹＣ－２０２６－" + number[-6:], number[3:]):
        assert search.hits(session, words) == [second]
    assert search.hits(session, "2026") == [second, first]
    assert search.hits(session, number[:-1]) == []


def test_letters_and_digits_inside_chinese(session: Session) -> None:
    found = record(session, "A3区5号线噪声", "不符合GB50118-2010，WiFi信号差")
    record(session, "A2区15号线", "GB50180")
    for words in ("A3区", "a3", "5号线", "gb50118-2010", "ＷＩＦＩ", "wifi信号"):
        assert search.hits(session, words) == [found]


def test_one_character_is_found_in_short_texts_only(session: Session) -> None:
    found = record(session, "狗患")
    record(session, "其他", "邻居养狗。" + "扰民" * 150)
    assert search.hits(session, "狗") == [found]
    assert search.hits(session, "狗 患") == [found]
    assert search.hits(session, "“狗") == []


def test_a_sentence_broken_over_lines_is_found(session: Session) -> None:
    found = record(session, "供暖", "小区公交\n\t 车站被拆")
    assert search.hits(session, "公交车站") == [found]


def test_rare_characters_are_found(session: Session) -> None:
    found = record(session, "䶮镇与𬭎村及鿏厂的纠纷")
    for words in ("䶮镇", "𬭎村", "与𬭎", "鿏厂"):
        assert search.hits(session, words) == [found]


def test_tokens_of_sealed_values_are_not_indexed(session: Session) -> None:
    found = record(session, "请回电〔电话1〕谢谢", "〔证件12〕")
    assert search.hits(session, "回电") == [found]
    assert search.hits(session, "电话1") == []
    assert search.hits(session, "电话") == []
    assert search.hits(session, "证件") == []
    assert "电话" not in str(session.execute(text("SELECT * FROM case_search")).all())


def test_a_document_is_replaced_and_forgotten(session: Session) -> None:
    case = record(session, "噪音")
    with database.write():
        search.index(session, case, ["公交"])
    assert search.hits(session, "噪音") == []
    assert search.hits(session, "公交") == [case]
    with database.write():
        search.forget(session, case)
    assert search.hits(session, "公交") == []


def test_visibility_is_applied_before_the_page_is_cut(session: Session) -> None:
    mine = [record(session, f"噪音{number}", scope="platform:petition") for number in range(3)]
    for number in range(5):
        record(session, f"噪音{number}", scope="platform:mediation")
    granted = exists().where(CaseGrant.case_id == Case.id, CaseGrant.scope.in_(["platform:petition"]))
    assert search.hits(session, "噪音", visible=granted, limit=2) == [mine[2], mine[1]]
    assert search.hits(session, "噪音", visible=granted, before=mine[1]) == [mine[0]]
    assert search.hits(session, "噪音", visible=Case.id.in_([mine[0]])) == [mine[0]]
    assert search.hits(session, "噪音", visible=false()) == []


def test_matching_can_narrow_another_query(session: Session) -> None:
    record(session, "噪音")
    found = record(session, "噪音扰民")
    narrowed = select(Case.subject).where(Case.id.in_(search.matching(session, "噪音")), Case.id >= found)
    assert session.scalars(narrowed).all() == ["噪音扰民"]
    assert search.matching(session, " \u3000\n") is None
    assert search.hits(session, "") == []


@pytest.mark.parametrize(
    "words",
    [
        '"噪音',
        "噪音'",
        "噪音\\",
        "噪音 OR",
        "NOT 噪音",
        "噪音*",
        "folded：噪音",
        "NEAR（噪音 公交）",
        "(噪音",
        "^噪音",
        "噪音 & !",
        "噪音：*",
        "%",
        "_",
        "' OR 1=1 --",
        "噪音；DROP TABLE case_search",
        "\x00",
        "😀",
        ":tokens",
        "%(x)s",
    ],
)
def test_nothing_typed_is_an_operator(session: Session, words: str) -> None:
    record(session, "噪音公交")
    assert search.hits(session, words) == []


def test_signs_are_found_where_they_stand(session: Session) -> None:
    found = record(session, "100%达标😀“噪音”")
    record(session, "100达标，噪音")
    for words in ("100%", "达标😀", "“噪音”"):
        assert search.hits(session, words) == [found]
    for words in ("%", "😀", "，", "%　“"):
        assert search.hits(session, words) == []


def test_a_pasted_page_is_cut_and_still_finds_its_case(session: Session) -> None:
    page = "小区旁边的工地夜间施工噪音太大影响休息" * 60
    found = record(session, "噪音", page)
    record(session, "噪音", "别的")
    assert search.hits(session, page) == [found]
    assert search.hits(session, " ".join(["噪音"] * 500) + " 没有的词")[1:] == [found]


def test_a_very_long_text_can_be_indexed(session: Session) -> None:
    signs = random.Random(1)
    page = "".join(chr(signs.randrange(0x4E00, 0x9FA5)) for _number in range(200_000))
    found = record(session, "长文", page)
    assert search.hits(session, "长文") == [found]


@pytest.mark.one_engine
@given(st.text(max_size=60), st.integers(0, 59), st.integers(1, 12))
def test_every_piece_of_a_chinese_run_gives_tokens_of_the_whole(words: str, start: int, length: int) -> None:
    whole = "".join(sign for sign in words if "\u4e00" <= sign <= "\u9fff") + "公交车站噪音扰民"
    piece = whole[start % len(whole) :][:length]
    assert set(search.bigrams(piece)) <= set(search.bigrams(whole))
    assert all(len(token) == 2 for token in search.bigrams(whole))


def test_bigrams() -> None:
    assert search.bigrams("公交车站 A3区，YC-2026-000123号") == [
        "公交",
        "交车",
        "车站",
        "a3",
        "yc",
        "2026",
        "000123",
    ]


def test_the_index_can_be_dropped_and_made_again(session: Session) -> None:
    dialect = session.get_bind().dialect.name
    with database.write():
        for statement in (*search.drop(dialect), *search.ddl(dialect)):
            session.execute(text(statement))
    found = record(session, "噪音")
    assert search.hits(session, "噪音") == [found]
