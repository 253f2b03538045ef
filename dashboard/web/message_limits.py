"""Limits of the size of a page's message: its bytes, its entries, the bytes of one entry.

Half a million empty fields are a megabyte to send and a hundred in memory, for each reader of the message. So entries are
counted in the bytes, before the message is parsed.

After: `dashboard.web.gate`, which closes a page that sends more; `dashboard.web.open_pages`, which knows the type of
Streamlit's messages.
"""

from functools import cache

from google.protobuf.descriptor import Descriptor, FieldDescriptor

# Pages send a kilobyte, with a hundred entries. The most that one can: forty slides being changed, each with a title, a question
# and a note, in a script of three bytes a letter (tests/pages/test_message_limits.py adds them up).
LARGEST, MOST, LONGEST = 2**18, 2_000, 2**13  # bytes in all; entries; bytes of one of them
TOO_MUCH = 1009  # close code of the websocket, which the page's script knows
VARINT, OF_EIGHT, OF_SO_MANY, OF_FOUR = 0, 1, 2, 5  # wire types of protocol buffers


class _Unreadable(ValueError):
    """The bytes are no valid message."""


def is_within_limits(data: bytes, form: Descriptor) -> bool:
    """Whether a message is within the limits; where it cannot be parsed, whether it is short. form: the message's type."""
    if len(data) <= MOST:
        return True
    try:
        return len(data) <= LARGEST and _count_down(data, 0, len(data), form, MOST) >= 0
    except (_Unreadable, IndexError):
        return False


def _count_down(data: bytes, at: int, end: int, form: Descriptor, left: int) -> int:
    """How many more entries are allowed after those in data[at:end]; negative as soon as there are too many or one is too long.
    form: the type; left: how many were allowed before. https://protobuf.dev/programming-guides/encoding/"""
    parts = _parts(form)
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
                left = _count_down(data, at, at + size, part, left)
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
    """A varint at a position, and the position after it. Raises _Unreadable after ten bytes."""
    if (first := data[at]) < 0x80:  # most numbers take one byte
        return first, at + 1
    value = 0
    for n in range(10):
        value |= (data[at + n] & 0x7F) << 7 * n
        if data[at + n] < 0x80:
            return value, at + n + 1
    raise _Unreadable


@cache
def _parts(form: Descriptor) -> dict[int, Descriptor | bool]:
    """The fields of a message type that have entries themselves, by number: the type of a nested message, or True for packed
    numbers."""
    texts = (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES)
    return {
        part.number: part.message_type or (part.is_repeated and part.type not in texts)
        for part in form.fields
    }
