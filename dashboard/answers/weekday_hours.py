"""When people come to one site and when they wait longest, by weekday and hour, over a year at most."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from dashboard import charts, french
from dashboard.answers import quality_checks
from dashboard.answers.context import View, cached, uncached
from dashboard.answers.lost_time import known_part
from dashboard.answers.network import time_of_visits
from dashboard.answers.question import Question
from dashboard.answers.trust import trust_line
from dashboard.answers.waits import FEWEST_VISITS, TOO_FEW, hourly_load, weekdays_by_hours
from dashboard.charts.hour_grid import HourCell
from dashboard.indicators import BY_CODE
from dashboard.judgement.peak_hours import Peak, busiest_hours, longest_waits
from dashboard.panel import Cell, Chart, Message, Panel, Table, count_cell, make_table, text_cell
from dashboard.period import ONE_DAY, add_months
from dashboard.statistics.intervals import quantile_interval
from dashboard.statistics.quantile import quantile
from dashboard.wording import value_with_unit
from db.weekday_waits import weekday_waits

S = french.SPACE
MONTHS = 12  # that are read at most
LEAST = 0.05  # users in an hour: fewer would be written 0,0
EVERY_DAY = 7  # the row of all weekdays together
ROWS = (*french.WEEKDAYS, "tous les jours")
WAIT = BY_CODE["wait_p50"]
ARRIVALS, WAITS = "Quand viennent les usagers", "Quand on attend"
NO_VISITS = "Aucune donnée sur cette période."
NO_HOURS = "Les heures d'arrivée ne sont pas notées ici : l'affluence par heure est non mesurée."
NO_WAITS = (
    "L'attente n'est pas mesurée ici : les registres ne portent pas d'heure d'arrivée et d'appel."
)
FEW_WAITS = "Trop peu d'attentes sur cette période pour dire à quelle heure on attend le plus."
PER_DAY = "Usagers qui arrivent dans l'heure, par jour d'ouverture"
MEDIAN = "Attente médiane de qui arrive dans l'heure, en minutes"
HOW_ARRIVALS = (
    f"Une heure est dite la plus chargée à partir de {FEWEST_VISITS} visites{S}; celles qui ne s'en écartent pas plus que par"
    " hasard sont dites avec elle. Les visites sans heure d'arrivée n'y sont pas."
)
HOW_WAITS = (
    "Compté sur les lignes du registre de ce centre, de l'arrivée à l'appel, sur un an au plus. Les heures que la marge d'erreur"
    f" (à 95{S}%) ne sépare pas de la plus longue sont dites avec elle."
)


@dataclass(frozen=True)
class WaitGrid:
    """The waits of a site: medians in minutes (-1 where nobody waited) and how many waits, by weekday and hour, (8, 24), the
    last row of all weekdays; the interval of each hour's median, (24,), endless where so few waits give no end."""

    medians: np.ndarray
    counts: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def is_known(self) -> np.ndarray:
        """Where there are enough waits for a median, (8, 24)."""
        enough: np.ndarray = self.counts >= WAIT.minimum
        return enough

    @property
    def longest(self) -> Peak | None:
        """The hours at which people wait longest; None where too few waited to tell."""
        known = self.is_known[EVERY_DAY]
        return longest_waits(self.medians[EVERY_DAY], known, self.low, self.high)


@dataclass(frozen=True)
class _Grid:
    """The rows (weekdays) and hours that a site's grids have, the same for both."""

    rows: tuple[int, ...]
    hours: tuple[int, ...]

    def cells(
        self, cell: Callable[[int, int], tuple[float | None, str, str]], strong: int | None
    ) -> list[HourCell]:
        """The cells to be drawn. cell: of a row and an hour, its value, text and words; strong: the hour of all days to bring
        out."""
        return [
            HourCell(ROWS[row], hour, *cell(row, hour), row == EVERY_DAY and hour == strong)
            for row in self.rows
            for hour in self.hours
        ]

    def table(
        self, columns: tuple[tuple[str, str], ...], cells: Callable[[int, int], tuple[Cell, ...]]
    ) -> Table:
        """The table of the same, all days first."""
        return make_table(
            (("Jour", ""), ("Heure", ""), *columns),
            [
                (text_cell(ROWS[row]), text_cell(f"{hour}{S}h"), *cells(row, hour))
                for row in (EVERY_DAY, *self.rows[:-1])
                for hour in self.hours
            ],
        )


@uncached
def year_at_most(view: View, question: Question) -> Question:
    """The question up to the date of the data; of a longer period the last MONTHS."""
    asked = known_part(view, question)
    return replace(asked, first=max(asked.first, add_months(asked.last + ONE_DAY, -MONTHS)))


@cached
def wait_grid(view: View, question: Question) -> WaitGrid:
    """The waits of the question's site, counted from its register's rows. question: of a year at most."""
    site, service = question.site or "", view.network.service_id(question.service)
    found = view.read(
        lambda connection: weekday_waits(
            connection, site, view.sites(question), question.first, question.last, service
        )
    )
    rows = np.concatenate((found, found.sum(axis=0, keepdims=True)))
    ends = [
        quantile_interval(hour, 0.5) if hour.any() else (None, None) for hour in rows[EVERY_DAY]
    ]
    return WaitGrid(
        quantile(rows, 0.5),
        rows.sum(axis=2),
        np.array([-np.inf if low is None else low for low, _ in ends]),
        np.array([np.inf if high is None else high for _, high in ends]),
    )


@cached
def arrivals(view: View, question: Question, key: str) -> Panel:
    """A panel of the users who come in an hour of an open day, by weekday and hour."""
    asked = year_at_most(view, question)
    if missing := _nothing(view, asked):
        return Panel(key, ARRIVALS, Message(missing))
    load, grid = hourly_load(view, asked), _axes(view, asked)
    visits = np.concatenate((load.visits, load.visits.sum(axis=0, keepdims=True)))
    days = np.append(load.weekday_count, load.weekday_count.sum())
    rates = visits / np.maximum(days, 1)[:, None]
    peak = busiest_hours(visits[EVERY_DAY], FEWEST_VISITS)

    def said(row: int, hour: int) -> tuple[float | None, str, str]:
        rate, n = _rate(rates[row, hour]), int(visits[row, hour])
        of = f"{french.plural(n, 'visite')} en {french.days(int(days[row]))}"
        return float(rates[row, hour]), rate, f"{rate} ({of})"

    return Panel(
        key,
        ARRIVALS,
        Chart(
            charts.hour_grid(
                grid.cells(said, _strong(peak)), "Usagers dans l'heure", tinted=_is_clear(peak)
            )
        ),
        table=grid.table(
            (("Usagers dans l'heure", "rate"), ("Visites", "count"), ("Jours ouverts", "count")),
            lambda row, hour: (
                Cell(_rate(rates[row, hour]), float(rates[row, hour])),
                count_cell(visits[row, hour]),
                count_cell(days[row]),
            ),
        ),
        alt=f"{PER_DAY}, par jour de la semaine et heure d'arrivée.",
        caption=f"{PER_DAY}, {time_of_visits(view, asked)}.",
        finding=_doubted(_busiest_in_words(peak, rates[EVERY_DAY], visits[EVERY_DAY]), view, asked),
        reading=PER_DAY,
        trust_line=f"{trust_line(view, asked, 'visits')}. {HOW_ARRIVALS}",
    )


@cached
def waits(view: View, question: Question, key: str) -> Panel:
    """A panel of the median wait of those who come in an hour, by weekday and hour."""
    asked = year_at_most(view, question)
    if missing := _nothing(view, asked):
        return Panel(key, WAITS, Message(NO_WAITS if missing == NO_HOURS else missing))
    found, grid = wait_grid(view, asked), _axes(view, asked)
    if not found.counts.any():
        return Panel(key, WAITS, Message(NO_WAITS))
    medians, counts, known, peak = found.medians, found.counts, found.is_known, found.longest

    def said(row: int, hour: int) -> tuple[float | None, str, str]:
        n = french.plural(int(counts[row, hour]), "attente")
        if not known[row, hour]:
            return None, "–", f"trop peu ({n})" if counts[row, hour] else "aucune attente"
        minutes = float(medians[row, hour])
        return minutes, french.number(minutes), f"{value_with_unit(WAIT, minutes)} ({n})"

    def cells(row: int, hour: int) -> tuple[Cell, ...]:
        minutes = float(medians[row, hour])
        value = (
            Cell(value_with_unit(WAIT, minutes), minutes)
            if known[row, hour]
            else Cell("trop peu de cas" if counts[row, hour] else "—")
        )
        return value, count_cell(counts[row, hour])

    return Panel(
        key,
        WAITS,
        Chart(
            charts.hour_grid(
                grid.cells(said, _strong(peak)), "Attente médiane", tinted=_is_clear(peak)
            )
        ),
        table=grid.table((("Attente médiane", "minutes"), ("Attentes", "count")), cells),
        alt=f"{MEDIAN}, par jour de la semaine.",
        caption=f"{MEDIAN}, {time_of_visits(view, asked)}. «{S}–{S}»{S}: moins de {WAIT.minimum} attentes.",
        finding=_doubted(
            _longest_in_words(peak, medians[EVERY_DAY], counts[EVERY_DAY]), view, asked
        ),
        reading=MEDIAN,
        trust_line=f"{trust_line(view, asked, 'wait_p50')}. {HOW_WAITS}",
    )


def _doubted(finding: str, view: View, asked: Question) -> str:
    """The finding, in place of which it is said where a form wrote the hours of arrival."""
    return french.upper_first(quality_checks.doubt(view, asked, WAIT.code)) or finding


def _nothing(view: View, asked: Question) -> str:
    """Why neither grid can be drawn; "" where they can."""
    if asked.last < asked.first:
        return NO_VISITS
    counted = weekdays_by_hours(view, asked)
    if not counted.any():
        return NO_VISITS
    return "" if counted[:, :24].any() else NO_HOURS


def _axes(view: View, asked: Question) -> _Grid:
    """The weekdays and hours at which anybody came: working days, and hours between the first and the last."""
    counted = weekdays_by_hours(view, asked)[:, :24]
    hours = np.flatnonzero(counted.any(axis=0)).tolist()
    days = [day for day in range(7) if day < 5 or counted[day].any()]
    return _Grid((*days, EVERY_DAY), tuple(range(hours[0], hours[-1] + 1)))


def _undecided(
    does: str, peak: Peak, cases: np.ndarray, value: Callable[[int], str], noun: str
) -> str:
    """What is said where too many hours may be the highest: which are clearly lower, or that none is. does: what people do;
    cases: by hour, of all days, (24,); value: of an hour, in words; noun: what is compared."""
    highest = value(peak.hour)
    if peak.is_alone:
        enough = "qui a assez de cas" if (cases > 0).sum() > 1 else "connue"
        return f"À {peak.hour}{S}h, seule heure {enough}{S}: {highest}"
    if lower := peak.lower_in_words(value):
        return f"On {does} moins {lower}"
    if peak.is_clear:
        others = len(peak.near) - 1
        return f"On {does} le plus à {peak.hour}{S}h, à peine plus qu'à {others} autres heures{S}: {highest}"
    return f"Pas de différence nette {noun} entre les heures"


def _rate(users: float) -> str:
    """« 0,9 »; of some, but hardly any, « < 0,1 »."""
    return f"<{S}0,1" if 0 < users < LEAST else french.number(users, 1)


def _strong(peak: Peak | None) -> int | None:
    """The hour to bring out; None where none stands out."""
    return peak.hour if peak and peak.stands_out else None


def _is_clear(peak: Peak | None) -> bool:
    """Whether the hours differ by more than chance."""
    return peak is not None and peak.is_clear


def _busiest_in_words(peak: Peak | None, rates: np.ndarray, visits: np.ndarray) -> str:
    """« On vient surtout entre 9 h et 11 h, le plus à 10 h : 0,9 usager dans l'heure ». rates, visits: of all days, (24,)."""
    if peak is None:
        return TOO_FEW.rstrip(".")

    def users(hour: int) -> str:
        rate = float(rates[hour])
        return f"{french.number(rate, 1)}{S}{'usager' if rate < 2 else 'usagers'} dans l'heure"

    if not peak.stands_out:
        return _undecided("vient", peak, visits, users, "d'affluence")
    return f"On vient surtout {peak.in_words}{S}: {users(peak.hour)}"


def _longest_in_words(peak: Peak | None, medians: np.ndarray, waits: np.ndarray) -> str:
    """« On attend le plus à 9 h : un usager sur deux y attend 22 min ou plus ». medians, and the numbers of waits: of all days,
    (24,)."""
    if peak is None:
        return FEW_WAITS.rstrip(".")

    def half(hour: int) -> str:
        return value_with_unit(WAIT, float(medians[hour]))

    if not peak.stands_out:
        said = _undecided("attend", peak, waits, half, "d'attente")
        shortest = min(peak.near, key=lambda hour: float(medians[hour]))
        if not peak.lower or medians[shortest] >= min(medians[hour] for hour in peak.lower):
            return said
        return f"{said}{S}; à {shortest}{S}h, {half(shortest)}, mais trop peu d'attentes pour en être sûr"
    return (
        f"On attend le plus {peak.in_words}{S}: un usager sur deux attend {half(peak.hour)} ou plus"
    )
