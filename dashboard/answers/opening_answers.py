"""The five questions that people ask first: where most people come, where they wait longest, what gets worse, which complaint
is the oldest, which sites are silent. Each answer names its time: the period, its last whole month, or the date of the data;
never two of them in one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dashboard import french
from dashboard.answers import complaint_register as registers
from dashboard.answers import control_charts, quality_checks, signals
from dashboard.answers.complaint_register import register_now
from dashboard.answers.complaints import LATE_DAYS
from dashboard.answers.context import View, cached
from dashboard.answers.figures import figures, overall_figures
from dashboard.answers.network import (
    data_date_in_words,
    freshness,
    handed_in_part,
    never_begun,
    short_name,
    silences,
    sites,
    time_of_visits,
)
from dashboard.answers.question import Question
from dashboard.answers.row_verdicts import differ, verdicts_of
from dashboard.answers.uncertainty import interval_of
from dashboard.indicators import Figure
from dashboard.indicators.measures import NO_OPEN_DAY_HANDED_IN, NO_VISIT, NO_VISITS
from dashboard.judgement.change_dates import more_or_less, signals_in_a_line, since_at_least
from dashboard.judgement.extremes import MOST_RIVALS, rivals
from dashboard.judgement.signal_reasons import reason
from dashboard.judgement.signal_sentences import (
    NONE_WORSE,
    none_worse,
    volume_change_in_words,
    volume_gap,
)
from dashboard.judgement.signals import Signal, rank
from dashboard.judgement.silence import (
    BOTH,
    NOT_ONE,
    NOTHING,
    NOTHING_OF_MANY,
    Silence,
    explained_in_words,
    silent_in_words,
)
from dashboard.judgement.standing_apart import Verdict
from dashboard.panel import Cell, Link, Panel, make_table, site_link, text_cell
from dashboard.partial_counts import Count, Coverage
from dashboard.period import day_from_number
from dashboard.statistics.control_limits import OUTSIDE
from dashboard.statistics.variation import Variation
from dashboard.wording import NOT_FOR_GUESTS, at_least, shown_value

COLUMNS = (("Question", ""), ("Quand", ""), ("Réponse", ""))
NAMED = 3  # sites in one answer
IN_FULL = (
    5  # sites of which it is said what gets worse, or how far visits fell; the others are named
)
LISTED = 12  # names in a row, of sites that are framed on the map: more are counted
LARGE_FALL = 0.25  # of the visits of a season: told before what gets worse
S = french.SPACE
NOT_TOLD_APART = "mais les centres ne se distinguent pas les uns des autres"
AMONG = f"{S}; plusieurs autres centres ne s'en distinguent pas nettement"
# Of the last answer: a site that has not begun is not silent.
SILENT, NOT_BEGUN = "Centres muets", "Rien de remis encore"
SILENT_OR_NOTHING = "Centres muets ou sans rien de remis"
NO_SITE = "aucun centre ne correspond à ce choix"


@dataclass(frozen=True)
class Name:
    """A site in an answer, with the link to its page."""

    text: str
    link: Link


Ranked = tuple[Name, str, Mapping[str, Figure]]


@dataclass(frozen=True)
class Statement:
    """A part of an answer: names, then what is said about them."""

    names: tuple[Name, ...]
    words: str

    def join_names(self, names: Sequence[str]) -> str:
        """The names as a list in words: « Covè et Djougou »; « Covè, Djougou » where the words go on with « et 2 autres »."""
        return ", ".join(names) if self.words.startswith("et ") else french.join_words(names)


@dataclass(frozen=True)
class Reply:
    """A question and its answer. label: the question; page, filters: the link to more; when: the time it is about, in words;
    unknown: why there can be no statement, "" where there can."""

    label: str
    page: str
    when: str
    statements: tuple[Statement, ...]
    filters: tuple[tuple[str, str], ...] = ()
    unknown: str = ""

    @property
    def text(self) -> str:
        """The answer in one line."""
        return f"{S}; ".join(
            " ".join(p for p in (s.join_names([n.text for n in s.names]), s.words) if p)
            for s in self.statements
        )

    @property
    def row(self) -> tuple[Cell, ...]:
        """The answer as a row of a table, a cell for each of COLUMNS."""
        return text_cell(self.label), text_cell(self.when), text_cell(self.text)


@cached
def replies(view: View, question: Question) -> tuple[Reply, ...]:
    """The five answers."""
    return (
        busiest(view, question),
        longest_waits(view, question),
        alerts(view, question),
        oldest_complaint(view, question),
        silent_sites(view, question),
    )


@cached
def shown(view: View, question: Question) -> tuple[Reply, ...]:
    """The five answers in the order in which they are shown: that of silence first where most sites have not begun."""
    *others, silent = replies(view, question)
    every = silences(view, question).values()
    first = 2 * sum(one.days is None for one in every) > len(every)
    return (silent, *others) if first else (*others, silent)


@cached
def panel(view: View, question: Question, key: str = "reponses") -> Panel:
    """The five answers as a table, for the files."""
    return Panel(
        key, "L'essentiel", table=make_table(COLUMNS, [r.row for r in shown(view, question)])
    )


def busiest(view: View, question: Question) -> Reply:
    """The site with most visits per open day, and the next two; or the sites of which the same is shown."""
    when, question = time_of_visits(view, question), handed_in_part(view, question)
    ranked = _ranked_sites(view, question, "visits_per_day")
    if not ranked:
        saying = Statement((), _no_visits(view, question))
    else:
        _, value, of_it = ranked[0]
        alike = [r for r in ranked if r[1] == value]
        one = "usager" if (of_it["visits_per_day"].value or 0) < 2 else "usagers"
        words = f"{value} {one} par jour ouvert"
        if len(alike) > 1:
            words = _and_others(alike, f"{words} dans chacun")
        else:
            visits = "visite" if (of_it["visits"].value or 0) < 2 else "visites"
            words += f", {shown_value(of_it['visits'])} {visits} sur la période"
            after = french.join_words(
                [f"{name.text}{S}{number}" for name, number, _ in ranked[1:NAMED]]
            )
            words += f"{S}; puis {after}" if after else _only_site_in_words(view, question, ranked)
        words += _not_ranked(view, question, "visits_per_day")
        saying = Statement(tuple(name for name, _, _ in alike[:NAMED]), words)
    label = _superlative(ranked, "Le plus fréquenté", "Usagers reçus")
    return Reply(label, "departement", when, (saying,))


def _superlative(ranked: Sequence[Ranked], most: str, of_one: str) -> str:
    """The label of an answer that names the first of several sites; of a single one, which is the most of nothing, another."""
    return of_one if len(ranked) == 1 else most


def _and_others(alike: Sequence[Ranked], words: str) -> str:
    """The words, after « et 8 autres : » where more sites are alike than are named."""
    others = len(alike) - NAMED
    return f"et {french.plural(others, 'autre')}{S}: {words}" if others > 0 else words


def longest_waits(view: View, question: Question) -> Reply:
    """The site or sites with the longest median wait."""
    ranked = _ranked_sites(view, question, "wait_p50")
    if not ranked:
        statement, chance = Statement((), _no_waits(view, question)), False
    else:
        longest = ranked[0][1]
        alike = [r for r in ranked if r[1] == longest]
        words = f"un usager sur deux a attendu {longest} ou plus"
        if len(alike) > 1:
            words += " dans chacun"
        else:
            nine = alike[0][2]["wait_p90"]
            words += f", un sur dix {shown_value(nine)} ou plus" if nine.value is not None else ""
        n = sum(of["wait_p50"].n for _, _, of in alike)
        total = " en tout" if len(alike) > 1 else ""
        words += f" ({french.number(n)} attentes mesurées{total})"
        everywhere = overall_figures(view, question)["wait_p50"]
        if len(ranked) > len(alike) and everywhere.value is not None:
            words += f"{S}; l'ensemble{S}: {shown_value(everywhere)} ou plus pour un sur deux"
        apart = ""
        if longest != shown_value(everywhere):
            apart = _not_apart(view, question, [of["wait_p50"].key for *_, of in alike])
        words += apart
        if len(alike) == 1:
            named = replace(question, site=alike[0][2]["wait_p50"].key)
            if doubt := quality_checks.doubt(view, named, "wait_p50"):
                words += f"{S}; {doubt}"
        chance = longest == shown_value(everywhere) or NOT_TOLD_APART in apart
        close = "" if chance else _close_behind(view, question, ranked, alike)
        words += close
        words += _only_site_in_words(view, question, ranked)
        unknown = _unmeasured(view, question)
        if unknown:
            words += f"{S}; attente non mesurée à {french.join_first(unknown)}"
        words = _and_others(alike, words) + _not_ranked(view, question, "wait_p50")
        statement = Statement(tuple(name for name, _, _ in alike[:NAMED]), words)
    label = "L'attente" if chance else _superlative(ranked, "L'attente la plus longue", "L'attente")
    return Reply(label, "attentes", time_of_visits(view, question), (statement,))


def _close_behind(
    view: View, question: Question, ranked: Sequence[Ranked], alike: Sequence[Ranked]
) -> str:
    """« ; Pobè (17 min) ne s'en distingue pas nettement »: the sites whose waits may be as long as the longest; « ; plusieurs
    autres centres … » where these are many; "" without one."""
    by_code = {of["wait_p50"].key: (name, of["wait_p50"]) for name, _, of in ranked}
    likely = interval_of(view, question, "site", "wait_p50")
    found = rivals({code: figure for code, (_, figure) in by_code.items()}, likely, max)
    behind = [code for code in found if all(of["wait_p50"].key != code for *_, of in alike)]
    if not behind:
        return ""
    if len(found) > MOST_RIVALS:
        return AMONG
    each = [f"{by_code[code][0].text} ({shown_value(found[code])})" for code in behind]
    verb = "ne s'en distingue" if len(each) == 1 else "ne s'en distinguent"
    return f"{S}; {french.join_words(each)} {verb} pas nettement"


def _not_apart(view: View, question: Question, longest: Sequence[str]) -> str:
    """« ; sans sortir des différences habituelles entre centres », « ; mais les centres ne se distinguent pas les uns des
    autres » where none of the longest (codes) stands apart, as the table of sites says; "" where one does, or only one waits."""
    said = verdicts_of(view, question, "site", "wait_p50")
    if len(list(filter(None, said.values()))) < 2 or Verdict.MORE in map(said.get, longest):
        return ""
    if differ(view, question, "site", "wait_p50"):
        return f"{S}; sans sortir des différences habituelles entre centres"
    return f"{S}; {NOT_TOLD_APART}"


def _no_waits(view: View, question: Question) -> str:
    """Why no site is named for its wait: too few waits at each, none measured, or nothing handed in."""
    everywhere = overall_figures(view, question)
    if n := everywhere["wait_p50"].n:
        few = french.plural(n, "attente mesurée", "attentes mesurées")
        if len(sites(view, question)) == 1:
            return f"trop peu d'attentes mesurées pour un chiffre ({few})"
        return f"trop peu d'attentes mesurées dans chaque centre ({few} en tout)"
    if everywhere["visits"].value is None:
        return _no_visits(view, question)
    return "aucune attente mesurée"


def _no_visits(view: View, question: Question) -> str:
    """Why no site is named for its visits: nothing was handed in, or no visit was entered."""
    visits = overall_figures(view, question)["visits"]
    if visits.value:
        return f"{at_least(visits)}{french.plural(visits.value, 'visite')}, {NO_OPEN_DAY_HANDED_IN}"
    known = Coverage(
        "registre des visites",
        visits.sites_expected,
        visits.sites_reporting,
        (visits.sites_whole or 0) if visits.value is not None else 0,  # closings alone are none
    )
    return Count(0, known).some_or_none("", NO_VISIT, "visite connue")


def _unmeasured(view: View, question: Question) -> list[str]:
    """The names of sites with visits and without a measured wait, in alphabetical order."""
    names, by_site = _names(view, question), figures(view, question, "site")
    return sorted(
        (
            names[code].text
            for code, of in by_site.items()
            if code in names and of["visits"].n and not of["wait_p50"].n
        ),
        key=french.alphabetical,
    )


def alerts(view: View, question: Question) -> Reply:
    """The sites with an alert in the last whole month, the gravest first, with what it is about, why it is one and since when;
    the others by name; the sites whose visits change, a large fall before what is slight; and those that improve. A year is
    written where it is not that of the month."""
    label, page = "Ce qui se dégrade ou change", "signaux"
    month = control_charts.judged_month(view, question.last)
    if question.service:
        return Reply(label, page, "", (Statement((), "n'est pas suivi prestation par prestation"),))
    if month < question.first.replace(day=1):
        return Reply(
            label,
            page,
            "",
            (Statement((), "trop tôt pour juger, la période n'a pas encore de mois entier"),),
        )
    large, others = _volume_statements(view, question, month.year)
    worse = _alert_statements(view, question, month.year, IN_FULL - len(large))
    alerts = list(_signals_by_site(view, question, Variation.ALERT).values())
    grave = sum(of[0].rule == OUTSIDE for of in alerts[: IN_FULL - len(large)])
    if not worse:
        of_sites = [pair for pair in signals.site_signals(view, question) if pair[1].is_judged]
        judged = {name for name, _ in of_sites}
        every = Coverage("suivi", len(sites(view, question)), len(judged), len(judged))
        none = never_begun(view, question)
        why = NO_VISITS if none else _no_alert(Count(0, every), [s for _, s in of_sites])
        worse = [Statement((), why)]
    better = _improvement_statements(view, question, month.year)
    told = (*worse[:grave], *large, *worse[grave:], *others, *better)
    return Reply(label, page, f"en {french.month_label(month)}", told)


def _no_alert(count: Count, found: Sequence[Signal]) -> str:
    """« aucune dégradation relevée dans les 21 centres jugés (sur 24) »; where no site is judged, that it is too early. count:
    of alerts; found: the series that are judged."""
    if not count.coverage.known:
        return f"trop tôt pour juger{S}: aucun centre n'a assez de mois de données"
    if count.is_complete:
        return none_worse(found)
    judged = (
        "le centre jugé"
        if count.coverage.known == 1
        else f"les {count.coverage.known} centres jugés"
    )
    if (said := none_worse(found)) != NONE_WORSE:
        sites = french.plural(count.coverage.known, "centre jugé", "centres jugés")
        return f"{said} ({sites} sur {count.coverage.expected})"
    return f"{said} dans {judged} (sur {count.coverage.expected})"


def _alert_statements(view: View, question: Question, year: int, most: int) -> list[Statement]:
    """A statement for each of the first `most` sites with an alert, one for the others. year: of the month, which is not
    written."""
    names, silences_by_code = _names(view, question), silences(view, question)
    by_site = _signals_by_site(view, question, Variation.ALERT)
    sayings = [
        Statement((names[code],), _alerts_in_words(found, silences_by_code.get(code), year))
        for code, found in list(by_site.items())[:most]
    ]
    if rest := list(by_site)[most:]:
        also = "a aussi une alerte" if len(rest) == 1 else "ont aussi une alerte"
        sayings.append(_name_first([names[code] for code in rest], also))
    return sayings


def _alerts_in_words(alerts: Sequence[Signal], silence: Silence | None, year: int) -> str:
    """The alerts of a site in words; where all are slight, « un peu plus d'attente, depuis mars (8 mois de suite au-dessus) »."""
    first = alerts[0]
    if silence and silence.is_silent and all(s.indicator == "completeness" for s in alerts):
        # Another answer says since when the site is silent, and why: it is of the date of the data, this one of a month.
        return signals_in_a_line(alerts, "")
    since = since_at_least(first, year=year)
    if first.rule == OUTSIDE:
        return signals_in_a_line(alerts, since)
    return f"un peu {more_or_less(first)}, {since} ({reason(first)})"


def _name_first(names: Sequence[Name], words: str, most: int = LISTED) -> Statement:
    """A statement with the first names, and the number of the others."""
    left = len(names) - most
    more = f"et {french.plural(left, 'autre')} " if left > 0 else ""
    return Statement(tuple(names[:most]), f"{more}{words}")


def _volume_statements(
    view: View, question: Question, year: int
) -> tuple[list[Statement], list[Statement]]:
    """The sites whose visits change, which is neither an alert nor an improvement: a statement for each large fall, the largest
    first; then one for the other falls and one for the rises."""
    names, changing = _names(view, question), _signals_by_site(view, question, Variation.NEUTRAL)
    gaps = {code: volume_gap(of[0]) or 0 for code, of in changing.items()}
    fallen = sorted((code for code in gaps if gaps[code] < 0), key=lambda code: gaps[code])
    large = [code for code in fallen if gaps[code] <= -LARGE_FALL][:NAMED]

    def full(code: str) -> Statement:
        one = changing[code][0]
        since = since_at_least(one, year=year)
        return Statement((names[code],), volume_change_in_words(one, since))

    others = []
    for way, codes in (
        ("moins", [code for code in fallen if code not in large]),
        ("plus", [code for code in gaps if gaps[code] > 0]),
    ):
        if len(codes) > 1:
            words = f"reçoivent {way} d'usagers que d'habitude en cette saison (changement)"
            others.append(_name_first([names[code] for code in codes], words))
        else:
            others += [full(code) for code in codes]
    return [full(code) for code in large], others


def _improvement_statements(view: View, question: Question, year: int) -> tuple[Statement, ...]:
    """« Nikki va mieux : attente de 9 min, contre 15 min d'habitude (hors de ses variations habituelles, depuis mai) »: one
    line for the sites that improve and have no alert; none without one."""
    names, signals = _names(view, question), _signals_by_site(view, question, Variation.IMPROVEMENT)
    worse = _signals_by_site(view, question, Variation.ALERT)
    better = [code for code in signals if code not in worse]
    slight = [code for code in better if all(one.rule != OUTSIDE for one in signals[code])]
    if not better:
        return ()
    if len(better) > 1:
        how = "un peu mieux" if len(slight) == len(better) else "mieux"
        little = french.join_words([names[code].text for code in slight])
        only = f" ({little}{S}: un peu)" if slight and len(slight) < len(better) else ""
        return (_name_first([names[code] for code in better], f"vont {how}{only}"),)
    (code,) = better
    first = signals[code][0]
    words = signals_in_a_line([first], since_at_least(first, year=year))
    how = "va un peu mieux" if slight else "va mieux"
    return (Statement((names[code],), f"{how}{S}: {words}"),)


def _signals_by_site(
    view: View, question: Question, variation: Variation
) -> dict[str, list[Signal]]:
    """The signals of one kind in the last whole month of the period, by site code, the gravest first."""
    names = _names(view, question)
    by_site = {
        code: [one for one in of if one.variation == variation]
        for code, of in signals.signals_by_site(view, question).items()
    }
    by_site = {code: of for code, of in by_site.items() if of}
    order = sorted(by_site, key=lambda c: (rank(by_site[c][0]), french.alphabetical(names[c].text)))
    return {code: by_site[code] for code in order}


def oldest_complaint(view: View, question: Question) -> Reply:
    """The complaint that has been open longest, and how many are late, at the date of the data."""
    label, page, when = "La plainte la plus ancienne", "plaintes", data_date_in_words(view)
    complaints = register_now(view, question)
    waiting = complaints.where(complaints.is_open).oldest_first
    if not len(waiting):
        many = registers.waiting_count(view, question, 0)
        none = many.some_or_none("", "aucune plainte en cours", "plainte connue en cours")
        return Reply(
            label, page, when, (Statement((), NOT_FOR_GUESTS if view.access.guest else none),)
        )
    by_name = {p.name: p.code for p in sites(view, question)}
    names = _names(view, question)
    received = french.date_short(day_from_number(int(waiting.received[0])))
    late = int((waiting.age > LATE_DAYS).sum())
    many = registers.waiting_count(view, question, len(waiting))
    age = int(waiting.age[0])
    words = (
        f"{french.days(age)} sans réponse{_known_until_in_words(view, int(waiting.known[0]))} (reçue le {received})"
        if age
        else f"reçue le {received}"
    )
    words += f"{S}; "
    words += f"l'ensemble{S}: {many.plural('plainte en cours', 'plaintes en cours')}"
    earlier = "" if question.site else registers.earlier_in_words(view, waiting)
    words += f" ({earlier})" if earlier else ""
    if late or many.is_complete:
        words += f", {_of_late(late, len(waiting))}"
    return Reply(label, page, when, (Statement((names[by_name[waiting.name[0]]],), words),))


def _known_until_in_words(view: View, to: int) -> str:
    """« au 06/10/2026 »: the last day up to which a site's complaints are known, where the data go further; else "". to: that
    day's number."""
    network = view.network
    further = network.known_until is not None and network.day_columns(
        day_from_number(to + 1), network.known_until
    )
    open_since = further and network.is_open[:, further].any()
    return f" au {french.date_short(day_from_number(to))}" if open_since else ""


def _of_late(late: int, waiting: int) -> str:
    """« dont 3 de plus de 30 jours », « toutes de plus de 30 jours »; for a single one, « de 30 jours ou moins »."""
    more, less = f"de plus de {LATE_DAYS} jours", f"de {LATE_DAYS} jours ou moins"
    if waiting == 1:
        return more if late else less
    if late == waiting:
        return f"toutes {more}"
    return f"dont {french.number(late)} {more}" if late else f"toutes {less}"


def silent_sites(view: View, question: Question) -> Reply:
    """The silent sites at the date of the data, those that did not say why first: « Bembèrèkè ni registre des visites ni
    fiche depuis le 21/10/2026 (35 jours) »; where some said why, how many first. Where the data are old, the others too, of which
    nothing has come since."""
    silences_by_code, names = silences(view, question), _names(view, question)
    never = [names[one.code] for one in silences_by_code.values() if one.days is None]
    quiet = sorted(
        (one for one in silences_by_code.values() if one.is_silent), key=lambda one: one.order
    )
    statements = [Statement((names[one.code],), _since(one)) for one in quiet[:NAMED]]
    if len(quiet) > 1 and explained_in_words(quiet):
        many = silent_in_words(quiet, "centre muet", "centres muets")
        statements.insert(0, Statement((), many))
    left = len(quiet) - NAMED
    if left > 0:
        more = f"et {french.plural(left, 'autre centre muet', 'autres centres muets')}"
        statements.append(Statement((), more))
    heard = [c for c, one in silences_by_code.items() if one.days is not None and not one.is_silent]
    stopped = _stopped(view, [names[c] for c in heard], bool(quiet or never))
    if never:
        # All of them, where these are not most and leave room for what else is said.
        most = NAMED if stopped or len(never) > LISTED else LISTED
        statements.append(_name_first(never, NOTHING if len(never) == 1 else NOTHING_OF_MANY, most))
    if stopped:
        statements.append(stopped)
    elif not quiet and not never:
        statements.append(Statement((), _none_silent(len(silences_by_code))))
    label = SILENT if not never else SILENT_OR_NOTHING if quiet or stopped else NOT_BEGUN
    # What never came has no date: that of the data is of others.
    when = "" if label == NOT_BEGUN else data_date_in_words(view)
    return Reply(label, "departement", when, tuple(statements))


def _stopped(view: View, heard: Sequence[Name], others: bool) -> Statement | None:
    """« Covè ni registre des visites ni fiche depuis le 30/10/2026, fin des données », « 13 autres n'en ont plus remis … »: of
    sites that are not silent at the date of the data, where these are old; None where they are not, or without such a site.
    others: whether other sites are named before."""
    fresh = freshness(view)
    if not heard or not fresh.is_stale or fresh.as_of is None:
        return None
    since = f"depuis le {french.date_short(fresh.as_of)}, fin des données"
    if len(heard) <= NAMED:
        return Statement(tuple(heard), f"{NOT_ONE[BOTH]} {since}")
    if others:
        return Statement((), f"{french.plural(len(heard), 'autre')} n'en ont plus remis {since}")
    return Statement((), f"{french.plural(len(heard), 'centre')} {NOT_ONE[BOTH]} {since}")


def _since(one: Silence) -> str:
    """« ni registre des visites ni fiche depuis le 21/10/2026 (35 jours), grève depuis le 4 »: the last day with data of a
    site, and why; of one that hands
    in one form alone « pas de registre des visites depuis … ». A day closed by hand is none, so that the sentence denies files
    alone."""
    last = french.date_short(one.last) if one.last else ""
    since = f"{one.nothing} depuis le {last} ({french.days(one.days)})"
    return f"{since}, {one.why}" if one.why else since


def _none_silent(n: int) -> str:
    """That none of n sites is silent."""
    if n > 1:
        return f"aucun des {n} centres n'est muet"
    return "ce centre n'est pas muet" if n else NO_SITE


@cached
def _ranked_sites(view: View, question: Question, code: str) -> Sequence[Ranked]:
    """(site, value as shown, its figures), the highest value first. Sites with far fewer known days than the others are left
    out: a week is not compared with a year."""
    most = _most_days(view, question)
    return [one for one in _by_value(view, question, code) if 2 * _days(one[2]) >= most]


@cached
def _by_value(view: View, question: Question, code: str) -> Sequence[Ranked]:
    """The same as `_ranked_sites`, with all sites that have a value."""
    names, by_site = _names(view, question), figures(view, question, "site")
    known = [
        (-value, french.alphabetical(names[site].text), names[site], of)
        for site, of in by_site.items()
        if site in names and (value := of[code].value)
    ]
    return [
        (name, shown_value(of[code]), of) for *_, name, of in sorted(known, key=lambda r: r[:2])
    ]


def _only_site_in_words(view: View, question: Question, ranked: Sequence[Ranked]) -> str:
    """« ; seul centre à avoir assez de données », « ; seul centre à avoir remis son registre des visites », where one of several
    sites is ranked; else ""."""
    if len(ranked) != 1 or len(sites(view, question)) == 1:
        return ""
    handed_in = overall_figures(view, question)["visits"].sites_reporting
    what = "assez de données" if handed_in > 1 else "remis son registre des visites"
    return f"{S}; seul centre à avoir {what}"


def _not_ranked(view: View, question: Question, code: str) -> str:
    """« ; sans compter Kandi, dont trop peu de jours sont connus »: the sites left out that would come first; else ""."""
    first, most = _ranked_sites(view, question, code)[0], _most_days(view, question)
    every = _by_value(view, question, code)
    before = [name.text for name, _, of in every[: every.index(first)] if 2 * _days(of) < most]
    if not before:
        return ""
    return f"{S}; sans compter {french.join_first(before)}, dont trop peu de jours sont connus"


@cached
def _most_days(view: View, question: Question) -> int:
    """The greatest number of open days known of a site."""
    return max((_days(of) for of in figures(view, question, "site").values()), default=0)


def _days(of: Mapping[str, Figure]) -> int:
    """The number of open days known of a site. of: its figures."""
    return int(of["visits_per_day"].denominator or 0)


@cached
def _names(view: View, question: Question) -> Mapping[str, Name]:
    """The name and link of each of the question's sites, by code."""
    return {p.code: Name(short_name(p), site_link(p.code)) for p in sites(view, question)}
