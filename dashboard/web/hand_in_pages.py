"""« Remonter »: files are chosen, judged, mended and confirmed, and receipts given, in plain HTML that needs no script.

Before: `dashboard.actions.handing_in` and `dashboard.actions.receipts`, which decide and keep; `verdict_pages` and
`receipt_pages`, which show; the HTML stands in `dashboard/web/templates`. After: `dashboard.web.routes`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from dashboard import french, public_files
from dashboard.accounts.rights import NotAllowed, may
from dashboard.accounts.sealing import is_key, new_key
from dashboard.actions import handing_in, mending
from dashboard.actions import receipts as receipts_of
from dashboard.actions.handing_in import ChangedMeanwhile, NoSuchPreview, Refused
from dashboard.actions.handing_in_words import plain_words
from dashboard.actions.verdicts import Verdict
from dashboard.answers.blank_forms import blank_form
from dashboard.answers.missing_days import Standings
from dashboard.exports.marked_copy import marked_copy
from dashboard.forms.formats import FORMATS
from dashboard.forms.problem import Problem
from dashboard.forms.stored_table import Place
from dashboard.period import add_months, to_local_time, today
from dashboard.settings import load_settings
from dashboard.web import day_tap_pages, site_complaint_pages, site_day_pages
from dashboard.web.html_templates import part
from dashboard.web.plain_answers import PageRequest, PlainAnswer, SentFile
from dashboard.web.receipt_pages import (
    counted_from,
    receipt_line,
    receipt_page,
    standing_now,
    withdrawal_page,
)
from dashboard.web.verdict_pages import HOME, heading_of, verdict_page

LISTED = 30  # sites of which they are said
MONTHS = 12  # that may be chosen, the running one among them
SCRIPT = "ccsp-upload.js"
CELL = re.compile(r"(case|vider|voisin|retenir) (\d{1,3}) (\d{1,7}) (\w{1,40})")
LINE = re.compile(r"retirer (\d{1,3}) (\d{1,7})")
UNDO = re.compile(r"annuler (\d{1,3}) (\d{1,7}) (\w{1,40})")
FORGET = re.compile(r"oublier (\w{1,40}) (.{1,200})", re.DOTALL)
FORGET_HEADING = re.compile(r"oublier-colonne (.{1,400})", re.DOTALL)
RECEIPT = re.compile(r"(\d{1,9})(/retirer)?")
NOT_YOURS = "Ce que vous demandez n'est pas de vos centres, ou n'est pas à vous de le faire."
LATE = (
    "Ce fichier a été confirmé entre-temps (reçu n° {}) : ce que vous venez d'écrire n'y est pas."
)
NO_FILE = "Aucun fichier n'est arrivé : le choisir, puis vérifier."
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def answer(request: PageRequest) -> PlainAnswer:
    """What « Remonter » answers, at its address and at those below it."""
    kind, _, name = request.rest.partition("/")
    try:
        if not kind:
            return _send(request) if request.is_form else _start(request)
        if kind == "apercu" and name:
            return _act(request, name) if request.is_form else _look(request, name)
        if kind == "jours" and not name:
            return site_day_pages.answer(request, request.query)
        if kind == "plaintes":
            return site_complaint_pages.answer(request, request.query, name)
        if kind == "cloture" and not name:
            return day_tap_pages.answer_closing(request, request.query)
        if kind == "coupure" and not name:
            return day_tap_pages.answer_outage(request, request.query)
        if kind == "feuille":
            return _blank_form(request)
        if kind == "recu" and not name:
            return _find_receipt(request)
        if kind == "recu" and (match := RECEIPT.fullmatch(name)):
            return _receipt(request, int(match[1]), take_out=bool(match[2]))
    except NotAllowed:
        return _start(request, NOT_YOURS, 403)
    except NoSuchPreview as reason:
        if number := handing_in.receipt_of(request.person, name):
            if request.is_form and request.fields.get("faire") not in ("confirmer", "abandonner"):
                return _start(request, LATE.format(number), 409)
            return PlainAnswer(redirect=f"{HOME}/recu/{number}")
        return _start(request, str(reason), 404)
    except Refused as reason:
        return _start(request, plain_words(str(reason)), 409)
    return _start(request, "Cette adresse ne mène à rien : recommencer ici.", 404)


# --- to begin -------------------------------------------------------------------------------------------------------
def _start(request: PageRequest, why: str = "", status: int = 200) -> PlainAnswer:
    """The page on which files are chosen, with what was handed in before."""
    person, now, asked = request.person, today(), {**request.query, **request.fields}
    standing = standing_now(request)
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
            chosen_site=asked.get("centre", ""),
            months=[(f"{m:%Y-%m}", french.month_label(m)) for m in months],
            chosen_month=asked.get("mois", f"{months[1]:%Y-%m}"),
            not_kept=handing_in.not_kept(person),
            most=load_settings().upload_max_mb,
            script=public_files.address(SCRIPT),
            waiting=_waiting_lines(request) if hands_in else (),
            receipts=[receipt_line(request, one) for one in receipts_of.receipts(person)],
            taps=[*_taps(request, standing), *_complaints(request)],
            closings=_closing_sheets(standing) if hands_in else (),
            standings=[one.sentence for one in standing.sites[:LISTED]],
            more_standings=max(0, len(standing.sites) - LISTED),
            counted_from=french.date_short(counted_from()),
            counted_at=f"{french.date_short(standing.counted_at.date())} à {standing.counted_at:%H h %M}",
        ),
        heading=standing.sites[0].sentence if len(standing.sites) == 1 and not why else "",
        status=status,
    )


def _taps(request: PageRequest, standing: Standings) -> list[tuple[str, str]]:
    """What may be said without a file, address and words, what is due first; none for who may not."""
    if not may(request.person, "explain") or not standing.sites:
        return []
    alone = f"?centre={standing.sites[0].code}" if len(standing.sites) == 1 else ""
    closing = f"{day_tap_pages.CLOSING}{alone}", "Clore la journée"
    outage = f"{day_tap_pages.OUTAGE}{alone}", "Dire une coupure de quelques heures"
    if not any(one.missing for one in standing.sites):
        return [closing, outage]
    why = "Dire pourquoi un jour manque, ou quand il sera remis"
    return [(f"{site_day_pages.ADDRESS}{alone}", why), closing, outage]


def _complaints(request: PageRequest) -> list[tuple[str, str]]:
    """What may be said of complaints, address and words: those that wait first; none for who may not."""
    known = site_complaint_pages.links(request.person)
    if not known:
        return []
    waiting = [(known["list"], known["finding"])] if known["finding"] else []
    return [*waiting, (known["note"], "Noter une plainte reçue")]


def _closing_sheets(standing: Standings) -> list[tuple[str, str]]:
    """Of who has one site, the months of which days are to be closed, each with the address of the sheet for it."""
    if len(standing.sites) != 1:
        return []
    (one,) = standing.sites
    return [
        (
            french.of_month(month),
            f"{HOME}/feuille?centre={one.code}&mois={month:%Y-%m}&formulaire=cloture",
        )
        for month, _ in one.unclosed
    ]


def _waiting_lines(request: PageRequest) -> list[dict[str, str]]:
    """What was sent from this browser and waits, in words."""
    if not is_key(request.key):
        return []
    names = {place.code: place.name for place in handing_in.sites(request.person)}
    lines = []
    for number, at, one in handing_in.files_waiting(request.person, request.key):
        sent = to_local_time(at)
        about = (FORMATS[one.form].title, names.get(one.site, ""), french.month_label(one.month))
        lines.append(
            {
                "address": f"{HOME}/apercu/{number}",
                "file": one.file,
                "about": ", ".join(filter(None, about)),
                "at": f"{french.date_short(sent.date())} à {sent.hour} h {sent:%M}",
            }
        )
    return lines


def _blank_form(request: PageRequest) -> PlainAnswer:
    """A workbook to fill in: of the form, the site and the month that the address asks for."""
    asked = request.query
    try:
        month = date.fromisoformat(f"{asked.get('mois', '')}-01")
    except ValueError:
        return _start(request, "Choisir un mois.", 400)
    if asked.get("formulaire") not in FORMATS or not today().year - 10 < month.year <= today().year:
        return _start(request, "Choisir un formulaire et un mois de la liste.", 400)
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
    return verdict_page(request, verdicts[0])


def _verdict_of(request: PageRequest, key: str, file: SentFile, month: date) -> Verdict:
    site = request.fields.get("centre", "")
    return handing_in.send(request.person, key, file.name, file.content, site, month)


def _several(verdicts: Sequence[Verdict], key: str) -> PlainAnswer:
    """The page of several files: what is said of each."""
    good = sum(v.accepted and not v.is_known for v in verdicts)
    known = sum(v.is_known for v in verdicts)
    body = part(
        "several.html",
        home=HOME,
        lines=[
            {
                "file": v.outcome.name,
                "heading": heading_of(v),
                "address": f"{HOME}/apercu/{v.preview}" if v.preview else "",
                "problem": plain_words(str(v.problems[0])) if v.problems and not v.preview else "",
            }
            for v in verdicts
        ],
    )
    parts = [
        f"{good} à confirmer",
        f"{len(verdicts) - good - known} à revoir",
        *([f"{known} déjà remis"] if known else []),
    ]
    heading = f"{french.plural(len(verdicts), 'fichier')} : {', '.join(parts)}. Rien n'est gardé pour l'instant"
    return PlainAnswer(body, heading, key=key)


# --- a file that waits, and its receipt ---------------------------------------------------------------------------------
def _look(request: PageRequest, number: str) -> PlainAnswer:
    return verdict_page(request, handing_in.look(request.person, request.key, number))


def _act(request: PageRequest, number: str) -> PlainAnswer:
    """What somebody does with a file that waits."""
    person, key, what = request.person, request.key, request.fields.get("faire", "")
    if what == "abandonner":
        handing_in.abandon(person, number)
        return _start(request, "Ce fichier est abandonné : rien n'en a été gardé.")
    if what == "confirmer":
        version = request.fields.get("version", "")
        try:
            receipt = handing_in.confirm(person, key, number, version)
        except ChangedMeanwhile as reason:
            verdict = handing_in.look(person, key, number)
            return replace(verdict_page(request, verdict, str(reason)), status=409)
        return PlainAnswer(redirect=f"{HOME}/recu/{receipt}")
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
    if match := FORGET_HEADING.fullmatch(what):
        mending.forget_heading(person, key, number, match[1])
        return _start(request, "Cette colonne n'est plus retenue. Choisir le fichier de nouveau.")
    if what in ("retirer", "vider") and any(map(CELL.fullmatch, request.fields)):
        _mend(request, number)  # what was typed beside is not lost
    if what == "retirer":
        verdict = mending.leave_faulty_rows_out(person, key, number)
    elif what == "vider":
        verdict = mending.empty_faulty_cells(person, key, number)
    elif what == "reprendre":
        verdict = mending.take_rows_back(person, key, number)
    elif what == "colonnes":
        verdict = mending.agree_to_headings(person, key, number)
    elif match := UNDO.fullmatch(what):
        place = int(match[1]), int(match[2]), match[3]
        verdict = mending.unmend(person, key, number, place)
    elif match := FORGET.fullmatch(what):
        verdict = mending.forget_word(person, key, number, match[1], match[2])
    else:
        verdict = _mend(request, number)
    if verdict.note:
        return replace(verdict_page(request, verdict), status=409)
    return PlainAnswer(redirect=f"{HOME}/apercu/{number}")


def _mend(request: PageRequest, number: str) -> Verdict:
    """Put what somebody wrote into a file that waits. What he typed goes before what he ticked."""
    typed: dict[Place, str] = {}
    offered: dict[Place, str] = {}
    emptied: dict[Place, str] = {}
    remembered, taken_out = [], []
    for name, text in request.fields.items():
        if match := LINE.fullmatch(name):
            taken_out.append((int(match[1]), int(match[2])))
        if not (match := CELL.fullmatch(name)):
            continue
        place = int(match[2]), int(match[3]), match[4]
        # What no keyboard writes is left out.
        written = "".join(c for c in text if c.isprintable() and ord(c) < 0xFFFE).strip()
        if match[1] == "vider":
            emptied[place] = ""
        elif match[1] == "retenir":
            remembered.append(place)
        elif written:
            (typed if match[1] == "case" else offered)[place] = written
    ticked = {**emptied, **offered}
    return mending.mend(request.person, request.key, number, typed, taken_out, remembered, ticked)


def _workbook(name: str, content: bytes) -> PlainAnswer:
    return PlainAnswer(file=content, file_name=name, file_type=XLSX)


def _find_receipt(request: PageRequest) -> PlainAnswer:
    """The receipt whose number somebody typed."""
    asked = request.query
    number = "".join(c for c in asked.get("numero", "") if c in "0123456789")[:9]
    if not number:
        return _start(request, "Écrire le numéro du reçu.", 400)
    return PlainAnswer(redirect=f"{HOME}/recu/{int(number)}")


def _receipt(request: PageRequest, number: int, *, take_out: bool) -> PlainAnswer:
    """A receipt, or its file taken out."""
    found = receipts_of.receipt(request.person, number)
    if found is None:
        return _start(request, "Il n'y a pas de reçu de ce numéro pour vos centres.", 404)
    if not request.is_form:
        return withdrawal_page(request, found) if take_out else receipt_page(request, found)
    reason = request.fields.get("raison", "")
    if found.withdrawn_at is None and not reason.strip():
        return withdrawal_page(request, found, "Dire pourquoi ce fichier est retiré.", 400)
    try:
        receipts_of.withdraw(request.person, number, reason, request.fields.get("effet", ""))
    except Refused as why:
        if receipts_of.may_withdraw(request.person, found):
            return withdrawal_page(request, found, str(why), 409)
        return _start(request, str(why), 409)
    return PlainAnswer(redirect=f"{HOME}/recu/{number}")
