"""The words that a form's drop-down lists offer: one for each value that its reader knows, and none that it refuses."""

from collections.abc import Mapping

from dashboard import french
from dashboard.forms.cells import LISTS, OLDEST, column_memos
from dashboard.forms.formats import Column, Format, Words
from dashboard.forms.reference_names import KnownReferences, KnownSite


def choices(
    form: Format, references: KnownReferences, site: KnownSite
) -> dict[str, tuple[str, ...]]:
    """The words of each column that has a list, by field; for the centre its own name alone, or its code where its name
    is another's too."""
    memos = column_memos(form, references, OLDEST, from_workbook=True)
    offered: dict[str, tuple[str, ...]] = {}
    for column in form.columns:
        words: dict[object, str] = {}
        for word, value in _spellings(column, references, site).items():
            if memos[column.field][word] == value:
                words.setdefault(value, word)
        if words:
            listed = tuple(words.values())
            named = column.cell in LISTS  # by the ministry, in no order of its own
            offered[column.field] = (
                tuple(sorted(listed, key=french.alphabetical)) if named else listed
            )
    return offered


def _spellings(
    column: Column, references: KnownReferences, site: KnownSite
) -> Mapping[str, int | str]:
    """Every word of a column that has a list, with its value; of several for one value, the one to offer first."""
    if isinstance(column.cell, Words):
        return column.cell.values
    if column.cell == "site":
        return {site.name: site.id, site.code: site.id}
    return references.labels.get(column.cell, {}) if column.cell in LISTS else {}
