"""Whether sites or services differ in a share or a rate by more than chance, and the rank of each, as far as it is known."""

from collections.abc import Mapping, Sequence

from dashboard.indicators import BY_CODE, Figure
from dashboard.judgement.control_charts import RATES, SHARES
from dashboard.statistics import sentences
from dashboard.statistics.dispersion import Differences, differences, furthest
from dashboard.statistics.ranks import ranks as fair_ranks
from db.codes import UNKNOWN_KEY

Figures = Mapping[str, Mapping[str, Figure]]  # key, then indicator
Counts = Mapping[str, tuple[float, float]]


def large_enough_counts(
    figures: Figures, order: Sequence[str], code: str
) -> dict[str, tuple[float, float]]:
    """Numerator and denominator of each key that has enough cases to be compared. order: of the keys."""
    return {
        k: (f.numerator, f.denominator)
        for k in order
        if (f := figures[k][code]).denominator
        and f.numerator is not None
        and f.n >= BY_CODE[code].minimum
    }


def compare_counts(counts: Counts, code: str) -> Differences | None:
    """The test and limits of the differences between these keys; None where there is nothing to compare."""
    return differences(
        [a for a, _ in counts.values()],
        [d for _, d in counts.values()],
        proportion=BY_CODE[code].unit == "percent",
        scale=BY_CODE[code].scale,
    )


def furthest_key(counts: Counts, code: str) -> tuple[str, float] | None:
    """The key that lies furthest from all the others together, by more than chance, and what these have, in the unit."""
    found = furthest(
        [a for a, _ in counts.values()],
        [d for _, d in counts.values()],
        proportion=BY_CODE[code].unit == "percent",
    )
    return found and (list(counts)[found[0]], found[1] * BY_CODE[code].scale)


def is_share_or_rate(code: str) -> bool:
    """Whether an indicator counts events among cases, be it followed or not."""
    return code in SHARES | RATES or (
        BY_CODE[code].unit == "percent" and bool(BY_CODE[code].minimum)
    )


def differ_beyond_chance(figures: Figures, code: str) -> bool:
    """Whether the keys of a share or rate differ by more than chance."""
    found = compare_counts(
        large_enough_counts(figures, [k for k in figures if k != UNKNOWN_KEY], code), code
    )
    return found is not None and found.p_value < sentences.ALIKE


def ranks(
    counts: Mapping[str, tuple[float, float]], code: str, order: Sequence[str]
) -> dict[str, str]:
    """The rank of each key, in words."""
    i = BY_CODE[code]
    known = fair_ranks(
        [a for a, _ in counts.values()],
        [d for _, d in counts.values()],
        direction=i.direction,
        proportion=BY_CODE[code].unit == "percent",
        minimum=max(i.minimum, 1),
    )
    places = {
        k: f"{r.rank} (entre {r.low} et {r.high}) sur {r.total}" if r else "pas de rang"
        for k, r in zip(counts, known, strict=True)
    }
    return {k: places.get(k, "pas de rang") for k in order}
