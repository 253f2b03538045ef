"""A telephone, 360 px wide: what is written in charts stands whole on them."""

import pytest

from tests.browser import served
from tests.browser.screen import open_page, path
from tests.browser.test_words import CHARTED, DRAWN

pytestmark = pytest.mark.browser
CUT = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart] svg')].flatMap(svg => {
  const edge = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('.mark-text:not(.role-axis-title) text')].filter(t => t.textContent.trim())
    .filter(t => t.getBoundingClientRect().right > edge.right + 1 || t.getBoundingClientRect().left < edge.left - 1)
    .map(t => t.textContent);
})"""


@pytest.mark.parametrize("spec", CHARTED, ids=lambda spec: spec.url_path)
def test_no_word_of_a_chart_is_cut_at_its_edge(chromium, app, spec):
    found = served.visit(chromium, viewport={"width": 360, "height": 740}, has_touch=True)
    page = found.context.new_page()
    open_page(
        page, app + path(spec.url_path) + ("?centre=ccsp-kandi" if "centre" in spec.filters else "")
    )
    page.wait_for_function(DRAWN)
    page.wait_for_timeout(500)
    assert page.evaluate(CUT) == []
    found.context.close()
    assert found.faults() == []
