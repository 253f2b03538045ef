"""The filters of pages: kept in the session across pages, shown in the URL."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Reach, reach_of_right
from dashboard.answers import table_request
from dashboard.answers.network import freshness, services, sites, usual_period
from dashboard.answers.question import Question
from dashboard.filter_names import DEFAULTS, NAMES, TABLE
from dashboard.indicators import BY_CODE
from dashboard.map_classes import CLASSES
from dashboard.navigation import ACTING, PAGES
from dashboard.period import (
    ONE_DAY,
    ClippedPeriod,
    Period,
    add_months,
    clip_period,
    presets,
    resolve_period,
    today,
)
from dashboard.ui import error_messages, session, url_parameters
from dashboard.ui.session import FILTERS, NOTICES

YES = "oui"
GONE = ("couche",)  # filters of old links, which are ignored silently
EVERYTHING = {
    "departement": "Tous les départements",
    "type": "CCSP et GSRU",
    "prestation": "Toutes les prestations",
    "centre": "Choisir un centre…",
}
WRITTEN = "url_written"  # session key: what we last wrote to the URL; anything else there comes from outside
PAGE = "page_before"
OTHER = "autre"
SEVERAL = "plusieurs"  # value of the list: departments are then chosen below the bar
COMMA = ","  # separates departments in the URL


def value(name: str) -> str:
    """The value of a filter in force, as in the URL; "" for everything."""
    held: dict[str, str] = st.session_state.get(FILTERS, DEFAULTS)
    return held[name]


def as_of() -> date:
    """The last day up to which all is known; today where there are no data."""
    return freshness(session.person()).known_to or today()


def known_to() -> date:
    """The last day up to which all is known, where periods end; today without data."""
    return freshness(session.person()).known_to or today()


def sync(page: str) -> None:
    """Make session and URL agree at the start of a run: a link from outside sets the session, else the session sets the URL.

    A URL without filters keeps them where the page has changed, since the menu's links carry none. On the same page it is the
    browser's back button, and rewriting the URL would trap the reader there.
    """
    same = st.session_state.get(PAGE) == page
    url = {name: v for name, v in url_parameters.read().items() if name in DEFAULTS}
    held = st.session_state.get(FILTERS)
    url = url or (own_departments() if held is None else {})
    if held is None or ((url or same) and url != st.session_state.get(WRITTEN)):
        usual = {
            **DEFAULTS,
            "periode": usual_period(session.person()),
            "departement": guest_departments(),
        }
        held = dict(held or DEFAULTS)
        for name in DEFAULTS:
            wanted = url.get(name, usual[name])
            if not _valid(name, wanted):
                st.session_state.setdefault(NOTICES, []).append((name, wanted))
                wanted = usual[name]
            held[name] = wanted or usual[name]
            st.session_state.pop(f"filtre_{name}", None)
        st.session_state[FILTERS] = held
    if not same and "filtre" not in url:  # what was typed above another table
        st.session_state[FILTERS] = {**held, "filtre": ""}
    # Last: where the database fails above, the next run starts from unchanged filters.
    st.session_state[PAGE] = page
    write_url()


def own_departments() -> dict[str, str]:
    """The default department filter of a person who answers for departments; empty for others."""
    person = session.person()
    if reach_of_right(person, "complaint_list") != Reach.DEPARTMENTS:
        return {}
    there = {p.department for p in sites(person)} & (person.departments or frozenset())
    return {"departement": COMMA.join(sorted(there, key=french.alphabetical))}


def guest_departments() -> str:
    """The departments of a guest's link, as the filter's value; "" for others. They are part of a guest's question, so that
    figures are not labelled as those of the network."""
    person = session.person()
    if reach_of_right(person, "aggregates") != Reach.LINK or person.departments is None:
        return ""
    return COMMA.join(sorted({p.department for p in sites(person)}, key=french.alphabetical))


def non_default() -> dict[str, str]:
    """The filters that are not at their default, for a link."""
    held: dict[str, str] = st.session_state.get(FILTERS, DEFAULTS)
    return {name: v for name, v in held.items() if v != DEFAULTS[name]}


def acting() -> tuple[str, ...]:
    """The page, and the values of the filters that act on it: other values are another question."""
    page = st.session_state.get(PAGE, "")
    names = next((spec.filters for spec in PAGES if spec.url_path == page), ())
    return page, *(value(name) for name in names)


def write_url() -> None:
    """Write the filters that are not at their default to the URL."""
    wanted = non_default()
    others = {
        name: v
        for name, v in url_parameters.read().items()
        if name not in DEFAULTS and name not in GONE
    }
    url_parameters.write({**others, **wanted})
    st.session_state[WRITTEN] = wanted


@error_messages.show_failures()  # called between two runs, where nothing else catches
def choose(name: str, wanted: str) -> None:
    """Set a filter, and the URL. An unknown value is ignored."""
    if _valid(name, wanted):
        _keep(name, wanted)


def _keep(name: str, wanted: str) -> None:
    """Set a filter in the session."""
    wanted = wanted or (guest_departments() if name == "departement" else "")
    st.session_state[FILTERS] = {**st.session_state[FILTERS], name: wanted}
    write_url()


def options(name: str) -> Mapping[str, str]:
    """The values of a filter and their labels; "" (everything) first, where that can be chosen."""
    if name == "periode":
        return _periods()
    places = sites(session.person())
    known: dict[str, Callable[[], Mapping[str, str]]] = {
        "departement": lambda: _departments([p.department for p in places]),
        "type": lambda: {k: k for k in sorted({p.kind for p in places})},
        "prestation": lambda: services(session.person()),
        "centre": lambda: {p.code: p.name for p in places},
        "indicateur": lambda: {code: BY_CODE[code].label for code in CLASSES},
        "comparer": lambda: {"": "", YES: "avec une autre période"},
    }
    if name not in EVERYTHING or (name == "departement" and guest_departments()):
        return known[name]()
    return {"": EVERYTHING[name], **known[name]()}


def _departments(known: Iterable[str]) -> dict[str, str]:
    """The options of the department filter: each of the known, the several in force if any, and the choice of several."""
    choices = {d: d for d in sorted(set(known), key=french.alphabetical)}
    several = [
        d
        for d in (guest_departments(), value("departement"))
        if COMMA in d and _valid("departement", d)
    ]
    together = {d: french.join_words(d.split(COMMA)) for d in several}
    free = {SEVERAL: "Plusieurs départements…"} if len(choices) > 1 else {}
    return {**choices, **together, **free}


def _valid(name: str, wanted: str) -> bool:
    """Whether a value of a filter exists."""
    if name == "periode":  # one that has begun, be it that nothing of it has come yet
        asked = resolve_period(wanted, known_to())
        return asked is not None and asked.first <= max(known_to(), today())
    if name == "departement":
        there = {p.department for p in sites(session.person())}
        several = wanted.split(COMMA)
        return not wanted or (len(set(several)) == len(several) and set(several) <= there)
    if name in TABLE:
        return table_request.is_valid(name, wanted)
    return wanted in options(name)


def _periods() -> dict[str, str]:
    """The options of the period filter: presets, recent months, years, the one in force if it is none of these, and the free
    choice."""
    last = known_to()
    choices, held = dict(_listed_periods(last, today())), value("periode")
    if held not in choices and (period := resolve_period(held, last)):
        choices[held] = period.label
    choices[OTHER] = "Autre période…"
    return choices


@lru_cache(2)  # every page asks, several times
def _listed_periods(last: date, day: date) -> Mapping[str, str]:
    """The periods in the list, code to label. last: the last known day; day: today, whose own month and year have names."""
    month, year = min(last, day.replace(day=1) - ONE_DAY), min(last.year, day.year - 1)
    months = [add_months(month.replace(day=1), -n) for n in range(12)]
    return MappingProxyType(
        dict(presets(last, day))
        | {f"{start:%Y-%m}": french.month_label(start) for start in months}
        | {str(year): f"année {year}" for year in range(year, year - 5, -1)}
    )


def _on_change(name: str, listed: Collection[str]) -> None:
    """Callback: set a filter to the value chosen in its list. listed: the options as they were shown."""
    wanted = st.session_state[f"filtre_{name}"]
    # Checked against the options as shown, not the database, which may be unavailable just
    # now; and what a browser says that it was not offered is not kept.
    if wanted in listed and wanted not in (OTHER, SEVERAL):
        _keep(name, wanted)


def select(name: str) -> None:
    """Draw the list of one filter."""
    choices = options(name)
    key = f"filtre_{name}"
    held = st.session_state.get(key)
    # At each run, since the output of an interrupted run may not have reached the browser.
    st.session_state[key] = held if held in choices else value(name)
    st.selectbox(
        NAMES[name],
        list(choices),
        format_func=lambda v: choices.get(v, v),
        key=key,
        on_change=_on_change,
        args=(name, tuple(choices)),
        label_visibility="collapsed",
    )


def bar(names: tuple[str, ...]) -> None:
    """Draw the filters of a page in a row."""
    with st.container(key="filtres", horizontal=True, vertical_alignment="center"):
        for name in names:
            select(name)


def nothing_yet() -> str:
    """The name of the period in force, where it has begun and nothing of it has come yet: « décembre 2026 »; else ""."""
    asked = resolve_period(value("periode"), known_to())
    return asked.label if asked and asked.first > known_to() else ""


def show_usual_period() -> None:
    """Draw a button that sets the period back, where nothing of that in force has come yet."""
    st.button("Voir la période habituelle", key="periode_habituelle", on_click=_usual_period)


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _usual_period() -> None:
    """Callback: set the period with which pages open."""
    choose("periode", usual_period(session.person()))
    st.session_state.pop("filtre_periode", None)


def show_reset() -> None:
    """Draw a button that resets the filters, where they leave no site."""
    st.button("Tout voir", key="tout_voir", on_click=_show_everything, width="content")


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _show_everything() -> None:
    """Callback: reset every filter to all that the person may see."""
    for name in ("departement", "type"):
        _keep(name, "")
        st.session_state.pop(f"filtre_{name}", None)


def in_words(names: Collection[str]) -> list[str]:
    """The values in force of these filters, in words: « 12 derniers mois entiers », « tout le réseau »."""
    words = [options("periode")[value("periode")]] if "periode" in names else []
    return words + scope(n for n in names if n != "periode")


def scope(names: Iterable[str]) -> list[str]:
    """The scope of a page's figures by these filters, in words: « Zou », « GSRU »; « tout le réseau »."""
    acting = [name for name in names if value(name)]
    return [options(name)[value(name)] for name in acting] or ["tout le réseau"]


def free_choices() -> None:
    """Draw the choice of several departments and of a free period below the bar, where these are in force."""
    choose_departments()
    choose_days()


def choose_departments() -> None:
    """Draw the choice of several departments, where it is in force."""
    if st.session_state.get("filtre_departement") != SEVERAL:
        return
    held = [d for d in value("departement").split(COMMA) if d]
    there = [d for d in options("departement") if d and COMMA not in d and d != SEVERAL]
    st.multiselect(
        "Départements",
        there,
        default=held,
        key="departements_choisis",
        placeholder="Choisir les départements",
        on_change=_departments_changed,
        args=(there,),
    )


def _departments_changed(there: Collection[str]) -> None:
    """Callback: set the departments chosen. there: the departments that may be chosen."""
    chosen = {d for d in st.session_state["departements_choisis"] if d in there}
    _keep("departement", COMMA.join(sorted(chosen, key=french.alphabetical)))


def choose_days() -> None:
    """Draw the two days of a free period, where it is in force."""
    if st.session_state.get("filtre_periode") != OTHER:
        return
    now = period().period
    days = st.date_input(
        "Du … au …",
        (now.first, now.last),
        max_value=known_to(),
        format="DD/MM/YYYY",
        key="periode_libre",
    )
    if isinstance(days, tuple) and len(days) == 2 and days != (now.first, now.last):
        choose("periode", Period(*days).code)
        st.session_state.pop("filtre_periode", None)
        st.rerun()


def notices() -> None:
    """Show, once and together, which values of the link could not be used."""
    refused = st.session_state.pop(NOTICES, [])
    asked = french.join_words([f"« {_plain(v)} » pour {NAMES[n].lower()}" for n, v in refused])
    if len(refused) == 1:
        st.warning(
            f"Le lien demande {asked} : ce n'est pas une valeur connue. Ce filtre est ignoré."
        )
    elif refused:
        st.warning(
            f"Le lien demande {asked} : ce ne sont pas des valeurs connues. Ces filtres sont ignorés."
        )


def _plain(text: str) -> str:
    """Text from outside, 40 characters at most, with « · » for all that could be Markdown."""
    return "".join(c if c.isalnum() or c in " .,-'’" else "·" for c in text[:40])


def period_of(code: str, last: date) -> ClippedPeriod | None:
    """The period of a code of the URL, cut at the last day up to which all is known; None for an invalid code."""
    asked = resolve_period(code, last)
    return clip_period(asked, last) if asked else None


def period() -> ClippedPeriod:
    """The period in force, cut at the last day up to which all is known."""
    last = known_to()
    chosen = period_of(value("periode"), last) or period_of(DEFAULTS["periode"], last)
    assert chosen, "the usual period begins before the last day of any data"
    return chosen


def question(names: tuple[str, ...] = ACTING, site: str | None = None) -> Question:
    """The page's question: period, and those of the filters in force that act on the page. site: its own site."""
    now = period().period
    chosen = {n: value(n) or None for n in names}
    return Question(
        now.first,
        now.last,
        tuple((chosen.get("departement") or "").split(COMMA)) if chosen.get("departement") else (),
        chosen.get("type"),
        chosen.get("prestation"),
        site,
    )
