"""The form of a brief: one text a section, as long as its place on the page."""

from flask_wtf import FlaskForm

from portal.cases.forms.fields import HiddenNumber, Lines
from portal.leadership.brief_lines import SECTIONS, WIDTH


class BriefForm(FlaskForm):
    """Sections by their code, and the version that was shown."""

    seen = HiddenNumber("版本")


for _code, (_label, _lines) in SECTIONS.items():
    setattr(BriefForm, _code, Lines(_label, description=f"最多 {_lines} 行，每行约 {WIDTH} 字"))
