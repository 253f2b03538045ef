"""Sessions of disconnected pages: Streamlit keeps some for two minutes, with all that was chosen on them, in case they
reconnect. Where there are too many, one is dropped of the account that has most, and there of the browser that has most: who
opens and closes many pages loses only his own.

After: `server`, which installs this at its start; `dashboard.web.authentication`, which sets the account of a connection.
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
    """Streamlit's storage of disconnected sessions, in which accounts have equal shares. save() is called in the context of the
    page's connection."""

    def __init__(self, maxsize: int = AT_MOST, ttl_seconds: int = 120) -> None:
        super().__init__(maxsize, ttl_seconds)
        self.at_most = maxsize
        self._whose: dict[str, Whose] = {}  # in the order in which they were kept

    def save(self, session_info: SessionInfo) -> None:
        """Keep a session; where there is no room, drop one first."""
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
        """The id of the session to be dropped. mine: (account, browser) of the new one."""
        all_of_them = [*self._whose.values(), mine]
        of_account = Counter(account for account, _ in all_of_them)
        of_browser = Counter(all_of_them)

        def has(name: str) -> tuple[int, int]:
            whose = self._whose[name]
            return of_account[whose[0]], of_browser[whose]

        return max(self._whose, key=has)  # of equal ones the oldest


def _whose() -> Whose:
    """The account and browser of the current connection."""
    return (CURRENT_ACCOUNT.get() or "").partition(".")[0], BROWSER.get()


def install_fair_storage() -> None:
    """Make Streamlit use FairSessionStorage from now on."""
    memory_session_storage.MemorySessionStorage = FairSessionStorage  # type: ignore[misc]  # Streamlit's name
