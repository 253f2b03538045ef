"""The arithmetic of each indicator: facts in, a Measure over all keys out.

Before: `db.facts.gather`, which gives the facts. After: `dashboard.indicators.breakdown`, which makes figures of measures.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dashboard.period import day_number
from dashboard.statistics.quantile import quantile
from dashboard.statistics.survival import medians_survival
from db.codes import LAST_BIN, SITE_MONTH, UNKNOWN_KEY
from db.shared_types import Facts

# Why a value is missing; the screen says these three as they are.
UNMEASURED = "non mesuré"
OUT_OF_SCOPE = "sans objet"
HIDDEN = "non affiché"  # to guests
FEW = "trop peu de cas"
NO_DATA = "aucune donnée sur la période"
DUE_DAYS = 30
KNOWN_SERVICE_SHARE = 0.8
NOT_REPORTED = "données non remontées"
NO_VISITS = "registre des visites non remonté"
NOT_ALL_VISITS = "registre des visites incomplet"
NO_CLOSINGS = "aucune fiche de clôture remise"
NO_OPEN_DAY = "aucune fiche n'est encore attendue"
NO_OPEN_DAY_HANDED_IN = "registre remis pour aucun jour ouvert"
NOT_HANDED_IN = "registre des plaintes non remonté"
NOT_CURRENT = "registre des plaintes incomplet"
NO_VISIT = "aucune visite inscrite sur la période"
NO_CASE = "aucun cas"  # of a service or an hour
SERVICE_UNKNOWN = "prestation rarement notée"
NO_COMMON_DAY = "plaintes de jours sans registre des visites"
MOST_STILL_OPEN = "plus de la moitié attendent encore une réponse"
HANDED_IN_LATER = "plaintes remises au-delà des dernières visites"


@dataclass(frozen=True)
class Measure:
    """An indicator over all keys: arrays of length G, NaN where missing.

    note: by key, why the value is missing or what to know beside it; "" for none.
    """

    numerator: np.ndarray
    denominator: np.ndarray
    value: np.ndarray
    n: np.ndarray
    note: list[str]


def ratio(
    numerator: np.ndarray,
    denominator: np.ndarray,
    scale: float,
    missing: str = NO_DATA,
    note: list[str] | None = None,
) -> Measure:
    """numerator / denominator × scale as a Measure; a zero denominator is missing, not 0. missing: the note there; note: other
    notes, by key."""
    numerator, denominator = (
        np.asarray(numerator, dtype=float),
        np.asarray(denominator, dtype=float),
    )
    value = np.divide(
        numerator * scale, denominator, out=np.full(len(numerator), np.nan), where=denominator != 0
    )
    note = note or [""] * len(value)
    note = [
        text or ("" if v == v else missing)  # NaN is not itself
        for text, v in zip(note, value.tolist(), strict=True)
    ]
    return Measure(numerator, denominator, value, denominator, note)


def hide(measure: Measure, where: np.ndarray, note: str) -> Measure:
    """The measure without a value, and with a note, where `where` is true; its counts are kept."""
    value = np.where(where, np.nan, measure.value)
    notes = list(measure.note)
    for i in np.flatnonzero(where).tolist():  # most keep theirs
        notes[i] = note
    return Measure(measure.numerator, measure.denominator, value, measure.n, notes)


def replace(measure: Measure, where: np.ndarray, note: str) -> Measure:
    """The measure without value and counts, and with a note, where `where` is true: there the indicator has no meaning."""
    numerator, denominator, value = (
        np.where(where, np.nan, a) for a in (measure.numerator, measure.denominator, measure.value)
    )
    return Measure(
        numerator,
        denominator,
        value,
        np.where(where, 0, measure.n),
        hide(measure, where, note).note,
    )


# --- visits and waits -----------------------------------------------------------------------------------------------
def visits(f: Facts) -> Measure:
    """Users received."""
    n = f.counter("visits")
    whole_days = f.by not in (
        "service",
        "hour",
    )  # elsewhere the visits of closed days cannot be told apart
    note = [
        f"dont {off} {'visite notée' if off == 1 else 'visites notées'} un jour de fermeture"
        if off and whole_days
        else ""
        for off in f.off_day_visits.tolist()
    ]
    count = np.where(no_visits_handed_in(f), np.nan, n)
    count = np.where((n == 0) & (f.visit_whole < f.expected), np.nan, count)
    return hide_if_missing(f, Measure(count, np.full(len(n), np.nan), count, n, note))


def no_visits_handed_in(f: Facts) -> np.ndarray:
    """Where no register of visits, or nothing, was handed in: booleans, (G,). There 0 would be wrong."""
    silent = (f.visit_reporting == 0) | (f.reporting == 0)
    nobody: np.ndarray = silent & (f.counter("visits") == 0)
    return nobody


def hide_if_missing(f: Facts, m: Measure) -> Measure:
    """The measure without a value, and with the reason, for keys without any register of visits."""
    nobody, none = no_visits_handed_in(f), f.counter("visits") == 0
    of_part = f.by in ("service", "hour") or f.service is not None
    m = hide(m, none & ~nobody & _counts_nobody(m), NO_CASE if of_part else NO_VISIT)
    m = hide(m, _denied(f, none, _service_unknown(f)), SERVICE_UNKNOWN)
    m = hide(m, none & (f.visit_whole < f.expected), NOT_ALL_VISITS)
    # A site that hands in complaints alone has handed in something.
    nothing = nobody & (f.reporting == 0) & (f.complaint_reporting == 0)
    m = hide(hide(m, nobody, NO_VISITS), nothing, NOT_REPORTED)
    return hide(m, nobody & (f.expected == 0), OUT_OF_SCOPE)  # nobody was open yet, or any more


def _counts_nobody(m: Measure) -> np.ndarray:
    """Where there is no value because nobody is counted: booleans, (G,). There the register is not at fault."""
    missing: np.ndarray = np.isnan(m.value)
    return missing


def _service_unknown(f: Facts) -> np.ndarray:
    """Where visits of a service cannot be told from those without a noted service: booleans, (G,)."""
    if f.service is None and f.by != "service":
        return np.zeros(len(f.keys), dtype=bool)
    unknown: np.ndarray = f.known_service < KNOWN_SERVICE_SHARE * f.all_visits
    return unknown


RECEIVED, UP_TO_THE_END = 0, 1  # rows of what is counted of complaints


def _complaints_of_service_unknown(f: Facts, which: int = RECEIVED) -> np.ndarray:
    """Where complaints about a service cannot be told from those that do not note theirs, or its visits cannot: booleans,
    (G,)."""
    known, everything = f.known_service_complaints[which], f.all_complaints[which]
    unknown: np.ndarray = _service_unknown(f) | (known < KNOWN_SERVICE_SHARE * everything)
    return unknown


def _denied(f: Facts, none: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """Where a key has no case and that may be because services are not noted: booleans, (G,); never for « inconnu ». none:
    where there is no case; unknown: where they are rarely noted."""
    denied: np.ndarray = none & unknown & (f.service != UNKNOWN_KEY)
    return denied


def visits_per_day(f: Facts) -> Measure:
    """Visits per open site-day."""
    m = ratio(f.counter("visits"), f.open_days, 1, NO_OPEN_DAY_HANDED_IN)
    return hide_if_missing(f, m)


def women_share(f: Facts) -> Measure:
    """The share of women among visits with a known sex."""
    known = f.counter("women") + f.counter("men")
    return hide_if_missing(f, ratio(f.counter("women"), known, 100, "sexe non renseigné"))


def visits_per_1000(f: Facts) -> Measure:
    """Visits at CCSP per 1 000 inhabitants of their communes (census of 2013)."""
    m = ratio(f.ccsp_visits, f.population, 1000, NO_DATA)
    return replace(hide_if_missing(f, m), f.ccsp_sites == 0, OUT_OF_SCOPE)


def _wait(q: float) -> Callable[[Facts], Measure]:
    """The measure function of a quantile of waits."""

    def measure(f: Facts) -> Measure:
        minutes = quantile(f.waits, q).astype(float)
        n = f.waits.sum(axis=1)
        minutes[n == 0] = np.nan
        notes = [
            UNMEASURED if not k else "240 min et plus" if m >= LAST_BIN else ""
            for k, m in zip(n.tolist(), minutes.tolist(), strict=True)
        ]
        nothing = np.full(len(n), np.nan)
        return hide_if_missing(f, Measure(nothing, nothing, minutes, n, notes))

    return measure


wait_p50, wait_p90 = _wait(0.5), _wait(0.9)


def wait_within(f: Facts) -> Measure:
    """The share served within the threshold, among those served with a measured wait and those who left after a timed arrival."""
    short = f.waits[:, : f.threshold + 1].sum(axis=1)
    return hide_if_missing(f, ratio(short, f.waits.sum(axis=1) + f.left_timed, 100, UNMEASURED))


def left(f: Facts) -> Measure:
    """The share who left unserved, among visits with a known outcome."""
    known = f.counter("outcome_known")
    return hide_if_missing(
        f,
        ratio(f.counter("left_unserved"), known, 100, "le registre ne dit pas qui est parti"),
    )


def satisfaction(f: Facts) -> Measure:
    """The share satisfied, among answers; the response rate is in the note."""
    answered = f.counter("satisfied") + f.counter("unsatisfied")
    rate = np.divide(
        answered * 100,
        f.counter("visits"),
        out=np.zeros(len(answered)),
        where=f.counter("visits") > 0,
    )
    notes = [
        f"renseigné pour {r:.0f} % des visites" if a else ""
        for a, r in zip(answered.tolist(), rate.tolist(), strict=True)
    ]
    m = ratio(f.counter("satisfied"), answered, 100, "satisfaction non renseignée", note=notes)
    return hide_if_missing(f, m)


# --- complaints -----------------------------------------------------------------------------------------------------
def _count(f: Facts, mask: np.ndarray) -> np.ndarray:
    """How many complaints of the mask each key has, (G,)."""
    group = f.complaints["group"]
    return np.bincount(group[mask & (group >= 0)], minlength=len(f.keys)).astype(float)


def _received(f: Facts) -> np.ndarray:
    """The complaints received within each key's span: a mask."""
    received: np.ndarray = f.complaints["received"] >= day_number(f.first)
    return received


def _resolved(f: Facts) -> np.ndarray:
    """The complaints answered, as far as is known of each: a mask."""
    c = f.complaints
    resolved: np.ndarray = (c["resolved"] >= 0) & (c["resolved"] <= c["known"])
    return resolved


def _fast(f: Facts) -> np.ndarray:
    """The complaints answered within 30 days: a mask."""
    fast: np.ndarray = _resolved(f) & (
        f.complaints["resolved"] - f.complaints["received"] <= DUE_DAYS
    )
    return fast


def _if_handed_in(f: Facts, m: Measure, where: np.ndarray | None = None) -> Measure:
    """The measure without a value for keys (of `where`, by default all) without any register of complaints, where 0 would be
    wrong. The reason says where complaints were handed in for days after the end of the data only."""
    nobody: np.ndarray = f.complaint_reporting == 0
    nobody = nobody if where is None else nobody & where
    m = hide(m, nobody, NOT_HANDED_IN)
    m = hide(m, nobody & (f.complaint_expected == 0), OUT_OF_SCOPE)
    return hide(m, nobody & (f.complaint_later > 0), HANDED_IN_LATER)


def _with_denial(f: Facts, m: Measure, denial: str) -> Measure:
    """The measure with a note for keys without a complaint (n is 0): the denial where every site's register is known, else that
    not all are."""
    heard = np.minimum(f.complaint_reporting, f.complaint_current)
    part = (m.n == 0) & (heard < np.maximum(f.complaint_expected, 1))
    m = hide(hide(m, m.n == 0, denial), part, NOT_CURRENT)
    return hide(m, _denied(f, m.n == 0, _complaints_of_service_unknown(f)), SERVICE_UNKNOWN)


def _if_current(f: Facts, m: Measure, none: np.ndarray) -> Measure:
    """The same as `_if_handed_in` for open complaints: no value for keys that have none where some register is not known to the
    end."""
    part = none & (f.complaint_current < np.maximum(f.complaint_expected, 1))
    unsaid = _denied(f, none, _complaints_of_service_unknown(f, UP_TO_THE_END))
    m = hide(hide(m, part, NOT_CURRENT), unsaid, SERVICE_UNKNOWN)
    return _if_handed_in(f, m, none)


def complaints_per_1000(f: Facts) -> Measure:
    """Complaints received per 1 000 visits."""
    # Days with only one of the two registers are left out: they would bias the rate.
    based = _received(f) & f.complaints["based"]
    m = ratio(_count(f, based), f.complaint_visits, 1000, NO_VISIT)
    elsewhere = (f.complaint_visits == 0) & (f.counter("visits") > 0)
    # All complaints are of days without a register of visits: a rate of 0 would be wrong.
    denied = (_count(f, based) == 0) & (_count(f, _received(f)) > 0)
    m = hide_if_missing(f, hide(hide(m, denied, NO_COMMON_DAY), elsewhere, NOT_CURRENT))
    return _if_handed_in(f, hide(m, _complaints_of_service_unknown(f), SERVICE_UNKNOWN))


def complaints_30d(f: Facts) -> Measure:
    """The official indicator: answered in 30 days or fewer, of all received."""
    m = ratio(_count(f, _received(f) & _fast(f)), _count(f, _received(f)), 100)
    return _if_handed_in(f, _with_denial(f, m, "aucune plainte reçue"))


def complaints_30d_due(f: Facts) -> Measure:
    """The same as `complaints_30d`, of those that have had their 30 days by their site's last known day."""
    due = _received(f) & (f.complaints["received"] + DUE_DAYS <= f.complaints["as_of"])
    m = ratio(_count(f, due & _fast(f)), _count(f, due), 100)
    return _if_handed_in(f, _with_denial(f, m, "aucune plainte échue"))


def due_days(value: np.ndarray, is_shown: np.ndarray) -> np.ndarray:
    """The days after a month at which its share of complaints answered in 30 days moves no more: whatever it is, and however few
    are due yet. value, is_shown: one shape, which the days have."""
    del is_shown
    return np.full(value.shape, float(DUE_DAYS))


def complaint_delay(f: Facts) -> Measure:
    """The median days to an answer; open complaints are censored (Kaplan-Meier), all of a site on its register's last day:
    answers that are known beyond it, and no others, would shorten the delay."""
    c = f.complaints
    resolved = _resolved(f) & (c["resolved"] <= c["as_of"])
    ages = np.where(resolved, c["resolved"], c["as_of"]) - c["received"]
    mine = _received(f) & (ages >= 0) & (c["group"] >= 0)
    n = np.bincount(c["group"][mine], minlength=len(f.keys))
    value = medians_survival(ages[mine], resolved[mine], c["group"][mine], len(f.keys))
    note = ["" if v == v else MOST_STILL_OPEN for v in value.tolist()]
    nothing = np.full(len(f.keys), np.nan)
    m = Measure(nothing, nothing, value, n, note)
    return _if_handed_in(f, _with_denial(f, m, "aucune plainte reçue"))


def days_of_median(value: np.ndarray, is_shown: np.ndarray) -> np.ndarray:
    """The days after a month at which its median delay moves no more: as many as it is, for no complaint is censored before;
    never where most are still open, at once where there are too few. value, is_shown: one shape, which the days have."""
    return np.where(is_shown, np.nan_to_num(value, nan=np.inf), 0.0)


def _open(f: Facts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The key, the age in days and the day of reception of each complaint that is open at the end of a key's span, or at the
    last day for which it is known if earlier: three arrays. By month, a complaint may be open in several."""
    c = f.complaints
    if f.by == "month":
        first_end = day_number(
            f.first
        )  # or later: complaints answered before the span are open in no month
        late = (c["resolved"] < 0) | (c["resolved"] > first_end)
        c = {name: values[late] for name, values in c.items()}
        end = np.minimum(f.ends[:, None], c["known"])
        key = np.arange(len(f.keys))[:, None].repeat(end.shape[1], axis=1)
    elif f.by == SITE_MONTH:
        months = len(np.unique(f.ends))
        end = np.minimum(f.ends[:months, None], c["known"])
        key = np.arange(months)[:, None] + months * c["place"]
    else:
        end, key = np.minimum(day_number(f.last), c["known"]), c["group"]
    is_open = (key >= 0) & (c["received"] <= end) & ((c["resolved"] < 0) | (c["resolved"] > end))
    received = np.broadcast_to(c["received"], is_open.shape)[is_open]
    return np.broadcast_to(key, is_open.shape)[is_open], (end - c["received"])[is_open], received


def complaints_open(f: Facts) -> Measure:
    """Complaints not answered at the end of the period."""
    key, _, _ = _open(f)
    return _number_open(f, key)


def complaints_late(f: Facts) -> Measure:
    """Complaints not answered at the end of the period, of those that have had their 30 days."""
    key, ages, _ = _open(f)
    return _number_open(f, key[ages > DUE_DAYS])


def _number_open(f: Facts, keys: np.ndarray) -> Measure:
    """How many of these complaints each key has. keys: of each, its key."""
    n = np.bincount(keys, minlength=len(f.keys)).astype(float)
    m = Measure(n, np.full(len(n), np.nan), n, n, [""] * len(n))
    return _if_current(f, m, n == 0)


def complaints_oldest(f: Facts) -> Measure:
    """Age of the open complaint that was received first, in days: one of a site whose complaints are known up to an earlier day
    is the oldest though fewer of its days are known."""
    key, ages, received = _open(f)
    n = np.bincount(key, minlength=len(f.keys)).astype(float)
    value = np.full(len(f.keys), np.nan)
    order = np.lexsort((ages, -received))  # what is written last stays
    value[key[order]] = ages[order]
    nothing = np.full(len(value), np.nan)
    note = ["" if k else "aucune plainte en cours" for k in n.tolist()]
    m = Measure(nothing, nothing, value, n, note)
    return _if_current(f, m, n == 0)


# --- who hands in ---------------------------------------------------------------------------------------------------
def completeness(f: Facts) -> Measure:
    """The share of working days with a closing, of those that were due."""
    m = ratio(f.closed_days, f.due_days, 100, NO_OPEN_DAY)
    nobody = (f.expected > 0) & ((f.closing == 0) | (f.open_days > 0))
    return hide(m, (f.due_days == 0) & nobody, NO_CLOSINGS)


def coverage(f: Facts) -> Measure:
    """The share of communes with an operating site."""
    return ratio(f.operating_communes, f.communes, 100)
