"""Files that are almost a form: what was read, on which line, which form is nearest, what to do."""

import os
import socket
from pathlib import Path

import pytest

from dashboard.forms import csv_or_xlsx, workbook
from dashboard.forms.formats import FORMATS
from dashboard.settings import load_settings
from tests.builders import closure, complaint, csv_text, visit

TEXT = csv_text("registre", visit(ref="1"))


@pytest.mark.parametrize("mark", ["sep=;\n", "sep=;\r\n", '"sep=;"\n', "\ufeffsep=;\n", "SEP=;\n"])
def test_the_line_that_tells_excel_its_separator_is_skipped_and_counted(read, mark):
    assert [r["source_ref"] for r in read(mark + TEXT).rows] == ["1"]
    assert [p[0] for p in read(mark + csv_text("registre", visit(day="?"))).places] == [3]


def test_the_separator_that_such_a_line_names_is_taken(read):
    assert len(read("sep=,\n" + csv_text("registre", visit(ref="a;b;c"), delimiter=",")).rows) == 1


@pytest.mark.parametrize("named", ['"', "e", " ", "é"])
def test_a_line_that_names_no_separator_is_of_no_consequence(read, named):
    assert [r["source_ref"] for r in read(f"sep={named}\n{TEXT}").rows] == ["1"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_headings_under_a_title_are_found(read, delimiter):
    title = 'Registre, des visites, du centre; de Kandi\n\n"Année\n2025"\n'
    found = read(title + csv_text("registre", visit(ref="1"), visit(day="?"), delimiter=delimiter))
    assert [p[:2] for p in found.places] == [(7, "Date")]
    found = read(title + csv_text("registre", visit(ref="1"), delimiter=delimiter))
    assert [r["source_ref"] for r in found.rows] == ["1"]
    assert "ligne 5" in found.remarks and "Registre" in found.remarks


def test_a_table_of_nobody_says_what_was_read_and_what_is_expected(read):
    found = read("\nNom;Prénom;Âge\nA;B;3\n")
    assert [p[0] for p in found.places] == [2]
    assert "Nom ; Prénom ; Âge" in found.sentences and "registre" in found.sentences


def test_headings_that_are_half_a_form_s_name_the_form_and_what_is_missing(read):
    found = read("Centre;Date;Type;Sexe;Motif de la visite\nccsp-kandi;03/03/2025;0;F;x\n")
    assert found.rows == [] and [p[0] for p in found.places] == [1]
    assert "« registre »" in found.sentences and "Heure d'arrivée" in found.sentences
    assert "Centre, " not in found.sentences.split("manque")[1]


def test_a_form_that_is_not_the_one_asked_for_is_said(read):
    found = read(TEXT, form="plaintes")
    assert found.rows == [] and "« registre »" in found.sentences and "--form" in found.sentences


def test_a_heading_that_is_missing_says_the_form_and_the_line(read):
    found = read(TEXT.replace(";Issue", ";Isue"))
    assert found.places == [(None, "Issue", "")]
    assert "« registre »" in found.sentences and "ligne 1" in found.sentences


# --- a place for each fault of the text -----------------------------------------------------------------------------
def test_an_open_quote_has_the_line_where_it_opens(read):
    found = read(
        TEXT + 'ccsp-kandi;"03/03/2025;;;;0;;;;;2\n' + "ccsp-kandi;03/03/2025;;;;0;;;;;3\n" * 5
    )
    assert [p[0] for p in found.places] == [3] and "guillemet" in found.sentences


def test_a_quote_that_swallows_the_rest_of_a_long_file_has_its_line_too(read):
    found = read(
        TEXT + 'ccsp-kandi;"03/03/2025;;;;0;;;;;2\n' + "ccsp-kandi;03/03/2025;;;;0;;;;;3\n" * 9_000
    )
    assert [p[0] for p in found.places] == [3] and "guillemet" in found.sentences


def test_an_oversized_cell_has_its_line(read):
    found = read(TEXT * 1 + "x" * 200_000 + "\n")
    assert [p[0] for p in found.places] == [3] and "100 000 caractères" in found.sentences


@pytest.mark.parametrize(
    "line, text",
    [
        (2, TEXT.replace("requête", "requ\0te")),
        (1, TEXT.replace("Issue", "Is\0ue")),
        (3, TEXT + "\0\n"),
    ],
)
def test_a_null_character_has_its_line(read, line, text):
    found = read(text)
    assert found.rows == [] and [p[0] for p in found.places] == [line]
    assert "caractère nul" in found.sentences


def test_a_null_character_below_a_line_break_in_a_cell_has_its_line(read):
    found = read(csv_text("plaintes", complaint("P1", subject="a\nb"), complaint("P\0")))
    assert [p[0] for p in found.places] == [4]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_line_without_end_is_refused_without_being_read_whole(read, encoding):
    found = read(TEXT + "x" * 5_000_000, encoding=encoding)
    assert [p[0] for p in found.places] == [3] and "ligne" in found.sentences


# --- files that are none --------------------------------------------------------------------------------------------
@pytest.fixture
def odd(tmp_path):
    """Things with a name that are no files: a folder, a pipe, a socket."""
    (tmp_path / "dossier.csv").mkdir()
    os.mkfifo(tmp_path / "tube.csv")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(tmp_path / "s.csv"))
    yield tmp_path
    listening.close()


@pytest.mark.parametrize(
    "name, reason",
    [
        ("dossier.csv", "dossier"),
        ("tube.csv", "ordinaire"),
        ("s.csv", "ordinaire"),
        ("absent.csv", "pas de fichier"),
    ],
)
def test_what_is_no_regular_file_is_refused_without_waiting(office, odd, name, reason):
    outcome = office.take(odd / name)
    assert not outcome.accepted and reason in str(outcome.problems[0])


def test_a_device_is_refused(office):
    device = Path("/dev/zero")
    assert not device.is_file()
    assert "ordinaire" in str(office.take(device).problems[0])


@pytest.mark.parametrize(
    "name, most",
    [("a.xlsx", workbook.limits_in_force().file_bytes), ("a.csv", csv_or_xlsx.TEXT_BYTES)],
)
def test_a_file_that_is_too_large_is_refused_before_it_is_read(office, monkeypatch, name, most):
    from db import intake

    path = office.folder / name
    with path.open("wb") as file:
        file.write(b"PK\x03\x04" if name.endswith("xlsx") else b"a;b\n")
        file.truncate(most + 1)  # a hole: nothing is written
    monkeypatch.setattr(intake, "sha256_of", lambda _: pytest.fail("the file was read"))
    outcome = office.take(path)
    assert not outcome.accepted and "\u00a0Mo" in str(outcome.problems[0])


# --- closures -------------------------------------------------------------------------------------------------------
def test_a_closure_of_the_whole_network_makes_no_whole_day(read):
    found = read("fermetures", closure(site=""), replace_days=True)
    assert found.places == [] and all(site is not None for site, _ in found.parsing.whole_days)


def test_every_form_s_headings_are_told_from_the_others():
    for form in FORMATS.values():
        others = {c.heading for c in form.columns}
        assert all(
            len(others - {c.heading for c in f.columns}) >= 2
            for f in FORMATS.values()
            if f is not form
        )


def test_a_separator_that_is_said_and_not_used_is_passed_over(read):
    text = "sep=;\n" + csv_text("registre", visit(ref="1"), delimiter=",")
    assert [r["source_ref"] for r in read(text).rows] == ["1"]


def test_another_separator_is_named_in_the_refusal(read):
    found = read(csv_text("registre", visit(ref="1"), delimiter="|"))
    assert [p[0] for p in found.places] == [1] and "séparateur" in found.sentences


def test_the_largest_workbook_is_the_setting_s(tmp_path, monkeypatch):
    path = tmp_path / "grand.xlsx"
    path.write_bytes(b"PK\x03\x04" + bytes(1_500_000))
    for megabytes, refused in (("1", True), ("2", False)):
        monkeypatch.setenv("UPLOAD_MAX_MB", megabytes)
        load_settings.cache_clear()
        try:
            csv_or_xlsx.check_file(path)
            assert not refused
        except csv_or_xlsx.Unreadable as reason:
            assert refused and "1\u00a0Mo" in str(reason)
    load_settings.cache_clear()
