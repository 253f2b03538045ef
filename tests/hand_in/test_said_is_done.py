"""What a page said before somebody pressed is what is done, whatever others did meanwhile."""

from dashboard.accounts.rights import Role
from tests.builders import csv_text, visit
from tests.hand_in.conftest import COVE, Desk, heading, words
from tests.hand_in.test_page import october

MANAGER = {"role": Role.DATA_MANAGER}
DAY = "10/10/2025"


def register(*lines: list) -> bytes:
    return csv_text("registre", *lines).encode()


def nameless(count: int, day: str = DAY) -> list[list]:
    """Visits of a day without references: a file that has them is the whole register of that day."""
    return [visit(COVE, day, f"{9 + n}:00") for n in range(count)]


def kept_by(desk: Desk, content: bytes) -> str:
    """Hand a register in; the address of its receipt."""
    page = desk.press(desk.send(content), "confirmer")
    assert heading(page).startswith("C'est fait."), words(page)[:400]
    return f"/remonter/recu/{page.text.partition('n° ')[2].split(',')[0]}"


def test_what_others_handed_in_since_is_shown_before_it_is_replaced(desk, closed):
    page = desk.send(register(*nameless(2)))
    assert (
        "2 nouvelles" in words(page) and "plus" not in words(page).partition("2 nouvelles")[2][:40]
    )
    manager = Desk(closed.someone("gestion", **MANAGER))
    kept_by(manager, register(*(visit(COVE, DAY, ref=f"m{n}") for n in range(5))))
    again = desk.press(page, "confirmer")
    assert again.status == 409 and "a changé depuis" in words(again)
    assert "5 lignes déjà remises ne comptent plus" in words(again)
    done = desk.press(again, "confirmer")
    assert "5 lignes déjà remises ne comptent plus" in words(done)


def test_what_others_took_out_since_is_shown_too(desk, closed):
    receipt = kept_by(desk, register(*october()))
    page = desk.send(register(*october(), visit(COVE, "31/10/2025", ref="new")))
    assert "30 déjà connues, identiques" in words(page)
    desk.fill(f"{receipt}/retirer", raison="essai")
    again = desk.press(page, "confirmer")
    assert again.status == 409 and "31 nouvelles" in words(again)


def test_a_file_is_taken_out_for_what_was_said_alone(desk):
    first = kept_by(desk, register(*nameless(3)))
    page = desk.page(f"{first}/retirer")
    told = words(page).partition('name="effet" value="')[2].partition('"')[0]
    assert told.startswith("Si vous le retirez, 3 lignes")
    kept_by(desk, register(*nameless(1)))
    again = desk.fill(f"{first}/retirer", raison="essai", effet=told)
    assert again.status == 409 and "a changé depuis" in words(again)
    assert "0 ligne ne comptera plus" in words(again)


def test_a_row_of_a_day_that_may_be_another_is_not_put_aside(desk):
    lines = [*nameless(2), visit(COVE, "10/07/2025", "15:00"), *nameless(1, "13/10/2025")]
    page = desk.send(register(*lines))
    kept = desk.press(page, "retirer")
    assert kept.status == 409 and "La ligne 4 n'a ni référence ni date lisible de ce mois" in words(
        kept
    )
    page = desk.press(kept, "corriger", **{"case 0 4 day": "2025-10-10"})
    assert heading(page).startswith("Bon à garder : 4 lignes")


def test_what_is_typed_stays_where_the_rest_is_left_empty_or_put_aside(desk):
    lines = [visit(COVE, DAY, f"9h{n}x", ref=str(n)) for n in range(3)]
    page = desk.send(register(*lines))
    page = desk.press(page, "vider", **{"case 0 3 arrived_at": "09:15"})
    assert heading(page).startswith("Bon à garder : 3 lignes")
    said = words(page)
    assert "Corrigé par vous : 1 ; laissé vide : 2" in said and "<s>9h1x</s> → 09:15" in said
    receipt = words(desk.press(page, "confirmer"))
    assert "1 case corrigée par vous ; 2 cases laissées vides" in receipt
