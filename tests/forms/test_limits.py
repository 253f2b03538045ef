"""Every limit of the tables is checked by the parser, so that what a check calls good, a database keeps."""

import pytest
from sqlalchemy import Integer, SmallInteger, String, Text

from dashboard.forms.cells import CellProblem, whole_number_reader
from dashboard.forms.formats import FORMATS, REFERENCE, Column, Words
from db.__main__ import main
from db.codes import LONGEST
from db.form_tables import DESTINATIONS
from db.models import Base
from db.reference import add
from db.targets_and_decisions import keep_story
from db.write import Refused
from tests.builders import closing, csv_text
from tests.forms.test_cells import LINES, with_cell

TEXTS = [(f.name, c) for f in FORMATS.values() for c in f.columns if c.cell == "text"]
WORDS = [(f.name, c) for f in FORMATS.values() for c in f.columns if isinstance(c.cell, Words)]
NUMBERS = [(f.name, c) for f in FORMATS.values() for c in f.columns if c.cell == "whole"]


def column_of(form: str, field: str):
    table = "complaint_text" if field == "subject" else DESTINATIONS[form].table
    return Base.metadata.tables[table].columns[field]


@pytest.mark.parametrize("form, column", TEXTS, ids=lambda v: getattr(v, "field", v))
def test_the_parser_s_limit_is_within_the_table_s(form, column):
    kind = column_of(form, column.field).type
    assert isinstance(kind, String)
    assert column.limit == kind.length if kind.length else isinstance(kind, Text)


@pytest.mark.parametrize("form, column", TEXTS, ids=lambda v: getattr(v, "field", v))
def test_the_text_of_a_key_is_short_enough_for_an_index(form, column):
    assert column.limit <= (REFERENCE if column.field in FORMATS[form].key else 2_000)


@pytest.mark.parametrize("form, column", WORDS, ids=lambda v: getattr(v, "field", v))
def test_every_word_of_ours_fits_its_column(form, column):
    kind = column_of(form, column.field).type
    for value in column.cell.values.values():
        assert isinstance(value, int) or len(value) <= kind.length


def test_every_text_that_a_form_brings_has_a_limit():
    """From the tables' side: a column of text is filled by texts, which have a limit, or by words of ours."""
    for form in FORMATS.values():
        for column in form.columns:
            if isinstance(column_of(form.name, column.field).type, String):
                assert column.cell == "text" or isinstance(column.cell, Words)


@pytest.mark.parametrize("form, column", TEXTS, ids=lambda v: getattr(v, "field", v))
def test_the_longest_text_is_read_and_one_character_more_refused(read, form, column):
    most = column.limit
    assert read(form, with_cell(form, column, "é" * most)).places == []
    found = read(form, with_cell(form, column, "é" * (most + 1)))
    assert [place[:2] for place in found.places] == [(2, column.heading)]
    assert f"{most} caractères au plus" in found.sentences


@pytest.mark.parametrize("form, column", NUMBERS, ids=lambda v: getattr(v, "field", v))
def test_the_greatest_number_fits_its_column(read, form, column):
    assert isinstance(column_of(form, column.field).type, Integer) and column.limit < 2**31
    line = with_cell(form, column, str(column.limit))
    assert read(form, line).places == []
    assert [
        place[1] for place in read(form, with_cell(form, column, str(column.limit + 1))).places
    ] == [column.heading]


def test_a_minute_of_the_day_fits_its_column():
    for form in FORMATS.values():
        for column in form.columns:
            if column.cell == "clock":
                assert isinstance(column_of(form.name, column.field).type, SmallInteger)


@pytest.mark.parametrize(
    "name, table, column",
    [
        ("filename", "import_batch", "filename"),
        ("who", "import_batch", "imported_by"),
        ("who", "journal", "who"),
        ("who", "rebase", "author"),
        ("who", "story", "kept_by"),
        ("label", "term", "label"),
        ("label", "service", "label"),
        ("decided by", "decision", "who"),
        ("story name", "story", "name"),
        ("story title", "story", "title"),
    ],
)
def test_the_limits_of_commands_are_those_of_the_tables(name, table, column):
    assert LONGEST[name] == Base.metadata.tables[table].columns[column].type.length


def test_what_the_check_calls_good_the_database_keeps(office):
    """As one file: the longest of everything, on both databases."""
    for form, first in LINES.items():
        line = first
        for column in FORMATS[form].columns:
            if column.cell == "text":
                line = with_cell(form, column, "é" * column.limit)
        path = office.folder / f"{form}.csv"
        path.write_text(csv_text(form, line).replace("{form}", form), encoding="utf-8")
        assert office.take(path, check=True).accepted
        assert office.take(path).accepted


def test_an_agent_too_long_is_refused_by_the_check_as_by_the_import(office):
    path = office.path("cloture", closing(agent="x" * 81))
    for check in (True, False):
        outcome = office.take(path, check=check)
        assert [(p.line, p.column) for p in outcome.problems] == [(2, "Agent")]


@pytest.mark.parametrize("name, title", [("n" * 61, "titre"), ("nom", "t" * 161)])
def test_a_presentation_that_no_table_takes_is_refused(office, name, title):
    with pytest.raises(Refused, match="caractères au plus"):
        keep_story(office.engine, name, title, "[]", by="test")


@pytest.mark.parametrize("label", ["x" * 161, "radio\x1b[2J", "ra\x00dio"])
def test_a_word_that_no_list_takes_is_refused(office, label):
    with pytest.raises(Refused, match="160 caractères"):
        add(office.engine, "channel", label, by="test")


def test_the_longest_account_name_is_kept(command, office, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "é" * 200)
    assert command(main, "import", office.path("cloture", closing())).code == 0


def test_a_number_may_have_a_limit_of_its_own():
    minutes = Column("Minutes sans service", "minutes", "whole", "", most=1_440)
    read = whole_number_reader(minutes.limit)
    assert read("1 440") == 1_440
    with pytest.raises(CellProblem, match="trop grand : 1440 au plus"):
        read("1 441")
