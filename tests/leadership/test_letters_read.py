"""阅信: put before a leader once, read by the leader or in the leader's name, answered with words and tasks; the walls hold."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import clock
from portal.cases import queries as cases
from portal.cases.models import Case
from portal.cases.operations import FieldProblems, Refused, StaleVersion
from portal.cases.timeline import timeline
from portal.leadership.models import Instruction, LetterRead, Task, TaskUnit
from portal.leadership.operations import letters_read as operations
from portal.leadership.operations.instructions import TaskDraft
from portal.leadership.queries import letters_read as queries
from portal.leadership.queries.coverage import quarter_of
from tests.cases.desk import NOW, actor_named, case_of, counted, errors_of, html, post, registered
from tests.leadership.sponsors import TODAY, accuse, leader_id, unit_id

LIST = "/leadership/letters"
UNIT = "市自然资源和规划局"
WORDS = "请自然资源局核清面积，月底前把应付的付清。"
DUE = TODAY + timedelta(days=20)


@pytest.fixture
def put(hall, do, inside):
    """``put(number)`` before a leader; returns the letter."""

    def done(number: str, login: str = "head", name: str = "杜立新", **given) -> LetterRead:
        with inside() as session:
            case_id, leader = case_of(session, number).id, leader_id(session, name)
        return do(
            operations.put, login, case_id, **{"leader_id": leader, "summary": "补偿款拖欠", "how": "screen"} | given
        )

    return done


def told(inside, number: str) -> list[tuple[str, str]]:
    with inside() as session:
        line = timeline(session, actor_named(session, "head"), case_of(session, number))
        return [(each.title, each.detail) for each in line if "领导" in each.title]


def words_of(answer) -> str:
    return " ".join(html(answer).get_text(" ").split())


# ---- the rules ----


def test_a_letter_is_put_read_and_answered_with_a_task(hall, do, put, inside):
    number = registered(hall)
    letter = put(number)
    with inside() as session:
        for login in ("leader", "office"):
            assert cases.can_see(session, actor_named(session, login), letter.case_id) is not None
        assert cases.can_see(session, actor_named(session, "unit"), letter.case_id) is None
        tasks = [TaskDraft("付清补偿款", unit_id(session, UNIT), DUE)]
    do(operations.mark_read, "office", letter.id)
    with pytest.raises(Refused, match="已经阅过"):
        do(operations.mark_read, "leader", letter.id)
    with pytest.raises(StaleVersion):
        do(operations.instruct, "leader", letter.id, words=WORDS, tasks=tasks, version=2)
    do(operations.instruct, "leader", letter.id, words=WORDS, tasks=tasks, version=3)
    assert told(inside, number)[0] == ("呈领导阅：杜立新（市长）", "补偿款拖欠")
    assert ("领导已阅：杜立新（市长）", "") in told(inside, number)
    assert ("领导批示：杜立新（市长）", WORDS.rstrip("。")) in [(t, d.rstrip("。")) for t, d in told(inside, number)]
    with inside() as session:
        made = session.scalars(select(Instruction)).one()
        assert (made.source, made.source_id, made.words) == ("letter", letter.id, WORDS)
        assert session.scalars(select(Task.due)).all() == [DUE]
        assert session.scalars(select(TaskUnit.role)).all() == ["lead"]
        assert cases.can_see(session, actor_named(session, "unit"), letter.case_id) is not None
    with pytest.raises(Refused, match="已有批示"):
        do(operations.instruct, "leader", letter.id, words=WORDS, tasks=[], version=4)


def test_words_without_a_task_are_looked_at_again_too(hall, do, put, inside):
    letter = put(registered(hall, channel="online"))
    do(operations.instruct, "leader", letter.id, words="已阅，请信访局继续关注。", tasks=[], version=2)
    with inside() as session:
        made = session.scalars(select(Instruction)).one()
        assert (made.source, made.source_id, made.words) == ("letter", letter.id, "已阅，请信访局继续关注。")
        assert session.scalars(select(Task.id)).all() == []
        shown = queries.one(session, actor_named(session, "leader"), letter.id)
        assert (shown.state, shown.read_at, shown.instructed_at) == ("instructed", NOW, NOW)
        stored = session.connection().exec_driver_sql("SELECT words FROM letter_read").scalar()
        assert "继续关注" not in stored


def test_a_task_that_cannot_be_leaves_nothing_behind(hall, do, put, inside):
    letter = put(registered(hall))
    with pytest.raises(FieldProblems) as found:
        do(operations.instruct, "leader", letter.id, words=WORDS, tasks=[TaskDraft("付清", None, None)], version=2)
    assert {"lead", "due"} <= set(found.value.problems)
    with inside() as session:
        assert session.scalars(select(LetterRead.state)).all() == ["put"]
        assert session.scalars(select(Instruction.id)).all() == []


@pytest.mark.parametrize(
    ("words", "says"), [("", "请填写批示内容"), ("长" * 2001, "最多2000字"), ("确保其息访", "不能作为目标")]
)
def test_words_that_cannot_stand(hall, do, put, words, says):
    letter = put(registered(hall))
    with pytest.raises(FieldProblems) as found:
        do(operations.instruct, "leader", letter.id, words=words, tasks=[], version=2)
    assert says in found.value.problems["words"]


def test_a_letter_is_put_before_a_leader_once_and_before_another_too(hall, put):
    number = registered(hall)
    put(number)
    with pytest.raises(FieldProblems) as found:
        put(number)
    assert "已经呈杜立新阅过" in found.value.problems["leader"]
    assert put(number, name="路海涛").id


@pytest.mark.parametrize(
    ("given", "field"), [({"summary": " "}, "summary"), ({"how": "pigeon"}, "how"), ({"leader_id": 10**6}, "leader")]
)
def test_what_is_missing_is_named(hall, put, given, field):
    with pytest.raises(FieldProblems) as found:
        put(registered(hall), **given)
    assert list(found.value.problems) == [field]


def test_only_letters_and_online_petitions_are_read(hall, put):
    with pytest.raises(Refused, match="只限来信和网上信访"):
        put(registered(hall, channel="visit"))


def test_only_the_leader_and_the_own_secretary_read(hall, do, put):
    letter = put(registered(hall))
    for login in ("head", "clerk"):
        with pytest.raises(Refused, match="由杜立新本人或其秘书办理"):
            do(operations.mark_read, login, letter.id)
    with pytest.raises(Refused, match="不对您开放"):
        do(operations.mark_read, "office-two", letter.id)


def test_accusations_are_put_by_the_duty_head_alone_and_counselling_by_nobody(hall, do, put, inside):
    number = registered(hall)
    accuse(hall, number)
    do(_open_to_self, "clerk", number)
    with pytest.raises(Refused, match="第三十条第三款"):
        put(number, login="clerk")
    letter = put(number)
    with inside() as session:
        seen = {who: queries.one(session, actor_named(session, who), letter.id) for who in ("leader", "office", "unit")}
        assert [who for who, shown in seen.items() if shown] == ["leader"]
        assert queries.letters(session, actor_named(session, "office"))[0] == []
    other = registered(hall)
    do(_seal, "head", other)
    with pytest.raises(Refused, match="心理服务"):
        put(other)


def _open_to_self(session, actor, number, *, at):
    operations.circle.grant(session, case_of(session, number), f"account:{actor.id}", why="接待", at=at)


def _seal(session, actor, number, *, at):
    case: Case = case_of(session, number)
    case.sensitivity = "sealed"
    _open_to_self(session, actor, number, at=at)


def test_a_quarter_counts_what_happened_in_it(hall, do, put, inside):
    early, late = put(registered(hall)), put(registered(hall), name="路海涛")
    after = NOW + timedelta(days=60)  # the next quarter
    with clock.frozen(after):
        do(operations.mark_read, "leader", early.id)
    with inside() as session:
        centre = actor_named(session, "head").centre_id
        first, second = (quarter_of(clock.day_of(moment)) for moment in (NOW, after))
        in_first = queries.counts(session, centre, first.first, first.last)
        assert [(each.leader, each.put, each.read) for each in in_first] == [("杜立新", 1, 0), ("路海涛", 1, 0)]
        in_second = queries.counts(session, centre, second.first, second.last)
        assert [(each.leader, each.put, each.read, each.instructed) for each in in_second] == [("杜立新", 0, 1, 0)]
    assert late.id


# ---- the pages ----


def test_from_the_case_to_the_leader_and_back_with_a_task(hall, sign_in, inside):
    number, head = registered(hall), sign_in("head")
    section = head.get(f"/leadership/cases/{number}/sponsorship").get_data(as_text=True)
    assert f"{LIST}/new?case={number}" in section
    form = html(head.get(f"{LIST}/new?case={number}"))
    assert form.select_one("#number")["value"] == number
    assert form.select_one("#summary").get_text(strip=True) == "风电项目占地赔偿款拖欠"
    with inside() as session:
        leader = leader_id(session)
    given = {"number": number, "leader": leader, "how": "paper", "summary": "补偿款拖欠"}
    for field, wrong, says in (
        ("leader", "", "请选择领导"), ("summary", "", "请写一两句摘要"), ("number", "YC-2026-999999", "没有找到这个编号"),
        ("how", "bird", "请从所列各项中选择"),
    ):  # fmt: skip
        answer = post(head, f"{LIST}/new", page=f"{LIST}/new", **given | {field: wrong})
        assert (answer.status_code, says in errors_of(answer, field)) == (422, True), field
    made = post(head, f"{LIST}/new", page=f"{LIST}/new", **given).headers["Location"]
    leader_page = sign_in("leader")
    wrong = post(
        leader_page, f"{made}/instruct", page=made, version="2", words=WORDS, what="付清", lead="某某局", due="明天"
    )
    assert wrong.status_code == 422
    assert "没有找到这个单位" in errors_of(wrong, "lead")
    assert "请按 2026-12-08 的样子" in errors_of(wrong, "due")
    assert WORDS in wrong.get_data(as_text=True)
    late = {"version": "2", "words": WORDS, "what_2": "付清", "lead_2": UNIT, "due_2": "2026-11-01"}
    past = post(leader_page, f"{made}/instruct", page=made, **late)
    assert "不能早于今天" in errors_of(past, "due_2")
    done = post(leader_page, f"{made}/instruct", page=made, **late | {"due_2": DUE.isoformat()})
    assert done.status_code == 303
    shown = leader_page.get(made)
    assert WORDS in words_of(shown)
    link = html(shown).select_one('a[href^="/leadership/instructions/"]')["href"]
    assert sign_in("unit").get(link).status_code == 200


def test_the_paper_folder_has_a_sheet_for_each_letter_that_waits(hall, sign_in, put, inside):
    for subject in ("渠道不通水", "噪音扰民"):
        put(registered(hall, subject=subject), how="paper")
    office = sign_in("office")
    with inside() as session:
        leader = leader_id(session)
    sheets = html(office.get(f"{LIST}/folder/{leader}")).select("article.letter-sheet")
    assert [sheet.select_one("dd.whole").get_text() for sheet in sheets] == ["噪音扰民", "渠道不通水"]
    assert all("吕*" in sheet.get_text() and "吕德胜" not in sheet.get_text() for sheet in sheets)
    assert office.get(f"{LIST}/folder/999").status_code == 404


def test_reading_from_a_page_and_twice(hall, sign_in, put):
    letter = put(registered(hall))
    office = sign_in("office")
    first = post(office, f"{LIST}/{letter.id}/read", page=LIST)
    assert (first.status_code, first.headers["Location"]) == (303, f"{LIST}/{letter.id}")
    again = post(office, f"{LIST}/{letter.id}/read", page=LIST)
    assert again.status_code == 409
    assert "这封信已经阅过" in words_of(again)
    assert sign_in("office-two").get(f"{LIST}/{letter.id}").status_code == 404


@pytest.mark.one_engine
def test_the_list_is_paged_and_asks_little(hall, sign_in, put, inside):
    for place in range(queries.PAGE + 2):
        put(registered(hall, subject=f"第{place}封来信"))
    head = sign_in("head")
    head.get(LIST)
    with counted(hall) as sent:
        first = head.get(LIST)
    assert len(sent) <= 11, sent
    older = html(first).select_one(".pager a")["href"]
    names = [link.get_text() for link in html(head.get(older)).select("a.list-link")]
    assert names == ["第1封来信", "第0封来信"]
    for odd in ("?before=x", "?state=x&leader=-1", "?on=2026-13-40", "?on=9999-12-31", "?on=0001-01-01"):
        assert "领导阅信" in words_of(head.get(f"{LIST}{odd}"))
