"""复查 and 复核 by the superiors (第三十五、三十六条). Each right runs from the day the petitioner received the last written reply."""

from datetime import datetime
from typing import Any

from portal.access.permissions import Permission
from portal.cases.definition import Day, Step, Text
from portal.platforms.shared import PROOF, before

HANDLE = Permission.PETITION_HANDLE
LAW = "信访工作条例"


def request_review(proceeding: Any, _at: datetime) -> str | None:
    """A request for 复查 follows the reply it is against."""
    if before(proceeding.data, "review_received_on", "served_on"):
        return "收到复查请求之日不能早于信访人收到处理意见书之日。"
    return None


def request_rereview(proceeding: Any, _at: datetime) -> str | None:
    """A request for 复核 follows the reply it is against."""
    if before(proceeding.data, "rereview_received_on", "review_served_on"):
        return "收到复核请求之日不能早于信访人收到复查意见之日。"
    return None


REVIEW = (
    Step(
        "request_review",
        "信访人请求复查",
        ("served",),
        "under_review",
        HANDLE,
        fields=(
            Day("review_received_on", "复查机关收到请求之日", required=True, future=False),
            Text("review_organ", "复查机关、单位", required=True, help="原办理机关、单位的上一级", most=120),
        ),
        starts=("petition.review_decide@review_received_on",),
        stops=("petition.review_request",),
        guard=request_review,
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
        article=f"{LAW} 第三十五条",
    ),
    Step(
        "request_rereview",
        "信访人请求复核",
        ("reviewed",),
        "under_rereview",
        HANDLE,
        fields=(
            Day("rereview_received_on", "复核机关收到请求之日", required=True, future=False),
            Text("rereview_organ", "复核机关、单位", required=True, help="复查机关、单位的上一级", most=120),
        ),
        starts=("petition.rereview_decide@rereview_received_on",),
        stops=("petition.rereview_request",),
        guard=request_rereview,
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
        article=f"{LAW} 第三十六条",
    ),
)
