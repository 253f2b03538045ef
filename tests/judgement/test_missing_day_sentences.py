"""What is said of the days that a site has still to hand in: each kind of site by a case, and laws that hold of all."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import french
from dashboard.judgement.missing_day_sentences import MOST_MONTHS, SiteDays, by_month, site_sentence

TODAY = date(2026, 11, 27)  # a Friday; the 26th is the last day that was handed in
FIRST, DAY = date(2025, 11, 3), timedelta(days=1)
NOVEMBER, YESTERDAY = date(2026, 11, 16), TODAY - DAY


def days(*spans: str) -> tuple[date, ...]:
    """The weekdays of « 2026-11-04 », « 2026-11-04..12 », « 2026-10-22..2026-11-26 »."""
    found = []
    for span in spans:
        first, _, last = span.partition("..")
        day = date.fromisoformat(first)
        end = date.fromisoformat(
            first[: len(first) - len(last)] + last
        )  # « ..12 » is of the same month
        while day <= end:
            found += [day] if day.weekday() < 5 else []
            day += DAY
    return tuple(found)


def cove(*missing: str, closed_days: tuple[str, ...] = (), last: str = "", **said) -> SiteDays:
    """The days of Covè, of which these are missing; all up to `last`, yesterday by default, are expected but those of closure."""
    today = said.get("today", TODAY)
    since = said.get("since", FIRST)
    end = date.fromisoformat(last) if last else today - DAY
    shut = days(*closed_days)
    given = {
        "name": "Covè",
        "today": today,
        "opened_on": date(2023, 3, 21),
        "closed_on": None,
        "since": since,
        "begun": True,
        "closes": True,
        "expected": tuple(d for d in days(f"{since}..{end}") if d not in shut) if since else (),
        "missing": tuple(d for d in days(*missing) if d not in shut),
        **said,
        "unclosed": days(*said.get("unclosed", ())),
    }
    return SiteDays(**given)


CASES = {
    "all is there": (
        cove(),
        "Covè : tout est remis du 3 novembre 2025 au 26 novembre.",
    ),
    "days of which the site says that nobody came": (
        cove(opened_on=NOVEMBER, since=NOVEMBER, nobody=days("2026-11-18", "2026-11-26")),
        "Covè est ouvert depuis le 16 novembre. Tout le reste est remis jusqu'au 25 novembre."
        " 2 jours sont expliqués : le 18 et le 26 novembre.",
    ),
    "no day but such": (
        cove(opened_on=NOVEMBER, since=NOVEMBER, nobody=days("2026-11-16..26")),
        "Covè est ouvert depuis le 16 novembre. Aucun registre n'est remis. 9 jours sont expliqués : du 16 au 26 novembre.",
    ),
    "some days of the running month": (
        cove("2026-11-04", "2026-11-12..13"),
        "Covè : octobre est complet. En novembre il manque 3 jours : le 4, le 12 et le 13.",
    ),
    "some days, of a site that hands in no closings": (
        cove("2026-11-04", closes=False),
        "Covè : le registre des visites d'octobre est complet. En novembre il manque 1 jour : le 4.",
    ),
    "all registers of a site that hands in no closings": (
        cove(closes=False),
        "Covè : les registres des visites sont remis du 3 novembre 2025 au 26 novembre.",
    ),
    "one day": (
        cove("2026-11-02"),
        "Covè : octobre est complet. En novembre il manque 1 jour : le 2.",
    ),
    "the first of a month": (
        cove("2026-10-01..06"),
        "Covè : en octobre il manque 4 jours : du 1er au 6. Depuis, tout est remis jusqu'au 26 novembre.",
    ),
    "days in a row, beside single ones": (
        cove("2026-11-02", "2026-11-04..12", "2026-11-20"),
        "Covè : octobre est complet. En novembre il manque 9 jours : le 2, du 4 au 12 et le 20.",
    ),
    "a row goes on over days of closure": (
        cove("2026-11-04..12", closed_days=("2026-11-06..09",)),
        "Covè : octobre est complet. En novembre il manque 5 jours : du 4 au 12.",
    ),
    "very many parts": (
        cove(*(f"2026-11-{n:02}" for n in (2, 4, 6, 10, 12, 16)), "2026-11-18..20", "2026-11-26"),
        "Covè : octobre est complet. En novembre il manque 10 jours, dont le 16, ceux du 18 au 20 et le 26.",
    ),
    "all of the running month": (
        cove("2026-11-02..26"),
        "Covè : octobre est complet. En novembre il manque 19 jours : du 2 au 26.",
    ),
    "the whole of last month": (
        cove("2026-10-01..30"),
        "Covè : en octobre il manque tout le mois : 22 jours. Depuis, tout est remis jusqu'au 26 novembre.",
    ),
    "what there was of a month": (
        cove("2026-10-12..30", since=date(2026, 10, 12)),
        "Covè : en octobre il manque 15 jours : du 12 au 30. Depuis, tout est remis jusqu'au 26 novembre.",
    ),
    "two months": (
        cove("2026-10-06..07", "2026-11-04"),
        "Covè : en octobre il manque 2 jours : le 6 et le 7. En novembre il manque 1 jour : le 4.",
    ),
    "a month that is complete between two": (
        cove("2026-09-07", "2026-11-04"),
        "Covè : en septembre il manque 1 jour : le 7. En novembre il manque 1 jour : le 4.",
    ),
    "many months": (
        cove("2026-03-02..31", "2026-07-06", "2026-09-07", "2026-10-06..07", "2026-11-04"),
        "Covè : il manque 23 jours avant septembre. En septembre il manque 1 jour : le 7."
        " En octobre il manque 2 jours : le 6 et le 7. En novembre il manque 1 jour : le 4.",
    ),
    "another year": (
        cove("2025-12-30..31"),
        "Covè : en décembre 2025 il manque 2 jours : le 30 et le 31. Depuis, tout est remis jusqu'au 26 novembre.",
    ),
    "in January": (
        cove("2026-12-31", "2027-01-06", today=date(2027, 1, 8), since=date(2026, 12, 1)),
        "Covè : en décembre 2026 il manque 1 jour : le 31. En janvier il manque 1 jour : le 6.",
    ),
    "nothing since": (
        cove("2026-10-22..2026-11-26"),
        "Covè : aucun registre à partir du 22 octobre, il manque 26 jours.",
    ),
    "nothing since, and some before": (
        cove("2026-05-04", "2026-07-06", "2026-09-07", "2026-10-05", "2026-10-22..2026-11-26"),
        "Covè : il manque 2 jours avant septembre. En septembre il manque 1 jour : le 7."
        " En octobre il manque 1 jour : le 5. Aucun registre à partir du 22 octobre, il manque 26 jours.",
    ),
    "nothing ever": (
        cove("2026-01-05..2026-11-26", since=date(2026, 1, 5), begun=False),
        "Covè : aucun registre des visites n'a encore été remis. Il manque 234 jours depuis le 5 janvier.",
    ),
    "nothing ever, since this month": (
        cove("2026-11-16..26", opened_on=NOVEMBER, since=NOVEMBER, begun=False),
        "Covè est ouvert depuis le 16 novembre. Aucun registre des visites n'a encore été remis."
        " Il manque 9 jours : du 16 au 26 novembre.",
    ),
    "nothing ever, and nobody knows since when": (
        cove(begun=False, opened_on=None, since=None),
        "Covè : aucun registre des visites n'a encore été remis, et son ouverture n'est pas renseignée.",
    ),
    "launched this month": (
        cove("2026-11-18", opened_on=NOVEMBER, since=NOVEMBER),
        "Covè est ouvert depuis le 16 novembre. En novembre il manque 1 jour : le 18.",
    ),
    "launched this month, and all is there": (
        cove(opened_on=NOVEMBER, since=NOVEMBER),
        "Covè est ouvert depuis le 16 novembre. Tout est remis jusqu'au 26 novembre.",
    ),
    "launched last month": (
        cove("2026-11-18", opened_on=date(2026, 10, 26), since=date(2026, 10, 26)),
        "Covè : octobre est complet. En novembre il manque 1 jour : le 18.",
    ),
    "launched yesterday": (
        cove(opened_on=YESTERDAY, since=YESTERDAY, expected=(), begun=False),
        "Covè est ouvert depuis le 26 novembre. Rien n'est attendu pour l'instant.",
    ),
    "to be launched": (
        cove(opened_on=date(2026, 12, 1), since=None, begun=False),
        "Covè ouvre le 1er décembre. Rien n'est attendu pour l'instant.",
    ),
    "closed": (
        cove(closed_on=date(2026, 10, 15), last="2026-10-14"),
        "Covè est fermé depuis le 15 octobre. Tout est remis.",
    ),
    "closed, and some is missing": (
        cove("2026-09-07", "2026-10-13..14", closed_on=date(2026, 10, 15), last="2026-10-14"),
        "Covè est fermé depuis le 15 octobre. En septembre il manque 1 jour : le 7."
        " En octobre il manque 2 jours : le 13 et le 14.",
    ),
    "closed, and nothing came from long before": (
        cove(
            "2026-07-06",
            "2026-08-31",
            "2026-09-22..2026-10-14",
            closed_on=date(2026, 10, 15),
            last="2026-10-14",
        ),
        "Covè est fermé depuis le 15 octobre. Il manque 1 jour avant août. En août il manque 1 jour : le 31."
        " Aucun registre du 22 septembre au 14 octobre, il manque 17 jours.",
    ),
    "closed long ago": (
        cove(closed_on=date(2024, 3, 1), since=None),
        "Covè est fermé depuis le 1er mars 2024. Rien n'est attendu.",
    ),
    "closed on all days": (
        cove(expected=()),
        "Covè : rien n'est attendu pour l'instant.",
    ),
    "all is there but closings": (
        cove(unclosed=("2026-11-24..26",)),
        "Covè : les registres des visites sont remis du 3 novembre 2025 au 26 novembre."
        " Il reste 3 jours à clore : du 24 au 26 novembre.",
    ),
    "all is there but one closing": (
        cove(unclosed=("2026-11-26",)),
        "Covè : les registres des visites sont remis du 3 novembre 2025 au 26 novembre."
        " Il reste 1 jour à clore : le 26 novembre.",
    ),
    "all is there but closings of some months": (
        cove(unclosed=("2026-10-06", "2026-11-26")),
        "Covè : les registres des visites sont remis du 3 novembre 2025 au 26 novembre."
        " Il reste 2 jours à clore : le 6 octobre et le 26 novembre.",
    ),
    "a month that was not closed is not complete": (
        cove("2026-11-04", unclosed=("2026-10-06",)),
        "Covè : en novembre il manque 1 jour : le 4.",
    ),
    "what came since was not closed": (
        cove("2026-10-06", unclosed=("2026-11-06",)),
        "Covè : en octobre il manque 1 jour : le 6. Depuis, les registres des visites sont remis jusqu'au 26 novembre.",
    ),
    "the month before is not asked about": (
        cove("2026-11-04", since=date(2026, 11, 2)),
        "Covè : en novembre il manque 1 jour : le 4.",
    ),
    "the first of December, in the morning": (
        cove("2026-11-04", today=date(2026, 12, 1), last="2026-11-27"),
        "Covè : octobre est complet. En novembre il manque 1 jour : le 4.",
    ),
    "all of a month of which the last day is not due": (
        cove("2026-11-02..27", today=date(2026, 12, 1), last="2026-11-27"),
        "Covè : octobre est complet. En novembre il manque 20 jours : du 2 au 27.",
    ),
    "a register that is promised": (
        cove(announced=((date(2026, 11, 25), date(2026, 11, 30)),)),
        "Covè : tout le reste est remis du 3 novembre 2025 au 26 novembre."
        " 1 registre est annoncé : le 25 novembre, pour le 30 novembre.",
    ),
    "some that are promised, and others that are not": (
        cove("2026-11-04", announced=tuple((d, d + 6 * DAY) for d in days("2026-11-25..26"))),
        "Covè : octobre est complet. En novembre il manque 1 jour : le 4. 2 registres sont annoncés : le 25 et le 26 novembre,"
        " le dernier pour le 2 décembre.",
    ),
    "nothing yet, and all of it promised": (
        cove(
            announced=tuple((d, TODAY) for d in days("2026-11-16..26")),
            begun=False,
            since=NOVEMBER,
        ),
        "Covè : aucun registre des visites n'a encore été remis. 9 registres sont annoncés : du 16 au 26 novembre,"
        " le dernier pour le 27 novembre.",
    ),
}


@pytest.mark.parametrize(("site", "said"), CASES.values(), ids=CASES.keys())
def test_a_site_is_told_where_it_stands(site, said):
    assert site_sentence(site).replace(french.SPACE, " ") == said


# --- laws ----------------------------------------------------------------------------------------------------------------
@st.composite
def sites(draw) -> SiteDays:
    """Any site, of which most days are there, or hardly any."""
    length = draw(st.integers(1, 250))
    expected = days(f"{TODAY - length * DAY}..{TODAY - DAY}")
    often = draw(st.sampled_from((2, 10, 60)))
    lot = draw(st.lists(st.integers(0, often), min_size=len(expected), max_size=len(expected)))
    missing = tuple(d for d, n in zip(expected, lot, strict=True) if n == 0)
    unclosed = tuple(d for d, n in zip(expected, lot, strict=True) if n == 1)
    closed_on = draw(st.sampled_from((None, TODAY)))
    return SiteDays(
        "Covè",
        TODAY,
        None,
        closed_on,
        TODAY - length * DAY,
        True,
        bool(unclosed) or draw(st.booleans()),
        expected,
        missing,
        unclosed,
    )


@given(sites())
def test_a_sentence_counts_each_missing_day_once_and_names_few_months(site):
    said = site_sentence(site).replace(french.SPACE, " ")
    counts = [int(n) for n in re.findall(r"(?i)il manque (?:tout[^:]*: )?(\d+) jours?", said)]
    assert sum(counts) == len(site.missing)
    _, _, body = said.partition(" : " if site.closed_on is None else ". ")
    about = re.sub(
        r"(?i)(depuis, |tout est remis|les registres des visites sont remis).*"
        r"|(le registre des visites d['e] ?)?\w+(?: 2025)? est complet\.",
        "",
        body,
    )
    if site.missing:
        named = re.findall("|".join(french.MONTHS), about)
        assert 1 <= len({*named}) <= MOST_MONTHS
    else:
        assert not counts and "remis" in said


@given(sites())
def test_what_is_said_to_be_complete_misses_nothing(site):
    said = site_sentence(site).replace(french.SPACE, " ")
    if found := re.search(r"(\w+)(?: (\d{4}))? est complet", said):
        month = french.MONTHS.index(found[1].lower()) + 1
        of = {
            d
            for d in (*site.missing, *site.unclosed)
            if (d.year, d.month) == (int(found[2] or TODAY.year), month)
        }
        assert not of
    if "tout est remis" in said.lower():
        assert not site.unclosed
        assert not site.missing or "Depuis, tout est remis" in said


@given(sites(), st.data())
def test_what_is_promised_is_neither_missing_nor_there(site, data):
    promised = [d for d in site.missing if data.draw(st.booleans())]
    rest = tuple(d for d in site.missing if d not in promised)
    told = replace(site, missing=rest, announced=tuple((d, TODAY) for d in promised))
    said = site_sentence(told).replace(french.SPACE, " ")
    counts = [int(n) for n in re.findall(r"(?i)il manque (?:tout[^:]*: )?(\d+) jours?", said)]
    assert sum(counts) == len(rest)
    assert bool(promised) == ("annoncé" in said)
    if promised:
        assert (
            "tout est remis" not in said.lower()
            and "les registres des visites sont remis" not in said.lower()
        )
        for month in re.findall(r"(\w+) est complet", said):
            number = french.MONTHS.index(month.lower()) + 1
            assert not [d for d in promised if (d.year, d.month) == (TODAY.year, number)]


@given(sites())
def test_the_days_by_month_are_the_days(site):
    months = by_month(site.missing)
    assert tuple(d for _, of in months for d in of) == site.missing
    assert [m for m, _ in months] == sorted({d.replace(day=1) for d in site.missing})
