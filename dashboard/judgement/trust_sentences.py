"""« Puis-je m'y fier ? »: what a figure rests on, in one line; the same on screen and in exports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dashboard import french
from dashboard.indicators import BY_CODE, TIMED, Figure
from dashboard.wording import (
    NOT_FOR_GUESTS,
    NOT_HANDED,
    basis_with_nouns,
    missing_reason,
    shown_value,
    value_with_unit,
)

GAP = 0.02  # share of visits: closings and register may differ by it without a caution
MANY_TIMES = 2  # from this ratio on it is given as « n fois autant »


@dataclass(frozen=True)
class TrustContext:
    """What is known of a question's data beside its figures. as_of: the last day up to which all is known, `age_days` ago;
    declared, entered: visits of closed days with a register, as declared at the closing and as entered in the register.
    not_reported: names of expected sites without data in the period.
    measuring: how many sites measure waits; None where that is not asked. complaints_later: received after the last day of the
    data; complaints_through: how many sites' complaints are known over the entire period. first: the first day of the question.
    closings_alone: names of sites that handed in closings and no register of visits; declared_alone: visits that closings declare
    of days without a register. complaints_to: the days up to which complaints that wait are known, in words."""

    as_of: date | None
    age_days: int | None
    partial: bool
    not_reported: tuple[str, ...]
    declared: int
    entered: int
    demo: bool
    measuring: int | None = None
    complaints_later: int = 0
    complaints_through: int = 0
    first: date | None = None
    closings_alone: tuple[str, ...] = ()
    declared_alone: int = 0
    complaints_to: str = ""


def trust_line(code: str, figures: Mapping[str, Figure], context: TrustContext) -> str:
    """The line under a figure: number of cases, sites, days covered, share measured, rows left out, age of the data, cautions,
    whether it is hidden."""
    figure = figures[code]
    parts = [basis_with_nouns(figure)] if basis_with_nouns(figure) else []
    timed = BY_CODE[code].required == TIMED and context.measuring is not None
    reporting = figure.sites_reporting
    measuring = (
        _measuring(reporting, context.measuring)
        if timed and context.measuring is not None and figures["visits"].n
        else ""
    )
    # A reader without rights to a register is not shown who hands it in; where no site does, the reason says so.
    if (
        reporting
        and not figure.note.startswith(NOT_FOR_GUESTS)
        and shown_value(figure) != NOT_HANDED
    ):
        register = "registre des plaintes à jour dans " if BY_CODE[code].is_current else ""
        sites = french.plural(reporting, "centre")
        parts.append(f"{register}{sites} sur {french.number(figure.sites_expected)}{measuring}")
    closed, of_visits = figures["completeness"], BY_CODE[code].register == "visits"
    if of_visits and closed.numerator == 0:
        parts.append("aucun jour ouvert n'a sa fiche de clôture")
    elif of_visits and closed.value is not None:
        share = value_with_unit(BY_CODE["completeness"], closed.value)
        some = closed.sites_reporting < closed.sites_expected
        who = f", dans {french.plural(closed.sites_reporting, 'centre')}" if some else ""
        parts.append(f"fiche de clôture pour {share} des jours ouverts{who}")
    known, visits = BY_CODE[code].required, figures["visits"].n
    if known and visits:
        parts.append(
            f"{known.words} pour {french.percent(100 * figures[known.count_indicator].n / visits)} des visites"
        )
    parts += _left_out(code, figures)
    if reporting and context.as_of and context.age_days is not None:
        age = {0: "aujourd'hui", 1: "hier"}.get(
            context.age_days, f"il y a {french.days(context.age_days)}"
        )
        parts.append(f"données au {french.date_short(context.as_of)} ({age})")
    return " · ".join([*parts, *cautions(code, figure, context)])


def with_checks(line: str, to_check: str) -> str:
    """The line with what is to be checked of what its figure rests on, if anything is."""
    return " · ".join(filter(None, (line, to_check)))


def _measuring(known: int, measuring: int) -> str:
    """« , attente mesurée dans 20 d'entre eux »; "" without sites. known: how many sites have data; measuring: how many of them
    measure waits."""
    if not known:
        return ""
    if not measuring:
        return ", sans mesure de l'attente"
    if known == measuring:
        return ", avec mesure de l'attente"
    return f", attente mesurée dans {french.number(measuring)} d'entre eux"


def _left_out(code: str, figures: Mapping[str, Figure]) -> list[str]:
    """How many rows the figure leaves out, so that none can be dropped unnoticed, and how many it counts though the site was
    closed; a phrase each."""
    visits, rest = figures["visits"], BY_CODE[code].excluded_rows
    if BY_CODE[code].off_days and visits.value is not None and visits.note:
        return [visits.note]
    if rest is None:
        return []
    left_out = _cases(figures[rest.total_indicator]) - _cases(figures[code])
    return [f"hors {french.plural(left_out, rest.one, rest.more)}"] if left_out else []


def _cases(figure: Figure) -> float:
    return figure.n if figure.denominator is None else figure.denominator


def cautions(code: str, figure: Figure, context: TrustContext) -> list[str]:
    """Cautions about a figure, a sentence each; empty without any."""
    warnings = []
    of_closings = BY_CODE[code].closings or BY_CODE[code].any_form
    if figure.value is None and figure.note:
        warnings.append(missing_reason(figure).lower())
    unsure = BY_CODE[code].unsure_before
    if unsure and context.first and context.first < unsure[0] and figure.value is not None:
        warnings.append(unsure[1])
    if context.partial:
        warnings.append("période partielle")
    if context.not_reported and BY_CODE[code].register == "visits":
        have = "n'a" if len(context.not_reported) == 1 else "n'ont"
        missing = french.join_first(context.not_reported)
        warnings.append(f"{have} remis ni registre des visites ni fiche{french.SPACE}: {missing}")
    if context.closings_alone and BY_CODE[code].register == "visits" and not of_closings:
        alone = french.join_first(context.closings_alone)
        warnings.append(f"des fiches de clôture sans registre des visites{french.SPACE}: {alone}")
    if BY_CODE[code].register == "visits" and (gap := _gap(context)):
        warnings.append(gap)
    if context.complaints_later and BY_CODE[code].register == "complaints":
        later = french.plural(
            context.complaints_later, "plainte reçue depuis", "plaintes reçues depuis"
        )
        warnings.append(f"{later} cette date, pas encore comptées")
    if context.demo:
        warnings.append("données fictives")
    return warnings


def _gap(context: TrustContext) -> str:
    """« les fiches de clôture déclarent 12,5 % de visites de plus que le registre », from twice as many on « 2,9 fois autant de
    visites »; "" where they agree."""
    if not context.entered or abs(context.declared - context.entered) <= GAP * context.entered:
        return ""
    times = context.declared / context.entered
    if times >= MANY_TIMES:
        many = french.number(times, 1)
        return f"les fiches de clôture déclarent {many} fois autant de visites que le registre, l'un des deux est à vérifier"
    more = "plus" if times > 1 else "moins"
    share = french.percent(100 * abs(times - 1), 1)
    return f"les fiches de clôture déclarent {share} de visites de {more} que le registre"
