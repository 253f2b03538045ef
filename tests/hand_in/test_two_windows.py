"""A file that waits in two windows, or over a night: nothing is kept that was not shown, and nothing typed is lost unsaid."""

from concurrent.futures import ThreadPoolExecutor

from tests.builders import complaint, csv_text, visit
from tests.hand_in.conftest import COVE, Desk, heading, words
from tests.hand_in.test_page import october


def sent(desk: Desk, form: str, *lines: list, **fields: str):
    return desk.send(csv_text(form, *lines).encode(), **fields)


def faulty(*at: int) -> list[list]:
    lines = october()
    for n in at:
        lines[n][2] = "26:00"
    return lines


def test_what_another_window_changed_is_read_before_it_is_confirmed(desk):
    page = sent(desk, "registre", *faulty(3))
    shown = desk.press(page, "corriger", **{"case 0 5 arrived_at": "08:00"})
    desk.press(shown, "annuler 0 5 arrived_at")
    answer = desk.press(shown, "confirmer")
    assert answer.status == 409 and "a changé depuis que cette page l'a montré" in words(answer)
    assert heading(answer).startswith("Pas encore accepté"), "the new verdict is shown"
    assert "Rien n'a encore été remis" in words(desk.page())


def test_mends_of_several_windows_at_once_are_all_there(desk):
    rows = (3, 4, 5, 6, 7, 8)
    page = sent(desk, "registre", *faulty(*rows))
    address = desk.waiting(page)

    def mend(row: int):
        return desk.fill(address, faire="corriger", **{f"case 0 {row + 2} arrived_at": "08:00"})

    with ThreadPoolExecutor(6) as at_once:
        list(at_once.map(mend, rows))
    assert heading(desk.page(address)).startswith("Bon à garder")


def test_a_mend_that_comes_after_the_confirmation_is_said_not_to_be_in_it(desk):
    page = sent(desk, "registre", *october())
    address = desk.waiting(page)
    desk.press(page, "confirmer")
    late = desk.fill(address, faire="corriger", **{"case 0 5 arrived_at": "08:00"})
    assert late.status == 409 and "ce que vous venez d'écrire n'y est pas" in words(late)


def test_what_is_typed_is_kept_where_a_row_cannot_be_put_aside(desk):
    lines = october(ref=False)
    lines[10][2], lines[12][1] = "26:00", "hier"
    page = sent(desk, "registre", *lines)
    page = desk.press(page, "corriger", **{"case 0 12 arrived_at": "08:00", "retirer 0 14": "oui"})
    assert "n'a ni référence ni date lisible" in words(page)
    assert heading(page) == f"Pas encore accepté : 1 case à corriger sur {len(lines)} lignes"


def test_a_total_under_a_register_without_references_is_put_aside(desk):
    lines = [*october(ref=False), ["Total", "", "", "", "", "60", "", "", "", "", ""]]
    page = desk.press(sent(desk, "registre", *lines), "retirer")
    assert heading(page).startswith("Bon à garder : 60 lignes")


def test_mends_of_a_row_that_is_put_aside_come_back_with_it(desk):
    page = sent(desk, "registre", *faulty(3, 8))
    page = desk.press(page, "corriger", **{"case 0 5 arrived_at": "08:00", "retirer 0 5": "oui"})
    page = desk.press(page, "reprendre")
    assert "<s>26:00</s> → 08:00" in words(page)
    assert "1 case à corriger" in heading(page)


def test_a_file_that_was_replaced_since_is_handed_in_anew(desk):
    for sex in ("F", "M", "F"):
        page = sent(desk, "registre", visit(COVE, "03/10/2025", sex=sex, ref="back"))
        assert heading(page).startswith("Bon à garder"), sex
        desk.press(page, "confirmer")
    assert heading(sent(desk, "registre", visit(COVE, "03/10/2025", sex="F", ref="back"))).startswith("Déjà remis")  # fmt: skip


def test_complaints_of_another_month_alone_do_not_say_that_this_one_had_none(desk):
    page = sent(desk, "plaintes", complaint("P1", COVE, "2025-09-03", "2025-09-09"))
    assert "Aucune plainte de ce fichier n'a été reçue au mois d'octobre 2025" in words(page)
    assert "Confirmer et garder" not in page.text


def test_a_visit_that_moves_to_another_day_leaves_a_day_that_is_named(desk):
    desk.press(sent(desk, "registre", *october()), "confirmer")
    page = sent(desk, "registre", visit(COVE, "08/10/2025", ref="7"), visit(COVE, "09/10/2025", ref="9"))  # fmt: skip
    assert "Sans aucune visite : le 07/10." in words(page)


def test_a_reference_is_not_emptied_since_its_row_is_known_by_it(desk):
    lines = october()
    lines[3][10], lines[3][5] = lines[2][10], "plainte"
    page = sent(desk, "registre", *lines)
    assert "les lignes sont gardées" not in words(page)
    assert "vider 0 5 source_ref" not in page.text


def test_one_word_in_more_than_a_thousand_rows_is_mended_once(desk):
    lines = [visit(COVE, "06/10/2025", sex="Masculin", ref=f"{n}") for n in range(1_100)]
    page = sent(desk, "registre", *lines)
    page = desk.press(page, "corriger", **{"case 0 2 sex": "M"})
    assert heading(page).startswith("Bon à garder")
    page = desk.press(page, "annuler 0 2 sex")
    assert "Corrigé par vous" not in words(page), "what was mended at once is undone at once"


def test_a_cell_that_no_form_has_is_passed_over(desk):
    page = sent(desk, "registre", *faulty(3))
    page = desk.press(page, "corriger", **{"case 0 2 nimporte": "x", "case 0 5 arrived_at": "8h"})
    assert heading(page).startswith("Bon à garder"), "« 8h » is read as in a file"
