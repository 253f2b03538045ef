"""`python -m dashboard accounts`, and what the start says of who comes in."""

import pytest

import server
from dashboard.__main__ import main
from dashboard.accounts.rights import Person, Role
from dashboard.actions import accounts
from dashboard.settings import load_settings
from scripts.start import address, proxy_notice, sign_in_notice
from tests.accounts.asgi import Browser
from tests.accounts.conftest import PASSWORD

FIRST = "python -m dashboard accounts add NOM --role administrator"


def test_an_account_from_the_command_to_the_page_and_back(house, command):
    assert FIRST in command(main, "accounts", "list").out and FIRST in sign_in_notice()
    said = command(main, "accounts", "add", "Dir.Zou", "--role", "director", "--department", "Zou")
    assert said.code == 0 and "dir.zou" in said.out and "72 heures" in said.out
    browser = Browser()
    browser.enter("dir.zou", said.out.split()[-1], PASSWORD)
    assert "dir.zou · director · Zou · actif" in command(main, "accounts", "list").out
    assert command(main, "accounts", "sessions").out.startswith("dir.zou · depuis le ")
    changed = command(
        main, "accounts", "set", "dir.zou", "--department", "Borgou", "--department", "Alibori"
    )
    assert changed.code == 0
    assert "Alibori, Borgou" in command(main, "accounts", "list").out
    assert command(main, "accounts", "close", "dir.zou").out == "1 session fermée.\n"
    house.set()
    assert browser.get("/").status == 303
    assert command(main, "accounts", "disable", "dir.zou").code == 0
    assert "fermé" in command(main, "accounts", "list").out
    assert Browser().sign_in("dir.zou", PASSWORD).status == 401
    received = command(main, "accounts", "reset", "dir.zou").out.split()[-1]
    assert Browser().sign_in("dir.zou", received).status == 303
    command(main, "accounts", "add", "adm", "--role", "administrator")
    assert FIRST not in sign_in_notice() and "en se connectant" in sign_in_notice()


def test_what_cannot_be_is_said_in_one_sentence(house, command):
    for argv in (
        ("add", "dir.zou", "--role", "director"),
        ("add", "x y", "--role", "cabinet"),
        ("set", "personne", "--role", "cabinet"),
        ("disable", "personne"),
        ("reset", "personne"),
        ("close", "personne"),
        ("sessions", "personne"),
    ):
        said = command(main, "accounts", *argv)
        assert (said.code, said.out) == (1, "") and said.err.startswith("Refusé : "), argv
        assert said.err.count("\n") == 1
    with pytest.raises(SystemExit) as wrong:
        command(main, "accounts", "add", "x", "--role", "guest")
    assert wrong.value.code == 2


def test_the_start_says_whether_one_has_to_sign_in_and_where(opened):
    assert "sans se connecter" in sign_in_notice()
    assert address(8501) == "http://localhost:8501"
    opened.set(PUBLIC_URL="https://tableau.example.bj")
    assert FIRST in sign_in_notice() and address(8501) == load_settings().public_url
    assert "TRUSTED_PROXIES=127.0.0.1 make run" in proxy_notice()
    opened.set(TRUSTED_PROXIES="127.0.0.1")
    assert proxy_notice() == ""
    opened.set(
        PUBLIC_URL="", TRUSTED_PROXIES="", HOST="10.0.0.4", TLS_CERT=__file__, TLS_KEY=__file__
    )
    assert FIRST in sign_in_notice() and address(8501) == "https://10.0.0.4:8501"
    assert proxy_notice() == ""


def test_a_certificate_that_is_none_is_said_in_a_sentence(house):
    house.set(TLS_CERT=__file__, TLS_KEY=__file__)
    with pytest.raises(SystemExit, match="ne sont pas un certificat"):
        server.exit_if_certificate_unfit()
    house.set(TLS_CERT="", TLS_KEY="")
    server.exit_if_certificate_unfit()


def test_nobody_gives_himself_a_new_password_on_a_page_that_would_end_before_it_is_read(closed):
    clerk = Person("adm", Role.ADMINISTRATOR, id="1")
    with pytest.raises(accounts.Refused, match="« Mon compte »"):
        accounts.reset_password(clerk, "adm")
    assert accounts.reset_password(accounts.command_line_person("root"), "adm")
