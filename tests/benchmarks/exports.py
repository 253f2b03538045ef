"""How long the files of the national review take: first and later ones in one process, as multiples of its figures."""

import os
import time
from argparse import Namespace

from dashboard.answers import context
from dashboard.answers import report as telling
from dashboard.exports import EXPORTS
from dashboard.settings import load_settings

ASKED = Namespace(story="national", period="12m", department=None, kind=None, service=None)


def seconds(act) -> float:
    """Of one call."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def measure(url: str) -> dict[str, dict[str, float]]:
    """Milliseconds of telling the story and of writing each of its files, the first time and the best of three more."""
    before = os.environ.get("DATABASE_URL")
    os.environ["DATABASE_URL"] = url
    load_settings.cache_clear()
    try:
        found = {
            "figures and slides": {
                "first": 1000 * seconds(lambda: telling.build_deck(ASKED)),
                "later": 1000 * min(seconds(lambda: telling.build_deck(ASKED)) for _ in range(3)),
            }
        }
        told = telling.build_deck(ASKED)
        for kind, export in EXPORTS.items():
            first = seconds(lambda e=export: e.file(told))  # with the import of what writes it
            again = min(seconds(lambda e=export: e.file(told)) for _ in range(3))
            found[kind] = {"first": 1000 * first, "later": 1000 * again}
        figures = found["figures and slides"]["later"]
        return {
            name: {**times, "x figures": times["later"] / figures} for name, times in found.items()
        }
    finally:
        context.close_databases(), load_settings.cache_clear()
        os.environ.pop("DATABASE_URL")
        if before:
            os.environ["DATABASE_URL"] = before
