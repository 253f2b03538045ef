"""The calendar of completeness on its page: sites by days as a table, its legend, the chosen day, and the choices above it."""

from datetime import date, datetime
from functools import lru_cache
from html import escape

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.answers import completeness_panels, day_calendar
from dashboard.answers.day_calendar import MonthCalendar, SiteMonth, YearsCalendar
from dashboard.answers.question import Question
from dashboard.judgement.completeness_sentences import (
    FEWEST,
    DayCounts,
    days_received,
    runs_in_words,
    share,
)
from dashboard.judgement.day_kinds import (
    CAUSES,
    CLOSED,
    DIFFERENT,
    LATE,
    NO_WORK,
    NOT_DUE,
    OUT,
    RECEIVED,
    SAID_CLOSED,
    UNCLOSED,
    UNKNOWN_OPENING,
    CalendarDay,
)
from dashboard.panel import Link, site_link
from dashboard.ui import error_messages, filter_state, url_parameters
from dashboard.ui.links import Held, address, anchor

MONTH, VIEW, DAY = "mois", "vue", "jour"  # URL parameters of this page alone
DAYS_VIEW, YEARS_VIEW = "jours", "annees"
VIEWS = {DAYS_VIEW: "Jour par jour", YEARS_VIEW: "Mois par mois, sur deux ans"}
LETTERS_OF_DAYS = "lmmjvsd"
MOST_ROWS = 200  # sites of a page, as tables have rows: those that miss most
PLAIN = (
    RECEIVED,
    OUT,
    UNKNOWN_OPENING,
    NOT_DUE,
    NO_WORK,
)  # cells that lead nowhere: there is nothing to do about them


def chosen_month(person: Person, moment: datetime) -> date:
    """The first day of the month in the URL; by default, and for a value that is none, the one that the calendar opens on."""
    wanted, listed = url_parameters.read().get(MONTH, ""), day_calendar.months(person, moment)
    asked = (m for m in listed if f"{m:%Y-%m}" == wanted)
    return next(asked, day_calendar.opening_month(person, moment))


def chosen_view() -> str:
    """The view in the URL: DAYS_VIEW by default."""
    wanted = url_parameters.read().get(VIEW, "")
    return wanted if wanted in VIEWS else DAYS_VIEW


def choices(person: Person, moment: datetime) -> None:
    """Draw the choice of the view and of the month."""
    with st.container(horizontal=True, vertical_alignment="center", key="calendrier_choix"):
        st.session_state["calendrier_vue"] = chosen_view()
        st.segmented_control(
            "Vue",
            list(VIEWS),
            format_func=lambda one: VIEWS.get(one, ""),
            key="calendrier_vue",
            label_visibility="collapsed",
            required=True,
            on_change=_view_changed,
        )
        if chosen_view() == DAYS_VIEW:
            listed = {
                f"{m:%Y-%m}": french.month_label(m) for m in day_calendar.months(person, moment)
            }
            st.session_state["calendrier_mois"] = f"{chosen_month(person, moment):%Y-%m}"
            st.selectbox(
                "Mois",
                list(listed),
                format_func=lambda one: listed.get(one, ""),
                key="calendrier_mois",
                label_visibility="collapsed",
                width=200,
                on_change=_month_changed,
                args=(tuple(listed),),
            )
            _way_to_newest(person, moment)


def _way_to_newest(person: Person, moment: datetime) -> None:
    """Draw the way to the newest month, from the one that the calendar opens on in its place."""
    newest, shown = day_calendar.months(person, moment)[0], chosen_month(person, moment)
    if shown < newest and shown == day_calendar.opening_month(person, moment):
        words = f"{french.upper_first(french.month_label(newest))}, qui commence"
        link = Link("completude", ((MONTH, f"{newest:%Y-%m}"),))
        st.html(anchor(words, link), width="content")


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _month_changed(listed: tuple[str, ...]) -> None:
    """Callback: put the month into the URL; the chosen day is of another one. listed: as it was shown."""
    wanted = st.session_state["calendrier_mois"]
    if wanted in listed:
        url_parameters.drop(DAY)
        url_parameters.put(MONTH, wanted)


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _view_changed() -> None:
    """Callback: put the view into the URL."""
    wanted = st.session_state["calendrier_vue"]
    if wanted in VIEWS:
        url_parameters.put(VIEW, wanted)


def notices(person: Person, moment: datetime) -> None:
    """Say, once, which values of the link are none of this page's, and drop them."""
    asked = url_parameters.read()
    listed = {f"{m:%Y-%m}" for m in day_calendar.months(person, moment)}
    wrong = [
        (name, words)
        for name, words, known in (
            (MONTH, "un mois", listed),
            (VIEW, "une vue", VIEWS.keys()),
        )
        if asked.get(name, "") and asked[name] not in known
    ]
    for name, _ in wrong:
        url_parameters.drop(name)
    if wrong:
        what = french.join_words([words for _, words in wrong])
        shown = french.month_label(chosen_month(person, moment))
        st.warning(
            f"Le lien demande {what} que cette page n'a pas{french.SPACE}: elle montre {shown}."
        )


def finding(person: Person, question: Question, moment: datetime) -> str:
    """What the page says first: of the month, or of two years."""
    if chosen_view() == YEARS_VIEW:
        found = completeness_panels.years_panel(person, question, moment, "annees").finding
    else:
        month_ = chosen_month(person, moment)
        found = day_calendar.month_calendar(person, question, month_, moment).finding
    return french.lower_first(found)


def chosen_day(found: MonthCalendar) -> tuple[SiteMonth, CalendarDay] | None:
    """The day of a site in the URL (« ccsp-cove.2026-11-12 »); None where there is none in this calendar."""
    code, _, day = url_parameters.read().get(DAY, "").rpartition(".")
    for site in found.sites:
        if site.code == code:
            return next(((site, d) for d in site.days if d.day.isoformat() == day), None)
    return None


def month(person: Person, question: Question, first: date, moment: datetime) -> None:
    """Draw the calendar of a month."""
    found = day_calendar.month_calendar(person, question, first, moment)
    chosen = chosen_day(found)
    held = tuple(filter_state.non_default().items())
    st.html(month_markup(found, held, (chosen[0].code, chosen[1].day) if chosen else None))


def legend(found: MonthCalendar) -> None:
    """Draw what the cells say, and how many there are of each."""
    st.html(legend_markup(found))


@lru_cache(32)  # answers are cached: the same calendar is drawn for every reader and run
def month_markup(
    found: MonthCalendar, held: Held = (), chosen: tuple[str, date] | None = None
) -> str:
    """The calendar as an HTML table, all text escaped. held: the filters that its links keep; chosen: a site and its day."""
    days = found.working_days
    if not days:
        return f"<p>{escape(completeness_panels.NOTHING)}</p>"
    head = "".join(
        f'<th scope="col"{_gap(days, n)}><i>{LETTERS_OF_DAYS[d.weekday()]}</i>{d.day}'
        f'<span class="ccsp-heard"> {french.weekday(d)}</span></th>'
        for n, d in enumerate(days)
    )
    rows = "".join(_row(found, one, days, held, chosen) for one in found.sites[:MOST_ROWS])
    foot = "".join(
        f"<td{_gap(days, n)}>{received if expected else ''}</td>"
        for n, (received, expected) in enumerate(found.received_by_day)
    )
    label = escape(f"Jours reçus en {french.month_label(found.month)}, centre par centre")
    return (
        f'<div class="ccsp-calendar" role="region" tabindex="0" aria-label="{label}"><table><thead><tr>'
        f'<th scope="col">Centre</th><th scope="col" class="where">Département</th>{head}<th scope="col" class="n">reçus</th>'
        f'<th scope="col" class="n">à l\'heure</th></tr></thead><tbody>{rows}</tbody><tfoot><tr>'
        f'<th scope="row">Centres reçus, par jour</th><td class="where"></td>{foot}{_shares(found.counts)}</tr></tfoot>'
        f"</table></div>{_left_out(len(found.sites))}"
    )


def _row(
    found: MonthCalendar,
    site: SiteMonth,
    days: tuple[date, ...],
    held: Held,
    chosen: tuple[str, date] | None,
) -> str:
    """The HTML of a site's row, and of the sentence that stands above its days on a telephone."""
    of_day = {d.day: d for d in site.days}
    cells = "".join(
        _cell(found.month, site, of_day[d], held, _gap(days, n), is_chosen=chosen == (site.code, d))
        for n, d in enumerate(days)
    )
    to_do = any(d.kind in (DIFFERENT, UNCLOSED) for d in site.days)
    kind = f' class="{"late" if site.not_received else "to-do" if to_do else "whole"}"'
    name = anchor(site.name, site_link(site.code), held)
    return (
        f'<tr{kind}><th scope="row">{name}<small>{escape(phone_sentence(site))}</small></th>'
        f'<td class="where">{escape(site.department)}</td>{cells}{_shares(site.counts)}</tr>'
    )


def phone_sentence(site: SiteMonth) -> str:
    """« 16 jours reçus sur 19 ; manquent le 4, le 12 et le 13 »: what the row says, where its cells are too small to read."""
    c = site.counts
    if site.is_unknown:
        return UNKNOWN_OPENING.words
    if not c.expected:
        return "rien n'est attendu"
    said = (
        f"{french.plural(c.received, 'jour reçu', 'jours reçus')} sur {french.number(c.expected)}"
    )
    if late := c.received - c.on_time:
        said += f", {french.number(late)} en retard"
    if not site.not_received:
        return said
    verb = "manque" if c.not_received == 1 else "manquent"
    working = [d.day for d in site.days if d.kind is not NO_WORK]
    return f"{said}{french.SPACE}; {verb} {runs_in_words(site.not_received, working)}"


def _gap(days: tuple[date, ...], n: int) -> str:
    """The class of a column after a week's end."""
    is_first = n and days[n].isocalendar().week != days[n - 1].isocalendar().week
    return ' class="gap"' if is_first else ""


def _cell(
    month_: date, site: SiteMonth, one: CalendarDay, held: Held, gap: str, *, is_chosen: bool
) -> str:
    """The HTML of a cell: its sign to see, its words to hear; a link where there is something to know or to do."""
    words = escape(one.in_words)
    inside = f'<b aria-hidden="true">{escape(one.sign)}</b><span class="ccsp-heard">{words}</span>'
    if one.kind not in PLAIN:
        link = Link(
            "completude", ((MONTH, f"{month_:%Y-%m}"), (DAY, f"{site.code}.{one.day.isoformat()}"))
        )
        now_ = ' aria-current="true"' if is_chosen else ""
        title = escape(_title(site, one))
        # Arrow keys go from cell to cell (static/ccsp-pages.js): not one stop of the keyboard for each.
        inside = f'<a href="{escape(address(link, held))}" tabindex="-1" title="{title}"{now_}>{inside}</a>'
    kind = f"k {one.kind.code}{' gap' if gap else ''}"
    return f'<td class="{kind}" data-d="{one.day.day}">{inside}</td>'


def _title(site: SiteMonth, one: CalendarDay) -> str:
    """« Covè, jeudi 12 novembre 2026 : manquant, sans explication »."""
    return f"{site.name}, {french.weekday(one.day)} {french.date_long(one.day)}{french.SPACE}: {one.in_words}"


def _shares(counts: DayCounts) -> str:
    """The HTML of the two shares at a row's end; numbers where too few days are expected."""
    if not counts.expected:
        return '<td class="n">—</td><td class="n">—</td>'
    parts = (counts.received, counts.on_time)
    if counts.expected < FEWEST:
        said = [f"{part} sur {counts.expected}" for part in parts]
    else:
        said = [share(part, counts.expected) for part in parts]
    return f'<td class="n"><strong>{said[0]}</strong></td><td class="n">{said[1]}</td>'


@lru_cache(32)
def legend_markup(found: MonthCalendar) -> str:
    """The legend as an HTML list: a sign, its words, and how many cells have it."""
    items = []
    for kind, count in found.kinds:
        sign, more = {LATE: "+2"}.get(kind, kind.sign), ""
        if kind is LATE and (others := _late_under_other_signs(found)):
            more = f"<small>{escape(others)}</small>"
        if kind in (CLOSED, SAID_CLOSED):
            causes = sorted({d.sign for s in found.sites for d in s.days if d.kind is kind})
            sign = causes[0]
            more = f"<small>{escape(' · '.join(f'{c} {CAUSES[c]}' for c in causes))}</small>"
        items.append(
            f'<li><span class="k {kind.code}" aria-hidden="true"><b>{escape(sign)}</b></span>'
            f"<span>{escape(kind.legend)}{more}</span><span>{french.number(count)}</span></li>"
        )
    return f'<ul class="ccsp-calendar-legend">{"".join(items)}</ul>'


def years(person: Person, question: Question, moment: datetime) -> None:
    """Draw the months of two years."""
    found = day_calendar.years_calendar(person, question, moment)
    st.html(years_markup(found, tuple(filter_state.non_default().items())))


def _late_under_other_signs(found: MonthCalendar) -> str:
    """« et 14 marqués 0+, ≠+ ou …+ »: days that came late, and have another sign; "" for none."""
    others = [d for s in found.sites for d in s.days if d.days_late and d.kind is not LATE]
    if not others:
        return ""
    marked = "marqué" if len(others) == 1 else "marqués"
    signs = french.join_words(list(dict.fromkeys(d.sign for d in others)), "ou")
    return f"et {french.number(len(others))} {marked} {signs}"


def day_detail(found: MonthCalendar, actions: dict[str, tuple[Link, bool]]) -> None:
    """Draw the chosen day of a site: what it is, and what can be done. actions: words to a link, and whether it leads to a page
    of plain HTML, which has no filters."""
    chosen = chosen_day(found)
    if chosen is None:
        return
    site, one = chosen
    links = "".join(
        f" {anchor(words, link, () if is_plain else None)}"
        for words, (link, is_plain) in actions.items()
    )
    when = f"{french.weekday(one.day)} {french.date_long(one.day)}"
    st.html(
        f'<div class="ccsp-chosen" role="status"><b>{escape(site.name)}, {when}</b>'
        f"<span>{escape(french.upper_first(one.in_words))}.</span><span>{links}</span></div>"
    )


@lru_cache(32)
def years_markup(found: YearsCalendar, held: Held = ()) -> str:
    """The months of two years as an HTML table: a share and a shade in each cell. held: the filters that its links keep."""
    head = "".join(
        f'<th scope="col"{_new_year(found, n)}><i>{m.year if n == 0 or m.month == 1 else ""}</i>{_short(m)}</th>'
        for n, m in enumerate(found.months)
    )
    rows = "".join(
        f'<tr><th scope="row">{anchor(one.name, site_link(one.code), held)}</th>'
        f'<td class="where">{escape(one.department)}</td>{_months(found, one.months, held)}</tr>'
        for one in found.sites[:MOST_ROWS]
    )
    return (
        '<div class="ccsp-calendar years" role="region" tabindex="0" aria-label="Jours reçus, mois par mois sur deux ans"><table>'
        f'<thead><tr><th scope="col">Centre</th><th scope="col" class="where">Département</th>{head}</tr></thead>'
        f'<tbody>{rows}</tbody><tfoot><tr><th scope="row">Ensemble</th><td class="where"></td>'
        f"{_months(found, found.all_sites.months, held)}</tr></tfoot></table></div>{_left_out(len(found.sites))}"
    )


def _left_out(sites: int) -> str:
    """How many sites have no row, and where they are; "" where all have one."""
    rest = sites - MOST_ROWS
    if rest <= 0:
        return ""
    them = french.plural(
        rest,
        "autre centre, où il manque le moins, est",
        "autres centres, où il manque le moins, sont",
    )
    return f'<p class="ccsp-rows">{them} dans le classeur («{french.SPACE}Emporter{french.SPACE}»), ou sous un département.</p>'


def _short(month_: date) -> str:
    """« nov. »."""
    return french.month_short(month_).partition(" ")[0].partition(french.SPACE)[0]


def _new_year(found: YearsCalendar, n: int) -> str:
    return ' class="gap"' if n and found.months[n].month == 1 else ""


def _months(found: YearsCalendar, counts: tuple[DayCounts, ...], held: Held) -> str:
    """The cells of a row: the share received, and the month that it leads to."""
    cells = []
    for n, (month_, c) in enumerate(zip(found.months, counts, strict=True)):
        gap = " gap" if _new_year(found, n) else ""
        if c.expected < FEWEST:
            cells.append(f'<td class="k none{gap}"><b>—</b></td>')
            continue
        said = share(c.received, c.expected).replace("%", "").strip()
        link = Link("completude", ((MONTH, f"{month_:%Y-%m}"), (VIEW, DAYS_VIEW)))
        words = f"{french.month_label(month_)}{french.SPACE}: {days_received(c)}"
        inside = f'<a href="{escape(address(link, held))}" tabindex="-1" title="{escape(words)}">{escape(said)}</a>'
        cells.append(f'<td class="k {_shade(c)}{gap}">{inside}</td>')
    return "".join(cells)


def _shade(c: DayCounts) -> str:
    """How dark a month is: whole, nearly, in part, less than half."""
    part = c.received / c.expected
    return "whole" if part == 1 else "most" if part >= 0.9 else "some" if part >= 0.5 else "few"
