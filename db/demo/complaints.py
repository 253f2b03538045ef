"""The complaints registers: invented complaints, some still open."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from db.demo.arrivals import weekly_arrivals
from db.demo.csv_text import cell, join_columns, numbers, pick_strings
from db.demo.model import DemoFile, Plan
from db.demo.random_draws import chance, draw, table

HEADING = "Référence;Centre;Reçue le;Catégorie;Prestation;Canal;Répondue le;Issue;Objet\n"
ORDINARY = 150  # days; a complaint not answered by then waits for somebody to look at the old ones
MAX_DELAY = 430  # days; by then that has been done, for nearly all
_COMPLAINTS, _DETAILS = 3, 4  # the keys of this module's random numbers

_SUBJECTS = {
    "Accueil": [
        "accueil jugé trop bref",
        "orientation peu claire à l'entrée",
        "personne à la borne",
    ],
    "Délai": ["attente trop longue au guichet", "acte toujours pas prêt", "délai annoncé dépassé"],
    "Dossier perdu": ["pièce introuvable au second passage", "dossier à déposer de nouveau"],
    "Information erronée": [
        "liste de pièces incomplète",
        "mauvais horaire affiché",
        "guichet mal indiqué",
    ],
    "Service indisponible": [
        "borne en panne",
        "connexion coupée",
        "plateforme inaccessible ce jour",
    ],
    "Comportement": ["ton jugé désagréable", "tour de passage non respecté"],
    "Frais indus": ["somme demandée sans reçu", "photocopies facturées deux fois"],
    "Autre": ["salle d'attente trop petite", "manque de sièges", "observation sans suite précise"],
}
_CATEGORY_SHARES = [0.13, 0.34, 0.09, 0.12, 0.17, 0.06, 0.03, 0.06]
_CHANNELS = ["guichet;", "téléphone;", "en ligne;", "WhatsApp;", "courrier;"]
_OUTCOMES = [";", "traitée;", "rejetée;", "sans suite;"]

_CATEGORY = table(_CATEGORY_SHARES)
_CHANNEL = table([0.48, 0.20, 0.13, 0.14, 0.05])
_OUTCOME = table([0.07, 0.79, 0.09, 0.05])
_FORGOTTEN = 0.03  # besides the few whose delay would exceed ORDINARY


def files(plan: Plan) -> Iterator[DemoFile]:
    """One file per year in which complaints were received, which comes in by the week; later replies stand in the same file, and
    so in the batch of the week in which a complaint was received: what is asked of a day counts no reply of later."""
    rates = np.array([[p.complaints] for p in plan.profiles])
    received = plan.rng(_COMPLAINTS).binomial(plan.counts, rates)
    for year, start, end in plan.years():
        for suffix, sites, stop in plan.file_groups(end + MAX_DELAY):
            # `stop` bounds the replies, `end` the complaints.
            until = max(start, min(end, stop))
            counts = {
                site: received[site, start:until]
                for site in sites
                if received[site, start:until].any()
            }
            parts = [
                _site_rows(plan, site, start, stop, per_day) for site, per_day in counts.items()
            ]
            if parts:
                content = b"".join([HEADING.encode(), *(rows for rows, _ in parts)])
                last = max(until - 1, *(reply for _, reply in parts))
                covers = (plan.day(start), plan.day(last))
                count = int(sum(per_day.sum() for per_day in counts.values()))
                name = f"plaintes-{year}{suffix}.csv"
                # A site at work without a complaint has none: that is not silence.
                at_work = [site for site in sites if plan.profiles[site].start < until]
                came_in = weekly_arrivals(plan, received, at_work, start, until)
                yield DemoFile(
                    name,
                    "plaintes",
                    content,
                    plan.day(last),
                    covers,
                    count,
                    tuple(plan.profiles[site].code for site in at_work),
                    arrivals=came_in,
                )


def _site_rows(
    plan: Plan, site: int, start: int, stop: int, counts: np.ndarray
) -> tuple[bytes, int]:
    """The complaints of one site from day `start`, answered before `stop`; and the last reply's day."""
    rng = plan.rng(_DETAILS, site, start)
    profile, n = plan.profiles[site], int(counts.sum())
    day = start + np.repeat(np.arange(len(counts)), counts)
    reply = _replies(plan, rng, site, day, stop)
    category = draw(rng, _CATEGORY, n)
    outcome = draw(rng, _OUTCOME, n) * (reply >= 0)
    dates = [f"{text};" for text in plan.dates] + [";"]
    services = [";", *(f"{cell(label)};" for label in plan.services)]
    rows = join_columns(
        f"P-{profile.short}-{plan.day(start).year}-",
        numbers(np.arange(1, n + 1), 5),
        f";{profile.code};",
        pick_strings(dates, day),
        pick_strings([f"{name};" for name in _SUBJECTS], category),
        pick_strings(services, draw(rng, table([0.12, *(0.88 * profile.services)]), n)),
        pick_strings(_CHANNELS, draw(rng, _CHANNEL, n)),
        pick_strings(dates, np.where(reply < 0, plan.days, reply)),
        pick_strings(_OUTCOMES, outcome),
        _subjects(rng, category),
    )
    return rows, int(reply.max())


def _replies(
    plan: Plan, rng: np.random.Generator, site: int, day: np.ndarray, stop: int
) -> np.ndarray:
    """The day of each reply, a working day before `stop`; -1 where there is none yet, or never will be.

    Delays are log-normal; a few complaints are forgotten and found again after half a year to a year.
    """
    median = plan.profiles[site].reply_days
    delay = np.ceil(median * rng.lognormal(0, 0.85, len(day))).astype(int)
    working = np.append(
        np.flatnonzero(plan.workday), plan.days
    )  # the last: some day after the period
    reply = working[np.searchsorted(working[:-1], day + delay)]
    forgotten = chance(rng, _FORGOTTEN, len(day)) | (reply - day > ORDINARY)
    found_again = working[
        np.minimum(
            np.searchsorted(working[:-1], day + rng.integers(170, 400, len(day))), len(working) - 1
        )
    ]
    reply = np.where(forgotten, found_again, reply)
    never = chance(rng, plan.effects.unanswered[site, day], len(day))
    return np.where(never | (reply - day > MAX_DELAY) | (reply >= stop), -1, reply)


def _subjects(rng: np.random.Generator, category: np.ndarray) -> pa.Array:
    """A harmless sentence that fits the category, and the end of line."""
    sizes = np.array([len(phrases) for phrases in _SUBJECTS.values()])
    first = np.cumsum(sizes) - sizes
    phrases = [f"{phrase}\n" for group in _SUBJECTS.values() for phrase in group]
    return pick_strings(phrases, first[category] + rng.integers(0, sizes[category]))
