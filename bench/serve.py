"""A gunicorn under measurement: started with the portal's own settings, its workers known by process id."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
STARTED_WITHIN = 90.0


class Server:
    """``application`` ("wsgi:app") served on ``port`` by two workers, with ``environment`` added to this process's own."""

    def __init__(self, application: str, port: int, environment: dict[str, str], log: Path, ping: str) -> None:
        _check_free(port)
        self.port = port
        self._ping = ping
        command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", application]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PORT": str(port), "WEB_WORKERS": "2", **environment}
        with open(log, "wb") as file:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        self._log = log

    def __enter__(self) -> "Server":
        until = time.monotonic() + STARTED_WITHIN
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{self._ping}", timeout=5):
                    return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.__exit__()
        raise RuntimeError(
            f"the server does not answer, see {self._log}: {self._log.read_text(encoding='utf-8')[-2000:]}"
        )

    def __exit__(self, *problem: object) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    @property
    def workers(self) -> list[int]:
        """Process ids of the workers."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]

    def cpu(self) -> float:
        """Seconds of processor time that the workers have used so far."""
        return sum(_cpu(worker) for worker in self.workers)

    @property
    def complaints(self) -> list[str]:
        """Lines of the log that tell of a trouble."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [line for line in lines if "Error" in line or "locked" in line or "Traceback" in line]


def _check_free(port: int) -> None:
    """The workers share the port by SO_REUSEPORT, and a server forgotten there would quietly answer half of the requests."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
