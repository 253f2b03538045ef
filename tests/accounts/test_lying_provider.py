"""What a provider of identities is not believed of, and what comes back by a browser is not: each lie lets nobody in. On one
database: none of it gets that far."""

import asyncio
import time
from threading import Event
from types import SimpleNamespace

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from dashboard.accounts import identity_provider, provider_client
from dashboard.web.sign_in_queue import SignInQueue
from tests.accounts.asgi import PAGE, Browser, run, stack
from tests.accounts.lying import ADDRESS, CLIENT, LEAVE, come_in, key, person
from tests.accounts.test_lookalike_names import with_address
from tests.moved_time import until

pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def signed(claims: dict, name: str) -> str:
    """Signed with the key of that name, under that name."""
    return jwt.encode({"alg": "RS256", "kid": name}, claims, key(name))


def forged(claims: dict) -> str:
    """Signed with a key of somebody else's, under the provider's name for its own."""
    return jwt.encode({"alg": "RS256", "kid": "1"}, claims, key("forged"))


LIES = {
    "another's signature": lambda m: setattr(m, "sign", forged),
    "no signature": lambda m: setattr(m, "sign", m.unsigned),
    "a signature with what all know": lambda m: setattr(m, "sign", m.signed_with_what_all_know),
    "for another application": lambda m: setattr(m, "claims", lambda c: c.update(aud="autre")),
    "for another application, by us": lambda m: setattr(
        m, "claims", lambda c: c.update(aud="autre", azp=CLIENT)
    ),
    "for us and others, by another": lambda m: setattr(
        m, "claims", lambda c: c.update(aud=[CLIENT, "autre"], azp="autre")
    ),
    "for us and others, by nobody": lambda m: setattr(
        m, "claims", lambda c: c.update(aud=[CLIENT, "autre"])
    ),
    "of another provider": lambda m: setattr(
        m, "claims", lambda c: c.update(iss="https://identite.exemple.bj")
    ),
    "expired": lambda m: setattr(m, "claims", lambda c: c.update(exp=int(time.time()) - 61)),
    "of a time to come": lambda m: setattr(
        m, "claims", lambda c: c.update(iat=int(time.time()) + 99)
    ),
    "of a year ago": lambda m: setattr(
        m, "claims", lambda c: c.update(iat=int(time.time()) - 365 * 86_400)
    ),
    "of before the way was begun": lambda m: setattr(
        m, "claims", lambda c: c.update(iat=int(time.time()) - 65)
    ),
    "of no time": lambda m: setattr(m, "claims", lambda c: c.update(iat=float("nan"))),
    "that ends at no time": lambda m: setattr(m, "claims", lambda c: c.update(exp=float("nan"))),
    "not valid yet": lambda m: setattr(m, "claims", lambda c: c.update(nbf=int(time.time()) + 99)),
    "that never ends": lambda m: setattr(m, "claims", lambda c: c.update(exp=float("inf"))),
    "of a name that no database keeps": lambda m: setattr(m, "subject", "s-1\x00"),
    "of a name that breaks a line": lambda m: setattr(m, "subject", "s-1\n"),
    "of other letters than a name has": lambda m: setattr(m, "subject", "s-\u0455"),
    "of a very long name": lambda m: setattr(m, "subject", "s" * 256),
    "for another way": lambda m: setattr(m, "claims", lambda c: c.update(nonce="autre")),
    "for no way": lambda m: setattr(m, "claims", lambda c: c.pop("nonce")),
    "of nobody": lambda m: setattr(m, "claims", lambda c: c.pop("sub")),
    "of a number": lambda m: setattr(m, "claims", lambda c: c.update(sub=7)),
    "without an end": lambda m: setattr(m, "claims", lambda c: c.pop("exp")),
    "undated": lambda m: setattr(m, "claims", lambda c: c.pop("iat")),
    "no words": lambda m: setattr(m, "sign", lambda claims: "a.b.c"),
}


@pytest.mark.parametrize("verified", [False, "true", 1, None, "absent"])
def test_an_address_that_is_not_said_to_be_verified_opens_nothing(ministry, verified):
    ministry.said = {"email": ADDRESS, "email_verified": verified}
    if verified == "absent":
        del ministry.said["email_verified"]
    browser, answer = come_in(ministry)
    assert answer.status == 401 and "pas vérifié" in answer.text
    assert browser.get("/").status == 303


def test_two_accounts_of_one_address_are_opened_to_neither(closed, ministry):
    with_address(closed, "cab", ADDRESS.upper())  # an account of before that was refused
    assert come_in(ministry)[1].status == 401


def test_who_speaks_of_somebody_else_when_asked_apart_is_not_believed(ministry):
    ministry.info = {"sub": "s-2", "email": ADDRESS, "email_verified": True}
    assert come_in(ministry)[1].status == 401


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_of_the_provider_lets_nobody_in(ministry, lie, caplog):
    LIES[lie](ministry)
    browser, answer = come_in(ministry)
    (line,) = [one for one in caplog.records if one.name == "ccsp"]
    assert "is not believed: " in line.getMessage() and "s-1" not in line.getMessage()
    assert answer.status == 401 and "n&#39;a pas pu être cru" in answer.text
    assert browser.get("/").status == 303
    assert "ccsp-session" not in browser.cookies


def test_a_clock_that_is_a_little_wrong_is_no_lie(ministry):
    now = int(time.time())
    ministry.claims = lambda claims: claims.update(exp=now - 30, iat=now + 30)
    assert come_in(ministry)[1].status == 303


def test_what_comes_back_counts_once_and_only_where_it_was_begun(ministry):
    browser = Browser()
    other = Browser(browser.app)
    back = ministry.authorize(browser.get(LEAVE).header("location"))
    assert "commencée dans ce navigateur" in other.get(back).text  # begun nowhere
    other.get(LEAVE)
    assert "commencée dans ce navigateur" in other.get(back).text  # of another browser
    kept = dict(browser.cookies)
    assert browser.get(back).status == 303
    assert browser.get(back).status == 401  # once more, as by « back »
    thief = Browser(browser.app, cookies=kept)
    assert (
        "commencée dans ce navigateur" in thief.get(back).text
    )  # with the cookie of the first time


@pytest.mark.parametrize(
    "change",
    [
        lambda back: back.split("&state=")[0],
        lambda back: back + "x",
        lambda back: back.replace("state=", "state=é"),
        lambda back: back + "&iss=https://identite.exemple.bj",
        lambda back: back.replace("code=", "code=x"),
        lambda back: back.replace("code=", "other="),
        lambda back: back.replace("code=", "error=access_denied&other="),
    ],
    ids=["no state", "another", "no text", "another provider", "another code", "no code", "refused there"],
)  # fmt: skip
def test_what_comes_back_otherwise_lets_nobody_in(ministry, change):
    browser = Browser()
    back = ministry.authorize(browser.get(LEAVE).header("location"))
    answer = browser.get(change(back))
    assert answer.status == 401 and "Revenir à la connexion" in answer.text
    assert browser.get("/").status == 303


def test_who_is_refused_may_take_another_account_of_the_ministry(ministry):
    ministry.said["email_verified"] = False
    browser, answer = come_in(ministry)
    assert f'href="{LEAVE}?autre=oui"' in answer.text
    assert "&prompt=login" in browser.get(f"{LEAVE}?autre=oui").header("location")
    assert "prompt" not in browser.get(LEAVE).header("location")


def test_who_takes_longer_than_ten_minutes_begins_anew(ministry, monkeypatch):
    browser = Browser()
    back = ministry.authorize(browser.get(LEAVE).header("location"))
    now = time.time()
    monkeypatch.setattr(identity_provider.time, "time", lambda: now + 601)
    assert browser.get(back).status == 401


def test_a_code_is_worth_nothing_without_what_this_browser_keeps(ministry):
    victim = Browser()
    thief = Browser(victim.app)
    stolen = ministry.authorize(victim.get(LEAVE).header("location"))
    own = ministry.authorize(thief.get(LEAVE).header("location"))
    code = stolen.partition("code=")[2].partition("&")[0]
    mixed = f"{own.partition('?')[0]}?code={code}&state={own.partition('&state=')[2]}"
    assert thief.get(mixed).status == 401


def test_the_way_leads_to_pages_of_ours_and_nowhere_else(ministry):
    browser, answer = come_in(ministry, page="?suite=https://mauvais.exemple.bj")
    assert answer.header("location") == "/" and person(browser).name == "dir.zou"


def test_no_way_is_bent_by_a_cookie_that_was_written_by_hand(ministry):
    browser = Browser()
    back = ministry.authorize(browser.get(LEAVE).header("location"))
    start, _, _ = browser.cookies["ccsp-identite"].rpartition(".")
    browser.cookies["ccsp-identite"] = f"{start}.https%3A%2F%2Fmauvais.exemple.bj"
    assert browser.get(back).status == 401


def test_a_provider_that_is_away_is_not_asked_again_at_once(ministry, caplog):
    ministry.down = True
    browser = Browser()
    for _ in range(3):
        browser.get(LEAVE)
    assert len(ministry.asked) == 1
    said = [one.getMessage() for one in caplog.records if one.name == "ccsp"]
    assert said == ["the provider of identities cannot be used: status 500"]


@pytest.mark.parametrize(
    "of_itself",
    [
        {"issuer": "https://identite.exemple.bj"},
        {"token_endpoint": "http://identite.exemple.bj/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": 7},
    ],
)
def test_a_provider_that_names_itself_otherwise_is_led_to_by_nobody(ministry, of_itself):
    ministry.of_itself = of_itself
    assert Browser().get(LEAVE).status == 503


@pytest.mark.parametrize(
    "path", ["/.well-known/openid-configuration", "/token", "/keys", "/userinfo"]
)
def test_a_provider_that_leads_elsewhere_is_not_followed(ministry, monkeypatch, path):
    """Where it leads, the right answer is."""
    ministry.info = {"sub": "s-1", "email": ADDRESS, "email_verified": True}
    ministry.leads = {path: "/elsewhere"}
    browser = Browser()
    led = browser.get(LEAVE)
    if path != "/.well-known/openid-configuration":
        led = browser.get(ministry.authorize(led.header("location")))
    assert led.status in (401, 503) and browser.get("/").status == 303
    assert path in ministry.asked and "/elsewhere" not in ministry.asked


def test_a_provider_that_goes_away_on_the_way_lets_nobody_in(ministry, caplog):
    browser = Browser()
    back = ministry.authorize(browser.get(LEAVE).header("location"))
    ministry.down = True
    assert browser.get(back).status == 503 and browser.get("/").status == 303
    assert "the provider of identities cannot be used: token: " in caplog.text
    ministry.down = False  # nobody else waits for what one was not answered
    assert come_in(ministry, Browser(browser.app))[1].status == 303


@pytest.mark.parametrize(
    "of_itself", [{"end_session_endpoint": None}, {"end_session_endpoint": "data:x"}]
)
def test_a_provider_without_a_way_out_leaves_ours(ministry, of_itself):
    ministry.of_itself = of_itself
    browser, _ = come_in(ministry)
    answer = browser.post("/deconnexion")
    assert (answer.status, answer.header("refresh")) == (200, "") and browser.get("/").status == 303


def test_what_the_provider_says_of_itself_is_asked_once_an_hour(ministry, monkeypatch):
    browser = Browser()
    for _ in range(3):
        come_in(ministry, browser)
    asked = ("/.well-known/openid-configuration", "/keys")
    assert [ministry.asked.count(one) for one in asked] == [1, 1]
    monkeypatch.setattr(identity_provider, "KEPT", 0.0)
    come_in(ministry, browser)
    assert all(ministry.asked.count(one) > 1 for one in asked)


def test_keys_that_the_provider_changed_are_asked_for_anew(ministry, monkeypatch):
    monkeypatch.setattr(identity_provider, "AGAIN", 0.0)
    browser, _ = come_in(ministry)
    ministry.keys, ministry.sign = [key("2")], lambda claims: signed(claims, "2")
    assert come_in(ministry, browser)[1].status == 303


def test_an_address_that_is_said_only_when_asked_apart_counts_as_well(ministry):
    ministry.info = {"sub": "s-1", "email": "Dir.Zou@EXEMPLE.bj", "email_verified": True}
    assert person(come_in(ministry)[0]).name == "dir.zou"
    assert "/userinfo" in ministry.asked
    ministry.asked.clear()
    come_in(ministry)
    assert "/userinfo" not in ministry.asked, "the mark is known"


ASKED = ("/.well-known/openid-configuration", "/token", "/keys", "/userinfo")


@pytest.mark.parametrize("path", ASKED)
def test_an_answer_that_comes_drop_by_drop_is_hung_up_on(ministry, monkeypatch, path):
    monkeypatch.setattr(provider_client, "LONGEST", 0.4)
    ministry.info = {"sub": "s-1", "email": ADDRESS, "email_verified": True}
    ministry.dripping[path] = Event()
    browser = Browser()
    led = browser.get(LEAVE)
    answer = browser.get(ministry.authorize(led.header("location"))) if led.status == 303 else led
    assert answer.status == 503 and "ne répond pas" in answer.text
    assert browser.get("/").status == 303


@pytest.mark.parametrize("path", ASKED)
def test_an_answer_larger_than_any_is_not_read(ministry, path):
    """It is right but for its length."""
    ministry.info = {"sub": "s-1", "email": ADDRESS, "email_verified": True}
    answered = ministry.answer

    def long(*which):
        status, said = answered(*which)
        return status, (
            {**said, "more": "x" * provider_client.LARGEST} if which[0] == path else said
        )

    ministry.answer = long
    led = Browser().get(LEAVE)
    if path == ASKED[0]:
        assert led.status == 503
        return
    ministry.answer = answered
    browser = Browser()
    back = ministry.authorize(browser.get(LEAVE).header("location"))
    ministry.answer = long
    assert browser.get(back).status == 503 and browser.get("/").status == 303


def test_a_key_that_would_take_seconds_to_look_at_is_none(ministry, monkeypatch):
    looked = []
    real = KeySet.import_key_set
    monkeypatch.setattr(KeySet, "import_key_set", lambda keys: looked.append(keys) or real(keys))
    huge = {"kty": "RSA", "kid": "2", "e": "AQAB", "n": "-" * 100_000}
    ministry.keys = [SimpleNamespace(as_dict=lambda private: huge), key()]
    assert come_in(ministry)[1].status == 303
    assert [one["kid"] for keys in looked for one in keys["keys"]] == ["1"]


def test_slow_answers_to_some_keep_no_other_from_coming_in(ministry):
    """Eight wait for an answer that comes drop by drop; the ninth comes in meanwhile, and the eight after him."""
    app = stack()
    come_in(ministry, Browser(app))  # what it says of itself, and its keys, are known
    slow = [Browser(app) for _ in range(8)]
    ways = [ministry.authorize(one.get(LEAVE).header("location")) for one in slow]
    other = Browser(app)
    way = ministry.authorize(other.get(LEAVE).header("location"))
    go = ministry.dripping["/token"] = Event()

    async def tried() -> None:
        waiting = [
            asyncio.ensure_future(one.ask(back, **PAGE))
            for one, back in zip(slow, ways, strict=True)
        ]
        await until(lambda: ministry.asked.count("/token") == 9)  # all of them wait
        del ministry.dripping["/token"]
        answer = await other.ask(way, **PAGE)
        assert answer.status == 303 and not any(one.done() for one in waiting)
        go.set()
        assert {one.status for one in await asyncio.gather(*waiting)} == {303}

    run(tried())


def test_a_provider_that_is_slow_to_say_goodbye_keeps_nobody_waiting_for_the_gate(
    ministry, monkeypatch
):
    """Who signs out waits for it in a thread that is for nothing else."""
    taken = []
    real = SignInQueue.run
    browser, _ = come_in(ministry)
    monkeypatch.setattr(SignInQueue, "run", lambda *which: taken.append(which[1]) or real(*which))
    assert "/end?" in browser.post("/deconnexion").header("refresh")
    assert taken == ["127.0.0.1"]
