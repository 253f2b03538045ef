"""What files write for our headings and words, where it is not what we write; and what an unknown heading may be.

Somebody confirms once what is proposed here (`dashboard.actions.handing_in`); it is kept by `db.file_spellings`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from typing import NamedTuple

from dashboard.forms.cells import LISTS, Memo, column_memos
from dashboard.forms.formats import FORMATS, Column, Format
from dashboard.forms.headings import HEADING_LINES, LONGEST, OurHeadings
from dashboard.forms.reference_names import KnownReferences, normalise

LOOKED_AT = 20  # cells under a heading
READABLE = 0.5  # of them, at least
MOST_HEADINGS = 60  # on a line, of those that are looked at
ALIKE = 0.8  # from which on a word is one of ours, misspelt
# Of a telephone, or of a person: eight digits and more, however they are parted.
NUMBER = re.compile(r"\d(?:[\s.()/-]*\d){7}")
NAME = re.compile(
    r"[^\W\d_]{2,}(?:[\s'’-]+[^\W\d_]{2,})+"
)  # two words of letters, and nothing else
LITTLE = frozenset("de d du des la le l les en a au".split())
# Words that may stand beside ours and change nothing: « Date visite », « Prestation demandée ».
BESIDE = frozenset(
    "visite visites registre jour jours passage demande demandee demandees exacte heure date ccsp gsru centre usager".split()
)
# Words of headings of columns about a person, which are never proposed for one of ours.
PERSONAL = frozenset(
    "nom noms prenom prenoms name telephone tel mobile portable contact contacts whatsapp matricule mle npi ifu cni cnss cip"
    " passeport email mail courriel adresse identite usager usagers requerant plaignant beneficiaire demandeur client visiteur"
    " retraite pension allocataire carte piece signature naissance naiss nais age residence".split()
)
# Beside which « usager » and « nom » are those of a thing, and not of a person.
OF_THINGS = frozenset(
    "nombre centre ccsp gsru site commune prestation service recus satisfaits".split()
)
# What registers call our columns, by field.
CALLED = {
    "source_ref": (
        "numéro d'ordre",
        "n° d'ordre",
        "ordre",
        "numéro de ligne",
        "numéro du registre",
        "n° registre",
        "n°",
    ),
    "reference": ("numéro de plainte", "n° de plainte", "n° plainte", "référence de la plainte"),
    "site_id": ("CCSP", "GSRU", "site", "nom du centre", "centre de service"),
    "service_id": (
        "motif de la visite",
        "objet de la visite",
        "service demandé",
        "prestation demandée",
    ),
    "kind": ("nature de la demande", "type de demande", "type de visite", "nature de la visite"),
    "sex": ("genre",),
    "satisfied": ("satisfaction", "usager satisfait"),
    "outcome": ("issue de la visite", "issue de la plainte", "résultat"),
    "arrived_at": ("arrivée", "heure d'arrivée de l'usager"),
    "called_at": ("appel", "heure de prise en charge"),
    "ended_at": ("fin", "heure de sortie", "heure de départ"),
    "received_on": ("date de réception", "date de la plainte"),
    "resolved_on": ("date de réponse", "date de traitement"),
    "declared": ("nombre de visites", "visites du jour"),
    "category_id": ("catégorie de la plainte", "type de plainte", "nature de la plainte"),
    "channel_id": ("canal de réception",),
    "first_day": ("date de début", "début"),
    "last_day": ("date de fin",),
}


class Spelling(NamedTuple):
    """What files write for one of our headings (word is "") or words, of a form's field. written: as `normalise` writes it."""

    form: str
    field: str
    written: str
    word: str = ""


@dataclass(frozen=True)
class Spellings:
    """What files write. headings: by form what is written to the field; words: by form and field what is written to the
    word."""

    headings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    words: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Iterable[Spelling]) -> "Spellings":
        """These; of two of the same writing the last holds."""
        headings: dict[str, dict[str, str]] = {}
        words: dict[tuple[str, str], dict[str, str]] = {}
        for one in found:
            if one.word:
                words.setdefault((one.form, one.field), {})[one.written] = one.word
            else:
                headings.setdefault(one.form, {})[one.written] = one.field
        return cls(headings, words)

    def with_headings(self, found: Iterable[Spelling]) -> "Spellings":
        """These, and more headings."""
        more = Spellings.of(found).headings
        forms = {*self.headings, *more}
        both = {f: {**self.headings.get(f, {}), **more.get(f, {})} for f in forms}
        return Spellings(both, self.words)

    def our_headings(self, form: Format, line: Sequence[str]) -> list[str]:
        """A line of headings, those that a file writes in its own way as ours; one that we have already stays."""
        known = self.headings.get(form.name)
        if not known:
            return list(line)
        there = {normalise(text) for text in line}
        fields = [known.get(normalise(text)) if len(text) <= 4 * LONGEST else None for text in line]
        headings = {c.field: c.heading for c in form.columns}
        return [
            headings[name]
            if name in headings
            # Two for one column, or one beside ours: nobody knows which is meant.
            and fields.count(name) == 1
            and normalise(headings[name]) not in there
            else text
            for text, name in zip(line, fields, strict=True)
        ]


class Proposal(NamedTuple):
    """An unknown heading as a file writes it, and the column of ours that it may be."""

    written: str
    column: Column


def proposals(
    tops: Sequence[Sequence[Sequence[str]]],
    references: KnownReferences,
    today: date,
    form: str | None = None,
    our_headings: OurHeadings | None = None,
) -> tuple[str, list[Proposal]]:
    """The form whose headings the first lines of some sheets would be if unknown ones were taken for those that are missing, and
    which for which; ("", []) where some would be missing still. form: the one that is asked for; our_headings: see
    `headings.nearest_headings`.

    At least two headings must be ours to the letter. A column about a person is never proposed.
    """
    best: tuple[int, str, list[Proposal]] = (1, "", [])
    for candidate in [FORMATS[form]] if form else FORMATS.values():
        memos = column_memos(candidate, references, today, from_workbook=True)
        for top in tops:
            for index, written in enumerate(top[:HEADING_LINES]):
                line = our_headings(candidate, written) if our_headings else written
                names = {normalise(text) for text in line}
                known = sum(normalise(c.heading) in names for c in candidate.columns)
                if known <= best[0] or known == len(candidate.columns):
                    continue
                below = top[index + 1 : index + 1 + LOOKED_AT]
                if found := _proposed(candidate, line, below, memos):
                    best = known, candidate.name, found
    return best[1], best[2]


def _proposed(
    form: Format,
    line: Sequence[str],
    below: Sequence[Sequence[str]],
    memos: Mapping[str, Memo],
) -> list[Proposal]:
    """An unknown heading of a line for each that is missing; none where one is missing still, or where there is a choice."""
    names = [normalise(text) for text in line]
    missing = [c for c in form.columns if normalise(c.heading) not in names]
    ours = {normalise(c.heading) for c in form.columns}
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names[:MOST_HEADINGS]):
        if not name or name in ours or len(name) > LONGEST or names.count(name) > 1:
            continue
        cells = [row[place] for row in below if place < len(row) and row[place].strip()]
        for column in missing:
            if is_like(column, name) and _reads(column, cells, memos[column.field]):
                found.setdefault(column.field, []).append(place)
    taken = [place for places in found.values() for place in places]
    if len(found) < len(missing) or len(taken) > len(missing) or len(set(taken)) < len(taken):
        return []
    return [Proposal(line[found[c.field][0]].strip(), c) for c in missing]


def is_personal(heading: str) -> bool:
    """Whether a heading is one of a column about a person."""
    words = set(normalise(heading).replace(".", " ").replace("/", " ").split())
    of_things = PERSONAL - {"nom", "usager", "usagers"}
    return bool(words & (of_things if words & OF_THINGS else PERSONAL))


def is_about_somebody(cell: str) -> bool:
    """Whether a text of a cell is a telephone, the number of a person, or a name."""
    return bool(NUMBER.search(cell)) or bool(NAME.fullmatch(cell.strip()))


def is_like(column: Column, name: str) -> bool:
    """Whether a heading is ours, or what registers call it: the same words but for little ones, some that change nothing, and a
    letter or two."""
    called = CALLED.get(column.field, ())
    if any(_words(one) == _words(name) for one in called):
        return True
    if is_personal(name):
        return False
    return any(_same_words(_words(one), _words(name)) for one in (column.heading, *called))


def _words(text: str) -> frozenset[str]:
    found = frozenset(normalise(text).replace(".", " ").split())
    return found - LITTLE or found


def _same_words(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether all words of ours are among theirs, a letter or two apart, and the others change nothing."""
    left = set(theirs)
    for word in ours:
        near = next((other for other in sorted(left) if other == word), None) or next(
            (
                other
                for other in sorted(left)
                if other[0] == word[0]
                and len(word) > 3
                and SequenceMatcher(None, word, other).ratio() >= ALIKE
            ),
            None,
        )
        if near is None:
            return False
        left.discard(near)
    return left <= BESIDE


def _reads(column: Column, cells: Sequence[str], memo: Memo) -> bool:
    """Whether cells under a heading read as the column's; none are nothing against it, nor are words of the site's own."""
    if not cells or column.cell in LISTS:
        return True
    if column.cell == "text":
        return not any(map(is_about_somebody, cells))
    return bool(sum(map(memo.can_read, cells)) >= READABLE * len(cells))
