"""What may be said of each site, department, service or hour beside the others: of tables, and of every sentence that names one.

Before: `dashboard.answers.figures`, `dashboard.judgement.standing_apart`. After: `dashboard.answers.indicator_table`,
`dashboard.answers.sites`, `dashboard.answers.opening_answers`.
"""

from collections.abc import Mapping

from dashboard.answers.context import View, cached
from dashboard.answers.figures import figures, overall_figures
from dashboard.answers.question import Question
from dashboard.answers.table_request import Rows
from dashboard.indicators import BY_CODE, Breakdown, Figure
from dashboard.indicators.measures import FEW
from dashboard.judgement.control_charts import SHARES
from dashboard.judgement.site_comparisons import large_enough_counts
from dashboard.judgement.standing_apart import (
    Counts,
    Verdict,
    differ_by_more_than_chance,
    is_judged,
    verdicts,
    waits_above,
)
from dashboard.statistics import sentences
from dashboard.statistics.dispersion import FEWEST_SITES
from dashboard.wording import shown_value
from db.codes import UNKNOWN_KEY

PLACES: frozenset[Rows] = frozenset({"department", "site"})
COMPARED: frozenset[Rows] = frozenset({"department", "site", "service", "hour"})


@cached
def verdicts_of(view: View, question: Question, rows: Rows, code: str) -> Mapping[str, Verdict]:
    """What may be said of each row in an indicator, by key: of all rows, whichever of them are shown."""
    found = figures(view, question, rows)
    none = dict.fromkeys(found, Verdict.NONE)
    if not _is_compared(rows, code):
        return none
    proportion = _is_proportion(code)
    said: Mapping[str, Verdict] = verdicts(
        _counts(view, question, rows, code), proportion=proportion, usual=rows in PLACES
    )
    if BY_CODE[code].quantile is not None:
        said = _not_as_the_whole(said, found, overall_figures(view, question)[code])
    few = {
        key: Verdict.FEW
        for key in found
        if key != UNKNOWN_KEY and found[key][code].note.startswith(FEW)
    }
    return {**none, **said, **few}


@cached
def differ(
    view: View, question: Question, rows: Rows, code: str, chance: float = sentences.ALIKE
) -> bool:
    """Whether rows that are all alike would differ as much less often than `chance`, be any of them apart from the others or
    not."""
    if not _is_compared(rows, code):
        return False
    counts = _counts(view, question, rows, code)
    return differ_by_more_than_chance(counts, proportion=_is_proportion(code), chance=chance)


@cached
def allows_usual(view: View, question: Question, rows: Rows, code: str) -> bool:
    """Whether a row is apart only where it is beyond what rows usually differ by: places are, where limits can be had."""
    if rows not in PLACES or not _is_compared(rows, code):
        return False
    counts = _counts(view, question, rows, code)
    return sum(cases > 0 for _, cases in counts.values()) >= FEWEST_SITES


def _is_compared(rows: Rows, code: str) -> bool:
    return rows in COMPARED and is_judged(code) and rows in BY_CODE[code].dimensions


def _is_proportion(code: str) -> bool:
    return code in SHARES or BY_CODE[code].quantile is not None


def _counts(view: View, question: Question, rows: Rows, code: str) -> Counts:
    """What rows are judged by: the events and cases of a share or rate; of a quantile of waits those longer than the whole's."""
    found, whole = figures(view, question, rows), overall_figures(view, question)[code]
    keys = [key for key in found if key != UNKNOWN_KEY]
    if BY_CODE[code].quantile is None:
        return large_enough_counts(found, keys, code)
    if whole.value is None:
        return {}
    shown = {key: found.waits(key) for key in keys if found[key][code].value is not None}
    return waits_above(shown, whole.value)


def _not_as_the_whole(
    said: Mapping[str, Verdict], found: Breakdown, whole: Figure
) -> Mapping[str, Verdict]:
    """The verdicts; a quantile that is displayed as the whole's does not stand apart, whatever its waits."""
    same = {key for key in said if shown_value(found[key][whole.indicator]) == shown_value(whole)}
    apart = (Verdict.MORE, Verdict.LESS)
    return {k: Verdict.ALIKE if k in same and v in apart else v for k, v in said.items()}
