"""The directory of sites, each with a link to its page; who directs a department."""

from datetime import date

from dashboard import french
from dashboard.answers.completeness import last_known_day_cell
from dashboard.answers.context import View, cached
from dashboard.answers.network import silences, sites, with_data_date
from dashboard.answers.question import Question
from dashboard.panel import (
    Message,
    Panel,
    day_cell,
    department_cell,
    make_table,
    site_cell,
    text_cell,
)
from db import read
from db.shared_types import Place


@cached
def directed_by(view: View, question: Question) -> str:
    """« Zou : dirigé par DDTFP du Zou depuis le 01/01/2025. » of the chosen departments at the period's end; "" where it is not
    known, or none is chosen."""
    day = min(question.last, view.snapshot.day)
    known = {
        department: (who, since)
        for department, since, who in view.read(read.directors)
        if since <= day
    }
    return " ".join(
        f"{name} : dirigé par {known[name][0]} depuis le {french.date_short(known[name][1])}."
        for name in question.departments
        if name in known
    )


@cached
def of_sites(view: View, question: Question, key: str) -> Panel:
    """A panel of the question's sites, by department then name: since when they are open, their hours, the last day known."""
    title, places = "Les centres, par département", sites(view, question)
    if not places:
        return Panel(key, title, Message("Aucun centre ne correspond à ces filtres."))
    day, silences_by_code = view.snapshot.day, silences(view, question)
    rows = [
        (
            site_cell(p.name, p.code),
            department_cell(p.department),
            day_cell(p.launched_on, "non renseigné"),
            text_cell(hours_in_words(p, day)),
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
                ("Ouvert le", "day"),
                ("Heures d'ouverture", ""),
                ("Dernier jour connu", "day"),
            ),
            rows,
        ),
        caption=with_data_date(
            view,
            "Ouvert le jour de la cérémonie. Dernier jour dont les données sont reçues, pour chaque centre",
        ),
        finding="Les centres : ouverture, heures, dernier jour connu",
    )


def hours_in_words(site: Place, day: date) -> str:
    """« du lundi au vendredi de 8 h à 17 h »: the hours of a site, or since when it is closed."""
    closed, week = site.closed_on, site.week_on(day)
    if closed is not None and closed <= day:
        return f"fermé depuis le {french.date_short(closed)}"
    return french.opening_hours(week.hours) if week else "non renseignées"
