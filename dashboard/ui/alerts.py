"""Alerts: which sites have a signal, how many chance alone would give, and what was decided."""
import math
from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from dashboard import french
from dashboard.access import Person, may
from dashboard.bulletin import because, month_of
from dashboard.indicators import BY_CODE
from dashboard.panel import Panel, day, table, words
from dashboard.period import today
from dashboard.signals import CHARTED, FOLLOWED, SKEWED, Signal
from dashboard.statistics import alarms, sentences
from dashboard.statistics.variation import Variation
from dashboard.ui import bulletin, errors, filters, follow, panels, record, session, show, store

SEEN_AFTER = 3  # points after a decision before anything is said of it
ORDER = {Variation.CONCERN: 0, Variation.IMPROVEMENT: 1, Variation.NEUTRAL: 2}


def followed(person: Person, sites: pd.DataFrame, codes: Sequence[str] = FOLLOWED) -> list[tuple[str, Signal]]:
    """(site name, signal) of every followed series of these sites."""
    names = dict(zip(sites["code"], sites["name"], strict=True))
    found = follow.signals(person, list(names))
    return [(names[scope], found[scope][code]) for scope in names for code in codes]


def budget(person: Person, sites: pd.DataFrame, codes: Sequence[str] = FOLLOWED) -> tuple[int, alarms.Budget]:
    """How many signals these series have, and how many chance alone would give."""
    series = [s for _, s in followed(person, sites, codes) if s.chart is not None]
    return sum(s.found for s in series), alarms.budget([s.chart.points[-1] for s in series], [s.kind for s in series],
                                                       [s.indicator in SKEWED for s in series])


def budget_line(person: Person, sites: pd.DataFrame, codes: Sequence[str] = FOLLOWED) -> str:
    """The same in a sentence."""
    return sentences.alert_budget(*budget(person, sites, codes))


def against_chance(person: Person, sites: pd.DataFrame) -> str:
    """The same in a few words, for a headline."""
    found, chance_alone = budget(person, sites)
    low, high = math.floor(chance_alone.expected), math.ceil(chance_alone.expected)
    of = french.number(high) if low == high else f"{french.number(low)} à {french.number(high)}"
    return f"{french.plural(found, 'signal', 'signaux')} en tout, le hasard seul en donnerait {of}"


def listing(person: Person, sites: pd.DataFrame) -> list[tuple[str, Signal]]:
    """The signals of these sites, alerts first, then alphabetically."""
    found = [(name, s) for name, s in followed(person, sites) if s.found]
    return sorted(found, key=lambda pair: (ORDER[pair[1].variation], french.alphabetical(pair[0]), pair[1].indicator))


def signals(person: Person, sites: pd.DataFrame) -> Panel:
    """The signals of these sites as a table."""
    title, found = "Centres qui ont un signal", listing(person, sites)
    if not found:
        return Panel("signaux", title, message="Aucun signal ce mois-ci parmi les séries suivies.")
    rows = [(words(name), words(BY_CODE[s.indicator].short), words(sentences.VARIATIONS[s.variation]), words(month_of(s)),
             words(because(s)), words(sentences.ASSURANCES[s.assurance])) for name, s in found]
    columns = (("Centre", ""), ("Indicateur", ""), ("Signal", ""), ("Point", ""), ("Pourquoi", ""), ("Cible", ""))
    if all(s.target is None for _, s in found):  # a column of « sans cible » says nothing
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return Panel("signaux", title, table=table(columns, rows))


def chance(person: Person, sites: pd.DataFrame) -> None:
    """What the rule finds and what it misses, for the series at hand."""
    points = [s.chart.points[-1] for _, s in followed(person, sites) if s.chart is not None]
    row = alarms.rate(min(max(points, default=0), 60)) if points else None
    if row is None:
        return
    with st.expander("Ce que vaut un signal"):
        st.markdown(f"""
- {sentences.power(row)}
- Un signal dit que le mois sort de ce que ce centre fait d'habitude. Il ne dit pas pourquoi, ni que c'est grave.
- Sans signal, il n'y a rien à expliquer : chercher la cause d'une variation ordinaire fait perdre du temps.
- Les limites sont provisoires et recalculées jusqu'à 24 points, puis fixées ; elles ne repartent que pour une raison datée.
- Les attentes sont des minutes entières : les limites ne descendent pas sous cette précision.
- Simulation de cette règle exacte, répétée {french.number(row.draws)} fois : `python -m dashboard.statistics.alarms`.
""")


def chart(person: Person, question: store.Question, sites: pd.DataFrame) -> None:
    """The control chart of one series: of a site, or of the question's whole. The choice is in the address, so that a
    line of the bulletin can link to it."""
    st.header("Mois par mois", anchor=False)
    whole = bulletin.in_words(question.department, question.kind)
    scopes = {"": f"{whole[:1].upper()}{whole[1:]}", **dict(zip(sites["code"], sites["name"], strict=True))}
    left, right = st.columns(2)
    site = _choice(left, "centre", scopes)
    code = _choice(right, "indicateur", {c: BY_CODE[c].label for c in CHARTED})
    asked = store.Question(question.first, question.last, site=site) if site else question
    show.panel(panels.by_month(person, asked, code, "serie"))


def _choice(where, name: str, options: dict[str, str]) -> str:
    """A filter of the address, chosen here among some of its values."""
    key = f"serie_{name}"
    held = filters.value(name)
    st.session_state[key] = held if held in options else next(iter(options))
    return where.selectbox(filters.NAMES[name], list(options), format_func=options.get, key=key, label_visibility="collapsed",
                           on_change=lambda: filters.choose(name, st.session_state[key]))


def decisions(person: Person, question: store.Question, sites: pd.DataFrame) -> Panel:
    """The decisions already taken, the newest first, and what the months since say of each."""
    names = dict(zip(sites["code"], sites["name"], strict=True))
    if not question.site:
        names |= {d: d for d in sites["department"]}
    if not (question.department or question.site):
        names["nation"] = "Le réseau"
    taken = [d for d in reversed(follow.decisions(person)) if d[2] in names]
    if not taken:
        return Panel("decisions", "Décisions", message="Aucune décision notée.")
    known = follow.signals(person, {d[2] for d in taken})
    rows = [(day(on), words(names[scope]), words(BY_CODE[i].short), words(what), words(who), day(due),
             words(judged(known.get(scope, {}).get(i), on))) for _, i, scope, on, who, what, due in taken]
    columns = (("Décidé le", "day"), ("Sur", ""), ("Indicateur", ""), ("Quoi", ""), ("Qui", ""), ("Pour le", "day"),
               ("Depuis", ""))
    return Panel("decisions", "Décisions", table=table(columns, rows), caption="« Depuis » : ce que disent les mois commencés"
                 f" après la décision ; trop tôt avant {SEEN_AFTER} points.")


def judged(found: Signal | None, on: date) -> str:
    """What the points since a decision say: signal, no signal, or too early to tell."""
    after = [i for i, m in enumerate(found.months) if m > on and found.values[i] is not None] if found else []
    if found is None or found.chart is None or len(after) < SEEN_AFTER:
        return "trop tôt"
    return "signal" if any(found.chart.side[i] for i in after) else "pas de signal"


def decide(person: Person, found: list[tuple[str, Signal]]) -> None:
    """Answer an alert with a decision."""
    if not found or not may(person, "decide"):
        return
    series = {(s.scope, s.indicator): f"{name} : {BY_CODE[s.indicator].label}" for name, s in found}
    with st.expander("Noter une décision"), st.form("decision", border=False):
        st.selectbox("Sur quel signal", list(series), format_func=series.get, key="decision_sur")
        st.text_input("Ce qui est décidé", max_chars=500, key="decision_quoi")
        left, right = st.columns(2)
        left.text_input("Qui (une fonction, pas un nom)", max_chars=120, key="decision_qui")
        right.date_input("Pour le", value=None, format="DD/MM/YYYY", min_value=today(), key="decision_pour")
        st.form_submit_button("Noter", on_click=_keep)
    record.said("decision")


@errors.said_plainly()  # called between two runs, where nothing else catches
def _keep() -> None:
    """Write the decision before the page runs, so that table and chart have it; what was typed stays if refused."""
    typed = st.session_state
    scope, code = typed["decision_sur"]
    with record.telling("decision", "La décision est notée ; elle figure sur la carte de contrôle de la série."):
        record.decide(session.person(), code, scope, typed["decision_qui"], typed["decision_quoi"], typed["decision_pour"],
                      today())
        typed["decision_qui"] = typed["decision_quoi"] = ""
        typed["decision_pour"] = None
        filters.choose("centre", scope)
        filters.choose("indicateur", code)
