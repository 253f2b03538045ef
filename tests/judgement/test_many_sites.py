"""What judging takes grows as the number of sites does, and no faster."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from dashboard.judgement.control_charts import STOCKS, MonthlySeries
from dashboard.judgement.monthly_judgement import judge
from tests.judgement.series import counted, measured
from tests.judgement.test_kept_judgements import MONTHS, TIMES

FEW, FOLD = 40, 5


def network(sites: int) -> MonthlySeries:
    """Complaints that wait, and a share with few events, in a network where each month is partial at some site."""
    r, shape = np.random.default_rng(1), (sites, MONTHS)
    base = np.full(shape, 12.0)
    each = {code: measured(code, r.poisson(4, shape) * 1.0) for code in STOCKS}
    each["left"] = counted("left", r.binomial(12, 0.1, shape), base)
    partial = r.random(shape) < 0.1
    each = {code: replace(series, is_partial=partial) for code, series in each.items()}
    return MonthlySeries(tuple(f"site {n}" for n in range(sites)), TIMES, each, base)


def most_memory(sites: int) -> int:
    """The bytes that judging so many sites takes at most at one time."""
    series = network(sites)
    tracemalloc.start()
    judge(series, {"nation": range(sites)}, {})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_five_times_as_many_sites_take_five_times_the_memory():
    most_memory(FEW)  # what is kept of the first time is no part of it
    assert most_memory(FOLD * FEW) < 1.5 * FOLD * most_memory(FEW)


@pytest.mark.parametrize("code", sorted(STOCKS))
def test_a_site_is_judged_as_it_is_alone(code):
    """From its own row: the same as in a network of itself."""
    series = network(6)
    together = judge(series, {}, {})
    for row, site in enumerate(series.sites):
        alone = replace(
            series,
            sites=(site,),
            by_indicator={
                name: replace(
                    of,
                    **{
                        part: getattr(of, part)[[row]]
                        for part in ("numerator", "denominator", "value", "n", "is_partial")
                    },
                )
                for name, of in series.by_indicator.items()
            },
        )
        mine, other = together[site][code], judge(alone, {}, {})[site][code]
        for part in ("values", "usual", "side", "level_start"):
            np.testing.assert_array_equal(getattr(mine, part), getattr(other, part))
        assert np.isnan(mine.values[series.by_indicator[code].is_partial[row]]).all()
