"""A page that is drawn while a file comes in is drawn anew, of what the file brought."""

from datetime import timedelta

import pytest

from dashboard.answers import context
from dashboard.answers.context import latest_snapshot, publish
from dashboard.navigation import PAGES
from dashboard.period import Period, today
from tests.builders import EVERY_SITE, Office, complaint, visit
from tests.pages.app import sound, visit_page, words

SHOWN = [page.url_path or "carte" for page in PAGES if page.url_path not in ("remonter",)]
FIRST, LAST = today() - timedelta(days=40), today() - timedelta(days=12)
PART = Period(FIRST, LAST).code  # its visits of days are read one by one


@pytest.fixture
def office(databases, using, tmp_path):
    """Fictitious data whose state readers are shown, and a file that came in since."""
    with databases.fresh(visits=2_000) as url:
        using(url)
        office = Office(context.engine(), tmp_path)
        shown = latest_snapshot()
        assert shown.network.version == shown.version, "the state is at hand"
        for form, row in (
            ("registre", visit(EVERY_SITE[0], f"{LAST:%d/%m/%Y}", "9:00", ref="new")),
            ("plaintes", complaint("NEW", EVERY_SITE[0], f"{FIRST:%d/%m/%Y}")),
        ):
            office.hand_in(form, row, demo=True)
        publish(shown)
        yield office
        publish(None)
        context.WROTE_AT.clear()
        context.close_databases()


@pytest.mark.parametrize("page", SHOWN)
def test_every_page_shows_no_failure_and_is_of_one_version(office, page):
    at = sound(visit_page(page, periode=PART))
    assert words(at)


def test_what_was_begun_of_the_state_before_is_left(office):
    assert not context.WROTE_AT
    sound(visit_page("attentes", periode=PART))
    assert context.WROTE_AT, "who asks is shown the newest state"
