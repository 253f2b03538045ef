"""Keeping a story, under the page « Présenter »: under which title, in whose place; the changes that wait; what is shared.

Nothing that somebody wrote goes without a question: neither what is changed here, nor what others have kept meanwhile.
"""

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person, may
from dashboard.actions import targets_and_decisions
from dashboard.answers import network
from dashboard.answers import saved_stories as known_stories
from dashboard.answers.saved_stories import Keeper
from dashboard.period import to_local_time
from dashboard.stories import LONGEST_HEADLINE, READY, Story, slug
from dashboard.ui import (
    error_messages,
    filter_state,
    form_messages,
    session,
    story_drafts,
    url_parameters,
)
from dashboard.ui.markdown_escaping import escape_markdown
from dashboard.ui.story_drafts import Draft

ADDRESS = "histoire"  # in the URL: which story
PLACES = {"department": "departement", "site": "centre"}  # filter by the field of a story's place
ASKED = (
    "story_asked"  # the story and the title under which something else was kept when it was to be
)
DONE = "La présentation est gardée. Le lien ci-dessous la retrouve."


# --- changes that wait -------------------------------------------------------------------------------------------------
def show_unsaved_drafts(person: Person, name: str = "") -> None:
    """Say which other stories hold changes, and offer to go back to each or to give them up."""
    for other, draft in story_drafts.unsaved_drafts(name).items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info(
                f"Vos changements de « {escape_markdown(_named(person, draft.story))} » ne sont pas gardés. Ils vous attendent"
                " tant que cette page reste ouverte."
            )
            st.button("Y revenir", key=f"revenir_{other}", on_click=_return, args=(other,))
            st.button(
                "Abandonner ces changements",
                key=f"abandonner_{other}",
                on_click=_abandon,
                args=(other,),
            )


def _named(person: Person, story: Story) -> str:
    """Its title, with its place where it is one of many that have the title."""
    if ":" not in story.name:
        return story.title
    site = story.site and network.site_names(person).get(story.site, story.site)
    return f"{story.title}{french.SPACE}: {site or story.department}"


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _return(name: str) -> None:
    ready, _, place = name.partition(":")
    url_parameters.put(ADDRESS, ready)
    if place:
        chosen_by = PLACES[READY[ready].place]
        filter_state.choose(chosen_by, place)
        st.session_state.pop(f"filtre_{chosen_by}", None)


@error_messages.show_failures()
def _abandon(name: str) -> None:
    story_drafts.drop(name)


# --- keeping -----------------------------------------------------------------------------------------------------------
def section(person: Person, draft: Draft, *, own: bool) -> None:
    """What keeps the story, says who keeps it, and shares it."""
    story = draft.story
    if own and may(person, "keep_stories"):
        with st.form("garder", border=True):
            key = f"garder_titre_{story.name}"
            st.text_input(
                "Titre de la présentation", story.title, max_chars=LONGEST_HEADLINE, key=key
            )
            st.form_submit_button("Garder sous ce titre", on_click=_kept, args=(story.name, key))
    form_messages.show_outcome("garder")
    _other(person, draft)
    if draft.changed:
        st.button(
            "Abandonner mes changements",
            key="abandonner",
            on_click=_abandon,
            args=(story.name,),
        )
    if keeper := known_stories.keepers(person).get(story.name):
        since = french.date_short(to_local_time(keeper.at).date())
        st.caption(escape_markdown(f"Gardée par {keeper.name}, le {since}."))
        if own:
            removal(person, story.name)
    st.caption("Lien à partager, avec les filtres en vigueur :")
    st.code(_link(story), language=None, wrap_lines=True)


def _other(person: Person, draft: Draft) -> None:
    """Where another version is kept than the one that is replaced, or none any more: which, and what can be done."""
    name = draft.story.name
    asked_of, asked = st.session_state.get(ASKED, ("", ""))
    title, target = (asked, slug(asked)) if asked_of == name else (draft.story.title, name)
    meant = draft.kept_at if target == name else None
    standing = known_stories.keepers(person).get(target)
    if (standing and standing.at) == meant or (target == name and not draft.changed):
        return
    st.warning(escape_markdown(_said(title, standing, since=target == name)))
    with st.container(horizontal=True):
        if may(person, "keep_stories") and (
            not standing or targets_and_decisions.may_change(person, target)
        ):
            st.button(
                "Garder la mienne",
                key="garder_la_mienne",
                on_click=_keep,
                args=(name, title, standing and standing.at),
            )
        if standing and target == name:
            st.button("Reprendre l'autre", key="reprendre_l_autre", on_click=_abandon, args=(name,))


def _said(title: str, standing: Keeper | None, *, since: bool) -> str:
    """What stands in the way. since: that it has come about since the story was opened."""
    if standing is None:
        return (
            f"« {title} » a été supprimée depuis que vous l'avez ouverte. Vos changements sont encore là : les garder de"
            " nouveau, ou les abandonner."
        )
    at = to_local_time(standing.at)
    by = f"par {standing.name}, le {french.date_short(at.date())} à {at:%H:%M}"
    if since:
        return (
            f"Une autre version de « {title} » a été gardée depuis que vous l'avez ouverte, {by}. Vos changements sont encore"
            " là : garder la vôtre (sous un autre titre, les deux restent), ou reprendre l'autre."
        )
    return (
        f"Une présentation est déjà gardée sous le titre « {title} », {by}. Garder la vôtre à sa place, ou choisir un autre"
        " titre."
    )


@error_messages.show_failures()
def _kept(name: str, key: str) -> None:
    draft, title = story_drafts.get(name), st.session_state[key]
    if draft:
        _keep(name, title, draft.kept_at if slug(title) == name else None)


@error_messages.show_failures()
def _keep(name: str, title: str, over: datetime | None) -> None:
    """Keep the draft under a title. over: since when what it replaces is kept, None for nothing."""
    draft = story_drafts.get(name)
    if draft is None:
        return
    story = replace(draft.story, title=title.strip(), name=slug(title))
    st.session_state.pop(ASKED, None)
    try:
        with form_messages.record_outcome("garder", DONE):
            at = targets_and_decisions.keep_story(session.person(), story, over)
            story_drafts.mark_kept(name, story, at)
            url_parameters.put(ADDRESS, story.name)
    except targets_and_decisions.StoryConflict:
        st.session_state[ASKED] = name, title


def removal(person: Person, name: str) -> None:
    """The button that removes a kept story, for who may."""
    if targets_and_decisions.may_change(person, name):
        kept_at = known_stories.keepers(person)[name].at
        st.button("Supprimer cette présentation gardée", on_click=_forget, args=(name, kept_at))


@error_messages.show_failures()
def _forget(name: str, kept_at: datetime) -> None:
    with form_messages.record_outcome("garder", "La présentation est supprimée."):
        targets_and_decisions.forget_story(session.person(), name, kept_at)
        url_parameters.drop(ADDRESS)


def _link(story: Story) -> str:
    base = st.context.url.split("?")[0] if st.context.url else "/presenter"
    asked = {ADDRESS: story.name.split(":")[0], **st.session_state[filter_state.WRITTEN]}
    return f"{base}?{urlencode(asked)}"
