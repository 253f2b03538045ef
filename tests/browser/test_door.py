"""What people get from `make run`: pages in French, compressed; tested through the same start."""

from html import unescape

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import open_page, sites, until

pytestmark = pytest.mark.browser


def test_pages_are_french_and_everything_large_comes_compressed(page, app):
    got = []
    page.on("response", lambda answer: got.append((answer.url, answer.headers)))
    open_page(page, app)
    assert page.locator("html").get_attribute("lang") == "fr"
    texts = {
        url: headers for url, headers in got if url.endswith((".js", ".css")) or url == f"{app}/"
    }
    large = {
        url: headers
        for url, headers in texts.items()
        if int(headers.get("content-length", 10**6)) > 1_000
    }
    assert len(large) > 30  # how many have come by then is the browser's affair
    assert {headers.get("content-encoding") for headers in large.values()} <= {"gzip", "br"}
    del large[f"{app}/"]  # made each time
    # Who comes before brotli is ready does not wait for it.
    until(page, lambda: all(encoding(page, url) == "br" for url in large))


def encoding(page: Page, url: str) -> str:
    """How a file is compressed that is asked for again."""
    return page.request.get(url).headers.get("content-encoding", "")


def test_every_answer_says_what_it_is_and_how_it_is_written(page, app):
    got = []
    page.on("response", lambda answer: got.append((answer.url, answer.headers)))
    open_page(page, app)
    kinds = {".js": "javascript", ".css": "css", ".json": "json", ".woff2": "font", ".png": "png"}
    for url, headers in got:
        kind, name = headers.get("content-type", ""), url.partition("?")[0]
        end = next((end for end in kinds if name.endswith(end)), None)
        assert kind and (end is None or kinds[end] in kind), url
        assert "charset=utf-8" in kind.lower() or not kind.startswith("text/"), url
    assert len(got) > 30
    for path in ("/connexion", "/livez", "/nulle-part", "/media/none.xlsx"):
        kind = page.request.get(f"{app}{path}").headers["content-type"]
        assert kind.startswith("text/") and "charset=utf-8" in kind, path


def test_an_address_that_is_no_page_says_so_in_french_and_leads_home(page, app):
    answer = page.request.get(f"{app}/attente")
    assert answer.status == 404 and "Cette page n'existe pas." in unescape(answer.text())
    page.set_content(answer.text())
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.get_by_role("link").get_attribute("href") == "/"


def test_the_home_page_opens_by_its_own_name_too_with_its_filters(page, app):
    open_page(page, f"{app}/carte?departement=Donga")
    expect(page.locator("h1")).to_contain_text("L'essentiel")
    expect(sites(page)).to_have_count(2)  # both of the department, of 24
    assert page.url == f"{app}/?departement=Donga"
