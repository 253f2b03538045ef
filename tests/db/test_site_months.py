"""Each site in each month, all at once: the same figures as each site's own months."""

from datetime import date

import numpy as np
import pytest

from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import CHARTED
from db.codes import ALL, SITE_MONTH
from db.engine import make_engine
from db.facts import gather
from db.network_state import load_network_state

pytestmark = pytest.mark.both_databases

FIRST, LAST = date(2025, 1, 1), date(2026, 6, 30)


@pytest.fixture(scope="module")
def facts(databases):
    """The facts of all sites by month, of three sites one at a time, and the ledger."""
    with databases.fresh(visits=6_000) as url:
        engine = make_engine(url)
        with engine.connect() as connection:
            book = load_network_state(connection)
            period = FIRST, LAST
            together = gather(connection, ALL, *period, SITE_MONTH, network=book)
            alone = {
                row: gather(connection, {p.code}, *period, "month", network=book)
                for row, p in enumerate(book.places)
                if row % 8 == 3
            }
        yield together, alone, len(book.places)
        engine.dispose()


@pytest.mark.parametrize("code", CHARTED)
def test_a_site_s_months_are_the_same_together_and_alone(facts, code):
    together, alone, sites = facts
    whole = BY_CODE[code].measure(together)
    for row, own in alone.items():
        one = BY_CODE[code].measure(own)
        for name in ("numerator", "denominator", "value", "n"):
            values = np.asarray(getattr(whole, name), dtype=float).reshape(sites, -1)[row]
            np.testing.assert_array_equal(values, getattr(one, name), err_msg=f"{code} {name}")


def test_keys_are_a_site_and_a_month_and_hold_its_waits(facts):
    together, alone, sites = facts
    assert len(together.keys) == sites * 18
    assert together.keys[0].endswith(" 2025-01") and together.keys[17].endswith(" 2026-06")
    for row, own in alone.items():
        months = slice(18 * row, 18 * (row + 1))
        np.testing.assert_array_equal(together.waits[months], own.waits)
        np.testing.assert_array_equal(together.reporting[months], own.reporting)
        np.testing.assert_array_equal(together.expected[months], own.expected)
