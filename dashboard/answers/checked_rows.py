"""What was checked already of what quality rules found: by whom, when and why."""

from collections.abc import Mapping

from dashboard import french
from dashboard.answers.context import View, cached, uncached
from dashboard.answers.network import site_names
from dashboard.answers.question import EVERYTHING, Question
from dashboard.judgement.quality_rules import BY_KEY
from dashboard.panel import (
    Listing,
    Message,
    Panel,
    count_cell,
    day_cell,
    make_table,
    site_cell,
    text_cell,
)
from dashboard.period import to_local_time
from db import quality_acknowledgements
from db.codes import ALL
from db.quality_acknowledgements import Acknowledgement

S = french.SPACE
NONE_CHECKED = "Aucune vérification n'est notée sur cette période."


@cached
def checks(view: View) -> tuple[Acknowledgement, ...]:
    """All that was checked at the sites that may be seen, the latest first."""
    return view.read(
        lambda c: tuple(quality_acknowledgements.acknowledgements(c, view.sites(EVERYTHING)))
    )


@cached
def checked_marks(view: View) -> Mapping[tuple[str, str], frozenset[str]]:
    """The marks of the rows that were checked, by site and rule."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for one in checks(view):
        key = one.site, one.rule
        found[key] = found.get(key, frozenset()) | frozenset(one.marks)
    return found


@uncached
def checks_of(view: View, question: Question) -> tuple[Acknowledgement, ...]:
    """What was checked of the question's sites and period, the latest first."""
    chosen = view.sites(question)
    return tuple(
        one
        for one in checks(view)
        if (chosen == ALL or one.site in chosen)
        and one.rule in BY_KEY
        and one.first_day <= question.last
        and one.last_day >= question.first
    )


@cached
def checked(view: View, question: Question, key: str) -> Panel:
    """A panel of what was checked of the question's sites and period, by whom and why, the latest first."""
    names = site_names(view, question)
    lines = [
        (
            site_cell(names[one.site], one.site),
            text_cell(BY_KEY[one.rule].title),
            day_cell(one.first_day),
            day_cell(one.last_day),
            count_cell(len(one.marks)),
            text_cell(one.reason),
            text_cell(one.by),
            day_cell(to_local_time(one.at).date()),
        )
        for one in checks_of(view, question)
    ]
    title = "Déjà vérifié"
    if not lines:
        return Panel(key, title, Message(NONE_CHECKED))
    return Panel(
        key,
        title,
        Listing(),
        make_table(
            (
                ("Centre", ""),
                ("Constat", ""),
                ("Du", "day"),
                ("Au", "day"),
                ("Lignes", "count"),
                ("Ce qui a été vérifié", ""),
                ("Par", ""),
                ("Le", "day"),
            ),
            lines,
        ),
        caption="Seules ces lignes ne sont plus montrées"
        f"{S}: une ligne nouvelle, ou la même une fois changée, l'est de nouveau.",
    )
