"""A thousand people planted in the files of a site are on no page, in no cache, file, log or journal, though their words are
read; but on the page where one of them is read, as long as it is."""

import pickle
import re
import tempfile
from datetime import timedelta

import pytest

from dashboard import __main__
from dashboard.accounts.rights import Person, Role
from dashboard.answers import complaints, context, deck, network
from dashboard.answers.question import Question
from dashboard.exports import EXPORTS, png
from dashboard.exports.xlsx import xlsx
from dashboard.panel import Panel
from dashboard.period import clip_period, resolve_period, today
from dashboard.request_identity import SESSION_CACHE
from dashboard.stories import ready_story
from dashboard.ui import panel_display
from db import __main__ as database
from tests import planted
from tests.builders import KANDI
from tests.pages.app import everything, unfold, visit_page

DATA = Person("données", Role.DATA_MANAGER, id="m")
ADMINISTRATOR = Person("comptes", Role.ADMINISTRATOR, id="a")
WITH_FILES = ("carte", "plaintes", "site")
PAGES = (*WITH_FILES, "presenter")


@pytest.fixture
def desk(command, database_url, using, monkeypatch, tmp_path):
    """The thousand handed in, whoever keeps the data at a page, and a place of our own for what is put aside."""
    context.close_databases()  # the answers of other tests need not be searched
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(aside))
    for path in planted.files(tmp_path):
        assert command(database.main, "import", path).code == 0
        path.unlink()
    using(database_url)
    monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda header: DATA)
    yield tmp_path
    context.close_databases()


def kept() -> bytes:
    """All that answers are kept of, as bytes."""
    caches = (context.ANSWER_CACHE, context.NETWORK_CACHE, context.GUESTS_NETWORK_CACHE)
    return b"".join(_bytes(one) for cache in caches for one in cache._answers.items())


def _bytes(one: object) -> bytes:
    try:
        return pickle.dumps(one)
    except (pickle.PicklingError, AttributeError, TypeError):  # of what is a function
        return repr(one).encode()


def opened(address: str) -> tuple[str, list[Panel]]:
    """All that a page says and its session holds, every fold open; and the panels that it lets be taken away."""
    at = unfold(visit_page(address, **({"centre": KANDI} if address == "site" else {})))
    assert not at.exception
    panels = (
        panel_display.panels(at.session_state[panel_display.SHOWN]) if address in WITH_FILES else ()
    )
    return f"{everything(at)} {at.session_state} {at.query_params}", list(panels)


def read_one() -> None:
    """Read the words of a complaint, which are on the page then, and not in its session."""
    at = unfold(visit_page("plaintes"))
    choice = at.selectbox(key="en_cours_laquelle")
    choice.set_value(choice.options[0]).run()
    next(b for b in at.button if b.label == "Lire").click().run()
    assert planted.found(everything(at)) and not planted.found(at.session_state)


def files(shown: list[Panel]) -> dict[str, bytes | str]:
    """A file of each kind: of a story, the workbook of pages, a picture, and its words before they are drawn."""
    last = network.freshness(DATA).as_of
    asked = Question(today() - timedelta(days=365), today())
    story = deck.build(
        DATA, asked, ready_story("plaintes"), clip_period(resolve_period("12m", last), last)
    )
    about, drawn = (
        png.About("12 mois", "", last, False, "Source"),
        complaints.ages(DATA, asked, "x"),
    )
    return {kind: export.file(story) for kind, export in EXPORTS.items()} | {
        "page.xlsx": xlsx("Page", [], shown, demo=False),
        "png": png.png(drawn, about),
        "svg": png.picture_svg(drawn, about),
    }


def test_planted_people_are_nowhere_but_in_the_words_that_are_read(
    desk, command, caplog, monkeypatch
):
    read_one()
    pages = [opened(address) for address in PAGES]
    made = files([panel for _, panels in pages for panel in panels])
    assert re.search(
        r"\bP\d+\b", " ".join(planted.unpacked(made["page.xlsx"]))
    )  # the list itself is in it
    days = ("--from", str(today()), "--to", str(today()), "--by", "site")
    printed = command(__main__.main, "indicators", *days)
    monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda header: ADMINISTRATOR)
    pages.append(opened("journal"))
    assert "a lu les mots d'une plainte" in pages[-1][0]
    assert not planted.found(*(told for told, _ in pages), *made.values(), printed, caplog.text)
    assert not planted.found(kept())
    aside = [p for p in desk.rglob("*") if p.is_file()]
    assert not planted.found(*aside, *(p.read_bytes() for p in aside))
