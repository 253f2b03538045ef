"""How long people waited, and when they come."""

from dataclasses import dataclass

import numpy as np

from dashboard import charts, french
from dashboard.answers.context import View, cached
from dashboard.answers.figures import overall_figures
from dashboard.answers.network import sites
from dashboard.answers.question import Question
from dashboard.answers.trust import trust_line
from dashboard.charts.visits import TENS, wait_bins
from dashboard.judgement.peak_hours import busiest_hours, clearly_lower
from dashboard.panel import Cell, Chart, Message, Panel, Table, count_cell, make_table, text_cell
from dashboard.period import month_number, month_numbers, weekdays
from dashboard.settings import load_settings
from dashboard.statistics.dispersion import homogeneity
from dashboard.statistics.sentences import SURE
from dashboard.wording import at_least, shown_value
from db import facts

S = french.SPACE
# Below these no hour is named the busiest: chance would choose it.
FEWEST_VISITS, FEWEST_DAYS = 30, 4
TOO_FEW = "Trop peu de visites sur cette période pour dire quelle heure est la plus chargée."
ALIKE, NO_DIFFERENCE = (
    "sans différence nette entre jours",
    "Pas de différence nette entre jours et heures",
)


@cached
def histogram(view: View, question: Question) -> np.ndarray:
    """The histogram of waits by whole minute, (241,); the last bin is 240 minutes and more."""
    return facts.histogram(view.facts(question))


@cached
def weekdays_by_hours(view: View, question: Question) -> np.ndarray:
    """Visits by weekday (0 = Monday) and hour, (7, 25); the last column is the unknown hour."""
    return facts.heat(view.facts(question))


@cached
def distribution(view: View, question: Question, key: str) -> Panel:
    """A panel of the distribution of waits."""
    title = "Répartition des attentes"
    figures, counted = overall_figures(view, question), histogram(view, question)
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
        threshold=load_settings().wait_threshold_minutes,
        median=figures["wait_p50"].value,
        p90=figures["wait_p90"].value,
    )
    rows = [(text_cell(label), count_cell(n)) for _, _, label, n in wait_bins(counted)]
    share = 100 * measured / max(figures["visits"].n, 1)
    p50, p90, left = (figures[code] for code in ("wait_p50", "wait_p90", "left"))
    finding = ""
    if p50.value is not None:
        finding = f"La moitié des usagers reçus ont attendu {shown_value(p50)} ou moins"
        if p90.value is not None:
            finding += f"{S}; 9 sur 10, {shown_value(p90)} ou moins"
    known = " connues" if at_least(figures["visits"]) else ""
    gone = "" if left.value is None else "Aucun n'est noté parti sans être reçu."
    if left.value:
        gone = f"{shown_value(left)} sont partis sans être reçus."
    caption = (
        f"{french.plural(measured, 'attente mesurée', 'attentes mesurées')}, soit {french.percent(share)} des visites{known}.",
        gone,
        f"En foncé{S}: {load_settings().wait_threshold_minutes}{S}minutes ou moins.",
        "L'attente va de l'arrivée à l'appel ; ceux qui partent n'ont pas d'attente.",
    )
    return Panel(
        key,
        title,
        Chart(spec),
        table=make_table((("Attente", ""), ("Usagers", "count")), rows),
        caption=" ".join(filter(None, caption)),
        finding=finding,
        alt="Répartition des attentes en tranches de cinq minutes.",
        trust_line=trust_line(view, question, "wait_p50"),
    )


@dataclass(frozen=True)
class HourlyLoad:
    """When people come to an open site. visits: by weekday (0 = Monday) and hour, (7, 24); weekday_count: open site-days of
    each weekday on which hours were noted, (7,)."""

    visits: np.ndarray
    weekday_count: np.ndarray

    @property
    def rates(self) -> np.ndarray:
        """Users per hour at one site, (7, 24)."""
        rates: np.ndarray = self.visits / np.maximum(self.weekday_count, 1)[:, None]
        return rates

    @property
    def busiest(self) -> tuple[int, int] | None:
        """The weekday and hour at which most people come; None where there are too few visits to tell."""
        enough = (self.visits >= FEWEST_VISITS) & (self.weekday_count >= FEWEST_DAYS)[:, None]
        if not enough.any():
            return None
        day, hour = np.unravel_index(int(np.where(enough, self.rates, -1).argmax()), (7, 24))
        return int(day), int(hour)

    @property
    def is_clear(self) -> bool:
        """Whether that hour of the week is above all others by more than chance, which else chooses one of forty: above those
        too that have too few visits to be named."""
        if self.busiest is None:
            return False
        there = (self.visits > 0) & (self.weekday_count >= FEWEST_DAYS)[:, None]
        visits = np.where(there, self.visits, 0)
        lower = clearly_lower(visits, self.weekday_count, self.busiest)
        return int((there & ~lower).sum()) <= 1


@cached
def hourly_load(view: View, question: Question) -> HourlyLoad:
    """When people come, over the sites that note hours. A month in which a site noted the hour of fewer than half of its visits
    is left out, so that registers without hours do not make others look quiet."""
    scope, network = view.facts(question), view.network
    cut = scope.visits([scope.service_id])
    shape = (len(scope.rows), len(cut.months), 7, 25)
    heat = cut.counts("heat").sum(axis=1, dtype=np.int64).reshape(shape)
    if not heat.size:
        return HourlyLoad(np.zeros((7, 24), dtype=np.int64), np.zeros(7, dtype=np.int64))
    notes = heat[..., :24].any(axis=(1, 2, 3))
    noted = (2 * heat[..., 24].sum(axis=2) <= heat.sum(axis=(2, 3))) & notes[:, None]
    span = network.day_columns(question.first, scope.last)
    days = np.arange(span.start, span.stop) + network.origin
    site, day = np.nonzero(
        (network.register_visits[scope.rows, span] > 0) | network.has_closing[scope.rows, span]
    )
    # Closings may exist for months before the first and after the last visit.
    month = month_numbers(days)[day] - month_number(cut.months[0])
    known = (month >= 0) & (month < len(cut.months))
    kept = np.where(known, noted[site, np.where(known, month, 0)], notes[site])
    return HourlyLoad(
        np.where(noted[:, :, None, None], heat[..., :24], 0).sum(axis=(0, 1)),
        np.bincount(weekdays(days)[day[kept]], minlength=7),
    )


@cached
def heat(view: View, question: Question, key: str) -> Panel:
    """A panel of users per hour by weekday and hour, at an open site."""
    title, counted = "Quand viennent les usagers", weekdays_by_hours(view, question)
    if not int(counted.sum()):
        return Panel(key, title, Message("Aucune donnée sur cette période."))
    if not int(counted[:, :24].sum()):
        return Panel(
            key,
            title,
            Message(
                "Les heures d'arrivée ne sont pas notées ici : l'affluence par heure est non mesurée."
            ),
        )
    load = hourly_load(view, question)
    listed, busiest = _hours_table(load), load.busiest
    few_days = (load.weekday_count < FEWEST_DAYS).all()
    if few_days or busiest_hours(load.visits.sum(axis=0), FEWEST_VISITS) is None:
        return Panel(key, title, Message(TOO_FEW), table=listed)
    unknown, several = int(counted[:, 24].sum()), len(sites(view, question)) > 1
    caption = [
        f"Usagers qui arrivent dans l'heure{', dans un centre' if several else ''}, les jours d'ouverture."
    ]
    if unknown:
        caption.append(f"{french.plural(unknown, 'visite')} sans heure d'arrivée n'y figurent pas.")
    return Panel(
        key,
        title,
        Chart(charts.heat_map(load.rates)),
        finding=_busiest_in_words(load, busiest, several),
        alt="Usagers dans l'heure, par jour de la semaine et heure d'arrivée.",
        table=listed,
        caption=" ".join(caption),
        reading=caption[0].rstrip("."),
        trust_line=trust_line(view, question, "visits"),
    )


def _busiest_in_words(load: HourlyLoad, at: tuple[int, int] | None, several: bool) -> str:
    """« Le plus chargé : mardi, de 9 h à 10 h, 12 usagers par heure d'ouverture », where chance does not explain it.
    at: weekday, hour; None where no hour of the week has visits enough; several: the question has several sites."""
    if at is None or not load.is_clear:
        return _no_clear_hour(load)
    day, hour = at
    rate = float(load.rates[at])
    users = (
        f"{french.number(rate, 1 if rate < TENS else 0)}{S}{'usager' if rate < 2 else 'usagers'}"
    )
    where = "dans un centre ouvert" if several else "par heure d'ouverture"
    return f"Le plus chargé{S}: {french.WEEKDAYS[day]}, de {hour}{S}h à {hour + 1}{S}h, {users} {where}"


def _no_clear_hour(load: HourlyLoad) -> str:
    """« On vient surtout entre 9 h et 11 h, le plus à 10 h, sans différence nette entre jours », « …, plus le lundi que le
    vendredi »; where the hours of all days do not differ either, that; of the only hour that registers note, « À 8 h, seule
    heure connue »."""
    peak = busiest_hours(load.visits.sum(axis=0), FEWEST_VISITS)
    days = _days_in_words(load)
    if peak and peak.is_alone:
        return f"À {peak.hour}{S}h, seule heure connue, {days or ALIKE}"
    if peak and peak.stands_out:
        return f"On vient surtout {peak.in_words}, {days or ALIKE}"
    return f"Pas de différence nette entre heures{S}; on vient {days}" if days else NO_DIFFERENCE


def _days_in_words(load: HourlyLoad) -> str:
    """« plus le lundi que le vendredi »: the weekdays at which most and fewest people come, where chance hardly explains how
    weekdays differ; "" else."""
    enough = np.flatnonzero(load.weekday_count >= FEWEST_DAYS)
    visits, days = load.visits.sum(axis=1)[enough], load.weekday_count[enough]
    if not visits.sum() or homogeneity(visits, days, proportion=False) >= SURE:
        return ""
    rates = visits / days
    most, least = (french.WEEKDAYS[enough[at]] for at in (rates.argmax(), rates.argmin()))
    return f"plus le {most} que le {least}"


def _hours_table(load: HourlyLoad) -> Table:
    """The table of users per hour: a row for each hour, a column for each weekday."""
    rates = load.rates
    hours = np.flatnonzero(load.visits.sum(axis=0)).tolist()
    return make_table(
        (("Jour", ""), *((f"{h} h", "rate") for h in hours)),
        [
            (
                text_cell(french.WEEKDAYS[d]),
                *(Cell(french.number(rates[d, h], 1), float(rates[d, h])) for h in hours),
            )
            for d in range(7)
            if load.visits[d].sum()
        ],
    )
