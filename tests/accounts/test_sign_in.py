"""Signing in: what a form must bring, what a wrong password costs and tells, what the first password is good for."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from html import unescape
from itertools import count
from threading import Event
from urllib.parse import urlencode

import psycopg
import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from dashboard import clock
from dashboard.accounts import (
    account_changes,
    account_rules,
    failed_sign_ins,
    passwords,
    sign_in_request,
    sign_ins,
)
from dashboard.accounts.identity_provider import ProviderUnavailable
from dashboard.accounts.rights import Role
from dashboard.request_identity import SESSION_CACHE
from dashboard.web.sign_in_queue import LONGEST_PAUSE, QueueFull, SignInQueue
from db import accounts_and_sessions
from tests.accounts.asgi import PAGE, Browser, run, stack
from tests.accounts.conftest import PASSWORD
from tests.moved_time import LONG, MovedTime, until


def journal(house) -> list[tuple[str, str]]:
    """Who did what, in order."""
    with house.engine.connect() as connection:
        return [(who, did) for _, who, did, _ in reversed(accounts_and_sessions.lines(connection))]


def later(house, **ago: float) -> None:
    """So much time goes by: whatever was noted is so much older."""
    lag = timedelta(**ago)
    with house.engine.begin() as connection:
        for table, columns in (
            ("failed_sign_in", ("last_at",)),
            ("sign_in", ("began_at", "seen_at", "ended_at", "proved_at")),
            ("account", ("works_until",)),
        ):
            for column in columns:
                rows = connection.execute(
                    text(f"SELECT DISTINCT {column} FROM {table}")  # noqa: S608 (own names)
                ).scalars()
                for at in [a for a in rows if a is not None]:
                    before = at if not isinstance(at, str) else _time(at)
                    connection.execute(
                        text(f"UPDATE {table} SET {column} = :to WHERE {column} = :at"),  # noqa: S608
                        {"to": _written(house, before - lag), "at": at},
                    )
    SESSION_CACHE.forget()


def _time(at: str):
    from datetime import datetime

    return datetime.fromisoformat(at)


def _written(house, at):
    return (
        at.isoformat(sep=" ", timespec="microseconds")
        if house.engine.dialect.name == "sqlite"
        else at
    )


# --- the straight line ------------------------------------------------------------------------------------------------
def test_the_first_password_opens_the_form_to_change_it_and_nothing_else(closed):
    received, browser = closed.add(), Browser()
    assert browser.sign_in("dir.zou", received).header("location") == "/"
    assert browser.get("/attentes").header("location") == "/mot-de-passe?suite=attentes"
    assert browser.fetch("/_stcore/host-config").status == 401
    assert browser.fetch("/media/0123456789.xlsx").status == 401
    fields = {"mot_de_passe": received, "nouveau": PASSWORD, "encore": PASSWORD}
    answer = browser.post("/mot-de-passe?suite=attentes", **fields)
    assert (answer.status, answer.header("location")) == (303, "/attentes")
    assert browser.get("/attentes").told
    # It is used up.
    assert Browser().sign_in("dir.zou", received).status == 401
    assert Browser().sign_in("dir.zou", PASSWORD).status == 303


def test_a_password_that_was_kept_in_another_way_is_kept_anew_when_it_is_given(closed):
    closed.add()
    before = Argon2Hasher(time_cost=2, memory_cost=64, parallelism=2).hash(PASSWORD)

    def kept(to: str | None = None) -> str:
        with closed.engine.begin() as connection:
            holder = accounts_and_sessions.account_named(connection, "dir.zou")
            if to:
                accounts_and_sessions.change_account(
                    connection, holder.id, password=to, must_change=False
                )
            return to or holder.password

    kept(before)
    epoch = _epoch(closed)
    assert Browser().sign_in("dir.zou", PASSWORD + "x").status == 401 and kept() == before
    assert Browser().sign_in("dir.zou", PASSWORD).status == 303
    assert (after := kept()) != before
    assert Browser().sign_in("dir.zou", PASSWORD).status == 303 and kept() == after
    assert _epoch(closed) == epoch  # nothing that is open begins anew


def test_names_that_nobody_has_cost_what_accounts_do_however_passwords_are_kept(
    closed, monkeypatch
):
    """A wrong password takes as long as the way in which the right one is kept: it must not tell which names are somebody's."""
    dear = Argon2Hasher(time_cost=3, memory_cost=128, parallelism=1)
    hasher, asked = passwords._hasher(), []

    class Told:
        current_hasher = hasher.current_hasher
        hash = staticmethod(hasher.hash)

        @staticmethod
        def verify(plain: str, against: str) -> bool:
            asked.append(against.rsplit("$", 2)[0])
            return hasher.verify(plain, against)

    monkeypatch.setattr(passwords, "_hasher", lambda: Told)
    monkeypatch.setattr(sign_ins, "refuse_too_soon", lambda *a: None)

    def kept(*ways: Argon2Hasher) -> None:
        with closed.engine.begin() as connection:
            for name, way in zip(accounts, ways, strict=True):
                holder = accounts_and_sessions.account_named(connection, name)
                accounts_and_sessions.change_account(
                    connection, holder.id, password=way.hash(PASSWORD), must_change=False
                )

    def cost(name: str) -> str:
        asked.clear()
        with pytest.raises(sign_in_request.Refusal):
            sign_ins.sign_in(
                closed.engine, name, "faux", sign_in_request.Browser("", "", "10.0.0.7")
            )
        (one,) = asked
        return one

    accounts, nobody = ["awa", "kofi"], [f"personne.{n}" for n in range(24)]
    for name in accounts:
        closed.add(name, Role.CABINET)
    closed.add("premier", Role.CABINET)  # a first password, which is kept otherwise
    cheap = hasher.current_hasher
    now = hasher.hash("x").rsplit("$", 2)[0]
    kept(cheap, cheap)
    assert {cost(name) for name in (*accounts, *nobody, "premier")} == {now}
    kept(dear, cheap)
    told = {name: cost(name) for name in nobody}
    assert 4 <= sum(way == now for way in told.values()) <= 20
    assert {*told.values(), cost("premier")} == {cost("awa"), now}
    monkeypatch.setattr(failed_sign_ins, "PEPPER", "another machine")
    assert {name: cost(name.upper()) for name in nobody} == told
    kept(dear, dear)
    assert {cost(name) for name in (*nobody, "premier")} == {cost("awa")} != {now}


def _epoch(house) -> int:
    with house.engine.connect() as connection:
        return accounts_and_sessions.account_named(connection, "dir.zou").epoch


def test_the_first_password_dies_after_72_hours(closed):
    received = closed.add()
    later(closed, hours=71)
    assert Browser().sign_in("dir.zou", received).status == 303
    later(closed, hours=2)
    answer = Browser().sign_in("dir.zou", received)
    assert answer.status == 401 and "plus valable" in answer.text
    # Who does not know it is told nothing of that.
    assert sign_ins.WRONG in Browser().sign_in("dir.zou", "autre").text


def test_signing_out_ends_it_for_whoever_has_the_token(closed):
    browser = closed.someone()
    stolen = Browser(cookies=dict(browser.cookies))
    assert stolen.get("/").told
    out = browser.post("/deconnexion")
    assert "déconnecté" in out.text and out.header("clear-site-data") == '"storage"'
    assert "ccsp-session" not in browser.cookies
    assert stolen.get("/").status == 303
    assert journal(closed)[-1] == ("dir.zou", "signed out")


def test_a_new_token_is_given_at_each_sign_in_and_none_is_taken_from_a_browser(closed):
    received = closed.add()
    browser = Browser(cookies={"ccsp-session": "x" * 43})
    browser.sign_in("dir.zou", received)
    first = browser.cookies["ccsp-session"]
    assert first != "x" * 43 and len(first) >= 43
    stolen = Browser(cookies={"ccsp-session": first})
    fields = {"mot_de_passe": received, "nouveau": PASSWORD, "encore": PASSWORD}
    browser.post("/mot-de-passe", **fields)
    assert browser.cookies["ccsp-session"] != first
    assert stolen.get("/").status == 303
    with closed.engine.connect() as connection:
        kept = connection.execute(text("SELECT token FROM sign_in")).scalars().all()
    assert first not in kept and sign_in_request.digest(first) in kept


def test_a_new_password_ends_the_account_s_other_sign_ins(closed):
    browser = closed.someone()
    elsewhere = Browser()
    elsewhere.sign_in("dir.zou", PASSWORD)
    assert elsewhere.get("/").told
    fields = {"mot_de_passe": PASSWORD, "nouveau": f"{PASSWORD} bis", "encore": f"{PASSWORD} bis"}
    browser.post("/mot-de-passe", **fields)
    assert elsewhere.get("/").status == 303 and browser.get("/").told


def test_a_new_password_that_will_not_do_is_refused_in_a_sentence(closed, monkeypatch):
    monkeypatch.setattr(failed_sign_ins, "wait_seconds", lambda failures: 0)
    browser = closed.someone()
    for new, again, why in (
        ("court", "court", "trop court"),
        ("azerty123", "azerty123", "plus courants"),
        ("Benin2026", "Benin2026", "plus courants"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "plus courants"),
        ("moi, Dir.Zou, ici", "moi, Dir.Zou, ici", "nom du compte"),
        ("trois lampes", "trois lampe", "deux fois"),
        (PASSWORD, PASSWORD, "est l&#39;ancien"),
        ("x" * 201, "x" * 201, "trop long"),
    ):
        answer = browser.post("/mot-de-passe", mot_de_passe=PASSWORD, nouveau=new, encore=again)
        assert answer.status == 400 and why in answer.text, new
    answer = browser.post(
        "/mot-de-passe", mot_de_passe="faux", nouveau="autre chose", encore="autre chose"
    )
    assert answer.status == 400 and "pas le bon" in answer.text
    assert Browser().sign_in("dir.zou", PASSWORD).status == 303


def test_a_password_opens_however_old_it_is(closed):
    closed.someone()
    with closed.engine.begin() as connection:
        connection.execute(text("UPDATE account SET created_at = '2016-01-01 00:00:00.000000'"))
    later(closed, hours=24 * 3_650)
    browser = Browser()
    assert browser.sign_in("dir.zou", PASSWORD).header("location") == "/"
    assert browser.get("/").told


def test_a_field_that_is_sent_twice_counts_once_and_one_that_is_not_asked_for_never(closed):
    received, browser = closed.add("cab", Role.CABINET), Browser()
    page = browser.get("/connexion").text
    token = page.split('name="jeton" value="')[1].split('"')[0]
    sent = [("jeton", token), ("nom", "cab"), ("mot_de_passe", received)]
    more = [("nom", "adm"), ("mot_de_passe", "x"), ("role", "administrator"), ("must_change", "0")]
    body = urlencode(sent + more).encode()
    answer = run(
        browser.ask("/connexion?nom=adm&role=administrator", "POST", body, origin=browser.origin)
    )
    assert answer.status == 303
    held = closed.held("cab")
    assert (held.role, held.must_change) == (Role.CABINET, True)
    assert journal(closed)[-1] == ("cab", "signed in")


@pytest.mark.parametrize("new", ["deux mots ", "12 œufs ?", "clédel'étage", "     8 espaces"])
def test_no_rule_says_which_signs_a_password_has(new):
    assert passwords.password_problem(new, "dir.zou") == ""


def test_the_same_signs_composed_by_another_keyboard_are_the_same_password():
    assert passwords.verify_password(
        "e\u0301te\u0301 a\u0300 Abomey", passwords.hash_password("été à Abomey")
    )


def test_fields_of_passwords_are_hidden_and_managers_may_fill_them_in(closed):
    browser = closed.someone()
    for path, how in (
        ("/connexion", ["current-password"]),
        ("/mot-de-passe", ["current-password", *["new-password"] * 2]),
    ):
        page = (Browser() if path == "/connexion" else browser).get(path).text
        fields = [
            one.partition(">")[0]
            for one in page.split("<input ")[1:]
            if "mot_de_passe" in one or "new-" in one
        ]
        assert all('type="password"' in one for one in fields)
        assert [one.partition('autocomplete="')[2].partition('"')[0] for one in fields] == how
        assert (
            all(f'maxlength="{passwords.MOST}"' in one for one in fields) and "onpaste" not in page
        )


# --- what a form must bring -------------------------------------------------------------------------------------------
def test_a_form_that_was_not_given_to_this_browser_signs_nobody_in(closed):
    received = closed.add()
    page = Browser().get("/connexion").text
    foreign = page.split('name="jeton" value="')[1].split('"')[0]
    for token in (foreign, "", "x" * 64, "é" * 64):
        browser = Browser()
        browser.get("/connexion")
        answer = browser.sign_in("dir.zou", received, jeton=token)
        assert answer.status == 403 and "remplir de nouveau" in answer.text
        assert "ccsp-session" not in browser.cookies
    assert Browser().sign_in("dir.zou", received, jeton=foreign).status == 403, "no cookie at all"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (psycopg.OperationalError("connection refused"), "ne répond pas"),
        (psycopg.errors.DiskFull("could not extend file"), "Le disque du serveur est plein"),
    ],
)
def test_where_a_form_comes_to_nothing_it_says_so_and_keeps_the_name(
    closed, monkeypatch, error, said
):
    received, browser = closed.add(), Browser()

    def fails(*_args):
        raise OperationalError("SELECT 1", {}, error)

    with monkeypatch.context() as away:
        away.setattr(sign_ins, "sign_in", fails)
        answer = browser.sign_in("dir.zou", received)
    assert answer.status == 503 and said in unescape(answer.text)
    assert 'value="dir.zou"' in answer.text and received not in answer.text
    assert "could not" not in answer.text and "refused" not in answer.text
    assert browser.sign_in("dir.zou", received).status == 303


def test_a_form_that_was_open_for_too_long_keeps_the_name(closed):
    received, browser = closed.add(), Browser()
    browser.get("/connexion")
    answer = browser.sign_in("dir.zou", received, jeton="x" * 64)
    assert answer.status == 403 and 'value="dir.zou"' in answer.text


def test_who_was_signed_in_is_told_why_he_is_asked_again_and_nobody_else_is(closed):
    browser = closed.someone()
    kept = dict(browser.cookies)
    assert 'role="alert"' not in Browser().get("/connexion").text
    later(closed, hours=13)
    page = unescape(browser.get("/connexion").text).partition("<body>")[2]
    assert "Votre session a expiré\u00a0: se connecter" in page and " :" not in page
    browser.sign_in("dir.zou", PASSWORD)
    account_changes.end_sessions(closed.engine, "dir.zou", "test")
    SESSION_CACHE.forget()
    assert "Votre session a été fermée" in browser.get("/connexion").text
    browser.post("/deconnexion")
    assert 'role="alert"' not in browser.get("/connexion").text
    assert "Votre session a" in Browser(cookies=kept).get("/connexion").text


def test_a_form_longer_than_any_is_not_read(closed):
    received, browser = closed.add(), Browser()
    assert browser.sign_in("dir.zou", received, autre="x" * 5_000).status == 413
    assert browser.sign_in("dir.zou", received).status == 303


def test_a_sign_in_leads_to_a_page_of_ours_or_to_the_first(closed):
    received = closed.add()
    for suite, where in (
        ("attentes&departement=Zou", "/attentes?departement=Zou"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("../../x", "/"),
        ("carte&inconnu=1&periode=3m", "/?periode=3m"),
        ("attentes&suite=//evil.example", "/"),
        ("attentes\r\nset-cookie: a=b", "/"),
        ("%2561ttentes", "/"),  # what is encoded twice is decoded once
        ("attentes&departement=%255Z", "/attentes?departement=%255Z"),
    ):
        answer = Browser().post(f"/connexion?suite={suite}", nom="dir.zou", mot_de_passe=received)
        assert (answer.status, answer.header("location")) == (303, where)


def test_what_was_typed_comes_back_as_text(closed):
    answer = Browser().sign_in('"><script>alert(1)</script>', "x")
    assert answer.status == 401 and "<script" not in answer.text
    hostile = Browser().get('/connexion?suite="><script>alert(1)</script>')
    assert "<script" not in hostile.text


# --- wrong passwords ----------------------------------------------------------------------------------------------------
def test_a_wrong_name_and_a_wrong_password_read_the_same(closed):
    closed.add()
    answers = [Browser().sign_in(name, "faux") for name in ("dir.zou", "personne")]
    pages = [
        "".join(a.text.replace(name, "NOM").split('name="jeton"')[0::2])
        for a, name in zip(answers, ("dir.zou", "personne"), strict=True)
    ]
    assert [a.status for a in answers] == [401, 401] and sign_ins.WRONG in pages[0]
    assert pages[0] == pages[1]


def test_a_name_that_nobody_has_is_looked_at_as_long_and_is_never_noted(closed, monkeypatch):
    closed.add()
    looked = []
    fits = passwords.verify_password
    monkeypatch.setattr(passwords, "verify_password", lambda *a: looked.append(a[1]) or fits(*a))
    hidden = "Mon Mot De Passe!"
    Browser().sign_in(hidden, "x")
    Browser().sign_in("dir.zou", "x")
    assert len(looked) == 2 and looked[0] is None
    with closed.engine.connect() as connection:
        held = [
            str(connection.execute(text(f"SELECT * FROM {table}")).all()).casefold()  # noqa: S608
            for table in ("access_journal", "failed_sign_in", "sign_in", "journal")
        ]
    assert not any(hidden.casefold() in one for one in held)
    assert journal(closed)[-1] == ("dir.zou", "sign-in failed")


@pytest.mark.parametrize("name", ["mon secret", "mon\0secret", "secret" * 20, "\ud83d"])
def test_what_is_no_name_is_wrong_like_any_other_and_never_logged(closed, caplog, name):
    answer = Browser().sign_in(name.encode(errors="replace").decode(), "x")
    assert answer.status == 401 and sign_ins.WRONG in answer.text
    assert "secret" not in caplog.text


def test_no_failure_of_the_database_tells_what_it_was_asked_with(closed):
    with closed.engine.connect() as connection, pytest.raises(DBAPIError) as told:
        connection.execute(text("SELECT nothing FROM account WHERE name = :n"), {"n": "secret"})
    assert "secret" not in str(told.value)


def test_a_name_is_the_same_however_a_keyboard_composes_it(closed):
    received = closed.add("zoe\u0301")
    assert Browser().sign_in("Zoe\u0301", received).status == 303
    assert Browser().sign_in("zo\u00e9", received).status == 303


def test_both_cost_one_look_at_a_hash_of_the_same_settings(closed, monkeypatch):
    """So they take the same time; that argon2's cost goes by its settings is argon2's affair."""
    from pwdlib import PasswordHash

    received = closed.add()
    Browser().enter("dir.zou", received, PASSWORD)
    passwords._decoy_hash.cache_clear()
    passwords._decoy_hash()
    looked: list[str] = []
    real = PasswordHash.verify

    def noted(self, password, against):
        looked.append(str(against).rsplit("$", 2)[0])
        return real(self, password, against)

    monkeypatch.setattr(PasswordHash, "verify", noted)
    monkeypatch.setattr(
        PasswordHash, "hash", lambda *a, **k: pytest.fail("a hash is made: that takes time too")
    )
    monkeypatch.setattr(failed_sign_ins, "wait_seconds", lambda failures: 0)
    for name in ("dir.zou", "personne"):
        with pytest.raises(sign_in_request.Refusal):
            sign_ins.sign_in(closed.engine, name, "faux", sign_in_request.Browser("", "", "x"))
    passwords._decoy_hash.cache_clear()
    assert len(looked) == 2 and looked[0] == looked[1] and looked[0].startswith("$argon2id$")


@pytest.mark.parametrize("name", ["dir.zou", "personne"])
def test_each_wrong_password_makes_the_next_wait_longer_whether_the_name_is_known_or_not(
    closed, name, monkeypatch
):
    closed.add()
    with closed.engine.connect() as connection:
        began, steps = accounts_and_sessions.database_time(connection), count()
    # The database's clock goes on by a little whenever it is asked, however long the machine takes.
    monkeypatch.setattr(
        accounts_and_sessions,
        "database_time",
        lambda _: began + timedelta(milliseconds=next(steps)),
    )
    said = [Browser().sign_in(name, "faux").text for _ in range(5)]
    assert [sign_ins.WRONG in s for s in said] == [True] * 4 + [False]
    assert "attendre 2 s" in said[4]
    later(closed, seconds=3)
    assert sign_ins.WRONG in Browser().sign_in(name, "faux").text
    assert "attendre 4 s" in Browser().sign_in(name, "faux").text
    later(closed, hours=2)
    assert sign_ins.WRONG in Browser().sign_in(name, "faux").text


def test_nobody_waits_longer_than_a_minute_and_the_right_password_then_opens(closed):
    closed.someone()
    assert (
        max(failed_sign_ins.wait_seconds(n) for n in range(100))
        == failed_sign_ins.LONGEST_WAIT
        == 60
    )
    for _ in range(4):
        Browser().sign_in("dir.zou", "faux")
    assert "attendre" in Browser().sign_in("dir.zou", PASSWORD).text
    later(closed, seconds=61)
    assert Browser().sign_in("dir.zou", PASSWORD).status == 303
    assert sign_ins.WRONG in Browser().sign_in("dir.zou", "faux").text, "counted anew"


def test_who_signed_in_here_before_does_not_wait_for_what_others_got_wrong(closed):
    browser = closed.someone()
    browser.post("/deconnexion")
    for _ in range(6):
        Browser().sign_in("dir.zou", "faux")
    assert "attendre" in Browser().sign_in("dir.zou", PASSWORD).text
    assert browser.sign_in("dir.zou", PASSWORD).status == 303


def test_whoever_waits_costs_no_look_at_a_password(closed, monkeypatch):
    closed.add()
    for _ in range(4):
        Browser().sign_in("dir.zou", "faux")
    monkeypatch.setattr(passwords, "verify_password", lambda *a: pytest.fail("looked at"))
    assert "attendre" in Browser().sign_in("dir.zou", "faux").text


def test_a_browser_is_known_by_another_mark_each_time_and_by_none_of_before(closed):
    """Who gave it the one before, or had a look at it, waits like any other."""
    browser = Browser(cookies={"ccsp-navigateur": "x" * 43})  # planted
    planted = Browser(cookies=dict(browser.cookies))
    browser.enter("dir.zou", closed.add(), PASSWORD)
    first = browser.cookies["ccsp-navigateur"]
    copied = Browser(cookies={"ccsp-navigateur": first})
    browser.post("/deconnexion")
    assert browser.sign_in("dir.zou", PASSWORD).status == 303
    mark = browser.cookies["ccsp-navigateur"]
    assert len({mark, first, "x" * 43}) == 3
    with closed.engine.connect() as connection:
        kept = set(connection.execute(text("SELECT browser FROM sign_in")).scalars())
    assert kept == {sign_in_request.digest(mark)}
    for _ in range(6):
        Browser().sign_in("dir.zou", "faux")
    for other in (planted, copied):
        assert not sign_ins.known_account(closed.engine, other.cookies["ccsp-navigateur"])
        assert "attendre" in other.sign_in("dir.zou", PASSWORD).text
    browser.post("/deconnexion")
    assert browser.sign_in("dir.zou", PASSWORD).status == 303


def test_a_new_mark_begins_no_new_count(closed):
    """Else who signs in to his own account in a colleague's browser has as many more tries at the colleague's."""
    browser = closed.someone()
    browser.post("/deconnexion")
    browser.enter("cab", closed.add("cab", Role.CABINET), PASSWORD)
    browser.post("/deconnexion")
    for _ in range(4):
        assert sign_ins.WRONG in browser.sign_in("dir.zou", "faux").text
    assert browser.sign_in("cab", PASSWORD).status == 303
    browser.post("/deconnexion")
    assert "attendre" in browser.sign_in("dir.zou", PASSWORD).text


# --- many at once -------------------------------------------------------------------------------------------------------
@pytest.fixture
def all_came(monkeypatch) -> Callable[[list[asyncio.Future]], bool]:
    """Whether all who were sent have come: they wait in a queue, are looked at, or were sent away."""
    queues: list[SignInQueue] = []
    begin = SignInQueue.__init__

    def noted(self, *arguments) -> None:
        begin(self, *arguments)
        queues.append(self)

    monkeypatch.setattr(SignInQueue, "__init__", noted)
    return lambda sent: (
        sum(q.present.total() for q in queues) + sum(one.done() for one in sent) == len(sent)
    )


def test_two_passwords_are_looked_at_at_once_eighty_wait_and_the_next_is_asked_to_come_back(
    closed, monkeypatch, all_came
):
    closed.add()
    at_once, most, go = [], [], Event()

    def fits(*_which) -> bool:
        at_once.append(1)
        most.append(len(at_once))
        go.wait(LONG)
        at_once.pop()
        return False

    monkeypatch.setattr(passwords, "verify_password", fits)
    app = stack()

    async def all_together() -> list[int]:
        people = [Browser(app, client=f"10.0.{i % 3}.1") for i in range(90)]
        for one in people:
            await one.ask("/connexion", **PAGE)
        asked = [
            asyncio.ensure_future(one.posted("/connexion", nom=f"nom{i}", mot_de_passe="x"))
            for i, one in enumerate(people)
        ]
        await until(lambda: all_came(asked) and len(at_once) == 2)
        busy = sum(a.done() and a.result().status == 503 for a in asked)
        go.set()
        done = await asyncio.gather(*asked)
        return [busy, *(a.status for a in done)]

    busy, *statuses = run(all_together())
    assert busy == 8 and statuses.count(503) == 8 and statuses.count(401) == 82
    assert max(most) == 2


def test_one_address_cannot_take_all_the_places_and_is_slowed_never_shut_out(monkeypatch):
    queue = SignInQueue()
    assert queue.pause("10.0.0.1") == 0
    for _ in range(40):
        queue._count_wrong("10.0.0.1")
    assert queue.pause("10.0.0.1") == pytest.approx(1.0)
    for _ in range(1_000):
        queue._count_wrong("10.0.0.1")
    assert queue.pause("10.0.0.1") == LONGEST_PAUSE
    assert queue.pause("10.0.0.2") == 0
    moment = clock.monotonic()
    with monkeypatch.context() as ten_minutes_later:
        ten_minutes_later.setattr(clock, "monotonic", lambda: moment + 601)
        assert queue.pause("10.0.0.1") == 0

    async def take_all() -> list[str]:
        go = Event()
        mine = [asyncio.ensure_future(queue.run("a", lambda: go.wait(LONG))) for _ in range(45)]
        await until(lambda: queue.present.total() + sum(t.done() for t in mine) == 45)
        refused = sum(isinstance(t.exception(), QueueFull) for t in mine if t.done())
        other = asyncio.ensure_future(queue.run("b", lambda: "in"))
        await until(lambda: queue.present["b"])
        go.set()
        return [str(refused), await other]

    assert run(take_all()) == ["5", "in"]


def test_addresses_take_turns_and_the_one_that_has_most_gives_a_place_up():
    queue, done = SignInQueue(at_once=1), []

    async def tried() -> tuple[int, list[str]]:
        go = Event()
        first = asyncio.ensure_future(queue.run("x", lambda: go.wait(LONG)))
        await until(lambda: queue.queue.busy)
        strangers = [
            asyncio.ensure_future(queue.run(f"s{i % 4}", lambda i=i: done.append(f"s{i % 4}")))
            for i in range(4 * 40)
        ]
        await until(lambda: queue.present.total() + sum(t.done() for t in strangers) == 161)
        me = asyncio.ensure_future(queue.run("me", lambda: done.append("me")))
        # The one that gives its place up is still there when « me » comes in.
        await until(lambda: queue.present["me"] and queue.present.total() == 81)
        full = sum(t.done() for t in strangers)
        go.set()
        await asyncio.gather(first, me, *strangers, return_exceptions=True)
        return full, done

    full, order = run(tried())
    assert full == 160 - 80 + 1  # one made room
    assert order.index("me") <= 4 and len(order) == 80
    assert not queue.queue.busy and not queue.present and not queue.queue.all_waiting()


def test_who_is_gone_before_his_turn_is_not_looked_at():
    queue, looked = SignInQueue(at_once=1), []

    async def tried() -> None:
        go = Event()
        first = asyncio.ensure_future(queue.run("a", lambda: go.wait(LONG)))
        await until(lambda: queue.queue.busy)
        gone = asyncio.get_running_loop().create_future()
        second = asyncio.ensure_future(queue.run("b", lambda: looked.append("b"), gone))
        third = asyncio.ensure_future(queue.run("c", lambda: looked.append("c")))
        await until(lambda: queue.queue.all_waiting() == 2)
        gone.set_result({"type": "http.disconnect"})
        await until(second.done)
        assert isinstance(second.exception(), QueueFull)
        third.cancel()
        await until(third.done)
        go.set()
        await first
        await queue.run("d", lambda: looked.append("d"))

    run(tried())
    assert (
        looked == ["d"]
        and not queue.queue.busy
        and not queue.present
        and not queue.queue.all_waiting()
    )


def test_who_signs_in_again_and_again_keeps_the_known_browsers_of_others_out_of_nothing(
    closed, monkeypatch, all_came
):
    """Each time he is known by another mark: it is his account that waits in line."""
    app = stack()
    busy, me = closed.someone("dir.zou"), closed.someone("adm.deux", role=Role.ADMINISTRATOR)
    busy.app = me.app = app
    looked, go, real = [], Event(), passwords.verify_password

    def fits(password: str, kept: str | None, *_more) -> bool:
        looked.append(password)
        go.wait(LONG)
        return real(password, kept)

    async def tried() -> list[int]:
        await busy.ask("/connexion?autre", **PAGE)
        monkeypatch.setattr(passwords, "verify_password", fits)
        others = []
        for _ in range(60):
            one = Browser(app, cookies=dict(busy.cookies))
            one.cookies.pop("ccsp-session")
            await one.ask("/connexion", **PAGE)
            sent = one.posted("/connexion", nom="dir.zou", mot_de_passe=PASSWORD)
            others.append(asyncio.ensure_future(sent))
        await until(lambda: all_came(others))
        await me.ask("/confirmation", **PAGE)
        mine = asyncio.ensure_future(me.posted("/confirmation", mot_de_passe="la mienne"))
        await until(lambda: all_came([*others, mine]))
        go.set()
        answer = await mine
        before = len(looked)
        await asyncio.gather(*others)
        return [answer.status, before]

    later(closed, minutes=16)
    status, before = run(tried())
    assert status == 401 and before <= 4  # refused for the password, after a look or two at others


def test_an_office_comes_in_together(closed):
    received = closed.add()
    app = stack()

    async def all_together() -> list[int]:
        people = [Browser(app, client="10.0.0.1") for _ in range(16)]
        asked = [one.posted("/connexion", nom="dir.zou", mot_de_passe=received) for one in people]
        return [answer.status for answer in await asyncio.gather(*asked)]

    assert run(all_together()) == [303] * 16


def test_who_tries_many_names_keeps_no_colleague_of_the_same_office_waiting(
    closed, monkeypatch, all_came
):
    colleague, stranger = closed.someone(), Browser()
    app = colleague.app = stranger.app = stack()
    colleague.post("/deconnexion")
    slow = Event()
    fits = passwords.verify_password

    def looked(password, kept, *_more) -> bool:
        return slow.wait(LONG) and False if kept is None else fits(password, kept)

    async def tried() -> list[int]:
        others = [Browser(app, client=f"10.0.{i}.1") for i in range(3)]
        for _ in range(3):
            await stranger.posted("/connexion", nom="personne", mot_de_passe="x")
        monkeypatch.setattr(passwords, "verify_password", looked)
        held = [
            asyncio.ensure_future(one.posted("/connexion", nom=f"nom{i}", mot_de_passe="x"))
            for one in [stranger, *others]
            for i in range(30)
        ]
        await until(lambda: all_came(held))
        try:
            came = await colleague.posted("/connexion", nom="dir.zou", mot_de_passe=PASSWORD)
            status = came.status  # though nothing of the others goes on meanwhile
        finally:
            slow.set()
        return [status, *[a.status for a in await asyncio.gather(*held)]]

    status, *others = run(tried())
    assert status == 303 and set(others) <= {401, 403, 503}


def test_a_pause_takes_no_place_and_a_refusal_to_wait_makes_no_pause(monkeypatch):
    queue, passed = SignInQueue(), MovedTime(monkeypatch)
    monkeypatch.setattr(queue, "pause", lambda address: 0.3 if address == "bad" else 0)

    async def tried() -> tuple[int, str]:
        paused = [asyncio.ensure_future(queue.run("bad", lambda: "in")) for _ in range(30)]
        await until(lambda: passed.timers == 30)
        taken = queue.present.total()
        came = await queue.run("bad2", lambda: "in")
        await passed.pass_by(0.3)
        await asyncio.gather(*paused)
        return taken, came

    assert run(tried()) == (0, "in")

    def refused(by: type[sign_in_request.Refusal]):
        raise by

    for why in (failed_sign_ins.TooSoon, ProviderUnavailable):  # nobody got anything wrong
        with pytest.raises(why):
            run(queue.run("bad2", partial(refused, why)))
    assert not queue.wrong
    with pytest.raises(sign_in_request.Refusal):
        run(queue.run("bad2", partial(refused, sign_in_request.Refusal)))
    assert len(queue.wrong["bad2"]) == 1


# --- accounts -----------------------------------------------------------------------------------------------------------
def test_a_disabled_account_is_out_at_once_and_reads_like_a_wrong_password(closed):
    browser = closed.someone()
    account_changes.disable(closed.engine, "dir.zou", "test")
    SESSION_CACHE.forget()
    assert browser.get("/").status == 303
    assert sign_ins.WRONG in Browser().sign_in("dir.zou", PASSWORD).text
    received = account_changes.reset_password(closed.engine, "dir.zou", "test")
    assert Browser().sign_in("dir.zou", received).status == 303


def test_other_rights_are_another_page_for_the_same_account(closed):
    browser = closed.someone()
    before = browser.get("/").told
    assert SESSION_CACHE.person_from_header(before).departments == {"Zou"}
    account_changes.change(
        closed.engine, "dir.zou", account_rules.AccountChanges(departments=["Borgou"]), "test"
    )
    SESSION_CACHE.forget()
    assert SESSION_CACHE.person_from_header(before).role == "", (
        "a fragment of a page that was open has nobody"
    )
    after = browser.get("/").told
    assert after != before and SESSION_CACHE.person_from_header(after).departments == {"Borgou"}
    account_changes.disable(closed.engine, "dir.zou", "test")
    SESSION_CACHE.forget()
    assert SESSION_CACHE.person_from_header(after).role == ""


def test_what_the_gate_did_not_say_is_nobody(closed):
    for told in ("", None, "x", "x.1", ".", "open", "0" * 16 + ".1"):
        assert SESSION_CACHE.person_from_header(told).role == ""


def test_the_last_administrator_stays(closed):
    with pytest.raises(account_changes.Refused, match="dernier compte d'administrateur"):
        account_changes.disable(closed.engine, "adm", "test")
    with pytest.raises(account_changes.Refused):
        account_changes.change(
            closed.engine, "adm", account_rules.AccountChanges(role="cabinet"), "test"
        )
    closed.add("autre", Role.ADMINISTRATOR)
    account_changes.disable(closed.engine, "adm", "test")


def test_an_account_that_cannot_be_is_refused_in_a_sentence(closed):
    for name, why, wanted in (
        ("dir zou", "n'est pas un nom", {"role": "director"}),
        ("x", "n'est pas un nom", {"role": "cabinet"}),
        ("dir.zou", "d'un département au moins", {"role": "director"}),
        ("dir.zou", "inconnu : Zoo", {"role": "director", "departments": ["Zoo"]}),
        ("focal", "inconnu", {"role": "focal_point", "sites": ["ccsp-nulle-part"]}),
        ("focal", "d'un centre au moins", {"role": "focal_point"}),
        ("cab", "n'est pas limité", {"role": "cabinet", "departments": ["Zou"]}),
        ("invite", "n'est pas un rôle", {"role": "guest"}),
        ("lecteur", "n'est pas un rôle", {"role": "reader"}),
        ("ADM", "déjà un compte", {"role": "cabinet"}),
        ("cab", "adresse électronique", {"role": "cabinet", "email": "sans arobase"}),
    ):
        with pytest.raises(account_changes.Refused, match=why):
            account_changes.add(closed.engine, name, account_rules.AccountChanges(**wanted), "test")
    assert [one.name for one in account_changes.all_accounts(closed.engine)] == ["adm"]


# --- what is changed while a password is looked at --------------------------------------------------------------------
MEANWHILE = {
    "reset": lambda house: account_changes.reset_password(house.engine, "dir.zou", "test"),
    "close": lambda house: account_changes.end_sessions(house.engine, "dir.zou", "test"),
    "disable": lambda house: account_changes.disable(house.engine, "dir.zou", "test"),
    "change": lambda house: account_changes.change(
        house.engine, "dir.zou", account_rules.AccountChanges(departments=["Borgou"]), "test"
    ),
}


@pytest.fixture
def while_looking(monkeypatch):
    """Has something happen once a password was found right, before anything is written."""

    def happens(what) -> None:
        fits = passwords.verify_password

        def looked(*which) -> bool:
            monkeypatch.setattr(passwords, "verify_password", fits)
            right = fits(*which)
            what()
            return right

        monkeypatch.setattr(passwords, "verify_password", looked)

    return happens


@pytest.mark.parametrize("what", MEANWHILE)
def test_who_signs_in_while_his_account_changes_is_not_let_in(closed, while_looking, what):
    closed.someone()
    while_looking(lambda: MEANWHILE[what](closed))
    thief = Browser()
    assert thief.sign_in("dir.zou", PASSWORD).status == 401
    assert thief.get("/").status == 303


def test_who_signs_in_with_the_old_password_while_its_owner_changes_it_is_not_let_in(
    closed, while_looking
):
    owner, thief, new = closed.someone(), Browser(), f"{PASSWORD} bis"
    fields = {"mot_de_passe": PASSWORD, "nouveau": new, "encore": new}
    while_looking(lambda: owner.post("/mot-de-passe", **fields))
    assert "vient de changer" in thief.sign_in("dir.zou", PASSWORD).text
    assert thief.get("/").status == 303 and owner.get("/").told


@pytest.mark.parametrize("what", MEANWHILE)
def test_who_changes_the_password_while_the_administrator_withdraws_it_changes_nothing(
    closed, while_looking, what
):
    thief, given = closed.someone(), []
    while_looking(lambda: given.append(MEANWHILE[what](closed)))
    fields = {"mot_de_passe": PASSWORD, "nouveau": "mien à présent", "encore": "mien à présent"}
    thief.post("/mot-de-passe", **fields)
    assert Browser().sign_in("dir.zou", "mien à présent").status == 401
    if what == "reset":
        assert Browser().sign_in("dir.zou", given[0]).status == 303


def test_a_sign_in_that_was_ended_while_the_password_was_looked_at_changes_none(
    closed, while_looking
):
    thief = closed.someone()
    elsewhere = Browser(cookies=dict(thief.cookies))
    while_looking(lambda: elsewhere.post("/deconnexion"))
    fields = {"mot_de_passe": PASSWORD, "nouveau": "mien à présent", "encore": "mien à présent"}
    assert "session est finie" in thief.post("/mot-de-passe", **fields).text
    assert Browser().sign_in("dir.zou", PASSWORD).status == 303
