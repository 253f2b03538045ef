"""What the rules of judgement flag by chance, find and miss: python -m tests.benchmarks.rules, a minute or two.

Prints the tables that DECISIONS and the page on signals speak of, from the code that the screen uses, on invented
series of known kinds. The same numbers at each run; DRAWS=5 makes five times as many series. `python -m
tests.benchmarks.rules write` writes the file of rates that the page on signals shows (dashboard.statistics.rule_rates).
"""

import csv
import math
import os
import sys
from collections.abc import Callable, Sequence
from time import perf_counter

import numpy as np

from dashboard.statistics import funnel
from dashboard.statistics.changepoint import change_point
from dashboard.statistics.control_chart import judge_series
from dashboard.statistics.control_limits import NONE, OUTSIDE, Family, two_rules
from dashboard.statistics.dispersion import differences, null_dispersion
from dashboard.statistics.expected_false_alarms import Shape, budget
from dashboard.statistics.forecast import Backtest, backtest
from dashboard.statistics.log_waits import log_wait
from dashboard.statistics.observed_vs_expected import case_variance, compare
from dashboard.statistics.quantile import quantile
from dashboard.statistics.rule_rates import TABLE, Rate
from dashboard.statistics.seasonal import HISTORY, seasonal

SEED = 20261125
TIMES = int(os.environ.get("DRAWS", "1"))
SERIES, MONTHS, SITES = 1500 * TIMES, 72, 24
WITHIN = 8  # months in which a change is to be found
YEAR = np.log([1.02, 0.98, 1.0, 0.95, 0.97, 1.0, 0.90, 0.70, 1.20, 1.28, 1.05, 0.88])
LATER = HISTORY + 7  # the first month that may be the eighth of a run


def main() -> None:
    """Every table, each from a generator of its own."""
    for table in (levels, counts, composition, volumes, forecasts, waits, funnels, dates, budgets):
        start = perf_counter()
        print(f"\n{(table.__doc__ or '').splitlines()[0]}")
        table(np.random.default_rng(SEED))
        print(f"  ({perf_counter() - start:.0f} s)")


def row(*cells: object) -> None:
    """One line of a table: the first cell is what it is about."""
    first, *others = [f"{c:.3g}" if isinstance(c, float) else str(c) for c in cells]
    print("  " + first.ljust(40) + "".join(c.rjust(16) for c in others))


def a_year(rule: np.ndarray) -> float:
    """Flagged months a series-year. rule: (…, months)."""
    return float((rule != NONE).mean() * 12)


def found(rule: np.ndarray, side: np.ndarray, which: int) -> tuple[float, float]:
    """The share of series flagged on a side in their (…, WITHIN) months, and the median month of all of them."""
    hit = (rule != NONE) & (side == which)
    first = np.where(hit.any(axis=-1), hit.argmax(axis=-1) + 1, WITHIN + 1)
    return float((first <= WITHIN).mean()), float(np.median(first))


def levels(random: np.random.Generator) -> None:
    """Measures (two rules, 24 points, new level after 12): flagged months a series-year in months 36-71"""
    names = {
        "noise": "noise",
        "similar": "AR 0.3",
        "step": "step of 2 σ at month 24",
        "ramp": "opening ramp of 3 σ, e-fold 4 months",
        "trend": "trend of 0.05 σ a month",
    }
    kinds = measures(random)
    row("series", "flagged a year", "new levels")
    for kind, series in kinds.items():
        judged = judge_series(series)
        row(names[kind], a_year(judged.rule[:, 36:]), float(judged.is_proposed.sum() / SERIES))
    row("shift at month 48", "found in 8", "median month")
    for shift in (1, 2):
        row(f"{shift} σ", *shifted(kinds["noise"], shift))


def measures(random: np.random.Generator) -> dict[str, np.ndarray]:
    """Series of measures by kind, (SERIES, MONTHS) each, from one noise."""
    noise, month = random.standard_normal((SERIES, MONTHS)), np.arange(MONTHS)
    similar = noise.copy()
    for t in range(1, MONTHS):
        similar[:, t] = 0.3 * similar[:, t - 1] + math.sqrt(1 - 0.3**2) * noise[:, t]
    return {
        "noise": noise,
        "similar": similar,
        "step": noise + 2 * (month >= 24),
        "ramp": noise - 3 * np.exp(-month / 4),
        "trend": noise + 0.05 * month,
    }


def shifted(noise: np.ndarray, shift: float) -> tuple[float, float]:
    """What is found of a shift at month 48, and the median month."""
    judged = judge_series(noise + shift * (np.arange(noise.shape[-1]) >= 48))
    return found(judged.rule[:, 48:56], judged.side[:, 48:56], 1)


def counts(random: np.random.Generator) -> None:
    """Sites' shares and rates (p′, u′, exact tails): flagged months a series-year after month 24"""
    row("series", "flagged a year", "of which outside")
    bases = random.integers(60, 300, (SERIES, MONTHS)).astype(float)
    for family, centre in (
        (Family.SHARE, 0.75),
        (Family.SHARE, 0.95),
        (Family.SHARE, 0.04),
        (Family.RATE, 0.03),
        (Family.RATE, 0.1),
    ):
        n = bases.astype(int)
        share = family == Family.SHARE
        events = random.binomial(n, centre) if share else random.poisson(bases * centre)
        rule = judge_series(events, bases, family=family).rule[:, 24:]
        outside = float((rule == OUTSIDE).mean() * 12)
        row(f"{family} of {centre}, 60 to 300 cases", a_year(rule), outside)


def composition(random: np.random.Generator) -> None:
    """A nation of 24 sites that never change, although their sizes do (F1): flagged months a series-year after month 24"""
    z, pooled = nations(random, 100 * TIMES)
    mixed = judge_series(*(np.array(x) for x in zip(*pooled, strict=True)), family=Family.SHARE)
    row("pooled share, p′ chart", a_year(mixed.rule[:, 24:]))
    expected = judge_series(z, family=Family.STANDARDISED)
    row("observed against expected", a_year(expected.rule[:, 24:]))
    row("standard deviation of z", float(z[:, 24:].std()))


def nations(
    random: np.random.Generator, draws: int
) -> tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray]]]:
    """Nations of 24 sites whose sizes change and nothing else: z of observed against expected (draws, 60), and the
    pooled events and bases of each."""
    months = 60
    z, pooled = [], []
    for _ in range(draws):
        share = random.uniform(0.55, 0.95, SITES)
        drift = np.outer(random.normal(0, 0.2, SITES), np.arange(months) / 12)
        size = 40 * 12 ** np.linspace(0, 1, SITES)
        bases = random.poisson(size[:, None] * np.exp(drift)).astype(float)
        events = random.binomial(bases.astype(int), share[:, None]).astype(float)
        sites = judge_series(events, bases, family=Family.SHARE)
        variance = case_variance(Family.SHARE, sites.usual)
        whole = compare(events, bases, sites.usual, sites.usual_bases, variance, sites.in_reference)
        z.append(whole.z)
        pooled.append((events.sum(axis=0), bases.sum(axis=0)))
    return np.array(z), pooled


def network(random: np.random.Generator, kind: str, n: int) -> np.ndarray:
    """Visits per open day (24, n): one season, 60 to 720 visits a month, 11 % of growth, months good or bad for all."""
    age = np.arange(n)
    logs = np.log(60 * 12 ** np.linspace(0, 1, SITES))[:, None] + YEAR[age % 12]
    logs = logs + random.normal(0.11, 0.03, SITES)[:, None] * age / 12 + random.normal(0, 0.015, n)
    if kind == "ramp":
        logs = logs + np.log(1 - 0.6 * np.exp(-age / 4))
    spread = 0.10 if kind == "over-dispersed" else 0.04
    visits = random.poisson(np.exp(logs + spread * random.standard_normal(logs.shape)))
    return np.asarray(visits / 20)


def volumes(random: np.random.Generator) -> None:
    """Volumes (season and line, two rules): flagged months a series-year, and a fall of 15 % at one site"""
    row("series", "flagged a year", "found in 8", "median month")
    for kind in ("growth", "ramp", "over-dispersed"):
        calm, after = [], []
        for _ in range(12 * TIMES):
            long = network(random, kind, 84)
            calm.append(two_rules(seasonal(long, np.arange(84) % 12 + 1).z)[0][:, LATER:])
            before = network(random, kind, 56)
            fallen = before.copy()
            fallen[:, 48:] = random.binomial(np.rint(20 * before[:, 48:]).astype(int), 0.85) / 20
            z = seasonal(fallen, np.arange(56) % 12 + 1, shared=before, since=HISTORY).z
            after.append([part[:, 48:] for part in two_rules(z)])
        rule, side = (np.concatenate(part) for part in zip(*after, strict=True))
        row(kind, a_year(np.array(calm)), *found(rule, side, -1))
    nations = [network(random, "growth", 84) for _ in range(40 * TIMES)]
    z = [
        seasonal(s.sum(axis=0, keepdims=True), np.arange(84) % 12 + 1, shared=s).z for s in nations
    ]
    row("nation", a_year(two_rules(np.array(z))[0][..., LATER:]))


def forecasts(random: np.random.Generator) -> None:
    """Forecast (season and line): mean error at one month against last year's month × growth, cover of the intervals"""
    row("series", "error", "simple rule", "ratio", "in 80 %", "in 95 %")
    month = np.arange(60) % 12 + 1
    networks = [network(random, "growth", 60) for _ in range(40 * TIMES)]
    whole: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "sites": lambda s: s,
        "departments of four sites": lambda s: s.reshape(6, 4, -1).sum(axis=1),
        "nation": lambda s: s.sum(axis=0, keepdims=True),
    }
    for name, add in whole.items():
        tests = [backtest(add(s), month, shared=s) for s in networks]
        error, simple = mean(tests, "error"), mean(tests, "simple_error")
        row(name, error, simple, error / simple, mean(tests, "inside80"), mean(tests, "inside95"))
    for ahead in (3, 6):
        tests = [backtest(s, month, ahead) for s in networks]
        cover = mean(tests, "inside80"), mean(tests, "inside95")
        row(f"sites, {ahead} months ahead", mean(tests, "error"), "", "", *cover)


def mean(tests: Sequence[Backtest], name: str) -> float:
    """Of one figure of some backtests."""
    return float(np.mean([getattr(test, name) for test in tests]))


def waits(random: np.random.Generator) -> None:
    """Waits of 15 minutes, 400 a month, + 2 from month 24 on (F6): found within three months"""
    row("monthly spread besides chance", "median", "mean of logs")
    series = 400 * TIMES
    for extra in (0.0, 0.05):
        medians, means = [], []
        for _ in range(series):
            level = np.where(np.arange(27) < 24, 15.0, 17.0) * np.exp(
                extra * random.standard_normal(27)
            )
            records = level[:, None] * np.exp(0.85 * random.standard_normal((27, 400)))
            codes = np.minimum(records, 240).astype(int) + 241 * np.arange(27)[:, None]
            histogram = np.bincount(codes.ravel(), minlength=27 * 241).reshape(27, 241)
            medians.append(np.log1p(quantile(histogram, 0.5)))
            means.append(log_wait(histogram).mean)
        seen = [
            float((judge_series(np.array(v)).side[:, 24:] == 1).any(axis=1).mean())
            for v in (medians, means)
        ]
        row(extra, *seen)


def funnels(random: np.random.Generator) -> None:
    """Funnels (F5): sites outside 95 % among 24 alike, dispersion, and limits inside the exact ones"""
    for k in (10, 24, 77):
        row(f"φ by chance alone, {k} sites", null_dispersion(k))
    outside, tau2, shrunk = 0, [], []
    draws = 400 * TIMES
    for _ in range(draws):
        n = random.integers(40, 1800, SITES)
        events = random.binomial(n, 0.8)
        whole = differences(events, n, proportion=True)
        if whole is None:
            continue
        outside += sum(p != funnel.Position.INSIDE for p in whole.position)
        share = np.sin(math.asin(math.sqrt(0.8)) + 0.05 * random.standard_normal(SITES)) ** 2
        mixed = random.binomial(n, share)
        target = float(mixed.sum() / n.sum())
        differing = differences(mixed, n, proportion=True)
        tau2.append(differing.tau2 if differing else np.nan)
        shrunk.append(funnel.overdispersion(mixed, n, target, proportion=True)[1])
    row("sites outside 95 %, all alike", outside / draws)
    row("τ² of 0.0025; with φ as it is", float(np.mean(tau2)), float(np.mean(shrunk)))
    narrower, cases = 0, 0
    while cases < 5000 * TIMES:
        proportion, target = bool(random.integers(2)), float(random.uniform(0.001, 0.95))
        n = random.integers(1, 3000, SITES)
        share = np.clip(target * np.exp(0.3 * random.standard_normal(SITES)), 0, 1)
        whole = differences(
            random.binomial(n, share) if proportion else random.poisson(n * share),
            n,
            proportion=proportion,
        )
        if whole is None or whole.limits is None or whole.exact is None:
            continue
        cases += SITES
        ours, exact = whole.limits, whole.exact
        inside = [ours.lower95 > exact.lower95, ours.lower998 > exact.lower998]
        inside += [ours.upper95 < exact.upper95, ours.upper998 < exact.upper998]
        narrower += int(np.any(inside, axis=0).sum())
    row(f"sites with a limit inside the exact one, of {cases}", narrower)


def dates(random: np.random.Generator) -> None:
    """Date of a change (F11), 12 months after it"""
    row("shift", "within 3 months", "in the interval", "months wide")
    for shift in (1, 2, 3):
        near, inside, width = 0, 0, 0
        for _ in range(SERIES):
            at = int(random.integers(12, 36))
            series = random.standard_normal(at + 12)
            series[at:] += shift
            change = change_point(series)
            if change is not None:
                near += abs(change.position - at) <= 3
                inside += change.first <= at <= change.last
                width += change.last - change.first + 1
        row(f"{shift} σ", near / SERIES, inside / SERIES, width / SERIES)


def budgets(random: np.random.Generator) -> None:
    """Budget (F4): 24 sites of which the numbers double, five series each; what other draws of them give"""
    months = 50
    growth = np.linspace(1, 2, months)
    kinds = ((Family.SHARE, 0.75), (Family.SHARE, 0.04), (Family.SHARE, 0.9), (Family.RATE, 0.05))
    shapes = []
    for site in range(SITES):
        bases = np.rint(100 * 12 ** (site / SITES) * growth)
        shapes += [Shape(site, family, bases, centre) for family, centre in kinds]
        shapes.append(Shape(site, Family.INDIVIDUALS, np.ones(months), 2.7, 0.1))
    one, other = budget(shapes), budget(shapes, seed=int(random.integers(1000)))
    row("", "expected", "usual most", "sites", "most sites")
    row("printed", one.expected, one.usual_most, one.sites, one.sites_most)
    row("other draws", other.expected, other.usual_most, other.sites, other.sites_most)


def simulate(random: np.random.Generator) -> list[Rate]:
    """The rates that screens print, with their standard errors; in the order of dashboard.statistics.rule_rates.ROWS."""
    rows, kinds = [], measures(random)
    for kind, series in kinds.items():
        power = [shifted(series, shift)[0] for shift in (1, 2)] if kind == "noise" else [None, None]
        rows.append(rate(kind, judge_series(series).rule[:, 36:], *power))
    bases = random.integers(60, 300, (SERIES, MONTHS)).astype(float)
    for kind, family, centre in (
        ("share", Family.SHARE, 0.75),
        ("rare", Family.SHARE, 0.04),
        ("rate", Family.RATE, 0.05),
    ):
        share = family == Family.SHARE
        events = (
            random.binomial(bases.astype(int), centre) if share else random.poisson(bases * centre)
        )
        rows.append(rate(kind, judge_series(events, bases, family=family).rule[:, 24:]))
    z, _ = nations(random, 200 * TIMES)
    rows.append(rate("whole", judge_series(z, family=Family.STANDARDISED).rule[:, 24:]))
    calm = []
    for _ in range(12 * TIMES):
        judged = seasonal(network(random, "growth", 84), np.arange(84) % 12 + 1)
        calm.append(two_rules(judged.z)[0][:, LATER:].ravel())
    # Sites of a network share their good and bad months: the network is the draw.
    rows.append(rate("volume", np.array(calm)))
    return rows


def rate(
    kind: str, rule: np.ndarray, found_1: float | None = None, found_2: float | None = None
) -> Rate:
    """One row. rule: (draws, months)."""
    each = (rule != NONE).mean(axis=1) * 12
    return Rate(
        kind, float(each.mean()), float(each.std(ddof=1) / math.sqrt(len(each))), found_1, found_2
    )


def write() -> None:
    """The file that screens read."""
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["series", "flagged", "error", "found_1", "found_2"])
        for r in simulate(np.random.default_rng(SEED)):
            power = ["" if p is None else f"{p:.4f}" for p in (r.detected_1, r.detected_2)]
            out.writerow([r.series, f"{r.months_flagged:.4f}", f"{r.error:.4f}", *power])


if __name__ == "__main__":
    write() if "write" in sys.argv[1:] else main()
