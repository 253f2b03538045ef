"""The five opening answers: each a sentence with its time, whose names are links."""

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.answers import decisions, opening_answers
from dashboard.answers.opening_answers import Reply, Statement
from dashboard.answers.question import Question
from dashboard.panel import Link
from dashboard.ui import panel_display
from dashboard.ui.links import anchor


def lines(person: Person, question: Question) -> None:
    """Draw the five answers, and the decisions that are due."""
    panel_display.collect_later("reponses", partial(opening_answers.panel, person, question))
    due = decisions.due_reply(person, question)
    draw([*opening_answers.shown(person, question), *([due] if due.statements else [])])


def draw(replies: Sequence[Reply], kind: str = "") -> None:
    """Draw answers as lines: the question, its time, the answer. kind: an additional CSS class."""
    body = "".join(_line(reply) for reply in replies)
    st.html(f'<dl class="ccsp-answers {kind}">{body}</dl>')


def _line(reply: Reply) -> str:
    """The HTML of an answer."""
    when = f"<small>{escape(reply.when)}</small>" if reply.when else ""
    statements = "".join(f"<p>{_statement(s)}</p>" for s in reply.statements)
    return f"<div><dt>{anchor(reply.label, Link(reply.page, reply.filters))} {when}</dt><dd>{statements}</dd></div>"


def _statement(statement: Statement) -> str:
    """The HTML of a statement, its names as links."""
    names = statement.join_names([f"<b>{anchor(n.text, n.link)}</b>" for n in statement.names])
    words = escape(french.bind_numbers(statement.words))
    return f"{names} {words}" if names else words
