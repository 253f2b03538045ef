"""How long complaints stay open, and how many are received and answered each month."""

from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np

from dashboard import charts, french
from dashboard.answers import complaint_register as registers
from dashboard.answers.complaint_register import Register, register
from dashboard.answers.complaints import NOT_OPEN, known_count_cell, no_complaints_message
from dashboard.answers.context import View, cached
from dashboard.answers.question import Question
from dashboard.answers.trust import trust_line
from dashboard.charts.survival import LONGEST
from dashboard.indicators import BY_CODE
from dashboard.panel import (
    Cell,
    Chart,
    Message,
    Panel,
    count_cell,
    make_table,
    month_cell,
    text_cell,
)
from dashboard.partial_counts import Count
from dashboard.period import ONE_DAY, add_months, day_from_number, month_end, month_starts
from dashboard.statistics import sentences
from dashboard.statistics.survival import curve, median
from dashboard.wording import BEHIND

S = french.SPACE
ALL_COMPLAINTS = "Toutes"
NONE_UNTIL = "aucune plainte reçue avant la fin de la période"
METHOD = "Les plaintes en cours comptent jusqu'à leur âge à la fin de la période (Kaplan-Meier), avec un intervalle à 95 %."


@cached
def survival(
    view: View, question: Question, key: str, detail: str | None = None, group: str = ALL_COMPLAINTS
) -> Panel:
    """A panel of how long complaints received in the period stay unanswered, open ones included (Kaplan-Meier).

    detail: field of the register ("category", "name") by which the table is split. group: whose curve is drawn.
    """
    title = "Combien de temps sans réponse"
    received = register(view, question).received_since(question.first).at_register_end
    minimum = BY_CODE["complaint_delay"].minimum
    if len(received) < minimum:
        few = "trop peu de plaintes reçues sur cette période"
        if len(received) and not view.access.guest:
            return Panel(key, title, Message(f"{french.upper_first(few)}."))
        none = "aucune plainte reçue sur cette période"
        return Panel(
            key,
            title,
            no_complaints_message(view, question, none, "plainte connue sur cette période"),
        )
    of = getattr(received, detail) if detail else np.zeros(0)
    groups = {
        ALL_COMPLAINTS: received,
        **{
            name: received.where(of == name)
            for name in sorted(set(of.tolist()), key=french.alphabetical)
        },
    }
    columns = (
        ("Plaintes", ""),
        ("Reçues", "count"),
        ("Sans réponse", "count"),
        ("Délai médian", "days"),
        ("Intervalle à 95 %", ""),
        (f"Sans réponse après {LONGEST} jours", "percent"),
        ("Plus ancienne en cours", "days"),
    )
    listed = make_table(columns, [_delays(name, part) for name, part in groups.items()])
    part = groups.get(group, received)
    if len(part) < minimum:
        return Panel(
            key,
            title,
            table=listed,
            caption=f"{group}{S}: trop peu de plaintes pour tracer une courbe.",
        )
    finding = sentences.delay(
        median(part.days_open, ~part.is_open), int(part.days_open.max())
    ).rstrip(".")
    known = registers.month_count(view, question, 0).is_complete
    if later := _still_open_in_words(part, whole=known):
        finding = f"{finding}{S}; {later}"
    whose = "" if group == ALL_COMPLAINTS else f"{group}{S}: "
    return Panel(
        key,
        title,
        Chart(charts.survival_chart(_curve(part))),
        table=listed,
        finding=f"{whose}{finding}",
        alt="Part des plaintes encore sans réponse selon leur âge.",
        reading="La bande est la marge d'erreur · trait vertical : 30 jours",
        caption=french.upper_first(
            f"{whose}la bande est la marge d'erreur{S}; trait vertical{S}: 30 jours."
        ),
        trust_line=f"{trust_line(view, question, 'complaint_delay')}. {METHOD}",
    )


def _still_open_in_words(part: Register, *, whole: bool) -> str:
    """« 90 jours après leur réception, 6 % attendaient encore »; "" where none of them is that old. whole: whether all
    complaints of the period are known; otherwise « aucune » is not said."""
    left = _share_still_open(part)
    if left is None:
        return ""
    if not left:
        none = "aucune" if whole else "aucune de celles qui sont connues"
        return f"{none} n'est restée sans réponse plus de {LONGEST} jours"
    share = french.percent(left) if left >= 1 else f"moins de {french.percent(1)}"
    return f"{LONGEST} jours après leur réception, {share} attendaient encore"


def _share_still_open(part: Register) -> float | None:
    """The share still open at the last day of the curve, in percent; None where no complaint is known for so long."""
    c = curve(part.days_open, ~part.is_open)
    before = np.flatnonzero(c.ages <= LONGEST)
    share = float(c.shares[before[-1]]) if len(before) else 1.0
    all_answered = not part.is_open.any()
    return 100 * share if all_answered or int(part.days_open.max()) > LONGEST else None


def _curve(part: Register) -> list[tuple[int, float, float | None, float | None]]:
    """The points of the survival curve: (day, share open, lower limit, upper limit), shares in percent; None where unknown."""
    c = curve(part.days_open, ~part.is_open)
    points = [
        (0, 100.0, 100.0, 100.0),
        *(
            (int(d), 100 * float(s), _percent(low), _percent(high))
            for d, s, low, high in zip(c.ages, c.shares, c.lower, c.upper, strict=True)
        ),
    ]
    # After the last answer it goes on as long as one waits.
    longest = int(part.days_open.max())
    return points if longest <= points[-1][0] else [*points, (longest, *points[-1][1:])]


def _percent(share: float) -> float | None:
    return None if np.isnan(share) else 100 * float(share)


def _delays(name: str, part: Register) -> tuple[Cell, ...]:
    """The cells of a row: name, complaints, open ones, median delay, its interval, share still open at the curve's end, the
    oldest open one."""
    few = len(part) < BY_CODE["complaint_delay"].minimum
    middle = median(part.days_open, ~part.is_open)
    ends = sentences.between(
        None if middle.low is None else french.number(middle.low),
        None if middle.high is None else french.days(middle.high),
    )
    delay = (
        text_cell("trop peu")
        if few
        else text_cell("plus de la moitié attendent encore")
        if middle.days is None
        else Cell(french.days(middle.days), int(middle.days))
    )
    waiting, left = part.where(part.is_open).oldest_first, _share_still_open(part)
    return (
        text_cell(name),
        count_cell(len(part)),
        count_cell(int(part.is_open.sum())),
        delay,
        text_cell("" if few else ends),
        text_cell("—") if few or left is None else Cell(french.percent(left), left),
        Cell(french.days(waiting.age[0]), int(waiting.age[0]))
        if len(waiting)
        else text_cell("aucune"),
    )


@cached
def flow(view: View, question: Question, key: str) -> Panel:
    """A panel of complaints received and answered by month, over the last 25 whole months."""
    title = "Plaintes reçues et réponses, par mois"
    if view.access.guest:
        return Panel(key, title, Message(f"{NOT_OPEN}."))
    complaints = register(view, question)
    if not len(complaints):
        return Panel(
            key,
            title,
            no_complaints_message(
                view, question, NONE_UNTIL, "plainte connue avant la fin de la période"
            ),
        )
    last = (
        question.last
        if question.last == month_end(question.last)
        else question.last.replace(day=1) - ONE_DAY
    )
    months = [add_months(last.replace(day=1), -n) for n in range(24, -1, -1)]
    received = _by_month(complaints.received)
    answered = _by_month(complaints.resolved[complaints.resolved >= 0])
    rows = [(m, received[m], answered[m]) for m in months]
    of = [
        registers.month_count(view, replace(question, first=m, last=month_end(m)), 0)
        for m in months
    ]
    part = not all(one.is_complete for one in of[-12:])
    more = sum(a - b for _, a, b in rows[-12:])
    came = sum(a for _, a, _ in rows[-12:])
    same = french.plural(came, "plainte reçue", "plaintes reçues")
    gap = f"{same} et autant de réponses (une réponse peut être à une plainte plus ancienne)"
    if not came and not more:
        gap = "ni plainte reçue ni réponse"
    elif part:
        answers = french.plural(sum(b for *_, b in rows[-12:]), "réponse")
        gap = f"{same}, {answers}"
    if more > 0:
        gap = f"les plaintes reçues dépassent de {french.number(more)} les réponses"
    if more < 0:
        gap = (
            f"les réponses dépassent de {french.number(-more)} les plaintes reçues (certaines répondent à des plaintes"
            " plus anciennes)"
        )
    drawn = [
        (m, a if a or one.is_complete else None, b if b or one.is_complete else None)
        for (m, a, b), one in zip(rows, of, strict=True)
    ]
    if part and not any(one.coverage.known for one in of[-12:]):
        gap = of[-1].coverage.missing  # « registre des plaintes non remonté »
        part = False
    known = ", dans les registres remontés" if part else ""
    finding = f"Sur les 12 derniers mois entiers{known} : {gap}"
    return Panel(
        key,
        title,
        Chart(charts.two_lines(drawn, names=("reçues", "réponses"), unit="plaintes")),
        table=make_table(
            (("Mois", "month"), ("Reçues", "count"), ("Réponses", "count"), ("Écart", "count")),
            [
                (
                    month_cell(m),
                    *(known_count_cell(replace(one, n=n)) for n in (a, b)),
                    _gap(a, b, one),
                )
                for (m, a, b), one in zip(rows, of, strict=True)
            ],
        ),
        alt="Plaintes reçues et réponses données, par mois.",
        finding=finding,
        trust_line=trust_line(view, question, "complaints_open"),
    )


def _gap(received: int, answered: int, none: Count) -> Cell:
    """A cell of received minus answered complaints, of a month; where not all registers are known, in a word why there is none.
    none: the count by which that is known."""
    if none.is_complete:
        return count_cell(received - answered)
    return (
        text_cell(BEHIND) if received or answered else known_count_cell(none)
    )  # two lower bounds have no difference


def _by_month(days: np.ndarray) -> Counter[date]:
    """How many of the days fall into each month, by its first day. days: since 1970."""
    months, counts = np.unique(month_starts(days), return_counts=True)
    return Counter(dict(zip(map(day_from_number, months.tolist()), counts.tolist(), strict=True)))
