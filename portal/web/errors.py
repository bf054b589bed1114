"""Refusals and failures in plain Chinese; htmx gets a note, everybody else a page. Never a trace on screen."""

import logging

from flask import Flask, Response, make_response, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from portal.web.htmx import wants_part

log = logging.getLogger(__name__)

SAYINGS = {
    400: ("请求不完整", "页面可能已经过期，请刷新后重试。"),
    401: ("请先登录", "登录已失效，请重新登录；已填写的内容已为您暂存。"),
    403: ("没有权限", "您的角色不能进行这项操作。如确有需要，请联系安全管理员。"),
    404: ("没有找到", "没有这个页面，或这件事项不对您开放。"),
    405: ("操作方式不对", "请从页面上的按钮进行操作。"),
    409: ("内容已有变化", "他人刚刚更新了这项内容，请核对后再提交。"),
    413: ("文件太大", "上传的文件超过了允许的大小，请压缩或分开上传。"),
    422: ("填写有误", "请按提示修改后再提交。"),
    429: ("请稍候", "操作太频繁，请稍后再试。"),
    503: ("请稍候", "系统繁忙，请稍后再试。"),
}
OURS = ("系统出错", "系统出了问题，已经记录。您刚才的内容可能没有保存，请返回核对后重试。")


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(CSRFError, lambda problem: say(400))
    app.register_error_handler(RequestEntityTooLarge, lambda problem: say(413))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _crash)


def say(status: int, detail: str | None = None) -> Response:
    """The answer for ``status``: a note for htmx (swapped into #notice), a page otherwise."""
    title, usual = SAYINGS.get(status, OURS)
    template = "errors/_note.html" if wants_part() else "errors/page.html"
    return make_response(render_template(template, title=title, detail=detail or usual, status=status), status)


def _http(problem: HTTPException) -> Response | HTTPException:
    if problem.response is not None or (problem.code or 500) < 400:
        return problem
    return say(problem.code or 500)


def _crash(problem: Exception) -> Response:
    log.exception("unhandled", exc_info=problem)
    return say(500)
