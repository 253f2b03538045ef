"""The form of a table, recognised by its headings; where they stand under a title; what to say where there are none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dashboard.forms.cell_display import without_mark
from dashboard.forms.formats import FORMATS, Format
from dashboard.forms.reference_names import normalise

HEADING_LINES = 20  # lines at the top of a table among which its headings are looked for
ENOUGH = 0.5  # a line with more than this part of a form's headings is taken for them


HEADINGS = {normalise(c.heading) for form in FORMATS.values() for c in form.columns}
LONGEST = 80  # characters of a heading, however it is spaced
_name = lru_cache(10_000)(normalise)
OurHeadings = Callable[[Format, Sequence[str]], Sequence[str]]


@dataclass(frozen=True)
class Headings:
    """A line that holds headings of a form: its index (0 is the first of the table), the form, the texts, and how
    many are the form's."""

    index: int
    form: Format
    texts: tuple[str, ...]
    match_count: int

    @property
    def is_enough(self) -> bool:
        """Whether the line is taken for the form's headings, complete or not."""
        return self.match_count > ENOUGH * len(self.form.columns)

    @property
    def missing(self) -> list[str]:
        """The form's headings that the line does not have."""
        texts = set(map(normalise, self.texts))
        return [c.heading for c in self.form.columns if normalise(c.heading) not in texts]


def nearest_headings(
    top: Sequence[Sequence[str]],
    form: str | None = None,
    our_headings: OurHeadings | None = None,
) -> Headings | None:
    """The line that holds most headings of one form (of `form`, if it is given), enough or not; None without any. our_headings:
    puts ours in place of those that the file writes in its own way.

    One heading alone is a common word: « À » stands in many a table.
    """
    forms = [FORMATS[form]] if form else FORMATS.values()
    named = [(candidate, [_name(c.heading) for c in candidate.columns]) for candidate in forms]
    best = None
    for index, line in enumerate(top):
        for candidate, names in named:
            told = our_headings(candidate, line) if our_headings else line
            texts = set(map(normalise, told))
            matched = sum(name in texts for name in names)
            rank = (matched, matched / len(names))
            if matched > 1 and (best is None or rank > best[0]):
                best = rank, Headings(index, candidate, tuple(map(without_mark, told)), matched)
    return best[1] if best else None


def is_headings(line: Sequence[str], form: str | None = None) -> bool:
    """Whether a line holds enough headings of a form; quick where it holds none."""
    if sum(len(cell) < LONGEST and _name(cell) in HEADINGS for cell in line) < 2:
        return False
    found = nearest_headings([line], form)
    return found is not None and found.is_enough


def filled_text(line: Sequence[str]) -> str:
    """The cells of a line that are not blank, as one text."""
    return " ; ".join(c.strip() for c in map(without_mark, line) if c.strip())


def first_filled(top: Sequence[Sequence[str]]) -> tuple[int, str]:
    """The first line with a cell that is not blank (0 is the first of all), and its text."""
    return next(((i, text) for i, line in enumerate(top) if (text := filled_text(line))), (0, ""))


def expected_headings(form: Format) -> str:
    """The headings of a form, as one text."""
    return ", ".join(c.heading for c in form.columns)


def headings_advice(top: Sequence[Sequence[str]], form: str | None) -> str:
    """Why no line is the headings of a form, or of the form asked for; which form is nearest; what to do."""
    other = nearest_headings(top)
    if form and other and other.is_enough:
        return (
            f"ces intitulés sont ceux du formulaire « {other.form.name} », non de « {form} » ;"
            f" écrire --form {other.form.name}, ou laisser --form de côté."
        )
    near = nearest_headings(top, form)
    if near is None:
        name = form or next(iter(FORMATS))
        return (
            "aucun intitulé de formulaire n'a été trouvé dans les premières lignes. Les intitulés vont sur une ligne,"
            " au-dessus des données ; dans un CSV, le séparateur est une virgule, un point-virgule ou une tabulation."
            f" Ceux du formulaire « {name} » : {expected_headings(FORMATS[name])}."
        )
    return (
        f"ces intitulés ne suffisent pas. Le plus proche est le formulaire « {near.form.name} » : il y manque"
        f" {', '.join(near.missing)}. Écrire tous ses intitulés sur une ligne, au-dessus des données."
    )
