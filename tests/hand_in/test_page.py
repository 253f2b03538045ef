"""The page itself: what waits to be handed in, sheets to fill in, several files, what is marked and left out."""

import io
import re
from uuid import uuid4

import openpyxl
import pytest
from sqlalchemy import text

from dashboard.accounts.rights import Role
from dashboard.forms.formats import FORMATS
from dashboard.forms.repairs import repair
from dashboard.web.receipt_pages import counted_from
from tests.accounts.asgi import run
from tests.builders import complaint, csv_text, visit
from tests.hand_in.conftest import COVE, Desk, heading, words
from tests.hand_in.test_rights import register


def october(*, ref: bool = True) -> list[list]:
    return [
        visit(COVE, f"{day:02}/10/2025", "08:05", called="08:15", ref=f"{day}" if ref else "")
        for day in range(1, 31)
        for _ in range(1 if ref else 2)
    ]


def raw(desk: Desk, address: str, **fields: str):
    """The answer of a form, as it comes."""
    return desk.fill(address, follow=False, **fields)


@pytest.mark.parametrize("form", FORMATS)
def test_a_sheet_to_fill_in_comes_for_one_s_own_site_and_for_no_other(desk, form):
    at = f"/remonter/feuille?centre={COVE}&mois=2025-10&formulaire={form}"
    answer = desk.page(at)
    assert answer.status == 200 and "attachment" in answer.header("content-disposition")
    assert desk.page(at.replace(COVE, "ccsp-kandi")).status == 403
    assert desk.page(at.replace("2025-10", "x")).status == 400
    assert desk.page(at.replace(form, "rien")).status == 400


def test_the_first_sentence_says_what_is_missing(desk):
    assert heading(desk.page()).startswith("Covè : ")
    assert f"Les jours sont comptés depuis le {counted_from():%d/%m/%Y}" in words(desk.page())


def test_a_thousand_alike_faults_are_one_and_the_copy_marks_them_all(desk):
    lines = [visit(COVE, "01/10/2025", "26:00", ref=f"{n}") for n in range(1_000)]
    lines += [visit(COVE, f"{n}/13/2025", ref=f"m{n}") for n in range(1, 31)]
    page = desk.send(csv_text("registre", *lines).encode())
    said = words(page)
    assert re.search(r"au moins [\d\u202f ]+ fois : lignes 2, 3, 4 et", said)
    assert said.count("<li>") < 25
    answer = raw(desk, desk.waiting(page), faire="copie")
    assert answer.header("content-disposition").endswith('.xlsx"')


def test_a_marked_copy_is_mended_and_handed_in_as_it_is(desk):
    lines = october()
    lines[3][2] = "26:00"
    page = desk.send(csv_text("registre", *lines).encode())
    content = content_of(desk, desk.waiting(page), faire="copie")
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    assert heads[-1] == "À corriger" and "Heure d'arrivée : cette heure" in sheet.cell(5, len(heads)).value  # fmt: skip
    cell = sheet.cell(5, heads.index("Heure d'arrivée") + 1)
    assert cell.value == "26:00" and cell.fill.fgColor.rgb != "00000000"
    cell.value = "08:05"
    saved = io.BytesIO()
    book.save(saved)
    page = desk.send(saved.getvalue(), "registre.xlsx")
    assert heading(page).startswith(f"Bon à garder : {len(lines)} lignes"), words(page)[-800:]


def content_of(desk: Desk, address: str, **fields: str) -> bytes:
    """The bytes of a file that a form gives."""
    sent = []
    app = desk.browser.app

    async def heard(scope, receive, send):
        async def keep(message):
            sent.append(message)
            await send(message)

        await app(scope, receive, keep)

    desk.browser.app = heard
    raw(desk, address, **fields)
    desk.browser.app = app
    starts = [n for n, m in enumerate(sent) if m["type"] == "http.response.start"]
    return b"".join(m.get("body", b"") for m in sent[starts[-1] :])


def test_rows_that_nobody_can_mend_are_left_out_and_said(desk):
    lines = [*october(), visit(COVE, "04/10/2025", "26:00", ref="encore")]
    page = desk.send(csv_text("registre", *lines).encode())
    page = desk.press(page, "retirer")
    assert heading(page).startswith(f"Bon à garder : {len(lines) - 1} lignes")
    assert "Mis de côté par vous : 1 ligne" in words(page)
    assert content_of(desk, desk.waiting(page), faire="laisses").startswith(b"PK")
    page = desk.press(page, "confirmer")
    assert "1 ligne laissée de côté, à remettre plus tard" in words(page), words(page)[-1500:]


@pytest.mark.parametrize("last", [True, False], ids=["at the end", "in the middle"])
def test_without_references_a_whole_day_is_left_out_and_none_becomes_empty(desk, last):
    lines = october(ref=False)
    lines[-1 if last else 4][2] = "26:00"  # of a day which has two
    line = len(lines) + 1 if last else 6
    page = desk.send(csv_text("registre", *lines).encode())
    assert "Mettre de côté toute la journée (2 lignes, sans référence)" in words(page)
    page = desk.press(page, "corriger", **{f"retirer 0 {line}": "oui"})
    if last:
        assert heading(page).startswith(f"Bon à garder : {len(lines) - 2} lignes")
        assert "Chaque jour ouvert du 1er au 29 octobre 2025 a des visites" in words(page)
        assert "Les jours d'après restent à remettre" in words(page)
    else:
        assert "Le 3 octobre 2025 n'aurait plus aucune ligne" in words(page)
        assert "Confirmer" not in page.text


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (range(1, 27), "du 1er au 26 octobre 2026"),
        (range(1, 31), "du 1er au 31 octobre 2026"),  # the 31st is a Saturday
        (range(5, 31), "du 5 au 31 octobre 2026"),
    ],
)
def test_a_register_speaks_of_the_days_of_its_rows_and_of_those_on_which_nobody_opens(
    desk, days, said
):
    lines = [visit(COVE, f"{d:02}/10/2026", ref=f"{d}") for d in days]
    page = desk.send(csv_text("registre", *lines).encode(), mois="2026-10")
    assert f"Chaque jour ouvert {said} a des visites" in words(page)


def test_rows_of_another_month_are_not_taken_for_the_one_that_was_chosen(desk):
    lines = [visit(COVE, f"{d:02}/09/2025", ref=f"{d}") for d in range(1, 20)]
    page = desk.send(csv_text("registre", *lines).encode())
    assert "19 lignes ne sont pas d'octobre 2025" in words(page)
    assert "Confirmer" not in page.text


def test_complaints_speak_of_the_month_that_was_chosen_and_of_no_other(desk, closed):
    lines = [complaint("P1", COVE, "2025-09-03", "2025-10-09"), complaint("P2", COVE, "2025-10-20")]
    page = desk.press(desk.send(csv_text("plaintes", *lines).encode()), "confirmer")
    assert "du 1er au 31 octobre 2025" in words(page)
    with closed.engine.connect() as connection:
        found = connection.execute(text("SELECT first_day, last_day FROM batch_site")).all()
    assert [tuple(map(str, row)) for row in found] == [("2025-10-01", "2025-10-31")]


@pytest.mark.parametrize("cell", ["0,25", "0.25", "6h00", "06:00"])
def test_a_time_that_a_spreadsheet_wrote_keeps_its_meaning(cell):
    column = FORMATS["registre"].column("arrived_at")
    assert (repair(column, cell) or cell) == "06:00"


def test_a_cell_that_must_be_empty_can_be_emptied(desk):
    lines = october()
    lines[3] = visit(COVE, "04/10/2025", "08:05", called="08:15", outcome="parti", ref="4")
    page = desk.send(csv_text("registre", *lines).encode())
    assert "Je ne sais pas (« Heure d'appel ») : laisser vide, la ligne est gardée" in words(page)
    page = desk.press(page, "corriger", **{"vider 0 5 called_at": "oui"})
    assert heading(page).startswith(f"Bon à garder : {len(lines)} lignes")


def test_what_was_confirmed_leads_to_its_receipt_and_is_not_abandoned(desk):
    page = desk.send(csv_text("registre", *october()).encode())
    address = desk.waiting(page)
    desk.press(page, "confirmer")
    assert desk.page(address).header("location") == "/remonter/recu/1"
    assert heading(desk.fill(address, faire="abandonner")).startswith("C'est fait.")


@pytest.mark.parametrize(
    "content", [b"\xff\xd8\xff\xe0" + b"\0" * 200, b"%PDF-1.7\n" + b"\0" * 90, b"\0\0\0\x18ftypheic" + b"\0" * 90]
)  # fmt: skip
def test_a_photo_is_said_to_be_one(desk, content):
    page = desk.send(content, "registre.xlsx")
    assert page.status == 422 and "et non un tableau" in words(page)


def test_ten_thousand_blank_lines_change_nothing(desk):
    content = csv_text("registre", *october()) + ";;;;;;;;;;\n" * 10_000
    page = desk.send(content.encode())
    assert heading(page).startswith("Bon à garder : 30 lignes")


def test_several_files_each_have_their_verdict(closed):
    desk = Desk(closed.someone("donnees", role=Role.DATA_MANAGER))
    border, token = uuid4().hex, desk.token(desk.page())
    parts = [("jeton", token), ("centre", ""), ("mois", "2025-10")]
    head = f"--{border}\r\ncontent-disposition: form-data; name="
    body = "".join(f'{head}"{n}"\r\n\r\n{v}\r\n' for n, v in parts)
    for n in range(30):
        content = register(COVE if n % 2 else "ccsp-kandi", ref=f"f{n}").decode()
        content = content.replace("requête", "requette") if n == 7 else content
        body += f'--{border}\r\ncontent-disposition: form-data; name="fichier"; filename="f{n}.csv"\r\n\r\n{content}\r\n'
    sent = (body + f"--{border}--\r\n").encode()
    headers = {
        "content-type": f"multipart/form-data; boundary={border}",
        "content-length": str(len(sent)),
        "origin": desk.browser.origin,
    }
    page = run(desk.browser.ask("/remonter", "POST", sent, **headers))
    assert heading(page) == "30 fichiers : 29 à confirmer, 1 à revoir. Rien n'est gardé pour l'instant"  # fmt: skip
    assert page.text.count("/remonter/apercu/") == 30


@pytest.mark.parametrize("length", ["", "-1", "x", str(10**9)])
def test_a_form_is_refused_by_its_length_before_it_is_read(desk, length):
    headers = {
        "content-type": "multipart/form-data; boundary=x",
        "content-length": length,
        "origin": desk.browser.origin,
    }
    answer = run(desk.browser.ask("/remonter", "POST", b"", **headers))
    assert answer.status in (411, 413) and "Rien n'a été gardé" in words(answer) or "Mo" in words(answer)  # fmt: skip


def test_what_waits_is_found_again_in_the_browser_that_sent_it_and_nowhere_else(desk, closed):
    page = desk.send(csv_text("registre", *october()).encode(), "octobre.csv")
    address = desk.waiting(page)
    start = desk.page()
    assert f'<a href="{address}">octobre.csv</a>' in start.text and "À confirmer" in words(start)
    again = Desk(closed.someone("pf.cove.2", role=Role.FOCAL_POINT, sites=[COVE]))
    assert "octobre.csv" not in words(again.page())
    desk.press(page, "confirmer")
    assert "À confirmer" not in words(desk.page())


def test_a_script_is_told_where_the_verdict_is(desk):
    content = csv_text("registre", *october()).encode()
    answer = desk.send(content, headers={"x-requested-with": "ccsp-upload"})
    assert answer.status == 204
    assert heading(desk.page(answer.header("content-location"))).startswith("Bon à garder")
