"""Files of a page stay available for a while, whatever other sessions do. At the end of every run of any session Streamlit
drops files, and functions that make files, which no page refers to at that moment: a file made by a button has no such
reference, nor has the function while its page is redrawn.

After: `server`, which installs this at its start; `dashboard.web.file_grants`, which says whose a file is.
"""

import time
from collections import Counter

from streamlit.runtime import runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorage

from dashboard.request_identity import CURRENT_ACCOUNT

# Seconds since a file was made, or last referred to. A line of 5 KB a second takes a minute for what its page is sent
# before the answer, and then has a minute to request the file. While it is sent, the request holds it.
KEPT = 120.0
ROOM = 64 * 2**20  # bytes of files to which no page refers
EVERY = 1.0  # seconds between two clean-ups: a hundred pages have thousands of such functions and ten runs a second


class KeptMedia(MediaFileManager):
    """Streamlit's media files, which are dropped a while later."""

    def __init__(self, storage: MediaFileStorage) -> None:
        super().__init__(storage)
        # Since when nothing refers to a file, or to a function that makes one; the account that made it.
        self._left: dict[str, float] = {}
        self._makers_left: dict[str, float] = {}
        self._made_by: dict[str, str] = {}
        self._looked = 0.0

    def _get_inactive_file_ids(self) -> set[str]:
        # Called with the lock held, as are the next two.
        unused, now = super()._get_inactive_file_ids(), time.monotonic()
        self._left = {one: self._left.get(one, now) for one in unused}
        self._made_by = {one: who for one, who in self._made_by.items() if one in unused}
        return {one for one, since in self._left.items() if now - since > KEPT}

    def _remove_orphaned_deferred_callables(self) -> None:
        now, left, buttons = time.monotonic(), {}, set()
        if now - self._looked < EVERY:
            return
        self._looked = now
        pages = self._files_by_session_and_coord.values()
        used = {one for page in pages for one in page.values()}
        for number in [one for one in reversed(self._deferred_callables) if one not in used]:
            maker = self._deferred_callables[number]
            button = maker["session_id"], maker["element_id"]
            since = self._makers_left.get(number, now)
            # Of each button only the newest: a browser may still show it.
            if button in buttons or now - since > KEPT:
                self._drop_deferred_id(number)
            else:
                left[number] = since
                buttons.add(button)
        self._makers_left = left

    def _make_room(self, newest: str) -> None:
        """Drop the oldest files of the account that has most, as long as they exceed ROOM; never the newest. newest: its id."""
        self._get_inactive_file_ids()
        found = {one: self.read_file(one) for one in self._left}
        sizes = {one: file.content_size for one, file in found.items() if file}
        maker, of = self._made_by.get(newest, ""), Counter[str]()
        for one, size in sizes.items():
            of[self._made_by.get(one, "")] += size
        while of.total() > ROOM and (others := sizes.keys() - {newest}):
            whose = {one: self._made_by.get(one, "") for one in others}
            most = max(whose.values(), key=lambda who: (of[who], who == maker))
            oldest = min((o for o in others if whose[o] == most), key=self._left.__getitem__)
            self._delete_file(oldest)
            of[most] -= sizes.pop(oldest)

    def execute_deferred(self, file_id: str) -> str:
        """Make a file and return its address; expired files are dropped, though no page runs."""
        path = super().execute_deferred(file_id)
        made = path.rpartition("/")[2].partition(".")[0]
        with self._lock:
            self._left[made] = time.monotonic()
            self._made_by[made] = (CURRENT_ACCOUNT.get() or "").partition(".")[0]
        self.remove_orphaned_files()
        with self._lock:
            self._make_room(made)
        return path


def keep_files_longer() -> None:
    """Make Streamlit use KeptMedia from its start on."""
    runtime.MediaFileManager = KeptMedia  # type: ignore[attr-defined]  # Streamlit instantiates this name
