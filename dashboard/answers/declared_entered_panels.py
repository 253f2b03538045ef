"""The panels of what closings declare, registers have and canevas report: by site and month, and day by day at one site."""

from collections.abc import Sequence
from dataclasses import replace

from dashboard import french
from dashboard.answers.context import View, cached_with_rows, uncached
from dashboard.answers.declared_entered import site_months
from dashboard.answers.network import data_date_in_words, sites
from dashboard.answers.question import Question
from dashboard.judgement.declared_entered import DayCounts, MonthCounts, explanation, since_in_words
from dashboard.panel import (
    Cell,
    Message,
    Panel,
    Table,
    count_cell,
    day_cell,
    make_table,
    month_cell,
    site_cell,
    text_cell,
)
from dashboard.partial_counts import AT_LEAST
from dashboard.wording import NOT_HANDED
from db import monthly_returns

S = french.SPACE
TITLE = "Déclaré, saisi, rapporté"
METHOD = (
    "Fiches : visites déclarées à la clôture, de tous les agents. Registre : visites saisies. Canevas : usagers reçus que le"
    " centre rapporte du mois. L'écart des fiches ne porte que sur les jours qui ont une fiche et un registre ; des jours où il"
    " est de sens contraires s'y compensent, et comptent chacun entre parenthèses et dans le plus grand écart. Celui du canevas"
    " est compté sur le registre s'il est entier, sinon sur les fiches si elles le sont, sinon pas du tout, ni pour un mois en"
    " cours. « De même sens depuis » suit le plus grand des deux, de mois en mois, tant qu'il a le même sens. « au moins » : des"
    " fiches ou des jours de registre manquent."
)
COUNTED = (("Fiches", "count"), ("Registre", "count"), ("Canevas", "count"))
NO_NUMBER = "sans nombre"  # a canevas that leaves the users received blank
NOT_YOURS = "Les jours qu'un centre n'a pas remis se lisent par qui en répond."


@uncached
def may_see(view: View, question: Question) -> bool:
    """Whether any of the question's sites lets the person read which of its days came."""
    return any(view.access.sees_days(p.code) for p in sites(view, question))


def _months(view: View, question: Question) -> tuple[MonthCounts, ...]:
    """The months of the sites whose days the person may read; without numbers of batches where their receipts are not his."""
    mine = (m for m in site_months(view, question) if view.access.sees_days(m.code))
    return tuple(m if view.access.sees_batches(m.code) else _without_batches(m) for m in mine)


def _without_batches(m: MonthCounts) -> MonthCounts:
    """The month without the numbers of the batches that changed its register."""
    if not m.before:
        return m
    changed = tuple((0, on) for _, on in m.before.changed_by)
    return replace(m, before=replace(m.before, batch=0, changed_by=changed))


@cached_with_rows
def by_month(view: View, question: Question, key: str) -> Panel:
    """A panel of the three numbers of each site and month, with the gaps, since when, and why."""
    months = _months(view, question)
    if not question.site:  # first the month that the finding speaks of
        months = tuple(sorted(months, key=lambda m: m.is_running))
    if not months:
        return Panel(key, TITLE, Message(_nothing(view, question)))
    return Panel(
        key,
        TITLE,
        table=_table(months, with_site=not question.site),
        finding=_finding(months, question),
        caption=_where_to_look(months, question),
        trust_line=f"{METHOD} {french.upper_first(data_date_in_words(view))}.".replace(" .", "."),
    )


@cached_with_rows
def of_last_month(view: View, question: Question, key: str) -> Panel:
    """The numbers of the last month that is over, of the sites with a gap alone, with the larger of its gaps: for a slide."""
    over = [m for m in _months(view, question) if not m.is_running]
    if not over:
        return Panel(key, TITLE, Message(_nothing(view, question)))
    wrong = [m for m in over if m.month == over[0].month and m.disagrees]
    finding = _finding(over, question)
    if not wrong:
        return Panel(key, TITLE, Message(f"{finding}."), finding=finding)
    rows = [
        (
            *([] if question.site else [site_cell(m.name, m.code)]),
            *_count_cells(m),
            count_cell(m.size),
            month_cell(m.since[0]),
        )
        for m in wrong
    ]
    columns = (
        *([] if question.site else [("Centre", "")]),
        *COUNTED,
        ("Écart", "count"),
        ("Depuis", "month"),
    )
    return Panel(
        key,
        TITLE,
        table=make_table(columns, rows),
        finding=finding,
        caption="Écart : le plus grand, du canevas ou des fiches, jour par jour sur ceux qui ont fiche et registre. Depuis :"
        " chaque mois a le même, dans le même sens, fût-ce d'un usager.",
        trust_line=METHOD,
    )


def _table(months: Sequence[MonthCounts], *, with_site: bool) -> Table:
    """The three numbers of months, a row for each."""
    rows = [
        (
            *([site_cell(m.name, m.code)] if with_site else []),
            _month_cell(m),
            *_count_cells(m),
            _closing_gap_cell(m),
            _gap_cell(m.report_gap),
            text_cell(since_in_words(m.since)),
            text_cell(french.upper_first(explanation(m))),
        )
        for m in months
    ]
    columns = (
        *([("Centre", "")] if with_site else []),
        ("Mois", "month"),
        *COUNTED,
        ("Écart des fiches, mêmes jours", "count"),
        ("Écart du canevas", "count"),
        ("De même sens depuis", ""),
        ("Pourquoi", ""),
    )
    return make_table(columns, rows)


def _count_cells(m: MonthCounts) -> tuple[Cell, Cell, Cell]:
    """What closings, register and canevas say, in the order of COUNTED."""
    reported = (
        text_cell(NO_NUMBER) if m.has_canevas and m.reported is None else _number_cell(m.reported)
    )
    return (
        _number_cell(m.declared, is_whole=m.closings >= m.due),
        _number_cell(m.entered, is_whole=m.register_is_whole),
        reported,
    )


def _month_cell(m: MonthCounts) -> Cell:
    return Cell(f"{french.month_label(m.month)}{' (en cours)' if m.is_running else ''}", m.month)


@cached_with_rows
def days(view: View, question: Question, key: str) -> Panel:
    """A panel of the days of one site on which closing and register say otherwise, or one of them is missing, the newest first,
    with the lots that they came in for who may see its receipts."""
    title = "Les jours qui diffèrent"
    months = _months(view, question) if question.site else ()
    named = sorted(
        (d for m in months for d in (*m.missing, *m.differing)),
        key=lambda d: d.day,
        reverse=True,
    )
    if not named or not question.site:
        return Panel(key, title, finding="" if question.site else title)
    site, first, last = question.site, named[-1].day, named[0].day
    with_lots = view.access.sees_batches(site)
    lots = (
        view.read(
            lambda connection: monthly_returns.day_batches(
                connection, site, view.sites(question), first, last
            )
        )
        if with_lots
        else {}
    )
    rows = [
        (
            day_cell(d.day),
            _number_cell(d.declared),
            _number_cell(d.entered),
            _gap_cell(None if d.declared is None or d.entered is None else d.gap),
            *(_lot_cells(d, *lots.get(d.day, (frozenset(), frozenset()))) if with_lots else ()),
        )
        for d in named
    ]
    columns = (
        ("Jour", "day"),
        ("Fiche", "count"),
        ("Registre", "count"),
        ("Écart", "count"),
        *((("Lot de la fiche", ""), ("Lot du registre", "")) if with_lots else ()),
    )
    many = french.plural(len(named), "jour")
    return Panel(
        key,
        title,
        table=make_table(columns, rows),
        finding=f"{many} où la fiche et le registre ne s'accordent pas, ou dont le registre manque",
    )


def _lot_cells(d: DayCounts, register: frozenset[int], sheet: frozenset[int]) -> tuple[Cell, Cell]:
    """The lots of a day's closing and of its register, or why there are none."""

    def named(lots: frozenset[int], otherwise: str) -> Cell:
        return text_cell(french.join_words([f"lot {n}" for n in sorted(lots)]) or otherwise)

    return named(sheet, "pas de fiche"), named(
        register, "pas remis" if d.entered is None else "aucune ligne ce jour"
    )


def _number_cell(n: int | None, *, is_whole: bool = True) -> Cell:
    if n is None:
        return text_cell(NOT_HANDED)
    return count_cell(n) if is_whole else Cell(f"{AT_LEAST}{french.number(n)}", n)


def _gap_cell(gap: int | None) -> Cell:
    """« +15 », « -3 », « 0 »; a dash where there is nothing to compare."""
    return text_cell("—") if gap is None else Cell(_signed(gap), gap)


def _closing_gap_cell(m: MonthCounts) -> Cell:
    """The same of a month's closings: « +1 (9 en 8 jours) » where days differ both ways, and cancel out in its sum."""
    gap = m.closing_gap
    if gap is None or m.by_day == abs(gap):
        return _gap_cell(gap)
    return Cell(f"{_signed(gap)} ({m.by_day} en {french.days(len(m.differing))})", gap)


def _signed(gap: int) -> str:
    sign = "+" if gap > 0 else "−" if gap < 0 else ""
    return f"{sign}{french.number(abs(gap))}"


def _finding(months: Sequence[MonthCounts], question: Question) -> str:
    """« En octobre 2026, 3 centres sur 20 ont un écart entre fiches, registre et canevas sur les mêmes jours ; le plus grand est
    au CCSP de Covè : 9 usagers en 8 jours, +1 en tout »: of the last month that is over."""
    over = [m for m in months if not m.is_running] or list(months)
    latest = [m for m in over if m.month == over[0].month]
    when, one = french.month_label(latest[0].month), latest[0]
    if question.site:
        return f"{french.upper_first(when)}{S}: {explanation(one)}"
    compared = [m for m in latest if m.is_compared]
    wrong = [m for m in compared if m.disagrees]
    if not wrong:
        if not compared:
            return f"En {when}, aucun centre n'a deux chiffres qui se comparent"
        return f"En {when}, là où deux chiffres se comparent, ils disent la même chose"
    many = french.plural(len(wrong), "centre")
    verb = "ont" if len(wrong) > 1 else "a"
    largest = french.plural(one.size, "usager")
    if one.size > abs(one.report_gap or 0) and one.size != abs(one.closing_gap or 0):
        # Days that differ both ways cancel out in the sum.
        largest += f" en {french.days(len(one.differing))}, {_signed(one.closing_gap or 0)} en tout"
    worst = f"{S}; le plus grand est au {one.name}{S}: {largest}"
    return (
        f"En {when}, {many} sur {french.number(len(compared))} {verb} un écart entre fiches, registre"
        f" et canevas sur les mêmes jours{worst if one.size else ''}"
    )


def _nothing(view: View, question: Question) -> str:
    """Why there is nothing to compare, or to be read."""
    if not may_see(view, question):
        return NOT_YOURS
    where = "Ce centre n'a pas" if question.site else "Aucun centre n'a"
    return f"{where} remis, pour un même mois de la période, deux chiffres à comparer."


def _where_to_look(months: Sequence[MonthCounts], question: Question) -> str:
    """Why the largest gap is there, which a narrow screen has beyond its edge; and where the days of a site are."""
    if question.site:
        return ""
    largest = f"{months[0].name}{S}: {explanation(months[0])}. " if months[0].size else ""
    return f"{largest}La page d'un centre donne les jours qui diffèrent, et les lots dont ils viennent."
