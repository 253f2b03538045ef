"""Workbooks hold what was on screen: its numbers as numbers, its words as words, and nothing that acts."""

import io
import math
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.escape import unescape

from dashboard.exports.pptx import pptx
from dashboard.exports.xlsx import (
    FICTIVE,
    FORMULA,
    LONGEST_CELL,
    TooManyRows,
    clean,
    deck_workbook,
    heading_with_unit,
    sheet_names,
    xlsx,
)
from dashboard.indicators import INDICATORS
from dashboard.panel import (
    Cell,
    Column,
    Message,
    Panel,
    Table,
    count_cell,
    day_cell,
    make_table,
    text_cell,
    value_cell,
)
from dashboard.settings import ROOT
from dashboard.wording import UNITS
from tests.exports import decks
from tests.exports.decks import DECKS, HOSTILE, hostile, whole

ABOUT = (
    ("Période", "novembre 2026"),
    ("Remontées", "23 centres sur 24 ont remonté leurs visites"),
)


def opened(content: bytes) -> openpyxl.Workbook:
    """The workbook, read by another library than the one that wrote it."""
    return openpyxl.load_workbook(io.BytesIO(content))


def made(one: Table, *, title: str = "Tableau", demo: bool = False, **panel) -> openpyxl.Workbook:
    """The workbook of a single table."""
    return opened(xlsx("Attentes", ABOUT, [Panel("p", title, table=one, **panel)], demo=demo))


def heading_row(sheet) -> int:
    """The row of the headings: the last that does not move."""
    return int(re.search(r"\d+", sheet.freeze_panes)[0]) - 1


def below(sheet) -> list[list]:
    """What stands under the headings."""
    last = range_boundaries(sheet.auto_filter.ref)[2]
    return [
        [c.value for c in row]
        for row in sheet.iter_rows(min_row=heading_row(sheet) + 1, max_col=last)
    ]


def texts(book: openpyxl.Workbook) -> list[str]:
    """Every text of the workbook."""
    return [
        unescape(c.value)
        for sheet in book
        for row in sheet.iter_rows()
        for c in row
        if isinstance(c.value, str)
    ]


def same(cell: Cell, found: object) -> bool:
    """Whether the workbook holds what the cell holds."""
    if isinstance(cell.value, date):
        return found == datetime(cell.value.year, cell.value.month, cell.value.day)
    if isinstance(cell.value, int | float):
        return math.isclose(found, cell.value, rel_tol=1e-14)
    return unescape(found or "") == clean(
        cell.text
    )  # _x005F_ is how a workbook writes the _ of _x0041_


@pytest.mark.pitfall(43)
@pytest.mark.parametrize("name", DECKS)
def test_every_cell_of_every_table_is_in_the_workbook_in_its_place(name):
    deck = DECKS[name]()
    shown = [s.panel for s in deck.slides if s.panel.table.columns]
    book = opened(deck_workbook(deck))
    assert len(book.sheetnames) == len(shown) + 2
    compared = 0
    for panel, sheet in zip(shown, book.worksheets[1:-1], strict=True):
        found = below(sheet)
        for row, cells in enumerate(panel.table.rows):
            for column, cell in enumerate(cells):
                assert same(cell, found[row][column]), (panel.key, cell, found[row][column])
                compared += 1
    assert compared > 50 or name == "bare"


def test_days_are_days_and_numbers_look_as_their_unit_wants():
    one = make_table(
        (
            ("Reçue le", "day"),
            ("Part", "percent"),
            ("Usagers", "count"),
            ("Attente", "minutes"),
            ("Âge", "days"),
        ),
        [
            (
                day_cell(date(2026, 11, 23)),
                value_cell("left", 4.25),
                count_cell(1234),
                value_cell("wait_p50", 12.0),
                Cell("3 jours", 3),
            ),
            (
                day_cell(None, "non connue"),
                value_cell("left", None),
                count_cell(0),
                value_cell("wait_p50", 240.0),
                Cell("—"),
            ),
        ],
    )
    sheet = made(one)["Tableau"]
    top = heading_row(sheet)
    assert [c.value for c in sheet[top]][:5] == [
        "Reçue le",
        "Part (%)",
        "Usagers",
        "Attente (min)",
        "Âge (jours)",
    ]
    first, second = sheet[top + 1], sheet[top + 2]
    assert (
        first[0].is_date
        and first[0].value == datetime(2026, 11, 23)
        and first[0].number_format == "dd/mm/yyyy"
    )
    assert (first[1].value, first[1].number_format) == (4.25, "0.0")
    assert first[2].number_format == "#,##0"
    assert second[0].value == "non connue" and second[4].value == "—"
    # Histograms of waits end there: the number must not read as 240 sharp.
    assert second[3].value == 240 and second[3].number_format == '[>=240]0" et plus";0'


def test_a_number_that_is_a_floor_stays_a_number_and_says_so():
    rows = [(text_cell("a"), Cell("au moins 1 234", 1234)), (text_cell("b"), count_cell(4321))]
    book = made(make_table((("Centre", ""), ("Usagers", "count")), rows))
    looks = {c.value: c.number_format for sheet in book for row in sheet.iter_rows() for c in row}
    assert looks[1234].startswith('"au moins "') and "au moins" not in looks[4321]


def test_months_can_be_sorted():
    sheet = made(make_table((("Mois", "month"),), [(Cell("novembre 2026", date(2026, 11, 1)),)]))[
        "Tableau"
    ]
    cell = sheet.cell(heading_row(sheet) + 1, 1)
    assert cell.value == datetime(2026, 11, 1) and cell.number_format.endswith("mmmm yyyy")


def test_a_column_of_several_units_shows_each_number_as_its_neighbour_says():
    one = make_table(
        (("Indicateur", ""), ("Valeur", "mixed"), ("Unité", "")),
        [
            (text_cell("Satisfaits"), Cell("83 %", 83.128), text_cell(UNITS["percent"])),
            (text_cell("Usagers"), Cell("82 552", 82552), text_cell(UNITS["count"])),
            (text_cell("Attente"), Cell("non mesuré"), text_cell(UNITS["minutes"])),
            (text_cell("?"), Cell("1", 1.5), text_cell("lieues")),
        ],
    )
    sheet = made(one)["Tableau"]
    cells = [sheet.cell(heading_row(sheet) + n, 2) for n in range(1, 5)]
    assert [c.number_format for c in cells] == ["0.0", "#,##0", "General", "General"]
    assert [c.value for c in cells] == [83.128, 82552, "non mesuré", 1.5]
    assert sheet.cell(heading_row(sheet), 2).value == "Valeur"


def test_a_heading_says_its_unit_unless_it_says_it_already():
    assert (
        heading_with_unit("Plaintes pour 1 000 visites", "per_1000")
        == "Plaintes pour 1 000 visites"
    )


def test_what_is_no_finite_number_is_said_in_words():
    sheet = made(
        make_table(
            (("x", "rate"),),
            [
                (Cell("—", math.nan),),
                (Cell("sans fin", math.inf),),
                (Cell("31/12/1899", date(1899, 12, 31)),),
            ],
        )
    )["Tableau"]
    assert below(sheet) == [["—"], ["sans fin"], ["31/12/1899"]]


def test_the_first_sheet_says_what_to_know_and_leads_to_the_others():
    book = opened(
        xlsx(
            "Attentes",
            ABOUT,
            [
                Panel("p", "Par centre", table=Table((Column("x"),), ())),
                Panel("q", "Sans tableau", Message("Rien.")),
            ],
            demo=False,
        )
    )
    assert book.sheetnames == ["À lire", "Par centre", "Définitions"]
    first = book["À lire"]
    rows = {row[0].value: row[1].value for row in first.iter_rows()}
    assert first["A1"].value == "Attentes"
    for label, said in ABOUT:
        assert rows[label] == said
    links = {
        row[0].value: row[0].hyperlink.location for row in first.iter_rows() if row[0].hyperlink
    }
    assert links == {"Par centre": "'Par centre'!A1", "Définitions": "Définitions!A1"}


def test_a_story_says_its_subject_its_period_who_reported_and_each_headline():
    deck = whole()
    book = opened(deck_workbook(deck))
    found = [c.value for row in book["À lire"].iter_rows() for c in row]
    for wanted in (
        deck.title,
        deck.scope,
        deck.period,
        deck.who_reported,
        "24 novembre 2026",
        *(s.headline for s in deck.slides if s.panel.table.columns),
    ):
        assert wanted in found


def test_a_sheet_says_what_is_beside_the_table_and_whether_to_trust_it():
    sheet = made(
        make_table((("x", ""),), [(text_cell("y"),)]),
        caption="Trait plein : l'ensemble.",
        trust_line="n = 12",
    )["Tableau"]
    above = [sheet.cell(n, 1).value for n in range(1, heading_row(sheet))]
    assert above == ["Tableau", "Trait plein : l'ensemble.", "Puis-je m'y fier\xa0? n = 12"]


@pytest.mark.pitfall(42)
@pytest.mark.parametrize("demo", [True, False])
def test_fictitious_data_are_said_on_every_sheet_and_real_ones_nowhere(demo):
    book = made(make_table((("x", ""),), [(text_cell("y"),)]), demo=demo)
    for sheet in book:
        written = [c.value for row in sheet.iter_rows(max_row=3) for c in row]
        assert (FICTIVE in written) == demo
        assert ("FICTIVES" in sheet.oddFooter.left.text) == demo


def test_sheets_can_be_read_sorted_and_printed():
    rows = [(text_cell(f"CCSP de la commune numéro {n}"), count_cell(n)) for n in range(50)]
    sheet = made(make_table((("Centre", ""), ("Usagers", "count")), rows))["Tableau"]
    top = heading_row(sheet)
    assert sheet.auto_filter.ref == f"A{top}:B{top + 50}"
    assert sheet.print_title_rows == f"${top}:${top}"
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.fitToHeight == 0
    assert (
        len(rows[-1][0].text) < sheet.column_dimensions["A"].width < 60
        and sheet.column_dimensions["B"].width < 20
    )


def test_a_heading_and_a_word_in_place_of_a_number_stand_where_its_numbers_do():
    rows = [
        (text_cell("Kandi"), count_cell(12), day_cell(date(2026, 11, 3))),
        (text_cell("Cotonou"), text_cell("non mesuré"), day_cell(None, "jamais vu")),
    ]
    sheet = made(make_table((("Centre", ""), ("Usagers", "count"), ("Jour", "day")), rows))[
        "Tableau"
    ]
    for column, side in (("A", "left"), ("B", "right"), ("C", "right")):
        heading, _, missing = (sheet[f"{column}{heading_row(sheet) + n}"] for n in range(3))
        assert (heading.alignment.horizontal or "left", missing.alignment.horizontal) == (side,) * 2


def test_definitions_of_all_indicators_are_there():
    sheet = made(make_table((("x", ""),), []))["Définitions"]
    assert [c.value for c in sheet[heading_row(sheet)]] == [
        "Indicateur",
        "Définition",
        "Calcul",
        "Unité",
        "Minimum",
        "Limites",
    ]
    found = {row[0]: row for row in below(sheet)}
    assert len(found) == len(INDICATORS)
    for i in INDICATORS:
        _, definition, formula, unit, minimum, limits = found[i.label]
        assert (definition, unit, minimum, limits or "") == (
            i.definition,
            UNITS[i.unit],
            i.minimum,
            i.limits,
        )
        assert i.numerator in formula and (i.denominator in formula or i.denominator == "—")


# What a spreadsheet in particular may take for something else than words.
MORE = (
    *("＝1+1", "＠SUM(A1)＋－1", "\t=1+1", "\r=1+1", "\n=1+1", "=cmd|' /C calc'!A0"),
    *('=HYPERLINK("http://evil.example")', "http://evil.example", "file:///etc/passwd"),
)


@pytest.mark.pitfall(45)
@pytest.mark.parametrize("text", HOSTILE + MORE)
def test_text_from_data_never_acts_wherever_it_stands(text):
    one = Table((Column(text), Column("n", text)), ((text_cell(text), Cell(text, text)),))
    content = xlsx(
        text,
        [(text, text)],
        [Panel(text, text, table=one, caption=text, trust_line=text)] * 2,
        demo=True,
    )
    book = opened(content)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None or (
                    cell.hyperlink.target is None and sheet.title == "À lire"
                )
                if isinstance(cell.value, str) and cell.value.startswith(FORMULA):
                    assert cell.quotePrefix, "edited, this cell would become a formula"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not [n for n in archive.namelist() if "external" in n.lower() or n.endswith(".bin")]
        assert not any(
            b"<f>" in archive.read(n) or b'TargetMode="External"' in archive.read(n)
            for n in archive.namelist()
        )
    assert clean(text) in texts(book)


@pytest.mark.pitfall(45)
def test_a_hostile_story_opens_again_and_holds_no_formula():
    book = opened(deck_workbook(hostile()))
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]


@pytest.mark.pitfall(45)
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")
def test_libreoffice_finds_no_formula_and_no_way_out_in_what_hostile_words_are_in(
    tmp_path, monkeypatch
):
    """Of the workbook, and of those within a PowerPoint file; nor where it writes them anew."""
    monkeypatch.setattr(decks, "HOSTILE", HOSTILE + MORE)
    (tmp_path / "deck.xlsx").write_bytes(deck_workbook(hostile()))
    with zipfile.ZipFile(io.BytesIO(pptx(hostile()))) as archive:
        inner = [n for n in archive.namelist() if n.startswith("ppt/embeddings/")]
        for number, name in enumerate(inner):
            (tmp_path / f"inner-{number}.xlsx").write_bytes(archive.read(name))
        outside = [n for n in archive.namelist() if b'TargetMode="External"' in archive.read(n)]
    assert inner and not outside
    files = sorted(map(str, tmp_path.glob("*.xlsx")))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    for kind in ("fods", "xlsx:Calc MS Excel 2007 XML"):
        command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir"]
        subprocess.run(
            [*command, str(tmp_path / "out"), *files], capture_output=True, timeout=300, check=True
        )
    seen = [path.read_text("utf-8") for path in (tmp_path / "out").glob("*.fods")]
    assert len(seen) == len(files) and any("HYPERLINK" in text for text in seen)
    for text in seen:
        assert "table:formula" not in text
        assert not [
            to for to in re.findall(r'xlink:href="([^"]*)"', text) if to[:1] not in ("#", "")
        ]
    for path in (tmp_path / "out").glob("*.xlsx"):
        cells = [
            c for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for c in row
        ]
        assert not [c.coordinate for c in cells if c.data_type == "f"], path.name


def test_names_of_sheets_are_allowed_and_unlike_each_other():
    titles = [
        *HOSTILE,
        "",
        "'",
        "[]:*?/\\",
        "History",
        "à LIRE",
        "Définitions",
        "Attente",
        "ATTENTE",
        "x" * 40,
        "x" * 41,
        "😀" * 20,
        "Reçus en 30 minutes : par centre",
    ]
    names = sheet_names(titles)
    assert (
        len({n.casefold() for n in names} | {"à lire", "définitions", "history"}) == len(titles) + 3
    )
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\\x00\x07") and name.strip("'") == name
    assert names[-1] == "Reçus en 30 minutes – par centre"[:30] + "…"


def test_a_cell_too_long_for_a_workbook_is_cut_visibly():
    assert clean("a" * LONGEST_CELL) == "a" * LONGEST_CELL
    assert clean("a" * (LONGEST_CELL + 1)) == "a" * (LONGEST_CELL - 1) + "…"
    cut = clean("😀" * 20_000)  # two units each
    assert cut.endswith("😀…") and len(cut.encode("utf-16-le")) // 2 <= LONGEST_CELL
    assert below(made(make_table((("x", ""),), [(text_cell("a" * 50_000),)]))["Tableau"]) == [
        ["a" * (LONGEST_CELL - 1) + "…"]
    ]


class Many(tuple):
    """So many rows, none of which is kept."""

    def __new__(cls, number: int):
        return super().__new__(cls, (number,))

    def __len__(self) -> int:
        return self[0]

    def __iter__(self):
        return (
            (Cell(f"CCSP n° {n % 24}"), Cell(str(n), n), Cell("", n / 7)) for n in range(len(self))
        )


COLUMNS = (Column("Centre"), Column("Usagers", "count"), Column("Attente", "minutes"))


def test_a_table_longer_than_a_sheet_is_refused_with_a_reason():
    with pytest.raises(
        TooManyRows,
        match="« Visites » a 1.048.576.lignes.*n'en tient que 1.048.576.*période plus courte",
    ):
        made(Table(COLUMNS, Many(1_048_576)), title="Visites")


MEASURE = """
import resource
from dashboard.exports.xlsx import xlsx
from dashboard.panel import Panel, Table
from tests.exports.test_xlsx import COLUMNS, Many
for rows in (1_000, 60_000):
    content = xlsx("t", (), [Panel("p", "Visites", table=Table(COLUMNS, Many(rows)))], demo=False)
    print(len(content), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def test_memory_does_not_grow_with_the_rows():
    """Of 60 000 rows, what is held is little more than the file itself."""
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    (small, few), (large, many) = [map(int, line.split()) for line in done.stdout.splitlines()]
    assert large > 30 * small  # the rows are there
    assert many - few < 4 * large, (
        "sixty times the rows; the cells themselves would take thirty times the file"
    )


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")
def test_libreoffice_opens_it_and_finds_every_number(tmp_path):
    (tmp_path / "file.xlsx").write_bytes(deck_workbook(whole()))
    done = subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(tmp_path / "out"),
            str(tmp_path / "file.xlsx"),
        ],
        capture_output=True,
        timeout=180,
        check=True,
    )
    assert (tmp_path / "out" / "file.xlsx").exists(), done.stderr
    before, after = (
        opened(deck_workbook(whole())),
        openpyxl.load_workbook(tmp_path / "out" / "file.xlsx"),
    )
    assert after.sheetnames == before.sheetnames
    for sheet in before:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, int | float | datetime):
                    assert (
                        after[sheet.title][cell.coordinate].value == pytest.approx(cell.value)
                        if not cell.is_date
                        else after[sheet.title][cell.coordinate].value == cell.value
                    )
