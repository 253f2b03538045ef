"""What every page begins with: the looks and the scripts, each by a name that changes with it, in colours of the palette; and
something to read before anything else has come."""

import re

from dashboard import public_files
from dashboard.palette import NOTICE
from dashboard.settings import ROOT, load_settings
from dashboard.web import gate, page_head

CSS = (ROOT / "static" / "ccsp.css").read_text(encoding="utf-8")


def test_every_variable_that_the_style_sheet_names_is_one():
    given = set(
        re.findall(r"--([\w-]+):", page_head.head_markup().decode() + CSS.replace(": ", ":"))
    )
    assert set(re.findall(r"var\(--([\w-]+)", CSS)) <= given


def test_the_page_is_told_the_colours_of_both_papers():
    head = page_head.head_markup().decode()
    assert f"--notice:{NOTICE};" in head
    assert f"--notice:light-dark({NOTICE},{NOTICE.dark});" in head


def test_a_changed_file_has_another_name(tmp_path, monkeypatch):
    before = re.findall(r'"/app/static/([\w.-]+\?\w+)"', page_head.head_markup().decode())
    assert len(before) == 5
    monkeypatch.setattr(public_files, "STATIC", tmp_path)
    for name in (
        "ccsp.css",
        "ccsp-shell.js",
        "ccsp-table.js",
        "ccsp-pages.js",
        "ccsp-search-open.js",
        *page_head.SEARCH,
    ):
        (tmp_path / name).write_text("changed")
    after = re.findall(
        r'"/app/static/([\w.-]+\?\w+)"', page_head.head_markup.__wrapped__().decode()
    )
    assert [a.split("?")[0] for a in after] == [b.split("?")[0] for b in before]
    assert not set(after) & set(before)


def page() -> str:
    """Streamlit's page, as it is installed, with what we do to it."""
    return page_head.page_in_french(gate.streamlit_page().encode()).decode()


def test_streamlit_s_page_is_as_we_take_it_apart():
    """An upgrade that writes it otherwise is noticed here."""
    body = gate.streamlit_page().encode()
    for pattern in (
        page_head.STYLES,
        page_head.TITLE,
        page_head.PRELOADED_FONT,
        page_head.NO_SCRIPT,
    ):
        assert len(pattern.findall(body)) == 1, pattern
    for place in (page_head.ENGLISH, page_head.HEAD, page_head.ROOT, page_head.END):
        assert body.count(place) == 1, place
    assert len(page_head.SCRIPTS.findall(body)) > 50


def test_what_is_painted_first_waits_for_our_style_sheet_and_for_nothing_else():
    head, _, body = page().partition("</head>")
    blocking = [tag for tag in re.findall(r"<(?:link|script)[^>]*>", head) if "stylesheet" in tag]
    assert len(blocking) == 1 and "/app/static/ccsp.css?" in blocking[0]
    for script in re.findall(r"<script[^>]* src=[^>]*>", page()):
        assert " defer>" in script or 'type="module"' in script, script
    words, _, after = body.partition('<div id="root">')
    assert load_settings().product_name in words and "Chargement" in words
    # In this order, the later ones being those that count.
    assert after.index("/static/css/") < after.index('<style id="ccsp-fonts">')


def test_without_scripts_the_page_says_that_it_needs_them_and_not_that_it_comes():
    (without,) = re.findall("<noscript>.*?</noscript>", page(), re.DOTALL)
    assert "a besoin de JavaScript" in without and "#ccsp-loading{display:none}" in without


def test_nothing_is_seen_of_streamlit_s_styles_before_there_is_a_page_and_none_of_ours_hangs_on_their_place():
    """They come after ours and before its own, which a script writes into the head: only fonts, formulas and one rule may."""
    (address,) = re.findall(r"[.](/static/css/[^\"]+)", gate.streamlit_page())
    text = (gate.STREAMLIT / address[1:]).read_text(encoding="utf-8")
    for rule in re.findall(r"[^{}]+[{][^{}]*[}]", re.sub(r"@font-face[{][^}]*[}]", "", text)):
        for one in rule.partition("{")[0].split(","):
            assert "katex" in rule or one.strip() == "body", rule
    assert "katex" not in page()
