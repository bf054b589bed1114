"""What a case's timeline says of sponsorship (包案) and of letters read by a leader (阅信)."""

from collections.abc import Callable
from typing import Any

from portal.cases import loop_words, reception_words

Telling = tuple[str, str]
# from the lowest up: raising the level is 提级包案
LEVELS = {"township": "乡镇级", "county": "县级", "city": "市级"}
DUTIES = {"know": "掌握情况", "plan": "化解方案", "help": "疏导帮扶"}
MET = {"yes": "已解决", "partly": "部分解决", "no": "未解决"}


def _joined(*parts: str) -> str:
    return "；".join(part.rstrip("。；.") for part in parts if part)


def _opened(entry: Any) -> Telling:
    target, units = entry.data.get("target"), "、".join(entry.words.get("units", []))
    level = LEVELS.get(entry.data["level"], "")
    return (
        f"列入包案：{entry.words.get('leader', '')}",
        _joined(
            level,
            f"责任单位 {units}" if units else "",
            f"目标日 {target}" if target else "",
            entry.words.get("why", ""),
        ),
    )


def _arranged(entry: Any) -> Telling:
    units, members = "、".join(entry.words.get("units", [])), "、".join(entry.words.get("members", []))
    return ("包案：责任单位和工作专班", _joined(f"单位 {units}" if units else "", f"专班 {members}" if members else ""))


def _planned(entry: Any) -> Telling:
    target = entry.data.get("target")
    return ("包案：倒排工期", _joined(f"目标日 {target}" if target else "未定目标日", *entry.words.get("steps", [])))


def _duties(entry: Any) -> Telling:
    names = "、".join(DUTIES.get(code, code) for code in entry.data["duties"])
    return (f"包案：填写{names}", _joined(*(f"{name}：{text}" for name, text in entry.words.items())))


def _noted(entry: Any) -> Telling:
    paper = entry.words.get("paper")
    return (
        f"包案进展：{DUTIES.get(entry.data['duty'], '')}",
        _joined(entry.words.get("words", ""), f"材料《{paper}》" if paper else ""),
    )


def _step_done(entry: Any) -> Telling:
    late = "，晚于计划" if entry.data.get("late") else ""
    return (f"包案：完成“{entry.words.get('what', '')}”（{entry.data['done']}{late}）", entry.words.get("evidence", ""))


def _changed(entry: Any) -> Telling:
    return (f"变更包案领导：{entry.words.get('from', '')} → {entry.words.get('to', '')}", entry.words.get("why", ""))


def _raised(entry: Any) -> Telling:
    levels = " → ".join(LEVELS.get(entry.data[name], "") for name in ("from_level", "to_level"))
    return (f"提级包案（{levels}）：{entry.words.get('to', '')}", entry.words.get("why", ""))


def _closed(entry: Any) -> Telling:
    return (f"包案结束：{MET.get(entry.data['met'], '')}", entry.words.get("result", ""))


def _letter(did: str, word: str = "") -> Callable[[Any], Telling]:
    return lambda entry: (f"{did}：{entry.words.get('leader', '')}", entry.words.get(word, "") if word else "")


TELLERS: dict[str, tuple[str, Callable[[Any], Telling]]] = {
    "sponsor.opened": ("handoff", _opened),
    "sponsor.arranged": ("record", _arranged),
    "sponsor.planned": ("record", _planned),
    "sponsor.duties": ("record", _duties),
    "sponsor.noted": ("record", _noted),
    "sponsor.step_done": ("step", _step_done),
    "sponsor.changed": ("handoff", _changed),
    "sponsor.raised": ("handoff", _raised),
    "sponsor.closed": ("step", _closed),
    "letter_read.put": ("handoff", _letter("呈领导阅", "summary")),
    "letter_read.read": ("record", _letter("领导已阅")),
    "letter_read.instructed": ("step", _letter("领导批示", "words")),
    **loop_words.TELLERS,
    **reception_words.TELLERS,
}
