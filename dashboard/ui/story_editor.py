"""The page « Présenter »: choose a story, change its slides, save and share it, start it, take it away."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person, may
from dashboard.answers import saved_stories as known_stories
from dashboard.answers.slides import KINDS
from dashboard.panel import Deck
from dashboard.stories import (
    LONGEST_HEADLINE,
    LONGEST_TEXT,
    READY,
    NotAStory,
    Step,
    Story,
)
from dashboard.ui import (
    complaint_view_log,
    error_messages,
    filter_state,
    page_exports,
    presentation,
    story_drafts,
    story_saving,
    url_parameters,
    workshop,
)
from dashboard.ui.markdown_escaping import escape_markdown
from dashboard.ui.story_drafts import Draft
from dashboard.ui.story_saving import ADDRESS

SAID = "story_said"  # session key: why the last change was refused, shown once
OWN = "preparer"  # session key: whether the editor is open
UNFOLDED = "story_unfolded"  # session key: the slides whose fields are shown
# What to do where a ready-made story needs a place and the filters have none.
ADVICE = {
    "department": "Choisir un seul département dans les filtres ci-dessus.",
    "site": "Choisir un centre dans la liste ci-dessus.",
}
LISTED = "plaintes_en_cours"  # the slide that lists complaints one by one
SECONDS = (10, 15, 20, 30, 60)
LEFT_OUT = f"Laissées de côté{french.SPACE}:"
NOT_FOR_ALL = "montrée à ceux qui ont la page « Complétude »"
NOTHING_TO_SHOW = "rien à montrer encore"


def page(person: Person) -> None:
    """Draw the page."""
    draft = _choose(person) if may(person, "aggregates") else None
    if draft is None:
        return
    story = draft.story
    question, period = filter_state.question(), filter_state.period()
    with st.container(horizontal=True, vertical_alignment="center", key="commencer"):
        with st.spinner("La présentation se prépare…"):
            deck, slides = presentation.deck_and_slides(person, question, story, period)
        presentation.button(
            story,
            deck,
            slides,
            st.session_state.get("theme_diapo", "light"),
            st.session_state.get("secondes_diapo", 20),
        )
        st.caption(
            f"{french.plural(len(deck.slides), 'diapositive')}. Touches : ← → avancer, N notes, F filtres, S second"
            " écran, A défilement, Échap quitter. Une fois commencée, la présentation continue sans le serveur."
        )
    page_exports.story(deck, question, story, period)
    if any(step.kind == LISTED for step in story.visible_steps):
        complaint_view_log.note_complaint_views(
            person, question.at_place(story.department, story.site)
        )
    workshop.section(person, question.at_place(story.department, story.site))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.header("Les diapositives", anchor=False)
        if SAID in st.session_state:
            st.error(st.session_state.pop(SAID))
        # The editor is drawn on demand: it is more than half of the page's cost.
        own = st.toggle("Préparer la mienne", key=OWN)
        lines = _lines(story, deck, as_shown=not own)
        if own:
            _steps(draft, lines)
        else:
            st.markdown("\n".join(lines))
    with right:
        st.header("Régler, partager", anchor=False)
        _settings()
        if own:
            _add(story.name)
        story_saving.section(person, draft, own=own)


def _choose(person: Person) -> Draft | None:
    """The draft in force: of the URL or the list, as changed in this session. None where it needs a place, or is damaged."""
    name = _name(person)
    if name in READY and (field := READY[name].place):
        place = filter_state.value(story_saving.PLACES[field])
        if not place or filter_state.COMMA in place:  # several departments are no single place
            story_saving.show_unsaved_drafts(person)
            st.info(ADVICE[field])
            return None
        name = f"{name}:{place}"
    story_saving.show_unsaved_drafts(person, name)
    try:
        return story_drafts.on_page(person, name)
    except NotAStory as reason:
        st.error(f"{reason} La supprimer, puis la refaire.")
        story_saving.removal(person, name)
        return None


def _name(person: Person) -> str:
    """Draw the list of stories; return the name of the one in force, from the URL."""
    titles = {name: one.listed or one.title for name, one in READY.items()}
    titles |= known_stories.kept_stories(person)
    # Also a draft whose story somebody has removed meanwhile.
    for changed, draft in story_drafts.unsaved_drafts().items():
        if ":" not in changed:
            titles.setdefault(changed, draft.story.title)
    name = url_parameters.read().get(ADDRESS) or _default_story(person)
    if name not in titles:
        st.warning(
            f"Le lien demande la présentation « {escape_markdown(name[:60])} », qui n'existe pas ou plus. Voici la revue"
            " nationale."
        )
        url_parameters.drop(ADDRESS)
        name = "national"
    st.session_state["choix_histoire"] = name  # at each run, as filters are
    with st.container(horizontal=True, vertical_alignment="center"):
        st.selectbox(
            "Présentation",
            list(titles),
            format_func=lambda one: titles.get(one, ""),
            key="choix_histoire",
            on_change=_on_story_chosen,
            label_visibility="collapsed",
        )
        if name in READY and READY[name].place == "site":
            filter_state.select("centre")
    return name


def _default_story(person: Person) -> str:
    """The default story: for a director, the review of the department, while the filters have it."""
    shown = filter_state.question(("departement",)).departments
    return (
        "departement" if len(shown) == 1 and person.departments == frozenset(shown) else "national"
    )


def _on_story_chosen() -> None:
    """Callback: put the chosen story into the URL."""
    url_parameters.put(ADDRESS, st.session_state["choix_histoire"])


def _lines(story: Story, deck: Deck, *, as_shown: bool) -> list[str]:
    """Each slide of the story in Markdown: its position, kind and headline, or why the deck of who looks does not have it.
    as_shown: the slides of the deck, in its order and by its numbers; after them, without a number, those that it leaves out."""
    left = list(enumerate(deck.slides))

    def told(step: Step) -> tuple[int, str]:
        there = next((pair for pair in left if pair[1].code == step.code), None)
        kind = KINDS[step.kind]
        if step.hidden or there is None:
            why = NOT_FOR_ALL if kind.right else NOTHING_TO_SHOW
            why = "masquée" if step.hidden else why
            named = kind.label_with_indicator(step.indicator)
            return len(deck.slides), f"{escape_markdown(named)} ({why})"
        left.remove(there)
        label, headline = escape_markdown(kind.label), escape_markdown(there[1].headline)
        return there[0], f"**{label}**{french.SPACE}: {headline}"

    lines = [told(step) for step in story.steps]
    if not as_shown:
        return [f"{at}. {said}" for at, (_, said) in enumerate(lines, 1)]
    lines.sort(key=lambda line: line[0])
    shown = [f"{at + 1}. {said}" for at, said in lines if at < len(deck.slides)]
    out = [f"- {said}" for at, said in lines if at == len(deck.slides)]
    return [*shown, *([f"\n{LEFT_OUT}\n"] if out else []), *out]


def _steps(draft: Draft, lines: list[str]) -> None:
    """Draw a row for each slide, with its fields below where unfolded."""
    for at, number in enumerate(draft.slides):
        with st.container(horizontal=True, vertical_alignment="center", key=f"pas_{number}"):
            st.button("Modifier", key=f"modifier_{number}", on_click=_unfold, args=(number,))
            st.markdown(lines[at], width="stretch")
        if number in st.session_state.setdefault(UNFOLDED, set()):
            _words(draft, at, number)


def _unfold(number: int) -> None:
    """Callback: unfold the fields of a slide, or fold them."""
    st.session_state[UNFOLDED] ^= {number}  # a second click folds them


def _words(draft: Draft, at: int, number: int) -> None:
    """Draw the fields and buttons of a slide. They are bound to the slide's number, wherever it moves; a text is stored when
    its field is left, hence before any button acts."""
    story, step = draft.story, draft.story.steps[at]
    with st.container(horizontal=True):
        for name, label, by, end in (
            ("haut", "▲ Avant", -1, 0),
            ("bas", "▼ Après", 1, len(story.steps) - 1),
        ):
            st.button(
                label,
                key=f"{name}_{number}",
                on_click=_move,
                args=(story.name, number, by),
                disabled=at == end,
            )
        st.button(
            "Retirer",
            key=f"retirer_{number}",
            on_click=_retire,
            args=(story.name, number),
            disabled=len(story.visible_steps) < 2 and not step.hidden,
        )
    with st.container(border=True, key=f"mots_{number}"):
        st.text_input(
            "Titre (vide : celui que disent les données)",
            step.headline,
            max_chars=LONGEST_HEADLINE,
            **_field(story, number, "headline"),
        )
        st.text_input(
            "Question à discuter",
            step.question,
            max_chars=LONGEST_TEXT,
            placeholder=KINDS[step.kind].question,
            **_field(story, number, "question"),
        )
        st.text_area(
            "Note de l'orateur",
            step.note,
            max_chars=LONGEST_TEXT,
            height=80,
            **_field(story, number, "note"),
        )
        st.checkbox("Masquer cette diapositive", step.hidden, **_field(story, number, "hidden"))


def _field(story: Story, number: int, name: str) -> dict[str, Any]:
    """The key, value and callback of a field of a slide, as Streamlit's arguments."""
    key = f"{name}_{number}"
    return {"key": key, "on_change": _word, "args": (story.name, number, name, key)}


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _word(story: str, number: int, name: str, key: str) -> None:
    """Callback: store a field of a slide."""
    draft = story_drafts.get(story)
    at = draft.place(number) if draft else None
    if draft is None or at is None or key not in st.session_state:
        return
    step, entered = draft.story.steps[at], st.session_state[key]
    wanted: Any = {name: entered.strip() if isinstance(entered, str) else entered}
    with _record_refusal():
        story_drafts.change(story, number, replace(step, **wanted))
        return
    if name == "hidden":
        st.session_state[key] = step.hidden


@contextmanager
def _record_refusal() -> Iterator[None]:
    """A context manager that keeps the reason of a NotAStory, to be shown; the story is then unchanged."""
    try:
        yield
    except NotAStory as reason:
        st.session_state[SAID] = str(reason)


@error_messages.show_failures()
def _move(story: str, number: int, by: int) -> None:
    with _record_refusal():
        story_drafts.move(story, number, by)


@error_messages.show_failures()
def _retire(story: str, number: int) -> None:
    with _record_refusal():
        story_drafts.retire(story, number)


def _settings() -> None:
    """Draw the theme and seconds of the presentation."""
    with st.container(horizontal=True):
        st.segmented_control(
            "Thème",
            list(presentation.THEMES),
            format_func=lambda theme: presentation.THEMES.get(theme, ""),
            default="light",
            key="theme_diapo",
            required=True,
        )
        st.selectbox("Défilement, en secondes", SECONDS, index=2, key="secondes_diapo")


def _add(story: str) -> None:
    """Draw the choice of slides to append."""
    with st.form("ajouter", border=True):
        kinds = [
            Step(kind, code) for kind, spec in KINDS.items() for code in spec.indicators or ("",)
        ]
        st.selectbox(
            "Ajouter une diapositive",
            range(len(kinds)),
            format_func=lambda n: KINDS[kinds[n].kind].label_with_indicator(kinds[n].indicator),
            key="ajouter_quoi",
        )
        st.form_submit_button("Ajouter à la fin", on_click=_append, args=(story, kinds))


@error_messages.show_failures()
def _append(story: str, kinds: Sequence[Step]) -> None:
    """Callback: append the chosen slides."""
    with _record_refusal():
        story_drafts.add(story, kinds[st.session_state["ajouter_quoi"]])
