"""What guests of a workshop are shown of complaints: how many were received over twelve whole months, and how many of them were
answered in 30 days; by site, department, type of site. Nothing else of complaints reaches a guest: the network state of a
guest's view has none (`View.network`).

Disclosure control: a cell of 1 to 4 complaints is suppressed, and as many others as it takes for no sum or difference of shown
cells to give it back. Sites are merged into blocks, and only sums of entire blocks are shown. The blocks are computed over the
entire network, whoever asks, so that two guests together learn no more than one.

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
# Received, answered in 30 days, and the same of those that are due: in this period, all are.
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
    """The period that guests are shown, and the blocks. received_blocks, answered_blocks: sets of site codes of which the
    number of complaints, or also the number answered in 30 days, may be shown."""

    period: Period
    received_blocks: Blocks
    answered_blocks: Blocks

    def shows(self, code: str, sites: frozenset[str]) -> bool:
        """Whether an indicator may be shown for these sites together: they must be a union of entire blocks."""
        among = self.received_blocks if code == RECEIVED else self.answered_blocks
        held = frozenset[str]().union(*among)
        return sites <= held and all(block <= sites or not block & sites for block in among)


def is_safe(cells: Iterable[int]) -> bool:
    """Whether none of the cells is between 1 and 4."""
    return all(cell == 0 or cell >= LEAST for cell in cells)


def safe_blocks(cells: Mapping[frozenset[str], Cells], homes: Mapping[str, str]) -> Blocks:
    """The sets of sites merged until the cells of each are safe: with as few others of the same department as possible, then of
    the country. A set that is still unsafe is in no block.

    cells: by set of codes; homes: the department of each site.
    """
    found: list[frozenset[str]] = []
    left = frozenset[str]()
    for home in sorted(set(homes.values())):
        units = [unit for unit in cells if {homes[code] for code in unit} == {home}]
        safe, few = _merge_unsafe(units, cells)
        found, left = found + safe, left | few
    across = [unit for unit in cells if len({homes[code] for code in unit}) > 1]
    held = {unit: _sum(cells, unit) for unit in (*found, *across, *([left] if left else []))}
    return tuple(_merge_unsafe(list(held), held)[0])


def _merge_unsafe(
    units: list[frozenset[str]], cells: Mapping[frozenset[str], Cells]
) -> tuple[list[frozenset[str]], frozenset[str]]:
    """The safe sets, after the unsafe ones are merged into one with as few of the smallest safe ones as possible; and the
    merged set where it is still unsafe, else an empty one."""
    safe = sorted((u for u in units if is_safe(cells[u])), key=lambda u: (sum(cells[u]), sorted(u)))
    few = frozenset[str]().union(*(u for u in units if not is_safe(cells[u])))
    while few and not is_safe(_sum(cells, few)):
        if not (more := next((u for u in safe if any(cells[u])), None)):
            return safe, few
        safe.remove(more)
        few |= more
    return [*safe, *([few] if few else [])], frozenset()


def _sum(cells: Mapping[frozenset[str], Cells], sites: frozenset[str]) -> Cells:
    """The sum, cell by cell, over the sets that lie within these sites."""
    inside = [cells[unit] for unit in cells if unit <= sites]
    return tuple(map(sum, zip(*inside, strict=True)))


@cached
def disclosure_plan(view: View) -> DisclosurePlan | None:
    """What guests may be shown, the same for all of them; None without data."""
    network = view.snapshot.network
    if network.as_of is None:
        return None
    # The last months whose complaints have all had their 30 days: of these nothing changes from one day to the next.
    past = network.as_of - timedelta(days=DUE_DAYS)
    last = past if past == month_end(past) else past.replace(day=1) - ONE_DAY
    period = Period(add_months(last.replace(day=1), 1 - MONTHS), last)
    facts = gather(engine(), ALL, period.first, period.last, "site", network=network, visits=False)
    fast, received = _site_counts(FAST, facts)
    codes = [frozenset({code}) for code in facts.keys]
    counted = safe_blocks(
        {c: (int(n),) for c, n in zip(codes, received, strict=True)}, network.departments_of_sites
    )
    each = {c: (int(k), int(n - k)) for c, k, n in zip(codes, fast, received, strict=True)}
    answered = safe_blocks(
        {block: _sum(each, block) for block in counted}, network.departments_of_sites
    )
    return DisclosurePlan(period, counted, answered)


def _site_counts(code: str, facts: Facts) -> tuple[np.ndarray, np.ndarray]:
    """Numerator and denominator of an indicator by site, (K,) each; 0 where no register came."""
    m = BY_CODE[code].measure(facts)
    return np.nan_to_num(m.numerator), np.nan_to_num(m.denominator)


def complaint_figures(
    view: View, chosen: frozenset[str] | str, question: Question, asked: Breakdown
) -> Breakdown:
    """The breakdown with the complaint figures that guests may see in place of those asked for: over twelve whole months,
    whatever the period; hidden where the plan does not allow them. asked: computed without complaints; chosen: codes of the
    question's sites."""
    by = asked.by
    known = disclosure_plan(view) if by in PLACES and question.service is None else None
    for code in OTHERS if known else (*OTHERS, *SHOWN):
        asked = asked.with_column(code, _hide(asked, code, NOT_FOR_GUESTS))
    if known is None:
        return asked
    facts = gather(
        engine(), chosen, known.period.first, known.period.last, by, network=view.snapshot.network
    )
    found = Breakdown(facts, [BY_CODE[code] for code in (RECEIVED, FAST)])
    # All of these months have had their 30 days: both rates are the same one.
    found, when = (
        found.with_column(DUE, _relabel(DUE, found.column(FAST))),
        _period_in_words(known.period),
    )
    sites = {key: _sites(view, chosen, key, by) for key in asked}
    for code in SHOWN:
        column = dict(zip(found, found.column(code), strict=True))
        hidden = dict(zip(asked, _hide(asked, code, TOO_FEW), strict=True))
        figures = [
            column[key]._replace(note=", ".join(filter(None, (column[key].note, when))))
            if key in column and known.shows(code, sites[key])
            else hidden[key]
            for key in asked
        ]
        asked = asked.with_column(code, figures)
    return asked


def _relabel(code: str, figures: Iterable[Figure]) -> list[Figure]:
    """The figures under another indicator's code."""
    return [figure._replace(indicator=code) for figure in figures]


def _hide(asked: Breakdown, code: str, why: str) -> Sequence[Figure]:
    """The figures of an indicator without values, with `why` as their note."""
    return [
        f._replace(numerator=None, denominator=None, value=None, n=0, note=why)
        for f in asked.column(code)
    ]


def _sites(view: View, chosen: frozenset[str] | str, key: str, by: str) -> frozenset[str]:
    """The codes of the sites that a key's figure adds up. by: the dimension of the key."""
    return frozenset(
        p.code
        for p in view.network.places
        if (chosen == ALL or p.code in chosen)
        and (by == "nation" or key == (p.code if by == "site" else p.department))
    )


@uncached
def complaint_period(view: View, codes: Iterable[str]) -> str:
    """« sur 12 mois entiers, jusqu'en septembre 2026 » for a guest, where some of the indicators are of complaints; ""
    otherwise."""
    known = disclosure_plan(view) if view.access.guest and set(codes) & set(SHOWN) else None
    return _period_in_words(known.period) if known else ""


@uncached
def period_caption(view: View, codes: Iterable[str]) -> str:
    """The same as `complaint_period`, as a sentence for under a table: « Plaintes : sur 12 mois entiers, jusqu'en septembre
    2026. »."""
    return f"Plaintes{french.SPACE}: {period}." if (period := complaint_period(view, codes)) else ""


def _period_in_words(period: Period) -> str:
    """« sur 12 mois entiers, jusqu'en septembre 2026 »."""
    return f"sur {MONTHS} mois entiers, jusqu'en {french.month_label(period.last)}"
