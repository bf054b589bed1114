"""Everything that changes a letter. Runs inside database.write(); each change leaves an event on the case's chain."""

from portal.documents.letters.operations.drafting import draft, revise
from portal.documents.letters.operations.flow import act
from portal.documents.letters.operations.numbering import set_word
from portal.documents.letters.operations.service import note_printed, serve

__all__ = ["act", "draft", "note_printed", "revise", "serve", "set_word"]
