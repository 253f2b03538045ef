"""What a file changes of signals that were given: those that are there no longer, and those that come to be, in French."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from dashboard import french
from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import FOLLOWED, ControlChart
from dashboard.judgement.signals import Signal, rank
from dashboard.statistics.control_limits import NONE
from dashboard.statistics.variation import Variation

NAMED = 4  # signals of a sentence
# Of each signal: what it is once it is gone, and once it has come.
WORDS = {
    Variation.ALERT: ("l'alerte", "une alerte"),
    Variation.IMPROVEMENT: ("l'amélioration", "une amélioration"),
    Variation.NEUTRAL: ("le changement", "un changement"),
}
Charts = Mapping[str, Mapping[str, ControlChart]]
Key = tuple[str, str, date, int]  # a scope, an indicator, a month or quarter, a side


def changed_signals(before: Charts, after: Charts, names: Mapping[str, str], what: str) -> str:
    """« Ce fichier change ce qui était conclu de mois passés : l'alerte « Attente médiane » du CCSP de Covè en octobre 2025 n'y
    est plus. »; "" where nothing changes. before, after: of the same months; names: of the scopes; what: « Ce fichier »."""
    then, now = _given(before), _given(after)
    gone, come = then.keys() - now.keys(), now.keys() - then.keys()
    told = [
        *((then[key], f"{_named(then[key], names, 0)} n'y est plus") for key in gone),
        *((now[key], f"{_named(now[key], names, 1)} s'y ajoute") for key in come),
    ]
    if not told:
        return ""
    in_order = [words for _, words in sorted(told, key=lambda one: _order(one[0], names))]
    others = len(in_order) - NAMED
    more = [f"et {french.plural(others, 'autre signal', 'autres signaux')}"] if others > 0 else []
    said = f"{french.SPACE}; ".join([*in_order[:NAMED], *more])
    return f"{what} change ce qui était conclu de mois passés{french.SPACE}: {said}."


def _given(charts: Charts) -> dict[Key, Signal]:
    """The signals that were given of followed series; of one month by several ways to judge it, that of the series itself."""
    return {
        (scope, code, way.months[at], int(way.side[at])): Signal(way, at)
        for scope, of in charts.items()
        for code, chart in of.items()
        if code in FOLLOWED
        for way in (*chart.beside, chart)
        for at in np.flatnonzero(way.rule != NONE).tolist()
    }


def _named(one: Signal, names: Mapping[str, str], which: int) -> str:
    """« l'alerte « Attente médiane » du CCSP de Covè en octobre 2025 ». which: of WORDS."""
    name = names[one.scope]
    of = f"du {name}" if name.startswith(("CCSP", "GSRU")) else french.elide("de", name)
    label = french.bind_punctuation(f"« {BY_CODE[one.indicator].short} »")
    return f"{WORDS[one.variation][which]} {label} {of} {one.month_in_words}"


def _order(one: Signal, names: Mapping[str, str]) -> tuple[int, Sequence[int], str]:
    """The latest first, then the gravest."""
    latest = one.latest or date.min
    return -latest.toordinal(), rank(one), french.alphabetical(names[one.scope])
