"""The head of every page: the palette, our style sheet (static/ccsp.css) and our scripts (static/ccsp-shell.js,
static/ccsp-pages.js).

Before: `dashboard.palette`. After: `dashboard.web.gate`, which writes it into Streamlit's page.
"""

import re
from functools import cache
from hashlib import sha256
from pathlib import Path

from dashboard import palette
from dashboard.navigation import PLAIN_PAGES
from dashboard.palette import variables
from dashboard.settings import load_settings

STATIC = Path(__file__).parents[2] / "static"
# The roles that the style sheet and the script name as variables.
ROLES = {
    "ink": palette.INK,
    "soft": palette.SOFT,
    "paper": palette.PAPER,
    "line": palette.LINE,
    "raised": palette.RAISED,
    "main": palette.MAIN,
    "accent": palette.ACCENT.text,
    "alert": palette.ALERT,
    "alert-words": palette.ALERT.text,
    "better": palette.IMPROVEMENT,
    "changed": palette.CHANGE,
    "focus": palette.FOCUS,
    "notice": palette.NOTICE,
    "on-notice": palette.ON_NOTICE,
    "notice-edge": palette.NOTICE_EDGE,
}


ENGLISH, FRENCH, HEAD = b'<html lang="en"', b'<html lang="fr"', b"<head>"
NO_SCRIPT = re.compile(b"<noscript>.*?</noscript>", re.DOTALL)
WITHOUT = (
    "<noscript><p>Le tableau de bord a besoin de JavaScript, que ce navigateur n'exécute pas.</p>"
    "</noscript>"
).encode()


def page_in_french(body: bytes) -> bytes:
    """Streamlit's page in French, with our styles and scripts before all others; any other text unchanged."""
    if ENGLISH not in body:
        return body
    ours = body.replace(ENGLISH, FRENCH, 1).replace(HEAD, HEAD + head_markup(), 1)
    return NO_SCRIPT.sub(lambda _: WITHOUT, ours)


@cache
def head_markup() -> bytes:
    """CSS variables, style sheet and scripts, as HTML; and which pages are not Streamlit's."""
    return (
        f'<meta name="ccsp-plain" content="{" ".join(f"/{name}" for name in PLAIN_PAGES)}">'
        f"<style>{colour_variables()}</style>"
        f"<style>:root{{--product:{_quote(load_settings().product_name)}}}</style>"
        f'<link rel="stylesheet" href="/app/static/ccsp.css?{file_digest("ccsp.css")}">'
        f'<script src="/app/static/ccsp-shell.js?{file_digest("ccsp-shell.js")}"></script>'
        f'<script src="/app/static/ccsp-pages.js?{file_digest("ccsp-pages.js")}" defer></script>'
    ).encode()


def colour_variables() -> str:
    """The palette as CSS variables, for light and dark paper."""
    turned = ";".join(f"--{name}:light-dark({c},{c.dark})" for name, c in ROLES.items())
    # Browsers without support keep the light colours.
    return f":root{{{variables(ROLES)}}}@supports (color:light-dark(red,red)){{:root{{{turned}}}}}"


def _quote(text: str) -> str:
    """The text as a CSS string, with every character that could end it escaped by its number."""
    return '"' + "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in text) + '"'


def file_digest(name: str) -> str:
    """A digest of a static file, for its address: browsers keep the file until it changes."""
    return sha256((STATIC / name).read_bytes()).hexdigest()[:8]
