"""What is new since a day: files that came, sites that fell silent or are back, signals that began or ended, complaints that
passed their delay. Each is what is said now and was not said then; the two states of the data are compared, not their files.

Before: `dashboard.answers.known_then`. After: the page « Nouveau », and its line on the opening page.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from dashboard import french
from dashboard.answers import control_charts, decisions, signals
from dashboard.answers.complaint_register import register_now
from dashboard.answers.complaints import LATE_DAYS
from dashboard.answers.context import View, cached
from dashboard.answers.known_then import declared, view_before
from dashboard.answers.network import (
    data_date_in_words,
    distinct_names,
    never_begun,
    silences,
    sites,
)
from dashboard.answers.news_of_files import declared_news, file_news, first_names
from dashboard.answers.opening_answers import COLUMNS, Name, Reply, Statement
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from dashboard.judgement.change_dates import signals_in_a_line, since_at_least
from dashboard.judgement.signal_sentences import state, value_beside_usual
from dashboard.judgement.signals import Signal
from dashboard.judgement.silence import Silence
from dashboard.panel import Panel, make_table, site_link
from dashboard.partial_counts import Coverage
from dashboard.period import ONE_DAY
from dashboard.statistics import sentences
from dashboard.statistics.variation import Variation
from db.known_forms import ever_known
from db.working_days import SATURDAY

S = french.SPACE
NOTHING_NEW, NOTHING_CAME = "rien de nouveau", "rien n'est encore venu"
TOGETHER, FIRST = (
    3,
    3,
)  # sites with the same signal that are told one by one; what is to be seen to first
IN_FULL = 5  # sites with a sentence of their own; the others share one


@cached
def news(view: View, question: Question, since: date) -> tuple[Reply, ...]:
    """What is new at the question's sites since a day began, subject by subject; without statements where nothing is."""
    then = view_before(view, since)
    return (
        _decisions(view, question, since),
        *_signals(view, then, question),
        _silences(view, then, question),
        _complaints(view, then, question),
        _files(view, then, question, since),
    )


@cached
def count(view: View, question: Question, since: date) -> int:
    """How many things are new."""
    return sum(len(reply.statements) for reply in news(view, question, since))


def or_nothing(reply: Reply) -> Reply:
    """The answer, or that nothing is new of its subject, or can be."""
    if reply.statements:
        return reply
    return replace(reply, statements=(Statement((), reply.unknown or NOTHING_NEW),))


@cached
def panel(view: View, question: Question, since: date, key: str = "nouveau") -> Panel:
    """What is new as a table, for the files."""
    rows = [
        replace(reply, statements=(one,)).row
        for reply in news(view, question, since)
        for one in or_nothing(reply).statements
    ]
    columns = (("Sujet", ""), *COLUMNS[1:2], ("Ce qui est nouveau", ""))
    return Panel(
        key, f"Nouveau {since_in_words(since, view.snapshot.day)}", table=make_table(columns, rows)
    )


def since_in_words(since: date, today: date) -> str:
    """« depuis lundi », « depuis hier », « depuis le 02/11/2026 ». since: a day up to today."""
    days = (today - since).days
    if days < 2:
        return "depuis hier" if days else "depuis ce matin"
    if days < 7:
        return f"depuis {french.weekday(since)}"
    return f"depuis le {french.date_short(since)}"


@cached
def last_working_day(view: View) -> date:
    """The last day before today on which anybody works: since when all is new for who has no visit before."""
    day = view.snapshot.day - ONE_DAY
    while day.weekday() >= SATURDAY or day in view.network.holidays:
        day -= ONE_DAY
    return day


def _names(view: View, question: Question) -> Mapping[str, Name]:
    """The name and link of each of the question's sites, by code."""
    return {
        code: Name(name, site_link(code))
        for code, name in distinct_names(sites(view, question)).items()
    }


def _decisions(view: View, question: Question, since: date) -> Reply:
    """The decisions whose day came since then, and that are not done."""
    told = [
        Statement((Name(one.place, one.link),), f"{one.what}, {one.state}")
        for one in decisions.due(view, question)
        if one.decision.due_on and one.decision.due_on >= since
    ]
    return Reply("Décisions à échéance", "signaux", "", tuple(told))


def _signals(view: View, then: View, question: Question) -> tuple[Reply, Reply]:
    """The signals that are said now and were not, and the other way round."""
    names = _names(view, question)
    before, after = (
        {_key(one): one for _, one in signals.ordered_signals(of, question)} for of in (then, view)
    )
    began = [one for key, one in after.items() if key not in before and one.scope in names]
    ended = [one for key, one in before.items() if key not in after and one.scope in names]
    now = {(one.scope, one.indicator): one for _, one in signals.site_signals(view, question)}
    month = f"en {french.month_label(control_charts.judged_month(view))}"
    judged = any(one.is_judged for one in now.values())
    unknown = "" if judged else sentences.VARIATIONS[Variation.TOO_FEW]
    told = _by_indicator(began, names, _begun_in_words, state)
    over = _by_indicator(
        ended,
        names,
        lambda one: _ended_in_words(one, now.get((one.scope, one.indicator))),
        lambda _one: "plus de signal",
    )
    return (
        Reply("Signaux nouveaux", "signaux", month, tuple(told), unknown=unknown),
        Reply("Signaux finis", "signaux", month, tuple(over), unknown=unknown),
    )


def _by_indicator(
    found: Sequence[Signal],
    names: Mapping[str, Name],
    in_words: Callable[[Signal], str],
    together: Callable[[Signal], str],
) -> list[Statement]:
    """A sentence for each signal; where several sites have the same, one for all of them. together: what is said of these."""
    alike: dict[tuple[str, str], list[Signal]] = {}
    for one in found:
        alike.setdefault((one.indicator, together(one)), []).append(one)
    told = []
    for (indicator, words), of in alike.items():
        if len(of) > TOGETHER:
            label = french.lower_first(BY_CODE[indicator].short)
            told.append(first_names([names[one.scope] for one in of], f": {label}, {words}"))
        else:
            told += [Statement((names[one.scope],), in_words(one)) for one in of]
    return told


def _key(one: Signal) -> tuple[str, str, Variation]:
    return one.scope, one.indicator, one.variation


def _begun_in_words(one: Signal) -> str:
    """« alerte : attente de 29 min, contre 17 min d'habitude (hors de ses variations habituelles, depuis juin 2026) »."""
    return f"{state(one)}{S}: {signals_in_a_line([one], since_at_least(one))}"


def _ended_in_words(was: Signal, now: Signal | None) -> str:
    """« attente médiane : comme d'habitude de nouveau », or that nobody can say."""
    short = french.lower_first(BY_CODE[was.indicator].short)
    if now is None or not now.is_judged:
        return f"{short}{S}: on ne peut plus le dire, faute de données"
    if now.is_signal:
        return f"{short}{S}: {state(now)}, et non plus {state(was)}"
    return f"{short}{S}: {value_beside_usual(now)}, plus de signal"


@cached
def first_things(view: View, question: Question, since: date) -> tuple[Statement, ...]:
    """What is to be seen to first, three at most: decisions that are due, sites that fell silent, alerts that began, complaints
    that passed their delay; then what stands since before."""
    by_label = {reply.label: reply.statements for reply in news(view, question, since)}
    alerts = [s for s in by_label["Signaux nouveaux"] if s.words.startswith("alerte")]
    silent = [s for s in by_label["Centres muets ou revenus"] if s.words.startswith("muet")]
    found = [
        *decisions.due_reply(view, question).statements,
        *silent,
        *alerts,
        *by_label["Plaintes en retard"],
    ]
    found += [one for one in _standing(view, question) if one not in found]
    return tuple(found[:FIRST])


@cached
def _standing(view: View, question: Question) -> tuple[Statement, ...]:
    """What is to be seen to, new or not: silent sites, the longest first, alerts, sites with complaints in delay."""
    names = _names(view, question)
    silent = {
        code: one
        for code, one in silences(view, question).items()
        if one.is_silent and code in names
    }
    told = [
        Statement((names[code],), silent[code].in_words_and_who)
        for code in sorted(silent, key=lambda code: silent[code].order)
        if silent[code].days is not None
    ]
    alerts = [
        one
        for _, one in signals.ordered_signals(view, question)
        if one.scope in names and state(one).startswith("alerte")
    ]
    told += _by_indicator(alerts, names, _begun_in_words, state)
    late = Counter[str]()
    for (code, _received), number in _late(view, question).items():
        late[code] += number
    told += [
        Statement((names[code],), _late_in_words(n, "a"))
        for code, n in late.most_common()
        if code in names
    ]
    return tuple(told)


def _files(view: View, then: View, question: Question, since: date) -> Reply:
    places, names = sites(view, question), _names(view, question)
    told = file_news(then.network, view.network, places, names)
    told += declared_news(*declared(view, question, since), places, names)
    return Reply("Fichiers remis", "completude", "", tuple(told), unknown=_never(view, question))


def _silences(view: View, then: View, question: Question) -> Reply:
    """The sites that are silent and were not, and those that are back."""
    names, before, after = (
        _names(view, question),
        silences(then, question),
        silences(view, question),
    )
    told = []
    for code, now in after.items():
        was = before.get(code)
        said = _silence_news(was, now)
        if said and code in names:
            told.append(Statement((names[code],), said))
    when, never = data_date_in_words(view), _never(view, question)
    return Reply("Centres muets ou revenus", "departement", when, tuple(told), unknown=never)


def _never(view: View, question: Question) -> str:
    """« rien n'est encore venu », where nothing ever came of the question's sites, so that nothing can be new; else ""."""
    return NOTHING_CAME if never_begun(view, question) else ""


@cached
def in_words(view: View, question: Question, since: date) -> str:
    """« 5 nouveautés depuis lundi », « rien de nouveau depuis lundi », « rien n'est encore venu »."""
    number = count(view, question, since)
    if not number and (never := _never(view, question)):
        return never
    words = french.plural(number, "nouveauté") if number else NOTHING_NEW
    return f"{words} {since_in_words(since, view.snapshot.day)}"


def _silence_news(was: Silence | None, now: Silence) -> str:
    """What is new of a site's silence; "" for nothing."""
    if (
        now.is_silent
        and now.days is not None
        and not (was and was.is_silent and was.days is not None)
    ):
        return now.in_words_and_who
    if was and was.is_silent and not now.is_silent and now.last is not None:
        again = (
            "a remis ses premières données" if was.days is None else "remet de nouveau ses données"
        )
        return f"{again} (jusqu'au {french.date_short(now.last)})"
    return ""


def _complaints(view: View, then: View, question: Question) -> Reply:
    """The sites of which complaints passed their delay without an answer."""
    late = _late(view, question)
    late.subtract(_late(then, question))
    by_site = Counter[str]()
    for (code, _received), number in late.items():
        by_site[code] += max(number, 0)
    names = _names(view, question)
    many = [(code, n) for code, n in by_site.most_common() if n and code in names]
    told = [Statement((names[code],), _late_in_words(n, "a")) for code, n in many[:IN_FULL]]
    if rest := many[IN_FULL:]:
        number = sum(n for _, n in rest)
        together = "a" if len(rest) == 1 else "ont ensemble"
        told.append(
            first_names([names[code] for code, _ in rest], _late_in_words(number, together))
        )
    rows = [view.network.row[place.id] for place in sites(view, question)]
    known = ever_known(view.network).complaints[0, rows].any()
    unknown = "" if known else Coverage("registre des plaintes", len(rows), 0, 0).missing
    when = data_date_in_words(view)
    return Reply("Plaintes en retard", "plaintes", when, tuple(told), unknown=unknown)


def _late(view: View, question: Question) -> Counter[tuple[str, int]]:
    """The open complaints of more than LATE_DAYS days by site and day received."""
    found = register_now(view, question)
    late = found.where(found.age > LATE_DAYS)
    return Counter(zip(late.code.tolist(), late.received.tolist(), strict=True))


def _late_in_words(number: int, verb: str) -> str:
    """« a 2 plaintes qui ont passé 30 jours sans réponse »."""
    passed = "qui a passé" if number == 1 else "qui ont passé"
    return f"{verb} {french.plural(number, 'plainte')} {passed} {LATE_DAYS}{S}jours sans réponse"
