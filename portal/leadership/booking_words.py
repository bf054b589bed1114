"""The codes of bookings and what they are called on screen and paper."""

SOURCES = {"chosen": "选定约见", "applied": "群众申请", "walk_in": "当日来访", "paper": "补录"}
WHYS = {"backlog": "积案", "sponsored": "包案", "group": "集体", "overdue": "超期", "other": "其他"}
STATES = {
    "booked": "已约",
    "arrived": "已到",
    "receiving": "接谈中",
    "received": "已接访",
    "absent": "未到",
    "cancelled": "已取消",
}
TOLD = {"slip": "当面给了通知单", "phone": "电话告知"}
