"""People at other machines: they sign in over TLS, see what is theirs, sign out; what is withdrawn ends on open pages."""

import asyncio
import re
import socket
import ssl
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from dashboard.accounts import account_changes, guest_links
from dashboard.accounts.account_rules import AccountChanges
from dashboard.accounts.rights import Role
from dashboard.period import today
from dashboard.ui.disconnected_sessions import AT_MOST
from dashboard.web.open_pages import MOST_OF_ACCOUNT
from db.engine import make_engine
from tests.browser import identities, served
from tests.browser.screen import choose, let_pass, settled, until
from tests.browser.test_guarded import rerun
from tests.moved_time import LONG
from tests.web.test_message_limits import hashes, made

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("sign-in")]
PASSWORD = "trois lampes sous la pluie"
STORED = """async () => [...Object.entries(localStorage), ...Object.entries(sessionStorage),
  ...(await indexedDB.databases()).map((one) => one.name), ...(await caches.keys())]"""


@dataclass
class Office:
    """A server that others reach over TLS, and the accounts in its database."""

    address: str
    url: str
    provider: int  # the port of a provider of identities, which need not be there

    def do(self, action: Callable, *which):
        """What the command does with accounts."""
        engine = make_engine(self.url)
        try:
            return action(engine, *which, by="test")
        finally:
            engine.dispose()

    def add(self, name: str, role: Role, **places) -> str:
        """An account, and its password that works once."""
        return self.do(account_changes.add, name, AccountChanges(role, **places))


@pytest.fixture(scope="module")
def office(shared, certificate, tmp_path_factory) -> Iterator[Office]:
    """The server, on fictitious data, with an account already: the base is closed."""
    office = Office("", f"sqlite:///{shared}", served.free_port())
    office.add("adm", Role.ADMINISTRATOR)
    office.do(still_wait)
    log = tmp_path_factory.mktemp("log") / "server.log"
    settings = {**certificate.settings, **identities.settings(office.provider)}
    with served.serve(office.url, log, HOST=served.ELSEWHERE, **settings) as address:
        office.address = address
        yield office


def still_wait(engine, by: str) -> None:
    """No complaint was ever answered: each department has some to list."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE complaint SET resolved_on = NULL, outcome = NULL"))


@pytest.fixture
def people(chromium: Browser) -> Iterator[Callable[..., served.Visit]]:
    """Browsers of several people; at the end there was no outside request, no error and no dialog in any."""
    visits = []

    def come(**more) -> served.Visit:
        visits.append(served.visit(chromium, **more))
        return visits[-1]

    yield come
    for one in visits:
        one.context.close()
    # That a page is refused, or its connection shut, is what is tried here.
    refused = ("status of 401", "status of 403", "status 401", "WebSocket connection to")
    left = [f for one in visits for f in one.faults() if not any(r in f for r in refused)]
    assert left == []


def page_session(office: Office, visit: served.Visit, resumed: str = "none") -> str:
    """The name of the session that Streamlit gives a page of this browser, which asks for that one."""
    kept = "; ".join(f"{c['name']}={c['value']}" for c in visit.context.cookies())
    # In a loop of its own, since the browser has this thread's: the library's client without one closes TLS without a limit.
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(
            asyncio.run, asyncio.wait_for(_named(office, kept, resumed), 60)
        ).result()


def _connection(office: Office, cookies: str, resumed: str = "none") -> connect:
    """That of a page in a browser that keeps these cookies."""
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    return connect(
        office.address.replace("https", "wss") + "/_stcore/stream",
        ssl=unchecked,
        subprotocols=["streamlit", "none", resumed],
        origin=office.address,
        additional_headers={"cookie": cookies},
        proxy=None,
    )


async def _named(office: Office, cookies: str, resumed: str) -> str:
    async with _connection(office, cookies, resumed) as link:
        await link.send(rerun().SerializeToString())
        while True:
            message = ForwardMsg()
            message.ParseFromString(await link.recv())
            if message.WhichOneof("type") == "new_session":
                return message.new_session.initialize.session_id


def sign_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("Nom").fill(name)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.get_by_role("button", name="Se connecter").click()


def choose_password(page: Page, received: str, password: str = PASSWORD) -> None:
    page.get_by_label("Mot de passe reçu").fill(received)
    page.locator("input[name=nouveau]").fill(password)
    page.locator("input[name=encore]").fill(password)
    page.get_by_role("button", name="Garder ce mot de passe").click()


def enter(visit: served.Visit, office: Office, name: str, received: str, path: str = "") -> Page:
    """Sign in for the first time; the page that was wanted."""
    page = visit.context.new_page()
    page.goto(f"{office.address}/{path}")
    sign_in(page, name, received)
    choose_password(page, received)
    expect(page.get_by_text("Se déconnecter")).to_be_visible()
    return page


def spoken(office: Office, ciphers: str, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2) -> str:
    """The cipher on which a client agrees with the server that knows these alone, in this version of TLS. Raises ssl.SSLError."""
    client = ssl.create_default_context()
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.set_ciphers(ciphers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python's own word for old versions
        client.minimum_version = client.maximum_version = version
    place = urlsplit(office.address)
    with (
        socket.create_connection((place.hostname, place.port), 30) as line,
        client.wrap_socket(line) as tls,
    ):
        return tls.cipher()[0]


def test_no_weak_cipher_nor_older_tls_is_spoken(office):
    assert spoken(office, "DEFAULT") == "ECDHE-ECDSA-AES256-GCM-SHA384"
    assert spoken(office, "DEFAULT", ssl.TLSVersion.TLSv1_3).startswith("TLS_AES_256")
    for weak in (
        "ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA256",
        "ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA",
        "ECDHE-ECDSA-AES256-CCM",
    ):
        with pytest.raises(ssl.SSLError):
            spoken(office, weak)
    with pytest.raises(ssl.SSLError):
        spoken(office, "DEFAULT:@SECLEVEL=0", ssl.TLSVersion.TLSv1_1)


def test_who_asks_in_clear_is_led_nowhere_and_hears_nothing(office):
    place = urlsplit(office.address)
    for asked in ("GET / HTTP/1.1", "GET /_stcore/stream HTTP/1.1\r\nUpgrade: websocket"):
        with socket.create_connection((place.hostname, place.port), 30) as line:
            line.sendall(f"{asked}\r\nHost: {place.netloc}\r\n\r\n".encode())
            heard = b""
            with suppress(ConnectionResetError):
                while more := line.recv(1_000):
                    heard += more
        assert b"HTTP" not in heard and b"http" not in heard.lower()


def test_a_director_elsewhere_signs_in_sees_his_own_signs_out_and_his_old_cookie_opens_nothing(
    office, people
):
    zou = office.add("dir.zou", Role.DIRECTOR, departments=["Zou"])
    borgou = office.add("dir.borgou", Role.DIRECTOR, departments=["Borgou"])
    one, other = people(), people()
    page = one.context.new_page()
    page.goto(f"{office.address}/plaintes")
    expect(page).to_have_url(f"{office.address}/connexion?suite=plaintes")
    sign_in(page, "dir.zou", "faux")
    expect(page.get_by_role("alert")).to_have_text("Nom ou mot de passe inconnu.")
    sign_in(page, "Dir.Zou", zou)
    choose_password(page, zou)
    expect(page.get_by_text("dir.zou", exact=True)).to_be_visible()
    theirs = enter(other, office, "dir.borgou", borgou)
    for whose, own, foreign in ((page, "Djidja", "Nikki"), (theirs, "Nikki", "Djidja")):
        whose.goto(f"{office.address}/plaintes")
        settled(whose)
        complaints = whose.locator(".ccsp-table").first
        expect(complaints).to_contain_text(own)
        expect(complaints).not_to_contain_text(foreign)
    page.goto(f"{office.address}/mon-compte")
    expect(page.get_by_text("Ce navigateur, depuis le")).to_be_visible()
    page.goto(f"{office.address}/plaintes?departement=Borgou")
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Borgou")
    expect(page.get_by_text("P-NIKKI")).to_have_count(0)
    # A page's session is given back to nobody but its own: whoever knows its name has another.
    mine = page_session(office, one)
    assert page_session(office, other, mine) != mine == page_session(office, one, mine)
    kept = one.context.cookies()
    (session,) = [c for c in kept if c["name"] == "__Host-ccsp-session"]
    assert session["secure"] and session["httpOnly"] and session["sameSite"] == "Lax"
    # The browser keeps nothing else than cookies of the gate's, which no script reads, and the paper that was chosen.
    assert all(c["name"].startswith("__Host-ccsp-") and c["httpOnly"] for c in kept)
    stored = page.evaluate(STORED)
    assert all(n.startswith("stActiveTheme-/") and v == '"System"' for n, v in stored), stored
    second = one.context.new_page()
    second.goto(f"{office.address}/attentes")
    expect(second.get_by_text("Se déconnecter")).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", name="Vous êtes déconnecté")).to_be_visible()
    # The other tab goes too.
    expect(second).to_have_url(f"{office.address}/connexion?suite=attentes&departement=Zou")
    one.context.add_cookies(kept)
    page.goto(f"{office.address}/plaintes")
    expect(page).to_have_url(f"{office.address}/connexion?suite=plaintes")
    # The other one has not noticed.
    expect(theirs.get_by_text("dir.borgou", exact=True)).to_be_visible()


def lapse(office: Office, account: str) -> None:
    """Half an hour without anybody at work goes by."""
    engine = make_engine(office.url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE sign_in SET seen_at = '2020-01-01 00:00:00.000000' WHERE ended_at IS NULL"
                " AND account_id = (SELECT id FROM account WHERE name = :name)"
            ),
            {"name": account},
        )
    engine.dispose()


@pytest.mark.seconds
def test_the_other_tab_of_who_signs_out_goes_within_four_seconds(office, people):
    """Two as the server withdraws it (security.md), with what the browser takes."""
    visit = people()
    page = enter(visit, office, "presse", office.add("presse", Role.CABINET), "attentes")
    second = visit.context.new_page()
    second.goto(f"{office.address}/plaintes")
    settled(second)
    page.bring_to_front()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("heading", name="Vous êtes déconnecté")).to_be_visible()
    expect(second).to_have_url(f"{office.address}/connexion?suite=plaintes", timeout=4_000)


@pytest.mark.seconds
def test_a_page_whose_sign_in_lapsed_is_covered_within_five_seconds(office, people):
    visit = people()
    page = enter(visit, office, "parti", office.add("parti", Role.CABINET), "attentes")
    settled(page)
    lapse(office, "parti")
    expect(page.get_by_role("alertdialog")).to_contain_text("Votre session a expiré", timeout=5_000)


def test_a_page_is_covered_after_half_an_hour_and_goes_on_while_slides_stay_up(office, people):
    visit = people()
    visit.context.clock.install()
    page = enter(visit, office, "cab", office.add("cab", Role.CABINET), "attentes")
    slides = visit.context.new_page()
    slides.goto(f"{office.address}/presenter")
    slides.get_by_role("button", name="Commencer la présentation").click(timeout=30_000)
    expect(slides.locator("#ccsp-presentation .count")).to_be_visible()
    lapse(office, "cab")
    page.bring_to_front()
    cover = page.get_by_role("alertdialog")
    expect(cover).to_contain_text("Votre session a expiré")
    assert page.locator("#root").get_attribute("inert") is not None
    with visit.context.expect_page() as opened:
        cover.get_by_role("link", name="Se connecter").click()
    slides.bring_to_front()
    let_pass(slides, 3)
    slides.keyboard.press("ArrowRight")
    expect(slides.locator("#ccsp-presentation .count")).to_have_text("2 / 12")
    sign_in(opened.value, "cab", PASSWORD)
    page.bring_to_front()
    expect(cover).to_have_count(0)
    choose(page, "filtre_departement", "Zou")
    expect(page).to_have_url(f"{office.address}/attentes?departement=Zou")
    settled(page)
    office.do(account_changes.disable, "cab")
    expect(page).to_have_url(f"{office.address}/connexion?suite=attentes&departement=Zou")
    slides.bring_to_front()
    expect(slides).to_have_url(re.compile("/connexion"))


@contextmanager
def pages_open(office: Office, visit: served.Visit, number: int) -> Iterator[None]:
    """So many pages more are open in this browser."""
    kept = "; ".join(f"{c['name']}={c['value']}" for c in visit.context.cookies())
    ready, done = Event(), Event()

    async def hold() -> None:
        async with AsyncExitStack() as links:
            for _ in range(number):
                await links.enter_async_context(_connection(office, kept))
            ready.set()
            await asyncio.to_thread(done.wait)

    with ThreadPoolExecutor(1) as aside:
        held = aside.submit(asyncio.run, hold())
        try:
            assert ready.wait(LONG)
            yield
        finally:
            done.set()
            held.result()


def test_a_page_too_many_is_paused_says_so_and_goes_on_when_asked_to(office, people):
    visit = people()
    visit.context.clock.install()
    page = enter(visit, office, "beaucoup", office.add("beaucoup", Role.CABINET), "attentes")
    choose(page, "filtre_departement", "Zou")
    settled(page)
    slides = visit.context.new_page()
    slides.goto(f"{office.address}/presenter")
    slides.get_by_role("button", name="Commencer la présentation").click(timeout=30_000)
    expect(slides.locator("#ccsp-presentation .count")).to_be_visible()
    with pages_open(office, visit, MOST_OF_ACCOUNT):
        let_pass(slides, 3)
        slides.keyboard.press("ArrowRight")  # what is projected stays
        expect(slides.locator("#ccsp-presentation .count")).to_have_text("2 / 12")
        page.bring_to_front()
        cover = page.get_by_role("alertdialog")
        expect(cover).to_contain_text("trop d'autres sont ouvertes sous ce compte")
        let_pass(page, 17)  # it does not come back by itself, nor says what is not so
        expect(cover).to_be_visible()
        assert "Le serveur ne répond pas" not in page.locator("body").inner_text()
        assert page.locator("[data-testid=stDialog]").count() == 0
    cover.get_by_role("link", name="Reprendre ici").click()
    expect(page).to_have_url(f"{office.address}/attentes?departement=Zou")
    settled(page)
    expect(cover).to_have_count(0)


# The connection that a page has, as its script makes it, for what no page says by itself.
CAUGHT = "window.WebSocket = class extends WebSocket { constructor(...all) { super(...all); window.line = this; } };"


@pytest.mark.parametrize("say, many", [(hashes, 3_000), (hashes, 300_000)])
def test_a_page_that_says_too_much_at_once_is_paused_says_so_and_goes_on_when_asked_to(
    office, people, say, many
):
    """By many entries, or by more bytes: it would say the same again if it came back by itself."""
    visit = people()
    visit.context.add_init_script(CAUGHT)
    visit.context.clock.install()
    who = f"bavard.{many}"
    page = enter(visit, office, who, office.add(who, Role.CABINET), "attentes")
    choose(page, "filtre_departement", "Zou")
    settled(page)
    page.evaluate("(said) => window.line.send(new Uint8Array(said))", [*made(say, many)])
    cover = page.get_by_role("alertdialog")
    expect(cover).to_contain_text("plus que le serveur ne lit en une fois")
    let_pass(page, 17)
    expect(cover).to_be_visible()
    assert page.locator("[data-testid=stDialog]").count() == 0
    cover.get_by_role("link", name="Reprendre ici").click()
    expect(page).to_have_url(f"{office.address}/attentes?departement=Zou")
    settled(page)
    expect(cover).to_have_count(0)


async def _opened_and_closed(office: Office, cookies: str, number: int) -> None:
    for _ in range(number):
        async with _connection(office, cookies):
            pass


def test_who_opens_and_closes_pages_without_end_takes_no_other_account_s(office, people):
    visit, others = people(), [people(), people()]
    enter(visit, office, "calme", office.add("calme", Role.CABINET))
    mine = page_session(office, visit)
    for n, other in enumerate(others):
        enter(other, office, f"presse.{n}", office.add(f"presse.{n}", Role.CABINET))
        kept = "; ".join(f"{c['name']}={c['value']}" for c in other.context.cookies())
        with ThreadPoolExecutor(1) as aside:
            many = _opened_and_closed(office, kept, AT_MOST // 2 + 10)
            aside.submit(asyncio.run, asyncio.wait_for(many, 60)).result()
    assert page_session(office, visit, resumed=mine) == mine


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_the_forms_fit_a_telephone_need_no_script_and_axe_finds_nothing(
    office, people, width, scheme
):
    name = f"essai.{width}.{scheme}"
    received = office.add(name, Role.CABINET)
    settings = {"viewport": {"width": width, "height": 740}, "color_scheme": scheme}
    page = people(**settings).context.new_page()

    def sound(title: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()

    page.goto(f"{office.address}/connexion")
    sound("Se connecter")
    sign_in(page, name, "faux")
    sound("Se connecter")
    bare = people(**settings, java_script_enabled=False).context.new_page()
    bare.goto(f"{office.address}/connexion")
    # By keyboard alone: the name has the focus.
    expect(bare.locator("[name=nom]")).to_be_focused()
    for typed in (name, received):
        bare.keyboard.type(typed)
        bare.keyboard.press("Tab")
    bare.keyboard.press("Enter")
    expect(bare.get_by_role("heading", level=1)).to_have_text("Choisir un mot de passe")
    page.goto(f"{office.address}/connexion")
    sign_in(page, name, received)
    sound("Choisir un mot de passe")
    page.goto(f"{office.address}/deconnexion")
    sound("Se déconnecter")
    page.get_by_role("button", name="Se déconnecter").click()
    sound("Vous êtes déconnecté")


# What of the bar is cut by the window, or lies on the mark that opens the menu.
OUTSIDE_THE_BAR = """() => {
  const bar = document.querySelector('[data-testid=stHeader]').getBoundingClientRect();
  const mark = document.querySelector('[data-testid=stExpandSidebarButton]').getBoundingClientRect();
  return [...document.querySelectorAll('.ccsp-state > *')].filter(e => {
    const at = e.getBoundingClientRect();
    return at.width && (at.top < 0 || at.bottom > bar.bottom || at.left < mark.right || at.right > innerWidth);
  }).map(e => e.textContent);
}"""


def test_nothing_of_the_bar_is_cut_on_a_telephone(office, people):
    received = office.add("adjovi.houngbo", Role.CABINET)
    his = people(viewport=served.TELEPHONE).context.new_page()
    his.goto(f"{office.address}/plaintes")
    sign_in(his, "adjovi.houngbo", received)
    choose_password(his, received)
    _, link = office.do(guest_links.make_link, "atelier", today() + timedelta(days=1), None)
    guest = people(viewport=served.TELEPHONE).context.new_page()
    guest.goto(f"{office.address}/invitation#{link}")
    guest.get_by_role("button", name="Entrer").click()
    for page in (his, guest):
        expect(page.get_by_text("données au")).to_be_visible()
        assert page.evaluate(OUTSIDE_THE_BAR) == []
    expect(guest.get_by_text("Données fictives · Vue d'invité")).to_be_visible()


def test_who_was_sent_the_link_of_a_first_password_comes_in_without_typing_it(office, people):
    received = office.add("koffi.dossou", Role.CABINET)
    page = people().context.new_page()
    page.goto(f"{office.address}/premiere-connexion#{received}")
    assert received not in page.url  # nor in the browser's history
    page.get_by_role("button", name="Entrer, et choisir un mot de passe").click()
    expect(page.locator("input[name=nouveau]")).to_be_focused()
    page.locator("input[name=nouveau]").fill(PASSWORD)
    page.locator("input[name=encore]").fill(PASSWORD)
    page.get_by_role("button", name="Garder ce mot de passe").click()
    expect(page.get_by_text("Se déconnecter")).to_be_visible()
    again = people().context.new_page()
    again.goto(f"{office.address}/premiere-connexion#{received}")
    again.get_by_role("button", name="Entrer, et choisir un mot de passe").click()
    expect(again.get_by_role("alert")).to_contain_text("Ce lien n'ouvre plus")


@contextmanager
def held_back(page: Page, pattern: str) -> Iterator[None]:
    """What the server answers there has arrived in the browser and is not shown until the end; it was asked for once."""
    link, waiting = page.context.new_cdp_session(page), []
    link.on("Fetch.requestPaused", lambda one: waiting.append(one["requestId"]))
    link.send("Fetch.enable", {"patterns": [{"urlPattern": pattern, "requestStage": "Response"}]})
    yield
    (one,) = waiting
    link.send("Fetch.continueRequest", {"requestId": one})
    link.detach()


@contextmanager
def confirming(page: Page) -> Iterator[Page]:
    """The window where somebody says once more who he is; he closes it once that is done."""
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Confirmer que c'est vous").click(timeout=15_000)
    yield opened.value
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("C'est confirmé")
    opened.value.close()


def make_a_link(page: Page) -> None:
    """For the guests of a workshop."""
    page.get_by_label("Pour quel atelier").fill("atelier")
    page.get_by_label("Pour quel atelier").press("Tab")
    page.get_by_role("button", name="Faire un lien").click()


def test_who_left_a_page_open_gives_his_password_again_and_goes_on_where_he_was(office, people):
    visit = people()
    page = enter(visit, office, "chef", office.add("chef", Role.ADMINISTRATOR), "comptes")
    page.get_by_label("Nom du compte").fill("nouveau.venu")
    choose_role(page, "cabinet")
    proved_long_ago(office, "chef")
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_text("Rien n'est encore fait")).to_be_visible(timeout=15_000)
    with confirming(page) as form:
        assert Axe().run(form).violations_count == 0
        form.get_by_label("Mot de passe").fill("faux")
        form.get_by_role("button", name="Confirmer").click()
        expect(form.get_by_role("alert")).to_contain_text("Ce n'est pas le mot de passe")
        form.get_by_label("Mot de passe").fill(PASSWORD)
        form.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_label("Nom du compte")).to_have_value("nouveau.venu")
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_text("Le compte est ajouté")).to_be_visible(timeout=15_000)


def choose_role(page: Page, role: str) -> None:
    """In the form to add an account."""
    field = page.get_by_role("combobox", name="Rôle").first
    # A list closes when its page is moved, as a browser does for a field at its edge: how far down it is depends on the accounts.
    field.evaluate("field => field.scrollIntoView({block: 'center'})")
    field.click()
    page.get_by_role("option", name=role, exact=True).click()


def proved_long_ago(office: Office, name: str) -> None:
    """A quarter of an hour goes by."""
    engine = make_engine(office.url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE sign_in SET proved_at = datetime(proved_at, '-16 minutes')"
                " WHERE account_id = (SELECT id FROM account WHERE name = :name)"
            ),
            {"name": name},
        )
    engine.dispose()


def test_who_signs_in_at_the_ministry_sees_his_page_and_signs_out_at_both(office, people, tmp_path):
    office.add("awa", Role.CABINET, email="awa@exemple.bj")
    page = people().context.new_page()
    by_ministry = page.get_by_role("link", name="Se connecter avec le compte du ministère")
    with identities.provider(office.provider, office.address, tmp_path / "provider.log"):
        page.goto(f"{office.address}/mon-compte")
        by_ministry.click()
        page.get_by_label("Nom").fill("awa")
        page.get_by_role("button", name="Entrer").click()
        expect(page).to_have_url(f"{office.address}/mon-compte")
        expect(page.get_by_text("Ce compte s'ouvre par l'identité du ministère")).to_be_visible()
        make_a_link(page)
        with confirming(page) as form:
            form.get_by_role("link", name="Se connecter avec le compte du ministère").click()
            form.get_by_label("Nom").fill("awa")  # though he is signed in there
            form.get_by_role("button", name="Entrer").click()
        make_a_link(page)
        expect(page.get_by_text("Le lien est fait")).to_be_visible()
        # The page hears that its sign-in is at an end before the form's answer is there: it leaves the form alone.
        asked = []
        page.on("requestfinished", lambda one: asked.append(urlsplit(one.url).path))
        with held_back(page, "*/deconnexion"):
            page.get_by_role("button", name="Se déconnecter").first.click(no_wait_after=True)
            until(page, lambda: asked.count("/livez") >= 3)  # each tells it how its sign-in stands
        page.get_by_role("button", name="Fermer").click()
        expect(page).to_have_url(f"{office.address}/connexion")
        by_ministry.click()
        expect(page.get_by_label("Nom")).to_be_empty()  # there, too, nobody is signed in any more
