"""What the rules of judgement flag by chance, find and miss: python -m tests.benchmarks.rules, some minutes.

Prints every case of tests.benchmarks.rule_cases before (rules_before.csv) and after, which says how to add one, and ends with
code 1 where a row is worse than before or over its budget; then the tables that DECISIONS and the page on signals speak of,
from the code that the screen uses, on invented series of known kinds. The same numbers at each run; DRAWS=5 makes five times
as many series. With the word `compare` it prints the comparison alone; with `before` it writes rules_before.csv, from the
rules as they are; with `write` the file of rates that the page on signals shows (dashboard.statistics.rule_rates).
"""

import csv
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter

import numpy as np
from scipy import special

from dashboard.statistics import funnel
from dashboard.statistics.changepoint import change_point
from dashboard.statistics.control_chart import judge_series
from dashboard.statistics.control_limits import NONE, OUTSIDE, Family, two_rules
from dashboard.statistics.dispersion import (
    corrected_dispersion,
    differences,
    furthest,
    null_dispersion,
    rest_of,
)
from dashboard.statistics.expected_false_alarms import Shape, budget
from dashboard.statistics.forecast import Backtest, backtest, forecast
from dashboard.statistics.log_waits import log_wait
from dashboard.statistics.observed_vs_expected import case_variance, compare
from dashboard.statistics.quantile import quantile
from dashboard.statistics.rule_rates import TABLE, Rate
from dashboard.statistics.seasonal import HISTORY, LINE, line, logs, season, seasonal
from tests.benchmarks.rule_comparison import compare_rules, write_before

SEED = 20261125
TIMES = int(os.environ.get("DRAWS", "1"))
SERIES, MONTHS, SITES = 1500 * TIMES, 72, 24
WITHIN = 8  # months in which a change is to be found
YEAR = np.log([1.02, 0.98, 1.0, 0.95, 0.97, 1.0, 0.90, 0.70, 1.20, 1.28, 1.05, 0.88])
LATER = HISTORY + 7  # the first month that may be the eighth of a run
AGGREGATES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "sites": lambda s: s,
    "departments of four sites": lambda s: s.reshape(6, 4, -1).sum(axis=1),
    "nation": lambda s: s.sum(axis=0, keepdims=True),
}
HORIZONS = (1, 3, 6)  # months ahead
FUNNELS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "24 sites of 400": lambda random: np.full(SITES, 400),
    "24 sites of 40 to 1800": lambda random: random.integers(40, 1800, SITES),
    "10 sites of 400": lambda random: np.full(10, 400),
    "19 sites of 100, one of 1500": lambda random: np.array([100] * 19 + [1500]),
}
# The last site is apart: which sites, how far all differ, how far the last does (on the arcsine scale).
APART = (
    ("one of 24 equal, −8 points", "24 sites of 400", 0.0, -0.1),
    ("one of 24 unequal, −8 points", "24 sites of 40 to 1800", 0.0, -0.1),
    ("one of 24 that differ, −18 points", "24 sites of 400", 0.05, -0.22),
    ("one of 10 that differ, −20 points", "10 sites of 400", 0.05, -0.25),
    ("the large one, −6 points", "19 sites of 100, one of 1500", 0.0, -0.08),
    ("the large one, −47 points", "19 sites of 100, one of 1500", 0.0, -0.5),
)


def main() -> int:
    """The comparison, then every table, each from a generator of its own; 1 where a rule has become worse."""
    worse = compare_rules(SEED)
    if "compare" in sys.argv[1:]:
        return worse
    for table in (levels, counts, composition, volumes, forecasts, waits, funnels, dates, budgets):
        start = perf_counter()
        print(f"\n{(table.__doc__ or '').splitlines()[0]}")
        table(np.random.default_rng(SEED))
        print(f"  ({perf_counter() - start:.0f} s)")
    return worse


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
    """Visits per open day (24, n): one season, 60 to 720 visits a month, 11 % of growth, months good or bad for all.

    "drift": levels that wander by 1 % a month each and by 0.5 % all together (standard deviations of a random walk).
    """
    age = np.arange(n)
    logs = np.log(60 * 12 ** np.linspace(0, 1, SITES))[:, None] + YEAR[age % 12]
    logs = logs + random.normal(0.11, 0.03, SITES)[:, None] * age / 12 + random.normal(0, 0.015, n)
    if kind == "ramp":
        logs = logs + np.log(1 - 0.6 * np.exp(-age / 4))
    if kind == "drift":
        steps = 0.01 * random.standard_normal(logs.shape) + 0.005 * random.standard_normal(n)
        logs = logs + steps.cumsum(axis=-1)
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
    """Forecast (season and drifting line): mean error at one month against last year's month × growth; what intervals hold"""
    row("series", "error", "simple rule", "ratio")
    month = np.arange(60) % 12 + 1
    networks = [network(random, "growth", 60) for _ in range(40 * TIMES)]
    for name, add in AGGREGATES.items():
        tests = [backtest(add(s), month, shared=s) for s in networks]
        error, simple = mean(tests, "error"), mean(tests, "simple_error")
        row(name, error, simple, error / simple)
    row(
        "what intervals hold (line alone; now)",
        *(f"{h} m.: {w}" for h in HORIZONS for w in ("before", "now")),
    )
    for kind in ("growth", "drift"):
        networks = [network(random, kind, 60) for _ in range(60 * TIMES)]
        for name, add in AGGREGATES.items():
            inside = np.array([held(add(s), month, s) for s in networks])
            for i, share in enumerate(("80 %", "95 %")):
                row(f"{name}, {kind}, {share}", *with_errors(inside[:, i].reshape(-1, 6)))


def held(x: np.ndarray, month: np.ndarray, shared: np.ndarray) -> np.ndarray:
    """The share of months within the intervals: (80 and 95 %, HORIZONS, before and now). x: (k, 60); before: Student's
    intervals of a new month around the line of 24 months."""
    inside = []
    for t in (39, 46, 53):
        known = slice(0, t)
        now = forecast(x[:, known], month[known], max(HORIZONS), shared[:, known])
        y, shape = logs(x[:, known]), season(logs(shared[:, known]), month[known])
        by_line = line(y - shape.index_of(month[known]), t - LINE, t)
        of_levels = []
        for level, low, high in ((0.8, now.lower80, now.upper80), (0.95, now.lower95, now.upper95)):
            wide = special.stdtrit(by_line.freedom, (1 + level) / 2)
            of_horizons = []
            for h in HORIZONS:
                came = x[:, t + h - 1]
                middle, deviation = by_line.value_at(t + h - 1, shape.error)
                away = np.log(came) - middle - shape.index[month[t + h - 1] - 1]
                is_now = (low[:, h - 1] <= came) & (came <= high[:, h - 1])
                of_horizons.append([(np.abs(away) <= wide * deviation).mean(), is_now.mean()])
            of_levels.append(of_horizons)
        inside.append(of_levels)
    return np.array(inside).mean(axis=0)


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
    """Funnels (F5): sites outside the limits, around the rate of all as known (before) and of the others (now)"""
    for k in (10, 24, 77):
        row(f"φ by chance alone, {k} sites", null_dispersion(k))
    row("sites outside, nobody apart", *columns("95 %", "99.8 %"))
    for name, sizes in FUNNELS.items():
        for spread in (0.0, 0.05):
            n = outside_limits(random, sizes, spread).sum(axis=2).reshape(-1, 4)
            row(f"{name}{', differing' * bool(spread)}", *with_errors(n))
    row("outside 99.8 %, one apart", *columns("it", "others"))
    for name, sizes, spread, shift in APART:
        out = outside_limits(random, FUNNELS[sizes], spread, shift)[..., 1]
        pairs = np.stack([out[..., -1], out[..., :-1].sum(axis=-1)], axis=-1)
        row(name, *with_errors(pairs.reshape(-1, 4)))
    named = [furthest(*alike, proportion=True) is not None for alike in draws_alike(random)]
    row("a furthest named, 24 alike", *with_errors(np.array(named)[:, None]))
    variances(random)
    inside_chance(random)


def outside_limits(
    random: np.random.Generator,
    sizes: Callable[[np.random.Generator], np.ndarray],
    spread: float,
    shift: float = 0,
) -> np.ndarray:
    """Which sites are outside the limits: (draws, rule before and now, sites, 95 and 99.8 %)."""
    drawn = []
    for _ in range(400 * TIMES):
        n = sizes(random)
        away = spread * random.standard_normal(len(n))
        away[-1] += shift
        events = random.binomial(n, np.sin(math.asin(math.sqrt(0.8)) + away) ** 2)
        _, rest = rest_of(events, n, proportion=True)
        known = funnel.Rest(rest.rate * 1e12, 1e12, rest.tau2)
        limits = funnel.limits(n, known, proportion=True, scale=1)
        whole = differences(events, n, proportion=True)
        assert whole is not None
        drawn.append(
            [
                [(p != funnel.Position.INSIDE, p in funnel.OUTSIDE) for p in positions]
                for positions in (funnel.positions(events / n, limits), whole.position)
            ]
        )
    return np.array(drawn)


def columns(*names: str) -> list[str]:
    """The headings of both rules."""
    return [f"{when}: {name}" for when in ("before", "now") for name in names]


def with_errors(draws: np.ndarray) -> list[str]:
    """The means of some columns with their standard errors. draws: (n, columns)."""
    errors = draws.std(axis=0, ddof=1) / math.sqrt(len(draws))
    return [f"{m:.3f} ± {e:.3f}" for m, e in zip(draws.mean(axis=0), errors, strict=True)]


def draws_alike(random: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Events and sizes of 24 sites that are alike."""
    for _ in range(400 * TIMES):
        n = random.integers(40, 1800, SITES)
        yield random.binomial(n, 0.8), n


def variances(random: np.random.Generator) -> None:
    """The variance between sites that is found, with φ corrected and as it is."""
    tau2, shrunk = [], []
    for _ in range(400 * TIMES):
        n = random.integers(40, 1800, SITES)
        share = np.sin(math.asin(math.sqrt(0.8)) + 0.05 * random.standard_normal(SITES)) ** 2
        mixed = random.binomial(n, share)
        target = float(mixed.sum() / n.sum())
        tau2.append(corrected_dispersion(mixed, n, target, proportion=True)[1])
        shrunk.append(funnel.overdispersion(mixed, n, target, proportion=True)[1])
    row("τ² of 0.0025; with φ as it is", float(np.mean(tau2)), float(np.mean(shrunk)))


def inside_chance(random: np.random.Generator) -> None:
    """How many limits lie inside the exact ones: none may."""
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
    if "before" in sys.argv[1:]:
        write_before(SEED)
    elif "write" in sys.argv[1:]:
        write()
    else:
        sys.exit(main())
