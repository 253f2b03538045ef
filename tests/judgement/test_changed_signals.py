"""The sentence that says which signals of past months a file changes."""

from datetime import date

import numpy as np

from dashboard.judgement.changed_signals import changed_signals
from dashboard.judgement.control_charts import ControlChart
from tests.judgement.series import counted, follow

LAST = date(2026, 10, 1)
NAMES = {"site 0": "CCSP de Covè"}
FILE = "Ce fichier"


def charts(*few: int, code: str = "satisfaction") -> dict[str, dict[str, ControlChart]]:
    """Three years of shares about 80 %, but of some months, counted from the last, which are much lower."""
    events = 320 + np.arange(36)[None] % 5
    for back in few:
        events[0, 35 - back] = 200
    series = counted(code, events, np.full(events.shape, 400))
    return {scope: {code: chart} for scope, chart in follow(code, series, LAST).items()}


def said(*of) -> str:
    return changed_signals(*of, NAMES, FILE).replace("\xa0", " ")


def test_nothing_is_said_of_months_that_keep_what_was_said():
    assert said(charts(0, 3), charts(0, 3)) == "" and said(charts(), charts()) == ""


def test_what_is_gone_and_what_comes_is_said_the_latest_first():
    assert said(charts(1), charts(4)) == (
        "Ce fichier change ce qui était conclu de mois passés :"
        " l'alerte « Satisfaits, selon le registre » du CCSP de Covè en septembre 2026 n'y est plus ;"
        " une alerte « Satisfaits, selon le registre » du CCSP de Covè en juin 2026 s'y ajoute."
    )


def test_a_few_are_named_and_the_others_counted():
    told = said(charts(0, 1, 2, 3, 4, 5), charts())
    assert told.count("n'y est plus") == 4 and told.endswith(" ; et 2 autres signaux.")
    assert "octobre 2026" in told and "mai 2026" not in told


def test_a_series_whose_signals_are_not_listed_says_nothing():
    assert said(charts(0, code="women_share"), charts(code="women_share")) == ""
