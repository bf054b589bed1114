"""Attachments: type read from the content, encrypted in the data folder under the hash of what was handed in."""

import hashlib
import io
import re
import struct
import zipfile
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.cases.models import Attachment, Case
from portal.cases.operations.record import note
from portal.keys import ring

KINDS = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ENDINGS = {"jpeg": "jpg"}
PURPOSES = (("evidence", "证据材料"), ("identity", "身份材料"), ("statement", "签名后的笔录"), ("other", "其他"))


class AttachmentRefused(Exception):
    """The message is the Chinese sentence beside the field."""


def attach(
    session: Session, actor: Actor, case: Case, *, name: str, content: bytes, kind: str, folder: Path, at: datetime
) -> Attachment:
    """Keep ``content`` under ``folder``. Raises AttachmentRefused for an empty file, or one that is not what it says."""
    ending = content_kind(content)
    stated = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if not content:
        raise AttachmentRefused("文件是空的。")
    if ending is None:
        raise AttachmentRefused("只接受 pdf、jpg、png、docx、xlsx 文件；这个文件的内容不属于其中任何一种。")
    if ENDINGS.get(stated, stated) != ending:
        raise AttachmentRefused(f"文件名以 .{stated} 结尾，内容却是 {ending}，请核对文件。")
    digest = hashlib.sha256(content).hexdigest()
    store(folder, digest, content)
    attachment = Attachment(
        centre_id=case.centre_id,
        case_id=case.id,
        name=safe_name(name),
        kind=kind if kind in dict(PURPOSES) else "other",
        media_type=KINDS[ending],
        size=len(content),
        sha256=digest,
        at=at,
        account_id=actor.id,
    )
    session.add(attachment)
    session.flush()
    data = {"attachment_id": attachment.id, "sha256": digest, "size": len(content)}
    note(session, case, "attachment.added", actor, at, data=data, words={"name": attachment.name})
    return attachment


def content_kind(content: bytes) -> str | None:
    """pdf, jpg, png, docx or xlsx by what the bytes are; None for anything else."""
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if not content.startswith(b"PK"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):  # a broken directory fails in many ways
        return None
    if "[Content_Types].xml" not in names:
        return None
    return "docx" if "word/document.xml" in names else "xlsx" if "xl/workbook.xml" in names else None


def safe_name(name: str) -> str:
    """The file's own name without folders or control characters, at most 120 characters, ending kept."""
    bare = (
        re.sub(
            r"[\x00-\x1f\x7f<>:\"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]", "_", re.split(r"[/\\]", name)[-1]
        ).strip()
        or "附件"
    )
    stem, dot, ending = bare.rpartition(".")
    return bare if len(bare) <= 120 else f"{stem[: 119 - len(ending)]}{dot}{ending}"


def store(folder: Path, digest: str, content: bytes) -> None:
    """Write the encrypted file once; a torn write never takes the final name."""
    target = path_of(folder, digest)
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".part")
    partial.write_bytes(ring.seal_bytes(content))
    partial.replace(target)


def read(folder: Path, digest: str) -> bytes:
    """The content as handed in. Raises FileNotFoundError, or ValueError where it does not decrypt to its hash."""
    content = ring.open_bytes(path_of(folder, digest).read_bytes())
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError("the stored file is not what was handed in")
    return content


def path_of(folder: Path, digest: str) -> Path:
    """Where the file with ``digest`` lies."""
    return folder / "attachments" / digest[:2] / digest
