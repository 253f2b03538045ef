"""What surrounds every page: assets, state of the data, filters, title, what can be done with the page."""

from collections.abc import Callable
from functools import lru_cache
from html import escape

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person, Role, may
from dashboard.answers import headlines
from dashboard.answers.context import DataSnapshot, view
from dashboard.answers.network import Freshness, commune_outlines, freshness, sites
from dashboard.navigation import ACTING, PAGES, PageSpec
from dashboard.panel import Link
from dashboard.settings import ROOT, load_settings
from dashboard.ui import (
    browser_flush,
    filter_state,
    map_assets,
    page_exports,
    period_comparison,
    session,
)
from dashboard.ui.links import anchor
from dashboard.ui.markdown_escaping import escape_markdown
from dashboard.wording import GUEST_VIEW

# What is found on a page, for its title.
FINDINGS: dict[str, Callable[[Person], str]] = {
    "departement": lambda person: headlines.department(person, filter_state.question()),
    "attentes": lambda person: headlines.waits(person, filter_state.question()),
    "plaintes": lambda person: headlines.complaints(person, filter_state.question()),
    "signaux": lambda person: headlines.signals(
        person, filter_state.question(("departement", "type"))
    ),
    "site": lambda person: headlines.site(
        person, filter_state.question(("prestation",), site=filter_state.value("centre") or None)
    ),
}
# A department or a site that is chosen says by itself what the page is: the filter that chooses it.
NAMED_BY = {"departement": "departement", "site": "centre"}
OF_GUESTS = (
    "Des chiffres seulement : aucune plainte une par une, aucun effectif de moins de 5 plaintes."
)
FICTITIOUS = "Pour la démonstration : aucun chiffre n'est réel."


@lru_cache(2)
def _assets(_moment: DataSnapshot) -> str | None:
    """Put the public files in place; the name of the communes' file, if the ministry loaded limits."""
    loaded = commune_outlines(session.person())
    boundaries = loaded.geojson if loaded else None
    map_assets.prepare(ROOT / "static", boundaries)
    return map_assets.communes_file(boundaries) if boundaries else None


def communes_file() -> str | None:
    """The script that holds the limits of communes, or None where none were loaded."""
    return _assets(view(session.person()).moment)


def draw_head(spec: PageSpec) -> None:
    """State of the data, filters and title of the page, which goes first: it says the finding. The page ends there where its
    filters leave no site."""
    if load_settings().logo:
        st.logo(load_settings().logo)
    communes_file()
    filter_state.sync(spec.url_path)
    nobody = no_site(spec)
    top(spec, heard=spec == PAGES[0] and not nobody)
    filter_state.notices()
    head = None
    if spec.filters:
        head = st.container(key="entete", horizontal=True, vertical_alignment="center")
        filter_state.free_choices()
    if spec != PAGES[0] or nobody:
        said = no_site_heading(spec) if nobody else title(spec)
        st.title(escape_markdown(french.bind_numbers(said)), anchor=False)
        browser_flush.flush_to_browser()
    if head is not None:
        with head:
            filter_state.bar(spec.filters)
            if not nobody:
                _ways(spec)
    if nobody:
        filter_state.show_reset()
        st.stop()


def _ways(spec: PageSpec) -> None:
    """What can be done with the page."""
    with st.container(key="gestes", horizontal=True, width="content"):
        # What guests are told of complaints is their number: nothing there compares.
        if spec.compared and not (spec.url_path == "plaintes" and guest()):
            period_comparison.switch()
        page_exports.page_actions(spec)


def no_site(spec: PageSpec) -> bool:
    """Whether the filters of a page leave none of the sites that who asks may see."""
    person = session.person()
    about = filter_state.question(tuple(n for n in ACTING if n in spec.filters))
    return bool(sites(person)) and not sites(person, about)


def no_site_heading(spec: PageSpec) -> str:
    """The heading of a page whose filters leave no site: « Aucun centre ne correspond à ces filtres : GSRU, Alibori »."""
    words = filter_state.scope(n for n in ("type", "departement") if n in spec.filters)
    return f"Aucun centre ne correspond à ces filtres{french.SPACE}: {', '.join(words)}"


def guest() -> bool:
    """Whether a guest asks."""
    return session.person().role == Role.GUEST


def title(spec: PageSpec) -> str:
    """The page's heading, and what is found there: « Zou : 19 230 usagers reçus sur 12 mois ; … »."""
    found = FINDINGS.get(spec.url_path)
    finding = found(session.person()) if found else ""
    by = NAMED_BY.get(spec.url_path)
    named = finding and by and filter_state.value(by)
    head = " · ".join(page_exports.scope_words(spec)) if named else page_exports.heading(spec)
    return f"{head}{french.SPACE}: {finding}" if finding else head


def who_asks() -> str:
    """The name of who signed in, and the way out: HTML."""
    person = session.person()
    if not person.id:
        return ""
    name = f'<a href="./mon-compte" title="Mon compte">{escape(person.name)}</a>'
    if not may(person, "own_account"):
        name = ""  # of a guest, who has none, the mark says it
    leave = "<button>Se déconnecter</button>"
    return f'<form class="ccsp-who" method="post" action="/deconnexion">{name}{leave}</form>'


def _state(fresh: Freshness) -> list[str]:
    """What stands in the bar: what the data are, up to when they go, who asks. There is a way out before the first file too."""
    marks, parts = [f'<b title="{FICTITIOUS}">Données fictives</b> ' if fresh.demo else ""], []
    if session.person().role == Role.GUEST:
        mark = french.upper_first(GUEST_VIEW)
        marks.append(f'<b class="guest" title="{OF_GUESTS}">{mark}</b> ')
        words = f"Données fictives · {mark}" if fresh.demo else mark
        parts.append(f'<p class="ccsp-guest">{words}</p>')  # on a telephone, whose bar is full
    if fresh.as_of is not None:
        marks.append(f"<span>données au {french.date_short(fresh.as_of)}</span>")
    marks.append(who_asks())
    return [*parts, f'<div class="ccsp-state">{"".join(marks)}</div>'] if any(marks) else parts


def top(spec: PageSpec, *, heard: bool) -> None:
    """Whether data are fictitious and up to when they go; on a telephone the line that unfolds the filters. Notices where
    there are no data, or old ones. heard: with a heading for who hears it, as of the opening page, which speaks for itself."""
    fresh, parts = freshness(session.person()), []
    if heard:
        parts.append(f'<h1 class="ccsp-heard">{escape(page_exports.heading(spec))}</h1>')
    parts += _state(fresh)
    if spec.filters:
        words = escape(" · ".join(filter_state.in_words(spec.filters)))
        parts.append(
            f'<button type="button" class="ccsp-fold" aria-expanded="false">{words}</button>'
        )
    st.html(f'<div class="ccsp-top">{"".join(parts)}</div>')
    if fresh.empty:
        st.info(
            "La base ne contient encore ni visites ni clôtures. Le premier fichier de registre se remet sur le serveur"
            f"{french.SPACE}: python -m db import FICHIER"
        )
    elif fresh.warning or fresh.beginning:
        with st.container(key="bandeau"):
            if fresh.beginning:
                guide = anchor("guide, « Remettre un fichier »", Link("guide"))
                st.html(
                    f"<p><b>La collecte commence</b>{french.SPACE}: {fresh.beginning}. Ensuite{french.SPACE}: remettre les"
                    f" registres des autres ({guide}). Un chiffre se compare à l'habitude après 12 mois.</p>"
                )
            if fresh.warning:
                st.markdown(f"**Données anciennes** : {fresh.warning}.")
