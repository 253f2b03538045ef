"""What the database holds after a file, compared with what was said of it and with the ledger."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, inspect, select, text

from dashboard.actions.handing_in_words import effect_sentence
from dashboard.actions.verdicts import Verdict
from dashboard.forms.formats import FORMATS, Format
from db import upload_previews
from db.codes import ALL
from db.form_tables import DESTINATIONS
from db.models import Base
from tests.builders import Office
from tests.hand_in.expected import Expected, Ledger, Values, remarks
from tests.hand_in.random_files import RandomFile, Row

WAITING = "upload_preview"  # nothing of it counts
OF_HEADINGS = ("Colonnes non reprises", "Texte lu en", "Intitulés", "Feuille")
MAY_CHANGE = {"import_batch", "batch_site", "whole_day", "rollup", "journal", "receipt"}
LATER = "dernier jour connu des visites"  # of complaints, what other files know
NUMBERS = {
    "rows": r"^(-?\d+) lignes? :",
    "new": r"(-?\d+) nouvelles?\b",
    "unchanged": r"(-?\d+) déjà connues?, identiques?",
    "changed": r"(-?\d+) changées?\b",
    "gone": r"(-?\d+) lignes? déjà remises? ne compte",
}


@dataclass
class Kept:
    """The database, beside what must count in it. differs: is told every difference."""

    engine: Engine
    ledger: Ledger
    differs: Callable[[str], None]

    def __post_init__(self) -> None:
        there = sorted(set(inspect(self.engine).get_table_names()) - {WAITING})
        self.office = Office(self.engine, Path())
        self.queries = {name: f"SELECT * FROM {name}" for name in there}  # noqa: S608 (own names)

    def dump(self) -> dict[str, list[str]]:
        """Everything, but for what waits."""
        with self.engine.connect() as connection:
            return {
                name: sorted(map(repr, connection.execute(text(query))))
                for name, query in self.queries.items()
            }

    # --- a file -----------------------------------------------------------------------------------------------------
    def confirm(
        self, file: RandomFile, verdict: Verdict, rows: list[Row], confirm: Callable[[], int]
    ) -> int:
        """Keep a file, and compare with what was said of it; returns its number."""
        form, before = file.form, self.dump()
        expected = self.ledger.expect(form, [row.values(form) for row in rows])
        self._said(verdict, expected, form)
        number = confirm()
        self.ledger.batches[number] = form.name, expected.kept
        self._compare("kept", self._rows(form, number), Counter(map(plain, expected.kept)))
        self.counts(form)
        self._noted(file, verdict, number)
        after, tables = self.dump(), {DESTINATIONS[form.name].table, "complaint_text"}
        changed = {name for name in after if after[name] != before[name]} - MAY_CHANGE - tables
        if changed:
            self.differs(f"{', '.join(sorted(changed))} changed by it")
        return number

    def _said(self, verdict: Verdict, expected: Expected, form: Format) -> None:
        """What is said before anything is kept."""
        outcome, effect = verdict.outcome, verdict.effect
        known = expected.unchanged + expected.changed
        said = {
            "rows": outcome.rows,
            "heading": verdict.rows,
            "rows that count": effect.rows_counting,
            "rows replaced": effect.rows_replaced,
            "by whole days": effect.rows_of_whole_days,
            "days": sorted(effect.whole_days),
            "without effect": sum(effect.idle_by_file.values()),
            "restored": sum(effect.restored_by_file.values()),
            "unchanged": outcome.changes.unchanged,
            "changed": outcome.changes.changed,
            "fields": outcome.changes.by_field,
            "sentence": self._numbers(verdict),
        }
        rows = len(expected.kept)
        gone = expected.replaced.total() - known
        told = rows, rows - known, expected.unchanged, expected.changed, gone
        wanted = {
            "rows": rows,
            "heading": rows + expected.repeats,
            "rows that count": rows,
            "rows replaced": expected.replaced.total(),
            "by whole days": expected.by_day,
            "days": expected.days,
            "without effect": 0,
            "restored": 0,
            "unchanged": expected.unchanged,
            "changed": expected.changed,
            "fields": expected.by_field,
            "sentence": dict(zip(NUMBERS, told, strict=True)),
        }
        for name, value in said.items():
            if value != wanted[name]:
                self.differs(f"{name}: said {value}, is {wanted[name]}")
        begins = remarks(form, expected, self.ledger.known)
        own = [r for r in outcome.remarks if not r.startswith(OF_HEADINGS) and LATER not in r]
        if len(own) != len(begins) or not all(any(r.startswith(b) for r in own) for b in begins):
            self.differs(f"remarks: said {own}, are {sorted(begins)}")

    @staticmethod
    def _numbers(verdict: Verdict) -> dict[str, int]:
        """The numbers of the sentence that the page shows."""
        sentence = _sentence(verdict)
        found = {name: re.search(how, sentence) for name, how in NUMBERS.items()}
        return {name: int(match[1]) if match else 0 for name, match in found.items()}

    def _noted(self, file: RandomFile, verdict: Verdict, number: int) -> None:
        """The receipt repeats what was said, and the batch speaks of the days that were."""
        with self.engine.connect() as connection:
            receipt = upload_previews.receipts(connection, ALL, number)[0]
        wanted = {
            "mended": verdict.mended,
            "repaired": len(verdict.repairs),
            "left out": verdict.left_out,
            "effect": _sentence(verdict, plain=False),
        }
        said = {name: receipt.detail.get(name) for name in wanted}
        if said != wanted:
            self.differs(f"the receipt says {said}, not {wanted}")
        if receipt.rows != verdict.outcome.rows or receipt.form != file.form.name:
            self.differs(f"the receipt is of {receipt.rows} rows, not {verdict.outcome.rows}")
        if verdict.covers and (receipt.first_day, receipt.last_day) != verdict.covers:
            self.differs(f"it covers {receipt.first_day} to {receipt.last_day}, not {verdict.covers}")  # fmt: skip
        if file.site and receipt.sites != {file.site}:
            self.differs(f"it speaks of {sorted(receipt.sites)}, not of {file.site}")

    # --- all of them ------------------------------------------------------------------------------------------------
    def counts(self, form: Format) -> None:
        """The rows of a form that count, and the users received, are those of the ledger."""
        wanted = Counter(plain(one.values) for one in self.ledger.standing(form.name))
        self._compare("rows that count", self._rows(form), wanted)
        if form.visits:
            at = form.fields.index("site_id")
            codes = (self.ledger.known.by_id[row[at]].code for row in wanted.elements())
            want = Counter(codes)
            figures = self.office.figures("2025-01-01", "2026-12-31", by="site")
            shown = {code: figures[code, "visits"].value for code in want}
            if shown != want:
                self.differs(f"users received: {shown}, not {dict(want)}")

    def _compare(self, what: str, found: Counter[Values], wanted: Counter[Values]) -> None:
        more, fewer = list((found - wanted).elements()), list((wanted - found).elements())
        if more or fewer:
            self.differs(f"{what}: {more[:3]} too many, {fewer[:3]} missing")

    def verify(self) -> None:
        """Everything that is computed from the files is as if it were made anew."""
        for form in FORMATS.values():
            self.counts(form)
        for line in self.office.differences():
            self.differs(line)

    def _rows(self, form: Format, batch: int | None = None) -> Counter[Values]:
        """All that the rows of a batch say, or those that count."""
        table = Base.metadata.tables[DESTINATIONS[form.name].table]
        words = Base.metadata.tables["complaint_text"]
        columns = [words.c.subject if name == "subject" else table.c[name] for name in form.fields]
        source = table.outerjoin(words, words.c.complaint_id == table.c.id) if "subject" in form.fields else table  # fmt: skip
        which = table.c.superseded_by.is_(None) if batch is None else table.c.batch_id == batch
        with self.engine.connect() as connection:
            return Counter(
                plain(tuple(row))
                for row in connection.execute(select(*columns).select_from(source).where(which))
            )


def plain(row: Values) -> Values:
    """A row whose days are ISO text, whose answers are numbers and whose blank texts are nothing, as any database gives it."""
    return tuple(
        v.isoformat()
        if isinstance(v, date)
        else int(v)
        if isinstance(v, bool)
        else v or None
        if isinstance(v, str)
        else v
        for v in row
    )


def _sentence(verdict: Verdict, *, plain: bool = True) -> str:
    said = verdict.outcome
    sentence = effect_sentence(said.rows, said.effect, said.changes, said.form)
    if not plain:
        return sentence
    return re.sub(r"(?<=\d)[\u202f\xa0](?=\d)", "", sentence).replace("\xa0", " ")
