"""Complaints: the open ones by age, why people complain, how fast they are answered. No words of theirs."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard import charts, french
from dashboard.answers.network import at_date, to_date
from dashboard.answers.question import Question
from dashboard.answers.trust import strip
from dashboard.answers.view import View, answer
from dashboard.indicators import BY_CODE
from dashboard.panel import Cell, Chart, Message, Panel, count, day, month, table, words
from dashboard.period import ONE_DAY, add_months, day_number, day_of, month_end, month_starts
from dashboard.statistics import sentences
from dashboard.statistics.survival import curve, median
from db.codes import ALL

BANDS = (
    (0, 7, "moins de 8 jours"),
    (8, 15, "8 à 15 jours"),
    (16, 30, "16 à 30 jours"),
    (31, 60, "31 à 60 jours"),
    (61, 90, "61 à 90 jours"),
    (91, 10**6, "plus de 90 jours"),
)
S = french.SPACE
LATE_BAND = 3  # from here on, older than 30 days
LISTED = 50  # open complaints in a table
ALL_COMPLAINTS = "Toutes"


@dataclass(frozen=True)
class Register:
    """Complaints received up to a period's end, in the order received: arrays of one length.

    name, category: of the site, of the complaint. received, resolved: days since 1970 (resolved: -1 for none). age: days
    open at the end of the period, -1 where it was answered by then.
    """

    name: np.ndarray
    category: np.ndarray
    received: np.ndarray
    resolved: np.ndarray
    age: np.ndarray

    def __len__(self) -> int:
        return len(self.received)

    @property
    def open(self) -> np.ndarray:
        """Which are open at the end of the period."""
        return self.age >= 0

    @property
    def spent(self) -> np.ndarray:
        """Days to the answer, or the age of the open ones."""
        return np.where(
            self.open, self.age, np.where(self.resolved < 0, 0, self.resolved - self.received)
        )

    def where(self, kept: np.ndarray) -> "Register":
        """Those of them for which `kept` holds."""
        return Register(
            self.name[kept],
            self.category[kept],
            self.received[kept],
            self.resolved[kept],
            self.age[kept],
        )

    def since(self, first: date) -> "Register":
        """Those received from a day on."""
        return self.where(self.received >= day_number(first))


@answer
def register(view: View, question: Question) -> Register:
    """The complaints of the sites whose rows may be seen."""
    book, c, chosen = view.book, view.book.complaints, view.sites_of_rows(question)
    allowed = np.array([chosen == ALL or p.code in chosen for p in book.places], dtype=bool)
    end = min(question.last, book.as_of or question.last)
    limit = day_number(end)
    kept = allowed[c["site"]] & (c["received"] <= limit)
    if question.service:
        kept &= c["service"] == max(book.service_id(question.service), 0)
    c = {name: values[kept] for name, values in c.items()}
    known = np.array(
        [day_number(book.complaints_as_of(p.id) or end) for p in book.places], dtype=np.int64
    )
    at = np.minimum(known[c["site"]], limit)
    open_ = ((c["resolved"] < 0) | (c["resolved"] > at)) & (c["received"] <= at)
    labels = {i: label for i, _, label in book.terms}
    return Register(
        np.array([p.name for p in book.places], dtype=object)[c["site"]],
        np.array([labels.get(i, "Non renseignée") for i in c["category"].tolist()], dtype=object),
        c["received"],
        c["resolved"],
        np.where(open_, at - c["received"], -1),
    )


@answer
def ages(view: View, question: Question, key: str) -> Panel:
    """Open complaints by age, the oldest listed."""
    title, complaints = "Plaintes en cours, par âge", register(view, to_date(view, question))
    if not len(complaints):
        return Panel(key, title, Message("Aucune plainte au registre pour ces filtres."))
    open_ = complaints.where(complaints.open)
    rows = [
        (label, int(((open_.age >= low) & (open_.age <= high)).sum())) for low, high, label in BANDS
    ]
    oldest = open_.where(np.argsort(-open_.age, kind="stable")[:LISTED])
    listed = [
        (words(name), day(day_of(received)), words(category), Cell(french.days(age), age))
        for name, received, category, age in zip(
            oldest.name, oldest.received.tolist(), oldest.category, oldest.age.tolist(), strict=True
        )
    ]
    late = sum(n for _, n in rows[LATE_BAND:])
    finding = f"{french.plural(len(open_), 'plainte')} en cours, dont {french.number(late)} depuis plus de 30 jours"
    when = at_date(view)
    return Panel(
        key,
        title,
        Chart(charts.age_bands(rows, late=LATE_BAND)),
        alt="Plaintes en cours par âge.",
        table=table(
            (
                ("Centre (50 plus anciennes au plus)", ""),
                ("Reçue le", "day"),
                ("Catégorie", ""),
                ("Âge", "days"),
            ),
            listed,
        ),
        caption=f"{french.capital(when)}{S}: {finding} (barres foncées).",
        finding=f"{finding}, {when}",
        reading="Barres foncées : depuis plus de 30 jours",
        strip=strip(view, question, "complaints_open"),
    )


@answer
def reasons(view: View, question: Question, key: str) -> Panel:
    """Why people complain, over the period."""
    title = "Pourquoi les usagers se plaignent"
    received = register(view, question).since(question.first)
    if not len(received):
        return Panel(key, title, Message("Aucune plainte reçue sur cette période."))
    rows = Counter(received.category.tolist()).most_common()
    listed = [
        (words(k), count(v), Cell(french.percent(100 * v / len(received)), 100 * v / len(received)))
        for k, v in rows
    ]
    return Panel(
        key,
        title,
        Chart(charts.pareto(rows)),
        alt="Plaintes reçues par catégorie, de la plus à la moins fréquente.",
        table=table((("Catégorie", ""), ("Plaintes reçues", "count"), ("Part", "percent")), listed),
        strip=strip(view, question, "complaints_per_1000"),
    )


@answer
def flow(view: View, question: Question, key: str) -> Panel:
    """Complaints received and answered, by month, over the last 25 whole months."""
    complaints = register(view, question)
    last = (
        question.last
        if question.last == month_end(question.last)
        else question.last.replace(day=1) - ONE_DAY
    )
    months = [add_months(last.replace(day=1), -n) for n in range(24, -1, -1)]
    received = _by_month(complaints.received)
    answered = _by_month(complaints.resolved[complaints.resolved >= 0])
    rows = [(m, received[m], answered[m]) for m in months]
    more = sum(a - b for _, a, b in rows[-12:])
    which = (
        "reçues de plus que répondues"
        if more > 0
        else "répondues de plus que reçues"
        if more < 0
        else "d'écart"
    )
    finding = f"Sur les 12 derniers mois entiers : {french.plural(abs(more), 'plainte')} {which}"
    return Panel(
        key,
        "Plaintes reçues et répondues, par mois",
        Chart(
            charts.two_lines(rows, names=("reçues", "répondues"), unit="plaintes", what="Plaintes")
        ),
        table=table(
            (("Mois", "month"), ("Reçues", "count"), ("Répondues", "count"), ("Écart", "count")),
            [(month(m), count(a), count(b), count(a - b)) for m, a, b in rows],
        ),
        alt="Plaintes reçues et plaintes répondues, par mois.",
        caption=f"{finding}.",
        finding=finding,
        strip=strip(view, question, "complaints_open"),
    )


def _by_month(days: np.ndarray) -> Counter[date]:
    """How many of the days (since 1970) fall into each month, by its first day."""
    months, counts = np.unique(month_starts(days), return_counts=True)
    return Counter(dict(zip(map(day_of, months.tolist()), counts.tolist(), strict=True)))


@answer
def survival(
    view: View, question: Question, key: str, detail: str | None = None, group: str = ALL_COMPLAINTS
) -> Panel:
    """How long complaints received in the period stay without an answer, the open ones included.

    detail: field of the register ("category", "name") by which the table goes on. group: whose curve.
    """
    title = "Combien de temps sans réponse"
    received = register(view, question).since(question.first)
    minimum = BY_CODE["complaint_delay"].minimum
    if len(received) < minimum:
        return Panel(key, title, Message("Trop peu de plaintes reçues sur cette période."))
    of = getattr(received, detail) if detail else np.zeros(0)
    groups = {
        ALL_COMPLAINTS: received,
        **{name: received.where(of == name) for name in sorted(set(of.tolist()))},
    }
    columns = (
        ("Plaintes", ""),
        ("Reçues", "count"),
        ("En cours", "count"),
        ("Délai médian", "days"),
        ("Intervalle à 95 %", ""),
        ("Plus ancienne en cours", "days"),
    )
    listed = table(columns, [_delays(name, part) for name, part in groups.items()])
    part = groups.get(group, received)
    if len(part) < minimum:
        return Panel(
            key,
            title,
            table=listed,
            caption=f"{group}{french.SPACE}: trop peu de plaintes pour tracer une courbe.",
        )
    finding = sentences.delay(median(part.spent, ~part.open), int(part.spent.max()))
    whose = "" if group == ALL_COMPLAINTS else f"{group}{french.SPACE}: "
    return Panel(
        key,
        title,
        Chart(charts.survival_chart(_curve(part))),
        table=listed,
        finding=finding.rstrip("."),
        alt="Part des plaintes encore sans réponse selon leur âge.",
        reading="Bande : intervalle à 95 % · trait vertical : 30 jours",
        caption=f"{whose}{finding} De part et d'autre de la courbe : intervalle à 95 %. Les plaintes en cours comptent"
        " jusqu'à leur âge d'aujourd'hui (Kaplan-Meier).",
        strip=strip(view, question, "complaint_delay"),
    )


def _curve(part: Register) -> list[tuple[int, float, float | None, float | None]]:
    c = curve(part.spent, ~part.open)
    return [
        (0, 100.0, 100.0, 100.0),
        *(
            (int(d), 100 * float(s), _percent(low), _percent(high))
            for d, s, low, high in zip(c.ages, c.shares, c.lower, c.upper, strict=True)
        ),
    ]


def _percent(share: float) -> float | None:
    return None if np.isnan(share) else 100 * float(share)


def _delays(name: str, part: Register) -> tuple[Cell, ...]:
    few = len(part) < BY_CODE["complaint_delay"].minimum
    middle = median(part.spent, ~part.open)
    ends = sentences.between(
        None if middle.low is None else french.number(middle.low),
        None if middle.high is None else french.days(middle.high),
    )
    delay = (
        words("trop peu")
        if few
        else words("plus de la moitié en cours")
        if middle.days is None
        else Cell(french.days(middle.days), int(middle.days))
    )
    oldest = int(part.age.max())
    return (
        words(name),
        count(len(part)),
        count(int(part.open.sum())),
        delay,
        words("" if few else ends),
        words("aucune") if oldest < 0 else Cell(french.days(oldest), oldest),
    )
