"""Stories to present: which slides, in which order, with which words. A story is data: figures come when it is told.

Ready-made ones are in READY; a person's own are kept in the database under a name. `python -m dashboard report` and the
page « Présenter » tell both.
"""

import json
import re
from dataclasses import asdict, dataclass, field

from dashboard import french
from dashboard.classes import CLASSES
from dashboard.indicators import BY_CODE, choices, placed
from dashboard.judgement.signals import CHARTED

LONGEST_HEADLINE, LONGEST_TEXT, MOST_STEPS = 160, 600, 40


class NotAStory(ValueError):
    """What was given is no story; the message, in French, says why."""


@dataclass(frozen=True)
class KindSpec:
    """A kind of slide: its words in the list, the indicators it can show (none: it needs none), its question."""

    label: str
    indicators: tuple[str, ...] = ()
    question: str = ""


KINDS: dict[str, KindSpec] = {
    "ouverture": KindSpec("Titre"),
    "chiffres": KindSpec(
        "Chiffres de la période",
        question="Lequel de ces chiffres nous surprend, et que voulons-nous comprendre d'abord ?",
    ),
    "chiffres_attentes": KindSpec(
        "Chiffres des attentes", question="Ces attentes sont-elles acceptables pour un usager ?"
    ),
    "chiffres_plaintes": KindSpec(
        "Chiffres des plaintes", question="Que dirions-nous à un usager qui attend une réponse ?"
    ),
    "carte_signaux": KindSpec(
        "Carte des signaux", CHARTED, "Que s'est-il passé là où il y a un signal ?"
    ),
    "carte": KindSpec(
        "Carte des niveaux", tuple(CLASSES), "Qu'ont en commun les centres d'une même couleur ?"
    ),
    "mois": KindSpec(
        "Mois par mois, carte de contrôle",
        CHARTED,
        "S'il y a un signal, quelle en est la cause ; sinon, que"
        " faudrait-il changer pour faire mieux ?",
    ),
    "comparaison": KindSpec(
        "Centres comparés",
        choices(lambda i: "comparison" in i.places),
        "Qu'est-ce qui distingue les centres du haut de ceux du bas ?",
    ),
    "attentes": KindSpec(
        "Répartition des attentes",
        question="Qui sont ceux qui attendent le plus longtemps, et quand ?",
    ),
    "affluence": KindSpec(
        "Affluence par jour et heure",
        question="Les agents sont-ils là quand viennent les usagers ?",
    ),
    "prestations": KindSpec(
        "Prestations comparées",
        placed("services"),
        "Quelle prestation pourrait se faire sans venir au guichet ?",
    ),
    "plaintes_age": KindSpec(
        "Plaintes en cours, par âge", question="Qui répond aux plus anciennes, et pour quand ?"
    ),
    "plaintes_motifs": KindSpec(
        "Motifs des plaintes", question="Lequel de ces motifs pouvons-nous supprimer ?"
    ),
    "plaintes_flux": KindSpec(
        "Plaintes reçues et répondues",
        question="Répondons-nous aussi vite que les plaintes arrivent ?",
    ),
    "plaintes_delai": KindSpec("Délai de réponse", question="Quel délai voulons-nous promettre ?"),
    "remontees": KindSpec(
        "Jours non clôturés",
        question="Qu'est-ce qui empêche ces centres de clôturer leurs journées ?",
    ),
    "fermetures": KindSpec(
        "Fermetures déclarées", question="Lesquelles de ces fermetures pouvions-nous éviter ?"
    ),
    "signaux": KindSpec(
        "Centres qui ont un signal", question="Que décidons-nous, qui s'en charge, pour quand ?"
    ),
    "decisions": KindSpec("Décisions prises", question="Qu'ont donné les décisions déjà prises ?"),
    "bulletin": KindSpec("Bulletin de la période", question="Que retenons-nous ?"),
}


@dataclass(frozen=True)
class Step:
    """A slide to be: its kind, the indicator it shows; headline and question in place of those found ("" for these)."""

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

    @property
    def label(self) -> str:
        """« Mois par mois, carte de contrôle : Attente médiane »."""
        label = KINDS[self.kind].label
        return (
            f"{label}{french.SPACE}: {BY_CODE[self.indicator].short}" if self.indicator else label
        )


@dataclass(frozen=True)
class Story:
    """A title and its steps. name: what finds it again. department, site: what it is about, None for the filters'."""

    name: str
    title: str
    steps: tuple[Step, ...] = field(default=())
    department: str | None = None
    site: str | None = None

    @property
    def shown(self) -> tuple[Step, ...]:
        """The steps that are not hidden."""
        return tuple(s for s in self.steps if not s.hidden)


def _steps(text: str) -> tuple[Step, ...]:
    return tuple(
        Step(kind, indicator)
        for kind, _, indicator in (code.partition(":") for code in text.split())
    )


# name: (title, steps). « departement » and « site » want a place: departement:Zou, site:ccsp-allada.
READY: dict[str, tuple[str, tuple[Step, ...]]] = {
    "national": (
        "Revue nationale",
        _steps(
            "ouverture chiffres carte_signaux:wait_p50 mois:visits_per_day mois:wait_p50 comparaison:wait_within_30"
            " comparaison:satisfaction plaintes_age plaintes_flux signaux remontees bulletin"
        ),
    ),
    "departement": (
        "Revue du département",
        _steps(
            "ouverture chiffres carte:wait_p50 mois:visits_per_day mois:wait_p50 comparaison:wait_p50 affluence plaintes_age"
            " plaintes_motifs signaux remontees bulletin"
        ),
    ),
    "site": (
        "Revue du centre",
        _steps(
            "ouverture chiffres mois:visits_per_day mois:wait_p50 attentes affluence prestations:visits mois:satisfaction"
            " plaintes_age remontees fermetures bulletin"
        ),
    ),
    "plaintes": (
        "Les plaintes",
        _steps(
            "ouverture chiffres_plaintes carte:complaints_per_1000 plaintes_age plaintes_flux plaintes_delai plaintes_motifs"
            " mois:complaints_30d_due comparaison:complaints_per_1000 comparaison:complaints_30d_due decisions bulletin"
        ),
    ),
    "attentes": (
        "Les attentes",
        _steps(
            "ouverture chiffres_attentes carte_signaux:wait_p50 carte:wait_p90 attentes affluence mois:wait_p50"
            " mois:wait_within_30 mois:left comparaison:wait_within_30 comparaison:left prestations:wait_p50 bulletin"
        ),
    ),
}
PLACED = {"departement": "department", "site": "site"}


def ready(name: str) -> Story | None:
    """The ready-made story of that name: national, plaintes, attentes, departement:Zou, site:ccsp-allada; None for
    another name. Whether the place exists is for whoever knows the places."""
    kind, _, place = name.partition(":")
    if kind not in READY or (kind in PLACED) != bool(place):
        return None
    title, steps = READY[kind]
    where = {PLACED[kind]: place} if place else {}
    return Story(name, title, steps, where.get("department"), where.get("site"))


def to_json(story: Story) -> str:
    """The story as it is kept."""
    return json.dumps(
        {
            "title": story.title,
            "department": story.department,
            "site": story.site,
            "steps": [asdict(s) for s in story.steps],
        },
        ensure_ascii=False,
    )


def from_json(name: str, text: str) -> Story:
    """A kept story. Raises NotAStory."""
    try:
        held = json.loads(text)
        steps = tuple(Step(**s) for s in held["steps"])
        story = Story(name, str(held["title"]), steps, held.get("department"), held.get("site"))
    except (ValueError, TypeError, KeyError) as e:
        raise NotAStory("Cette présentation n'a pas pu être lue.") from e
    check(story)
    return story


def check(story: Story) -> None:
    """Raise NotAStory where the story cannot be told."""
    if not story.title.strip():
        raise NotAStory("Il faut un titre.")
    if len(story.title) > LONGEST_HEADLINE:
        raise NotAStory(f"Le titre a {LONGEST_HEADLINE} caractères au plus.")
    if not story.shown:
        raise NotAStory("Il faut au moins une diapositive.")
    if len(story.steps) > MOST_STEPS:
        raise NotAStory(f"Une présentation a {MOST_STEPS} diapositives au plus.")
    for step in story.steps:
        if step.kind not in KINDS:
            raise NotAStory(f"La diapositive « {step.kind} » n'existe pas.")
        if step.indicator not in (KINDS[step.kind].indicators or ("",)):
            raise NotAStory(
                f"La diapositive « {KINDS[step.kind].label} » ne peut pas montrer « {step.indicator} »."
            )
        if (
            len(step.headline) > LONGEST_HEADLINE
            or max(len(step.question), len(step.note)) > LONGEST_TEXT
        ):
            raise NotAStory(
                f"Un titre a {LONGEST_HEADLINE} caractères au plus, une question ou une note {LONGEST_TEXT}."
            )


def slug(title: str) -> str:
    """The name under which a title is kept and shared: lower case, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", french.plain(title)).strip("-")[:60]
