"""Signing in by a provider of identities: whom it lets in, what it is not believed of, and what remains when it is away."""

from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from dashboard.__main__ import main
from dashboard.accounts import account_changes
from dashboard.accounts.account_rules import AccountChanges
from dashboard.accounts.rights import ROLES, Person, Role
from dashboard.actions import access_journal
from dashboard.period import today
from db.write import Refused
from scripts.start import sign_in_notice
from tests.accounts.asgi import Browser
from tests.accounts.conftest import PASSWORD
from tests.accounts.lying import LEAVE, come_in, person
from tests.accounts.test_sign_in import journal, later


# --- the straight line --------------------------------------------------------------------------------------------------
def test_who_is_known_by_a_verified_address_comes_in_and_finds_the_page_he_wanted(closed, ministry):
    assert (
        f'href="{LEAVE}?suite=attentes&amp;periode=3m"'
        in Browser().get("/connexion?suite=attentes&periode=3m").text
    )
    browser, answer = come_in(ministry, page="?suite=attentes&periode=3m")
    assert (answer.status, answer.header("location")) == (303, "/attentes?periode=3m")
    assert (person(browser).name, person(browser).departments) == ("dir.zou", frozenset({"Zou"}))
    assert journal(closed)[-2:] == [("dir.zou", "identity bound"), ("dir.zou", "signed in")]
    assert "ccsp-identite" not in browser.cookies


def test_the_next_time_the_mark_alone_counts_whatever_the_address_has_become(closed, ministry):
    come_in(ministry)
    account_changes.change(
        closed.engine, "dir.zou", AccountChanges(email="autre@exemple.bj"), "test"
    )
    ministry.said = {"email": "nouvelle@exemple.bj", "email_verified": False}
    assert person(come_in(ministry)[0]).name == "dir.zou"


def test_a_sign_in_by_the_provider_lapses_after_four_hours(closed, ministry):
    browser, _ = come_in(ministry)
    closed.set(SESSION_IDLE_MINUTES="720")
    later(closed, hours=3, minutes=55)
    assert browser.get("/").told
    later(closed, minutes=6)
    assert browser.get("/").status == 303


def test_a_sign_in_ends_where_the_settings_shut_its_door(closed, ministry):
    by_provider, _ = come_in(ministry)
    by_password = closed.someone("cab", role=Role.CABINET)
    closed.set(LOCAL_ACCOUNTS="0")
    assert by_password.get("/").status == 303 and by_provider.get("/").told
    closed.set(LOCAL_ACCOUNTS="1", OIDC_ISSUER="", OIDC_CLIENT_ID="", OIDC_CLIENT_SECRET="")
    assert by_password.get("/").told and by_provider.get("/").status == 303


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_nobody_is_signed_in_but_by_pressing_the_button(closed, ministry, site):
    """The provider knows who he is already: a page elsewhere that led here would begin a session of his."""
    browser = Browser()
    answer = browser.get(f"{LEAVE}?suite=attentes", **{"sec-fetch-site": site})
    assert (answer.status, answer.header("location")) == (303, "/connexion")
    assert "ccsp-identite" not in browser.cookies and not ministry.asked
    led = browser.get(LEAVE, **{"sec-fetch-site": "same-origin"})
    assert led.header("location").startswith(ministry.issuer)


def test_the_journal_says_how_somebody_signed_in(closed, ministry):
    come_in(ministry)
    closed.someone("cab", role=Role.CABINET)
    clerk, day = Person("adm", Role.ADMINISTRATOR, id="1"), today()
    told = [one for one in access_journal.lines(clerk, day, day) if one.did == "s'est connecté"]
    assert {(one.who, one.details) for one in told} == {
        ("cab", "depuis 127.0.0.1 · par mot de passe"),
        ("dir.zou", "depuis 127.0.0.1 · par identité du ministère"),
    }


PLACES = {Role.DIRECTOR: {"departments": ["Zou"]}, Role.FOCAL_POINT: {"sites": ["ccsp-kandi"]}}


def test_both_kinds_of_account_are_one_person_to_every_right(closed, ministry):
    """The matrix (tests/pages/test_matrix.py) asks what a person may; it holds for whoever comes in by either door."""
    asked = set(ROLES) - {Role.READER, Role.GUEST}  # who has no account of his own
    for n, role in enumerate(sorted(asked)):
        address = f"role{n}@exemple.bj"
        by_password = person(
            closed.someone(f"role.{n}", role=role, email=address, **PLACES.get(role, {}))
        )
        ministry.subject, ministry.said = f"m-{n}", {"email": address, "email_verified": True}
        by_provider = person(come_in(ministry)[0])
        assert by_provider == by_password and by_provider.role == role
    assert len(asked) == 5


# --- whom it does not let in ---------------------------------------------------------------------------------------------
def test_without_a_provider_its_addresses_lead_to_the_form_and_no_button_does(closed):
    assert LEAVE not in Browser().get("/connexion").text
    for path in (LEAVE, "/connexion/retour?code=x&state=y"):
        answer = Browser().get(path)
        assert (answer.status, answer.header("location")) == (303, "/connexion")


def test_an_unknown_person_is_told_whom_to_ask_and_leaves_no_trace(closed, ministry):
    closed.set(ACCOUNT_CONTACT="la direction des systèmes d'information")
    before = journal(closed)
    ministry.said = {"email": "inconnu@exemple.bj", "email_verified": True}
    browser, answer = come_in(ministry)
    assert answer.status == 401 and browser.get("/").status == 303
    assert "demander un accès à la direction des systèmes d&#39;information" in answer.text
    assert journal(closed) == before


def test_another_person_with_the_same_address_does_not_come_in(closed, ministry):
    first, _ = come_in(ministry)
    ministry.subject = "s-2"
    second, answer = come_in(ministry)
    assert answer.status == 401 and "lié à une autre identité" in answer.text
    assert second.get("/").status == 303 and first.get("/").told
    assert journal(closed)[-1] == ("dir.zou", "sign-in failed")


def test_an_account_that_is_closed_stays_closed(closed, ministry):
    come_in(ministry)
    account_changes.disable(closed.engine, "dir.zou", "test")
    browser, answer = come_in(ministry)
    assert answer.status == 401 and "est fermé" in answer.text and browser.get("/").status == 303


# --- where it is away ------------------------------------------------------------------------------------------------------
def test_while_the_provider_is_away_a_password_still_opens(closed, ministry):
    received = closed.add("cab", Role.CABINET)
    ministry.down = True
    answer = Browser().get(LEAVE)
    assert answer.status == 503 and "ne répond pas" in answer.text and "mot de passe" in answer.text
    Browser().enter("cab", received, PASSWORD)


# --- one door to an account ---------------------------------------------------------------------------------------------
def test_once_bound_an_account_has_no_password_and_no_page_for_one(closed, ministry):
    account_changes.disable(closed.engine, "dir.zou", "test")
    received = account_changes.reset_password(closed.engine, "dir.zou", "test")
    by_password = Browser()
    by_password.enter("dir.zou", received, PASSWORD)
    browser, _ = come_in(ministry)
    assert by_password.get("/").status == 303, "what a password opened ends"
    assert Browser().sign_in("dir.zou", PASSWORD).status == 401
    assert browser.get("/mot-de-passe").status == 303


def test_where_passwords_open_nothing_the_form_has_the_button_alone(closed, ministry):
    received = closed.add("cab", Role.CABINET)
    ready = Browser()
    token = ready.get("/connexion").text.partition('name="jeton" value="')[2].partition('"')[0]
    closed.set(LOCAL_ACCOUNTS="0")
    page = Browser().get("/connexion")
    assert LEAVE in page.text and 'name="mot_de_passe"' not in page.text
    answer = ready.sign_in("cab", received, jeton=token)  # of a form that was open before
    assert answer.status == 403 and "compte du ministère" in answer.text
    assert ready.get("/").status == 303
    assert person(come_in(ministry)[0]).name == "dir.zou"


def test_who_is_unbound_is_out_at_once_and_the_next_with_the_address_is_bound(closed, ministry):
    browser, _ = come_in(ministry)
    account_changes.unbind_identity(closed.engine, "dir.zou", "adm")
    closed.set()
    assert browser.get("/").status == 303
    assert journal(closed)[-1] == ("adm", "identity unbound")
    with pytest.raises(Refused, match="n'est lié à aucune"):
        account_changes.unbind_identity(closed.engine, "dir.zou", "adm")
    ministry.subject = "s-2"
    assert person(come_in(ministry)[0]).name == "dir.zou"
    ministry.subject = "s-1"
    assert come_in(ministry)[1].status == 401


def test_a_new_password_unbinds_and_is_gone_with_the_next_sign_in_at_the_ministry(closed, ministry):
    come_in(ministry)
    received = account_changes.reset_password(closed.engine, "dir.zou", "adm")
    assert Browser().sign_in("dir.zou", received).status == 303
    come_in(ministry)
    assert Browser().sign_in("dir.zou", received).status == 401


def test_where_passwords_open_nothing_none_is_made_and_an_address_is_needed(closed, ministry):
    closed.set(LOCAL_ACCOUNTS="0")
    with pytest.raises(Refused, match="adresse électronique"):
        closed.add("cab", Role.CABINET)
    assert closed.add("cab", Role.CABINET, email="cab@exemple.bj") == ""
    assert sign_in_notice() == "On entre en se connectant (python -m dashboard accounts list)."
    with closed.engine.begin() as connection:
        connection.execute(text("UPDATE account SET role = 'cabinet'"))
    assert sign_in_notice().endswith("add NOM --role administrator --email ADRESSE")
    account_changes.disable(closed.engine, "dir.zou", "adm")
    assert come_in(ministry)[1].status == 401
    assert account_changes.reset_password(closed.engine, "dir.zou", "adm") == ""
    assert person(come_in(ministry)[0]).name == "dir.zou"


def test_the_command_says_what_opens_an_account_and_unbinds_it(closed, ministry, command):
    come_in(ministry)
    listed = "dir.zou · director · Zou · dir.zou@exemple.bj · actif"
    assert f"{listed} · identité du ministère\n" in command(main, "accounts", "list").out
    assert "délié" in command(main, "accounts", "unbind", "dir.zou").out
    assert f"{listed}\n" in command(main, "accounts", "list").out
    again = command(main, "accounts", "unbind", "dir.zou")
    assert (again.code, again.err.count("\n")) == (1, 1)
    closed.set(LOCAL_ACCOUNTS="0")
    said = command(main, "accounts", "reset", "dir.zou").out
    assert said == "Compte « dir.zou » : le compte du ministère l'ouvre.\n"


# --- the way out ------------------------------------------------------------------------------------------------------------
def test_signing_out_leads_out_of_the_provider_too(ministry):
    browser, _ = come_in(ministry)
    answer = browser.post("/deconnexion")
    where = answer.header("refresh")
    assert answer.status == 200 and where.startswith(f"0;url={ministry.issuer}/end?id_token_hint=")
    assert "post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8501%2Fconnexion" in where
    assert browser.get("/").status == 303
    assert "form-action 'self';" in answer.header("content-security-policy")


def test_who_comes_back_from_the_provider_finds_the_form_and_is_forgotten(ministry):
    browser, _ = come_in(ministry)
    further = browser.post("/deconnexion").header("refresh").removeprefix("0;url=")
    back = parse_qs(urlsplit(further).query)["state"][0]
    assert browser.cookies["ccsp-session"] and browser.get("/").status == 303
    answer = browser.get(f"/connexion?state={back}")
    assert (answer.status, answer.header("location")) == (303, "/connexion")
    assert "ccsp-session" not in browser.cookies
    form = browser.get("/connexion")
    assert form.header("refresh") == "" and 'role="alert"' not in form.text


@pytest.mark.parametrize("back", ["", "?state=", "?state=autre", "?suite=mon-compte"])
def test_an_answer_that_was_not_read_leaves_nobody_signed_in_at_the_provider(ministry, back):
    """The page goes by itself before the form's answer is shown, its network is cut, or the window is closed: whoever opens the
    form next in this browser would come in as him, by one press."""
    browser, _ = come_in(ministry)
    further = browser.post("/deconnexion").header("refresh")
    assert "/end?" in further
    assert browser.get("/mon-compte").header("location") == "/connexion?suite=mon-compte"
    again = browser.get(f"/connexion{back}")
    assert (again.status, again.header("refresh")) == (200, further)
    assert "Vous êtes déconnecté" in again.text and LEAVE not in again.text
    # Once more only: a provider that leads nobody back keeps nobody from the form.
    assert "ccsp-session" not in browser.cookies
    assert LEAVE in browser.get("/connexion").text


def test_nobody_else_is_led_out_of_the_provider(closed, ministry):
    browser, _ = come_in(ministry)
    other, _ = come_in(ministry)
    browser.post("/deconnexion")
    assert LEAVE in Browser().get("/connexion").text
    assert "Vous êtes connecté" in other.get("/connexion").text and other.get("/").told


def test_who_came_in_by_a_password_is_led_nowhere_when_he_leaves(closed, ministry):
    browser = closed.someone("cab", role=Role.CABINET)
    assert browser.post("/deconnexion").header("refresh") == ""
    assert "ccsp-session" not in browser.cookies
    assert LEAVE in browser.get("/connexion").text


def test_what_the_provider_signed_is_kept_nowhere(closed, ministry):
    proofs, sign = [], ministry.sign
    ministry.sign = lambda claims: proofs.append(sign(claims)) or proofs[-1]
    come_in(ministry)
    with closed.engine.connect() as connection:
        for table in ("identity", "account", "sign_in", "access_journal", "journal"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608
            assert rows or table == "journal"
            assert proofs[0] not in repr(rows) and "a-token" not in repr(rows)
