"""The relay form: where to, and why."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from portal.access.forms import plain


class RelayForm(FlaskForm):
    """One service of another platform, the purpose in the visitor's interest, and the ticket's version."""

    service = RadioField("接力到", [InputRequired("请选择要接力到的服务。")], coerce=int)
    purpose = StringField("请对方做什么", [DataRequired("请写明请对方做什么。"), Length(max=200, message="不超过 200 字。")],
                          filters=[plain])  # fmt: skip
    version = HiddenField()
