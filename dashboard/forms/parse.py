"""A register file parsed into rows and problems. Nothing is guessed: what cannot be read is reported, with row and
column.

Before: `db.intake.import_file`, which opens the file. After: `db.write.save_batch`, which takes the rows as they are
read.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain, pairwise
from pathlib import Path

import numpy as np

from dashboard import french
from dashboard.forms.blank_rows import NOTHING_WRITTEN
from dashboard.forms.cell_display import without_mark
from dashboard.forms.checks import Values
from dashboard.forms.column_numbers import as_numbers
from dashboard.forms.footer_lines import footer_reason
from dashboard.forms.form_sheets import FormSheet, form_sheets
from dashboard.forms.headings import OurHeadings, filled_text
from dashboard.forms.problem import Problem, Unreadable
from dashboard.forms.reference_names import KnownReferences
from dashboard.forms.row_blocks import Block, blocks
from dashboard.forms.rows import Reader, Rows
from dashboard.forms.stored_table import StoredTable
from dashboard.one_run_at_a_time import yield_to_others
from dashboard.period import DAY_0
from db.shared_types import Chunk

CHANGED = (
    "le fichier a été changé pendant qu'il était lu (il s'écrivait encore, ou quelqu'un l'a enregistré) : attendre"
    " qu'il soit fini, puis le remettre."
)
NOT_YOURS = "ce centre n'est pas celui pour lequel vous remettez ce fichier : sa ligne ne se remet pas d'ici."
NETWORK_NOT_YOURS = "ce centre n'est pas celui pour lequel vous remettez ce fichier : sa ligne ne se remet pas d'ici."
COPIED = 3  # rows of a sheet from which on no other says the same by chance
FAR_APART = (
    180  # days without any row between two of a register: half a year says that a year was mistyped
)
DAILY = frozenset({"registre", "cloture"})  # forms that are filled in daily
LISTED = 1_000  # problems listed in full; the rest is counted


class Parsing:
    """A file being read. Iterate over it once, for its rows in chunks; afterwards the attributes say what was found.

    problems: list of Problem, empty if the file can be kept. remarks: French sentences, not errors. coverage: site id
    to (first day, last day, rows). whole_days: site-days of which the file is the whole register. sha256: the digest
    that the file is expected to have; a problem where other bytes are read. allowed: ids of the sites that it may speak of,
    all where None. record: where the cells that are read are written down. our_headings: see `headings.nearest_headings`.
    judged: whether a year that looks mistyped is a problem and no remark. covers: the days for
    which somebody said that the file speaks.
    """

    def __init__(
        self,
        source: Path | StoredTable,
        references: KnownReferences,
        today: date,
        form: str | None = None,
        replace_days: bool = False,
        may_be_empty: bool = False,
        sha256: str | None = None,
        allowed: frozenset[int] | None = None,
        record: StoredTable | None = None,
        our_headings: OurHeadings | None = None,
        judged: bool = False,
        covers: tuple[date, date] | None = None,
    ) -> None:
        self.references, self.replace_days, self.may_be_empty = (
            references,
            replace_days,
            may_be_empty,
        )
        self.form, self._judged, self._covers = form or "", judged, covers
        self.problems: list[Problem] = []
        self.more_problems = 0
        self.beside_cells = (
            False  # whether a problem is not of a cell: of a heading, a row's width, the file
        )
        self.remarks: list[str] = []
        self.rows = 0
        self.whole_days: set[tuple[int, str]] = set()
        self.site_days: Counter[tuple[int | None, str]] = Counter()  # (site id, ISO day): rows
        self._of_visits = False
        self._days: set[str] = set()  # of every column of days, replies included
        self._siteless: list[
            tuple[str, int]
        ] = []  # sheet and line of each row for the whole network
        self._sited = False  # whether a row names a site
        self._place = ""  # the sheet that is being read
        self._read: dict[
            bytes, str
        ] = {}  # sheets that were read: the digest of their texts, their names
        self._expected, self._digest = sha256, hashlib.sha256()
        self._allowed, self._record = allowed, record
        self._ahead: list[Chunk] | None = None
        if isinstance(source, StoredTable):
            self.remarks += source.remarks
            self._sheets = source.form_sheets()
        else:
            self._sheets = form_sheets(
                source,
                references,
                today,
                form,
                self._problem,
                self.remarks,
                self._digest,
                our_headings,
            )
        self._first: FormSheet | None = None
        self._reader: Reader | None = None
        try:
            # The form must be known before the first row is asked for.
            self._first = next(self._sheets, None)
        except Unreadable as reason:
            self._refuse(reason)
        else:
            if first := self._first:
                self.form = first.form.name
                self._reader = Reader(references, today, self._problem, first)
                self._place = first.name

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the form's columns fill."""
        return self._reader.form.fields if self._reader else ()

    def close(self) -> None:
        """Close the file, of which not all may have been read, and let go what was known of its cells."""
        self._sheets.close()
        self._reader = self._first = self._record = self._ahead = None

    # --- rows -----------------------------------------------------------------------------------------------------
    def read_ahead(self) -> None:
        """Read all rows now, so that whoever iterates over them does not wait for them, and the problems are known."""
        self._ahead = list(self._read_rows())

    def __iter__(self) -> Iterator[Chunk]:
        yield from self._read_rows() if self._ahead is None else self._ahead

    def _read_rows(self) -> Iterator[Chunk]:
        if self._first is None or self._reader is None or self.problems:
            return
        try:
            for sheet in chain([self._first], self._sheets):
                self._place = sheet.name
                yield from self._chunks(sheet, self._reader)
        except Unreadable as reason:
            self._refuse(reason)
        if self._expected and not self.problems and self._digest.hexdigest() != self._expected:
            self._problem(None, "", "", CHANGED, sheet="")
        if not self.rows and not self.problems and not self.may_be_empty:
            self._problem(
                None,
                "",
                "",
                NOTHING_WRITTEN
                if self._reader.unwritten_rows
                else "Le fichier n'a que des intitulés, aucune ligne. Si le centre n'a rien à déclarer,"
                " le dire avec --covers et --sites.",
                sheet="",
            )
        self._finish(self._reader)

    def _chunks(self, sheet: FormSheet, reader: Reader) -> Iterator[Chunk]:
        """The chunks of one sheet."""
        texts, counted = hashlib.sha256(), self.rows
        if self._record is not None:
            self._record.begin(sheet)
        for block in blocks(
            sheet.rows,
            sheet.first_line,
            sheet.width,
            self._problem,
            from_workbook=sheet.from_workbook,
        ):
            yield_to_others()
            texts.update(block.text.encode(errors="replace"))
            known = len(self.problems)
            if self._record is not None:
                self._record.record(sheet, block)
            rows = reader.read(block, sheet.places)
            if self._allowed is not None and rows.lines:
                self._refuse_other_sites(rows, reader)
            if len(self.problems) > known:
                self._refuse_footer_lines(block, known)
            if not rows.lines:
                continue
            if not reader.form.column("site_id").required:
                self._note_sites(rows)
            values = reader.unique_rows(
                rows
            )  # also of a file that is refused already: all its faults are said at once
            chunk = None if self.problems else self._count_rows(values, reader)
            if chunk and not self.problems:
                yield chunk
        if self.rows >= counted + COPIED:
            self._refuse_copy(sheet, texts.digest())

    def _refuse_copy(self, sheet: FormSheet, texts: bytes) -> None:
        """Report a sheet that repeats one before it and whose rows, without references, would count twice."""
        if first := self._read.get(texts):
            self._problem(
                None,
                "",
                "",
                f"la feuille dit la même chose que « {first} », ligne pour ligne, et compterait deux fois : n'en garder"
                " qu'une.",
            )
        self._read.setdefault(texts, sheet.name)

    def _refuse_footer_lines(self, block: Block, since: int) -> None:
        """Of the rows of a block that have faults, refuse those that are footer lines as a whole. since: index of the
        block's first problem."""
        places = {line: i for i, line in enumerate(block.lines)}
        told: dict[int | None, Problem] = {}
        for problem in self.problems[since:]:
            if problem.line in told or problem.line not in places:
                continue
            row = [column[places[problem.line]] for column in block.cells]
            unread = {p.cell_text.strip() for p in self.problems[since:] if p.line == problem.line}
            if why := footer_reason(row, unread, self.form):
                told[problem.line] = replace(
                    problem, column="", cell_text=without_mark(filled_text(row)), message=why
                )
        kept = [told.get(p.line, p) for p in self.problems[since:]]
        self.problems[since:] = list(dict.fromkeys(kept))

    def _refuse_other_sites(self, rows: Rows, reader: Reader) -> None:
        """Refuse rows of sites that the file may not speak of, and of the whole network."""
        for_network = not reader.form.column("site_id").required
        for line, site, text in zip(
            rows.lines, rows.values["site_id"], rows.texts["site_id"], strict=True
        ):
            if site is not None and site not in (self._allowed or ()):
                self._problem(line, "Centre", text, NOT_YOURS)
            elif for_network and site is None and not text.strip():
                self._problem(line, "Centre", "", NETWORK_NOT_YOURS)

    def _note_sites(self, rows: Rows) -> None:
        """Note which rows name no site, where a form allows that."""
        blank = [not text.strip() for text in rows.texts["site_id"]]
        self._sited = self._sited or not all(blank)
        self._siteless += [
            (self._place, line) for line, b in zip(rows.lines, blank, strict=True) if b
        ]

    def _judge_siteless(self, reader: Reader) -> None:
        """A blank site means the whole network only in a file that names none: among named ones it is reported as
        left out. Lines with nothing but their centre are named ones too: from one of a blank form it may be gone by mistake."""
        if self._sited or reader.centres_alone:
            for sheet, line in self._siteless:
                self._problem(
                    line,
                    "Centre",
                    "",
                    "cette case est vide, et d'autres nomment un centre : écrire le centre sur chaque ligne. Ce qui vaut"
                    " pour tout le réseau va dans un fichier à part, où Centre est vide partout.",
                    sheet,
                )
        elif self._siteless and not self.problems:
            self.remarks.append(
                f"Lignes pour tout le réseau (Centre vide partout) : {len(self._siteless)}."
            )

    def _count_rows(self, values: Values, reader: Reader) -> Chunk | None:
        """Note which days the rows cover; returns them as a chunk, with the numbers that rollups need."""
        form, size = reader.form, len(values["site_id"])
        self._of_visits = form.visits
        self.rows += size
        if not size or self.problems:
            return None
        numbers = {
            c.field: as_numbers(values[c.field], -1 if c.cell == "clock" else 0)
            for c in form.columns
            if (c.cell != "text" if form.visits else c.field in ("site_id", form.day))
        }
        sites, days = numbers["site_id"], numbers[form.day]
        self.site_days.update(_site_days(sites, days))
        last = values[form.key[-1]]
        if form.blank_key and None in last:
            blank = np.array([value is None for value in last])
            self._note_whole_days(_site_days(sites[blank], days[blank]))
        for column in form.columns:
            if column.cell in ("day", "month"):
                self._days.update(d for d in set(values[column.field]) if isinstance(d, str))
        return Chunk(values, numbers if form.visits else {})

    # --- afterwards -----------------------------------------------------------------------------------------------
    def _problem(
        self,
        line: int | None,
        column: str,
        cell_text: str,
        message: str,
        sheet: str | None = None,
        also: tuple[str, ...] = (),
    ) -> None:
        """Report a problem; of the present sheet, unless another is named. also: headings of cells that it concerns too."""
        self.beside_cells = self.beside_cells or not (line and column)
        if len(self.problems) < LISTED:
            place = self._place if sheet is None else sheet
            self.problems.append(
                Problem(line, column, without_mark(cell_text), message, place, also)
            )
        else:
            self.more_problems += 1

    def _refuse(self, reason: Unreadable) -> None:
        self._problem(reason.line, "", reason.cell_text, str(reason), reason.sheet or None)

    def _note_whole_days(self, site_days: Counter[tuple[int | None, str]]) -> None:
        """Note that the file is the whole register of these site-days; those of the whole network (None) are left
        out."""
        self.whole_days.update((site, day) for site, day in site_days if site is not None)

    @property
    def coverage(self) -> dict[int, tuple[date, date, int]]:
        """The sites of which the file has rows: the first and last day for which it speaks, and the site's rows. Visits speak for
        the days between the site's own first and last: that those of another site go on tells nothing of it. What is rarer, such
        as complaints, speaks for all days of the file."""
        if not self._days:
            return {}
        rows: Counter[int] = Counter()
        days: dict[int, set[str]] = defaultdict(set)
        for (site, day), count in self.site_days.items():
            if site is not None:
                rows[site] += count
                days[site].add(day)
        if not self._of_visits:
            days = dict.fromkeys(rows, self._days)
        return {
            site: (date.fromisoformat(min(own)), date.fromisoformat(max(own)), rows[site])
            for site, own in days.items()
        }

    def _finish(self, reader: Reader) -> None:
        """Draw the conclusions that need all rows: remarks, whole days, problems in order."""
        self._judge_siteless(reader)
        if reader.loss_checks:
            reader.loss_checks.report_cut_numbers()
        sheets = list(dict.fromkeys(p.sheet for p in self.problems))
        # They were found column by column.
        self.problems.sort(key=lambda p: (sheets.index(p.sheet), p.line or 0))
        if self.replace_days:
            self._note_whole_days(self.site_days)
        if reader.repeated_rows and not self.problems:
            self.remarks.append(
                f"Lignes répétées à l'identique, comptées une fois : {reader.repeated_rows}."
            )
        if reader.form.visits:
            self._remark_days()
        if not self.problems:
            self._judge_far_apart()

    def _remark_days(self) -> None:
        closed, early = 0, 0
        for (number, day), count in self.site_days.items():
            when = date.fromisoformat(day)
            if when.weekday() > 4 or when in self.references.holidays:
                closed += count
            launched = self.references.by_id[number].launched_on if number is not None else None
            if launched and when < launched:
                early += count
        if closed:
            self.remarks.append(f"Visites un jour férié ou en fin de semaine (gardées) : {closed}.")
        if early:
            self.remarks.append(
                f"Visites avant la date officielle d'ouverture du centre (gardées) : {early}."
            )

    def _judge_far_apart(self) -> None:
        """A year that was mistyped would count as months in which nobody came: who is sure names the days of his file."""
        if self.form not in DAILY:
            return
        self._remark_outside()
        for before, after, words in self.far_apart():
            said = f"{words} : l'année de l'une de ces dates est"
            named = self._covers and self._covers[0] <= before and after <= self._covers[1]
            if named or not self._judged:
                self.remarks.append(f"{french.upper_first(said)} à vérifier.")
            else:
                self.problems.append(
                    Problem(
                        None,
                        "",
                        "",
                        f"{said} sans doute fausse. La corriger ; si tout est juste, dire par --covers DU:AU"
                        " de quels jours le fichier rend compte, ou remettre ces lignes en deux fichiers.",
                    )
                )

    def _remark_outside(self) -> None:
        """Rows of days outside of those that were named: of these their site speaks too, and of all between."""
        if not (self._judged and self._covers):
            return
        first, last = self._covers
        days = {date.fromisoformat(day) for _, day in self.site_days}
        if out := sorted(day for day in days if not first <= day <= last):
            said = french.join_first([f"{day:%d/%m/%Y}" for day in out])
            self.remarks.append(f"Lignes hors des jours de --covers, à vérifier : {said}.")

    def far_apart(self) -> list[tuple[date, date, str]]:
        """Of each site with half a year of service without a row between two, in a form that is filled in daily: these two days,
        and what to say. The year of one is mistyped, or the file would say of all days between that nobody came."""
        if self.form not in DAILY:
            return []
        own: dict[int, list[date]] = defaultdict(list)
        for site, day in sorted(self.site_days, key=lambda one: one[1]):
            if site is not None:
                own[site].append(date.fromisoformat(day))
        return [
            (
                before,
                after,
                f"aucune ligne de {place.name} entre le {before:%d/%m/%Y} et le {after:%d/%m/%Y}",
            )
            for site, days in own.items()
            for place in (self.references.by_id[site],)
            for before, after in pairwise(days)
            if (after - before).days > FAR_APART
            and sum(place.serves_on(before + timedelta(n)) for n in range(1, (after - before).days))
            > FAR_APART
        ]


def _site_days(sites: np.ndarray, days: np.ndarray) -> Counter[tuple[int | None, str]]:
    """How many rows each site (None: the whole network) has on each day, from their numbers."""
    pairs, counts = np.unique((sites << 20) | days, return_counts=True)
    return Counter(
        {
            (pair >> 20 or None, (DAY_0 + timedelta(pair & 0xFFFFF)).isoformat()): count
            for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True)
        }
    )
