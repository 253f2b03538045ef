"""The curves and the services of places side by side, and what a slide has of them."""

from datetime import date

from dashboard import charts, french
from dashboard.answers.context import View, cached
from dashboard.answers.figures import trend
from dashboard.answers.network import services as service_names
from dashboard.answers.place_days import place_days
from dashboard.answers.question import Question
from dashboard.answers.side_by_side import (
    CHOOSE,
    FEWEST,
    MOST,
    Kind,
    choices,
    judged,
    sides,
    surely_different,
)
from dashboard.indicators import BY_CODE, codes
from dashboard.indicators.measures import UNMEASURED
from dashboard.judgement.place_days import compared_services, service_key
from dashboard.judgement.side_by_side import Verdict
from dashboard.panel import (
    Chart,
    Message,
    Panel,
    figure_cell,
    make_table,
    month_cell,
    text_cell,
    value_cell,
)
from dashboard.wording import axis_words, shown_value

S = french.SPACE
FOLLOWED = codes(lambda i: i.followed and not i.is_current)  # whose months are drawn
MONTHS = 13
ONE_SCALE = "Une seule échelle pour tous, à partir de zéro. Chaque bout de courbe dit son mois."


@cached
def months(
    view: View, question: Question, kind: Kind, places: tuple[str, ...], code: str, key: str
) -> Panel:
    """A panel of an indicator month by month, a line each place, on one scale from zero; its heading is what may be said."""
    i, compared = BY_CODE[code], sides(view, question, kind, places)
    title = f"{i.label}, mois par mois"
    if len(compared) < FEWEST:
        return Panel(key, title, Message(CHOOSE))
    of_places = [trend(view, side.question, MONTHS) for side in compared]
    starts = sorted({month for of in of_places for month in of})
    rows = [
        (
            date.fromisoformat(f"{month}-01"),
            [
                (f.value, shown_value(f))
                if (f := of[month][code] if month in of else None)
                else (None, "")
                for of in of_places
            ],
        )
        for month in starts
    ]
    if not any(v is not None for _, of in rows for v, _ in of):
        return Panel(key, title, Message(f"{i.label}{S}: {UNMEASURED}."), finding=title)
    names = [side.name for side in compared]
    return Panel(
        key,
        title,
        Chart(charts.place_lines(rows, names=names, unit=i.label, axis=axis_words(i))),
        table=make_table(
            (("Mois", "month"), *((name, i.unit) for name in names)),
            [
                (
                    month_cell(date.fromisoformat(f"{month}-01")),
                    *(figure_cell(of[month][code]) for of in of_places),
                )
                for month in starts
                if all(month in of for of in of_places)
            ],
        ),
        alt=f"{i.label} de {french.join_words(names)}, mois par mois, sur une seule échelle.",
        caption=f"{charts.signs(names)}. {ONE_SCALE}",
        finding=_finding(view, question, kind, places, code),
    )


def _finding(view: View, question: Question, kind: Kind, places: tuple[str, ...], code: str) -> str:
    """« Usagers par jour ouvert : Borgou reçoit plus de monde par jour ouvert », over the period."""
    one = next((j for j in judged(view, question, kind, places) if j.code == code), None)
    label = BY_CODE[code].label
    if one is None:
        return label
    said = one.clause or french.lower_first(one.words.partition(" : ")[0].rstrip("."))
    if one.verdict in (Verdict.UNKNOWN, Verdict.PARTIAL):
        said = one.words.rstrip(".")
    return f"{label}{S}: {said}"


@cached
def services(
    view: View, question: Question, kind: Kind, places: tuple[str, ...], key: str
) -> Panel:
    """A panel of the services most asked for: the share of each at each place, and where chance does not explain the gap."""
    title, compared = "Ce que l'on vient demander", sides(view, question, kind, places)
    if len(compared) < FEWEST:
        return Panel(key, title, Message(CHOOSE))
    if question.service:
        return Panel(key, title, Message("Une seule prestation est choisie dans les filtres."))
    of_places = [place_days(view, side.question) for side in compared]
    totals = [sum(of.visits_by_service.values()) for of in of_places]
    unknown = [s.name for s, n in zip(compared, totals, strict=True) if not n]
    if unknown:
        where = french.join_words(unknown)
        return Panel(key, title, Message(f"Prestations{S}: non mesuré ({where})."), finding=title)
    sure = surely_different(view, question, kind, places)
    known, names = service_names(view), [side.name for side in compared]
    network, rows, cells = view.network, [], []
    for service in compared_services(of_places):
        label = known.get(network.service_code(service), network.service_code(service))
        counts = [of.visits_by_service.get(service, 0) for of in of_places]
        shares = [100 * n / total for n, total in zip(counts, totals, strict=True)]
        differs = any(name == service_key(service) for name, _ in sure)
        words = f"{' · '.join(french.number(share) for share in shares)}{S}%"
        rows.append((label, shares, words, differs))
        cells.append(
            (
                text_cell(label),
                *(value_cell("left", share) for share in shares),
                text_cell("≠ l'écart dépasse le hasard" if differs else "≈ rien de sûr"),
            )
        )
    said = [label for label, *_, differs in rows if differs]
    what = french.join_first([f"« {label} »" for label in said])
    finding = (
        f"On ne vient pas pour les mêmes prestations{S}: {what}"
        if said
        else "Prestations demandées : rien ne les départage"
    )
    return Panel(
        key,
        title,
        Chart(charts.place_shares(rows, names=names, unit="Part des usagers")),
        table=make_table(
            (("Prestation", ""), *((name, "percent") for name in names), ("Écart", "")), cells
        ),
        alt=f"Part de chaque prestation à {french.join_words(names)}.",
        caption=f"{charts.signs(names)}. Part des usagers dont la prestation est connue, les plus demandées d'abord."
        f" ≠{S}: l'écart est plus grand que le hasard.",
        finding=finding,
    )


@cached
def of_scope(view: View, question: Question) -> tuple[Kind, tuple[str, ...]]:
    """What a slide about a question compares: its departments where these are two to four, a site with others of its department,
    or a department's sites; MOST at most, none without any of these."""
    if question.site:
        home = {p.code: p.department for p in view.network.places}
        order = choices(view, question, "site")
        near = [c for c in order if c != question.site and home[c] == home.get(question.site)]
        return "site", (question.site, *near)[:MOST]
    if FEWEST <= len(question.departments) <= MOST:
        return "department", question.departments
    if len(question.departments) == 1:
        home = {p.code: p.department for p in view.network.places}
        order = choices(view, question, "site")
        return "site", tuple(c for c in order if home[c] == question.departments[0])[:MOST]
    return "department", ()
