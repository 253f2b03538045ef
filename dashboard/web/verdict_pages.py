"""The verdict of a file that was handed in by a page, as a page: what is wrong with it, what is mended there, what it would
change.

Before: `dashboard.actions.handing_in`, which judges. After: `dashboard.web.hand_in_pages`.
"""

from collections.abc import Sequence
from dataclasses import replace

from dashboard import french
from dashboard.actions import handing_in
from dashboard.actions import receipts as receipts_of
from dashboard.actions.file_days import readable_day
from dashboard.actions.file_faults import Fault, FaultyCell
from dashboard.actions.handing_in_words import plain_words
from dashboard.actions.verdicts import Verdict, days_sentences, effect_of_verdict
from dashboard.forms.cells import CellProblem, clock
from dashboard.forms.formats import FORMATS
from dashboard.forms.problem import Problem, make_visible
from dashboard.web.html_templates import part
from dashboard.web.plain_answers import PageRequest, PlainAnswer

HOME = "/remonter"
SHOWN = 10  # groups of problems of a file that is not mended in the page
EXAMPLES = 3  # lines named of a problem that comes again
LINES = 5  # named of a fault
# Of each column the fields by which its form knows a row.
KEYS = {column: form.key for form in FORMATS.values() for column in form.columns}
FORM_OF = {column: form.columns for form in FORMATS.values() for column in form.columns}
EITHER = 2  # cells of which one may be wrong and the other right
INPUTS = {"clock": "time", "day": "date"}


def verdict_page(request: PageRequest, verdict: Verdict, why: str = "") -> PlainAnswer:
    """The page of a verdict. why: what could not be done of what was asked."""
    outcome = verdict.outcome
    form = FORMATS.get(outcome.form)
    groups = _groups(verdict.problems, cut=outcome.more_problems > 0)
    receipt = verdict.is_known and outcome.batch_id is not None
    body = part(
        "verdict.html",
        action=f"{HOME}/apercu/{verdict.preview}",
        home=f"{HOME}?mois={verdict.first:%Y-%m}&centre={verdict.site.code if verdict.site else ''}",
        receipts=f"{HOME}/recu",
        token=request.token,
        verdict=verdict,
        why=why or verdict.note,
        file=outcome.name,
        form=form.title if form else "",
        site=verdict.site.name if verdict.site else "",
        month=french.month_label(verdict.first),
        days=days_sentences(verdict),
        emptied=sum(not one.after for one in verdict.mends),
        known_number=outcome.batch_id
        if receipt and receipts_of.receipt(request.person, outcome.batch_id or 0)
        else None,
        faults=_faults(request, verdict),
        only_days=not any(isinstance(p, Problem) and p.line for p in outcome.problems),
        problems=groups[:SHOWN],
        more=max(0, len(groups) - SHOWN),
        effect=effect_of_verdict(verdict),
        more_changed=max(0, outcome.changes.changed - len(verdict.changed)),
        remarks=[plain_words(remark) for remark in outcome.remarks],
        repairs=verdict.repairs,
        not_kept=handing_in.not_kept(request.person),
    )
    return PlainAnswer(
        body, heading_of(verdict), 200 if verdict.preview or verdict.is_known else 422
    )


def heading_of(verdict: Verdict) -> str:
    """« Pas encore accepté : 3 cases à corriger sur 214 lignes »."""
    rows = french.plural(verdict.rows, "ligne")
    if verdict.is_known:
        return "Déjà remis : ce fichier est gardé, et ne change rien"
    if verdict.proposed:
        columns = french.plural(len(verdict.proposed), "colonne")
        other = "s'écrit" if len(verdict.proposed) == 1 else "s'écrivent"
        return f"À dire d'abord : {columns} de ce fichier {other} autrement"
    if verdict.accepted:
        of = f" de {verdict.site.name}" if verdict.site else ""
        return f"Bon à garder : {rows}{of}. Reste à confirmer"
    if verdict.preview:
        found = verdict.outcome.problems
        cells = len(found) + verdict.outcome.more_problems
        if not any(isinstance(p, Problem) and p.line for p in found):
            return f"Pas encore accepté : {rows}, rien n'est gardé"
        return f"Pas encore accepté : {french.plural(cells, 'case')} à corriger sur {rows}"
    if verdict.rows or verdict.outcome.form:
        return "Refusé : ce fichier est à corriger, puis à choisir de nouveau"
    return "Refusé : choisir un autre fichier"


def _groups(problems: Sequence[Problem | str], *, cut: bool) -> list[str]:
    """The problems, those alike once, with how often they come and a few of their lines. cut: whether there are more of them."""
    alike: dict[tuple[str, str, str], list[Problem]] = {}
    said = []
    for problem in problems:
        if isinstance(problem, Problem) and problem.line:
            which = problem.sheet, problem.column, problem.message
            alike.setdefault(which, []).append(problem)
        else:
            said.append(plain_words(str(problem)))
    for several in alike.values():
        first = plain_words(str(several[0]))
        if len(several) > 1:
            lines = french.join_first([str(p.line) for p in several], EXAMPLES)
            times = f"{'au moins ' if cut else ''}{french.number(len(several))} fois"
            texts = list(dict.fromkeys(p.cell_text[:40] for p in several if p.cell_text))
            if len(texts) > 1:  # one sentence for all of them
                first = plain_words(str(replace(several[0], line=None, cell_text="")))
                read = ", ".join(f"« {make_visible(one)} »" for one in texts[:EXAMPLES])
                lines += f" ; lu {read}{'…' if len(texts) > EXAMPLES else ''}"
                first = first.removeprefix("Fichier, ")
            first = f"{french.upper_first(first)} ({times} : lignes {lines})"
        said.append(first)
    return said


def _faults(request: PageRequest, verdict: Verdict) -> list[dict[str, object]]:
    """The faults that are mended in the page, as the template takes them."""
    if not verdict.faults:
        return []
    choices = handing_in.choices_of(request.person, verdict.outcome.form)
    several = any(p.sheet for p in verdict.outcome.problems if isinstance(p, Problem))
    return [_fault(fault, choices, of_several=several) for fault in verdict.faults]


def _fault(
    fault: Fault, choices: dict[str, list[tuple[str, str]]], *, of_several: bool
) -> dict[str, object]:
    """A fault, as the template takes it. of_several: whether it must be said of which sheet."""
    key, columns = KEYS[fault.cells[0].column], FORM_OF[fault.cells[0].column]
    sheet_said = f"Feuille {fault.places[0][0] + 1}, " if of_several else ""
    lines = [str(line) for line in fault.lines]
    several = len(lines) > 1
    more = " et d'autres" if len(lines) > LINES else ""
    sheet, line, _ = fault.places[0]
    day = next((place for place in fault.places[: fault.refused] if fault.offered), None)
    return {
        "where": sheet_said
        + f"{'Lignes' if several else 'Ligne'} {french.join_words(lines[:LINES])}{more}",
        "heading": french.join_words(
            [cell.column.heading for cell in fault.cells],
            "ou" if len(fault.cells) > fault.refused else "et",
        ),
        "messages": [
            (heading if len(fault.messages) > 1 else "", french.upper_first(plain_words(message)))
            for heading, message in fault.messages
        ],
        "either": len(fault.cells) - fault.refused,
        "several_disagree": len(fault.cells) > EITHER,
        "cells": [
            _cell(
                cell,
                choices,
                # Of cells that do not agree either may be right.
                is_struck=n < fault.refused and len(fault.cells) == fault.refused,
                is_key=cell.column.field in key,
                keeps=len(fault.cells) > 1,
            )
            # In the order in which a register has them.
            for n, cell in sorted(
                enumerate(fault.cells), key=lambda one: columns.index(one[1].column)
            )
        ],
        "row": fault.row,
        "leave_out": f"retirer {sheet} {line}",
        "whole_days": fault.whole_days,
        "offered": fault.offered,
        "take_offered": f"voisin {' '.join(map(str, day))}" if day else "",
        "keep_word": f"retenir {' '.join(map(str, fault.places[0]))}" if fault.is_of_list else "",
        "word": fault.cells[0].text,
        "several": several,
    }


def _cell(
    cell: FaultyCell,
    choices: dict[str, list[tuple[str, str]]],
    *,
    is_struck: bool,
    is_key: bool,
    keeps: bool,
) -> dict[str, object]:
    """A cell to be mended, as the template takes it. keeps: whether what it has may be right, and stands in its field."""
    kind = cell.column.cell if isinstance(cell.column.cell, str) else ""
    place = " ".join(map(str, cell.place))
    return {
        "name": f"case {place}",
        "heading": cell.column.heading,
        "text": cell.text,
        "was": "vous avez écrit" if cell.typed else "était",
        "is_struck": is_struck,
        "value": _field_value(kind, cell.text) if keeps else "",
        "hint": cell.column.hint,
        "type": INPUTS.get(kind, "text"),
        "empty": "" if cell.column.required or is_key or not cell.text else f"vider {place}",
        "choices": choices.get(cell.column.field, ()),
    }


def _field_value(kind: str, text: str) -> str:
    """What a cell has, as its field takes it; "" where it cannot be read."""
    if kind == "day":
        day = readable_day(text)
        return day.isoformat() if day else ""
    if kind == "clock":
        try:
            hours, minutes = divmod(clock(text), 60)
        except CellProblem:
            return ""
        return f"{hours:02}:{minutes:02}"
    return text
