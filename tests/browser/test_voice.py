"""The voice of a wall: one announcement after another, each twice, never over another sound; and what a browser that forbids sound does."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import pytest
from playwright.sync_api import Page, Request, expect

from portal.queue import voice
from tests.browser import acts
from tests.browser.hall import Hall

pytestmark = pytest.mark.browser
ANNOUNCED = 20_000  # chime, twice a short sentence, and a machine busy with other tests
# Sound without a sound card: every clip and every tone is reported to `heard` with its beginning and end, clips at a tenth of their length.
EAR = """
(() => {
  const from = new WeakMap();
  const read = Response.prototype.arrayBuffer;
  Response.prototype.arrayBuffer = function () {
    return read.call(this).then((content) => { from.set(content, this.url); return content; });
  };
  const now = () => (performance.timeOrigin + performance.now()) / 1000;
  const tell = (name, begin, end) => window.heard({ name, begin, end });
  const node = () => ({ connect() {}, gain: { value: 1, setValueAtTime() {}, exponentialRampToValueAtTime() {} }, frequency: {} });
  window.AudioContext = class {
    constructor() { this.state = "running"; this.destination = {}; }
    get currentTime() { return now(); }
    resume() { return Promise.resolve(); }
    decodeAudioData(content) {
      const name = new URL(from.get(content)).pathname.split("/").pop().replace(".wav", "");
      return Promise.resolve({ name, duration: (content.byteLength - 44) / 320000 });
    }
    createGain() { return node(); }
    createOscillator() {
      const tone = node();
      return Object.assign(tone, { start(at) { tone.begun = at; }, stop(at) { tell("chime", tone.begun, at); } });
    }
    createBufferSource() {
      const source = node();
      source.start = (at) => {
        const end = at + source.buffer.duration;
        tell(source.buffer.name, at, end);
        setTimeout(() => source.onended && source.onended(), (end - now()) * 1000);
      };
      return source;
    }
  };
})();
"""

CALLED = "document.getElementById('live').dispatchEvent(new CustomEvent('portal:called', { cancelable: true }))"


@dataclass(frozen=True)
class Sound:
    """A clip or a tone as it was heard, in seconds."""

    name: str
    begin: float
    end: float


class Ear:
    """What a wall said so far."""

    def __init__(self) -> None:
        self.sounds: list[Sound] = []

    def hear(self, given: dict) -> None:
        self.sounds.append(Sound(**given))

    @property
    def said(self) -> list[str]:
        """Clips in order; the two tones of a chime count once."""
        names = [each.name for each in sorted(self.sounds, key=lambda each: each.begin)]
        return [name for place, name in enumerate(names) if name != "chime" or names[place - 1 : place] != ["chime"]]

    def overlaps(self) -> list[tuple[Sound, Sound]]:
        """Clips that began before the sound before them was over."""
        ordered = sorted(self.sounds, key=lambda each: each.begin)
        return [pair for pair in pairwise(ordered) if pair[1].name != "chime" and pair[1].begin < pair[0].end - 0.001]

    def chimes_over_speech(self) -> list[Sound]:
        """Tones that rang while a clip was heard."""
        clips = [each for each in self.sounds if each.name != "chime"]
        tones = [each for each in self.sounds if each.name == "chime"]
        return [tone for tone in tones for clip in clips if tone.begin < clip.end and clip.begin < tone.end]


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall of this module's own."""
    yield from acts.tomorrow(tmp_path_factory.mktemp("voice"))


@pytest.fixture
def administrator(page_for, centre: Hall) -> Page:
    """Who approves screens; takes the walls of this journey off again, so that the next one speaks alone."""
    page = page_for("yaoyuhang", at=centre)
    yield page
    page.goto("/admin/screens")
    while (away := page.get_by_role("button", name="撤销")).count():
        away.first.click()
        expect(page.locator("#notice")).to_contain_text("已撤销")


@pytest.fixture
def wall(page_for, centre: Hall, administrator: Page, request: pytest.FixtureRequest) -> Callable[..., Page]:
    """``wall()`` is a hall screen with a layout that speaks; ``ear`` hears what it says instead of its sound card."""
    name = f"播报 {request.node.name}"[:40]
    administrator.goto("/admin/layouts/new")
    administrator.get_by_label("名称").fill(name)
    administrator.get_by_label("大厅屏").check()
    administrator.get_by_label("语音播报叫号").check()
    acts.press(administrator, "Control+Enter")
    expect(administrator.locator("#notice")).to_contain_text("已保存")

    def paired(ear: Ear | None = None) -> Page:
        page = page_for(at=centre, size=acts.HALL_SIZE)
        if ear:
            page.expose_function("heard", ear.hear)
            page.add_init_script(EAR)
        acts.pair([(page, "大厅屏", "")], administrator)
        administrator.goto("/admin/screens")
        newest = administrator.locator("section[aria-labelledby=screens-approved] article").last
        newest.locator("summary").click()
        newest.get_by_label("版式").select_option(label=f"大厅屏：{name}")
        newest.get_by_role("button", name="保存").click()
        expect(administrator.locator("#notice")).to_contain_text("已批准")
        expect(page.locator("#live[data-speak]")).to_be_visible(timeout=40_000)  # by itself
        page.wait_for_load_state()
        return page

    return paired


@pytest.fixture
def call(page_for, centre: Hall) -> Callable[..., str]:
    """``call("zhangdeliang", "来访登记")`` calls a fresh visitor to that clerk's window: the number."""
    desk, clerks = page_for("jingxiaoyan", at=centre), {}

    def called(login: str = "zhangdeliang", service: str = "来访登记") -> str:
        if login not in clerks:
            clerks[login] = page_for(login, at=centre)
            acts.free(clerks[login])
        clerk = clerks[login]
        if clerk.locator(acts.TICKET).count():
            acts.miss(clerk)
        acts.take(desk, service)
        return acts.call(clerk)

    return called


def sentence(number: str, place: str) -> list[str]:
    return list(voice.sentence(number, place))


def acknowledged(page: Page, act: Callable[[], object], times: int = 1) -> list[Request]:
    """``act``, and then wait until the wall has said so many times that it is through."""
    done: list[Request] = []
    page.on("request", lambda request: done.append(request) if request.url.endswith("/done") else None)
    act()
    for _ in range(times - len(done)):
        with page.expect_request("**/done", timeout=ANNOUNCED):
            pass
    return done


def until(page: Page, condition: Callable[[], bool]) -> bool:
    """Whether ``condition`` comes true while ``page`` lives on for a while."""
    for _ in range(ANNOUNCED // 100):
        if condition():
            return True
        page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 100))")
    return False


def test_two_calls_are_spoken_one_after_the_other_each_twice(wall, call) -> None:
    ear = Ear()
    page = wall(ear)
    numbers: list[str] = []
    acknowledged(page, lambda: numbers.extend([call(), call("dongyanli", "法律咨询")]), times=2)
    first, second = numbers
    place = page.locator(".call-place").inner_text()
    once, twice = sentence(first, "1号窗口"), sentence(second, place)
    assert ear.said == ["chime", *once, *once, "chime", *twice, *twice]
    assert ear.overlaps() == []
    assert ear.chimes_over_speech() == []


def test_two_walls_of_a_hall_say_it_once(wall, call) -> None:
    one, other = Ear(), Ear()
    pages = wall(one), wall(other)
    done: list[str] = []
    for page in pages:
        page.on("request", lambda request: done.append(request.url) if request.url.endswith("/done") else None)
    number = call()
    assert until(pages[0], lambda: len(done) == 1)
    for page in pages:  # asked again, neither has anything left to say
        with page.expect_response("**/announcements/next*", timeout=ANNOUNCED) as answer:
            page.evaluate(CALLED)
        assert answer.value.status == 204
    once = sentence(number, "1号窗口")
    assert sorted([one.said, other.said]) == [[], ["chime", *once, *once]]


def test_a_page_loaded_anew_repeats_nothing_and_finishes_what_it_began(wall, call) -> None:
    ear = Ear()
    page = wall(ear)
    number = ""

    def cut_off() -> None:
        nonlocal number
        number = call()
        page.wait_for_function(
            "() => JSON.parse(sessionStorage.getItem('portal-voice') || '{}').times === 1", timeout=ANNOUNCED
        )
        page.reload()

    acknowledged(page, cut_off)
    once = sentence(number, "1号窗口")
    assert ear.said.count("qing") in (2, 3), "the whole sentence twice; the time that was cut off may have begun"
    assert ear.said[-len(once) :] == once
    heard = len(ear.sounds)
    with page.expect_response("**/announcements/next*") as answer:
        page.reload()
    assert answer.value.status == 204
    assert len(ear.sounds) == heard


def test_a_lost_acknowledgement_does_not_speak_twice(wall, call, complaints) -> None:
    ear = Ear()
    page = wall(ear)
    page.route("**/done", lambda route: route.abort())
    number = ""

    def lost() -> None:
        nonlocal number
        number = call()

    answers: list[int] = []
    page.on("response", lambda answer: answers.append(answer.status) if answer.url.endswith("/done") else None)
    acknowledged(page, lost, times=2)
    acknowledged(page, page.reload, times=2)  # it is handed out again, and only the answer is given again
    page.unroute("**/done")
    assert until(page, lambda: 204 in answers)
    once = sentence(number, "1号窗口")
    assert ear.said == ["chime", *once, *once]
    complaints[:] = [each for each in complaints if "ERR_FAILED" not in each]


def test_a_clip_that_cannot_be_had_is_passed_over(wall, call, complaints) -> None:
    ear = Ear()
    page = wall(ear)
    page.route(re.compile("/sounds/(hao|dao).wav"), lambda route: route.fulfill(status=404))
    number = ""

    def calling() -> None:
        nonlocal number
        number = call()

    acknowledged(page, calling)
    once = [name for name in sentence(number, "1号窗口") if name not in ("hao", "dao")]
    assert ear.said == ["chime", *once, *once]


def test_without_an_answer_there_is_at_least_the_chime(wall, call, complaints) -> None:
    ear = Ear()
    page = wall(ear)
    page.route("**/announcements/next*", lambda route: route.abort())
    with page.expect_request("**/announcements/next*"):
        number = call()
    expect(page.locator(".call-number")).to_have_text(number)
    assert until(page, lambda: ear.said == ["chime"])
    complaints[:] = [each for each in complaints if "ERR_FAILED" not in each]


def test_a_browser_that_forbids_sound_is_reported_and_a_touch_unlocks_it(
    wall, call, administrator, shot, accessible
) -> None:
    with_sound = "声音被浏览器拦截"
    page = wall()
    administrator.goto("/admin/screens")
    said: list[str] = []
    page.on("request", lambda request: said.append(request.post_data or "") if request.method == "POST" else None)
    with page.expect_response("**/screens/sound") as told:
        page.reload()
    assert told.value.request.post_data == "sound=blocked"
    administrator.reload()
    expect(administrator.locator("body")).to_contain_text(with_sound)
    shot(administrator, "voice-blocked")
    with page.expect_response("**/screens/sound") as told:
        page.mouse.click(200, 400)
    assert told.value.request.post_data == "sound=heard"
    done = acknowledged(page, call)  # by the browser's own sound, as in the hall
    assert done[0].post_data == "outcome=spoken"
    assert said.count("sound=blocked") == 1
    administrator.reload()
    expect(administrator.locator("body")).not_to_contain_text(with_sound)
    administrator.goto("/admin/sounds")
    expect(administrator.locator("audio").first).to_be_visible()
    shot(administrator, "voice-sounds")
    accessible(administrator)
