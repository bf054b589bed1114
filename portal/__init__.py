"""The portal. create_app() is the table of contents of the program."""

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_login import current_user
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from htmx_flask import Htmx

from portal import cli, clock, database, frame, health
from portal.access import audit, guard
from portal.access import forms as access_forms
from portal.access import views as access
from portal.access.permissions import Permission as P
from portal.cases import law, registry
from portal.cases import views as cases
from portal.config import Settings
from portal.documents import views as documents
from portal.documents.letters import paper_views as letters
from portal.documents.letters.kinds import LETTER_NAMES
from portal.handoff import views as handoff
from portal.handoff.joint import views as joint
from portal.keys import ring
from portal.leadership import views as leadership
from portal.organisation import calendar_views as hours
from portal.organisation import views as organisation
from portal.people import views as people
from portal.platforms import PLATFORMS
from portal.queue import stream
from portal.queue import views as queue
from portal.reports import leading, sponsorships
from portal.reports import views as reports
from portal.reports.closing import views as closing
from portal.supervision import views as inbox
from portal.web import errors, formats, navigation, routing, security
from portal.web.navigation import Item

MENU = (
    Item("我的一页", "leadership.desk", P.LEADERSHIP_SIGN),
    Item("今日工作", "cases.home", P.CASE_READ),
    Item("导引台", "queue.desk", P.QUEUE_GREET),
    Item("窗口", "queue.window", P.QUEUE_SERVE),
    Item("事项", "cases.index", P.CASE_READ),
    Item("登记", "cases.new", P.CASE_REGISTER),
    Item("候办总览", "queue.overview", P.QUEUE_OVERVIEW),
    Item("预约", "queue.appointments", P.APPOINTMENT_BOOK),
    Item("联合接访", "joint.index", P.CASE_RELAY),
    Item("领导接访", "leadership.week", P.LEADERSHIP_READ),
    Item("接访安排", "leadership.bookings", P.LEADERSHIP_BOOK),
    Item("交办任务", "leadership.tasks", P.LEADERSHIP_READ),
    Item("领导一页", "leadership.desk", P.LEADERSHIP_RECORD),
    Item("包案", "leadership.sponsorships", P.LEADERSHIP_READ),
    Item("领导阅信", "leadership.letters", P.LEADERSHIP_READ),
    Item("文书", "letters.worklist", P.LETTER_READ),
    Item("今日收尾", "closing.wizard", P.QUEUE_CLOSE_DAY),
    Item("纸号", "queue.paper", P.QUEUE_GREET),
    Item("公告", "queue.notices", P.NOTICE_PUBLISH),
    Item("统计", "reports.queue_report", P.REPORT_READ),
    Item("领导接访统计", "leading.leadership", P.REPORT_READ),
    Item("大厅设置", "organisation.hall", P.HALL_CONFIGURE),
    Item("日历与期限", "law.calendar", P.HALL_CONFIGURE),
    Item("机关代字", "letters.words", P.HALL_CONFIGURE),
    Item("屏幕", "queue.screens", P.SCREEN_APPROVE),
    Item("账号", "access.accounts", P.ACCOUNT_MANAGE),
    Item("审计", "audit.index", P.AUDIT_READ),
)
BLUEPRINTS = (
    *(module.blueprint for module in (access, audit, organisation, hours, people, cases, law, documents, queue)),
    *(
        module.blueprint
        for module in (letters, handoff, joint, leadership, inbox, closing, reports, leading, sponsorships)
    ),
    health.blueprint,
)


def create_app(settings: Settings | None = None) -> Flask:
    """The portal as a WSGI application. Raises ConfigurationError or DeclarationError rather than start half right."""
    settings = settings or Settings.from_environment()
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=settings.upload_limit,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        BOOTSTRAP_SERVE_LOCAL=True,
        PORTAL=settings,
    )
    ring.load(settings.data_keys)
    clock.follow(settings.clock_file)
    registry.load(PLATFORMS, LETTER_NAMES)
    access_forms.PLATFORM_CHOICES[:] = [(platform.code, platform.label) for platform in PLATFORMS]
    database.init_app(app, settings.database_url)
    Migrate(app, database.db, render_as_batch=False)
    CSRFProtect(app)
    Htmx(app)
    Bootstrap5(app)
    security.init_app(app, secure_cookies=settings.secure_cookies)
    errors.init_app(app)
    routing.init_app(app)
    formats.init_app(app)
    people.init_app(app)
    access.init_app(app)
    guard.init_app(app)
    navigation.init_app(app, MENU, lambda wanted: current_user.is_authenticated and current_user.may(wanted))
    frame.init_app(app)
    stream.init_app(app, settings.stream_limit)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    cli.init_app(app)
    return app
