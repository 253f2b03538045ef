"""« Puis-je m'y fier ? »: what a figure rests on, in one line. One function, one look, on screen and in exports."""

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

GAP = 0.02  # share of visits by which the closings may differ from the register before it is said
MANY_TIMES = 2  # from here on it is said how many times as much


@dataclass(frozen=True)
class TrustContext:
    """What is known of a question beside its figures. declared, entered: visits of closed days whose register was handed in, as
    declared at the closing and as entered there. not_reported: names of expected sites without data in the period. measuring:
    sites that measure waits; None where it is not asked. complaints_later: received after the day on which the data end;
    complaints_through: sites whose complaints are known from its first day to its last. known_to: up to which day all is known,
    of which is what is said of now.
    """

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
    known_to: date | None = None


def trust_line(code: str, figures: Mapping[str, Figure], ground: TrustContext) -> str:
    """The line under a figure: n, sites, days covered, share measured, rows left out, age of the data, open flags, hidden
    or not."""
    figure = figures[code]
    parts = [basis_with_nouns(figure)] if basis_with_nouns(figure) else []
    timed = BY_CODE[code].known == TIMED and ground.measuring is not None
    heard = figure.sites_reporting
    measuring = (
        _measuring(heard, ground.measuring)
        if timed and ground.measuring is not None and figures["visits"].n
        else ""
    )
    # Who reads no register is not told who hands it in; where nobody does, the reason says so.
    if heard and not figure.note.startswith(NOT_FOR_GUESTS) and shown_value(figure) != NOT_HANDED:
        register = "registre des plaintes à jour dans " if BY_CODE[code].now else ""
        sites = french.plural(heard, "centre")
        parts.append(f"{register}{sites} sur {french.number(figure.sites_expected)}{measuring}")
    closed, of_visits = figures["completeness"], BY_CODE[code].register == "visits"
    if of_visits and closed.numerator == 0:
        parts.append("aucune fiche de clôture sur la période")
    elif of_visits and closed.value is not None:
        share = value_with_unit(BY_CODE["completeness"], closed.value)
        some = closed.sites_reporting < closed.sites_expected
        who = f", dans {french.plural(closed.sites_reporting, 'centre')}" if some else ""
        parts.append(f"fiche de clôture pour {share} des jours ouverts{who}")
    known, visits = BY_CODE[code].known, figures["visits"].n
    if known and visits:
        parts.append(
            f"{known.words} pour {french.percent(100 * figures[known.by].n / visits)} des visites"
        )
    parts += _left_out(code, figures)
    if heard and ground.as_of and ground.age_days is not None:
        age = {0: "aujourd'hui", 1: "hier"}.get(
            ground.age_days, f"il y a {french.days(ground.age_days)}"
        )
        parts.append(f"données au {french.date_short(ground.as_of)} ({age})")
    return " · ".join([*parts, *cautions(code, figure, ground)])


def _measuring(heard: int, measuring: int) -> str:
    """« , attente mesurée dans 20 d'entre eux », of the sites that are heard of; "" where there are none: nobody knows."""
    if not heard:
        return ""
    if not measuring:
        return ", sans mesure de l'attente"
    if heard == measuring:
        return ", avec mesure de l'attente"
    return f", attente mesurée dans {french.number(measuring)} d'entre eux"


def _left_out(code: str, figures: Mapping[str, Figure]) -> list[str]:
    """How many rows the figure does not rest on, so that none can be dropped to look better, and how many it counts
    though the site was closed."""
    visits, rest = figures["visits"], BY_CODE[code].rest
    if BY_CODE[code].off_days and visits.value is not None and visits.note:
        return [visits.note]
    if rest is None:
        return []
    left_out = _counted(figures[rest.of]) - _counted(figures[code])
    return [f"hors {french.plural(left_out, rest.one, rest.more)}"] if left_out else []


def _counted(figure: Figure) -> float:
    return figure.n if figure.denominator is None else figure.denominator


def cautions(code: str, figure: Figure, ground: TrustContext) -> list[str]:
    """What to be careful of; empty where there is nothing."""
    warnings = []
    if figure.value is None and figure.note:
        warnings.append(missing_reason(figure).lower())
    if ground.partial:
        warnings.append("période partielle")
    if ground.not_reported and BY_CODE[code].register == "visits":
        have = "n'a" if len(ground.not_reported) == 1 else "n'ont"
        missing = french.join_first(ground.not_reported)
        warnings.append(f"{have} remis ni visites ni clôtures{french.SPACE}: {missing}")
    if BY_CODE[code].register == "visits" and (gap := _gap(ground)):
        warnings.append(gap)
    if ground.complaints_later and BY_CODE[code].register == "complaints":
        later = french.plural(
            ground.complaints_later, "plainte reçue depuis", "plaintes reçues depuis"
        )
        warnings.append(f"{later} cette date, pas encore comptées")
    if ground.demo:
        warnings.append("données fictives")
    return warnings


def _gap(ground: TrustContext) -> str:
    """« les fiches de clôture déclarent 12,5 % de visites de plus que le registre », from twice as many on « 2,9 fois autant
    de visites »; "" where they agree."""
    if not ground.entered or abs(ground.declared - ground.entered) <= GAP * ground.entered:
        return ""
    times = ground.declared / ground.entered
    if times >= MANY_TIMES:
        many = french.number(times, 1)
        return f"les fiches de clôture déclarent {many} fois autant de visites que le registre, l'un des deux est à vérifier"
    more = "plus" if times > 1 else "moins"
    share = french.percent(100 * abs(times - 1), 1)
    return f"les fiches de clôture déclarent {share} de visites de {more} que le registre"
