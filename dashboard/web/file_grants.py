"""File grants: a file made for a page may be fetched only by the account to whose page its address was sent, with the same
rights as then.

Before: `dashboard.web.authentication`, which passes messages to pages, and asks here before a file is sent.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress

from starlette.types import Message
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

FOLDER = "/media/"
FILE = re.compile(FOLDER + r"[\w.-]{8,200}")
MARK = FOLDER.encode()
AT_MOST = 20_000


class FileGrants:
    """Which identity each file is granted to. An identity is an account with the state of its rights: after a change of rights
    it is another one."""

    def __init__(self) -> None:
        self._granted: OrderedDict[str, set[str]] = OrderedDict()

    def grant_named_in(self, data: bytes, identity: str) -> None:
        """Grant the files whose addresses a message contains. data: the message, as Streamlit sends it; identity: of the page."""
        if MARK not in data:  # nearly all messages
            return
        for path in filter(FILE.fullmatch, file_addresses(ForwardMsg.FromString(data))):
            self._granted.setdefault(path, set()).add(identity)
            self._granted.move_to_end(path)
        while len(self._granted) > AT_MOST:
            self._granted.popitem(last=False)

    def is_denied(self, path: str, identity: str) -> bool:
        """Whether the path is that of a file that was not granted to this identity."""
        return path.startswith(FOLDER) and identity not in self._granted.get(path, ())


def file_addresses(message: ForwardMsg) -> Iterator[str]:
    """The addresses of files in the fields by which Streamlit gives a page files; an address in mere text, which anybody may
    have written, is none."""
    kind = message.WhichOneof("type")
    if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
        element = message.delta.new_element
        shown = element.WhichOneof("type")
        if shown == "download_button":
            yield element.download_button.url
        elif shown == "imgs":
            yield from (one.url for one in element.imgs.imgs)
    elif kind == "page_config_changed":
        yield message.page_config_changed.favicon
    elif kind == "logo":
        yield from (message.logo.image, message.logo.icon_image)
    elif kind == "backend_operation_response":
        yield message.backend_operation_response.deferred_file.url


def is_file_answer(message: Message) -> bool:
    """Whether a message to a page answers a button that makes a file."""
    with suppress(Exception):  # each build of the library raises an exception of its own
        answer = ForwardMsg.FromString(message.get("bytes") or b"")
        return bool(answer.WhichOneof("type") == "backend_operation_response")
    return False
