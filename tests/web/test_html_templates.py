"""Templates of the plain pages: what is put in is a text, whatever it says; a page with a part missing is none."""

import re

import pytest
from jinja2 import UndefinedError

from dashboard.accounts.rights import NOBODY
from dashboard.settings import load_settings
from dashboard.web import html_templates, sign_in_pages

HOSTILE = "\"'><script>alert(1)</script><b onclick='x'>&amp;{{ 7*7 }}{% raw %}"
TEMPLATES = sorted(html_templates.FOLDER.iterdir())
# Every page of the sign-in, of words that somebody else wrote.
PAGES = [
    sign_in_pages.sign_in_page(HOSTILE, f"/connexion?suite={HOSTILE}", HOSTILE, HOSTILE),
    sign_in_pages.new_password_page(HOSTILE, HOSTILE, first=True, why=HOSTILE),
    sign_in_pages.new_password_page(HOSTILE, HOSTILE, first=False, by_link=True, why=HOSTILE),
    *(
        page(HOSTILE, answers=answers)
        for page in (sign_in_pages.refusal_page, sign_in_pages.unconfirmed_page)
        for answers in (True, False)
    ),
    *(
        sign_in_pages.confirmation_page(HOSTILE, HOSTILE, by_provider=by_provider, why=HOSTILE)
        for by_provider in (True, False)
    ),
    sign_in_pages.confirmed_page(HOSTILE),
    sign_in_pages.signed_in_page(HOSTILE),
    sign_in_pages.signed_out_page(HOSTILE),
    sign_in_pages.guest_link_page(HOSTILE, HOSTILE, HOSTILE, HOSTILE),
    sign_in_pages.first_sign_in_page(HOSTILE, HOSTILE, HOSTILE, HOSTILE),
    sign_in_pages.failure_page(HOSTILE, HOSTILE),
]


@pytest.mark.parametrize("page", PAGES)
def test_a_text_that_is_put_in_stays_a_text(page):
    assert "<script>" not in page and "<b onclick" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7*7 }}" in page and "{% raw %}" in page  # neither worked out nor a template's own
    assert page.startswith("<!doctype html>") and page.rstrip().endswith("</html>")


def test_the_name_of_the_product_is_a_text_too(monkeypatch):
    monkeypatch.setenv("PRODUCT_NAME", HOSTILE)
    load_settings.cache_clear()
    try:
        page = sign_in_pages.not_found_page(NOBODY, "")
        parts = [html_templates.render(name) for name in ("title.html", "loading.html")]
    finally:
        load_settings.cache_clear()
    assert "<script>" not in page and page.count("&lt;script&gt;") == 2
    assert all("<script>" not in part and part.count("&lt;script&gt;") == 1 for part in parts)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.name)
def test_no_template_leaves_a_text_unescaped_or_acts_where_it_stands(template):
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape|\bon\w+=|style=|javascript:", text)
    assert not re.findall(r"<script(?! src=\"{{ script }}\"(?: defer)?></script>)", text)


def test_a_part_that_is_missing_is_no_empty_page():
    with pytest.raises(UndefinedError):
        html_templates.render("confirmed.html")
