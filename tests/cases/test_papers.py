"""What a file is, by its content; a broken archive is refused like any other wrong file."""

import io
import zipfile

import pytest

from portal.cases.operations.papers import content_kind, safe_name


def archive() -> bytes:
    """A small .docx, as far as its directory tells."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("word/document.xml", "<document/>")
    return made.getvalue()


def test_a_docx_is_known_by_its_directory() -> None:
    assert content_kind(archive()) == "docx"


@pytest.mark.parametrize(
    ("at", "value"),
    [(6, b"\xff\xff"), (8, b"\x00\x08\xff\xff"), (20, b"\xff\xff\xff\xff\xff\xff\xff\xff"), (28, b"\xff\xff")],
    ids=["a version nobody reads", "a name that is no text", "sizes that are none", "a name longer than the file"],
)
def test_a_broken_directory_is_no_document(at: int, value: bytes) -> None:
    whole = bytearray(archive())
    entry = whole.index(b"PK\x01\x02")
    whole[entry + at : entry + at + len(value)] = value
    if at == 8:
        whole[entry + 46 : entry + 48] = b"\xff\xfe"
    assert content_kind(bytes(whole)) in (None, "docx")


def test_directions_of_writing_do_not_hide_an_ending() -> None:
    assert safe_name("合同\u202efdp\u2066.exe.pdf") == "合同_fdp_.exe.pdf"
