"""Figures in French words, as cards, tables, slides and exports write them."""

from collections.abc import Iterable, Mapping

from dashboard import french, partial_counts
from dashboard.indicators import BY_CODE, Figure, Indicator
from dashboard.indicators.measures import (
    FEW,
    HIDDEN,
    NO_CASE,
    NO_CLOSINGS,
    NO_VISITS,
    NOT_ALL_VISITS,
    NOT_CURRENT,
    NOT_HANDED_IN,
    NOT_REPORTED,
    OUT_OF_SCOPE,
    UNMEASURED,
)
from dashboard.partial_counts import AT_LEAST

NOT_HANDED, BEHIND = "non remonté", "pas à jour"
# Why a value is missing, in a word or two.
IN_SHORT = {
    **dict.fromkeys((NOT_REPORTED, NO_VISITS, NO_CLOSINGS, NOT_HANDED_IN), NOT_HANDED),
    **dict.fromkeys((NOT_CURRENT, NOT_ALL_VISITS), BEHIND),
    **{note: note for note in (UNMEASURED, OUT_OF_SCOPE, NO_CASE)},
}
CLOSINGS_ALONE = "fiches de clôture remontées, sans registre des visites"
GUEST_VIEW = "vue d'invité"
NOT_FOR_GUESTS = f"{HIDDEN} aux invités"
# In place of complaints one by one, in files, where the setting complaint_rows_in_files forbids them.
NOT_IN_FILES = (
    "Le ministère ne met dans les fichiers ni les plaintes une à une, ni ce qu'écrivent les canevas ;"
    " cela se lit à l'écran."
)
DEMO = "Données fictives, pour la démonstration."
# The units of values, in headings.
UNITS = {
    "count": "nombre",
    "rate": "par jour",
    "percent": "%",
    "per_1000": "pour 1 000",
    "minutes": "min",
    "days": "jours",
}
ON_AXIS = {"percent": "%", "minutes": "minutes", "days": "jours"}
DECIMALS = {"percent": 0, "per_1000": 1, "rate": 1, "count": 0}


def axis_words(indicator: Indicator) -> str:
    """The title of an axis: the indicator's unit, or what is counted."""
    return ON_AXIS.get(indicator.unit, indicator.short)


def value_with_unit(indicator: Indicator, value: float) -> str:
    """The value with its unit."""
    if indicator.unit == "percent":
        return french.percent(
            value, 1 if value and (value < 10 or value > 99) and value != 100 else 0
        )
    if indicator.unit == "minutes":
        return french.minutes(value)
    if indicator.unit == "days":
        return french.days(value)
    decimals = (
        0 if float(value).is_integer() and indicator.unit == "count" else DECIMALS[indicator.unit]
    )
    said = french.number(value, decimals)
    # A value above 0 is not written as 0.
    return (
        said
        if said.strip("0,") or not value
        else f"moins de {french.number(10**-decimals, decimals)}"
    )


def distinct_values(indicator: str, value: float, usual: float) -> tuple[str, str]:
    """Both values in words, with enough decimals to differ: « 4,02 % » and « 3,97 % », not « 4,0 % » twice."""
    i = BY_CODE[indicator]
    words = value_with_unit(i, value), value_with_unit(i, usual)
    for decimals in (1, 2):
        if words[0] != words[1]:
            break
        one, other = (french.number(x, decimals) for x in (value, usual))
        unit = {"percent": "%", "minutes": "min", "days": "jours"}.get(i.unit, "")
        words = (
            f"{one}{french.SPACE}{unit}".rstrip(f" {french.SPACE}"),
            f"{other}{french.SPACE}{unit}".rstrip(f" {french.SPACE}"),
        )
    return words


def shown_value(figure: Figure) -> str:
    """The figure's value as displayed, « au moins » before a lower bound, « connues » after what waits where not all is known;
    where it is missing, why, in a word or two."""
    if figure.value is not None:
        words = value_with_unit(BY_CODE[figure.indicator], figure.value)
        return f"{at_least(figure)}{words}{known_alone(figure)}"
    for word in (FEW, HIDDEN):
        if figure.note.startswith(word):
            return word
    return _in_short(figure.note) or "—"


def _in_short(note: str) -> str:
    """Why a value is missing, in a word or two; "" for another reason. note: may have its own period after a comma."""
    return IN_SHORT.get(note.partition(", ")[0], "")


def is_partial(figure: Figure) -> bool:
    """Whether the figure is a count, or an age, and some site's register is partial: it is compared with no other."""
    part = figure.sites_in_part or figure.sites_reporting < figure.sites_expected
    return bool(part) and (BY_CODE[figure.indicator].is_current or figure.indicator == "visits")


def at_least(figure: Figure) -> str:
    """« au moins », where the figure is a lower bound: some site's register is partial; else ""."""
    return AT_LEAST if is_partial(figure) and not _is_waiting(figure) else ""


def known_alone(figure: Figure) -> str:
    """« connues », after a number of complaints that wait, where not all is known; else ""."""
    waiting = figure.value is not None and is_partial(figure) and _is_waiting(figure)
    return partial_counts.known_alone(figure.value or 0) if waiting else ""


def _is_waiting(figure: Figure) -> bool:
    indicator = BY_CODE[figure.indicator]
    return indicator.is_current and indicator.unit == "count"


def missing_reason(figure: Figure) -> str:
    """Why a figure is missing, or what to know beside it; "" for nothing."""
    return french.upper_first(figure.note)


def difference(now: Figure, before: Figure) -> str:
    """The difference from a year before, in the indicator's unit: « +2 points », « −3 min »; "" if unknown.

    A plain difference of two periods: it shows no trend.
    """
    if now.value is None or before.value is None:
        return ""
    indicator, gap = BY_CODE[now.indicator], now.value - before.value
    size = abs(gap)
    sign = "+" if gap > 0 else "−"
    if indicator.unit == "percent" and not round(size, 1) or not size:
        sign, size = "±", 0
    if indicator.unit == "percent":
        points = french.number(size, 1)
        return f"{sign}{points} {'point' if size < 2 else 'points'}"
    return f"{sign}{value_with_unit(indicator, size)}"


def of_whom_left(visits: Figure, left: Figure) -> str:
    """« venus, dont 821 partis sans être reçus », « venus, dont au moins 821 … » where not all outcomes are known; "" where
    nobody is known to have left. visits, left: the figures of these two indicators."""
    if visits.value is None or left.value is None or not left.numerator:
        return ""
    all_known = left.denominator == visits.value and not at_least(visits)
    gone = french.plural(left.numerator, "parti sans être reçu", "partis sans être reçus")
    return f"venus, dont {'' if all_known else AT_LEAST}{gone}"


def who_reported(figure: Figure) -> str:
    """« 22 centres sur 24 ont remonté leurs visites, en partie pour 2 d'entre eux ; 1 autre n'a remonté que des fiches de
    clôture »: of registers of visits, whatever closings are missing; for a single site « registre des visites remonté en
    partie ». figure: of visits."""
    reporting, expected = figure.sites_reporting, figure.sites_expected
    alone = figure.heard - reporting
    part = 0 if figure.sites_whole is None else reporting - figure.sites_whole
    if not expected:
        return "rien n'était attendu, aucun centre n'étant ouvert"
    if expected == 1:
        if not figure.heard:
            return "ni registre des visites ni fiche remontés"
        if not reporting:
            return CLOSINGS_ALONE
        return f"registre des visites remonté{' en partie' if part else ''}"
    if not figure.heard:
        return (
            f"aucun des {expected} centres attendus n'a remonté de registre des visites ni de fiche"
        )
    if not reporting:
        has = "a" if alone == 1 else "ont"
        return f"{french.plural(alone, 'centre')} sur {expected} {has} remonté des fiches de clôture, sans registre des visites"
    has = "a remonté ses" if reporting == 1 else "ont remonté leurs"
    said = f"{french.plural(reporting, 'centre')} sur {expected} {has} visites"
    if part:
        said += (
            ", en partie"
            if part == reporting
            else f", en partie pour {french.number(part)} d'entre eux"
        )
    if not alone:
        return said
    only = french.plural(alone, "autre n'a", "autres n'ont")
    return f"{said}{french.SPACE}; {only} remonté que des fiches de clôture"


def who_measures(measuring: int, figure: Figure) -> str:
    """« attente mesurée dans 3 centres sur 24 »; where some registers of visits are missing, how many came; that none
    did, where that is so: waits are measured in a register. measuring: how many sites measure waits; figure: of visits."""
    reporting, expected = figure.sites_reporting, french.number(figure.sites_expected)
    if not reporting:
        return NO_VISITS
    part = reporting < figure.sites_expected
    registers = (
        f" (registre des visites remis dans {french.plural(reporting, 'centre')} sur {expected})"
    )
    if not measuring:
        return f"attente non mesurée{registers if part else ''}"
    measured = f"attente mesurée dans {french.plural(measuring, 'centre')}"
    return f"{measured}{registers}" if part else f"{measured} sur {expected}"


def declared_alone(visits: int) -> str:
    """« 1 594 visites déclarées par les fiches de clôture, sans registre »: of days of which no register came; "" for none."""
    if not visits:
        return ""
    many = french.plural(visits, "visite déclarée", "visites déclarées")
    return f"{many} par les fiches de clôture, sans registre"


def among_in_words(some: int, everybody: int) -> str:
    """« dans le seul centre qui en ait déjà remis, sur 24 », « dans les 2 centres qui en ont déjà remis, sur 24 », for
    closings."""
    who = "le seul centre qui en ait déjà" if some == 1 else f"les {some} centres qui en ont déjà"
    who += " remis"
    return f"dans {who}, sur {french.number(everybody)}"


def basis_with_nouns(figure: Figure) -> str:
    """The basis of a figure with nouns: « 192 sur 368 visites dont l'attente est connue », « 18 visites en 64 jours ouverts »."""
    if not basis_in_words(figure):
        return ""
    basis = BY_CODE[figure.indicator].basis
    if not (figure.denominator and figure.numerator is not None):
        return french.plural(figure.n, *basis.cases)
    some = french.number(figure.numerator)
    if basis.counted:
        some = french.plural(figure.numerator, *basis.counted)
    return f"{some} {basis.joint} {french.plural(figure.denominator, *basis.cases)}"


def of_whole_months(rows: Iterable[Figure], whole: Figure) -> str:
    """« Les prestations ensemble : 479 plaintes pour 38 463 visites, celles des mois dont les deux registres sont entiers. »
    where services rest on less than the whole beside them, whose days are known one by one; else "". rows: of the services."""
    shown = [f for f in rows if f.denominator and f.numerator is not None]
    together = [sum(f.denominator or 0 for f in shown), sum(f.numerator or 0 for f in shown)]
    if whole.indicator != "complaints_per_1000" or together[0] >= (whole.denominator or 0):
        return ""
    if all(f.value is None for f in shown):
        return ""
    basis = BY_CODE[whole.indicator].basis
    visits = french.plural(together[0], *basis.cases)
    complaints = french.plural(together[1], *(basis.counted or basis.cases))
    return (
        f"Les prestations ensemble{french.SPACE}: {complaints} {basis.joint} {visits}, celles des mois dont les deux"
        " registres sont entiers."
    )


def basis_in_words(figure: Figure) -> str:
    """The numbers that a figure rests on: « 192 sur 368 », « 79 cas »; "" where unknown."""
    if figure.value is None and _in_short(figure.note) in (NOT_HANDED, BEHIND):
        return ""
    if figure.denominator and figure.numerator is not None:
        return f"{french.number(figure.numerator)} sur {french.number(figure.denominator)}"
    return f"{french.number(figure.n)} cas" if figure.n else ""


def against_last_year(card: Figure, now: Mapping[str, Figure], before: Mapping[str, Figure]) -> str:
    """A card's second line: the value of the same days a year before, and the difference; volumes per open day. "" without a
    comparison.

    now, before: figures by indicator, at the same sites; that is said where the card, over all sites, reads otherwise.
    """
    code = card.indicator
    if now[code].value is None or before[code].value is None:
        return ""
    if is_partial(now[code]) or is_partial(before[code]):
        return ""  # two lower bounds have no difference
    if code == "visits":
        new, old = now["visits_per_day"].value, before["visits_per_day"].value
        if not new or not old:
            return ""
        change = 100 * (new - old) / old
        if not round(change, 1):
            return "autant par jour qu'un an avant"
        more = "plus" if change > 0 else "moins"
        return f"{french.percent(abs(change), 1)} d'usagers de {more} par jour qu'un an avant"
    if shown_value(card) == shown_value(now[code]):
        gap = difference(now[code], before[code])
        same = gap.startswith("±")
        return f"un an avant : {'autant' if same else f'{shown_value(before[code])} ({gap})'}"
    return f"mêmes centres : {shown_value(now[code])}, un an avant {shown_value(before[code])}"
