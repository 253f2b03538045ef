"""Alerts: which sites have a signal, how many chance alone would give, and what was decided."""
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import french
from dashboard.access import Person
from dashboard.indicators import BY_CODE
from dashboard.signals import FOLLOWED, Signal, verdict
from dashboard.statistics import alarms, sentences
from dashboard.statistics.variation import Variation
from dashboard.ui import follow, show

ORDER = {Variation.CONCERN: 0, Variation.IMPROVEMENT: 1, Variation.NEUTRAL: 2}


def followed(person: Person, table: pd.DataFrame, codes: Sequence[str] = FOLLOWED) -> list[tuple[str, Signal]]:
    """(site name, signal) of every followed series of these sites."""
    names = dict(zip(table["code"], table["name"], strict=True))
    found = follow.signals(person, list(names))
    return [(names[scope], found[scope][code]) for scope in names for code in codes]


def budget_line(person: Person, table: pd.DataFrame, codes: Sequence[str] = FOLLOWED) -> str:
    """How many signals there are, and how many chance alone would give for exactly these series."""
    series = [s for _, s in followed(person, table, codes) if s.chart is not None]
    points = [s.chart.points[-1] for s in series]
    # Waits are skewed, but charted on a log scale, where chance flags them as it does normal values.
    return sentences.alert_budget(sum(s.found for s in series), alarms.budget(points))


def listing(person: Person, table: pd.DataFrame) -> list[tuple[str, Signal]]:
    """The signals of these sites, alerts first, then alphabetically."""
    found = [(name, s) for name, s in followed(person, table) if s.found]
    return sorted(found, key=lambda pair: (ORDER[pair[1].variation], pair[0], pair[1].indicator))


def show_listing(found: list[tuple[str, Signal]]) -> None:
    """The signals as a table."""
    if not found:
        st.info("Aucun signal ce mois-ci parmi les séries suivies.")
        return
    rows = [{"Centre": name, "Indicateur": BY_CODE[s.indicator].short, "Signal": sentences.VARIATIONS[s.variation],
             "Ce que dit la carte de contrôle": verdict(s).split(f"{french.SPACE}: ", 1)[-1],
             "Cible": sentences.ASSURANCES[s.assurance]} for name, s in found]
    show.frame(pd.DataFrame(rows), key="signaux", height=min(38 + 35 * len(rows), 460))
