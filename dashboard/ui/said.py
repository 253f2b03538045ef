"""What a page says on its websocket: how much at once, and what of it the gate needs to know. It is looked at once, and what was
found is kept with the message.

A message is bounded by its bytes and by what stands in it: half a million empty fields are a megabyte on the line, and a hundred
in memory, for each that reads them. They are counted as they come, before anything is made of them. Before: `dashboard.ui.gate`,
which ends a page that says more, `dashboard.ui.pace` and `dashboard.ui.open_pages`.
"""

from dataclasses import dataclass
from functools import cache

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from starlette.types import Message
from streamlit.proto.BackMsg_pb2 import BackMsg

# Pages say a kilobyte, with a hundred entries. The most that one can: forty slides being changed, each with a title, a question
# and a note, in a script of three bytes a letter (tests/pages/test_said.py adds them up).
LARGEST, MOST, LONGEST = 2**18, 2_000, 2**13  # bytes in all; entries; bytes of one of them
TOO_MUCH = 1009  # how a connection is closed; the page's script knows it
KEPT = "ccsp.said"  # in a message: what was found
VARINT, OF_EIGHT, OF_SO_MANY, OF_FOUR = 0, 1, 2, 5  # how an entry is written


@dataclass(frozen=True)
class PageMessage:
    """kind: of message; operation: what it asks for beside a page, or ""; by_itself: nobody did anything for it."""

    kind: str
    operation: str = ""
    by_itself: bool = False

    @property
    def of_a_person(self) -> bool:
        """Whether it comes of somebody at work: not of the page by itself."""
        return self.kind == "backend_operation_request" or (
            self.kind == "rerun_script" and not self.by_itself
        )

    @property
    def asks_for_a_file(self) -> bool:
        """Whether it is what a button that makes a file says."""
        return self.operation == "deferred_file"


NOTHING = PageMessage("")


class _Unreadable(ValueError):
    """What has no entries that could be counted."""


def parse_page_message(message: Message) -> PageMessage:
    """What a page says; NOTHING where it is no message of Streamlit's, or more than a page says."""
    if KEPT not in message:
        data = message.get("bytes") or b""  # none where it is opened, or shut
        message[KEPT] = _read(data) if data and is_within_limits(data) else NOTHING
    found: PageMessage = message[KEPT]
    return found


def is_within_limits(data: bytes) -> bool:
    """Whether it is no more than a page may say at once; of what cannot be read, whether it is short."""
    if len(data) <= MOST:
        return True
    try:
        return len(data) <= LARGEST and _left(data, 0, len(data), BackMsg.DESCRIPTOR, MOST) >= 0
    except (_Unreadable, IndexError):
        return False


def _read(data: bytes) -> PageMessage:
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except Exception:  # the library has one of its own for each of its makes
        return NOTHING
    operation = message.backend_operation_request.WhichOneof("payload")
    by_itself = message.rerun_script.is_auto_rerun
    return PageMessage(message.WhichOneof("type") or "", operation or "", by_itself)


def _left(data: bytes, at: int, end: int, of: Descriptor, left: int) -> int:
    """How many entries more there may be after those between two places; less than none as soon as there are more, or one is
    too long. https://protobuf.dev/programming-guides/encoding/"""
    parts = _parts(of)
    while at < end and left >= 0:
        key, at = _number(data, at)
        kind, left = key & 7, left - 1
        if kind == VARINT:
            _, at = _number(data, at)
        elif kind in (OF_EIGHT, OF_FOUR):
            at += 8 if kind == OF_EIGHT else 4
        elif kind == OF_SO_MANY:
            size, at = _number(data, at)
            part = parts.get(key >> 3)
            if at + size > end:
                raise _Unreadable
            if isinstance(part, Descriptor):
                left = _left(data, at, at + size, part, left)
            else:
                left -= size if part else 0
                left = -1 if size > LONGEST else left
            at += size
        else:
            raise _Unreadable
    if at > end:
        raise _Unreadable
    return left


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of as many bytes as it needs, ten at most, and where it ends."""
    if (first := data[at]) < 0x80:  # nearly all
        return first, at + 1
    value = 0
    for n in range(10):
        value |= (data[at + n] & 0x7F) << 7 * n
        if data[at + n] < 0x80:
            return value, at + n + 1
    raise _Unreadable


@cache
def _parts(of: Descriptor) -> dict[int, Descriptor | bool]:
    """By number, the parts of a message that have parts: another message, or numbers one behind the other."""
    texts = (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES)
    return {
        part.number: part.message_type or (part.is_repeated and part.type not in texts)
        for part in of.fields
    }
