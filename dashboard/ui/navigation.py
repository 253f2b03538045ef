"""PAGES: the table of contents of the application, one line per page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PageSpec:
    """A page: its script, its section and title in the menu, its heading, its address, the filters that act on it, and the
    ready-made story that tells it ("" for none)."""

    path: str
    section: str
    title: str
    heading: str
    url_path: str
    filters: tuple[str, ...] = ()
    story: str = ""


ACTING = ("departement", "type", "prestation")  # what a question takes, besides period and site
EVERY_FILTER = ("periode", *ACTING)

PAGES = (
    PageSpec(
        "pages/steering/map.py",
        "Pilotage",
        "Carte",
        "Le réseau en un coup d'œil",
        "carte",
        EVERY_FILTER,
        "national",
    ),
    PageSpec(
        "pages/steering/department.py",
        "Pilotage",
        "Département",
        "Département",
        "departement",
        EVERY_FILTER,
        "departement",
    ),
    PageSpec(
        "pages/steering/site.py",
        "Pilotage",
        "Site",
        "Un centre",
        "site",
        ("centre", "periode", "prestation"),
        "site",
    ),
    PageSpec(
        "pages/steering/waits.py",
        "Pilotage",
        "Attentes",
        "Attentes",
        "attentes",
        EVERY_FILTER,
        "attentes",
    ),
    PageSpec(
        "pages/steering/complaints.py",
        "Pilotage",
        "Plaintes",
        "Plaintes",
        "plaintes",
        EVERY_FILTER,
        "plaintes",
    ),
    PageSpec(
        "pages/steering/signals.py",
        "Pilotage",
        "Signaux",
        "Signaux du mois",
        "signaux",
        ("departement", "type"),
    ),
    PageSpec(
        "pages/steering/changes.py",
        "Pilotage",
        "Évolution",
        "Ce qui a changé",
        "evolution",
        EVERY_FILTER,
    ),
    PageSpec(
        "pages/workshop/present.py", "Atelier", "Présenter", "Présenter", "presenter", EVERY_FILTER
    ),
    PageSpec("pages/steering/targets.py", "Pilotage", "Cibles", "Cibles", "cibles"),
    PageSpec(
        "pages/reading/definitions.py", "Comprendre", "Définitions", "Définitions", "definitions"
    ),
    PageSpec("pages/reading/guide.py", "Comprendre", "Guide", "Guide", "guide"),
)
