"""The receipt of a file that was handed in by a page, and taking it out again.

Before: `dashboard.actions.receipts`. After: `dashboard.web.hand_in_pages`.
"""

from collections.abc import Mapping
from datetime import date

from dashboard import french
from dashboard.accounts.rights import NotAllowed
from dashboard.actions import receipts as receipts_of
from dashboard.actions.receipts import KeptReceipt, Replacement
from dashboard.answers import missing_days
from dashboard.answers.missing_days import Standings
from dashboard.answers.network import all_site_names
from dashboard.answers.question import Question
from dashboard.forms.formats import EVERY_FORM
from dashboard.period import add_months, to_local_time, today
from dashboard.period import now as moment_now
from dashboard.web import site_complaint_pages
from dashboard.web.html_templates import part
from dashboard.web.plain_answers import PageRequest, PlainAnswer
from dashboard.web.verdict_pages import HOME

FEW_SITES = 3  # that are named
LOOKED_BACK = 2  # months before the running one, of which missing days are said


def receipt_page(request: PageRequest, found: KeptReceipt) -> PlainAnswer:
    """The page of a receipt."""
    said, replaced = receipt_line(request, found), receipts_of.replacement(found)
    address = f"{HOME}/recu/{found.number}"
    complaint = _about_complaint(request, found, counts=not replaced.is_whole)
    body = part(
        "receipt.html",
        home=HOME,
        receipt=found,
        said=said,
        detail=found.detail,
        corrections=_corrections(found.detail),
        take_out=f"{address}/retirer" if receipts_of.may_withdraw(request.person, found) else "",
        message=_message(said, replaced, str(complaint["reference"])),
        since=_since(replaced),
        is_said=receipts_of.is_said(found),
        token=request.token,
        **complaint,
    )
    if told := found.detail.get("said"):
        heading = f"C'est noté. {told}"
        if found.withdrawn_at is not None:
            heading = f"Retiré, ne compte plus : {told}"
        elif replaced.is_whole:
            heading = f"Remplacé depuis, ne compte plus : {told}"
        return PlainAnswer(body, french.bind_punctuation(heading))
    if found.withdrawn_at is not None:
        return PlainAnswer(
            body, f"Reçu n° {found.number} : ce fichier a été retiré, et ne compte plus"
        )
    if replaced.is_whole:
        heading = f"Reçu n° {found.number} : ce fichier a été remplacé depuis, et ne compte plus"
        return PlainAnswer(body, heading)
    kept = "gardée" if found.rows == 1 else "gardées"
    return PlainAnswer(body, f"C'est fait. {said['rows']} de {said['sites']} : {kept}")


def _since(replaced: Replacement) -> str:
    """« Remplacé par l'envoi n° 64. », « 3 de ses 200 lignes sont dites autrement par l'envoi n° 70. »; "" where all of it
    counts."""
    if not replaced.replaced:
        return ""
    numbers = [f"n° {number}" for number in replaced.by]
    sends = "l'envoi" if len(numbers) == 1 else "les envois"
    by = f"{sends} {french.join_first(numbers)}"
    if replaced.is_whole:
        return f"Remplacé par {by}, qui {'compte' if len(numbers) == 1 else 'comptent'} à la place."
    few = "ligne est dite" if replaced.replaced == 1 else "lignes sont dites"
    return f"{french.number(replaced.replaced)} de ses {french.number(replaced.rows)} {few} autrement par {by}."


def _about_complaint(
    request: PageRequest, found: KeptReceipt, *, counts: bool
) -> dict[str, object]:
    """What the template shows of the complaint that somebody noted, or of its answer, in place of where days stand. counts: False
    where something came later in its place."""
    of_complaint, complaint = (
        receipts_of.is_of_complaint(found),
        receipts_of.complaint(found),
    )
    counts = counts and found.withdrawn_at is None
    return {
        "left_to_do": [] if of_complaint else _left_to_do(request, found),
        "of_complaint": of_complaint,
        "reference": complaint.reference if complaint else "",
        "to_write": counts and complaint is not None and complaint.resolved_on is None,
        "complaints": site_complaint_pages.links(request.person) if of_complaint else {},
    }


def withdrawal_page(
    request: PageRequest, found: KeptReceipt, why: str = "", status: int = 200
) -> PlainAnswer:
    """The page on which a file is taken out, which says what that changes. Raises NotAllowed."""
    if not receipts_of.may_withdraw(request.person, found):
        raise NotAllowed(f"{request.person.name} : withdraw {found.number}")
    what = "ce qui est dit" if receipts_of.is_said(found) else "le fichier"
    body = part(
        "withdrawal.html",
        receipt=f"{HOME}/recu/{found.number}",
        token=request.token,
        why=why,
        said=receipt_line(request, found),
        effect=receipts_of.effect_of_withdrawal(request.person, found.number),
        is_said=receipts_of.is_said(found),
    )
    return PlainAnswer(body, f"Retirer {what} du reçu n° {found.number} ?", status)


def receipt_line(request: PageRequest, one: KeptReceipt) -> dict[str, str]:
    """A receipt in words."""
    names = all_site_names(request.person)
    title = EVERY_FORM[one.form].title if one.form in EVERY_FORM else one.form
    at = to_local_time(one.at)
    sites = sorted(names.get(code, code) for code in one.sites)
    return {
        "number": str(one.number),
        "form": title,
        "sites": french.join_words(sites) if len(sites) <= FEW_SITES else f"{len(sites)} centres",
        "days": receipts_of.days_in_words(one.first_day, one.last_day),
        "rows": french.plural(one.rows, "ligne"),
        "told": str(one.detail.get("said", "")),
        "at": f"{french.date_short(at.date())} à {at.hour} h {at:%M}",
        "withdrawn": "retiré" if one.withdrawn_at else "",
    }


def standing_now(request: PageRequest) -> Standings:
    """Where the person's sites stand, for the running month and those before it."""
    return missing_days.standings(request.person, Question(counted_from(), today()), moment_now())


def counted_from() -> date:
    """The first day of which a site's missing days are counted here."""
    return add_months(today().replace(day=1), -LOOKED_BACK)


def _left_to_do(request: PageRequest, found: KeptReceipt) -> list[str]:
    """Where the receipt's sites stand by now; none where they are many."""
    if len(found.sites) > FEW_SITES:
        return []
    return [one.sentence for one in standing_now(request).sites if one.code in found.sites]


def _corrections(detail: Mapping[str, object]) -> str:
    """« 3 cases corrigées par vous ; 2 cases laissées vides ; 1 ligne laissée de côté, à remettre plus tard »; "" for none."""
    mended, emptied, repaired, left, kept = (
        value if isinstance(value := detail.get(name), int) else 0
        for name in ("mended", "emptied", "repaired", "left out", "remembered")
    )
    parts, mended = [], mended - emptied
    if mended:
        parts.append(french.plural(mended, "case corrigée par vous", "cases corrigées par vous"))
    if emptied:
        parts.append(french.plural(emptied, "case laissée vide", "cases laissées vides"))
    if repaired:
        parts.append(f"{french.plural(repaired, 'rectifiée', 'rectifiées')} sans changer le sens")
    if left:
        told = french.plural(left, "ligne laissée de côté", "lignes laissées de côté")
        parts.append(f"{told}, à remettre plus tard")
    if kept:
        told = french.plural(kept, "mot retenu", "mots retenus")
        parts.append(f"{told} pour les prochains fichiers")
    return " ; ".join(parts)


def _message(said: Mapping[str, str], replaced: Replacement, reference: str) -> str:
    """One line to paste into a message. reference: of a complaint, "" for none."""
    what = said["told"] or ", ".join(
        (said["form"].lower(), said["sites"], said["days"], said["rows"])
    )
    if reference:
        what = f"{what} (plainte {reference})"
    ended = " Remplacé depuis : ne compte plus." if replaced.is_whole else ""
    if said["withdrawn"]:
        ended = " Retiré depuis : ne compte plus."
    return f"Reçu n° {said['number']} : {what}, le {said['at']}.{ended}"
