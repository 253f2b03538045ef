"""Saving of stories, on the page « Présenter »: title, conflicts with other versions, unsaved drafts, sharing.

Nothing that somebody wrote is overwritten without a question: neither drafts of this session, nor what others saved meanwhile.
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
    presented_place,
    session,
    story_drafts,
    url_parameters,
)
from dashboard.ui.markdown_escaping import escape_markdown
from dashboard.ui.story_drafts import Draft

ADDRESS = presented_place.ADDRESS  # in the URL: which story
PLACES = {"department": "departement", "site": "centre"}  # filter by the field of a story's place
ASKED = "story_asked"  # session key: (story, title) of a save that would overwrite another version
DONE = "La présentation est gardée. Le lien ci-dessous la retrouve."


# --- unsaved drafts ----------------------------------------------------------------------------------------------------
def show_unsaved_drafts(person: Person, name: str = "") -> None:
    """Show which other stories have unsaved changes, with buttons to go back to each or discard it."""
    for other, draft in story_drafts.unsaved_drafts(name).items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info(
                f"Vos changements de « {escape_markdown(_title_with_place(person, draft.story))} » ne sont pas gardés."
                " Ils vous attendent tant que cette page reste ouverte."
            )
            st.button("Y revenir", key=f"revenir_{other}", on_click=_return, args=(other,))
            st.button(
                "Abandonner ces changements",
                key=f"abandonner_{other}",
                on_click=_abandon,
                args=(other,),
            )


def _title_with_place(person: Person, story: Story) -> str:
    """The story's title; with its place where several stories have the title."""
    if ":" not in story.name:
        return story.title
    site = story.site and network.site_names(person).get(story.site, story.site)
    return f"{story.title}{french.SPACE}: {site or story.department}"


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _return(name: str) -> None:
    """Callback: open the story with unsaved changes."""
    ready, _, place = name.partition(":")
    url_parameters.put(ADDRESS, ready)
    if place:
        chosen_by = PLACES[READY[ready].place]
        filter_state.choose(chosen_by, place)
        st.session_state.pop(f"filtre_{chosen_by}", None)


@error_messages.show_failures()
def _abandon(name: str) -> None:
    """Callback: discard a draft."""
    story_drafts.drop(name)


# --- keeping -----------------------------------------------------------------------------------------------------------
def section(person: Person, draft: Draft, *, own: bool) -> None:
    """Draw the fields that save a story, who saved it, and its link. own: the person is changing it."""
    story = draft.story
    if own and may(person, "keep_stories"):
        with st.form("garder", border=True):
            key = f"garder_titre_{story.name}"
            st.text_input(
                "Titre de la présentation", story.title, max_chars=LONGEST_HEADLINE, key=key
            )
            st.form_submit_button(
                "Garder sous ce titre", on_click=_keeping_title, args=(story.name, key)
            )
    form_messages.show_outcome("garder")
    _conflict(person, draft)
    if draft.is_changed:
        st.button(
            "Abandonner mes changements",
            key="abandonner",
            on_click=_abandon,
            args=(story.name,),
        )
    if keeper := known_stories.keepers(person).get(story.name):
        since = french.date_short(to_local_time(keeper.kept_at).date())
        st.caption(escape_markdown(f"Gardée par {keeper.name}, le {since}."))
        if own:
            removal(person, story.name)
    st.caption("Lien à partager, avec les filtres en vigueur :")
    st.code(_link(story), language=None, wrap_lines=True)


def _conflict(person: Person, draft: Draft) -> None:
    """Draw the question whether to overwrite, where another version was saved meanwhile, or the story was removed."""
    name = draft.story.name
    asked_of, asked = st.session_state.get(ASKED, ("", ""))
    title, target = (asked, slug(asked)) if asked_of == name else (draft.story.title, name)
    meant = draft.kept_at if target == name else None
    standing = known_stories.keepers(person).get(target)
    if (standing and standing.kept_at) == meant or (target == name and not draft.is_changed):
        return
    st.warning(escape_markdown(_conflict_in_words(title, standing, since=target == name)))
    with st.container(horizontal=True):
        if may(person, "keep_stories") and (
            not standing or targets_and_decisions.may_change(person, target)
        ):
            st.button(
                "Garder la mienne",
                key="garder_la_mienne",
                on_click=_keep,
                args=(name, title, standing and standing.kept_at),
            )
        if standing and target == name:
            st.button("Reprendre l'autre", key="reprendre_l_autre", on_click=_abandon, args=(name,))


def _conflict_in_words(title: str, standing: Keeper | None, *, since: bool) -> str:
    """What is in the way of saving. standing: who saved what stands there, None where it was removed; since: that it happened
    after the story was opened."""
    if standing is None:
        return (
            f"« {title} » a été supprimée depuis que vous l'avez ouverte. Vos changements sont encore là : les garder de"
            " nouveau, ou les abandonner."
        )
    at = to_local_time(standing.kept_at)
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
def _keeping_title(name: str, key: str) -> None:
    """Callback: save a story under the title of a field."""
    draft, title = story_drafts.get(name), st.session_state[key]
    if draft:
        _keep(name, title, draft.kept_at if slug(title) == name else None)


@error_messages.show_failures()
def _keep(name: str, title: str, over: datetime | None) -> None:
    """Save the draft under a title. over: when the version that it replaces was saved, None for none."""
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
    """Draw the button that removes a saved story, for who may."""
    if targets_and_decisions.may_change(person, name):
        kept_at = known_stories.keepers(person)[name].kept_at
        st.button("Supprimer cette présentation gardée", on_click=_forget, args=(name, kept_at))


@error_messages.show_failures()
def _forget(name: str, kept_at: datetime) -> None:
    """Callback: remove a saved story."""
    with form_messages.record_outcome("garder", "La présentation est supprimée."):
        targets_and_decisions.forget_story(session.person(), name, kept_at)
        url_parameters.drop(ADDRESS)


def _link(story: Story) -> str:
    """The address of a story, to share."""
    base = st.context.url.split("?")[0] if st.context.url else "/presenter"
    asked = {ADDRESS: story.name.split(":")[0], **st.session_state[filter_state.WRITTEN]}
    return f"{base}?{urlencode(asked)}"
