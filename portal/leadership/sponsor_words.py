"""Words of sponsorship (包案) and of letters read (阅信), and what may not stand as the target of either."""

import re

from portal.cases.leader_words import DUTIES, LEVELS, MET

__all__ = ["DUTIES", "HOW_PUT", "LEVELS", "MET", "READ_STATES", "rank", "silence_in"]

READ_STATES = {"put": "待阅", "read": "已阅", "instructed": "已批示"}
HOW_PUT = {"screen": "在系统中阅", "paper": "送纸质阅信夹"}
# That somebody falls silent is never what is worked towards; the words are refused where a target or a result is written.
SILENCE = re.compile("息访|息诉|罢访|停访|不再(?:上|来|走|信|越级|重复)?访|不再反映|停止(?:上|走|信)访|不上访|不信访")
NO_TARGET = "目标是把事项解决，“{}”不能作为目标或结果。请写解决什么问题、办到什么程度。"


def rank(level: str) -> int:
    """The place of a level from the lowest, -1 for an unknown one."""
    return list(LEVELS).index(level) if level in LEVELS else -1


def silence_in(*texts: str) -> str | None:
    """The sentence that refuses a text whose target is that somebody stops petitioning; None for any other."""
    found = next((hit for text in texts if (hit := SILENCE.search(text or ""))), None)
    return NO_TARGET.format(found[0]) if found else None
