"""How long people waited, and when they come."""

import numpy as np

from dashboard import charts, french
from dashboard.answers.figures import whole
from dashboard.answers.question import Question
from dashboard.answers.trust import strip
from dashboard.answers.view import View, answer
from dashboard.charts.visits import WEEKDAYS, wait_bins
from dashboard.panel import Chart, Message, Panel, count, table, words
from dashboard.settings import load
from dashboard.wording import shown
from db import facts


@answer
def histogram(view: View, question: Question) -> np.ndarray:
    """Histogram of waits by whole minute, shape (241,); the last bin is 240 and more."""
    return facts.histogram(view.facts(question))


@answer
def weekdays_by_hours(view: View, question: Question) -> np.ndarray:
    """Visits by weekday (0 = Monday) and hour, shape (7, 25); the last column is the unknown hour."""
    return facts.heat(view.facts(question))


@answer
def distribution(view: View, question: Question, key: str) -> Panel:
    """How long people waited: the distribution, and what it rests on."""
    title = "Répartition des attentes"
    figures, counted = whole(view, question), histogram(view, question)
    measured = int(counted.sum())
    if not figures["visits"].n:
        return Panel(key, title, Message("Aucune donnée sur cette période."))
    if not measured:
        return Panel(
            key,
            title,
            Message(
                "L'attente n'est pas mesurée ici : les registres ne portent pas d'heure d'arrivée et"
                " d'appel."
            ),
        )
    spec = charts.distribution(
        counted,
        threshold=load().wait_threshold_minutes,
        median=figures["wait_p50"].value,
        p90=figures["wait_p90"].value,
    )
    rows = [(words(label), count(n)) for _, _, label, n in wait_bins(counted)]
    share = 100 * measured / max(figures["visits"].n, 1)
    values = {
        code: shown(figures[code])
        for code in ("wait_p50", "wait_p90", "left")
        if figures[code].value is not None
    }
    caption = (
        f"{french.plural(measured, 'attente mesurée', 'attentes mesurées')}, soit {french.percent(share)} des visites."
        + (
            f" La moitié des usagers reçus ont attendu {values['wait_p50']} ou moins."
            if "wait_p50" in values
            else ""
        )
        + (f" 9 sur 10 ont attendu {values['wait_p90']} ou moins." if "wait_p90" in values else "")
        + (f" {values['left']} sont partis sans être reçus." if "left" in values else "")
        + " L'attente va de l'arrivée à l'appel ; ceux qui partent n'ont pas d'attente."
    )
    return Panel(
        key,
        title,
        Chart(spec),
        table=table((("Attente", ""), ("Usagers", "count")), rows),
        caption=caption,
        alt="Répartition des attentes en tranches de cinq minutes.",
        strip=strip(view, question, "wait_p50"),
    )


@answer
def heat(view: View, question: Question, key: str) -> Panel:
    """When people come: weekday by hour."""
    title, matrix = "Quand viennent les usagers", weekdays_by_hours(view, question)
    if not int(matrix.sum()):
        return Panel(key, title, Message("Aucune donnée sur cette période."))
    if not int(matrix[:, :24].sum()):
        return Panel(
            key,
            title,
            Message(
                "Les heures d'arrivée ne sont pas notées ici : l'affluence par heure est non mesurée."
            ),
        )
    hours = np.flatnonzero(matrix[:, :24].sum(axis=0))
    rows = [
        (words(WEEKDAYS[d]), *(count(int(matrix[d, h])) for h in hours))
        for d in range(7)
        if matrix[d].sum()
    ]
    unknown = int(matrix[:, 24].sum())
    d, h = np.unravel_index(int(matrix[:, :24].argmax()), (7, 24))
    finding = (
        f"L'heure la plus chargée{french.SPACE}: {WEEKDAYS[d]}, de {h} h à {h + 1} h"
        f" ({french.plural(int(matrix[d, h]), 'visite')} en tout)"
    )
    return Panel(
        key,
        title,
        Chart(charts.heat_map(matrix)),
        finding=finding,
        alt="Visites par jour de la semaine et heure d'arrivée.",
        table=table((("Jour", ""), *((f"{h} h", "count") for h in hours)), rows),
        caption=f"{french.plural(unknown, 'visite')} sans heure d'arrivée n'y figurent pas."
        if unknown
        else "",
        strip=strip(view, question, "visits"),
    )
