"""A first presentation mode: one slide at a time, full window, large type, arrow keys, Esc to leave."""
import streamlit as st

from dashboard import french
from dashboard.access import Person
from dashboard.ui import cards, errors, filters, frame, sections, session, steering_map, store
from dashboard.ui.escape import escaped
from dashboard.wording import shown, who_reported

STYLE = """<style>
html{font-size:21px !important}
[data-testid=stHeader]{display:none}
[data-testid=stMainBlockContainer]{padding:.6rem 1.6rem .4rem;max-width:none}
.st-key-pied [data-testid=stMarkdownContainer] p{font-size:.8rem;margin:0;opacity:.85}
[data-testid=stMetricValue]{font-size:2.6rem}
[data-testid=stMetricLabel] p{font-size:1rem !important}
.st-key-pied{position:fixed;left:1.6rem;right:1.6rem;bottom:.5rem;z-index:10;align-items:center}
.st-key-pied button{min-height:1.9rem;padding:.1rem .7rem}
.st-key-pied button p{font-size:.8rem}
</style>"""
POSITION = "diapo"
CARD, BIG_CARD = 160, 230


def _map(person: Person, question: store.Question) -> None:
    table = store.sites(person, question)
    steering_map.draw(person, question, table, "", filters.value("indicateur"), height=560, key="carte_diapo")


def _headline(person: Person, question: store.Question) -> None:
    cards.headline(question, person, columns=3, height=BIG_CARD, slide=True)


def _waits(person: Person, question: store.Question) -> None:
    cards.headline(question, person, sections.WAITS, columns=4, height=CARD, slide=True)
    sections.waits(person, question, "diapo_attentes", table=False)


def _complaints(person: Person, question: store.Question) -> None:
    codes = ("complaints_open", "complaints_oldest", "complaints_30d_due", "complaints_per_1000")
    cards.headline(question, person, codes, columns=4, height=CARD, slide=True)
    left, right = st.columns(2, gap="large")
    with left:
        sections.complaint_ages(person, question, "diapo_ages", table=False)
    with right:
        sections.reasons(person, question, "diapo_motifs", table=False)


def _title_map(figures: dict) -> str:
    return f"{shown(figures['visits'])} usagers reçus, dans {french.plural(figures['visits'].sites_reporting, 'centre')}"


def _title_waits(figures: dict) -> str:
    if figures["wait_p50"].value is None:
        return "L'attente n'est pas mesurée"
    return (f"Un usager sur deux attend {shown(figures['wait_p50'])} ou moins ; 9 sur 10, {shown(figures['wait_p90'])}"
            " ou moins")


def _title_complaints(figures: dict) -> str:
    f = figures["complaints_open"]
    return "Plaintes : registre non remonté" if f.value is None else f"{french.plural(f.value, 'plainte')} en cours"


SLIDES = (
    ("carte", _title_map, _map),
    ("chiffres", lambda figures: "Les chiffres de la période", _headline),
    ("attentes", _title_waits, _waits),
    ("plaintes", _title_complaints, _complaints),
)


@st.fragment
@errors.said_plainly()  # a fragment runs again without the frame around it
def show() -> None:
    """The slide in turn, and the way to the others."""
    st.html(STYLE)
    person, question = session.person(), filters.question()
    position = min(max(int(st.session_state.get(POSITION, 0)), 0), len(SLIDES) - 1)
    figures = store.figures(person, question, "nation")["nation"]
    _, title, draw = SLIDES[position]
    st.title(title(figures), anchor=False)
    draw(person, question)
    with st.container(key="pied", horizontal=True, vertical_alignment="center"):
        st.button("◀ Avant", key="diapo_avant", on_click=_move, args=(-1,), shortcut="Left", disabled=position == 0)
        st.button("Après ▶", key="diapo_apres", on_click=_move, args=(1,), shortcut="Right",
                  disabled=position == len(SLIDES) - 1)
        if st.button("Quitter", key="diapo_quitter", shortcut="Esc"):
            st.switch_page(frame.pages_by_name()["carte"])
        st.markdown(f"**{position + 1} / {len(SLIDES)}** · {escaped(filters.summary())} · {who_reported(figures['visits'])}"
                    f" · données au {french.date_short(filters.as_of())}")


def _move(step: int) -> None:
    st.session_state[POSITION] = int(st.session_state.get(POSITION, 0)) + step
