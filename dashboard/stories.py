"""Stories: which slides, in which order, with which words. A story is data: figures are added when a deck is built.

Ready-made ones are in READY; saved ones are in the database under a name. The kinds of slides are given by
`dashboard.answers.slides`. `python -m dashboard report` and the page « Présenter » build both.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from dashboard import french
from dashboard.indicators import BY_CODE

LONGEST_HEADLINE, LONGEST_TEXT, MOST_STEPS = 160, 600, 40


class NotAStory(ValueError):
    """The input is no valid story; the message, in French, says why."""


@dataclass(frozen=True)
class Kind:
    """A kind of slide. label: in lists; indicators: those that it can show, empty where it needs none; question: to discuss."""

    label: str
    indicators: tuple[str, ...] = ()
    question: str = ""

    def label_with_indicator(self, indicator: str) -> str:
        """« Mois par mois, courbe de suivi : Attente médiane »."""
        shown = f"{french.SPACE}: {BY_CODE[indicator].short}" if indicator else ""
        return f"{self.label}{shown}"


@dataclass(frozen=True)
class Step:
    """A slide of a story. kind: its code; indicator: "" for none; headline, question: "" for those that are found."""

    kind: str
    indicator: str = ""
    headline: str = ""
    question: str = ""
    note: str = ""
    hidden: bool = False

    @property
    def code(self) -> str:
        """« mois:wait_p50 »."""
        return f"{self.kind}:{self.indicator}" if self.indicator else self.kind


@dataclass(frozen=True)
class Story:
    """A story. name: identifies it; department, site: its place, None for that of the filters."""

    name: str
    title: str
    steps: tuple[Step, ...] = field(default=())
    department: str | None = None
    site: str | None = None

    @property
    def visible_steps(self) -> tuple[Step, ...]:
        """The steps that are not hidden."""
        return tuple(s for s in self.steps if not s.hidden)


def _steps(text: str) -> tuple[Step, ...]:
    """The steps of « kind:indicator » codes between blanks."""
    return tuple(
        Step(kind, indicator)
        for kind, _, indicator in (code.partition(":") for code in text.split())
    )


@dataclass(frozen=True)
class ReadyStory:
    """A ready-made story. place: the field of Story that its name has to contain (departement:Zou), "" for none. listed: its
    label in lists, where the title is about one place. example: such a name. part: the title over some departments of a story
    that is about all, "" for the same."""

    title: str
    steps: tuple[Step, ...]
    place: Literal["", "department", "site"] = ""
    listed: str = ""
    example: str = ""
    part: str = ""


READY = {
    "national": ReadyStory(
        "Revue nationale",
        _steps(
            "ouverture chiffres carte_signaux:wait_p50 mois:visits_per_day mois:wait_p50 comparaison:wait_within_30"
            " comparaison:satisfaction plaintes_age plaintes_flux signaux decisions completude bulletin"
        ),
        part="Revue",
    ),
    "departement": ReadyStory(
        "Revue du département",
        _steps(
            "ouverture chiffres carte:wait_p50 mois:visits_per_day mois:wait_p50 comparaison:wait_p50 affluence plaintes_en_cours"
            " plaintes_motifs signaux decisions remontees bulletin"
        ),
        place="department",
        listed="Revue d'un département",
        example="departement:Zou",
    ),
    "site": ReadyStory(
        "Revue du centre",
        _steps(
            "ouverture chiffres mois:visits_per_day mois:wait_p50 attentes affluence prestations:visits mois:satisfaction"
            " plaintes_age decisions remontees coupures bulletin"
        ),
        place="site",
        listed="Revue d'un centre",
        example="site:ccsp-allada",
    ),
    "plaintes": ReadyStory(
        "Les plaintes",
        _steps(
            "ouverture chiffres_plaintes carte:complaints_per_1000 plaintes_age plaintes_flux plaintes_delai plaintes_motifs"
            " mois:complaints_30d_due comparaison:complaints_per_1000 comparaison:complaints_30d_due decisions bulletin"
        ),
    ),
    "attentes": ReadyStory(
        "Les attentes",
        _steps(
            "ouverture chiffres_attentes carte_signaux:wait_p50 carte:wait_p90 attentes affluence mois:wait_p50"
            " mois:wait_within_30 mois:left comparaison:wait_within_30 comparaison:left prestations:wait_p50 bulletin"
        ),
    ),
}


def ready_story(name: str) -> Story | None:
    """The ready-made story of a name (national, plaintes, attentes, departement:Zou, site:ccsp-allada); None for another name.
    Whether the place exists is not checked."""
    kind, _, place = name.partition(":")
    made = READY.get(kind)
    if made is None or bool(made.place) != bool(place):
        return None
    return Story(name, made.title, made.steps, **({made.place: place} if made.place else {}))


def to_json(story: Story) -> str:
    """The story as JSON, as it is stored."""
    return json.dumps(
        {
            "title": story.title,
            "department": story.department,
            "site": story.site,
            "steps": [asdict(s) for s in story.steps],
        },
        ensure_ascii=False,
    )


def from_json(name: str, text: str, kinds: Mapping[str, Kind]) -> Story:
    """A stored story. Raises NotAStory."""
    try:
        held = json.loads(text)
        steps = tuple(Step(**s) for s in held["steps"])
        story = Story(name, str(held["title"]), steps, held.get("department"), held.get("site"))
    except (ValueError, TypeError, KeyError) as e:
        raise NotAStory("Cette présentation n'a pas pu être lue.") from e
    check_story(story, kinds)
    return story


def check_story(story: Story, kinds: Mapping[str, Kind]) -> None:
    """Raise NotAStory where the story cannot be built with slides of these kinds."""
    if not story.title.strip():
        raise NotAStory("Il faut un titre.")
    if len(story.title) > LONGEST_HEADLINE:
        raise NotAStory(f"Le titre a {LONGEST_HEADLINE} caractères au plus.")
    if not story.visible_steps:
        raise NotAStory("Il faut au moins une diapositive.")
    if len(story.steps) > MOST_STEPS:
        raise NotAStory(f"Une présentation a {MOST_STEPS} diapositives au plus.")
    for step in story.steps:
        kind = kinds.get(step.kind)
        if kind is None:
            raise NotAStory(f"La diapositive « {step.kind} » n'existe pas.")
        if step.indicator not in (kind.indicators or ("",)):
            raise NotAStory(
                f"La diapositive « {kind.label} » ne peut pas montrer « {step.indicator} »."
            )
        if (
            len(step.headline) > LONGEST_HEADLINE
            or max(len(step.question), len(step.note)) > LONGEST_TEXT
        ):
            raise NotAStory(
                f"Un titre a {LONGEST_HEADLINE} caractères au plus, une question ou une note {LONGEST_TEXT}."
            )


def slug(title: str) -> str:
    """The name under which a title is stored and shared: lower case, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", french.fold_accents(title)).strip("-")[:60]
