"""The tables of events and of absences in French, for readers of the demonstration."""

from datetime import date, timedelta

from dashboard.french import date_short, join_words, number, percent, plural
from db.demo.arrivals import HABITUAL
from db.demo.closings import CARELESS
from db.demo.events import EVENTS, Event, Kind
from db.demo.gaps import ABSENCES, FORGETFUL, Absence
from db.demo.model import Gap
from db.seed import read_csv

_WORDS = {
    Kind.SLOWER: "attentes multipliées par {times}",
    Kind.FASTER: "attentes multipliées par {times}",
    Kind.FEWER: "visites multipliées par {times}",
    Kind.SERVICE_GROWS: "part de « {service} » multipliée peu à peu par {times}",
    Kind.OPENS: "ouverture, d'abord avec {share} des visites qui suivront",
    Kind.MEASURES: "l'attente est mesurée, pour {share} des visites",
    Kind.SILENT: "plus aucune donnée",
    Kind.POWER_CUTS: "coupures de courant, {share} des jours ouvrés",
    Kind.FORGETS: "registre clôturé {share} des jours ouvrés",
    Kind.UNANSWERED: "{share} des plaintes ne reçoivent jamais de réponse",
}

_WHY = {
    Gap.NO_WORD: "sans un mot",
    Gap.PROMISED: "annoncé pour plus tard",
    Gap.CLOSED: "fermé ({reason}), confirmé par un fichier",
    Gap.SAID_CLOSED: "fermé ({reason}), selon le centre",
    Gap.NOBODY: "personne n'est venu, dit la fiche de clôture",
    Gap.SAID_NOBODY: "personne n'est venu, selon le centre",
}


def events_in_words(today: date) -> list[str]:
    """A line for each event, in the order in which they begin; `today` is the day after the last of the data."""
    names = {row["code"]: row["name"] for row in read_csv("sites.csv")}
    services = {row["code"]: row["label"] for row in read_csv("services.csv")}

    def line(event: Event) -> str:
        end = event.end(today)
        since = date_short(event.first(today))
        when = (
            f"du {since} au {date_short(end - timedelta(days=1))}" if end else f"depuis le {since}"
        )
        what = _WORDS[event.kind].format(
            times=number(event.size, 2).rstrip("0"),
            share=percent(100 * event.size),
            service=services.get(event.service or "", ""),
        )
        return f"  {when} · {names.get(event.place, event.place)} · {what}"

    return [line(event) for event in sorted(EVENTS, key=lambda event: event.first(today))]


def absences_in_words() -> list[str]:
    """A line for each absence, the latest first, and one for what sites do by habit."""
    names = {row["code"]: row["name"] for row in read_csv("sites.csv")}

    def line(absence: Absence) -> str:
        days = plural(absence.days, "jour")
        why = _WHY[absence.gap].format(reason=absence.reason)
        return (
            f"  {absence.back} jours ouvrés avant la fin · {names[absence.place]} · {days} : {why}"
        )

    habits = (
        ("en retard presque chaque semaine", HABITUAL),
        ("oublient des jours chaque mois, sans un mot", FORGETFUL),
        ("déclarent souvent un autre nombre que leur registre", CARELESS),
    )
    of_sites = [
        f"  {what} · {join_words([names[code] for code in codes])}" for what, codes in habits
    ]
    return [*map(line, ABSENCES), *of_sites]
