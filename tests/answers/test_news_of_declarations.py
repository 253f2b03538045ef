"""Canevas and closures are news too: those that came, that say something else, or are no longer there."""

from datetime import date

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import news
from dashboard.answers.question import Question
from tests import clock
from tests.builders import COVE, KANDI, NIKKI, closure, monthly

BEFORE, MONDAY = "2026-11-19T12:00", date(2026, 11, 23)
PLAIN = str.maketrans("\xa0\u202f", "  ")


def told() -> list[str]:
    """The sentences about files."""
    replies = news.news(LOCAL_READER, Question(date.min, date.max), MONDAY)
    [of_files] = [reply for reply in replies if reply.label == "Fichiers remis"]
    return [
        f"{one.join_names([n.text for n in one.names])} {one.words}".translate(PLAIN).strip()
        for one in of_files.statements
    ]


def test_a_canevas_is_told_by_its_month_and_not_again_where_it_says_the_same(asked):
    with clock.as_of(BEFORE):
        asked.hand_in("canevas", monthly(KANDI, "09/2026", 40), name="septembre.csv")
    asked.hand_in(
        "canevas",
        monthly(KANDI, "09/2026", 40),
        monthly(COVE, "10/2026", 12),
        monthly(KANDI, "10/2026", 9, 8),
        name="octobre.csv",
    )
    assert told() == ["Covè et Kandi ont remis le canevas d'octobre 2026"]
    asked.hand_in("canevas", monthly(KANDI, "09/2026", 41), name="encore.csv")
    assert told()[1:] == ["Kandi a corrigé le canevas de septembre 2026"]


def test_closures_are_told_with_their_days_and_the_reason_of_a_single_one(asked):
    cut = closure(KANDI, "2026-11-17", start="10:00", end="12:00", reason="électricité")
    works = closure(COVE, "2026-11-18", "2026-11-20", reason="travaux")
    with clock.as_of(BEFORE):
        asked.hand_in("fermetures", cut, name="avant.csv")
    asked.hand_in("fermetures", cut, works, name="apres.csv")
    once = "Covè a déclaré 1 fermeture, du 18/11/2026 au 20/11/2026 (travaux)"
    assert told() == [once]
    longer = closure(KANDI, "2026-11-17", start="10:00", end="17:00", reason="électricité")
    everywhere = closure("", "2026-11-19", reason="grève")
    asked.hand_in("fermetures", longer, closure(NIKKI, "2026-11-16"), name="encore.csv")
    asked.hand_in("fermetures", everywhere, name="reseau.csv")
    assert told() == [
        "Covè et Nikki ont déclaré 2 fermetures, du 16/11/2026 au 20/11/2026",
        "Kandi a corrigé 1 fermeture, le 17/11/2026 (électricité)",
        "pour tout le réseau, les fichiers ont déclaré 1 fermeture, le 19/11/2026 (grève)",
    ]
