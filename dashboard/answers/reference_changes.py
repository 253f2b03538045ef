"""What a change of reference data would change on pages: figures of the last twelve months, which sites are silent, and signals
of past months.

Before: `dashboard.answers.figures`, `dashboard.answers.network`. After: `dashboard.actions.reference`.
"""

import re
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import Connection

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.answers.context import View, view
from dashboard.answers.figures import overall_figures
from dashboard.answers.network import short_name, silences, usual_period
from dashboard.answers.question import Question
from dashboard.answers.signal_changes import signal_changes
from dashboard.indicators import INDICATORS, Figure
from dashboard.period import resolve_period
from dashboard.wording import shown_value
from db.network_state import load_network_state

DECIMALS = re.compile(r"\d,(\d+)")


def view_in(who: Person, connection: Connection) -> View:
    """A person's view of the data as a transaction has them, which nobody else sees."""
    now = view(who)
    # Days at a period's edges are read of the database as all see it.
    network = replace(load_network_state(connection, now.network), version=now.network.version)
    snapshot = replace(now.snapshot, version=f"{now.snapshot.version} {uuid4().hex}")
    return replace(now, snapshot=snapshot, network=network)


def shown_changes(before: View, after: View) -> list[str]:
    """What pages show otherwise in one state of the data than in another, a sentence each."""
    return [*_silences(before, after), *_figures(before, after), *_signals(before, after)]


def _signals(before: View, after: View) -> list[str]:
    """The signals of past months that are no longer there, or come to be, of the sites of which something is otherwise."""
    there = dict(
        zip((p.id for p in before.network.places), before.network.site_digests, strict=True)
    )
    now = zip((p.id for p in after.network.places), after.network.site_digests, strict=True)
    others = {number for number, digest in now if there.get(number) != digest}
    said = signal_changes(before, after, others, "Ceci")
    return [said] if said else []


def _silences(before: View, after: View) -> list[str]:
    then, now = (
        {code: (s.name, s.in_words) for code, s in silences(who).items()} for who in (before, after)
    )
    told = []
    for code in then.keys() | now.keys():
        name, was = then.get(code, ("", ""))
        name, says = now.get(code, (name, ""))
        if says and says != was:
            told.append(f"{name} : « {says} ».")
        elif was and not says:
            told.append(f"{name} n'est plus dit « {was} ».")
    return sorted(told, key=french.alphabetical)


def _figures(before: View, after: View) -> list[str]:
    """The figures whose words change, of the network and of each site that is another one: from the usual period's first day
    to the last of the data, and in the last month, which a year may hide."""
    known = before.network.known_until
    day = before.snapshot.day
    period = resolve_period(usual_period(before), known or day, day)
    if period is None or known is None:
        return []
    year, month = (
        Question(period.first, max(period.last, known)),
        Question(known.replace(day=1), known),
    )
    there = {place.id: place for place in before.network.places}
    others = [p for p in after.network.places if there.get(p.id, p) != p]
    told = []
    for asked in (year, month):
        since = french.month_label(asked.first)
        if asked is year:
            since = f"{since} à {french.month_label(asked.last)}"
        of_places = [("Réseau", asked)]
        of_places += [(short_name(p), asked.at_place(None, p.code)) for p in others]
        for name, question in of_places:
            told += [
                f"{name}, {since} : {words}" for words in _differences(before, after, question)
            ]
    return told


def _differences(before: View, after: View, question: Question) -> list[str]:
    """The figures of a question whose words change: « jours clôturés, 87 % → 92 % »."""
    then, now = (overall_figures(who, question) for who in (before, after))
    return [
        f"{french.lower_first(one.label)}, {shown_value(then[one.code])} → {shown_value(now[one.code])}."
        for one in INDICATORS
        if _is_other(then[one.code], now[one.code])
    ]


def _is_other(then: Figure, now: Figure) -> bool:
    """Whether a figure is shown otherwise, by more than its rounding."""
    was, says = shown_value(then), shown_value(now)
    if was == says or then.value is None or now.value is None:
        return was != says
    match = DECIMALS.search(says)
    decimals = len(match[1]) if match else 0
    return bool(abs(now.value - then.value) >= 0.5 * 0.1**decimals)
