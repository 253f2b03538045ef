"""What guests of a workshop may know of complaints: how many came in over twelve whole months, and how many of them were
answered in 30 days; by site, department, type of site. Nothing else of complaints reaches a guest: the ledger that he is
given has none (`View.book`).

A cell of 1 to 4 complaints is hidden, and as many others with it as it takes for no sum and no difference of what is shown
to give it back: sites are put together into blocks, and only sums of whole blocks are shown. The blocks are those of the
whole network, whoever asks, so that two guests together learn no more than one.

Before: `db.facts`. After: `dashboard.answers.figures`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from dashboard import french
from dashboard.answers.context import View, cached, engine, uncached
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE, INDICATORS, Breakdown, Figure
from dashboard.indicators.measures import DUE_DAYS
from dashboard.period import ONE_DAY, Period, add_months, month_end
from dashboard.wording import NOT_FOR_GUESTS
from db.codes import ALL
from db.facts import gather
from db.shared_types import Facts

LEAST = 5  # complaints in a cell that is shown
MONTHS = 12
# How many came in, how many of them were answered in time, and the same of those whose time is over: here, all.
RECEIVED = "complaints_per_1000"
FAST = "complaints_30d"
DUE = "complaints_30d_due"
SHOWN = (RECEIVED, FAST, DUE)
OTHERS = tuple(i.code for i in INDICATORS if i.register == "complaints" and i.code not in SHOWN)
PLACES = ("nation", "department", "site")
TOO_FEW = "non affiché aux invités : trop peu de plaintes, ici ou à côté"
Cells = tuple[int, ...]


Blocks = tuple[frozenset[str], ...]


@dataclass(frozen=True)
class DisclosurePlan:
    """The period that guests are told of, and the blocks: sets of sites' codes of which the number of complaints may be shown,
    and of which also how many were answered in 30 days."""

    period: Period
    received: Blocks
    answered: Blocks

    def shows(self, code: str, sites: frozenset[str]) -> bool:
        """Whether this indicator may be shown of these sites together: they take each block whole, or leave it."""
        among = self.received if code == RECEIVED else self.answered
        held = frozenset[str]().union(*among)
        return sites <= held and all(block <= sites or not block & sites for block in among)


def is_safe(cells: Iterable[int]) -> bool:
    """Whether none of the cells is of 1 to 4."""
    return all(cell == 0 or cell >= LEAST for cell in cells)


def safe_blocks(cells: Mapping[frozenset[str], Cells], homes: Mapping[str, str]) -> Blocks:
    """These sets of sites, put together so that the cells of each are safe: by itself where its own are; else with others of
    its department, as few as it takes; else with others of the country. What is too few even so is in none.

    cells: by set; homes: the department of each site."""
    found: list[frozenset[str]] = []
    left = frozenset[str]()
    for home in sorted(set(homes.values())):
        units = [unit for unit in cells if {homes[code] for code in unit} == {home}]
        safe, few = _together(units, cells)
        found, left = found + safe, left | few
    across = [unit for unit in cells if len({homes[code] for code in unit}) > 1]
    held = {unit: _sum(cells, unit) for unit in (*found, *across, *([left] if left else []))}
    return tuple(_together(list(held), held)[0])


def _together(
    units: list[frozenset[str]], cells: Mapping[frozenset[str], Cells]
) -> tuple[list[frozenset[str]], frozenset[str]]:
    """The safe ones, and the others as one with the smallest of the safe, as many as it takes; or what is still too few."""
    safe = sorted((u for u in units if is_safe(cells[u])), key=lambda u: (sum(cells[u]), sorted(u)))
    few = frozenset[str]().union(*(u for u in units if not is_safe(cells[u])))
    while few and not is_safe(_sum(cells, few)):
        if not (more := next((u for u in safe if any(cells[u])), None)):
            return safe, few
        safe.remove(more)
        few |= more
    return [*safe, *([few] if few else [])], frozenset()


def _sum(cells: Mapping[frozenset[str], Cells], sites: frozenset[str]) -> Cells:
    """Of the sets that lie in these sites."""
    inside = [cells[unit] for unit in cells if unit <= sites]
    return tuple(map(sum, zip(*inside, strict=True)))


@cached
def disclosure_plan(view: View) -> DisclosurePlan | None:
    """What guests may be told of, the same for all of them; None where no data are."""
    book = view.moment.ledger
    if book.as_of is None:
        return None
    # The last months whose complaints have all had their 30 days: of these nothing changes from one day to the next.
    past = book.as_of - timedelta(days=DUE_DAYS)
    last = past if past == month_end(past) else past.replace(day=1) - ONE_DAY
    period = Period(add_months(last.replace(day=1), 1 - MONTHS), last)
    facts = gather(engine(), ALL, period.first, period.last, "site", network=book, visits=False)
    fast, received = _counted(FAST, facts)
    codes = [frozenset({code}) for code in facts.keys]
    counted = safe_blocks(
        {c: (int(n),) for c, n in zip(codes, received, strict=True)}, book.departments_of_sites
    )
    each = {c: (int(k), int(n - k)) for c, k, n in zip(codes, fast, received, strict=True)}
    answered = safe_blocks(
        {block: _sum(each, block) for block in counted}, book.departments_of_sites
    )
    return DisclosurePlan(period, counted, answered)


def _counted(code: str, facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    """Numerator and denominator by site; 0 where nothing was handed in."""
    m = BY_CODE[code].measure(facts)
    return np.nan_to_num(m.numerator), np.nan_to_num(m.denominator)


def complaint_figures(
    view: View, chosen: frozenset[str] | str, question: Question, asked: Breakdown
) -> Breakdown:
    """The same figures, in which those of complaints are what guests may know: over twelve whole months, whatever the
    period; hidden where they may not. asked: without any complaint. chosen: the sites of the question."""
    by = asked.by
    known = disclosure_plan(view) if by in PLACES and question.service is None else None
    for code in OTHERS if known else (*OTHERS, *SHOWN):
        asked = asked.with_column(code, _hidden(asked, code, NOT_FOR_GUESTS))
    if known is None:
        return asked
    facts = gather(
        engine(), chosen, known.period.first, known.period.last, by, network=view.moment.ledger
    )
    found = Breakdown(facts, [BY_CODE[code] for code in (RECEIVED, FAST)])
    # All of these months have had their 30 days: both rates are the same one.
    found, when = found.with_column(DUE, _as(DUE, found.column(FAST))), _spoken(known.period)
    sites = {key: _sites(view, chosen, key, by) for key in asked}
    for code in SHOWN:
        column = dict(zip(found, found.column(code), strict=True))
        hidden = dict(zip(asked, _hidden(asked, code, TOO_FEW), strict=True))
        told = [
            column[key]._replace(note=", ".join(filter(None, (column[key].note, when))))
            if key in column and known.shows(code, sites[key])
            else hidden[key]
            for key in asked
        ]
        asked = asked.with_column(code, told)
    return asked


def _as(code: str, figures: Iterable[Figure]) -> list[Figure]:
    return [figure._replace(indicator=code) for figure in figures]


def _hidden(asked: Breakdown, code: str, why: str) -> Sequence[Figure]:
    return [
        f._replace(numerator=None, denominator=None, value=None, n=0, note=why)
        for f in asked.column(code)
    ]


def _sites(view: View, chosen: frozenset[str] | str, key: str, by: str) -> frozenset[str]:
    """The sites that a key's figure adds up."""
    return frozenset(
        p.code
        for p in view.book.places
        if (chosen == ALL or p.code in chosen)
        and (by == "nation" or key == (p.code if by == "site" else p.department))
    )


@uncached
def complaint_period(view: View, codes: Iterable[str]) -> str:
    """« sur 12 mois entiers, jusqu'en septembre 2026 », of these indicators for a guest, where some are of complaints and so not
    of the period that he asks about; "" for everybody else."""
    known = disclosure_plan(view) if view.access.guest and set(codes) & set(SHOWN) else None
    return _spoken(known.period) if known else ""


@uncached
def period_caption(view: View, codes: Iterable[str]) -> str:
    """The same as a sentence, for under a table: « Plaintes : sur 12 mois entiers, jusqu'en septembre 2026. »."""
    return f"Plaintes{french.SPACE}: {said}." if (said := complaint_period(view, codes)) else ""


def _spoken(period: Period) -> str:
    """« sur 12 mois entiers, jusqu'en septembre 2026 »."""
    return f"sur {MONTHS} mois entiers, jusqu'en {french.month_label(period.last)}"
