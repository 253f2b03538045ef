"""A small country of four sites, and a file read to its end against it. No database."""

from datetime import date

from dashboard.forms.parse import Parsing
from dashboard.forms.reference_names import known_references_from
from db.shared_types import BEGINNING, Place

TODAY = date(2025, 11, 24)
KANDI, COVE_OLD, COVE_NEW, COTONOU = 1, 2, 3, 4


def site(number, code, name, aliases="", launched=date(2021, 12, 21), closed=None) -> Place:
    kind, where = code[:4].upper(), ("", "", 0, 0.0, 0.0)
    return Place(number, code, kind, name, aliases, *where, launched, None, ((BEGINNING, closed),))


KNOWN = known_references_from(
    sites=[
        site(KANDI, "ccsp-kandi", "CCSP de Kandi", "Kandi-ville; Kandi centre"),
        site(COVE_OLD, "ccsp-cove", "CCSP de Covè", closed=date(2024, 6, 30)),
        site(COVE_NEW, "ccsp-cove-2", "CCSP de Covè-Marché", launched=date(2024, 3, 1)),
        site(COTONOU, "gsru-cotonou", "GSRU de Cotonou", launched=None),
    ],
    locations=[
        (KANDI, date(2000, 1, 1), "Kandi"),
        (COVE_OLD, date(2000, 1, 1), "Covè"),
        (COVE_NEW, date(2000, 1, 1), "Covè"),
        (COTONOU, date(2000, 1, 1), "Cotonou"),
    ],
    services=[
        (1, "suivi", "Suivi de carrière"),
        (2, "cip", "Certificat d'identification personnelle (CIP)"),
    ],
    terms=[(1, "category", "Délai"), (2, "channel", "téléphone"), (3, "reason", "électricité")],
    holidays=frozenset({date(2025, 8, 1)}),
)


class Read:
    """A file read to its end: `rows` as dicts, and what the parsing found."""

    def __init__(self, path, **options):
        self.parsing = Parsing(path, KNOWN, TODAY, **options)
        self.rows = []
        for chunk in self.parsing:
            self.rows += [
                dict(zip(chunk.values, cells, strict=True))
                for cells in zip(*chunk.values.values(), strict=True)
            ]
        self.places = [(p.line, p.column, p.cell_text) for p in self.parsing.problems]
        self.sentences = " | ".join(str(p) for p in self.parsing.problems)
        self.remarks = " | ".join(self.parsing.remarks)
