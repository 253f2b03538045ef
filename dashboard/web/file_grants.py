"""Files that were made for one page: whose they are is heard when a page is told their addresses.
They go with the rights of then: once these change, who asks is somebody else.

Before: `dashboard.web.authentication`, which hears what pages are told and asks here before a file is given.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress

from starlette.types import Message
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

FOLDER = "/media/"
FILE = re.compile(FOLDER + r"[\w.-]{8,200}")
SIGN = FOLDER.encode()
AT_MOST = 20_000


class FileGrants:
    """Which files were lent to whom. who: what the gate says of an account and its rights."""

    def __init__(self) -> None:
        self._to: OrderedDict[str, set[str]] = OrderedDict()

    def hear(self, who: str, data: bytes) -> None:
        """Keep the files that a page of theirs is told of. data: a message of Streamlit's to the page."""
        if SIGN not in data:  # nearly all: figures, words
            return
        for path in filter(FILE.fullmatch, addresses(ForwardMsg.FromString(data))):
            self._to.setdefault(path, set()).add(who)
            self._to.move_to_end(path)
        while len(self._to) > AT_MOST:
            self._to.popitem(last=False)

    def is_shut(self, path: str, who: str) -> bool:
        """Whether at this path is a file of somebody else's, or of nobody's."""
        return path.startswith(FOLDER) and who not in self._to.get(path, ())


def addresses(message: ForwardMsg) -> Iterator[str]:
    """The addresses of files that Streamlit itself gives a page: what merely stands there as text, which may come from anybody,
    is none."""
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
    with suppress(Exception):  # the library has one of its own for each of its makes
        answer = ForwardMsg.FromString(message.get("bytes") or b"")
        return bool(answer.WhichOneof("type") == "backend_operation_response")
    return False
