"""The password again: before accounts and links are changed, where it was given too long ago. A page that was left open, or a
sign-in that no password began, changes nothing."""

import time
from html import unescape

import pytest
from sqlalchemy import text

from dashboard.accounts import failed_sign_ins, reauthentication, sign_in_request
from dashboard.accounts.account_rules import AccountChanges
from dashboard.accounts.reauthentication import TooLongAgo
from dashboard.accounts.rights import Person, Role
from dashboard.actions import accounts, guest_links
from dashboard.period import today
from dashboard.request_identity import SESSION_CACHE
from db import accounts_and_sessions
from tests.accounts.asgi import Browser
from tests.accounts.conftest import PASSWORD
from tests.accounts.lying import LEAVE, come_in
from tests.accounts.test_sign_in import later

CONFIRM, THERE = "/confirmation", f"{LEAVE}?encore=oui"

# Everything that an administrator changes of accounts and links, as his pages call it.
CHANGES = {
    "add": lambda who: accounts.add(who, "kofi", AccountChanges(Role.CABINET)),
    "change": lambda who: accounts.change(who, "dir.zou", AccountChanges(Role.CABINET)),
    "disable": lambda who: accounts.disable(who, "dir.zou"),
    "reset": lambda who: accounts.reset_password(who, "dir.zou"),
    "unbind": lambda who: accounts.unbind_identity(who, "dir.zou"),
    "close": lambda who: accounts.end_sessions(who, "dir.zou"),
    "make a link": lambda who: guest_links.make_link(who, "atelier", today()),
    "close a link": lambda who: guest_links.close_link(who, 1),
}


def who(house, browser: Browser, name: str = "awa") -> Person:
    """Who acts on a page that was opened in this browser now."""
    holder = house.held(name)
    with house.engine.connect() as connection:
        entry = accounts_and_sessions.session_by_token(
            connection, sign_in_request.digest(browser.cookies["ccsp-session"])
        )
    assert entry
    return Person(name, holder.role, holder.departments, holder.sites, holder.id, entry.id)


@pytest.fixture
def desk(closed):
    """Somebody whose accounts and links are changed."""
    closed.add()
    guest_links.make_link(accounts.command_line_person("test"), "atelier", today())
    return closed


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_after_a_quarter_of_an_hour_nothing_is_changed_until_the_password_is_given_again(
    desk, change
):
    browser = desk.someone("awa", role=Role.ADMINISTRATOR)
    page = who(desk, browser)
    later(desk, minutes=16)
    before = _state(desk)
    with pytest.raises(TooLongAgo, match="confirmer d'abord"):
        change(page)
    assert _state(desk) == before
    assert browser.post(CONFIRM, mot_de_passe=PASSWORD).header("location") == CONFIRM
    assert "C'est confirmé" in browser.get(CONFIRM).text
    if change is CHANGES["unbind"]:
        with pytest.raises(accounts.Refused, match="aucune identité"):
            change(page)
    else:
        change(page)  # the page that was open all the time
        assert _state(desk) != before


def _state(desk) -> list:
    with desk.engine.connect() as connection:
        asked = ("account", "sign_in", "access_journal", "guest_link")
        return [
            connection.execute(text(f"SELECT count(*), sum(epoch) FROM {t}")).all()  # noqa: S608
            if t == "account"
            else connection.execute(text(f"SELECT count(*) FROM {t}")).all()  # noqa: S608
            for t in asked
        ]


def test_right_after_a_sign_in_nobody_is_asked(desk):
    browser = desk.someone("awa", role=Role.ADMINISTRATOR)
    later(desk, minutes=14)
    accounts.end_sessions(who(desk, browser), "dir.zou")
    guest_links.make_link(who(desk, browser), "atelier", today())


def test_the_command_of_who_has_the_database_asks_no_password(desk):
    for name, change in CHANGES.items():
        if name != "unbind":
            change(accounts.command_line_person("test"))


def test_who_has_not_the_right_is_told_that_and_not_asked(desk):
    browser = desk.someone("cab", role=Role.FOCAL_POINT, sites=["ccsp-kandi"])
    later(desk, minutes=16)
    with pytest.raises(accounts.NotAllowed):
        accounts.disable(who(desk, browser, "cab"), "dir.zou")


@pytest.mark.parametrize("entry", [0, 999_999])
def test_a_page_of_no_sign_in_changes_nothing(desk, entry):
    desk.someone("awa", role=Role.ADMINISTRATOR)
    held = desk.held("awa")
    with pytest.raises(TooLongAgo):
        accounts.disable(Person("awa", held.role, None, None, held.id, entry), "dir.zou")


def test_another_s_password_or_sign_in_proves_nothing_of_mine(desk):
    mine, other = (desk.someone(n, role=Role.ADMINISTRATOR) for n in ("awa", "kofi"))
    later(desk, minutes=16)
    other.post(CONFIRM, mot_de_passe=PASSWORD)
    me, of_other = who(desk, mine), who(desk, other, "kofi")
    for entry in (me.session_number, of_other.session_number):
        with pytest.raises(TooLongAgo):
            accounts.end_sessions(Person("awa", me.role, None, None, me.id, entry), "dir.zou")
    accounts.end_sessions(of_other, "dir.zou")


def test_a_wrong_one_confirms_nothing_is_counted_and_signs_nobody_out(desk):
    browser = desk.someone("awa", role=Role.ADMINISTRATOR)
    later(desk, minutes=16)
    for _ in range(failed_sign_ins.FREE + 1):
        answer = browser.post(CONFIRM, mot_de_passe="autre chose")
        assert answer.status == 401
        assert "Ce n'est pas le mot de passe de ce compte" in unescape(answer.text)
    assert "attendre" in browser.post(CONFIRM, mot_de_passe=PASSWORD).text
    assert browser.get("/").told
    with pytest.raises(TooLongAgo):
        accounts.end_sessions(who(desk, browser), "dir.zou")


def test_a_new_sign_in_takes_the_place_of_the_old_one(desk):
    browser = desk.someone("awa", role=Role.ADMINISTRATOR)
    stolen = Browser(cookies=dict(browser.cookies))
    later(desk, minutes=16)
    browser.post(CONFIRM, mot_de_passe=PASSWORD)
    assert stolen.get("/").status == 303  # its token is worth nothing any more
    assert browser.get("/").told


@pytest.mark.parametrize("path", [CONFIRM, "/connexion"])
def test_a_form_that_is_sent_twice_leaves_the_page_and_the_browser_signed_in(desk, path):
    """A button pressed twice, or an answer that was lost: the second one comes with the token that the first one replaced."""
    browser = desk.someone("awa", role=Role.ADMINISTRATOR)
    page = who(desk, browser)
    later(desk, minutes=16)
    if path == "/connexion":  # where the sign-in lapsed
        later(desk, minutes=31)
    shown = browser.get(path).text
    jeton = shown.partition('name="jeton" value="')[2].split('"')[0]
    fields = {"mot_de_passe": PASSWORD, "jeton": jeton}
    fields |= {"nom": "awa"} if path == "/connexion" else {}
    before, first = dict(browser.cookies), Browser(cookies=dict(browser.cookies))
    first.app = browser.app
    assert first.post(path, **fields).status == 303
    SESSION_CACHE.forget()
    browser.cookies = before
    assert browser.post(path, **fields).status == 303
    assert browser.get("/").told and first.get("/").status == 303
    accounts.end_sessions(page, "dir.zou")  # the page that was open all the time
    assert len(accounts.own_sessions(page)) == 1  # no sign-in is left that nobody has
    browser.post("/deconnexion")
    with pytest.raises(TooLongAgo):
        accounts.end_sessions(page, "dir.zou")


def test_who_signs_out_with_the_token_of_before_is_out(desk):
    browser = desk.someone("awa", role=Role.ADMINISTRATOR)
    before = Browser(browser.app, cookies=dict(browser.cookies))
    later(desk, minutes=16)
    assert browser.post(CONFIRM, mot_de_passe=PASSWORD).status == 303
    before.post("/deconnexion")
    SESSION_CACHE.forget()
    assert browser.get("/").status == 303


def test_the_token_of_before_opens_nothing_and_after_five_minutes_confirms_nothing(desk):
    browser = desk.someone("awa", role=Role.ADMINISTRATOR)
    before = Browser(browser.app, cookies=dict(browser.cookies))
    later(desk, minutes=16)
    assert browser.post(CONFIRM, mot_de_passe=PASSWORD).status == 303
    assert before.get("/").status == 303 and before.get(CONFIRM).header("location") == "/connexion"
    later(desk, minutes=6)
    assert before.post(CONFIRM, mot_de_passe=PASSWORD).header("location") == "/connexion"
    assert browser.get("/").told


def test_a_page_goes_on_however_often_it_is_confirmed(desk):
    browser = desk.someone("awa", role=Role.ADMINISTRATOR)
    page = who(desk, browser)
    for _ in range(25):
        later(desk, minutes=16)
        assert browser.post(CONFIRM, mot_de_passe=PASSWORD).status == 303
    accounts.end_sessions(page, "dir.zou")


def test_a_sign_in_that_has_ended_is_no_proof(desk):
    browser = desk.someone("awa", role=Role.ADMINISTRATOR)
    page = who(desk, browser)
    browser.post("/deconnexion")
    with pytest.raises(TooLongAgo):
        accounts.end_sessions(page, "dir.zou")


def test_who_has_nothing_to_confirm_is_led_elsewhere(desk):
    assert Browser().get(CONFIRM).header("location") == "/connexion"
    first = Browser()
    first.sign_in("premier", desk.add("premier", Role.CABINET))
    assert first.get(CONFIRM).header("location") == "/mot-de-passe"
    _, address = guest_links.make_link(accounts.command_line_person("test"), "atelier", today())
    guest = Browser()
    guest.post("/invitation", lien=address)
    assert guest.get(CONFIRM).header("location") == "/"


# --- where the provider of identities asks -----------------------------------------------------------------------------
@pytest.fixture
def by_ministry(closed, ministry):
    """An administrator who came in by the provider."""
    accounts.change(
        accounts.command_line_person("test"), "dir.zou", AccountChanges(Role.ADMINISTRATOR)
    )
    browser, _ = come_in(ministry)
    return closed, ministry, browser


def test_who_came_in_by_the_provider_is_asked_there_anew(by_ministry):
    house, ministry, browser = by_ministry
    page = who(house, browser, "dir.zou")
    with pytest.raises(TooLongAgo):  # nobody knows when he gave a password there
        guest_links.make_link(page, "atelier", today())
    shown = browser.get(CONFIRM).text
    assert THERE in shown and "mot_de_passe" not in shown
    ministry.says_since = True
    _, answer = come_in(ministry, browser, "?encore=oui")
    assert answer.header("location") == CONFIRM and "C'est confirmé" in browser.get(CONFIRM).text
    guest_links.make_link(page, "atelier", today())


def test_the_way_asks_for_a_password_though_he_is_signed_in_there(by_ministry):
    _, _, browser = by_ministry
    led = browser.get(THERE).header("location")
    assert "prompt=login" in led and "max_age=0" in led
    assert "prompt" not in browser.get(LEAVE).header("location")


@pytest.mark.parametrize("since", [None, True, "hier", float("nan"), 10**400, -3_600, 3_600])
def test_a_provider_that_does_not_say_that_it_asked_confirms_nothing(by_ministry, since):
    house, ministry, browser = by_ministry
    now = int(time.time())
    told = now + since if isinstance(since, (int, float)) and since is not True else since
    if since is not None:
        ministry.claims = lambda claims: claims.update(auth_time=told)
    _, answer = come_in(ministry, browser, "?encore=oui")
    assert answer.status == 401 and "Rien n'est confirmé" in unescape(answer.text)
    assert browser.get("/").told  # he stays signed in
    with pytest.raises(TooLongAgo):
        guest_links.make_link(who(house, browser, "dir.zou"), "atelier", today())


def test_another_person_there_confirms_nothing_and_does_not_come_in(by_ministry):
    house, ministry, browser = by_ministry
    house.add("autre", Role.ADMINISTRATOR, email="autre@exemple.bj")
    ministry.subject, ministry.said = "s-2", {"email": "autre@exemple.bj", "email_verified": True}
    ministry.says_since = True
    _, answer = come_in(ministry, browser, "?encore=oui")
    assert answer.status == 401 and "quelqu'un d'autre" in unescape(answer.text)
    with house.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM identity")).scalar() == 1


def test_a_sign_in_at_the_provider_of_long_ago_is_no_proof(by_ministry):
    house, ministry, browser = by_ministry
    now = int(time.time())
    for ago, asked in ((3_600, True), (60, False)):
        ministry.claims = lambda claims, ago=ago: claims.update(auth_time=now - ago)
        come_in(ministry, browser)
        page = who(house, browser, "dir.zou")
        assert reauthentication.is_recent(house.engine, page.id, page.session_number) is not asked
