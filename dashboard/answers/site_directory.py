"""Where one can go: the sites and the departments, each with what it is known for."""

from collections import Counter

from dashboard import french
from dashboard.answers.complaint_register import register
from dashboard.answers.complaints import LATE_DAYS, counted
from dashboard.answers.completeness import heard_of
from dashboard.answers.context import View, answer
from dashboard.answers.figures import figures
from dashboard.answers.network import dated, silences, sites, to_date
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE, placed
from dashboard.panel import (
    Message,
    Panel,
    count,
    department_name,
    of_figure,
    site_name,
    table,
    words,
)
from dashboard.wording import NOT_FOR_GUESTS

KNOWN_FOR = placed("directory")


@answer
def of_sites(view: View, question: Question, key: str) -> Panel:
    """The question's sites, by department then by name, with what each is known for."""
    title, places = "Les centres, par département", sites(view, question)
    if not places:
        return Panel(key, title, Message("Aucun centre ne correspond à ces filtres."))
    found, heard = figures(view, question, "site"), silences(view, question)
    rows = [
        (
            site_name(p.name, p.code),
            department_name(p.department),
            *(of_figure(found[p.code][code]) for code in KNOWN_FOR),
            heard_of(heard.get(p.code)),
        )
        for p in sorted(
            places, key=lambda p: (french.alphabetical(p.department), french.alphabetical(p.name))
        )
    ]
    return Panel(
        key,
        title,
        table=table(
            (
                ("Centre", ""),
                ("Département", ""),
                *((BY_CODE[code].short, BY_CODE[code].unit) for code in KNOWN_FOR),
                ("Dernier jour connu", "day"),
            ),
            rows,
        ),
        caption=dated(view, "Dernier jour dont les données sont reçues, pour chaque centre"),
    )


@answer
def of_departments(view: View, question: Question, key: str) -> Panel:
    """The departments that have a site, with what each is known for."""
    found, places = figures(view, question, "department"), sites(view, question)
    home, known = {p.code: p.department for p in places}, register(view, to_date(view, question))
    late = Counter(home[code] for code in known.code[known.age > LATE_DAYS].tolist())
    rows = [
        (
            department_name(name),
            count(sum(p.department == name for p in places)),
            of_figure(found[name]["visits"]),
            *(of_figure(found[name][code]) for code in KNOWN_FOR),
            words(NOT_FOR_GUESTS)
            if view.access.guest
            else counted(late[name], found[name]["complaints_open"]),
        )
        for name in sorted(set(home.values()), key=french.alphabetical)
    ]
    return Panel(
        key,
        "Les départements",
        table=table(
            (
                ("Département", ""),
                ("Centres", "count"),
                *((BY_CODE[code].short, BY_CODE[code].unit) for code in ("visits", *KNOWN_FOR)),
                ("Plaintes de plus de 30 jours", "count"),
            ),
            rows,
        ),
        caption=dated(view, "Plaintes en cours"),
    )
