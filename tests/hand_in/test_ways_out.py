"""What somebody can do with a file that he cannot mend cell by cell, and what he did."""

import pytest

from dashboard.period import add_months, today
from tests.accounts.asgi import run
from tests.builders import complaint, csv_text, monthly, visit
from tests.hand_in.conftest import COVE, Desk, heading, words
from tests.hand_in.test_page import october


def sent(desk: Desk, form: str, *lines: list, **fields: str):
    return desk.send(csv_text(form, *lines).encode(), **fields)


def bad_hours(number: int = 26) -> list[list]:
    days = [f"{d:02}/10/2025" for d in range(1, 31) for _ in range(2)]
    lines = [visit(COVE, day, "08:05", ref=f"{n}") for n, day in enumerate(days)]
    for n in range(10, 10 + number):
        lines[n][2] = f"{n}h{n}x"
    return lines


def test_hours_that_nobody_knows_are_left_empty_and_their_visits_are_kept(desk):
    page = sent(desk, "registre", *bad_hours())
    assert "laisser vides ces 26 cases, garder leurs lignes" in words(page)
    page = desk.press(page, "vider")
    assert heading(page).startswith("Bon à garder : 60 lignes")
    assert "60 lignes" in heading(desk.press(page, "confirmer"))


def test_cells_that_must_be_filled_are_not_emptied(desk):
    lines = october()
    lines[2][5], lines[3][2] = "", "26:00"  # the kind of a visit; an hour
    page = sent(desk, "registre", *lines)
    assert "laisser vide cette case" in words(page)
    page = desk.press(page, "vider")
    assert heading(page) == "Pas encore accepté : 1 case à corriger sur 30 lignes"


def test_rows_that_were_put_aside_are_taken_back(desk):
    page = sent(desk, "registre", *bad_hours())
    page = desk.press(page, "retirer")
    assert "n'auraient plus aucune ligne" in words(page) and "Confirmer" not in page.text
    page = desk.press(desk.press(page, "reprendre"), "vider")
    assert heading(page).startswith("Bon à garder : 60 lignes")


def test_what_was_put_aside_waits_to_be_mended_once_the_rest_is_kept(desk):
    lines = [*october(), visit(COVE, "04/10/2025", "26:00", ref="encore")]
    page = desk.press(sent(desk, "registre", *lines), "retirer")
    receipt = desk.press(page, "confirmer")
    assert "1 ligne laissée de côté" in words(receipt)
    start = desk.page()
    assert "À confirmer" in words(start)
    address = start.text.split('<a href="/remonter/apercu/')[1].split('"')[0]
    page = desk.page(f"/remonter/apercu/{address}")
    assert heading(page) == "Pas encore accepté : 1 case à corriger sur 1 ligne"
    page = desk.press(page, "corriger", **{"case 0 32 arrived_at": "09:00"})
    assert "comme des jours où personne" not in words(page), "other days are known already"
    assert heading(desk.press(page, "confirmer")).startswith("C'est fait. 1 ligne")


def test_each_cell_of_a_row_is_asked_once_and_what_is_typed_is_never_dropped(desk):
    lines = october()
    lines[3][2:5] = ["10:45", "10:15", "09:25"]  # called before arrived, ended before both
    page = sent(desk, "registre", *lines)
    for name in ("arrived_at", "called_at", "ended_at"):
        assert page.text.count(f'name="case 0 5 {name}"') == 1
    assert 'name="case 0 5 arrived_at" value="10:45"' in page.text, "what it has stands there"
    cells = {
        "case 0 5 arrived_at": "10:05",
        "case 0 5 called_at": "10:15",
        "vider 0 5 ended_at": "oui",
        "case 0 5 ended_at": "09:25",
    }
    page = desk.press(page, "corriger", **cells)
    assert heading(page).startswith("Bon à garder : 30 lignes")
    said = words(page)
    assert "Heure d'arrivée : <s>10:45</s> → 10:05" in said
    assert "Heure de fin : <s>09:25</s> → vide" in said
    assert "Heure d'appel : <s>" not in said, "it was not changed"


def test_a_day_that_a_field_gives_back_in_its_own_way_is_no_correction(desk):
    line = complaint("P1", site=COVE, received="20/10/2025", resolved="02/10/2025")
    page = sent(desk, "plaintes", line)
    assert 'value="2025-10-20"' in page.text
    cells = {"case 0 2 received_on": "2025-10-20", "case 0 2 resolved_on": "2025-10-22"}
    page = desk.press(page, "corriger", **cells)
    assert "Corrigé par vous : 1" in words(page)


def test_what_was_mended_is_listed_and_undone(desk):
    lines = october()
    lines[3][2] = "26:00"
    page = sent(desk, "registre", *lines)
    page = desk.press(page, "corriger", **{"case 0 5 arrived_at": "08:00"})
    assert "<s>26:00</s> → 08:00" in words(page)
    page = desk.press(page, "annuler 0 5 arrived_at")
    assert heading(page) == "Pas encore accepté : 1 case à corriger sur 30 lignes"


def test_open_days_without_a_visit_are_named_before_one_confirms(desk):
    lines = [row for n, row in enumerate(october(), 1) if n not in (7, 14)]  # Tuesdays
    page = sent(desk, "registre", *lines)
    assert "Sans aucune visite : le 07/10 et le 14/10. Ces jours ouverts" in words(page)


def test_visits_of_the_same_days_under_other_references_are_said(desk):
    desk.press(sent(desk, "registre", *october()), "confirmer")
    again = [[*line[:-1], f"autre {line[-1]}"] for line in october()]
    page = sent(desk, "registre", *again)
    assert "30 autres visites de ces jours, déjà connues, restent comptées" in words(page)


def test_a_complaints_register_does_not_speak_of_visits(desk):
    page = sent(desk, "plaintes", complaint("P1", site=COVE, received="2025-10-20"))
    assert "comptera comme un jour sans plainte ; les visites ne changent pas" in words(page)


def test_a_third_file_of_the_same_row_changes_it_once(desk):
    for kind in ("requête", "plainte", "demande d'information"):
        page = sent(desk, "registre", visit(COVE, "01/10/2025", kind=kind, ref="1"))
        if kind != "requête":
            assert "1 ligne : 1 changée (Type)." in words(page)
        desk.press(page, "confirmer")


def test_other_words_of_a_complaint_are_a_change(desk):
    for subject in ("attente", "attente trop longue"):
        page = sent(desk, "plaintes", complaint("P1", COVE, "2025-10-03", subject=subject))
        desk.press(page, "confirmer")
    assert "1 changée (Objet)" in words(page)


@pytest.mark.parametrize("month", ["09/2025", "01/09/2025"])
def test_a_monthly_return_of_another_month_is_refused(desk, month):
    page = sent(desk, "canevas", monthly(COVE, month, "10", "9"))
    assert "Confirmer et garder" not in page.text


def test_a_sheet_s_untouched_lines_are_not_counted(desk):
    lines = [*october(), *([COVE, *[""] * 10] for _ in range(50))]
    page = sent(desk, "registre", *lines)
    assert heading(page).startswith("Bon à garder : 30 lignes")


def test_more_than_thirty_files_are_said_to_be_too_many(desk):
    border, body = "x", b""
    for n in range(31):
        body += (
            f'--{border}\r\ncontent-disposition: form-data; name="fichier"; filename="{n}.csv"\r\n\r\na\r\n'
        ).encode()
    body += f"--{border}--\r\n".encode()
    headers = {
        "content-type": f"multipart/form-data; boundary={border}",
        "content-length": str(len(body)),
        "origin": desk.browser.origin,
    }
    answer = run(desk.browser.ask("/remonter", "POST", body, **headers))
    assert answer.status == 413 and "Plus de 30 fichiers" in words(answer)


@pytest.mark.parametrize(
    ("referer", "lets_in"),
    [("{}/remonter", True), ("http://evil.example/remonter", False), (None, False), ("{}.evil.example/", False)],
)  # fmt: skip
def test_a_form_of_an_old_browser_is_known_by_the_page_that_it_names(desk, referer, lets_in):
    body = b"jeton=x&faire=confirmer"
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": str(len(body)),
    }
    if referer:
        headers["referer"] = referer.format(desk.browser.origin)
    answer = run(desk.browser.ask("/remonter/apercu/x", "POST", body, **headers))
    refused = "ne vient pas de l'application" in words(answer)
    assert refused is not lets_in


def test_a_photo_is_answered_by_choosing_another_file_of_the_same_month(desk):
    month = f"{add_months(today(), -2):%Y-%m}"
    page = desk.send(b"\xff\xd8\xff\xe0" + b"\0" * 90, "photo.jpg", mois=month)
    assert heading(page) == "Refusé : choisir un autre fichier"
    link = page.text.split('<a href="/remonter?')[1].split('"')[0].replace("&amp;", "&")
    assert f'<option value="{month}" selected>' in desk.page(f"/remonter?{link}").text
