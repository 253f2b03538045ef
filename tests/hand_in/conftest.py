"""Who hands in a file by the page « Remonter », without a browser."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from dashboard.accounts.rights import Role
from dashboard.answers import context
from tests.accounts.asgi import Answer, Browser, run
from tests.accounts.conftest import House, closed, house  # noqa: F401 (fixtures)

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


@pytest.fixture
def desk(closed: House) -> Desk:  # noqa: F811
    """The point focal of Covè, signed in."""
    yield Desk(closed.someone(FOCAL, role=Role.FOCAL_POINT, sites=[COVE]))
    context.close_databases()
