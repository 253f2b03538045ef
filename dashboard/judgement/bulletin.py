"""The bulletin: seven or eight French lines on a period, each made of what the data allow to say.

The first three are findings: all sites together, single sites, complaints. A word of change (« amélioration », « alerte »)
comes only from a signal of the last whole month of the period, and stands beside that month's own value. What is missing,
hidden or not measured is said to be so, and is never 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dashboard import french
from dashboard.indicators import BY_CODE, Figure
from dashboard.indicators.measures import (
    FEW,
    HANDED_IN_LATER,
    NO_CLOSINGS,
    NO_OPEN_DAY,
    NO_VISITS,
    NOT_ALL_VISITS,
    NOT_HANDED_IN,
    NOT_REPORTED,
    OUT_OF_SCOPE,
    UNMEASURED,
)
from dashboard.judgement.control_charts import FOLLOWED
from dashboard.judgement.signal_sentences import (
    gap_origin,
    months_in_words,
    rule_in_words,
    value_beside_usual,
)
from dashboard.judgement.signals import SIGNALLED, Signal, gravest_first
from dashboard.judgement.trust_sentences import TrustContext
from dashboard.partial_counts import Count, Coverage
from dashboard.period import ClippedPeriod, Period
from dashboard.statistics import sentences
from dashboard.statistics.control_limits import ON_ONE_SIDE
from dashboard.statistics.expected_false_alarms import Budget
from dashboard.statistics.variation import Variation
from dashboard.wording import (
    NOT_FOR_GUESTS,
    among_in_words,
    at_least,
    basis_in_words,
    is_partial,
    known_alone,
    shown_value,
    value_with_unit,
    who_reported,
)

S = french.SPACE
FIRST = 3  # lines that are findings, and are read first
TOO_SHORT = "pas encore assez de mois ou de cas pour juger"
OFFICIAL = "indicateur officiel GT1PKI10"
NAMED = 4  # sites, indicators or signals named in a line; the others are counted
OF_ONE = 2  # indicators named of one site among several
FEW_DAYS = 5  # open days, up to which no mean is given
SHOWN = (
    "visits_per_day",
    "wait_p50",
    "wait_p90",
    "wait_within_30",
    "left",
    "complaints_30d_due",
    "complaints_30d",
)


@dataclass(frozen=True)
class Situation:
    """The data of a bulletin.

    scope: in French, with its article (« le réseau », « l'Ouémé », « les CCSP du Zou », « le CCSP de Djougou »). figures: every
    indicator of the scope. signals: of the scope; None where it is no followed series. site_signals: of its sites by name,
    empty where the scope is one site. budget: expected signals by chance. unmeasured: names of sites that received users and
    measured no wait. names: of sites by code, for the sites that a signal comes from. silent: which sites are silent at the
    date of the data, as a sentence, and how many; "" and 0 where none is. unheard: names of sites that handed in no form of the
    month that is judged; judged_month: that month, « octobre 2026 ».
    """

    period: ClippedPeriod
    scope: str
    figures: Mapping[str, Figure]
    signals: Mapping[str, Signal] | None
    site_signals: Mapping[str, Mapping[str, Signal]]
    trust_context: TrustContext
    budget: Budget
    unmeasured: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    silent: tuple[str, int] = ("", 0)
    unheard: tuple[str, ...] = ()
    judged_month: str = ""
    knows_complaints: bool = True

    @property
    def nothing_of_month(self) -> str:
        """« rien remis pour octobre 2026 »: of sites that are not judged because of that, however long their history. Who may
        not know of complaints reads « ni registre des visites ni fiche remis pour octobre 2026 »."""
        nothing = "rien" if self.knows_complaints else "ni registre des visites ni fiche"
        return f"{nothing} remis pour {self.judged_month}"

    @property
    def handed_in_nothing(self) -> str:
        """The same, to follow « ont »."""
        if self.knows_complaints:
            return self.nothing_of_month
        return f"remis ni registre des visites ni fiche pour {self.judged_month}"

    @property
    def why_not_judged(self) -> str:
        """Why nothing of the scope is judged, as what follows « Pour le réseau, »."""
        sites = list(self.site_signals) or list(self.unheard)  # of one site, itself alone
        if sites and set(sites) <= set(self.unheard):
            return f"rien à juger{S}: {self.nothing_of_month}"
        return TOO_SHORT

    @property
    def listed_series(self) -> list[tuple[str, Signal]]:
        """(site, signal) of the series whose signals are listed: those of the sites, or of the scope where it is a site."""
        places = self.site_signals or {self.scope: self.signals or {}}
        return [
            (name, signals[code])
            for name, signals in places.items()
            for code in FOLLOWED
            if code in signals
        ]


@dataclass(frozen=True)
class Line:
    """A line of the bulletin. anchor: the indicator whose chart shows it, "" for none; site: the site whose chart it is, "" for
    the scope's. n: the number of cases behind it (days due, visits, waits, complaints; charts or series where the line is about
    signals)."""

    text: str
    anchor: str
    n: int
    site: str = ""


def write(situation: Situation) -> list[Line]:
    """The lines of the bulletin in the order in which they are printed; the last one, on limits, only where there is something
    to say."""
    left = situation.figures["left"]
    lines = [
        _own_signals(situation),
        _flagged(situation),
        _complaints(situation),
        _reporting(situation),
        _silent(situation),
        _volume(situation),
        _waits(situation),
        Line(f"{_labelled(left)}.", "left", left.n),
        _limits(situation),
    ]
    return [line for line in lines if line]


def _reporting(s: Situation) -> Line:
    closed = s.figures["completeness"]
    demo = "Données fictives. " if s.trust_context.demo else ""
    name = f"{demo}{french.upper_first(s.scope)}, {s.period.full_period.label}{S}:"
    closings = NO_CLOSINGS if closed.note == NO_CLOSINGS else french.lower_first(_labelled(closed))
    some = closed.sites_reporting
    if closed.value is not None and 0 < some < closed.sites_expected:
        closings += f", {among_in_words(some, closed.sites_expected)}"
    who = _who(s.figures["visits"], s.trust_context.not_reported)
    expected = s.figures["visits"].sites_expected or closed.value is not None
    awaited = expected and (closed.note != NO_OPEN_DAY or s.figures["visits"].sites_reporting)
    parts = [f"{name} {who}{S}; {closings}." if awaited else f"{name} {who}."]
    if s.period.partial:
        known, due = s.period.period, s.period.full_period
        parts.append(
            f"Période en cours, arrêtée au {french.date_long(known.last)}"
            f" ({french.plural(known.days, 'jour')} sur {due.days}), à ne pas comparer à une période entière."
        )
    elif s.trust_context.partial:
        parts.append("Période en cours, le dernier mois n'est pas fini.")
    return Line(" ".join(parts), "completeness", closed.n)


def _silent(s: Situation) -> Line | None:
    """A line of its own: it is of the date of the data, and not of the period."""
    sentence, n = s.silent
    return Line(sentence, "completeness", n) if sentence else None


def _who(figure: Figure, not_reported: Sequence[str]) -> str:
    reported = who_reported(figure)
    if not not_reported or not figure.sites_reporting or figure.sites_expected == 1:
        return reported
    have_not = "n'a" if len(not_reported) == 1 else "n'ont"
    return f"{reported}{S}; {have_not} remonté ni registre des visites ni fiche{S}: {french.join_words(not_reported)}"


def _volume(s: Situation) -> Line:
    visits, per_day = s.figures["visits"], s.figures["visits_per_day"]
    if visits.value is None:
        registers = (NO_VISITS, NOT_ALL_VISITS, OUT_OF_SCOPE)
        why = (
            visits.note if visits.note in registers else "ni registre des visites ni fiche remontés"
        )
        return Line(f"Usagers reçus{S}: {why}.", "visits_per_day", 0)
    note = f", {visits.note}" if visits.note else ""
    several = " (une personne peut venir plusieurs fois)" if visits.value >= 2 else ""
    text = french.upper_first(
        f"{at_least(visits)}{french.plural(visits.value, 'visite')}{note}{several}"
    )
    if per_day.value is None:
        text += f", sans moyenne par jour ouvert{S}: {_why(per_day)}"
    elif (per_day.denominator or 0) < FEW_DAYS:
        text += f", sur {french.plural(per_day.denominator or 0, 'jour ouvert', 'jours ouverts')}"
    else:
        one = visits.sites_expected == 1
        opened = ("jour ouvert", "jours ouverts")
        if not one:
            opened = ("journée d'ouverture d'un centre", "journées d'ouverture d'un centre")
        days = french.plural(per_day.denominator or 0, *opened)
        by = "" if one else "centre et par "
        value = value_with_unit(BY_CODE["visits_per_day"], per_day.value)
        counted = ", toutes comptées," if visits.note else ""
        text += f", soit{counted} {value} par {by}jour ouvert ({days})"
    return Line(f"{text}.", "visits_per_day", visits.n)


def _waits(s: Situation) -> Line:
    median, visits = s.figures["wait_p50"], s.figures["visits"]
    if not median.n and median.note not in ("", UNMEASURED):
        return Line(f"Attente{S}: {median.note}.", "wait_p50", 0)
    if not median.n:
        of = f" pour les {french.number(visits.n)} usagers reçus" if visits.n else ""
        of = of if visits.n != 1 else " pour l'usager reçu"
        return Line(f"Attente{S}: non mesurée{of}.", "wait_p50", 0)
    nine, soon = s.figures["wait_p90"], s.figures["wait_within_30"]
    with_left = " usagers, ceux partis sans être reçus compris" if soon.n > median.n else ""
    parts = [
        _labelled(median),
        f"9 usagers sur 10 ont attendu au plus {_value_with_basis(nine)}"
        if nine.value is not None
        else _labelled(nine),
        _labelled(soon, with_left),
    ]
    if visits.n:
        share = value_with_unit(BY_CODE["wait_within_30"], 100 * median.n / visits.n)
        parts.append(
            f"attente mesurée pour {share} des usagers reçus ({french.number(median.n)} sur"
            f" {french.number(visits.n)})"
        )
    return Line(_sentence(parts), "wait_p50", median.n)


def _own_signals(s: Situation) -> Line:
    if s.signals is None:
        return Line(
            f"Pour {s.scope}, pas de jugement d'ensemble{S}: seuls sont suivis le réseau entier, les"
            " départements et les centres.",
            "",
            0,
        )
    # For a site, the listed ones, so that all lines give the same number of signals.
    own = s.signals if s.site_signals else {c: s.signals[c] for c in FOLLOWED if c in s.signals}
    charted = [f for f in own.values() if f.is_judged]
    if not charted:
        nothing = s.figures["visits"].note == NOT_REPORTED
        why = (
            f"rien à juger{S}: ni registre des visites ni fiche remontés"
            if nothing
            else s.why_not_judged
        )
        return Line(f"Pour {s.scope}, {why}.", "", 0)
    flagged = sorted(
        (f for f in charted if f.is_signal), key=lambda f: SIGNALLED.index(f.variation)
    )
    if not flagged:
        n = len(charted)
        judged = "l'indicateur jugé" if n == 1 else f"les {french.number(n)} indicateurs jugés"
        text = (
            f"Pour {s.scope}, {_when(charted, s.period.period)}, rien d'inhabituel dans {judged}."
        )
        return Line(text, "", n)
    same = _same_month(charted)
    named = [
        (f.variation, f"{_label(f.indicator)} ({_detail(f, s.names, dated=not same)})")
        for f in flagged[:NAMED]
    ]
    text = f"Pour {s.scope}, {_when(charted, s.period.period)}{S}: {_by_variation(named, f'{S}; ')}"
    if len(flagged) > NAMED:
        text += f"{S}; et {french.plural(len(flagged) - NAMED, 'autre signal', 'autres signaux')}"
    if len(charted) > len(flagged):
        rest = french.plural(len(charted) - len(flagged), "autre indicateur", "autres indicateurs")
        text += f"{S}; rien d'inhabituel dans {rest}"
    return Line(f"{text}.", flagged[0].indicator, flagged[0].n)


def _detail(f: Signal, names: Mapping[str, str], *, dated: bool) -> str:
    """A signal in detail: its month if `dated`, value and usual value, the rule where it is the run of eight, and the sites
    that it comes from."""
    run = rule_in_words(f) if f.rule == ON_ONE_SIDE else ""
    origin = french.lower_first(gap_origin(f, names).removesuffix("."))
    parts = [f.month_label if dated else "", value_beside_usual(f), run, origin]
    return ", ".join(part for part in parts if part).replace(f"{S};", ",")


def _flagged(s: Situation) -> Line:
    charted = [(name, f) for name, f in s.listed_series if f.is_judged]
    if not charted:
        return Line(
            "Pas encore assez de mois ou de cas pour dire si un chiffre est inhabituel.", "", 0
        )
    flagged = [(name, f) for name, f in charted if f.is_signal]
    text = sentences.signal_budget(len(flagged), s.budget)
    if s.site_signals:
        between = " " if flagged else f"{S}: "
        text = (
            f"{_sites(s, charted, flagged)}{between}{text if flagged else french.lower_first(text)}"
        )
    else:  # another line is about all charts: only some are listed here
        judged = len({f.indicator for _, f in charted})
        enough = f", dont {judged} {'a' if judged == 1 else 'ont'} assez de mois et de cas"
        followed = f"Sur les {len(FOLLOWED)} indicateurs surveillés{enough if judged < len(FOLLOWED) else ''}"
        text = f"{followed}{S}: {french.lower_first(text)}"
    site, first = next(((name, f.indicator) for name, f in gravest_first(flagged)), ("", ""))
    return Line(text, first, len(charted), site if s.site_signals else "")


def _sites(
    s: Situation, charted: list[tuple[str, Signal]], flagged: list[tuple[str, Signal]]
) -> str:
    sites = len({name for name, _ in charted})
    if not flagged:
        followed = french.plural(sites, "centre jugé", "centres jugés")
        return f"{followed}, {_when([f for _, f in charted], s.period.period)}"
    same = _same_month([f for _, f in flagged])
    parts = [_signals_of_variation(flagged, variation, dated=not same) for variation in SIGNALLED]
    number = len({name for name, _ in flagged})
    have = "a un signal" if number == 1 else "ont un signal"
    return (
        f"{french.plural(number, 'centre')} sur {french.plural(sites, 'jugé')} {have}"
        f" {_when([f for _, f in flagged], s.period.period)}. {' '.join(p for p in parts if p)}"
    )


def _signals_of_variation(
    flagged: list[tuple[str, Signal]], variation: Variation, *, dated: bool
) -> str:
    """« Alerte : CCSP de Djougou (attente médiane, satisfaits et 2 autres) et CCSP d'Adjarra (fiches de clôture remises). »:
    the signals of one kind, the gravest first; "" without any."""
    by_site: dict[str, list[str]] = {}
    for name, f in gravest_first([(name, f) for name, f in flagged if f.variation == variation]):
        when = f", {f.month_label}" if dated else ""
        by_site.setdefault(name, []).append(
            f"{french.lower_first(BY_CODE[f.indicator].short)}{when}"
        )
    named = [f"{name} ({french.join_first(labels, OF_ONE)})" for name, labels in by_site.items()]
    kind = french.upper_first(sentences.STATES[variation])
    return f"{kind}{S}: {french.join_first(named, NAMED)}." if named else ""


def _not_known(official: Figure) -> str:
    return HANDED_IN_LATER if official.note == HANDED_IN_LATER else NOT_HANDED_IN


def _complaints(s: Situation) -> Line:
    official, due = s.figures["complaints_30d"], s.figures["complaints_30d_due"]
    if s.figures["complaints_open"].note == NOT_FOR_GUESTS:
        return Line(
            _sentence([f"{OFFICIAL}{S}: {_value_with_basis(official)}", _still_open(s)]),
            "complaints_30d_due",
            official.n,
        )
    if not official.sites_reporting:
        if s.figures["complaints_open"].value is None:
            return Line(_sentence([_not_known(official)]), "complaints_30d_due", 0)
        others = (
            ""
            if not s.figures["complaints_open"].value
            else "d'après les registres d'autres jours, "
        )
        said = [f"{_not_known(official)} sur la période", f"{others}{_still_open(s, '')}"]
        return Line(_sentence(said), "complaints_30d_due", 0)
    parts = [_received(official, s.trust_context.complaints_through)]
    if official.n:
        parts += [
            f"traitées en 30 jours ou moins, parmi celles reçues il y a 30 jours ou plus{S}: {_of_due(due)}",
            f"{OFFICIAL}, qui compte aussi les plus récentes{S}: {_value_with_basis(official)}",
        ]
    return Line(_sentence([*parts, _still_open(s)]), "complaints_30d_due", official.n)


def _of_due(due: Figure) -> str:
    return (
        _value_with_basis(due)
        if due.n or due.value is not None
        else f"pas calculable ({_why(due)})"
    )


def _received(official: Figure, through: int) -> str:
    """« aucune plainte reçue » where every site's register is known to the end of the period; else « au moins 12 plaintes
    reçues ». through: how many registers are."""
    known, due = official.sites_reporting, official.sites_expected
    count = Count(official.n, Coverage("registre des plaintes", due, known, min(known, through)))
    some = count.plural("plainte reçue", "plaintes reçues")
    if not count.is_complete:
        some += f" ({count.coverage.missing})"
    return count.some_or_none(
        some, "aucune plainte reçue sur la période", "plainte connue reçue sur la période"
    )


def _still_open(s: Situation, whenever: str = "toutes périodes confondues, ") -> str:
    """How many complaints are open now. whenever: a phrase that says that this is not of the period, where some are open."""
    now, oldest = s.figures["complaints_open"], s.figures["complaints_oldest"]
    if now.value is None:
        unknown = "" if now.note == NOT_FOR_GUESTS else "nombre inconnu, "
        return f"plaintes en cours{S}: {unknown}{_why(now)}"
    if not now.value:
        return "aucune plainte en cours"
    age = "d'âge non mesuré" if oldest.value is None else f"depuis {french.days(oldest.value)}"
    day = f" {s.trust_context.complaints_to}" if s.trust_context.complaints_to else ""
    some = french.plural(now.value, "plainte")
    many = f"{whenever}{some}{known_alone(now)} en cours{day}"
    oldest_known = "la plus ancienne"
    if is_partial(now):
        oldest_known = "la plus ancienne que l'on connaisse attend"
    return f"{many}, {age if now.value == 1 else f'{oldest_known} {age}'}"


def _limits(s: Situation) -> Line | None:
    parts = []
    hidden = [code for code in SHOWN if shown_value(s.figures[code]) == FEW]
    if hidden:
        parts.append(
            f"trop peu de cas pour calculer {french.join_first([_label(code) for code in hidden], NAMED)}"
        )
    few = [c for c, f in (s.signals or {}).items() if not f.is_judged and c not in hidden]
    if few and s.why_not_judged != TOO_SHORT:
        some = (
            "1 indicateur n'est pas jugé"
            if len(few) == 1
            else f"{len(few)} indicateurs ne sont pas jugés"
        )
        parts.append(f"{some}{S}: {s.nothing_of_month}")
    elif few:
        parts.append(
            f"pas assez de mois ou de cas pour juger {french.join_first([_label(code) for code in few], NAMED)}"
        )
    short = sum(not f.is_judged for _, f in s.listed_series) if s.site_signals else 0
    if short:
        parts.append(f"centre par centre, {_sites_too_short(s)}")
    if s.unmeasured:
        parts.append(
            f"attente non mesurée dans {french.plural(len(s.unmeasured), 'centre')} ({french.join_first(s.unmeasured, NAMED)})"
        )
    if not parts:
        return None
    n = len(hidden) + len(few) + short + len(s.unmeasured)
    return Line(
        f"Ce que les données ne permettent pas encore de dire{S}: {f'{S}; '.join(parts)}.", "", n
    )


def _sites_too_short(s: Situation) -> str:
    """« 3 centres sur 24 n'ont pas encore assez de mois ou de cas pour être jugés, 5 autres ne le sont qu'en partie »;
    « 8 centres sur 24 n'ont rien remis pour octobre 2026 » of those that are not judged because of that."""
    by_site = {
        site: {signal.is_judged for name, signal in s.listed_series if name == site}
        for site in s.site_signals
    }
    judged = list(by_site.values())
    silent = sum(by_site[site] == {False} for site in s.unheard if site in by_site)
    none, part = judged.count({False}) - silent, judged.count({False, True})
    enough = "assez de mois ou de cas pour être jugé"
    if none == len(judged):
        return f"aucun n'a encore {enough}"
    parts = []
    if silent:
        have = "n'a" if silent == 1 else "n'ont"
        sites = f"{french.plural(silent, 'centre')} sur {french.number(len(judged))}"
        parts.append(f"{sites} {have} {s.handed_in_nothing}")
    if none:
        some = "n'a" if none == 1 else "n'ont"
        sites = f"{french.plural(none, 'centre')} sur {french.number(len(judged))}"
        parts.append(f"{sites} {some} pas encore {enough}{'s' * (none > 1)}")
    if part:
        one, more = ("ne l'est", "ne le sont") if none else ("n'est jugé", "ne sont jugés")
        sites = french.plural(part, "autre" if none or silent else "centre")
        parts.append(f"{sites} {one if part == 1 else more} qu'en partie")
    return ", ".join(parts)


def _labelled(figure: Figure, more: str = "") -> str:
    return f"{BY_CODE[figure.indicator].label}{S}: {_value_with_basis(figure, more)}"


def _value_with_basis(figure: Figure, more: str = "") -> str:
    """A figure and the number of cases that it rests on; more: what is added to that number."""
    if figure.value is None:
        return _why(figure)
    return (
        f"{shown_value(figure)} ({basis_in_words(figure)}{more})"
        if basis_in_words(figure)
        else shown_value(figure)
    )


def _why(figure: Figure) -> str:
    if shown_value(figure) != FEW:
        return figure.note or french.missing
    if figure.denominator and figure.numerator is not None:
        return f"{basis_in_words(figure)} (trop peu pour un pourcentage)"
    least_n = french.number(BY_CODE[figure.indicator].minimum)
    return f"trop peu de cas ({french.number(figure.n)}, il en faut {least_n})"


def _sentence(parts: Sequence[str]) -> str:
    return f"{f'{S}; '.join([french.upper_first(parts[0]), *map(french.lower_first, parts[1:])])}."


def _when(signals: Sequence[Signal], period: Period) -> str:
    """« en octobre 2026 », « en octobre 2026 (au 3ᵉ trimestre 2026 pour les chiffres qui ont peu de cas par mois) » where they
    differ; and that no month of it is in the period, where that is so."""
    when = months_in_words(signals)
    return (
        when
        if any(f.is_within(period.first, period.last) for f in signals)
        else f"{when} (hors de la période)"
    )


def _same_month(signals: Sequence[Signal]) -> bool:
    return len({f.time for f in signals}) == 1


def _label(code: str) -> str:
    return f"«{S}{BY_CODE[code].short}{S}»"


def _by_variation(named: Sequence[tuple[Variation, str]], between: str) -> str:
    parts = []
    for variation in SIGNALLED:
        labels = [label for v, label in named if v == variation]
        if labels:
            word = sentences.VARIATIONS[variation]
            word = word if len(labels) == 1 else word.replace("signal", "signaux", 1)
            parts.append(f"{word} sur {french.join_words(labels)}")
    return between.join(parts)
