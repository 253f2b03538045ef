"""Links of guests: made by who may, opened by a button, for so long and so often; closed at once; only their hash is kept."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import text

from dashboard.__main__ import main
from dashboard.accounts import account_changes, account_rules, people, sign_in_request
from dashboard.accounts import guest_links as links
from dashboard.accounts.rights import NotAllowed, Person, Role
from dashboard.actions import guest_links
from dashboard.period import naive_utc_bounds, today
from dashboard.request_identity import SESSION_CACHE
from dashboard.web import open_pages
from dashboard.web.sign_in_queue import SignInQueue
from db import accounts_and_sessions, backup
from db.write import Refused
from db.write_lock import write_transaction
from tests.accounts.asgi import PAGE, Browser, run, stack
from tests.accounts.conftest import settled
from tests.accounts.test_open_pages import SHUT, application, open_page, rerun
from tests.accounts.test_sign_in import journal, later
from tests.moved_time import until

# As the command makes links: who has no account is not asked for a password again.
CABINET = Person("cab", Role.CABINET)
DIRECTOR = Person("dir.zou", Role.DIRECTOR, frozenset({"Zou"}))
SOON = timedelta(days=7)


def invite(
    who: Person = CABINET, what: str = "atelier de Parakou", **more
) -> tuple[guest_links.Link, str]:
    """A link, and its address."""
    return guest_links.make_link(who, what, today() + SOON, **more)


def token_of(address: str) -> str:
    """What stands behind the #."""
    return address.partition("#")[2]


def enter(address: str, browser: Browser | None = None) -> tuple[Browser, int]:
    """A browser that opened the link and sent the form, and what was answered."""
    browser = browser or Browser()
    return browser, browser.post("/invitation", lien=token_of(address)).status


def test_a_guest_comes_in_by_the_button_and_not_by_looking_at_the_address(closed):
    link, address = invite()
    assert address.startswith("http://localhost:8501/invitation#") and len(token_of(address)) > 40
    looks = Browser()
    for _ in range(3):  # a preview of a message, a robot that follows addresses: they send no #
        page = looks.get("/invitation")
        assert page.status == 200 and "Entrer comme invité" in page.text
        assert looks.get(f"/invitation?{token_of(address)}").status == 200
    assert looks.get("/").status == 303 and guest_links.links(CABINET)[0].uses == 0
    guest, status = enter(address)
    assert status == 303 and guest.get("/").told
    assert guest_links.links(CABINET)[0].uses == 1
    person = SESSION_CACHE.person_from_header(guest.get("/").told)
    assert (person.role, person.departments) == (Role.GUEST, None)
    assert journal(closed)[-1] == (person.name, "signed in")
    with closed.engine.connect() as connection:
        assert accounts_and_sessions.lines(connection)[0][3]["for"] == "atelier de Parakou"
    assert link.what == "atelier de Parakou"


def test_the_form_of_an_invitation_runs_our_script_and_no_other(closed):
    page = Browser().get("/invitation")
    policy = page.header("content-security-policy")
    assert "script-src 'self'" in policy and "default-src 'none'" in policy
    assert page.text.count("<script") == 1 and "/app/static/ccsp-invitation.js" in page.text
    assert "script-src" not in Browser().get("/connexion").header("content-security-policy")


def test_a_guest_stands_in_no_line(closed, monkeypatch):
    """Else who tries made-up names, at some addresses, keeps a workshop out."""
    monkeypatch.setattr(SignInQueue, "run", lambda *which: pytest.fail("stood in line"))
    _, address = invite()
    assert enter(address)[1] == 303
    assert enter("https://tableau.exemple.bj/invitation#inventé")[1] == 401


def test_the_link_itself_is_kept_nowhere(closed):
    _, address = invite()
    enter(address)
    with closed.engine.connect() as connection:
        for table in ("guest_link", "account", "sign_in", "access_journal", "journal"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608
            assert rows or table == "journal"
            assert token_of(address) not in repr(rows)


def test_a_form_that_was_not_given_to_this_browser_lets_no_guest_in(closed):
    _, address = invite()
    for headers, fields in (({}, {"jeton": "x" * 64}), ({"origin": "https://evil.example"}, {})):
        answer = Browser().post("/invitation", lien=token_of(address), headers=headers, **fields)
        assert answer.status == 403
    assert guest_links.links(CABINET)[0].uses == 0


def test_forty_come_in_by_a_link_and_no_more_however_many_at_once(closed, monkeypatch):
    monkeypatch.setattr(links, "MOST_USES", 5)
    _, address = invite()

    def one(_: int) -> bool:
        try:
            links.sign_in_guest(
                closed.engine, token_of(address), sign_in_request.Browser("", "", "10.0.0.1")
            )
        except sign_in_request.Refusal:
            return False
        return True

    with ThreadPoolExecutor(8) as many:
        assert sum(many.map(one, range(12))) == 5
    assert guest_links.links(CABINET)[0].uses == 5 and not guest_links.valid_links(CABINET)
    assert enter(address)[1] == 401


def test_a_link_ends_with_its_day_and_with_it_the_pages_of_its_guests(closed):
    _, address = invite()
    guest, _ = enter(address)
    guest.app = stack(application)

    async def tried():
        async with open_page(guest) as page:
            assert page.accepted
            await asyncio_later(closed)
            assert await page.next_said() == SHUT

    run(tried())
    assert guest.get("/").status == 303 and enter(address)[1] == 401


async def asyncio_later(house) -> None:
    import asyncio

    await asyncio.to_thread(later, house, days=8)


def test_a_link_that_is_closed_puts_its_guests_out_and_lets_nobody_in(closed):
    link, address = invite()
    guest, _ = enter(address)
    guest.app = stack(application)

    async def tried():
        import asyncio

        async with open_page(guest) as page:
            await page.says(rerun())
            assert await page.next_heard() == rerun()
            await asyncio.to_thread(guest_links.close_link, CABINET, link.id)
            await asyncio.to_thread(SESSION_CACHE.forget_guests)
            assert await page.next_said() == SHUT

    run(tried())
    assert (guest.get("/").status, enter(address)[1], guest_links.valid_links(CABINET)) == (
        303,
        401,
        [],
    )
    assert "Vous étiez entré par un lien d'invités" in unescape(guest.get("/connexion").text)
    assert ("cab", "guest link closed") in journal(closed)


def maker(house, role: Role = Role.DIRECTOR, *departments: str, name: str = "qui.invite") -> Person:
    """Somebody with an account who may invite."""
    house.add(name, role, **({"departments": departments} if departments else {}))
    who = people.person_of_account(house.held(name))
    with write_transaction(house.engine, queue=False) as connection:
        at = accounts_and_sessions.database_time(connection)
        entry = accounts_and_sessions.add_session(
            connection, who.id, sign_in_request.new_token(), "b", at, proved_at=at
        )
    return replace(who, session_number=entry)


def disabled(house, name: str = "qui.invite") -> None:
    account_changes.disable(house.engine, name, "adm")


def narrowed(house, name: str = "qui.invite") -> None:
    account_changes.change(
        house.engine, name, account_rules.AccountChanges(departments=["Borgou"]), "adm"
    )


def without_the_right(house, name: str = "qui.invite") -> None:
    account_changes.change(
        house.engine, name, account_rules.AccountChanges(role=Role.DATA_MANAGER), "adm"
    )


def of_a_department(house, name: str = "qui.invite") -> None:
    wanted = account_rules.AccountChanges(role=Role.DIRECTOR, departments=["Zou"])
    account_changes.change(house.engine, name, wanted, "adm")


ENDS = [
    (Role.DIRECTOR, ("Zou", "Borgou"), disabled),
    (Role.DIRECTOR, ("Zou", "Borgou"), narrowed),
    (Role.DIRECTOR, ("Zou", "Borgou"), without_the_right),
    (Role.CABINET, (), disabled),
    (Role.CABINET, (), of_a_department),
    (Role.ADMINISTRATOR, (), disabled),
]


@pytest.mark.parametrize(("role", "departments", "end"), ENDS)
def test_a_link_ends_with_the_right_that_it_was_made_by_and_so_do_its_guests(
    closed, role, departments, end
):
    _, address = invite(maker(closed, role, *departments))
    _, others = invite(maker(closed, Role.CABINET, name="un.autre"))
    (guest, _), (stays, _) = enter(address), enter(others)
    guest.app = stays.app = stack(application)

    async def tried():
        import asyncio

        async with open_page(guest) as page, open_page(stays) as other:
            assert page.accepted and other.accepted
            await asyncio.to_thread(end, closed)
            assert await page.next_said() == SHUT  # as by a command, in another process
            await other.says(rerun())
            assert await other.next_heard() == rerun()

    run(tried())
    assert (guest.get("/").status, enter(address)[1], stays.get("/").status) == (303, 401, 200)
    assert ("adm", "guest link closed") in journal(closed)
    assert len(guest_links.valid_links(CABINET)) == 1


def test_on_a_page_guests_are_out_at_once_with_who_invited_them(closed, looks, monkeypatch):
    _, address = invite(maker(closed, Role.CABINET))
    guest, _ = enter(address)
    guest.app = stack(application)
    monkeypatch.setattr(open_pages, "EVERY", 60)  # nothing is noticed by looking now and then

    async def tried():
        import asyncio

        async with open_page(guest) as page:
            await until(lambda: looks.ended and looks.begun == looks.ended)
            await asyncio.to_thread(disabled, closed)
            await settled()
            assert page.is_quiet()
            await asyncio.to_thread(SESSION_CACHE.forget_account, "qui.invite")
            assert await page.next_said() == SHUT

    run(tried())


def test_a_link_holds_while_who_made_it_may_still_make_it(closed):
    invite(maker(closed, Role.DIRECTOR, "Zou", "Borgou"), departments=["Zou"])
    account_changes.change(
        closed.engine, "qui.invite", account_rules.AccountChanges(departments=["Zou"]), "adm"
    )
    assert len(guest_links.valid_links(CABINET)) == 1
    account_changes.reset_password(closed.engine, "qui.invite", "adm")
    account_changes.change(
        closed.engine, "qui.invite", account_rules.AccountChanges(role=Role.CABINET), "adm"
    )
    assert len(guest_links.valid_links(CABINET)) == 1


@pytest.mark.parametrize(("role", "departments", "end"), ENDS)
def test_who_was_closed_or_narrowed_since_he_asked_makes_no_link(closed, role, departments, end):
    who = maker(closed, role, *departments)
    end(closed)
    with pytest.raises(Refused, match="ne peut plus inviter"):
        links.make_link(closed.engine, "atelier", today() + SOON, who.departments, who.name)


def test_who_is_signed_in_is_asked_first_and_is_out_once_he_comes_in_as_a_guest(closed):
    director = closed.someone()
    before = dict(director.cookies)
    _, address = invite()
    assert "dir.zou" in director.get("/invitation").text
    assert director.get("/").told and enter(address, director)[1] == 303
    assert SESSION_CACHE.person_from_header(director.get("/").told).role == Role.GUEST
    assert Browser(cookies=before).get("/").status == 303


def test_a_link_opens_no_form_of_passwords_and_no_page_of_accounts(closed):
    _, address = invite()
    guest, _ = enter(address)
    name = SESSION_CACHE.person_from_header(guest.get("/").told).name
    assert (
        Browser().sign_in(name, "").status
        == Browser().sign_in(name, token_of(address)).status
        == 401
    )
    for act in (
        lambda: account_changes.reset_password(closed.engine, name, "adm"),
        lambda: account_changes.change(
            closed.engine, name, account_rules.AccountChanges(role="administrator"), "adm"
        ),
    ):
        with pytest.raises(Refused, match="pas de compte"):
            act()
    assert name not in {one.name for one in account_changes.all_accounts(closed.engine)}
    fields = {"mot_de_passe": "", "nouveau": "trois lampes vertes", "encore": "trois lampes vertes"}
    answer = guest.post("/mot-de-passe", jeton="x", **fields)
    assert (answer.status, answer.header("location")) == (303, "/")
    assert closed.held(name).password is None


def test_who_may_invite_and_for_what(closed):
    for who in (
        Person("x", role, id="x")
        for role in Role
        if role not in ("cabinet", "director", "administrator")
    ):
        for act in (
            lambda w=who: invite(w),
            lambda w=who: guest_links.links(w),
            lambda w=who: guest_links.close_link(w, 1),
        ):
            with pytest.raises(NotAllowed):
                act()
    with pytest.raises(NotAllowed):
        invite(DIRECTOR, departments=["Zou", "Borgou"])
    own, _ = invite(DIRECTOR)
    nation, _ = invite(CABINET)
    borgou, _ = invite(CABINET, departments=["Borgou"])
    assert own.departments == {"Zou"} and nation.departments is None
    assert [one.id for one in guest_links.links(DIRECTOR)] == [own.id]
    for other in (nation, borgou):
        with pytest.raises(Refused):
            guest_links.close_link(DIRECTOR, other.id)
    assert len(guest_links.links(CABINET)) == 3


@pytest.mark.parametrize(
    ("days", "holds"), [(-1, False), (0, True), (14, True), (15, False), (400, False)]
)
def test_a_link_holds_fourteen_days_at_most(closed, days, holds):
    until = today() + timedelta(days=days)
    if holds:
        assert (
            guest_links.make_link(CABINET, "atelier", until)[0].until
            == naive_utc_bounds(until, until)[1]
        )
        return
    with pytest.raises(Refused, match="14 jours"):
        guest_links.make_link(CABINET, "atelier", until)


@pytest.mark.parametrize(
    ("what", "departments"),
    [("", None), ("  ", None), ("x" * 121, None), ("a", ["Nulle part"]), ("a", [])],
)
def test_what_cannot_be_is_refused_in_a_sentence(closed, what, departments):
    with pytest.raises(Refused):
        guest_links.make_link(CABINET, what, today() + SOON, departments)


def test_a_link_without_a_day_is_refused_in_a_sentence(closed):
    with pytest.raises(Refused, match="jusqu'à quel jour"):
        guest_links.make_link(CABINET, "atelier", None)


def test_a_copy_that_is_put_back_lets_in_nobody_by_a_link_of_then(
    closed, tmp_path, database_url, programs_of_the_server
):
    _, address = invite()
    backup.backup(closed.engine, tmp_path / "copie")
    backup.restore(closed.engine, tmp_path / "copie", force=True, by="test")
    assert guest_links.links(CABINET) and not guest_links.valid_links(CABINET)
    assert enter(address)[1] == 401


def test_the_command_makes_lists_and_closes(closed, command):
    day = today() + SOON
    said = command(
        main, "accounts", "guest", "atelier", "--until", str(day), "--department", "Zou"
    ).out
    address = said.splitlines()[-1]
    assert enter(address)[1] == 303
    (line,) = command(main, "accounts", "guests").out.splitlines()
    assert "atelier · Zou" in line and f"jusqu'au {day:%d/%m/%Y}" in line and "1 entrée" in line
    assert command(main, "accounts", "revoke", line.split(" ")[0]).code == 0
    assert "fini" in command(main, "accounts", "guests").out and enter(address)[1] == 401
    assert command(main, "accounts", "revoke", "999").code == 1


def test_whoever_makes_links_up_keeps_no_writer_waiting(closed, monkeypatch):
    monkeypatch.setattr(
        links, "write_transaction", lambda *a, **k: pytest.fail("waited for a writer")
    )
    assert enter("x#" + "y" * 43)[1] == 401


def test_a_guest_s_browser_is_not_known_afterwards(closed):
    _, address = invite()
    guest, _ = enter(address)
    assert "ccsp-navigateur" not in guest.cookies
    with write_transaction(closed.engine, queue=False) as connection:
        assert not accounts_and_sessions.account_of_browser(
            connection, "", accounts_and_sessions.database_time(connection) - SOON
        )
    assert run(guest.ask("/comptes", **PAGE)).status == 200  # behind stands no page here
