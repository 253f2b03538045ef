"""A story as a few lines of text to send."""

import re

from dashboard import french
from dashboard.exports.svg import printable_text
from dashboard.panel import Chart, Deck, Plot
from dashboard.wording import DEMO

S = french.SPACE
FEWEST, MOST = 4, 6  # sentences
YEARS = re.compile(r"\b20\d\d\b")


def message(deck: Deck) -> str:
    """A short plain text to paste into a message: scope, period, four to six sentences, the date of the data."""
    cards = [c for s in deck.slides for c in s.panel.cards if c.value is not None]
    found = [
        s.headline
        for s in deck.slides
        if isinstance(s.panel.content, Chart | Plot)
        or (s.panel.table.columns and not s.panel.cards)
    ]
    said = [f"{c.label}{S}: {c.text}" for c in (cards[:FEWEST] if found else cards[:MOST])]
    # Without sentences that repeat a figure, and those that have none to say.
    found = [line for line in found if not line.startswith(tuple(said)) and _says_a_figure(line)]
    said = [
        f"{line} ({f'{S}; '.join(filter(None, (c.state, c.gap_origin)))})" if c.tone else line
        for line, c in zip(said, cards, strict=False)
    ]
    said = [*said, *found][:MOST]
    scope = "" if deck.title.endswith(deck.scope) else deck.scope
    head = " · ".join(p for p in (deck.title, scope, deck.other_filters, deck.period) if p)
    known = f"Données au {french.date_short(deck.as_of)}." if deck.as_of else "Aucune donnée."
    lines = [head, *(f"- {line}" for line in said), known, *([DEMO] if deck.demo else [])]
    return "\n".join(re.sub("[ \t\n]+", " ", printable_text(line)) for line in lines)


def _says_a_figure(line: str) -> bool:
    """Whether a sentence says a number that is no year's, or that there is none."""
    return bool(re.search(r"\d|\baucune?\b", YEARS.sub("", line), re.IGNORECASE))
