"""The page « Présenter »: choose a story, order and word its slides, keep and share it, start it, take it away."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode
from zlib import crc32

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person, may
from dashboard.actions import steering
from dashboard.answers import stories as known_stories
from dashboard.answers.slides import KINDS
from dashboard.panel import Deck
from dashboard.period import local
from dashboard.stories import (
    LONGEST_HEADLINE,
    LONGEST_TEXT,
    READY,
    NotAStory,
    Step,
    Story,
    check,
    slug,
)
from dashboard.ui import (
    address,
    errors,
    filters,
    looked,
    outcome,
    present,
    session,
    takeaway,
)
from dashboard.ui.escape import escaped

ADDRESS = "histoire"  # in the URL: which story
HELD = "story"  # the story on the page, with what was changed in it
SAID = "story_said"  # why the last change was refused, to be said once
WANTED = "story_name"  # the name of the story it began as
OWN = "preparer"  # whether the story on the page is being changed
UNFOLDED = "story_unfolded"  # the places of the slides whose fields are shown
# The filter that says which place, and what to say where it says none, by the field of a ready-made story.
PLACES = {
    "department": ("departement", "Choisir un seul département dans les filtres ci-dessus."),
    "site": ("centre", "Choisir un centre dans la liste ci-dessus."),
}
LISTED = "plaintes_en_cours"  # the slide that tells complaints one by one
SECONDS = (10, 15, 20, 30, 60)


def page(person: Person) -> None:
    """The page."""
    story = _choose(person) if may(person, "aggregates") else None
    if story is None:
        return
    question, period = filters.question(), filters.period()
    with st.container(horizontal=True, vertical_alignment="center", key="commencer"):
        with st.spinner("La présentation se prépare…"):
            deck, slides = present.told(person, question, story, period)
        present.button(
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
    takeaway.story(deck, question, story, period)
    if any(step.kind == LISTED for step in story.shown):
        looked.at_complaints(person, question.at(story.department, story.site))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.header("Les diapositives", anchor=False)
        if SAID in st.session_state:
            st.error(st.session_state.pop(SAID))
        lines = _lines(story, deck)
        # What changes them is sent once it is asked for: it is more than half of what the page costs.
        own = st.toggle("Préparer la mienne", key=OWN)
        if own:
            _steps(story, lines)
        else:
            st.markdown("\n".join(lines))
    with right:
        st.header("Régler, partager", anchor=False)
        _settings()
        if own:
            _add()
        _keep(person, story, own=own)


def _choose(person: Person) -> Story | None:
    """The story in force: of the address, of the list, or as changed on this page."""
    name = _name(person)
    if name not in READY or not READY[name].place:
        return _held(person, name)
    chosen_by, advice = PLACES[READY[name].place]
    place = filters.value(chosen_by)
    if not place or filters.COMMA in place:  # several departments are not one
        st.info(advice)
        return None
    return _held(person, f"{name}:{place}")


def _name(person: Person) -> str:
    """The name in the address, which the list shows and changes."""
    titles = {name: one.listed or one.title for name, one in READY.items()}
    titles |= known_stories.kept(person)
    name = address.read().get(ADDRESS) or _usual(person)
    if name not in titles:
        st.warning(
            f"Le lien demande la présentation « {escaped(name[:60])} », qui n'existe pas ou plus. Voici la revue"
            " nationale."
        )
        address.drop(ADDRESS)
        name = "national"
    st.session_state["choix_histoire"] = name  # at each run, as filters are
    with st.container(horizontal=True, vertical_alignment="center"):
        st.selectbox(
            "Présentation",
            list(titles),
            format_func=lambda one: titles.get(one, ""),
            key="choix_histoire",
            on_change=_chosen,
            label_visibility="collapsed",
        )
        if name in READY and READY[name].place == "site":
            filters.select("centre")
    return name


def _usual(person: Person) -> str:
    """What is shown where the address names none: to a director his department's review, while the filters have it."""
    shown = filters.question(("departement",)).departments
    return (
        "departement" if len(shown) == 1 and person.departments == frozenset(shown) else "national"
    )


def _held(person: Person, name: str) -> Story | None:
    """The story of that name with what was changed in it on this page."""
    if st.session_state.get(WANTED) != name or HELD not in st.session_state:
        try:
            st.session_state[HELD] = known_stories.story(person, name)
        except NotAStory as reason:
            st.error(f"{reason} La supprimer, puis la refaire.")
            _removal(person, name)
            return None
        st.session_state[WANTED] = name
    story: Story | None = st.session_state[HELD]
    return story


def _chosen() -> None:
    address.put(ADDRESS, st.session_state["choix_histoire"])


def _lines(story: Story, deck: Deck) -> list[str]:
    """Each slide of the story, in Markdown: its place, what it is, and what it says."""
    headlines = iter(deck.slides)
    return [
        f"{at}. **{escaped(KINDS[step.kind].label)}**{french.SPACE}: "
        + escaped("masquée" if step.hidden else next(headlines).headline)
        for at, step in enumerate(story.steps, 1)
    ]


def _steps(story: Story, lines: list[str]) -> None:
    """One row a slide, and below it what changes it, where that is asked for."""
    seen: Counter[Step] = Counter()
    for at, step in enumerate(story.steps):
        with st.container(horizontal=True, vertical_alignment="center", key=f"pas_{at}"):
            st.button("Modifier", key=f"modifier_{at}", on_click=_unfold, args=(at,))
            st.markdown(lines[at], width="stretch")
        if at in st.session_state.setdefault(UNFOLDED, set()):
            # The fields are the slide's and no other's.
            _words(story, at, step, f"{crc32(repr(step).encode()):08x}_{seen[step]}")
        seen[step] += 1


def _unfold(at: int) -> None:
    st.session_state[UNFOLDED] ^= {at}  # a second time folds it


def _words(story: Story, at: int, step: Step, key: str) -> None:
    with st.container(horizontal=True):
        for name, label, by, end in (
            ("haut", "▲ Avant", -1, 0),
            ("bas", "▼ Après", 1, len(story.steps) - 1),
        ):
            st.button(
                label, key=f"{name}_{at}", on_click=_move, args=(at, by, step), disabled=at == end
            )
        st.button(
            "Retirer",
            key=f"retirer_{at}",
            on_click=_retire,
            args=(at, step),
            disabled=len(story.shown) < 2 and not step.hidden,
        )
    with st.form(f"mots_{key}", border=True):
        st.text_input(
            "Titre (vide : celui que disent les données)",
            step.headline,
            max_chars=LONGEST_HEADLINE,
            key=f"headline_{key}",
        )
        st.text_input(
            "Question à discuter",
            step.question,
            max_chars=LONGEST_TEXT,
            placeholder=KINDS[step.kind].question,
            key=f"question_{key}",
        )
        st.text_area(
            "Note de l'orateur",
            step.note,
            max_chars=LONGEST_TEXT,
            height=80,
            key=f"note_{key}",
        )
        st.checkbox("Masquer cette diapositive", step.hidden, key=f"hidden_{key}")
        st.form_submit_button("Appliquer", on_click=_word, args=(at, step, key))


def _there(at: int, step: Step) -> Story | None:
    """The story on the page, while that slide stands where a button was pressed for it; None once it has gone: who presses twice
    before the page is drawn anew means one slide."""
    story: Story = st.session_state[HELD]
    return story if at < len(story.steps) and story.steps[at] == step else None


@errors.said_plainly()  # called between two runs, where nothing else catches
def _word(at: int, step: Step, key: str) -> None:
    story = _there(at, step)
    if story is None or f"headline_{key}" not in st.session_state:
        return
    typed = {name: st.session_state[f"{name}_{key}"] for name in ("headline", "question", "note")}
    wanted = replace(
        story.steps[at],
        hidden=st.session_state[f"hidden_{key}"],
        **{name: text.strip() for name, text in typed.items()},
    )
    st.session_state[UNFOLDED].discard(at)
    _hold(story, (*story.steps[:at], wanted, *story.steps[at + 1 :]))


def _hold(story: Story, steps: tuple[Step, ...]) -> bool:
    """Whether these steps make a story, which is then the one on the page."""
    wanted = replace(story, steps=steps)
    try:
        check(wanted, KINDS)
    except NotAStory as reason:
        st.session_state[SAID] = str(reason)  # the story stays as it was
        return False
    st.session_state[HELD] = wanted
    return True


@errors.said_plainly()
def _move(at: int, by: int, step: Step) -> None:
    story, places = _there(at, step), {at: at + by, at + by: at}
    if story is None or not 0 <= at + by < len(story.steps):
        return
    steps = list(story.steps)
    steps[at], steps[at + by] = steps[at + by], steps[at]
    if _hold(story, tuple(steps)):  # its fields move along
        st.session_state[UNFOLDED] = {places.get(n, n) for n in st.session_state[UNFOLDED]}


@errors.said_plainly()
def _retire(at: int, step: Step) -> None:
    story = _there(at, step)
    if story and _hold(story, (*story.steps[:at], *story.steps[at + 1 :])):
        st.session_state[UNFOLDED] = {n - (n > at) for n in st.session_state[UNFOLDED] if n != at}


def _settings() -> None:
    with st.container(horizontal=True):
        st.segmented_control(
            "Thème",
            list(present.THEMES),
            format_func=lambda theme: present.THEMES.get(theme, ""),
            default="light",
            key="theme_diapo",
            required=True,
        )
        st.selectbox("Défilement, en secondes", SECONDS, index=2, key="secondes_diapo")


def _add() -> None:
    with st.form("ajouter", border=True):
        kinds = [
            Step(kind, code) for kind, spec in KINDS.items() for code in spec.indicators or ("",)
        ]
        st.selectbox(
            "Ajouter une diapositive",
            range(len(kinds)),
            format_func=lambda n: KINDS[kinds[n].kind].named(kinds[n].indicator),
            key="ajouter_quoi",
        )
        st.form_submit_button("Ajouter à la fin", on_click=_append, args=(kinds,))


@errors.said_plainly()
def _append(kinds: Sequence[Step]) -> None:
    story = st.session_state[HELD]
    _hold(story, (*story.steps, kinds[st.session_state["ajouter_quoi"]]))


def _keep(person: Person, story: Story, *, own: bool) -> None:
    if own and may(person, "keep_stories"):
        with st.form("garder", border=True):
            key = f"garder_titre_{story.name}"
            st.text_input(
                "Titre de la présentation", story.title, max_chars=LONGEST_HEADLINE, key=key
            )
            st.form_submit_button("Garder sous ce titre", on_click=_kept, args=(key,))
    outcome.said("garder")
    if keeper := known_stories.keepers(person).get(story.name):
        since = french.date_short(local(keeper.at).date())
        st.caption(escaped(f"Gardée par {keeper.name}, le {since}."))
        if own:
            _removal(person, story.name)
    st.caption("Lien à partager, avec les filtres en vigueur :")
    st.code(_link(story), language=None, wrap_lines=True)


@errors.said_plainly()  # called between two runs, where nothing else catches
def _kept(key: str) -> None:
    title = st.session_state[key]
    story = replace(st.session_state[HELD], title=title.strip(), name=slug(title))
    with outcome.telling("garder", "La présentation est gardée. Le lien ci-dessous la retrouve."):
        steering.keep_story(session.person(), story)
        address.put(ADDRESS, story.name)
        st.session_state.pop(WANTED, None)


def _removal(person: Person, name: str) -> None:
    if steering.may_change(person, name):
        st.button("Supprimer cette présentation gardée", on_click=_forget, args=(name,))


@errors.said_plainly()
def _forget(name: str) -> None:
    with outcome.telling("garder", "La présentation est supprimée."):
        steering.forget_story(session.person(), name)
        address.drop(ADDRESS)
        st.session_state.pop(WANTED, None)


def _link(story: Story) -> str:
    base = st.context.url.split("?")[0] if st.context.url else "/presenter"
    asked = {ADDRESS: story.name.split(":")[0], **st.session_state[filters.WRITTEN]}
    return f"{base}?{urlencode(asked)}"
