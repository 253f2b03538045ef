"""Headline figures as cards, and what they rest on.

Before: `dashboard.answers.cards`. After: the browser. A group of cards is one piece of HTML: as so many charts of Streamlit's
they cost more than all else on the page.
"""

from collections.abc import Sequence
from functools import lru_cache, partial
from html import escape
from math import ceil
from urllib.parse import quote

import streamlit as st

from dashboard.accounts.rights import Person
from dashboard.answers import cards, opening_cards
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE, Placement, codes_placed_in
from dashboard.partial_counts import AT_LEAST, KNOWN
from dashboard.ui import browser_flush, filter_state, panel_display
from dashboard.ui.markdown_escaping import escape_markdown

WIDE, HIGH = 72, 26  # of a small curve, in pixels
LEAST_SPAN = 0.5  # of the greatest value: what varies by less does not fill the height, or 19 minutes after 18 were a leap
ABREAST = 5  # cards that a page has room for


def grid(metrics: Sequence[cards.Metric], sources: str, abreast: int = ABREAST) -> None:
    """Draw cards in one row, or two where there is no room for so many abreast, on a telephone two by two; below them, what
    they rest on. abreast: the most in a row."""
    columns = len(metrics) if len(metrics) <= abreast else ceil(len(metrics) / 2)
    body = "".join(card(one) for one in metrics)
    below = f'<p class="ccsp-sources">{escape(sources)}</p>'
    st.html(f'<div class="ccsp-cards" style="--columns:{columns}">{body}</div>{below}')


@lru_cache(256)
def card(one: cards.Metric) -> str:
    """A card as HTML: the value of the period, and the signal of its last whole month with that month's own value."""
    tone = f" {one.card.tone}" if one.card.tone else ""
    help_ = f"aide-{one.card.code}"
    said = "".join(f"<p>{escape(part)}</p>" for part in one.help)
    # « non remonté » is longer than a figure, and is set smaller.
    words = "" if any(map(str.isdigit, one.card.text)) else ' class="words"'
    return (
        f'<section class="ccsp-card{tone}" aria-label="{escape(one.card.label)}">'
        f'<button type="button" popovertarget="{help_}" aria-label="{escape(_spoken(one))}">'
        f"{escape(one.card.label)}</button>"
        f'<div popover id="{help_}" class="ccsp-help">{said}'
        f'<button type="button" popovertarget="{help_}" popovertargetaction="hide">Fermer</button></div>'
        f"<strong{words}>{_figure(one.card.text)}</strong>{sparkline(one.trend)}"
        f"<p>{escape(one.second_line)}</p></section>"
    )


def _figure(text: str) -> str:
    """The text of a value as HTML, « au moins » and « connues » smaller than the number."""
    least = AT_LEAST if text.startswith(AT_LEAST) else ""
    number, known, _ = text.removeprefix(least).partition(KNOWN.rstrip("s"))
    known = text.removeprefix(f"{least}{number}") if known else ""
    small = [f"<small>{word}</small>" if word else "" for word in (least, known)]
    return escape(number).join(small)


def _spoken(one: cards.Metric) -> str:
    """The card in words, for screen readers."""
    return f"{one.card.label} : ce que cela veut dire"


def sparkline(values: Sequence[float]) -> str:
    """A small curve of the values as SVG, in the card's colour; "" for fewer than three values."""
    if len(values) < 3:
        return ""
    low, high = min(values), max(values)
    span = max(high - low, LEAST_SPAN * max(map(abs, values))) or 1
    step, scale, middle = (WIDE - 4) / (len(values) - 1), (HIGH - 4) / span, (low + high) / 2
    points = " ".join(
        f"{2 + i * step:.1f},{HIGH / 2 - (v - middle) * scale:.1f}" for i, v in enumerate(values)
    )
    drawn = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDE} {HIGH}'><polyline points='{points}'"
        " fill='none' stroke='black' stroke-width='1.5' stroke-linejoin='round'/></svg>"
    )
    # As a mask, so that its colour is that of the card's tone on the page's paper.
    return f'<i style="--curve:url(&quot;data:image/svg+xml,{quote(drawn)}&quot;)"></i>'


def headline(person: Person, question: Question, place: Placement = "period") -> None:
    """Draw the cards of a place over all sites of the question, and what they rest on."""
    _cards(person, question, codes_placed_in(place))


def opening(person: Person, question: Question) -> None:
    """Draw the cards of the opening page, which says what the small curves of all pages are."""
    _cards(person, question, opening_cards.codes(person, question), opens=True)


def _cards(
    person: Person, question: Question, codes: Sequence[str], *, opens: bool = False
) -> None:
    """Draw cards and what they rest on. opens: on the opening page."""
    period = filter_state.period().label
    metrics = cards.metrics(person, question, codes, month_ends=opens)
    curves = opens and any(sparkline(one.trend) for one in metrics)
    grid(metrics, cards.caption(person, question, period, codes, curves=curves))
    browser_flush.flush_to_browser()
    panel = partial(cards.cards, person, question, codes, month_ends=opens)
    panel_display.collect_later("chiffres", panel)
    with panel_display.lazy_expander("Puis-je m'y fier ?", "chiffres") as fold:
        if not fold.open:
            return
        st.markdown(
            "\n".join(
                [
                    *(
                        f"- {escape_markdown(line)}"
                        for line in cards.trust_lines(person, question, codes)
                    ),
                    *(
                        f"- **{BY_CODE[code].short}** : {escape_markdown(row[-1].text)}"
                        for code, row in zip(codes, panel().table.rows, strict=True)
                    ),
                ]
            )
        )
