"""« Image »: every chart and the map can be taken away as a picture, made on demand, that says what it is about."""

import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.navigation import pages_of
from dashboard.ui import panel_picture
from tests.builders import KANDI
from tests.pages.app import unfold, visit_page

PAGES = pages_of(LOCAL_READER)


@pytest.fixture
def page(filled, using, monkeypatch):
    """page(spec): the page opened on the Zou, or a site's; what would make its pictures; none of them is made."""
    using(filled)

    def opened(spec):
        made, real = [], panel_picture.picture_maker
        wanted = {"centre": KANDI} if "centre" in spec.filters else {"departement": "Zou"}
        with monkeypatch.context() as patch:
            patch.setattr(
                panel_picture,
                "picture_maker",
                lambda p, about: made.append((p, about)) or real(p, about),
            )
            patch.setattr(panel_picture.png, "png", lambda *_: pytest.fail("nobody asked for it"))
            at = visit_page(spec.url_path, periode="3m", **wanted)
            assert not [p for p, _ in made if p.key != "carte"], "nobody has opened a fold"
            made.clear()
            unfold(at)
        assert not at.exception and not at.error
        return at, made

    return opened


@pytest.mark.parametrize("spec", PAGES, ids=lambda s: s.url_path)
def test_every_chart_and_map_has_its_picture(page, spec):
    at, made = page(spec)
    drawn = len(at.get("vega_lite_chart")) + len(at.get("component_instance"))
    assert sum(b.label == panel_picture.LABEL for b in at.download_button) == len(made) == drawn
    for _, about in made:
        assert ("CCSP de Kandi" if "centre" in spec.filters else "Zou") in about.scope
        assert about.demo and about.as_of and "remonté" in about.reporting
    if made:
        assert panel_picture.picture_maker(*made[0])(LOCAL_READER).startswith(b"\x89PNG")
