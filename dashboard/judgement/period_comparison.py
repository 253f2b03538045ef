"""« Ce qui a changé »: the change of a rate between two periods, decomposed into its parts (sites, services, or services of
sites), their mix and the network, in French. Nothing is judged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dashboard import french
from dashboard.statistics import change_decomposition, sentences

S = french.SPACE
CAVEAT = (
    f"Cette décomposition compare deux périodes{S}: elle ne dit pas si l'écart dépasse le hasard, ce que seule"
    " une courbe de suivi peut dire."
)
PERCENT = 100
Counts = Mapping[str, tuple[float | None, float | None]]
Known = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Words:
    """The French phrases for the components of a change, and for the parts of which the last sentence is."""

    rate: str
    mix: str
    network: str
    same: str


WORDS = {
    "site": Words(
        "à l'intérieur des centres",
        "par la répartition des visites entre centres",
        "par les centres qui ont des données d'un côté seulement",
        "Aux seuls centres présents",
    ),
    "service": Words(
        "à l'intérieur des prestations",
        "par la répartition des visites entre prestations",
        "par les prestations demandées dans une seule période",
        "Aux seules prestations demandées",
    ),
    "both": Words(
        "à l'intérieur des prestations de chaque centre",
        "par la répartition des visites entre centres et prestations",
        "par les centres qui ont des données d'un côté seulement",
        "Aux seuls centres présents",
    ),
}


@dataclass(frozen=True)
class Row:
    """A part in two periods. before, after: its rate in the displayed unit, None without data or under the minimum. difference:
    after − before (points, for percentages). counts_*: numerator and denominator, None without data. weight_*: its share of the
    denominators, in percent, 0 without data."""

    part: str
    before: float | None
    after: float | None
    difference: float | None
    counts_before: tuple[float, float] | None
    counts_after: tuple[float, float] | None
    weight_before: float
    weight_after: float


@dataclass(frozen=True)
class ExplainedChange:
    """A change, its sentences in French (first a warning where the parts and the total go opposite ways), and its parts in
    alphabetical order. label: of the indicator."""

    label: str
    change: change_decomposition.Change
    sentences: tuple[str, ...]
    rows: tuple[Row, ...]


def explain(
    label: str,
    before: Counts,
    after: Counts,
    scale: float = PERCENT,
    minimum: int = 0,
    split: str = "site",
    homes: dict[str, str] | None = None,
) -> ExplainedChange | None:
    """The change of Σ numerators / Σ denominators × scale, decomposed; None where a period has too few cases.

    before, after: name of a part → (numerator, denominator); a part left out, a None or a denominator 0 is missing. scale: 100
    for percentages, 1 000 for rates per 1 000, 1 for means (numerators are then sums). minimum: the denominator under which no
    rate is shown, of a part or in total. split: the parts, a key of WORDS. homes: the site of each part, where parts are
    services of sites.
    """
    known = [_known(before), _known(after)]
    if any(sum(d for _, d in period.values()) < max(minimum, 1) for period in known):
        return None
    parts = sorted({*known[0], *known[1]})
    none = (0.0, 0.0)
    pairs = [[period.get(part, none) for part in parts] for period in known]
    sites = parts if homes is None else [homes[part] for part in parts]
    change = change_decomposition.decompose(
        sites, [[a for a, _ in row] for row in pairs], [[d for _, d in row] for row in pairs], scale
    )
    if change is None:
        return None
    text = (*_sentences(change, scale, WORDS[split]), CAVEAT)
    return ExplainedChange(
        label, change, text, tuple(_rows(parts, known[0], known[1], scale, minimum))
    )


def _known(counts: Counts) -> Known:
    return {part: (a, d) for part, (a, d) in counts.items() if a is not None and d}


def _sentences(change: change_decomposition.Change, scale: float, words: Words) -> list[str]:
    def amount(x: float) -> str:
        return french.percent(x, 1) if scale == PERCENT else _amount(x, scale)

    size: Callable[[float], str] = sentences.points if scale == PERCENT else with_sign
    warning = sentences.change(change, amount, size)[:-1]
    parts = [f"{size(change.rate)} {words.rate}", f"{size(change.mix)} {words.mix}"]
    if change.opened or change.closed or change.network:
        parts.append(f"{size(change.network)} {words.network}")
    tenths = [round(10 * part) for part in (change.rate, change.mix, change.network)]
    near = "" if sum(tenths) == round(10 * change.total) else " (aux arrondis près)"
    lines = [
        *warning,
        f"De {amount(change.before)} à {amount(change.after)}, soit {size(change.total)}{S}:"
        f" {french.join_words(parts)}{near}.",
    ]
    for names, when in (
        (change.opened, "dans la première période"),
        (change.closed, "dans la seconde période"),
    ):
        if names:
            lines.append(f"Pas de chiffre {when}{S}: {french.join_words(names)}.")
    if (change.opened or change.closed) and change.same_before == change.same_before:
        lines.append(
            f"{words.same} dans les deux périodes{S}: de {amount(change.same_before)}"
            f" à {amount(change.same_after)}."
        )
    return lines


def _amount(value: float, scale: float) -> str:
    return f"{french.number(value, 1)}{'' if scale == 1 else f'{S}pour {french.number(scale)}'}"


def with_sign(change: float) -> str:
    """A difference with its sign: « +1,2 », « −0,4 », « 0,0 »."""
    size = french.number(abs(change), 1)
    return size if size == "0,0" else f"{'+' if change > 0 else '−'}{size}"


def _rows(parts: list[str], before: Known, after: Known, scale: float, minimum: int) -> list[Row]:
    whole = [sum(d for _, d in period.values()) for period in (before, after)]
    rows = []
    for part in parts:
        counts = [before.get(part), after.get(part)]
        old, new = (None if c is None or c[1] < minimum else scale * c[0] / c[1] for c in counts)
        was, now = (
            0.0 if c is None else 100 * c[1] / total for c, total in zip(counts, whole, strict=True)
        )
        gap = None if old is None or new is None else new - old
        rows.append(Row(part, old, new, gap, counts[0], counts[1], was, now))
    return rows
