"""What strangers get wrong under somebody's name, and that it keeps him out nowhere: elsewhere, in a browser that he came in by
before, by the link of his first password."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import text

from dashboard.__main__ import main
from dashboard.accounts import (
    account_changes,
    failed_sign_ins,
    passwords,
    sign_in_request,
    sign_ins,
)
from dashboard.accounts.rights import Person, Role
from dashboard.actions import access_journal, accounts
from dashboard.period import today
from dashboard.web import sign_in_forms
from db import accounts_and_sessions
from tests.accounts.asgi import Browser
from tests.accounts.conftest import PASSWORD
from tests.accounts.test_sign_in import journal, later

LINK = "/premiere-connexion"


def stranger(n: int = 9) -> Browser:
    """A browser at an address of its own."""
    return Browser(client=f"10.0.0.{n}")


def guess(times: int, name: str = "dir.zou", browser: Browser | None = None) -> None:
    """Wrong passwords, whatever waits for nothing."""
    for _ in range(times):
        (browser or stranger()).sign_in(name, "faux")


@pytest.mark.parametrize("first", [True, False])
def test_who_tries_from_elsewhere_keeps_nobody_out_of_a_browser_that_is_not_known(closed, first):
    received = closed.add()
    if not first:
        Browser().enter("dir.zou", received, PASSWORD)
    for _ in range(11):  # as long as one has to wait, again and again
        guess(1)
        later(closed, seconds=61)
    guess(5)
    assert "attendre" in stranger().sign_in("dir.zou", PASSWORD).text
    assert Browser().sign_in("dir.zou", received if first else PASSWORD).status == 303


@pytest.mark.parametrize("name", ["dir.zou", "personne"])
def test_a_hundred_wrong_ones_an_hour_are_looked_at_wherever_they_come_from(
    closed, monkeypatch, name
):
    closed.add()
    looked, fits = [], passwords.verify_password
    monkeypatch.setattr(
        passwords, "verify_password", lambda *which: looked.append(which) or fits(*which)
    )
    said = [stranger(n % 60).sign_in(name, "faux").text for n in range(failed_sign_ins.CAP + 9)]
    assert len(looked) == failed_sign_ins.CAP == 100
    assert ["sous ce nom" in one for one in said] == [False] * 100 + [True] * 9
    assert "l'administrateur" in unescape(said[-1])


def test_of_an_hour_count_the_last_sixty_minutes(closed):
    closed.add()
    held = closed.held("dir.zou").id
    with closed.engine.begin() as connection:
        at = datetime(2026, 11, 26, 10, 45)
        for _ in range(40):
            accounts_and_sessions.add_failure(
                connection,
                [failed_sign_ins._hourly_counter(held, at)],
                at,
                at - failed_sign_ins.FORGOTTEN,
            )
        for minutes, wrong in ((0, 40), (14, 40), (15, 40), (30, 30), (45, 20), (75, 0), (200, 0)):
            later_at = at + timedelta(minutes=minutes)
            assert failed_sign_ins.failures_within_an_hour(
                connection, held, later_at
            ) == pytest.approx(wrong)


def test_a_known_browser_comes_in_though_as_many_as_can_be_were_wrong(closed):
    browser = closed.someone()
    browser.post("/deconnexion")
    guess(1)
    with closed.engine.begin() as connection:
        connection.execute(
            text("UPDATE failed_sign_in SET failures = 500 WHERE who LIKE :of"),
            {"of": f"{closed.held('dir.zou').id}#%"},
        )
    assert "sous ce nom" in Browser().sign_in("dir.zou", PASSWORD).text
    assert browser.sign_in("dir.zou", PASSWORD).status == 303


def test_who_tries_from_many_addresses_of_one_network_waits_as_from_one(closed):
    closed.add()
    tries = [Browser(client=f"2001:db8:0:7::{n:x}") for n in range(1, 9)]
    assert "attendre" in [one.sign_in("dir.zou", "faux") for one in tries][-1].text
    for other in ("2001:db8:0:8::1", "::ffff:10.0.0.1"):
        assert sign_ins.WRONG in Browser(client=other).sign_in("dir.zou", "faux").text
    assert sign_in_request.address_block("::ffff:10.0.0.1") == sign_in_request.address_block(
        "10.0.0.1"
    )
    assert sign_in_request.address_block("") == ""


def test_the_first_wrong_ones_of_many_at_once_are_all_counted(closed):
    closed.add()
    held = closed.held("dir.zou")

    def one(n: int) -> None:
        who = failed_sign_ins.FailureCounters(f"{held.id}@{n % 2}", held.id)
        failed_sign_ins.note_failure(
            closed.engine, who, held, sign_in_request.Browser("", "", "10.0.0.9")
        )

    with ThreadPoolExecutor(8) as many:
        list(many.map(one, range(24)))
    with closed.engine.connect() as connection:
        rows = connection.execute(text("SELECT who, failures FROM failed_sign_in")).all()
    counted = {str(who).partition("#")[0]: n for who, n in rows}
    assert counted == {held.id: 24, f"{held.id}@0": 12, f"{held.id}@1": 12}


def test_a_new_password_forgives_all_that_was_wrong(closed):
    closed.add()
    guess(6)
    guess(6, browser=stranger(8))
    account_changes.reset_password(closed.engine, "dir.zou", "adm")
    with closed.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM failed_sign_in")).scalar() == 0


# --- by the link of a first password ----------------------------------------------------------------------------------
def test_the_link_of_a_first_password_lets_in_once_and_leads_to_another(closed, command):
    said = command(main, "accounts", "add", "cab", "--role", "cabinet").out.splitlines()
    link, password = said[1], said[-1]
    assert (
        link == accounts.first_sign_in_link(password) == f"http://localhost:8501{LINK}#{password}"
    )
    browser = Browser()
    page = browser.get(LINK)
    assert "ccsp-invitation.js" in page.text
    assert "script-src 'self'" in page.header("content-security-policy")
    answer = browser.post(LINK, lien=link)
    assert (answer.status, answer.header("location")) == (303, "/mot-de-passe")
    assert browser.get("/").header("location").startswith("/mot-de-passe")
    form = browser.get("/mot-de-passe")
    assert form.status == 200 and 'name="mot_de_passe"' not in form.text
    # It is used up, as a link and as a password; looking at it used nothing up.
    for spent in (Browser().post(LINK, lien=link), Browser().sign_in("cab", password)):
        assert spent.status == 401
    short = browser.post("/mot-de-passe", nouveau="court", encore="court")
    assert short.status == 400 and "trop court" in short.text
    done = browser.post("/mot-de-passe", nouveau=PASSWORD, encore=PASSWORD)
    assert done.status == 303 and browser.get("/").told
    assert Browser().sign_in("cab", PASSWORD).status == 303
    by = {
        one.details
        for one in access_journal.lines(Person("adm", Role.ADMINISTRATOR), today(), today())
    }
    assert "depuis 127.0.0.1 · par lien de première connexion" in by


@pytest.mark.parametrize("by", ["link", "password"])
def test_strangers_delay_no_first_sign_in(closed, monkeypatch, by):
    """At the holder's own address, as many as they like, and though every place is taken."""
    received = closed.add()
    browser = Browser()
    monkeypatch.setattr(failed_sign_ins, "CAP", 5)
    guess(9, browser=Browser())
    guess(9, browser=stranger())
    assert "sous ce nom" in Browser().sign_in("dir.zou", "faux").text
    if by == "password":
        assert browser.sign_in("dir.zou", received).status == 303
        return
    monkeypatch.setattr(
        sign_in_forms.SignInQueue, "run", lambda *which: pytest.fail("stood in line")
    )
    assert browser.post(LINK, lien=f"x#{received}").status == 303
    monkeypatch.undo()
    assert browser.post("/mot-de-passe", nouveau=PASSWORD, encore=PASSWORD).status == 303
    assert browser.get("/").told


def test_one_of_many_at_once_comes_in_by_the_link(closed):
    received = closed.add()

    def one(_: int) -> bool:
        try:
            sign_ins.sign_in_by_first_link(
                closed.engine, received, sign_in_request.Browser("", "", "10.0.0.1")
            )
        except sign_in_request.Refusal:
            return False
        return True

    with ThreadPoolExecutor(8) as many:
        assert sum(many.map(one, range(8))) == 1
    assert journal(closed).count(("dir.zou", "signed in")) == 1


@pytest.mark.parametrize("end", ["72 hours", "closed", "another", "changed", "no password opens"])
def test_a_link_of_a_first_password_ends(closed, end):
    received = closed.add()
    if end == "72 hours":
        later(closed, hours=73)
    elif end == "closed":
        account_changes.disable(closed.engine, "dir.zou", "adm")
    elif end == "another":
        account_changes.reset_password(closed.engine, "dir.zou", "adm")
    elif end == "changed":
        Browser().enter("dir.zou", received, PASSWORD)
    else:
        closed.set(
            LOCAL_ACCOUNTS="0",
            OIDC_ISSUER="https://i.bj",
            OIDC_CLIENT_ID="x",
            OIDC_CLIENT_SECRET="y",
        )
    browser = Browser()
    assert browser.post(LINK, lien=received).status in (401, 403)
    assert browser.get("/").status == 303


def test_who_came_in_by_the_secret_before_is_out_once_its_link_is_used(closed):
    received, thief, holder = closed.add(), Browser(), Browser()
    assert thief.sign_in("dir.zou", received).status == 303
    assert holder.post(LINK, lien=received).status == 303
    fields = {"mot_de_passe": received, "nouveau": PASSWORD, "encore": PASSWORD}
    assert thief.post("/mot-de-passe", jeton="x", **fields).header("location") == "/connexion"
    assert holder.post("/mot-de-passe", nouveau=PASSWORD, encore=PASSWORD).status == 303


def test_an_account_without_a_first_password_is_opened_by_no_link(closed, ministry):
    """Its password is kept otherwise, or none is."""
    closed.someone("cab", role=Role.CABINET)
    closed.set(LOCAL_ACCOUNTS="0")
    closed.add("sans", Role.CABINET, email="sans@exemple.bj")
    closed.set(LOCAL_ACCOUNTS="1")
    for link in ("", "x", PASSWORD, passwords.ONCE, closed.held("cab").password):
        assert Browser().post(LINK, lien=link).status == 401, link
