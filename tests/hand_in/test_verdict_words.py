"""What a verdict says beside its faults: either of two cells, what the lines beside say, what changes from what to what."""

from sqlalchemy import text

from dashboard.accounts.rights import Role
from tests.builders import closure, complaint, csv_text, visit
from tests.hand_in.conftest import COVE, Desk, heading, words
from tests.hand_in.test_page import october


def sent(desk: Desk, form: str, *lines: list, **fields: str):
    return desk.send(csv_text(form, *lines).encode(), **fields)


def test_of_two_cells_that_do_not_agree_either_can_be_mended(desk):
    lines = october()
    lines[3][2:4] = ["10:45", "10:15"]
    page = sent(desk, "registre", *lines)
    assert "Corriger l'une ou l'autre" in words(page)
    assert 'name="case 0 5 called_at"' in page.text and 'name="case 0 5 arrived_at"' in page.text
    page = desk.press(page, "corriger", **{"case 0 5 arrived_at": "10:05"})
    assert heading(page).startswith("Bon à garder : 30 lignes")


def test_every_rule_between_cells_offers_both(desk):
    page = sent(
        desk,
        "plaintes",
        complaint("P1", site=COVE, received="2025-10-20", resolved="2025-10-02"),
        complaint("P2", site=COVE, received="2025-10-21", outcome="traitée"),
    )
    for name in ("received_on", "resolved_on", "outcome"):
        assert f'name="case 0 2 {name}"' in page.text or f'name="case 0 3 {name}"' in page.text
    page = sent(desk, "fermetures", closure(COVE, "2025-10-05", "2025-10-02"))
    assert 'name="case 0 2 first_day"' in page.text and 'name="case 0 2 last_day"' in page.text


def test_a_wrong_day_is_offered_the_one_that_the_lines_beside_it_have(desk):
    lines = [visit(COVE, "06/10/2025", ref=f"{n}") for n in range(3)]
    lines[1][1] = "32/10/2025"
    page = sent(desk, "registre", *lines)
    assert "Mettre 06/10/2025, comme les lignes d'avant et d'après" in words(page)
    assert "vérifier au registre papier" in words(page)
    assert 'value="06/10/2025" checked' not in page.text
    page = desk.press(page, "corriger", **{"voisin 0 3 day": "06/10/2025"})
    assert heading(page).startswith("Bon à garder : 3 lignes")


def test_what_is_typed_goes_before_what_is_offered(desk):
    lines = [visit(COVE, "06/10/2025", ref=f"{n}") for n in range(3)]
    lines[1][1] = "32/10/2025"
    page = sent(desk, "registre", *lines)
    both = {"voisin 0 3 day": "06/10/2025", "case 0 3 day": "2025-10-07"}
    page = desk.press(page, "corriger", **both)
    page = desk.press(page, "confirmer")
    assert "du 6 au 7 octobre" in words(page)


def test_no_day_is_offered_where_the_lines_beside_it_do_not_agree(desk):
    lines = [visit(COVE, f"0{n}/10/2025", ref=f"{n}") for n in range(6, 9)]
    lines[1][1] = "32/10/2025"
    assert "comme les lignes d'avant" not in words(sent(desk, "registre", *lines))


def test_what_changes_is_said_from_what_to_what(desk):
    desk.press(sent(desk, "registre", *october()), "confirmer")
    lines = october()
    lines[3][3], lines[4][9] = "08:25", "parti"
    lines[4][3] = ""
    page = sent(desk, "registre", *lines)
    said = words(page)
    assert "2 changées" in said
    assert "Référence 4 : Heure d'appel 08:15 → 08:25" in said
    assert "Heure d'appel 08:15 → vide" in said and "Issue vide → parti" in said


def test_the_words_of_a_complaint_are_not_said_from_what_to_what(desk):
    first = complaint("P1", site=COVE, received="2025-10-20", subject="attente trop longue")
    desk.press(sent(desk, "plaintes", first), "confirmer")
    again = complaint(
        "P1", site=COVE, received="2025-10-20", resolved="2025-10-22", subject="autre texte"
    )
    said = words(sent(desk, "plaintes", again))
    assert "Répondue le vide → 22/10/2025" in said
    assert "attente trop longue" not in said and "autre texte" not in said


def test_the_name_of_a_file_is_not_kept(desk, closed):
    page = desk.send(csv_text("registre", *october()).encode(), "registre de Mme DOSSOU Afi.csv")
    assert "DOSSOU Afi" in words(page), "who sent it sees it"
    page = desk.press(page, "confirmer")
    assert "DOSSOU" not in words(page)
    with closed.engine.connect() as connection:
        names = connection.execute(text("SELECT filename FROM import_batch")).scalars().all()
    assert names == ["registre-ccsp-cove-2025-10.csv"]


def test_a_file_that_came_another_way_is_known_and_has_no_receipt(desk, closed, tmp_path):
    content = csv_text("cloture", [COVE, "2025-10-06", "", "12"])
    path = tmp_path / "cloture.csv"
    path.write_text(content, encoding="utf-8")
    desk.press(desk.send(content.encode()), "confirmer")
    with closed.engine.begin() as connection:
        connection.execute(text("DELETE FROM receipt"))
    page = desk.send(content.encode())
    assert heading(page).startswith("Déjà remis")
    assert "/remonter/recu/" not in page.text and "par un autre chemin" in words(page)


def test_a_register_covers_the_days_of_a_closure_beside_its_rows(desk, closed):
    boss = Desk(closed.someone("donnees", role=Role.DATA_MANAGER))
    page = boss.send(csv_text("fermetures", closure(COVE, "2025-10-27", "2025-10-31")).encode())
    boss.press(page, "confirmer")
    lines = [visit(COVE, f"{d:02}/10/2025", ref=f"{d}") for d in range(1, 25)]
    page = sent(desk, "registre", *lines)
    assert "du 1er au 31 octobre" in words(page) and "restent à remettre" not in words(page)


def test_known_rows_that_a_file_does_not_have_are_said_in_plain_words(desk):
    lines = [visit(COVE, "06/10/2025", "08:05", ref=f"{n}") for n in range(5)]
    desk.press(sent(desk, "registre", *lines), "confirmer")
    lines[0][2] = "08:15"
    said = words(sent(desk, "registre", *lines[:2]))
    assert (
        "Lignes déjà connues qui ne sont pas dans ce fichier : 3. Elles restent comptées." in said
    )
    assert "ccsp-cove, 2025" not in said and "--replace-days" not in said


def test_a_sheet_of_no_form_or_an_old_month_is_answered_by_what_to_choose(desk):
    for asked in (
        "formulaire=rien&mois=2025-10",
        "formulaire=registre&mois=1900-01",
        "mois=2025-10",
    ):
        page = desk.page(f"/remonter/feuille?centre={COVE}&{asked}")
        assert page.status == 400 and "Choisir un formulaire et un mois" in words(page)
