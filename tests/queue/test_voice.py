"""The voice: what is said of a call, by whom, and that it is said once, one at a time, and never when it is old."""

import io
import json
import threading
import wave
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from portal import clock, database
from portal.cases.operations import Refused
from portal.organisation.models import Centre, Window
from portal.queue import screens, sounds, voice
from portal.queue.models import Announcement, Call, Layout, Screen, Ticket
from portal.queue.operations import announcing, call_next, recall, start
from portal.trail import queries as trail
from tests.queue import wall as hall
from tests.queue.wall import Wall, later
from tests.support import csrf_token, submit

NINE_THIRTY = hall.MORNING


class TestSentences:
    @pytest.mark.parametrize(
        ("number", "place", "said"),
        [
            ("A012", "3号窗口", "qing A 0 1 2 hao dao 3 hao chuangkou"),
            ("B100", "12号窗口", "qing B 1 0 0 hao dao 10 2 hao chuangkou"),
            ("G007", "5号室", "qing G 0 0 7 hao dao 5 hao shi"),
            ("A001", "集体接待室", "qing A 0 0 1 hao dao jitijiedaishi"),
            ("A001", "综合服务室", "qing A 0 0 1 hao dao zonghefuwushi"),
            ("A001", "2号接待室", "qing A 0 0 1 hao dao 2 hao jiedaishi"),
            ("A001", "二楼东区１０号窗口", "qing A 0 0 1 hao dao 2 lou dong qu 10 hao chuangkou"),
        ],
    )
    def test_a_call_is_said_with_the_clips_of_the_manifest(self, number: str, place: str, said: str) -> None:
        assert " ".join(voice.sentence(number, place)) == said

    @pytest.mark.parametrize(
        ("digits", "said"),
        [("3", "3"), ("10", "10"), ("12", "10 2"), ("20", "2 10"), ("21", "2 10 1"), ("100", "1 100"),
         ("105", "1 100 0 5"), ("110", "1 100 1 10"), ("312", "3 100 1 10 2"), ("007", "0 0 7"), ("1024", "1 0 2 4")],
    )  # fmt: skip
    def test_a_windows_number_is_said_as_a_number(self, digits: str, said: str) -> None:
        assert " ".join(voice.counted(digits)) == said

    def test_what_no_clip_says_is_passed_over_and_reported(self) -> None:
        assert voice.name_of("心理疏导室") == voice.Spoken(("shi",), ("心", "理", "疏", "导"))
        assert voice.name_of("3号窗口（快办）").missing == ()

    def test_every_clip_is_there_and_as_long_as_the_manifest_says(self) -> None:
        listed = json.loads((voice.BUILT_IN / "manifest.json").read_text(encoding="utf-8"))
        files = {path.stem for path in voice.BUILT_IN.glob("*.wav")}
        assert set(listed) == files == set(voice.MANIFEST)
        for name, entry in listed.items():
            assert entry["file"] == f"{name}.wav"
            with wave.open(str(voice.BUILT_IN / entry["file"])) as file:
                assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16000)
                frames = memoryview(file.readframes(file.getnframes())).cast("h")
            assert entry["milliseconds"] == round(len(frames) / 16)
            loudness = (sum(frame * frame for frame in frames) / len(frames)) ** 0.5 / 32768
            assert 0.05 < loudness < 0.2, f"{name} is as good as silent, or too loud"
        assert sum(path.stat().st_size for path in voice.BUILT_IN.glob("*.wav")) < 1.6 * 1024 * 1024
        needed = {
            *"0123456789",
            *"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "10",
            "100",
            "kiosk-choose",
            "kiosk-confirm",
            "kiosk-take",
        }
        assert needed | {"kiosk-closed", "qing-daoyintai", "guohao-daoyintai"} <= files

    @pytest.mark.parametrize(
        ("minute", "since", "until", "silent"),
        [(719, 720, 840, False), (720, 720, 840, True), (839, 720, 840, True), (840, 720, 840, False),
         (1380, 1320, 480, True), (0, 1320, 480, True), (479, 1320, 480, True), (480, 1320, 480, False),
         (600, None, None, False), (600, 600, None, False), (600, 600, 600, False)],
    )  # fmt: skip
    def test_quiet_hours_may_pass_midnight(
        self, minute: int, since: int | None, until: int | None, silent: bool
    ) -> None:
        assert voice.quiet(minute, since, until) is silent


@dataclass(frozen=True)
class Speaker:
    """A paired screen: its id and its cookie."""

    id: int
    token: str


@pytest.fixture
def wall(app: Flask) -> Wall:
    """The small hall at half past nine."""
    with app.app_context(), database.write() as session:
        return hall.build(session)


@pytest.fixture
def pair(app: Flask, wall: Wall) -> Callable[..., Speaker]:
    """``pair()`` is a speaking screen of the hall; ``area`` makes it an area's, ``speaks=False`` a silent one."""

    def paired(area: str = "", *, speaks: bool = True) -> Speaker:
        with app.app_context(), database.write() as session:
            kind = "zone" if area else "hall"
            name = f"{kind}{session.scalar(select(func.count()).select_from(Layout))}"
            layout = Layout(centre_id=wall.centre_id, name=name, kind=kind, blocks="call,recent", speaks=speaks)
            session.add(layout)
            session.flush()
            screen, token = screens.ask(session, at=clock.now())
            screens.approve(session, wall.clerk, screen.id, kind=kind, area=area, layout_id=layout.id, at=clock.now())
            return Speaker(screen.id, token)

    return paired


@pytest.fixture
def call(app: Flask, wall: Wall) -> Callable[..., Ticket]:
    """``call(at)`` takes a ticket and calls it to the 3号窗口; ``room=True`` to the room behind a neutral sign."""

    def called(at: datetime = NINE_THIRTY, *, room: bool = False) -> Ticket:
        with app.app_context(), database.write() as session:
            hall.ticket(session, wall, at, room=room)
        with app.app_context(), database.write() as session:
            return call_next(session, wall.counsellor if room else wall.clerk, at=at)

    return called


def rows(app: Flask, *columns: object) -> list:
    with app.app_context():
        return list(database.db.session.execute(select(*columns).order_by(Announcement.id)))


def claim(app: Flask, speaker: Speaker, at: datetime, resume: int = 0) -> Announcement | None:
    with app.app_context(), database.write() as session:
        folder = sounds.Folder(app.config["PORTAL"].home)
        return announcing.claim(session, session.get_one(Screen, speaker.id), resume=resume, folder=folder, at=at)


def finish(app: Flask, speaker: Speaker, announcement: Announcement, at: datetime, outcome: str = "spoken") -> None:
    with app.app_context(), database.write() as session:
        announcing.acknowledge(session, session.get_one(Screen, speaker.id), announcement.id, outcome, at=at)


def outcomes(app: Flask) -> list[str]:
    return [row.outcome for row in rows(app, Announcement.outcome)]


class TestMaking:
    def test_without_a_speaking_screen_nothing_is_made(self, app, wall, pair, call) -> None:
        pair(speaks=False)
        call()
        assert rows(app, Announcement.id) == []

    def test_one_for_the_hall_and_one_for_the_calls_area_however_many_screens(self, app, wall, pair, call) -> None:
        pair(), pair(), pair("一楼")
        call()
        made = rows(app, Announcement.channel, Announcement.clips)
        assert sorted(made) == [(channel, "qing A 0 0 1 hao dao 3 hao chuangkou") for channel in ("", "一楼")]

    def test_another_area_hears_nothing(self, app, wall, pair, call) -> None:
        speaker = pair("一楼")
        with app.app_context(), database.write() as session:
            session.get_one(Screen, speaker.id).area = "二楼"
        call()
        assert rows(app, Announcement.id) == []

    def test_a_revoked_screen_counts_no_more(self, app, wall, pair, call) -> None:
        speaker = pair()
        with app.app_context(), database.write() as session:
            screens.revoke(session, wall.clerk, speaker.id, at=NINE_THIRTY)
        call()
        assert rows(app, Announcement.id) == []

    def test_a_recall_is_announced_again(self, app, wall, pair, call) -> None:
        speaker, ticket = pair(), call()
        finish(app, speaker, claim(app, speaker, NINE_THIRTY), NINE_THIRTY)
        with app.app_context(), database.write() as session:
            recall(session, wall.clerk, ticket.id, version=ticket.version, at=later(1))
        again = claim(app, speaker, later(1))
        assert again is not None
        assert outcomes(app) == ["spoken", ""]
        assert len({row.clips for row in rows(app, Announcement.clips)}) == 1

    def test_a_sensitive_room_is_said_by_its_neutral_name_only(self, app, wall, pair, call) -> None:
        pair()
        call(room=True)
        with app.app_context():
            text = "".join(voice.MANIFEST[name].text for name in rows(app, Announcement.clips)[0].clips.split())
        assert text == "请G零零一号到五号室"

    def test_a_call_asks_once_more_of_the_database_and_no_more(self, app, wall, pair, call) -> None:
        def queries() -> int:
            asked = []
            with app.app_context():
                engine = database.db.engine
            listen = lambda *args: asked.append(args[2])  # noqa: E731
            event.listen(engine, "before_cursor_execute", listen)
            with app.app_context(), database.write() as session:
                called = call_next(session, wall.clerk, at=NINE_THIRTY)
            event.remove(engine, "before_cursor_execute", listen)
            with app.app_context(), database.write() as session:
                start(session, wall.clerk, called.id, version=called.version, at=NINE_THIRTY)
                session.get_one(Ticket, called.id).state = "done"
            return len(asked)

        with app.app_context(), database.write() as session:
            hall.ticket(session, wall, NINE_THIRTY)
            hall.ticket(session, wall, NINE_THIRTY)
        silent = queries()
        for _ in range(3):
            pair()
        assert queries() <= silent + 1


class TestSpeaking:
    def test_the_oldest_first_and_one_at_a_time_over_two_screens(self, app, wall, pair, call) -> None:
        first, second = pair(), pair()
        call(), call(room=True)
        said = claim(app, first, NINE_THIRTY)
        assert "A" in said.clips.split()
        assert claim(app, second, NINE_THIRTY + timedelta(seconds=1)) is None
        assert claim(app, first, NINE_THIRTY + timedelta(seconds=1)) is None
        finish(app, first, said, NINE_THIRTY + timedelta(seconds=9))
        following = claim(app, second, NINE_THIRTY + timedelta(seconds=9))
        assert "G" in following.clips.split()
        assert outcomes(app) == ["spoken", ""]

    def test_hall_and_area_speak_side_by_side(self, app, wall, pair, call) -> None:
        first, zone = pair(), pair("一楼")
        call()
        assert claim(app, first, NINE_THIRTY).channel == ""
        assert claim(app, zone, NINE_THIRTY).channel == "一楼"

    def test_the_lease_lasts_as_long_as_the_sentence_and_no_longer(self, app, wall, pair, call) -> None:
        first, second = pair(), pair()
        call()
        said = claim(app, first, NINE_THIRTY)
        clips = [voice.MANIFEST[name].milliseconds for name in said.clips.split()]
        spoken = voice.CHIME_MS + 2 * sum(clips)
        lease = (said.claimed_until - NINE_THIRTY) / timedelta(milliseconds=1)
        assert spoken < lease < spoken + 8000
        assert claim(app, second, said.claimed_until - timedelta(milliseconds=1)) is None
        assert claim(app, second, said.claimed_until).id == said.id, "a screen that died hands its sentence on"

    def test_a_page_loaded_anew_goes_on_at_once_with_what_it_was_saying(self, app, wall, pair, call) -> None:
        first, second = pair(), pair()
        call()
        said = claim(app, first, NINE_THIRTY)
        at = NINE_THIRTY + timedelta(seconds=2)
        assert claim(app, second, at, resume=said.id) is None, "only who claimed it may go on with it"
        assert claim(app, first, at, resume=said.id + 7) is None
        resumed = claim(app, first, at, resume=said.id)
        assert (resumed.id, resumed.claimed_until) == (said.id, said.claimed_until + timedelta(seconds=2))

    def test_a_call_of_ten_minutes_ago_is_not_spoken(self, app, wall, pair, call) -> None:
        speaker = pair()
        call()
        assert claim(app, speaker, NINE_THIRTY + announcing.NEWS) is None
        assert outcomes(app) == ["expired"]
        call(later(10), room=True)
        assert "G" in claim(app, speaker, later(10)).clips.split()

    def test_whoever_has_come_need_not_be_called_any_more(self, app, wall, pair, call) -> None:
        speaker, ticket = pair(), call()
        with app.app_context(), database.write() as session:
            start(session, wall.clerk, ticket.id, version=ticket.version, at=NINE_THIRTY)
        assert claim(app, speaker, NINE_THIRTY) is None
        assert outcomes(app) == ["expired"]

    def test_what_is_being_spoken_is_not_taken_away(self, app, wall, pair, call) -> None:
        first, second = pair(), pair()
        call()
        almost_old = NINE_THIRTY + announcing.NEWS - timedelta(seconds=1)
        said = claim(app, first, almost_old)
        assert claim(app, second, almost_old + timedelta(seconds=2)) is None
        assert outcomes(app) == [""]
        finish(app, first, said, almost_old + timedelta(seconds=9))
        assert outcomes(app) == ["spoken"]

    def test_in_quiet_hours_it_is_silent_at_once(self, app, wall, pair, call) -> None:
        speaker = pair()
        with app.app_context(), database.write() as session:
            centre = session.get_one(Centre, wall.centre_id)
            centre.quiet_from, centre.quiet_until = 9 * 60, 10 * 60
        call()
        assert claim(app, speaker, NINE_THIRTY).outcome == "silent"
        assert claim(app, speaker, NINE_THIRTY) is None
        assert outcomes(app) == ["silent"]

    def test_done_twice_counts_once_and_only_for_who_spoke(self, app, wall, pair, call) -> None:
        first, second = pair(), pair()
        call()
        said = claim(app, first, NINE_THIRTY)
        with pytest.raises(Refused):
            finish(app, second, said, NINE_THIRTY)
        finish(app, first, said, later(1))
        finish(app, first, said, later(2), outcome="blocked")
        done = rows(app, Announcement.outcome, Announcement.done_at)[0]
        assert (done.outcome, done.done_at) == ("spoken", later(1))
        assert claim(app, first, later(1)) is None

    def test_a_blocked_screen_is_written_down_once_and_heard_again(self, app, wall, pair, call) -> None:
        speaker = pair()
        call()
        finish(app, speaker, claim(app, speaker, NINE_THIRTY), NINE_THIRTY, outcome="blocked")
        assert outcomes(app) == ["silent"]
        for sound in ("blocked", "heard", "heard"):
            with app.app_context(), database.write() as session:
                announcing.tell_sound(session, session.get_one(Screen, speaker.id), sound, at=NINE_THIRTY)
        with app.app_context():
            told = [each.kind for each in trail.entries(database.db.session, f"screen:{speaker.id}")]
        assert told == ["screen.approved", "screen.blocked", "screen.heard"]

    def test_of_two_screens_that_ask_at_once_one_speaks(self, app, wall, pair, call) -> None:
        speakers = [pair() for _ in range(6)]
        call(), call(room=True)
        barrier, got = threading.Barrier(len(speakers)), []

        def ask(speaker: Speaker) -> None:
            barrier.wait()
            got.append(claim(app, speaker, NINE_THIRTY))

        threads = [threading.Thread(target=ask, args=(speaker,)) for speaker in speakers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == len(speakers)
        assert [said.clips.split()[1] for said in got if said] == ["A"]


class TestAddresses:
    def client(self, app: Flask, speaker: Speaker | None) -> FlaskClient:
        client = app.test_client()
        if speaker:
            client.set_cookie(screens.COOKIE, speaker.token)
        return client

    def test_a_speaking_screen_is_told_what_to_play_and_says_that_it_did(self, app, wall, pair, call) -> None:
        client = self.client(app, pair())
        assert client.get("/screens/announcements/next").status_code == 204
        with clock.frozen(NINE_THIRTY):
            call()
            answer = client.get("/screens/announcements/next")
            said = answer.json
            assert answer.headers["Cache-Control"] == "no-store"
            assert [clip.partition("?")[0] for clip in said["clips"]] == [
                f"/screens/sounds/{name}.wav" for name in voice.sentence("A001", "3号窗口")
            ]
            assert (said["volume"], said["times"], said["chime"], said["silent"]) == (0.8, 2, True, False)
            assert all(client.get(clip).status_code == 200 for clip in said["clips"])
            assert client.get("/screens/announcements/next").status_code == 204
            resumed = client.get(f"/screens/announcements/next?resume={said['id']}").json
            assert resumed["id"] == said["id"]
            for resume in ("x", "-1", "²", "9" * 18, "9" * 30):
                assert client.get(f"/screens/announcements/next?resume={resume}").status_code == 204
            assert client.post(said["done"], data={"outcome": "spoken"}).status_code == 400, "without a token"
            for _ in range(2):
                head = {"X-CSRFToken": said["token"]}
                assert client.post(said["done"], data={"outcome": "spoken"}, headers=head).status_code == 204
            assert client.post(said["done"], data={"outcome": "sung"}, headers=head).status_code == 422
        assert outcomes(app) == ["spoken"]

    def test_in_quiet_hours_only_the_chime_is_left(self, app, wall, pair, call) -> None:
        client = self.client(app, pair())
        with app.app_context(), database.write() as session:
            centre = session.get_one(Centre, wall.centre_id)
            centre.quiet_from, centre.quiet_until = 0, 1439
        with clock.frozen(NINE_THIRTY):
            call()
            said = client.get("/screens/announcements/next").json
        assert (said["clips"], said["times"], said["chime"], said["silent"]) == ([], 0, True, True)

    def test_strangers_and_silent_screens_are_sent_away(self, app, wall, pair, call) -> None:
        silent, speaker = pair(speaks=False), pair()
        call()
        for client in (self.client(app, None), self.client(app, silent)):
            assert client.get("/screens/announcements/next").status_code == 403
        with clock.frozen(NINE_THIRTY):
            said = self.client(app, speaker).get("/screens/announcements/next").json
            other = self.client(app, pair())
            token = other.get("/screens/hall") and csrf_of(other)
            answer = other.post(said["done"], data={"outcome": "spoken"}, headers={"X-CSRFToken": token})
            assert answer.status_code == 409
        assert outcomes(app) == [""]

    def test_asking_when_nothing_is_left_writes_nothing(self, app, wall, pair) -> None:
        client = self.client(app, pair())
        asked = []
        with app.app_context():
            engine = database.db.engine
        event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        assert client.get("/screens/announcements/next").status_code == 204
        assert len(asked) <= 4
        assert not [each for each in asked if each.split()[0] in ("INSERT", "UPDATE", "DELETE")]

    def test_a_wall_that_speaks_carries_what_its_script_needs(self, app, wall, pair, sign_in) -> None:
        speaker, silent = pair(), pair(speaks=False)
        client = self.client(app, speaker)
        page = client.get("/screens/hall").get_data(as_text=True)
        assert 'data-speak="/screens/announcements/next"' in page
        assert 'data-sound="/screens/sound"' in page
        assert "voice.js" in page
        assert "voice.js" not in self.client(app, silent).get("/screens/hall").get_data(as_text=True)
        assert client.post("/screens/sound", data={"sound": "blocked"}).status_code == 400
        head = {"X-CSRFToken": csrf_of(client)}
        assert client.post("/screens/sound", data={"sound": "loud"}, headers=head).status_code == 422
        assert client.post("/screens/sound", data={"sound": "blocked"}, headers=head).status_code == 204
        assert "声音被浏览器拦截" in sign_in("sysadmin").get("/admin/screens").get_data(as_text=True)
        assert client.post("/screens/sound", data={"sound": "heard"}, headers=head).status_code == 204
        assert "声音被浏览器拦截" not in sign_in("sysadmin").get("/admin/screens").get_data(as_text=True)


def csrf_of(client: FlaskClient) -> str:
    page = client.get("/screens/hall").get_data(as_text=True)
    return page.partition('data-token="')[2].partition('"')[0]


def recording(seconds: float = 0.5, *, width: int = 2, rate: int = 16000, channels: int = 1) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(b"\x10" * (int(seconds * rate) * width * channels))
    return held.getvalue()


class TestRecordings:
    def test_a_clip_is_kept_by_its_etag(self, client, app) -> None:
        answer = client.get("/screens/sounds/qing.wav")
        assert answer.mimetype == "audio/wav"
        assert answer.data == (voice.BUILT_IN / "qing.wav").read_bytes()
        again = client.get("/screens/sounds/qing.wav", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
        part = client.get("/screens/sounds/qing.wav", headers={"Range": "bytes=0-43"})
        assert (part.status_code, part.data) == (206, answer.data[:44])

    @pytest.mark.parametrize("name", ["nothing", "manifest", "..%2F..%2Fportal", "qing.wav%00", "%2e%2e/qing"])
    def test_nothing_but_the_manifests_names_is_served(self, client, app, name: str) -> None:
        (app.config["PORTAL"].home / "sounds").mkdir()
        (app.config["PORTAL"].home / "sounds" / "nothing.wav").write_bytes(recording())
        assert client.get(f"/screens/sounds/{name}.wav").status_code == 404

    def test_the_centres_own_recording_takes_the_built_in_ones_place(self, app, wall, pair, call, sign_in) -> None:
        admin, own = sign_in("sysadmin"), recording(3.0)
        page = admin.get("/admin/sounds").get_data(as_text=True)
        assert page.count("内置") > 60
        assert "本中心录音 0 段" in page
        answer = submit(admin, "/admin/sounds/qing", "/admin/sounds", file=(io.BytesIO(own), "请.wav"))
        assert answer.status_code == 303
        assert "本中心录音 1 段" in admin.get("/admin/sounds").get_data(as_text=True)
        assert admin.get("/screens/sounds/qing.wav").data == own
        assert app.test_client().get("/screens/sounds/hao.wav").data == (voice.BUILT_IN / "hao.wav").read_bytes()
        speaker = pair()
        call()
        said = claim(app, speaker, NINE_THIRTY)
        assert said.claimed_until - NINE_THIRTY > timedelta(seconds=6), "the lease knows the longer recording"
        answer = submit(admin, "/admin/sounds/qing/restore", "/admin/sounds")
        assert answer.status_code == 303
        assert admin.get("/screens/sounds/qing.wav").data == (voice.BUILT_IN / "qing.wav").read_bytes()
        with app.app_context():
            told = [each.kind for each in trail.entries(database.db.session, "sound:qing")]
        assert told == ["sound.replaced", "sound.restored"]

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"", "WAV"),
            (b"RIFF....WAVEfmt nonsense", "WAV"),
            (b"ID3\x03" + b"\0" * 400, "WAV"),
            (recording(width=1), "WAV"),
            (recording(rate=4000), "WAV"),
            (recording()[:-100], "WAV"),
            (recording(11), "10 秒"),
            (recording(0.01), "0.05 秒"),
            (recording(5), "1 MB"),
        ],
    )
    def test_what_is_no_recording_is_refused_beside_its_field(
        self, app, wall, sign_in, monkeypatch, content, why
    ) -> None:
        monkeypatch.setattr(sounds, "LARGEST", 100_000 if why == "1 MB" else 400_000)
        admin = sign_in("sysadmin")
        answer = submit(admin, "/admin/sounds/qing", "/admin/sounds", file=(io.BytesIO(content), "x.wav"))
        text = answer.get_data(as_text=True)
        assert answer.status_code == 422
        refused = text.partition('class="field-error">')[2].partition("</p>")[0]
        assert why in refused
        assert not (app.config["PORTAL"].home / "sounds" / "qing.wav").exists()

    def test_no_file_and_no_such_clip(self, app, wall, sign_in) -> None:
        admin = sign_in("sysadmin")
        assert "请选择录音文件" in submit(admin, "/admin/sounds/hao", "/admin/sounds").get_data(as_text=True)
        own = (io.BytesIO(recording()), "x.wav")
        assert submit(admin, "/admin/sounds/nothing", "/admin/sounds", file=own).status_code == 404
        assert submit(admin, "/admin/sounds/nothing/restore", "/admin/sounds").status_code == 409

    def test_a_broken_file_in_the_folder_is_passed_over(self, app, wall, client) -> None:
        folder = app.config["PORTAL"].home / "sounds"
        folder.mkdir()
        (folder / "hao.wav").write_bytes(b"not a recording")
        assert client.get("/screens/sounds/hao.wav").data == (voice.BUILT_IN / "hao.wav").read_bytes()

    def test_windows_that_cannot_be_said_in_full_are_named(self, app, wall, sign_in) -> None:
        admin = sign_in("sysadmin")
        assert "都能完整播报" in admin.get("/admin/sounds").get_data(as_text=True)
        with app.app_context(), database.write() as session:
            session.get_one(Window, wall.window_id).name = "3号婚姻窗口"
        assert "3号婚姻窗口：缺少录音：婚、姻" in admin.get("/admin/sounds").get_data(as_text=True)

    def test_only_who_approves_screens_may(self, app, wall, sign_in) -> None:
        clerk = sign_in("clerk")
        token = csrf_token(clerk, "/account")
        assert clerk.get("/admin/sounds").status_code == 403
        assert clerk.post("/admin/sounds/qing", data={"csrf_token": token}).status_code == 403
        assert clerk.post("/admin/sounds/qing/restore", data={"csrf_token": token}).status_code == 403


def test_the_calls_row_knows_its_area(app, wall, call) -> None:
    call()
    with app.app_context():
        assert database.db.session.scalar(select(Call.area)) == "一楼"
