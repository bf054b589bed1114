"""The real server as another process, to be killed; and clerks who work with it over HTTP and remember every answer."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from portal.config import Settings
from tests.support import demo_password, environment_of

ROOT = Path(__file__).resolve().parents[2]
STARTED_WITHIN = 60.0
TICKET = re.compile(r'action="/queue/tickets/(\d+)/(start|finish)".*?name="version" value="(\d+)"', re.DOTALL)
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Server:
    """gunicorn as in production, in a process group of its own."""

    def __init__(self, settings: Settings, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._environment = {
            **environment_of(settings),
            "PORT": str(self.port),
            "WEB_WORKERS": "2",
            "WEB_THREADS": "16",
        }
        self._log = log
        self._process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start it and wait until it answers. Raises TimeoutError with the log's end where it does not."""
        command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + STARTED_WITHIN
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with closing(Browser(self.port, timeout=2)) as probe:
                    if probe.get("/healthz")[0] == 200:
                        return
            except OSError:
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(0.05)  # not there yet; no need to ask on where it has ended
        raise TimeoutError(f"the server does not answer: {self._log.read_text(encoding='utf-8')[-2000:]}")

    def kill(self) -> None:
        """kill -9, master and workers at one stroke."""
        if self._process is not None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self._process.wait()
            self._process = None


class Browser:
    """One person's browser: cookies, one connection, no redirects followed by themselves."""

    def __init__(self, port: int, timeout: float = 30) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self._cookie = ""

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def get(self, path: str) -> tuple[int, str]:
        """Status and text."""
        return self._ask("GET", path, None)

    def post(self, path: str, **fields: object) -> tuple[int, str]:
        """Status and text of a posted form."""
        return self._ask("POST", path, urlencode(fields))

    def sign_in(self, login_name: str) -> None:
        """Through the sign-in page."""
        token = TOKEN.search(self.get("/login")[1])[1]
        status, _ = self.post("/login", csrf_token=token, login_name=login_name, password=demo_password())
        if status != 303:
            raise AssertionError(f"{login_name} cannot sign in: {status}")

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        headers = {"Cookie": self._cookie, "Referer": "http://127.0.0.1/"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            text = answer.read().decode()
        except (http.client.HTTPException, OSError) as problem:
            self._connection.close()
            raise ConnectionError(str(problem)) from problem
        if cookie := answer.getheader("Set-Cookie"):
            self._cookie = cookie.partition(";")[0]
        return answer.status, text


@dataclass
class Memory:
    """What the clerks were told by an answered request: (clerk, ticket or None, step). ``refusals`` are other statuses."""

    acknowledged: list[tuple[int, int | None, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)
    wanted: int = 0

    def note(self, clerk: int, ticket: int | None, step: str) -> None:
        """Remember an acknowledged step; when ``wanted`` of them are there, ``enough`` is set."""
        self.acknowledged.append((clerk, ticket, step))
        if len(self.acknowledged) >= self.wanted:
            self.enough.set()


def work(port: int, clerk: int, memory: Memory, stop: threading.Event) -> None:
    """Call, start, finish, again and again, until ``stop`` or the server is gone."""
    try:
        with closing(Browser(port)) as browser:
            browser.sign_in(f"clerk{clerk}")
            while not stop.is_set():
                _one_step(browser, clerk, memory)
    except ConnectionError:
        return
    except BaseException:
        memory.problems.append(traceback.format_exc())
        memory.enough.set()


def _one_step(browser: Browser, clerk: int, memory: Memory) -> None:
    status, page = browser.get("/queue/window")
    if status != 200:
        raise AssertionError(f"the console of clerk {clerk} answers {status}")
    token, found = TOKEN.search(page)[1], TICKET.search(page)
    if found is None:
        path, ticket, step, fields = "/queue/window/next", None, "called", {}
    else:
        ticket, verb = int(found[1]), found[2]
        memory.note(clerk, ticket, "seen")
        path, step = f"/queue/tickets/{ticket}/{verb}", {"start": "started", "finish": "finished"}[verb]
        fields = {"version": found[3], "reason": "left"}
    status, answer = browser.post(path, csrf_token=token, **fields)
    if status != 303:
        raise AssertionError(f"clerk {clerk}: {path} answers {status}: {answer[-1500:]}")
    memory.note(clerk, ticket, step)
