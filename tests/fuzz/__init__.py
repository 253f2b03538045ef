"""Good files, changed at random, handed in to a real database: each is kept whole, or refused whole with a sentence."""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import Engine, text

from dashboard.forms.formats import FORMATS
from dashboard.forms.reference_names import KnownReferences
from db.form_tables import DESTINATIONS
from db.intake import Options, Outcome, import_file
from db.write import Refused
from tests.builders import BROUGHT
from tests.fuzz.mutate import mutant

PLACE = re.compile(r"(Fichier|Ligne \d+|Feuille « .+? »)[ ,]")
ENGLISH = re.compile(
    r"\b(error|exception|traceback|codec|invalid|expected|line|string|byte|column|unexpected|none)\b",
    re.IGNORECASE,
)


@dataclass
class Tally:
    """What came of the files: how many of each kind were kept or refused, for which reasons, and what went wrong."""

    seen: Counter = field(default_factory=Counter)
    reasons: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def options_for(rng: Random) -> Options:
    """Mostly as people hand files in; sometimes with a form that may be wrong, or replacing days, or a check."""
    return Options(
        form=rng.choice([None] * 60 + list(FORMATS)),
        replace_days=rng.random() < 0.1,
        check=rng.random() < 0.1,
    )


def attempt(
    engine: Engine,
    known: KnownReferences,
    folder: Path,
    seed: int,
    number: int,
    tally: Tally,
    *,
    workbook: bool,
) -> None:
    """Make file `number` of the run, hand it in, and note what came of it."""
    rng = Random(f"{seed}-{number}")
    name, content = mutant(rng, workbook=workbook)
    path = folder / name
    path.write_bytes(content)
    options = options_for(rng)
    before = contents(engine)
    try:
        outcome = import_file(engine, path, options, "essai", known)
    except Refused as refusal:  # of the options, by the database
        outcome = Outcome(name, False, problems=[f"Fichier : {refusal}"])
    except Exception as error:  # the very thing that is looked for
        tally.seen["workbook" if workbook else "text", "traceback"] += 1
        tally.faults.append(f"{number} ({name}): {type(error).__name__}: {str(error)[:300]}")
        return
    finally:
        path.unlink()
    kept = outcome.accepted and not outcome.was_known and not options.check
    tally.seen["workbook" if workbook else "text", "kept" if outcome.accepted else "refused"] += 1
    tally.faults += [
        f"{number} ({name}): {fault}" for fault in faults(engine, outcome, before, kept=kept)
    ]
    tally.reasons.update(
        {re.sub(r"«.*?»|\d+", "…", getattr(p, "message", str(p)))[:60] for p in outcome.problems}
    )


def faults(engine: Engine, outcome: Outcome, before: dict[str, int], *, kept: bool) -> list[str]:
    """What is wrong with an outcome: rows of a refused file, rows missing of one that is kept, a poor sentence."""
    after = contents(engine)
    if not kept:
        found = [
            f"{t}: {before[t]} rows before, {after[t]} after"
            for t in BROUGHT
            if before[t] != after[t]
        ]
    else:
        table = DESTINATIONS[outcome.form].table
        grown = after[table] - before[table]
        found = [f"{grown} rows in {table}, {outcome.rows} said"] if grown != outcome.rows else []
    if not outcome.accepted and not outcome.problems:
        found.append("refused without a word")
    return found + [
        f"sentence: {ascii(s)}" for s in map(str, outcome.problems) if not a_good_sentence(s)
    ]


def a_good_sentence(sentence: str) -> bool:
    """Whether it has a place, ends, shows nothing that a terminal obeys, and says nothing of its own in English."""
    own = re.sub(r"« .*? »(?= :|,|\.| ;)|\"[^\"]*\"$", "", sentence)
    return (
        PLACE.match(sentence) is not None
        and sentence.endswith((".", '"', ")"))
        and not ENGLISH.search(own)
        and all(c.isprintable() or c in "\u00a0\u202f" for c in sentence)
    )


def contents(engine: Engine) -> dict[str, int]:
    """The number of rows of each table that files fill."""
    union = " UNION ALL ".join(f"SELECT '{t}', count(*) FROM {t}" for t in BROUGHT)  # noqa: S608
    with engine.connect() as connection:
        return dict(connection.execute(text(union)).all())
