"""A letter as .docx, from the same composition as the print: A4 in the manner of GB/T 9704, to be opened in WPS or Word."""

import io

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from portal.documents.letters.blocks import Block, Composition

# GB/T 9704: 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm; 三号仿宋, a line of 28.95 pt gives 22 lines
SONG, FANG, HEI = "方正小标宋简体", "仿宋_GB2312", "黑体"
THREE, TWO, SMALL = Pt(16), Pt(22), Pt(12)
LINE = Pt(28.95)
RED = RGBColor(0xE6, 0x00, 0x12)


def made(letter: Composition) -> bytes:
    """The file's bytes. Every line of blocks.lines_of stands in it as one paragraph or table cell."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    if letter.organ:
        _line(document.add_paragraph(), letter.organ, SONG, Pt(26), align=WD_ALIGN_PARAGRAPH.CENTER, colour=RED)
    if letter.number:
        _line(document.add_paragraph(), letter.number, FANG, THREE, align=WD_ALIGN_PARAGRAPH.CENTER)
    _line(document.add_paragraph(), letter.title, SONG, TWO, align=WD_ALIGN_PARAGRAPH.CENTER)
    if letter.addressee:
        _line(document.add_paragraph(), f"{letter.addressee}：", FANG, THREE)
    for block in letter.blocks:
        _block(document, block)
    _close(document, letter)
    _page_number(section)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _block(document, block: Block) -> None:
    if block.kind == "table":
        table = document.add_table(rows=0, cols=max(len(row) for row in block.rows))
        table.style = "Table Grid"
        for row in block.rows:
            cells = table.add_row().cells
            for cell, (head, text) in zip(cells, row, strict=True):
                _line(cell.paragraphs[0], text, HEI if head else FANG, Pt(14))
        return
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = block.kind == "h2" or block.style == "hand"
    if block.style == "further":
        paragraph.paragraph_format.left_indent = THREE * 5
    elif block.style not in ("plain", "hand"):
        paragraph.paragraph_format.first_line_indent = THREE * 2
    size = SMALL if block.style == "small" else THREE
    _line(paragraph, block.text, HEI if block.kind == "h2" else FANG, size, bold=block.style == "strong")


def _close(document, letter: Composition) -> None:
    """落款: the organ centred over its date, the wider of the two ends four characters from the edge; never on a page alone."""
    if not letter.signer:
        return
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    wide = max(_width(letter.signer), _width(letter.dated))
    for foot in (letter.signer, letter.dated):
        if foot:
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.right_indent = int(THREE * (4 + (wide - _width(foot)) / 2))
            paragraph.paragraph_format.keep_with_next = foot == letter.signer and bool(letter.dated)
            _line(paragraph, foot, FANG, THREE, align=WD_ALIGN_PARAGRAPH.RIGHT)


def _width(text: str) -> float:
    """How wide ``text`` is, in Chinese characters."""
    return sum(0.5 if sign.isascii() else 1 for sign in text)


def _page_number(section) -> None:
    """— 1 — at the foot, in 四号宋体; the program that opens the file counts."""
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text, mark in (("— ", ""), ("", "begin"), ("PAGE", "code"), ("", "end"), (" —", "")):
        run = paragraph.add_run("" if mark else text)
        run.font.name, run.font.size = "宋体", Pt(14)
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
        if mark == "code":
            code = OxmlElement("w:instrText")
            code.text = text
            run._element.append(code)
        elif mark:
            sign = OxmlElement("w:fldChar")
            sign.set(qn("w:fldCharType"), mark)
            run._element.append(sign)


def _line(
    paragraph: Paragraph,
    text: str,
    font: str,
    size: Pt,
    *,
    align=None,
    colour: RGBColor | None = None,
    bold: bool = False,
) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.bold = font, size, bold
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if colour is not None:
        run.font.color.rgb = colour
    spacing = paragraph.paragraph_format
    spacing.line_spacing_rule = WD_LINE_SPACING.AT_LEAST
    spacing.line_spacing = LINE
    spacing.space_after = Pt(0)
    if align is not None:
        paragraph.alignment = align
