"""The opening page: the map, and beside it the headline figures or the chosen site's."""
import streamlit as st

from dashboard import french
from dashboard.classes import CLASSES, RAMP
from dashboard.indicators import BY_CODE
from dashboard.ui import attention, cards, filters, frame, maps, session, site_head, store
from dashboard.wording import shown, who_reported

LARGEST = 20  # radius, in pixels, of the busiest site
SIZES = (10, 20, 50, 100, 200, 500, 1000)
SITE_CARDS = ("visits", "visits_per_day", "wait_p50", "wait_within_30", "left", "complaints_open")


@st.fragment
def zone() -> None:
    """Map and panel. A click runs this part alone; the map is recoloured in place, never rebuilt."""
    person, question = session.person(), filters.question()
    table = store.sites(person, question)
    left, right = st.columns([11, 9], gap="medium")
    with left:
        filters.select("indicateur", label_visibility="collapsed")
        chosen = filters.value("centre")
        draw(person, question, table, chosen, filters.value("indicateur"), on_pick=_pick,
             tinted=st.session_state.get("departements_teintes", False))
        st.toggle("Teinter aussi les départements", key="departements_teintes",
                  help="Le taux de tous les usagers du département, là où deux centres au moins ont remonté leurs données."
                       " La valeur d'un seul centre n'est jamais étendue à un territoire.")
    with right:
        _pick_list(table)
        if chosen in set(table["code"]):
            site_panel(person, question, table, chosen)
        else:
            cards.headline(question, person, columns=2)
            attention.show(question, person)


def draw(person, question: store.Question, table, chosen: str, code: str, *, height: int = 500, key: str = "carte",
         on_pick=None, tinted: bool = False) -> None:
    """The question's sites on the map, coloured by an indicator; departments too if `tinted`."""
    figures = store.figures(person, question, "site")
    classes = CLASSES[code]
    volumes = [figures[s]["visits_per_day"].value for s in table["code"]]
    top = next((s for s in SIZES if s >= max((v for v in volumes if v), default=1)), SIZES[-1])
    radii = maps.radii(volumes, LARGEST, top)
    marks = []
    for site, radius in zip(table.itertuples(), radii, strict=True):
        f = figures[site.code]
        value = f[code].value
        marks.append({
            "id": site.code, "name": site.name, "kind": site.kind, "lat": float(site.lat), "lon": float(site.lon),
            "label": site.commune, "radius": radius, "missing": value is None,
            "fill": None if value is None else classes.colour(value),
            "tip": [f"{BY_CODE[code].label} : {shown(f[code])}", f"Usagers par jour ouvert : {shown(f['visits_per_day'])}"]})
    maps.show_map(marks, legend=_legend(code, marks, top), departments=_departments(person, question, code) if tinted else None,
                  focus=question.department, chosen=chosen or None, on_pick=on_pick, height=height,
                  dark=st.context.theme.type == "dark", communes=frame.communes_file(), key=key)


def _departments(person, question: store.Question, code: str) -> dict[str, dict]:
    """Fill and words of the departments that have a figure of their own: never one site's value over a territory."""
    found = {}
    for name, figures in store.figures(person, question, "department").items():
        f = figures[code]
        if f.value is not None and f.sites_reporting > 1:
            found[name] = {"fill": CLASSES[code].pale(f.value),
                           "tip": f"{name}\n{BY_CODE[code].label} : {shown(f)}\n{who_reported(f)}"}
    return found


def _legend(code: str, marks: list[dict], top: float) -> maps.Legend:
    fills = [m["fill"] for m in marks]
    classes = [{"colour": colour, "label": label, "count": fills.count(colour)}
               for colour, label in zip(RAMP, CLASSES[code].labels(), strict=True)]
    sizes = [{"radius": r, "label": french.number(v)}
             for v, r in zip((top / 10, top), maps.radii((top / 10, top), LARGEST, top), strict=True)]
    return maps.Legend(title=BY_CODE[code].label, classes=classes, missing=fills.count(None),
                       size_text="usagers par jour ouvert", sizes=sizes)


def _pick(choice: dict) -> None:
    if "site" in choice:
        filters.choose("centre", choice["site"])
        st.session_state.pop("filtre_centre", None)


def _pick_list(table) -> None:
    """The keyboard's and the telephone's way to a site."""
    names = {"": "Choisir un centre sur la carte, ou ici…", **dict(zip(table["code"], table["name"], strict=True))}
    chosen = filters.value("centre")
    if st.session_state.get("liste_centres") != chosen or chosen not in names:
        st.session_state["liste_centres"] = chosen if chosen in names else ""
    st.selectbox("Centre", list(names), format_func=names.get, key="liste_centres", label_visibility="collapsed",
                 on_change=lambda: filters.choose("centre", st.session_state["liste_centres"]))


def site_panel(person, question: store.Question, table, code: str) -> None:
    """The chosen site's figures, and the way to its page."""
    site = table[table["code"] == code].iloc[0]
    own = store.Question(question.first, question.last, service=question.service, site=code)
    figures = store.figures(person, own, "nation")["nation"]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(site["name"], anchor=False, width="stretch")
        st.button("Revenir à l'ensemble", on_click=filters.choose, args=("centre", ""), key="ensemble")
    st.caption(site_head.words(site))
    months = store.trend(person, own)
    compared = store.comparison(person, own)
    followed = {} if question.service else store.signals(person, [code])[code]
    for start in range(0, len(SITE_CARDS), 2):
        for place, one in zip(st.columns(2), SITE_CARDS[start:start + 2], strict=True):
            with place:
                cards.card(one, figures[one], [months[m][one].value for m in sorted(months)], compared,
                           followed=followed.get(one))
    silent = figures["visits"].sites_reporting == 0
    st.caption("Ce centre n'a rien remonté sur la période." if silent else
               f"Période : {filters.period().label}. Jours clôturés : {shown(figures['completeness'])}. "
               f"Attente mesurée pour {french.number(figures['wait_p50'].n)} visites sur"
               f" {french.number(figures['visits'].n)}.")
    st.page_link(frame.pages_by_name()["site"], label="Ouvrir la page de ce centre", width="content")


