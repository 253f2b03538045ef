"""The simulated rates of false alarms and of detection of the two rules, as screens print them.

`python -m tests.benchmarks.rules` simulates them with the code that the screen uses; with the word `write` it writes
rule_rates.csv, and a test checks the file against a fresh simulation.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("rule_rates.csv")
# Kinds of series, in the order of the table; in French, for the screen.
ROWS = {
    "noise": "rien ne change",
    "similar": "chaque mois ressemble un peu au précédent",
    "step": "un changement durable, deux ans plus tôt",
    "ramp": "l'ouverture d'un centre, lente à s'installer",
    "trend": "une dérive lente, sans fin",
    "share": "une part (75 %, 60 à 300 cas par mois), rien ne change",
    "rare": "une part rare (4 %), rien ne change",
    "rate": "un taux de plaintes (3 à 15 par mois), rien ne change",
    "whole": "un ensemble de 24 centres dont la taille seule change",
    "volume": "des visites, avec saison et croissance",
}


@dataclass(frozen=True)
class Rate:
    """The rates of one kind of series. months_flagged: months flagged in a year, years after the start; error: its
    standard error. detected_1, detected_2: the share of lasting shifts of one, of two standard deviations that are
    seen within eight months; None where not simulated."""

    series: str
    months_flagged: float
    error: float
    detected_1: float | None
    detected_2: float | None


@cache
def rule_rates() -> tuple[Rate, ...]:
    """The stored rates, in the order of ROWS."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Rate(
                row["series"],
                float(row["flagged"]),
                float(row["error"]),
                *(float(row[k]) if row[k] else None for k in ("found_1", "found_2")),
            )
            for row in csv.DictReader(file)
        )
