"""The invented register files: they look real, keep their promises and repeat to the byte."""

import io
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd
import pytest

from dashboard.forms.formats import FORMATS
from db.demo import DemoFile, DemoSite, files

TODAY = date(2026, 11, 24)
YESTERDAY = TODAY - timedelta(days=1)
LAUNCH, SECOND_LAUNCH = date(2021, 12, 21), date(2023, 3, 21)
HOLIDAYS = [
    date(y, m, d)
    for y in range(2021, 2027)
    for m, d in ((1, 1), (5, 1), (8, 1), (8, 15), (11, 1), (12, 25))
]
SERVICES = {
    "suivi": "Suivi de carrière",
    "cip": "Certificat d'identification personnelle (CIP)",
    "pension": 'Pension ; "info"',
    "passeport": "Passeport",
}
VISITS = 120_000
SITES = [
    DemoSite("ccsp-djougou", "CCSP", LAUNCH),
    DemoSite("ccsp-bembereke", "CCSP", LAUNCH),
    DemoSite("ccsp-adjarra", "CCSP", SECOND_LAUNCH),
    *(DemoSite(f"ccsp-{letter}", "CCSP", LAUNCH) for letter in "abcdefgh"),
    *(DemoSite(f"ccsp-{letter}", "CCSP", SECOND_LAUNCH) for letter in "i"),
    *(DemoSite(f"gsru-{letter}", "GSRU", None) for letter in "kl"),
]
make = partial(files, SITES, SERVICES, today=TODAY, holidays=HOLIDAYS)


def table(file: DemoFile) -> pd.DataFrame:
    old = file.form == "registre" and "2022" in file.name
    encoding = "cp1252" if old else "utf-8"
    return pd.read_csv(
        io.BytesIO(file.content), sep=";", encoding=encoding, dtype=str, keep_default_na=False
    )


def days(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column, format="%d/%m/%Y")


def minutes(column: pd.Series) -> pd.Series:
    """Minutes after midnight, missing where blank; anything but HH:MM is an error."""
    filled = column.where(column != "")
    assert filled.dropna().str.fullmatch(r"[012]\d:[0-5]\d").all()
    return pd.to_numeric(filled.str[:2]) * 60 + pd.to_numeric(filled.str[3:])


@pytest.fixture(scope="module")
def made() -> list[DemoFile]:
    return list(make(visits=VISITS))


@pytest.fixture(scope="module")
def tables(made) -> dict[str, pd.DataFrame]:
    """The rows of each form that the demonstration hands in: a new one need not be among them."""
    of = {f: [table(m) for m in made if m.form == f] for f in FORMATS}
    return {f: pd.concat(found, ignore_index=True) for f, found in of.items() if found}


@pytest.fixture(scope="module")
def visits(tables) -> pd.DataFrame:
    rows = tables["registre"]
    headings = {"came": "Heure d'arrivée", "called": "Heure d'appel", "end": "Heure de fin"}
    clocks = {name: minutes(rows[heading]) for name, heading in headings.items()}
    return rows.assign(day=days(rows["Date"]), **clocks).assign(
        wait=clocks["called"] - clocks["came"]
    )


def test_same_arguments_give_the_same_bytes_and_another_seed_does_not():
    assert list(make(visits=3_000)) == list(make(visits=3_000))
    assert [f.content for f in make(visits=3_000)] != [
        f.content for f in make(visits=3_000, seed=1)
    ]


def test_headings_are_those_of_the_forms(made):
    for file in made:
        assert list(table(file)) == [c.heading for c in FORMATS[file.form].columns], file.name


def test_rows_are_counted_and_names_are_unique(made):
    assert all(len(table(file)) == file.rows > 0 for file in made)
    assert len({file.name for file in made}) == len(made)


def test_the_number_of_visits_is_the_one_asked_for(visits):
    assert len(visits) == VISITS


def test_one_year_is_in_windows_1252(made):
    with pytest.raises(UnicodeDecodeError):
        next(f for f in made if f.name == "registre-2022.csv").content.decode()


def test_registers_are_by_year_then_by_month(made):
    common = [
        f.name
        for f in made
        if f.form == "registre" and "ccsp" not in f.name and "gsru" not in f.name
    ]
    past = [f"registre-{year}.csv" for year in range(2021, 2026)]
    assert common == past + [f"registre-2026-{month:02d}.csv" for month in range(1, 12)]


def test_large_registers_are_split(monkeypatch):
    monkeypatch.setattr("db.demo.visits.MAX_ROWS", 400)
    rows = [f.rows for f in make(visits=20_000) if f.form == "registre"]
    assert sum(rows) == 20_000 and max(rows) <= 400


def test_every_day_lies_between_launch_and_yesterday(visits, tables):
    first = visits.groupby("Centre")["day"].min()
    for site in SITES:
        assert first[site.code] >= pd.Timestamp(site.launched_on or date(2022, 3, 1)), site
    answered = tables["plaintes"]["Répondue le"]
    closed = tables["fermetures"]["Au"]
    for column in (visits["Date"], answered[answered != ""], closed, tables["cloture"]["Date"]):
        assert days(column).max() <= pd.Timestamp(YESTERDAY)


def test_a_site_without_launch_starts_in_2022(visits):
    first = visits[visits["Centre"] == "gsru-k"]["day"].min()
    assert pd.Timestamp(2022, 3, 1) <= first <= pd.Timestamp(2022, 10, 15)


def test_nobody_comes_on_a_holiday_or_a_sunday_and_few_on_a_saturday(visits):
    assert not visits["day"].isin(pd.to_datetime(HOLIDAYS)).any()
    weekday = visits["day"].dt.day_of_week
    assert not (weekday == 6).any()
    assert 0 < (weekday == 5).mean() < 0.005


def test_nobody_comes_while_a_site_is_closed(visits, tables):
    closures = tables["fermetures"]
    spans = zip(
        closures["Centre"],
        days(closures["Du"]),
        days(closures["Au"]),
        minutes(closures["De"]),
        minutes(closures["À"]),
        strict=True,
    )
    for site, start, end, opens, closes in spans:
        there = visits[
            visits["day"].between(start, end) & ((visits["Centre"] == site) | (site == ""))
        ]
        arrived = (
            there if np.isnan(opens) else there[(there["came"] >= opens) & (there["came"] < closes)]
        )
        assert arrived.empty, (site, start)


def test_closures_hold_a_strike_works_and_hours(tables):
    closures = tables["fermetures"]
    strike = closures[closures["Motif"] == "grève"]
    assert list(strike["Centre"]) == [""] and list(strike["Du"]) == list(strike["Au"])
    works = closures[closures["Motif"] == "travaux"]
    assert (days(works["Au"]) - days(works["Du"])).dt.days.between(10, 20).tolist() == [True]
    assert ((closures["De"] == "") == (closures["À"] == "")).all()
    assert {"électricité", "réseau"} <= set(closures.loc[closures["De"] != "", "Motif"])


def test_nobody_is_called_before_arriving_nor_finished_before_being_called(visits):
    assert (visits["wait"].dropna() >= 0).all()
    assert (visits["end"] - visits["called"]).dropna().between(3, 25).all()
    assert visits["called"].isna().equals(visits["end"].isna())
    assert visits.loc[visits["came"].isna(), "called"].isna().all()


def test_who_left_was_never_called(visits):
    left = visits[visits["Issue"] == "parti"]
    assert left["called"].isna().all() and left["came"].notna().mean() > 0.7
    assert 0.03 < len(left) / len(visits) < 0.06


def test_references_are_unique_at_each_site(visits, tables):
    assert not visits.duplicated(["Centre", "Référence"]).any()
    assert visits["Référence"].str.fullmatch(r"D-[A-Z-]+-20\d\d-\d{6}").all()
    assert not tables["plaintes"].duplicated(["Centre", "Référence"]).any()


def test_waits_are_skewed_and_some_sites_measure_none(visits):
    wait = visits["wait"].dropna()
    assert 10 <= wait.median() <= 25 and 40 <= wait.quantile(0.9) <= 70
    assert 0 < (wait >= 240).mean() < 0.005
    measured = visits.groupby("Centre")["wait"].count()
    assert (measured == 0).sum() == len(SITES) // 7
    assert visits[visits["Centre"].isin(measured[measured == 0].index)]["came"].isna().all()


def test_shares_are_those_of_a_register(visits):
    blank = {c: (visits[c] == "").mean() for c in ("Sexe", "Satisfait", "Issue", "Prestation")}
    assert blank == pytest.approx(
        {"Sexe": 0.08, "Satisfait": 0.35, "Issue": 0.02, "Prestation": 0.12}, abs=0.01
    )
    kinds = visits["Type"].value_counts(normalize=True)
    assert kinds.to_dict() == pytest.approx(
        {"requête": 0.70, "demande d'information": 0.25, "plainte": 0.05}, abs=0.01
    )
    assert set(visits["Prestation"]) == {"", *SERVICES.values()}
    happy = visits[visits["Satisfait"] != ""].assign(yes=lambda v: v["Satisfait"] == "oui")
    assert 0.80 < happy["yes"].mean() < 0.90
    assert happy[happy["wait"] < 15]["yes"].mean() > happy[happy["wait"] > 60]["yes"].mean() + 0.05


def test_attendance_has_its_profile(visits):
    weekday = visits["day"].dt.day_of_week.value_counts()
    assert weekday.idxmax() == 0 and weekday[4] == weekday[:5].min()
    months = visits[visits["day"].dt.year == 2025]["day"].dt.month.value_counts()
    assert set(months.nlargest(2).index) == {9, 10} and months.idxmin() == 8
    hours = (visits["came"] // 60).value_counts()
    assert hours.idxmax() in (9, 10) and hours[13] < hours[11] and hours[13] < hours[15]


def test_events_at_places_that_are_not_among_the_sites_do_not_happen(made, visits):
    """What those that are there do: tests/demo/test_events.py."""
    before = visits["day"] < pd.Timestamp(2026, 6, 1)
    means = visits.groupby(["Centre", before])["wait"].agg(["mean", "count"]).unstack()
    enough = means[means["count"].min(axis=1) >= 700]
    ratio = enough["mean"][False] / enough["mean"][True]
    assert ratio.idxmax() == "ccsp-djougou" and ratio["ccsp-djougou"] > 1.4
    others = ratio.drop("ccsp-djougou")
    assert len(others) >= 5 and others.between(0.85, 1.15).all(), others


def test_a_site_that_fell_silent_has_files_of_its_own(made, visits):
    last = visits.groupby("Centre")["day"].max()
    silent = last[last < pd.Timestamp(TODAY - timedelta(days=11))]
    assert list(silent.index) == ["ccsp-bembereke"]
    for form in ("registre", "cloture", "plaintes"):
        for site, day in silent.items():
            own = [f for f in made if f.form == form and f.name.endswith(f"{site}.csv")]
            later = [
                f for f in made if f.form == form and f not in own and pd.Timestamp(f.as_of) > day
            ]
            assert not any(f"{site};" in f.content.decode() for f in later), (form, site)


def test_complaints_have_an_open_tail(tables, visits):
    complaints = tables["plaintes"]
    assert 0.008 < len(complaints) / len(visits) < 0.016
    received, answered = (
        days(complaints["Reçue le"]),
        days(complaints["Répondue le"].where(lambda c: c != "")),
    )
    delay = (answered - received).dt.days
    assert delay.min() >= 0 and 60 < delay.max() <= 430
    old = received < pd.Timestamp(TODAY - timedelta(days=430))
    recent = received > pd.Timestamp(TODAY - timedelta(days=60))
    # Those forgotten are found again after half a year to a year.
    assert answered[old].notna().all()
    assert 0 < answered[~old & ~recent].isna().mean() < 0.08 < 0.13 < answered[recent].isna().mean()
    assert (complaints.loc[answered.isna(), "Issue"] == "").all()
    assert set(complaints["Issue"]) == {"", "traitée", "rejetée", "sans suite"}


def test_complaint_files_cover_their_rows_and_the_last_one_reaches_yesterday(made):
    complaints = [f for f in made if f.form == "plaintes"]
    for file in complaints:
        rows = table(file)
        seen = pd.concat(
            [days(rows["Reçue le"]), days(rows["Répondue le"].where(lambda c: c != ""))]
        )
        assert pd.Timestamp(file.covers[0]) <= seen.min() and seen.max() <= pd.Timestamp(
            file.covers[1]
        )
        assert set(rows["Centre"]) <= set(file.sites)
    assert next(f for f in complaints if f.name == "plaintes-2026.csv").covers == (
        date(2026, 1, 1),
        YESTERDAY,
    )


def test_closings_declare_about_what_was_counted(tables, visits):
    closings = tables["cloture"].assign(declared=lambda c: c["Visites déclarées"].astype(int))
    assert set(closings["Agent"]) == {"A1", "A2"}
    counted = visits.groupby(["Centre", "Date"]).size()
    gap = (closings.groupby(["Centre", "Date"])["declared"].sum() - counted).dropna()
    assert gap.abs().max() <= 2 and 0.94 < (gap == 0).mean() < 0.98
    closed = pd.Series(counted.index.isin(gap.index), counted.index).reset_index(name="closed")
    forgets = (closed["Centre"] == "ccsp-adjarra") & (days(closed["Date"]) >= "2026-08-01")
    assert closed.loc[forgets, "closed"].mean() < 0.75
    assert closed[~forgets].groupby("Centre")["closed"].mean().between(0.88, 0.99).all()


def test_most_monthly_returns_repeat_the_register(tables, visits):
    returns = tables["canevas"].set_index(["Centre", "Mois"])
    assert returns.index.get_level_values("Mois").nunique() == 24
    assert 0.75 < len(returns) / (24 * len(SITES)) < 0.92
    groups = visits.assign(yes=visits["Satisfait"] == "oui").groupby(
        ["Centre", visits["Date"].str[3:]]
    )["yes"]
    counted = groups.agg(["size", "sum"]).loc[returns.index]
    more = returns["Usagers reçus"].astype(int) - counted["size"]
    assert 0.03 < (more != 0).mean() < 0.15
    assert (more.abs() <= 0.12 * counted["size"] + 0.5).all()
    assert (returns["Usagers satisfaits"].astype(int) == counted["sum"]).all()


@pytest.mark.parametrize("number", [1, 2, 5])
def test_few_sites_and_few_visits_are_enough(number):
    first = [("suivi", SERVICES["suivi"])]
    made = list(files(SITES[:number], dict(first), visits=50, today=TODAY, holidays=HOLIDAYS))
    assert sum(f.rows for f in made if f.form == "registre") == 50


@pytest.mark.parametrize("today", [date(2022, 1, 1), date(2023, 1, 5), date(2024, 2, 29)])
def test_any_day_can_be_today(today):
    made = list(files(SITES, SERVICES, visits=5_000, today=today, holidays=HOLIDAYS))
    rows = pd.concat([days(table(f)["Date"]) for f in made if f.form == "cloture"])
    assert rows.max() < pd.Timestamp(today)
    assert all(f.as_of < today for f in made)
    assert sum(f.rows for f in made if f.form == "registre") == 5_000


def test_no_site_or_nothing_opened_yet_is_refused():
    with pytest.raises(ValueError, match="at least one site"):
        list(files([], SERVICES, today=TODAY, holidays=[]))
    with pytest.raises(ValueError, match="opened"):
        list(files(SITES[:1], SERVICES, today=LAUNCH, holidays=[]))
