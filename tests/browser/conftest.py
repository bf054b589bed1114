"""Fixtures for journeys in real browsers: a running hall, pages for its people, and a collector of what browsers complain of."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Response, sync_playwright

from tests.browser import browsers
from tests.browser.hall import Hall
from tests.support import demo_password

SCREENSHOTS = browsers.BUILD / "screenshots"
LEGACY = Path(__file__).with_name("legacy")
PATIENCE = 15_000
LEGACY_WITHIN = 180


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """The demo hall, started once for all journeys; a journey makes its own visitors and relies on no count."""
    running = Hall(tmp_path_factory.mktemp("hall"))
    running.start()
    yield running
    assert running.stop() == 0, running.said()
    assert "Traceback" not in running.said(), running.said()


@pytest.fixture
def own_hall(tmp_path: Path) -> Iterator[Hall]:
    """A hall for a journey that stops, kills or ages it."""
    running = Hall(tmp_path)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Today's Chromium."""
    found = browsers.current()
    browser = playwright.chromium.launch(
        executable_path=str(found.executable), args=list(browsers.FLAGS), env={**os.environ, **found.environment}
    )
    yield browser
    browser.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What browsers complained of: script errors, refused inline code, answers of 500; any fails the test at its end.

    A journey that provokes one on purpose removes it from the list.
    """
    collected: list[str] = []
    yield collected
    assert collected == []


@pytest.fixture
def page_for(chromium: Browser, complaints: list[str], request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """``page_for("login_name")`` is a page of a browser of that person's own; without a name nobody is signed in.

    ``at`` is the hall (default: the shared one), ``size`` the window in pixels, ``javascript=False`` switches scripts off.
    """
    contexts = []

    def open_page(
        login_name: str | None = None,
        *,
        at: Hall | None = None,
        size: tuple[int, int] = (1366, 768),
        javascript: bool = True,
    ) -> Page:
        where = at or request.getfixturevalue("hall")
        context = chromium.new_context(
            base_url=where.url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=javascript,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        _listen(page, complaints)
        if login_name:
            _sign_in(page, login_name)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def shot() -> Callable[[Page, str], Path]:
    """``shot(page, "window-desk")`` keeps a picture in build/screenshots."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> Path:
        page.screenshot(path=SCREENSHOTS / f"{name}.png")
        return SCREENSHOTS / f"{name}.png"

    return take


@pytest.fixture(scope="session")
def accessible() -> Callable[[Page], None]:
    """``accessible(page)`` fails where axe finds anything serious."""

    def check(page: Page) -> None:
        found = Axe().run(page)["violations"]
        serious = [f"{v['id']}: {v['nodes'][0]['html']}" for v in found if v["impact"] in ("serious", "critical")]
        assert serious == [], f"{page.url}: {serious}"

    return check


@pytest.fixture(scope="session")
def run_legacy() -> Callable[..., None]:
    """``run_legacy("day.js", hall)`` plays a journey of tests/browser/legacy in Chromium 83."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    found = browsers.legacy()

    def play(journey: str, at: Hall | None = None) -> None:
        environment = {
            **os.environ,
            **found.environment,
            "LEGACY_CHROME": str(found.executable),
            "SCREENSHOTS": str(SCREENSHOTS),
            "BASE_URL": at.url if at else "",
            "DEMO_PASSWORD": demo_password(),
        }
        command = ["node", str(LEGACY / journey)]
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LEGACY_WITHIN
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"

    return play


def _listen(page: Page, complaints: list[str]) -> None:
    def console(message: ConsoleMessage) -> None:
        # A refused form (422) or a stale one (409) is an answer, though the browser's console calls it an error.
        if message.type == "error" and not any(
            f"status of {code}" in message.text for code in (401, 403, 404, 409, 422)
        ):
            complaints.append(f"console on {page.url}: {message.text}")

    def response(answer: Response) -> None:
        if answer.status >= 500 and answer.status != 503:
            complaints.append(f"{answer.status} from {answer.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: complaints.append(f"script on {page.url}: {error}"))
    page.on("response", response)


def _sign_in(page: Page, login_name: str) -> None:
    page.goto("/login")
    page.fill("[name=login_name]", login_name)
    page.fill("[name=password]", demo_password())
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login" not in address)
