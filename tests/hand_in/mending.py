"""What a person does with a file that is not accepted: mends some cells, leaves some rows out, as the page offers it.

Everything that the page then says of it is compared with the rows that are left.
"""

import random
from collections.abc import Callable

from dashboard.accounts.sealing import new_key
from dashboard.actions import mending
from dashboard.actions.verdicts import Verdict
from dashboard.answers.context import engine
from dashboard.forms.problem import Problem
from db import intake
from tests.hand_in.random_files import RandomFile, Row

KEY = new_key()  # of the browser
Differs = Callable[[str], None]  # is told every difference


def mended(
    chance: random.Random, file: RandomFile, verdict: Verdict, rows: list[Row], differs: Differs
) -> tuple[Verdict, list[Row], bool]:
    """The file after a person mended some cells and left some rows out. Last: whether a cell was mended as another was, so
    that a row says now what nobody wrote."""
    if not verdict.faults or chance.random() < 0.2:
        return _without_faulty(file, verdict, rows, differs)
    at = {(row.sheet, row.line): row for row in rows}
    texts, out, bent = {}, set(), False
    changes: list[tuple[Row, Row, str]] = []
    for fault in verdict.faults:
        alike = [at[fault.places[0][0], line] for line in fault.lines]
        for place in fault.places[: fault.refused]:
            row = at[place[:2]]
            mends = row.cells[place[2]].faulty
            if mends and chance.random() < 0.7:
                texts[place] = row.cells[place[2]].right
                changes += [(other, row, place[2]) for other in alike]
            elif not mends or chance.random() < 0.8:
                out.add(place[:2])
                bent = bent or not mends
    gone = [
        row
        for fault in verdict.faults
        if any(place[:2] in out for place in fault.places)
        for row in (at[fault.places[0][0], line] for line in fault.lines)
    ]
    after = mending.mend(file.person, KEY, verdict.preview, texts, out)
    for other, row, name in changes:
        cell, like = other.cells[name], row.cells[name]
        bent = bent or cell.value != like.value
        cell.text, cell.value, cell.faulty, cell.typed = like.right, like.value, False, True
    rows = _left(file, rows, _can_go(file, gone, after, differs))
    _counted(after, rows, len(file.written), differs)
    return after, rows, bent


def _without_faulty(
    file: RandomFile, verdict: Verdict, rows: list[Row], differs: Differs
) -> tuple[Verdict, list[Row], bool]:
    """The file without the rows that have a fault."""
    gone = [
        row
        for row in rows
        for p in verdict.outcome.problems
        if isinstance(p, Problem)
        and p.line == row.line
        and p.sheet in ("", f"Feuille {row.sheet + 1}")
    ]
    after = mending.leave_faulty_rows_out(file.person, KEY, verdict.preview)
    rows = _left(file, rows, _can_go(file, gone, after, differs))
    _counted(after, rows, len(file.written), differs)
    return after, rows, False


def _left(file: RandomFile, rows: list[Row], gone: list[Row]) -> list[Row]:
    """The rows that are left without these, without those that were left out before, and without all others of a day of one of
    them on which a row has no reference."""
    out = {id(row) for row in file.written} - {id(row) for row in rows} | {id(row) for row in gone}
    if not file.form.blank_key:
        return [row for row in rows if id(row) not in out]
    known = intake.load_known_references(engine())

    def day(row: Row) -> object:
        site, when = row.cells["site_id"], row.cells[file.form.day]
        read = not site.faulty or (file.site and known.site(site.text) is None)
        return (
            site.value if read else known.site(site.text) or site.text.strip(),
            when.text.strip() if when.faulty else when.value,
        )

    of_all = file.written
    nameless = {day(row) for row in of_all if not row.cells[file.form.key[-1]].text.strip()}
    days = {day(row) for row in of_all if id(row) in out} & nameless
    return [row for row in rows if id(row) not in out and day(row) not in days]


def _counted(verdict: Verdict, rows: list[Row], written: int, differs: Differs) -> None:
    typed = sum(cell.typed for row in rows for cell in row.cells.values())
    want = typed, written - len(rows), len(rows)
    if (verdict.mended, verdict.left_out, verdict.rows) != want:
        said = verdict.mended, verdict.left_out, verdict.rows
        differs(f"cells mended, rows left out, rows: said {said}, are {want}")


def _can_go(file: RandomFile, gone: list[Row], after: Verdict, differs: Differs) -> list[Row]:
    """Those of the rows that can be put aside: with a reference, or a day and a centre that may be right; of others it is
    said."""
    known = intake.load_known_references(engine())

    def stays(row: Row) -> bool:
        if not file.form.blank_key or row.cells[file.form.key[-1]].text.strip():
            return False
        site, day = row.cells["site_id"], row.cells[file.form.day]
        own = (
            bool(file.site) and known.site(site.text) is None
        )  # what cannot be read is the file's own
        return day.faulty or (site.faulty and not own)

    if bool(after.note) != any(map(stays, gone)):
        differs(f"rows that cannot be put aside: said {after.note!r}")
    return [row for row in gone if not stays(row)]
