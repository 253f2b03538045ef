"""The page « Nouveau », the day since when, and the line that leads there."""

from datetime import date, timedelta
from functools import partial

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person, may
from dashboard.actions import accounts
from dashboard.answers import news
from dashboard.answers.opening_answers import Reply, Statement
from dashboard.answers.question import Question
from dashboard.panel import Link
from dashboard.period import today
from dashboard.ui import error_messages, opening_answers, panel_display, url_parameters
from dashboard.ui.links import anchor

SINCE = "depuis"  # URL parameter: a day, AAAA-MM-JJ
LAST_VISIT = "last_visit"  # session key: the day, or None
MOST = 366  # days that one may look back
S = french.SPACE


def usual_day(person: Person) -> date:
    """Since when all is new by default: the last visit before today, else the last working day; who comes back on the same day
    is told the same again."""
    if LAST_VISIT not in st.session_state:
        st.session_state[LAST_VISIT] = accounts.last_visit(person)
    visited: date | None = st.session_state[LAST_VISIT]
    if visited is None or not _first_day() <= visited < today():
        return news.last_working_day(person)
    return visited


def chosen_day(person: Person) -> date:
    """The day in force: of the address, else the usual one."""
    asked = _day(url_parameters.read().get(SINCE, ""))
    return asked or usual_day(person)


def _day(text: str) -> date | None:
    """A day of the address; None for another text, or a day that one cannot look back to."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return None
    return asked if _first_day() <= asked <= today() else None


def _first_day() -> date:
    return today() - timedelta(days=MOST)


def line(person: Person, question: Question) -> None:
    """Draw « 5 nouveautés depuis lundi », which leads to the page."""
    if not may(person, "completeness"):
        return
    since = usual_day(person)
    words = news.in_words(person, without_period(question), since)
    link = Link("nouveau", ((SINCE, since.isoformat()),))
    said = anchor(french.upper_first(words), link)
    st.html(f'<p class="ccsp-news">{said}</p>')


def without_period(question: Question) -> Question:
    """The question without a period, which what is new has not, and without a service."""
    return Question(date.min, date.max, question.departments, question.kind)


def page(person: Person, question: Question) -> None:
    """Draw the day since when, and what is new."""
    asked, since = url_parameters.read().get(SINCE, ""), chosen_day(person)
    if asked and _day(asked) is None:
        st.warning(
            "Le lien demande un jour qui n'est pas possible"
            f"{S}: un jour des douze derniers mois est attendu. Ce qui suit est {news.since_in_words(since, today())}."
        )
    _choice(since)
    about = without_period(question)
    panel_display.collect_later("nouveau", partial(news.panel, person, about, since))
    if since == st.session_state.get(LAST_VISIT):
        st.caption(f"Votre dernière visite était le {french.date_long(since)}.")
    found = news.news(person, about, since)
    if first := first_things(person, about, since):
        reply = Reply("À régler d'abord", "signaux", "", first)
        opening_answers.draw([reply], "first")
    opening_answers.draw([news.or_nothing(one) for one in found])


def first_things(person: Person, question: Question, since: date) -> tuple[Statement, ...]:
    """What is to be seen to first: of the person's own departments, then of the others."""
    mine: tuple[Statement, ...] = ()
    if person.departments and not question.departments:
        own = Question(date.min, date.max, tuple(sorted(person.departments)), question.kind)
        mine = news.first_things(person, own, since)
    others = [one for one in news.first_things(person, question, since) if one not in mine]
    return (*mine, *others)[: news.FIRST]


def finding(person: Person, question: Question) -> str:
    """« 5 nouveautés depuis lundi », « rien de nouveau depuis lundi, mais des points restent à régler », « rien n'est encore
    venu »: not how many points, for the first ones alone are shown."""
    since, about = chosen_day(person), without_period(question)
    said = news.in_words(person, about, since)
    if news.count(person, about, since) or not first_things(person, about, since):
        return said
    return f"{said}, mais des points restent à régler"


def _choice(since: date) -> None:
    """Draw the choice of the day."""
    st.session_state["nouveau_depuis"] = since
    st.date_input(
        "Depuis le",
        min_value=_first_day(),
        max_value=today(),
        format="DD/MM/YYYY",
        key="nouveau_depuis",
        on_change=_choose,
        width=220,
    )


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _choose() -> None:
    """Callback: put the day into the address."""
    wanted: date | None = st.session_state["nouveau_depuis"]
    if wanted is not None and _day(wanted.isoformat()):
        url_parameters.put(SINCE, wanted.isoformat())
