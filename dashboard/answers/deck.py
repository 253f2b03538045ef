"""Decks: a story with its figures, each step a slide. What presents, prints and exports takes a Deck."""

from pathlib import Path
from typing import Any

from dashboard import french
from dashboard.answers.context import View, cached_by_weight, cached_with_rows, uncached
from dashboard.answers.figures import overall_figures
from dashboard.answers.network import freshness, services, silences, site_names
from dashboard.answers.question import Question
from dashboard.answers.slides import KINDS, S, Subject
from dashboard.exports import html
from dashboard.indicators import BY_CODE
from dashboard.panel import Cards, Deck, Message, Plot, Slide
from dashboard.period import ClippedPeriod
from dashboard.settings import load_settings
from dashboard.stories import READY, Step, Story, ready_story
from dashboard.wording import GUEST_VIEW, who_reported

WHOLE = "Tout le réseau"
OPENING, COLLECTION = "ouverture", "completude"  # kinds of slides


@cached_with_rows
def build(view: View, question: Question, story: Story, period: ClippedPeriod) -> Deck:
    """The deck of a story over a question and its period. The story's own department or site replaces the question's."""
    question = question.at_place(story.department, story.site)
    scope = scope_words(view, question)
    figures = overall_figures(view, question)
    fresh = freshness(view)
    about = Subject(view, question, period, _title(story, question, scope), scope)
    known = load_settings()
    who = who_reported(figures["visits"])
    return Deck(
        about.title,
        f"{scope} ({GUEST_VIEW})" if view.access.guest else scope,
        period.label,
        filter_words(view, question, period),
        who,
        fresh.known_to,
        fresh.demo,
        _worth_showing(
            about,
            story,
            [_slide(about, step) for step in story.visible_steps if KINDS[step.kind].is_for(view)],
        ),
        known.issuer_name,
        Path(known.logo).read_bytes() if known.logo else b"",
    )


def _worth_showing(about: Subject, story: Story, made: list[Slide]) -> tuple[Slide, ...]:
    """The slides of a deck: of a ready-made story without those that have nothing to say, and, as long as it is as it was, with
    the state of the collection right after the opening where most sites have handed in nothing yet; of a kept one, all."""
    ready = ready_story(story.name)
    if ready is None:
        return tuple(made)
    found = [one for one in made if not _is_silent(one)]
    every = silences(about.view, about.question).values()
    if story == ready and 2 * sum(one.days is None for one in every) > len(every):
        found.sort(key=lambda one: (one.code != OPENING, one.code != COLLECTION))
    return tuple(found)


def _is_silent(slide: Slide) -> bool:
    """Whether a slide says only why there is nothing to say, in a sentence, figure by figure or site by site; that there is no
    complaint, or no signal, is said."""
    match slide.panel.content:
        case Message(is_known=known):
            return not known
        case Cards(cards):
            return all(card.value is None for card in cards)
        case Plot(marks):
            return all(mark["missing"] for mark in marks)
    return False


@cached_by_weight(
    75, rows=True
)  # their pictures are large texts: a deck's slides weigh as much as 75 answers
def slides(
    view: View, question: Question, story: Story, period: ClippedPeriod
) -> tuple[dict[str, Any], ...]:
    """The slides as the browser's presentation takes them: dicts of texts and pictures."""
    story_deck = build(view, question, story, period)
    return tuple(
        {
            "html": html.slide_html(slide, number, len(story_deck.slides)),
            "code": slide.code,
            "headline": slide.headline,
            "question": slide.question,
            "note": list(slide.note),
        }
        for number, slide in enumerate(story_deck.slides, 1)
    )


def _title(story: Story, question: Question, scope: str) -> str:
    """The title of a deck: of a story about one place, with the place; of a ready-made one over some departments, with these;
    else the story's own."""
    if (ready := READY.get(story.name)) and ready.part and question.departments:
        return f"{ready.part}{S}: {scope}"
    return f"{story.title}{S}: {scope}" if ":" in story.name else story.title


@uncached
def filter_words(view: View, question: Question, period: ClippedPeriod) -> str:
    """What the figures of a deck or a picture are about: « 12 derniers mois entiers · Zou · CCSP »."""
    service = services(view).get(question.service, "") if question.service else ""
    site = site_names(view, question).get(question.site, "") if question.site else ""
    return " · ".join(
        w
        for w in (
            GUEST_VIEW if view.access.guest else "",
            site,
            period.label,
            french.join_words(question.departments),
            question.kind,
            service,
        )
        if w
    )


@uncached
def scope_words(view: View, question: Question) -> str:
    """The scope of the question: « Tout le réseau », « Zou », « CCSP d'Allada »."""
    if question.site:
        name: str = site_names(view, question).get(question.site, question.site)
        return name
    return french.join_words(question.departments) or WHOLE


def _slide(about: Subject, step: Step) -> Slide:
    """The slide of a step: its panel, with the step's headline and question or those of its kind."""
    kind = KINDS[step.kind]
    headline, panel = kind.build(about, step.indicator)
    note = [step.note] if step.note else []
    if step.indicator:
        i = BY_CODE[step.indicator]
        note.append(f"{i.label}{S}: {i.definition}")
        note += [i.limits] if i.limits else []
    note += [
        text
        for text in (
            panel.caption,
            panel.trust_line and f"Puis-je m'y fier ? {panel.trust_line.rstrip('.')}.",
        )
        if text
    ]
    note += [f"{BY_CODE[c.code].label}{S}: {BY_CODE[c.code].definition}" for c in panel.cards]
    # A slide without figures has no question to discuss.
    asked = "" if isinstance(panel.content, Message) else kind.question
    return Slide(step.code, step.headline or headline, panel, step.question or asked, tuple(note))
