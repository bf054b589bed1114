"""Forms of cases: fields that speak Chinese, forms built from declarations, the registration, the actions on a case."""

from portal.cases.forms.actions import (
    AdviceForm,
    AskRecusalForm,
    AttachForm,
    CareForm,
    CloseForm,
    ContactForm,
    DecideRecusalForm,
    LinkForm,
    MarkForm,
    OpenForm,
    OutcomeForm,
    ReasonForm,
    RecuseForm,
    SettleForm,
    StatementForm,
    TellRecusalForm,
    VisitForm,
)
from portal.cases.forms.amendment import AmendForm, PartyForm, amend_form
from portal.cases.forms.declared import step_form, to_data
from portal.cases.forms.fields import scoped
from portal.cases.forms.guide import guide_form
from portal.cases.forms.registration import RegisterForm, register_form

__all__ = [
    "AdviceForm",
    "AmendForm",
    "AskRecusalForm",
    "AttachForm",
    "CareForm",
    "CloseForm",
    "ContactForm",
    "DecideRecusalForm",
    "LinkForm",
    "MarkForm",
    "OpenForm",
    "OutcomeForm",
    "PartyForm",
    "ReasonForm",
    "RecuseForm",
    "RegisterForm",
    "SettleForm",
    "StatementForm",
    "TellRecusalForm",
    "VisitForm",
    "amend_form",
    "guide_form",
    "register_form",
    "scoped",
    "step_form",
    "to_data",
]
