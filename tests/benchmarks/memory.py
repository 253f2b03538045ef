"""What a server holds after what one person does in a day: `make load` calls this at its end.

A viewer asks for a hundred files of each kind, no two of the same question, by the buttons that people press, and for twenty
presentations. By itself: python -m tests.benchmarks.memory, on the database that `make load` built.
"""

import asyncio
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil

from dashboard.exports import EXPORTS
from tests.benchmarks.viewer import Viewer, never_asked
from tests.browser import served

FILES, PRESENTATIONS = 100, 20
AFTER = (1, 10, 100)  # files: when the memory is read
PICTURES = "png"
# What is only words comes first: what it asks fills the cache of answers, for all. Then what draws charts, one after the other.
KINDS = ("txt", "pdf", "html", PICTURES, "pptx", "xlsx")
assert sorted(KINDS) == sorted([*EXPORTS, PICTURES])


def measure(url: str) -> None:
    """Print a line for each kind of file, and one for presentations; url: a database of fictitious data."""
    with tempfile.TemporaryDirectory() as folder:
        process, app = served.start(url, Path(folder) / "memory.log")
        try:
            asyncio.run(_day(app, psutil.Process(process.pid)))
        finally:
            served.end(process)


async def _day(app: str, server: psutil.Process) -> None:
    print(f"\nMemory of one server, MB: {_megabytes(server):.0f} at its start")
    print(f"{'file':<16}" + "".join(f"{f'after {n}':>11}" for n in AFTER))
    for kind in KINDS:
        await _line(app, server, kind, FILES)
    await _line(app, server, "presentation", PRESENTATIONS)


async def _line(app: str, server: psutil.Process, kind: str, count: int) -> None:
    held = []
    async with Viewer(app, random.Random(kind)) as viewer:
        one_more = await _asking(viewer, kind)
        for n in range(1, count + 1):
            await one_more()
            if n in (*AFTER, count):
                held.append(_megabytes(server))
    print(f"{kind:<16}" + "".join(f"{mb:>11.0f}" for mb in held), flush=True)


async def _asking(viewer: Viewer, kind: str) -> Callable[[], Awaitable[None]]:
    """What asks another question and takes its file. RuntimeError where there is none, or the page says that it failed."""
    await viewer.open("attentes" if kind == PICTURES else "presenter")
    questions = never_asked(
        {name: one for name, one in viewer.lists.items() if name != "filtre_centre"}, viewer.chance
    )
    if kind == PICTURES:
        await viewer.unfold()
    if kind == "presentation":
        await viewer.present()

    async def one_more() -> None:
        run = await viewer.choose(next(questions))
        if run.error:
            raise RuntimeError(run.error)
        if kind in ("txt", "presentation"):
            return  # it stands in the page
        buttons = [key for key in viewer.files if key.endswith(("_image", f"emporter_{kind}"))]
        if buttons and not await viewer.press(buttons[0]):
            raise RuntimeError(f"{kind}: an empty file")

    return one_more


def _megabytes(server: psutil.Process) -> float:
    return server.memory_info().rss / 1e6


if __name__ == "__main__":
    from tests.benchmarks.load import database

    measure(database())
    sys.exit(0)
