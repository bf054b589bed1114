"""One case as one timeline: events of its chain in words a clerk reads, each with who and when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import not_, select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases import amendments, clock_words, leader_words, queries, registry, vocabulary
from portal.cases.definition import Choice, Flag
from portal.cases.models import Case
from portal.trail.queries import Entry, entries

Telling = tuple[str, str]
RECUSAL_ASKED = "信访人申请回避"


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the timeline. ``kind`` is visit, handoff, step, paper, contact, rating or record, for the mark."""

    at: datetime
    title: str
    detail: str
    who: str
    kind: str


def timeline(session: Session, actor: Actor, case: Case) -> list[TimelineEntry]:
    """The case's events as ``actor`` may read them, oldest first; a sealed platform's show as 心理服务 only."""
    found = _without_hidden_links(session, actor, entries(session, f"case:{case.id}"))
    names = queries.names(session, {entry.actor_id for entry in found if entry.actor_id})
    told = []
    for entry in found:
        kind, tell = TELLERS.get(entry.kind, ("record", _plain))
        title, detail = _closed_off(entry) if _sealed_from(actor, entry) else tell(entry)
        who = names.get(entry.actor_id or 0, "群众本人" if entry.kind == "case.rated" else "系统")
        told.append(TimelineEntry(entry.at, title, detail, who, kind))
    return told


def _without_hidden_links(session: Session, actor: Actor, found: list[Entry]) -> list[Entry]:
    """A link to a matter whose very existence is kept from the reader (检举, counselling) never happened for him."""
    numbers = {entry.data["other"] for entry in found if entry.kind == "case.linked"}
    if not numbers:
        return found
    kept_from = select(Case.number).where(
        Case.number.in_(numbers), Case.sensitivity != "normal", not_(queries.visible(actor))
    )
    hidden = set(session.scalars(kept_from))
    return [entry for entry in found if entry.kind != "case.linked" or entry.data["other"] not in hidden]


def _sealed_from(actor: Actor, entry: Entry) -> bool:
    code = entry.data.get("platform")
    return (
        bool(code)
        and code not in actor.platforms
        and entry.kind.startswith(("proceeding", "clock", "letter"))
        and registry.platform(code).sealed
    )


def _closed_off(entry: Entry) -> Telling:
    return ("有心理服务", "")


def _plain(entry: Entry) -> Telling:
    return ("其他记录", "")


def _joined(parts: list[str]) -> str:
    """Clauses in one line; what people wrote may end with a full stop already."""
    return "；".join(part.rstrip("。；.") for part in parts if part)


def _registered(entry: Entry) -> Telling:
    channel = vocabulary.label(vocabulary.CHANNELS, entry.data["channel"])
    return (f"登记事项（{channel}）", _joined(entry.words.get("demands", [])))


def _visit(entry: Entry) -> Telling:
    kind = vocabulary.VISIT_KINDS.get(entry.data["kind"], "来访")
    people = entry.data.get("headcount", 1)
    return (f"{kind} {people} 人" if people > 1 else kind, entry.words.get("words", ""))


def _arrived(entry: Entry) -> Telling:
    return (f"到窗 {entry.data['window']}", f"{entry.data['number']} 号")


def _opened(entry: Entry) -> Telling:
    platform = registry.platform(entry.data["platform"])
    level = entry.data.get("level")
    what = f"开启{platform.procedure(level).label}程序" if level else "开启程序"
    return (f"{platform.label}：{what}", platform.states[entry.data["state"]].label)


def _advanced(entry: Entry) -> Telling:
    platform = registry.platform(entry.data["platform"])
    step = platform.step(entry.data["step"])
    stated = [
        f"{asked.label}：{_value(asked, entry.words[asked.name])}" for asked in step.fields if asked.name in entry.words
    ]
    state = platform.states[entry.data["state"]].label
    late = [f"逾期提出（期限至 {last}）" for last in entry.data.get("late", {}).values()] if step.uses else []
    earlier = entry.data.get("earlier")
    waited = [f"原程序现为“{platform.states[earlier['state']].label}”"] if earlier else []
    return (f"{platform.label}：{step.label}", _joined([*late, f"现为“{state}”", *waited, *stated]))


def _value(asked: Any, value: Any) -> str:
    if isinstance(asked, Choice):
        return dict(asked.options).get(value, str(value))
    return ("是" if value else "否") if isinstance(asked, Flag) else str(value)


def _contact(entry: Entry) -> Telling:
    words = entry.words
    said = f"{words.get('answered_by', '')}：{words.get('said', '')}"
    promise = words.get("promise")
    by = entry.data.get("promised_on")
    return (
        f"现场联系 {words.get('unit', '')}",
        _joined([said, f"承诺：{promise}（{by + ' 前' if by else '未定日期'}）" if promise else ""]),
    )


def _settled(entry: Entry) -> Telling:
    return ("承诺" + vocabulary.label(vocabulary.SETTLED, entry.data["how"]), entry.words.get("remark", ""))


def _resulted(entry: Entry) -> Telling:
    results = "、".join(vocabulary.label(vocabulary.RESULTS, code) for code in entry.data["results"])
    met = vocabulary.label(vocabulary.MET, entry.data["met"])
    return (f"第 {entry.data['position']} 项诉求：{met}", _joined([results, entry.words.get("outcome", "")]))


def _relayed(entry: Entry) -> Telling:
    source, target = (registry.platform(entry.data[end]).label for end in ("from", "to"))
    return (f"接力：{source} → {target}", entry.words.get("purpose", ""))


def _relay_signed(entry: Entry) -> Telling:
    return (f"签收接力：{registry.platform(entry.data['to']).label}", "")


def _joint_called(entry: Entry) -> Telling:
    return (
        f"召集联合接访：{'、'.join(entry.words.get('units', []))}",
        _joined([entry.data.get("place", ""), entry.words.get("purpose", "")]),
    )


def _joint_marked(did: str) -> Callable[[Entry], Telling]:
    def tell(entry: Entry) -> Telling:
        late = "，迟到" if entry.data.get("late") else ""
        return (f"联合接访{did}：{entry.words.get('unit', '')}", f"{entry.words.get('who', '')}{late}")

    return tell


def _joint_closed(entry: Entry) -> Telling:
    absent = "、".join(entry.words.get("absent", []))
    return ("联合接访结束", _joined([entry.words.get("outcome", ""), f"没有到场：{absent}" if absent else ""]))


def _said(title: str, word: str = "") -> Callable[[Entry], Telling]:
    return lambda entry: (title, entry.words.get(word, "") if word else "")


def _signed(entry: Entry) -> Telling:
    return ("笔录" + vocabulary.label(vocabulary.SIGNED, entry.data.get("how")), entry.words.get("refusal", ""))


def _letter(did: str) -> Callable[[Entry], Telling]:
    def tell(entry: Entry) -> Telling:
        title = f"{did}《{entry.data['label']}》"
        return (f"{title}{entry.data['number']}" if entry.data.get("number") else title, entry.words.get("why", ""))

    return tell


def _advised(entry: Entry) -> Telling:
    for question in registry.platform(entry.data["platform"]).guide:
        if question.code == entry.data["path"]:
            way = next((each.label for each in question.ways if each.code == entry.data["way"]), "")
            return ("初步分流建议（不起算期限）", _joined([way, question.article, entry.words.get("remark", "")]))
    return ("初步分流建议（不起算期限）", "")


def _recusal_asked(entry: Entry) -> Telling:
    return (f"{RECUSAL_ASKED}：{entry.words['official']}", entry.words["reason"])


def _recusal_decided(entry: Entry) -> Telling:
    did = "回避" if entry.data["granted"] else "不回避"
    return (f"决定{did}：{entry.words['official']}", entry.words["decision"])


def _recusal_told(entry: Entry) -> Telling:
    how = vocabulary.label(vocabulary.TOLD_HOW, entry.data["how"])
    return (f"回避决定告知信访人：{entry.words['official']}", f"{entry.data['told_on']} {how}")


def _supervision_answered(entry: Entry) -> Telling:
    did = "采纳，列入督办" if entry.data["state"] == "taken" else "不采纳"
    return (f"督办建议：{did}", entry.words.get("reason", ""))


def _cared(entry: Entry) -> Telling:
    return ("疏导帮扶：" + vocabulary.label(vocabulary.CARE, entry.data["kind"]), entry.words.get("words", ""))


TELLERS: dict[str, tuple[str, Callable[[Entry], Telling]]] = {
    "case.registered": ("record", _registered),
    "visit.recorded": ("visit", _visit),
    "visit.arrived": ("visit", _arrived),
    "proceeding.opened": ("step", _opened),
    "proceeding.advanced": ("step", _advanced),
    "proceeding.corrected": ("step", clock_words.corrected),
    "clock.moved": ("step", clock_words.recomputed),
    "clock.confirmed": ("step", clock_words.recomputed),
    "clock.paused": ("step", clock_words.paused),
    "clock.resumed": ("step", clock_words.resumed),
    "clock.extended": ("step", clock_words.extended),
    "clock.informed": ("step", clock_words.informed),
    "clock.restarted": ("step", clock_words.restarted),
    "clock.named": ("step", clock_words.renamed),
    "clock.warned": ("step", clock_words.warned),
    "clock.overdue": ("step", clock_words.passed),
    "contact.made": ("contact", _contact),
    "contact.settled": ("contact", _settled),
    "statement.taken": ("paper", _said("制作接谈笔录")),
    "statement.printed": ("paper", _said("打印接谈笔录")),
    "statement.read_back": ("paper", _said("向群众宣读笔录")),
    "statement.signed": ("paper", _signed),
    "attachment.added": ("paper", _said("收到材料", "name")),
    "slip.printed": ("paper", _said("打印告知单")),
    "letter.drafted": ("paper", _letter("拟稿")),
    "letter.revised": ("paper", _letter("修改")),
    "letter.submitted": ("paper", _letter("送核稿")),
    "letter.checked": ("paper", _letter("核稿通过")),
    "letter.signed": ("paper", _letter("签发")),
    "letter.returned": ("paper", _letter("退回修改")),
    "letter.numbered": ("paper", _letter("编号")),
    "letter.sealed": ("paper", _letter("用印、定稿")),
    "letter.served": ("paper", _letter("送达")),
    "letter.not_served": ("paper", _letter("未能送达")),
    "letter.printed": ("paper", _letter("打印、导出")),
    "letter.replaced": ("paper", _letter("已由更正后的文书代替")),
    "letter.archived": ("paper", _letter("归档")),
    "letter.voided": ("paper", _letter("作废")),
    "case.amended": ("record", amendments.told),
    "party.added": ("record", amendments.party_told),
    "demand.resulted": ("record", _resulted),
    "case.advised": ("step", _advised),
    "case.advice_printed": ("paper", _said("打印初步分流建议")),
    "case.recused": ("record", _said("申明回避", "interest")),
    "case.recusal_asked": ("record", _recusal_asked),
    "case.recusal_decided": ("record", _recusal_decided),
    "case.recusal_told": ("record", _recusal_told),
    "supervision.answered": ("record", _supervision_answered),
    "case.cared": ("record", _cared),
    "case.closed": ("record", _said("办结", "remark")),
    "case.reopened": ("record", _said("办结后恢复办理", "why")),
    "case.rated": ("rating", lambda entry: ("群众评价", vocabulary.label(vocabulary.SCORES, entry.data["score"]))),
    "case.linked": ("record", lambda entry: (f"关联 {entry.data['other']}", entry.words.get("why", ""))),
    "relay.sent": ("handoff", _relayed),
    "relay.signed": ("handoff", _relay_signed),
    "joint.called": ("handoff", _joint_called),
    "joint.notified": ("handoff", _joint_marked("已通知")),
    "joint.arrived": ("handoff", _joint_marked("到场")),
    "joint.closed": ("handoff", _joint_closed),
    **leader_words.TELLERS,
}
