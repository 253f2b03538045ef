"""A page says a kilobyte, with a hundred entries: more than any page says is refused before anything is made of it."""

from collections.abc import Callable

import pytest
from google.protobuf.message import Message as Proto
from hypothesis import given
from hypothesis import strategies as st
from streamlit.proto.BackMsg_pb2 import BackMsg

from dashboard.web import open_pages
from dashboard.web.message_limits import LARGEST, LONGEST, MOST
from dashboard.web.open_pages import KEPT, NOTHING


def widgets(message: BackMsg, many: int) -> None:
    for _ in range(many):
        message.rerun_script.widget_states.widgets.add()


def buttons(message: BackMsg, many: int) -> None:
    for n in range(many):
        message.rerun_script.widget_states.widgets.add(id=f"a{n}", trigger_value=True)


def hashes(message: BackMsg, many: int) -> None:
    message.rerun_script.cached_message_hashes.extend("a" * many)


def choices(message: BackMsg, many: int) -> None:
    one = message.rerun_script.widget_states.widgets.add(id="a")
    one.string_array_value.data.extend([""] * many)


def numbers(message: BackMsg, many: int) -> None:
    one = message.rerun_script.widget_states.widgets.add(id="a")
    one.int_array_value.data.extend([0] * many)


def uploads(message: BackMsg, many: int) -> None:
    one = message.rerun_script.widget_states.widgets.add(id="a")
    for _ in range(many):
        one.file_uploader_state_value.uploaded_file_info.add()


def orders(message: BackMsg, many: int) -> None:
    """A message merges what is said of one part again and again."""
    message.backend_operation_request.dataframe_chunk.sort.column = "x" * many


def name(message: BackMsg, many: int) -> None:
    message.rerun_script.page_name = "p" * many


def field(message: BackMsg, many: int) -> None:
    message.rerun_script.widget_states.widgets.add(id="a", json_value="[" * many)


ENTRIES = [widgets, buttons, hashes, choices, numbers, uploads]
TEXTS = [name, field, orders]


def made(say: Callable[[BackMsg, int], None], many: int) -> bytes:
    message = BackMsg()
    message.rerun_script.SetInParent()
    say(message, many)
    return message.SerializeToString()


@pytest.fixture
def unread(monkeypatch) -> None:
    """Whoever makes a message of bytes fails."""

    def refuse(_data: bytes) -> open_pages.PageMessage:
        raise AssertionError("it was read")

    monkeypatch.setattr(open_pages, "_parse", refuse)


@pytest.mark.parametrize(
    "data",
    [
        *(made(say, MOST + 1) for say in ENTRIES),
        *(made(say, LONGEST + 1) for say in TEXTS),
        made(widgets, 130_000),  # the attack, as much of it as a line lets through
        made(hashes, 80_000),
        made(lambda message, many: [field(message, 8_000) for _ in range(many)], 40),  # bytes in all
        b"\x5a\xff\xff\xff\xff\x0f" + b"\0" * MOST,  # says that it is longer than it is
        b"\x5b" * (MOST + 1),  # a way of writing that nobody uses
        b"\xff" * (MOST + 1),
    ],
    ids=[
        *(say.__name__ for say in ENTRIES + TEXTS),
        *("many widgets", "many hashes", "large", "longer", "groups", "no number"),
    ],
)  # fmt: skip
def test_more_than_any_page_says_is_refused_before_it_is_read(unread, data):
    assert open_pages.parse_page_message({"type": "websocket.receive", "bytes": data}) is NOTHING


def entries(message: Proto) -> tuple[int, int]:
    """How many parts of it were said, as the library has read them; bytes of the longest that has no parts."""
    count, longest = 0, 0
    for part, value in message.ListFields():
        for one in value if part.is_repeated else [value]:
            count += 1
            if isinstance(one, Proto):
                more, long = entries(one)
                count, longest = count + more, max(longest, long)
            elif isinstance(one, str | bytes):
                longest = max(longest, len(one if isinstance(one, bytes) else one.encode()))
    return count, longest


MANY = st.one_of(st.integers(0, 40), st.integers(0, MOST // 2), st.integers(0, 3 * MOST))
LONG = st.one_of(st.integers(0, 40), st.integers(LONGEST - 40, LONGEST + 40), st.just(3 * LONGEST))
PARTS = st.one_of(
    st.tuples(st.sampled_from([p for p in ENTRIES if p is not uploads]), MANY),
    st.tuples(st.sampled_from([name, field]), LONG),
)


@st.composite
def spoilt(draw) -> bytes:
    """Messages one behind the other, which are one that has all that they say; some with bytes that are others, some cut."""
    data = b"".join(made(*part) for part in draw(st.lists(PARTS, max_size=5)))
    held = bytearray(data + draw(st.binary(max_size=20)))
    for at, byte in draw(
        st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=3)
    ):
        if held:
            held[at % len(held)] = byte
    return bytes(held[: draw(st.one_of(st.none(), st.integers(0, len(held))))])


@given(st.one_of(spoilt(), st.binary(max_size=3_000)))
def test_of_whatever_comes_so_many_entries_are_kept_and_no_more(data):
    message = {"type": "websocket.receive", "bytes": data}
    found = open_pages.parse_page_message(message)
    assert message[KEPT] is found
    if found is NOTHING:
        return
    assert len(data) <= LARGEST
    count, longest = entries(BackMsg.FromString(data))
    assert count <= MOST and longest <= LONGEST


@given(st.lists(PARTS, max_size=5))
def test_what_is_within_all_bounds_is_heard(parts):
    message = BackMsg()
    message.rerun_script.SetInParent()
    for say, many in parts:
        say(message, many)
    data = message.SerializeToString()
    count, longest = entries(message)
    within = count <= MOST and longest <= LONGEST and len(data) <= LARGEST
    heard = open_pages.parse_page_message({"type": "websocket.receive", "bytes": data})
    if within:
        assert heard == open_pages.PageMessage("rerun_script")
    elif numbers not in [say for say, _ in parts]:  # a number takes a byte, and may take ten
        assert len(data) <= MOST or heard is NOTHING


@pytest.mark.parametrize("by_itself", [False, True])
def test_what_is_heard_is_known(by_itself):
    message = BackMsg()
    message.rerun_script.is_auto_rerun = by_itself
    found = open_pages.parse_page_message({"bytes": message.SerializeToString()})
    assert found.kind == "rerun_script" and found.is_by_a_person is not by_itself
    message.backend_operation_request.deferred_file.file_id = "x"
    found = open_pages.parse_page_message({"bytes": message.SerializeToString()})
    assert found.asks_for_a_file and found.is_by_a_person
