"""How a change of a period reads in the timeline: what was done, why, and which day became which."""

from portal.clock import day_of
from portal.statutes import deadlines, grounds
from portal.statutes.explain import UNITS
from portal.trail.queries import Entry

WHY = {"calendar": "工作日历有了变化", "rule": "规定有了变化", "history": "按已记的经过"}


def paused(entry: Entry) -> tuple[str, str]:
    """A "clock.paused" event."""
    ground = grounds.named(entry.data["key"], entry.data["ground"])
    why = f"{ground.label}（{ground.citation}）" if ground else ""
    return (f"期限暂停：{_step(entry)}", _joined(why, f"自 {entry.data['first']} 起不计", entry.words.get("note", "")))


def resumed(entry: Entry) -> tuple[str, str]:
    """A "clock.resumed" event."""
    span = f"{entry.data['first']} 至 {entry.data['last']} 不计"
    return (f"期限恢复：{_step(entry)}", _joined(span, f"最后一日为 {entry.data['to']}"))


def extended(entry: Entry) -> tuple[str, str]:
    """A "clock.extended" event."""
    words, data = entry.words, entry.data
    length = f"延长 {data['amount']}{UNITS[data['unit']]}" if data["amount"] else f"延长到 {data['until']}"
    told = f"{data['informed_on']} 告知" if data["informed_on"] else ""
    approved = f"{words['approver']} {data['approved_on']} 批准" if words.get("approver") else ""
    notice = f"告知书 {words['notice']}" if words.get("notice") else ""
    typed = "届满后登记" if data["from"] and day_of(entry.at).isoformat() > data["from"] else ""
    return (
        f"期限延长：{_step(entry)}",
        _joined(typed, length, _moved(entry), words.get("ground", ""), approved, told, notice),
    )


def informed(entry: Entry) -> tuple[str, str]:
    """A "clock.informed" event: the citizen has the notice of an extension."""
    notice = f"告知书 {entry.words['notice']}" if entry.words.get("notice") else ""
    return (f"已告知延期：{_step(entry)}", _joined(f"{entry.data['informed_on']} 告知", notice))


def corrected(entry: Entry) -> tuple[str, str]:
    """A "proceeding.corrected" event: a corrected reply was received, and the right against it may run anew; or the first was sealed."""
    if entry.data.get("sealed"):
        return ("程序登记已与用印的文书一致", entry.words.get("opinion_number", ""))
    if "key" not in entry.data:
        return ("更正后的答复已送达", "期限没有变动")
    since = f"自收到更正后的答复之日 {entry.data['new']} 起重新计算（原自 {entry.data['old']}）"
    return (f"更正后的答复已送达：{_step(entry)}", _joined(since, _moved(entry)))


def restarted(entry: Entry) -> tuple[str, str]:
    """A "clock.restarted" event: the start was wrong, or the law counts anew."""
    ground = grounds.named(entry.data["key"], entry.data["why"])
    title = "期限重新计算" if ground else "更正起算日"
    law = f"{ground.label}（{ground.citation}）" if ground else ""
    start = f"起算日 {entry.data['old']} 改为 {entry.data['new']}"
    return (f"{title}：{_step(entry)}", _joined(law, start, _moved(entry), entry.words.get("reason", "")))


def renamed(entry: Entry) -> tuple[str, str]:
    """A "clock.named" event."""
    did = "重新指定日期" if entry.data["old"] else "指定日期"
    return (f"{did}：{_step(entry)}", _joined(_moved(entry), entry.words.get("source", "")))


def recomputed(entry: Entry) -> tuple[str, str]:
    """A "clock.moved" or "clock.confirmed" event: nobody's act, the date follows the calendar or the rule."""
    before, after = entry.data["provisional"]
    certain = {(True, False): "由暂定转为确定", (False, True): "由确定变为暂定"}.get((before, after), "")
    moved = _moved(entry) if entry.data["from"] != entry.data["to"] else f"最后一日仍为 {entry.data['to'] or '未定'}"
    return (f"期限重新推算：{_step(entry)}", _joined(WHY[entry.data["why"]], moved, certain))


def warned(entry: Entry) -> tuple[str, str]:
    """A "clock.warned" event: a warning point of the centre was reached."""
    left = f"提前 {entry.data['days']} 日" if entry.data["days"] else "到期日当天"
    return (f"期限提醒：{_step(entry)}", _joined(left, _last_day(entry), _told(entry)))


def passed(entry: Entry) -> tuple[str, str]:
    """A "clock.overdue" event."""
    title = "超过指定日期" if entry.data["named"] else "超期"
    return (f"{title}：{_step(entry)}", _joined(_last_day(entry), _told(entry)))


def _last_day(entry: Entry) -> str:
    provisional = "（暂定，当年放假安排未公布）" if entry.data["provisional"] else ""
    return f"最后一日 {entry.data['due']}{provisional}"


def _told(entry: Entry) -> str:
    return f"已提醒 {len(entry.data['told'])} 人" if entry.data["told"] else "没有可以提醒的人"


def _moved(entry: Entry) -> str:
    return f"最后一日由 {entry.data['from'] or '未定'} 改为 {entry.data['to'] or '暂停中'}"


def _step(entry: Entry) -> str:
    return deadlines.rule(entry.data["key"]).step


def _joined(*parts: str) -> str:
    return "；".join(part.rstrip("。；") for part in parts if part)
