"""Who must sign in, decided at each request; what reaches the application behind the gate, and what never does."""

import asyncio
import re
from html import unescape

import pytest
from starlette.applications import Starlette
from streamlit.web.server.starlette.starlette_static_routes import (
    create_streamlit_static_assets_routes,
)

from dashboard.accounts.rights import NOBODY, Person, Role
from dashboard.accounts.session_cache import OPEN, State
from dashboard.navigation import no_page
from dashboard.request_identity import SESSION_CACHE
from dashboard.settings import load_settings
from dashboard.web import access_filter
from dashboard.web.authentication import Authentication
from tests.accounts.asgi import Browser, run, stack
from tests.builders import KANDI

PROXY = {
    "X-Forwarded-For": "127.0.0.1",
    "Forwarded": "for=127.0.0.1",
    "Via": "1.1 proxy",
    "X-Forwarded-Proto": "https",
    "X-Real-Ip": "127.0.0.1",
    "X-Forwarded": "for=127.0.0.1",
    "X-Client-IP": "127.0.0.1",
    "CF-Connecting-IP": "127.0.0.1",
    "True-Client-IP": "127.0.0.1",
    "X-Original-Host": "localhost",
    "X-Envoy-External-Address": "127.0.0.1",
    "X-ARR-LOG-ID": "1",
    "Tailscale-User-Login": "someone@example.org",
}


def test_at_the_machine_itself_an_open_base_asks_nobody_to_sign_in(opened):
    assert Browser().get("/").told == OPEN
    assert Browser().fetch("/_stcore/host-config").told == OPEN
    for host in ("127.0.0.1:8501", "[::1]:8501", "LOCALHOST"):
        assert Browser(host=host).get("/").told == OPEN


def test_from_anywhere_else_an_open_base_lets_nobody_in(opened):
    for where in (
        Browser(client="10.0.0.7"),  # another machine
        Browser(server="10.0.0.1"),  # by another address of this one
        Browser(client="127.0.0.2"),
        Browser(client="::ffff:10.0.0.7"),
    ):
        assert (where.get("/").status, where.get("/").header("location")) == (303, "/connexion")
        assert where.fetch("/_stcore/host-config").status == 401


def test_what_came_through_a_proxy_is_not_from_the_machine_itself(opened):
    for name, said in PROXY.items():
        assert Browser().get("/", **{name.lower(): said}).status == 303, name


def test_behind_a_public_address_everybody_signs_in(opened):
    opened.set(PUBLIC_URL="https://tableau.example.bj")
    for host in ("localhost:8501", "tableau.example.bj"):
        assert Browser(host=host).get("/").status == 303
    assert Browser(host="autre.example.bj").get("/").status == 421
    two = Browser().scope("http", "/")
    two["headers"].append((b"host", b"autre.example.bj"))
    assert access_filter.refusal(two) == (421, "Cette adresse n'est pas celle de l'application.")


def test_the_first_account_closes_a_running_application_to_whoever_was_in(opened):
    browser = Browser()
    assert browser.get("/").told == OPEN
    opened.add()
    SESSION_CACHE.forget()
    assert browser.get("/").status == 303
    # A run of a page that was open has nobody either.
    assert SESSION_CACHE.person_from_header(OPEN).role == ""


def test_a_base_that_is_not_open_lets_nobody_in_even_without_any_account(house):
    answer = Browser().get("/attentes?departement=Zou&periode=3m")
    assert answer.status == 303
    assert answer.header("location") == "/connexion?suite=attentes&departement=Zou&periode=3m"


def test_what_is_no_page_is_refused_and_never_led_elsewhere(closed):
    for path in (
        "/_stcore/health",
        "/_stcore/host-config",
        "/media/0123456789abcdef.xlsx",
        "/attentes",
        "/nulle-part",
    ):
        answer = Browser().fetch(path)
        assert (answer.status, answer.told, answer.header("location")) == (401, None, "")
        assert answer.header("cache-control") == "no-store"


def test_what_nobody_needs_is_not_there_for_who_is_signed_in_either(closed):
    browser = closed.someone()
    for path in ("/_stcore/agent/interact", "/auth/login", "/_stcore/metrics"):
        assert browser.get(path).status == browser.fetch(path).status == 404


def streamlit() -> Starlette:
    """What Streamlit serves at every address it has no file for: its own page."""
    return Starlette(routes=create_streamlit_static_assets_routes(""))


def test_the_address_of_a_page_of_another_role_says_whose_it_is_and_is_no_page(closed):
    director, clerk = closed.someone(), closed.someone("adm2", role=Role.ADMINISTRATOR)
    for browser, his, others in (
        (
            director,
            ("", "plaintes", "mon-compte"),
            ("comptes", "journal/", "comptes?departement=Zou"),
        ),
        (clerk, ("", "comptes", "guide"), ("plaintes", "carte", "evolution", "cibles")),
    ):
        browser.app = stack(streamlit())
        nowhere = browser.get("/nulle-part")
        assert nowhere.status == 404 and "Cette page n'existe pas" in unescape(nowhere.text)
        for path in his:
            assert (path, browser.get(f"/{path}").status) == (path, 200)
        for path in others:
            for ask in (browser.get, browser.fetch):
                answer = ask(f"/{path}")
                assert (path, answer.status) == (path, 404)
                assert "pas une page de votre rôle" in unescape(answer.text), path
    assert director.get("/evolution?periode=3m").header("location") == "/?periode=3m&comparer=oui"


def test_who_looks_for_missing_days_on_a_page_of_others_is_led_to_his_own(closed):
    """A point focal has no « Complétude », and his missing days all the same."""
    focal = closed.someone("pf", role=Role.FOCAL_POINT, sites=(KANDI,))
    focal.app = stack(streamlit())
    answer = focal.get("/completude")
    said = unescape(answer.text).replace("\xa0", " ")
    assert answer.status == 404 and 'href="/remonter"' in said
    assert "« Complétude » n'est pas une page de votre rôle (point focal)" in said


@pytest.mark.parametrize("who", [NOBODY, Person("invité", Role.GUEST, frozenset({"Zou"}))])
def test_guests_and_strangers_do_not_learn_which_pages_there_are(who):
    for path in ("comptes", "completude", "referentiel", "nulle-part"):
        assert no_page(who, path) == no_page(who, "")
        assert no_page(who, path).title == "Cette page n'existe pas."


def test_public_files_are_there_and_nothing_is_said_of_who_asks(closed):
    browser = closed.someone()
    for one in (Browser(), browser):
        assert one.fetch("/app/static/ccsp.css").behind["headers"].get("ccsp-account") is None


def test_what_lies_beside_the_public_files_is_not_there(closed):
    browser = closed.someone()
    browser.app = stack(streamlit())
    for path in ("/.git/config", "/data/ccsp.db", "/server.py", "/.streamlit/secrets.toml"):
        assert (path, browser.get(path).status, Browser().fetch(path).status) == (path, 404, 401)


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PUT", "DELETE", "CONNECT", "FANCY"])
def test_no_page_is_asked_in_another_way_than_to_be_shown(closed, method):
    browser = closed.someone()
    browser.app = stack(streamlit())
    own = {"origin": browser.origin, "x-secret": "abc"}
    for path in ("/", "/attentes", "/connexion", "/app/static/ccsp.css"):
        answer = run(browser.ask(path, method, **own))
        assert answer.status in (404, 405) and "abc" not in answer.text, path


def test_what_only_begins_like_the_icon_is_no_public_file(closed):
    for path in ("/favicon.pngx", "/favicon.png/", "/favicon.png/../attentes"):
        answer = Browser().fetch(path)
        assert (answer.status, answer.header("cache-control")) == (401, "no-store")
    icon = Browser().fetch("/favicon.png")
    assert (icon.status, icon.header("cache-control")) == (200, "no-cache")


def test_what_a_client_says_of_who_it_is_never_reaches_the_application(closed):
    account = closed.someone()
    true = account.get("/").told
    for said in ("ccsp-account", "Ccsp-Account", "CCSP-ACCOUNT", "ccsp-role", "ccsp-entry"):
        assert Browser().get("/", **{said: true}).status == 303
        answer = account.get("/", **{said: "autre.1"})
        headers = {n.lower(): v for n, v in answer.behind["headers"].items()}
        assert (headers["ccsp-account"], headers.get("ccsp-role")) == (true, None)
        assert "ccsp-entry" not in headers


def test_the_application_never_sees_the_gate_s_cookies_and_sees_the_others(closed):
    browser = closed.someone()
    browser.cookies |= {"_streamlit_xsrf": "x", "theme": "dark"}
    assert len(browser.cookies) == 4
    assert browser.get("/").behind["headers"]["cookie"] == "_streamlit_xsrf=x; theme=dark"
    del browser.cookies["_streamlit_xsrf"], browser.cookies["theme"]
    assert "cookie" not in browser.get("/").behind["headers"]


def test_where_the_database_does_not_answer_nobody_comes_in_and_little_is_said(
    closed, tmp_path, monkeypatch
):
    browser = closed.someone()
    closed.set(DATABASE_URL=f"sqlite:///{tmp_path}/vide.db")
    answer = browser.get("/attentes")
    assert answer.status == 503 and "ne répond pas" in answer.text
    assert "Error" not in answer.text and "sqlite" not in answer.text


def test_a_fault_of_ours_lets_nobody_in_and_is_not_said_to_be_the_database_s(
    closed, monkeypatch, caplog
):
    browser = closed.someone()

    async def fails(*_args):
        raise KeyError("hors de vue")

    monkeypatch.setattr(Authentication, "_authenticate", fails)
    answer = browser.get("/attentes")
    assert answer.status == 500 and "ne répond pas" not in answer.text
    number = re.search(r"Signaler l'incident ([0-9a-f]{6}) au service", unescape(answer.text))[1]
    assert number in caplog.text and "hors de vue" not in answer.text


def test_a_page_is_told_how_it_stands_with_its_sign_in_and_a_monitor_is_not(closed):
    browser = closed.someone()
    told = browser.get("/").told
    ours = {"sec-fetch-site": "same-origin"}
    assert browser.fetch("/livez", **ours).header("ccsp-session") == f"open {told}"
    assert Browser().fetch("/livez", **ours).header("ccsp-session") == "ended"
    assert browser.fetch("/livez").header("ccsp-session") == ""
    assert Browser().fetch("/livez").text.startswith("en marche")


def test_every_form_and_refusal_says_what_a_browser_may_do_with_it(closed):
    for answer in (Browser().get("/connexion"), Browser().fetch("/attentes"), Browser().get("/")):
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("cache-control") == "no-store"
        assert answer.header("referrer-policy") == "same-origin"
    policy = Browser().get("/connexion").header("content-security-policy")
    assert "default-src 'none'" in policy and "script-src" not in policy


async def failing(scope, receive, send) -> None:
    """What stands behind the gate, and fails."""
    raise KeyError("hors de vue")


def test_what_fails_behind_the_gate_is_a_page_of_ours_with_its_number_in_the_log(closed, caplog):
    browser = closed.someone()
    browser.app = stack(failing)
    answer = browser.get("/attentes")
    assert answer.status == 500 and "hors de vue" not in answer.text
    number = re.search(r"Signaler l'incident ([0-9a-f]{6}) au service", unescape(answer.text))[1]
    assert f"incident {number}" in caplog.text and "hors de vue" in caplog.text
    assert answer.header("x-content-type-options") == "nosniff"
    assert "frame-ancestors" in answer.header("content-security-policy")


async def giving_a_cookie(scope, receive, send) -> None:
    """What stands behind the gate, and gives a cookie as Streamlit does."""
    cookies = [(b"set-cookie", b"_streamlit_xsrf=2|a; Path=/; SameSite=Lax"), (b"x-more", b"1")]
    await send({"type": "http.response.start", "status": 200, "headers": cookies})
    await send({"type": "http.response.body", "body": b""})


def test_browsers_are_given_no_cookie_but_the_gate_s(closed):
    browser = closed.someone()
    browser.app = stack(giving_a_cookie)
    answer = browser.fetch("/_stcore/host-config")
    assert [n for n, _ in answer.headers if n in ("set-cookie", "x-more")] == ["x-more"]


def test_whatever_is_refused_leaves_a_line_that_says_where_and_from_where(closed, caplog):
    browser, received = closed.someone(), closed.add("cab", Role.CABINET)
    browser.app = stack(streamlit())

    def told(ask) -> str:
        caplog.clear()
        ask()
        (line,) = [one for one in caplog.records if one.name == "ccsp.refused"]
        assert line.levelname == "WARNING" and received not in line.getMessage()
        return line.getMessage()

    from_ = "from '10.0.0.7'"
    elsewhere = Browser(client="10.0.0.7")
    assert (
        told(lambda: elsewhere.sign_in("dir.zou", "faux")) == f"401 to POST '/connexion', {from_}"
    )
    assert told(lambda: elsewhere.sign_in("personne", "x")) == f"401 to POST '/connexion', {from_}"
    assert told(lambda: elsewhere.sign_in("x", "x", jeton="x")).startswith("403 to POST")
    assert told(lambda: elsewhere.post("/premiere-connexion", lien="#abc")).startswith("401 to")
    assert told(lambda: elsewhere.post("/invitation", lien="#abc")).startswith("401 to POST '/inv")
    assert told(lambda: elsewhere.post("/connexion", headers={"origin": "http://a"})) == (
        f"403 to POST '/connexion', {from_}"
    )
    assert told(lambda: elsewhere.get("/", host="evil.example")) == f"421 to GET '/', {from_}"
    assert (
        told(lambda: browser.get("/comptes")) == "the page 'comptes' to 'dir.zou', from '127.0.0.1'"
    )
    assert told(lambda: browser.fetch("/media/x.pdf")) == (
        "a file of another's page to 'dir.zou', from '127.0.0.1'"
    )
    # Who only has to sign in again, or asks for what is not there, is no news.
    caplog.clear()
    assert elsewhere.fetch("/attentes").status == 401 and browser.get("/nulle-part").status == 404
    assert not caplog.records


# --- by https ---------------------------------------------------------------------------------------------------------
def test_by_https_cookies_are_the_host_s_alone_and_go_by_https_only(closed):
    closed.set(PUBLIC_URL="https://tableau.example.bj")
    browser = Browser(host="tableau.example.bj")
    page = browser.get("/connexion")
    assert page.header("strict-transport-security") == "max-age=31536000; includeSubDomains"
    (cookie,) = [v for n, v in page.headers if n == "set-cookie"]
    assert cookie.startswith("__Host-ccsp-formulaire=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))


def test_a_page_writes_from_the_public_address_only(closed):
    closed.set(PUBLIC_URL="https://tableau.example.bj")
    received = closed.add()
    browser = Browser(host="tableau.example.bj")
    for client_address in ("http://tableau.example.bj", "https://tableau.example.bj.evil", "null"):
        answer = browser.sign_in("dir.zou", received, headers={"origin": client_address})
        assert answer.status == 403
    answer = browser.sign_in("dir.zou", received, headers={"origin": "https://tableau.example.bj"})
    assert answer.status == 303


def test_the_address_noted_is_that_of_the_network_unless_a_trusted_proxy_says_another(closed):
    from dashboard.web import client_address

    scope = Browser(client="10.1.1.1").scope("http", "/", **{"x-forwarded-for": "6.6.6.6, 7.7.7.7"})
    assert client_address.client_address(scope) == "10.1.1.1"
    closed.set(TRUSTED_PROXIES="10.1.1.1, 10.1.1.2")
    assert client_address.client_address(scope) == "7.7.7.7"


@pytest.mark.parametrize(
    "said, where",
    [
        ("7.7.7.7:50123", "7.7.7.7"),
        ("[2001:DB8::7]:50123", "2001:db8::7"),
        ("[2001:db8:0::7]", "2001:db8::7"),
        ("::ffff:7.7.7.7", "7.7.7.7"),
        ("unknown", "unknown"),
        ("7.7.7.7:x", "7.7.7.7:x"),
    ],
)
@pytest.mark.parametrize("proxy", ["10.1.1.1", "::ffff:10.1.1.1"])
def test_a_client_is_the_same_however_a_proxy_writes_it(closed, said, where, proxy):
    """With a port behind it each connection was somebody else, for whom no wrong password counted."""
    from dashboard.web import client_address

    closed.set(TRUSTED_PROXIES="10.1.1.1")
    scope = Browser(client=proxy).scope("http", "/", **{"x-forwarded-for": f"6.6.6.6, {said}"})
    assert client_address.client_address(scope) == where


# --- settings -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"HOST": "0.0.0.0"}, "HOST=0.0.0.0 ouvre"),
        ({"HOST": "10.0.0.4"}, "HOST=10.0.0.4 TLS_CERT=cert.pem TLS_KEY=cle.pem make run, ou"),
        ({"PUBLIC_URL": "http://tableau.example.bj"}, "PUBLIC_URL : une adresse comme https://"),
        ({"PUBLIC_URL": "https://tableau.example.bj/sous"}, "sans rien derrière"),
        ({"TLS_CERT": __file__}, "vont ensemble"),
        ({"TLS_CERT": __file__, "TLS_KEY": "/nulle/part"}, "n'existe pas"),
    ],
)
def test_other_machines_are_let_in_over_tls_only(monkeypatch, values, said):
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    load_settings.cache_clear()
    with pytest.raises(ValueError) as refused:
        load_settings()
    load_settings.cache_clear()
    assert said in str(refused.value)


def test_who_is_asked_for_each_second_is_read_once_for_all(closed):
    """One look at the database a second, however many requests: asked within one second, nothing more is read."""
    browser, reads = closed.someone(), []
    browser.get("/")
    look = SESSION_CACHE.read
    SESSION_CACHE.read = lambda *which: (reads.append(which), look(*which))

    async def many() -> None:
        await asyncio.gather(*(browser.ask("/_stcore/health") for _ in range(50)))

    try:
        run(many())
    finally:
        SESSION_CACHE.read = look
    assert len(reads) <= 1


def test_a_sign_in_dated_ahead_of_the_clock_opens_nothing(closed):
    from sqlalchemy import text

    browser = closed.someone()
    with closed.engine.begin() as connection:
        connection.execute(text("UPDATE sign_in SET began_at = '2999-01-01 00:00:00.000000'"))
    SESSION_CACHE.forget()
    assert browser.get("/").status == 303
    assert SESSION_CACHE.last_session(next(iter(SESSION_CACHE._tokens))).state == State.ENDED


@pytest.mark.parametrize(
    "path", ["/", "/attentes", "/connexion", "/connexion/ministere", "/connexion/retour", "/livez",
             "/mot-de-passe", "/invitation", "/premiere-connexion", "/media/x.pdf", "/nulle-part"],
)  # fmt: skip
@pytest.mark.parametrize("inside", [False, True])
def test_an_address_that_asks_many_things_is_answered_in_a_sentence(
    closed, ministry, caplog, path, inside
):
    browser = closed.someone("cab", role=Role.CABINET) if inside else Browser()
    caplog.clear()
    for query, words in (
        ("a=1&" * 29 + "a=1", ""),
        ("periode=" + "1" * 4_000, ""),
        ("a=1&" * 40, "trop de choses"),
        ("&" * 5_000, "trop de choses"),
        ("periode=" + "1" * 4_100, "trop longue"),  # the page would have to say it back
    ):
        answer = browser.get(f"{path}?{query}")
        assert answer.status == 400 if words else answer.status < 500, query
        assert words in answer.text
    assert "no-store" in answer.header("cache-control")
    said = [one.getMessage() for one in caplog.records]
    assert sum(one.startswith("400 to GET ") for one in said) == 3
    assert {one.levelname for one in caplog.records} == {"WARNING"}
    assert not [one for one in caplog.records if one.exc_info or "\n" in one.getMessage()]
