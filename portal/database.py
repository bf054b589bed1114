"""The database: types, the session's manners, and write(), the one door through which anything is changed."""

import fcntl
import threading
from collections import deque
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, Text, event
from sqlalchemy.engine import Dialect, Engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from portal.keys import ring

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
DEADLOCK_OR_SERIALIZATION = {"40P01", "40001"}


class Base(DeclarativeBase):
    """Every table's base; constraint names follow one convention so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware moments in, aware UTC moments out; stored without zone. Refuses naive values (ValueError)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Sealed(TypeDecorator[str]):
    """Text encrypted at rest with the portal's key ring; readable only in the program."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else ring.seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else ring.open(value)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


class FairLock:
    """A mutex that serves its waiters in the order of their coming (threading.Lock promises no order)."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._held = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Event()
            self._waiting.append(turn)
        turn.wait()

    def __exit__(self, *exc: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False


class _State(threading.local):
    writing = False


_state = _State()
_fair = FairLock()


class DirtySession(RuntimeError):
    """Something was changed outside write(), or write() was opened inside write()."""


def init_app(app: Flask, url: str) -> None:
    """Bind the database at ``url`` to ``app`` with the manners of its dialect."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    sqlite = make_url(url).get_backend_name() == "sqlite"
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = (
        {"connect_args": {"timeout": 60, "check_same_thread": False}, "pool_size": 40, "max_overflow": 300}
        if sqlite
        else {"pool_size": 8, "max_overflow": 24, "pool_timeout": 30, "pool_pre_ping": True}
    )
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def prepare(engine: Engine) -> None:
    """Give a SQLite engine its pragmas and explicit BEGINs; other dialects need nothing."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _sqlite_connect)
    event.listen(engine, "begin", _sqlite_begin)


def _sqlite_connect(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN would come late and as DEFERRED
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "cache_size=-32000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _state.writing else "BEGIN")


@event.listens_for(Session, "before_flush")
def _refuse_stray_writes(session: Session, context: Any, instances: Any) -> None:
    if not _state.writing and (session.new or session.dirty or session.deleted):
        raise DirtySession("a change outside database.write()")


@contextmanager
def write():
    """The one way to change anything: yields the session, commits once at the end, rolls back on any exception.

    Ends the running read first, so that what the block decides on is read again under the write lock (SQLite: a fair
    in-process lock, ``flock`` across processes and BEGIN IMMEDIATE; PostgreSQL: row locks taken by the operations).
    Raises DirtySession where the session already holds changes or a write is already open.
    """
    session = db.session()
    if _state.writing or session.new or session.dirty or session.deleted:
        session.rollback()
        raise DirtySession("write() needs a clean session of its own")
    session.rollback()
    session.expire_all()
    with _exclusive(db.engine):
        _state.writing = True
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            _state.writing = False


@contextmanager
def separate_write():
    """A short transaction of its own beside the running read, for the access log: committed *before* disclosure."""
    if _state.writing:
        raise DirtySession("a separate transaction cannot be opened inside write(): it would wait for itself")
    with _exclusive(db.engine):
        _state.writing = True
        try:
            with db.engine.begin() as connection:
                yield connection
        finally:
            _state.writing = False


def attempt(work: Any, *args: Any) -> Any:
    """Run ``work(session, *args)`` inside write(); once more where PostgreSQL reports a deadlock or serialisation failure."""
    for last in (False, True):
        try:
            with write() as session:
                return work(session, *args)
        except DBAPIError as problem:
            if last or getattr(problem.orig, "sqlstate", None) not in DEADLOCK_OR_SERIALIZATION:
                raise
    return None


@contextmanager
def _exclusive(engine: Engine):
    if engine.dialect.name != "sqlite":
        yield
        return
    with _fair:
        path = Path(engine.url.database or "portal").with_suffix(".lock")
        with open(path, "a", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
