"""Pages that lost their line: Streamlit keeps some of them for two minutes, with all that was chosen and changed on them, in case
they come back. Where they are too many, one goes of the account that has most of them, and there of the browser that has: whoever
opens and closes pages without end loses his own.

After: `server`, which has it so from the start; `dashboard.web.authentication` says on whose connection something is done.
"""

from collections import Counter
from contextlib import suppress

from streamlit.runtime import memory_session_storage
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo

from dashboard.request_identity import BROWSER, CURRENT_ACCOUNT

AT_MOST = 128  # of all accounts
Whose = tuple[str, str]  # account, browser


class FairSessionStorage(MemorySessionStorage):
    """Streamlit's, in which accounts have the same right to room. A page is kept in the context of its own connection."""

    def __init__(self, maxsize: int = AT_MOST, ttl_seconds: int = 120) -> None:
        super().__init__(maxsize, ttl_seconds)
        self.at_most = maxsize
        self._whose: dict[str, Whose] = {}  # in the order in which they were kept

    def save(self, session_info: SessionInfo) -> None:
        """Keep a page; where there is no room, another one goes, or in its account's turn one of its own."""
        kept = {one.session.id for one in self.list()}
        self._whose = {name: whose for name, whose in self._whose.items() if name in kept}
        name, mine = session_info.session.id, _whose()
        if name not in kept and len(kept) >= self.at_most:
            with suppress(KeyError):  # expired just before
                self.delete(self._too_many(mine))
        super().save(session_info)
        self._whose.pop(name, None)
        self._whose[name] = mine

    def _too_many(self, mine: Whose) -> str:
        """The page that goes, where one of these comes."""
        all_of_them = [*self._whose.values(), mine]
        of_account = Counter(account for account, _ in all_of_them)
        of_browser = Counter(all_of_them)

        def has(name: str) -> tuple[int, int]:
            whose = self._whose[name]
            return of_account[whose[0]], of_browser[whose]

        return max(self._whose, key=has)  # of equal ones the oldest


def _whose() -> Whose:
    return (CURRENT_ACCOUNT.get() or "").partition(".")[0], BROWSER.get()


def install_fair_storage() -> None:
    """Have Streamlit keep pages so, from now on."""
    memory_session_storage.MemorySessionStorage = FairSessionStorage  # type: ignore[misc]  # Streamlit's name
