"""Random files of every form, as CSV and as workbooks, good and faulty, with what each of their rows says."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from dashboard.accounts.rights import Person
from dashboard.forms.formats import FORMATS, Format
from dashboard.forms.reference_names import KnownReferences
from db.codes import LEFT, SERVED, UNKNOWN
from tests.hand_in.random_cells import Cell, Writer

OF_ONE_MONTH = ("registre", "cloture", "canevas")  # a row of another month is a fault there
WORDS = ("Attente longue", "dossier, incomplet", "« rien » à dire", "Panne d'électricité")
Values = dict[str, object]


@dataclass
class Row:
    """A row of a file: its cells by field, none for a blank one. lone: it has nothing but its centre, and is no row; told:
    another row repeats it, or has its key."""

    cells: dict[str, Cell] = field(default_factory=dict)
    lone: bool = False
    told: bool = False
    sheet: int = 0
    line: int = 0

    @property
    def faulty(self) -> bool:
        """Whether a cell of it must be mended."""
        return any(cell.faulty for cell in self.cells.values())

    def values(self, form: Format) -> tuple[object, ...]:
        """What it says, in the order of the form's columns."""
        return tuple(self.cells[name].value for name in form.fields)


@dataclass
class RandomFile:
    """A file that is handed in: by whom, for which site ("": those that it names) and month. broken: it cannot be mended in the
    page."""

    form: Format
    person: Person
    site: str
    month: date
    name: str
    rows: list[Row]
    content: bytes = b""
    broken: bool = False
    sheets: int = 1

    @property
    def written(self) -> list[Row]:
        """The rows that somebody wrote."""
        return [row for row in self.rows if row.cells and not row.lone]


@dataclass
class Drawer:
    """Draws files. sites: ids of those of which they speak; people: who hands in, and for which codes."""

    chance: random.Random
    known: KnownReferences
    sites: list[int]
    people: list[Person]
    months: list[date]

    def draw(self, number: int) -> RandomFile:
        """One file."""
        chance = self.chance
        form = FORMATS[chance.choices(list(FORMATS), (5, 3, 2, 2, 1))[0]]
        person = chance.choice(self.people)
        codes = {self.known.by_id[i].code: i for i in self.sites}
        own = [code for code in codes if person.sites is None or code in person.sites]
        site = chance.choice(own) if chance.random() < 0.5 else ""
        ids = [codes[site]] if site else [codes[code] for code in own]
        workbook = chance.random() < 0.2
        name = f"{form.name}-{number}.{'xlsx' if workbook else 'csv'}"
        file = RandomFile(form, person, site, chance.choice(self.months), name, [])
        file.sheets = chance.choice((1, 1, 2)) if workbook else 1
        writer = Writer(chance, self.known, file.month, workbook)
        network = form.name == "fermetures" and person.sites is None and not site
        self._rows(file, writer, [None] if network and chance.random() < 0.3 else ids)
        if chance.random() < 0.5:
            self._faults(file, writer, ids)
        self._blanks(file, writer, ids)
        for row in file.rows:
            row.sheet = 0 if row.told else chance.randrange(file.sheets)
        file.rows.sort(key=lambda row: row.sheet)
        return file

    # --- rows -------------------------------------------------------------------------------------------------------
    def _rows(self, file: RandomFile, writer: Writer, ids: list) -> None:
        """Rows without a fault, no two of the same key, but for some that are repeated."""
        keys, most = set(), 14 if file.form.visits else 8
        named = self.chance.choice((1.0, 1.0, 0.0, 0.8))  # of the rows, those with a reference
        span = self.chance.choice((3, 31))  # few days meet often
        for _ in range(self.chance.randint(1, most)):
            values = getattr(self, f"_{file.form.name}")(writer, ids, named, span)
            key = tuple(values[name] for name in file.form.key)
            if key in keys and not (file.form.blank_key and key[-1] is None):
                continue
            keys.add(key)
            self._add(file, writer, values)
        for row in self.chance.sample(file.rows, min(len(file.rows), 2)):
            if self.chance.random() < 0.15:
                values = dict(zip(file.form.fields, row.values(file.form), strict=True))
                self._add(file, writer, values)
                row.told = file.rows[-1].told = True

    @staticmethod
    def _add(file: RandomFile, writer: Writer, values: Values) -> None:
        file.rows.append(Row({c.field: writer.write(c, values[c.field]) for c in file.form.columns}))  # fmt: skip

    def _maybe(self, value: object, part: float = 0.6) -> object:
        return value if self.chance.random() < part else None

    def _of(self, kind: str) -> int | None:
        return self.chance.choice([*self.known.labels[kind].values(), None])

    def _registre(self, writer: Writer, ids: list, named: float, span: int) -> Values:
        arrived = self._maybe(self.chance.randrange(7 * 60, 17 * 60), 0.8)
        outcome = self.chance.choice((UNKNOWN, SERVED, SERVED, LEFT))
        start = arrived or 8 * 60
        called = self._maybe(start + self.chance.randrange(90)) if outcome != LEFT else None
        ended = self._maybe((called or start) + self.chance.randrange(60))
        return {
            "site_id": self.chance.choice(ids),
            "day": self.chance.choice(writer.days[:span]).isoformat(),
            "arrived_at": arrived,
            "called_at": called,
            "ended_at": ended,
            "kind": self.chance.randrange(3),
            "service_id": self._of("service"),
            "sex": self.chance.choice((1, 2, None)),
            "satisfied": self.chance.choice((True, False, None)),
            "outcome": outcome,
            "source_ref": f"R {self.chance.randrange(25)}"
            if self.chance.random() < named
            else None,  # fmt: skip
        }

    def _plaintes(self, writer: Writer, ids: list, _named: float, span: int) -> Values:
        received = self.chance.choice(writer.days[:span])
        if self.chance.random() < 0.15:
            received -= timedelta(self.chance.randrange(60))
        later = [d for d in writer.days if d >= received]
        resolved = self._maybe(self.chance.choice(later)) if later else None
        outcome = self.chance.choice(("handled", "rejected", "dropped")) if resolved else None
        return {
            "reference": f"P-{self.chance.randrange(20)}",
            "site_id": self.chance.choice(ids),
            "received_on": received.isoformat(),
            "category_id": self._of("category"),
            "service_id": self._of("service"),
            "channel_id": self._of("channel"),
            "resolved_on": resolved.isoformat() if resolved else None,
            "outcome": outcome,
            "subject": self.chance.choice(("", *WORDS)),
        }

    def _cloture(self, writer: Writer, ids: list, _named: float, span: int) -> Values:
        return {
            "site_id": self.chance.choice(ids),
            "day": self.chance.choice(writer.days[:span]).isoformat(),
            "agent": self.chance.choice(("", "A1", "A2")),
            "declared": self.chance.choice((0, 3, 41, 1_204)),
        }

    def _fermetures(self, writer: Writer, ids: list, _named: float, span: int) -> Values:
        first = self.chance.choice(writer.days[:span])
        start = self._maybe(self.chance.randrange(8 * 60, 12 * 60, 30))
        return {
            "site_id": self.chance.choice(ids),
            "first_day": first.isoformat(),
            "last_day": self.chance.choice([d for d in writer.days if d >= first]).isoformat(),
            "from_minute": start,
            "to_minute": start + self.chance.randrange(30, 300) if start else None,
            "reason_id": self._of("reason"),
        }

    def _canevas(self, writer: Writer, ids: list, _named: float, _span: int) -> Values:
        received = self._maybe(self.chance.choice((0, 12, 318, 1_250)))
        satisfied = self._maybe(self.chance.randint(0, received)) if received is not None else None
        texts = ("reasons", "difficulties", "solutions", "remarks")
        return {
            "site_id": self.chance.choice(ids),
            "month": writer.month.isoformat(),
            "received": received,
            "satisfied": satisfied,
            **{name: self.chance.choice(("", "", *WORDS)) for name in texts},
        }

    # --- faults -----------------------------------------------------------------------------------------------------
    def _faults(self, file: RandomFile, writer: Writer, ids: list[int]) -> None:
        """Some faults: cells that cannot be read, hours in the wrong order, another row under the same key, a heading gone."""
        chance, form = self.chance, file.form
        file.broken = chance.random() < 0.06
        far = [i for i in self.known.by_id if i not in ids]
        elsewhere = far if file.site or file.person.sites is not None else []
        for _ in range(chance.choice((1, 1, 2, 4, 9))):
            row, column = chance.choice(file.rows), chance.choice(form.columns)
            alone = form.name == "fermetures" and row.cells["site_id"].value is None
            if row.faulty or row.told or alone:
                continue
            if form.visits and chance.random() < 0.2 and (late := row.cells["called_at"]).value:
                if row.cells["arrived_at"].value:
                    right = writer.plain(form.column("called_at"), late.value)
                    row.cells["called_at"] = Cell("00:01", late.value, faulty=True, right=right)
                continue
            if form.key[-1] in ("source_ref", "reference", "agent") and chance.random() < 0.1:
                self._same_key(file, writer, row)
                continue
            row.cells[column.field] = writer.bad(
                column,
                row.cells[column.field],
                other_month=form.name in OF_ONE_MONTH and column.field == form.day,
                other_sites=elsewhere,
            )

    def _same_key(self, file: RandomFile, writer: Writer, row: Row) -> None:
        """Another row with the key of this one, to be mended into a key of its own."""
        form = file.form
        values = dict(zip(form.fields, row.values(form), strict=True))
        if values[form.key[-1]] is None:
            return
        if form.visits:
            values["kind"] = 2 - int(str(values["kind"]))
            if values["kind"] == 1:
                values["kind"] = 0
        elif form.name == "cloture":
            values["declared"] = 77
        else:
            before = date.fromisoformat(str(values["received_on"])) - timedelta(1)
            values["received_on"] = before.isoformat()
        self._add(file, writer, values)
        key, mended = form.key[-1], f"neuf {next(writer.numbers)}"
        same = str(values[key])
        file.rows[-1].cells[key] = Cell(same, mended, faulty=True, right=mended)
        row.told = file.rows[-1].told = True

    def _blanks(self, file: RandomFile, writer: Writer, ids: list[int]) -> None:
        """Rows that are blank, or have nothing but their centre, between the others."""
        for _ in range(self.chance.choice((0, 0, 0, 1, 3))):
            lone = file.form.name != "fermetures" and self.chance.random() < 0.3
            row = Row(lone=lone)
            if lone:
                nothing = {c.field: Cell("", None) for c in file.form.columns}
                column = file.form.column("site_id")
                row.cells = {**nothing, "site_id": writer.write(column, self.chance.choice(ids))}
            file.rows.insert(self.chance.randrange(len(file.rows) + 1), row)
