"""python -m tests.questions: put every question to two databases of the demonstration; --write: write docs/questions.md."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dashboard.answers import context
from dashboard.settings import load_settings
from db import schema
from db.engine import make_engine
from db.seed import seed as fill_reference
from tests import clock
from tests.questions.asked import QUESTIONS
from tests.questions.asking import ask, lines_of
from tests.questions.paper import PAPER, written
from tests.questions.raw_rows import DATASETS, Raw, prepare


@contextmanager
def dataset(visits: int, seed: int) -> Iterator[Raw]:
    """The rows of a database of one's own, which the application answers from meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/questions.db"
        engine = make_engine(url)
        schema.upgrade(engine)
        fill_reference(engine)
        prepare(engine, visits, seed)
        os.environ["DATABASE_URL"] = url
        load_settings.cache_clear()
        yield Raw(engine, Path(folder), visits, seed)
        context.close_databases()
        engine.dispose()


def main() -> int:
    """Ask, and say what is not answered; returns 1 where something is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/questions.md")
    wanted = parser.parse_args()
    os.environ.setdefault("PYTEST_VERSION", pytest.__version__)  # the clock is a test's
    clock.begin()
    faults = 0
    for visits, seed in DATASETS[:1] if wanted.write else DATASETS:
        with dataset(visits, seed) as raw:
            if wanted.write:
                labels = {one.asks: label for one, label, _ in lines_of(QUESTIONS)}
                PAPER.write_text(written(labels), encoding="utf-8")
                continue
            wrong = [one for one in ask(raw, QUESTIONS) if one.fault]
            for one in wrong:
                print(f"{one.question.asks}\n    {one.fault}")
            print(
                f"{visits} visits, seed {seed}: {len(QUESTIONS) - len(wrong)} of {len(QUESTIONS)} answered"
            )
            faults += len(wrong)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
