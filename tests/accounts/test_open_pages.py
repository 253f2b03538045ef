"""Open pages: held when the sign-in lapses, resumed by the same account, shut when it ends; files that were made for one."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext

import pytest
from sqlalchemy import event
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.backend_operation_handler import DeferredFileHandler
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from dashboard.accounts import (
    account_changes,
    account_rules,
    session_cache,
    sign_in_request,
    sign_ins,
)
from dashboard.accounts.guest_links import MOST_USES
from dashboard.accounts.rights import Role
from dashboard.accounts.session_cache import OPEN, State
from dashboard.actions import guest_links
from dashboard.actions.accounts import command_line_person
from dashboard.log import REFUSED
from dashboard.period import today
from dashboard.request_identity import SESSION_CACHE
from dashboard.ui import downloads, session
from dashboard.web import authentication, file_grants, open_pages
from dashboard.web.message_limits import LARGEST, TOO_MUCH
from db import accounts_and_sessions
from tests.accounts.asgi import PAGE, Browser, behind, run, stack
from tests.accounts.conftest import PASSWORD, settled
from tests.accounts.test_sign_in import later
from tests.moved_time import LONG, until
from tests.web.test_message_limits import hashes, made, name, widgets

SHUT = "shut"
EVERY = open_pages.EVERY  # seconds, as people get it; here it is less
MEDIA = "/media/0123456789abcdef0123456789abcdef.xlsx"
UPLOAD = "/_stcore/upload_file/7f0d9c1e-session/one-file"


def rerun(*, by_itself: bool = False) -> bytes:
    """What a page says when somebody does something on it; by_itself: when nobody does."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    message.rerun_script.is_auto_rerun = by_itself
    return message.SerializeToString()


def told(path: str, what: str = "download_button") -> bytes:
    """What Streamlit tells a page of a file. what: by which part of the page."""
    message = ForwardMsg()
    if what == "download_button":
        message.delta.new_element.download_button.url = path
    elif what == "imgs":
        message.delta.new_element.imgs.imgs.add().url = path
    elif what == "page_config_changed":
        message.page_config_changed.favicon = path
    elif what == "logo":
        message.logo.image = path
    else:
        message.backend_operation_response.deferred_file.url = path
    return message.SerializeToString()


class Page:
    """A page's connection: what it says reaches the application behind the gate, or not."""

    def __init__(self) -> None:
        self.to_server: asyncio.Queue = asyncio.Queue()
        self.heard: asyncio.Queue = asyncio.Queue()  # by the application
        self.said: asyncio.Queue = asyncio.Queue()  # to the page
        self.tell = None  # by the application

    async def says(self, data: bytes) -> None:
        await self.to_server.put({"type": "websocket.receive", "bytes": data})

    async def next_heard(self):
        """What the application hears next."""
        return await asyncio.wait_for(self.heard.get(), LONG)

    async def next_said(self):
        """What the page is told next: bytes, or that it is shut."""
        message = await asyncio.wait_for(self.said.get(), LONG)
        return SHUT if message["type"] == "websocket.close" else message.get("bytes")

    def is_quiet(self) -> bool:
        """Whether nothing has come so far, from it or to it."""
        return self.heard.empty() and self.said.empty()


async def application(scope, receive, send) -> None:
    """Stands behind the gate: takes a connection, and tells the test what it hears."""
    if scope["type"] == "http":
        await behind(scope, receive, send)
        return
    page: Page = scope["page"]
    page.tell = lambda data: send({"type": "websocket.send", "bytes": data})
    page.told = dict(scope["headers"])[b"ccsp-account"].decode()
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] != "websocket.disconnect":
        await page.heard.put(message.get("bytes"))
    await page.heard.put(SHUT)


@asynccontextmanager
async def open_page(browser: Browser, origin: str | None = "", name: str = ""):
    """A page of this browser. name: by which its script speaks of it, as the script of our pages makes one."""
    page = Page()
    sent = browser.origin if origin == "" else origin
    path = f"/_stcore/stream?page={name}" if name else "/_stcore/stream"
    scope = {**browser.scope("websocket", path, origin=sent), "page": page}
    scope["scheme"] = "ws"
    await page.to_server.put({"type": "websocket.connect"})
    task = asyncio.ensure_future(browser.app(scope, page.to_server.get, page.said.put))
    first = await asyncio.wait_for(page.said.get(), LONG)
    page.accepted = first["type"] == "websocket.accept"
    try:
        yield page
    finally:
        await page.to_server.put({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(task, LONG)


@pytest.fixture
def someone(closed, looks) -> Browser:
    """A director's browser, in front of an application that takes connections."""
    browser = closed.someone()
    browser.app = stack(application)
    return browser


def test_a_page_of_who_signed_in_is_heard_under_his_account(someone):
    async def tried():
        async with open_page(someone) as page:
            await page.says(rerun())
            assert await page.next_heard() == rerun()
            await page.tell(b"figures")
            assert await page.next_said() == b"figures"
            assert SESSION_CACHE.person_from_header(page.told).name == "dir.zou"

    run(tried())


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "https://localhost:8501"])
def test_a_page_elsewhere_opens_no_connection_though_the_cookie_is_good(someone, origin):
    async def tried():
        async with open_page(someone, origin) as page:
            assert not page.accepted

    run(tried())


def test_nobody_opens_a_connection_without_signing_in_nor_before_choosing_a_password(closed):
    first = Browser()
    first.sign_in("dir.zou", closed.add())

    async def tried():
        for browser in (Browser(), Browser(cookies={"ccsp-session": "x" * 43}), first):
            browser.app = stack(application)
            async with open_page(browser) as page:
                assert not page.accepted

    run(tried())


WITHDRAWN = {
    "signed out": lambda house, browser: browser.ask("/deconnexion", "POST", origin=browser.origin),
    "disabled": lambda house, browser: asyncio.to_thread(
        account_changes.disable, house.engine, "dir.zou", "test"
    ),
    "another role": lambda house, browser: asyncio.to_thread(
        account_changes.change,
        house.engine,
        "dir.zou",
        account_rules.AccountChanges(role="cabinet"),
        "test",
    ),
    "closed": lambda house, browser: asyncio.to_thread(
        account_changes.end_sessions, house.engine, "dir.zou", "test"
    ),
    "a new first password": lambda house, browser: asyncio.to_thread(
        account_changes.reset_password, house.engine, "dir.zou", "test"
    ),
}


@pytest.fixture
def busy() -> Iterator[None]:
    """Three pages that compute all the time in this very process."""
    done = threading.Event()

    def compute() -> None:
        while not done.is_set():
            sum(i * i for i in range(20_000))

    threads = [threading.Thread(target=compute) for _ in range(3)]
    for thread in threads:
        thread.start()
    yield
    done.set()
    for thread in threads:
        thread.join()


@pytest.mark.seconds
def test_what_another_process_withdraws_ends_within_two_seconds_while_pages_compute(
    closed, someone, busy, monkeypatch
):
    monkeypatch.setattr(open_pages, "EVERY", EVERY)

    async def tried():
        async with open_page(someone) as page:
            await asyncio.sleep(0.3)  # in the midst between two looks
            await WITHDRAWN["disabled"](closed, someone)
            start = asyncio.get_running_loop().time()
            assert await page.next_said() == SHUT
            assert asyncio.get_running_loop().time() - start < 2

    run(tried())


def test_what_another_process_withdraws_ends_by_one_look(closed, someone, looks):

    async def tried():
        async with open_page(someone) as page:
            await looks.whole()
            await WITHDRAWN["disabled"](closed, someone)
            await looks.whole()
            assert await page.next_said() == SHUT

    run(tried())
    assert EVERY + open_pages.LEAST < 2


def test_what_is_withdrawn_in_this_process_ends_at_once(closed, someone, looks, monkeypatch):
    monkeypatch.setattr(open_pages, "EVERY", 60)  # nothing is noticed by looking now and then
    other = closed.someone("dir.borgou", departments=["Borgou"])
    other.app = someone.app

    async def tried():
        async with open_page(someone) as page, open_page(other) as theirs:
            await until(lambda: looks.ended and looks.begun == looks.ended)
            await WITHDRAWN["signed out"](closed, someone)
            assert await page.next_said() == SHUT
            # As « Comptes » does, whose page runs in another thread.
            await WITHDRAWN["disabled"](closed, someone)
            await until(lambda: looks.begun == looks.ended)
            await asyncio.to_thread(account_changes.disable, closed.engine, "dir.borgou", "test")
            await settled()
            assert theirs.is_quiet()
            await asyncio.to_thread(SESSION_CACHE.forget_account, "dir.borgou")
            assert await theirs.next_said() == SHUT

    run(tried())


@pytest.mark.parametrize("way", WITHDRAWN)
def test_what_is_withdrawn_ends_on_open_pages(closed, someone, way):
    async def tried():
        async with open_page(someone) as page, open_page(someone) as other:
            await WITHDRAWN[way](closed, someone)
            assert [await p.next_said() for p in (page, other)] == [SHUT, SHUT]
            await page.says(rerun())
            assert await page.next_heard() == SHUT, "and nothing more is heard"

    run(tried())


def test_an_open_page_at_the_machine_is_shut_once_the_base_closes(opened):
    browser = Browser(stack(application))

    async def tried():
        async with open_page(browser) as page:
            assert page.told == OPEN
            await asyncio.to_thread(opened.add, "adm", Role.ADMINISTRATOR)
            assert await page.next_said() == SHUT

    run(tried())


MINE, THEIRS = "0" * 32, "f" * 32  # names of pages


@asynccontextmanager
async def looked_at(browser: Browser, name: str = MINE):
    """A page that somebody looks at asks each second how it stands with its sign-in, with what its browser keeps then."""

    async def beat() -> None:
        while True:
            await asks(browser, name)
            await asyncio.sleep(0.05)

    beating = asyncio.ensure_future(beat())
    try:
        yield
    finally:
        beating.cancel()


async def asks(browser: Browser, name: str = MINE) -> str:
    """What a page hears of its sign-in."""
    answer = await browser.ask("/livez", **{"sec-fetch-site": "same-origin", "ccsp-page": name})
    return answer.header("ccsp-session").partition(" ")[0]


def test_a_page_whose_sign_in_lapsed_is_held_and_goes_on_for_the_same_account(
    closed, someone, looks
):
    async def tried():
        async with open_page(someone, name=MINE) as page, looked_at(someone):
            await asyncio.to_thread(later, closed, minutes=31)
            await looks.whole()
            # Nothing that is said on it goes on, nothing is said to it, and what is no page is refused.
            await page.says(rerun())
            telling = asyncio.ensure_future(page.tell(b"figures"))
            await looks.whole()
            assert page.is_quiet()
            assert (await someone.ask("/media/x", **{"sec-fetch-dest": "empty"})).status == 401
            # In a second window of the same browser.
            assert (
                await someone.posted("/connexion", nom="dir.zou", mot_de_passe=PASSWORD)
            ).status == 303
            assert await page.next_heard() == rerun()
            assert await page.next_said() == b"figures"
            await telling

    run(tried())


def test_a_covered_page_takes_no_more_memory_than_a_page_says_by_itself(closed, someone, looks):
    long = BackMsg()
    for n in range(15):
        field = long.rerun_script.widget_states.widgets.add(id=f"field-{n}")
        field.string_value = "x" * 7_000

    async def tried():
        async with open_page(someone, name=MINE) as page, looked_at(someone):
            await asyncio.to_thread(later, closed, minutes=31)
            await looks.whole()
            for _ in range(10):
                await page.says(long.SerializeToString())
            await page.says(rerun())
            await settled()
            await someone.posted("/connexion", nom="dir.zou", mot_de_passe=PASSWORD)
            heard = [len(await page.next_heard()) for _ in range(3)]
            assert heard == [len(long.SerializeToString())] * 2 + [len(rerun())]
            assert 2 * heard[0] < LARGEST < 3 * heard[0]

    run(tried())


@pytest.mark.parametrize("say, many", [(widgets, 130_000), (hashes, 80_000), (name, 9_000)])
def test_who_says_more_than_any_page_is_ended_and_nobody_reads_it(someone, caplog, say, many):
    """By one of the reasons that the page's script knows, and with one line of the log."""

    async def tried():
        async with open_page(someone) as page:
            await page.says(made(say, many))
            await page.says(rerun())
            shut = await asyncio.wait_for(page.said.get(), LONG)
            assert (shut["type"], shut["code"]) == ("websocket.close", TOO_MUCH)
            assert await page.next_heard() == SHUT
        async with open_page(someone) as page:
            await page.says(rerun())
            assert await page.next_heard() == rerun()

    run(tried())
    told = [one.getMessage() for one in caplog.records if one.name == REFUSED.name]
    assert told == ["a message with more than any page says, from '127.0.0.1'"]


def test_what_a_page_says_is_read_once_on_its_way(someone, monkeypatch):
    read, reading = [], open_pages._parse

    def noted(data: bytes) -> open_pages.PageMessage:
        read.append(data)
        return reading(data)

    monkeypatch.setattr(open_pages, "_parse", noted)

    async def tried():
        async with open_page(someone) as page:
            await page.says(rerun())
            assert await page.next_heard() == rerun()
            assert read == [rerun()]

    run(tried())


def test_another_account_in_the_same_browser_does_not_get_the_page(closed, someone, looks):
    closed.someone("dir.borgou", departments=["Borgou"])

    async def tried():
        async with open_page(someone) as page:
            await asyncio.to_thread(later, closed, minutes=31)
            await looks.whole()
            await page.says(rerun())
            await someone.posted("/connexion", nom="dir.borgou", mot_de_passe=PASSWORD)
            assert await page.next_said() == SHUT
            assert await page.next_heard() == SHUT

    run(tried())


def test_the_token_that_lapsed_opens_nothing_though_its_pages_went_on(closed, someone, looks):
    old = dict(someone.cookies)

    async def tried():
        async with open_page(someone, name=MINE) as page, looked_at(someone):
            await asyncio.to_thread(later, closed, minutes=31)
            await looks.whole()
            await someone.posted("/connexion", nom="dir.zou", mot_de_passe=PASSWORD)
            await page.says(rerun())
            assert await page.next_heard() == rerun()
            thief = Browser(someone.app, cookies=old)
            assert (await thief.ask("/", **PAGE)).status == 303
            async with open_page(thief) as stolen:
                assert not stolen.accepted

    run(tried())


REPLACED = {
    "confirmed": ("/confirmation", {"mot_de_passe": PASSWORD}, 16),
    "signed in again": ("/connexion", {"nom": "dir.zou", "mot_de_passe": PASSWORD}, 31),
}


@pytest.mark.parametrize("path, fields, minutes", REPLACED.values(), ids=REPLACED)
@pytest.mark.parametrize("told", [False, True], ids=["stolen while open", "and told everything"])
def test_a_page_of_a_copied_cookie_does_not_go_on_with_the_sign_in_that_replaced_it(
    closed, someone, path, fields, minutes, told, looks
):
    thief = Browser(someone.app, cookies=dict(someone.cookies))

    async def tried():
        async with (
            open_page(someone, name=MINE) as page,
            open_page(thief, name=THEIRS) as stolen,
            open_page(thief) as nameless,
            looked_at(someone),
            looked_at(thief, THEIRS),
        ):
            await asyncio.to_thread(later, closed, minutes=minutes)
            await looks.whole()
            assert (await someone.posted(path, **fields)).status == 303
            await looks.whole()
            await page.says(rerun())
            assert await page.next_heard() == rerun()
            telling = [asyncio.ensure_future(p.tell(b"figures")) for p in (stolen, nameless)]
            for one in (stolen, nameless):
                await one.says(rerun())
            await looks.whole()
            assert stolen.is_quiet() and nameless.is_quiet()
            if told:  # of the browser's new cookie alone, and of no name, he can make nothing
                assert await asks(thief, MINE) in ("lapsed", "ended")
            await looks.whole()
            assert stolen.is_quiet()
            await someone.ask("/deconnexion", "POST", origin=someone.origin)
            for one in (page, stolen, nameless):
                assert await one.next_said() == SHUT
            await asyncio.gather(*telling)

    run(tried())


@pytest.mark.parametrize("way", WITHDRAWN)
def test_what_is_withdrawn_ends_on_pages_of_a_copied_cookie_too(closed, someone, way):
    thief = Browser(someone.app, cookies=dict(someone.cookies))

    async def tried():
        async with open_page(someone, name=MINE), open_page(thief, name=THEIRS) as stolen:
            await WITHDRAWN[way](closed, someone)
            assert await stolen.next_said() == SHUT

    run(tried())


def test_whose_answer_was_lost_finds_his_page_covered_and_goes_on_once_he_signs_in_again(
    closed, someone, looks
):
    async def tried():
        async with open_page(someone, name=MINE) as page, looked_at(someone):
            old = dict(someone.cookies)
            await asyncio.to_thread(later, closed, minutes=16)
            await looks.whole()
            await someone.posted("/confirmation", mot_de_passe=PASSWORD)
            someone.cookies = old
            await looks.whole()
            await page.says(rerun())
            await looks.whole()
            assert page.is_quiet()
            assert await asks(someone) == "lapsed"
            await someone.posted("/connexion", nom="dir.zou", mot_de_passe=PASSWORD)
            assert await page.next_heard() == rerun()

    run(tried())


def test_another_account_s_page_of_the_same_name_is_not_had(closed, someone, looks):
    """Who knows the name of a page, and is signed in as somebody else, gets it nowhere."""
    other = closed.someone("dir.borgou", departments=["Borgou"])
    other.app = someone.app

    async def tried():
        async with open_page(someone, name=MINE) as page, looked_at(other, MINE):
            await looks.whole()
            await page.says(rerun())
            assert await page.next_heard() == rerun()
            await other.ask("/deconnexion", "POST", origin=other.origin)
            await looks.whole()
            assert page.is_quiet()

    run(tried())


def test_signing_in_as_another_ends_the_pages_of_the_one_before(closed, someone):
    closed.someone("dir.borgou", departments=["Borgou"])

    async def tried():
        async with open_page(someone) as page:
            await someone.posted("/connexion", nom="dir.borgou", mot_de_passe=PASSWORD)
            assert await page.next_said() == SHUT

    # The form is there for who is signed in, by its address.
    someone.cookies["ccsp-formulaire"] = ""

    async def with_a_form():
        other = Browser(someone.app)
        await other.ask("/connexion", **PAGE)
        someone.cookies["ccsp-formulaire"] = other.cookies["ccsp-formulaire"]
        page = await other.ask("/connexion", **PAGE)
        token = page.text.split('name="jeton" value="')[1].split('"')[0]
        async with open_page(someone) as opened:
            await someone.posted("/connexion", nom="dir.borgou", mot_de_passe=PASSWORD, jeton=token)
            assert await opened.next_said() == SHUT

    run(with_a_form())


def test_twelve_hours_are_the_longest_whoever_is_at_work(closed, someone):
    with closed.engine.connect() as connection:
        number = accounts_and_sessions.open_sessions(connection)[0].id
    later(closed, hours=12)
    from db.write_lock import write_transaction

    with write_transaction(closed.engine) as connection:
        accounts_and_sessions.note_activity(
            connection, number, accounts_and_sessions.database_time(connection)
        )
    SESSION_CACHE.forget()
    assert someone.get("/").status == 303


def test_only_what_a_person_does_counts_as_being_at_work(closed, someone, monkeypatch):
    noted, note = [], sign_ins.note_activity
    monkeypatch.setattr(sign_ins, "note_activity", lambda *a: (note(*a), noted.append(a)))

    def seen() -> object:
        with closed.engine.connect() as connection:
            return accounts_and_sessions.open_sessions(connection)[0].seen_at

    async def tried():
        async with open_page(someone) as page:
            await asyncio.to_thread(later, closed, minutes=10)
            before = await asyncio.to_thread(seen)
            await page.says(rerun(by_itself=True))
            heartbeat = BackMsg()
            heartbeat.app_heartbeat = True
            await page.says(heartbeat.SerializeToString())
            for _ in range(3):
                await someone.ask("/livez", **{"sec-fetch-site": "same-origin"})
                await someone.ask("/_stcore/health")
            assert [await page.next_heard() for _ in range(2)] and noted == []
            assert await asyncio.to_thread(seen) == before
            await page.says(rerun())
            await until(lambda: noted)
            now = await asyncio.to_thread(seen)
            assert now > before
            # And is noted once in half a minute, however much is done.
            for _ in range(10):
                await page.says(rerun())
            assert [await page.next_heard() for _ in range(11)] and len(noted) == 1
            assert await asyncio.to_thread(seen) == now

    run(tried())


async def opened_by(stack_of_pages, *browsers: Browser) -> list[Page]:
    """A page of each of these browsers, one after the other."""
    return [await stack_of_pages.enter_async_context(open_page(one)) for one in browsers]


async def closed_as(page: Page) -> int | None:
    """With which code a page is closed; None where it stays open."""
    await settled()
    return None if page.said.empty() else page.said.get_nowait()["code"]


def test_one_page_too_many_closes_the_one_that_was_not_used_for_longest(
    closed, someone, monkeypatch
):
    monkeypatch.setattr(authentication, "MOST_OF_ACCOUNT", 3)
    other = closed.someone("kofi")
    other.app = someone.app

    async def tried():
        async with AsyncExitStack() as open_ones:
            of_other, first, second, third = await opened_by(
                open_ones, other, someone, someone, someone
            )
            await first.says(rerun())
            assert await first.next_heard() == rerun()
            await second.says(rerun(by_itself=True))  # nobody does anything on it
            assert await second.next_heard() == rerun(by_itself=True)
            (fourth,) = await opened_by(open_ones, someone)
            assert await closed_as(second) == open_pages.CROWDED
            assert await second.next_heard() == SHUT
            assert [await closed_as(p) for p in (of_other, first, third, fourth)] == [None] * 4
            await opened_by(open_ones, someone)
            assert await closed_as(third) == open_pages.CROWDED

    run(tried())


def test_a_page_that_is_closed_makes_room(someone, monkeypatch):
    monkeypatch.setattr(authentication, "MOST_OF_ACCOUNT", 2)

    async def tried():
        async with open_page(someone) as stays:
            for _ in range(4):
                async with open_page(someone) as page:
                    assert page.accepted
            assert await closed_as(stays) is None

    run(tried())


def test_a_guest_who_opens_many_pages_closes_his_own_and_no_other_guest_s(closed, monkeypatch):
    monkeypatch.setattr(authentication, "MOST_OF_LINK", 4)
    monkeypatch.setattr(authentication, "MOST_OF_ACCOUNT", 1)
    who = command_line_person("test")
    _, address = guest_links.make_link(who, "atelier", today())
    calm, greedy = Browser(app=stack(application)), Browser()
    greedy.app = calm.app
    for one in (calm, greedy):
        one.post("/invitation", lien=address)

    async def tried():
        async with AsyncExitStack() as open_ones:
            (quiet,) = await opened_by(open_ones, calm)
            many = await opened_by(open_ones, *[greedy] * 8)
            assert await closed_as(quiet) is None
            shut = [await closed_as(p) for p in many]
            assert shut == [open_pages.CROWDED] * 5 + [None] * 3

    run(tried())


def test_who_comes_in_by_a_link_all_the_times_that_are_left_takes_no_third_page_of_another(
    closed, monkeypatch
):
    assert authentication.MOST_OF_LINK == 3 * MOST_USES
    uses = 8  # of forty, in an eighth of the time
    monkeypatch.setattr("dashboard.accounts.guest_links.MOST_USES", uses)
    monkeypatch.setattr(authentication, "MOST_OF_LINK", 3 * uses)
    who = command_line_person("test")
    _, address = guest_links.make_link(who, "atelier", today())
    calm = Browser(app=stack(application))
    greedy = [Browser(app=calm.app) for _ in range(uses - 1)]
    for one in (calm, *greedy):
        one.post("/invitation", lien=address)

    async def tried():
        async with AsyncExitStack() as open_ones:
            quiet = await opened_by(open_ones, *[calm] * 3)
            many = await opened_by(open_ones, *greedy * 3)
            more = await opened_by(open_ones, *greedy[:3])
            assert [await closed_as(p) for p in quiet] == [None] * 3
            shut = [p.said.qsize() for p in (*many, *more)]
            assert sum(shut) == 3, "his own"

    run(tried())


def test_who_sits_at_the_machine_opens_as_many_pages_as_he_likes(opened, monkeypatch):
    monkeypatch.setattr(authentication, "MOST_OF_ACCOUNT", 1)
    browser = Browser(app=stack(application))

    async def tried():
        async with AsyncExitStack() as open_ones:
            pages = await opened_by(open_ones, *[browser] * 3)
            assert [await closed_as(p) for p in pages] == [None] * 3

    run(tried())


def test_a_page_that_is_left_while_it_is_held_goes(closed, someone, looks):
    async def tried():
        async with open_page(someone) as page:
            await asyncio.to_thread(later, closed, minutes=31)
            await looks.whole()
            await page.says(rerun())
        assert await page.next_heard() == SHUT

    run(tried())


# --- files that were made for one page ----------------------------------------------------------------------------------
def test_a_file_is_given_to_the_account_whose_page_was_told_of_it_and_to_nobody_else(
    closed, someone
):
    other = closed.someone("dir.borgou", departments=["Borgou"])
    other.app = someone.app
    fetched = {"sec-fetch-dest": "empty"}

    async def tried():
        assert (await someone.ask(MEDIA, **fetched)).status == 404, "before any page was told"
        async with open_page(someone) as page:
            await page.tell(told(MEDIA))
            await page.next_said()
            assert (await someone.ask(MEDIA, **fetched)).status == 200
            assert (await other.ask(MEDIA, **fetched)).status == 404
            assert (await Browser(someone.app).ask(MEDIA, **fetched)).status == 401
        # The same file for both.
        async with open_page(other) as page:
            await page.tell(told(MEDIA))
            await page.next_said()
            assert (await other.ask(MEDIA, **fetched)).status == 200
            assert (await someone.ask(MEDIA, **fetched)).status == 200

    run(tried())


@pytest.mark.parametrize(
    "what", ["download_button", "imgs", "page_config_changed", "logo", "deferred_file"]
)
def test_a_page_gets_the_files_that_any_part_of_it_shows(someone, what):
    async def tried():
        async with open_page(someone) as page:
            await page.tell(told(MEDIA, what))
            await page.next_said()
            assert (await someone.ask(MEDIA, **{"sec-fetch-dest": "image"})).status == 200

    run(tried())


def echoes() -> list[ForwardMsg]:
    """Messages in which words that somebody typed stand, a path among them."""
    found = [ForwardMsg() for _ in range(5)]
    found[0].delta.new_element.markdown.body = MEDIA
    found[1].delta.new_element.html.body = MEDIA
    found[2].delta.new_element.download_button.label = MEDIA
    found[3].delta.new_element.imgs.imgs.add().caption = MEDIA
    found[4].page_info_changed.query_string = MEDIA
    return found


@pytest.mark.parametrize("message", echoes(), ids=lambda m: m.WhichOneof("type"))
def test_words_that_a_page_gives_back_lend_nobody_a_file(closed, someone, message):
    """A path that somebody knows, typed where his own page shows it again, is not the file's."""
    other = closed.someone("dir.borgou", departments=["Borgou"])
    other.app = someone.app

    async def tried():
        async with open_page(someone) as page, open_page(other) as thief:
            await page.tell(told(MEDIA))
            await thief.tell(message.SerializeToString())
            await asyncio.gather(page.next_said(), thief.next_said())
            statuses = [
                (await b.ask(MEDIA, **{"sec-fetch-dest": "empty"})).status for b in (someone, other)
            ]
            assert statuses == [200, 404]

    run(tried())


def test_a_file_of_a_page_is_gone_with_the_rights_that_it_was_made_under(closed, someone):
    fetched = {"sec-fetch-dest": "empty"}

    async def tried():
        async with open_page(someone) as page:
            await page.tell(told(MEDIA))
            await page.next_said()
            assert (await someone.ask(MEDIA, **fetched)).status == 200
            await WITHDRAWN["another role"](closed, someone)
            assert await page.next_said() == SHUT
        async with open_page(someone) as page:
            assert page.accepted, "the same sign-in, with what it may do now"
            assert (await someone.ask(MEDIA, **fetched)).status == 404

    run(tried())


@pytest.mark.parametrize("way", WITHDRAWN)
def test_a_file_that_is_still_kept_is_given_to_nobody_whose_right_has_ended(closed, someone, way):
    """What was made is behind the gate for a while (`ui/file_expiry.py`), whatever became of who asked for it."""
    fetched = {"sec-fetch-dest": "empty"}
    had = Browser(someone.app, cookies=dict(someone.cookies))

    async def tried():
        async with open_page(someone) as page:
            await page.tell(told(MEDIA, "deferred_file"))
            await page.next_said()
            assert (await had.ask(MEDIA, **fetched)).status == 200
            await WITHDRAWN[way](closed, someone)
            assert await page.next_said() == SHUT
            assert (await someone.ask(MEDIA, **fetched)).status in (401, 404)
            assert (await had.ask(MEDIA, **fetched)).status in (401, 404)

    run(tried())


async def streamlit(scope, receive, send) -> None:
    """Makes files behind the gate as Streamlit does, for any page that says their number."""
    page: Page = scope["page"]
    page.told = dict(scope["headers"])[b"ccsp-account"].decode()
    await receive()
    await send({"type": "websocket.accept"})
    makes = DeferredFileHandler(lambda: page.files)
    while (message := await receive())["type"] != "websocket.disconnect":
        asked = BackMsg.FromString(message["bytes"]).backend_operation_request
        answer = await asyncio.create_task(makes.handle(asked, "session"))
        said = told(answer.deferred_file.url, "deferred_file")
        await send({"type": "websocket.send", "bytes": said})


def test_a_file_is_made_for_the_page_that_was_told_its_number_and_for_no_other(
    closed, someone, monkeypatch, caplog
):
    other = closed.someone("dir.borgou", departments=["Borgou"])
    other.app = someone.app = stack(streamlit)
    files = MediaFileManager(MemoryMediaFileStorage("/media"))

    async def tried():
        async with open_page(someone) as mine, open_page(other) as theirs:
            mine.files = theirs.files = files
            monkeypatch.setattr(session, "_account_header", lambda: mine.told)
            make = downloads.checked_maker(lambda person: b"rows", "plaintes.xlsx")
            number = files.add_deferred(make, None, "0", "plaintes.xlsx")
            asks = BackMsg()
            asks.backend_operation_request.deferred_file.file_id = number
            made = []
            for page in (theirs, mine, theirs):
                await page.says(asks.SerializeToString())
                said = ForwardMsg.FromString(await page.next_said())
                made.append(said.backend_operation_response.deferred_file.url)
            assert [bool(url) for url in made] == [False, True, False]
            assert "Gone" not in caplog.text, "a file that is refused is no fault"
            files.add_deferred(lambda: 1 / 0, None, "1", "faute.xlsx")
            asks.backend_operation_request.deferred_file.file_id = next(
                reversed(files._deferred_callables)
            )
            await mine.says(asks.SerializeToString())
            await mine.next_said()
            assert "division by zero" in caplog.text

    run(tried())


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "GET"])
def test_no_file_is_taken_from_anybody(closed, someone, method):
    answer = run(someone.ask(UPLOAD, method, b"rows", origin=someone.origin))
    assert answer.status == 404


def test_what_is_kept_of_files_does_not_grow_for_ever(closed, someone, monkeypatch):
    monkeypatch.setattr(file_grants, "AT_MOST", 3)

    async def tried():
        async with open_page(someone) as page:
            for i in range(5):
                await page.tell(told(f"/media/{i:032x}.png"))
                await page.next_said()
            found = [
                (await someone.ask(f"/media/{i:032x}.png", **{"sec-fetch-dest": "image"})).status
                for i in range(5)
            ]
            assert found == [404, 404, 200, 200, 200]

    run(tried())


def test_the_database_away_leaves_open_pages_as_they_are(
    closed, someone, monkeypatch, caplog, looks
):
    async def tried():
        async with open_page(someone) as page:
            monkeypatch.setattr(
                SESSION_CACHE, "read", lambda *a: (_ for _ in ()).throw(OSError("away"))
            )
            for _ in range(3):
                await looks.whole()
            await page.says(rerun())
            assert await page.next_heard() == rerun()
            monkeypatch.undo()
            await looks.whole()

    run(tried())
    told = [r.getMessage() for r in caplog.records if "who may look" in r.getMessage()]
    assert told == [
        "who may look cannot be read: OSError",
        "who may look can be read again",
    ]  # not once a look


def test_tokens_that_are_made_up_do_not_make_the_server_look_for_ever_more(closed, someone, looks):
    looked = []

    async def tried():
        for i in range(500):
            made_up = Browser(someone.app, cookies={"ccsp-session": f"{i:043}"})
            await made_up.ask("/livez", **{"sec-fetch-site": "same-origin"})
        look = SESSION_CACHE.read
        SESSION_CACHE.read = lambda tokens: (looked.append(len(set(tokens))), look(tokens))[1]
        try:
            async with open_page(someone) as page:
                await looks.whole()
                await page.says(rerun())
                assert await page.next_heard() == rerun()
        finally:
            SESSION_CACHE.read = look

    run(tried())
    assert max(looked) == 1, "the page's own, and none that was made up"


def test_however_many_pages_are_open_they_are_looked_at_in_as_many_questions(closed, someone):
    tokens = [sign_in_request.digest(someone.cookies["ccsp-session"])]
    for i in range(4):
        other = closed.someone(f"dir.{i}")
        tokens.append(sign_in_request.digest(other.cookies["ccsp-session"]))
    asked = []
    engine = SESSION_CACHE.engine()
    event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))

    def questions(of) -> int:
        asked.clear()
        reading = SESSION_CACHE.read(of)
        assert all(reading.session(token).state == State.OPEN for token in tokens if token in of)
        return len([one for one in asked if one.startswith("SELECT")])

    assert questions(tokens) == questions([*tokens, *map(str, range(300))]) == questions(tokens[:1])
    assert len({SESSION_CACHE.last_session(token).identity_header for token in tokens}) == 5


def test_nobody_who_is_not_signed_in_ends_the_pages_of_others(closed, someone, monkeypatch, looks):
    """Signing out with a made-up token, between what is read of a page and what is done about it."""
    signed_out = []
    monkeypatch.setattr(
        sign_ins, "write_transaction", lambda *a, **k: pytest.fail("waited for a writer")
    )
    stranger = Browser(someone.app, cookies={"ccsp-session": "x" * 43})
    look = SESSION_CACHE.read

    def looked(tokens=()):
        reading = look(tokens)
        signed_out.append(run(stranger.posted("/deconnexion")).status)
        return reading

    async def tried():
        async with open_page(someone) as page:
            SESSION_CACHE.read = looked
            try:
                for _ in range(3):
                    await looks.whole()
                assert page.is_quiet(), "it is shut"
                SESSION_CACHE.read = look
                for _ in range(20):
                    await stranger.ask("/deconnexion", "POST", origin=stranger.origin)
                    stranger.cookies["ccsp-session"] = "x" * 43
                    assert (await someone.ask("/", **PAGE)).told
            finally:
                SESSION_CACHE.read = look
            await looks.whole()
            assert page.is_quiet()

    run(tried())
    assert signed_out and set(signed_out) == {200}


def test_ten_thousand_made_up_tokens_do_not_make_the_gate_forget_who_is_signed_in(
    closed, someone, monkeypatch
):
    monkeypatch.setattr(session_cache, "KEPT_AT_MOST", 10)
    assert someone.get("/").told
    token = sign_in_request.digest(someone.cookies["ccsp-session"])
    SESSION_CACHE.read([f"{i}" for i in range(50)])
    SESSION_CACHE.read(["one more"])
    assert SESSION_CACHE.last_session(token).holder and len(SESSION_CACHE._tokens) < 10


@pytest.mark.parametrize("shut", [True, False])
def test_a_page_that_was_shut_is_no_fault_of_ours_and_any_other_is(shut):
    """Streamlit asks more of a connection than one that is shut gives: ten lines of the log each time."""

    async def application(_scope, receive, _send) -> None:
        await receive()
        raise RuntimeError("something of the connection")

    async def receive() -> dict:
        return {"type": "websocket.disconnect" if shut else "websocket.connect"}

    async def send(_message) -> None:
        pass

    async def pass_on() -> None:
        gate = authentication.Authentication(application)
        gate.pages.start_watching = lambda: None
        page = open_pages.OpenPage("", OPEN, receive, send, lambda: None)
        await gate._serve_page({"type": "websocket"}, page)

    with nullcontext() if shut else pytest.raises(RuntimeError):
        asyncio.run(pass_on())
