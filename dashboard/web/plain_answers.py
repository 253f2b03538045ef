"""What a plain page is asked, and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.types import Scope

from dashboard.accounts.rights import Person
from dashboard.accounts.session_cache import CachedSession


@dataclass(frozen=True)
class PlainAnswer:
    """A page or a redirect. body: HTML below the heading; heading: another one than the page's own; status: of HTTP; redirect:
    the address to go to, in place of a page; key: for the browser to keep, "" for none; file: to be saved, in place of a page,
    with its name and type."""

    body: str = ""
    heading: str = ""
    status: int = 200
    redirect: str = ""
    key: str = ""
    file: bytes = b""
    file_name: str = ""
    file_type: str = ""


@dataclass(frozen=True)
class SentFile:
    """A file of a form: its name as the browser says it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class PageRequest:
    """A request for a plain page. person: who asks; session: the person's, as last read (UNKNOWN where nobody signs in); rest:
    the path below the page's address; token: of the page's forms; key: under which the browser keeps what it sent, "" for none;
    fields, files: of a form that was sent; is_form: whether one was."""

    person: Person
    session: CachedSession
    scope: Scope
    rest: str = ""
    token: str = ""
    key: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[SentFile] = ()
    is_form: bool = False

    @property
    def query(self) -> dict[str, str]:
        """What the address asks for."""
        try:
            return dict(parse_qsl(self.scope["query_string"].decode("latin-1"), max_num_fields=10))
        except ValueError:
            return {}
