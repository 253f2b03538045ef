"""The figures in what is said: a name, a place and a period each, and the number as it is written."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from dashboard.french import MONTHS
from dashboard.indicators import INDICATORS
from dashboard.period import month_end
from tests.one_number.said import Line

NOW = {
    "complaints_open",
    "complaints_oldest",
    "late",
}  # at the day of the data, whatever the period
JUDGED = "jugé"  # the month or quarter of a signal, where it is not named
NUMBER = r"(?:(?i:au moins|plus de) )?[-−]?\d(?:[\d ]*\d)?(?:,\d+)?(?: ?%)?(?!\d|,\d)(?! ?(?:signa|centre|[àa] ))"
ENTRY = r"(?<![\w,])(?<!\d )"
LABELS = {
    text.lower().replace("\xa0", " ").replace("\u202f", " "): i.code
    for i in INDICATORS
    for text in (i.label, i.short)
} | {
    "usagers par jour ouvert et par centre": "visits_per_day",
    "depuis plus de 30 jours": "late",
    "délai médian": "complaint_delay",
}
LABEL = "|".join(re.escape(text) for text in sorted(LABELS, key=len, reverse=True))
WHEN = rf"(?:(?P<month>{'|'.join(MONTHS)})(?: (?P<year>\d{{4}}))?|(?P<quarter>\d)(?:ᵉʳ|ᵉ) trimestre(?: (?P<of>\d{{4}}))?)"
USUAL = (
    r"(?:,? (?:contre|pour|(?:rien d'inhabituel|dans ses variations habituelles) \() ?"
    rf"(?P<usual>{NUMBER})(?: min)?(?: d'habitude|\)))?"
)
# What is said with another name than the indicator's: what, and how it is said.
SAYINGS = (
    ("visits", rf"(?P<n>{NUMBER}) usagers? reçus?(?= en (?!\d+ min)| sur | du |,|;|$)"),
    ("visits", rf"(?<!pour )(?<!environ )(?P<n>{NUMBER}) visites?(?= \(une personne|,| \(dont)"),
    ("visits", rf"(?P<n>{NUMBER}) visites? sur la période"),
    ("visits_per_day", rf"(?P<n>{NUMBER}) usagers par jour ouvert"),
    ("visits_per_day", rf"soit (?P<n>{NUMBER}) par (?:centre et par )?jour ouvert"),
    ("wait_p50", rf"un usager sur deux a attendu (?P<n>{NUMBER}) min"),
    ("wait_p90", rf"un sur dix (?P<n>{NUMBER}) min"),
    ("wait_p50", rf"l'ensemble : (?P<n>{NUMBER}) min"),
    ("complaints_open", rf"(?P<n>{NUMBER}) plaintes? en cours"),
    ("late", rf"(?P<n>{NUMBER}) (?:plaintes )?attendent depuis plus de 30 jours"),
    ("late", rf"dont (?P<n>{NUMBER}) (?:de|depuis) plus de 30 jours"),
    ("complaints_oldest", rf"la plus ancienne depuis (?P<n>{NUMBER}) jours?"),
    ("complaint_delay", rf"moitié des plaintes ont une réponse en (?P<n>{NUMBER}) jours?"),
    ("complaints_30d", rf"GT1PKI10(?:, sur toutes les plaintes reçues)? : (?P<n>{NUMBER})"),
    ("completeness", rf"fiche de clôture pour (?P<n>{NUMBER}) des jours ouverts"),
    ("complaints_open", rf"(?P<n>{NUMBER}) (?:sont|est) en cours au"),
    ("wait_p50", rf"usagers reçus ont attendu (?P<n>{NUMBER}) min"),
    ("wait_p90", rf"^9 sur 10 (?P<n>{NUMBER}) min"),
    ("wait_p50", rf"pour (?P<n>{NUMBER}) min dans l'ensemble"),
    ("wait_p90", rf"9 usagers sur 10 ont attendu au plus (?P<n>{NUMBER}) min"),
    ("complaints_30d_due", rf"traitées en 30 jours ou moins : (?P<n>{NUMBER})"),
    ("left", rf"(?P<n>{NUMBER}) sont partis sans être reçus"),
    ("waits measured", rf"(?<!Sous )(?P<n>{NUMBER}) attentes mesurées"),
    ("sites with a signal", r"(?P<raw>\d+ centres? sur \d+)(?: jugés?)? (?:ont|a) un signal"),
    ("signals", r"(?P<raw>\d+) signaux (?:en tout|sur)"),
    ("signals of alert", r"(?P<raw>\d+) signa(?:l|ux) d'alerte"),
    ("closings missing", rf"(?P<n>{NUMBER}) fiches? de clôture manque"),
    ("received", rf"(?P<n>{NUMBER}) plaintes? reçues?(?= ;| \(registre|\.$)"),
)
ELSEWHERE = re.compile(r"[Ss]ans compter [^;.)]*")  # of the others
CLAUSE = re.compile(r" ; |\. |\? ")
OWN = "Là où vous répondez"
DAYS = re.compile(r"(?:Puis-je m'y fier ?\? )?Du (\d\d)/(\d\d)/(\d{4}) au (\d\d)/(\d\d)/(\d{4}),")


@dataclass(frozen=True)
class Figure:
    """What is said of one thing: its key, the number, and where it stands."""

    name: str
    place: str
    first: str
    last: str
    number: str
    where: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What must have one number."""
        return self.name, self.place, self.first, self.last


def figures(lines: Iterable[Line], places: dict[str, str]) -> Iterator[Figure]:
    """Every figure of the lines. places: the names by which a place is called, to its own."""
    for line in lines:
        yield from _of_row(line, places) if line.cells else _of_text(line, places)


def disagreeing(found: Iterable[Figure]) -> dict[tuple[str, str, str, str], dict[str, set[str]]]:
    """Of each key that has several numbers: each, and where it stands."""
    said: dict[tuple[str, str, str, str], dict[str, set[str]]] = defaultdict(
        lambda: defaultdict(set)
    )
    for one in found:
        said[one.key][one.number].add(one.where)
    return {key: dict(numbers) for key, numbers in said.items() if len(numbers) > 1}


def _of_row(line: Line, places: dict[str, str]) -> Iterator[Figure]:
    heads = dict(line.cells)
    first_head, first = line.cells[0]
    place = places.get(first, line.place)
    if (
        place == line.place
        and first_head in ("Centre", "Département", "Site")
        and first not in places
    ):
        return
    span = _period(first)
    about = LABELS.get((heads.get("Indicateur") or first).lower())
    for head, text in line.cells:
        code = LABELS.get(head.lower())
        named = _period(head)
        if head == "Valeur" and about:
            yield from _figure(line, about, place, None, text)
        elif (head == "Dernier mois entier" or named) and about:
            yield from _judged(line, about, place, text, named)
        elif code and (place != line.place or span) and head != first_head:
            yield from _figure(line, code, place, span, text)


def _of_text(line: Line, places: dict[str, str]) -> Iterator[Figure]:
    if OWN in line.text:  # of each person's own sites: `tests.partial` reads it
        return
    text = ELSEWHERE.sub("", line.text)
    if own := DAYS.match(text):  # what it says is of these days, whatever the page's period
        a, b, c, x, y, z = own.groups()
        line = replace(line, first=f"{c}-{b}-{a}", last=f"{z}-{y}-{x}")
    for clause in CLAUSE.split(text):
        place = _place(clause, line.place, places)
        if place is None:
            continue
        for code, how in SAYINGS:
            for m in re.finditer(ENTRY + how, clause):
                whose = line.place if "l'ensemble" in clause[: m.start()] + m[0] else place
                least = (
                    "au moins "
                    if "dont" in m[0] and "au moins" in clause[: m.start()].lower()
                    else ""
                )
                said = m.groupdict().get("raw") or least + m["n"]
                yield from _figure(
                    line,
                    code,
                    whose,
                    _when(clause[m.end() : m.end() + 24]),
                    said,
                    raw="raw" in m.groupdict(),
                )
        for m in re.finditer(
            rf"{ENTRY}(?P<label>{LABEL}),?(?: en| au)? ?(?:{WHEN})? : (?P<rest>[^;]*)", clause, re.I
        ):
            code = LABELS[m["label"].lower()]
            said, _, aside = m["rest"].partition(" (")
            if m["month"] or m["quarter"] or "habitude" in said:
                yield from _judged(line, code, place, m["rest"], _span(m))
            else:
                yield from _figure(line, code, place, _when_after(said), said)
                yield from _judged(line, code, place, aside, None, dated=True)


def _place(clause: str, own: str, places: dict[str, str]) -> str | None:
    """Of whom a clause speaks: of the place with which it begins; None where it names others."""
    begins = [name for name in places if re.match(rf"(?:aussi )?{re.escape(name)} (?!et )", clause)]
    if begins:
        return places[max(begins, key=len)]
    others = (name for name, whose in places.items() if whose != own)
    return (
        None
        if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", clause) for name in others)
        else own
    )


def _figure(
    line: Line, code: str, place: str, span: tuple[str, str] | None, text: str, *, raw: bool = False
) -> Iterator[Figure]:
    if m := re.match(".*" if raw else NUMBER, text.strip()):
        first, last = ("", "") if code in NOW else span or (line.first, line.last)
        yield Figure(
            code,
            place,
            first,
            last,
            m[0].strip().lower(),
            f"{line.where}: {(line.text or str(line.cells))[:110]}",
        )


def _judged(
    line: Line,
    code: str,
    place: str,
    text: str,
    named: tuple[str, str] | None,
    *,
    dated: bool = False,
) -> Iterator[Figure]:
    m = re.match(
        rf"(?:[^;:]+ ; )?(?:{WHEN}(?: seul)? : )?(?P<n>{NUMBER})(?: min| jours| par jour)?{USUAL}",
        text,
    )
    if not m or (dated and not (m["month"] or m["quarter"])):
        return
    span = named or _span(m) or (JUDGED, "")
    if not span[0][:4].isdigit() and span[0] != JUDGED:
        span = (JUDGED, "")
    yield Figure(code, place, *span, m["n"].strip(), f"{line.where}: {text[:110]}")
    if m["usual"]:
        yield Figure(
            f"{code} d'habitude",
            place,
            JUDGED,
            "",
            m["usual"].strip(),
            f"{line.where}: {text[:110]}",
        )


def _when(after: str) -> tuple[str, str] | None:
    m = re.match(rf",? (?:en|au) {WHEN}", after)
    return _span(m) if m else None


def _when_after(text: str) -> tuple[str, str] | None:
    m = re.match(rf"{NUMBER}(?: min| par jour| jours?)?", text)
    return _when(text[m.end() : m.end() + 24]) if m else None


def _period(text: str) -> tuple[str, str] | None:
    m = re.fullmatch(WHEN, text, re.I)
    return _span(m) if m else None


def _span(m: re.Match[str]) -> tuple[str, str] | None:
    """The days of a month or quarter that is named with its year."""
    if m["month"] and m["year"]:
        start = date(int(m["year"]), MONTHS.index(m["month"].lower()) + 1, 1)
        return start.isoformat(), month_end(start).isoformat()
    if m["quarter"] and m["of"]:
        last = date(int(m["of"]), 3 * int(m["quarter"]), 1)
        return date(last.year, last.month - 2, 1).isoformat(), month_end(last).isoformat()
    return None
