"""Export formats: a story or a panel as a file, with the same content as on screen."""

import importlib
from dataclasses import dataclass, replace

from dashboard.panel import EMPTY, Deck, Message, Panel
from dashboard.settings import load_settings
from dashboard.wording import NOT_IN_FILES


class ExportFailed(Exception):
    """A file was not made: a French sentence, for whoever asked for it. cause: for the log."""

    def __init__(self, sentence: str, cause: str) -> None:
        super().__init__(sentence)
        self.cause = cause


@dataclass(frozen=True)
class Export:
    """A kind of file that a story is exported to. module, function: what writes it from a deck, as text or bytes;
    imported only when a file is asked for. button: its label on the page, "" for none."""

    module: str
    function: str
    media_type: str
    button: str = ""

    def file(self, deck: Deck) -> bytes:
        """The story as such a file."""
        deck = replace(
            deck, slides=tuple(replace(s, panel=panel_for_files(s.panel)) for s in deck.slides)
        )
        written: str | bytes = getattr(importlib.import_module(self.module), self.function)(deck)
        return written.encode() if isinstance(written, str) else written


def panel_for_files(panel: Panel) -> Panel:
    """The panel as it may be exported: without single complaints, where the ministry wants them in no file."""
    if not panel.has_complaint_rows or load_settings().complaint_rows_in_files:
        return panel
    return replace(panel, content=Message(NOT_IN_FILES), table=EMPTY, has_complaint_rows=False)


# By extension, in the order of the buttons.
EXPORTS = {
    "pptx": Export(
        "dashboard.exports.pptx",
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "Diapositives (PowerPoint)",
    ),
    "pdf": Export("dashboard.exports.pdf", "pdf", "application/pdf", "Dossier (PDF)"),
    "html": Export("dashboard.exports.html", "dossier", "text/html", "Dossier (une page web)"),
    "xlsx": Export(
        "dashboard.exports.xlsx",
        "deck_workbook",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "Tableaux (Excel)",
    ),
    "txt": Export("dashboard.exports.message", "message", "text/plain"),
}
