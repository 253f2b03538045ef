"""The bulletin against an independent reader: from the situation it works out what may be said, and reads the text."""

import math
import random
import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import numpy as np
import pytest

from dashboard.indicators import BY_CODE, Figure
from dashboard.indicators.measures import NO_OPEN_DAY, NO_OPEN_DAY_HANDED_IN
from dashboard.judgement.bulletin import Line, Situation, write
from dashboard.judgement.control_charts import CHARTED, FOLLOWED, MEASURES, RATES, VOLUMES
from dashboard.judgement.signals import Signal, signal
from dashboard.judgement.trust_sentences import TrustContext
from dashboard.period import ClippedPeriod, Period, add_months, month_end
from dashboard.statistics.control_limits import ON_ONE_SIDE, OUTSIDE
from dashboard.statistics.expected_false_alarms import Budget
from dashboard.statistics.observed_vs_expected import Rest
from dashboard.statistics.variation import ChartKind
from tests.judgement.series import counted, follow, made

SITUATIONS = 200
SITES = (
    "CCSP d'Adjarra",
    "CCSP d'Allada",
    "CCSP de Covè",
    "CCSP de Djougou",
    "CCSP de Kandi",
    "CCSP de Nikki",
    "CCSP d'Ouèssè",
    "GSRU d'Abomey",
    "GSRU de Cotonou",
    "GSRU de Parakou",
)
SCOPES = ("le réseau", "le Zou", "l'Ouémé", "les Collines", "la Donga")
OF_A_KIND = (
    "les CCSP",
    "les guichets GSRU",
    "les CCSP du Zou",
    "les CCSP des Collines",
    "les guichets GSRU de l'Ouémé",
)
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
WORDS = ("alerte", "amélioration", "changement")  # in the order they are printed
FORBIDDEN = (
    "((",
    "))",
    "augment",
    "diminu",
    "progress",
    "recul",
    "mieux",
    "meilleur",
    "pire",
    "dégrad",
    "chute",
    "bond ",
    "évolution",
    "tendance",
    "None",
    "nan ",
    "  ",
    " .",
    " ,",
    "« »",
    "()",
    "[",
    "{",
)
REASONS = {  # written out again, not imported: what the reader accepts as reason of a signal
    (OUTSIDE, 1): "au-dessus de ce que le hasard permet",
    (OUTSIDE, -1): "au-dessous de ce que le hasard permet",
    (ON_ONE_SIDE, 1): "huit mois ou plus de suite au-dessus de l'habitude",
    (ON_ONE_SIDE, -1): "huit mois ou plus de suite au-dessous de l'habitude",
}


# --- situations -----------------------------------------------------------------------------------------------------
def figure(
    code: str, numerator=None, denominator=None, value=None, n=0, note="", sites=(5, 6)
) -> Figure:
    """As the indicators make it: hidden under the minimum."""
    minimum = BY_CODE[code].minimum
    if value is not None and n < minimum:
        value, note = None, f"trop peu de cas (moins de {minimum})"
    return Figure("all", code, numerator, denominator, value, n, *sites, note)


def share(code: str, part: int, whole: int, missing: str, sites=(5, 6), scale=100) -> Figure:
    value = scale * part / whole if whole else None
    return figure(code, part, whole, value, whole, "" if whole else missing, sites)


LEVELS = {
    "wait_p50": 25,
    "wait_p90": 60,
    "wait_within_30": 60,
    "left": 8,
    "satisfaction": 70,
    "complaints_per_1000": 20,
    "completeness": 85,
    "visits_per_day": 40,
    "complaints_30d_due": 60,
    "complaints_open": 6,
    "complaints_late": 3,
    "complaint_delay": 14,
    "women_share": 45,
}


@cache
def pool(code: str) -> tuple[Signal, ...]:
    """Signals of all kinds for an indicator: calm, up, down, too short, too rare, by quarter, of an earlier month, missing."""
    october, march, level = date(2026, 10, 1), date(2026, 3, 1), LEVELS[code]
    more = 30 if code in VOLUMES else 0  # months before a volume is judged
    found = [
        made(code, level, m + more, october, seed) for seed, m in enumerate((12, 18, 24, 30, 40))
    ]
    found += [
        made(code, level, m + more, october, 7, shift=s) for s in (0.3, 1.6, 3) for m in (14, 30)
    ]
    found += [made(code, level, 45 + more, october, 9, shift=s, since=9) for s in (0.8, 1.2)]
    found += [made(code, level, m, october, 3) for m in (2, 11)]
    found.append(made(code, level, 20 + more, march, 5, shift=0.3))
    if code in RATES:
        found += [
            made(code, 20, 40, october, 11, shift=s, base=130) for s in (1, 6)
        ]  # 2.6 a month: by quarter
        found.append(made(code, 2, 30, october, 12, base=100))  # 0.2 a month: too few
    return tuple(found)


@cache
def wholes(code: str) -> tuple[Signal, ...]:
    """The same of three sites together, of which one moves, or none."""
    october = date(2026, 10, 1)
    more = 30 if code in VOLUMES else 0
    found = [made(code, LEVELS[code], m + more, october, m, sites=3) for m in (12, 18, 30, 36, 45)]
    found += [
        made(code, LEVELS[code], m + more, october, 8, shift=s, sites=3)
        for s in (0.3, 1.6, 3)
        for m in (30, 44)
    ]
    found += [
        made(code, LEVELS[code], 50 + more, october, 10, shift=s, since=9, sites=3)
        for s in (0.8, 1.2)
    ]
    return tuple(found)


WHOLE = tuple(code for code in LEVELS if code not in MEASURES)


def figures_of(r: random.Random, expected: int, reporting: int) -> dict[str, Figure]:
    some = lambda most: r.choice([0, 1, 2, r.randint(3, 60), r.randint(0, most)])  # noqa: E731
    sites = (reporting, expected)
    visits = some(40_000) if reporting else 0
    not_reported = not visits and not reporting
    days = some(700)
    timed = r.choice([0, visits, r.randint(0, visits)])
    gone, known = sorted((some(visits), r.randint(0, visits)))
    gone = min(gone, known)
    wait = r.randint(0, 240)
    handed = (r.choice([0, reporting, r.randint(0, reporting)]), expected)
    received = some(80) if handed[0] else 0
    due = r.randint(0, received)
    fast, soon = r.randint(0, due), r.randint(0, received - due)
    waiting = some(40) if handed[0] else 0
    none = "registre des plaintes non remonté"
    late = "registre des plaintes incomplet"
    hidden_off = (
        "" if not_reported else r.choice(["", f"dont {r.randint(1, 9)} notée un jour de fermeture"])
    )
    found = [
        figure(
            "visits",
            value=None if not_reported else visits,
            n=visits,
            note="données non remontées" if not_reported else hidden_off,
            sites=sites,
        ),
        figure(
            "visits_per_day",
            visits,
            days,
            visits / days if days and not not_reported else None,
            days,
            "" if days and not not_reported else NO_OPEN_DAY_HANDED_IN,
            sites,
        ),
        figure(
            "wait_p50",
            value=wait if timed else None,
            n=timed,
            note="" if timed else "non mesuré",
            sites=sites,
        ),
        figure(
            "wait_p90",
            value=min(240, wait + 30) if timed else None,
            n=timed,
            note="" if timed else "non mesuré",
            sites=sites,
        ),
        share("wait_within_30", r.randint(0, timed), timed, "non mesuré", sites),
        share("left", gone, known, "le registre ne dit pas qui est parti", sites),
        share("completeness", r.randint(0, days), days, NO_OPEN_DAY, sites),
        share(
            "complaints_30d",
            fast + soon,
            received,
            "aucune plainte reçue" if handed[0] else none,
            handed,
        ),
        share(
            "complaints_30d_due", fast, due, "aucune plainte échue" if handed[0] else none, handed
        ),
        figure(
            "complaints_open",
            value=waiting if waiting or handed[0] >= max(expected, 1) else None,
            n=waiting,
            note="" if waiting or handed[0] >= max(expected, 1) else late if handed[0] else none,
            sites=handed,
        ),
        figure(
            "complaints_oldest",
            value=some(300) if waiting else None,
            n=waiting,
            note=""
            if waiting
            else "aucune plainte en cours"
            if handed[0] >= max(expected, 1)
            else late,
            sites=handed,
        ),
    ]
    return {f.indicator: f for f in found}


def signals_of(r: random.Random, codes, calm: bool, of=pool) -> dict[str, Signal]:
    return {code: r.choice(of(code)[:5] if calm else of(code)) for code in codes}


@cache
def situation(seed: int) -> Situation:
    """One situation of 200; the same at each run."""
    r = random.Random(seed)
    alone = r.random() < 0.15
    names = r.sample(SITES, 1 if alone else r.choice([0, 1, 2, len(SITES)]))
    expected = max(len(names), r.choice([0, 1, 2]))
    not_reported = tuple(sorted(names[: r.choice([0, 1, 2, len(names)])]))
    month = date(2026, r.choice([3, 10, 11]), 1)
    whole = Period(month, month_end(month))
    last = r.choice([whole.last, whole.last, month.replace(day=r.choice([1, 10]))])
    calm = r.random() < 0.3
    by_site = {} if alone else {name: signals_of(r, FOLLOWED, calm) for name in names}
    if len(by_site) > 1 and r.random() < 0.4:  # a centre too young for any chart
        by_site[names[0]] = {
            code: made(code, LEVELS[code], 2, date(2026, 10, 1), 3, shift=3) for code in FOLLOWED
        }
    own = signals_of(
        r,
        r.choice([(), ("wait_p50",), tuple(LEVELS) if alone else WHOLE]),
        calm,
        pool if alone else wholes,
    )
    trust_context = TrustContext(
        last,
        r.choice([0, 1, 9]),
        r.random() < 0.3,
        not_reported,
        0,
        0,
        r.random() < 0.5,
        complaints_through=r.choice([expected, expected, r.randint(0, expected)]),
        complaints_to=f"au {last + timedelta(r.choice([0, 0, 1, 2])):%d/%m/%Y}",
    )
    unmeasured = tuple(names[: r.choice([0, 0, 1, 2, 6])])
    scope = f"le {names[0]}" if alone else r.choice(SCOPES)
    if (
        not alone and r.random() < 0.25
    ):  # a filter by type of site: nobody follows the series of the whole
        scope, own = r.choice(OF_A_KIND), None
    return Situation(
        ClippedPeriod(whole, Period(month, last)),
        scope,
        figures_of(r, expected, expected - len(not_reported)),
        own,
        by_site,
        trust_context,
        Budget(
            *r.choice(
                [(12, 0.2, 1, 0.2, 1, 100), (60, 0.8, 2, 0.8, 2, 100), (40, 2.0, 4, 1.9, 4, 100)]
            )
        ),
        unmeasured,
        {f"site {i}": name for i, name in enumerate(SITES)},
    )


# --- the reader -----------------------------------------------------------------------------------------------------
def plain(text: str) -> str:
    """With ordinary spaces, and none within a number."""
    return re.sub(r"(?<=\d)\u202f(?=\d)", "", text).replace("\u00a0", " ").replace("\u202f", " ")


def fr(x: float, decimals: int = 0) -> str:
    return str(
        Decimal(str(x)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    ).replace(".", ",")


def percent(x: float) -> str:
    return f"{fr(x, 1 if 0 < x < 10 or 99 < x < 100 else 0)} %"


def said_of(f: Figure) -> str:
    """What the text has to say of a figure after its label."""
    unit = BY_CODE[f.indicator].unit
    counts = (
        f"{f.numerator} sur {f.denominator}"
        if f.denominator is not None
        else f"{f.n} cas"
        if f.n
        else ""
    )
    if f.value is None:
        if "moins de" not in f.note:
            return f.note
        if f.denominator:
            return f"{counts} (trop peu pour un pourcentage)"
        return f"trop peu de cas ({f.n}, il en faut {BY_CODE[f.indicator].minimum})"
    value = (
        percent(f.value)
        if unit == "percent"
        else f"{f.value} min" + (" et plus" if f.value >= 240 else "")
    )
    return f"{value} ({counts})"


def claim(s: Signal) -> str:
    """The one thing that the month allows to say: a word of WORDS, "rien" or "trop peu"."""
    c = s.chart
    if s.position is None or c.level_start[s.position] < 0:
        return "trop peu"
    side, direction = int(c.side[s.position]), BY_CODE[s.indicator].direction
    if side == 0:
        return "trop peu" if math.isnan(c.usual_when_judged[s.position]) else "rien"
    return (
        "changement"
        if direction == "neither"
        else "amélioration"
        if (side > 0) == (direction == "up")
        else "alerte"
    )


def claimed(text: str) -> Counter:
    """(word, indicator) as often as the text claims it."""
    found, word = Counter(), ""
    for token in re.findall(r"signa(?:l|ux) d(?:'|e )(\w+) sur|pas de (signal)|« ([^»]+) »", text):
        if token[2]:
            found[word, token[2]] += 1
        else:
            word = token[0] or "rien"
    return found


def read(s: Situation, lines: list[Line]) -> None:
    """Every check; AssertionError for the first false claim."""
    texts = [plain(line.text) for line in lines]
    assert 5 <= len(lines) <= 8
    for line, text in zip(lines, texts, strict=True):
        assert text.endswith(".") and (text[0].isupper() or text[0].isdigit()), text
        assert not [w for w in FORBIDDEN if w in text], text
        assert text.count("(") == text.count(")") and text.count("«") == text.count("»"), text
        assert line.anchor in BY_CODE or line.anchor == "", line
        assert isinstance(line.n, int) and line.n >= 0, line
        read_french(text)
    own, alerts, complaints, reporting, volume, waits, left, *rest = texts
    read_reporting(s, reporting)
    read_volume(s, volume)
    read_waits(s, waits, left)
    read_own(s, own)
    read_alerts(s, alerts)
    read_complaints(s, complaints)
    read_limits(s, rest)
    if s.scope in OF_A_KIND:
        assert not any("réseau" in text for text in texts if text != own), (
            "CCSP alone are not the network"
        )
    for text in (reporting, volume, waits, left, complaints, *rest):
        assert not re.search(r"amélioration|alerte|changement|hausse|baisse|signal", text), text
    assert lines[5].n == s.figures["wait_p50"].n and lines[6].n == s.figures["left"].n
    assert lines[4].n == s.figures["visits"].n and lines[2].n == s.figures["complaints_30d"].n


def read_french(text: str) -> None:
    """Elision, and nouns that agree with the number before them: 0 and 1 singular, from 2 plural."""
    assert not re.search(r"\b[dD]e [AEIOUÉÈÊaeioué]", text), text
    assert not re.search(r"\b[dD]'(?![AEIOUÉÈaeiouéh])", text), text
    for many, names in re.findall(
        r"signa(l|ux) d(?:'|e )\w+ sur ((?:«.*?(?= signa|, signa| ; |\.$|, [CG]|$)))", text
    ):
        assert (names.count("«") > 1) == (many == "ux"), text
    pattern = r"(\d+) (centre|usager|plainte|jour|autre|chiffre|indicateur|carte|signa)(ux|s|l)?\b"
    for number, noun, end in re.findall(pattern, text):
        right = ("l", "ux") if noun == "signa" else ("", "s")
        assert end == right[int(number) >= 2], f"{number} {noun}{end}: {text}"
    for number, verb in re.findall(r"(\d+) centres? sur \d+ (a|ont) ", text):
        assert verb == ("ont" if int(number) >= 2 else "a"), text
    for number, end in re.findall(r"(\d+) (?:usagers?|plaintes?) reçue?(s?)\b", text):
        assert end == ("s" if int(number) >= 2 else ""), text


def read_reporting(s: Situation, text: str) -> None:
    visits = s.figures["visits"]
    sent, expected, not_reported = (
        visits.sites_reporting,
        visits.sites_expected,
        s.trust_context.not_reported,
    )
    assert text.startswith("Données fictives. ") == s.trust_context.demo
    text = text.removeprefix("Données fictives. ")
    assert text[0].lower() + text[1 : len(s.scope)] == s.scope
    month = s.period.full_period.first
    assert f", {MONTHS[month.month - 1]} {month.year} : " in text
    if expected > 1 and sent:
        assert (
            f"{sent} centre{'s' * (sent > 1)} sur {expected} {'ont' if sent > 1 else 'a'} remonté"
            in text
        )
    elif expected > 1:
        assert (
            f"aucun des {expected} centres attendus n'a remonté de registre des visites ni de fiche"
            in text
        )
    else:
        start = {
            0: "rien n'était attendu, aucun centre n'étant ouvert",
            1: "registre des visites remonté"
            if sent
            else "ni registre des visites ni fiche remontés",
        }
        figure = s.figures["completeness"]
        closings = figure.value is not None or expected and (sent or figure.note != NOT_DUE)
        assert f" : {start[expected]}{' ;' if closings else '.'}" in text
    named = expected > 1 and sent > 0 and bool(not_reported)
    assert ("remonté ni registre des visites ni fiche" in text) == named
    if named:
        assert (
            ("n'a remonté ni registre des visites ni fiche : " in text)
            == (len(not_reported) == 1)
            != ("n'ont remonté ni registre des visites ni fiche : " in text)
        )
        names = re.search("remonté ni registre des visites ni fiche : ([^;]+) ;", text)[1]
        assert sorted(re.split(", | et ", names)) == list(not_reported)
    closed = s.figures["completeness"]
    of = ""
    if closed.value is not None and 0 < closed.sites_reporting < closed.sites_expected:
        n = closed.sites_reporting
        who = "le seul centre qui en ait" if n == 1 else f"les {n} centres qui en ont"
        of = f", dans {who} déjà remis, sur {closed.sites_expected}"
    said = said_of(closed)
    due = closed.value is not None or expected and (sent or closed.note != NOT_DUE)
    assert (f"fiches de clôture remises : {said}{of}." in text) == bool(due)
    known, due = s.period.period, s.period.full_period
    assert ("Période en cours" in text) == (known != due or s.trust_context.partial)
    if known != due:
        day = f"{'1er' if known.last.day == 1 else known.last.day} {MONTHS[known.last.month - 1]} {known.last.year}"
        assert (
            f"arrêtée au {day} ({known.days} jour{'s' * (known.days > 1)} sur {due.days})" in text
        )


def read_volume(s: Situation, text: str) -> None:
    visits, per_day = s.figures["visits"], s.figures["visits_per_day"]
    if visits.value is None:
        assert text == "Usagers reçus : ni registre des visites ni fiche remontés."
        return
    several = r" \(une personne peut venir plusieurs fois\)" if visits.n >= 2 else ""
    whole = visits.sites_reporting if visits.sites_whole is None else visits.sites_whole
    least = "Au moins " if whole < visits.sites_expected else ""
    off = rf", {visits.note}" if visits.note else ""
    many = rf"{least}{visits.n} visite{'s' * (visits.n >= 2)}{off}{several}, "
    assert re.match(many, text), text
    assert visits.note in text
    if per_day.value is None:
        assert NO_OPEN_DAY_HANDED_IN in text and "soit" not in text
    elif per_day.denominator < 5:
        days = f"{per_day.denominator} jour{'s' * (per_day.denominator > 1)} ouvert"
        assert f", sur {days}" in text and "soit" not in text
    else:
        said = fr(per_day.value, 1)
        if said == "0,0" and per_day.value:
            said = "moins de 0,1"
        by = "" if visits.sites_expected == 1 else "centre et par "
        counted = ", toutes comptées," if off else ""
        assert f"soit{counted} {said} par {by}jour ouvert ({per_day.denominator} jour" in text
        assert ("d'ouverture d'un centre" in text) == bool(by)


def read_waits(s: Situation, text: str, left: str) -> None:
    f = s.figures
    assert left == f"Partis sans être reçus : {said_of(f['left'])}."
    if not f["wait_p50"].n:
        assert text.startswith("Attente : non mesurée") and "min" not in text and "%" not in text
        return
    measured, visits = f["wait_p50"].n, f["visits"].n
    nine = "attente de 9 usagers sur 10 : "
    if f["wait_p90"].value is not None:
        nine = "9 usagers sur 10 ont attendu au plus "
    soon = said_of(f["wait_within_30"])
    if f["wait_within_30"].value is not None and f["wait_within_30"].n > measured:
        soon = f"{soon[:-1]} usagers, ceux partis sans être reçus compris)"
    assert text == (
        f"Attente médiane : {said_of(f['wait_p50'])} ; {nine}{said_of(f['wait_p90'])} ;"
        f" reçus en 30 minutes ou moins : {soon} ; attente mesurée pour"
        f" {percent(100 * measured / visits)} des usagers reçus ({measured} sur {visits})."
    )


def when(s: Signal) -> str:
    before = {ChartKind.YEAR: "douze mois, jusqu'en ", ChartKind.STOCK: "fin "}.get(s.kind, "")
    return before + of_time(s)


def of_time(s: Signal) -> str:
    """The quarter or month that a signal is of, or ends with."""
    if s.kind == ChartKind.BY_QUARTER:
        return f"{'1ᵉʳ 2ᵉ 3ᵉ 4ᵉ'.split()[s.latest.month // 3]} trimestre {s.latest.year}"
    return f"{MONTHS[s.latest.month - 1]} {s.latest.year}"


def moments(found: list[Signal]) -> set[str]:
    """What a heading names: the end of a month with the month."""
    return {of_time(s) if s.kind == ChartKind.STOCK else when(s) for s in found}


def read_moment(text: str, charted: list[Signal], period: Period) -> None:
    """The moment is that of all the charts spoken of; and a period that has none of their points is warned of."""
    both = moments(charted)
    for one in both:
        assert re.search(rf"\b(en|au|sur) {one}", text), text
    ends = [
        month_end(add_months(s.latest, 2 if s.kind == ChartKind.BY_QUARTER else s.chart.lag))
        for s in charted
    ]
    if not any(
        s.latest <= period.last and period.first <= end
        for s, end in zip(charted, ends, strict=True)
    ):
        assert "(hors de la période)" in text
    else:
        assert "(hors de la période)" not in text


def read_own(s: Situation, text: str) -> None:
    if s.signals is None:
        assert text == (
            f"Pour {s.scope}, pas de jugement d'ensemble : seuls sont suivis le réseau entier, les"
            " départements et les centres."
        )
        return
    # Of a site alone, those that the next line counts.
    own = s.signals if s.site_signals else {c: f for c, f in s.signals.items() if c in FOLLOWED}
    claims = [(claim(f), f) for f in own.values()]
    charted = [f for word, f in claims if word != "trop peu"]
    found = sorted((WORDS.index(word), f.indicator) for word, f in claims if word in WORDS)
    assert text.startswith(f"Pour {s.scope}, ")
    printed = claimed(text)
    possible = Counter((WORDS[w], BY_CODE[code].short) for w, code in found)
    assert printed <= possible and printed.total() == min(4, len(found)), text
    for word in WORDS:
        assert (word in text) == any(w == word for w, _ in printed), text
    shown_worst = Counter(w for w, _ in printed)
    assert shown_worst == Counter(WORDS[w] for w, _ in found[:4]), "alerts before improvements"
    more = re.search(r"et (\d+) autres? sign", text)
    assert (int(more[1]) if more else 0) == max(0, len(found) - 4)
    if not charted:
        nothing = s.figures["visits"].note == "données non remontées"
        said = (
            "rien à juger : ni registre des visites ni fiche remontés"
            if nothing
            else "pas encore assez de mois ou de cas pour juger"
        )
        assert text == f"Pour {s.scope}, {said}."
        return
    read_moment(text, charted, s.period.period)
    calm = re.search(r"rien d'inhabituel dans (?:les )?(?:(\d+)|l') ?(?:autres? )?indicateur", text)
    assert (int(calm[1] or 1) if calm else 0) == len(charted) - len(found)
    shown_ones = [f for w, f in claims if (w, BY_CODE[f.indicator].short) in printed]
    reasons = Counter(reason_of(f) for f in shown_ones if f.rule == ON_ONE_SIDE)
    assert "ce que le hasard permet" not in text
    for reason in reasons:
        assert text.count(reason) == reasons[reason], text
    for f in shown_ones:
        read_detail(s, f, text, dated=len(moments(charted)) > 1)
    rest = text
    for reason in reasons:
        rest = rest.replace(reason, "")
    assert "hausse" not in rest and "baisse" not in rest


def reason_of(f: Signal) -> str:
    """The rule in words."""
    reason = REASONS[int(f.chart.rule[f.position]), int(f.chart.side[f.position])]
    return reason.replace("mois", "trimestres") if f.kind == ChartKind.BY_QUARTER else reason


NUMBER = r"(\d+(?:,\d+)?)"


def read_detail(s: Situation, f: Signal, text: str, *, dated: bool) -> None:
    """Beside a signal: its own month, its own value, what is usual there, and the sites that it comes from."""
    part = text.split(f"« {BY_CODE[f.indicator].short} » (")[1].split(")")[0]
    assert part.startswith(when(f)) == dated, part
    said = re.match(NUMBER, part.removeprefix(f"{when(f)}, "))[1]
    values, at = f.chart.values if f.chart.median is None else f.chart.median, f.position
    assert near(said, float(values[at])), part
    usual = re.search(rf"pour {NUMBER}", part)
    if usual and f.chart.median is None:
        assert near(usual[1], float(f.chart.usual_when_judged[at])), part
        assert said != usual[1] or abs(values[at] - f.chart.usual_when_judged[at]) < 0.01
    elif usual:  # of a wait the median of months before, and on the other side of the month's
        before = values[max(f.chart.level_start[at], 0) : at]
        assert np.nanmin(before) <= float(usual[1].replace(",", ".")) <= np.nanmax(before), part
        assert (float(said.replace(",", ".")) - float(usual[1].replace(",", "."))) * f.side > 0, (
            part
        )
    of_season = re.search(rf"{NUMBER} par jour, contre {NUMBER} d'habitude en cette saison", part)
    assert bool(of_season) == (f.kind == ChartKind.VOLUME), part
    named = [name for name in SITES if name in part]
    assert named == sorted((s.names[c] for c in f.causes), key=SITES.index), part
    if named:
        assert f.chart.comparison is not None
        if f.gap.rest == Rest.NOBODY:
            assert re.search(r"seuls? centres? jugés?\s: le ", part), part
            return
        assert f"sans compter le {named[0]}" in part
        others = re.split(r"\s: ", part.split("sans compter ")[1])[1]
        usual = rf"(?:comme d'habitude|contre {NUMBER})"
        beside = re.match(rf"{NUMBER}[^,]*, {usual}", others)
        is_said = f.value_without_causes is not None and f.chart.median is None
        assert bool(beside) == is_said, part
        if beside:
            assert near(beside[1], f.value_without_causes), part
            assert not beside[2] or near(beside[2], f.usual_without_causes), part
    assert "typique" not in part


def near(said: str, true: float) -> bool:
    """Whether what is printed is the number, to the decimals that are printed."""
    decimals = len(said.partition(",")[2])
    return abs(float(said.replace(",", ".")) - true) <= 0.5 * 10**-decimals + 1e-9


def read_alerts(s: Situation, text: str) -> None:
    places = s.site_signals or {s.scope: s.signals or {}}
    series = [(name, f[code]) for name, f in places.items() for code in FOLLOWED if code in f]
    charted = [(name, f) for name, f in series if claim(f) != "trop peu"]
    found = [(name, claim(f), f) for name, f in charted if claim(f) in WORDS]
    if not charted:
        assert text == "Pas encore assez de mois ou de cas pour dire si un chiffre est inhabituel."
        return
    low, high = math.floor(s.budget.expected), math.ceil(s.budget.expected)
    chance = f"{low} ou {high}" if low != high else f"{high}"
    there = f"{len(found)} signa{'ux' if len(found) > 1 else 'l'}" if found else "[Aa]ucun signal"
    compared = f"chiffre{'s' * (s.budget.series > 1)} comparé{'s' * (s.budget.series > 1)}"
    said = rf"{there} sur {s.budget.series} {compared} à l'habitude"
    if found or high > 1:
        said += rf" ; le hasard seul en donnerait {chance}"
    usual = ", et peut en donner autant" if 0 < len(found) <= s.budget.usual_most else ""
    judged = re.search(rf"{said}{usual}\.$", text)
    assert judged, text
    if s.site_signals:
        read_sites(s, text[: judged.start()].strip(), charted, found)
    else:
        judged = len({f.indicator for _, f in charted})
        have = "a" if judged == 1 else "ont"
        enough = f", dont {judged} {have} assez de mois et de cas" if judged < len(FOLLOWED) else ""
        start = rf"Sur les {len(FOLLOWED)} indicateurs surveillés{enough}\s: (\d|aucun)"
        assert not claimed(text) and re.match(start, text)


def read_sites(s: Situation, text: str, charted: list, found: list) -> None:
    total, sites = len({name for name, *_ in found}), len({name for name, _ in charted})
    assert re.match(
        rf"{total} centres? sur {sites} jugés? (a|ont) "
        if total
        else rf"{sites} centres? jugés?, .* :$",
        text,
    )
    dated = len(moments([f for *_, f in found])) > 1
    for word in WORDS:
        true = [(name, f) for name, w, f in found if w == word]
        part = re.search(rf"{word.capitalize()} : ([^.]*)\.", text)
        assert (part[1] if part else "") == by_gravity(true, dated=dated), text
    starts = [
        text.index(f"{word.capitalize()} : ") for word in WORDS if f"{word.capitalize()} :" in text
    ]
    assert starts == sorted(starts), "alerts before improvements"
    read_moment(text, [f for *_, f in found] or [f for _, f in charted], s.period.period)
    assert "hausse" not in text and "baisse" not in text


def by_gravity(true: list[tuple[str, Signal]], *, dated: bool) -> str:
    """Sites with their indicators: a month beyond its limits before a run, then what people feel first."""

    def grave(f: Signal) -> tuple[bool, int]:
        return f.rule == ON_ONE_SIDE, FOLLOWED.index(f.indicator)

    by_site: dict[str, list[Signal]] = {}
    for name, f in sorted(true, key=lambda pair: (grave(pair[1]), SITES.index(pair[0]))):
        by_site.setdefault(name, []).append(f)
    told = []
    for name, signals in by_site.items():
        labels = [BY_CODE[f.indicator].short for f in signals]
        labels = [label[0].lower() + label[1:] for label in labels]
        if dated:
            labels = [f"{label}, {when(f)}" for label, f in zip(labels, signals, strict=True)]
        told.append(f"{name} ({counted_off(labels, 2)})")
    return counted_off(told, 4)


def counted_off(words: list[str], most: int) -> str:
    rest = len(words) - most
    words = [*words[:most], *([f"{rest} autre{'s' * (rest > 1)}"] if rest > 0 else [])]
    return f"{', '.join(words[:-1])} et {words[-1]}" if len(words) > 1 else "".join(words)


def read_complaints(s: Situation, text: str) -> None:
    official, due = s.figures["complaints_30d"], s.figures["complaints_30d_due"]
    now, oldest = s.figures["complaints_open"], s.figures["complaints_oldest"]
    if not official.sites_reporting:
        assert text == "Registre des plaintes non remonté."
        return
    known = min(official.sites_reporting, s.trust_context.complaints_through)
    whole = known >= official.sites_expected
    number = f"{official.n} plainte{'s' * (official.n > 1)} reçue"
    of = f"egistre des plaintes à jour dans {known} centre{'s' * (known > 1)} sur {official.sites_expected}"
    if official.sites_expected == 1 or not known:
        of = "egistre des plaintes pas à jour"
    if official.n:
        assert text.startswith(number if whole else f"Au moins {number}")
    else:
        assert text.startswith(
            "Aucune plainte reçue sur la période"
            if whole
            else f"R{of} ; aucune plainte connue reçue"
        )
    assert (of in text.split(";")[0]) == (not whole)
    if official.n:
        long = "traitées en 30 jours ou moins, parmi celles reçues il y a 30 jours ou plus"
        said = said_of(due) if due.n else f"pas calculable ({said_of(due)})"
        assert f"{long} : {said} ;" in text
        assert f"GT1PKI10, qui compte aussi les plus récentes : {said_of(official)} ;" in text
    else:
        assert "GT1PKI10" not in text and "%" not in text
    whole = now.sites_reporting >= now.sites_expected
    if not now.value:
        late = "plaintes en cours : nombre inconnu, registre des plaintes incomplet"
        assert text.endswith("; aucune plainte en cours." if whole else f"; {late}.")
        return
    age = f"depuis {oldest.value} jour{'s' * (oldest.value > 1)}."
    first = "la plus ancienne " if whole else "la plus ancienne que l'on connaisse attend "
    known = "" if whole else f" connue{'s' * (now.value > 1)}"
    day = f" {s.trust_context.complaints_to}" if s.trust_context.complaints_to else ""
    assert text.endswith(
        f"; toutes périodes confondues, {now.value}"
        f" plainte{'s' * (now.value > 1)}{known} en cours{day}, {first * (now.value > 1)}{age}"
    ), text


def read_limits(s: Situation, rest: list[str]) -> None:
    charted = (
        "visits_per_day",
        "wait_p50",
        "wait_p90",
        "wait_within_30",
        "left",
        "complaints_30d_due",
        "complaints_30d",
    )
    hidden = [c for c in charted if s.figures[c].value is None and "moins de" in s.figures[c].note]
    few = [c for c, f in (s.signals or {}).items() if claim(f) == "trop peu" and c not in hidden]
    short = sum(claim(f[c]) == "trop peu" for f in s.site_signals.values() for c in FOLLOWED)
    assert len(rest) == bool(hidden or few or short or s.unmeasured)
    text = rest[0] if rest else ""
    for start, names in (("pour calculer ", hidden), ("pour juger ", few)):
        part = text.split(start)[1].split(" ; ")[0] if start in text else ""
        assert re.findall("« ([^»]+) »", part) == [BY_CODE[c].short for c in names[:4]]
        assert (f"et {len(names) - 4} autre" in part) == (len(names) > 4)
    head = f"attente non mesurée dans {len(s.unmeasured)} centre{'s' * (len(s.unmeasured) > 1)} ("
    assert (head in text) == bool(s.unmeasured)
    part = text.split(head)[1] if s.unmeasured else ""
    assert [n for n in SITES if n in part] == sorted(s.unmeasured[:4], key=SITES.index)
    assert (f"et {len(s.unmeasured) - 4} autre" in part) == (len(s.unmeasured) > 4)
    too_short = [sum(claim(f[c]) == "trop peu" for c in FOLLOWED) for f in s.site_signals.values()]
    none = too_short.count(len(FOLLOWED))
    part = sum(0 < n < len(FOLLOWED) for n in too_short)
    said = text.split("centre par centre, ")[1].split(" ; ")[0] if short else ""
    assert ("centre par centre, " in text) == bool(short)
    assert ("aucun n'a encore assez" in said) == (none == len(too_short) > 0)
    if 0 < none < len(too_short):
        assert re.match(rf"{none} centres? sur {len(too_short)} n'(a|ont) pas encore assez", said)
    if part and none < len(too_short):
        assert re.search(rf"\b{part} (autre|centre)s? (n'est|ne l'est|ne (le )?sont)", said), said
    assert ("en partie" in said) == bool(part and none < len(too_short))


# --- the tests ------------------------------------------------------------------------------------------------------
@pytest.mark.pitfall(8)
@pytest.mark.pitfall(16)
@pytest.mark.pitfall(38)
@pytest.mark.parametrize("seed", range(SITUATIONS))
def test_no_false_claim(seed):
    s = situation(seed)
    read(s, write(s))


def test_the_situations_hold_what_may_go_wrong():
    """Otherwise the 200 would prove little."""
    seen: Counter = Counter()
    for s in map(situation, range(SITUATIONS)):
        followed = [f for site in s.site_signals.values() for f in site.values()]
        words = {claim(f) for f in [*(s.signals or {}).values(), *followed]}
        own = [claim(f) for f in (s.signals or {}).values()]
        alerting = sum(
            any(claim(f) in WORDS for f in site.values()) for site in s.site_signals.values()
        )
        seen.update(words)
        seen.update(
            {
                "more than four own": sum(w in WORDS for w in own) > 4,
                "more than four sites": alerting > 4,
                "calm": bool(own) and not set(own) & set(WORDS),
                "nothing charted": not own,
                "alone": not s.site_signals,
                "partial": s.period.partial,
                "of a kind": s.signals is None,
                "of a kind, in one department": s.scope in OF_A_KIND[2:],
                "by quarter": any(
                    f.kind == ChartKind.BY_QUARTER and f.is_judged
                    for f in [*(s.signals or {}).values(), *followed]
                ),
                "a run": any(f.rule == ON_ONE_SIDE for f in (s.signals or {}).values()),
                "a site named": any(f.causes for f in (s.signals or {}).values()),
                "no limits": len(write(s)) == 7,
                "unreported": not s.figures["complaints_30d"].sites_reporting,
            }
        )
        for code in ("visits", "complaints_30d", "complaints_open", "wait_p50"):
            seen[code, min(s.figures[code].n, 3)] += 1
        seen[f"not reported {min(len(s.trust_context.not_reported), 3)}"] += 1
    assert set(seen) >= {
        *WORDS,
        "rien",
        "trop peu",
        "not reported 0",
        "not reported 1",
        "not reported 2",
        "not reported 3",
    }
    assert {k: n for k, n in seen.items() if n < 3} == {}
    assert all(
        seen[code, n] for code in ("visits", "complaints_30d", "complaints_open") for n in range(4)
    )


def some(wanted) -> tuple[Situation, list[Line]]:
    """The first situation with a property, and its bulletin."""
    return next(
        (s, lines)
        for s, lines in ((s, write(s)) for s in map(situation, range(SITUATIONS)))
        if wanted(s, lines)
    )


@pytest.mark.parametrize(
    "line, old, new",
    [
        (0, r"d'alerte", "d'amélioration"),
        (0, r"d'amélioration", "d'alerte"),
        (0, r"inhabituel dans \d+", "inhabituel dans 99"),
        (0, r"au-dessus de l'habitude", "au-dessous de l'habitude"),
        (0, r"pour (\d+)", "pour 9999"),
        (0, r"sans compter le CCSP d'Adjarra", "sans compter le CCSP de Covè"),
        (
            0,
            "rien d'inhabituel dans les",
            "signal d'amélioration sur « Attente médiane », rien d'inhabituel dans les",
        ),
        (1, r"Alerte", "Amélioration"),
        (1, r"CCSP d'Adjarra", "CCSP de Bohicon"),
        (1, r"et \d+ autres", "et 97 autres"),
        (1, r"\d+ signaux sur", "98 signaux sur"),
        (1, r"sur \d+ chiffres", "sur 999 chiffres"),
        (4, r"\.$", ", une amélioration."),
        (4, r"^\d+", "7777"),
        (4, r"visites\b", "visite"),
        (5, "Attente médiane : .*? min", "Attente médiane : 0 min"),
        (6, r"\.$", ", en hausse."),
        (2, r"; aucune plainte en cours", "; 0 plaintes en cours"),
        (3, "ont remonté", "a remonté"),
        (
            3,
            "n'ont remonté ni registre des visites ni fiche",
            "n'a remonté ni registre des visites ni fiche",
        ),
        (3, "de Kandi", "de Ouidah"),
        (7, "« [^»]+ »", "« Autre »"),
    ],
)
def test_the_reader_sees_what_is_false(line, old, new):
    """The reader itself is tested: it refuses each of these falsified bulletins."""
    s, lines = some(lambda _, found: len(found) > line and re.search(old, plain(found[line].text)))
    read(s, lines)
    false = re.sub(old, new, plain(lines[line].text), count=1)
    assert false != plain(lines[line].text)
    with pytest.raises((AssertionError, ValueError)):
        read(s, [*lines[:line], replace(lines[line], text=false), *lines[line + 1 :]])


EMPTY = {code: figure(code, note="non mesuré", sites=(0, 3)) for code in BY_CODE}
NOVEMBER = ClippedPeriod(
    Period(date(2026, 11, 1), date(2026, 11, 30)), Period(date(2026, 11, 1), date(2026, 11, 30))
)
NOT_DUE = "aucune fiche n'est encore attendue"
NOTHING = TrustContext(None, None, False, (), 0, 0, False)
NO_CHANCE = Budget(0, 0.0, 0, 0.0, 0, 100)


@pytest.mark.pitfall(8)
def test_two_points_allow_nothing_however_far_apart():
    two = {
        c: signal(
            follow(c, counted(c, [[10, 390]], [[400, 400]]), date(2026, 11, 1))["site 0"],
            date(2026, 11, 1),
        )
        for c in ("satisfaction", "left", "wait_within_30")
    }
    lines = write(
        Situation(NOVEMBER, "le réseau", EMPTY, two, {"CCSP de Kandi": two}, NOTHING, NO_CHANCE)
    )
    text = " ".join(plain(line.text) for line in lines)
    assert "pas encore assez de mois" in text and "aucun n'a encore assez de mois" in text
    assert not re.search("amélioration|alerte|hausse|baisse|signal sur", text)


@pytest.mark.pitfall(27)
def test_what_is_missing_is_said_and_is_never_0():
    lines = write(
        Situation(
            NOVEMBER,
            "le réseau",
            EMPTY,
            {},
            {},
            replace(NOTHING, not_reported=SITES[:3]),
            NO_CHANCE,
        )
    )
    assert [plain(line.text) for line in lines] == [
        "Pour le réseau, pas encore assez de mois ou de cas pour juger.",
        "Pas encore assez de mois ou de cas pour dire si un chiffre est inhabituel.",
        "Registre des plaintes non remonté.",
        "Le réseau, novembre 2026 : aucun des 3 centres attendus n'a remonté de registre des visites ni de fiche ;"
        " fiches de clôture remises : non mesuré.",
        "Usagers reçus : ni registre des visites ni fiche remontés.",
        "Attente : non mesurée.",
        "Partis sans être reçus : non mesuré.",
    ]
    assert not [line for line in lines if re.search(r"\b0\b", line.text)]


@pytest.mark.pitfall(3)
@pytest.mark.parametrize("n", [36, 100])
def test_a_median_wait_never_stands_alone(n):
    figures = EMPTY | {
        "visits": figure("visits", value=200, n=200),
        "wait_p50": figure("wait_p50", value=20, n=n),
        "wait_p90": figure("wait_p90", value=55, n=n),
        "wait_within_30": share("wait_within_30", n // 2, n, ""),
    }
    text = plain(
        write(Situation(NOVEMBER, "le réseau", figures, {}, {}, NOTHING, NO_CHANCE))[5].text
    )
    assert text == (
        f"Attente médiane : 20 min ({n} cas) ; 9 usagers sur 10 ont attendu au plus 55 min ({n} cas) ; reçus en 30"
        f" minutes ou moins : 50 % ({n // 2} sur {n}) ; attente mesurée pour {n // 2} % des usagers reçus"
        f" ({n} sur 200)."
    )


@pytest.mark.pitfall(38)
@pytest.mark.parametrize(
    "n, users, complaints, not_reported",
    [
        (
            0,
            "0 visite, sur 1 jour ouvert.",
            "Aucune plainte reçue sur la période ; aucune plainte en cours.",
            "",
        ),
        (
            1,
            "1 visite, sur 1 jour ouvert.",
            "; toutes périodes confondues, 1 plainte en cours, depuis 1 jour.",
            "n'a remonté ni registre des visites ni fiche : CCSP d'Adjarra ;",
        ),
        (
            2,
            "2 visites (une personne peut venir plusieurs fois), sur 1 jour ouvert.",
            "; toutes périodes confondues, 2 plaintes en cours, la plus ancienne depuis 2 jours.",
            "n'ont remonté ni registre des visites ni fiche : CCSP d'Adjarra et CCSP d'Allada ;",
        ),
    ],
)
def test_words_agree_with_0_1_and_2(n, users, complaints, not_reported):
    both = (2, 2)
    figures = EMPTY | {
        "visits": figure("visits", value=n, n=n, sites=both),
        "visits_per_day": figure("visits_per_day", n, 1, n / 1, 1),
        "complaints_30d": share("complaints_30d", n, n, "aucune plainte reçue", both),
        "complaints_30d_due": share("complaints_30d_due", 0, 0, "aucune plainte échue", both),
        "complaints_open": figure("complaints_open", value=n, n=n, sites=both),
        "complaints_oldest": figure("complaints_oldest", value=n or None, n=n, sites=both),
    }
    lines = write(
        Situation(
            NOVEMBER,
            "l'Ouémé",
            figures,
            {},
            {},
            replace(NOTHING, not_reported=SITES[:n], complaints_through=2),
            NO_CHANCE,
        )
    )
    texts = [plain(line.text) for line in lines]
    assert texts[3].startswith(
        "L'Ouémé, novembre 2026 : 2 centres sur 2 ont remonté leurs visites ;"
    )
    assert texts[4] == users and texts[2].endswith(complaints) and not_reported in texts[3]


def test_lines_are_tied_to_charts_of_the_page():
    """Each anchor is an indicator that has a chart; the lines on signals lead to the first one they name."""
    for s in map(situation, range(SITUATIONS)):
        lines = write(s)
        assert all(line.anchor in (*CHARTED, "") for line in lines)
        assert all(line.site in (*s.site_signals, "") for line in lines)
        own, alerts = lines[0], lines[1]
        if own.anchor:
            name, found = BY_CODE[own.anchor].short, s.signals[own.anchor]
            assert re.search("« ([^»]+) »", plain(own.text))[1] == name and own.n == found.n
        assert not own.site and bool(alerts.site) == bool(s.site_signals and alerts.anchor)
        if alerts.site:
            label = BY_CODE[alerts.anchor].short
            first = f" : {alerts.site} ({label[0].lower()}{label[1:]}"
            assert first in plain(alerts.text)
            assert [n for n in s.site_signals if n in alerts.text.split(alerts.site)[0]] == [], (
                "the first named"
            )
