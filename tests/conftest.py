"""Fixtures for every test. `app` is the portal on a fresh database; it runs twice, on SQLite and on PostgreSQL.

A template database is built once per worker by the real migrations. On SQLite each test has a copy of its file; on PostgreSQL a
worker's tests use one database after another, emptied in between past the append-only triggers (tests/postgres/emptying.py).
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock, create_app, database
from portal.config import Settings
from tests import cheap
from tests.postgres import emptying, server
from tests.support import RUN_FOLDER, demo_password, settings_for, submit

# Two busy cores make timing a matter of luck; on CI the examples are the same each time, so that red means changed.
hypothesis.settings.register_profile("portal", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("portal")


def pytest_configure(config: pytest.Config) -> None:
    """One folder per run, made by the controller; its workers find it in the environment."""
    if not hasattr(config, "workerinput"):
        os.environ[RUN_FOLDER] = tempfile.mkdtemp(prefix="portal-", dir="/tmp")
    cheap.begin()


def pytest_collection_finish() -> None:
    """In each worker, before its first test."""
    cheap.collected()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run started and remove its folder."""
    if not hasattr(config, "workerinput") and (folder := os.environ.pop(RUN_FOLDER, None)):
        server.stop(Path(folder))
        shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark by folder, leave full-size runs to `make proof`, and run `one_engine` tests on SQLite only."""
    wanted = config.getoption("markexpr")
    dropped = []
    for item in list(items):
        if "browser" in Path(item.path).relative_to(config.rootpath).parts:
            item.add_marker(pytest.mark.browser)
        engine = getattr(item, "callspec", None) and item.callspec.params.get("engine")
        twice = engine == "postgresql" and item.get_closest_marker("one_engine")
        proof = item.get_closest_marker("proof") and "proof" not in wanted
        if twice or proof:
            dropped.append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if item not in set(dropped)]


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """The folder shared by all workers of this run."""
    return Path(os.environ[RUN_FOLDER])


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> str:
    """The dialect a test runs on; every test that uses `app` runs on both unless marked `one_engine`."""
    return request.param


@pytest.fixture(scope="session")
def template(engine: str, run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a migrated database without rows, to be copied and never written."""
    home = tmp_path_factory.mktemp(f"template-{engine}")
    if engine == "sqlite":
        url = f"sqlite:///{home / 'portal.sqlite3'}"
    else:
        server.start(run_folder)
        url = emptying.created(run_folder, "template")
    application = create_app(settings_for(home, url))
    with application.app_context():
        flask_migrate.upgrade()
        if engine == "sqlite":
            with database.db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.db.engine.dispose()
    return url


@pytest.fixture
def database_url(engine: str, template: str, used: emptying.Used | None, tmp_path: Path) -> Iterator[str]:
    """The URL of a database as the template is, this test's alone."""
    if engine == "sqlite":
        copy = tmp_path / "portal.sqlite3"
        shutil.copyfile(template.removeprefix("sqlite:///"), copy)
        yield f"sqlite:///{copy}"
        return
    yield used.url()
    used.empty()


@pytest.fixture(scope="session")
def used(engine: str, template: str, run_folder: Path) -> emptying.Used | None:
    """This worker's database on PostgreSQL."""
    source = template.partition("@/")[2].partition("?")[0]
    return emptying.Used(run_folder, source) if engine == "postgresql" else None


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """The settings of this test's `app`; another process can be started with the same ones (see `environment_of`)."""
    return settings_for(tmp_path, database_url)


@pytest.fixture
def app(settings: Settings, run_folder: Path) -> Iterator[Flask]:
    """The portal on a fresh, migrated, empty database.

    An unforeseen exception fails the test instead of becoming the page for 500; a test of that page calls create_app itself.
    """
    application = create_app(settings)
    cheap.share(application, run_folder)
    application.register_error_handler(Exception, _surface)
    yield application
    clock.follow(None)
    with application.app_context():
        database.db.session.remove()
        database.db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The session inside an application context, for operations and queries; change things in `with database.write():`.

    Not together with `client`: a request inside an open context would share it, and with it the signed-in user.
    """
    with app.app_context():
        yield database.db.session()
        database.db.session.rollback()


@pytest.fixture
def client(app: Flask, request: pytest.FixtureRequest) -> FlaskClient:
    """A browser without a screen; `client_for` gives further ones. Look into the database with `inside`."""
    if "session" in request.fixturenames:
        pytest.fail("use `inside` with `client`: the `session` fixture holds a context that requests would share")
    return app.test_client()


@pytest.fixture
def inside(app: Flask) -> Callable:
    """``with inside() as session:`` a context of its own for preparing and checking around a client's requests."""

    @contextmanager
    def open_context() -> Iterator[Session]:
        with app.app_context():
            yield database.db.session()

    return open_context


@pytest.fixture
def sign_in(app: Flask) -> Callable[..., FlaskClient]:
    """``sign_in("login_name", password)`` is a new client signed in through the login page."""

    def signed_in(login_name: str, password: str | None = None) -> FlaskClient:
        client = app.test_client()
        answer = submit(client, "/login", login_name=login_name, password=password or demo_password())
        assert answer.status_code in (302, 303), f"{login_name} cannot sign in: {answer.status_code}"
        return client

    return signed_in


def _surface(problem: Exception) -> None:
    raise problem
