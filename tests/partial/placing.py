"""Every sentence that denies, and what has to be true for it. What denies and has no place here is a fault."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from dashboard.indicators import INDICATORS
from dashboard.period import add_months, month_end
from tests.partial.said import PERIODS, Said
from tests.partial.truth import LATE, QUIET, Truth

DENIES = re.compile(
    r"\b(aucune?s?|rien|jamais|(?<!une )personne|nulle?|zéro|sans plainte)\b|comme d'habitude|non remont|pas à jour|incomplet"
    r"|pas assez de données|\bconnues? (en|attend)|(^|[^\d])\d+ connues?$|fiches de clôture déclarent|\bni plainte"
    r"|encore connu\b"
    r"|\btoutes les fiches|\battendues? (est|sont) remises?|\bni\b.*\bni\b"
    r"|au moins|(^|[^\d,])0($| [a-z%])|\bn'(a|ont) pas\b|pas (encore )?de\b",
    re.IGNORECASE,
)
NEITHER = "encore remis ni registre des visites ni fiche de clôture"
# What a sentence with a part that is missing looks like.
BROKEN = re.compile(
    r", ?\.|: ?\.|\(\)|, ?,| ,|; ?\.|^[;,.]|\.\.|« ?»|\b(None|nan|inf)\b|[;,:]$|\) \("
    r"|[^.] Avant \w+ \d{4} :"
)
# What no sentence may look like: a share of two lower bounds, a number of four digits that no space parts and that is no year,
# a difference that is none, and what is typed in a terminal.
NEVER = re.compile(
    r"au moins [\d ]+ sur au moins|(?<![\d/.,:-])(?!(19|20)\d\d\b)\d{4,}(?![\d/.,:-])|±0|\bpython -m\b"
)
SHARE = re.compile(r"(?<![\d,])(\d+)(?:,(\d+))? % \(([\d ]+) sur ([\d ]*\d)\)")
OLDEST = "La plainte la plus ancienne"
RECEIVED_ON = re.compile(r"\(reçue le ([\d/]+)\)")
Check = Callable[[re.Match, Said, Truth], bool]


def number(text: str) -> int:
    """« 1 234 », « une » as a number."""
    return 1 if text.lower() == "une" else int(text.replace(" ", ""))


def _end(s: Said, t: Truth):
    return min(s.last, t.known_to or s.last)


def _now(s: Said, t: Truth):
    if s.where.endswith("table month") and OF_A_MONTH.fullmatch(s.row):  # the state at its end
        return _end(s, t)
    return t.known_to or s.last


def _whole_now(s: Said, t: Truth) -> bool:
    return t.whole(s.scope, _now(s, t))


def _none_open(_: re.Match, s: Said, t: Truth) -> bool:
    return _whole_now(s, t) and not t.open_ages(s.scope, _now(s, t))


def _late(s: Said, t: Truth) -> int:
    return sum(age > LATE for age in t.open_ages(s.scope, _now(s, t)))


def _none_late(_: re.Match, s: Said, t: Truth) -> bool:
    return _whole_now(s, t) and not _late(s, t)


def _none_received(_: re.Match, s: Said, t: Truth) -> bool:
    """The register of every site speaks of the period, and has none."""
    end = _end(s, t)
    return not t.received(s.scope, s.first, end) and all(
        t.through(site, s.first, end) for site in s.scope
    )


def _none_due(_: re.Match, s: Said, t: Truth) -> bool:
    """The register of every site speaks of the period, and no complaint of it has had its thirty days."""
    end = _end(s, t)
    heard = all(t.known("plaintes", site, s.first, end) for site in s.scope)
    due = t.received(s.scope, s.first, end - timedelta(days=LATE + QUIET))
    return heard and t.whole(s.scope, end) and not due


def _none_until(_: re.Match, s: Said, t: Truth) -> bool:
    end = _end(s, t)
    return t.whole(s.scope, end) and not t.received(s.scope, date.min, end)


def _no_visits(_: re.Match, s: Said, t: Truth) -> bool:
    """The register of visits of every site speaks of the period, and has none."""
    heard = all(t.known("registre", site, s.first, _end(s, t)) for site in s.scope)
    return heard and _silent_visits(_, s, t)


def _nothing_before(m: re.Match, s: Said, t: Truth) -> bool:
    """No register speaks of a day before the month, or none with its number: which is drawn is not said."""
    last = _month(m["month"], m["year"])[0] - timedelta(days=1)
    forms = ("plaintes",) if "plaintes" in s.where else ("registre", "plaintes", "cloture")
    return "non mesuré" in m[0] or any(
        not any(t.known(form, site, date.min, last) for site in s.scope) for form in forms
    )


def _no_register(_: re.Match, s: Said, t: Truth) -> bool:
    """Nobody handed in complaints, of the period at least."""
    return not any(t.known("plaintes", site, s.first, _end(s, t)) for site in s.scope)


def _not_current(_: re.Match, s: Said, t: Truth) -> bool:
    if not _whole_now(s, t) or not t.whole(s.scope, _end(s, t)):
        return True
    rate = "Plaintes pour 1 000 visites"
    return rate in (s.column, s.row) and _no_visits_of_known_days(s, t)


def _no_visits_of_known_days(s: Said, t: Truth) -> bool:
    """No visit came on a day of which the register of complaints speaks too."""
    end = _end(s, t)
    visits = [(x, d) for x in s.scope for d in t.visits.get(x, ()) if s.first <= d <= end]
    return not any(t.known("plaintes", x, d, d) for x, d in visits)


def _only_one_has_a_rate(m: re.Match, s: Said, t: Truth) -> bool:
    """« 0,0 (0 sur 7) à Ouidah »: so many visits came to some site on days of which its register of complaints speaks, which
    has none of them; of guests, in months that both registers know to their end."""
    end = _end(s, t)
    for site in s.scope:
        days = [d for d in t.visits.get(site, ()) if s.first <= d <= end]
        both = [d for d in days if t.known("plaintes", site, d, d)]
        for rated in (both, [d for d in both if _month_known(site, d, t)]):
            if len(rated) == number(m["n"]) and not any(t.received([site], d, d) for d in rated):
                return True
    return False


def _nothing_in_month(_: re.Match, s: Said, t: Truth) -> bool:
    """Of the month in which the period ends neither a visit nor a closing was handed in, but on its last days."""
    month = _end(s, t).replace(day=1)
    return not any(t.seen(x, month, _end(s, t) - timedelta(days=5)) for x in s.scope)


def _is_completeness(s: Said) -> bool:
    """Whether it is said of the days that are due, by panel or by file."""
    return s.where.partition(" : ")[0].endswith("completude")


def _no_register_in_month(s: Said, t: Truth) -> bool:
    """Of no open day of the month in which the period ends was a register handed in, but of its last, which need not be due."""
    end = _end(s, t)
    due = end - timedelta(days=5)
    opened = [(x, d) for x in s.scope for d in t.open_days(x, end.replace(day=1), due)]
    return not any(t.known("registre", x, d, d) for x, d in opened)


def _nothing_due_in_month(_: re.Match, s: Said, t: Truth) -> bool:
    """Nobody should have been open in the month in which the period ends, but on its last days."""
    month = _end(s, t).replace(day=1)
    return not any(t.open_days(x, month, _end(s, t) - timedelta(days=5)) for x in s.scope)


def _some_unheard(_: re.Match, s: Said, t: Truth) -> bool:
    """Of some day on which a site should have been open no register speaks."""
    end = _end(s, t)
    return any(
        not t.known("registre", x, d, d) for x in s.scope for d in t.open_days(x, s.first, end)
    )


def _of_twelve_months(s: Said, t: Truth) -> Said:
    """The same of the twelve whole months up to the period's end."""
    end = _end(s, t)
    last = end if end == month_end(end) else end.replace(day=1) - timedelta(days=1)
    return replace(s, first=add_months(last.replace(day=1), -11), last=last)


def _month_known(site: str, day: date, t: Truth) -> bool:
    """Whether both registers speak of the last open day of that day's month."""
    last = t.open_days(site, day, month_end(day))[-1:] or [day]
    return all(t.known(form, site, last[0], last[0]) for form in ("registre", "plaintes"))


def _current(m: re.Match, s: Said, t: Truth) -> bool:
    """« à jour dans 3 centres sur 24, sans plainte … »: that many, and not all."""
    several = [sum(t.current(site, end) for site in s.scope) for end in (_now(s, t), _end(s, t))]
    several.append(sum(t.through(site, s.first, _end(s, t)) for site in s.scope))
    return number(m["n"]) in several and number(m["n"]) < len(s.scope)


def _no_closings(_: re.Match, s: Said, t: Truth) -> bool:
    days = [d for x in s.scope for d in t.closings.get(x, ()) if s.first <= d <= _end(s, t)]
    return not t.ever("cloture", s.scope) or not days


def _all_closed(m: re.Match, s: Said, t: Truth) -> bool:
    hand_in = [site for site in s.scope if t.ever("cloture", [site])]
    whole = len(hand_in) == len(s.scope) or "autre" in s.text
    due = sum(len(t.open_days(site, s.first, _now(s, t))) for site in hand_in)
    said = number(m["due"]) if m["due"] else 1 if m["one"] else due
    return whole and said == due and not any(t.left_open(x, s.first, _now(s, t)) for x in hand_in)


def _never(s: Said, t: Truth) -> int:
    return sum(t.last_seen(site) is None for site in s.scope)


def _nothing_came(m: re.Match, s: Said, t: Truth) -> bool:
    """« 23 … n'ont rien remis », « Adjarra, Adjohoun et Allada et 20 autres n'ont rien
    remis », « n'a encore remis ni registre des visites ni fiche de clôture »."""
    many = m["n"] and number(m["n"]) + (3 if m["more"] else 0)
    return _never(s, t) == many if many else _never(s, t) > 0


def _none_silent(_: re.Match, s: Said, t: Truth) -> bool:
    """No site has fallen silent; « aucun » of all of them only where each is heard of, or the others are named."""
    seen = [t.last_seen(site) for site in s.scope]
    return all(d is None or (_now(s, t) - d).days <= QUIET for d in seen)


# What a site that has fallen silent is said to lack, and which of registers and closings it ever handed in.
FORMS_OF = {
    "ni registre des visites ni fiche": (True, True),
    "pas de registre des visites": (True, False),
    "pas de fiche de clôture": (False, True),
}


def _nothing_since(m: re.Match, s: Said, t: Truth) -> bool:
    return any(
        f"{d:%d/%m/%Y}" == m["day"]
        and (_now(s, t) - d).days == number(m["days"]) > QUIET
        and FORMS_OF[m["what"]] == (t.ever("registre", [site]), t.ever("cloture", [site]))
        for site in s.scope
        if (d := t.last_seen(site))
    )


STALE = 10  # days, after which data are old


def _stopped(m: re.Match, s: Said, t: Truth) -> bool:
    """« Covè ni registre des visites ni fiche depuis le 30/10/2026, fin des données », « 13 autres n'en ont plus remis … »: of
    all sites that handed in until then or shortly before, once that day is long past."""
    if t.as_of is None or f"{t.as_of:%d/%m/%Y}" != m["day"] or (t.today - t.as_of).days <= STALE:
        return False
    last = {x: t.last_seen(x) for x in s.scope}
    stopped = [x for x, day in last.items() if day and (t.as_of - day).days <= QUIET]
    if m["n"]:
        return len(stopped) == number(m["n"]) > 3
    names = {
        t.sites[x]["commune"] + (" (GSRU)" if t.sites[x]["kind"] == "GSRU" else "") for x in stopped
    }
    return names == set(re.split(", | et ", m["names"].strip()))


def _silent_visits(_: re.Match, s: Said, t: Truth) -> bool:
    """No visit is known of the period at these sites."""
    return not any(
        s.first <= day <= _end(s, t) for site in s.scope for day in t.visits.get(site, ())
    )


def _not_of_all(m: re.Match, s: Said, t: Truth) -> bool:
    """« 3 centres sur 24 ont remonté leurs visites, en partie pour 2 d'entre eux »."""
    end = _end(s, t)
    seen = [x for x in s.scope if t.known("registre", x, s.first, end)]
    part = sum(not t.complete(site, s.first, end) for site in seen)
    said = number(m["part"]) if m["part"] else len(seen) if m["all"] else 0
    return len(seen) == number(m["n"]) and part == said


def _names_who_is_missing(m: re.Match, s: Said, t: Truth) -> bool:
    """« n'ont remis ni registre des visites ni fiche : CCSP d'Adjarra, CCSP d'Allada et 18 autres »: of these days."""
    end, named = _end(s, t), m[0].split(" : ")[1]
    missing = [x for x in s.scope if not t.seen(x, s.first, end)]
    rest = re.search(r" et (\d+) autres?$", named)
    names = re.sub(r" et (\d+ autres?$)?", ", ", named).strip(", ").split(", ")
    known = {t.sites[x]["name"] for x in missing}
    return set(names) <= known and len(names) + number(rest[1] if rest else "0") <= len(missing)


def _floor(m: re.Match, s: Said, t: Truth) -> bool:
    """« au moins 3 plaintes … »: so many are known, and others may be."""
    ages = t.open_ages(s.scope, _now(s, t))
    known = {len(ages), sum(a > LATE for a in ages), t.received(s.scope, s.first, _end(s, t))}
    part = not _whole_now(s, t) or not all(
        t.known("plaintes", site, s.first, _end(s, t)) for site in s.scope
    )
    of_some = s.where.endswith("table service") and number(m["n"]) <= max(known)
    return part and (number(m["n"]) in known or m["unit"] == "jour" or of_some)


def _known_alone(m: re.Match, s: Said, t: Truth) -> bool:
    """« 3 plaintes connues en cours »: so many are known, and others may be, or may be answered."""
    ages = t.open_ages(s.scope, _now(s, t))
    of_some = s.where.endswith("table service") and number(m["n"]) <= len(ages)
    known = number(m["n"]) in {len(ages), sum(a > LATE for a in ages)}
    return not _whole_now(s, t) and (known or of_some)


def _visits(m: re.Match, s: Said, t: Truth) -> bool:
    """« au moins 8 usagers reçus »: so many are known, and « au moins » where not all visits of a site that should speak of the
    period are."""
    if "seul mois remis" in m.string:
        s = _only_month(s, t)
    end = _end(s, t)
    known = sum(s.first <= day <= end for site in s.scope for day in t.visits.get(site, ()))
    # of which: the files do not say it to us
    of_some = s.where.endswith(("table service", "table hour")) or "prestation" in s.where
    of_some |= m[0].startswith("Usagers reçus, par prestation")
    counted = number(m["n"]) <= known if of_some else number(m["n"]) == known
    return counted and _all_visits(s, t) != bool(m["least"])


def _none_of_known(m: re.Match, s: Said, t: Truth) -> bool:
    """« 0 usager satisfait sur 7 réponses »: of no more than there are visits."""
    came = sum(s.first <= d <= _end(s, t) for x in s.scope for d in t.visits.get(x, ()))
    return number(m["n"].strip()) <= came


def _all_visits(s: Said, t: Truth) -> bool:
    """Whether all visits are known of every site that should speak."""
    end = _end(s, t)
    due = [x for x in s.scope if t.expected(x, s.first, end)]
    return all(t.known("registre", x, s.first, end) and t.complete(x, s.first, end) for x in due)


def _only_month(s: Said, t: Truth) -> Said:
    """The same over the only month of its period of which a register speaks; as it is where there are several."""
    end, months = _end(s, t), []
    first = s.first.replace(day=1)
    while first <= end:
        span = max(first, s.first), min(month_end(first), end)
        months += [span] if any(t.known("registre", x, *span) for x in s.scope) else []
        first = add_months(first, 1)
    return replace(s, first=months[0][0], last=months[0][1]) if len(months) == 1 else s


def _of_the_busiest(m: re.Match, s: Said, t: Truth) -> bool:
    """« Djougou 0,4 usager par jour ouvert, au moins 9 visites sur la période »."""
    kind = "GSRU" if m["site"].endswith(" (GSRU)") else "CCSP"
    place = (kind, m["site"].removesuffix(" (GSRU)"))
    there = tuple(x for x in s.scope if (t.sites[x]["kind"], t.sites[x]["commune"]) == place)
    return len(there) == 1 and _visits(m, replace(_only_month(s, t), scope=there), t)


def _received(m: re.Match, s: Said, t: Truth) -> bool:
    """« au moins 8 plaintes reçues »: so many are known, and « au moins » where a register is not known to the period's end."""
    end = _end(s, t)
    whole = all(t.through(x, s.first, end) for x in s.scope)
    return number(m["n"]) == t.received(s.scope, s.first, end) and whole != bool(m["least"])


def _none_measured(_: re.Match, s: Said, t: Truth) -> bool:
    return not any(s.first <= d <= _end(s, t) for x in s.scope for d in t.measured.get(x, ()))


def _none_expected(_: re.Match, s: Said, t: Truth) -> bool:
    return all((began := t.began(x)) and began > _end(s, t) for x in s.scope)


def _no_open_day(_: re.Match, s: Said, t: Truth) -> bool:
    """No site that hands anything in has an open day in the period."""
    return not any(
        t.open_days(x, s.first, _end(s, t)) for x in s.scope if t.last_seen(x) is not None
    )


def _no_open_day_handed_in(_: re.Match, s: Said, t: Truth) -> bool:
    """Of no open day has a site handed in its register."""
    return not any(
        t.known("registre", x, day, day)
        for x in s.scope
        for day in t.open_days(x, s.first, _end(s, t))
    )


def _old(m: re.Match, _s: Said, t: Truth) -> bool:
    """« ni registre des visites ni fiche depuis le 13/11/2026, il y a 12 jours » of the whole network."""
    days = t.as_of and (t.today - t.as_of).days
    return bool(t.as_of) and f"{t.as_of:%d/%m/%Y}" == m["day"] and days == number(m["days"])


def _unheard(m: re.Match, s: Said, t: Truth, *, of_visits: bool = False) -> list[str]:
    """The sites that handed in no form of a month. of_visits: of complaints they may have."""
    first, last = _month(m["month"], m["year"])
    forms = ("registre",) if of_visits else ("registre", "plaintes")
    return [
        x
        for x in s.scope
        if not t.seen(x, first, last) and not any(t.known(form, x, first, last) for form in forms)
    ]


# Figures that rest on registers of visits alone.
OF_VISITS = {
    i.label
    for i in INDICATORS
    if i.register == "visits" and not i.closings and i.code != "coverage"
}


def _who(m: re.Match, s: Said, t: Truth) -> bool:
    """« 3 centres sur 24 »: so many speak, of one of the registers."""
    end = _end(s, t)
    heard = (
        lambda x: t.seen(x, s.first, end),
        lambda x: t.known("plaintes", x, s.first, end),
        lambda x: t.current(x, _now(s, t)),
        lambda x: ("cloture", x) in t.spans,
        lambda x: any(s.first <= d <= end for d in t.measured.get(x, ())),
        lambda x: t.known("registre", x, s.first, end),
    )
    of_visits = sum(t.known("registre", x, s.first, end) for x in s.scope)
    if "mesure" in m[0]:
        timed = sum(map(heard[4], s.scope))
        said = 0 if m["none"] else number(m["timed"] or m["n"])
        return number(m["n"]) == of_visits and timed == said
    if s.row in OF_VISITS:
        return number(m["n"]) == of_visits
    return number(m["n"]) in {sum(map(of, s.scope)) for of in heard}


def _none_closed(_: re.Match, s: Said, t: Truth) -> bool:
    """Somebody hands closings in, and closed no day of these."""
    days = [d for x in s.scope for d in t.closings.get(x, ()) if s.first <= d <= _end(s, t)]
    return bool(t.ever("cloture", s.scope)) and not days


def _no_open_day_closed(_: re.Match, s: Said, t: Truth) -> bool:
    """No day on which a site should have been open is closed."""
    end = _end(s, t)
    return not any(d in t.closings[x] for x in s.scope for d in t.open_days(x, s.first, end))


def _of_rows(_: re.Match, s: Said, t: Truth) -> bool:
    """« 0 % (0 sur 12) »: of rows that are there; of closings, of the open days of those who began to hand them in."""
    if s.column.startswith("Fiches de clôture"):
        return bool(t.ever("cloture", s.scope)) and _no_open_day_closed(_, s, t)
    if _is_completeness(s):  # of days due, whatever fiches say
        return s.column != "Part reçue" or _no_register_in_month(s, t)
    known = t.received(s.scope, s.first, _end(s, t))
    return bool(known) or not _silent_visits(_, s, t) or _no_visits(_, s, t)


def _nothing_for_a_year(_: re.Match, s: Said, t: Truth) -> bool:
    """Of the last twelve whole months no complaint is known, and no answer."""
    end = s.last if s.last == month_end(s.last) else s.last.replace(day=1) - timedelta(days=1)
    first = add_months(end.replace(day=1), -11)
    return not any(
        first <= day <= end
        for site, received, answered in t.complaints
        for day in (received, answered)
        if site in s.scope and day
    )


def _gap(m: re.Match, s: Said, t: Truth) -> bool:
    """« les fiches de clôture déclarent 12,5 % de visites de plus que le registre »: of days of which both are known."""
    found = t.gap(s.scope, s.first, _end(s, t))
    said = float((m["share"] or m["times"]).replace(" ", "").replace(",", "."))
    if found is None:
        return False
    if m["times"]:
        return abs(1 + found / 100 - said) < 0.06
    return abs(abs(found) - said) < 0.06 and (found > 0) == (m["way"] == "plus")


def _always(_: re.Match, _s: Said, _t: Truth) -> bool:
    return True


def _too_short(_: re.Match, s: Said, t: Truth) -> bool:
    """No series is judged: no site has twelve months with data."""
    return all(
        len({(d.year, d.month) for d in (*t.visits.get(x, ()), *t.closings.get(x, ()))}) < 12
        for x in s.scope
    )


def _series_missing(m: re.Match, s: Said, t: Truth) -> bool:
    """« Attente médiane : non remonté » of a curve: no month of an indicator has a figure."""
    return _missing(replace(s, column=m["label"]), t)


MANY = r"\d[\d \u202f\xa0]*?"
RULES: tuple[tuple[str, Check], ...] = (
    (r"; le moins, [^;]*, 0(,0)?( %| jour)?$", _always),  # of figures that are there
    # Before what reads « 0 usager reçu » alone.
    (
        r"\b0 (femme|usager (satisfait|parti sans être reçu|reçu en 30 minutes ou moins))"
        r" sur (?P<n>[1-9][\d ]*) (visite|réponse)",
        _none_of_known,
    ),
    (r"aucun jour ouvert n'a sa fiche de clôture", _no_open_day_closed),
    (r"rien à (comparer|tracer) : [^;]*", _always),  # no site or month has a value, and why
    (r"^(?P<label>[^:;]+) : non remonté$", _series_missing),
    (r"usagers reçus(, par prestation)? : (?P<least>au moins )?(?P<n>[\d ]+\d|\d)", _visits),
    (
        r"(?P<site>[^;]+?) (moins de )?\d[\d ,]* usagers? par jour ouvert, "
        r"(?P<least>au moins )?(?P<n>[\d ]+) visites? sur la période",
        _of_the_busiest,
    ),
    # complaints
    (
        r"sur les 12 derniers mois entiers : registre des plaintes non remonté",
        lambda m, s, t: _no_register(m, _of_twelve_months(s, t), t),
    ),
    (
        rf"0,0 \(0 sur (?P<n>{MANY})\) à [^,]+, seul (à avoir assez de cas|centre où c'est connu)",
        _only_one_has_a_rate,
    ),
    (r"\((?P<n>)au moins [\d ]+ jours?\)", _always),  # an interval
    (r"aucune plainte en cours|aucune en cours", _none_open),
    (r"aucune( plainte)?( n'attend)? (depuis|de) plus de 30 jours", _none_late),
    (r"aucune plainte au registre", _none_open),
    (r"aucune plainte connue n'attend depuis plus de 30 jours", lambda m, s, t: not _late(s, t)),
    (
        r"aucune plainte connue en cours",
        lambda m, s, t: not t.open_ages(s.scope, _now(s, t)),
    ),
    (
        r"aucune plainte connue",
        lambda m, s, t: (
            not t.received(s.scope, s.first, _end(s, t)) or not t.open_ages(s.scope, _now(s, t))
        ),
    ),
    (r"aucune plainte reçue", _none_received),
    (r"aucune plainte échue", _none_due),
    (r"aucune plainte jusqu'à la fin de la période", _none_until),
    (
        r"toutes celles qui sont connues ont une réponse",
        lambda m, s, t: not t.open_ages(s.scope, _now(s, t)),
    ),  # fmt: skip
    (
        r"registre des plaintes à jour dans (?P<n>[\d ]+) centres? sur [\d ]*\d",
        _current,
    ),  # fmt: skip
    (
        rf"(?P<least>au moins )?(?P<n>{MANY}) plaintes? reçues?(?= ;| \((registre|…)|\.$)",
        _received,
    ),
    (
        r"registre des plaintes (pas à jour|incomplet)( ; aucune plainte connue[^;.]*)?",
        _not_current,
    ),
    (r"registre des plaintes non remonté", _no_register),
    (
        rf"(?P<least>au moins )?(?P<n>{MANY}) usagers? reçus?(?=$| ;| en | sur | du | le |, dans | \()",
        _visits,
    ),
    (rf"(?P<least>au moins )(?P<n>{MANY}) visites?", _visits),
    (rf"(?P<n>{MANY}) (plaintes? )?connues? (en cours|attend)", _known_alone),
    (r"plaintes connues en attente depuis plus de 30 jours", lambda m, s, t: not _whole_now(s, t)),
    (r"au moins (?P<n>[\d ]+\d|\d|une)( (?P<unit>plainte|jour|attend)\w*)?", _floor),
    (r"ni plainte reçue ni réponse", _nothing_for_a_year),
    # closings
    (
        r"(GSRU|CCSP) [^;]+ n'a remis aucune fiche",
        lambda m, s, t: len(s.scope) == 1 + t.ever("cloture", s.scope),
    ),
    (
        r"(?P<n>\d+) centres? sur (?P<of>\d+) n'ont remis aucune fiche",
        lambda m, s, t: (
            len(s.scope) == number(m["of"]) == number(m["n"]) + t.ever("cloture", s.scope)
        ),
    ),
    (
        r"les fiches de clôture déclarent ((?P<share>[\d ]+,\d) % de visites de (?P<way>plus|moins) que le registre"
        r"|(?P<times>[\d ]+,\d) fois autant de visites que le registre)",
        _gap,
    ),
    (
        r"aucune fiche de clôture remise|fiches de clôture remises : non remonté",
        _no_closings,
    ),
    (
        r"dans (l'autre|les \d+ autres), "
        r"(les (?P<due>[\d ]+) fiches attendues sont remises|(?P<one>la fiche attendue est remise))"
        r"|toutes les fiches de clôture sont remises",
        _all_closed,
    ),  # fmt: skip
    (
        r"[\d ]+ jours? ouverts? sans personne",
        _always,
    ),  # which: tests/answers/test_quality_checks.py
    # which days came
    (r"aucun des (?P<n>[\d ]+) jours attendus n'est reçu", _nothing_in_month),
    (r"le seul jour attendu n'est pas reçu", _nothing_in_month),
    (r"aucun jour n'est( encore)? attendu", _nothing_due_in_month),
    (
        r"\b0 (\(0 %\) )?à l'heure",
        _always,
    ),  # when files came is counted in tests/db/test_day_states.py
    (
        r"(n'est pas compté|ne sont pas comptés), ouverture non renseignée",
        lambda m, s, t: _never(s, t) > 0,
    ),
    (
        r"rien de remis encore, ouverture non renseignée",
        lambda m, s, t: _never(s, t) == len(s.scope),
    ),
    # silence
    (
        rf"(?P<more>jamais )?les (?P<n>\d+) centres n'ont {NEITHER}",
        _nothing_came,
    ),
    (
        r"((?P<n>\d+) (autres|centres)|(?P<names>[^;…:]+?)) (ni registre des visites ni fiche|n'en ont plus remis)"
        r" depuis le (?P<day>[\d/]+), fin des données",
        _stopped,
    ),
    (
        rf"(?P<more>jamais )?et (?P<n>\d+) autres? qui n'(a|ont) {NEITHER}",
        _nothing_came,
    ),
    (
        rf"((?P<more>et )?(?P<n>\d+) (autres? )?(centres? )?(sur \d+ )?(au [\d/]+ )?)?n'(a|ont) {NEITHER}",
        _nothing_came,
    ),  # fmt: skip
    (
        r"aucun des \d+ centres n'est muet|ce centre n'est pas muet|le centre n'est pas muet",
        _none_silent,
    ),
    (
        r"la base ne contient encore ni registre des visites ni fiche de clôture",
        lambda m, s, t: t.as_of is None,
    ),
    (
        rf"(?P<what>{'|'.join(FORMS_OF)}) depuis le (?P<day>[\d/]+) \((?P<days>\d+) jours\)",
        _nothing_since,
    ),
    (r"rien n'était attendu, aucun centre n'étant ouvert", _none_expected),
    (
        r"ni registre des visites ni fiche depuis le (?P<day>[\d/]+), il y a (?P<days>\d+) jours?",
        _old,
    ),
    # visits
    (r"\b0 (usager reçu|visite)\b", _no_visits),
    (r"\b0,0 par jour( ouvert)?", _no_visits),
    (r"entre 0 et [\d ]+ jours?", _always),  # an interval
    (r"0 jour sans réponse|encore en cours après 0 jour|[:;] 0 jour pour l'ensemble", _always),
    (
        r"aucune différence nette n'est visible|mais aucun ne (se distingue|sort des différences habituelles)",
        _always,
    ),
    (r"(?<= )\(\d+ et \d+\)", _always),  # a closing and a register of one day
    (r"aucune? (département|prestation|heure) ne se distingue nettement", _always),
    (
        r"une réponse en 0 jour|la plus ancienne depuis 0 jour|attend depuis 0 jour|en cours( au [\d/]+)?, depuis 0 jour",
        _always,
    ),
    (r"non affiché \(0 sur \d+\)", _always),
    (r"aucune fiche n'est encore attendue", _no_open_day),
    (r"registre remis pour aucun jour ouvert", _no_open_day_handed_in),
    (r"l'ensemble : 0,0 \(0 sur [1-9][\d ]*\)", _of_rows),
    (r"les prestations ensemble : 0 plainte pour [\d ]+ visites?", _of_rows),
    (r"^0 jours? au [\d/]+$", _always),  # the age of a complaint
    (r"aucune attente mesurée", _none_measured),
    (r"aucune visite connue", _silent_visits),
    (
        r"registre des visites (non remonté|pas à jour|à jour dans [\d ]+ centres? sur [\d ]*\d)",
        _silent_visits,
    ),
    (
        r"registre des visites incomplet",
        _silent_visits,
    ),
    (
        r"aucune (visite|donnée)( remontée)?( sur (la|cette) période)?",
        _silent_visits,
    ),
    (
        r"ce centre n'a remonté ni registre des visites ni fiche( sur la période)?"
        r"|ni registre des visites ni fiche remontés",
        _silent_visits,
    ),
    (
        r"aucun des \d+ centres attendus n'a remonté de registre des visites ni de fiche|données non remontées",
        _silent_visits,
    ),
    (r"n'(a|ont) remonté ni registre des visites ni fiche : .*", _always),
    (r"n'(a|ont) remis ni registre des visites ni fiche : [^.;]*", _names_who_is_missing),
    (
        r"(rien à juger(,| :)|:) ni registre des visites ni fiche remis pour (?P<month>\w+) (?P<year>\d{4})",
        lambda m, s, t: len(_unheard(m, s, t, of_visits=True)) == len(s.scope),
    ),
    (
        r"rien à juger(,| :) rien remis pour (?P<month>\w+) (?P<year>\d{4})",
        lambda m, s, t: len(_unheard(m, s, t)) == len(s.scope),
    ),
    (r"rien à juger", lambda m, s, t: not any(t.seen(x, s.first, _end(s, t)) for x in s.scope)),
    (
        r"(?P<n>\d+) centres? sur \d+ (a|ont) remonté (ses|leurs) visites(?P<all>, en partie)?( pour (?P<part>\d+) d'entre eux)?",
        _not_of_all,
    ),
    (r"pas assez de données pour tracer ces mois", _too_short),
    (
        r"aucune( de celles qui sont connues)? n'est restée sans réponse plus de \d+ jours",
        _always,
    ),  # of the curve of those received in the period
    (
        r"^(?P<n>\d+) centres? sur \d+"
        r"(, ((?P<none>sans)|avec) mesure de l'attente|, attente mesurée dans (?P<timed>\d+) d'entre eux)?$",
        _who,
    ),
    (
        r"^fiche de clôture pour 0 % des jours ouverts$"
        r"|fiches de clôture remises : 0 % \(0 sur [\d ]+(, dans \d+ centres? sur \d+)?\)",
        _none_closed,
    ),
    (
        r"0 % (\(0 sur [1-9][\d ]*\)|sont partis sans être reçus|pour l'ensemble( \(0 sur [1-9][\d ]*\))?)",
        _of_rows,
    ),
    (
        r"^0( [a-z]+)? (sur|en|pour) [1-9][\d ]*"
        r"( (visites?|plaintes?|réponses?|attentes?|jours?|communes?|habitants?)[^;:]*)?$"
        r"|(dans|sur) 0 (centre|visite)s?",
        _of_rows,
    ),
    (r"satisfaction notée pour 0 % des visites|attente mesurée pour 0 % des visites", _of_rows),
    (r"0 sur \d+ \(trop peu pour un pourcentage\)|trop peu de cas \(0, il en faut \d+\)", _always),
    (r"l'écart le plus net est celui [^(]*\(0(,0)?( %)?, pour [^)]* dans les autres\)", _of_rows),
    (
        r"ni registre des visites ni fiche de clôture",
        lambda m, s, t: _never(s, t) == len(s.scope),
    ),
    # judgement, which such short histories do not allow
    (
        r"(?P<n>\d+) centres? sur (?P<of>\d+) n'(a|ont) remis ni registre des visites ni fiche"
        r" pour (?P<month>\w+) (?P<year>\d{4})",
        lambda m, s, t: (
            len(s.scope) == number(m["of"])
            and len(_unheard(m, s, t, of_visits=True)) == number(m["n"])
        ),
    ),
    (
        r"(?<!n'a )(?<!n'ont )rien remis pour (?P<month>\w+) (?P<year>\d{4})",
        lambda m, s, t: len(_unheard(m, s, t)) == len(s.scope),
    ),
    (
        r"(?P<n>\d+) centres? sur (?P<of>\d+) n'(a|ont) rien remis pour (?P<month>\w+) (?P<year>\d{4})",
        lambda m, s, t: (
            len(s.scope) == number(m["of"]) and len(_unheard(m, s, t)) == number(m["n"])
        ),
    ),
    (
        r"rien n'a été remis",
        lambda m, s, t: (
            not any(t.ever(form, s.scope) for form in ("registre", "cloture", "plaintes"))
        ),
    ),
    (
        r"trop tôt pour [^;]*|aucun centre n'a assez de mois de données",
        _too_short,
    ),  # fmt: skip
    (
        r"pas encore assez de mois ou de cas pour (juger|dire si un chiffre est inhabituel)"
        r"|pas assez de données pour juger",
        _too_short,
    ),
    (r"pas (encore )?de (jugement (en|au|ce)|mois entier|série)[^;.]*", _too_short),
    (r"aucun signal n'est encore possible[^;.]*", _too_short),
    (r"la période n'a pas encore de mois entier", _too_short),
    (r"pas de (jugement d'ensemble|comparaison)[^;.]*", _always),
    (r"ce que les données ne permettent pas encore de dire", _always),
    (
        r"aucun n'a encore assez de mois ou de cas pour être jugé",
        _too_short,
    ),
    (
        r"(?P<n>\d+) centres? sur (?P<of>\d+) n'(a|ont) pas encore assez de mois ou de cas pour être jugés?",
        lambda m, s, t: len(s.scope) == number(m["of"]) > number(m["n"]),
    ),
    (r"rien n'est conclu sous ces filtres|rien n'en est conclu", _always),
    (r"n'est pas ouverte à qui ne répond pas de ces centres", _always),
    (r"partis sans être reçus : 0 %$", _of_rows),
    (
        r"aucun nouveau niveau n'attend d'être accepté ou refusé|ceux qui partent n'ont pas d'attente",
        _always,
    ),
    (r"aucune cible n'est fixée : rien n'est comparé à une cible", _always),
    # what nobody noted or declared is not denied of the world
    (
        r"aucune fermeture (déclarée ne prend de temps d'ouverture|n'est connue)|aucun jour d'ouverture",
        _always,
    ),
    (r"[\d ]+ jours? sans registre des visites|un jour, sans registre des visites", _some_unheard),
    (
        r"aucune fermeture connue sur cette période",
        _always,
    ),
    (r"aucune décision n'est (encore )?notée|aucune n'est notée", _always),
    (r"avant (?P<month>\w+) (?P<year>\d{4}) : [^.]*non remonté[^.]*", _nothing_before),
    # how closings, registers and canevas are compared; their days: tests/answers/test_declared_entered.py
    (r"sinon pas du tout, ni pour un mois en cours", _always),
    (r"« au moins » : des fiches ou des jours de registre manquent", _always),
    (r"aucune ligne ce jour|^pas de fiche$", _always),
    (r"ne sépare pas de la plus longue", _always),  # how long waits are told apart
    (r"aucun canevas n'est remis pour cette période", _always),  # these worlds have none
    (r"rien de nouveau depuis", _always),  # what is new: tests/answers/test_news.py
    (r"rien n'est encore venu", lambda m, s, t: _never(s, t) == len(s.scope)),
    (r"\(fermé, personne n'est venu, registre annoncé\)", _always),  # how days are counted
    (r"pas encore (échues?|comptées)", _always),
)


# What guests are told of complaints is not of the period that they ask about: it says of which.
OVER = re.compile(r"sur (\d+) mois entiers, jusqu'en (\w+) (\d{4})")
FROM = re.compile(r"^(?:Puis-je m'y fier ?\? )?Du (\d\d)/(\d\d)/(\d{4}) au (\d\d)/(\d\d)/(\d{4}),")


def own_period(text: str) -> tuple[date, date] | None:
    """The first and last day of the months that a text says for itself; None where it does not."""
    if match := FROM.search(text):
        a, b, c, x, y, z = map(int, match.groups())
        return date(c, b, a), date(z, y, x)
    if not (match := OVER.search(text)):
        return None
    first, last = _month(match[2], match[3])
    return add_months(first, 1 - int(match[1])), last


def _month(name: str, year: str) -> tuple[date, date]:
    first = date(int(year), MONTHS.index(name) + 1, 1)
    return first, month_end(first)


def untold(said: Said, truth: Truth) -> str:
    """What a title keeps silent though a form says it, whatever the others lack: complaints that wait, visits declared; "" for
    nothing. That none is measured is said of registers alone."""
    if said.where in ("titre : site", "titre : department") and (
        said.site or "department" in said.where
    ):
        if _late(said, truth) and not re.search(r"plaintes? (connues? )?atten", said.text):
            return "TAIT les plaintes qui attendent"
        end = _end(said, truth)
        of_visits = any(truth.known("registre", x, said.first, end) for x in said.scope)
        declared = sum(
            n
            for (x, day), n in truth.declared.items()
            if x in said.scope and said.first <= day <= end and day <= (truth.known_to or end)
        )
        alert = said.site and "alerte" in said.text
        if (
            declared
            and not of_visits
            and "déclarée" not in said.text
            and not alert
            and "muet" not in said.text
        ):
            return "TAIT les visites déclarées"
    if m := HIGHEST.search(said.text):
        span = (said.scope, said.first, _end(said, truth))
        named = (
            truth.a_day_stands_out(*span)
            if "chargé" in m[0]
            else "department" not in said.where or truth.departments_differ(*span)
        )
        if not named:
            return f"HASARD « {m[0]} »"
    if m := MEASURED.search(said.text):
        heard = sum(truth.known("registre", x, said.first, _end(said, truth)) for x in said.scope)
        if not heard or (m["of"] and number(m["of"]) != heard):
            return f"FAUX « {m[0]} »"
    return ""


# What names the highest of a family.
HIGHEST = re.compile(
    r"^(Le plus chargé|(Le|Les|Parmi les) départements? où l'on attend le plus"
    r"|Attente .*: (nettement (plus|moins) pour|le plus, ))"
)
MEASURED = re.compile(
    r"attente (non )?mesurée( dans \d+ centres?)? \(registre des visites remis dans (?P<of>\d+) centres? sur \d+\)"
    r"|attente mesurée dans \d+ centres? sur \d+|\d+ centres? sur \d+ mesuren?t? l'attente",
    re.IGNORECASE,
)


def fault(said: Said, truth: Truth) -> str:
    """Why what is said is false, or has no place; "" where it is right, or denies nothing."""
    if own := own_period(said.text):
        said = replace(said, first=own[0], last=own[1])
    if why := untold(said, truth):
        return why
    if " · " in said.text:
        parts = (fault(replace(said, text=part), truth) for part in said.text.split(" · "))
        return next(filter(None, parts), "")
    left = said.text
    if said.where == PERIODS or left.endswith("(rien encore)"):
        return "" if _period_is_right(left, truth) else f"FAUX « {left} »"
    if broken := BROKEN.search(left):
        return f"EN MORCEAUX « {broken[0]} »"
    if wrong := NEVER.search(left):
        return f"MAL DIT « {wrong[0]} »"
    for share in SHARE.finditer(left):
        if not _is_share(share):
            return f"FAUX « {share[0]} »"
    if said.where.endswith(OLDEST) and (received := RECEIVED_ON.search(left)):
        right = truth.oldest_received(said.scope, _now(said, truth))
        return "" if right and f"{right:%d/%m/%Y}" == received[1] else f"FAUX « {received[0]} »"
    if said.where.endswith("table service") and said.column in RATES_OF_SERVICES:
        return _rate_of_service(said, truth)
    if not DENIES.search(left):
        return ""
    if row := OF_A_MONTH.fullmatch(said.row):
        first, last = _month(row[1], row[2])
        said = replace(said, first=first, last=last)
    if said.column and NUMBER.fullmatch(left):
        return _cell(said, truth)
    for pattern, check in RULES:
        while match := re.search(pattern, left, re.IGNORECASE):
            if not check(match, said, truth):
                return f"FAUX « {match[0]} »"
            left = left[: match.start()] + "…" + left[match.end() :]
    return f"SANS PLACE « {left} »" if DENIES.search(left) else ""


def _is_share(said: re.Match) -> bool:
    """« 79 % (205 sur 261) »: the share is that of the two numbers."""
    decimals = said[2] or ""
    shown = float(f"{said[1]}.{decimals or 0}")
    of = number(said[4].strip())
    return bool(of) and abs(100 * number(said[3].strip()) / of - shown) <= 0.5001 / 10 ** len(
        decimals
    )


def _period_is_right(label: str, t: Truth) -> bool:
    """« Mois en cours (novembre 2026) », « Décembre 2026 (rien encore) »: by the calendar, and by what is known of it."""
    if label.endswith("derniers mois entiers"):
        return True
    known, month = t.known_to or t.today, t.today.replace(day=1)
    right = []
    for which, first in (("en cours", month), ("précédent", add_months(month, -1))):
        name = f"{MONTHS[first.month - 1]} {first.year}"
        said = f"Mois {which} ({name})"
        right.append(said if first <= known else f"{name.capitalize()} (rien encore)")
    for which, year in (("en cours", month.year), ("précédente", month.year - 1)):
        said = f"Année {which} ({year})"
        right.append(said if date(year, 1, 1) <= known else f"Année {year} (rien encore)")
    return label in right


RATES_OF_SERVICES = ("Plaintes pour 1 000 visites",)


def _rate_of_service(s: Said, t: Truth) -> str:
    """« 0,0 » of a service only where visits and complaints note theirs."""
    is_rate = bool(re.fullmatch(r"(moins de )?[\d ]+,\d", s.text))
    if s.row == "L'ensemble" or not is_rate or t.services_noted(s.scope, s.first, _end(s, t)):
        return ""
    return f"FAUX, {s.column} : {s.text}"


NUMBER = re.compile(
    rf"non remonté|pas à jour|n'a {NEITHER}|rien de remis encore|[Aa]ucune( connue)?|—"
    r"|(au moins )?[\d ]+(,\d+)?( (%|min|jours?|connues?))?"
)
MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
)
OF_A_MONTH = re.compile(rf"({'|'.join(MONTHS)}) (\d{{4}})(?: \(en cours\))?")
BAND = re.compile(
    r"((?P<low>\d+) à (?P<high>\d+)|moins de (?P<under>\d+)|plus de (?P<over>\d+)) jours"
)
COMPLAINTS = re.compile("plainte|délai médian", re.IGNORECASE)
CLOSED = re.compile("fiches (de clôture remises|qui manquent)", re.IGNORECASE)
WAITING = {
    "Plaintes en cours",
    "En cours",
    "Plus ancienne plainte",
    "Plus ancienne plainte en cours",
}
OLD = {"Plaintes de plus de 30 jours", "Depuis plus de 30 jours", "Plaintes en retard"}


def _cell(said: Said, truth: Truth) -> str:
    if said.where.endswith(("flow", "flux")):
        return "" if _month_is_right(said, truth) else f"FAUX, {said.column} : {said.text}"
    if said.column == "Valeur":  # of the indicator that the row is called after
        said = replace(said, column=said.row)
    return "" if _cell_is_right(said, truth) else f"FAUX, {said.column} : {said.text}"


def _cell_is_right(s: Said, t: Truth) -> bool:
    if s.column in ("n", "Âge") or s.column.startswith("Intervalle"):  # of the rows that are there
        return True
    if _is_completeness(s):  # the rest is counted in tests/db/test_day_states.py
        is_of_received = s.column in ("Reçus", "Part reçue") and s.text != "—"
        return not is_of_received or _no_register_in_month(s, t)
    if "site_declare_jours" in s.where and s.text == "non remonté":
        day = date(*map(int, reversed(s.row.split("/"))))
        if s.column == "Fiche":
            return day not in t.closings.get(s.scope[0], ())
        return not t.known("registre", s.scope[0], day, day)
    if s.column == "Registre" and s.text.startswith("au moins"):
        return number(s.text.removeprefix("au moins ")) == sum(
            s.first <= day <= s.last for x in s.scope for day in t.visits.get(x, ())
        )
    if s.column == "Canevas":  # these worlds have none
        return s.text == "non remonté"
    if s.column == "Fiches" and (declared := re.fullmatch(r"(au moins )?(?P<n>[\d ]+)", s.text)):
        of_month = sum(
            n for (x, d), n in t.declared.items() if x in s.scope and s.first <= d <= s.last
        )
        said = number(declared["n"])
        return said <= of_month if s.row.endswith("(en cours)") else said == of_month
    if s.text == "non remonté":
        return _missing(s, t)
    if band := BAND.fullmatch(s.row):
        return _band_is_right(band, s, t)
    if s.text in ("pas à jour", "aucune connue"):
        return _part_is_right(s, t)
    if s.column in ("Usagers reçus", "visites") and (
        m := re.fullmatch(r"(?P<least>au moins )?(?P<n>[\d ]+)", s.text)
    ):
        return _visits(m, s, t)
    if m := re.fullmatch(r"au moins (?P<n>[\d ]+)( (?P<unit>jour)s?)?", s.text):
        return _floor(m, s, t)
    if m := re.fullmatch(r"(?P<n>[\d ]+) connues?", s.text):
        return _known_alone(m, s, t)
    if s.text in (f"n'a {NEITHER}", "rien de remis encore"):
        return _never(s, t) == len(s.scope)
    if s.where.endswith(("survival", "survie", "plaintes_delai")):  # of those that are there
        return True
    if s.column.startswith("Délai"):  # a median of those that are there
        return bool(t.received(s.scope, s.first, _end(s, t))) and s.text.startswith("0")
    if COMPLAINTS.search(s.column) and s.text == "0 %":  # of those received
        return bool(t.received(s.scope, s.first, _end(s, t)))
    if s.text == "0 jour":
        return max(t.open_ages(s.scope, _now(s, t)), default=1) == 0
    of_service = s.where.endswith("table service") and s.row != "L'ensemble"
    if of_service and s.column in WAITING | OLD:  # of a service that others need not share
        return _whole_now(s, t)
    if s.column in WAITING:
        return _none_open(re.match("", ""), s, t)
    if s.column in OLD:
        return _none_late(re.match("", ""), s, t)
    if s.column == "Fiches qui manquent":
        return bool(t.ever("cloture", s.scope)) and not t.left_open(s.scope[0], s.first, _now(s, t))
    if s.column == "Fiches de clôture remises":
        return bool(t.ever("cloture", s.scope))
    if s.column in ("Usagers reçus", "Usagers par jour ouvert"):
        return any(t.known("registre", site, s.first, _end(s, t)) for site in s.scope)
    if s.text in ("aucune", "Aucune"):
        return not t.open_ages(s.scope, _now(s, t))
    return s.text.startswith("0") and not _silent_visits(re.match("", ""), s, t)


def _part_is_right(s: Said, t: Truth) -> bool:
    """« pas à jour » of a column: some register is missing, and the others have none."""
    if s.column.startswith("Plaintes pour"):
        return _not_current(re.match("", ""), s, t) or _no_visits_of_known_days(s, t)
    if COMPLAINTS.search(s.column) or s.column in WAITING | OLD:
        return _not_current(re.match("", ""), s, t)
    return _silent_visits(re.match("", ""), s, t) and not _all_visits(s, t)


def _band_is_right(band: re.Match, s: Said, t: Truth) -> bool:
    """« 8 à 15 jours »: so many, at least where not all is known, and none where it is."""
    low = int(band["low"] or int(band["over"] or -1) + 1)
    high = int(band["high"] or int(band["under"] or 10**6) - 1)
    n = sum(low <= age <= high for age in t.open_ages(s.scope, _now(s, t)))
    if s.text in ("pas à jour", "aucune connue"):
        return not n and not _whole_now(s, t)
    known = "connues" if n > 1 else "connue"
    return s.text == (f"{n}" if _whole_now(s, t) else f"{n} {known}")


def _month_is_right(s: Said, t: Truth) -> bool:
    """Of a month: 0 where the register of every site that had begun speaks of it to its end, else what is not known."""
    first, last = s.first, s.last
    due = [x for x in s.scope if t.expected(x, first, last) or t.known("plaintes", x, first, last)]
    if s.column == "Écart" and t.received(s.scope, first, last):
        return True
    if s.text == "non remonté":
        return not any(t.known("plaintes", x, first, last) for x in due)
    known = sum(t.through(x, first, last) for x in due)
    if s.text.startswith("au moins"):
        return known < len(due)
    return (known < len(due) or not due) if s.text == "pas à jour" else known == len(due) > 0


def _missing(s: Said, t: Truth) -> bool:
    """« non remonté » of a column."""
    if CLOSED.search(s.column):  # of nobody, or before those who hand any in had begun
        end = _end(s, t)
        began = [x for x in s.scope if any(a <= end for a, _ in t.spans.get(("cloture", x), ()))]
        return not any(t.open_days(x, s.first, end) for x in began)
    if COMPLAINTS.search(s.column) or s.column in WAITING | OLD | {"Reçues", "Réponses", "Écart"}:
        return _no_register(re.match("", ""), s, t) or _silent_visits(re.match("", ""), s, t)
    return _silent_visits(re.match("", ""), s, t)
