"""Asks the gate without a browser or a server: what stands behind it is a plain application that says what reached it."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from dashboard.web import gate

Result = TypeVar("Result")
PAGE = {"accept": "text/html", "sec-fetch-dest": "document"}


async def behind(scope, receive, send) -> None:
    """What stands behind the gate: tells who it was told asks, and all headers."""
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    body = json.dumps({"path": scope["path"], "headers": headers}).encode()
    kind = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": kind})
    await send({"type": "http.response.body", "body": body})


def stack(app=behind):
    """The middleware as it stands around Streamlit."""
    for one in reversed(gate.MIDDLEWARE):
        app = one.cls(app, *one.args, **one.kwargs)
    return app


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Do the work in a loop of a thread of its own: in this one a browser's may be running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    text: str

    def header(self, name: str) -> str:
        """The first header of that name."""
        return next((value for n, value in self.headers if n == name), "")

    @property
    def behind(self) -> dict[str, Any]:
        """What reached the application behind the gate."""
        return json.loads(self.text)

    @property
    def told(self) -> str | None:
        """Who the application was told asks; None where nothing reached it."""
        return self.behind["headers"].get("ccsp-account") if self.text.startswith("{") else None


@dataclass
class Browser:
    """Keeps cookies as a browser does, and says where it is."""

    app: Callable = field(default_factory=stack)
    host: str = "localhost:8501"
    client: str = "127.0.0.1"
    server: str = "127.0.0.1"
    scheme: str = "http"
    cookies: dict[str, str] = field(default_factory=dict)

    def scope(self, kind: str, path: str, **headers: str) -> dict[str, Any]:
        """A request of this browser."""
        path, _, query = path.partition("?")
        sent = {"host": self.host, **{n.replace("_", "-"): v for n, v in headers.items()}}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        return {
            "type": kind, "path": path, "raw_path": path.encode(), "query_string": query.encode(), "scheme": self.scheme,
            "method": "GET", "http_version": "1.1", "root_path": "", "client": (self.client, 50_000),
            "server": (self.server, 8501), "subprotocols": ["streamlit"],
            "headers": [(n.encode(), v.encode()) for n, v in sent.items() if v is not None],
        }  # fmt: skip

    @property
    def origin(self) -> str:
        """Of its pages."""
        return f"{self.scheme}://{self.host}"

    async def ask(
        self, path: str, method: str = "GET", body: bytes = b"", **headers: str
    ) -> Answer:
        """Ask, within a running loop."""
        scope = {**self.scope("http", path, **headers), "method": method}
        sent: list[dict] = []
        said = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive():
            # Who has asked stays until he is answered.
            return next(said, None) or await asyncio.Event().wait()

        async def send(message):
            sent.append(message)

        await self.app(scope, receive, send)
        start = sent[0]
        found = [(n.decode().lower(), v.decode()) for n, v in start["headers"]]
        for name, value in found:
            if name == "set-cookie":
                self._keep(value)
        text = b"".join(m.get("body", b"") for m in sent[1:]).decode(errors="replace")
        return Answer(start["status"], found, text)

    def _keep(self, cookie: str) -> None:
        pair, *attributes = cookie.split("; ")
        name, _, value = pair.partition("=")
        self.cookies.pop(name, None)
        if "max-age=0" not in (a.lower() for a in attributes):
            self.cookies[name] = value

    def get(self, path: str, **headers: str) -> Answer:
        """Open a page."""
        return run(self.ask(path, **{**PAGE, **headers}))

    def fetch(self, path: str, **headers: str) -> Answer:
        """Ask for what is no page."""
        return run(self.ask(path, **{"sec-fetch-dest": "empty", **headers}))

    def post(self, path: str, *, headers: dict[str, str] | None = None, **fields: str) -> Answer:
        """Send a form as its page does, with the token that stands in it."""
        return run(self.posted(path, headers=headers, **fields))

    async def posted(
        self, path: str, *, headers: dict[str, str] | None = None, **fields: str
    ) -> Answer:
        """The same, within a running loop."""
        if "jeton" not in fields and path != "/deconnexion":
            page = await self.ask(path, **PAGE)
            _, found, rest = page.text.partition('name="jeton" value="')
            fields["jeton"] = rest.split('"')[0] if found else ""
        sent = {
            "origin": self.origin,
            "content-type": "application/x-www-form-urlencoded",
            **(headers or {}),
        }
        return await self.ask(path, "POST", urlencode(fields).encode(), **sent)

    def sign_in(self, name: str, password: str, **more) -> Answer:
        """Send the form to sign in."""
        return self.post("/connexion", nom=name, mot_de_passe=password, **more)

    def enter(self, name: str, received: str, password: str) -> None:
        """Sign in for the first time, and choose a password."""
        assert self.sign_in(name, received).status == 303
        fields = {"mot_de_passe": received, "nouveau": password, "encore": password}
        assert self.post("/mot-de-passe", **fields).status == 303
