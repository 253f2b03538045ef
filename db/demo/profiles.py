"""What each site is like: drawn once from the seed, then true for the whole period."""

from datetime import date, timedelta

import numpy as np

from db.demo.model import DemoSite, Profile

SHIFTED_SITE = "ccsp-djougou"
SILENT_DAYS = (35, 12)  # how long ago the late sites fell silent
_SPREAD = 12.0  # the largest site over the smallest


def first_activity(site: DemoSite, rng: np.random.Generator) -> date:
    """The launch, or an invented first day in March to September 2022 where no launch is published."""
    invented = date(2022, 3, 1) + timedelta(days=int(rng.integers(0, 200)))
    return site.launched_on or invented


def draw_profiles(
    sites: list[DemoSite], services: int, starts: list[int], days: int, rng: np.random.Generator
) -> list[Profile]:
    """One profile per site; `starts` are first day indices, `days` the number of days in the period."""
    sizes, shifted = _sizes(sites, rng)
    others = [int(s) for s in rng.permutation(len(sites)) if s != shifted]
    untimed = others[: len(sites) // 7]
    free = others[len(untimed) :] if len(sites) >= 6 else []
    late = dict(zip(free, SILENT_DAYS, strict=False))
    slack = free[2] if len(free) > 2 else None
    slow = free[3 : 3 + len(sites) // 6]
    common = 1 / np.arange(1, services + 1) ** 0.8
    return [
        Profile(
            code=site.code,
            size=sizes[s],
            growth=rng.normal(0.11, 0.03),
            start=starts[s],
            last=days - 1 - late.get(s, 0),
            wait=14.0 if s == shifted else rng.uniform(11, 19),
            left=rng.uniform(0.034, 0.048),
            women=rng.normal(0.46, 0.025),
            satisfied=rng.uniform(0.86, 0.94),
            complaints=rng.uniform(0.008, 0.016),
            reply_days=rng.uniform(24, 32) if s in slow else rng.uniform(6, 13),
            closed=0.65 if s == slack else rng.uniform(0.93, 0.98),
            agents=2 if sizes[s] > _SPREAD / 2 else 1,
            timed=s not in untimed,
            shifted=s == shifted,
            services=rng.dirichlet(8 * common),
        )
        for s, site in enumerate(sites)
    ]


def _sizes(sites: list[DemoSite], rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """Sizes of the sites, spread evenly in logarithms, and the site that shifts: never a small one."""
    sizes = rng.permutation(_SPREAD ** np.linspace(0, 1, len(sites)))
    codes = [site.code for site in sites]
    if SHIFTED_SITE not in codes:
        return sizes, int(np.argmax(sizes))
    shifted = codes.index(SHIFTED_SITE)
    large = np.argsort(sizes)[-min(3, len(sites))]
    sizes[[shifted, large]] = sizes[[large, shifted]]
    return sizes, shifted
