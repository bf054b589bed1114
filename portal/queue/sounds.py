"""The clips as files: the built-in ones, and a centre's own recordings in PORTAL_HOME/sounds that take their place one by one."""

import hashlib
import io
import os
import tempfile
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.operations import Refused
from portal.queue import voice
from portal.trail import operations as trail

LARGEST = 1024 * 1024
LONGEST_MS = 10_000
SHORTEST_MS = 50
RATES = range(8000, 48001)
NOT_A_RECORDING = "这不是可以播放的 WAV 录音：请用 8–48 kHz、16 位、未压缩（PCM）的 WAV 文件。"


@dataclass(frozen=True)
class Recording:
    """A clip as it is played: ``own`` where the centre's recording took the built-in one's place."""

    name: str
    text: str
    own: bool
    milliseconds: int


@dataclass(frozen=True)
class Folder:
    """Where a centre's own recordings are, under the portal's data folder ``home``."""

    home: Path

    def path(self, name: str) -> Path | None:
        """The file that is played for ``name``; None where the manifest knows no such clip."""
        if name not in voice.MANIFEST:
            return None
        own = self._own(name)
        return own if measure_file(own) else voice.BUILT_IN / f"{name}.wav"

    def version(self, name: str) -> str:
        """Changes with the file; part of its address, so that a screen hears a new recording from the next call on."""
        path = self.path(name)
        try:
            held = path.stat() if path else None
        except FileNotFoundError:
            held = None
        return f"{held.st_mtime_ns:x}-{held.st_size:x}" if held else "0"

    def milliseconds(self, names: Iterable[str]) -> list[int]:
        """How long each of these clips is; one that the manifest no longer knows takes no time."""
        return [
            measure_file(self._own(name)) or voice.MANIFEST[name].milliseconds
            for name in names
            if name in voice.MANIFEST
        ]

    def recordings(self) -> list[Recording]:
        """Every clip of the manifest in its order."""
        measured = {name: measure_file(self._own(name)) for name in voice.MANIFEST}
        return [
            Recording(clip.name, clip.text, bool(measured[clip.name]), measured[clip.name] or clip.milliseconds)
            for clip in voice.MANIFEST.values()
        ]

    def _own(self, name: str) -> Path:
        return self.home / "sounds" / f"{name}.wav"


def measure(content: bytes) -> int | None:
    """Milliseconds of a WAV file that every browser plays; None where it is not one."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            frames, rate = file.getnframes(), file.getframerate()
            whole = len(file.readframes(frames)) == frames * file.getnchannels() * file.getsampwidth()
            plain = whole and file.getsampwidth() == 2 and file.getnchannels() in (1, 2) and rate in RATES
    except (wave.Error, EOFError, ValueError):
        return None
    return round(frames * 1000 / rate) or None if plain else None


def measure_file(path: Path) -> int | None:
    """Milliseconds of the recording at ``path``; None where there is none, or none that can be played."""
    try:
        held = path.stat()
        return _measured(path, held.st_mtime_ns, held.st_size) if held.st_size <= LARGEST else None
    except OSError:
        return None


@lru_cache(maxsize=512)
def _measured(path: Path, changed: int, size: int) -> int | None:
    return measure(path.read_bytes())


def replace(session: Session, actor: Actor, folder: Folder, name: str, content: bytes, *, at: datetime) -> voice.Clip:
    """Put the centre's own recording in the place of ``name``'s. Raises Refused where it is none, or too long or large."""
    clip = _known(name)
    if len(content) > LARGEST:
        raise Refused("录音文件不能超过 1 MB。")
    length = measure(content)
    if length is None:
        raise Refused(NOT_A_RECORDING)
    if not SHORTEST_MS <= length <= LONGEST_MS:
        raise Refused(f"录音长 {length / 1000:.1f} 秒，应在 0.05 秒到 {LONGEST_MS // 1000} 秒之间。")
    _note(session, actor, name, "sound.replaced", at, {"sha256": hashlib.sha256(content).hexdigest()})
    target = folder.home / "sounds"
    target.mkdir(parents=True, exist_ok=True)
    descriptor, made = tempfile.mkstemp(dir=target, prefix=f".{name}-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.replace(made, target / f"{name}.wav")  # whoever is just reading keeps the old one
    return clip


def restore(session: Session, actor: Actor, folder: Folder, name: str, *, at: datetime) -> voice.Clip:
    """Back to the built-in recording; where it is played already, nothing happens. Raises Refused where the clip is unknown."""
    clip = _known(name)
    own = folder.home / "sounds" / f"{name}.wav"
    if own.exists():
        _note(session, actor, name, "sound.restored", at, {})
        own.unlink()
    return clip


def _known(name: str) -> voice.Clip:
    clip = voice.MANIFEST.get(name)
    if clip is None:
        raise Refused("没有这段录音，请刷新后再看。")
    return clip


def _note(session: Session, actor: Actor, name: str, kind: str, at: datetime, data: dict) -> None:
    chain = f"sound:{name}"
    trail.append(session, chain, kind, centre_id=actor.centre_id, actor_id=actor.id, at=at, data=data)
