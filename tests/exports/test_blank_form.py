"""Blank forms: what is typed into one is taken in, what stands there already is not, and its lists hold what is read."""

import csv
import shutil
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from dashboard import palette
from dashboard.exports.blank_form import CHECKED, EXAMPLE, FIRST, HEADINGS, TITLE, blank_form
from dashboard.exports.xlsx import FORMULA
from dashboard.forms.blank_rows import GUIDE, LEFT_OF_EXAMPLE, NOTHING_WRITTEN
from dashboard.forms.cells import column_memos
from dashboard.forms.choices import choices
from dashboard.forms.formats import FORMATS, Column, Format, Words
from dashboard.forms.reference_names import KnownReferences
from dashboard.period import month_end
from db.engine import make_engine
from db.form_tables import DESTINATIONS
from db.intake import load_known_references
from db.models import Base
from db.reference import add
from tests.builders import COTONOU, COVE
from tests.exports.blank_forms import (
    MONTH,
    columns_of,
    filled,
    filled_rows,
    offered,
    opened,
    write,
)
from tests.forms.reading import KANDI, KNOWN, TODAY
from tests.workbooks import AS_SHOWN, convert

SITES = (COVE, COTONOU)
NAMES = list(FORMATS)
DAY, LAST = MONTH, month_end(MONTH)


def site_of(references: KnownReferences, code: str):
    return next(s for s in references.by_id.values() if s.code == code)


@pytest.fixture
def blank(engine):
    """A blank form of a site for the month."""

    def make(name: str, code: str = COVE) -> bytes:
        known = load_known_references(engine)
        return blank_form(FORMATS[name], site_of(known, code), MONTH, known)

    return make


# --- filled in ----------------------------------------------------------------------------------------------------------
def holds_all(office, name: str, code: str, lines: int, words: dict) -> None:
    """Of the form's rows: all that were typed, at that site, in that month, each word once."""
    table, form = DESTINATIONS[name].table, FORMATS[name]
    rows = office.rows(
        f"SELECT s.code, count(*) FROM {table} t JOIN site s ON s.id = t.site_id"  # noqa: S608
        " WHERE superseded_by IS NULL GROUP BY s.code"
    )
    assert rows == [(code, lines)]
    for field in set(words) & set(Base.metadata.tables[table].columns.keys()):
        found = office.rows(f"SELECT count(DISTINCT {field}) FROM {table}")  # noqa: S608
        assert found == [(min(len(words[field]), lines),)], field
    first, last = office.rows(f"SELECT min({form.day}), max({form.day}) FROM {table}")[0]  # noqa: S608
    assert (
        MONTH <= date.fromisoformat(str(first)) <= date.fromisoformat(str(last)) <= month_end(MONTH)
    )
    assert not office.differences()


@pytest.mark.parametrize("code", SITES)
@pytest.mark.parametrize("name", NAMES)
def test_a_form_that_was_filled_in_is_taken_in_without_a_remark(office, blank, name, code):
    content, path = blank(name, code), office.folder / f"{name}.xlsx"
    lines = filled(content, FORMATS[name], path)
    outcome = office.take(path)
    assert outcome.accepted, [str(p) for p in outcome.problems]
    assert (outcome.form, outcome.rows, outcome.remarks) == (name, lines, remarks_of(name))
    holds_all(office, name, code, lines, offered(opened(content), FORMATS[name]))


def remarks_of(name: str) -> list[str]:
    """What is said of days of the month that are no working days, and of nothing that the blank itself holds."""
    weekend = sum((MONTH.replace(day=1 + i)).weekday() > 4 for i in range(16))
    return (
        [f"Visites un jour férié ou en fin de semaine (gardées) : {weekend}."]
        if name == "registre"
        else []
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_blank_form_that_nobody_filled_in_is_refused_in_a_sentence(office, blank, name):
    before, path = office.contents(), office.folder / "vierge.xlsx"
    path.write_bytes(blank(name))
    outcome = office.take(path)
    assert not outcome.accepted
    assert [p.message for p in outcome.problems] == [NOTHING_WRITTEN]
    assert office.contents() == before


def test_a_blank_form_says_that_nothing_happened_where_that_is_said(office, blank):
    path = office.folder / "plaintes.xlsx"
    path.write_bytes(blank("plaintes"))
    outcome = office.take(path, covers=(DAY, LAST), sites=(COVE,))
    assert (outcome.accepted, outcome.rows, outcome.remarks) == (True, 0, [])


# --- the example --------------------------------------------------------------------------------------------------------
def table(content: bytes, name: str) -> list[list[object]]:
    """The sheet as rows of values, with three lines typed in and only few that have nothing but their centre."""
    book, form = opened(content), FORMATS[name]
    sheet = book.worksheets[0]
    write(sheet, form, filled_rows(form, offered(book, form))[:3])
    return [[cell.value for cell in row] for row in sheet.iter_rows(max_row=FIRST + 6)]


@pytest.mark.parametrize("place", range(FIRST - HEADINGS + 3))
@pytest.mark.parametrize("name", ["registre", "fermetures"])
def test_the_example_counts_nowhere_it_may_be_sorted_to(office, blank, name, place):
    title, gap, heads, example, *rows = table(blank(name), name)
    rows.insert(place, example)
    outcome = office.take(as_csv(office, title, gap, heads, *rows))
    assert outcome.accepted, [str(p) for p in outcome.problems]
    assert outcome.rows == 3
    assert not [r for r in outcome.remarks if "férié" not in r]


def as_csv(office, *rows: list[object]) -> Path:
    """The rows as Excel writes them into a CSV."""
    path = office.folder / "copie.csv"
    with path.open("w", encoding="cp1252", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows(
            [f"{v:%d/%m/%Y}" if isinstance(v, date) else v for v in row] for row in rows
        )
    return path


@pytest.mark.parametrize("name", NAMES)
def test_a_cell_left_of_the_example_is_named_and_nothing_is_taken_in(office, blank, name):
    """Somebody without protection wrote over it, and forgot a cell: each of them in turn."""
    form, before = FORMATS[name], office.contents()
    _, _, heads, example, row, *_ = table(blank(name), name)
    for place, column in enumerate(form.columns):
        if column.cell == "site":
            continue
        forgotten = [*row[:place], example[place], *row[place + 1 :]]
        outcome = office.take(as_csv(office, heads, forgotten))
        assert not outcome.accepted
        told = {(p.line, p.column, p.message) for p in outcome.problems}
        assert (2, column.heading, LEFT_OF_EXAMPLE) in told
    assert office.contents() == before


@pytest.mark.parametrize("what", ["column", "row"])
def test_an_example_that_is_hidden_is_no_fault(office, blank, what):
    book, form = opened(blank("registre")), FORMATS["registre"]
    sheet = book.worksheets[0]
    row = {"day": MONTH, "kind": "requête"}
    write(sheet, form, [row])
    if what == "row":
        sheet.row_dimensions[EXAMPLE + 1].hidden = True
    else:
        sheet.column_dimensions["E"].hidden = True  # which this centre never fills in
    book.save(office.folder / "masqué.xlsx")
    outcome = office.take(office.folder / "masqué.xlsx")
    assert (outcome.accepted, outcome.rows) == (True, 1), [str(p) for p in outcome.problems]


# --- lists --------------------------------------------------------------------------------------------------------------
def known_values(column: Column, known: KnownReferences, site: int) -> set[object]:
    """All that a column of words may mean."""
    if isinstance(column.cell, Words):
        return set(column.cell.values.values())
    return {site} if column.cell == "site" else set(known.labels[str(column.cell)].values())


@pytest.mark.parametrize("code", SITES)
@pytest.mark.parametrize("name", NAMES)
def test_a_list_holds_one_word_for_all_that_the_reader_knows_and_none_that_it_refuses(
    engine, name, code
):
    form, known = FORMATS[name], load_known_references(engine)
    site = site_of(known, code)
    words = offered(opened(blank_form(form, site, MONTH, known)), form)
    memos = column_memos(form, known, TODAY, from_workbook=True)
    lists = {
        c.field: c for c in form.columns if c.cell in ("site", *known.labels) or c.field in words
    }
    assert words.keys() == lists.keys() >= {"site_id"}
    assert {c.field for c in form.columns if isinstance(c.cell, Words)} <= words.keys()
    for field, column in lists.items():
        read = [memos[field][word] for word in words[field]]
        assert not memos[field].reasons
        assert sorted(read, key=repr) == sorted(known_values(column, known, site.id), key=repr)
    assert words["site_id"] == [site.name]


LABELS = st.lists(
    st.one_of(
        st.text(min_size=1, max_size=12),
        st.sampled_from(["=1+1", "+1", "@a", "#REF!", "Err:502", "Délai", "délai", " Délai", "(ex. x)"]),
    ).filter(str.strip),
    max_size=6,
)  # fmt: skip


@given(LABELS)
def test_whatever_the_ministry_names_its_lists_by_each_word_is_read_as_what_it_is(labels):
    known = KnownReferences(
        list(KNOWN.by_id.values()),
        {"category": {label: n for n, label in enumerate(labels, 1)}},
    )
    form = FORMATS["plaintes"]
    words = choices(form, known, known.by_id[KANDI])
    memo = column_memos(form, known, TODAY, from_workbook=True)["category_id"]
    found = [memo[word] for word in words.get("category_id", ())]
    assert len(set(found)) == len(found) and None not in found
    readable = {memo[label] for label in labels} - {None}
    assert set(found) == readable


def test_a_label_that_a_spreadsheet_would_obey_is_text_or_left_out(office):
    for label in ("+1 dossier", "@accueil2", "-3 jours", "=1+1", '=HYPERLINK("http://x")'):
        add(office.engine, "category", label, by="test")
    known = load_known_references(office.engine)
    hostile = replace(site_of(known, COVE), name="=CMD()")
    content = blank_form(FORMATS["plaintes"], hostile, MONTH, known)
    book = opened(content)
    words = offered(book, FORMATS["plaintes"])
    assert {"+1 dossier", "@accueil2", "-3 jours"} <= set(words["category_id"])
    assert not [w for w in words["category_id"] if w.startswith("=")]
    assert words["site_id"] == [COVE]  # a name that cannot be read
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    assert {c.data_type for c in cells} == {"s"}
    risky = [c for c in cells if c.value.startswith(FORMULA)]
    assert len(risky) >= 3 and all(c.quotePrefix for c in risky)
    path = office.folder / "plaintes.xlsx"
    lines = filled(content, FORMATS["plaintes"], path)
    outcome = office.take(path)
    assert (outcome.accepted, outcome.rows) == (True, lines), [str(p) for p in outcome.problems]


# --- checks, protection, looks -------------------------------------------------------------------------------------------
def unfilled(name: str) -> bytes:
    """A blank form, without a database."""
    return blank_form(FORMATS[name], KNOWN.by_id[KANDI], MONTH, KNOWN)


def rules(sheet, column: int) -> list:
    """The checks of a column's cells, from the first line to type into to the last."""
    found = [
        (cells.min_row, cells.max_row, rule)
        for rule in sheet.data_validations.dataValidation
        for cells in rule.sqref.ranges
        if cells.min_col <= column <= cells.max_col
    ]
    found.sort(key=lambda one: one[0])
    assert found[0][0] == FIRST + 1 and found[-1][1] == CHECKED + 1
    assert all(a[1] + 1 == b[0] for a, b in pairwise(found))
    return [rule for *_, rule in found]


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_is_checked_as_it_is_typed(name):
    sheet, form = opened(unfilled(name)).worksheets[0], FORMATS[name]
    kinds = {
        "day": "date",
        "month": "date",
        "clock": "time",
        "whole": "whole",
        "text": "textLength",
    }
    for place, column in enumerate(form.columns, 1):
        found = rules(sheet, place)
        wanted = kinds.get(str(column.cell), "list")
        assert {rule.type for rule in found} == {wanted}, column.heading
        assert all(rule.error and rule.showErrorMessage and rule.allow_blank for rule in found)
        assert found[0].prompt and not found[1].prompt
        if column.field == form.day:
            bounds = {(float(rule.formula1), float(rule.formula2)) for rule in found}
            days = [
                openpyxl.utils.datetime.to_excel(datetime(*d.timetuple()[:3])) for d in (DAY, LAST)
            ]
            assert bounds == {tuple(days)}
            lasts = sum(c.cell == "day" for c in form.columns) > 1
            assert {rule.errorStyle for rule in found} <= ({"warning"} if lasts else {None, "stop"})
        elif column.cell == "day":
            letter = openpyxl.utils.get_column_letter(form.columns.index(form.column(form.day)) + 1)
            assert [rule.formula1 for rule in found] == [
                f"${letter}{FIRST + 1}",
                f"${letter}{FIRST + 2}",
            ]
        elif column.cell == "whole":
            assert {rule.formula2 for rule in found} == {str(column.limit)}
        elif column.cell == "text":
            assert {rule.formula1 for rule in found} == {str(column.limit)}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_only_what_is_to_be_typed_can_be_changed_and_no_password_is_needed(name):
    book, form = opened(unfilled(name)), FORMATS[name]
    sheet = book.worksheets[0]
    for one in book.worksheets:
        assert one.protection.sheet and not one.protection.password and not one.protection.hashValue
        assert one.sheet_state == "visible" and not one.merged_cells.ranges
    assert book.sheetnames == [form.title, GUIDE] and not sheet.protection.sort
    for row in (TITLE, TITLE + 1, HEADINGS, EXAMPLE):
        assert all(cell.protection.locked for cell in sheet[row + 1][: len(form.columns)])
    columns = columns_of(sheet)
    assert columns.keys() == set(range(1, len(form.columns) + 1))
    assert not any(column.protection.locked for column in columns.values())
    assert not any(c.protection.locked for c in sheet[FIRST + 1] if c.value is not None)


@pytest.mark.parametrize("name", NAMES)
def test_the_first_thing_that_a_person_sees_is_where_to_type(name):
    book, form = opened(unfilled(name)), FORMATS[name]
    sheet = book.active
    view = sheet.sheet_view
    assert sheet is book.worksheets[0] and sheet.freeze_panes == f"A{FIRST + 1}"
    start = next(i for i, c in enumerate(form.columns, 1) if c.cell != "site")
    cursor = f"{openpyxl.utils.get_column_letter(start)}{FIRST + 1}"
    assert view.selection[-1].activeCell == cursor and sheet[cursor].value is None
    assert [cell.value for cell in sheet[HEADINGS + 1]] == [c.heading for c in form.columns]
    assert sheet.cell(1, 1).value.startswith(f"{form.title} · CCSP de Kandi · mars 2025")
    example = [cell.value for cell in sheet[EXAMPLE + 1]]
    assert all(text.startswith("(ex. ") and text.endswith(")") for text in example)
    for place, (column, text) in enumerate(zip(form.columns, example, strict=True), 1):
        longest = max(map(len, (text, *column.heading.split())))
        assert longest < columns_of(sheet)[place].width <= 47


def test_what_is_read_can_be_read():
    for name in NAMES:
        for sheet in opened(unfilled(name)):
            for cell in (c for row in sheet.iter_rows() for c in row if c.value):
                ground = cell.fill.fgColor.rgb[2:] if cell.fill.fill_type else "ffffff"
                own = cell.font.color is not None and cell.font.color.type == "rgb"
                ink = cell.font.color.rgb[2:] if own else "000000"
                assert palette.contrast(f"#{ink}", f"#{ground}") >= 4.5, cell


def test_the_workbook_is_light_enough_for_a_slow_line():
    assert max(len(unfilled(name)) for name in NAMES) < 20_000


# --- a form and words to come ---------------------------------------------------------------------------------------------
def test_a_new_form_and_a_new_word_have_their_blank_by_themselves():
    site = KNOWN.by_id[KANDI]
    topic = Words({"Accueil": "welcome", "accueillir": "welcome", "délai": "delay"}, "…")
    new = Format(
        "suggestions",
        "Suggestions: celles du [centre] / tout ce qui est dit, et plus",
        DAY,
        (
            Column("Numéro", "number", "text", "numéro", required=True, most=20),
            FORMATS["registre"].column("site_id"),
            Column("Faite le", "made_on", "day", "JJ/MM/AAAA", required=True),
            Column("Sujet", "topic", topic, "accueil, délai, ou vide"),
            Column("h" * 60, "long", "whole", "x" * 400),
        ),
        key=("site_id", "number"),
        day="made_on",
    )
    book = opened(blank_form(new, site, date(2024, 2, 17), KNOWN))
    assert offered(book, new)["topic"] == ["Accueil", "délai"]
    assert [c.value for c in book.worksheets[0][HEADINGS + 1]] == [c.heading for c in new.columns]
    cloture = replace(FORMATS["cloture"], columns=(*FORMATS["cloture"].columns, new.columns[3]))
    words = offered(opened(blank_form(cloture, site, MONTH, KNOWN)), cloture)
    assert words == {"site_id": [site.name], "topic": ["Accueil", "délai"]}


def test_no_line_that_has_nothing_but_its_centre_could_be_a_row():
    """Which is why such a line may be left out: something else is required of each form."""
    for form in FORMATS.values():
        assert [c for c in form.columns if c.required and c.cell != "site"], form.name


# --- LibreOffice ----------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def by_libreoffice(sqlite, common):
    """The forms of both sites, filled in, as LibreOffice saves them again: (form, site) to lines and folder."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed here")
    folder, done = common / "formulaires", common / "formulaires.done"
    pairs = [(name, code) for name in NAMES for code in SITES]
    with sqlite.fresh() as url, FileLock(common / "formulaires.lock"):
        engine = make_engine(url)
        known = load_known_references(engine)
        engine.dispose()
        if not done.exists():
            (folder / "remplis").mkdir(parents=True)
            files, lines = [], []
            for name, code in pairs:
                files.append(folder / "remplis" / f"{name}-{code}.xlsx")
                content = blank_form(FORMATS[name], site_of(known, code), MONTH, known)
                lines.append(str(filled(content, FORMATS[name], files[-1])))
            ods = convert(folder, "fr-FR", "ods", "ods", files)
            again = convert(folder, "fr-FR", "xlsx", "xlsx", ods)
            convert(folder, "fr-FR", AS_SHOWN, "csv", again)
            done.write_text(" ".join(lines))
    return folder, dict(zip(pairs, map(int, done.read_text().split()), strict=True))


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("code", SITES)
@pytest.mark.parametrize("name", NAMES)
def test_what_libreoffice_saves_of_a_filled_form_is_taken_in(
    office, by_libreoffice, name, code, kind
):
    folder, lines = by_libreoffice
    ending = ".xlsx" if kind == "xlsx" else f"-{FORMATS[name].title}.csv"
    outcome = office.take(folder / kind / f"{name}-{code}{ending}")
    assert outcome.accepted, [str(p) for p in outcome.problems]
    assert (outcome.rows, outcome.remarks) == (lines[name, code], remarks_of(name))
    words = {
        c.field: set(known_values(c, load_known_references(office.engine), 0))
        for c in FORMATS[name].columns
        if isinstance(c.cell, Words)
    }
    holds_all(office, name, code, lines[name, code], words)


@pytest.mark.parametrize("name", NAMES)
def test_libreoffice_keeps_lists_checks_and_protection(by_libreoffice, name):
    folder, _ = by_libreoffice
    before, after = (opened(folder / f / f"{name}-{COVE}.xlsx") for f in ("remplis", "xlsx"))
    assert offered(after, FORMATS[name]) == offered(before, FORMATS[name])
    assert after.worksheets[0].protection.sheet and after.worksheets[1].protection.sheet
    kinds = [
        {rule.type for rule in book.worksheets[0].data_validations.dataValidation}
        for book in (before, after)
    ]
    assert kinds[0] == kinds[1]
