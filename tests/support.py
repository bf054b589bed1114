"""What tests share that is not a fixture: posting forms as a browser does, settings, and other processes' environments."""

import json
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal import database
from portal.config import Settings

RUN_FOLDER = "PORTAL_TEST_RUN"  # the variable that names the folder shared by all workers of a run
DATA_KEY = Fernet.generate_key().decode()
SECRET = "a secret that is only good for tests, 48 characters"


def submit(client: FlaskClient, path: str, page: str | None = None, **fields: object) -> TestResponse:
    """Post a form as a browser does: with the CSRF token of ``page`` (default: the page at ``path`` itself)."""
    token = csrf_token(client, page or path)
    return client.post(path, data={"csrf_token": token, **fields})


def csrf_token(client: FlaskClient, page: str) -> str:
    """The token in a form, or in the hx-headers, of ``page``."""
    html = BeautifulSoup(client.get(page).get_data(as_text=True), "html.parser")
    field = html.select_one("input[name=csrf_token]")
    if field:
        return field["value"]
    headers = html.select_one("[hx-headers]")
    assert headers, f"{page} carries no CSRF token"
    return json.loads(headers["hx-headers"])["X-CSRFToken"]


def demo_password() -> str:
    """The password of the demo accounts in tests."""
    return os.environ.get("PORTAL_DEMO_PASSWORD", "Test-hall-2026")


def settings_for(home: Path, url: str) -> Settings:
    """Test settings with the data folder ``home`` and the database ``url``."""
    return Settings(home=home, database_url=url, secret_key=SECRET, data_keys=(DATA_KEY,), testing=True)


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment in which another process runs the portal on the same database with the same keys."""
    return {
        **os.environ,
        "PORTAL_HOME": str(settings.home),
        "DATABASE_URL": settings.database_url,
        "PORTAL_SECRET": settings.secret_key,
        "PORTAL_DATA_KEYS": ",".join(settings.data_keys),
    }


def together(app: Flask, work: Callable[[Any], object], over: Iterable[Any]) -> list[Exception]:
    """Run ``work(each)`` for all at once, each in a thread of its own with a session of its own; what they raised."""
    given = list(over)
    problems: list[Exception] = []
    gate = threading.Barrier(len(given))

    def run(each: Any) -> None:
        with app.app_context():
            gate.wait()
            try:
                work(each)
            except Exception as problem:  # a thread's own would be lost
                problems.append(problem)
            finally:
                database.db.session.remove()

    threads = [threading.Thread(target=run, args=(each,)) for each in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return problems


def itself(work: Callable[[], object]) -> object:
    """For ``together`` over different works: each is only called."""
    return work()
