"""Reading letters from a spreadsheet: which column is what, what is wrong with a row, what became of it.

Pure but for the file that is read: registering is done by the function the caller hands to `carry_out`.
"""

import csv
import hashlib
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TextIO
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.exceptions import InvalidFileException

from portal.clock import HALL, day_of
from portal.people import identity
from portal.people.redaction import masked, seal_text

COLUMNS: dict[str, tuple[str, ...]] = {
    "number": ("留言编号", "信访件编号", "信访编号", "来信编号", "工单编号", "事项编号", "编号", "流水号", "id"),
    "name": ("留言用户", "留言人", "信访人", "信访人姓名", "来信人", "来访人", "申请人", "姓名", "用户"),
    "subject": ("留言主题", "信访主题", "来信主题", "事项标题", "标题", "主题", "事由"),
    "received_at": (
        "留言时间",
        "来信时间",
        "来访时间",
        "信访时间",
        "信访日期",
        "登记时间",
        "受理时间",
        "留言日期",
        "日期",
        "时间",
    ),
    "facts": (
        "留言详情",
        "留言内容",
        "信访内容",
        "来信内容",
        "详细内容",
        "内容",
        "正文",
        "详情",
        "事实与理由",
        "问题描述",
        "概况",
    ),
    "phone": ("电话", "联系电话", "手机", "手机号", "手机号码", "电话号码", "联系方式"),
    "id_number": ("身份证号", "身份证号码", "身份证", "证件号码", "证件号"),
    "address": ("住址", "地址", "联系地址", "通讯地址", "家庭住址", "现住址"),
    "demand": ("诉求", "主要诉求", "信访诉求", "请求", "请求事项"),
}
LABELS = {key: names[0] for key, names in COLUMNS.items()}
REQUIRED = ("facts", "received_at")
HEADING_WITHIN = 10  # sheets often begin with a merged title
MOST = {"subject": 200, "name": 60, "address": 200, "demand": 500}

REGISTERED, EXISTING, REFUSED = "已登记", "已存在", "拒绝"
WOULD_REGISTER = "可登记"

_MEANS = {name: key for key, names in COLUMNS.items() for name in names}
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[\sT]*(\d{1,2})\s*[:时点]\s*(\d{1,2})?\s*分?(?::?(\d{1,2}))?(?:\.\d+)?\s*秒?)?",
    re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_EARLIEST = datetime(1949, 10, 1, tzinfo=UTC)
_SERIALS = (20_000, 80_000)  # Excel's day numbers of 1954 to 2119
_BROKEN = (zipfile.BadZipFile, zlib.error, ParseError, EOFError)


class ImportRefused(ValueError):
    """The file as a whole cannot be read as a list of letters; the message is Chinese and names what was found."""


@dataclass(frozen=True)
class Row:
    """One line of the sheet as it came: its number in the file (the heading counts) and the cells by field."""

    line: int
    cells: dict[str, Any]


@dataclass(frozen=True)
class RowPlan:
    """What a row would become. ``problems`` refuse it, ``notes`` do not; both Chinese.

    ``values``: number, source_key, name, subject, facts (str, possibly empty but for subject and facts), received_at (aware
    UTC), phone, id_number, address (normalised str or None), demands (list of str).
    """

    line: int
    ok: bool
    problems: list[str]
    notes: list[str]
    values: dict[str, Any]


@dataclass(frozen=True)
class Heading:
    """Where the heading stands and what it says: ``found`` field → (position, header), ``ignored`` other headers."""

    line: int
    found: dict[str, tuple[int, str]]
    ignored: list[str]


def read_heading(path: Path | str) -> Heading:
    """How the columns of the file are understood. Raises ImportRefused."""
    with _sheet(path) as sheet:
        return _heading(sheet)


def read_rows(path: Path | str) -> Iterator[Row]:
    """The rows of the first sheet, streamed; empty lines are left out. Raises ImportRefused at once, not at the first row."""
    heading = read_heading(path)
    return _rows(path, heading)


def count_rows(path: Path | str) -> int:
    """How many rows `read_rows` gives, for a progress bar."""
    return sum(1 for _row in read_rows(path))


def check(row: Row, now: datetime) -> RowPlan:
    """What ``row`` would become at the moment ``now`` (aware). Missing personal data is a note, never a refusal (第十九条)."""
    problems: list[str] = []
    notes: list[str] = []
    cells = {key: clean(row.cells.get(key)) for key in COLUMNS}
    received_at = _received_at(row.cells.get("received_at"), now, problems)
    facts = cells["facts"]
    if not facts:
        problems.append("内容为空")
    subject = _subject(cells["subject"], facts, notes)
    name = identity.normalise_name(cells["name"])
    if not name:
        notes.append("没有姓名")
    values = {
        "number": one_line(cells["number"]),
        "name": _cut("name", name, notes),
        "subject": subject,
        "facts": facts if len(one_line(cells["subject"])) <= MOST["subject"] else f"{cells['subject']}\n{facts}",
        "received_at": received_at,
        "phone": _accepted("电话", cells["phone"], identity.check_phone, identity.normalise_phone, notes),
        "id_number": _accepted(
            "身份证号", cells["id_number"], partial(identity.check_id, today=day_of(now)), identity.normalise_id, notes
        ),
        "address": _cut("address", identity.normalise_address(cells["address"]), notes) or None,
        "demands": [_cut("demand", demand, notes) for demand in cells["demand"].split("\n") if demand],
    }
    values["source_key"] = source_key(values["number"], name, row.cells.get("received_at"), cells["subject"], facts)
    return RowPlan(row.line, not problems, problems, notes, values)


def source_key(number: str, name: str, received: Any, subject: str, facts: str) -> str:
    """By which a second import knows the letter: its number, or a hash of who, when and what. At most 80 characters."""
    if number and len(number) <= 70:
        return f"import:{number}"
    stated = "\x1f".join((number, name, str(received), subject, facts))
    return "import:" + hashlib.sha256(stated.encode()).hexdigest()


def clean(value: Any) -> str:
    """A cell as text: no tabs, hard blanks or control characters, no blank at a line's end, no empty lines."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # Excel keeps every number as a float
    text = re.sub(r"_x000[dD]_|\r\n?|[\x0b\x0c\u2028\u2029]", "\n", str(value))
    text = re.sub(r"[\x00-\x08\x0e-\x1f\x7f\u200b\ufeff\ud800-\udfff]", "", text)
    text = re.sub(r"[\t \u00a0\u3000]+", " ", text)
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())


def one_line(text: str) -> str:
    """``text`` with its line breaks as blanks."""
    return re.sub(r"\s+", " ", text).strip()


def moment(value: Any) -> datetime | None:
    """A cell as an aware UTC moment, None where it is none. Wall-clock time of the hall; a mere day is its midnight.

    Understands Excel dates and day numbers, 2019/2/28 8:00, 2020-01-06 21:41:04, 2019.2.28, 2019年2月28日 8时5分, full-width.
    """
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = from_excel(value) if _SERIALS[0] < value < _SERIALS[1] else str(value)
        if not isinstance(value, datetime):
            plain = clean(value).translate(
                identity.LATIN | identity.DASHES | {ord("："): ":", ord("．"): ".", ord("／"): "/"}
            )
            match = _DATE.fullmatch(plain) or _COMPACT.fullmatch(plain)
            value = datetime(*(int(part or 0) for part in match.groups())) if match else None  # noqa: DTZ001
        return None if value is None else value.replace(tzinfo=HALL).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _received_at(value: Any, now: datetime, problems: list[str]) -> datetime | None:
    shown = one_line(clean(value))
    received = moment(value)
    if not shown:
        problems.append("没有留言时间")
    elif received is None:
        problems.append(f"留言时间“{shown[:30]}”不是存在的日期时间")
    elif received > now:
        problems.append(f"留言时间“{shown[:30]}”晚于现在")
    elif received < _EARLIEST:
        problems.append(f"留言时间“{shown[:30]}”过早，请核对年份")
    return received


def _subject(subject: str, facts: str, notes: list[str]) -> str:
    if subject := one_line(subject):
        return _cut("subject", subject, notes)
    if facts:
        notes.append("没有主题，取内容的开头")
    first = re.split(r"[。！？!?\n]", facts, maxsplit=1)[0]
    return first if len(first) <= 40 else first[:39] + "…"


def _cut(key: str, text: str, notes: list[str]) -> str:
    if len(text) <= MOST[key]:
        return text
    notes.append(f"{LABELS[key]}超过 {MOST[key]} 字，已截短")
    return text[: MOST[key] - 1] + "…"


def _accepted(
    label: str, text: str, wrong: Callable[[str], str | None], normalise: Callable[[str], str], notes: list[str]
) -> str | None:
    if not text:
        return None
    if problem := wrong(text):
        notes.append(f"{label}没有录入：{problem}")
        return None
    return normalise(text)


@contextmanager
def _sheet(path: Path | str) -> Iterator[Any]:
    shown = f"“{Path(path).name}”"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl remarks on styles that are not read here
            book = load_workbook(path, read_only=True, data_only=True)
    except FileNotFoundError as problem:
        raise ImportRefused(f"找不到文件{shown}") from problem
    except (InvalidFileException, *_BROKEN, KeyError, ValueError, OSError) as problem:
        raise ImportRefused(f"{shown}不是可以读取的 .xlsx 表格，请在 WPS 或 Excel 中另存为 .xlsx 后再导入") from problem
    try:
        if not book.worksheets:
            raise ImportRefused(f"{shown}里没有工作表")
        book.worksheets[0].reset_dimensions()  # some programs write a wrong size
        yield book.worksheets[0]
    except _BROKEN as problem:
        raise ImportRefused(f"{shown}已损坏，读不到末尾，请重新导出") from problem
    finally:
        book.close()


def _heading(sheet: Any) -> Heading:
    seen: list[str] = []
    for line, cells in enumerate(islice(sheet.iter_rows(values_only=True), HEADING_WITHIN), start=1):
        headers = [re.sub(r"[\s*：:]|[（(].*?[）)]", "", clean(cell)) for cell in cells]
        found: dict[str, tuple[int, str]] = {}
        for position, header in enumerate(headers):
            key = _MEANS.get(header.lower())
            if key and key not in found:
                found[key] = (position, header)
        if all(key in found for key in REQUIRED):
            used = {position for position, _header in found.values()}
            return Heading(line, found, [header for at, header in enumerate(headers) if header and at not in used])
        seen = max(seen, [header for header in headers if header], key=len)
    wanted = "、".join(f"“{LABELS[key]}”（或{'、'.join(COLUMNS[key][1:4])}）" for key in REQUIRED)
    raise ImportRefused(f"表头里缺少必需的列：需要{wanted}；找到的列：{'、'.join(seen[:20]) or '无'}")


def _rows(path: Path | str, heading: Heading) -> Iterator[Row]:
    with _sheet(path) as sheet:
        lines = enumerate(sheet.iter_rows(values_only=True), start=1)
        for line, cells in islice(lines, heading.line, None):
            row = {key: cells[at] for key, (at, _header) in heading.found.items() if at < len(cells)}
            if any(clean(cell) for cell in row.values()):
                yield Row(line, row)


@dataclass
class Receipt:
    """The row-by-row receipt, written as it goes: a CSV that Excel opens (open ``file`` as utf-8-sig, newline="")."""

    file: TextIO
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._writer = csv.writer(self.file, lineterminator="\r\n")
        self._writer.writerow(("行号", "编号", "主题", "结果", "案件编号", "说明"))

    def note(self, plan: RowPlan, outcome: str, case_number: str = "") -> None:
        """Record one row: ``outcome`` is 已登记, 已存在, 拒绝 or 可登记 (dry run)."""
        self.counts[outcome] += 1
        if outcome == REFUSED:
            self.reasons.update(re.sub(r"“.*?”", "", problem) for problem in plan.problems)
        subject, found = seal_text(plan.values["subject"])
        remarks = "；".join([*plan.problems, *plan.notes])
        cells = (plan.values["number"], masked(subject, found), outcome, case_number, remarks)
        self._writer.writerow((plan.line, *map(_harmless, cells)))

    def summary(self) -> str:
        """已登记 4320，已存在 4，拒绝 2 (reasons with their counts), in one Chinese line."""
        kinds = (WOULD_REGISTER,) if self.counts[WOULD_REGISTER] else (REGISTERED, EXISTING)
        parts = [f"{kind} {self.counts[kind]} 件" for kind in (*kinds, REFUSED)]
        why = "，".join(f"{reason} {count}" for reason, count in self.reasons.most_common())
        return "；".join(parts) + (f"（{why}）" if why else "")


def _harmless(cell: str) -> str:
    # a cell that begins like this would be run as a formula when the receipt is opened
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell


def carry_out(
    rows: Iterable[Row],
    now: datetime,
    receipt: Receipt,
    register: Callable[[dict[str, Any]], tuple[str, bool]] | None,
    progress: Callable[[int], None] = lambda done: None,
) -> Receipt:
    """Check each row and register it; ``register(values)`` gives (case number, whether it is new). None is a dry run.

    ``progress`` is told after each row how many are done.
    """
    for done, row in enumerate(rows, start=1):
        plan = check(row, now)
        if not plan.ok:
            receipt.note(plan, REFUSED)
        elif register is None:
            receipt.note(plan, WOULD_REGISTER)
        else:
            number, new = register(plan.values)
            receipt.note(plan, REGISTERED if new else EXISTING, number)
        progress(done)
    return receipt
