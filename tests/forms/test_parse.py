"""Files in, rows and problems out: every form, every kind of cell, every usual spelling of a file. No database."""

from datetime import date

import pytest

from dashboard.forms.formats import FORMATS
from dashboard.forms.parse import LISTED, Parsing
from db.codes import COMPLAINT, INFORMATION, LEFT, MAN, REQUEST, SERVED, UNKNOWN, WOMAN
from tests.builders import COVE, closing, closure, complaint, csv_text, monthly, visit
from tests.forms.reading import COTONOU, COVE_NEW, COVE_OLD, KANDI, KNOWN, TODAY

# --- cells ----------------------------------------------------------------------------------------------------------
GOOD_VISITS = [
    ("site", "ccsp-kandi", "site_id", KANDI),
    ("site", "CCSP DE KANDI", "site_id", KANDI),
    ("site", "  kandi ", "site_id", KANDI),
    ("site", "Kandi Ville", "site_id", KANDI),
    ("site", "kandi centre", "site_id", KANDI),
    ("site", "gsru cotonou", "site_id", COTONOU),
    ("day", "03/03/2025", "day", "2025-03-03"),
    ("day", "3/3/2025", "day", "2025-03-03"),
    ("day", "2025-03-03", "day", "2025-03-03"),
    ("day", " 24/11/2025 ", "day", "2025-11-24"),
    ("day", "29/02/2024", "day", "2024-02-29"),
    ("day", "2025-03-03 00:00:00", "day", "2025-03-03"),
    ("arrived", "08:05", "arrived_at", 485),
    ("arrived", "8:05", "arrived_at", 485),
    ("arrived", "00:00", "arrived_at", 0),
    ("arrived", "23:59", "arrived_at", 1439),
    ("arrived", "08:05:59", "arrived_at", 485),
    ("arrived", "", "arrived_at", None),
    ("kind", "requête", "kind", REQUEST),
    ("kind", "REQUETE", "kind", REQUEST),
    ("kind", "0", "kind", REQUEST),
    ("kind", "Plainte", "kind", COMPLAINT),
    ("kind", "1", "kind", COMPLAINT),
    ("kind", "demande d’information", "kind", INFORMATION),
    ("kind", "2", "kind", INFORMATION),
    ("service", "suivi de carriere", "service_id", 1),
    ("service", "cip", "service_id", 2),
    ("service", "", "service_id", None),
    ("sex", "F", "sex", WOMAN),
    ("sex", "femme", "sex", WOMAN),
    ("sex", "m", "sex", MAN),
    ("sex", "H", "sex", MAN),
    ("sex", "HOMME", "sex", MAN),
    ("sex", "", "sex", None),
    ("satisfied", "Oui", "satisfied", True),
    ("satisfied", "non", "satisfied", False),
    ("satisfied", "", "satisfied", None),
    ("outcome", "servi", "outcome", SERVED),
    ("outcome", "PARTI", "outcome", LEFT),
    ("outcome", "", "outcome", UNKNOWN),
    ("ref", "R-1", "source_ref", "R-1"),
    ("ref", " R-1 ", "source_ref", "R-1"),
    ("ref", "", "source_ref", None),
]


@pytest.mark.parametrize("cell, text, field, value", GOOD_VISITS)
def test_good_cells_of_the_register(read, cell, text, field, value):
    found = read("registre", visit(**{cell: text}))
    assert found.parsing.problems == []
    assert found.rows[0][field] == value


BAD_VISITS = [
    ("site", "", "Centre", "doit être remplie"),
    ("site", "Atlantide", "Centre", "pas connu"),
    ("site", "CCSP de Kandy", "Centre", "Le plus proche : « CCSP de Kandi »"),
    ("day", "", "Date", "doit être remplie"),
    ("day", "30/02/2025", "Date", "n'existe pas"),
    ("day", "29/02/2025", "Date", "n'existe pas"),
    ("day", "03/13/2025", "Date", "n'existe pas"),
    ("day", "25/11/2025", "Date", "dans l'avenir"),
    ("day", "03/03/1925", "Date", "trop ancienne"),
    ("day", "03/03/25", "Date", "JJ/MM/AAAA"),
    ("day", "3 mars 2025", "Date", "JJ/MM/AAAA"),
    ("day", "45719", "Date", "format Date"),
    ("day", "2025-03-03 10:00", "Date", "JJ/MM/AAAA"),
    ("arrived", "25:10", "Heure d'arrivée", "n'existe pas"),
    ("arrived", "08:60", "Heure d'arrivée", "n'existe pas"),
    ("arrived", "8h05", "Heure d'arrivée", "HH:MM"),
    ("called", "vers 8:00", "Heure d'appel", "HH:MM"),
    ("ended", "-1:00", "Heure de fin", "HH:MM"),
    ("kind", "", "Type", "doit être remplie"),
    ("kind", "réclamation", "Type", "requête, plainte"),
    ("kind", "3", "Type", ""),
    ("service", "Suivi de carrièr", "Prestation", "Le plus proche : « Suivi de carrière »"),
    ("service", "Suivi de carrièr", "Prestation", 'python -m db add service "Suivi de carrièr"'),
    ("sex", "X", "Sexe", "F, M"),
    ("satisfied", "peut-être", "Satisfait", "oui, non"),
    ("outcome", "revenu", "Issue", "servi, parti"),
    ("ref", "x" * 201, "Référence", "trop long"),
]


@pytest.mark.parametrize("cell, text, column, reason", BAD_VISITS)
def test_bad_cells_of_the_register_are_located_and_explained(read, cell, text, column, reason):
    found = read("registre", visit(), visit(**{cell: text}), visit())
    assert found.rows == []
    assert [(line, where, text_[:20]) for line, where, text_ in found.places] == [
        (3, column, text[:20])
    ]
    assert reason in found.sentences


@pytest.mark.parametrize(
    "cells, column, reason",
    [
        ({"arrived": "10:00", "called": "09:45"}, "Heure d'appel", "avant l'heure d'arrivée"),
        ({"arrived": "10:00", "called": "10:05", "outcome": "parti"}, "Heure d'appel", "parti"),
        ({"called": "10:05", "outcome": "parti"}, "Heure d'appel", "parti"),
        ({"arrived": "10:00", "ended": "09:59"}, "Heure de fin", "avant l'arrivée"),
        ({"arrived": "10:00", "called": "10:05", "ended": "10:04"}, "Heure de fin", "avant"),
    ],
)
def test_cells_of_the_register_that_contradict_each_other(read, cells, column, reason):
    found = read("registre", visit(**cells))
    assert [(line, where) for line, where, _ in found.places] == [(2, column)]
    assert reason in found.sentences


@pytest.mark.parametrize(
    "cells",
    [
        {"arrived": "10:00", "called": "10:00"},
        {"called": "10:00"},
        {"ended": "10:00"},
        {"arrived": "10:00", "outcome": "parti"},
        {"arrived": "10:00", "outcome": "parti", "ended": "10:20"},
    ],
)
def test_times_that_a_register_may_well_hold(read, cells):
    assert read("registre", visit(**cells)).parsing.problems == []


@pytest.mark.parametrize(
    "cells, expected",
    [
        (
            {},
            {
                "site_id": KANDI,
                "received_on": "2025-03-03",
                "resolved_on": None,
                "outcome": None,
                "subject": "",
            },
        ),
        ({"resolved": "10/03/2025"}, {"resolved_on": "2025-03-10", "outcome": "handled"}),
        ({"resolved": "10/03/2025", "outcome": "Rejetée"}, {"outcome": "rejected"}),
        ({"resolved": "10/03/2025", "outcome": "sans suite"}, {"outcome": "dropped"}),
        ({"resolved": "03/03/2025", "outcome": "traitee"}, {"outcome": "handled"}),
        (
            {"category": "delai", "channel": "Telephone", "service": "CIP"},
            {"category_id": 1, "channel_id": 2, "service_id": 2},
        ),
        ({"subject": "=1+1 <img>"}, {"subject": "=1+1 <img>"}),
    ],
)
def test_good_complaints(read, cells, expected):
    found = read("plaintes", complaint("P1", **cells))
    assert found.parsing.problems == []
    assert expected.items() <= found.rows[0].items()


@pytest.mark.parametrize(
    "line, column, reason",
    [
        (complaint(""), "Référence", "doit être remplie"),
        (complaint("P1", site=""), "Centre", "doit être remplie"),
        (complaint("P1", received=""), "Reçue le", "doit être remplie"),
        (complaint("P1", received="25/11/2025"), "Reçue le", "l'avenir"),
        (complaint("P1", resolved="02/03/2025"), "Répondue le", "avant la réception"),
        (complaint("P1", resolved="25/11/2025"), "Répondue le", "l'avenir"),
        (complaint("P1", outcome="traitée"), "Issue", "date de réponse"),
        (complaint("P1", resolved="10/03/2025", outcome="perdue"), "Issue", "traitée, rejetée"),
        (complaint("P1", category="Météo"), "Catégorie", "python -m db add category"),
        (complaint("P1", channel="pigeon"), "Canal", "python -m db add channel"),
    ],
)
def test_bad_complaints(read, line, column, reason):
    found = read("plaintes", line)
    assert [(n, where) for n, where, _ in found.places] == [(2, column)]
    assert reason in found.sentences


def test_good_closings(read):
    found = read("cloture", closing(declared="1 234", agent="A7"), closing(declared=0, agent=""))
    assert [(r["declared"], r["agent"]) for r in found.rows] == [(1234, "A7"), (0, "")]


@pytest.mark.parametrize("declared", ["", "-1", "3,5", "douze", "12345678"])
def test_bad_closings(read, declared):
    assert [place[:2] for place in read("cloture", closing(declared=declared)).places] == [
        (2, "Visites déclarées")
    ]


def test_good_closures(read):
    found = read(
        "fermetures",
        closure(site="", last="04/03/2025"),
        closure(start="08:00", end="10:30", reason="electricite"),
    )
    assert [
        (r["site_id"], r["last_day"], r["from_minute"], r["to_minute"], r["reason_id"])
        for r in found.rows
    ] == [(None, "2025-03-04", None, None, None), (KANDI, "2025-03-03", 480, 630, 3)]


@pytest.mark.parametrize(
    "line, column",
    [
        (closure(first="", reason="électricité"), "Du"),
        (closure(last="02/03/2025"), "Au"),
        (closure(start="08:00"), "À"),
        (closure(end="08:00"), "À"),
        (closure(start="10:00", end="10:00"), "À"),
        (closure(reason="sorcellerie"), "Motif"),
        (closure(site="Atlantide"), "Centre"),
    ],
)
def test_bad_closures(read, line, column):
    places = read("fermetures", line).places
    assert (
        places
        and {place[:2] for place in places} <= {(2, column), (2, "Au")}
        and (2, column) in [p[:2] for p in places]
    )


@pytest.mark.parametrize(
    "text",
    [
        "03/2025",
        "3/2025",
        "2025-03",
        "mars 2025",
        "Mars 2025",
        "01/03/2025",
        "31/03/2025",
        "2025-03-01",
    ],
)
def test_spellings_of_a_month(read, text):
    found = read("canevas", monthly(month=text, received="12", satisfied="9"))
    assert [(r["month"], r["received"], r["satisfied"]) for r in found.rows] == [
        ("2025-03-01", 12, 9)
    ]


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", "remplie"),
        ("13/2025", "n'existe pas"),
        ("mars", "MM/AAAA"),
        ("brumaire 2025", "MM/AAAA"),
        ("12/2025", "l'avenir"),
        ("décembre 2025", "l'avenir"),
    ],
)
def test_bad_months(read, text, reason):
    found = read("canevas", monthly(month=text, received="12"))
    assert [place[:2] for place in found.places] == [(2, "Mois")]
    assert reason in found.sentences


def test_a_month_cannot_satisfy_more_users_than_it_received(read):
    assert [p[:2] for p in read("canevas", monthly(received=3, satisfied=4)).places] == [
        (2, "Usagers satisfaits")
    ]
    assert (
        read(
            "canevas", monthly(satisfied=4), monthly(site="cotonou", received=4, satisfied=4)
        ).places
        == []
    )


# --- communes -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "day, found",
    [
        ("28/02/2024", COVE_OLD),  # the market's centre was not launched yet
        ("01/07/2024", COVE_NEW),  # the old one had closed
        ("30/06/2025", COVE_NEW),
    ],
)
def test_a_commune_means_its_one_site_open_on_that_day(read, day, found):
    assert [r["site_id"] for r in read("registre", visit(site="Cove", day=day)).rows] == [found]


def test_a_commune_with_two_sites_open_is_refused_and_both_are_named(read):
    found = read("registre", visit(), visit(site="Covè", day="02/04/2024"))
    assert found.places == [(3, "Centre", "Covè")]
    assert "ccsp-cove, ccsp-cove-2" in found.sentences


def test_a_site_s_own_name_wins_over_the_commune_s(read):
    assert [
        r["site_id"] for r in read("registre", visit(site="CCSP de Cove", day="02/04/2024")).rows
    ] == [COVE_OLD]


# --- files ----------------------------------------------------------------------------------------------------------
TEXT = csv_text("registre", visit(service="Suivi de carrière", ref="é"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings(read, encoding):
    found = read(TEXT, encoding=encoding)
    assert found.parsing.problems == []
    assert (found.rows[0]["service_id"], found.rows[0]["source_ref"]) == (1, "é")


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_delimiters_and_line_ends(read, delimiter, ending):
    text = csv_text("registre", visit(ref="a;b,c"), visit(ref="2"), delimiter=delimiter).replace(
        "\n", ending
    )
    assert [r["source_ref"] for r in read(text).rows] == ["a;b,c", "2"]


def test_headings_are_matched_without_case_accents_or_spaces_and_in_any_order(read):
    headings = [c.heading for c in FORMATS["registre"].columns]
    shuffled = list(zip(headings, visit(ref="1"), strict=True))[::-1]
    text = "\n".join(
        ";".join(str(c) for c in line)
        for line in (
            [
                h.upper().replace("É", "E").replace("'", " ’ ").replace("Ê", "E")
                for h, _ in shuffled
            ],
            [c for _, c in shuffled],
        )
    )
    assert [r["source_ref"] for r in read(text).rows] == ["1"]


def test_columns_that_no_form_has_are_left_out_and_listed(read):
    text = (
        csv_text("registre", visit(ref="1"))
        .replace("Référence\n", "Référence;Nom;Téléphone\n")
        .replace(";1\n", ";1;A;B\n")
    )
    found = read(text)
    assert "Nom, Téléphone" in found.remarks
    assert "A" not in found.rows[0].values()


@pytest.mark.parametrize("name", FORMATS)
def test_every_form_is_recognised_by_its_headings_and_needs_all_of_them(read, name):
    form = FORMATS[name]
    headings = [c.heading for c in form.columns]
    assert read(";".join(headings) + "\n").parsing.form == name
    for missing in headings:
        found = read(";".join(h for h in headings if h != missing) + "\n", form=name)
        assert found.places == [(None, missing, "")]
    doubled = read(";".join([*headings, headings[0]]) + "\n", form=name)
    assert doubled.places == [(None, headings[0], "")] and "plusieurs fois" in doubled.sentences


@pytest.mark.parametrize(
    "content, line, reason",
    [
        (b"", None, "vide"),
        (b"\n\n  \n", None, "intitulés"),
        (b"une;deux;trois\n1;2;3\n", 1, "aucun intitulé de formulaire"),
        (csv_text("registre"), None, "aucune ligne"),
        (csv_text("registre") + ";;;;;;;;;;\n\n", None, "aucune ligne"),
        (TEXT.replace("requête", "requ\0te"), 2, "nul"),
        (TEXT.encode("cp1252").replace(b"\xe9", b"\x81"), 1, "Windows-1252"),
        (TEXT + 'ccsp-kandi;"03/03/2025\n', 3, "guillemet"),
        (TEXT + "x" * 200_000 + "\n", 3, "100 000 caractères"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), None, ".xlsx"),
        (b"PK\x03\x04" + bytes(600), None, "classeur"),
    ],
    ids=range(11),
)
def test_what_is_not_a_table_is_refused_in_one_sentence(read, content, line, reason):
    found = read(content)
    assert found.rows == []
    assert [place[0] for place in found.places] == [line]
    assert reason in found.sentences


def test_lines_are_counted_as_an_editor_counts_them(read):
    """The heading is line 1; blank lines and line breaks inside quotes count."""
    lines = csv_text(
        "plaintes",
        complaint("P1", subject="une\ndeux\ntrois"),
        complaint("P2"),
        complaint("P3", received="31/02/2025"),
    ).splitlines(keepends=True)
    text = "".join([*lines[:4], "\n", ";;;;;;;;\n", *lines[4:]])
    line = text.split("\n").index(next(x for x in text.split("\n") if x.startswith("P3"))) + 1
    assert [place[0] for place in read(text).places] == [line] == [8]


def test_blank_lines_before_the_headings_count_too(read):
    assert [place[0] for place in read("\n\n" + csv_text("registre", visit(day="?"))).places] == [4]


def test_lines_are_counted_right_beyond_the_first_chunk(read):
    rows = [complaint(f"P{i}", subject="deux\nlignes" if i == 7 else "") for i in range(20_500)]
    found = read("plaintes", *rows, complaint("Q", received="?"))
    assert [place[0] for place in found.places] == [20_503]


def test_a_line_of_the_wrong_width_is_a_problem_of_its_own(read):
    found = read(TEXT + "ccsp-kandi;03/03/2025\n")
    assert [place[0] for place in found.places] == [
        3
    ] and "2 cases au lieu de 11" in found.sentences


def test_trailing_blank_cells_are_no_problem(read):
    assert len(read(TEXT.rstrip("\n") + ";;\n").rows) == 1


def test_every_problem_is_listed_with_its_place(read):
    found = read(
        "registre",
        visit(site="Atlantide", kind="?"),
        visit(),
        visit(day="?"),
        visit(arrived="10:00", called="9:00"),
    )
    assert [place[:2] for place in found.places] == [
        (2, "Centre"),
        (2, "Type"),
        (4, "Date"),
        (5, "Heure d'appel"),
    ]


def test_problems_beyond_the_cap_are_counted(read):
    found = read("registre", *(visit(day="?") for _ in range(LISTED + 25)))
    assert len(found.parsing.problems) == LISTED
    assert found.parsing.more_problems == 25


# --- rows that stand twice ------------------------------------------------------------------------------------------
def test_the_same_row_twice_is_one_row_and_a_remark(read):
    found = read("registre", visit(ref="1"), visit(ref="1"), visit(ref="2"))
    assert [r["source_ref"] for r in found.rows] == ["1", "2"]
    assert "Lignes répétées à l'identique, comptées une fois : 1." in found.remarks


def test_the_same_row_in_two_spellings_is_the_same_row(read):
    found = read(
        "registre",
        visit(ref="1", day="03/03/2025", sex="F"),
        visit(ref="1", day="2025-03-03", sex="femme", site="kandi"),
    )
    assert (len(found.rows), found.places) == (1, [])


def test_one_reference_with_two_contents_is_a_problem(read):
    found = read(
        "registre", visit(ref="1"), visit(ref="1", site="cotonou"), visit(ref="1", sex="F")
    )
    assert found.places == [(4, "Référence", "1")]
    assert "les mêmes « Centre » et « Référence », avec un contenu différent" in found.sentences
    assert "n'en garder qu'une" in found.sentences


def test_a_reference_said_twice_is_named_with_the_cells_that_cannot_be_read(read):
    many = (visit(ref=f"x{i}") for i in range(2_000))
    found = read(
        "registre",
        visit(ref="1", sex="?"),
        visit(ref="2"),
        visit(ref="2", sex="F"),
        *many,
        visit(ref="1", day="04/03/2025"),
    )
    assert found.places == [(2, "Sexe", "?"), (4, "Référence", "2"), (2005, "Référence", "1")]


def test_rows_whose_key_cannot_be_read_are_not_taken_for_one(read):
    found = read(
        "cloture",
        closing(site="?"),
        closing(site="??", declared="7"),
        closing(site=""),
        closing(site="", declared="7"),
    )
    assert [column for _, column, _ in found.places] == ["Centre"] * 4


def test_the_same_row_far_below_is_still_found(read):
    found = read("registre", visit(ref="0"), *(visit(ref=str(i)) for i in range(25_000)))
    assert found.parsing.rows == 25_000


def test_visits_without_reference_may_be_alike(read):
    found = read("registre", visit(), visit())
    assert (len(found.rows), found.remarks) == (2, "")
    assert found.parsing.whole_days == {(KANDI, "2025-03-03")}


@pytest.mark.parametrize(
    "form, line, other",
    [
        ("plaintes", complaint("P1"), complaint("P1", resolved="10/03/2025")),
        ("cloture", closing(declared=3), closing(declared=4)),
        ("fermetures", closure(last="04/03/2025"), closure(last="05/03/2025")),
        ("canevas", monthly(received=3), monthly(received=4)),
    ],
)
def test_repeated_rows_of_the_other_forms(read, form, line, other):
    assert len(read(form, line, line).rows) == 1
    assert [place[0] for place in read(form, line, other).places] == [3]


# --- what is known once the file is read ----------------------------------------------------------------------------
def test_the_file_covers_its_first_to_its_last_date_for_every_site_in_it(read):
    found = read(
        "plaintes",
        complaint("P1", received="03/03/2025", resolved="20/03/2025"),
        complaint("P2", site="cotonou"),
    )
    days = date(2025, 3, 3), date(2025, 3, 20)
    assert found.parsing.coverage == {KANDI: (*days, 1), COTONOU: (*days, 1)}


def test_replacing_days_makes_every_day_of_the_file_whole(read):
    found = read("registre", visit(ref="1"), visit(ref="2", day="04/03/2025"), replace_days=True)
    assert found.parsing.whole_days == {(KANDI, "2025-03-03"), (KANDI, "2025-03-04")}
    assert read("registre", visit(ref="1")).parsing.whole_days == set()


def test_odd_days_are_kept_with_a_remark(read):
    found = read(
        "registre",
        visit(day="01/08/2025"),
        visit(day="02/08/2025"),
        visit(day="20/12/2021"),
        visit(day="04/08/2025"),
    )
    assert len(found.rows) == 4
    assert "férié ou en fin de semaine (gardées) : 2." in found.remarks
    assert "avant la date officielle d'ouverture du centre (gardées) : 1." in found.remarks


@pytest.mark.parametrize("form, row", [("registre", visit), ("cloture", closing)])
def test_half_a_year_without_a_row_of_a_site_is_found_whatever_others_have(read, form, row):
    days = ("2025-03-03", "2024-03-04", "2024-09-02")
    others = [row(site=COVE, day=day) for day in ("2024-03-05", "2024-06-03", "2024-09-03")]
    found = read(form, *(row(day=day) for day in days), *others).parsing.far_apart()
    assert [words for *_, words in found] == [
        "aucune ligne de CCSP de Kandi entre le 04/03/2024 et le 02/09/2024",
        "aucune ligne de CCSP de Kandi entre le 02/09/2024 et le 03/03/2025",
    ]


def test_a_register_of_visits_speaks_for_each_site_from_its_own_first_row_to_its_own_last(read):
    found = read(
        "registre",
        visit(day="2025-03-03"),
        visit(day="2025-03-07"),
        visit("gsru-cotonou", "2025-03-28"),
    )
    assert found.parsing.coverage == {
        KANDI: (date(2025, 3, 3), date(2025, 3, 7), 2),
        COTONOU: (date(2025, 3, 28), date(2025, 3, 28), 1),
    }


def test_numbers_beside_the_values_are_the_same_values(tmp_path):
    path = tmp_path / "registre.csv"
    path.write_text(
        csv_text(
            "registre",
            visit(arrived="08:00", called="08:10", sex="M", satisfied="non", service="cip"),
            visit(),
        ),
        encoding="utf-8",
    )
    numbers = next(iter(Parsing(path, KNOWN, TODAY))).numbers
    assert {name: values.tolist() for name, values in numbers.items()} == {
        "site_id": [KANDI, KANDI],
        "day": [20150, 20150],
        "kind": [0, 0],
        "service_id": [2, 0],
        "sex": [MAN, 0],
        "satisfied": [2, 0],
        "outcome": [0, 0],
        "arrived_at": [480, -1],
        "called_at": [490, -1],
        "ended_at": [-1, -1],
    }
