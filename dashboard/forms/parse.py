"""A register file in, rows and problems out. Nothing is guessed: what cannot be read is said, with row and column.

Rows are read by column, in chunks: each different cell text is read once (see cells.Memo), which makes reading and
checking about as fast as splitting the lines.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path

import numpy as np

from dashboard.forms.cells import EPOCH, as_numbers, memos
from dashboard.forms.checks import checks
from dashboard.forms.formats import Format
from dashboard.forms.known import Choice, Known
from dashboard.forms.lines import blocks
from dashboard.forms.problem import Problem, Unreadable
from dashboard.forms.sheets import FormSheet, form_sheets
from db.codes import LONGEST

LISTED = 1_000  # problems listed in full; the rest is counted


class Parsing:
    """A file being read. Iterate over it once: each chunk is a dict of database column to list of values, plus
    `numbers` (the same as int64 arrays). Afterwards the attributes say what was found.

    problems: list of Problem, empty if the file can be kept. remarks: French sentences, not errors.
    coverage: site id to (first day, last day, rows). whole_days: site-days of which the file is the whole register.
    """

    def __init__(
        self,
        path: Path,
        known: Known,
        today: date,
        form: str | None = None,
        replace_days: bool = False,
        may_be_empty: bool = False,
    ):
        self.known, self.replace_days, self.may_be_empty = known, replace_days, may_be_empty
        self.form = form or ""
        self.problems: list[Problem] = []
        self.more_problems = 0
        self.remarks: list[str] = []
        self.rows = 0
        self.whole_days: set[tuple[int, str]] = set()
        self.site_days: Counter = Counter()  # (site id, ISO day): rows
        self.first_day: str | None = None
        self.last_day: str | None = None
        self._seen: dict[tuple, int] = {}
        self._same = 0
        self._sheet: FormSheet | None = None
        self._sheets = form_sheets(path, known, today, form, self._problem, self.remarks)
        try:
            self._sheet = next(
                self._sheets, None
            )  # the form must be known before the first row is asked for
        except Unreadable as reason:
            self._refuse(reason)
        if self._sheet:
            self._format: Format = self._sheet.form
            self.form = self._format.name
            self._memos = memos(self._format, known, today, typed=self._sheet.typed)

    def close(self) -> None:
        """Close the file, of which not all may have been read."""
        self._sheets.close()

    # --- rows -----------------------------------------------------------------------------------------------------
    def __iter__(self) -> Iterator[dict[str, list]]:
        if self._sheet is None or self.problems:
            return
        try:
            for sheet in chain([self._sheet], self._sheets):
                self._sheet = sheet
                yield from self._chunks(sheet)
        except Unreadable as reason:
            self._refuse(reason)
        if not self.rows and not self.problems and not self.may_be_empty:
            self._problem(
                None,
                "",
                "",
                "Le fichier n'a que des intitulés, aucune ligne. Si le centre n'a rien à déclarer,"
                " le dire avec --covers et --sites.",
                sheet="",
            )
        self._close()

    def _chunks(self, sheet: FormSheet) -> Iterator[dict[str, list]]:
        for cells, lines, joined in blocks(
            sheet.rows, sheet.first_line, sheet.width, self._problem, typed=sheet.typed
        ):
            chunk = self._chunk(cells, lines, joined)
            if chunk and not self.problems:
                yield chunk

    def _chunk(self, cells: list[tuple], lines, joined: str) -> dict[str, list] | None:
        if not all(
            map(str.strip, cells[self._sheet.places[self._format.day]])
        ):  # a blank line in the middle of the file?
            kept = [i for i, row in enumerate(zip(*cells, strict=True)) if "".join(row).strip()]
            cells = [tuple(column[i] for i in kept) for column in cells]
            lines = [lines[i] for i in kept]
            if not lines:
                return None
        texts = {field: cells[place] for field, place in self._sheet.places.items()}
        values = {}
        plain = not any(
            sign in joined for sign in ("=", "#", "Err", "err", "ERR")
        )  # no formula and no error anywhere
        for column in self._format.columns:
            memo = self._memos[column.field]
            if (
                column.field == "source_ref"
                and plain
                and max(map(len, texts["source_ref"])) <= LONGEST["source_ref"]
            ):
                values["source_ref"] = [
                    t.strip() or None for t in texts["source_ref"]
                ]  # all different: not remembered
                continue
            values[column.field] = list(map(memo.__getitem__, texts[column.field]))
            if memo.bad:
                for i, text in enumerate(texts[column.field]):
                    if text in memo.bad:
                        self._problem(lines[i], column.heading, text, memo.bad[text])
        if self._memos["site_id"].choices:
            self._choose(values, texts, lines)
        self._check(values, texts, lines)
        if self.problems:
            return None
        return self._finish(values, lines, texts)

    def _choose(self, values: dict, texts: dict, lines) -> None:
        """Settle the communes whose site depends on the day."""
        days = values[self._format.day]
        for i, found in enumerate(values["site_id"]):
            if isinstance(found, Choice):
                site = found.on(date.fromisoformat(days[i])) if days[i] else None
                values["site_id"][i] = site.id if site else None
                if site is None and days[i]:
                    names = ", ".join(s.code for s in found.candidates)
                    self._problem(
                        lines[i],
                        "Centre",
                        texts["site_id"][i],
                        f"cette commune n'a pas un seul centre ouvert ce jour-là ; écrire le code : {names}.",
                    )

    def _check(self, values: dict, texts: dict, lines) -> None:
        """The rules that bind several cells of a row; cells already refused are left out by their None."""
        for field, rows, message in checks(self._format.name, values):
            heading = self._format.column(field).heading
            for i in rows:
                self._problem(lines[i], heading, texts[field][i].strip(), message)

    def _finish(self, values: dict, lines, texts: dict) -> dict[str, list] | None:
        """Leave out rows that stand twice, note what the chunk covers, and add the numbers that rollups want."""
        repeated = self._repeated(values, lines, texts)
        if repeated:
            values = {
                f: [v for i, v in enumerate(column) if i not in repeated]
                for f, column in values.items()
            }
        size = len(values["site_id"])
        self.rows += size
        if not size or self.problems:
            return None
        if self._format.name == "registre":
            numbers = {
                c: as_numbers(values[c], -1 if c.endswith("_at") else 0)
                for c in values
                if c != "source_ref"
            }
            values["numbers"] = numbers
            self._count_days(numbers["site_id"], numbers["day"])
            blank = (
                [
                    (s, d)
                    for s, d, r in zip(
                        values["site_id"], values["day"], values["source_ref"], strict=True
                    )
                    if r is None
                ]
                if None in values["source_ref"]
                else []
            )
            self.whole_days.update(blank)
        else:
            self.site_days.update(zip(values["site_id"], values[self._format.day], strict=True))
        self._extend(values)
        return values

    def _count_days(self, sites: np.ndarray, days: np.ndarray) -> None:
        pairs, counts = np.unique((sites << 20) | days, return_counts=True)
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            self.site_days[pair >> 20, date.fromordinal((pair & 0xFFFFF) + EPOCH).isoformat()] += (
                count
            )

    def _extend(self, values: dict) -> None:
        """The file's first and last date, replies included."""
        for column in self._format.columns:
            if column.cell in ("day", "month"):
                days = [d for d in set(values[column.field]) if d]
                self.first_day = min([*days, self.first_day or "9999"], default=None)
                self.last_day = max([*days, self.last_day or ""], default=None)

    def _repeated(self, values: dict, lines, texts: dict) -> set[int]:
        """Rows that say again what a row before them says; a different content under the same key is a problem."""
        fields = [c.field for c in self._format.columns]
        keys = list(zip(*(values[f] for f in self._format.key), strict=True))
        contents = list(map(hash, zip(*(values[f] for f in fields), strict=True)))
        whole = self._format.name != "registre" or None not in values["source_ref"]
        fresh = dict(zip(keys, contents, strict=True))
        if whole and len(fresh) == len(keys) and self._seen.keys().isdisjoint(fresh):
            self._seen.update(fresh)
            return set()
        repeated = set()
        heading = self._format.column(self._format.key[-1])
        for i, (key, content) in enumerate(zip(keys, contents, strict=True)):
            if self._format.name == "registre" and key[1] is None:
                continue
            if key not in self._seen:
                self._seen[key] = content
            elif self._seen[key] == content:
                repeated.add(i)
            else:
                self._problem(
                    lines[i],
                    heading.heading,
                    texts[heading.field][i].strip(),
                    "cette ligne figure déjà dans le fichier pour ce centre, avec un contenu différent.",
                )
        self._same += len(repeated)
        return repeated

    # --- afterwards -----------------------------------------------------------------------------------------------
    def _problem(
        self, line: int | None, column: str, found: str, message: str, sheet: str | None = None
    ) -> None:
        if sheet is None:
            sheet = self._sheet.name if self._sheet else ""
        if len(self.problems) < LISTED:
            self.problems.append(Problem(line, column, found, message, sheet))
        else:
            self.more_problems += 1

    def _refuse(self, reason: Unreadable) -> None:
        self._problem(reason.line, "", reason.found, str(reason), reason.sheet or None)

    @property
    def coverage(self) -> dict[int, tuple[date, date, int]]:
        """The sites that the file speaks for: first and last day of the file, and the site's rows."""
        if self.first_day is None:
            return {}
        first, last = date.fromisoformat(self.first_day), date.fromisoformat(self.last_day)
        rows: Counter = Counter()
        for (site, _), count in self.site_days.items():
            if site is not None:
                rows[site] += count
        return {site: (first, last, count) for site, count in rows.items()}

    def _close(self) -> None:
        sheets = list(dict.fromkeys(p.sheet for p in self.problems))
        self.problems.sort(
            key=lambda p: (sheets.index(p.sheet), p.line or 0)
        )  # they were found column by column
        if self.replace_days:
            self.whole_days.update(
                pair for pair in self.site_days if pair[0] is not None
            )  # None: the whole network
        if self._same:
            self.remarks.append(f"Lignes répétées à l'identique, comptées une fois : {self._same}.")
        if self._format.name == "registre":
            self._remark_days()

    def _remark_days(self) -> None:
        closed, early = 0, 0
        for (site_id, day), count in self.site_days.items():
            found = date.fromisoformat(day)
            site = self.known.by_id[site_id]
            if found.weekday() > 4 or found in self.known.holidays:
                closed += count
            if site.launched_on and found < site.launched_on:
                early += count
        if closed:
            self.remarks.append(f"Visites un jour férié ou en fin de semaine (gardées) : {closed}.")
        if early:
            self.remarks.append(
                f"Visites avant la date officielle d'ouverture du centre (gardées) : {early}."
            )
