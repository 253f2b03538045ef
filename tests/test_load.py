"""The measure of `make load` measures the page that people have: what its viewer does, and the floor beside it."""

import asyncio
import os
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dashboard.settings import ROOT
from tests.benchmarks.recorded import PLACE, record
from tests.benchmarks.viewer import Run, Viewer
from tests.browser import served


@pytest.fixture(scope="module")
def demo(sqlite) -> Iterator[str]:
    """The address of a small database of fictitious data."""
    with sqlite.fresh(visits=6_000) as url:
        yield url


@pytest.fixture(scope="module")
def app(demo, tmp_path_factory):
    """The application on it."""
    with served.serve(demo, tmp_path_factory.mktemp("log") / "log") as address:
        yield address


def done(act):
    """What comes of a coroutine: in a thread, for a browser test before this one may have left a loop in ours."""
    with ThreadPoolExecutor(1) as one:
        return one.submit(asyncio.run, act).result()


def parts(run: Run) -> Counter:
    """How many of each part the page has; what only gives the whole its place aside."""
    found = Counter(
        m.delta.new_element.WhichOneof("type") or m.delta.add_block.WhichOneof("type")
        for m in run.messages
        if m.WhichOneof("type") == "delta"
    )
    return Counter(
        {kind: n for kind, n in found.items() if kind not in (None, "flex_container", "vertical")}
    )


def figures(run: Run) -> list[str]:
    """The headline figures."""
    found = [m.delta.new_element for m in run.messages if m.WhichOneof("type") == "delta"]
    return [v for e in found for v in re.findall(r"<strong>(.*?)</strong>", e.html.body)]


def test_a_viewer_changes_filters_and_pages_as_a_person_does(app):
    async def visit() -> None:
        async with Viewer(app) as viewer:
            whole = figures(await viewer.open("attentes"))
            zou = await viewer.choose({"filtre_departement": "Zou"})
            assert viewer.query == "departement=Zou" and figures(zou) != whole
            await viewer.choose({"filtre_type": "CCSP"})
            assert viewer.query == "departement=Zou&type=CCSP", "the first filter is kept"
            moved = await viewer.go("plaintes")
            assert viewer.query == "departement=Zou&type=CCSP" and not moved.error
            assert viewer.lists["filtre_departement"].value == "Zou"

    done(visit())


BEGINS = {"pdf": b"%PDF", "pptx": b"PK", "xlsx": b"PK", "html": b"<!doctype html>"}


def test_a_viewer_takes_files_and_presents_as_a_person_does(app):
    async def visit() -> None:
        async with Viewer(app) as viewer:
            still = await viewer.open("presenter")
            assert {f"emporter_{kind}" for kind in BEGINS} == viewer.files.keys()
            for kind, begin in BEGINS.items():
                assert (await viewer.press(f"emporter_{kind}"))[
                    : len(begin)
                ].lower() == begin.lower()
            shown = await viewer.present()
            assert not shown.error and shown.bytes > still.bytes, "the slides come with it"
        async with Viewer(app) as viewer:
            await viewer.open("attentes")
            assert not any(key.endswith("_image") for key in viewer.files)
            await viewer.unfold()
            image = next(key for key in viewer.files if key.endswith("_image"))
            assert (await viewer.press(image)).startswith(b"\x89PNG")

    done(visit())


def test_the_floor_shows_what_the_page_shows_and_nothing_changes_it(
    app, demo, tmp_path, monkeypatch
):
    monkeypatch.setenv(PLACE, str(tmp_path / "recorded"))

    async def opened(address: str) -> Run:
        async with Viewer(address) as viewer:
            return await viewer.open("attentes")

    real = done(opened(app))
    record(real.messages, Path(os.environ[PLACE]))
    with served.serve(demo, tmp_path / "log", ROOT / "tests" / "benchmarks" / "floor.py") as floor:
        fixed = done(opened(floor))

        async def change() -> Run:
            async with Viewer(floor) as viewer:
                await viewer.open("attentes")
                return await viewer.choose({"filtre_departement": "Zou"})

        changed = done(change())
    assert not fixed.error and not changed.error
    assert (
        parts(fixed) == parts(real)
        and parts(fixed)["vega_lite_chart"] > 3
        and parts(fixed)["expandable"] > parts(fixed)["vega_lite_chart"]
        and parts(fixed)["html"] > 1
    )
    assert figures(changed) == figures(real)
    assert abs(fixed.bytes - real.bytes) < 0.03 * real.bytes


def test_what_the_reader_is_told_went_wrong_is_an_error(app):
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    from tests.benchmarks.viewer import fault

    message = ForwardMsg()
    message.delta.new_element.alert.body = (
        "La base de données ne répond pas. Cette page revient d'elle-même dès qu'elle répond."
    )
    assert fault(message)
    message.delta.new_element.alert.body = "Aucun centre ne correspond à ces filtres."
    assert not fault(message)
