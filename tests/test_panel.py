"""What stands beside a panel says nothing that stands over it."""

import pytest

from dashboard.panel import Panel, Slide


@pytest.mark.parametrize(
    ("headline", "caption", "rest"),
    [
        ("Rien ne change", "Rien ne change. Un mot de plus.", "Un mot de plus."),
        ("Rien ne change.", "Rien ne change\N{NO-BREAK SPACE}; un mot de plus.", "Un mot de plus."),
        ("Rien ne change", "Rien ne change.", ""),
        ("Rien ne change", "Rien ne changera. Un mot.", "Rien ne changera. Un mot."),
        ("10 % (et plus) [x]", "10 % (et plus) [x]. Un mot.", "Un mot."),
        ("", "un mot.", "Un mot."),
    ],
)
def test_a_caption_does_not_repeat_what_the_headline_has_said(headline, caption, rest):
    panel = Panel("clef", "Titre", caption=caption, finding=headline)
    assert panel.remark == rest
    assert Slide("clef", headline, panel).remark == rest
