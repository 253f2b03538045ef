"""The workbooks are made here; those no program would write, by rewriting the XML of a good one."""

import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import pytest
from openpyxl import Workbook

from dashboard import limited_process
from dashboard.forms import workbook, workbook_child, workbook_parts
from dashboard.forms.cell_display import without_mark
from dashboard.forms.workbook import Limits, WorkbookRefused
from tests.builders import SAMPLES

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def save(tmp_path):
    """Write rows of cells in a workbook of one sheet, and give back its path."""

    def write(*lines, formats=None):
        book = Workbook()
        for line in lines:
            book.active.append(line)
        for address, number_format in (formats or {}).items():
            book.active[address].number_format = number_format
        path = tmp_path / "retour.xlsx"
        book.save(path)
        return path

    return write


def rows(path: Path, limits: Limits | None = None) -> Iterator[list[str]]:
    """The rows alone, where the sheet does not matter, without the marks of cells that hold more than they show."""
    return ([without_mark(cell) for cell in row] for _, row in workbook.rows(path, limits))


def rewrite(path: Path, **parts) -> Path:
    """Replace parts of the workbook's archive: name → function from the old bytes to the new."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    for name, change in parts.items():
        content[name] = change(content.get(name, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def with_sheet_data(path: Path, xml: str) -> Path:
    def change(old: bytes) -> bytes:
        start, end = old.index(b"<sheetData>"), old.index(b"</sheetData>")
        return old[: start + len(b"<sheetData>")] + xml.encode() + old[end:]

    return rewrite(path, **{SHEET: change})


def refusal(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(WorkbookRefused) as caught:
        list(rows(path, limits))
    return str(caught.value)


@pytest.fixture
def children(monkeypatch):
    """The reading processes started by the test."""
    started = []

    class Recorded(subprocess.Popen):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            started.append(self)

    monkeypatch.setattr(workbook.subprocess, "Popen", Recorded)
    return started


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (date(2026, 11, 4), None, "04/11/2026"),
        (datetime(2026, 11, 4), None, "04/11/2026"),
        (datetime(2026, 11, 4, 8, 15), None, "04/11/2026 08:15:00"),
        (clock(8, 5), None, "08:05:00"),
        (clock(8, 5, 9), None, "08:05:09"),
        (clock(0, 0), None, "00:00:00"),
        (clock(8, 5), "hh:mm", "08:05"),
        (1.5, "hh:mm", "12:00"),
        (8.333 / 24, "hh:mm", "08:19"),
        (8.333 / 24, "hh:mm:ss", "08:19:59"),
        (0.3472222, "hh:mm", "08:19"),
        (0.3472222, "hh:mm:ss", "08:20:00"),
        (0.34722222222, "hh:mm", "08:20"),
        (45965.9999999, "dd/mm/yyyy", "04/11/2025"),
        (45965.9999999999, "dd/mm/yyyy", "05/11/2025"),
        (timedelta(hours=9, minutes=30), "[h]:mm", "09:30"),
        (timedelta(hours=25), "[h]:mm", "25:00"),
        (12, None, "12"),
        (12.0, None, "12"),
        (-3, None, "-3"),
        (0, None, "0"),
        (1.5, None, "1,5"),
        (0.1 + 0.2, None, "0,3"),
        (0.0000001, None, "0,0000001"),
        (True, None, "VRAI"),
        (False, None, "FAUX"),
        ("  Porto-Novo\u00a0", None, "Porto-Novo"),
        ("007", None, "007"),
        ("=1+1", None, "=1+1"),
        ("#REF!", None, "#REF!"),
        ("œuvre « été »", None, "œuvre « été »"),
    ],
)
def test_a_cell_is_spelled_as_in_a_csv_return(save, value, number_format, text):
    path = save(["Valeur", value], formats={"B1": number_format} if number_format else None)
    assert list(rows(path)) == [["Valeur", text]]


def test_an_empty_cell_is_an_empty_text_and_the_end_of_a_row_is_cut(save):
    assert list(rows(save(["a", None, "c", None, "  "]))) == [["a", "", "c"]]


def test_an_array_formula_is_given_as_its_formula(save):
    xml = '<row r="1"><c r="A1"><f t="array" ref="A1:A2">SUM(B1:B2)</f><v>3</v></c></row>'
    assert list(rows(with_sheet_data(save(["a"]), xml))) == [["=SUM(B1:B2)"]]


def test_a_formula_is_never_given_as_its_last_result(save):
    xml = '<row r="1"><c r="A1"><f>1+2</f><v>3</v></c></row>'
    assert list(rows(with_sheet_data(save(["a"]), xml))) == [["=1+2"]]


def test_an_error_cell_is_given_as_excel_shows_it(save):
    xml = '<row r="1"><c r="A1" t="e"><v>#DIV/0!</v></c></row>'
    assert list(rows(with_sheet_data(save(["a"]), xml))) == [["#DIV/0!"]]


def test_rows_are_counted_as_excel_counts_them(tmp_path):
    book = Workbook()
    book.active["A3"], book.active["B6"] = "Centre", "x"
    book.active["A9"].number_format = "0"  # touched, never filled
    book.save(tmp_path / "trous.xlsx")
    assert list(rows(tmp_path / "trous.xlsx")) == [[], [], ["Centre"], [], [], ["", "x"]]


def test_the_size_a_sheet_claims_is_not_believed(save):
    path = save(["Centre"], ["Allada"])
    rewrite(path, **{SHEET: lambda xml: xml.replace(b'ref="A1:A2"', b'ref="A1:A1"')})
    assert list(rows(path)) == [["Centre"], ["Allada"]]


def test_every_sheet_with_content_is_given_with_its_name(tmp_path):
    book = Workbook()
    for title in ("Listes", "Données", "Notes"):
        book.create_sheet(title).append([title])
    book["Listes"].sheet_state = "hidden"
    book.save(tmp_path / "feuilles.xlsx")
    assert [(s.name, s.hidden, row) for s, row in workbook.rows(tmp_path / "feuilles.xlsx")] == [
        ("Listes", True, ["Listes"]),
        ("Données", False, ["Données"]),
        ("Notes", False, ["Notes"]),
    ]


def test_the_only_sheet_has_no_name_to_tell(save):
    assert {s.name for s, _ in workbook.rows(save(["a"], ["b"]))} == {""}


def test_of_a_hidden_sheet_every_row_is_given(tmp_path):
    """Its headings may stand anywhere."""
    book = Workbook()
    book.active.append(["vu"])
    hidden = book.create_sheet("Cachée")
    for number in range(5_000):
        hidden.append([number])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "cachee.xlsx")
    assert sum(s.hidden for s, _ in workbook.rows(tmp_path / "cachee.xlsx")) == 5_000


def test_many_rows_come_whole_and_in_order(save):
    lines = [[number, f"usager {number}"] for number in range(5_000)]
    assert list(rows(save(*lines))) == [[str(number), text] for number, text in lines]


def test_a_text_with_line_breaks_stays_in_its_row(save):
    assert list(rows(save(["a\nb", "c\u2028d"], ["e"]))) == [["a\nb", "c\u2028d"], ["e"]]


def test_the_far_corner_of_a_sheet_is_refused_with_its_address(save):
    xml = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert "XFD1048576" in refusal(with_sheet_data(save(["a"]), xml))


def test_a_cell_far_to_the_right_without_content_does_no_harm(save):
    xml = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/></row>'
    assert list(rows(with_sheet_data(save(["a"]), xml))) == [["1"]]


def test_the_last_column_allowed_is_read_and_the_next_refused(save):
    assert list(rows(save(list(range(64))))) == [[str(number) for number in range(64)]]
    assert "BM1" in refusal(save(list(range(65))))


def test_a_row_beyond_the_last_of_excel_is_refused(save):
    xml = '<row r="1048577"><c r="A1048577"><v>1</v></c></row>'
    assert refusal(with_sheet_data(save(["a"]), xml)) == workbook.REASONS["rows"]


@pytest.mark.parametrize(
    "xml",
    [
        '<row r="2"><c r="A2"><v>2</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>douze</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>999</v></c></row>',
    ],
    ids=[
        "rows swapped",
        "row twice",
        "cell twice",
        "cell of another row",
        "no number",
        "no such text",
    ],
)
def test_a_damaged_sheet_is_refused_rather_than_read_in_part(save, xml):
    assert refusal(with_sheet_data(save(["a"]), xml)) == workbook.REASONS["unreadable"]


def test_a_sheet_cut_midway_is_refused_after_its_rows_never_taken_for_short(save):
    path = save(*([number] for number in range(20_000)))
    rewrite(path, **{SHEET: lambda xml: xml[: len(xml) // 2]})
    read = []
    with pytest.raises(WorkbookRefused):
        read.extend(rows(path))
    assert len(read) < 20_000


def test_a_text_longer_than_excel_allows_is_refused_with_its_address(save):
    xml = f'<row r="2"><c r="B2" t="inlineStr"><is><t>{"x" * 32_768}</t></is></c></row>'
    assert "B2" in refusal(with_sheet_data(save(["a"]), xml))


def test_a_workbook_without_content_is_refused(save):
    assert refusal(save(["  ", None])) == workbook.REASONS["empty"]


def test_a_hidden_sheet_is_not_content(tmp_path):
    book = Workbook()
    book.create_sheet("Cachée").append(["secret"])
    book["Cachée"].sheet_state = "veryHidden"
    book.save(tmp_path / "cachee.xlsx")
    assert refusal(tmp_path / "cachee.xlsx") == workbook.REASONS["empty"]


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7", b"", b"PK", b"Centre;Date\n", b"PK\x03\x04 tronqu\xe9"]
)
def test_what_is_no_workbook_is_refused(tmp_path, content):
    path = tmp_path / "faux.xlsx"
    path.write_bytes(content)
    assert refusal(path) == workbook.REASONS["not_xlsx"]


def test_a_zip_of_something_else_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "autre.xlsx", "w") as archive:
        archive.writestr("lisezmoi.txt", "bonjour")
    assert refusal(tmp_path / "autre.xlsx") == workbook.REASONS["not_xlsx"]


def test_a_protected_or_very_old_workbook_is_refused(tmp_path):
    (tmp_path / "protege.xlsx").write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600))
    assert refusal(tmp_path / "protege.xlsx") == workbook.REASONS["ole"]


def test_an_archive_with_a_password_is_refused(save):
    path = save(["a"])
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag "encrypted" in the table of contents
    path.write_bytes(content)
    assert refusal(path) == workbook.REASONS["encrypted"]


def test_a_file_over_the_limit_is_refused_before_anything_reads_it(save, children):
    path = save(["a"])
    assert refusal(path, Limits(file_bytes=path.stat().st_size - 1)).startswith(
        "Ce fichier pèse plus de"
    )
    assert children == []
    assert list(rows(path, Limits(file_bytes=path.stat().st_size))) == [["a"]]


def test_the_usual_limit_is_ten_megabytes(tmp_path):
    (tmp_path / "lourd.xlsx").write_bytes(workbook.ZIP_MAGIC + bytes(10_000_000))
    assert "10\u00a0Mo" in refusal(tmp_path / "lourd.xlsx")


def test_a_zip_bomb_is_refused_by_what_it_declares(save):
    path = rewrite(save(["a"]), **{"xl/media/image1.png": lambda _: bytes(Limits().unpacked_bytes)})
    assert path.stat().st_size < 1_000_000
    assert refusal(path) == workbook.REASONS["unpacked"]


def test_an_entry_that_lies_about_its_size_is_refused(save):
    path = save(*([number] for number in range(2_000)))
    content = bytearray(path.read_bytes())
    name = content.rindex(
        SHEET.encode()
    )  # in the table of contents; the size stands 22 bytes before
    content[name - 22 : name - 18] = (5_000).to_bytes(4, "little")
    path.write_bytes(content)
    assert refusal(path) == workbook.REASONS["unreadable"]


def test_an_archive_of_very_many_entries_is_refused(save):
    extra = {f"xl/media/{number}.png": lambda _: b"" for number in range(500)}
    assert refusal(rewrite(save(["a"]), **extra)) == workbook.REASONS["entries"]


def test_an_entity_bomb_is_refused(save):
    levels = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    doctype = f'<!DOCTYPE worksheet [<!ENTITY e0 "xxxxxxxxxx">{levels}]>'.encode()
    path = with_sheet_data(
        save(["a"]), '<row r="1"><c r="A1" t="inlineStr"><is><t>&e9;</t></is></c></row>'
    )
    rewrite(path, **{SHEET: lambda xml: doctype + xml})
    assert refusal(path) in (workbook.REASONS["unreadable"], workbook.REASONS["memory"])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of a process: Linux only")
class TestProcessLimits:
    def test_too_much_memory_is_refused(self, save):
        padding = b"<!--" + b" " * 140_000_000
        path = rewrite(save(["a"]), **{"xl/styles.xml": lambda xml: xml + padding})
        assert (
            refusal(path, Limits(memory_bytes=150_000_000, unpacked_bytes=150_000_000))
            == workbook.REASONS["memory"]
        )

    def test_too_much_processor_time_is_refused(self, save):
        path = with_sheet_data(save(["a"]), '<row r="1"/>' + "<row/>" * 1_000_000)
        assert refusal(path, Limits(cpu_seconds=1)) == workbook.REASONS["time"]

    def test_the_reader_is_isolated_and_may_write_no_file(self, tmp_path, monkeypatch):
        monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
        probe = tmp_path / "probe.py"
        target = tmp_path / "written.txt"
        probe.write_text(
            "import json, os, pathlib, sys\n"
            "try:\n"
            f"    pathlib.Path({str(target)!r}).write_text('x')\n"
            "    wrote = 'wrote'\n"
            "except OSError:\n"
            "    wrote = 'wrote nothing'\n"
            "names = [name for name in os.environ if name != 'LC_CTYPE']\n"  # Python sets this one itself
            "print(json.dumps([wrote, str(sys.flags.isolated), *names]))\n"
            "print(json.dumps({'end': 1}))\n"
        )
        monkeypatch.setattr(workbook, "CHILD", probe)
        (tmp_path / "a.xlsx").write_bytes(workbook.ZIP_MAGIC)
        assert list(rows(tmp_path / "a.xlsx")) == [["wrote nothing", "1"]]


def child(tmp_path, monkeypatch, code: str) -> Path:
    """Put another reader in the place of ours; gives back a file that passes the first checks."""
    script = tmp_path / "reader.py"
    script.write_text(code)
    monkeypatch.setattr(workbook, "CHILD", script)
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook.ZIP_MAGIC)
    return path


@pytest.mark.parametrize(
    "code",
    [
        "print('[\"a\"]')",
        "print('[\"a\"]'); print('[\"b', end='')",
        "import os; print('[\"a\"]', flush=True); os.abort()",
        "print('[\"a\"]'); print('{\"end\": 2}')",
        "",
    ],
    ids=["no end", "half a line", "crash", "a row missing", "nothing"],
)
def test_a_reader_that_dies_midway_is_a_refusal(tmp_path, monkeypatch, code):
    assert refusal(child(tmp_path, monkeypatch, code)) == workbook.REASONS["unreadable"]


def test_a_reader_that_says_nothing_is_ended(tmp_path, monkeypatch, children):
    path = child(
        tmp_path, monkeypatch, "import time; print('[\"a\"]', flush=True); time.sleep(600)"
    )
    assert refusal(path, Limits(wait_seconds=0.5)) == workbook.REASONS["time"]
    assert children[0].returncode is not None


def test_the_caller_s_own_time_does_not_count(tmp_path, monkeypatch):
    code = "print('[\"a\"]', flush=True); print('[\"b\"]'); print('{\"end\": 2}')"
    read = []
    for row in rows(child(tmp_path, monkeypatch, code)):
        read.append(row)
        for one in threading.enumerate():  # while the caller computes, nobody looks at the reader
            if one.name == limited_process.WATCHER:
                one.join(60)
                assert not one.is_alive()
    assert read == [["a"], ["b"]]


def test_the_reader_is_ended_when_the_caller_stops(save, children):
    reading = rows(save(*([number, "x" * 100] for number in range(20_000))))
    assert next(reading) == ["0", "x" * 100]
    assert children[0].poll() is None  # more than a pipe holds is left to write
    reading.close()
    assert children[0].returncode is not None


def test_a_reader_that_hangs_does_not_hold_a_caller_who_stops(tmp_path, monkeypatch, children):
    reading = rows(
        child(tmp_path, monkeypatch, "import time; print('[\"a\"]', flush=True); time.sleep(600)")
    )
    assert next(reading) == ["a"]
    reading.close()
    assert children[0].returncode == -signal.SIGKILL, "ended, not waited for"


def test_every_refusal_of_the_reader_has_its_sentence():
    source = "".join(
        Path(module.__file__).read_text(encoding="utf-8")
        for module in (workbook_child, workbook_parts)
    )
    codes = {part.split('"')[0] for part in source.split('Refused("')[1:]}
    codes |= {part.split('"')[0] for part in source.split('{"refused": "')[1:]}
    codes |= set(workbook_parts.OTHERS.values())
    assert {"not_xlsx", "memory", "ods"} < codes <= set(workbook.REASONS)


def test_sentences_end_with_a_point_and_fill_their_blanks():
    for reason in workbook.REASONS.values():
        sentence = reason.format(cell="A1", megabytes=10)
        assert sentence.endswith(".") and "{" not in sentence


def test_the_sample_is_read_as_its_register_says():
    read = {}
    for sheet, row in workbook.rows(SAMPLES / "good" / "registre-b.xlsx"):
        read.setdefault(sheet.name, []).append(row)
    assert list(read) == ["Lisez-moi", "Premier cahier", "Second cahier", "Listes"]
    assert read["Premier cahier"][0][:3] == ["Centre", "Date", "Heure d'arrivée"]
    assert {len(row) for row in read["Premier cahier"]} == {11}
