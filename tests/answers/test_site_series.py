"""The monthly series of sites: after a file those of its own sites are read, and all are what a reading of everything gives."""

import dataclasses
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest

from dashboard.accounts.rights import LOCAL_READER, Access
from dashboard.answers import context, site_series
from dashboard.answers.cache import AnswerCache
from dashboard.settings import load_settings
from dashboard.statistics import shared_season
from tests.builders import COVE, KANDI, NIKKI, complaint, waited
from tests.clock import as_of
from tests.conftest import Sqlite


def weekdays(first: date, number: int) -> list[str]:
    days = (first + timedelta(days=n) for n in range(number))
    return [d.isoformat() for d in days if d.weekday() < 5]


def register(site: str, first: date, number: int, minutes: int, ref: str) -> list[list]:
    return [
        waited(minutes, site=site, day=day, ref=f"{ref}{day}{n}")
        for day in weekdays(first, number)
        for n in range(3)
    ]


def read(monkeypatch) -> list[str]:
    """The codes of the sites whose series are read from here on."""
    codes, really = [], site_series._read

    def note(network, rows, *rest):
        codes.extend(network.places[row].code for row in rows)
        return really(network, rows, *rest)

    monkeypatch.setattr(site_series, "_read", note)
    return codes


def arrays(monthly) -> dict[str, np.ndarray]:
    found = {"season": monthly.season}
    for code, series in monthly.by_indicator.items():
        for field in dataclasses.fields(series):
            values = getattr(series, field.name)
            if field.name == "logs" and values is not None:
                found |= {f"{code} {name}": a for name, a in values._asdict().items()}
            elif field.name == "season" and values is not None:
                found |= {f"{code} season {name}": a for name, a in vars(values).items()}
            elif values is not None:
                found[f"{code} {field.name}"] = values
    return found


def test_after_a_file_the_series_of_its_site_alone_are_read(asked, monkeypatch):
    with as_of("2025-09-03"):
        for site in (KANDI, NIKKI, COVE):
            asked.hand_in("registre", *register(site, date(2025, 3, 1), 183, 20, site))
        asked.hand_in(
            "plaintes",
            complaint("P1", site=KANDI, received="2025-03-10"),
            complaint("P2", site=NIKKI, received="2025-08-29"),
        )
        codes = read(monkeypatch)
        first = site_series.monthly_series(context.view(LOCAL_READER))
        assert {KANDI, NIKKI, COVE} <= set(codes) and first.months[-1] == date(2025, 8, 1)
        codes.clear()
        asked.hand_in("registre", *register(NIKKI, date(2025, 6, 1), 30, 5, "again"))
        context.ANSWER_CACHE.clear()
        context.NETWORK_CACHE.clear()
        second = arrays(site_series.monthly_series(context.view(LOCAL_READER)))
        assert codes == [NIKKI]
        site_series.KEPT.clear()
        whole = arrays(site_series.monthly_series(context.view(LOCAL_READER)))
        assert len(codes) > 3, "all were read anew"
    assert second.keys() == whole.keys()
    for name, values in whole.items():
        np.testing.assert_array_equal(second[name], values, err_msg=name)
    waits = second["wait_p50 value"]
    assert not np.array_equal(waits, arrays(first)["wait_p50 value"], equal_nan=True)


@pytest.fixture
def demo(sqlite: Sqlite, monkeypatch) -> Iterator[None]:
    """Fictitious data of all sites, asked through the answers."""
    with sqlite.fresh(visits=6_000) as url:
        monkeypatch.setenv("DATABASE_URL", url)
        load_settings.cache_clear()
        yield
        context.close_databases()
    load_settings.cache_clear()


def test_who_sees_some_sites_has_the_season_of_the_whole_network(demo, monkeypatch):
    """Any agreement of years is taken for a season, so that the example, which has none, has one."""
    monkeypatch.setattr(shared_season, "AGREED", 1.0)
    monkeypatch.setattr(site_series, "SEASONS", AnswerCache(3))
    everything, own = context.view(LOCAL_READER), frozenset({COVE, KANDI})
    all_of_it, part = (
        site_series.monthly_series(of)
        for of in (everything, dataclasses.replace(everything, access=Access(own, own)))
    )
    assert len(part.sites) == 2 < len(all_of_it.sites)
    for code in ("left", "complaints_per_1000"):
        whole, mine = (monthly.by_indicator[code].season for monthly in (all_of_it, part))
        assert whole.index[0].any() and len(mine.index) == 2, code
        np.testing.assert_array_equal(whole.index[0], mine.index[-1])
