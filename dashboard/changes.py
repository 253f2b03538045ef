"""« Ce qui a changé »: a rate of two periods taken apart into its sites, their mix and the network; no judgement."""
from dataclasses import dataclass

from dashboard import french
from dashboard.statistics import mix, sentences

S = french.SPACE
CAVEAT = (f"Cette décomposition compare deux périodes{S}: elle ne dit pas si l'écart dépasse le hasard, ce que seule"
          " une carte de contrôle peut dire.")
PERCENT = 100
Counts = dict[str, tuple[float | None, float | None]]


@dataclass(frozen=True)
class Row:
    """A site in two periods. before, after: its rate in the unit of the scale, None without data or under the minimum.
    difference: after − before (points, for percentages). counts_*: numerator and denominator, None without data.
    weight_*: its share of the denominators, in percent, 0 without data."""

    site: str
    before: float | None
    after: float | None
    difference: float | None
    counts_before: tuple[float, float] | None
    counts_after: tuple[float, float] | None
    weight_before: float
    weight_after: float


@dataclass(frozen=True)
class Explained:
    """A change, what may be said of it in French (a warning first where parts and whole disagree), and its sites in
    alphabetical order. label: of the indicator."""

    label: str
    change: mix.Change
    sentences: tuple[str, ...]
    rows: tuple[Row, ...]


def explain(label: str, before: Counts, after: Counts, scale: float = PERCENT, minimum: int = 0) -> Explained | None:
    """What the change of Σ numerators / Σ denominators × scale is made of; None where a period has too few to say.

    before, after: site name → (numerator, denominator); a site left out, a None or a denominator 0 is no data.
    scale: 100 for percentages, 1 000 for rates per 1 000, 1 for means (numerators are then sums). minimum: the
    denominator under which a rate is not shown, neither a site's nor the whole's.
    """
    before, after = _known(before), _known(after)
    if any(sum(d for _, d in period.values()) < max(minimum, 1) for period in (before, after)):
        return None
    sites = sorted({*before, *after})
    none = (0.0, 0.0)
    pairs = [[period.get(site, none) for site in sites] for period in (before, after)]
    change = mix.decompose(sites, [[a for a, _ in row] for row in pairs], [[d for _, d in row] for row in pairs], scale)
    if change is None:
        return None
    said = (*_sentences(change, scale), CAVEAT)
    return Explained(label, change, said, tuple(_rows(sites, before, after, scale, minimum)))


def _known(counts: Counts) -> dict[str, tuple[float, float]]:
    return {site: (a, d) for site, (a, d) in counts.items() if a is not None and d}


def _sentences(change: mix.Change, scale: float) -> list[str]:
    if scale == PERCENT:
        amount, size = (lambda x: french.percent(x, 1)), sentences.points
    else:
        amount, size = (lambda x: _amount(x, scale)), _signed
    said = sentences.change(change, amount, size)
    for names, when in ((change.opened, "dans la première période"), (change.closed, "dans la seconde période")):
        if names:
            said.append(f"Sans données {when}{S}: {french.join_words(names)}.")
    if (change.opened or change.closed) and change.same_before == change.same_before:
        said.append(f"Aux seuls centres présents dans les deux périodes{S}: de {amount(change.same_before)}"
                    f" à {amount(change.same_after)}.")
    return said


def _amount(value: float, scale: float) -> str:
    return f"{french.number(value, 1)}{'' if scale == 1 else f'{S}pour {french.number(scale)}'}"


def _signed(change: float) -> str:
    size = french.number(abs(change), 1)
    return size if size == "0,0" else f"{'+' if change > 0 else '−'}{size}"


def _rows(sites: list[str], before: dict, after: dict, scale: float, minimum: int) -> list[Row]:
    whole = [sum(d for _, d in period.values()) for period in (before, after)]
    rows = []
    for site in sites:
        counts = [before.get(site), after.get(site)]
        old, new = (None if c is None or c[1] < minimum else scale * c[0] / c[1] for c in counts)
        weights = [0.0 if c is None else 100 * c[1] / total for c, total in zip(counts, whole, strict=True)]
        gap = None if old is None or new is None else new - old
        rows.append(Row(site, old, new, gap, *counts, *weights))
    return rows
