"""What people get from `make run`: pages in French, compressed; tested through the same start."""

import pytest

from tests.browser.screen import open_page

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
    assert [
        url for url, headers in large.items() if headers.get("content-encoding") != "gzip"
    ] == []
