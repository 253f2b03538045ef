"""French sentences for statistical results: signal, no signal, too few, differences, change.

A word of change needs a signal: none can be had from two values. What follows in « » in a docstring is how a
sentence, or the argument of that name, reads.
"""

import math
from collections.abc import Callable, Sequence

from dashboard import french
from dashboard.partial_counts import Count
from dashboard.statistics.change_decomposition import Change
from dashboard.statistics.control_limits import ON_ONE_SIDE, OUTSIDE
from dashboard.statistics.expected_false_alarms import Budget
from dashboard.statistics.funnel import Position
from dashboard.statistics.seasonal import HISTORY
from dashboard.statistics.survival import Median
from dashboard.statistics.variation import MINIMUM_POINTS, Assurance, Variation

S = french.SPACE
NAMED = 3  # sites that are named: in a headline, of those with several signals
# What a figure is judged from: points of its curve, of months or of quarters; visits after what their season takes.
NEEDED = (
    f"{MINIMUM_POINTS} mois de données ({MINIMUM_POINTS} trimestres pour ce qui est rare, comme les plaintes ;"
    f" {HISTORY + 1} mois pour les usagers par jour ouvert, qui suivent les saisons)"
)
ALIKE = 0.05  # the chance under which sites are said to differ
SURE = 0.002  # and under which it is said without a doubt: of twenty figures of sites all alike one is under ALIKE
REALLY, MAYBE = "diffèrent réellement", "semblent différer"
WIDE, NARROW = french.percent(99.8, 1), french.percent(95)
VARIATIONS = {
    Variation.IMPROVEMENT: "signal d'amélioration",
    Variation.ALERT: "signal d'alerte",
    Variation.NEUTRAL: "signal de changement",
    Variation.NO_SIGNAL: "pas de signal",
    Variation.TOO_FEW: "trop tôt pour juger",
    Variation.NO_DATA: "pas assez de données pour juger",
}
STATES = {  # in one word, after a value
    Variation.IMPROVEMENT: "amélioration",
    Variation.ALERT: "alerte",
    Variation.NEUTRAL: "changement",
}
SLIGHT = {  # of a long run beside what is usual, no month beyond what chance allows
    Variation.IMPROVEMENT: "amélioration légère",
    Variation.ALERT: "alerte légère",
    Variation.NEUTRAL: "changement léger",
}
ASSURANCES = {
    Assurance.CONSISTENTLY_MET: "cible atteinte régulièrement",
    Assurance.CONSISTENTLY_MISSED: "cible manquée régulièrement",
    Assurance.HIT_AND_MISS: "cible ni sûre ni hors d'atteinte",
    Assurance.NO_TARGET: "sans cible",
    Assurance.TOO_FEW: "trop tôt pour juger de la cible",
}
POSITIONS = {
    Position.INSIDE: f"dans les limites à {NARROW}",
    Position.BETWEEN_LOW: f"entre les limites à {NARROW} et à {WIDE}, du côté bas",
    Position.BETWEEN_HIGH: f"entre les limites à {NARROW} et à {WIDE}, du côté haut",
    Position.OUTSIDE_LOW: f"au-dessous de la limite à {WIDE}",
    Position.OUTSIDE_HIGH: f"au-dessus de la limite à {WIDE}",
    Position.NO_DATA: "aucune donnée",
}
RULES = {
    (OUTSIDE, 1): "au-dessus de ce que le hasard permet",
    (OUTSIDE, -1): "au-dessous de ce que le hasard permet",
    (ON_ONE_SIDE, 1): "huit mois ou plus de suite au-dessus de l'habitude",
    (ON_ONE_SIDE, -1): "huit mois ou plus de suite au-dessous de l'habitude",
}


def points(change: float) -> str:
    """A difference of two percentages: « +10 points », « −1,5 point »; one decimal at most."""
    size = french.number(abs(change), 1).removesuffix(",0")
    sign = "" if size == "0" else "+" if change > 0 else "−"
    return f"{sign}{size}{S}{'point' if abs(change) < 1.95 else 'points'}"


def between(low: str | None, high: str | None) -> str:
    """An interval, its ends in words: « entre 72 % et 98 % », « au moins 28 min », "" where there is neither."""
    if low and high:
        return f"entre {low} et {high}"
    return f"au moins {low}" if low else f"au plus {high}" if high else ""


def delay(median: Median, oldest: int) -> str:
    """The median time to answer complaints, open ones included. oldest: age of the oldest case counted, in days."""
    if median.days is None:
        return f"Plus de la moitié des plaintes sont encore en cours après {french.days(oldest)}."
    if median.low is None and median.high is None:
        interval = ""
    elif median.low is None or median.high is None:
        interval = f" (peu de plaintes{S}: chiffre peu sûr)"
    else:
        low, high = french.number(median.low), french.days(median.high)
        interval = f" (estimation, {between(low, high)})"
    when = f"en {french.days(median.days)}" if median.days else "le jour même"
    return f"La moitié des plaintes ont une réponse {when}{interval}."


def late(count: Count, days: int) -> str:
    """How many complaints wait for longer than so many days: « 46 plaintes attendent depuis plus de 30 jours ».

    « au moins » where there may be more, « aucune » where the count is complete, else what is not known.
    """
    older = f"depuis plus de {french.days(days)}"
    verb = "attend" if count.n == 1 else "attendent"
    return french.upper_first(
        count.some_or_none(
            f"{count.plural('plainte')} {verb} {older}",
            f"aucune plainte n'attend {older}",
        )
    )


def target(words: str, assurance: Assurance) -> str:
    """What the limits allow to say of a target. words: « 80 % »."""
    sentence = french.upper_first(ASSURANCES[assurance])
    return (
        f"{sentence}." if assurance == Assurance.NO_TARGET else f"{sentence} (cible{S}: {words})."
    )


def signal_budget(signals: int, budget: Budget) -> str:
    """How many signals there are, and how many chance alone would give, where there is one or chance would give more."""
    if not budget.series:
        return f"Aucun signal n'est encore possible (alerte, amélioration, changement){S}: il faut {NEEDED}."
    low, high = math.floor(budget.expected), math.ceil(budget.expected)
    chance = (
        french.number(high) if low == high else f"{french.number(low)} ou {french.number(high)}"
    )
    there = french.plural(signals, "signal", "signaux") if signals else "Aucun signal"
    many = "" if not signals or signals > budget.usual_most else ", et peut en donner autant"
    compared = french.plural(budget.series, "chiffre comparé", "chiffres comparés")
    if not signals and high <= 1:
        return f"{there} sur {compared} à l'habitude."
    return f"{there} sur {compared} à l'habitude{S}; le hasard seul en donnerait {chance}{many}."


def change(
    decomposition: Change,
    amount: Callable[[float], str] = lambda x: french.percent(x, 1),
    size: Callable[[float], str] = points,
) -> list[str]:
    """The sentences that split the change between two periods into its parts; a warning first where the parts
    contradict the whole.

    amount, size: write a value and a signed difference in the unit of the figure.
    """
    parts = [
        f"{size(decomposition.rate)} à l'intérieur des centres",
        f"{size(decomposition.mix)} par la répartition des visites entre eux",
    ]
    if decomposition.opened or decomposition.closed or decomposition.network:
        parts.append(
            f"{size(decomposition.network)} par les centres qui ont des données d'un côté seulement"
        )
    sentence = (
        f"De {amount(decomposition.before)} à {amount(decomposition.after)}, soit {size(decomposition.total)}{S}:"
        f" {french.join_words(parts)}."
    )
    if not decomposition.simpson:
        return [sentence]
    moves = "monte" if decomposition.total > 0 else "baisse"
    return [
        f"Attention{S}: l'ensemble {moves} alors qu'aucune de ses parties ne {moves}{S}; c'est sa composition qui a"
        " changé.",
        sentence,
    ]


def differences(
    p_value: float, outside_names: Sequence[str], has_limits: bool, furthest: str = ""
) -> str:
    """The sentence that compares sites. p_value: the probability of differing so were all sites alike; outside_names:
    those outside the limits; has_limits: whether there are sites enough for limits; furthest: « l'écart le plus
    net est celui du CCSP de Djougou (62 %, pour 78 % dans les autres) », "" where none can be named."""
    if outside_names:
        verb = "se détache" if len(outside_names) == 1 else "se détachent"
        return (
            f"{french.join_words(outside_names)} {verb} nettement des autres"
            if len(outside_names) <= NAMED
            else f"{french.number(len(outside_names))} centres se détachent nettement des autres"
        )
    if p_value >= ALIKE:
        return "trop peu de cas pour voir une différence nette entre centres"
    differ = f"les centres {REALLY if p_value < SURE else MAYBE} entre eux"
    if furthest:
        alone = ", sans sortir des différences habituelles entre centres" if has_limits else ""
        return f"{differ}{S}; {furthest}{alone}"
    return f"{differ}, sans que l'on puisse dire lesquels" if has_limits else differ
