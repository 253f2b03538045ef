"""« Remonter »: files are chosen, judged, mended and confirmed, and receipts given, in plain HTML that needs no script.

Before: `dashboard.actions.handing_in` and `dashboard.actions.receipts`, which decide and keep; the HTML stands in
`dashboard/web/templates`. After: `dashboard.web.routes`.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import parse_qsl

from dashboard import french
from dashboard.accounts.rights import NotAllowed, may
from dashboard.accounts.sealing import is_key, new_key
from dashboard.actions import handing_in
from dashboard.actions import receipts as receipts_of
from dashboard.actions.handing_in import Fault, NoSuchPreview, Refused, Verdict
from dashboard.actions.handing_in_words import effect_sentence, plain_words
from dashboard.actions.receipts import KeptReceipt
from dashboard.answers import missing_days
from dashboard.answers.blank_forms import blank_form
from dashboard.answers.network import all_site_names
from dashboard.answers.question import Question
from dashboard.exports.marked_copy import marked_copy
from dashboard.forms.formats import FORMATS
from dashboard.forms.problem import Problem
from dashboard.forms.stored_table import Place
from dashboard.period import add_months, to_local_time, today
from dashboard.period import now as moment_now
from dashboard.settings import load_settings
from dashboard.web.html_templates import part
from dashboard.web.plain_answers import PageRequest, PlainAnswer, SentFile

HOME = "/remonter"
LOOKED_BACK = 2  # months before the running one, of which missing days are said
LISTED = 30  # sites of which they are said
MONTHS = 12  # that may be chosen, the running one among them
SHOWN = 10  # groups of problems of a file that is not mended in the page
EXAMPLES = 3  # lines named of a problem that comes again
CELL = re.compile(r"(case|vider) (\d{1,3}) (\d{1,7}) (\w{1,40})")
LINE = re.compile(r"retirer (\d{1,3}) (\d{1,7})")
NOT_YOURS = "Ce que vous demandez n'est pas de vos centres, ou n'est pas à vous de le faire."
NO_FILE = "Aucun fichier n'est arrivé : le choisir, puis vérifier."
INPUTS = {"clock": "time", "day": "date"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def answer(request: PageRequest) -> PlainAnswer:
    """What « Remonter » answers, at its address and at those below it."""
    kind, _, name = request.rest.partition("/")
    try:
        if not kind:
            return _send(request) if request.is_form else _start(request)
        if kind == "apercu" and name:
            return _act(request, name) if request.is_form else _look(request, name)
        if kind == "feuille":
            return _blank_form(request)
        if kind == "recu" and name.isdecimal() and len(name) < 10:
            return (
                _withdraw(request, int(name)) if request.is_form else _receipt(request, int(name))
            )
    except NotAllowed:
        return _start(request, NOT_YOURS, 403)
    except NoSuchPreview as reason:
        if number := handing_in.receipt_of(request.person, name):
            return PlainAnswer(redirect=f"{HOME}/recu/{number}")
        return _start(request, str(reason), 404)
    except Refused as reason:
        return _start(request, plain_words(str(reason)), 409)
    return _start(request, "Cette adresse ne mène à rien : recommencer ici.", 404)


# --- to begin -------------------------------------------------------------------------------------------------------
def _start(request: PageRequest, why: str = "", status: int = 200) -> PlainAnswer:
    """The page on which files are chosen, with what was handed in before."""
    person, now = request.person, today()
    standing = missing_days.standings(
        person, Question(add_months(now.replace(day=1), -LOOKED_BACK), now), moment_now()
    )
    months = [add_months(now.replace(day=1), -n) for n in range(MONTHS)]
    hands_in = may(person, "hand_in")
    return PlainAnswer(
        part(
            "hand_in.html",
            action=HOME,
            token=request.token,
            why=why,
            hands_in=hands_in,
            sites=handing_in.sites(person) if hands_in else (),
            forms=[(form.name, form.title) for form in FORMATS.values()],
            chosen_site=request.fields.get("centre", ""),
            months=[(f"{m:%Y-%m}", french.month_label(m)) for m in months],
            chosen_month=request.fields.get("mois", f"{months[1]:%Y-%m}"),
            keeps=handing_in.keeps(person),
            most=load_settings().upload_max_mb,
            receipts=[_receipt_line(request, one) for one in receipts_of.receipts(person)],
            standings=[one.sentence for one in standing.sites[:LISTED]],
            more_standings=max(0, len(standing.sites) - LISTED),
            counted_at=f"{french.date_short(standing.counted_at.date())} à {standing.counted_at.hour} h",
        ),
        heading=standing.sites[0].sentence if len(standing.sites) == 1 and not why else "",
        status=status,
    )


def _blank_form(request: PageRequest) -> PlainAnswer:
    """A workbook to fill in: of the form, the site and the month that the address asks for."""
    asked = dict(parse_qsl(request.scope["query_string"].decode("latin-1"), max_num_fields=10))
    try:
        month = date.fromisoformat(f"{asked.get('mois', '')}-01")
    except ValueError:
        return _start(request, "Choisir un mois.", 400)
    name, content = blank_form(
        request.person, asked.get("formulaire", ""), asked.get("centre", ""), month
    )
    return _workbook(name, content)


def _send(request: PageRequest) -> PlainAnswer:
    """Files were sent: their verdicts."""
    files = request.files
    if not any(file.content for file in files):
        return _start(request, NO_FILE, 400)
    most = load_settings().upload_max_mb
    if any(len(file.content) > most * 2**20 for file in files):
        return _start(
            request, f"Un fichier pèse plus de {most} Mo : le remettre en plusieurs.", 413
        )
    try:
        month = date.fromisoformat(f"{request.fields.get('mois', '')}-01")
    except ValueError:
        return _start(request, "Choisir un mois.", 400)
    key = request.key if is_key(request.key) else new_key()
    verdicts = [_verdict_of(request, key, file, month) for file in files]
    if len(verdicts) > 1:
        return _several(verdicts, key)
    if verdicts[0].preview:
        return PlainAnswer(redirect=f"{HOME}/apercu/{verdicts[0].preview}", key=key)
    return _show(request, verdicts[0])


def _verdict_of(request: PageRequest, key: str, file: SentFile, month: date) -> Verdict:
    site = request.fields.get("centre", "")
    return handing_in.send(request.person, key, file.name, file.content, site, month)


def _several(verdicts: Sequence[Verdict], key: str) -> PlainAnswer:
    """The page of several files: what is said of each."""
    good = sum(v.accepted for v in verdicts)
    body = part(
        "several.html",
        home=HOME,
        lines=[
            {
                "file": v.outcome.name,
                "heading": _heading(v),
                "address": f"{HOME}/apercu/{v.preview}" if v.preview else "",
                "problem": plain_words(str(v.problems[0])) if v.problems and not v.preview else "",
            }
            for v in verdicts
        ],
    )
    heading = (
        f"{french.plural(len(verdicts), 'fichier')} : {good} à confirmer,"
        f" {len(verdicts) - good} à corriger. Rien n'est gardé pour l'instant"
    )
    return PlainAnswer(body, heading, key=key)


# --- the verdict ----------------------------------------------------------------------------------------------------
def _look(request: PageRequest, number: str) -> PlainAnswer:
    return _show(request, handing_in.look(request.person, request.key, number))


def _act(request: PageRequest, number: str) -> PlainAnswer:
    """What somebody does with a file that waits."""
    person, key, what = request.person, request.key, request.fields.get("faire", "")
    if what == "abandonner":
        handing_in.abandon(person, number)
        return _start(request, "Ce fichier est abandonné : rien n'en a été gardé.")
    if what == "confirmer":
        return PlainAnswer(redirect=f"{HOME}/recu/{handing_in.confirm(person, key, number)}")
    if what == "copie":
        table, outcome = handing_in.table(person, key, number)
        faults = [
            (p.sheet, p.line, p.column, plain_words(p.message))
            for p in outcome.problems
            if isinstance(p, Problem) and p.line
        ]
        return _workbook(f"a-corriger-{table.form}.xlsx", marked_copy(table, faults))
    if what == "laisses":
        table = handing_in.left_out(person, key, number)
        return _workbook(f"laisse-de-cote-{table.form}.xlsx", marked_copy(table))
    if what == "retirer":
        handing_in.leave_faulty_rows_out(person, key, number)
        return PlainAnswer(redirect=f"{HOME}/apercu/{number}")
    cells: dict[Place, str] = {}
    taken_out = []
    for name, text in request.fields.items():
        if match := CELL.fullmatch(name):
            # What no keyboard writes is left out.
            typed = "".join(c for c in text if c.isprintable() and ord(c) < 0xFFFE).strip()
            if typed or match[1] == "vider":
                place = int(match[2]), int(match[3]), match[4]
                cells[place] = "" if match[1] == "vider" else typed
        elif match := LINE.fullmatch(name):
            taken_out.append((int(match[1]), int(match[2])))
    handing_in.mend(person, key, number, cells, taken_out)
    return PlainAnswer(redirect=f"{HOME}/apercu/{number}")


def _workbook(name: str, content: bytes) -> PlainAnswer:
    return PlainAnswer(file=content, file_name=name, file_type=XLSX)


def _show(request: PageRequest, verdict: Verdict) -> PlainAnswer:
    """The page of a verdict."""
    outcome = verdict.outcome
    form = FORMATS.get(outcome.form)
    groups = _groups(verdict.problems, cut=outcome.more_problems > 0)
    body = part(
        "verdict.html",
        action=f"{HOME}/apercu/{verdict.preview}",
        home=HOME,
        token=request.token,
        verdict=verdict,
        file=outcome.name,
        form=form.title if form else "",
        site=verdict.site.name if verdict.site else "",
        month=french.month_label(verdict.first),
        covers=receipts_of.days_in_words(*verdict.covers) if verdict.covers else "",
        ends_early=bool(verdict.covers and verdict.covers[1] < verdict.last),
        known_number=outcome.batch_id if verdict.is_known else None,
        faults=_faults(request, verdict),
        problems=groups[:SHOWN],
        more=max(0, len(groups) - SHOWN),
        effect=effect_sentence(outcome.rows, verdict.effect, outcome.changes, outcome.form),
        remarks=[plain_words(remark) for remark in outcome.remarks],
        repairs=verdict.repairs,
        keeps=handing_in.keeps(request.person),
        fictitious=handing_in.FICTITIOUS,
    )
    return PlainAnswer(body, _heading(verdict), 200 if verdict.preview or verdict.is_known else 422)


def _groups(problems: Sequence[Problem | str], *, cut: bool) -> list[str]:
    """The problems, those alike once, with how often they come and a few of their lines. cut: whether there are more of them."""
    alike: dict[tuple[str, str, str, str], list[Problem]] = {}
    said = []
    for problem in problems:
        if isinstance(problem, Problem) and problem.line:
            which = problem.sheet, problem.column, problem.cell_text, problem.message
            alike.setdefault(which, []).append(problem)
        else:
            said.append(plain_words(str(problem)))
    for several in alike.values():
        first = plain_words(str(several[0]))
        if len(several) > 1:
            lines = french.join_words([str(p.line) for p in several[:EXAMPLES]])
            more = "…" if len(several) > EXAMPLES else ""
            times = f"{'au moins ' if cut else ''}{french.number(len(several))} fois"
            first = f"{first} ({times} : lignes {lines}{more})"
        said.append(first)
    return said


def _heading(verdict: Verdict) -> str:
    """« Pas encore accepté : 3 cases à corriger sur 214 lignes »."""
    rows = french.plural(verdict.rows, "ligne")
    if verdict.is_known:
        return "Déjà remis : ce fichier est gardé, et ne change rien"
    if verdict.accepted:
        of = f" de {verdict.site.name}" if verdict.site else ""
        return f"Bon à garder : {rows}{of}. Reste à confirmer"
    if verdict.preview:
        found = verdict.outcome.problems
        cells = len(found) + verdict.outcome.more_problems
        return f"Pas encore accepté : {french.plural(cells, 'case')} à corriger sur {rows}"
    return "Refusé : ce fichier est à corriger, puis à choisir de nouveau"


def _faults(request: PageRequest, verdict: Verdict) -> list[dict[str, object]]:
    """The faults that are mended in the page, as the template takes them."""
    if not verdict.faults:
        return []
    offered = handing_in.choices_of(request.person, verdict.outcome.form)
    return [
        {**_fault(fault), "choices": offered.get(fault.column.field, ())}
        for fault in verdict.faults
    ]


def _fault(fault: Fault) -> dict[str, object]:
    """A fault, as the template takes it."""
    kind = fault.column.cell if isinstance(fault.column.cell, str) else ""
    lines = [str(line) for line in fault.lines]
    several = len(lines) > 1
    more = " et d'autres" if len(lines) > 5 else ""
    return {
        "name": f"case {' '.join(map(str, fault.place))}",
        "where": f"{'Lignes' if several else 'Ligne'} {french.join_words(lines[:5])}{more}",
        "heading": fault.column.heading,
        "text": fault.text,
        "was": "vous avez écrit" if fault.typed else "était",
        "message": french.upper_first(plain_words(fault.message)),
        "hint": fault.column.hint,
        "type": INPUTS.get(kind, "text"),
        "row": fault.row,
        "leave_out": f"retirer {fault.place[0]} {fault.place[1]}",
        "whole_days": fault.whole_days,
        "empty": "" if fault.column.required else f"vider {' '.join(map(str, fault.place))}",
        "several": several,
    }


# --- receipts -------------------------------------------------------------------------------------------------------
def _receipt(request: PageRequest, number: int, why: str = "", status: int = 200) -> PlainAnswer:
    """The page of a receipt."""
    found = receipts_of.receipt(request.person, number)
    if found is None:
        return _start(request, "Il n'y a pas de reçu de ce numéro pour vos centres.", 404)
    said = _receipt_line(request, found)
    may_withdraw = receipts_of.may_withdraw(request.person, found)
    effect = ""
    if may_withdraw:
        effect = receipts_of.effect_of_withdrawal(request.person, number)
    body = part(
        "receipt.html",
        home=HOME,
        action=f"{HOME}/recu/{number}",
        token=request.token,
        why=why,
        receipt=found,
        said=said,
        detail=found.detail,
        corrections=_corrections(found.detail),
        may_withdraw=may_withdraw,
        effect=effect,
        message=_message(said),
    )
    if found.withdrawn_at is not None:
        heading = f"Reçu n° {number} : ce fichier a été retiré, et ne compte plus"
    else:
        kept = "gardée" if found.rows == 1 else "gardées"
        heading = f"C'est fait. {said['rows']} de {said['sites']} : {kept}"
    return PlainAnswer(body, heading, status)


def _withdraw(request: PageRequest, number: int) -> PlainAnswer:
    """A file is taken out, for a reason."""
    if not request.fields.get("raison", "").strip():
        return _receipt(request, number, "Dire pourquoi ce fichier est retiré.", 400)
    receipts_of.withdraw(request.person, number, request.fields["raison"])
    return PlainAnswer(redirect=f"{HOME}/recu/{number}")


def _corrections(detail: Mapping[str, object]) -> str:
    """« 3 cases corrigées par vous ; 1 ligne laissée de côté, à remettre plus tard »; "" for none."""
    mended, repaired, left = (
        value if isinstance(value := detail.get(name), int) else 0
        for name in ("mended", "repaired", "left out")
    )
    parts = []
    if mended:
        parts.append(french.plural(mended, "case corrigée par vous", "cases corrigées par vous"))
    if repaired:
        parts.append(f"{french.plural(repaired, 'rectifiée', 'rectifiées')} sans changer le sens")
    if left:
        told = french.plural(left, "ligne laissée de côté", "lignes laissées de côté")
        parts.append(f"{told}, à remettre plus tard")
    return " ; ".join(parts)


def _message(said: dict[str, str]) -> str:
    """One line to paste into a message."""
    return (
        f"Reçu n° {said['number']} : {said['form'].lower()}, {said['sites']}, {said['days']},"
        f" {said['rows']}, le {said['at']}."
    )


def _receipt_line(request: PageRequest, one: KeptReceipt) -> dict[str, str]:
    """A receipt in words."""
    names = all_site_names(request.person)
    title = FORMATS[one.form].title if one.form in FORMATS else one.form
    at = to_local_time(one.at)
    sites = sorted(names.get(code, code) for code in one.sites)
    return {
        "number": str(one.number),
        "form": title,
        "sites": french.join_words(sites) if len(sites) <= 3 else f"{len(sites)} centres",
        "days": receipts_of.days_in_words(one.first_day, one.last_day),
        "rows": french.plural(one.rows, "ligne"),
        "at": f"{french.date_short(at.date())} à {at.hour} h {at:%M}",
        "withdrawn": "retiré" if one.withdrawn_at else "",
    }
