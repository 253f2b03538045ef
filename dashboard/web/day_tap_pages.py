"""« Clore la journée » and « Dire une coupure de quelques heures », below « Remonter »: a day, what is said of it, and no more.

Before: `dashboard.actions.day_closings` and `dashboard.actions.outages`, which decide and keep; the HTML stands in
`dashboard/web/templates`. After: `dashboard.web.hand_in_pages`.
"""

from collections.abc import Mapping
from datetime import date
from uuid import uuid4

from dashboard import french
from dashboard.accounts.rights import may
from dashboard.actions import day_closings, outages, taps
from dashboard.actions.site_days import Refused
from dashboard.period import today
from dashboard.web.html_templates import part
from dashboard.web.plain_answers import PageRequest, PlainAnswer

HOME = "/remonter"
CLOSING = f"{HOME}/cloture"
OUTAGE = f"{HOME}/coupure"
LISTED = 8  # days to close that are named


def answer_closing(request: PageRequest, asked: Mapping[str, str]) -> PlainAnswer:
    """The page on which a day is closed, or what was said of it. asked: of the address. Raises NotAllowed."""
    code = chosen_site(request, asked)
    if not request.is_form:
        return _closing_page(request, code, asked.get("jour", ""))
    day, visits = request.fields.get("jour", ""), request.fields.get("visites", "")
    try:
        number = day_closings.close_day(
            request.person, code, day, visits, request.fields.get("cle", "")
        )
    except Refused as reason:
        return _closing_page(request, code, day, str(reason), 409)
    return PlainAnswer(redirect=f"{HOME}/recu/{number}")


def answer_outage(request: PageRequest, asked: Mapping[str, str]) -> PlainAnswer:
    """The page on which hours without power or network are said, or what was said of them. asked: of the address. Raises
    NotAllowed."""
    code, fields = chosen_site(request, asked), request.fields
    if not request.is_form:
        return _outage_page(request, code)
    hours = fields.get("de", ""), fields.get("a", "")
    try:
        number = outages.say_hours(
            request.person,
            code,
            fields.get("jour", ""),
            hours,
            fields.get("raison", ""),
            fields.get("cle", ""),
        )
    except Refused as reason:
        return _outage_page(request, code, str(reason), 409)
    return PlainAnswer(redirect=f"{HOME}/recu/{number}")


def chosen_site(request: PageRequest, asked: Mapping[str, str]) -> str:
    """The code of the site that a form or an address names, the only one of who has one; "" where it is to be chosen. Raises
    NotAllowed for who may say nothing of any."""
    places = taps.sites(request.person)
    code = request.fields.get("centre") or asked.get("centre", "")
    return places[0].code if not code and len(places) == 1 else code


def _closing_page(
    request: PageRequest, code: str, day: str = "", why: str = "", status: int = 200
) -> PlainAnswer:
    """The form that closes a day; without a site, the sites to choose from."""
    days = day_closings.days_to_close(request.person, code) if code else ()
    day_said = ""
    if not day and not request.is_form and days:
        day, of_week = days[0].isoformat(), french.weekday(days[0])
        day_said = f"{french.upper_first(of_week)} {french.date_long(days[0])}, le dernier jour qui n'est pas clos."
    month = _month_of(day)
    hands_in = bool(code) and may(request.person, "hand_in")
    known = [
        (one.isoformat(), f"{french.weekday(one)} {french.date_long(one)}") for one in days[:LISTED]
    ]
    body = part(
        "close_day.html",
        action=CLOSING,
        home=HOME,
        token=request.token,
        why=why,
        site=code,
        sites=taps.sites(request.person),
        today=today().isoformat(),
        day=day,
        day_said=day_said,
        sheet=f"{HOME}/feuille?centre={code}&mois={month:%Y-%m}&formulaire=cloture"
        if hands_in
        else "",
        sheet_month=french.of_month(month),
        days=known,
        more_days=max(0, len(days) - LISTED),
        visits=request.fields.get("visites", ""),
        key=uuid4().hex,
    )
    return PlainAnswer(body, _heading(request, code, "clore une journée"), status)


def _month_of(day: str) -> date:
    """The first day of the month of a day, as the page has it; of the running one where it is none."""
    try:
        return date.fromisoformat(day).replace(day=1)
    except ValueError:
        return today().replace(day=1)


def _outage_page(request: PageRequest, code: str, why: str = "", status: int = 200) -> PlainAnswer:
    """The form for hours of a day; without a site, the sites to choose from."""
    fields = request.fields
    opened = bool(code) and day_closings.is_open_today(request.person, code)
    body = part(
        "outage.html",
        action=OUTAGE,
        home=HOME,
        token=request.token,
        why=why,
        site=code,
        sites=taps.sites(request.person),
        today=today().isoformat(),
        day=fields.get("jour", "") or (today().isoformat() if opened else ""),
        begins=fields.get("de", ""),
        ends=fields.get("a", ""),
        reasons=outages.OF_HOURS,
        chosen=fields.get("raison", ""),
        key=uuid4().hex,
    )
    return PlainAnswer(body, _heading(request, code, "une coupure de quelques heures"), status)


def _heading(request: PageRequest, code: str, what: str) -> str:
    """« CCSP de Covè : clore une journée »; without a site, the question which."""
    if not code:
        return f"De quel centre{french.SPACE}?"
    return f"{taps.site(request.person, code).name}{french.SPACE}: {what}"
