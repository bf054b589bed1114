"""Small tables that an administrator uploads, .xlsx or .csv, as rows of cells. Pure: bytes in, rows out."""

import csv
import io
import re
import warnings
import zipfile
import zlib
from datetime import date, datetime
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MOST_BYTES = 1024 * 1024
MOST_UNPACKED = 20 * MOST_BYTES  # a table of a year's holidays unpacks to some tens of kilobytes
MOST_ROWS = 1000
ENCODINGS = ("utf-8-sig", "gb18030")  # Excel in Chinese saves .csv as the second
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BROKEN = (zipfile.BadZipFile, zlib.error, ParseError, EOFError, InvalidFileException, KeyError, ValueError, OSError)

Row = tuple[int, list[str]]


class SheetRefused(ValueError):
    """The file as a whole cannot be read; the message is a Chinese sentence."""


def rows_of(name: str, content: bytes) -> list[Row]:
    """The rows that are not empty of the first sheet (.xlsx) or the file (.csv), each with its line. Raises SheetRefused."""
    if not content:
        raise SheetRefused("文件是空的。")
    if len(content) > MOST_BYTES:
        raise SheetRefused("文件超过 1 MB，不是一年的放假安排或期限表。")
    kind = name.lower().rpartition(".")[2]
    if kind == "xlsx":
        found = _of_workbook(content)
    elif kind == "csv":
        found = _of_csv(text_of(content))
    else:
        raise SheetRefused("请上传 .xlsx 或 .csv 文件。")
    if len(found) > MOST_ROWS:
        raise SheetRefused(f"文件超过 {MOST_ROWS} 行，请核对是不是选错了文件。")
    return [(line, cells) for line, cells in found if any(cells)]


def text_of(content: bytes) -> str:
    """The text of a .csv in either encoding, without characters that no database keeps. Raises SheetRefused."""
    for encoding in ENCODINGS:
        try:
            return UNREADABLE.sub("", content.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise SheetRefused("文件的文字读不出来，请另存为 UTF-8 编码的 .csv 或 .xlsx 后再上传。")


def _of_csv(text: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found, line = [], 1
    try:
        for cells in islice(reader, MOST_ROWS + 1):
            found.append((line, [cell.strip() for cell in cells]))
            line = reader.line_num + 1
    except csv.Error:
        raise SheetRefused(f"第 {line} 行：CSV 格式有误，请检查引号。") from None
    return found


def _of_workbook(content: bytes) -> list[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise SheetRefused("文件解开后过大，不是一年的放假安排。")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl remarks on styles that are not read here
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            book.worksheets[0].reset_dimensions()  # some programs write a wrong size
            rows = islice(book.worksheets[0].iter_rows(values_only=True), MOST_ROWS + 1)
            found = [(line, [_cell(cell) for cell in cells]) for line, cells in enumerate(rows, start=1)]
            book.close()
    except SheetRefused:
        raise
    except (*_BROKEN, IndexError):
        raise SheetRefused("这不是可以读取的 .xlsx 表格，请在 WPS 或 Excel 中另存为 .xlsx 后再上传。") from None
    return found


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.date()
    return value.isoformat() if isinstance(value, date) else str(value).strip()
