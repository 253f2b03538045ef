"""Each event of the table is in the rows, of its size and only there; and the rules of judgement find it, and little else.

The demonstration as `make run` has it, through the import and the database, counted again from its rows. Tolerances are
four standard errors of the noise that db.demo.plan and db.demo.visits document.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import (
    context,
    control_charts,
    expected_false_alarms,
    opening_answers,
    signals,
)
from dashboard.answers.question import Question
from dashboard.period import add_months, month_end, today
from dashboard.settings import load_settings
from dashboard.statistics.control_limits import OUTSIDE, RUN
from dashboard.statistics.observed_vs_expected import gap
from dashboard.statistics.stocks import judge_stocks
from dashboard.statistics.variation import ChartKind, Variation
from db.demo.event_effects import event_at
from db.demo.event_sentences import events_in_words
from db.demo.events import EVENTS, Event, Kind
from db.engine import make_engine
from tests.demo.series import Rows, Series
from tests.demo.truths import Truths

TODAY = today()
OF = {event.kind: event for event in EVENTS}
ERRORS = 4  # standard errors
DRAWS = expected_false_alarms.DRAWS  # as for readers: read before any test draws fewer
WAIT_SPREAD = (
    1.1  # standard deviation of a wait over its mean: log-normal of 0.85 and services that differ
)
MONTHLY = 0.03  # noise of a site's month, of waits and of visits
OPEN_TO_CLOSE = 0.02  # waits are cut at closing time, and to whole minutes
SHOWN = {code for event in EVENTS for code in event.shown_in}
WORSE = {"wait_p50": 1, "left": 1, "wait_within_30": -1, "satisfaction": -1}


@pytest.fixture(scope="module")
def series(rows) -> Series:
    return Series(rows)


def since(event: Event) -> pd.Timestamp:
    return pd.Timestamp(event.first(TODAY))


def calm(rows: Rows, *kinds: Kind) -> list[str]:
    """The sites at which none of these happens; at which nothing does, without any."""
    return [s.code for s in rows.sites if not any(event_at(k, s) for k in kinds or Kind)]


# Sizes


def wait_ratio(visits: pd.DataFrame, code: str, event: Event) -> tuple[float, float]:
    """The mean wait since an event over that of before, at a site, and its standard error."""
    here = visits[(visits["site"] == code) & visits["wait"].notna()]
    after = here["day"] >= since(event)
    n = after.sum(), (~after).sum()
    if min(n) < 100:
        return math.nan, math.nan
    ratio = here.loc[after, "wait"].mean() / here.loc[~after, "wait"].mean()
    months = event.months, here.loc[~after, "day"].dt.to_period("M").nunique()
    error = sum(WAIT_SPREAD**2 / a + MONTHLY**2 / b for a, b in zip(n, months, strict=True))
    return ratio, ratio * math.sqrt(error)


@pytest.mark.parametrize("kind", [Kind.SLOWER, Kind.FASTER])
def test_waits_change_by_their_size_and_nowhere_else(rows, kind):
    event = OF[kind]
    ratio, error = wait_ratio(rows.visits, event.place, event)
    assert abs(ratio - event.size) < ERRORS * error + OPEN_TO_CLOSE * event.size
    assert ERRORS * error < abs(event.size - 1)  # it would be seen if nothing had happened
    others = calm(rows, Kind.SLOWER, Kind.FASTER, Kind.SERVICE_GROWS, Kind.MEASURES, Kind.OPENS)
    ratios = [(*wait_ratio(rows.visits, code, event), code) for code in others]
    ratios = [r for r in ratios if not math.isnan(r[0])]
    assert len(ratios) >= 12
    assert not [r for r in ratios if abs(r[0] - 1) > ERRORS * r[1]]


def test_more_leave_and_fewer_are_satisfied_where_waits_are_longer(rows):
    event = OF[Kind.SLOWER]
    here = rows.visits[rows.visits["site"] == event.place]
    after = here["day"] >= since(event)
    left = (here["outcome"] == 2).groupby(after).mean()
    happy = here["satisfied"].astype(float).groupby(after).mean()
    assert left[True] > 1.6 * left[False]
    assert happy[True] < happy[False] - 0.05


def test_visits_fall_by_their_size_and_nowhere_else(rows, series):
    """The months since, against the same months of the year before, and against what the others did."""
    event = OF[Kind.FEWER]
    k = event.months
    after, before = (series.visits[:, a:b].sum(axis=1) for a, b in ((-k, None), (-k - 12, -12)))
    days = [series.open[:, a:b].sum(axis=1) for a, b in ((-k, None), (-k - 12, -12))]
    old = [rows.codes.index(c) for c in calm(rows, Kind.OPENS, Kind.SILENT)]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = after / before * days[1] / days[0]
        error = np.sqrt(1 / after + 1 / before + 2 * MONTHLY**2 / k + 0.03**2)  # and its growth
    ratio /= np.median(ratio[old])
    here = rows.codes.index(event.place)
    assert abs(math.log(ratio[here] / event.size)) < ERRORS * error[here]
    assert ERRORS * error[here] < abs(math.log(event.size))
    others = [s for s in old if s != here]
    assert len(others) >= 20
    assert not [rows.codes[s] for s in others if abs(math.log(ratio[s])) > ERRORS * error[s]]


def test_the_share_of_a_service_grows_at_one_site(rows):
    event = OF[Kind.SERVICE_GROWS]
    known = rows.visits[rows.visits["service"] != ""]
    is_it = known["service"] == event.service
    last = add_months(TODAY.replace(day=1), -3), TODAY.replace(day=1)
    # The last three months, at whose middle it has not yet grown to its size.
    late = known["day"].between(pd.Timestamp(last[0]), pd.Timestamp(last[1] - timedelta(days=1)))
    early = known["day"] < since(event)
    length = (TODAY - event.first(TODAY)).days - 1
    middle = (last[0] + (last[1] - last[0]) / 2 - event.first(TODAY)).days / length
    expected = 1 + (event.size - 1) * middle
    for code in rows.codes:
        here = known["site"] == code
        n = (here & late).sum(), (here & early).sum()
        if min(n) < 100:
            continue
        share = is_it[here & early].mean()
        now = is_it[here & late].mean()
        size = expected if code == event.place else 1
        error = math.sqrt(size * share * (1 - share) / n[0] + size**2 * share / n[1])
        assert abs(now - size * share) < ERRORS * error, code
        if code == event.place:
            assert now - share > ERRORS * error
    assert rows.visits[rows.visits["site"] == event.place]["service"].nunique() > 10


def test_services_wait_differently(rows):
    """Against sites that differ too: each service against the same site's others. The growing one waits longest."""
    measured = rows.visits[rows.visits["wait"].notna() & (rows.visits["service"] != "")]
    measured = measured[measured["site"].isin(calm(rows))]
    log = np.log1p(measured["wait"])
    away = (log - log.groupby(measured["site"]).transform("mean")).groupby(measured["service"])
    assert away.mean().max() - away.mean().min() > 0.6
    assert away.mean().idxmax() == OF[Kind.SERVICE_GROWS].service
    assert (0.95 / np.sqrt(away.size())).max() < 0.05  # these differences are not chance


def test_a_site_opens_and_grows(rows, series):
    event = OF[Kind.OPENS]
    here = rows.visits[rows.visits["site"] == event.place]["day"]
    assert timedelta(0) <= here.min() - since(event) <= timedelta(days=7)
    first = rows.visits.groupby("site")["day"].min()
    assert (first.drop(event.place) < pd.Timestamp(2023, 4, 1)).all()
    old = [rows.codes.index(c) for c in calm(rows)]
    at = series.n - event.months
    of_network = series.per_day[old].sum(axis=0)
    own = series.per_day[rows.codes.index(event.place)] / of_network
    expected = np.array(
        [1 - (1 - event.size) * math.exp(-age / 120) for age in 15 + 30.4 * np.arange(event.months)]
    )
    early, late = slice(at, at + 2), slice(series.n - 3, None)
    ratio = own[early].mean() / own[late].mean()
    n = series.visits[rows.codes.index(event.place)]
    error = math.sqrt(1 / n[early].sum() + 1 / n[late].sum() + MONTHLY**2)
    assert abs(math.log(ratio * expected[-3:].mean() / expected[:2].mean())) < ERRORS * error
    assert ratio < 0.8


def test_a_site_measures_waits_from_one_day_on(rows):
    event = OF[Kind.MEASURES]
    v = rows.visits
    here = v[v["site"] == event.place]
    measured = here[here["came"].notna()]
    assert len(here[here["day"] < since(event)]) > 100
    assert timedelta(0) <= measured["day"].min() - since(event) <= timedelta(days=7)
    share = here[here["day"] >= since(event)]["came"].notna().mean()
    of_others = (
        v[v["site"].isin(calm(rows))].groupby("site")["came"].apply(lambda c: c.notna().mean())
    )
    assert sorted(of_others.round(1).unique()) == [0, 1]  # others measure all the time, or never
    assert share == pytest.approx(event.size * of_others[of_others > 0].mean(), abs=0.03)


def test_a_site_falls_silent(rows):
    event = OF[Kind.SILENT]
    last = pd.concat([rows.visits[["site", "day"]], rows.closings]).groupby("site")["day"].max()
    assert timedelta(0) < since(event) - last[event.place] <= timedelta(days=4)
    assert (last.drop(event.place) >= pd.Timestamp(TODAY) - pd.Timedelta(days=5)).all()
    for received in rows.complaints[rows.complaints["site"] == event.place]["received"]:
        assert received < since(event)


def test_a_month_of_power_cuts_is_declared(rows):
    event = OF[Kind.POWER_CUTS]
    month, end = event.first(TODAY), event.end(TODAY)
    cuts = rows.closures[rows.closures["reason"] == "électricité"]
    holidays = np.array(rows.holidays, "datetime64[D]")

    def share(code: str, first: date) -> float:
        after = add_months(first, 1)
        days = np.busday_count(first, after, holidays=holidays)
        dates = cuts.loc[cuts["site"] == code, "first"]
        return float(
            dates.between(pd.Timestamp(first), pd.Timestamp(after - timedelta(1))).sum() / days
        )

    there = [s.code for s in rows.sites if s.department == event.place]
    assert there and end == add_months(month, event.lasts)
    for site in rows.sites:
        if site.code in there:
            assert share(site.code, month) == pytest.approx(event.size, abs=0.08)
        else:
            assert share(site.code, month) < event.size / 2
        assert share(site.code, add_months(month, -1)) < event.size / 2
        assert share(site.code, end) < event.size / 2


def test_closings_are_forgotten_at_one_site(rows):
    event = OF[Kind.FORGETS]
    due = rows.open_days()
    last = due["site"].map(rows.visits.groupby("site")["day"].max())
    due = due[due["day"] <= last]
    closed = due.merge(rows.closings.assign(closed=1.0), how="left").fillna({"closed": 0})
    event_days = (closed["site"] == event.place) & (closed["day"] >= since(event))
    there = closed[event_days]
    months = there.groupby(there["day"].dt.to_period("M"))["closed"].agg(["sum", "size"])
    assert len(months) >= event.months
    assert (months["sum"] == (event.size * months["size"]).round()).all()
    elsewhere = closed[~event_days].groupby("site")["closed"].mean()
    assert elsewhere.between(0.91, 0.995).all()


def test_complaints_have_a_believable_tail(rows):
    c = rows.complaints
    until = pd.Timestamp(TODAY)
    age = (until - c["received"]).dt.days
    delay = (c["resolved"] - c["received"]).dt.days
    assert delay.median() <= 21 and (delay <= 60).mean() > 0.85
    still = age[c["resolved"].isna()]
    assert 0.05 < (still > 150).mean() < 0.35 and (still <= 45).mean() > 0.3
    assert 240 < still.max() < 600


def test_some_complaints_are_never_answered_at_one_site(rows):
    event = OF[Kind.UNANSWERED]
    c = rows.complaints
    old = c["received"] < pd.Timestamp(TODAY) - pd.Timedelta(days=150)
    since_then = c[old & (c["received"] >= since(event))]
    open_of = since_then["resolved"].isna().groupby(since_then["site"]).agg(["mean", "size"])
    here = open_of.loc[event.place]
    usual = since_then.loc[since_then["site"] != event.place, "resolved"].isna().mean()
    expected = event.size + (1 - event.size) * usual
    error = math.sqrt(expected * (1 - expected) / here["size"])
    assert abs(here["mean"] - expected) < 3 * error
    assert here["mean"] > 3 * usual
    before = c[(c["site"] == event.place) & (c["received"] < since(event) - pd.Timedelta(days=120))]
    assert before["resolved"].notna().all()


# What the rules find


def left_at_month_ends(rows, place: str, older: int) -> np.ndarray:
    """How many complaints of a site had no answer at the end of each whole month, of those older than so many days."""
    c = rows.complaints[rows.complaints["site"] == place]
    first, ends = c["received"].min().date().replace(day=1), []
    while month_end(first) < TODAY.replace(day=1):
        ends.append(pd.Timestamp(month_end(first)))
        first = add_months(first, 1)
    return np.array(
        [
            float(
                (
                    (c["received"] <= end - pd.Timedelta(days=older + (older > 0)))
                    & (c["resolved"].isna() | (c["resolved"] > end))
                ).sum()
            )
            for end in ends
        ]
    )


def test_every_event_is_found_where_it_is_to_be_shown(rows, series):
    found = series.rules()
    for event in EVENTS:
        for code in event.shown_in:
            if event.kind == Kind.UNANSWERED:
                waiting = left_at_month_ends(rows, event.place, 30 if "late" in code else 0)
                assert judge_stocks(waiting[None]).side[0, -1] == 1, code
                continue
            rule, side = (a[rows.codes.index(event.place), -1] for a in found[code])
            assert rule, (event.place, code)
            if event.kind in (Kind.SLOWER, Kind.FASTER):
                assert side == WORSE[code] * (1 if event.kind == Kind.SLOWER else -1), code
            else:
                assert side == -1, code


def test_elsewhere_signals_are_those_of_chance(rows, series):
    """Flagged months a series-year: 0.2 to 0.5 by simulation (tests.benchmarks.rules); and in the last month."""
    quiet = [rows.codes.index(code) for code in calm(rows)]
    assert len(quiet) >= 12
    found = {code: rule[quiet] for code, (rule, _) in series.rules().items()}
    years = {code: slice(40 if code == "visits_per_day" else 24, None) for code in found}
    months = np.concatenate([rule[:, years[code]].ravel() for code, rule in found.items()])
    assert (months != 0).mean() * 12 < 0.5
    last = {code: int((rule[:, -1] != 0).sum()) for code, rule in found.items()}
    assert sum(last.values()) <= 6, last  # of some hundred series


def test_the_whole_shows_only_what_happens_at_its_sites(rows, series):
    """Every signal of the nation is named: without the sites of some events the rest is as usual. Of volumes, which have no
    usual for all sites together, it is on the side of the event."""
    busy = {event.place for event in EVENTS}
    everywhere = np.arange(len(rows.codes))
    for code, (rule, side) in series.whole(everywhere).items():
        if not rule[-1]:
            continue
        assert code in SHOWN, code
        if code == "visits_per_day":
            assert side[-1] == -1
            continue
        months = slice(-1 if rule[-1] == OUTSIDE else -RUN, None)
        named = gap(series.comparison(code, everywhere), months).sites
        assert named and {rows.codes[s] for s in named} <= busy, code
    chance = Counter()
    for department in {site.department for site in rows.sites}:
        there = np.array([i for i, s in enumerate(rows.sites) if s.department == department])
        events = {department, *(rows.codes[i] for i in there)} & busy
        flagged = [code for code, (rule, _) in series.whole(there).items() if rule[-1]]
        if not events:
            chance[department] = len(flagged)
    assert chance.total() <= 3, chance


# What is shown


@pytest.fixture
def asked(demonstration, monkeypatch) -> Iterator[Question]:
    """The question of the last twelve months, put to the demonstration; chance drawn as often as it is for readers."""
    monkeypatch.setattr(expected_false_alarms, "DRAWS", DRAWS)
    monkeypatch.setenv("DATABASE_URL", demonstration[0])
    load_settings.cache_clear()
    yield Question(add_months(TODAY.replace(day=1), -11), TODAY - timedelta(days=1))
    context.close_databases()
    load_settings.cache_clear()


def test_the_list_of_signals_shows_every_event_and_little_else(asked, rows):
    listed = {(s.scope, s.indicator): s for _, s in signals.ordered_signals(LOCAL_READER, asked)}
    shown = {(event.place, code): event for event in EVENTS for code in event.shown_in}
    assert set(shown) <= set(listed), "an event that no list shows"
    for which, event in shown.items():
        expected = {Kind.FASTER: Variation.IMPROVEMENT, Kind.FEWER: Variation.NEUTRAL}
        assert listed[which].variation == expected.get(event.kind, Variation.ALERT), which
    places = {event.place for event in EVENTS}
    by_chance = [which for which in listed if which[0] not in places]
    assert (
        len(by_chance) <= expected_false_alarms.false_alarm_budget(LOCAL_READER, asked).usual_most
    ), by_chance


def test_the_nation_and_the_departments_show_events_and_name_their_sites(asked, rows):
    places = {event.place for event in EVENTS}
    nation = control_charts.signals(LOCAL_READER, ["nation"], asked.last)["nation"]
    flagged = {code: s for code, s in nation.items() if s.is_signal}
    assert flagged.keys() <= SHOWN
    for code, one in flagged.items():
        # Nobody names the sites that a volume, or what waits, comes from.
        if code == "visits_per_day":
            assert one.side == -1
        elif code.startswith("complaints_"):
            assert one.side == 1
        else:
            assert one.causes and set(one.causes) <= places, code
    home = {site.code: site.department for site in rows.sites}
    departments = control_charts.signals(LOCAL_READER, set(home.values()), asked.last)
    of_events = {home.get(place, place) for place in places}
    chance = {
        (department, code): s.variation
        for department, signals in departments.items()
        for code, s in signals.items()
        if s.is_signal and department not in of_events
    }
    # Of some fifty series that are judged by the year one may be a signal by chance, which then lasts for months.
    by_year = {
        (department, code)
        for department, code in chance
        if departments[department][code].kind == ChartKind.YEAR
    }
    assert len(chance) <= 2 and len(by_year) <= 1, chance
    assert Variation.ALERT not in {v for which, v in chance.items() if which not in by_year}, chance
    # Two sites are in the department, and what the event does to waits is seen in both together; what follows from it, mostly.
    slower = OF[Kind.SLOWER]
    there = {
        code: s.causes
        for code in slower.shown_in
        if (s := departments[home[slower.place]][code]).is_signal
    }
    assert {"wait_p50", "wait_within_30"} <= there.keys()
    assert set(there.values()) == {(slower.place,)}


# For readers


def test_the_table_is_told_in_french():
    lines = events_in_words(date(2026, 11, 24))
    assert len(lines) == len(EVENTS)
    assert "  depuis le 01/06/2026 · CCSP de Djougou · attentes multipliées par 1,6" in lines
    assert any(
        line.startswith("  du 01/04/2026 au 30/04/2026 · Collines · coupures de courant, 50")
        for line in lines
    )


def test_the_answers_of_the_opening_page_are_those_counted_from_the_rows(asked, demonstration):
    engine = make_engine(demonstration[0])
    with engine.connect() as connection:
        truths = Truths(connection)
    engine.dispose()
    year = Question(truths.first.date(), (truths.end - pd.Timedelta(days=1)).date())
    plain = str.maketrans("\xa0", " ", "\u202f")
    said = [r.text.translate(plain) for r in opening_answers.replies(LOCAL_READER, year)]
    name, rate, visits = re.match(r"(.+?) ([\d.]+) \((\d+)\)", truths.busiest()).groups()
    assert said[0].startswith(f"{name} {rate.replace('.', ',')} usagers par jour ouvert, {visits} ")
    name, half, tenth, n = re.match(
        r"(.+?) (\d+) min \(un sur dix (\d+), n = (\d+)\)", truths.longest("site")
    ).groups()
    assert said[1].startswith(
        f"{name} un usager sur deux a attendu {half} min ou plus, un sur dix {tenth} min ou plus ({n} "
    )
    assert (
        said[2].startswith("Djougou attente de ")
        and "Adjarra fiches de clôture remises : " in said[2]
    )
    (closed,) = re.findall(r"Adjarra (\d+) % de fiches", truths.worse())
    assert f"Adjarra fiches de clôture remises : {closed}%" in said[2]
    name, days, when, waiting, late = re.match(
        r"(.+), (\d+) jours, reçue le (.+); (\d+) en cours, (\d+) de plus", truths.oldest()
    ).groups()
    # Those that are known: the register of the site that is silent ends with it.
    assert re.fullmatch(
        rf"{re.escape(name)} {days} jours sans réponse \(reçue le {when}\) ; l'ensemble : {waiting} plaintes connues en cours"
        rf"( \([^)]+\))?, dont {late} de plus de 30 jours",
        said[3],
    ), said[3]
    assert said[4].startswith(truths.silent())
