"""A panel on the screen: the chart, its trust line, and the table behind it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer
from streamlit.runtime.scriptrunner import StopException

from dashboard.exports import panel_for_files
from dashboard.one_run_at_a_time import release_while_waiting, yield_to_others
from dashboard.panel import Chart, Message, Panel
from dashboard.ui import cached_charts, panel_picture, tables
from dashboard.ui.downloads import DownloadRefused
from dashboard.ui.markdown_escaping import escape_markdown

BEHIND = "Voir les chiffres, et s'y fier"  # the label of the fold under a panel
SHOWN = "panels_shown"  # session key: the panels of this run, for its files


PATIENCE = 30.0  # seconds for which a file waits for its page


class ShownPanels(dict[str, Panel | Callable[[], Panel]]):
    """The panels that one run of a page has shown, by key; complete once the run ended."""

    def __init__(self) -> None:
        super().__init__()
        self.whole, self._over = False, Event()

    def end_run(self, *, completed: bool) -> None:
        """Note that the run has ended. completed: to its end, not interrupted or failed."""
        self.whole = completed
        self._over.set()

    def panels(self) -> tuple[Panel, ...]:
        """The panels. Waits for the run where it is not over, since the button stands above them. Raises DownloadRefused where
        the run was interrupted or failed."""
        if not self._over.is_set():
            with release_while_waiting():  # the page needs the queue's place itself
                self._over.wait(PATIENCE)
        if not self.whole:
            raise DownloadRefused("the page was not drawn to its end")
        return panels(self)


@contextmanager
def collecting_panels() -> Iterator[None]:
    """A context manager of a run that collects its panels; those of the last run are dropped."""
    shown = st.session_state[SHOWN] = ShownPanels()
    st.session_state.pop(panel_picture.ABOUT, None)
    whole = False
    try:
        yield
        whole = True
    except StopException:  # st.stop(): a page that ends here is complete
        whole = True
        raise
    finally:
        shown.end_run(completed=whole)


def panel(
    one: Panel, *, open_: bool = False, height: int | None = None, about: tuple[object, ...] = ()
) -> None:
    """Draw a panel, its table in a fold below (unfolded without a chart), and collect it. open_: unfolded. about: choices of the
    page, besides its filters, by which the table's rows are others."""
    yield_to_others(even=False)
    collect(one)
    in_file = bool(panel_for_files(one).table.rows)
    panel_not_collected(one, open_=open_, height=height, about=about, in_file=in_file)


def note(words: str) -> None:
    """Draw a line of small words; nothing for ""."""
    if words:
        st.caption(escape_markdown(words))


def panel_not_collected(
    one: Panel,
    *,
    open_: bool = False,
    height: int | None = None,
    about: tuple[object, ...] = (),
    in_file: bool = False,
) -> None:
    """Draw a panel that is not part of the page's files. in_file: it is, with its table."""

    def table(height: int) -> None:
        tables.draw(
            one.table, label=one.title, key=one.key, height=height, about=about, in_file=in_file
        )

    drawn = isinstance(one.content, Chart)
    match one.content:
        case Message(text):
            st.info(text)
            return
        case Chart() as chart:
            cached_charts.draw(chart, one.alt, one.table)
        case _:
            table(height or 380)
    if said := " ".join(filter(None, (one.caption, one.legend))):
        st.caption(escape_markdown(said))
    if one.trust_line or drawn:
        with lazy_expander(BEHIND, one.key, open_=open_) as fold:
            if not fold.open:
                return
            if one.trust_line:
                st.caption(f"**Puis-je m'y fier ?** {escape_markdown(one.trust_line)}")
            if drawn:
                table(380)
                panel_picture.button(one)


def lazy_expander(label: str, key: str, *, open_: bool = False) -> ExpanderContainer:
    """A fold whose contents are to be drawn only while it is open: opening it reruns the page.

    Closed, nothing of it is sent, nor are its files held by the session.
    """
    # With a key of its own when open_: Streamlit keeps a fold as the reader left it.
    return st.expander(label, open_, key=f"{key}_{'deplie' if open_ else 'pli'}", on_change="rerun")


def collect(one: Panel) -> None:
    """Add a panel to the page's files."""
    st.session_state.setdefault(SHOWN, ShownPanels())[one.key] = one.without_drawing


def collect_later(key: str, make: Callable[[], Panel]) -> None:
    """Add a panel to the page's files that is not drawn; it is made when a file is."""
    st.session_state.setdefault(SHOWN, ShownPanels())[key] = make


def panels(shown: ShownPanels) -> tuple[Panel, ...]:
    """The panels that a page has shown so far."""
    return tuple(one if isinstance(one, Panel) else one() for one in list(shown.values()))
