"""Not a word of English: what a page says, whatever is opened, shown under the pointer or said to who does not see.

The words looked for are the most frequent of English that French does not have, and those by which programs speak; not what
was once found.
"""

import re
from collections.abc import Iterator
from functools import cache

from playwright.sync_api import Page, expect

from tests.browser.screen import unfold

ENGLISH = frozenset(
    """
    a-z about above across add after again against all also always an and another any are around ask at available away
    back because become been before began behind being below best better between big both bottom but by call came can
    cannot change choose clear click close closed collapse come connect connected connecting copied copy could current dark
    date-range day days deploy did disconnected dismiss do does done down download drag drop during each earlier either else empty
    end enter error even ever every everything expand failed few find first following found from full fullscreen further get give
    given go good got great had has have he hello help her here hidden hide high him his home hour hours how however if
    into is it its just keep know last late later least left less let like limit list load loading long-text look low made main
    make many may me mean middle more most much must my name near need never new next nobody no-results not nothing now of off
    often old once one only open opened option options-available other others our out over own page-not-found part-of people pick
    pin please press previous print put quick range-of read reading record refresh remove rerun reset retry right row rows run
    running said same save saved search see select selected send settings several shall she should show showing side sidebar since
    skip small so-far some-of something soon
    sort start started still stop submit such take than that the their them then there these
    they thing things this those though three through time times today toggle tomorrow too took top toward true try turn two
    under undo unknown until up update upload upon use-of used user users value values very view was way we week weeks well went
    were what when where whether which while who whole whose why will with within without word words work world would write year
    years yes yesterday yet you your
    january february april june july august september october november-of december monday tuesday wednesday thursday friday
    saturday sunday month months waits wait complaint complaints satisfied closing missing share rate true false null nan
    undefined none axis legend chart column columns container mark symbol visualization autosize unpin ascending descending
    decrement increment loaded parse warning trace traceback exception string number title-of label-of field
    """.split()
)
# English words that are French ones too, or names: never looked for.
ALSO_FRENCH = frozenset(
    "an but change come dent do fin main met mine note or page part pays pin plus point row sale sort trace use".split()
)
LOOKED_FOR = {w for w in ENGLISH if "-" not in w} - ALSO_FRENCH
NAMES = re.compile(r"CC BY|Open XML")  # of a licence, of a format of files
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*", re.UNICODE)

# What is written where somebody sees it; and every name for who hears it, of what is shown just now or not: what a style sheet
# hides, or shows under the pointer alone, says its name once it is shown. Not of what is never heard.
# An icon is written as its name and drawn as a sign.
SAID = """() => {
  const found = new Set(), skipped = 'script, style, noscript, code, pre, [data-testid=stIconMaterial]';
  const names = ['aria-label', 'title', 'alt', 'placeholder', 'aria-description', 'aria-roledescription', 'aria-valuetext'];
  const walk = (parent, heard) => {
    for (const e of parent.children) {
      if (e.matches(skipped)) continue;
      const here = heard && e.getAttribute('aria-hidden') !== 'true';
      if (e.checkVisibility({ visibilityProperty: true }))
        for (const node of e.childNodes) if (node.nodeType === 3 && node.data.trim()) found.add(node.data.trim());
      if (here) {
        for (const name of names) if (e.getAttribute(name)) found.add(e.getAttribute(name));
        if (e.shadowRoot) walk(e.shadowRoot, true);
      }
      walk(e, here);
    }
  };
  walk(document, true);
  return [...found, document.title];
}"""
# A few marks of each kind of each chart: where to put the pointer.
MARKS = """chart => {
  const places = [], counted = {};
  for (const mark of chart.querySelectorAll('svg g[class*=mark-] > :is(path, text, line)')) {
    const kind = mark.parentElement.getAttribute('class');
    counted[kind] = (counted[kind] || 0) + 1;
    if (counted[kind] > 2 || /role-(axis|title|legend|frame)/.test(kind)) continue;
    const box = mark.getBoundingClientRect();
    places.push([box.x + box.width / 2, box.y + box.height / 2]);
  }
  return places;
}"""
# Once what the pointer met has been drawn.
POINTED = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
  done(document.querySelector('#vg-tooltip-element.visible')?.innerText ?? ''))))"""


def english(texts: list[str]) -> list[str]:
    """The texts in which an English word stands."""
    return [t for t in texts if _english(t)]


@cache
def _english(text: str) -> bool:
    return bool(LOOKED_FOR & {w.lower() for w in WORD.findall(NAMES.sub("", text))})


def said(page: Page) -> list[str]:
    """All that the page and its frames say."""
    return [text for frame in page.frames for text in frame.evaluate(SAID)]


BOXES = ":is([data-testid=stSelectbox], [data-testid=stMultiSelect]) input"
OWN = ":not([class*=st-key-filtre_] *)"


def opened(page: Page, *, shell: bool = True) -> Iterator[list[str]]:
    """What the page says, with one thing after another opened on it. shell: with the menu and the filters, which are the same
    on all pages."""
    yield said(page)
    for section in page.get_by_test_id("stTopNavSection").all() if shell else []:
        section.click()
        yield said(page)
        page.keyboard.press("Escape")
    unfold(page)
    yield said(page)
    for box in page.locator(BOXES if shell else f"{BOXES}{OWN}").all():
        box.click()
        yield said(page)
        page.keyboard.type("zzzz")
        yield said(page)
        page.keyboard.press("Escape")
    for card in page.locator(".ccsp-card button:not([popovertargetaction])").all():
        card.click()
        yield said(page)
        page.keyboard.press("Escape")
    for icon in page.get_by_test_id("stTooltipIcon").all():
        icon.hover()
        expect(page.get_by_test_id("stTooltipContent")).to_be_visible()
        yield said(page)


def pointed(page: Page) -> set[str]:
    """What is said under the pointer on a few marks of each chart."""
    told = set()
    for chart in page.get_by_test_id("stVegaLiteChart").all():
        for x, y in chart.evaluate(MARKS):
            page.mouse.move(x, y)
            page.mouse.move(x + 0.5, y + 0.5)
            told.add(page.evaluate(POINTED))
    return told - {""}
