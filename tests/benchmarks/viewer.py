"""A viewer without a browser: opens pages, changes filters and pages over the websocket, as the page's own script does."""

import asyncio
import json
import random
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urlparse

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect

from dashboard.navigation import NO_SUCH_PAGE
from tests.benchmarks.recorded import key_of

FILTERS = (
    "filtre_periode",
    "filtre_departement",
    "filtre_type",
    "filtre_prestation",
    "filtre_centre",
)
FREE = "Autre période…"  # asks for two days, which nobody types here
LATE = 1.7  # seconds after which a page says that the server does not answer: static/ccsp-shell.js


@dataclass
class Choice:
    """A drop-down list as the page has it."""

    id: str
    options: list[str]
    value: str

    def others(self) -> list[str]:
        """What else may be chosen."""
        return [o for o in self.options if o not in (self.value, FREE)]


@dataclass
class Run:
    """What one question to the server brought."""

    seconds: float
    bytes: int
    messages: list[ForwardMsg]
    error: str = ""


@dataclass
class Viewer:
    """One connection. lists: the filters on the page, by key; pages: address and Streamlit's own name of each page; files: the
    number of each file that a button of the page makes, by its key; folds, component: names of what can be opened, and of what
    starts a presentation, where the page was opened by its address."""

    app: str
    chance: random.Random = field(default_factory=random.Random)
    lists: dict[str, Choice] = field(default_factory=dict)
    values: dict[str, str] = field(
        default_factory=dict
    )  # what each list stood at, by its id: said by the server once
    pages: dict[str, str] = field(default_factory=dict)
    query: str = ""
    page: str = ""
    held: set[str] = field(
        default_factory=set
    )  # messages that a browser keeps and the server need not send again
    cookies: str = ""  # of a browser that signed in
    link: object = None
    session: str = ""  # Streamlit's own name of it
    files: dict[str, str] = field(default_factory=dict)
    folds: dict[str, str] = field(default_factory=dict)
    component: str = ""
    opened: dict[str, WidgetState] = field(default_factory=dict)  # folds, and the presentation

    async def __aenter__(self) -> "Viewer":
        self.link = await connect(
            self.app.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=["streamlit"],
            origin=self.app,
            additional_headers={"Cookie": self.cookies} if self.cookies else None,
            proxy=None,
            max_size=None,
            open_timeout=30,
        )
        return self

    async def __aexit__(self, *_) -> None:
        await self.link.close()

    async def open(self, page: str = "", query: str = "") -> Run:
        """The page by its address, as a link opens it."""
        message = BackMsg()
        message.rerun_script.page_name = page
        self.query = query
        return await self.run(message)

    async def go(self, page: str) -> Run:
        """Another page through the menu, whose links carry no filters."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self.pages[page]
        self.query = ""
        return await self.run(message)

    async def choose(self, values: dict[str, str]) -> Run:
        """Other values of filters, all in one question."""
        for key, value in values.items():
            self.lists[key].value = self.values[self.lists[key].id] = value
        message = BackMsg()
        message.rerun_script.page_script_hash = self.page
        for choice in self.lists.values():
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.string_value = choice.id, choice.value
        message.rerun_script.widget_states.widgets.extend(self.opened.values())
        return await self.run(message)

    async def unfold(self) -> Run:
        """All folds of the page."""
        for name in self.folds.values():
            self.opened[name] = WidgetState(id=name, bool_value=True)
        return await self.choose({})

    async def present(self) -> Run:
        """The presentation, as its button starts it."""
        running = json.dumps({"running": 1})
        self.opened[self.component] = WidgetState(id=self.component, json_value=running)
        return await self.choose({})

    async def press(self, key: str) -> bytes:
        """The file that a button makes, by the two ways that a browser goes. RuntimeError with what the page is told where it
        is not made."""
        return await asyncio.to_thread(self._get, await self.made(key))

    async def made(self, key: str) -> str:
        """Where the file that a button makes is to be had. RuntimeError as above."""
        message = BackMsg()
        asked = message.backend_operation_request
        asked.request_id, asked.session_id = key, self.session
        asked.deferred_file.file_id = self.files[key]
        await self.link.send(message.SerializeToString())
        one = ForwardMsg()
        while one.WhichOneof("type") != "backend_operation_response":
            one = ForwardMsg.FromString(await self.link.recv())
        answer = one.backend_operation_response
        if answer.error_msg:
            raise RuntimeError(answer.error_msg)
        return answer.deferred_file.url

    def _get(self, path: str) -> bytes:
        asked = urllib.request.Request(self.app + path, headers={"Cookie": self.cookies})
        directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with directly.open(asked) as answer:
            return answer.read()

    async def act(self) -> tuple[str, Run]:
        """Seven times in ten a filter at random, else a page."""
        able = {key: one for key, one in self.lists.items() if one.others()}
        if able and self.chance.random() < 0.7:
            key = self.chance.choice(sorted(able))
            return "filter", await self.choose({key: self.chance.choice(able[key].others())})
        return "page", await self.go(
            self.chance.choice([p for p in self.pages if self.pages[p] != self.page])
        )

    async def run(self, message: BackMsg) -> Run:
        """Send, and wait for everything that the page then shows."""
        asked = message.rerun_script
        asked.query_string = self.query
        asked.cached_message_hashes.extend(self.held)
        asked.context_info.url, asked.context_info.timezone, asked.context_info.locale = (
            self.app,
            "Africa/Porto-Novo",
            "fr-FR",
        )
        start, size, found, error = perf_counter(), 0, [], ""
        await self.link.send(message.SerializeToString())
        while True:
            data = await self.link.recv()
            one = ForwardMsg()
            one.ParseFromString(data)
            size += len(data)
            found.append(one)
            error = error or fault(one)
            if one.metadata.cacheable:
                self.held.add(one.hash)
            if (
                one.WhichOneof("type") == "script_finished"
                and one.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            ):
                break
        self.take(found)
        return Run(perf_counter() - start, size, found, error)

    def take(self, found: list[ForwardMsg]) -> None:
        """What the messages say of page, address, filters, and what can be pressed."""
        self.lists, self.files = {}, {}
        for one in found:
            kind = one.WhichOneof("type")
            if kind == "new_session":
                self.page, self.lists, self.files = one.new_session.page_script_hash, {}, {}
                self.session = one.new_session.initialize.session_id
            elif kind == "navigation":
                self.page = one.navigation.page_script_hash or self.page
                self.pages = {
                    p.url_pathname: p.page_script_hash
                    for p in one.navigation.app_pages
                    if p.page_name != NO_SUCH_PAGE
                }
            elif kind == "page_info_changed":
                self.query = one.page_info_changed.query_string
            elif kind == "delta":
                self._take_part(one)

    def _take_part(self, one: ForwardMsg) -> None:
        block, element = one.delta.add_block, one.delta.new_element
        kind = element.WhichOneof("type")
        if block.WhichOneof("type") == "expandable" and (key := key_of(block.id)):
            self.folds[key] = block.id
        if kind == "download_button" and (key := key_of(element.download_button.id)):
            self.files[key] = element.download_button.deferred_file_id
        elif kind == "bidi_component":
            self.component = element.bidi_component.id
        elif kind == "selectbox" and (key := key_of(element.selectbox.id)) in FILTERS:
            box, options = element.selectbox, list(element.selectbox.options)
            if box.set_value:
                self.values[box.id] = box.raw_value
            value = self.values.setdefault(box.id, options[box.default])
            self.lists[key] = Choice(box.id, options, value)


def fault(message: ForwardMsg) -> str:
    """What went wrong, if the message says so to the reader."""
    element = message.delta.new_element if message.WhichOneof("type") == "delta" else None
    kind = element.WhichOneof("type") if element is not None else ""
    if kind == "exception":
        return element.exception.message or element.exception.type
    if kind == "alert" and (
        "incident" in element.alert.body or "base de données" in element.alert.body
    ):
        return element.alert.body
    return ""


async def listening(app: str, waits: list[float], cookies: str = "") -> None:
    """Ask once a second whether the server is there, as an open page does; the seconds of each answer go to `waits`."""
    place = urlparse(app)
    secure = True if place.scheme == "https" else None
    reader, writer = await asyncio.open_connection(place.hostname, place.port, ssl=secure)
    said = f"Cookie: {cookies}\r\n" if cookies else ""
    asked = f"GET /livez HTTP/1.1\r\nHost: {place.netloc}\r\nAccept: */*\r\n{said}\r\n".encode()
    try:
        while True:
            start = perf_counter()
            writer.write(asked)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(
                int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            )
            waits.append(perf_counter() - start)
            await asyncio.sleep(max(0.0, 1 - waits[-1]))
    finally:
        writer.close()


def never_asked(lists: dict[str, Choice], chance: random.Random) -> Iterator[dict[str, str]]:
    """Questions of several filters at once, none twice."""
    seen = set()
    while True:
        values = {
            key: chance.choice([o for o in one.options if o != FREE])
            for key, one in sorted(lists.items())
        }
        if (asked := tuple(values.items())) not in seen:
            seen.add(asked)
            yield values
