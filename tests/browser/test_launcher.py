"""bin/serve as a person meets it: it starts, stops with streams open, and says in one sentence why it cannot start."""

import os
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.hall import ROOT, Hall

SERVE = [sys.executable, str(ROOT / "bin" / "serve")]


def _refused(**environment: str) -> str:
    done = subprocess.run(
        SERVE, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert f"端口 {port} 已被占用" in _refused(PORT=port, PORTAL_HOME=str(tmp_path))


@pytest.mark.parametrize("port", ["80a", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(port: str, tmp_path: Path) -> None:
    assert port in _refused(PORT=port, PORTAL_HOME=str(tmp_path))


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "不可写" in _refused(PORT="18999", PORTAL_HOME=str(tmp_path / "file" / "home"))


def test_a_database_that_does_not_answer_is_said_in_one_sentence(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://nobody@/nothing?host={tmp_path}"
    assert "没有成功" in _refused(PORT="18998", PORTAL_HOME=str(tmp_path), DATABASE_URL=url)


def test_it_stops_with_streams_open_and_starts_again_on_its_port(
    own_hall: Hall, page_for, complaints: list[str]
) -> None:
    page = page_for("jingxiaoyan", at=own_hall)
    page.context.add_init_script("delete window.SharedWorker")  # whose connections cannot be seen from a page
    with page.expect_response(re.compile("/stream/")) as stream:
        page.goto("/queue/desk")
    assert stream.value.headers["content-type"].startswith("text/event-stream")
    assert own_hall.stop() == 0
    own_hall.start()
    with urllib.request.urlopen(f"{own_hall.url}/healthz", timeout=10) as answer:
        assert answer.status == 200
    page.reload()
    expect(page.get_by_role("heading", name="取号", exact=True)).to_be_visible()
    complaints.clear()  # of the connection that was cut
