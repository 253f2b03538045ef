"""The forecast of visits of the next months: with the interval that holds eight times in ten, and the error that it had so
far."""

import math
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from dashboard import charts, french
from dashboard.answers.context import View, cached, engine
from dashboard.answers.network import sites
from dashboard.answers.question import EVERYTHING, Question
from dashboard.panel import Cell, Chart, Message, Panel, make_table, month_cell
from dashboard.period import (
    Period,
    add_months,
    day_from_number,
    day_number,
    last_whole_month,
    month_end,
    months,
    weekdays,
)
from dashboard.statistics.forecast import FARTHEST, Backtest, Forecast, backtest, forecast
from dashboard.statistics.seasonal import HISTORY
from db.working_days import public_holidays

S = french.SPACE
TITLE = "Visites des prochains mois"
DRAWN = 24  # months behind
TRIED = 6  # months of the past that are forecast again
SATURDAY = 5
WIDER = "Plus un mois est loin, et plus les mois passés ont bougé, plus la bande est large."


@dataclass(frozen=True)
class Outlook:
    """Past visits of some sites and their forecast. months: first days, (n,); visits: (n,), over these sites; next_months:
    first days of the months forecast; working_days: of each, (6,); forecast: visits per open day; backtest: its errors on past
    months. sites: how many have the history needed, of all_sites; history: months of data of the site that has most."""

    months: tuple[date, ...]
    visits: np.ndarray
    next_months: tuple[date, ...]
    working_days: np.ndarray
    forecast: Forecast | None
    backtest: Backtest | None
    sites: int
    all_sites: int
    history: int

    def expected(self, n: int) -> tuple[float, float, float] | None:
        """The forecast visits of the n-th next month: middle, low, high; None where the history is too short."""
        if self.forecast is None or not np.isfinite(self.forecast.middle[0, n]):
            return None
        lines = (self.forecast.middle, self.forecast.lower80, self.forecast.upper80)
        middle, low, high = (float(line[0, n] * self.working_days[n]) for line in lines)
        return middle, low, high


@cached
def outlook(view: View, question: Question) -> Outlook:
    """The forecast of the question's sites, whatever its period, from the last whole month of the data on: all services
    together, over the sites that have all of the last 39 months."""
    network = view.network
    last = last_whole_month(network.known_until)
    first = day_from_number(network.origin)
    if first.day > 1:  # a month that began in the middle would look small
        first = add_months(first.replace(day=1), 1)
    starts = months(Period(first, last)) if first <= last else []
    ends = [month_end(m) for m in starts]
    spans = np.array([[day_number(a), day_number(b)] for a, b in zip(starts, ends, strict=True)])
    spans = spans.reshape(-1, 2)
    visits, days = (network.sum_between(name, spans).T.astype(float) for name in ("visits", "open"))
    per_day = np.divide(visits, days, out=np.full(visits.shape, np.nan), where=days > 0)
    per_day[per_day == 0] = np.nan  # a month without any visit is missing, not 0
    mine = np.array([network.row[p.id] for p in sites(view, question)], dtype=np.int64)
    seen = np.array([network.row[p.id] for p in sites(view, EVERYTHING)], dtype=np.int64)
    there = mine[np.isfinite(per_day[mine, -HISTORY:]).all(axis=-1)]
    enough = len(starts) >= HISTORY and len(there) > 0
    month_of = np.array([m.month for m in starts], dtype=np.int64)
    whole = per_day[there].sum(axis=0, keepdims=True)
    coming = [add_months(last.replace(day=1), n) for n in range(1, FARTHEST + 1)]
    known = np.isfinite(per_day[mine]).sum(axis=-1)
    return Outlook(
        tuple(starts),
        np.where(np.isfinite(per_day[there]), visits[there], np.nan).sum(axis=0),
        tuple(coming),
        _working_days(coming),
        forecast(whole, month_of, shared=per_day[seen]) if enough else None,
        backtest(whole, month_of, shared=per_day[seen], last=TRIED) if enough else None,
        len(there),
        len(mine),
        int(known.max()) if len(known) else 0,
    )


def _working_days(coming: list[date]) -> np.ndarray:
    """The number of weekdays (Monday to Friday) that are no public holiday, of each month, (6,)."""
    with engine().connect() as connection:
        holidays = public_holidays(connection, coming[0], month_end(coming[-1]))
    off = np.array([day_number(d) for d in holidays], dtype=np.int64)
    counts = []
    for m in coming:
        days = np.arange(day_number(m), day_number(month_end(m)) + 1)
        counts.append(int(((weekdays(days) < SATURDAY) & ~np.isin(days, off)).sum()))
    return np.array(counts)


@cached
def panel(view: View, question: Question, key: str) -> Panel:
    """A panel of past visits and their forecast, by month."""
    if question.service:
        return Panel(key, TITLE, Message("La prévision se fait toutes prestations ensemble."))
    # The same whatever the period: with a fixed one it is cached once.
    known = outlook(view, replace(question, first=EVERYTHING.first, last=EVERYTHING.last))
    if known.expected(0) is None:
        return Panel(key, TITLE, Message(_too_early(known)))
    sentence = _sentence(view, known)
    rows: list[tuple[date, float | None, tuple[float, float, float] | None, str]] = []
    listed: list[tuple[Cell, ...]] = []
    for m, v in list(zip(known.months, known.visits.tolist(), strict=True))[-DRAWN:]:
        counted = None if math.isnan(v) else v
        words = "—" if counted is None else french.number(counted)
        rows.append((m, counted, None, words))
        listed.append((month_cell(m), Cell(words, counted), Cell(""), Cell(""), Cell("")))
    for n, m in enumerate(known.next_months):
        if (ends := known.expected(n)) is None:
            continue
        # Drawn as it is: rounded to tens, one month doubled the one before.
        rows.append((m, None, ends, _in_words(ends)))
        rounded = [round(v, _digits(ends)) for v in ends]
        listed.append((month_cell(m), Cell(""), *(Cell(french.number(v), v) for v in rounded)))
    return Panel(
        key,
        TITLE,
        Chart(charts.forecast_line(rows, unit="Visites")),
        alt="Visites par mois, puis prévision des six prochains mois.",
        table=make_table(
            (
                ("Mois", "month"),
                ("Comptées", "count"),
                ("Prévues", "count"),
                ("Au moins, 8 fois sur 10", "count"),
                ("Au plus, 8 fois sur 10", "count"),
            ),
            listed,
        ),
        finding=sentence,
        caption=f"{sentence}. Selon la saison et la croissance des 24 derniers mois, si tout continue ainsi"
        f"{_sites_in_words(known)}. {WIDER}",
        reading="Trait plein : compté · tirets : prévu · bande : 8 fois sur 10",
        trust_line=_past_error_in_words(known),
    )


def _too_early(known: Outlook) -> str:
    """Why nothing is forecast."""
    return (
        f"Trop tôt pour prévoir{S}: {french.plural(known.history, 'mois', 'mois')} de données, il en faut {HISTORY}"
        " de suite."
    )


def _sentence(view: View, known: Outlook) -> str:
    """« Décembre 2026 : environ 3 100 visites, entre 2 800 et 3 400 huit fois sur dix », of the first month not begun."""
    as_of = view.network.as_of
    n = next((n for n, m in enumerate(known.next_months) if as_of is None or m > as_of), 0)
    ends = known.expected(n) or (0.0, 0.0, 0.0)
    return f"{french.upper_first(french.month_label(known.next_months[n]))}{S}: {_in_words(ends)}"


def _in_words(ends: tuple[float, float, float]) -> str:
    """« environ 3 100 visites, entre 2 800 et 3 400 huit fois sur dix ». ends: middle, low, high."""
    middle, low, high = (french.number(round(v, _digits(ends))) for v in ends)
    return f"environ {middle} visites, entre {low} et {high} huit fois sur dix"


def _digits(ends: tuple[float, float, float]) -> int:
    """How many digits to round to, as `round` takes it (negative: tens, hundreds): no finer than half the interval's width."""
    _, low, high = ends
    return -max(0, math.floor(math.log10(max((high - low) / 2, 1))))


def _sites_in_words(known: Outlook) -> str:
    """« ; sur les 20 centres (sur 24) qui ont 39 mois de données »; "" where all have."""
    if known.sites == known.all_sites:
        return ""
    return (
        f"{S}; sur les {french.plural(known.sites, 'centre')} (sur {known.all_sites}) qui ont {HISTORY} mois de données"
        if known.sites > 1
        else f"{S}; sur le seul centre (sur {known.all_sites}) qui a {HISTORY} mois de données"
    )


def _past_error_in_words(known: Outlook) -> str:
    """How wrong the same rule was over the last months, in sentences."""
    past = known.backtest
    if past is None or not past.months:
        return "Pas encore assez de mois pour dire de combien cette prévision se trompe."
    error = french.percent(100 * past.error, 1)
    which = f"Ces {past.months} derniers mois" if past.months > 1 else "Le dernier mois"
    within = round(past.inside80 * past.months)
    return (
        f"{which}, l'erreur était de {error} à un mois{S}; {within} sur {past.months} dans la bande. Prévu à chaque fois"
        " sans connaître la suite."
    )
