"""« Pourquoi un jour manque », below « Remonter »: days are ticked, a reason chosen, and that is all.

Before: `dashboard.actions.site_days`, which decides and keeps; the HTML stands in `dashboard/web/templates`. After:
`dashboard.web.hand_in_pages`.
"""

import re
from collections.abc import Mapping
from datetime import date
from uuid import uuid4

from dashboard import french
from dashboard.actions import site_days
from dashboard.actions.site_days import PROMISE, REASONS, Refused
from dashboard.forms.cells import FURTHEST
from dashboard.period import add_months, month_end, today
from dashboard.web.day_tap_pages import chosen_site
from dashboard.web.html_templates import part
from dashboard.web.plain_answers import PageRequest, PlainAnswer

HOME = "/remonter"
ADDRESS = f"{HOME}/jours"
MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
DAY = re.compile(r"jour (\d{4}-\d{2}-\d{2})")
LISTED = 31  # days that may be ticked
LOOKED_BACK = 2  # months before the running one


def answer(request: PageRequest, asked: Mapping[str, str]) -> PlainAnswer:
    """The page of a site's missing days, or what was said of them. asked: of the address. Raises NotAllowed."""
    code = chosen_site(request, asked)
    if not request.is_form:
        return _page(request, code)
    days = [day for name in request.fields if (day := _day(name)) is not None]
    said, key, promised = (request.fields.get(name, "") for name in ("raison", "cle", "remis"))
    try:
        number = site_days.say_why(request.person, code, days, said, key, promised)
    except Refused as reason:
        return _page(request, code, str(reason), 409)
    return PlainAnswer(redirect=f"{HOME}/recu/{number}")


def _page(request: PageRequest, code: str, why: str = "", status: int = 200) -> PlainAnswer:
    """The days of a site; without one, the sites to choose from."""
    places, now = site_days.sites(request.person), today()
    since, until = _span(request, now)
    missing = site_days.missing_days(request.person, code, since, until) if code else ()
    days = missing[:LISTED]
    name = next((place.name for place in places if place.code == code), "")
    body = part(
        "site_days.html",
        action=ADDRESS,
        home=HOME,
        token=request.token,
        why=why,
        site=code,
        month=f"{since:%Y-%m}" if until < now else "",
        sites=places,
        days=[
            (
                day.isoformat(),
                f"{french.weekday(day)} {french.date_long(day)}",
                f"jour {day}" in request.fields,
            )
            for day in days
        ],
        reasons=REASONS,
        promise=PROMISE,
        promised=request.fields.get("remis", ""),
        today=now.isoformat(),
        last=(now + FURTHEST).isoformat(),
        chosen=request.fields.get("raison", ""),
        key=uuid4().hex,
    )
    heading = "De quel centre manque-t-il un jour ?"
    if code:
        when = f" {french.of_month(since)}" if until < now else ""
        many = french.plural(len(missing), f"jour{when} manque", f"jours{when} manquent")
        shown = f" ; les {LISTED} plus récents sont ici" if len(missing) > LISTED else ""
        of = when or f" depuis le {french.date_long(since)}"
        heading = f"{name} : {many + shown if days else f'aucun jour attendu{of} ne manque'}"
    return PlainAnswer(body, heading, status)


def _span(request: PageRequest, now: date) -> tuple[date, date]:
    """The first and the last day that are asked about: of the month that the address or the form names (« 2026-06 »), else the
    last months up to today."""
    asked = request.fields.get("mois") or request.query.get("mois", "")
    try:
        month = date.fromisoformat(f"{asked}-01") if MONTH.fullmatch(asked) else None
    except ValueError:
        month = None
    if month is None or month > now:
        return add_months(now.replace(day=1), -LOOKED_BACK), now
    return month, min(month_end(month), now)


def _day(name: str) -> date | None:
    """The day of a field of the form; None for another field."""
    match = DAY.fullmatch(name)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None
