"""What a spreadsheet shows of a number, and which columns may read it. What is told here is what LibreOffice shows, in French."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from dashboard.forms.cell_display import (
    LOST,
    MARK,
    ROUNDED,
    TEXT,
    UNKNOWN,
    split_mark,
    without_mark,
)
from dashboard.forms.formats import FORMATS
from dashboard.forms.number_format import HASHES, general_number, sections, shown_number, shown_text
from tests.builders import closing, complaint, csv_text, monthly, visit
from tests.forms.reading import Read

DAY = 45965  # 04/11/2025


@pytest.mark.parametrize(
    "number, code, text",
    [
        (7, "0000", "0007"),
        (1_234_567, "#,##0", "1 234 567"),
        (123, "#,##0", "123"),
        (0, "#,##0", "0"),
        (-1_234, "#,##0", "-1 234"),
        (1234.5, "#,##0.00", "1 234,50"),
        (12, "0.00", "12,00"),
        (0.25, "0.0#", "0,25"),
        (0.5, "0.0#", "0,5"),
        (0.5, "0%", "50%"),
        (815, '00":"00', "08:15"),
        (815, "00\\:00", "08:15"),
        (7, '"n° "0', "n° 7"),
        (12_345, "000-0000", "001-2345"),
        (1_234, "# ##0", "1 234"),
        (-5, "0;-0", "-5"),
        (-5, "0_);(0)", "(5)"),
        (5, '_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)', "5"),
        (1_000, '#,##0" F CFA"', "1 000 F CFA"),
        (1_000, "#,##0 [$€-40C]", "1 000 €"),
        (3, "[Red][<5]0;0", "3"),
        (12, "@", "12"),
        (1 / 3, "General", "0,333333333333333"),
        (0.1 + 0.2, "General", "0,3"),
        (202_511_000_001, "General", "202511000001"),
    ],
)
def test_a_number_is_told_as_it_is_shown(number, code, text):
    told = shown_number(number, code)
    assert MARK not in told and told.replace("\u202f", " ") == text


@pytest.mark.parametrize(
    "number, code, mark, text",
    [
        (12.4, "0", ROUNDED, "12"),
        (0.04, "0.0", ROUNDED, "0,0"),
        (12_000, "0,", ROUNDED, "12"),
        (-5, "0;0", ROUNDED, "5"),
        (0, "0;-0;", ROUNDED, ""),
        (0, "#", ROUNDED, ""),
        (7, ";;;", ROUNDED, ""),
        (0, '_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)', ROUNDED, "-"),
        (3, '[<5]"peu";0', ROUNDED, "peu"),
        (7, '"2025-"000', TEXT, "2025-007"),
        (0.5, "# ?/?", UNKNOWN, "0,5"),
        (7, "[DBNum1]0", UNKNOWN, "7"),
        (DAY, "[~buddhist]dd/mm/yyyy", UNKNOWN, str(DAY)),
        (2_025_110_000_000_012, "0", LOST, "2025110000000012"),
        (2e16, "General", LOST, "20000000000000000"),
        (DAY, "[$-107041E]dd/mm/yyyy", UNKNOWN, str(DAY)),
        (DAY, "[$-1060000]d mmmm yyyy", UNKNOWN, str(DAY)),
        (DAY, "[$-th-TH,107]dd/mm/yyyy", UNKNOWN, str(DAY)),
        (DAY, "[$-40C]dd/mm/yyyy;@", "dmy", "04/11/2025"),
        (DAY, "[$-1010409]dd/mm/yyyy", "dmy", "04/11/2025"),
        (DAY, "[$-F800]dddd d mmmm yyyy", "wdMy", "04/11/2025"),
        (DAY, "[$-x-sysdate]dd/mm/yyyy", "dmy", "04/11/2025"),
        (DAY, "dd/mm/yyyy", "dmy", "04/11/2025"),
        (DAY + 0.4, "dd/mm/yyyy;@", "dmy", "04/11/2025"),
        (DAY + 0.34375, "dd/mm/yyyy hh:mm", "dmyhn", "04/11/2025 08:15"),
        (DAY + 0.34375, "hh:mm", "hn", "08:15"),
        (1.34375, "hh:mm", "hn", "08:15"),
        (0.99999, "hh:mm", "hn", "23:59"),
        (DAY, "yyyy-dd-mm", "ydm", "04/11/2025"),
        (DAY, "d mmm yy", "dMy", "04/11/2025"),
        (DAY, "mm/dd/yyyy", "mdy", "04/11/2025"),
        (DAY, "yyyy-mm-dd", "ymd", "04/11/2025"),
        (DAY, "dddd", "w", "04/11/2025"),
        (DAY, "mmmmm yyyy", "wy", "04/11/2025"),
        (DAY, "mmm-yy", "My", "04/11/2025"),
        (0.34375, "h:mm AM/PM", "hnp", "08:15"),
        (0.34375, "mm:ss", "ns", "08:15:00"),
        (1.34375, "[h]:mm", "hn", "32:15"),
    ],
)
def test_what_is_not_shown_as_it_is_held_has_a_mark(number, code, mark, text):
    told = split_mark(shown_number(number, code))
    assert told.mark == mark
    assert told.text == text


@pytest.mark.parametrize(
    "number, code", [(-0.3, "hh:mm"), (-0.3, "[h]:mm"), (-1, "dd/mm/yyyy"), (3e6, "dd/mm/yyyy")]
)
def test_a_day_or_a_time_that_cannot_be_is_hashes_as_in_excel(number, code):
    assert shown_number(number, code) == HASHES


def test_the_format_that_each_machine_shows_in_its_own_way_is_a_day():
    assert split_mark(shown_number(DAY, "mm-dd-yy", 14))[:2] == ("dmy", "04/11/2025")
    assert split_mark(shown_number(DAY, "mm-dd-yy", 164)).mark == "mdy"


@pytest.mark.parametrize(
    "code, text",
    [
        ("General", "a"),
        ("@", "a"),
        ("0;0", "a"),
        ('"n° "@', "n° a"),
        ("dd/mm/yyyy;@", "a"),
        ("0;0;0;@", "a"),
    ],
)
def test_a_text_is_told_as_it_is_shown(code, text):
    assert shown_text("a", code) == text


def test_a_text_that_a_format_hides_has_a_mark():
    assert split_mark(shown_text("a", ";;;")).mark == ROUNDED


@given(st.integers(0, 10**14), st.integers(1, 18))
def test_zeros_fill_a_number_up(number, width):
    assert shown_number(number, "0" * width) == f"{number:0{width}}"


@given(st.integers(-(10**14), 10**14))
def test_groups_of_three_hide_nothing(number):
    told = shown_number(number, "#,##0")
    assert (
        int(told.replace("\u202f", "")) == number and told.replace("\u202f", ",") == f"{number:,}"
    )


CODES = st.one_of(
    st.text(max_size=20),
    st.lists(
        st.sampled_from(
            [
                "0",
                "#",
                "?",
                ".",
                ",",
                "%",
                "E+",
                "/",
                ";",
                "@",
                '"a"',
                "\\x",
                "_)",
                "* ",
                "[Red]",
                "[<5]",
                "[h]",
                "d",
                "mm",
                "yyyy",
            ]
            + ["h", "s", ":", "AM/PM", "General", " ", "-", "(", "[$€-40C]", "["]
        ),
        max_size=8,
    ).map("".join),
)
NUMBERS = st.one_of(st.integers(-(10**20), 10**20), st.floats(allow_nan=False))


@given(NUMBERS, CODES, st.booleans())
def test_whatever_the_format_a_number_is_told_or_marked(number, code, from_1904):
    told = split_mark(shown_number(number, code, from_1904=from_1904))
    if (
        not told.mark
        and not any(part in code.lower() for part in ("general", "@", "d", "m", "y", "h", "s"))
        and code
    ):
        digits = "".join(c for c in told.text if c.isdecimal())
        assert (
            digits.strip("0") in general_number(number).replace(",", "").replace("-", "")
            or "%" in code
        )


@given(st.text(), CODES)
def test_whatever_the_format_a_text_is_told_or_marked(text, code):
    assert isinstance(without_mark(shown_text(text.replace(MARK, ""), code)), str)


@pytest.mark.parametrize("sign", ["[", '"', "_", "[$-", "[>"])
def test_a_format_longer_than_any_spreadsheet_takes_is_not_followed(sign):
    assert sections(sign * 300)
    assert split_mark(shown_number(7, sign * 500_000)).mark == UNKNOWN


# --- columns ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def read_cell(tmp_path):
    """Read one line of a form, one cell of which is a value with a number format."""

    def reader(
        form: str, line: list, heading: str, value: object, code: str, *, epoch=None
    ) -> Read:
        book = Workbook()
        if epoch:
            book.epoch = epoch
        headings = [c.heading for c in FORMATS[form].columns]
        book.active.append(headings)
        book.active.append(line)
        cell = book.active.cell(2, headings.index(heading) + 1)
        cell.value, cell.number_format = value, code
        book.save(tmp_path / "case.xlsx")
        return Read(tmp_path / "case.xlsx")

    return reader


@pytest.mark.parametrize(
    "value, code, read",
    [
        (7, "0000", "0007"),
        (7, "General", "7"),
        (7, '"n° "0', "n° 7"),
        (7, '"2025-"000', "2025-007"),
        (1_234, "#,##0", "1 234"),
        (12.5, "General", "12,5"),
    ],
)
def test_a_reference_is_the_same_in_a_workbook_as_in_its_csv(
    read_cell, tmp_path, value, code, read
):
    found = read_cell("registre", visit(), "Référence", value, code)
    assert [row["source_ref"] for row in found.rows] == [read]
    (tmp_path / "a.csv").write_text(csv_text("registre", visit(ref=read)), encoding="utf-8")
    assert Read(tmp_path / "a.csv").rows == found.rows


@pytest.mark.parametrize(
    "value, code",
    [
        (2_025_110_000_000_012, "0"),
        (2.02511e16, "General"),
        (202_511_000_001, "0.00E+00"),
        (12.4, "0"),
        (0.5, "# ?/?"),
        (date(2025, 12, 1), "mmm-yy"),
        (date(2025, 12, 1), "mm/yyyy"),
        (date(2025, 12, 1), "dd/mm/yyyy"),
        (date(2025, 12, 1), "mm-dd-yy"),
        (datetime(2025, 12, 1, 8, 15), "m/d/yy h:mm"),
        (time(8, 15), "h:mm"),
        (time(8, 15), "hh:mm"),
        (7, ";;;"),
    ],
)
def test_a_reference_that_is_not_shown_whole_is_refused(read_cell, value, code):
    for form, line in (("registre", visit()), ("plaintes", complaint("P")), ("cloture", closing())):
        heading = "Agent" if form == "cloture" else "Référence"
        found = read_cell(form, line, heading, value, code)
        assert [p[:2] for p in found.places] == [(2, heading)]
        assert "Texte" in found.sentences


def test_the_digits_that_a_spreadsheet_lost_say_how_to_write_them(read_cell):
    found = read_cell("registre", visit(), "Référence", 2_025_110_000_000_012, "0")
    assert "quinze chiffres" in found.sentences and "format Texte" in found.sentences


@pytest.mark.parametrize(
    "code", ["General", "0", "#,##0", "0.00", "00000", "# ##0", "@", "0_);(0)"]
)
def test_a_whole_number_is_read_whatever_its_usual_format(read_cell, code):
    assert [
        row["declared"]
        for row in read_cell("cloture", closing(), "Visites déclarées", 1_234, code).rows
    ] == [1_234]


@pytest.mark.parametrize(
    "value, code",
    [
        (12.4, "0"),
        (-12, "0;0"),
        (12, "0%"),
        (12, "0.00E+00"),
        (12_000, "0,"),
        (12, '"n° "0'),
        (12, '"1"0'),
        (12, ";;;"),
        (0, "#"),
    ]
    + [(12, "dd/mm/yyyy"), (12.5, "# ?/?"), (12, "[>10]0,;0")],
)
def test_a_number_that_shows_another_is_refused(read_cell, value, code):
    for form, line, heading in (
        ("cloture", closing(), "Visites déclarées"),
        ("canevas", monthly(), "Usagers reçus"),
    ):
        assert [p[:2] for p in read_cell(form, line, heading, value, code).places] == [(2, heading)]


DAYS = [
    "dd/mm/yyyy",
    "d/m/yyyy",
    "dd/mm/yy",
    "yyyy-mm-dd",
    "d mmm yyyy",
    "dddd d mmmm yyyy",
    "dd-mm-yyyy",
    "mm-dd-yy",
]


@pytest.mark.parametrize("code", DAYS)
@pytest.mark.parametrize(
    "epoch", [datetime(1899, 12, 30), datetime(1904, 1, 1)], ids=["1900", "1904"]
)
def test_a_day_is_read_whatever_its_format_and_its_calendar(read_cell, code, epoch):
    """« mm-dd-yy » is how the library names the format that each machine shows in its own order."""
    found = read_cell("registre", visit(), "Date", datetime(2025, 3, 4, 17, 45), code, epoch=epoch)
    assert [row["day"] for row in found.rows] == ["2025-03-04"]


@pytest.mark.parametrize(
    "code, reason",
    [
        ("mm/dd/yyyy", "mois avant le jour"),
        ("m/d/yy", "mois avant le jour"),
        ("yyyy-dd-mm", "de deux façons"),
        ("yyyy/d/m", "de deux façons"),
        ("dd/yyyy/mm", "de deux façons"),
        ("mm/yyyy/dd", "de deux façons"),
        ("[$-107041E]dd/mm/yyyy", "ne peut être suivi"),
        ("[$-1060000]dd/mm/yyyy", "ne peut être suivi"),
        ("mmm-yy", "qu'une partie"),
        ("dd/mm", "qu'une partie"),
        ("dddd", "qu'une partie"),
        ("hh:mm", "JJ/MM/AAAA"),
        ("General", "format Date"),
        ("0", "format Date"),
        ("dd/mm/yyyy hh:mm", "JJ/MM/AAAA"),
    ],
)
def test_a_day_that_is_not_shown_whole_or_in_two_ways_is_refused(read_cell, code, reason):
    found = read_cell(
        "registre",
        visit(),
        "Date",
        datetime(2025, 3, 4, 17, 45) if code[-1] == "m" else date(2025, 3, 4),
        code,
    )
    assert [p[:2] for p in found.places] == [(2, "Date")] and reason in found.sentences


@pytest.mark.parametrize("code", ["mm/yyyy", "mmmm yyyy", "mmm-yy", "dd/mm/yyyy", "yyyy-mm-dd"])
def test_a_month_is_read_whatever_its_format(read_cell, code):
    found = read_cell("canevas", monthly(), "Mois", date(2025, 3, 14), code)
    assert [row["month"] for row in found.rows] == ["2025-03-01"]


@pytest.mark.parametrize("code", ["yyyy", "mmm", "dd/mm", "mm/dd/yyyy", "yyyy-dd-mm"])
def test_a_month_without_its_year_is_refused(read_cell, code):
    assert [
        p[1] for p in read_cell("canevas", monthly(), "Mois", date(2025, 3, 14), code).places
    ] == ["Mois"]


@pytest.mark.parametrize(
    "code", ["hh:mm", "h:mm", "hh:mm:ss", "h:mm AM/PM", "[h]:mm", "[hh]:mm:ss"]
)
def test_a_time_is_read_whatever_its_format(read_cell, code):
    found = read_cell("registre", visit(), "Heure d'arrivée", time(8, 15), code)
    assert [row["arrived_at"] for row in found.rows] == [495]


def test_the_time_of_a_moment_is_read_where_it_alone_is_shown(read_cell):
    found = read_cell("registre", visit(), "Heure d'arrivée", datetime(2025, 3, 3, 8, 15), "hh:mm")
    assert [row["arrived_at"] for row in found.rows] == [495]


@pytest.mark.parametrize(
    "value, code",
    [
        (-0.3, "hh:mm"),
        (timedelta(hours=25), "[h]:mm"),
        (time(8, 15), "mm:ss"),
        (time(8, 15), "hh"),
        (time(8, 15), "General"),
        (time(8, 15), "dd/mm/yyyy"),
        (time(8, 15), "0.00"),
        (datetime(2025, 3, 3, 8, 15), "dd/mm/yyyy hh:mm"),
        (815, "General"),
    ],
)
def test_a_time_that_is_not_shown_whole_is_refused(read_cell, value, code):
    found = read_cell("registre", visit(), "Heure d'arrivée", value, code)
    assert [p[:2] for p in found.places] == [(2, "Heure d'arrivée")]


def test_the_hashes_of_a_negative_time_say_so(read_cell):
    assert "négative" in read_cell("registre", visit(), "Heure d'arrivée", -0.3, "hh:mm").sentences


def test_a_format_in_a_column_that_no_form_has_does_no_harm(tmp_path):
    book = Workbook()
    book.active.append([*(c.heading for c in FORMATS["registre"].columns), "Durée"])
    book.active.append([*visit(ref="1"), 12.4])
    book.active["L2"].number_format = "0"
    book.save(tmp_path / "a.xlsx")
    assert len(Read(tmp_path / "a.xlsx").rows) == 1


@pytest.mark.parametrize(
    "value, read", [(True, True), (False, False), ("=TRUE()", True), ("=FALSE()", False)]
)
def test_a_truth_is_an_answer(read_cell, value, read):
    assert [
        row["satisfied"]
        for row in read_cell("registre", visit(), "Satisfait", value, "General").rows
    ] == [read]
