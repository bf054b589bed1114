"""What a case's timeline says of a leader's reception, the instruction that came of it, its tasks and its end."""

from collections.abc import Callable
from typing import Any

Telling = tuple[str, str]
SOURCES = {"reception": "接访处理意见", "letter": "阅信批示", "sponsor": "包案要求"}
FINDINGS = {"settled": "已落实", "goes_on": "还要继续"}
MET = {"yes": "已解决", "partly": "部分解决", "no": "没有解决"}
SATISFIED = {"yes": "满意", "partly": "基本满意", "no": "不满意", "not_said": "没有表态"}


def _joined(*parts: str) -> str:
    return "；".join(part.rstrip("。；.") for part in parts if part)


def _receiving(entry: Any) -> Telling:
    note = f"补录，接访日 {entry.data['day']}" if entry.data.get("back_entry") else ""
    return (f"领导接访：{entry.words.get('leader', '')}", note)


def _absent(entry: Any) -> Telling:
    return ("领导接访：没有来（爽约）", entry.words.get("reason", ""))


def _opinion(entry: Any) -> Telling:
    how = "在系统签名" if entry.data.get("how") == "account" else f"纸质签名（{entry.words.get('signer', '')}）"
    title = f"接访处理意见：{entry.words.get('leader', '')}，{entry.words.get('manner', '')}"
    return (title, _joined(entry.words.get("opinion", ""), how))


def _instructed(entry: Any) -> Telling:
    days = "、".join(dict.fromkeys(task["due"] for task in entry.data.get("tasks", [])))
    units = "、".join(entry.words.get("units", []))
    source = SOURCES.get(entry.data["source"], "")
    return (f"领导交办（{source}）：{units}", _joined(f"期限 {days}", entry.words.get("words", "")))


def _unit(did: str, word: str = "") -> Callable[[Any], Telling]:
    return lambda entry: (f"{did}：{entry.words.get('unit', '')}", entry.words.get(word, "") if word else "")


def _said(title: str, word: str) -> Callable[[Any], Telling]:
    return lambda entry: (title, entry.words.get(word, ""))


def _extended(entry: Any) -> Telling:
    return (f"交办任务延期：{entry.data['from']} → {entry.data['to']}", entry.words.get("reason", ""))


def _followed_up(entry: Any) -> Telling:
    return (f"第 {entry.data['days']} 天回访：{FINDINGS.get(entry.data['finding'], '')}", entry.words.get("words", ""))


def _resulted(entry: Any) -> Telling:
    met, told = MET.get(entry.data.get("met", ""), ""), entry.data.get("told_on")
    satisfied = SATISFIED.get(entry.data.get("satisfied", ""), "")
    return (
        "领导交办：填写结果",
        _joined(
            met,
            f"群众{satisfied}" if satisfied else "",
            f"{told} 告知群众（{entry.words.get('told_how', '')}）" if told else "",
            entry.words.get("result", ""),
        ),
    )


def _closed(entry: Any) -> Telling:
    return (f"领导意见办结：{MET.get(entry.data.get('met', ''), '')}", entry.words.get("result", ""))


TELLERS: dict[str, tuple[str, Callable[[Any], Telling]]] = {
    "leader.receiving": ("visit", _receiving),
    "leader.absent": ("visit", _absent),
    "leader.opinion": ("step", _opinion),
    "leader.instructed": ("handoff", _instructed),
    "leader.task_signed": ("handoff", _unit("签收领导交办")),
    "leader.task_replied": ("step", _unit("回复领导交办", "reply")),
    "leader.task_returned": ("step", _unit("退回重办", "reason")),
    "leader.task_done": ("step", _said("交办任务完成", "what")),
    "leader.task_extended": ("record", _extended),
    "leader.task_withdrawn": ("record", _said("撤回交办任务", "reason")),
    "leader.followed_up": ("contact", _followed_up),
    "leader.resulted": ("record", _resulted),
    "leader.closed": ("step", _closed),
}
