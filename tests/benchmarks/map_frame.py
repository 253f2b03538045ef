"""How long the map's frame is blocked when it is first shown: python -m tests.benchmarks.map_frame, on DATABASE_URL.

The application is started as people start it, and the opening page opened in Chromium several times, each in a new
session. What is counted is told by the browser: tasks of the frame's own that last 50 ms or more, in which neither map nor
page answers. The least of the sessions is what the map needs; what else the machine does is in the others.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect

from dashboard.accounts import sign_in_request, sign_ins
from dashboard.accounts.rights import Role
from db import accounts_and_sessions
from db.engine import make_engine
from db.write_lock import write_transaction
from tests.browser import served
from tests.browser.screen import map_frame, open_page, sites

SESSIONS = 5
QUIET = 1_000  # milliseconds after the first name until it is taken that all is drawn
LATE = 120_000  # milliseconds: many sites are asked for the first time by the first session
# In every frame, from its beginning: the tasks that blocked it. "self" leaves out those of the page around it.
LISTEN = """window.blocked = [];
new PerformanceObserver((seen) => window.blocked.push(...seen.getEntries().filter((task) => task.name === "self")
  .map((task) => task.duration))).observe({ type: "longtask", buffered: true });"""


def blocked(database_url: str) -> float:
    """The seconds for which the map's frame is blocked when the opening page first shows it: the sum of its long tasks, the
    least of SESSIONS sessions. Where people sign in, an account is added to the database: give a copy. RuntimeError where
    the application does not start."""
    return min(map(sum, tasks_of_sessions(database_url)))


def tasks_of_sessions(database_url: str) -> list[list[float]]:
    """The seconds of each long task of the map's frame, a list for each session."""
    token = _signed_in(database_url)
    with (
        tempfile.TemporaryDirectory() as folder,
        served.serve(database_url, Path(folder) / "log") as app,
        served.browsing() as browser,
    ):
        return [_tasks(browser, app, token) for _ in range(SESSIONS)]


def _signed_in(database_url: str) -> str:
    """The token of somebody who is signed in; "" where the base is open."""
    engine = make_engine(database_url)
    with write_transaction(engine) as connection:
        token = "" if accounts_and_sessions.is_open(connection) else sign_in_request.new_token()
        if token:
            held = accounts_and_sessions.account_named(connection, "mesure")
            account = (
                held.id
                if held
                else accounts_and_sessions.add_account(
                    connection, "mesure", role=Role.CABINET, departments=(), sites=(), email=None
                )
            )
            place = sign_in_request.Browser("", "", served.HOST)
            sign_ins.begin_session(
                connection,
                account,
                token,
                place,
                proved_at=accounts_and_sessions.database_time(connection),
            )
    engine.dispose()
    return token


def _tasks(browser: Browser, app: str, token: str) -> list[float]:
    """The seconds of each long task of the map's frame, in a new session."""
    context = served.visit(browser).context
    if token:
        context.add_cookies([{"name": "ccsp-session", "value": token, "url": app}])
    context.add_init_script(LISTEN)
    page = context.new_page()
    open_page(page, app)
    expect(sites(page)).not_to_have_count(0, timeout=LATE)
    expect(map_frame(page).locator(".names text")).not_to_have_count(0, timeout=LATE)
    page.wait_for_timeout(QUIET)
    frame = page.locator("iframe[title^=Carte]").element_handle().content_frame()
    assert frame, "the map stands in a frame"
    tasks = [duration / 1_000 for duration in frame.evaluate("window.blocked")]
    context.close()
    return tasks


if __name__ == "__main__":
    found = tasks_of_sessions(os.environ["DATABASE_URL"])
    print([[round(task, 3) for task in tasks] for tasks in found], file=sys.stderr)
    print(json.dumps({"the map's frame blocked": min(map(sum, found))}))
