"""复查 and 复核 by the superiors (第三十五、三十六条): procedures of their own, for which the petition waits.

Each right runs from the day the petitioner received the last written reply, and goes on running while its request is looked at:
who takes a request back may ask again within the days. It is used up by the opinion that answers it. The hall's own 办结 does
not touch it: a request after that is registered like any other, and the petition waits again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.access.permissions import Permission
from portal.cases.definition import BACK, Day, Linked, Step, Text
from portal.platforms.petition.handling import REPORT, reported
from portal.platforms.petition.names import same_organ
from portal.platforms.shared import PROOF, VOLUNTARY, WITHDRAWN_BY, before

HANDLE = Permission.PETITION_HANDLE
LAW = "信访工作条例"
REVIEW_RIGHT, REREVIEW_RIGHT = "petition.review_request", "petition.rereview_request"
AFTER_END = ("ended", "performed")
# a right is used in time by the postmark (statutes 11.2); the organ's own days run from the day it has the request
ASKED = "逾期的也应当登记，由{}机关书面决定；交邮的填邮戳日"


def handled_by(data: Mapping[str, Any]) -> str:
    """The organ whose reply it is: the one it was sent to last, or that had it from the petitioner."""
    return str(data.get("unit") or data.get("direct_unit") or "")


def request_review(proceeding: Any, _at: datetime) -> str | None:
    """A request for 复查 follows the reply it is against; after a 复查意见 the next one is for 复核."""
    if proceeding.state in AFTER_END and proceeding.linked.get("review", {}).get("review_served_on"):
        return "复查意见已经送达；信访人对它不服的，请登记“信访人请求复核”。"
    data = proceeding.data
    if same_organ(str(data.get("review_organ", "")), handled_by(data)):
        return "填写的复查机关就是原办理的机关、单位；复查由它的上一级机关、单位进行（第三十五条），请更正。"
    if before(data, "review_requested_on", "served_on"):
        return "信访人提出复查请求之日不能早于收到处理意见书之日。"
    if before(data, "review_received_on", "served_on"):
        return "收到复查请求之日不能早于信访人收到处理意见书之日。"
    if before(data, "review_received_on", "review_requested_on"):
        return "复查机关收到之日不能早于信访人提出请求之日。"
    return None


def decline_review(proceeding: Any, _at: datetime) -> str | None:
    """Only a request out of time can be declined; the law gives no other ground."""
    if REVIEW_RIGHT not in proceeding.data.get("late", {}):
        return "该复查请求没有逾期，应当提出复查意见。"
    return None


def decline_rereview(proceeding: Any, _at: datetime) -> str | None:
    """As decline_review, of a 复核."""
    if REREVIEW_RIGHT not in proceeding.data.get("late", {}):
        return "该复核请求没有逾期，应当提出复核意见。"
    return None


def request_rereview(proceeding: Any, _at: datetime) -> str | None:
    """A request for 复核 follows the reply it is against."""
    review = proceeding.linked.get("review", {})
    reply = {"review_served_on": review.get("review_served_on")}
    if proceeding.state in AFTER_END and not reply["review_served_on"]:
        return "还没有已送达的复查意见；信访人对处理意见不服的，请登记“信访人请求复查”。"
    data = proceeding.data | reply
    organ, earlier = str(data.get("rereview_organ", "")), (str(review.get("review_organ", "")), handled_by(data))
    if any(same_organ(organ, one) for one in earlier):
        return "填写的复核机关已经办理或者复查过本事项；复核由复查机关的上一级机关、单位进行（第三十六条），请更正。"
    if before(data, "rereview_requested_on", "review_served_on"):
        return "信访人提出复核请求之日不能早于收到复查意见之日。"
    if before(data, "rereview_received_on", "review_served_on"):
        return "收到复核请求之日不能早于信访人收到复查意见之日。"
    if before(data, "rereview_received_on", "rereview_requested_on"):
        return "复核机关收到之日不能早于信访人提出请求之日。"
    return None


def serve_review(proceeding: Any, _at: datetime) -> str | None:
    """A reply follows the request it answers."""
    if before(proceeding.data, "review_served_on", "review_received_on"):
        return "信访人收到复查意见之日不能早于复查机关收到请求之日。"
    return None


def serve_rereview(proceeding: Any, _at: datetime) -> str | None:
    """As serve_review, of a 复核."""
    if before(proceeding.data, "rereview_served_on", "rereview_received_on"):
        return "信访人收到复核意见之日不能早于复核机关收到请求之日。"
    return None


def hear_rereview(proceeding: Any, _at: datetime) -> str | None:
    """A hearing does not end before it begins, nor begin before the organ has the request."""
    if before(proceeding.data, "rereview_hearing_first", "rereview_received_on"):
        return "听证开始之日不能早于复核机关收到请求之日。"
    if before(proceeding.data, "rereview_hearing_last", "rereview_hearing_first"):
        return "听证结束之日不能早于开始之日。"
    return None


LINKED = (
    Linked("review", "复查", "reviewing", "review_organ"),
    Linked("rereview", "复核", "rereviewing", "rereview_organ", after="review"),
)

REVIEW = (
    Step(
        "request_review",
        "信访人请求复查",
        ("served", *AFTER_END),
        "under_review",
        HANDLE,
        fields=(
            Day("review_requested_on", "信访人提出请求之日", required=True, future=False, help=ASKED.format("复查")),
            Day("review_received_on", "复查机关收到请求之日", required=True, future=False),
            Text("review_organ", "复查机关、单位", required=True, help="原办理机关、单位的上一级", most=120),
        ),
        starts=("petition.review_decide@review_received_on",),
        guard=request_review,
        opens="review",
        uses=(f"{REVIEW_RIGHT}@review_requested_on",),
        letters=("review_receipt", "review"),
        article=f"{LAW} 第三十五条",
    ),
    Step(
        "serve_review",
        "登记复查意见送达",
        ("reviewing",),
        "review_done",
        HANDLE,
        fields=(
            Text("review_number", "复查意见文号", required=True, most=60),
            Text("review_result", "复查意见", required=True, long=True),
            Day("review_served_on", "信访人收到复查意见之日", required=True, future=False),
            PROOF,
        ),
        starts=("petition.rereview_request@review_served_on",),
        stops=("petition.review_decide", REVIEW_RIGHT),
        guard=serve_review,
        answers="reviewed",
        letters=("review",),
        article=f"{LAW} 第三十五条",
    ),
    Step(
        "decline_review",
        "登记对逾期复查请求的决定：不予复查",
        ("reviewing",),
        "review_declined",
        HANDLE,
        fields=(
            Text("review_declined_number", "决定文号", required=True, most=60),
            Text("review_declined", "决定的理由", required=True, help="由复查机关、单位作出并书面答复", long=True),
            Day("review_declined_on", "信访人收到决定之日", required=True, future=False),
        ),
        stops=("petition.review_decide",),
        answers=BACK,
        guard=decline_review,
        article=f"{LAW} 第三十五条",
    ),
    Step(
        "request_rereview",
        "信访人请求复核",
        ("reviewed", *AFTER_END),
        "under_rereview",
        HANDLE,
        fields=(
            Day("rereview_requested_on", "信访人提出请求之日", required=True, future=False, help=ASKED.format("复核")),
            Day("rereview_received_on", "复核机关收到请求之日", required=True, future=False),
            Text("rereview_organ", "复核机关、单位", required=True, help="复查机关、单位的上一级", most=120),
        ),
        starts=("petition.rereview_decide@rereview_received_on",),
        guard=request_rereview,
        opens="rereview",
        uses=(f"{REREVIEW_RIGHT}@rereview_requested_on",),
        letters=("review_receipt", "rereview"),
        article=f"{LAW} 第三十六条第一款",
    ),
    Step(
        "serve_rereview",
        "登记复核意见送达",
        ("rereviewing",),
        "rereview_done",
        HANDLE,
        fields=(
            Text("rereview_number", "复核意见文号", required=True, most=60),
            Text("rereview_result", "复核意见", required=True, long=True),
            Day("rereview_served_on", "信访人收到复核意见之日", required=True, future=False),
            PROOF,
        ),
        stops=("petition.rereview_decide", REREVIEW_RIGHT),
        guard=serve_rereview,
        answers="rereviewed",
        letters=("rereview",),
        article=f"{LAW} 第三十六条",
    ),
    Step(
        "decline_rereview",
        "登记对逾期复核请求的决定：不予复核",
        ("rereviewing",),
        "rereview_declined",
        HANDLE,
        fields=(
            Text("rereview_declined_number", "决定文号", required=True, most=60),
            Text("rereview_declined", "决定的理由", required=True, help="由复核机关、单位作出并书面答复", long=True),
            Day("rereview_declined_on", "信访人收到决定之日", required=True, future=False),
        ),
        stops=("petition.rereview_decide",),
        answers=BACK,
        guard=decline_rereview,
        article=f"{LAW} 第三十六条第一款",
    ),
    Step(
        "withdraw_review",
        "信访人撤回复查请求",
        ("reviewing",),
        "review_withdrawn",
        HANDLE,
        fields=(WITHDRAWN_BY, VOLUNTARY),
        stops=("petition.review_decide",),
        answers=BACK,
    ),
    Step(
        "withdraw_rereview",
        "信访人撤回复核请求",
        ("rereviewing",),
        "rereview_withdrawn",
        HANDLE,
        fields=(WITHDRAWN_BY, VOLUNTARY),
        stops=("petition.rereview_decide",),
        answers=BACK,
    ),
    Step(
        "hear_review",
        "登记复查听证",
        ("reviewing",),
        "",
        HANDLE,
        fields=(
            Day("review_hearing_on", "听证之日", required=True, future=False, help="复查中的听证不停止复查期限"),
            Text("review_hearing_record", "听证情况", required=True, long=True),
        ),
        letters=("hearing_record",),
        article=f"{LAW} 第三十五条",
    ),
    Step(
        "hear_rereview",
        "登记复核听证",
        ("rereviewing",),
        "",
        HANDLE,
        fields=(
            Day("rereview_hearing_first", "听证开始之日", required=True, future=False),
            Day("rereview_hearing_last", "听证结束之日", required=True, future=False),
            Text(
                "rereview_hearing_record",
                "听证情况",
                required=True,
                help="听证所需时间不计入复核期限：登记后，从开始到结束的日子由系统在该期限中扣除",
                long=True,
            ),
        ),
        pauses=("petition.rereview_decide/hearing@rereview_hearing_first..rereview_hearing_last",),
        guard=hear_rereview,
        letters=("hearing_record",),
        article=f"{LAW} 第三十六条第二款",
    ),
    Step(
        "conclude",
        "登记复核终结",
        ("rereviewed",),
        "concluded",
        HANDLE,
        fields=(Text("guidance", "疏导教育、解释说明情况", required=True, long=True), REPORT),
        stops=("petition.report_back",),
        guard=reported,
        letters=("closing_report",),
        article=f"{LAW} 第三十六条第三款、第三十七条",
    ),
)
