"""A running portal for browsers: bin/serve on a free port with a data folder and a clock of its own."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from portal import clock
from tests.support import RUN_FOLDER, demo_password

ROOT = Path(__file__).resolve().parents[2]
READY = "已启动"
START_WITHIN = 120.0
STOP_WITHIN = 20.0


class Hall:
    """The demo hall as real processes. ``url`` has no trailing slash; ``log`` is what the processes said."""

    def __init__(self, home: Path, *, copied: bool = True) -> None:
        self.home = home
        self._copied = copied
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home / "hall.log"
        self.clock_file = home / "clock-shift"
        self._process: subprocess.Popen | None = None
        self._environment = {
            **os.environ,
            "PORT": str(self.port),
            "PORTAL_HOME": str(home),
            "PORTAL_DEMO": "" if copied else "1",
            "PORTAL_DEMO_PASSWORD": demo_password(),
            "PORTAL_CLOCK_FILE": str(self.clock_file),
            "DATABASE_URL": "",
            "WEB_THREADS": "64",
        }

    def start(self) -> None:
        """Start and wait until it answers. Raises AssertionError with the log where it does not."""
        if self._copied:
            _furnish(self.home)
            self._copied = False
        command = [sys.executable, str(ROOT / "bin" / "serve")]
        with open(self.log, "a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        guard = threading.Timer(START_WITHIN, self._process.kill)
        guard.start()
        ready = any(READY in self._keep(line) for line in self._process.stdout)
        guard.cancel()
        assert ready, f"the portal did not start:\n{self.said()}"
        threading.Thread(target=self._drain, args=(self._process,), daemon=True).start()

    def stop(self) -> int:
        """Stop as Ctrl-C does; the exit status."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(STOP_WITHIN)

    def kill(self) -> None:
        """End every process at once (SIGKILL), as a power cut does."""
        for process in [*_children(self._process.pid), self._process.pid]:
            os.kill(process, signal.SIGKILL)
        self._process.wait(STOP_WITHIN)

    def freeze(self) -> None:
        """Stop every process where it stands (SIGSTOP): connections stay open and nothing answers, as with a dead network."""
        for process in [self._process.pid, *_children(self._process.pid)]:
            os.kill(process, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let every process go on."""
        for process in [*_children(self._process.pid), self._process.pid]:
            os.kill(process, signal.SIGCONT)

    def restart(self) -> None:
        """Stop and start again on the same port and data."""
        self.stop()
        self.start()

    def travel(self, moment: datetime) -> None:
        """Set every process's clock to ``moment`` (aware); it runs on from there."""
        clock.travel(self.clock_file, moment)

    def now(self) -> datetime:
        """What the hall's clock says."""
        shift = float(self.clock_file.read_text(encoding="ascii")) if self.clock_file.exists() else 0.0
        return datetime.now(UTC) + timedelta(seconds=shift)

    def said(self) -> str:
        """The log so far."""
        return self.log.read_text(encoding="utf-8")

    def _keep(self, line: str) -> str:
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(line)
        return line

    def _drain(self, process: subprocess.Popen) -> None:
        for line in process.stdout:
            self._keep(line)
        process.stdout.close()


def _furnish(home: Path) -> None:
    """The data folder that the first start makes: made once in a run, and copied."""
    run = Path(os.environ[RUN_FOLDER])
    made = run / "demo"
    with open(run / "demo.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            making = run / "demo-begun"
            making.mkdir(exist_ok=True)
            first = Hall(making, copied=False)
            first.start()
            assert first.stop() == 0, first.said()
            first.log.unlink()
            making.rename(made)
    shutil.copytree(made, home, dirs_exist_ok=True)


def _children(parent: int) -> list[int]:
    """The processes under ``parent``, the deepest first, so that none is left to notice the end of another."""
    listed = [
        each for task in Path(f"/proc/{parent}/task").iterdir() for each in (task / "children").read_text().split()
    ]
    return [found for child in listed for found in (*_children(int(child)), int(child))]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
