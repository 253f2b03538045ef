"""Each form goes from its file by the page into the database and on to a figure: on a telephone and at a desk, with and without
script; many files at once; sheets that the page gives, filled in."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dashboard.forms.formats import FORMATS
from tests.browser import handing_in, served
from tests.browser.handing_in import MONTH, NARROW, Base, says, working_days
from tests.browser.house import SITE, House
from tests.builders import Office, closing, closure, complaint, monthly

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("empty house")]
DAYS = working_days()


@pytest.fixture(scope="module")
def house(empty_house) -> House:
    """A server on a base without any row."""
    return empty_house


@pytest.fixture(autouse=True)
def _as_it_was(house) -> Iterator[None]:
    yield
    house.restore()


@dataclass(frozen=True)
class Case:
    """A file of a form for the site: its lines, one cell of them wrong; what mends it, by heading; the figure that the lines give
    with those of before (form, lines), and the table that they stand in."""

    lines: list[list]
    wrong: tuple[int, int, str]  # line, cell, what is written there
    mends: dict[str, str]
    figure: tuple[str, float | None]
    table: str
    before: tuple[tuple[str, list[list]], ...] = field(default=())

    def with_fault(self) -> list[list]:
        """The lines, with the wrong cell."""
        line, cell, text = self.wrong
        lines = [list(one) for one in self.lines]
        lines[line][cell] = text
        return lines


def day(n: int) -> str:
    return f"{DAYS[n]:%d/%m/%Y}"


CLOSED = [closing(SITE, day(n), 4) for n in (0, 1, 2, 5, 6, 9)]  # of ten days
ANSWERED = {"resolved": day(5), "outcome": "traitée"}
VISITS = handing_in.register("avant")
CASES = {
    "registre": Case(
        VISITS, (3, 2, "26:10"), {"Heure d'arrivée": "08:05"}, ("visits", len(VISITS)), "visit"
    ),
    "plaintes": Case(
        [complaint(f"P-{n}", SITE, day(n), **(ANSWERED if n == 3 else {})) for n in range(5)],
        (1, 3, "Acueil"),
        {"Catégorie": ""},
        ("complaints_open", 4),
        "complaint",
        before=(("registre", VISITS),),
    ),
    "cloture": Case(
        CLOSED,
        (2, 3, "quatre"),
        {"Visites déclarées": "4"},
        ("completeness", 60),
        "daily_closing",
    ),
    "fermetures": Case(
        [closure(SITE, day(3), day(4))],
        (0, 1, f"31/02/{MONTH:%Y}"),
        {"Du": str(DAYS[3])},
        ("completeness", 75),
        "closure",
        before=(("cloture", CLOSED),),
    ),
    # What a site declares of its month is kept beside the figures, and never counted among them.
    "canevas": Case(
        [monthly(SITE, f"{MONTH:%m/%Y}", 100, 90)],
        (0, 2, "cent"),
        {"Usagers reçus": "100"},
        ("visits", None),
        "monthly_return",
    ),
}  # fmt: skip


def looked_at(page: Page, script: bool) -> None:
    """Nothing is wider than the screen, and axe finds nothing (it needs script)."""
    handing_in.fits(page)
    if script:
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


# Each form on both screens, with script and without. One is enough for each day; with script: test_hand_in.py.
WAYS = [
    pytest.param(form, screen, script, marks=() if way == "registre-desk-no script" else pytest.mark.full, id=way)
    for form in FORMATS
    for at, screen in (("telephone", NARROW), ("desk", served.SCREEN))
    for script in (True, False)
    for way in [f"{form}-{at}-{'script' if script else 'no script'}"]
]  # fmt: skip


@pytest.mark.parametrize(("form", "screen", "script"), WAYS)
def test_a_form_goes_from_its_file_to_its_figure(house, chromium, tmp_path, form, screen, script):
    case, base = CASES[form], Base(house)
    with house.engine() as engine:
        for name, lines in case.before:
            Office(engine, tmp_path).hand_in(name, *lines)
    path = handing_in.write_csv(tmp_path, f"mon {form}.csv", form, case.with_fault())
    with handing_in.focal(house, chromium, viewport=screen, java_script_enabled=script) as page:
        page.goto(f"{house.at}/remonter")
        looked_at(page, script)
        handing_in.send(page, path)
        says(page, "Pas encore accepté : 1 case à corriger")
        looked_at(page, script)
        if case.mends == {"Catégorie": ""}:  # a cell that need not be filled
            page.get_by_label(re.compile("laisser vide, la ligne est gardée")).check()
            page.get_by_role("button", name=handing_in.MEND).click()
        else:
            handing_in.mend(page, case.mends)
        says(page, "Bon à garder")
        looked_at(page, script)
        assert base.count(case.table) == 0
        handing_in.confirm(page)
        looked_at(page, script)
    assert base.count(case.table) == len(case.lines)
    indicator, value = case.figure
    assert base.figure(indicator) == pytest.approx(value)


# --- many files, and sheets of the page's own -------------------------------------------------------------------------
def test_thirty_files_at_once_are_each_judged_and_each_kept_by_itself(house, chromium, tmp_path):
    base = Base(house)
    files = [
        handing_in.write_csv(tmp_path, f"jour {d}.csv", "registre", handing_in.register("j", days=[d]))
        for d in DAYS[:20]
    ]  # fmt: skip
    files += [
        handing_in.write_csv(tmp_path, f"plaintes {n}.csv", "plaintes", [complaint(f"Q-{n}", SITE, day(n))])
        for n in range(8)
    ]  # fmt: skip
    faulty = [[*line[:2], "26:00", *line[3:]] for line in handing_in.register("f", days=DAYS[20:21])]  # fmt: skip
    files.append(handing_in.write_csv(tmp_path, "faute.csv", "registre", faulty))
    (tmp_path / "photo.csv").write_bytes(b"\x89PNG rien d'un registre")
    files.append(tmp_path / "photo.csv")
    assert len(files) == 30
    with handing_in.focal(house, chromium, has_touch=True) as page:
        page.goto(f"{house.at}/remonter")
        handing_in.send(page, *files)
        says(page, "30 fichiers : 28 à confirmer, 2 à revoir")
        looked_at(page, True)
        for path in files:
            expect(page.get_by_role("listitem").filter(has_text=path.name)).to_have_count(1)
        assert base.count("import_batch") == 0
        links = page.get_by_role("link", name=re.compile("confirmer|corriger", re.IGNORECASE))
        addresses = links.evaluate_all("all => all.map(e => e.href)")
        assert len(addresses) == 29, "all but the picture can be gone on with"
        for at in (addresses[0], addresses[19], addresses[20]):
            page.goto(at)
            handing_in.confirm(page)
    assert (base.count("import_batch"), base.count("visit"), base.count("complaint")) == (3, 8, 1)
    assert base.figure("visits") == 8


Fill = Callable[[], dict[str, object]]
FILLED: dict[str, Fill] = {
    "registre": lambda: {"Date": DAYS[0], "Heure d'arrivée": "08:05", "Type": "requête", "Référence": "1"},
    "plaintes": lambda: {"Référence": "P-1", "Reçue le": DAYS[0], "Objet": "délai"},
    "cloture": lambda: {"Date": DAYS[0], "Visites déclarées": 12},
    "fermetures": lambda: {"Du": DAYS[0], "Au": DAYS[1]},
    "canevas": lambda: {"Mois": MONTH, "Usagers reçus": 100, "Usagers satisfaits": 80},
}  # fmt: skip


def fill_in(path: Path, cells: dict[str, object]) -> None:
    """Write into the first white line of a sheet, as a person does with an office program."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    headings = next(
        row for row in sheet.iter_rows() if {*cells} <= {str(cell.value) for cell in row}
    )
    places = {cell.value: cell.column for cell in headings}
    line = headings[0].row + 2  # below the example
    for name, value in cells.items():
        sheet.cell(line, places[name]).value = value
    book.save(path)


@pytest.mark.parametrize("form", FORMATS)
def test_a_sheet_of_the_page_is_filled_in_and_handed_in_as_it_is(house, chromium, tmp_path, form):
    base = Base(house)
    with handing_in.focal(house, chromium, java_script_enabled=False) as page:
        page.goto(f"{house.at}/remonter")
        page.locator("summary", has_text="feuille").click()
        sheet = page.locator("details", has_text="feuille")
        sheet.get_by_label("Formulaire").select_option(form)
        sheet.get_by_label("Mois").select_option(f"{MONTH:%Y-%m}")
        with page.expect_download() as given:
            sheet.get_by_role("button").click()
        path = tmp_path / given.value.suggested_filename
        assert path.suffix == ".xlsx" and form in path.name
        given.value.save_as(path)
        fill_in(path, FILLED[form]())
        handing_in.send(page, path)
        says(page, "Bon à garder : 1 ligne de")
        handing_in.fits(page)
        handing_in.confirm(page)
        says(page, "C'est fait. 1 ligne de")
    assert base.count(CASES[form].table) == 1
