"""The life of a letter as a table: states, acts, who may. 拟稿 → 核稿 → 签发 → 编号 → 用印 → 送达 → 归档."""

from dataclasses import dataclass

from portal.access.actor import Actor
from portal.access.permissions import Permission
from portal.documents.letters.kinds import KINDS
from portal.documents.letters.models import Letter

STATES = {
    "draft": "拟稿",
    "checking": "待核稿",
    "signing": "待签发",
    "signed": "待编号",
    "numbered": "待用印",
    "sealed": "已用印·待送达",
    "served": "已送达",
    "archived": "已归档",
    "void": "已作废",
}
FINISHED = ("sealed", "served", "archived")


@dataclass(frozen=True)
class Act:
    """From ``source`` states to ``target`` (None: elsewhere). ``organ``: only the issuing organ's; ``fresh_eyes``: by no author."""

    code: str
    label: str
    source: tuple[str, ...]
    target: str
    permission: Permission
    organ: bool = False
    fresh_eyes: bool = False
    formal: bool = True
    desk: bool = False
    says_why: bool = False
    done: str = ""


P = Permission
ACTS = {
    act.code: act
    for act in (
        Act("submit", "送核稿", ("draft",), "checking", P.CASE_RECORD, done="已送核稿。"),
        Act("check", "核稿通过", ("checking",), "signing", P.LETTER_CHECK, organ=True, fresh_eyes=True, done="核稿通过，待签发。"),
        Act("sign", "签发", ("signing",), "signed", P.LETTER_SIGN, organ=True, fresh_eyes=True, done="已签发，待编号。"),
        Act("return", "退回修改", ("checking", "signing"), "draft", P.LETTER_CHECK, organ=True, says_why=True, done="已退回拟稿人。"),
        Act("number", "编号", ("signed",), "numbered", P.LETTER_SEAL, organ=True, done="已编号，待用印。"),
        Act("seal", "用印", ("numbered",), "sealed", P.LETTER_SEAL, organ=True, done="已用印，文书不能再改。"),
        Act("finish", "定稿", ("draft",), "sealed", P.CASE_RECORD, formal=False, desk=True, done="已定稿，不能再改。"),
        Act("archive", "归档", ("sealed", "served"), "archived", P.CASE_RECORD, desk=True, done="已归档。"),
        Act("void", "作废", ("draft", "checking", "signing", "signed", "numbered"), "void", P.CASE_RECORD, desk=True,
            says_why=True, done="已作废，留存备查。"),
        Act("reissue", "更正重发", FINISHED, "", P.CASE_RECORD, desk=True, says_why=True, done="已另拟更正稿，原文书保留。"),
    )
}  # fmt: skip


def state_label(letter: Letter) -> str:
    """The state in words; a window's paper is finished, not sealed, and what needs no service waits for none."""
    kind = KINDS[letter.kind]
    if letter.state == "sealed" and not kind.formal:
        return "已定稿"
    if letter.state == "sealed" and not kind.served:
        return "已用印"
    return STATES[letter.state]


def offered(actor: Actor, letter: Letter) -> list[Act]:
    """What ``actor`` may do with ``letter`` now, in order; service has a form of its own."""
    return [act for act in ACTS.values() if letter.state in act.source and refusal(actor, letter, act) is None]


def may_edit(actor: Actor, letter: Letter) -> bool:
    """Whether the text is still open and ``actor`` may write in it."""
    return letter.state == "draft" and actor.may(Permission.CASE_RECORD)


def may_serve(actor: Actor, letter: Letter) -> bool:
    """Whether an attempt to serve can be recorded."""
    return (
        letter.state == "sealed"
        and KINDS[letter.kind].served
        and letter.replaced_by_id is None
        and actor.may(P.CASE_RECORD)
    )


def refusal(actor: Actor, letter: Letter, act: Act) -> str | None:
    """Why ``actor`` may not take ``act`` on ``letter``, whatever its state; None where nothing stands in the way."""
    kind = KINDS[letter.kind]
    if not (act.formal if kind.formal else act.desk):
        return f"“{kind.label}”没有“{act.label}”这一步。"
    permission = P.LETTER_SIGN if act.code == "return" and letter.state == "signing" else act.permission
    if not actor.may(permission):
        return f"您没有“{act.label}”的权限。"
    if act.organ and (letter.issuer_unit_id is None or actor.unit_id != letter.issuer_unit_id):
        return f"“{act.label}”须由出具文书的机关、单位的人员办理。"
    if act.fresh_eyes and actor.id in letter.authors:
        return f"您参与了拟稿，不能由您{act.label.removesuffix('通过')}。"
    if act.code == "archive" and letter.state == "sealed" and kind.served and letter.replaced_by_id is None:
        return "文书尚未送达，不能归档。"
    if act.code == "reissue" and letter.replaced_by_id is not None:
        return "这份文书已经由更正后的文书代替。"
    return None
