"""How long each key of « Chercher » takes on a telephone: matching, drawing the lines and laying them out.

A telephone is Chromium at 360 px whose processor is slowed six times (CDP, Emulation.setCPUThrottlingRate). It ends with 1 where
95 keys of 100 are not done within 50 ms.

    python -m tests.benchmarks.search_keys
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path

from tests.browser.served import TELEPHONE, browsing, make_demo, serve, visit
from tests.search.matching import phrases

SLOWED, MOST = 6, 50  # times; milliseconds
EVERY = 3  # phrases: one of so many is typed
# Types a phrase key by key, and gives the milliseconds of each.
TYPE = """(phrase) => {
  const box = document.querySelector('#ccsp-search input'), list = document.getElementById('ccsp-found');
  return [...phrase].map((_, n) => {
    const begin = performance.now();
    box.value = phrase.slice(0, n + 1);
    box.dispatchEvent(new Event('input', { bubbles: true }));
    list.getBoundingClientRect();
    return performance.now() - begin;
  });
}"""


def measure(address: str) -> list[float]:
    """The milliseconds of each key."""
    with browsing() as browser:
        page = visit(browser, viewport=TELEPHONE, is_mobile=True, has_touch=True).context.new_page()
        page.goto(address)
        page.get_by_role("button", name="Chercher").click()
        page.get_by_role("option").first.wait_for(timeout=60_000)
        slow = page.context.new_cdp_session(page)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        typed = [one.typed for one in phrases("phrases.txt")][::EVERY]
        return [took for phrase in typed for took in page.evaluate(TYPE, phrase)]


def main() -> int:
    """Measure and print; 1 where it takes too long. DATABASE_URL names a database; without it a small one is invented."""
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("DATABASE_URL") or make_demo(Path(folder) / "demo.db", 6_000)
        with serve(url, Path(folder) / "log") as address:
            found = measure(address)
    middle, most = statistics.median(found), statistics.quantiles(found, n=20)[-1]
    print(
        f"{len(found)} keys, processor slowed {SLOWED} times: half within {middle:.0f} ms, 95 in 100 within {most:.0f} ms,"
        f" the longest {max(found):.0f} ms"
    )
    return 1 if most > MOST else 0


if __name__ == "__main__":
    sys.exit(main())
