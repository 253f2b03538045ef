"""The page itself: what waits to be handed in, sheets to fill in, several files, what is marked and left out."""

import io
from uuid import uuid4

import openpyxl
import pytest

from dashboard.accounts.rights import Role
from dashboard.forms.formats import FORMATS
from tests.accounts.asgi import run
from tests.builders import csv_text, visit
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
    assert desk.page(at.replace(form, "rien")).status == 403


def test_the_first_sentence_says_what_is_missing(desk):
    assert heading(desk.page()).startswith("Covè : ")


def test_a_thousand_alike_faults_are_one_and_the_copy_marks_them_all(desk):
    lines = [visit(COVE, "01/10/2025", "26:00", ref=f"{n}") for n in range(1_000)]
    lines += [visit(COVE, f"{n}/13/2025", ref=f"m{n}") for n in range(1, 31)]
    page = desk.send(csv_text("registre", *lines).encode())
    said = words(page)
    assert "1000 fois" in said or "1 000 fois" in said or "969 fois" in said or "970 fois" in said
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
    lines = october()
    lines[3][2] = "26:00"
    page = desk.send(csv_text("registre", *lines).encode())
    page = desk.press(page, "retirer")
    assert heading(page).startswith(f"Bon à garder : {len(lines) - 1} lignes")
    assert "Laissé de côté par vous : 1 ligne." in words(page)
    assert content_of(desk, desk.waiting(page), faire="laisses").startswith(b"PK")
    page = desk.press(page, "confirmer")
    assert "1 ligne laissée de côté, à remettre plus tard" in words(page), words(page)[-1500:]


def test_without_references_a_whole_day_is_left_out_never_one_row(desk):
    lines = october(ref=False)
    lines[4][2] = "26:00"  # of the third day, which has two
    page = desk.send(csv_text("registre", *lines).encode())
    page = desk.press(page, "corriger", **{"retirer 0 6": "oui"})
    assert heading(page).startswith(f"Bon à garder : {len(lines) - 2} lignes")


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
    assert heading(page) == "30 fichiers : 29 à confirmer, 1 à corriger. Rien n'est gardé pour l'instant"  # fmt: skip
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
