"""Settings, read from the environment once and then passed as a value."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

KEY_FILE = "portal.key"
SECRET_FILE = "session.key"
WEAK = 32


class ConfigurationError(RuntimeError):
    """The portal cannot start as configured; the message is one plain Chinese sentence."""


@dataclass(frozen=True)
class Settings:
    """What the program must be told before it starts.

    ``data_keys``: Fernet keys, newest first; the first encrypts, all decrypt, and the *last* (oldest) also keys the look-up
    hashes, so that rotating the encryption key never orphans a hash. ``clock_file``: where demo and tests keep a shifted
    clock, None in production.
    """

    home: Path
    database_url: str
    secret_key: str
    data_keys: tuple[str, ...]
    testing: bool = False
    secure_cookies: bool = False
    clock_file: Path | None = None
    upload_limit: int = 20 * 1024 * 1024
    stream_limit: int = 300

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read PORTAL_HOME, DATABASE_URL, PORTAL_SECRET, PORTAL_DATA_KEYS, PORTAL_ENV, PORTAL_CLOCK_FILE.

        Raises ConfigurationError where a secret is weak or missing in production (PORTAL_ENV=production), or the data
        folder cannot be written.
        """
        home = Path(os.environ.get("PORTAL_HOME", "instance")).resolve()
        production = os.environ.get("PORTAL_ENV") == "production"
        _writable(home)
        secret = os.environ.get("PORTAL_SECRET") or _kept(home / SECRET_FILE, secrets.token_urlsafe(48), production)
        if len(secret) < WEAK:
            raise ConfigurationError("PORTAL_SECRET 太短：会话密钥至少 32 个字符。")
        keys = os.environ.get("PORTAL_DATA_KEYS") or _kept(home / KEY_FILE, Fernet.generate_key().decode(), production)
        clock_file = os.environ.get("PORTAL_CLOCK_FILE")
        if production and clock_file:
            raise ConfigurationError("正式环境不允许设置 PORTAL_CLOCK_FILE：时钟不可拨动。")
        return cls(
            home=home,
            database_url=os.environ.get("DATABASE_URL") or f"sqlite:///{home / 'portal.sqlite3'}",
            secret_key=secret,
            data_keys=tuple(key.strip() for key in keys.replace("\n", ",").split(",") if key.strip()),
            secure_cookies=os.environ.get("PORTAL_SECURE_COOKIES", "1" if production else "0") == "1",
            clock_file=Path(clock_file) if clock_file else None,
            stream_limit=int(os.environ.get("PORTAL_STREAM_LIMIT", "300")),
        )


def _writable(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ConfigurationError(f"数据目录 {home} 无法建立：{problem.strerror}。") from problem
    if not os.access(home, os.W_OK):
        raise ConfigurationError(f"数据目录 {home} 不可写，请换一个 PORTAL_HOME 或修改权限。")


def _kept(path: Path, fresh: str, production: bool) -> str:
    """The secret in ``path``; made on first use, except in production where losing it unnoticed would lose the data."""
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    if production:
        raise ConfigurationError(f"正式环境缺少密钥文件 {path}，也没有相应的环境变量。")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(fresh)
    return fresh
