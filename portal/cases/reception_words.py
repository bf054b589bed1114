"""What a case's timeline says of its being put before a leader (约见、接访): booked, moved, told, called off, come."""

from collections.abc import Callable
from datetime import date
from typing import Any

from portal.organisation.spans import clock_text

Telling = tuple[str, str]
HALVES = {"am": "上午", "pm": "下午"}
SOURCES = {"chosen": "", "applied": "群众申请", "walk_in": "当日来访", "paper": "事后补录"}
WHYS = {"backlog": "积案", "sponsored": "包案", "group": "集体", "overdue": "超期", "other": ""}
TOLD = {"slip": "当面给了通知单", "phone": "电话告知"}


def _when(entry: Any) -> str:
    """2026-11-26 上午 09:00."""
    day, slot = date.fromisoformat(entry.data["day"]), entry.data.get("slot")
    half = HALVES.get(entry.data.get("half", ""), "")
    return f"{day.isoformat()} {half}{' ' + clock_text(slot) if slot is not None else ''}"


def _about(did: str, *further: Callable[[Any], str]) -> Callable[[Any], Telling]:
    def tell(entry: Any) -> Telling:
        parts = [_when(entry), *(say(entry) for say in further)]
        return (f"{did}：{entry.words.get('leader', '')}", "；".join(part.rstrip("。；.") for part in parts if part))

    return tell


def _people(entry: Any) -> str:
    count = entry.data.get("headcount", 1)
    return f"{count} 人" if count > 1 else ""


def _waiver(entry: Any) -> str:
    waiver = entry.words.get("waiver")
    return f"回避核实：{waiver}" if waiver else ""


def _reason(entry: Any) -> str:
    return entry.words.get("reason", "")


def _number(entry: Any) -> str:
    return f"{entry.data['number']} 号" if entry.data.get("number") else ""


def _void(entry: Any) -> str:
    return "原来的回避核实不再适用，待重新核对" if entry.data.get("waived") else ""


TELLERS: dict[str, tuple[str, Callable[[Any], Telling]]] = {
    "leader.booked": (
        "handoff",
        _about(
            "约见领导",
            lambda entry: SOURCES.get(entry.data["source"], ""),
            _people,
            lambda entry: WHYS.get(entry.data["why"], ""),
            _waiver,
        ),
    ),
    "leader.moved": ("handoff", _about("改约领导", _reason)),
    "leader.substituted": ("handoff", _about("接访领导改为", _void)),
    "leader.cancelled": ("handoff", _about("取消约见领导", _reason)),
    "leader.told": ("record", _about("已告知约见时间", lambda entry: TOLD.get(entry.data["how"], ""))),
    "leader.checked_in": ("visit", _about("来见领导，已签到", _number)),
    "leader.brief": ("record", _about("编写接访要情", lambda entry: f"第 {entry.data['number']} 稿")),
}
