"""Tables as an .xlsx workbook: real numbers, one sheet a table, and on each sheet who took it out, when and what for."""

from collections.abc import Iterable
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from portal.reports.tables import Cell, Column, Table, Withheld

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FACE = "微软雅黑"
FORMATS = {"count": "#,##0", "minutes": "0.0", "share": '0.0"%"'}
UNITS = {"minutes": "（分）", "share": "（%）"}
ACTIVE = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet program would take for a formula
HEAD_ROW = 4
_THIN = Side(style="thin", color="FFB8C4CF")
_FORBIDDEN_IN_TITLES = str.maketrans("", "", r"[]:*?/\\")


def workbook(title: str, watermark: str, tables: Iterable[Table]) -> bytes:
    """The workbook; ``watermark`` stands above and, when printed, below every sheet."""
    book = Workbook()
    book.remove(book.active)
    for table in tables:
        _sheet(
            book.create_sheet(table.title.translate(_FORBIDDEN_IN_TITLES)[:31]),
            f"{title}　{table.title}",
            watermark,
            table,
        )
    book.properties.title, book.properties.creator = title, ""
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def put(cell: SheetCell, value: Cell) -> None:
    """Write ``value``: numbers as numbers, everything else as text that no program runs."""
    if isinstance(value, Withheld):
        value = value.text
    if not isinstance(value, str):
        cell.value = value
        return
    cell.value = value
    cell.data_type = "s"
    # Excel's own mark for “this is text”, so that it stays text when somebody edits the cell
    cell.quotePrefix = value.startswith(ACTIVE)


def _sheet(sheet: Worksheet, title: str, watermark: str, table: Table) -> None:
    put(sheet["A1"], title)
    sheet["A1"].font = Font(name=FACE, size=14, bold=True)
    put(sheet["A2"], watermark)
    sheet["A2"].font = Font(name=FACE, size=9, color="FF55636F")
    put(sheet["A3"], table.note)
    sheet["A3"].font = Font(name=FACE, size=9, color="FF55636F")
    for place, column in enumerate(table.columns, start=1):
        cell = sheet.cell(HEAD_ROW, place)
        put(cell, f"{column.label}{UNITS.get(column.kind, '')}")
        cell.font = Font(name=FACE, bold=True)
        cell.fill = PatternFill("solid", fgColor="FFE8F0F8")
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal=_side(column))
        cell.border = Border(bottom=_THIN)
        sheet.column_dimensions[get_column_letter(place)].width = _width(column, place)
    for line, row in enumerate((*table.rows, *([table.total] if table.total else [])), start=HEAD_ROW + 1):
        last = table.total is not None and line == HEAD_ROW + 1 + len(table.rows)
        for place, (column, value) in enumerate(zip(table.columns, row, strict=True), start=1):
            cell = sheet.cell(line, place)
            put(cell, value)
            cell.font = Font(name=FACE, bold=last)
            cell.alignment = Alignment(horizontal=_side(column))
            if column.kind in FORMATS:
                cell.number_format = FORMATS[column.kind]
    sheet.freeze_panes = sheet.cell(HEAD_ROW + 1, 2)
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToWidth = "landscape", 9, 1
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    # an & begins a code in headers and footers
    sheet.oddFooter.left.text = watermark.replace("&", "&&")
    sheet.oddFooter.right.text = "第 &P 页 共 &N 页"


def _side(column: Column) -> str:
    return "left" if column.kind == "text" else "right"


def _width(column: Column, place: int) -> float:
    # a Chinese character is two wide; long labels break
    return 24 if place == 1 else max(9.0, min(2 * len(column.label) + 4, 16))
