"""One complaint, for who may see the complaints of its site one by one: dates, category, state; never what is written in it."""

from datetime import date

from dashboard import french
from dashboard.answers.complaint_register import UNKNOWN_CATEGORY, open_rows
from dashboard.answers.context import View, cached_with_rows
from dashboard.answers.network import data_date_in_words
from dashboard.answers.question import Question
from dashboard.panel import Cell, Message, Panel, day_cell, make_table, text_cell
from dashboard.period import day_from_number
from db import site_complaints
from db.codes import ALL
from db.site_complaints import SiteComplaint

S = french.SPACE
NONE = "Cette plainte n'est pas connue, ou elle n'est pas d'un centre dont vous répondez."
UNKNOWN = "non renseigné"
OPEN = "en cours"
STATES = {
    "handled": "traitée",
    "rejected": "rejetée",
    "dropped": "sans suite",
    "": "répondue",
}  # of one that has an answer
UNKNOWN_SERVICE = "non renseignée"


@cached_with_rows
def complaint(view: View, site: str, reference: str) -> SiteComplaint | None:
    """The complaint of a site with that reference; None where there is none, or the site's rows may not be seen."""
    allowed = view.sites_of_rows(Question(date.min, date.max, site=site))
    if allowed != ALL and site not in allowed:
        return None
    return view.read(lambda connection: site_complaints.find(connection, site, reference))


@cached_with_rows
def panel(view: View, question: Question, reference: str, key: str) -> Panel:
    """A panel of the complaint of the question's site with that reference."""
    found = complaint(view, question.site or "", reference)
    if found is None:
        return Panel(key, "Plainte", Message(NONE), finding="Plainte introuvable")
    state, age = _state(view, question, found)
    rows = [
        (text_cell("État"), text_cell(STATES[found.outcome or ""] if found.resolved_on else OPEN)),
        (text_cell("Reçue le"), day_cell(found.received_on)),
        (text_cell("Répondue le"), day_cell(found.resolved_on, "pas encore")),
        (text_cell("Jours"), age),
        (text_cell("Catégorie"), text_cell(found.category or UNKNOWN_CATEGORY)),
        (text_cell("Prestation"), text_cell(found.service or UNKNOWN_SERVICE)),
        (text_cell("Reçue par"), text_cell(found.channel or UNKNOWN)),
    ]
    return Panel(
        key,
        f"Plainte {found.reference}",
        table=make_table((("De cette plainte", ""), ("Ce que dit le registre", "mixed")), rows),
        finding=f"Plainte {found.reference}{S}: {state}",
        has_complaint_rows=True,
    )


def _state(view: View, question: Question, found: SiteComplaint) -> tuple[str, Cell]:
    """What has become of it, in words, and its days: of an open one, those of the list of open complaints."""
    listed = open_rows(view, question)
    here = (listed.reference == found.reference) & (listed.code == found.site)
    if here.any():
        (place,) = here.nonzero()[0][:1]
        days, known = int(listed.age[place]), day_from_number(int(listed.known[place]))
        at = f"au {french.date_short(known)}"
        return f"{OPEN} depuis {french.days(days)} {at}", Cell(french.days(days), days)
    if found.resolved_on is None:
        words = f"{OPEN}, reçue après la date des données ({data_date_in_words(view)})"
        return words, Cell("—")
    days = (found.resolved_on - found.received_on).days
    when = f"après {french.days(days)}" if days else "le jour même"
    return f"{STATES[found.outcome or '']}, réponse {when}", Cell(french.days(days), days)
