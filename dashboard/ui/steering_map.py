"""The opening page: the map, and beside it the headline figures or the chosen site's."""
from dataclasses import replace

import streamlit as st

from dashboard import french
from dashboard.classes import CLASSES
from dashboard.indicators import BY_CODE
from dashboard.palette import CHANGE, CONCERN, IMPROVEMENT, NONE, RAMP
from dashboard.panel import Legend, Panel, Plot, of_figure, table, words
from dashboard.signals import CHARTED, Signal, verdict
from dashboard.statistics.sentences import ASSURANCES
from dashboard.statistics.variation import Assurance, Variation
from dashboard.ui import (
    alerts,
    attention,
    cards,
    errors,
    filters,
    follow,
    frame,
    maps,
    panels,
    session,
    show,
    site_head,
    store,
)
from dashboard.ui.escape import escaped
from dashboard.wording import base, shown, who_reported

SIGNS = {  # letter, frame, colour, word of each state
    Variation.CONCERN: ("!", "square", CONCERN, "signal d'alerte"),
    Variation.IMPROVEMENT: ("+", "round", IMPROVEMENT, "signal d'amélioration"),
    Variation.NEUTRAL: ("C", "hexagon", CHANGE, "signal de changement"),
    Variation.NO_SIGNAL: ("", None, NONE, "pas de signal"),
    Variation.TOO_FEW: ("", None, "", "trop peu de points"),
}
BADGES = {Assurance.CONSISTENTLY_MET: "✓", Assurance.CONSISTENTLY_MISSED: "✗", Assurance.HIT_AND_MISS: "≈"}
OF_SIGNS = "Une marque par centre : ce que dit la carte de contrôle de ses mois, et non son niveau."
SIGN_RADIUS = 11
LARGEST = 20  # radius, in pixels, of the busiest site
SIZES = (10, 20, 50, 100, 200, 500, 1000)
SITE_CARDS = ("visits", "visits_per_day", "wait_p50", "wait_within_30", "left", "complaints_open")


@st.fragment
@errors.said_plainly()  # a fragment runs again without the frame around it
def zone() -> None:
    """Map and panel. A click runs this part alone; the map is recoloured in place, never rebuilt."""
    person, question = session.person(), filters.question()
    sites = store.sites(person, question)
    left, right = st.columns([11, 9], gap="medium")
    with left:
        with st.container(horizontal=True, vertical_alignment="center"):
            filters.select("indicateur", label_visibility="collapsed", width="stretch")
            filters.segments("couche")
        chosen, code = filters.value("centre"), filters.value("indicateur")
        signs = shows_signals(code, question)
        made = panel(person, question, code, "carte", signs=signs)
        show.collect(made)
        draw(person, question, made.plot, chosen, code, tinted=not signs and st.session_state.get("departements_teintes", False))
        if signs:
            st.caption(f"{OF_SIGNS} {alerts.budget_line(person, sites, (code,))}")
        else:
            _levels()
    with right:
        _pick_list(sites)
        if chosen in set(sites["code"]):
            site_panel(person, question, sites, chosen)
        else:
            cards.headline(question, person, columns=2)
            attention.show(question, person)


def _levels() -> None:
    """What stands under the map of levels."""
    if filters.value("couche") == "signal":
        st.caption("Ces filtres, ou cet indicateur, ne laissent pas de série suivie : la carte montre les niveaux.")
    st.toggle("Teinter aussi les départements", key="departements_teintes",
                  help="Le taux de tous les usagers du département, là où deux centres au moins ont remonté leurs données."
                       " La valeur d'un seul centre n'est jamais étendue à un territoire.")


def draw(person, question: store.Question, made: Plot, chosen: str, code: str, *, tinted: bool) -> None:
    """The map on the screen; departments are coloured too if `tinted`."""
    maps.show_map(list(made.marks), legend=made.legend, departments=_departments(person, question, code, tinted),
                  focus=made.focus, chosen=chosen or None, on_pick=_pick, height=500,
                  dark=st.context.theme.type == "dark", communes=frame.communes_file(), key="carte")


def panel(person, question: store.Question, code: str, key: str, *, signs: bool = False) -> Panel:
    """The map as a panel, with the table of what its marks say."""
    made = plot(person, question, code, signs=signs)
    figures = store.figures(person, question, "site")
    rows = [(words(m["name"]), of_figure(figures[m["id"]][code]), words(base(figures[m["id"]][code])),
             of_figure(figures[m["id"]]["visits_per_day"]), words((m.get("sign") or {}).get("word", "")))
            for m in sorted(made.marks, key=lambda m: french.alphabetical(m["name"]))]
    what = "ce que dit la carte de contrôle de chaque centre" if signs else "le niveau de chaque centre"
    return Panel(key, f"{BY_CODE[code].label}{french.SPACE}: {what}", plot=made, strip=panels.strip(person, question, code),
                 table=table((("Centre", ""), (BY_CODE[code].label, BY_CODE[code].unit), ("Base", ""),
                              ("Usagers par jour ouvert", "rate"), ("Signal", "")), rows),
                 alt=f"Carte du Bénin : {BY_CODE[code].label}, {what}.",
                 caption=OF_SIGNS if signs
                 else "La surface d'une marque dit combien d'usagers sont reçus par jour ouvert, sa couleur le niveau.")


def plot(person, question: store.Question, code: str, *, signs: bool = False) -> Plot:
    """The question's sites on the map, coloured by an indicator's level, or by what its control chart says (`signs`)."""
    figures, sites = store.figures(person, question, "site"), store.sites(person, question)
    classes = CLASSES[code]
    volumes = [figures[s]["visits_per_day"].value for s in sites["code"]]
    top = next((s for s in SIZES if s >= max((v for v in volumes if v), default=1)), SIZES[-1])
    radii = maps.radii(volumes, LARGEST, top)
    found = follow.signals(person, list(sites["code"])) if signs else {}
    marks = []
    for site, radius in zip(sites.itertuples(), radii, strict=True):
        f = figures[site.code]
        value = f[code].value
        mark = {
            "id": site.code, "name": site.name, "kind": site.kind, "lat": float(site.lat), "lon": float(site.lon),
            "label": site.commune, "radius": radius, "missing": value is None,
            "fill": None if value is None else classes.colour(value),
            "tip": [f"{BY_CODE[code].label} : {shown(f[code])}", f"Usagers par jour ouvert : {shown(f['visits_per_day'])}"]}
        marks.append(_signed(mark, found[site.code][code]) if signs else mark)
    legend = _sign_legend(code, marks, top) if signs else _legend(code, marks, top)
    return Plot(tuple(marks), replace(legend, credit=store.commune_source()), question.department)


def shows_signals(code: str, question: store.Question) -> bool:
    """Whether the map shows signals: where they are asked for and the filters leave series that are followed."""
    return filters.value("couche") == "signal" and code in CHARTED and not question.service


def _signed(mark: dict, found: Signal) -> dict:
    """The mark of a site, as its control chart has it."""
    letter, frame_, colour, word = SIGNS[found.variation]
    badge = BADGES.get(found.assurance)
    said = verdict(found).removeprefix(BY_CODE[found.indicator].label).lstrip(" \u00a0:")
    tip = [mark["tip"][0], said[:1].upper() + said[1:]]
    if badge:
        tip.append(ASSURANCES[found.assurance][:1].upper() + ASSURANCES[found.assurance][1:])
    sign = {"letter": "", "frame": None, "badge": None, "word": word}
    if found.variation == Variation.TOO_FEW:
        return {**mark, "missing": True, "fill": None, "tip": tip, "sign": sign}
    # One size for all: a mark of the signal layer says what the chart says, not how busy the site is.
    return {**mark, "missing": False, "fill": colour, "radius": SIGN_RADIUS, "tip": tip,
            "sign": {"letter": letter, "frame": frame_, "badge": badge, "word": word}}


def _sign_legend(code: str, marks: list[dict], top: float) -> Legend:
    words = [m["sign"]["word"] for m in marks if not m["missing"]]
    signs = [{"letter": letter, "frame": frame_, "colour": colour, "badge": None, "label": word, "count": words.count(word)}
             for variation, (letter, frame_, colour, word) in SIGNS.items() if variation != Variation.TOO_FEW]
    badges = [m["sign"]["badge"] for m in marks if not m["missing"]]
    signs += [{"letter": "", "frame": None, "colour": None, "badge": badge, "label": ASSURANCES[a], "count": badges.count(badge)}
              for a, badge in BADGES.items() if badge in badges]
    plain = _legend(code, marks, top)
    signs.append({"letter": "", "frame": None, "colour": None, "badge": None, "label": SIGNS[Variation.TOO_FEW][3],
                  "count": sum(m["missing"] for m in marks)})
    return Legend(title=plain.title, signs=signs)


def _departments(person, question: store.Question, code: str, tinted: bool) -> dict[str, dict]:
    """Words of the departments without a site; if `tinted`, fill and words of those that have a figure of their own:
    never one site's value over a territory."""
    there = set(store.sites(person, question)["department"])
    none = f"pas de {question.kind or 'centre'}"
    found = {name: {"fill": None, "tip": f"{name}\n{none}"} for name in store.departments() if name not in there}
    if not tinted:
        return found
    for name, figures in store.figures(person, question, "department").items():
        f = figures[code]
        if f.value is not None and f.sites_reporting > 1:
            found[name] = {"fill": CLASSES[code].pale(f.value),
                           "tip": f"{name}\n{BY_CODE[code].label} : {shown(f)}\n{who_reported(f)}"}
    return found


def _legend(code: str, marks: list[dict], top: float) -> Legend:
    fills = [m["fill"] for m in marks]
    classes = [{"colour": colour, "label": label, "count": fills.count(colour)}
               for colour, label in zip(RAMP, CLASSES[code].labels(), strict=True)]
    sizes = [{"radius": r, "label": french.number(v)}
             for v, r in zip((top / 10, top), maps.radii((top / 10, top), LARGEST, top), strict=True)]
    return Legend(title=BY_CODE[code].label, classes=classes, missing=fills.count(None),
                       size_text="usagers par jour ouvert", sizes=sizes)


def _pick(choice: dict) -> None:
    if "site" in choice:
        filters.choose("centre", choice["site"])
        st.session_state.pop("filtre_centre", None)


def _pick_list(sites) -> None:
    """The keyboard's and the telephone's way to a site."""
    names = {"": "Choisir un centre sur la carte, ou ici…", **dict(zip(sites["code"], sites["name"], strict=True))}
    chosen = filters.value("centre")
    if st.session_state.get("liste_centres") != chosen or chosen not in names:
        st.session_state["liste_centres"] = chosen if chosen in names else ""
    st.selectbox("Centre", list(names), format_func=names.get, key="liste_centres", label_visibility="collapsed",
                 on_change=lambda: filters.choose("centre", st.session_state["liste_centres"]))


def site_panel(person, question: store.Question, sites, code: str) -> None:
    """The chosen site's figures, and the way to its page."""
    site = sites[sites["code"] == code].iloc[0]
    own = store.Question(question.first, question.last, service=question.service, site=code)
    figures = store.figures(person, own, "nation")["nation"]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(escaped(site["name"]), anchor=False, width="stretch")
        st.button("Revenir à l'ensemble", on_click=filters.choose, args=("centre", ""), key="ensemble")
    st.caption(escaped(site_head.words(site)))
    show.collect(panels.cards(person, own, SITE_CARDS))
    months = store.trend(person, own)
    compared = store.comparison(person, own)
    followed = {} if question.service else follow.signals(person, [code])[code]
    for start in range(0, len(SITE_CARDS), 2):
        for place, one in zip(st.columns(2), SITE_CARDS[start:start + 2], strict=True):
            with place:
                cards.card(one, figures[one], [months[m][one].value for m in sorted(months)], compared,
                           followed=panels.in_period(followed.get(one), own))
    silent = figures["visits"].sites_reporting == 0
    st.caption("Ce centre n'a rien remonté sur la période." if silent else
               f"Période : {filters.period().label}. Jours clôturés : {shown(figures['completeness'])}. "
               f"Attente mesurée pour {french.number(figures['wait_p50'].n)} visites sur"
               f" {french.number(figures['visits'].n)}.")
    st.page_link(frame.pages_by_name()["site"], label="Ouvrir la page de ce centre", width="content")


