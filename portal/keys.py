"""Encryption and look-up hashes for personal data (PIPL 第五十一条). Knows keys, not fields."""

import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class KeyRing:
    """Encrypts text with the newest key, decrypts with any, and makes keyed hashes that survive rotation."""

    def __init__(self) -> None:
        self._box: MultiFernet | None = None
        self._pepper = b""

    def load(self, keys: tuple[str, ...]) -> None:
        """``keys``: Fernet keys, newest first. Raises ValueError on a malformed key."""
        self._box = MultiFernet([Fernet(key) for key in keys])
        self._pepper = hashlib.sha256(b"look-up:" + keys[-1].encode()).digest()

    def seal(self, text: str) -> str:
        """Encrypt; two sealings of one text differ."""
        return self._box.encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """Decrypt. Raises ValueError where no key fits."""
        try:
            return self._box.decrypt(sealed.encode("ascii")).decode()
        except InvalidToken as problem:
            raise ValueError("no key opens this value") from problem

    def seal_bytes(self, content: bytes) -> bytes:
        """Encrypt a file's content."""
        return self._box.encrypt(content)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Decrypt a file's content. Raises ValueError where no key fits."""
        try:
            return self._box.decrypt(sealed)
        except InvalidToken as problem:
            raise ValueError("no key opens this file") from problem

    def digest(self, kind: str, text: str) -> str:
        """A keyed hash (64 hex digits) by which an equal value of the same ``kind`` is found without being readable."""
        return hmac.new(self._pepper, f"{kind}:{text}".encode(), hashlib.sha256).hexdigest()


ring = KeyRing()
