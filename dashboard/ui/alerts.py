"""Alerts: which sites have a signal, how many chance alone would give, and what was decided."""
from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from dashboard import french
from dashboard.access import Person
from dashboard.indicators import BY_CODE
from dashboard.period import today
from dashboard.signals import FOLLOWED, Signal, verdict
from dashboard.statistics import alarms, sentences
from dashboard.statistics.variation import Variation
from dashboard.ui import follow, record, session, show

SEEN_AFTER = 3  # points after a decision before anything is said of it
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
    return sentences.alert_budget(sum(s.found for s in series), alarms.budget(points, [s.kind for s in series]))


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


def chance(person: Person, table: pd.DataFrame) -> None:
    """What the rule finds and what it misses, for the series at hand."""
    points = [s.chart.points[-1] for _, s in followed(person, table) if s.chart is not None]
    row = alarms.rate(min(max(points, default=0), 60)) if points else None
    if row is None:
        return
    with st.expander("Ce que vaut un signal"):
        st.markdown(f"""
- {sentences.power(row)}
- Un signal dit que le mois sort de ce que ce centre fait d'habitude. Il ne dit pas pourquoi, ni que c'est grave.
- Sans signal, il n'y a rien à expliquer : chercher la cause d'une variation ordinaire fait perdre du temps.
- Les limites sont provisoires et recalculées jusqu'à 24 points, puis fixées ; elles ne repartent que pour une raison datée.
- Les attentes sont des minutes entières : les limites ne descendent pas sous cette précision, et le hasard y donne donc
  plutôt moins de signaux que dit ici.
- Simulation de cette règle exacte, répétée {french.number(row.draws)} fois : `python -m dashboard.statistics.alarms`.
""")


def decisions(person: Person, table: pd.DataFrame, found: list[tuple[str, Signal]]) -> None:
    """Answer an alert with a decision; those already taken, and what the months since say."""
    st.header("Décisions", anchor=False)
    names = {**dict(zip(table["code"], table["name"], strict=True)), "nation": "Le réseau"}
    taken = [d for d in follow.decisions(person) if d[2] in names or d[2] in set(table["department"])]
    if taken:
        rows = [{"Décidé le": french.date_short(on), "Sur": names.get(scope, scope), "Indicateur": BY_CODE[i].short,
                 "Quoi": what, "Qui": who, "Pour le": french.date_short(due) if due else "",
                 "Depuis": judged(follow.signals(person, [scope]).get(scope, {}).get(i), on)}
                for _, i, scope, on, who, what, due in reversed(taken)]
        show.frame(pd.DataFrame(rows), key="decisions", height=min(38 + 35 * len(rows), 300))
    else:
        st.text("Aucune décision notée.")
    if found:
        _decide(person, found)


def judged(found: Signal | None, on: date) -> str:
    """What the points since a decision say: signal, no signal, or too early to tell."""
    after = [i for i, m in enumerate(found.months) if m > on and found.values[i] is not None] if found else []
    if found is None or found.chart is None or len(after) < SEEN_AFTER:
        return "trop tôt"
    return "signal" if any(found.chart.side[i] for i in after) else "pas de signal"


def _decide(person: Person, found: list[tuple[str, Signal]]) -> None:
    with st.expander("Noter une décision"), st.form("decision", clear_on_submit=True, border=False):
        which = st.selectbox("Sur quel signal", range(len(found)), format_func=lambda n: (
            f"{found[n][0]} : {BY_CODE[found[n][1].indicator].label}"))
        what = st.text_input("Ce qui est décidé", max_chars=500)
        left, right = st.columns(2)
        who = left.text_input("Qui (une fonction, pas un nom)", max_chars=120)
        due = right.date_input("Pour le", value=None, format="DD/MM/YYYY", min_value=date.today())
        if st.form_submit_button("Noter"):
            chosen = found[which][1]
            try:
                record.decide(session.person(), chosen.indicator, chosen.scope, who, what, due, today())
                st.success("La décision est notée ; elle figure sur la carte de contrôle.")
            except record.Refused as reason:
                st.error(str(reason))
