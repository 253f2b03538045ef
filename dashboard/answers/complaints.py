"""Complaints: open ones by age and one by one, late ones by place, reasons, and the share answered. Never what people wrote."""

from collections import Counter
from datetime import date
from functools import cache

from dashboard import charts, french
from dashboard.answers import complaint_register as registers
from dashboard.answers.complaint_register import (
    UNKNOWN_CATEGORY,
    Register,
    open_rows,
    register,
    register_now,
)
from dashboard.answers.context import View, cached, cached_with_rows
from dashboard.answers.figures import figures, overall_figures
from dashboard.answers.network import short_name, sites, until_data_date
from dashboard.answers.question import Question
from dashboard.answers.trust import trust_line
from dashboard.indicators import Figure
from dashboard.indicators.measures import NOT_HANDED_IN
from dashboard.judgement.extremes import stands_out
from dashboard.panel import (
    Cell,
    Chart,
    Link,
    Message,
    Panel,
    Table,
    complaint_link,
    count_cell,
    day_cell,
    make_table,
    site_cell,
    site_link,
    text_cell,
)
from dashboard.partial_counts import Count, WaitingCount
from dashboard.period import day_from_number
from dashboard.statistics import sentences
from dashboard.wording import BEHIND, NOT_FOR_GUESTS, NOT_HANDED

BANDS = (
    (0, 7, "moins de 8 jours"),
    (8, 15, "8 à 15 jours"),
    (16, 30, "16 à 30 jours"),
    (31, 60, "31 à 60 jours"),
    (61, 90, "61 à 90 jours"),
    (91, 10**6, "plus de 90 jours"),
)
S = french.SPACE
NONE_KNOWN = "aucune plainte au registre"
NOT_OPEN = f"Plaintes{S}: {NOT_FOR_GUESTS}"
ALL_ANSWERED = Message("Toutes les plaintes connues ont une réponse.", is_known=True)
LATE_BAND = 3  # from here on, older than 30 days
LATE = "plaintes de plus de 30 jours"  # on an axis
MOST = 3  # places named in a heading
LATE_DAYS = 30  # of a complaint that waits
OWN = f"Là où vous répondez{S}: "  # what a list of some of the sites finds


@cached
def ages(view: View, question: Question, key: str) -> Panel:
    """A panel of open complaints by age; counts only."""
    title, complaints = (
        "Plaintes en cours, par âge",
        register_now(view, question),
    )
    if not len(complaints):
        return Panel(
            key, title, no_complaints_message(view, until_data_date(view, question), NONE_KNOWN)
        )
    rows = _bands(complaints)
    total, late = sum(n for _, n in rows), sum(n for _, n in rows[LATE_BAND:])
    many = registers.waiting_count(view, question, total)
    when = registers.known_until_in_words(view, question, complaints.where(complaints.is_open))
    finding = f"{french.upper_first(many.plural('plainte'))} en cours{_late_in_words(late, rows[-1][1], many)}"
    if not total:
        return Panel(key, title, ALL_ANSWERED, finding=_none_open(many, when))
    open_now = overall_figures(view, question)["complaints_open"]
    return Panel(
        key,
        title,
        Chart(
            charts.age_bands(
                rows, late=LATE_BAND, words=[waiting_cell(n, open_now).text for _, n in rows]
            )
        ),
        alt="Plaintes en cours par âge.",
        table=_by_age(rows, open_now),
        caption=f"{french.upper_first(when)}. Les trois dernières barres{S}: depuis plus de 30 jours.",
        finding=f"{finding}, {when}",
        reading="Les trois dernières barres : depuis plus de 30 jours",
        trust_line=trust_line(view, question, "complaints_open"),
    )


def _none_open(many: Count, when: str = "") -> str:
    """« Aucune plainte en cours au 23/11/2026 » where all registers are current; else what is not known."""
    words = many.some_or_none("", "aucune plainte en cours", "plainte connue en cours")
    return french.upper_first(f"{words} {when}".rstrip())


def _late_in_words(late: int, oldest: int, many: Count) -> str:
    """« , dont 42 depuis plus de 30 jours (parmi elles, 18 depuis plus de 90) »; where all of these are over 90 days, only
    that. late: over 30 days; oldest: over 90; many: all open ones."""
    if many.n == 1 and (late or many.is_complete):
        return (
            f", depuis plus de {LATE_DAYS} jours"
            if late
            else f", depuis {LATE_DAYS} jours ou moins"
        )
    if not late:
        return f", aucune depuis plus de {LATE_DAYS} jours" if many.is_complete else ""
    if oldest == late:
        return f", dont {french.number(oldest)} depuis plus de 90 jours"
    more = f" (parmi elles, {french.number(oldest)} depuis plus de 90)" if oldest else ""
    return f", dont {french.number(late)} depuis plus de {LATE_DAYS} jours{more}"


@cached_with_rows
def open_complaints(view: View, question: Question, key: str) -> Panel:
    """A panel of the open complaints one by one, the oldest first; by age alone for who may see no rows."""
    title, known = "Plaintes en cours", register_now(view, question)
    if not len(known):
        return Panel(
            key, title, no_complaints_message(view, until_data_date(view, question), NONE_KNOWN)
        )
    bands, listed = _bands(known), open_rows(view, question)
    total = sum(n for _, n in bands)
    caption = "Cette liste est la même quelle que soit la période."
    if len(listed) < total:
        caption += f" {_not_listed(len(listed), registers.waiting_count(view, question, total))}"
    return Panel(
        key,
        f"{title} là où vous répondez" if 0 < len(listed) < total else title,
        table=_one_by_one(view, registers.at_data_date(view, question))
        if len(listed) or not total
        else _by_age(bands, overall_figures(view, question)["complaints_open"]),
        caption=caption,
        finding=_list_in_words(
            view,
            question,
            bands,
            listed,
            registers.known_until_in_words(
                view, question, listed if len(listed) else known.where(known.is_open)
            ),
        ),
        trust_line=trust_line(view, question, "complaints_open"),
        has_complaint_rows=bool(len(listed)),
    )


def no_complaints_message(
    view: View, question: Question, why: str, without: str = "plainte connue"
) -> Message:
    """The message in place of complaints: that there are none, that no register came, or that guests are not shown them. why:
    the sentence where all registers are known; without: what the known registers have none of."""
    if view.access.guest:
        return Message(f"{NOT_OPEN}.")
    none = Count(0, registers.coverage(view, question))
    return Message(f"{french.upper_first(none.some_or_none('', why, without))}.")


def _list_in_words(
    view: View, question: Question, bands: list[tuple[str, int]], listed: Register, when: str
) -> str:
    """The finding of the list: over the sites whose rows the person may see, or over all of the question where there are none.
    bands: (age, count) of all; listed: those with rows; when: the date, in words."""
    total, own = sum(n for _, n in bands), len(listed)
    rows = _bands(listed) if own else bands
    late = sum(n for _, n in rows[LATE_BAND:])
    if not 0 < own < total:
        return _late_among(registers.waiting_count(view, question, late), own or total, when)
    there = WaitingCount(late, registers.coverage_of_rows(view, until_data_date(view, question)))
    return f"{OWN}{french.lower_first(_late_among(there, own, when))}"


def _late_among(late: WaitingCount, total: int, when: str) -> str:
    """« 46 plaintes attendent depuis plus de 30 jours, sur 102 en cours au 23/11/2026 ». late: over 30 days; total: open."""
    words = sentences.late(late, LATE_DAYS)
    if late.n:
        of = "" if late.n == total else f", sur {french.number(total)} en cours"
        return f"{words}{of} {when}"
    if not total:
        return _none_open(late)
    others = WaitingCount(total, late.coverage)
    number = "une" if total == 1 else french.number(total)
    return f"{words}{S}; {number}{others.known} {'est' if total == 1 else 'sont'} en cours {when}"


@cached
def by_place(view: View, question: Question, key: str) -> Panel:
    """A panel of where complaints are late: by department, or by site within one department."""
    one = len(question.departments) == 1
    title = f"Plaintes de plus de {LATE_DAYS} jours, par {'centre' if one else 'département'}"
    known = register_now(view, question)
    places = {p.code: short_name(p) if one else p.department for p in sites(view, question)}
    waiting = known.where(known.is_open)
    if not len(waiting):
        return Panel(
            key,
            title,
            no_complaints_message(
                view,
                until_data_date(view, question),
                "aucune plainte en cours",
                "plainte connue en cours",
            ),
        )
    opened = Counter(places[code] for code in waiting.code.tolist())
    late = Counter(places[code] for code in waiting.code[waiting.age > LATE_DAYS].tolist())
    count_ = registers.waiting_count(view, question, late.total())
    finding = _most_late_in_words(late, count_) or sentences.late(count_, LATE_DAYS)
    if len(late) < 2:  # nothing to compare
        return Panel(key, title, finding=finding)
    of = figures(view, question, "site" if one else "department")
    whose = {places[code] if one else code: f["complaints_open"] for code, f in of.items()}
    # Where a register came and has none open, the count is 0; where none came, it is missing.
    order = sorted(
        (p for p, f in whose.items() if f.value is not None or opened[p] or f.sites_reporting),
        key=lambda p: (-late[p], -opened[p], french.alphabetical(p)),
    )
    lately = {p: waiting_cell(late[p], whose[p]) for p in order}
    code_of = {name: code for code, name in places.items()}

    def place(p: str) -> Cell:
        """The name of a site or a department, with a link to its complaints."""
        asked = site_link(code_of[p]) if one else Link("plaintes", (("departement", p),))
        return Cell(p, link=asked)

    return Panel(
        key,
        title,
        Chart(charts.bars([(p, _value(c), c.text) for p, c in lately.items()], unit=LATE)),
        alt=f"{title}.",
        table=make_table(
            (
                ("Centre" if one else "Département", ""),
                (f"Depuis plus de {LATE_DAYS} jours", "count"),
                ("En cours", "count"),
            ),
            [(place(p), lately[p], waiting_cell(opened[p], whose[p])) for p in order],
        ),
        finding=finding,
        trust_line=trust_line(view, question, "complaints_open"),
    )


def waiting_cell(n: int, of: Figure) -> Cell:
    """A cell of n open complaints. of: the figure of open complaints of the same sites, by which it is known whether their
    registers are current."""
    known = 0 if of.note == NOT_HANDED_IN else of.sites_expected
    counted = WaitingCount(
        n, registers.register_coverage(of.sites_expected, known, of.sites_reporting)
    )
    if not n and not counted.is_complete and known and counted.coverage.current:
        return text_cell("aucune connue")  # the registers of some are current, and hold none
    return known_count_cell(counted)


def known_count_cell(counted: Count) -> Cell:
    """A cell of a count: its number, « au moins » before it where it is a lower bound, « connues » after it where what is known
    waits, or why it is missing."""
    if counted.n:
        return Cell(f"{counted.at_least}{french.number(counted.n)}{counted.known}", counted.n)
    if counted.is_complete:
        return count_cell(0)
    return text_cell(BEHIND if counted.coverage.known else NOT_HANDED)


def _value(cell: Cell) -> float | None:
    """The number of a cell; None where it has none."""
    return cell.value if isinstance(cell.value, int) else None


def _most_late_in_words(late: Counter[str], all_of_them: Count) -> str:
    """« En attente depuis plus de 30 jours : Borgou 14, Ouémé 9 et Alibori 6 ; ailleurs 17 »."""
    most = sorted(late.items(), key=lambda pair: (-pair[1], french.alphabetical(pair[0])))
    shown = MOST if len(most) > MOST + 1 else len(most)  # to leave out one alone saves nothing
    named, rest = most[:shown], sum(n for _, n in most[shown:])
    listed = french.join_words([f"{place}{S}{french.number(n)}" for place, n in named])
    more = f"{S}; ailleurs {french.number(rest)}" if rest else ""
    part = "" if all_of_them.is_complete else f" ({all_of_them.coverage.missing})"
    which = "En attente" if all_of_them.is_complete else "Plaintes connues en attente"
    return f"{which} depuis plus de {LATE_DAYS} jours{S}: {listed}{more}{part}" if named else ""


def _not_listed(listed: int, total: WaitingCount) -> str:
    """Why the list is shorter than the count: rows are shown to fewer people than figures."""
    if not listed:
        return "La liste des plaintes n'est pas ouverte à qui ne répond pas de ces centres."
    of = f"{french.number(total.n)}{total.known}"
    return f"La liste en a {french.number(listed)}, celles des centres dont vous répondez, sur {of} en cours."


def _bands(complaints: Register) -> list[tuple[str, int]]:
    """How many complaints are open, by age: (age in words, count)."""
    age = complaints.age
    return [(label, int(((age >= low) & (age <= high)).sum())) for low, high, label in BANDS]


def _by_age(rows: list[tuple[str, int]], of: Figure) -> Table:
    """The table of open complaints by age. of: the figure of all open ones."""
    return make_table(
        (("Âge", ""), ("Plaintes en cours", "count")),
        [(text_cell(k), waiting_cell(n, of)) for k, n in rows],
    )


def _age(view: View, age: int, known: date) -> str:
    """« 12 jours »; where the site's complaints are known only up to an earlier day, « 12 jours au 20/10/2026 »."""
    when = "" if known == view.network.known_until else f" au {french.date_short(known)}"
    return f"{french.days(age)}{when}"


@cached_with_rows
def _one_by_one(view: View, now: Question) -> Table:
    """A table with a row for each open complaint; its reference opens it, on the site's page. It has columns for site
    and department where there are several. now: as `registers.at_data_date` gives it, so that all panels of all periods have
    the same table."""
    complaints, named = open_rows(view, now), not now.site
    home = {p.code: p.department for p in view.network.places}
    several = named and len({home[code] for code in complaints.code.tolist()}) > 1
    # A cell that many rows have is made once: of ten thousand complaints hardly more than the references differ.
    site, words = cache(site_cell), cache(text_cell)
    day = cache(lambda number: day_cell(day_from_number(number)))
    age = cache(
        lambda days, known: Cell(
            _age(view, days, day_from_number(known)), days, strong=days > LATE_DAYS
        )
    )
    return make_table(
        (
            ("Référence", ""),
            ("Âge", "days"),  # what a telephone shows of the row
            *([("Centre", "")] if named else []),
            *([("Département", "")] if several else []),
            ("Reçue le", "day"),
            ("Catégorie", ""),
        ),
        [
            (
                Cell(reference, link=complaint_link(code, reference))
                if reference
                else Cell("—", link=site_link(code)),
                age(days, known),
                *([site(name, code)] if named else []),
                *([words(home[code])] if several else []),
                day(received),
                words(label),
            )
            for reference, code, name, received, known, days, label in zip(
                complaints.reference.tolist(),
                complaints.code.tolist(),
                complaints.name.tolist(),
                complaints.received.tolist(),
                complaints.known.tolist(),
                complaints.age.tolist(),
                complaints.category.tolist(),
                strict=True,
            )
        ],
    )


@cached
def reasons(view: View, question: Question, key: str) -> Panel:
    """A panel of complaints received in the period, by category."""
    title = "Pourquoi les usagers se plaignent"
    received = register(view, question).received_since(question.first)
    if not len(received):
        return Panel(
            key,
            title,
            no_complaints_message(
                view,
                question,
                "aucune plainte reçue sur cette période",
                "plainte connue reçue sur cette période",
            ),
        )
    rows = Counter(received.category.tolist()).most_common()
    first = [k for k, v in rows if v == rows[0][1]]
    which = f"Premier motif de plainte{S}:"
    if len(rows) > 1 and not stands_out(rows[0][1], rows[1][1]):
        which = f"Aucun motif de plainte ne se détache nettement{S}; d'abord"
    most = french.plural(rows[0][1], "plainte")
    of = f"{most} sur {french.number(len(received))}"
    if len(first) > 1:
        of = f"{most} chacun, sur {french.number(len(received))} plaintes"
    listed = [
        (
            text_cell(k),
            count_cell(v),
            Cell(french.percent(100 * v / len(received)), 100 * v / len(received)),
        )
        for k, v in rows
    ]
    return Panel(
        key,
        title,
        Chart(charts.pareto(rows)),
        alt="Plaintes reçues par catégorie, de la plus à la moins fréquente.",
        finding=(
            f"Motif non renseigné{S}: {of}"
            if first == [UNKNOWN_CATEGORY]
            else f"{which} {french.join_words(first)} ({of})"
        ),
        table=make_table(
            (("Catégorie", ""), ("Plaintes reçues", "count"), ("Part", "percent")), listed
        ),
        trust_line=trust_line(view, question, "complaint_delay"),
    )
