"""The frame of every page: assets, state of the data, filters, title, actions."""

from collections.abc import Callable
from functools import lru_cache
from html import escape

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person, Role, may
from dashboard.answers import headlines, wait_headlines
from dashboard.answers.context import DataSnapshot, view
from dashboard.answers.network import Freshness, commune_outlines, freshness, sites
from dashboard.navigation import ACTING, PAGES, PageSpec
from dashboard.period import now
from dashboard.settings import ROOT, load_settings
from dashboard.statistics.variation import MINIMUM_POINTS
from dashboard.ui import (
    browser_flush,
    day_calendar,
    filter_state,
    map_assets,
    news,
    page_exports,
    period_comparison,
    session,
    side_by_side,
)
from dashboard.ui.markdown_escaping import escape_markdown
from dashboard.wording import GUEST_VIEW

# The finding of each page, for its title.
FINDINGS: dict[str, Callable[[Person], str]] = {
    "departement": lambda person: headlines.department(person, filter_state.question()),
    "attentes": lambda person: wait_headlines.waits(person, filter_state.question()),
    "plaintes": lambda person: headlines.complaints(person, filter_state.question()),
    "signaux": lambda person: headlines.signals(
        person, filter_state.question(("departement", "type"))
    ),
    "nouveau": lambda person: news.finding(person, filter_state.question(("departement", "type"))),
    "completude": lambda person: day_calendar.finding(
        person, filter_state.question(("departement", "type")), now()
    ),
    "cote-a-cote": lambda _: side_by_side.finding(),
    "site": lambda person: headlines.site(
        person, filter_state.question(("prestation",), site=filter_state.value("centre") or None)
    ),
}
# Pages whose title is the chosen department or site: the filter that chooses it.
NAMED_BY = {"departement": "departement", "site": "centre"}
OF_GUESTS = (
    "Des chiffres seulement : aucune plainte une par une, aucun nombre de moins de 5 plaintes."
)
# static/ccsp-search-open.js answers it.
FIND = '<button type="button" class="ccsp-find" aria-keyshortcuts="/">Chercher</button>'
FICTITIOUS = "Pour la démonstration : aucun chiffre n'est réel."


@lru_cache(2)
def _assets(_snapshot: DataSnapshot) -> str | None:
    """Write the public files; return the name of the file of commune boundaries, None where none were loaded."""
    loaded = commune_outlines(session.person())
    boundaries = loaded.geojson if loaded else None
    map_assets.prepare(ROOT / "static", boundaries)
    return map_assets.communes_file(boundaries) if boundaries else None


def communes_file() -> str | None:
    """The name of the script of commune boundaries; None where none were loaded."""
    return _assets(view(session.person()).snapshot)


def draw_head(spec: PageSpec) -> None:
    """Draw the state of the data, the filters and the title with the finding, which is sent to the browser first. Stops the
    page where its filters leave no site, or nothing of their period has come yet."""
    if load_settings().logo:
        st.logo(load_settings().logo)
    communes_file()
    filter_state.sync(spec.url_path)
    nobody = no_site(spec)
    nothing = nothing_heading(spec) if not nobody else ""
    stopped = nobody or bool(nothing)
    top(spec, with_heading=spec == PAGES[0] and not stopped)
    filter_state.notices()
    head = None
    if spec.filters:
        head = st.container(key="entete", horizontal=True, vertical_alignment="center")
        filter_state.free_choices()
    if spec != PAGES[0] or stopped:
        said = no_site_heading(spec) if nobody else nothing or title(spec)
        st.title(escape_markdown(french.bind_numbers(said)), anchor=False)
        browser_flush.flush_to_browser()
    if head is not None:
        with head:
            filter_state.bar(spec.filters)
            if not stopped:
                _page_actions(spec)
    if nobody:
        filter_state.show_reset()
    elif nothing:
        filter_state.show_usual_period()
    if stopped:
        st.stop()


def _page_actions(spec: PageSpec) -> None:
    """Draw the actions of a page."""
    with st.container(key="gestes", horizontal=True, width="content"):
        # Guests see only numbers of complaints, which have no comparison.
        if spec.has_comparison and not (spec.url_path == "plaintes" and is_guest()):
            period_comparison.comparison_switch()
        page_exports.page_actions(spec)


def no_site(spec: PageSpec) -> bool:
    """Whether a page's filters leave none of the sites that the person may see."""
    person = session.person()
    about = filter_state.question(tuple(n for n in ACTING if n in spec.filters))
    return bool(sites(person)) and not sites(person, about)


def nothing_heading(spec: PageSpec) -> str:
    """The heading of a page of whose period nothing has come yet: « Décembre 2026 : rien encore, les données vont jusqu'au
    30/11/2026 »; "" where something has."""
    fresh = freshness(session.person())
    name = filter_state.nothing_yet() if "periode" in spec.filters and fresh.as_of else ""
    if not name:
        return ""
    known = french.date_short(filter_state.known_to())
    return (
        f"{french.upper_first(name)}{french.SPACE}: rien encore, les données vont jusqu'au {known}"
    )


def no_site_heading(spec: PageSpec) -> str:
    """The heading of a page whose filters leave no site: « Aucun centre ne correspond à ces filtres : GSRU, Alibori »."""
    words = filter_state.scope(n for n in ("type", "departement") if n in spec.filters)
    return f"Aucun centre ne correspond à ces filtres{french.SPACE}: {', '.join(words)}"


def is_guest() -> bool:
    """Whether the person is a guest."""
    return session.person().role == Role.GUEST


def title(spec: PageSpec) -> str:
    """The page's heading with its finding: « Zou : 19 230 usagers reçus sur 12 mois ; … »."""
    found = FINDINGS.get(spec.url_path)
    finding = found(session.person()) if found else ""
    by = NAMED_BY.get(spec.url_path)
    named = finding and by and filter_state.value(by)
    if finding and spec.url_path == side_by_side.PAGE:
        return french.upper_first(finding)  # it names the places
    head = " · ".join(page_exports.scope_words(spec)) if named else page_exports.heading(spec)
    return f"{head}{french.SPACE}: {finding}" if finding else head


def who_asks() -> str:
    """The person's name and the button to sign out, as HTML."""
    person = session.person()
    if not person.id:
        return ""
    name = f'<a href="./mon-compte" title="Mon compte">{escape(person.name)}</a>'
    if not may(person, "own_account"):
        name = ""  # a guest has no name, and is marked as guest
    leave = "<button>Se déconnecter</button>"
    return f'<form class="ccsp-who" method="post" action="/deconnexion">{name}{leave}</form>'


def _state(fresh: Freshness) -> list[str]:
    """The parts of the bar, as HTML: fictitious data, date of the data, the person; also before any data."""
    marks, parts = [f'<b title="{FICTITIOUS}">Données fictives</b> ' if fresh.demo else ""], []
    if session.person().role == Role.GUEST:
        mark = french.upper_first(GUEST_VIEW)
        marks.append(f'<b class="guest" title="{OF_GUESTS}">{mark}</b> ')
        words = f"Données fictives · {mark}" if fresh.demo else mark
        parts.append(
            f'<p class="ccsp-guest">{words}</p>'
        )  # for telephones, where the bar has no room for it
    if fresh.known_to is not None:
        marks.append(f"<span>données au {french.date_short(fresh.known_to)}</span>")
    marks.append(who_asks())
    return [*parts, f'<div class="ccsp-state">{FIND}{"".join(marks)}</div>']


def _where_to_hand_in() -> str:
    """Where registers are handed in, as HTML: a link for who may; for all others who may, and what to do about it oneself for
    who may remind sites."""
    if may(session.person(), "hand_in"):
        return f'<a href="/remonter">sur la page «{french.SPACE}Remonter{french.SPACE}»</a>'
    who = f"par un point focal ou le gestionnaire des données, sur leur page «{french.SPACE}Remonter{french.SPACE}»"
    if not may(session.person(), "remind"):
        return who
    ready = f'<a href="/completude">un message à leur envoyer est prêt sur «{french.SPACE}Complétude{french.SPACE}»</a>'
    return f"{who}{french.SPACE}; {ready}"


def top(spec: PageSpec, *, with_heading: bool) -> None:
    """Draw the bar and, on telephones, the line that unfolds the filters; notices where there are no data, or old ones.
    with_heading: with a heading for screen readers, for a page without one."""
    fresh, parts = freshness(session.person()), []
    if with_heading:
        parts.append(f'<h1 class="ccsp-heard">{escape(page_exports.heading(spec))}</h1>')
    parts += _state(fresh)
    if spec.filters:
        said = filter_state.in_words(spec.filters)
        if spec.url_path == side_by_side.PAGE:
            said = [*filter_state.in_words(("periode",))[:1], *page_exports.scope_words(spec)]
        words = escape(" · ".join(said))
        parts.append(
            f'<button type="button" class="ccsp-fold" aria-expanded="false">{words}</button>'
        )
    st.html(f'<div class="ccsp-top">{"".join(parts)}</div>')
    # Of how old figures are, and of how few, only where there are figures.
    beginning, warning = (fresh.beginning, fresh.warning) if spec.filters else ("", "")
    if fresh.empty or beginning or warning:
        with st.container(key="bandeau"):
            if fresh.empty:
                st.html(
                    "<p>La base ne contient encore ni registre des visites ni fiche de clôture."
                    f" Le premier registre se remet {_where_to_hand_in()}.</p>"
                )
            elif beginning:
                st.html(
                    f"<p><b>La collecte commence</b>{french.SPACE}: {beginning}. Celles des autres se remettent"
                    f" {_where_to_hand_in()}. Un chiffre se compare à son habitude après {MINIMUM_POINTS} mois au moins.</p>"
                )
            if warning:
                st.markdown(f"**Données anciennes** : {warning}.")
