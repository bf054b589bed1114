"""/screens/announcements: what a speaking screen says next. /screens/sounds: the clips. /admin/sounds: a centre's own recordings."""

from flask import Response, abort, current_app, flash, jsonify, make_response, request, url_for
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from portal import clock, database
from portal.access.guard import actor, public, requires
from portal.access.permissions import Permission
from portal.cases.operations import Refused
from portal.database import db
from portal.organisation.models import Centre, Window
from portal.queue import screens as devices
from portal.queue import sounds as files
from portal.queue import voice
from portal.queue.models import Announcement, Screen
from portal.queue.operations import announcing
from portal.queue.sound_forms import SoundForm
from portal.queue.views import blueprint
from portal.web.errors import say
from portal.web.htmx import done, page
from portal.web.routing import row_number

SOUNDS = (announcing.HEARD, announcing.BLOCKED)
NOT_SPEAKING = "这块屏幕不播报语音。"


@blueprint.get("/screens/announcements/next")
@public
def next_announcement() -> Response:
    """What this screen says now; 204 where there is nothing, or another screen is just speaking."""
    screen = _speaking()
    if screen is None:
        return say(403, NOT_SPEAKING)
    if not announcing.anything_left(db.session, screen):
        return make_response("", 204)
    resume = request.args.get("resume", 0, type=row_number)
    now = clock.now()
    claimed = database.attempt(
        lambda session: announcing.claim(session, screen, resume=resume, folder=_folder(), at=now)
    )
    return _said(claimed) if claimed else make_response("", 204)


@blueprint.post("/screens/announcements/<int:announcement_id>/done")
@public
def finish_announcement(announcement_id: int) -> Response:
    """The screen has spoken it, or its browser forbade it. Asking again changes nothing."""
    screen = _speaking()
    outcome = request.form.get("outcome", "")
    if screen is None:
        return say(403, NOT_SPEAKING)
    if outcome not in (announcing.SPOKEN, announcing.BLOCKED):
        return say(422)
    try:
        now = clock.now()
        database.attempt(lambda session: announcing.acknowledge(session, screen, announcement_id, outcome, at=now))
    except Refused as problem:
        return say(409, str(problem))
    return make_response("", 204)


@blueprint.post("/screens/sound")
@public
def tell_sound() -> Response:
    """Whether this screen's browser lets it speak; the administrator's list shows it."""
    screen = _speaking()
    sound = request.form.get("sound", "")
    if screen is None:
        return say(403, NOT_SPEAKING)
    if sound not in SOUNDS:
        return say(422)
    if screen.sound != sound:
        now = clock.now()
        database.attempt(lambda session: announcing.tell_sound(session, screen, sound, at=now))
    return make_response("", 204)


@blueprint.get("/screens/sounds/<name>.wav")
@public
def sound(name: str) -> Response:
    """One clip: the centre's own recording, else the built-in one."""
    path = _folder().path(name)
    if path is None or not path.exists():
        abort(404)
    response = Response(path.read_bytes(), mimetype="audio/wav")
    response.headers["Cache-Control"] = "no-cache"  # kept, and asked about; what a call needs carries its version
    response.add_etag()
    return response.make_conditional(request, accept_ranges=True, complete_length=response.content_length)


@blueprint.get("/admin/sounds")
@requires(Permission.SCREEN_APPROVE)
def sounds() -> Response:
    """Every clip with where it comes from, and the windows whose names cannot be said in full."""
    return _list()


@blueprint.post("/admin/sounds/<name>")
@requires(Permission.SCREEN_APPROVE)
def replace_sound(name: str) -> Response:
    """Put the centre's own recording in a clip's place."""
    form = SoundForm()
    if not form.validate_on_submit():
        return _list(name, form, 422)
    content = form.file.data.read(files.LARGEST + 1)
    try:
        with database.write() as session:
            clip = files.replace(session, actor(), _folder(), name, content, at=clock.now())
    except Refused as problem:
        form.file.errors = [str(problem)]
        return _list(name, form, 422)
    flash(f"“{clip.text}”已换成本中心的录音。")
    return done("queue.sounds", _anchor=f"sound-{name}")


@blueprint.post("/admin/sounds/<name>/restore")
@requires(Permission.SCREEN_APPROVE)
def restore_sound(name: str) -> Response:
    """Back to the built-in recording."""
    try:
        with database.write() as session:
            clip = files.restore(session, actor(), _folder(), name, at=clock.now())
    except Refused as problem:
        return say(409, str(problem))
    flash(f"“{clip.text}”已恢复为内置录音。")
    return done("queue.sounds", _anchor=f"sound-{name}")


def address(name: str) -> str:
    """Where a clip is played from; the address changes with the recording."""
    return url_for("queue.sound", name=name, v=_folder().version(name))


def _said(announcement: Announcement) -> Response:
    centre = db.session.get(Centre, announcement.centre_id)
    silent = announcement.outcome == announcing.SILENT
    return jsonify(
        id=announcement.id,
        clips=[] if silent else [address(name) for name in announcement.clips.split() if name in voice.MANIFEST],
        volume=max(0, min(100, centre.voice_volume)) / 100,
        times=0 if silent else voice.TIMES,
        chime=True,
        silent=silent,
        done=url_for("queue.finish_announcement", announcement_id=announcement.id),
        token=generate_csrf(),
    )


def _speaking() -> Screen | None:
    screen = devices.find(db.session, request.cookies.get(devices.COOKIE), clock.now())
    return screen if screen is not None and announcing.may_speak(db.session, screen) else None


def _folder() -> files.Folder:
    return files.Folder(current_app.config["PORTAL"].home)


def _list(refused: str = "", form: SoundForm | None = None, status: int = 200) -> Response:
    recordings = _folder().recordings()
    if refused and not any(each.name == refused for each in recordings):
        abort(404)
    named = select(Window.name).where(Window.centre_id == actor().centre_id, Window.enabled)
    windows = db.session.scalars(named.order_by(Window.position, Window.id))
    unsaid = {name: missing for name in windows if (missing := voice.name_of(name).missing)}
    return page(
        "screens/sounds.html",
        groups=_grouped(recordings),
        addresses={each.name: address(each.name) for each in recordings},
        own=sum(each.own for each in recordings),
        unsaid=unsaid,
        refused=refused,
        form=form or SoundForm(formdata=None),
        status=status,
    )


def _grouped(recordings: list[files.Recording]) -> dict[str, list[files.Recording]]:
    groups: dict[str, list[files.Recording]] = {"叫号用语": [], "数字": [], "字母": [], "整句": []}
    for each in recordings:
        kind = (
            "整句"
            if "-" in each.name
            else "数字"
            if each.name.isdigit()
            else "字母"
            if len(each.name) == 1
            else "叫号用语"
        )
        groups[kind].append(each)
    return groups
