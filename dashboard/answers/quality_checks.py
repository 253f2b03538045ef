"""« À vérifier »: what quality rules find in what sites handed in, what of it nobody has checked yet, and its rows.

Sums are looked at once for each state of a site, rows only where a sum is out of the way. No figure changes by it.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from dashboard import french
from dashboard.answers.cache import AnswerCache
from dashboard.answers.checked_rows import checked_marks
from dashboard.answers.context import View, cached, cached_with_rows, uncached
from dashboard.answers.figures import overall_figures
from dashboard.answers.network import short_name, sites, with_data_date
from dashboard.answers.question import Question
from dashboard.answers.site_evidence import judged_months, monthly_arrivals, site_evidence
from dashboard.judgement import quality_rules, quality_sentences
from dashboard.judgement.quality_evidence import EvidenceRow, Finding, marks
from dashboard.judgement.quality_finders import are_in_one_hour
from dashboard.judgement.quality_rules import BY_KEY, QualityRule
from dashboard.panel import (
    Listing,
    Message,
    Panel,
    count_cell,
    day_cell,
    make_table,
    site_cell,
    text_cell,
)
from dashboard.period import day_from_number, day_number, month_number
from db.codes import ALL
from db.shared_types import Place

S = french.SPACE
# By site and what its figures rest on: a file that another site hands in leaves them as they are.
FINDINGS: AnswerCache[tuple[Finding, ...]] = AnswerCache(5_000)
SUSPECTS: AnswerCache[bool] = AnswerCache(5_000)
FEW_SITES = 2  # that a heading names
DOUBTED = 0.1  # of the cases of a figure over many sites, from which on it is said beside it that they say nothing
NONE_FOUND = "Rien à vérifier dans ce qui est remis"
NOTHING_IN = f"Aucun registre n'est remonté{S}: il n'y a rien à relire"


@dataclass(frozen=True)
class ToCheck:
    """A finding at a site of which some rows are not checked yet: the finding counts these."""

    site: str
    name: str
    finding: Finding

    @property
    def rule(self) -> QualityRule:
        """Its rule."""
        return BY_KEY[self.finding.rule]

    @property
    def in_words(self) -> str:
        """« CCSP de Kandi : 3 jours où clôture et registre diffèrent, octobre 2026 »."""
        what, when = (
            quality_sentences.what_in_words(self.finding),
            quality_sentences.when_in_words(self.finding),
        )
        return f"{self.name}{S}: {what}, {when}"


@cached
def unchecked(view: View) -> tuple[ToCheck, ...]:
    """All that is to be checked at the sites that may be seen, by name of the site."""
    return _unchecked(view, sites(view))


def _unchecked(view: View, places: Sequence[Place]) -> tuple[ToCheck, ...]:
    checked = checked_marks(view)
    return tuple(
        ToCheck(place.code, place.name, left)
        for place in places
        for finding in _findings(view, place)
        if (left := _left(view, place, finding, checked.get((place.code, finding.rule), ())))
    )


def _findings(view: View, place: Place) -> tuple[Finding, ...]:
    """What the rules find at a site; kept as long as nothing of it changes."""

    def find() -> tuple[Finding, ...]:
        evidence = site_evidence(view, place)
        return quality_rules.find_all(evidence) if evidence else ()

    return FINDINGS.get(_of_site(view, place), find)


def _of_site(view: View, place: Place) -> tuple[str, int, bytes]:
    """What a site's findings are kept under: another where what it handed in changed."""
    return view.snapshot.url, place.id, view.network.site_digests[view.network.row[place.id]]


def _left(view: View, place: Place, finding: Finding, checked: Collection[str]) -> Finding | None:
    """The finding with what of it is not checked yet; None where all of it is. Rows are read only where some were checked."""
    if not checked:
        return finding
    known = marks(finding, _rows(view, place, finding))
    new = sum(mark not in checked for mark in known)
    if new == len(known):
        return finding
    # Of a quarter's sums a row is no single thing to check: it is to be checked as a whole.
    counts_rows = finding.count == len(known)
    return (finding.left(new) if counts_rows else finding) if new else None


def _rows(view: View, place: Place, finding: Finding) -> list[EvidenceRow]:
    evidence = site_evidence(view, place)
    return quality_rules.evidence_rows(evidence, finding) if evidence else []


@uncached
def to_check(view: View, question: Question) -> tuple[ToCheck, ...]:
    """What is to be checked at the question's sites in its period, the latest first."""
    chosen, first, last = (
        view.sites(question),
        day_number(question.first),
        day_number(question.last),
    )
    found = [
        one
        for one in unchecked(view)
        if (chosen == ALL or one.site in chosen)
        and one.finding.first <= last
        and one.finding.last >= first
    ]
    return tuple(sorted(found, key=lambda one: (-one.finding.last, french.alphabetical(one.name))))


@cached
def trust_words(view: View, question: Question, code: str) -> str:
    """« à vérifier : 12 attentes de 4 heures ou plus… » for what an indicator's figure rests on, no more than is of its period;
    "" where nothing is."""
    rules = {rule.key for rule in quality_rules.rules_for(code)}
    found = [(one, part) for one, part in _in_period(view, question) if part.rule in rules]
    words = quality_sentences.trust_words(
        [finding for _, finding in found],
        len({one.site for one, _ in found}),
        (day_number(question.first), day_number(question.last)),
    )
    return f"{words}, toutes prestations ensemble" if words and question.service else words


@cached
def doubt(view: View, question: Question, code: str) -> str:
    """« presque toutes les arrivées notées à 8 h à Covè : à vérifier », beside an indicator's figure that then says nothing; ""
    where that is of few of the network's cases, which the trust line says."""
    if not any(rule.empties for rule in quality_rules.rules_for(code)):
        return ""
    found = _noted_by_form(view, question)
    parts = [part for _, part in found]
    cases = sum(part.count for part in parts)
    if not question.site and cases < DOUBTED * overall_figures(view, question)[code].n:
        return ""
    places = {p.code: short_name(p) for p in sites(view)}
    names = sorted({places[one.site] for one, _ in found}, key=french.alphabetical)
    when = {quality_sentences.when_in_words(part) for part in parts}
    one_of_many = len(when) == 1 and month_number(question.first) != month_number(question.last)
    in_month = f"en {when.pop()}" if one_of_many else ""
    return quality_sentences.doubt(parts, [] if question.site else names, in_month)


@cached
def _noted_by_form(view: View, question: Question) -> tuple[tuple[ToCheck, Finding], ...]:
    """As `_in_period`, of rules that empty figures alone: only sites where sums in memory let it be are looked at, for the
    opening page waits for it."""
    suspects = tuple(
        place
        for place in sites(view, question)
        if SUSPECTS.get(_of_site(view, place), partial(_is_suspect, view, place))
    )
    first, last = day_number(question.first), day_number(question.last)
    found = [
        one
        for one in _unchecked(view, suspects)
        if one.rule.empties and one.finding.first <= last and one.finding.last >= first
    ]
    return _parts(view, question, found)


def _is_suspect(view: View, place: Place) -> bool:
    """Whether nearly all arrivals of a month fell into one hour."""
    return bool(are_in_one_hour(monthly_arrivals(view, place)).any())


@cached
def _in_period(view: View, question: Question) -> tuple[tuple[ToCheck, Finding], ...]:
    """What is to be checked, with what of it lies in the question's period: its rows are read once for all indicators."""
    return _parts(view, question, to_check(view, question))


def _parts(
    view: View, question: Question, found: Collection[ToCheck]
) -> tuple[tuple[ToCheck, Finding], ...]:
    first, last = day_number(question.first), day_number(question.last)
    return tuple((one, part) for one in found if (part := _inside(view, one, first, last)))


def _inside(view: View, one: ToCheck, first: int, last: int) -> Finding | None:
    """What of a finding lies in a period; None where nothing does. Of sums, which are of no day, all."""
    finding = one.finding
    if (first <= finding.first and finding.last <= last) or not one.rule.has_days:
        return finding
    place = next(p for p in sites(view) if p.code == one.site)
    rows = _rows(view, place, finding)
    checked = checked_marks(view).get((one.site, finding.rule), frozenset())
    known = zip(marks(finding, rows), rows, strict=True)
    n = sum(first <= row.day <= last and mark not in checked for mark, row in known)
    return finding.left(n) if n else None


@cached
def listed(view: View, question: Question, key: str) -> Panel:
    """A panel of what is to be checked, one line a finding, the latest first."""
    found = to_check(view, question)
    heading = _in_words(found) if found else _none_found(view, question)
    since = with_data_date(view, f"Les {judged_months()} derniers mois sont regardés")
    since += f" Une règle peut se tromper{S}: aucune ligne n'est retirée des chiffres."
    if not found:
        return Panel(
            key,
            "À vérifier",
            Message(f"{heading}."),
            caption=since,
            finding=heading,
        )
    return Panel(
        key,
        "À vérifier",
        Listing(),
        make_table(
            (
                ("Centre", ""),
                ("Constat", ""),
                ("Quand", ""),
                ("Nombre", "count"),
                ("Que faire", ""),
            ),
            [
                (
                    site_cell(one.name, one.site),
                    text_cell(_what(one)),
                    text_cell(quality_sentences.when_in_words(one.finding)),
                    count_cell(one.finding.count),
                    text_cell(one.rule.to_do),
                )
                for one in found
            ],
        ),
        caption=since,
        finding=heading,
    )


def _none_found(view: View, question: Question) -> str:
    """« Rien à vérifier dans ce qui est remis, dans 1 centre sur 24 »: what nobody sent is not cleared; that nothing came."""
    asked, network = sites(view, question), view.network
    known = int(network.visits_known[[network.row[p.id] for p in asked]].any(axis=1).sum())
    if not known:
        return NOTHING_IN
    if known == len(asked):
        return NONE_FOUND
    return f"{NONE_FOUND}, dans {french.plural(known, 'centre')} sur {french.number(len(asked))}"


def _what(one: ToCheck) -> str:
    detail = one.finding.detail
    if re.fullmatch(r"\d{4}-\d\d", detail):  # a month
        detail = french.month_label(date.fromisoformat(f"{detail}-01"))
    return f"{one.rule.title}{S}: {detail}" if detail else one.rule.title


def _in_words(found: Sequence[ToCheck]) -> str:
    """« À vérifier : 12 constats dans 5 centres, surtout CCSP de Kandi (4) et CCSP de Nikki (3) »: those with more than all
    others; nobody is named for the place of his name in the alphabet."""
    by_site = Counter(one.name for one in found)
    many = f"À vérifier{S}: {french.plural(len(found), 'constat')}"
    names = sorted(by_site, key=lambda name: (-by_site[name], french.alphabetical(name)))
    if len(names) <= FEW_SITES:
        return f"{many}, {french.join_words(names)}"
    where = f"{many} dans {french.plural(len(names), 'centre')}"
    next_most = by_site[names[FEW_SITES]]
    most = [f"{name} ({by_site[name]})" for name in names[:FEW_SITES] if by_site[name] > next_most]
    return f"{where}, surtout {french.join_words(most)}" if most else where


@cached_with_rows
def rows(view: View, one: ToCheck, key: str) -> Panel:
    """A panel of the rows that are to be checked of a finding, for who may see the rows of its site; else why not."""
    rule = one.rule
    found = unchecked_rows(view, one)
    if found is None:
        why = "Les lignes de ce centre ne sont montrées qu'à qui en répond."
        return Panel(key, rule.title, Message(why))
    if not found:
        return Panel(key, rule.title, Message("Ces lignes ne sont plus au registre."))
    has_days = any(row.day for _, row in found)
    of_day = [("Jour", "day")] if has_days else []
    return Panel(
        key,
        rule.title,
        Listing(),
        make_table(
            (*of_day, *((name, "") for name in rule.columns)),
            [
                (
                    *([day_cell(day_from_number(row.day))] if has_days else []),
                    *map(text_cell, row.cells),
                )
                for _, row in found
            ],
        ),
        caption=f"{rule.method} {rule.to_do}",
    )


@cached_with_rows
def unchecked_rows(view: View, one: ToCheck) -> tuple[tuple[str, EvidenceRow], ...] | None:
    """The rows that are to be checked of a finding, each with its mark; None for who may not see the rows of its site."""
    place = next((p for p in sites(view) if p.code == one.site), None)
    allowed = view.access.register_rows
    if place is None or not (allowed == ALL or one.site in allowed):
        return None
    found = _rows(view, place, one.finding)
    known = list(zip(marks(one.finding, found), found, strict=True))
    checked = checked_marks(view).get((one.site, one.finding.rule), frozenset())
    new = [pair for pair in known if pair[0] not in checked]
    return tuple(new if len(new) == one.finding.count else known)
