"""« Remonter »: a file is chosen, judged, mended and confirmed, and a receipt given, in plain HTML that needs no script.

Before: `dashboard.actions.handing_in`, which decides and keeps; the HTML stands in `dashboard/web/templates`. After:
`dashboard.web.routes`.
"""

import re
from datetime import date

from markupsafe import Markup

from dashboard import french
from dashboard.accounts.rights import NotAllowed
from dashboard.accounts.sealing import new_key
from dashboard.actions import handing_in
from dashboard.actions.handing_in import Fault, NoSuchPreview, Verdict
from dashboard.answers.network import all_site_names
from dashboard.forms.formats import FORMATS
from dashboard.forms.stored_table import Place
from dashboard.period import add_months, to_local_time, today
from dashboard.settings import load_settings
from dashboard.web.html_templates import render
from dashboard.web.plain_answers import PageRequest, PlainAnswer
from db.batch_effects import import_sentence
from db.upload_previews import KeptReceipt
from db.write import Refused

HOME = "/remonter"
MONTHS = 12  # that may be chosen, the running one among them
SHOWN = 10  # problems of a file that is not mended in the page
CELL = re.compile(r"case (\d+) (\d+) (\w+)")
LINE = re.compile(r"retirer (\d+) (\d+)")
NOT_YOURS = "Ce centre n'est pas l'un des vôtres."
NO_FILE = "Aucun fichier n'est arrivé : le choisir, puis vérifier."
ONE_AT_A_TIME = "Un fichier à la fois, pour l'instant."
INPUTS = {"clock": "time", "day": "date", "whole": "number"}


def answer(request: PageRequest) -> PlainAnswer:
    """What « Remonter » answers, at its address and at those below it."""
    kind, _, name = request.rest.partition("/")
    try:
        if not kind:
            return _send(request) if request.is_form else _start(request)
        if kind == "apercu" and name:
            return _act(request, name) if request.is_form else _look(request, name)
        if kind == "recu" and name.isdecimal():
            return _receipt(request, int(name))
    except NotAllowed:
        return _start(request, NOT_YOURS, 403)
    except NoSuchPreview as reason:
        return _start(request, str(reason), 404)
    except Refused as reason:
        return _start(request, str(reason), 409)
    return _start(request, "Cette adresse ne mène à rien : recommencer ici.", 404)


def _html(template: str, **values: object) -> str:
    """The HTML of a template, whose texts are escaped already."""
    return Markup(render(template, **values))


# --- to begin -------------------------------------------------------------------------------------------------------
def _start(request: PageRequest, why: str = "", status: int = 200) -> PlainAnswer:
    """The page on which a file is chosen, with what was handed in before."""
    person, now = request.person, today()
    months = [add_months(now.replace(day=1), -n) for n in range(MONTHS)]
    return PlainAnswer(
        _html(
            "hand_in.html",
            action=HOME,
            token=request.token,
            why=why,
            sites=handing_in.sites(person),
            chosen_site=request.fields.get("centre", ""),
            months=[(f"{m:%Y-%m}", french.month_label(m)) for m in months],
            chosen_month=request.fields.get("mois", f"{months[1]:%Y-%m}"),
            keeps=handing_in.keeps(person),
            most=load_settings().upload_max_mb,
            receipts=[_receipt_line(request, one) for one in handing_in.receipts(person)],
        ),
        status=status,
    )


def _send(request: PageRequest) -> PlainAnswer:
    """A file was sent: its verdict."""
    if not request.files or not request.files[0].content:
        return _start(request, NO_FILE, 400)
    if len(request.files) > 1:
        return _start(request, ONE_AT_A_TIME, 400)
    file, key = request.files[0], request.key or new_key()
    if len(file.content) > load_settings().upload_max_mb * 2**20:
        return _start(request, f"Ce fichier pèse plus de {load_settings().upload_max_mb} Mo.", 413)
    try:
        month = date.fromisoformat(f"{request.fields.get('mois', '')}-01")
    except ValueError:
        return _start(request, "Choisir un mois.", 400)
    verdict = handing_in.send(
        request.person, key, file.name, file.content, request.fields.get("centre", ""), month
    )
    if verdict.preview:
        return PlainAnswer(redirect=f"{HOME}/apercu/{verdict.preview}", key=key)
    return _show(request, verdict)


# --- the verdict ----------------------------------------------------------------------------------------------------
def _look(request: PageRequest, number: str) -> PlainAnswer:
    return _show(request, handing_in.look(request.person, request.key, number))


def _act(request: PageRequest, number: str) -> PlainAnswer:
    """What somebody does with a file that waits."""
    person, what = request.person, request.fields.get("faire", "")
    if what == "abandonner":
        handing_in.abandon(person, number)
        return _start(request, "Ce fichier est abandonné : rien n'en a été gardé.")
    if what == "confirmer":
        batch = handing_in.confirm(person, request.key, number)
        return PlainAnswer(redirect=f"{HOME}/recu/{batch}")
    cells: dict[Place, str] = {}
    left_out = []
    for name, text in request.fields.items():
        if (match := CELL.fullmatch(name)) and text.strip():
            cells[int(match[1]), int(match[2]), match[3]] = text.strip()
        elif match := LINE.fullmatch(name):
            left_out.append((int(match[1]), int(match[2])))
    handing_in.mend(person, request.key, number, cells, left_out)
    return PlainAnswer(redirect=f"{HOME}/apercu/{number}")


def _show(request: PageRequest, verdict: Verdict) -> PlainAnswer:
    """The page of a verdict."""
    outcome = verdict.outcome
    form = FORMATS.get(outcome.form)
    body = _html(
        "verdict.html",
        action=f"{HOME}/apercu/{verdict.preview}",
        home=HOME,
        token=request.token,
        verdict=verdict,
        file=outcome.name,
        form=form.title if form else "",
        month=french.month_label(verdict.first),
        faults=[_fault(fault) for fault in verdict.faults],
        problems=[str(problem) for problem in verdict.problems[:SHOWN]],
        more=max(0, len(verdict.problems) - SHOWN) + outcome.more_problems,
        effect=import_sentence(verdict.effect) if verdict.accepted else "",
        remarks=outcome.remarks,
        repairs=verdict.repairs,
        keeps=handing_in.keeps(request.person),
        fictitious=handing_in.FICTITIOUS,
    )
    return PlainAnswer(body, _heading(verdict), 200 if verdict.preview else 422)


def _heading(verdict: Verdict) -> str:
    """« Pas encore accepté : 3 cases à corriger sur 214 lignes »."""
    rows = french.plural(verdict.rows, "ligne")
    if verdict.is_known:
        return "Déjà remis : ce fichier est gardé, et ne change rien"
    if verdict.accepted:
        return f"Bon à garder : {rows} de {verdict.site.name}. Reste à confirmer"
    if verdict.faults:
        cells = sum(len(fault.lines) for fault in verdict.faults)
        return f"Pas encore accepté : {french.plural(cells, 'case')} à corriger sur {rows}"
    return "Refusé : ce fichier est à corriger, puis à choisir de nouveau"


def _fault(fault: Fault) -> dict[str, object]:
    """A fault, as the template takes it."""
    kind = fault.column.cell if isinstance(fault.column.cell, str) else ""
    place = " ".join(map(str, fault.place))
    lines = [str(line) for line in fault.lines]
    several = len(lines) > 1
    return {
        "name": f"case {place}",
        "where": f"{'Lignes' if several else 'Ligne'} {french.join_words(lines[:5])}"
        f"{' et d’autres' if len(lines) > 5 else ''}",
        "heading": fault.column.heading,
        "text": fault.text,
        "message": french.upper_first(fault.message),
        "hint": fault.column.hint,
        "type": INPUTS.get(kind, "text"),
        "row": fault.row,
        "leave_out": [f"retirer {fault.place[0]} {line}" for line in fault.lines][:1],
        "several": several,
    }


# --- receipts -------------------------------------------------------------------------------------------------------
def _receipt(request: PageRequest, number: int) -> PlainAnswer:
    """The page of a receipt."""
    found = handing_in.receipt(request.person, number)
    if found is None:
        return _start(request, "Il n'y a pas de reçu de ce numéro pour vos centres.", 404)
    said = _receipt_line(request, found)
    body = _html("receipt.html", home=HOME, receipt=found, said=said, detail=found.detail)
    if found.withdrawn_at is not None:
        heading = f"Reçu n° {number} : ce fichier a été retiré"
    else:
        heading = f"C'est fait. {french.plural(found.rows, 'ligne')} de {said['sites']} : gardées"
        heading = heading if found.rows != 1 else heading.replace("gardées", "gardée")
    return PlainAnswer(body, heading)


def _receipt_line(request: PageRequest, one: KeptReceipt) -> dict[str, str]:
    """A receipt in words."""
    names = all_site_names(request.person)
    title = FORMATS[one.form].title if one.form in FORMATS else one.form
    at = to_local_time(one.at)
    return {
        "number": str(one.number),
        "form": title,
        "sites": french.join_words(sorted(names.get(code, code) for code in one.sites))
        or "aucun centre",
        "days": handing_in.days_in_words(one.first_day, one.last_day),
        "rows": french.plural(one.rows, "ligne"),
        "at": f"{french.date_short(at.date())} à {at.hour} h {at:%M}",
        "counts": "retiré" if one.withdrawn_at else "compte",
    }
