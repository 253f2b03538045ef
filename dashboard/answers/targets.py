"""Targets: data with a date and a source. None is invented; without one a figure says « sans cible »."""

from collections.abc import Mapping, Sequence
from datetime import date

from dashboard import french
from dashboard.answers import control_charts
from dashboard.answers.context import View, cached
from dashboard.answers.control_charts import Target
from dashboard.answers.network import sites
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from dashboard.judgement.signals import Signal
from dashboard.panel import Cell, Message, Panel, day_cell, make_table, text_cell
from dashboard.statistics import sentences
from dashboard.statistics.variation import Assurance
from dashboard.wording import value_with_unit

IN_FORCE = "en vigueur"


@cached
def scopes(view: View) -> Mapping[str, str]:
    """The scopes for which a target may be set, and their labels: the network, departments, sites."""
    places = sites(view)
    return {
        "nation": "Tout le réseau",
        **{d: d for d in sorted({p.department for p in places})},
        **{p.code: p.name for p in places},
    }


@cached
def visible_targets(view: View) -> tuple[Target, ...]:
    """The targets of scopes that may be seen, the newest first."""
    return tuple(
        sorted(
            (t for t in control_charts.targets(view) if t[1] in scopes(view)),
            key=lambda t: t[3],
            reverse=True,
        )
    )


@cached
def targets_panel(view: View) -> Panel:
    """A panel of the targets, as a table."""
    targets, names = visible_targets(view), scopes(view)
    if not targets:
        return Panel(
            "cibles",
            "Cibles",
            Message("Aucune cible n'est fixée : rien n'est comparé à une cible."),
        )
    rows = [
        (
            text_cell(label(i)),
            text_cell(names[s]),
            Cell(value_with_unit(BY_CODE[i], v) if i in BY_CODE else str(v), v),
            day_cell(d),
            text_cell(_state((i, s, v, d, source, by), targets, view.snapshot.day)),
            text_cell(source),
            text_cell(by or "—"),
        )
        for i, s, v, d, source, by in targets
    ]
    return Panel(
        "cibles",
        "Cibles",
        table=make_table(
            (
                ("Indicateur", ""),
                ("Périmètre", ""),
                ("Cible", "mixed"),
                ("À partir du", "day"),
                ("État", ""),
                ("Source", ""),
                ("Fixée par", ""),
            ),
            rows,
        ),
    )


@cached
def of_department_in_words(view: View, question: Question) -> str:
    """« Cible : attente médiane, 15 min (cible atteinte régulièrement ; 12 min en novembre 2026). » of the own targets of the
    question's only department that are in force; "" without one."""
    every, day, home = visible_targets(view), view.snapshot.day, question.department
    found = [
        one
        for one in every
        if one[1] == home and one[0] in BY_CODE and _state(one, every, day) == IN_FORCE
    ]
    if home is None or not found:
        return ""
    judged = control_charts.signals(view, [home], question.last).get(home, {})
    each = [
        f"{french.lower_first(label(code))}, {value_with_unit(BY_CODE[code], aim)}{_whether_met(judged.get(code))}"
        for code, _, aim, *_ in found
    ]
    of = "Cible" if len(each) == 1 else "Cibles"
    return f"{of}{french.SPACE}: {f'{french.SPACE}; '.join(each)}."


def _whether_met(one: Signal | None) -> str:
    """« (cible atteinte régulièrement ; 12 min en novembre 2026) », with a space before it: whether a target is met, as on the
    control chart; "" where that does not follow it."""
    if one is None or one.assurance == Assurance.NO_TARGET:
        return ""
    said = [sentences.ASSURANCES[one.assurance]]
    if one.displayed_value is not None:
        value = value_with_unit(BY_CODE[one.indicator], one.displayed_value)
        said.append(f"{value} {one.month_in_words}")
    return f" ({f'{french.SPACE}; '.join(said)})"


def label(code: str) -> str:
    """The label of an indicator; its code where it no longer exists."""
    return BY_CODE[code].label if code in BY_CODE else code


def words_of(target: Target, names: Mapping[str, str]) -> str:
    """A target in a list: « Attente médiane, Zou, 01/06/2025 »."""
    return f"{label(target[0])}, {names[target[1]]}, {french.date_short(target[3])}"


def _state(one: Target, targets: Sequence[Target], today: date) -> str:
    """« en vigueur », or that it is to come or replaced by a later target of the same series."""
    if one[3] > today:
        return "à venir"
    later = any((i, s) == one[:2] and one[3] < d <= today for i, s, _, d, *_ in targets)
    return "remplacée" if later else IN_FORCE
