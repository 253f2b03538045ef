"""A server on fictitious data, and a browser with the network cut, for all tests of this folder."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Page, ViewportSize, expect

from dashboard.settings import ROOT
from db.demo_load import load_demo
from db.engine import make_engine
from tests.browser import handing_in, served
from tests.browser.house import House
from tests.conftest import Prepared

VISITS = 30_000
expect.set_options(
    timeout=15_000
)  # milliseconds: what must come at once is timed in the page itself


# What a server does beside its first readers, done once for all servers on the same data.
KEEP = (
    "from dashboard.actions.simulated_chances import keep_drawn;"
    " from dashboard.ui.cache_warming import _answer_rest; _answer_rest(); assert keep_drawn()"
)


def fictitious(visits: int) -> Prepared:
    """A database of so many fictitious visits, on which a server has run: what chance alone gives is kept there."""

    def fill(url: str) -> None:
        engine = make_engine(url)
        load_demo(engine, visits, 20211221, by="test", progress=False)
        engine.dispose()
        child = [sys.executable, "-c", KEEP]
        subprocess.run(child, cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, check=True)

    return Prepared(f"served-{visits}", fill)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items) -> None:
    """Keep the tests of an `xdist_group` together: xdist 3.8 writes the group where pytest 9.2 no longer reads it, and each
    of the two processes then started every server and database that a group shares."""
    for item in items:
        if item.nodeid != (with_group := getattr(item, "_nodeid", item.nodeid)):
            item._id = type(item.id).parse(with_group)
            assert item.nodeid == with_group


@pytest.fixture(scope="session")
def demo_file(sqlite) -> Path:
    """The file of a database of fictitious data; tests that change it take a copy."""
    return sqlite.template(prepared=fictitious(VISITS))


@pytest.fixture(scope="session")
def app(demo_file, common, worker_id) -> Iterator[str]:
    """The address of the application on the fictitious data, one for all processes: the first that asks starts it, and
    ends it when none asks any longer. Nobody changes these data."""
    lock, process = FileLock(common / "lock"), None
    address, users = common / "address", common / "users"
    with lock:
        users.mkdir(exist_ok=True)
        (users / worker_id).write_text(str(os.getpid()))
        if not address.exists():
            process, at = served.start(f"sqlite:///{demo_file}", common / "server.log")
            address.write_text(at)
    yield address.read_text()
    with lock:
        (users / worker_id).unlink()
    while process:
        with lock:
            if not any(psutil.pid_exists(int(one.read_text())) for one in users.iterdir()):
                served.end(process)
                address.unlink()
                break
        time.sleep(0.2)


@pytest.fixture(scope="module")
def shared(demo_file, tmp_path_factory) -> Path:
    """The file of a database that the tests of one group of a module may change."""
    return Path(shutil.copyfile(demo_file, tmp_path_factory.mktemp("shared") / "copy.db"))


@pytest.fixture(scope="session")
def one_mortal(demo_file, tmp_path_factory) -> Iterator[served.Mortal]:
    """The application on the fictitious data, for the tests of the group « mortal »."""
    found = served.Mortal(f"sqlite:///{demo_file}", tmp_path_factory.mktemp("mortal") / "log")
    yield found
    found.strike(signal.SIGKILL)
    found.process.wait()


@pytest.fixture
def mortal(one_mortal) -> served.Mortal:
    """It, there again whatever the test before did to it."""
    one_mortal.come_back()
    one_mortal.lent += 1
    return one_mortal


@pytest.fixture(scope="session")
def _one_house(demo_file, tmp_path_factory) -> Iterator[House]:
    with House.opened(demo_file, tmp_path_factory.mktemp("house"), closed=True) as found:
        yield found


@pytest.fixture(scope="session")
def _one_small_house(sqlite, tmp_path_factory) -> Iterator[House]:
    with House.opened(
        sqlite.template(prepared=fictitious(6_000)),
        tmp_path_factory.mktemp("small-house"),
        closed=True,
    ) as found:
        yield found


@pytest.fixture(scope="session")
def _one_empty_house(sqlite, tmp_path_factory) -> Iterator[House]:
    with handing_in.opened(sqlite.template(0), tmp_path_factory.mktemp("empty-house")) as found:
        yield found


# A server costs as much as some tests do. Modules that ask for one of these three belong to one group each, « house »,
# « small house » and « empty house », and find it as it was at first.
@pytest.fixture(scope="module")
def full_house(_one_house) -> Iterator[House]:
    """The application on the fictitious data, where people sign in; the next module finds the data as they were."""
    yield _one_house
    _one_house.restore()


@pytest.fixture(scope="module")
def small_house(_one_small_house) -> Iterator[House]:
    """The same with a fifth of the visits."""
    yield _one_small_house
    _one_small_house.restore()


@pytest.fixture(scope="module")
def empty_house(_one_empty_house) -> Iterator[House]:
    """The same without any row, where the point focal has a password (handing_in.PASSWORD)."""
    yield _one_empty_house
    _one_empty_house.restore()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> served.Certificate:
    """A certificate for this machine's other address, which the browser trusts."""
    return served.Certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def chromium(certificate) -> Iterator[Browser]:
    """The browser. Where there is none the tests fail: they are not skipped."""
    os.environ.setdefault("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
    with served.browsing(certificate.trusted) as browser:
        yield browser


@contextmanager
def lent(kept: served.Visit, viewport: ViewportSize) -> Iterator[Page]:
    """The page of a session that is kept, for one test; when it leaves there was no outside request, error or dialog."""
    try:
        yield kept.leave(viewport)
        kept.leave(viewport)
    finally:
        faults = kept.forget()
    assert faults == []


@pytest.fixture
def session(chromium) -> Iterator[served.Visit]:
    """A browser session of one's own; at its end there was no outside request, no error and no dialog."""
    found = served.visit(chromium)
    yield found
    found.context.close()
    assert found.faults() == []


@pytest.fixture(scope="session")
def kept(chromium) -> Iterator[served.Visit]:
    """A session at a desk that one test leaves empty for the next."""
    found = served.visit(chromium)
    yield found
    found.context.close()


@pytest.fixture
def page(kept) -> Iterator[Page]:
    """Its page."""
    with lent(kept, served.SCREEN) as page:
        yield page


@pytest.fixture(scope="session")
def kept_telephone(chromium) -> Iterator[served.Visit]:
    """The same on a telephone."""
    found = served.visit(chromium, viewport=served.TELEPHONE, has_touch=True)
    yield found
    found.context.close()


@pytest.fixture
def telephone(kept_telephone) -> Iterator[Page]:
    """Its page."""
    with lent(kept_telephone, served.TELEPHONE) as page:
        yield page
