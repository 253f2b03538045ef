"""« Emporter »: on each page that has tables, a workbook of what it shows, made on demand."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial

import openpyxl
import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.exports.file_names import file_name
from dashboard.exports.xlsx import FICTIVE, sheet_names
from dashboard.navigation import pages_of
from dashboard.ui import downloads, page_exports, panel_display
from tests.builders import KANDI
from tests.pages.app import go, visit_page, words

PAGES = pages_of(LOCAL_READER)

# Pages without a panel that has a table; « Présenter » has files of its own.
LABEL = "Emporter"
NOTHING = {"definitions", "guide", "presenter"}


@pytest.fixture
def page(filled, using, monkeypatch):
    """page(spec, **filters): the page opened, and what would make its file (None where there is no button)."""

    using(filled)

    def opened(spec, **wanted: str):
        made, real = [], page_exports.workbook
        with monkeypatch.context() as patch:
            patch.setattr(
                page_exports, "workbook", lambda spec: made.append(real(spec)) or made[-1]
            )
            patch.setattr(
                page_exports,
                "xlsx",
                lambda *a, **k: pytest.fail("a file was made that nobody asked for"),
            )
            at = visit_page(spec.url_path, **wanted)
        assert not at.exception and not at.error
        assert len(made) == sum(b.label == LABEL for b in at.download_button) <= 1
        return at, partial(made[0], LOCAL_READER) if made else None

    return opened


@pytest.mark.pitfall(43)
@pytest.mark.parametrize("spec", PAGES, ids=lambda s: s.url_path)
def test_the_file_of_a_page_holds_the_numbers_that_it_shows(page, spec):
    at, make = page(
        spec,
        periode="3m",
        **({"centre": KANDI} if "centre" in spec.filters else {"departement": "Zou"}),
        **({"avec": "Borgou"} if spec.url_path == "cote-a-cote" else {}),
    )
    if spec.url_path in NOTHING:
        assert make is None
        return
    assert make is not None
    book = openpyxl.load_workbook(io.BytesIO(make()))
    panels = [
        p for p in panel_display.panels(at.session_state[panel_display.SHOWN]) if p.table.columns
    ]
    assert panels and book.sheetnames == [
        "À lire",
        *sheet_names([p.title for p in panels]),
        "Définitions",
    ]
    for panel, sheet in zip(panels, book.worksheets[1:], strict=False):
        numbers = [
            c.value for row in panel.table.rows for c in row if isinstance(c.value, int | float)
        ]
        top = int(sheet.freeze_panes[1:])
        found = [
            c.value
            for row in sheet.iter_rows(min_row=top)
            for c in row
            if isinstance(c.value, int | float)
        ]
        assert found == pytest.approx(numbers, rel=1e-14), panel.title
        days = [c.value for row in panel.table.rows for c in row if isinstance(c.value, date)]
        assert days == [
            c.value.date()
            for row in sheet.iter_rows(min_row=top)
            for c in row
            if isinstance(c.value, datetime)
        ]


@pytest.mark.parametrize("spec", PAGES, ids=lambda s: s.url_path)
def test_a_file_that_is_asked_for_while_its_page_is_being_drawn_is_whole(
    filled, using, monkeypatch, spec
):
    """Its button stands above what it takes away, and can be pressed as soon as it is there."""
    using(filled)
    real, asked = page_exports.workbook, []
    with ThreadPoolExecutor(1) as thread:

        def pressed(spec):
            make = real(spec)
            asked.append(thread.submit(make, LOCAL_READER))
            return make

        monkeypatch.setattr(page_exports, "workbook", pressed)
        wanted = {"centre": KANDI} if "centre" in spec.filters else {"departement": "Zou"}
        at = visit_page(spec.url_path, periode="3m", **wanted)
        assert bool(asked) == (spec.url_path not in NOTHING)
        for file in asked:
            book = openpyxl.load_workbook(io.BytesIO(file.result(60)))
            panels = [
                p
                for p in panel_display.panels(at.session_state[panel_display.SHOWN])
                if p.table.columns
            ]
            sheets = sheet_names([p.title for p in panels])
            assert book.sheetnames == ["À lire", *sheets, "Définitions"]


def test_the_first_sheet_says_the_filters_that_act_on_the_page(page):
    by_address = {s.url_path: s for s in PAGES}
    at, make = page(
        by_address["attentes"], periode="3m", departement="Zou", centre=KANDI
    )  # no filter of this page either
    first = openpyxl.load_workbook(io.BytesIO(make()))["À lire"]
    found = {row[0].value: row[1].value for row in first.iter_rows()}
    assert first["A1"].value == "Attentes · Zou" and FICTIVE in found
    assert found["Département"] == "Zou" and found["Prestation"] == "Toutes les prestations"
    assert any(
        found["Période"] in said.lower() and "attente mesurée dans" in said for said in words(at)
    )  # as on screen
    assert "ont remonté leurs visites" in found["Remontées"] and found["Données au"]
    _, make = page(by_address["site"], centre=KANDI, departement="Zou")
    found = {
        r[0].value: r[1].value
        for r in openpyxl.load_workbook(io.BytesIO(make()))["À lire"].iter_rows()
    }
    assert found["Centre"] == "CCSP de Kandi" and "Département" not in found


def test_a_site_page_without_a_site_takes_away_the_list_of_all_and_presents_none(page):
    at, make = page(next(s for s in PAGES if s.url_path == "site"))
    assert not at.get("page_link")
    book = openpyxl.load_workbook(io.BytesIO(make()))
    first, listed, _ = book.worksheets
    found = {row[0].value: row[1].value for row in first.iter_rows()}
    assert "Centre" not in found and "Période" in found
    names = [row[0].value for row in listed.iter_rows(min_row=int(listed.freeze_panes[1:]))]
    assert len(names) == 24 and "CCSP de Kandi" in names


def test_the_series_of_a_site_says_whose_it_is_in_the_file_of_the_whole(page):
    _, make = page(next(s for s in PAGES if s.url_path == "signaux"), centre=KANDI)
    sheets = openpyxl.load_workbook(io.BytesIO(make())).worksheets
    (said,) = [s["A1"].value for s in sheets if s["A1"].value.endswith(", par mois")]
    assert said.startswith("CCSP de Kandi\u00a0: ")


YEAR = "de novembre 2025 à octobre 2026"


@pytest.mark.parametrize(
    "parts, name",
    [
        (("departement:Zou",), "ccsp-departement-zou-2026-11-23"),
        (("site", "ccsp-allada"), "ccsp-site-ccsp-allada-2026-11-23"),
        (("attentes", "", "Atacora"), "ccsp-attentes-atacora-2026-11-23"),
        (("../../é\x00\ud800/…",), "ccsp-e-2026-11-23"),
        (("x" * 500,), f"ccsp-{'x' * 80}-2026-11-23"),
        (
            ("Attente médiane : le niveau et les signaux de chaque centre", f"{YEAR} · Zou"),
            "ccsp-attente-mediane-le-niveau-et-les-signaux-de-de-novembre-2025-a-octobre-2026-zou-2026-11-23",
        ),
    ],
)
def test_names_of_files_suit_every_disk(parts, name):
    assert file_name(*parts, on=date(2026, 11, 23)) == name


def test_the_files_of_a_session_are_for_whom_somebody_writes_on_whatever_page(filled, using):
    using(filled)
    at = visit_page("attentes")
    at.text_input(key=downloads.WRITTEN).set_value("  le conseil   de cabinet ").run()
    assert not at.exception and at.session_state[downloads.TO] == "le conseil de cabinet"
    at = go(at, "presenter")
    assert at.text_input(key=downloads.WRITTEN).value == "le conseil de cabinet"
    assert "Pour\xa0: le conseil de…" in [one.proto.popover.label for one in at.get("popover")]
