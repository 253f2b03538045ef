"""A deck as a PowerPoint file: native charts, tables and shapes, all of them editable, with the speaker's notes.

Its numbers are those of the deck: charts are written from the very specs that the screen draws. Lengths are in inches, type
in points. Nothing is fetched and no text of the deck can act: the sheets behind the charts hold neither formula nor link.
"""

import gc
import io
from datetime import UTC

from dashboard.exports.pptx.slides import write_slide
from dashboard.exports.pptx.template import blank
from dashboard.exports.pptx.text_fitting import clean
from dashboard.one_run_at_a_time import yield_to_others
from dashboard.panel import Deck
from dashboard.period import now


def pptx(deck: Deck) -> bytes:
    """The file of a deck: one slide each, in order, 16:9."""
    try:
        return _presentation_bytes(deck)
    finally:
        # The parts of a file know each other: 13 MB that would stay until Python looks through all of its memory by itself.
        gc.collect()


def _presentation_bytes(deck: Deck) -> bytes:
    deck = clean(deck)
    show = blank()
    for number, slide in enumerate(deck.slides, 1):
        yield_to_others()
        write_slide(show, deck, slide, number)
    about = show.core_properties
    about.title, about.subject, about.comments = (
        deck.title[:255],
        f"{deck.scope}, {deck.period}"[:255],
        deck.foot_with_maker[:255],
    )
    about.author = about.last_modified_by = "Tableau de bord CCSP"
    about.language = "fr-FR"
    about.created = about.modified = now().astimezone(UTC).replace(tzinfo=None, microsecond=0)
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


__all__ = ["pptx"]
