"""Rows with which many tests begin: written by the operations once in a worker, afterwards only put back.

Founding a hall with its staff and leaders costs a thousand statements; the rows it leaves go back in with one for each table.
"""

import pickle
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.orm import Session

from portal.database import db

T = TypeVar("T")
_kept: dict[tuple[str, str], tuple[bytes, list[tuple[Table, Any]], list]] = {}
SEQUENCES = "SELECT quote_ident(sequencename), last_value FROM pg_sequences WHERE last_value IS NOT NULL"


def rows(session: Session, name: str, work: Callable[[Session], T]) -> T:
    """What ``work(session)`` returns, inside write(); a worker does it once under a ``name`` and then only puts its rows back.

    On a database without rows, and only for work that depends on nothing but its code, writes nothing but rows, no case among
    them (the search for cases has tables of its own), and returns values.
    """
    connection = session.connection()
    postgresql = connection.dialect.name == "postgresql"
    key = (connection.dialect.name, name)
    if key not in _kept:
        value = pickle.dumps(work(session))
        session.flush()
        tables = [
            (table, _copied(connection, table) if postgresql else _read(connection, table)) for table in _tables()
        ]
        counted = connection.exec_driver_sql(SEQUENCES).all() if postgresql else []
        _kept[key] = value, [(table, found) for table, found in tables if found], counted
        return pickle.loads(value)
    value, tables, counted = _kept[key]
    if postgresql:
        connection.exec_driver_sql(
            "SET LOCAL session_replication_role = replica"
        )  # a row may point to one that comes later
    else:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    for table, found in tables:
        (_copy if postgresql else _write)(connection, table, found)
    for sequence, last in counted:
        connection.exec_driver_sql(f"SELECT setval('{sequence}', {last})")
    if postgresql:
        connection.exec_driver_sql("SET LOCAL session_replication_role = origin")
    return pickle.loads(value)


def _tables() -> list[Table]:
    return db.metadata.sorted_tables


def _read(connection: Connection, table: Table) -> list[tuple]:
    return [tuple(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{table.name}"')]


def _write(connection: Connection, table: Table, found: list[tuple]) -> None:
    marks = ",".join("?" * len(found[0]))
    connection.exec_driver_sql(f'INSERT INTO "{table.name}" VALUES ({marks})', found)


def _copied(connection: Connection, table: Table) -> bytes:
    with connection.connection.cursor() as cursor, cursor.copy(f'COPY "{table.name}" TO STDOUT') as copy:
        return b"".join(copy)


def _copy(connection: Connection, table: Table, found: bytes) -> None:
    with connection.connection.cursor() as cursor, cursor.copy(f'COPY "{table.name}" FROM STDIN') as copy:
        copy.write(found)
