"""复查 and 复核 by the superiors (第三十五、三十六条). Each right runs from the day the petitioner received the last written reply."""

from datetime import datetime
from typing import Any

from portal.access.permissions import Permission
from portal.cases.definition import Day, Step, Text
from portal.platforms.shared import PROOF, before

HANDLE = Permission.PETITION_HANDLE
LAW = "信访工作条例"
REVIEW_RIGHT, REREVIEW_RIGHT = "petition.review_request", "petition.rereview_request"
# a right is used in time by the postmark (statutes 11.2); the organ's own days run from the day it has the request
ASKED = "逾期的也应当登记，由{}机关书面决定；交邮的填邮戳日"


def request_review(proceeding: Any, _at: datetime) -> str | None:
    """A request for 复查 follows the reply it is against."""
    if before(proceeding.data, "review_received_on", "served_on"):
        return "收到复查请求之日不能早于信访人收到处理意见书之日。"
    if before(proceeding.data, "review_received_on", "review_requested_on"):
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
    if before(proceeding.data, "rereview_received_on", "review_served_on"):
        return "收到复核请求之日不能早于信访人收到复查意见之日。"
    if before(proceeding.data, "rereview_received_on", "rereview_requested_on"):
        return "复核机关收到之日不能早于信访人提出请求之日。"
    return None


REVIEW = (
    Step(
        "request_review",
        "信访人请求复查",
        ("served",),
        "under_review",
        HANDLE,
        fields=(
            Day("review_requested_on", "信访人提出请求之日", required=True, future=False, help=ASKED.format("复查")),
            Day("review_received_on", "复查机关收到请求之日", required=True, future=False),
            Text("review_organ", "复查机关、单位", required=True, help="原办理机关、单位的上一级", most=120),
        ),
        starts=("petition.review_decide@review_received_on",),
        stops=(REVIEW_RIGHT,),
        guard=request_review,
        uses=(f"{REVIEW_RIGHT}@review_requested_on",),
        letters=("review_receipt", "review"),
        article=f"{LAW} 第三十五条",
    ),
    Step(
        "serve_review",
        "登记复查意见送达",
        ("under_review",),
        "reviewed",
        HANDLE,
        fields=(
            Text("review_number", "复查意见文号", required=True, most=60),
            Text("review_result", "复查意见", required=True, long=True),
            Day("review_served_on", "信访人收到复查意见之日", required=True, future=False),
            PROOF,
        ),
        starts=("petition.rereview_request@review_served_on",),
        stops=("petition.review_decide",),
        letters=("review",),
        article=f"{LAW} 第三十五条",
    ),
    Step(
        "decline_review",
        "登记对逾期复查请求的决定：不予复查",
        ("under_review",),
        "served",
        HANDLE,
        fields=(
            Text("review_declined_number", "决定文号", required=True, most=60),
            Text("review_declined", "决定的理由", required=True, help="由复查机关、单位作出并书面答复", long=True),
            Day("review_declined_on", "信访人收到决定之日", required=True, future=False),
        ),
        stops=("petition.review_decide",),
        guard=decline_review,
        article=f"{LAW} 第三十五条",
    ),
    Step(
        "request_rereview",
        "信访人请求复核",
        ("reviewed",),
        "under_rereview",
        HANDLE,
        fields=(
            Day("rereview_requested_on", "信访人提出请求之日", required=True, future=False, help=ASKED.format("复核")),
            Day("rereview_received_on", "复核机关收到请求之日", required=True, future=False),
            Text("rereview_organ", "复核机关、单位", required=True, help="复查机关、单位的上一级", most=120),
        ),
        starts=("petition.rereview_decide@rereview_received_on",),
        stops=(REREVIEW_RIGHT,),
        guard=request_rereview,
        uses=(f"{REREVIEW_RIGHT}@rereview_requested_on",),
        letters=("review_receipt", "rereview"),
        article=f"{LAW} 第三十六条第一款",
    ),
    Step(
        "serve_rereview",
        "登记复核意见送达",
        ("under_rereview",),
        "rereviewed",
        HANDLE,
        fields=(
            Text("rereview_number", "复核意见文号", required=True, most=60),
            Text("rereview_result", "复核意见", required=True, long=True),
            Day("rereview_served_on", "信访人收到复核意见之日", required=True, future=False),
            PROOF,
        ),
        stops=("petition.rereview_decide", "petition.report_back"),
        letters=("rereview",),
        article=f"{LAW} 第三十六条",
    ),
    Step(
        "decline_rereview",
        "登记对逾期复核请求的决定：不予复核",
        ("under_rereview",),
        "reviewed",
        HANDLE,
        fields=(
            Text("rereview_declined_number", "决定文号", required=True, most=60),
            Text("rereview_declined", "决定的理由", required=True, help="由复核机关、单位作出并书面答复", long=True),
            Day("rereview_declined_on", "信访人收到决定之日", required=True, future=False),
        ),
        stops=("petition.rereview_decide",),
        guard=decline_rereview,
        article=f"{LAW} 第三十六条第一款",
    ),
)
