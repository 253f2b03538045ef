"""The directories of sites and departments, each with a few of its figures and a link to its page."""

from collections import Counter

from dashboard import french
from dashboard.answers.complaint_register import register_now
from dashboard.answers.complaints import LATE_DAYS, waiting_cell
from dashboard.answers.completeness import last_known_day_cell
from dashboard.answers.context import View, cached
from dashboard.answers.figures import figures
from dashboard.answers.network import silences, sites, with_data_date
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE, codes_placed_in
from dashboard.panel import (
    Message,
    Panel,
    count_cell,
    department_cell,
    figure_cell,
    make_table,
    site_cell,
    text_cell,
)
from dashboard.wording import NOT_FOR_GUESTS

KNOWN_FOR = codes_placed_in("directory")


@cached
def of_sites(view: View, question: Question, key: str) -> Panel:
    """A panel of the question's sites, by department then name, with the figures of KNOWN_FOR."""
    title, places = "Les centres, par département", sites(view, question)
    if not places:
        return Panel(key, title, Message("Aucun centre ne correspond à ces filtres."))
    found, silences_by_code = figures(view, question, "site"), silences(view, question)
    rows = [
        (
            site_cell(p.name, p.code),
            department_cell(p.department),
            *(figure_cell(found[p.code][code]) for code in KNOWN_FOR),
            last_known_day_cell(silences_by_code.get(p.code)),
        )
        for p in sorted(
            places, key=lambda p: (french.alphabetical(p.department), french.alphabetical(p.name))
        )
    ]
    return Panel(
        key,
        title,
        table=make_table(
            (
                ("Centre", ""),
                ("Département", ""),
                *((BY_CODE[code].short, BY_CODE[code].unit) for code in KNOWN_FOR),
                ("Dernier jour connu", "day"),
            ),
            rows,
        ),
        caption=with_data_date(
            view, "Dernier jour dont les données sont reçues, pour chaque centre"
        ),
    )


@cached
def of_departments(view: View, question: Question, key: str) -> Panel:
    """A panel of the departments that have a site, with the figures of KNOWN_FOR."""
    found, places = figures(view, question, "department"), sites(view, question)
    home, known = (
        {p.code: p.department for p in places},
        register_now(view, question),
    )
    late = Counter(home[code] for code in known.code[known.age > LATE_DAYS].tolist())
    rows = [
        (
            department_cell(name),
            count_cell(sum(p.department == name for p in places)),
            figure_cell(found[name]["visits"]),
            *(figure_cell(found[name][code]) for code in KNOWN_FOR),
            text_cell(NOT_FOR_GUESTS)
            if view.access.guest
            else waiting_cell(late[name], found[name]["complaints_open"]),
        )
        for name in sorted(set(home.values()), key=french.alphabetical)
    ]
    return Panel(
        key,
        "Les départements",
        table=make_table(
            (
                ("Département", ""),
                ("Centres", "count"),
                *((BY_CODE[code].short, BY_CODE[code].unit) for code in ("visits", *KNOWN_FOR)),
                ("Plaintes de plus de 30 jours", "count"),
            ),
            rows,
        ),
        caption=with_data_date(view, "Plaintes en cours"),
    )
