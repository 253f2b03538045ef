"""What Streamlit's page is given to begin with: the palette, our style sheet (static/ccsp.css) and our scripts
(static/ccsp-shell.js, ccsp-pages.js, ccsp-search-open.js), our fonts, and the product's name to read while the rest comes.

Before: `dashboard.web.page_colours`, `dashboard.web.page_fonts`, `dashboard.web.html_templates`. After: `dashboard.web.gate`,
which writes it into Streamlit's page.
"""

import re
from functools import cache

from dashboard import public_files
from dashboard.navigation import PLAIN_PAGES
from dashboard.settings import load_settings
from dashboard.web import html_templates, page_colours, page_fonts

ENGLISH, FRENCH, HEAD = b'<html lang="en"', b'<html lang="fr"', b"<head>"
NO_SCRIPT = re.compile(b"<noscript>.*?</noscript>", re.DOTALL)
PRELOADED_FONT = re.compile(rb'<link\s+rel="preload"[^>]*as="font"[^>]*>')
TITLE, END = re.compile(b"<title>[^<]*</title>"), b"</body>"
STREAMLITS_ICON = b"./favicon.png"
# They hold fonts, formulas (which we do not show) and one rule: nothing is seen of them before there is a page.
STYLES = re.compile(rb'<link rel="stylesheet"[^>]*>')
ROOT = b'<div id="root"></div>'
# A browser asks for these once it has what it needs to paint.
SCRIPTS = re.compile(rb'<(script type="module"|link rel="modulepreload") ')
LATER = rb'<\1 fetchpriority="low" '


def page_in_french(body: bytes) -> bytes:
    """Streamlit's page in French, with our styles, scripts and fonts; any other text unchanged.

    Our styles stand before all others. Streamlit's stand at the end, with our fonts, which take the place of its own: a browser
    paints nothing before it has the styles at the head of a page.
    """
    if ENGLISH not in body:
        return body
    styles = b"".join(STYLES.findall(body))
    for one in (STYLES, TITLE, PRELOADED_FONT):
        body = one.sub(b"", body)
    body = SCRIPTS.sub(LATER, body)
    body = NO_SCRIPT.sub(lambda _: _part("without_scripts.html"), body)
    for place, ours in (
        (ENGLISH, FRENCH),
        (HEAD, HEAD + head_markup()),
        (ROOT, _part("loading.html") + ROOT),
        (END, styles + _font_styles() + END),
        (STREAMLITS_ICON, public_files.address(public_files.ICON).encode()),
    ):
        body = body.replace(place, ours, 1)
    return body


@cache
def head_markup() -> bytes:
    """Title, which pages are not Streamlit's, CSS variables, style sheet, scripts and the letters' file, as HTML."""
    product = _quote(load_settings().product_name)
    return (
        _part("title.html")
        + (
            f'<meta name="ccsp-plain" content="{" ".join(f"/{name}" for name in PLAIN_PAGES)}">'
            f"<style>{page_colours.variables()}</style>"
            f"<style>:root{{--product:{product}}}</style>"
            f'<link rel="stylesheet" href="{public_files.address("ccsp.css")}">'
            f'<link rel="preload" href="/app/static/{page_fonts.LETTERS.file()}" as="font" type="font/woff2" crossorigin'
            ' fetchpriority="low">'
            f'<script src="{public_files.address("ccsp-shell.js")}" defer></script>'
            f'<script src="{public_files.address("ccsp-table.js")}" defer></script>'
            f'<script src="{public_files.address("ccsp-pages.js")}" defer></script>'
            f"{search_markup()}"
        ).encode()
    )


SEARCH = ("ccsp-search.js", "ccsp-search-box.js", "ccsp-search.css")


def search_markup() -> str:
    """What opens « Chercher » on a page, as HTML: a small script, and the addresses of what it brings at the first press."""
    opener, *files = map(public_files.address, ("ccsp-search-open.js", *SEARCH))
    return html_templates.part("search_head.html", script=opener, files=files)


@cache
def _font_styles() -> bytes:
    return f'<style id="ccsp-fonts">{page_fonts.font_faces()}</style>'.encode()


@cache
def _part(template: str) -> bytes:
    """A part of the page, from its template."""
    return html_templates.render(template).encode()


def _quote(text: str) -> str:
    """The text as a CSS string, with every character that could end it escaped by its number."""
    return '"' + "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in text) + '"'
