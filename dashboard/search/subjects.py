"""SUBJECTS: what can be asked of a place. Every indicator, where its figure stands; and what is no indicator, one entry each.

Before: `dashboard.indicators`, `dashboard.navigation`. After: `dashboard.answers.search_index`.
"""

from dashboard.indicators import INDICATORS, TIMED, Indicator
from dashboard.search.entries import Scale, Subject, Target
from dashboard.search.other_subjects import OTHER_SUBJECTS


def phrases(text: str) -> tuple[str, ...]:
    """The phrases of a text between semicolons."""
    return tuple(one.strip() for one in text.split(";") if one.strip())


SCALES: tuple[Scale, ...] = ("nation", "department", "site")


def subject_of(i: Indicator) -> Subject:
    """An indicator as a subject: where its figure stands for the country, a department, a site, and by each cut."""
    places = {scale: _place(i, scale) for scale in SCALES if scale in i.dimensions}
    return Subject(
        i.code,
        i.label,
        (i.short, *phrases(i.asked)),
        places,
        {
            (scale, cut): target
            for scale in places
            for cut in sorted(i.dimensions - {"nation"})
            if (target := _cut(i, scale, cut))
        },
        takes_service="service" in i.dimensions,
        usual="search" in i.places,
    )


# What pages show of an indicator over a cut without another press: the page and its panel. All else stands in the table of
# « Département ».
_PANELS = {
    ("wait_p50", "site"): ("attentes", "attentes_centres"),
    ("wait_p50", "service"): ("attentes", "attentes_prestations"),
    ("wait_p50", "hour"): ("attentes", "attentes_heures"),
    ("wait_p50", "month"): ("attentes", "attentes_mois"),
    ("visits_per_day", "month"): ("departement", "departement_mois"),
    ("complaints_per_1000", "service"): ("plaintes", "plaintes_prestations"),
    ("complaints_30d_due", "site"): ("plaintes", "plaintes_centres"),
    ("complaints_30d_due", "month"): ("plaintes", "plaintes_mois"),
    # The list of open complaints names site, department and age, the oldest first.
    ("complaints_open", "site"): ("plaintes", "en_cours"),
    ("complaints_open", "department"): ("plaintes", "retards"),
    ("complaints_late", "site"): ("plaintes", "en_cours"),
    ("complaints_late", "department"): ("plaintes", "retards"),
    ("complaints_oldest", "site"): ("plaintes", "en_cours"),
    ("complaints_oldest", "department"): ("plaintes", "en_cours"),
}
# Rows of the table, as an address has them.
ROWS = {
    "department": "departements",
    "site": "centres",
    "service": "prestations",
    "hour": "heures",
    "month": "mois",
}


def _page(i: Indicator, scale: Scale) -> str:
    """The page that tells the figure of the country or of a department; "" where none does."""
    if "complaints" in i.places or (i.register == "complaints" and i.is_current):
        return "plaintes"
    if "waits" in i.places:
        return "attentes"
    if "period" in i.places:
        # The opening page always has the first of its figures: others give way to those that tell something.
        always = i.code == "visits" and scale == "nation"
        return "carte" if always else "departement"
    return ""


def _table(i: Indicator, cut: str) -> Target:
    """The table of « Département » by a cut, with the indicator as its column; of places and services the most first."""
    order = () if cut in ("hour", "month") else (("tri", f"-{i.code}"),)
    return Target("departement", (("lignes", ROWS[cut]), ("colonnes", i.code), *order), "tableau")


def _place(i: Indicator, scale: Scale) -> Target:
    """Where the figure of a place stands."""
    if scale == "site":
        return Target("site")
    page = _page(i, scale)
    return Target(page) if page else _table(i, "department" if scale == "nation" else "site")


def _cut(i: Indicator, scale: Scale, cut: str) -> Target | None:
    """Where an indicator is compared by a dimension; None where no page does."""
    if scale == "site":
        if cut == "service":
            timed = i.required == TIMED
            return Target("site", part="site_attente_prestations" if timed else "site_prestations")
        return Target("site", part="site_mois") if cut == "month" and i.chart else None
    if cut == "department" and scale != "nation":
        return None
    page, part = _PANELS.get((i.code, cut), ("", ""))
    return Target(page, part=part) if page else _table(i, cut)


SUBJECTS: tuple[Subject, ...] = (*map(subject_of, INDICATORS), *OTHER_SUBJECTS)
