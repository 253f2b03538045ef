"""Panels of the open time that closures took: by cause, month and place, and what it did to visits."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Literal

from dashboard import charts, french
from dashboard.answers import closures
from dashboard.answers.context import View, cached, uncached
from dashboard.answers.lost_time import (
    Losses,
    known_part,
    losses,
    losses_by_month,
    visits_on_cut_days,
    year_around,
)
from dashboard.answers.network import distinct_names, site_names, sites
from dashboard.answers.question import Question
from dashboard.judgement import lost_time
from dashboard.judgement.lost_time import (
    HOUR,
    METHOD,
    Lost,
    by_most,
    title_of,
    without_in_words,
)
from dashboard.panel import (
    Cell,
    Chart,
    Link,
    Message,
    Panel,
    count_cell,
    department_cell,
    make_table,
    site_cell,
    text_cell,
)
from dashboard.wording import NOT_HANDED

S = french.SPACE
Place = Literal["site", "department"]
MATCHED = (
    f"Les jours où une coupure a pris une partie de l'ouverture, à côté des mêmes jours de semaine du même centre, sans coupure,"
    f" dans les huit semaines d'avant et d'après{S}; l'intervalle est à 95{S}%. C'est une comparaison, pas une preuve{S}: un jour"
    " de coupure peut différer par autre chose, et des usagers revenir un autre jour."
)


@uncached
def reasons(view: View, question: Question) -> tuple[str, ...]:
    """The causes that took open time over the period of `year_around`, the most first."""
    return tuple(losses(view, year_around(view, question)).by_reason)


@cached
def by_reason(view: View, question: Question, key: str, without: str = "") -> Panel:
    """A panel of the open time lost, by cause. without: a cause whose days are left out, "" for none."""
    found = losses(view, question, without)
    total, title = found.total, title_of("par motif", without)
    said = _finding(view, question, found, without)
    if total.is_none:
        return Panel(key, title, Message(f"{said}."), finding=said)
    rows = [
        (*_row(text_cell(reason), part, found), _kept_cell(found.kept_without[reason]))
        for reason, part in found.by_reason.items()
    ]
    # Without all of them nothing is lost; what is left with them is said above.
    rows.append((*_row(Cell("En tout", strong=True), total, found), text_cell("—")))
    return Panel(
        key,
        title,
        table=make_table(
            (
                ("Motif", ""),
                *_time_columns(total),
                ("Jours touchés", "count"),
                *([("Dit par le centre seul", "")] if total.alone_in_words else []),
                ("Il en resterait sans ce motif", "percent"),
            ),
            rows,
        ),
        caption=_notes(question, found),
        finding=said,
        trust_line=METHOD,
    )


@cached
def by_month(view: View, question: Question, key: str, without: str = "") -> Panel:
    """A panel of the open time lost, by month: of the period, or of the last twelve up to its end. without: as `by_reason`."""
    found, title = losses_by_month(view, question, without), title_of("par mois", without)
    total = Lost.total(list(found.values()))
    if total.is_none:
        return Panel(key, title, Message(_nothing_lost(view, year_around(view, question))))
    bars = [
        (french.month_short(m), 100 - (part.kept or 0), _lost_in_words(part))
        for m, part in found.items()
    ]
    named = {french.month_label(m): part for m, part in found.items()}
    when = year_around(view, question).period_in_words
    unit = "Part de l'ouverture perdue"
    return Panel(
        key,
        title,
        Chart(charts.bars(bars, unit=unit, axis="% de l'ouverture")),
        table=make_table(
            (("Mois", "month"), *_time_columns(total), ("Ouverture gardée", "percent")),
            [
                (
                    _month_cell(question, m),
                    *_time_cells(part, total),
                    _kept_cell(part) if part.is_heard else text_cell(NOT_HANDED),
                )
                for m, part in found.items()
            ],
        ),
        alt=f"{unit}, par mois.",
        caption=f"{unit}, par mois{S}; au bout, le temps perdu.{_not_drawn(total)}",
        finding=lost_time.month_finding(when, named),
        trust_line=METHOD,
    )


@cached
def by_place(
    view: View, question: Question, by: Place, key: str, without: str = "", most: int | None = None
) -> Panel:
    """A panel of the open time lost by site or by department, the most first. without: as `by_reason`; most: so many rows at
    most, those that lost nothing left out."""
    found = losses(view, question, without)
    of = found.by_site if by == "site" else found.by_department
    what = "Centre" if by == "site" else "Département"
    title = title_of(f"par {what.lower()}", without)
    if found.total.is_none:
        return Panel(key, title, Message(_nothing_lost(view, known_part(view, question))))
    names, home = site_names(view, question), {p.code: p.department for p in sites(view, question)}
    order = sorted(by_most(of), key=lambda k: -of[k].order) if by != "site" else _by_name(of, names)
    kept = order if most is None else [k for k in order if not of[k].is_none][:most]
    rows = [
        (
            *(
                (site_cell(names[k], k), department_cell(home[k]))
                if by == "site"
                else (department_cell(k),)
            ),
            *_time_cells(of[k], found.total),
            count_cell(of[k].touched),
            _kept_cell(of[k]),
        )
        for k in kept
    ]
    first, much = lost_time.the_most(of)
    called = french.join_first([names[k] if by == "site" else k for k in first])
    return Panel(
        key,
        title,
        table=make_table(
            (
                (what, ""),
                *([("Département", "")] if by == "site" else []),
                *_time_columns(found.total),
                ("Jours touchés", "count"),
                ("Ouverture gardée", "percent"),
            ),
            rows,
        ),
        finding=f"{called} {_how_alone(of.values(), what.lower(), len(first))}{S}: {much}"
        f"{_left_of(of[first[0]]) if len(first) == 1 else ''}"
        f"{_among(of.values(), what.lower())}",
        trust_line=METHOD,
    )


@cached
def visits(view: View, question: Question, key: str, without: str = "") -> Panel:
    """A panel of the users who came on days cut short, beside days like them, by cause. without: as `by_reason`."""
    found = visits_on_cut_days(view, question, without)
    every, when = found[""], year_around(view, question).period_in_words
    title, said = title_of("et usagers", without), lost_time.visits_in_words(when, every)
    if not every.days:
        return Panel(key, title, Message(f"{said}."), finding=said)
    order = sorted((r for r in found if r and found[r].days), key=lambda r: -found[r].days)
    rows = [
        (
            Cell(reason or "En tout", strong=not reason),
            count_cell(days.days),
            Cell(french.number(days.observed, 1), days.observed),
            Cell(french.number(days.usual, 1), days.usual),
            text_cell(lost_time.difference_in_words(days)),
        )
        for reason, days in ((r, found[r]) for r in (*order, ""))
    ]
    return Panel(
        key,
        title,
        table=make_table(
            (
                ("Motif", ""),
                ("Jours de coupure", "count"),
                ("Usagers par jour", "rate"),
                ("Les mêmes jours, sans coupure", "rate"),
                ("Écart", ""),
            ),
            rows,
        ),
        caption="Toutes prestations ensemble." if question.service else "",
        finding=said,
        trust_line=MATCHED,
    )


def _lost_in_words(part: Lost) -> str:
    """What a bar has at its end: a month of which nothing came did not lose « rien »."""
    if not part.is_heard:
        return NOT_HANDED
    return "rien de déclaré" if part.is_none and part.unheard else part.drawn_in_words


def _not_drawn(total: Lost) -> str:
    """What the plus at the end of bars is, which these leave out."""
    if not total.said_minutes:
        return ""
    said = lost_time.duration(total.said_minutes)
    return (
        f" Après le «{S}+{S}», ce que les barres ne comptent pas, {said} en tout{S}: des coupures là où les heures"
        " d'ouverture ne sont pas renseignées."
    )


def _finding(view: View, question: Question, found: Losses, without: str) -> str:
    asked = known_part(view, question)
    names = distinct_names(sites(view, question))
    if asked.last < asked.first:
        return _not_counted_yet(asked)
    when = f"{asked.period_in_words}{without_in_words(without)}"
    by_name = {names[code]: part for code, part in found.by_site.items()}
    first, last = map(french.date_short, (asked.first, asked.last))
    span = f"du {first} au {last}" if asked.period_in_words.startswith("sur") else ""
    return lost_time.finding(
        when,
        found.total,
        found.by_reason,
        by_name,
        span,
        is_declared=bool(closures.closures(view, asked)),
    )


def _notes(question: Question, found: Losses) -> str:
    said = lost_time.notes(found.total, found.sites_without_hours, found.sites)
    return " ".join(
        filter(None, (said, "Toutes prestations ensemble." if question.service else ""))
    )


def _by_name(of: Mapping[str, Lost], names: Mapping[str, str]) -> list[str]:
    """The codes of sites from the most lost to the least, by name among equals."""
    return sorted(of, key=lambda code: (-of[code].order, french.alphabetical(names[code])))


def _how_alone(parts: Collection[Lost], what: str, most: int) -> str:
    """« a perdu le plus »; of the only one that lost anything, that it is. most: how many lost the most."""
    if len(parts) == 1:
        return "a perdu du temps"
    if sum(not p.is_none for p in parts) == 1:
        return f"est le seul {what} dont du temps perdu est connu"
    return "a perdu le plus" if most == 1 else "ont perdu le plus"


def _left_of(part: Lost) -> str:
    """« , il lui reste 88,4 % de l'ouverture »."""
    left = part.left_in_words("il lui reste")
    return f"{left} de l'ouverture" if left else ""


def _among(parts: Collection[Lost], what: str) -> str:
    """« (9 centres sur 21 dont quelque chose est remonté en ont perdu) »; "" where only one did."""
    lost = sum(not p.is_none for p in parts)
    opened = [p for p in parts if p.days > 0 or not p.is_none]
    heard = [p for p in opened if p.is_heard or not p.is_none]
    of = " dont quelque chose est remonté" if len(heard) < len(opened) else ""
    some = f"{french.plural(lost, what)} sur {french.number(len(heard))}{of} en ont perdu"
    return f" ({some})" if lost > 1 else ""


def _nothing_lost(view: View, asked: Question) -> str:
    """That nothing was lost over a period, which is named: a calendar beside it may go further. asked: as `known_part`."""
    if asked.last < asked.first:
        return f"{_not_counted_yet(asked)}."
    none = lost_time.none_in_words(is_declared=bool(closures.closures(view, asked)))
    return f"{french.upper_first(asked.period_in_words)}, {none}."


def _not_counted_yet(asked: Question) -> str:
    """Of a period that begins after the days that are counted: the calendar may have one more, due since midnight."""
    return f"Coupures{S}: comptées jusqu'au {french.date_short(asked.last)}, avant cette période"


def _time_columns(total: Lost) -> list[tuple[str, str]]:
    """The columns of lost time: whole days stand beside hours where the hours of some are not known."""
    days = [("Jours entiers", "count")] if total.whole_days else []
    return [("Heures perdues", "count"), *days]


def _time_cells(part: Lost, total: Lost) -> list[Cell]:
    """The cells of `_time_columns`, in hours."""
    hours = Cell(lost_time.duration(part.all_minutes) or "—", part.all_minutes / HOUR)
    days = count_cell(part.whole_days) if part.whole_days else Cell("—", 0)
    return [hours, *([days] if total.whole_days else [])]


def _month_cell(question: Question, month: date) -> Cell:
    """The name of a month, with a link to it: the days of all sites, or the figures of the one."""
    code = f"{month:%Y-%m}"
    to = (
        Link("site", (("centre", question.site), ("periode", code)))
        if question.site
        else Link("completude", (("mois", code), ("vue", "jours")))
    )
    return Cell(french.month_label(month), month, link=to)


def _row(name: Cell, part: Lost, found: Losses) -> tuple[Cell, ...]:
    return (
        name,
        *_time_cells(part, found.total),
        count_cell(part.touched),
        *([text_cell(part.alone_in_words or "—")] if found.total.alone_in_words else []),
    )


def _kept_cell(part: Lost) -> Cell:
    return Cell(part.kept_in_words or "—", part.kept)
