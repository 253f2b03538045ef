"""Who may hand in what for whom: by no way for another site, another account, another browser."""

from html import unescape

import pytest

from dashboard.accounts import account_changes
from dashboard.accounts.account_rules import AccountChanges
from dashboard.accounts.rights import LOCAL_READER, Role
from dashboard.actions import handing_in
from dashboard.answers import context
from tests.accounts.asgi import run
from tests.builders import Office, csv_text, visit
from tests.hand_in.conftest import COVE, Desk, heading

pytestmark = pytest.mark.never_unstable

KANDI = "ccsp-kandi"
REASON = {"raison": "essai"}


def register(site: str = COVE, *, ref: str = "1") -> bytes:
    days = visit(site, "01/10/2025", ref=ref), visit(site, "31/10/2025", ref=f"{ref}b")
    return csv_text("registre", *days).encode()


def kept(desk: Desk, content: bytes | None = None) -> str:
    """The address of the receipt of a register that was handed in."""
    page = desk.send(content or register())
    page = desk.press(page, "confirmer")
    assert heading(page).startswith("C'est fait."), heading(page)
    return f"/remonter/recu/{page.text.partition('n° ')[2].split(',')[0].split(' ')[0]}"


def desk_of(closed, name: str, role: Role, **places) -> Desk:
    return Desk(closed.someone(name, role=role, **places))


@pytest.mark.parametrize("role", Role)
def test_each_role_has_the_page_or_has_none(closed, role):
    places = {"sites": [COVE]} if role == Role.FOCAL_POINT else {}
    if role == Role.DIRECTOR:
        places = {"departments": ["Zou"]}
    if role in (Role.READER, Role.GUEST):
        pytest.skip("no account has this role")
    page = desk_of(closed, "une.personne", role, **places).page()
    hands_in = role in (Role.FOCAL_POINT, Role.DATA_MANAGER)
    assert page.status == (200 if hands_in or role == Role.DIRECTOR else 404)
    assert ('type="file"' in page.text) == hands_in


@pytest.mark.parametrize(
    ("demo", "why"),
    [
        (True, "Données fictives : ici on essaie, et rien ne compte."),
        (False, "Ici on essaie, et rien n'est gardé : on est entré sans compte."),
    ],
)
def test_real_data_are_not_called_fictitious_before_who_came_in_without_an_account(
    closed, tmp_path, demo, why
):
    Office(closed.engine, tmp_path).hand_in("registre", visit(COVE, "2025-10-01"), demo=demo)
    context.close_databases()
    assert handing_in.not_kept(LOCAL_READER) == why
    context.close_databases()


def test_a_file_of_another_site_is_refused_and_nothing_of_it_is_said(desk):
    page = desk.send(register(KANDI))
    assert heading(page).startswith("Pas encore accepté")
    assert "n'est pas celui pour lequel vous remettez" in unescape(page.text)
    assert "Confirmer" not in page.text


def test_a_site_that_is_not_one_s_own_cannot_be_chosen(desk):
    page = desk.send(register(), centre=KANDI)
    assert page.status == 403 and "pas de vos centres" in unescape(page.text)


def test_whose_rows_are_mended_into_another_site_s_is_refused(desk):
    page = desk.send(register("nulle part"))
    page = desk.press(page, "corriger", **{"case 0 2 site_id": KANDI})
    assert (
        "n'est pas celui pour lequel vous remettez" in unescape(page.text)
        and "Confirmer" not in page.text
    )


def test_another_account_finds_neither_the_preview_nor_the_receipt(desk, closed):
    page = desk.send(register())
    address = desk.waiting(page)
    other = desk_of(closed, "pf.kandi", Role.FOCAL_POINT, sites=[KANDI])
    other.browser.cookies["ccsp-apercu"] = desk.browser.cookies["ccsp-apercu"]
    assert other.page(address).status == 404
    receipt = kept(desk, register(ref="2"))
    assert desk.page(receipt).status == 200 and other.page(receipt).status == 404
    boss = desk_of(closed, "dir.zou", Role.DIRECTOR, departments=["Zou"])
    assert boss.page(receipt).status == 200 and "Retirer ce fichier" not in boss.page(receipt).text
    far = desk_of(closed, "dir.alibori", Role.DIRECTOR, departments=["Alibori"])
    assert far.page(receipt).status == 404


def test_another_browser_of_the_same_account_cannot_read_what_waits(desk):
    page = desk.send(register())
    address = desk.waiting(page)
    desk.browser.cookies["ccsp-apercu"] = "0" * 64
    assert desk.page(address).status == 404
    desk.browser.cookies["ccsp-apercu"] = "rien"
    assert desk.page(address).status == 404


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_without_its_token_changes_nothing(desk, token):
    page = desk.send(register())
    address = desk.waiting(page)
    body = f"jeton={token}&faire=confirmer".encode()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": str(len(body)),
        "origin": desk.browser.origin,
    }
    assert run(desk.browser.ask(address, "POST", body, **headers)).status == 403
    assert "Rien n'a encore été remis" in unescape(desk.page().text)
    elsewhere = {**headers, "origin": "http://ailleurs.example"}
    assert run(desk.browser.ask(address, "POST", body, **elsewhere)).status == 403


def test_who_lost_his_site_confirms_nothing_more(desk, closed):
    page = desk.send(register())
    account_changes.change(
        closed.engine, "pf.cove", AccountChanges(Role.FOCAL_POINT, sites=[KANDI]), "test"
    )
    closed.set()
    address = desk.waiting(page)
    assert desk.page(address).status in (303, 403, 404)


def test_a_file_is_taken_out_by_who_handed_it_in_with_a_reason(desk):
    receipt = kept(desk)
    assert f'href="{receipt}/retirer"' in desk.page(receipt).text
    page = desk.page(f"{receipt}/retirer")
    said = unescape(page.text).replace("\xa0", " ")
    assert "2 lignes ne compteront plus" in said
    assert "Dire pourquoi" in unescape(desk.fill(receipt, raison="  ").text)
    assert "C'est fait." in unescape(desk.page(receipt).text)
    page = desk.fill(receipt, **REASON)
    assert heading(page).endswith("ce fichier a été retiré, et ne compte plus")


def test_it_is_confirmed_once_however_often(desk):
    page = desk.send(register())
    address = desk.waiting(page)
    confirm = {"faire": "confirmer", "version": desk.version(page)}
    where = {desk.fill(address, follow=False, **confirm).header("location") for _ in range(5)}
    assert len(where) == 1 and next(iter(where)).startswith("/remonter/recu/")
    assert unescape(desk.page().text).count("Reçu n°") == 1


def test_a_file_brought_along_is_no_token(desk):
    """Files alone may come without one, to the page's own address: nothing of them counts yet."""
    address = desk.waiting(desk.send(register()))
    body = (
        b'--x\r\ncontent-disposition: form-data; name="faire"\r\n\r\nconfirmer\r\n'
        b'--x\r\ncontent-disposition: form-data; name="f"; filename="f.csv"\r\n\r\nrien\r\n--x--\r\n'
    )
    headers = {
        "content-type": "multipart/form-data; boundary=x",
        "content-length": str(len(body)),
        "origin": desk.browser.origin,
    }
    assert run(desk.browser.ask(address, "POST", body, **headers)).status == 403
    assert "Rien n'a encore été remis" in unescape(desk.page().text)


def test_a_receipt_is_found_by_its_number_and_says_where_one_stands(desk, closed):
    receipt = kept(desk)
    number = receipt.rpartition("/")[2]
    assert desk.page(f"/remonter/recu?numero=n°{number}").header("location") == receipt
    assert "Covè : " in unescape(desk.page(receipt).text)
    assert desk.page("/remonter/recu?numero=x").status == 400
    assert desk.page("/remonter/recu/999999").status == 404
    far = Desk(closed.someone("loin", role=Role.FOCAL_POINT, sites=["ccsp-kandi"]))
    assert far.page(receipt).status == 404 and far.page(f"{receipt}/retirer").status == 404
