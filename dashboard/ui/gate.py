"""What stands around Streamlit for each request: pages in French for screen readers, compressed files for slow lines."""
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

# Streamlit takes a folder named `pages` for its old way of finding pages, until a first visit to the home page proves it
# wrong; before that, a link to any other page says "Page not found". Tested at each upgrade: tests/browser.
PagesManager.uses_pages_directory = False


class FrenchPage:
    """Says in the page itself that it is in French: Streamlit writes lang="en" and offers no setting."""

    ENGLISH, FRENCH = b'<html lang="en"', b'<html lang="fr"'

    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        """Rewrite the start of HTML answers; the length stays the same, for both languages have two letters."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def rewritten(message) -> None:
            if message["type"] == "http.response.body" and message.get("body", b"")[:200].lstrip().startswith(b"<!"):
                message = {**message, "body": message["body"].replace(self.ENGLISH, self.FRENCH, 1)}
            await send(message)

        # Asked for plain: Streamlit compresses some pages itself, and these could not be rewritten.
        plain = [(name, text) for name, text in scope["headers"] if name != b"accept-encoding"]
        await self.app({**scope, "headers": plain}, receive, rewritten)


MIDDLEWARE = [Middleware(GZipMiddleware, minimum_size=1_000), Middleware(FrenchPage)]


async def _alive(_request) -> PlainTextResponse:
    return PlainTextResponse("en marche")


# The process answers: asks neither the database nor Streamlit.
ROUTES = [Route("/livez", _alive)]
