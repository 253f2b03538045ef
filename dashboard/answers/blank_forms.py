"""Blank forms: the workbook of a form for a site and a month, for whoever may see that site's rows.

Before: `dashboard.exports.blank_form`.
"""

from datetime import date

from dashboard.accounts.rights import NotAllowed
from dashboard.answers.context import Asker, view
from dashboard.exports.blank_form import blank_form as workbook
from dashboard.exports.file_names import slug
from dashboard.forms.cells import OLDEST
from dashboard.forms.formats import FORMATS
from dashboard.forms.reference_names import known_references_from
from db.codes import ALL


def blank_form(who: Asker, form: str, site_code: str, month: date) -> tuple[str, bytes]:
    """The name of the file and the workbook of that form. month: any day of it. Raises NotAllowed for a site that is not
    one whose rows he may see, or that nobody knows, for a form that is not there and a month that no file can speak of."""
    seen = view(who)
    network, rows = seen.network, seen.access.rows
    here = [p for p in network.places if p.code == site_code and (rows == ALL or p.code in rows)]
    if not here or form not in FORMATS or month < OLDEST:
        raise NotAllowed(f"{form}, {site_code}")
    references = known_references_from(
        network.places,
        [(p.id, OLDEST, p.commune) for p in network.places],
        network.services,
        network.terms,
        frozenset(),
    )
    content = workbook(FORMATS[form], references.by_id[here[0].id], month, references)
    return f"{slug(f'{form}-{site_code}')}-{month:%Y-%m}.xlsx", content
