"""The table of events in French, for readers of the demonstration."""

from datetime import date, timedelta

from dashboard.french import date_short, number, percent
from db.demo.events import EVENTS, Event, Kind
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
