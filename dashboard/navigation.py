"""PAGES: the pages of the application, one line each."""

from dataclasses import dataclass

from dashboard.accounts.rights import Person, may


@dataclass(frozen=True)
class PageSpec:
    """A page. path: its script ("" where a route of our own answers, dashboard/web/routes.py); section: in the menu, "" for
    none; title: in the menu; heading; url_path: its address; filters: those that act on it; story: its ready-made story, "" for
    none; has_comparison: it can be compared with another period; has_tables: they can be taken away; is_listed: in the menu;
    right: needed to open it."""

    path: str
    section: str
    title: str
    heading: str
    url_path: str
    filters: tuple[str, ...] = ()
    story: str = ""
    has_comparison: bool = False
    has_tables: bool = True
    is_listed: bool = True
    right: str = "aggregates"


ACTING = ("departement", "type", "prestation")  # the filters of a question, besides period and site
EVERY_FILTER = ("periode", *ACTING)
UNDERSTAND, MANAGE = "Comprendre", "Administration"
NO_SUCH_PAGE = "Cette page n'existe pas."

# fmt: off
PAGES = (
    PageSpec("pages/steering/map.py", "", "Carte", "L'essentiel", "carte", EVERY_FILTER, "national", has_comparison=True),
    PageSpec("pages/steering/department.py", "", "Département", "Département", "departement", EVERY_FILTER, "departement"),
    PageSpec("pages/steering/waits.py", "", "Attentes", "Attentes", "attentes", EVERY_FILTER, "attentes", has_comparison=True),
    PageSpec("pages/steering/complaints.py", "", "Plaintes", "Plaintes", "plaintes", EVERY_FILTER, "plaintes",
             has_comparison=True),
    PageSpec("pages/steering/signals.py", "", "Signaux", "Signaux", "signaux", ("departement", "type")),
    PageSpec("pages/workshop/present.py", "", "Présenter", "Présenter", "presenter", EVERY_FILTER, has_tables=False),
    PageSpec("pages/steering/site.py", "", "Centre", "Centres", "site", ("centre", "periode", "prestation"), "site",
             is_listed=False),
    PageSpec("pages/reading/definitions.py", UNDERSTAND, "Définitions", "Définitions", "definitions", right="understand"),
    PageSpec("pages/reading/guide.py", UNDERSTAND, "Guide", "Guide", "guide", right="understand"),
    PageSpec("pages/administration/account.py", MANAGE, "Mon compte", "Mon compte", "mon-compte", is_listed=False,
             right="own_account"),
    PageSpec("pages/administration/accounts.py", MANAGE, "Comptes", "Comptes", "comptes", right="accounts"),
    PageSpec("pages/administration/journal.py", MANAGE, "Journal", "Journal", "journal", right="journal"),
)
# fmt: on


# Pages of plain HTML, which Streamlit does not draw (dashboard/web/routes.py).
PLAIN_PAGES = {
    page.url_path: page
    for page in (
        PageSpec("", "", "Remonter", "Remonter", "remonter", has_tables=False, right="receipts"),
    )
}


def pages_of(person: Person) -> tuple[PageSpec, ...]:
    """The pages that the person may open, in order."""
    return tuple(spec for spec in PAGES if may(person, spec.right))


# Former pages, and the page and filter that have their contents: old links are redirected, with their filters.
MOVED = {"evolution": ("carte", "comparer=oui"), "cibles": ("signaux", "")}
