"""The days of a file that waits: of which it speaks, and what is wrong with them.

Before: `dashboard.actions.waiting_files`. After: `dashboard.actions.handing_in`.
"""

from collections.abc import Callable, Hashable, Iterator
from datetime import date

from dashboard import french
from dashboard.actions.waiting_files import WaitingFile
from dashboard.forms.blank_rows import is_example_row
from dashboard.forms.cell_display import split_mark
from dashboard.forms.cells import CellProblem, day, month
from dashboard.forms.formats import FORMATS
from dashboard.forms.problem import Problem
from dashboard.forms.reference_names import KnownReferences, SiteChoice, normalise
from dashboard.forms.stored_table import StoredTable
from dashboard.period import ONE_DAY, today

REGISTER, COMPLAINTS = (FORMATS[name].name for name in ("registre", "plaintes"))
EMPTIED = (
    "{} n'{} plus aucune ligne, et {} pour {} où personne n'est venu. Reprendre ces lignes, et laisser vides les cases que l'on"
    " ne connaît pas : la visite compte quand même."
)
DAYS = 5  # that are named
NONE_OF_MONTH = (
    "Aucune plainte de ce fichier n'a été reçue au mois {} : choisir le mois du fichier."
)
OF_ONE_MONTH = frozenset(
    (REGISTER, "cloture", "canevas")
)  # forms whose rows are all of the month that was chosen
FEW = 5  # rows of another month that are mended one by one


def rows_with_days(table: StoredTable) -> Iterator[tuple[str, int, date | None]]:
    """The sheet, line and day of each row; None for a day that cannot be read."""
    column = FORMATS[table.form].column(FORMATS[table.form].day)
    at, read = table.places[column.field], month if column.cell == "month" else day
    for sheet in table.sheets:
        for line, row in zip(sheet.lines, sheet.cells, strict=True):
            if any(map(str.strip, row)) and not is_example_row(row):
                yield sheet.name, line, readable_day(row[at], read)


def readable_day(text: str, read: Callable[[str, date], str] = day) -> date | None:
    """The day of a cell, by default one of days; None where it cannot be read. read: of `cells`, `day` or `month`."""
    try:
        return date.fromisoformat(read(split_mark(text).text.strip(), today())[:10])
    except CellProblem:
        return None


def problems_of_days(
    waiting: WaitingFile, is_closed: Callable[[date], bool], references: KnownReferences
) -> list[Problem]:
    """What is wrong with the days of a file: rows of another month, and days of a site that would have none any more."""
    table, form = waiting.table, FORMATS[waiting.table.form]
    chosen = french.of_month(waiting.first)
    if table.form == COMPLAINTS:
        days = [when for _, _, when in rows_with_days(waiting.original) if when]
        if days and not any(waiting.first <= when <= waiting.last for when in days):
            return [Problem(None, "", "", NONE_OF_MONTH.format(chosen))]
    if table.form not in OF_ONE_MONTH:
        return []
    rows = [(sheet, line, when) for sheet, line, when in rows_with_days(table) if when]
    out = [row for row in rows if not waiting.first <= row[2] <= waiting.last]
    heading = form.column(form.day).heading
    if len(out) > FEW:
        sheet, line, when = out[0]
        return [
            Problem(
                None,
                "",
                "",
                f"{french.plural(len(out), 'ligne')} ne sont pas {chosen}, le mois choisi (la première : ligne {line}, le"
                f" {french.date_short(when)}). Choisir le mois du fichier, ou le partager par mois.",
            )
        ]
    found = [
        Problem(
            line,
            heading,
            french.date_short(when),
            f"ce jour n'est pas {chosen}, le mois choisi : le corriger, ou choisir le mois du fichier.",
            sheet,
        )
        for sheet, line, when in out
    ]
    covers = days_covered(waiting, is_closed)
    if table.form == REGISTER and covers:
        gone = _site_days(waiting.whole, waiting.site, references) - _site_days(
            table, waiting.site, references
        )
        emptied = {when for _, when in gone if covers[0] < when < covers[1]}
        if emptied:
            found.append(Problem(None, "", "", _emptied(sorted(emptied))))
    return found


def _site_days(
    table: StoredTable, chosen: str, references: KnownReferences
) -> set[tuple[Hashable, date]]:
    """Each site and day of which a table has a row."""
    form, key = FORMATS[table.form], site_day_key(references, chosen)
    day_at, site_at = table.places[form.day], table.places["site_id"]
    days = {
        (row[site_at], row[day_at])
        for sheet in table.sheets
        for row in sheet.cells
        if any(map(str.strip, row)) and not is_example_row(row)
    }
    found = (key(*one) for one in days)
    return {(site, when) for site, when in found if isinstance(when, date)}


def _emptied(days: list[date]) -> str:
    """« Le 5 et le 6 octobre 2026 n'auraient plus aucune ligne… »."""
    named = [f"le {when.day}" for when in days[:DAYS]]
    if len(days) > DAYS:
        named.append(french.plural(len(days) - DAYS, "autre jour", "autres jours"))
    which = french.upper_first(f"{french.join_words(named)} {french.month_label(days[0])}")
    if len(days) == 1:
        return EMPTIED.format(which, "aurait", "passerait", "un jour")
    return EMPTIED.format(which, "auraient", "passeraient", "des jours")


def days_covered(
    waiting: WaitingFile, is_closed: Callable[[date], bool]
) -> tuple[date, date] | None:
    """The days for which the file speaks: a register of complaints for the month that was chosen, up to yesterday; one of
    visits as far as its rows go, and over days beside them on which the site does not open. None where its rows alone say it.
    is_closed: whether the site does not open on a day."""
    if waiting.table.form == COMPLAINTS:
        return waiting.first, max(waiting.first, min(waiting.last, today() - ONE_DAY))
    if waiting.table.form != REGISTER:
        return None
    days = [day for _, _, day in rows_with_days(waiting.table) if day is not None]
    days = [day for day in days if waiting.first <= day <= waiting.last]
    if not days:
        return None
    first, last = min(days), max(days)

    def nobody_opens(start: date, end: date) -> bool:
        return all(is_closed(start + n * ONE_DAY) for n in range((end - start).days + 1))

    return (
        waiting.first if nobody_opens(waiting.first, first - ONE_DAY) else first,
        waiting.last
        if waiting.last < today() and nobody_opens(last + ONE_DAY, waiting.last)
        else last,
    )


def site_day_key(
    references: KnownReferences, chosen: str = ""
) -> Callable[[str, str], tuple[Hashable, Hashable]]:
    """What tells a site's day from another's, however its two cells are spelled. chosen: the code of the site of which the file
    speaks: a centre that cannot be read is that one."""
    own = references.site(chosen) if chosen else None

    def key(site: str, day_text: str) -> tuple[Hashable, Hashable]:
        named = references.site(split_mark(site).text) or own
        day = readable_day(day_text)
        if isinstance(named, SiteChoice):  # a commune: which of its sites depends on the day
            named = named.site_on(day) if day else None
        day_of = day or day_text.strip()
        return getattr(named, "id", None) or normalise(site), day_of

    return key
