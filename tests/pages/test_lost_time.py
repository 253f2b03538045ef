"""What closures took of open time, on its page: for the calendar's month or two years, with or without the days of a cause."""

import pytest

from dashboard.ui import panel_display
from tests.builders import KANDI
from tests.pages.app import sound, visit_page

PLAIN = str.maketrans("\xa0\u202f", "  ")
ALL, STRIKE = "", "grève"


@pytest.fixture(autouse=True)
def demonstration(demo):
    """A network with a day of strike, power cuts, and two weeks of works."""


def finding(at) -> str:
    """The heading of the section."""
    (found,) = [
        h.value.translate(PLAIN).replace("\\", "")
        for h in at.header
        if h.value.startswith("Coupures")
    ]
    return found


def test_the_section_is_of_the_month_above_it_or_of_its_two_years():
    at = sound(visit_page("completude", mois="2026-10"))
    assert finding(at).startswith("Coupures en octobre 2026 : ")
    years = sound(visit_page("completude", vue="annees"))
    assert finding(years).startswith("Coupures du 01/12/2024 au ")


@pytest.mark.parametrize(
    ("wanted", "key"),
    [
        ({"page": "completude", "vue": "annees"}, "coupures"),
        ({"page": "site", "centre": KANDI}, "site_coupures"),
    ],
)
def test_without_the_days_of_a_cause_all_of_the_section_is_without_them(wanted, key):
    at = sound(visit_page(**wanted))
    before = finding(at)
    assert "sans les jours" not in before
    sound(at.selectbox(key=f"{key}_sans").set_value(STRIKE).run())
    assert ", sans les jours « grève » : " in finding(at)
    assert finding(at).split(" : ")[1] != before.split(" : ")[1], "a strike took some"
    shown = {
        panel.key: panel for panel in panel_display.panels(at.session_state[panel_display.SHOWN])
    }
    for panel in ("motifs", "mois", "une_par_une"):
        title = shown[f"{key}_{panel}"].title.translate(PLAIN)
        assert title.endswith("sans les jours « grève »"), panel
    causes = [row[0].text for row in shown[f"{key}_motifs"].table.rows]
    assert STRIKE not in causes and "En tout" in causes
    sound(at.selectbox(key=f"{key}_sans").set_value(ALL).run())
    assert finding(at) == before
