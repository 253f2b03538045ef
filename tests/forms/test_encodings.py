"""The bytes of a CSV file: read as what they are, or refused; never stored as other letters."""

import pytest

from dashboard.forms.formats import FORMATS
from dashboard.forms.reference_names import normalise
from tests.builders import complaint, csv_text, visit
from tests.forms.reading import COVE_NEW

PLAIN = (
    ";".join(normalise(c.heading) for c in FORMATS["plaintes"].columns) + "\n"
)  # no accent in the headings


def plain_headings(*lines) -> str:
    return PLAIN + csv_text("plaintes", *lines).split("\n", 1)[1]


TEXT = plain_headings(
    complaint(
        "P1",
        site="CCSP de Covè-Marché",
        category="Délai",
        channel="téléphone",
        subject="délai très long, été",
    ),
    complaint("P2", subject="L'électricité a été coupée à midi"),
)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "cp1252", "mac_roman", "cp850", "cp437", "iso8859_15"]
)
def test_a_file_is_read_in_the_encoding_that_makes_known_words(read, encoding):
    found = read(TEXT, encoding=encoding)
    assert found.places == []
    assert [r["subject"] for r in found.rows] == [
        "délai très long, été",
        "L'électricité a été coupée à midi",
    ]
    assert found.rows[0]["site_id"] == COVE_NEW


@pytest.mark.parametrize(
    "encoding, said", [("mac_roman", "Mac"), ("cp850", "DOS"), ("iso8859_15", "ISO-8859-15")]
)
def test_an_unusual_encoding_is_said_in_a_remark(read, encoding, said):
    text = (
        plain_headings(complaint("P1", category="Délai", subject="un vœu"))
        if said.startswith("ISO")
        else TEXT
    )
    assert said in read(text, encoding=encoding).remarks


def test_capitals_are_told_apart_too(read):
    """é in Windows-1252 is È in Mac Roman: matching without accents would take one for the other."""
    found = read(
        plain_headings(complaint("P1", category="DÉLAI", subject="délai")), encoding="cp1252"
    )
    assert [r["subject"] for r in found.rows] == ["délai"] and found.remarks == ""


@pytest.mark.parametrize("subject", ["n° 12", "l’usager attend", "« attente »"])
def test_the_signs_of_french_typography_are_windows_1252(read, subject):
    found = read(plain_headings(complaint("P1", subject=subject)), encoding="cp1252")
    assert [r["subject"] for r in found.rows] == [subject]


def test_texts_that_differ_and_no_word_to_decide_are_refused_with_what_to_do(read):
    found = read(plain_headings(complaint("P0"), complaint("P1", subject="Zoé")), encoding="cp1252")
    assert found.rows == []
    assert [place[0] for place in found.places] == [3]
    assert (
        "UTF-8" in found.sentences
        and "Excel" in found.sentences
        and "LibreOffice" in found.sentences
    )


def test_a_text_that_is_the_same_in_every_candidate_is_no_tie(read):
    found = read(plain_headings(complaint("P1", subject="délai")), encoding="iso8859_15")
    assert [r["subject"] for r in found.rows] == ["délai"] and found.remarks == ""


def test_utf_8_with_one_stray_byte_is_refused_at_its_line(read):
    content = plain_headings(
        complaint("P1", category="Délai", subject="été"), complaint("P2", subject="délai")
    ).encode()
    content = content.replace("délai".encode(), b"d\xe9lai")
    found = read(content)
    assert found.rows == [] and [place[0] for place in found.places] == [3]
    assert "UTF-8" in found.sentences


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_read(read, encoding):
    found = read(csv_text("registre", visit(ref="é")), encoding=encoding)
    assert [r["source_ref"] for r in found.rows] == ["é"]


def test_utf_16_cut_midway_is_refused(read):
    found = read(csv_text("registre", visit(ref="é")).encode("utf-16")[:-1])
    assert found.rows == [] and len(found.places) == 1
