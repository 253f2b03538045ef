"""PAGES: the pages of the application, one line each."""

from dataclasses import dataclass

from dashboard.accounts.rights import ROLES, Person, may

UNDERSTAND, MANAGE = "Comprendre", "Gérer"


@dataclass(frozen=True)
class PageSpec:
    """A page. path: its script ("" where a route of our own answers, dashboard/web/routes.py); section: in the menu, "" for
    none; title: in the menu; heading; url_path: its address; filters: those that act on it; story: its ready-made story, "" for
    none; has_comparison: it can be compared with another period; has_tables: they can be taken away; is_listed: in the menu;
    right: needed to open it; right_to_list: needed, too, to have it in the menu, "" for none: others reach it from a page;
    reached_from: the right to that page."""

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
    right_to_list: str = ""
    reached_from: str = ""

    def is_listed_for(self, person: Person) -> bool:
        """Whether the person has it in the menu, being one who may open it."""
        return self.is_listed and (not self.right_to_list or may(person, self.right_to_list))

    def section_for(self, person: Person) -> str:
        """Its section in the person's menu: « Gérer » for who has its `reached_from`, too, whose menu would be too long."""
        reached = self.reached_from and may(person, self.reached_from)
        return MANAGE if reached else self.section


ACTING = ("departement", "type", "prestation")  # the filters of a question, besides period and site
EVERY_FILTER = ("periode", *ACTING)
NO_SUCH_PAGE = "Cette page n'existe pas."
NOT_YOURS = "Cette page n'est pas parmi les vôtres."

# fmt: off
PAGES = (
    PageSpec("pages/steering/map.py", "", "Carte", "L'essentiel", "carte", EVERY_FILTER, "national", has_comparison=True),
    PageSpec("pages/steering/department.py", "", "Département", "Département", "departement", EVERY_FILTER, "departement"),
    PageSpec("pages/steering/waits.py", "", "Attentes", "Attentes", "attentes", EVERY_FILTER, "attentes", has_comparison=True),
    PageSpec("pages/steering/complaints.py", "", "Plaintes", "Plaintes", "plaintes", EVERY_FILTER, "plaintes",
             has_comparison=True),
    PageSpec("pages/steering/signals.py", "", "Signaux", "Signaux", "signaux", ("departement", "type")),
    PageSpec("pages/steering/completeness.py", "", "Complétude", "Complétude", "completude", ("departement", "type"),
             "national", right="completeness"),
    # From the opening page and from « Signaux »; in no menu, which is long enough.
    PageSpec("pages/steering/news.py", "", "Nouveau", "Nouveau", "nouveau", ("departement", "type"), is_listed=False,
             right="completeness"),
    PageSpec("pages/workshop/present.py", "", "Présenter", "Présenter", "presenter", EVERY_FILTER, has_tables=False),
    PageSpec("pages/steering/site.py", "", "Centre", "Centres", "site", ("centre", "periode", "prestation"), "site",
             is_listed=False),
    PageSpec("pages/steering/side_by_side.py", "", "Côte à côte", "Côte à côte", "cote-a-cote",
             ("periode", "type", "prestation"), is_listed=False),
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
        # Directors reach it from « Complétude ».
        PageSpec(
            "",
            "",
            "Remonter",
            "Remonter",
            "remonter",
            has_tables=False,
            right="receipts",
            right_to_list="hand_in",
            reached_from="completeness",
        ),
        PageSpec(
            "",
            MANAGE,
            "Référentiel",
            "Référentiel",
            "referentiel",
            has_tables=False,
            right="reference",
        ),
        # Every page's bar leads to it.
        PageSpec(
            "",
            UNDERSTAND,
            "Chercher",
            "Chercher",
            "chercher",
            has_tables=False,
            is_listed=False,
            right="understand",
        ),
    )
}


def pages_of(person: Person) -> tuple[PageSpec, ...]:
    """The pages that the person may open, in order."""
    return tuple(spec for spec in PAGES if may(person, spec.right))


@dataclass(frozen=True)
class NoPage:
    """What stands instead of a page that somebody may not open: a title, a sentence, and a link that leads on."""

    title: str
    sentence: str
    address: str = "/"
    link: str = "Revenir à la première page"


def no_page(person: Person, url_path: str) -> NoPage:
    """What is said at an address that the person may not open. Who has an account learns that the page is another role's, for its
    name stands in the guide, and where his own days are; guests and strangers, that there is no such page."""
    every = (*PAGES, *PLAIN_PAGES.values())
    spec = next((one for one in every if one.url_path == url_path), None)
    if spec is None or not person.role or not may(person, "own_account"):
        return NoPage(NO_SUCH_PAGE, "L'adresse est mal écrite, ou la page a changé de nom.")
    whose = f"« {spec.title} » n'est pas une page de votre rôle ({ROLES[person.role]})"
    if spec.url_path == "completude" and may(person, "receipts"):
        days = (
            "les jours qui manquent à vos centres sont sur « Remonter », et sur la page de chacun"
        )
        return NoPage(NOT_YOURS, f"{whose} ; {days}.", "/remonter", "Ouvrir « Remonter »")
    return NoPage(NOT_YOURS, f"{whose} ; celles qui en sont se trouvent dans votre menu.")


# Former pages, and the page and filter that have their contents: old links are redirected, with their filters.
MOVED = {"evolution": ("carte", "comparer=oui"), "cibles": ("signaux", "")}
