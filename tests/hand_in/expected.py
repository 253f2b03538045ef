"""What must count after some files, by the rule alone: a later row replaces one of the same key, and a register without a
reference the whole of its day. Nothing of this is asked of the application."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from dashboard.forms.formats import FORMATS, Format
from dashboard.forms.reference_names import KnownReferences

Values = tuple[object, ...]
OF_DAYS = (
    "registre",
    "plaintes",
    "cloture",
)  # forms of which absent rows of the same days are said


@dataclass(frozen=True)
class Standing:
    """A row that counts, and the batch that brought it."""

    batch: int
    values: Values


@dataclass
class Expected:
    """What keeping some rows must change. kept: the rows, each once where it has a key; repeats: how many came again;
    replaced: that count no more; by_day: how many of these by a whole day alone; unchanged, changed, by_field: rows that other
    files had said before; absent: rows of the same days that go on counting."""

    kept: list[Values]
    repeats: int
    replaced: Counter[Standing]
    by_day: int
    days: list[tuple[str, date]]
    unchanged: int
    changed: int
    by_field: dict[str, int]
    absent: int


@dataclass
class Ledger:
    """What was kept, batch by batch."""

    known: KnownReferences
    batches: dict[int, tuple[str, list[Values]]] = field(default_factory=dict)

    def standing(self, form: str) -> list[Standing]:
        """The rows of a form that count, from all batches in the order in which they came."""
        found: list[Standing] = []
        for number, (name, rows) in sorted(self.batches.items()):
            if name == form:
                keys, days = _keys(FORMATS[form], rows), _whole_days(FORMATS[form], rows)
                found = [one for one in found if not _is_beaten(FORMATS[form], one, keys, days)]
                found += [Standing(number, row) for row in rows]
        return found

    def expect(self, form: Format, rows: list[Values]) -> Expected:
        """What keeping the rows must change."""
        kept = _once(form, rows)
        before, after_keys = self.standing(form.name), _keys(form, kept)
        whole = _whole_days(form, kept)
        by_key = [one for one in before if _key(form, one.values) in after_keys]
        by_day = [
            one for one in before if _is_beaten(form, one, frozenset(), whole) and one not in by_key
        ]
        new = {_key(form, row): row for row in kept}
        changes = [_differences(form, one.values, new[_key(form, one.values)]) for one in by_key]
        fields = Counter(name for names in changes for name in names)
        gone = Counter([*by_key, *by_day])
        days = {_site_day(form, row) for row in kept}
        stay = [one for one in before if one not in gone and _site_day(form, one.values) in days]
        site_at, day_at = form.fields.index("site_id"), form.fields.index(form.day)
        return Expected(
            kept,
            len(rows) - len(kept),
            gone,
            len(by_day),
            sorted(
                {
                    (
                        self.known.by_id[one.values[site_at]].code,
                        date.fromisoformat(str(one.values[day_at])),
                    )
                    for one in by_day
                }
            ),
            sum(not names for names in changes),
            sum(bool(names) for names in changes),
            dict(fields),
            len(stay) if gone and form.name in OF_DAYS else 0,
        )


def remarks(form: Format, expected: Expected, known: KnownReferences) -> set[str]:
    """How the remarks begin that must be made of the rows."""
    found = set()
    if expected.repeats:
        found.add(f"Lignes répétées à l'identique, comptées une fois : {expected.repeats}.")
    if expected.absent:
        found.add(f"Lignes déjà connues absentes de ce fichier, gardées : {expected.absent} (")
    site, day = form.fields.index("site_id"), form.fields.index(form.day)
    if form.name == "fermetures" and any(row[site] is None for row in expected.kept):
        found.add("Lignes pour tout le réseau (Centre vide partout) : ")
    if not form.visits:
        return found
    days = [(row[site], date.fromisoformat(str(row[day]))) for row in expected.kept]
    idle = sum(when.weekday() > 4 or when in known.holidays for _, when in days)
    if idle:
        found.add(f"Visites un jour férié ou en fin de semaine (gardées) : {idle}.")
    early = sum(bool(opens := known.by_id[s].launched_on) and when < opens for s, when in days)
    if early:
        found.add(f"Visites avant la date officielle d'ouverture du centre (gardées) : {early}.")
    dated = sorted({when for _, when in days})
    for before, after in zip(dated, dated[1:], strict=False):
        if (after - before).days > 180:
            found.add(f"Aucune visite du {before:%d/%m/%Y} au {after:%d/%m/%Y} : ")
    return found


# --- the rule -------------------------------------------------------------------------------------------------------
def _key(form: Format, row: Values) -> Values | None:
    """What identifies a row; None for one without a reference, which equals no other."""
    key = tuple(row[form.fields.index(name)] for name in form.key)
    return None if form.blank_key and key[-1] is None else key


def _keys(form: Format, rows: list[Values]) -> frozenset[Values]:
    return frozenset(key for row in rows if (key := _key(form, row)) is not None)


def _site_day(form: Format, row: Values) -> Values:
    return row[form.fields.index("site_id")], row[form.fields.index(form.day)]


def _whole_days(form: Format, rows: list[Values]) -> frozenset[Values]:
    """The site-days of which a file is the whole register: those with a row without a reference."""
    nameless = (row for row in rows if form.blank_key and _key(form, row) is None)
    return frozenset(_site_day(form, row) for row in nameless)


def _is_beaten(
    form: Format, one: Standing, keys: frozenset[Values], days: frozenset[Values]
) -> bool:
    return _key(form, one.values) in keys or _site_day(form, one.values) in days


def _once(form: Format, rows: list[Values]) -> list[Values]:
    """The rows, each key once."""
    seen: set[Values] = set()
    found = []
    for row in rows:
        key = _key(form, row)
        if key is None or key not in seen:
            found.append(row)
        if key is not None:
            seen.add(key)
    return found


def _differences(form: Format, old: Values, new: Values) -> list[str]:
    """The fields in which two rows of the same key differ."""
    return [
        name
        for name, a, b in zip(form.fields, old, new, strict=True)
        if a != b and name not in form.key
    ]
