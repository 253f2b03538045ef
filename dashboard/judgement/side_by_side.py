"""What may be said of places side by side: of each indicator that they differ, that chance suffices, or why nothing is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from dashboard import french
from dashboard.indicators import BY_CODE, Figure, Indicator, codes
from dashboard.indicators.measures import FEW, OUT_OF_SCOPE, UNMEASURED
from dashboard.judgement.place_days import Chances, Pair
from dashboard.statistics.two_places import different
from dashboard.wording import NOT_HANDED, is_partial, shown_value

S = french.SPACE
THEN = f"{S}; "
BY_CHANCE = "Rien ne les départage : le hasard suffit à l'expliquer."
BY_MONTHS = "Rien ne les départage : l'écart paraît net, mais d'un mois à l'autre ce chiffre y varie trop pour en être sûr."
THE_SAME = "Le même chiffre : rien ne les départage."
TOO_FEW = "Trop peu de cas, ou de mois, pour comparer."
AS_IT_IS = "Se lit tel quel : le hasard n'en juge pas."
NOT_FOR_GUESTS = "N'est pas comparé pour les invités."
FIRST_SAID = codes(lambda i: i.followed)  # by a title


class Verdict(StrEnum):
    """What is said of one indicator at some places."""

    DIFFERENT = "different"
    ALIKE = "alike"  # chance suffices
    FEW = "few"
    UNKNOWN = "unknown"  # not measured, or not handed in, at one place at least
    PARTIAL = "partial"  # a lower bound is no value to compare
    AS_IT_IS = "as it is"  # no matter of chance


SIGNS = {Verdict.DIFFERENT: "≠", Verdict.ALIKE: "≈"}


@dataclass(frozen=True)
class Judged:
    """One indicator at some places. figures: of each; words: a sentence that may be repeated; clause: the same without its full
    stop, where the places differ; higher: pairs of which the first is surely above the second."""

    code: str
    figures: tuple[Figure, ...]
    verdict: Verdict
    words: str
    clause: str = ""
    higher: tuple[Pair, ...] = ()

    @property
    def sign(self) -> str:
        """≠, ≈, or … where nothing can be said."""
        return SIGNS.get(self.verdict, "…")


def judge(
    kind: str,
    names: Sequence[str],
    figures: Sequence[Mapping[str, Figure]],
    chances: Chances,
    by_case: Chances | None = None,
) -> tuple[Judged, ...]:
    """Every indicator that has a meaning at such places, in their order. kind: site or department; names: of the places.

    chances: by indicator and pair, the probability that places all alike differ as much, None where there are too few cases;
    other keys (of what else the page shows) are judged with them. by_case: the same by simple reckoning, by which readers may
    expect a difference that is none.
    """
    surely, expected = (
        different({key: p for key, p in of.items() if p is not None})
        for of in (chances, by_case or {})
    )
    shown = [
        code
        for code in figures[0]
        if kind in BY_CODE[code].dimensions and any(_has_meaning(of[code]) for of in figures)
    ]
    return tuple(
        _judge(BY_CODE[code], names, tuple(of[code] for of in figures), chances, surely, expected)
        for code in shown
    )


def _has_meaning(figure: Figure) -> bool:
    """Whether the indicator is there for such a place at all."""
    return shown_value(figure) != OUT_OF_SCOPE


def _judge(
    i: Indicator,
    names: Sequence[str],
    figures: tuple[Figure, ...],
    chances: Chances,
    surely: frozenset[tuple[str, Pair]],
    expected: frozenset[tuple[str, Pair]],
) -> Judged:
    """One indicator at some places."""
    if not any(code == i.code for code, _ in chances):
        unknown = _unknown(i, names, figures)
        words = NOT_FOR_GUESTS if i.more else AS_IT_IS
        return unknown or Judged(i.code, figures, Verdict.AS_IT_IS, words)
    pairs = [p for p in combinations(range(len(names)), 2) if (i.code, p) in chances]
    tested = [p for p in pairs if chances[i.code, p] is not None]
    higher = tuple(
        ordered
        for p in tested
        if (i.code, p) in surely and (ordered := _ordered(p, figures)) is not None
    )
    if not higher:
        if unknown := _unknown(i, names, figures):
            return unknown
        if not tested:
            return Judged(i.code, figures, Verdict.FEW, TOO_FEW)
        same = len({shown_value(f) for f in figures}) == 1
        if same:
            return Judged(i.code, figures, Verdict.ALIKE, THE_SAME)
        why = BY_MONTHS if any((i.code, p) in expected for p in tested) else BY_CHANCE
        return Judged(i.code, figures, Verdict.ALIKE, why)
    clause = _clause(i, names, figures, higher)
    return Judged(i.code, figures, Verdict.DIFFERENT, f"{clause}.", clause, higher)


def _ordered(pair: Pair, figures: Sequence[Figure]) -> Pair | None:
    """The pair, the higher place first; None where both show the same, or cannot be compared."""
    one, other = (figures[n] for n in pair)
    if one.value is None or other.value is None or is_partial(one) or is_partial(other):
        return None
    if shown_value(one) == shown_value(other):
        return None
    return pair if one.value > other.value else (pair[1], pair[0])


def _clause(
    i: Indicator, names: Sequence[str], figures: Sequence[Figure], higher: Sequence[Pair]
) -> str:
    """« Borgou reçoit plus de monde par jour ouvert », of more than two places « … que Zou et Mono », the highest first."""
    below: dict[int, list[int]] = {}
    for high, low in higher:
        below.setdefault(high, []).append(low)
    order = sorted(below, key=lambda n: -(figures[n].value or 0))
    if len(names) == 2:
        return f"{names[order[0]]} {i.more}"
    first = order[0]
    than = {
        n: french.elide("que", french.join_words([names[m] for m in sorted(below[n])]))
        for n in order
    }
    rest = [f"{names[n]}, {than[n]}" for n in order[1:]]
    return THEN.join([f"{names[first]} {i.more} {than[first]}", *rest])


def _unknown(i: Indicator, names: Sequence[str], figures: Sequence[Figure]) -> Judged | None:
    """Why nothing can be said: at which places there is no value, or a lower bound; None where all have one."""
    missing = [(name, f) for name, f in zip(names, figures, strict=True) if f.value is None]
    if missing:
        reasons = [f"{name} : {_reason(f)}" for name, f in missing]
        few = all(f.note.startswith(FEW) for _, f in missing)
        words = THEN.join(reasons)
        verdict = Verdict.FEW if few else Verdict.UNKNOWN
        return Judged(i.code, tuple(figures), verdict, f"{words}.")
    partial = [name for name, f in zip(names, figures, strict=True) if is_partial(f)]
    if partial:
        where = french.join_words(partial)
        words = f"« Au moins » ne se compare pas : des registres manquent ({where})."
        return Judged(i.code, tuple(figures), Verdict.PARTIAL, words)
    return None


def _reason(figure: Figure) -> str:
    """Why a place has no value, in a few words."""
    said = shown_value(figure)
    if said in (UNMEASURED, NOT_HANDED, FEW):
        return said
    return figure.note.partition(", ")[0] or "aucun chiffre"


def title(judged: Sequence[Judged], names: Sequence[str]) -> str:
    """« Borgou reçoit plus de monde par jour ouvert ; pour l'attente, rien ne les départage »: one thing that can be said, and
    one that cannot."""
    by_code = {one.code: one for one in judged}
    said = _first(by_code, FIRST_SAID, (Verdict.DIFFERENT,))
    unsaid = _first(by_code, FIRST_SAID, (Verdict.ALIKE,)) or _first(
        by_code, FIRST_SAID, (Verdict.FEW, Verdict.UNKNOWN, Verdict.PARTIAL)
    )
    parts = [said.clause.split(THEN)[0]] if said else []
    if unsaid:
        topic = BY_CODE[unsaid.code].topic
        cannot = {
            Verdict.ALIKE: "rien ne les départage",
            Verdict.FEW: "il y a trop peu de cas pour le dire",
        }.get(unsaid.verdict, "on ne peut pas le dire")
        parts.append(f"pour {topic}, {cannot}")
    if not said and not any(one.verdict == Verdict.DIFFERENT for one in judged):
        alike = sum(one.verdict == Verdict.ALIKE for one in judged)
        if alike > 1:
            whom = french.join_words(list(names))
            return f"rien ne départage {whom}, pour {french.plural(alike, 'chiffre')}"
    return THEN.join(parts) or "rien ne peut en être dit"


def _first(
    judged: Mapping[str, Judged], order: Sequence[str], verdicts: Sequence[Verdict]
) -> Judged | None:
    """The first indicator with one of these verdicts: in this order, then in that of all."""
    every = [*order, *(code for code in judged if code not in order)]
    return next((judged[c] for c in every if c in judged and judged[c].verdict in verdicts), None)
