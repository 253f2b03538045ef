"""A few lines to send: short, and they say what they rest on."""

import re
from dataclasses import replace

from dashboard.exports.message import message
from dashboard.panel import Cards
from dashboard.wording import DEMO
from tests.exports import decks


def test_the_message_is_short_and_says_what_it_rests_on():
    lines = message(decks.whole()).split("\n")
    assert lines[0] == "Revue nationale · Tout le réseau · de novembre 2025 à octobre 2026"
    assert lines[-2:] == ["Données au 24/11/2026.", DEMO]
    assert 4 <= len(lines) - 3 <= 6 and all(line.startswith("- ") for line in lines[1:-2])
    assert "- Usagers reçus\u00a0: 82 552 (signal de changement)" in lines
    assert "- Reçus en 30 min ou moins\u00a0: 75 %" in lines  # no signal: nothing beside it


def test_the_head_says_each_filter_once():
    asked = replace(decks.whole(), scope="Zou", period="3 mois", filters="3 mois · Zou · CCSP")
    assert message(asked).split("\n")[0] == "Revue nationale · Zou · CCSP · 3 mois"
    named = replace(asked, title="Revue du département\u00a0: Zou")
    assert message(named).split("\n")[0] == "Revue du département\u00a0: Zou · CCSP · 3 mois"


def test_a_hostile_message_stays_on_its_lines():
    text = message(decks.hostile())
    assert len(text.split("\n")) <= 9 and not re.search(
        "[\x00-\x09\x0b-\x1f\ud800-\udfff\u202e]", text
    )


def test_a_title_without_a_figure_is_left_out():
    whole = decks.whole()
    empty = "Attente médiane, octobre 2026 : trop tôt pour juger"
    drawn = next(s for s in whole.slides if s.panel.table.columns and not s.panel.cards)
    for title, there in ((empty, False), ("Attente médiane : 18 min en octobre 2026", True)):
        told = replace(whole, slides=(replace(drawn, headline=title),))
        assert (title in message(told)) is there


def test_a_message_about_nothing_says_so():
    text = message(decks.bare())
    assert "Aucune donnée." in text and "fictives" not in text


def test_the_message_names_the_sites_from_which_an_alert_of_the_whole_comes():
    whole = decks.whole()
    slide = next(s for s in whole.slides if s.panel.cards)
    alert = replace(
        slide.panel.cards[0],
        state="alerte en octobre\u00a0: 74\u00a0%, contre 76\u00a0% d'habitude",
        tone="alert",
        gap_origin="sans compter le CCSP de Djougou : 78 %, comme d'habitude",
    )
    panel = replace(slide.panel, content=Cards((alert, *slide.panel.cards[1:])))
    told = replace(
        whole, slides=tuple(replace(s, panel=panel) if s is slide else s for s in whole.slides)
    )
    said = message(told).split("\n")[1].replace("\u00a0", " ")
    assert said.endswith(
        "(alerte en octobre : 74 %, contre 76 % d'habitude ; sans compter le CCSP de Djougou : 78 %, comme d'habitude)"
    )
