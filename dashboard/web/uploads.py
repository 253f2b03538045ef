"""Forms with files, read into memory alone: refused by their length before anything is read, and never put on the disk."""

import hmac
from hashlib import sha256

from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope

from dashboard.settings import load_settings
from dashboard.web.plain_answers import SentFile

MEGABYTE = 2**20
FILES, FIELDS = 30, 400  # of one form, at most
LARGEST_FORM = 64 * 1024  # bytes of a form without a file
# Above this Starlette puts a file on the disk: it is never reached.
MultiPartParser.spool_max_size = 2**40
TOO_LARGE = "Ces fichiers pèsent plus de {} Mo ensemble : les remettre en plusieurs fois."
TOO_MANY = (
    f"Plus de {FILES} fichiers à la fois : les remettre en plusieurs fois. Rien n'a été gardé."
)
UNREADABLE = "L'envoi a été coupé en route, ou n'est pas complet : recommencer. Rien n'a été gardé."


TOO_LONG = "Ce formulaire est trop long : corriger le fichier lui-même, et le choisir de nouveau."
CROWD = (
    "Beaucoup de fichiers arrivent en ce moment : recommencer dans une minute. Rien n'a été gardé."
)
MOST_COMING = 120 * MEGABYTE  # bytes of forms that are being read at once


class _Coming:
    """How many bytes of forms are being read."""

    bytes = 0


COMING = _Coming()


class BadForm(Exception):
    """A form that cannot be read: the sentence, and the status of the answer."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


def largest() -> int:
    """How many bytes a form with files may have in all."""
    return 4 * load_settings().upload_max_mb * MEGABYTE


async def read_form(scope: Scope, receive: Receive) -> tuple[dict[str, str], list[SentFile]]:
    """The fields of a form and its files. Raises BadForm."""
    headers = Headers(scope=scope)
    with_files = headers.get("content-type", "").startswith("multipart/form-data")
    most = largest() if with_files else LARGEST_FORM
    length = headers.get("content-length", "")
    if not length.isdecimal():
        raise BadForm(UNREADABLE, 411)
    if int(length) > most:
        said = TOO_LARGE.format(largest() // MEGABYTE) if with_files else TOO_LONG
        raise BadForm(said, 413)
    if COMING.bytes + int(length) > MOST_COMING:
        raise BadForm(CROWD, 503)
    COMING.bytes += int(length)
    try:
        return await _read(scope, receive)
    finally:
        COMING.bytes -= int(length)


async def _read(scope: Scope, receive: Receive) -> tuple[dict[str, str], list[SentFile]]:
    """The fields and files of a form whose length may be read."""
    try:
        form = await Request(scope, receive).form(
            max_files=FILES, max_fields=FIELDS, max_part_size=LARGEST_FORM
        )
    except MultiPartException as reason:
        raise _refused(reason.message) from None
    except HTTPException as reason:
        raise _refused(str(reason.detail)) from None
    except (
        ClientDisconnect,
        KeyError,
        ValueError,
        RuntimeError,
    ):
        raise BadForm(UNREADABLE, 400) from None
    fields: dict[str, str] = {}
    files: list[SentFile] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            if value.filename or content:
                files.append(SentFile(value.filename or "sans nom", content))
        else:
            fields[name] = value
    await form.close()
    return fields, files


def _refused(said: str) -> BadForm:
    """Why a form is refused, by what Starlette says of it."""
    if said.startswith("Too many files"):
        return BadForm(TOO_MANY, 413)
    return BadForm(TOO_LONG, 413) if said.startswith("Too many") else BadForm(UNREADABLE, 400)


def form_token(cookie: str, account: str) -> str:
    """The token of the forms of a session: no other page knows it, and every process makes the same. cookie: the session's own
    secret, which the browser sends; account: whose it is."""
    return hmac.new(cookie.encode(), f"form {account}".encode(), sha256).hexdigest()


def is_form_token(sent: str, cookie: str, account: str) -> bool:
    """Whether a form was made for this session."""
    return hmac.compare_digest(sent.encode(errors="replace"), form_token(cookie, account).encode())
