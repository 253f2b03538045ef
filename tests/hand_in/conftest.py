"""Who hands in a file by the page « Remonter », without a browser."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from dashboard.accounts.rights import Role
from dashboard.answers import context
from dashboard.request_identity import SESSION_CACHE
from dashboard.settings import load_settings
from db.engine import make_engine
from tests.accounts.asgi import Answer, Browser, run
from tests.accounts.conftest import PASSWORD, House, closed, house  # noqa: F401 (fixtures)
from tests.clock import as_of
from tests.conftest import Prepared

FOCAL, COVE = "pf.cove", "ccsp-cove"


@dataclass
class Desk:
    """A browser on the page « Remonter »."""

    browser: Browser

    def page(self, path: str = "/remonter") -> Answer:
        return self.browser.get(path)

    def send(
        self,
        content: bytes,
        name: str = "registre.csv",
        path: str = "/remonter",
        headers: Mapping[str, str] | None = None,
        **fields: str,
    ) -> Answer:
        """Choose a file and send it, as the page's form does."""
        token = self.token(self.page())
        parts = {"jeton": token, "centre": COVE, "mois": "2025-10", **fields}
        border = uuid4().hex
        body = b"".join(
            f'--{border}\r\ncontent-disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode()
            for n, v in parts.items()
        )
        head = (
            f'--{border}\r\ncontent-disposition: form-data; name="fichier"; filename="{name}"\r\n'
            "content-type: text/csv\r\n\r\n"
        )
        body += head.encode() + content + f"\r\n--{border}--\r\n".encode()
        headers = {
            **(headers or {}),
            "content-type": f"multipart/form-data; boundary={border}",
            "content-length": str(len(body)),
            "origin": self.browser.origin,
        }
        return self.follow(run(self.browser.ask(path, "POST", body, **headers)))

    def press(self, page: Answer, what: str, **fields: str) -> Answer:
        """Fill a verdict's form and press one of its buttons."""
        version = {"version": self.version(page)} if what == "confirmer" else {}
        return self.fill(self.waiting(page), faire=what, **version, **fields)

    @staticmethod
    def version(page: Answer) -> str:
        """The version of the file that a page shows; "" where it cannot be confirmed."""
        shown = re.search(r'name="version" value="([^"]+)"', page.text)
        return shown[1] if shown else ""

    @staticmethod
    def waiting(page: Answer) -> str:
        """The address of the file that waits on a page."""
        return re.search(r'action="(/remonter/apercu/\w+)"', page.text)[1]

    def fill(self, address: str, *, follow: bool = True, **fields: str) -> Answer:
        """Send a form to an address, with the token of this browser."""
        token = fields.pop("jeton", None) or self.token(self.page())
        body = urlencode({"jeton": token, **fields}).encode()
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "content-length": str(len(body)),
            "origin": self.browser.origin,
        }
        answer = run(self.browser.ask(address, "POST", body, **headers))
        return self.follow(answer) if follow else answer

    def follow(self, answer: Answer) -> Answer:
        """The page to which an answer leads."""
        return self.browser.get(answer.header("location")) if answer.status == 303 else answer

    @staticmethod
    def token(page: Answer) -> str:
        return re.search(r'name="jeton" value="(\w+)"', page.text)[1]


def heading(page: Answer) -> str:
    """The heading of a page."""
    return (
        unescape(re.search(r"<h1>(.*?)</h1>", page.text, re.DOTALL)[1]).replace("\xa0", " ").strip()
    )


def words(page: Answer) -> str:
    """What a page says."""
    return unescape(page.text).replace("\xa0", " ")


def prepared(name: str, at: str, fill: Callable[[House], None]) -> Prepared:
    """A base in which people have handed in already. at: the moment at which they did; fill: what they did, by the page."""

    def handed_in(url: str) -> None:
        with pytest.MonkeyPatch.context() as patch, as_of(at):
            patch.setenv("DATABASE_URL", url)
            load_settings.cache_clear()
            SESSION_CACHE.forget()
            engine = make_engine(url)
            fill(House(engine, lambda **_: None))
            engine.dispose()
            context.close_databases()
        load_settings.cache_clear()
        SESSION_CACHE.forget()

    return Prepared(name, handed_in)


def signed_in(name: str) -> Desk:
    """A browser of an account of a prepared base. Its own session there may have lapsed by now."""
    browser = Browser()
    assert browser.sign_in(name, PASSWORD).status == 303
    return Desk(browser)


@pytest.fixture
def desk(closed: House) -> Desk:  # noqa: F811
    """The point focal of Covè, signed in."""
    yield Desk(closed.someone(FOCAL, role=Role.FOCAL_POINT, sites=[COVE]))
    context.close_databases()
