"""What a page was told of can be had for a while, whatever others do; then it is forgotten, and it never takes much room."""

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as some
from streamlit.runtime import media_file_manager, runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from dashboard.request_identity import CURRENT_ACCOUNT
from dashboard.ui import file_expiry
from dashboard.ui.file_expiry import KEPT, KeptMedia

BUTTON = "emporter"


class Pages:
    """Open pages, each with one button that makes a file, and a picture, as Streamlit draws them; and the clock of all."""

    def __init__(self, manager: type[MediaFileManager] = KeptMedia, size: int = 100) -> None:
        self.files = manager(MemoryMediaFileStorage("/media"))
        self.now, self.size, self._drawing, self._made = 0.0, size, "", count()
        self.numbers: dict[str, str] = {}  # of what makes the file of each page's button

    def draw(self, page: str, *, ends: bool = True, picture: bytes = b"") -> str:
        """A run of a page; where a picture is at. ends: not broken off before its button is there."""
        self._drawing = page
        self.files.clear_session_refs()
        if ends:
            make = lambda: next(self._made).to_bytes(8) * (self.size // 8)  # noqa: E731
            self.numbers[page] = self.files.add_deferred(
                make, None, "0.1", "a.xlsx", element_id=BUTTON
            )
        shown = self.files.add(picture, "image/png", "0.2") if picture else ""
        self.files.remove_orphaned_files()
        return shown

    def close(self, page: str) -> None:
        self.files.clear_session_refs(page)
        self.files.remove_orphaned_files()

    def press(self, page: str, number: str = "", who: str = "a.1") -> str:
        """Where the file is at that the button makes for this account."""
        asking = CURRENT_ACCOUNT.set(who)
        try:
            return self.files.execute_deferred(number or self.numbers[page])
        finally:
            CURRENT_ACCOUNT.reset(asking)

    def has(self, path: str) -> bool:
        return self.files.read_file(path.removeprefix("/media/")) is not None

    def held(self) -> int:
        """Bytes of all files."""
        return sum(one.content_size for one in self.files._storage._files_by_id.values())


@pytest.fixture
def pages(monkeypatch) -> Iterator[Pages]:
    yield from _on_one_clock(monkeypatch, Pages())


@pytest.fixture
def streamlit_s(monkeypatch) -> Iterator[Pages]:
    """The same as Streamlit has it by itself."""
    yield from _on_one_clock(monkeypatch, Pages(MediaFileManager))


def _on_one_clock(monkeypatch, found: Pages) -> Iterator[Pages]:
    monkeypatch.setattr(file_expiry.time, "monotonic", lambda: found.now)
    monkeypatch.setattr(media_file_manager, "_get_session_id", lambda: found._drawing)
    yield found


def test_streamlit_by_itself_still_forgets_a_file_once_two_pages_were_drawn(streamlit_s):
    """Where this fails, Streamlit keeps files itself, and `dashboard/ui/file_expiry.py` may go."""
    streamlit_s.draw("mine")
    path = streamlit_s.press("mine")
    for there in (True, False):
        streamlit_s.draw("theirs")
        assert streamlit_s.has(path) is there
    number = streamlit_s.numbers["mine"]
    streamlit_s.files.clear_session_refs("mine")  # it begins to be drawn again
    streamlit_s.draw("theirs")
    with pytest.raises(MediaFileStorageError):
        streamlit_s.press("mine", number)


def test_streamlit_makes_its_own_by_the_name_that_is_replaced(monkeypatch):
    monkeypatch.setattr(runtime, "MediaFileManager", MediaFileManager)
    assert "MediaFileManager" in runtime.Runtime.__init__.__code__.co_names
    file_expiry.keep_files_longer()
    assert runtime.MediaFileManager is KeptMedia


def test_a_file_stays_however_many_pages_are_drawn_and_goes_a_while_after_it_was_made(pages):
    pages.draw("mine")
    path = pages.press("mine")
    for _ in range(5):
        pages.draw("theirs")
    pages.close("mine")
    pages.now = KEPT
    pages.draw("theirs")
    assert pages.has(path)
    pages.now = KEPT + 1
    for _ in range(2):
        pages.draw("theirs")
    assert not pages.has(path) and pages.held() == 0


def test_a_file_that_is_made_again_alike_has_its_while_from_then(pages):
    pages.draw("mine")
    pages._made = iter([7, 7])
    first = pages.press("mine")
    pages.now = KEPT - 1
    assert pages.press("mine") == first
    pages.now = 2 * KEPT - 2
    for _ in range(3):
        pages.draw("theirs")
    assert pages.has(first)


def test_what_was_made_goes_though_no_page_is_drawn(pages):
    pages.draw("mine")
    for pages.now in (0.0, KEPT + 1, 2 * KEPT + 2, 3 * KEPT + 3):
        pages.press("mine")
    assert pages.held() <= 2 * pages.size


def test_a_picture_is_there_for_a_while_after_its_page_shows_another(pages):
    first = pages.draw("mine", picture=b"one")
    pages.draw("mine", picture=b"two")
    for _ in range(3):
        pages.draw("theirs")
    assert pages.has(first)
    pages.now = KEPT + 1
    again = pages.draw("theirs", picture=b"two")
    pages.now = 2 * KEPT + 2
    pages.draw("mine")
    assert not pages.has(first) and pages.has(again)


@pytest.mark.parametrize("ends", [True, False], ids=["drawn again", "broken off"])
def test_a_button_gives_its_file_while_its_page_is_drawn_again_and_others_too(pages, ends):
    """What is pressed is what the browser shows, which is behind."""
    pages.draw("mine")
    shown = pages.numbers["mine"]
    pages.draw("mine", ends=ends)
    for pages.now in range(1, 4):
        pages.draw("theirs")
    assert pages.has(pages.press("mine", shown))


def test_of_a_button_that_is_drawn_again_and_again_little_is_kept(pages):
    for pages.now in range(1, 51):
        pages.draw("mine")
    assert len(pages.files._deferred_callables) == 2, "this one, and the one before"
    pages.close("mine")
    for pages.now in (52, 53 + KEPT):
        pages.draw("theirs")
    assert {one["session_id"] for one in pages.files._deferred_callables.values()} == {"theirs"}
    assert len(pages.files._deferred_callables) <= 2 and len(pages.files._makers_left) <= 1


def test_who_makes_many_files_loses_his_own_oldest_and_nobody_else_one(pages, monkeypatch):
    monkeypatch.setattr(file_expiry, "ROOM", 10 * pages.size)
    for page in ("mine", "his", "hers"):
        pages.draw(page)
    mine = [pages.press("mine", who="quiet.1") for _ in range(5)]
    hers = pages.press("hers", who="calm.1")
    his = []
    for pages.now in range(30):
        his.append(pages.press("his", who=f"greedy.{pages.now}"))
        assert pages.has(his[-1]), "the newest is always there"
        assert pages.held() <= 10 * pages.size
    assert all(map(pages.has, mine)) and pages.has(hers)
    assert [pages.has(one) for one in his] == [False] * 26 + [True] * 4


def test_a_file_that_is_larger_than_all_the_room_is_given_all_the_same(pages, monkeypatch):
    monkeypatch.setattr(file_expiry, "ROOM", pages.size // 2)
    pages.draw("mine")
    first, second = pages.press("mine"), pages.press("mine")
    assert pages.has(second) and not pages.has(first)


STEPS = some.lists(
    some.tuples(
        some.sampled_from(["draw", "broken off", "close", "press", "wait"]),
        some.sampled_from(["one", "two", "three"]),
        some.integers(1, 60),
    ),
    max_size=40,
)


@given(steps=STEPS)
def test_whatever_is_drawn_closed_and_pressed_each_file_is_there_for_its_while_and_no_longer(steps):
    with pytest.MonkeyPatch.context() as patched:
        pages = Pages()
        for _ in _on_one_clock(patched, pages):
            made: dict[str, float] = {}
            behind: dict[str, float] = {}  # pages whose last runs were broken off, and since when
            for what, page, seconds in steps:
                if what == "wait":
                    pages.now += seconds
                elif what == "close":
                    pages.close(page)
                    pages.numbers.pop(page, None)
                elif what == "draw":
                    pages.draw(page)
                    behind.pop(page, None)
                elif what == "broken off":
                    pages.draw(page, ends=False)
                    behind.setdefault(page, pages.now)
                elif page in pages.numbers and pages.now - behind.get(page, pages.now) <= KEPT:
                    made[pages.press(page, who=f"{page}.1")] = pages.now
                assert all(pages.has(one) for one, at in made.items() if pages.now - at <= KEPT)
            pages.now += KEPT + 1
            for _ in range(3):
                pages.draw("another")
            assert pages.held() == 0 and not pages.files._made_by
            assert list(pages.files._deferred_callables)[-1] == pages.numbers["another"]
