"""The kind of a request: for a public file, for a page to show, or for something that a page fetches.

After: `dashboard.web.authentication`, `dashboard.web.compression`, `dashboard.web.security_headers`.
"""

from starlette.datastructures import Headers
from starlette.types import Scope

PUBLIC = ("/static/", "/app/static/", "/component/", "/_stcore/bidi-components/")  # folders
ICON = "/favicon.png"


def is_public(path: str) -> bool:
    """Whether the path is of a file without figures, which anybody may have and browsers may cache."""
    return path.startswith(PUBLIC) or path == ICON


def is_document(scope: Scope) -> bool:
    """Whether a browser requests a page to show; only such requests are redirected."""
    headers = Headers(scope=scope)
    if scope["method"] not in ("GET", "HEAD"):
        return False
    if dest := headers.get("sec-fetch-dest"):
        return dest == "document"
    return "text/html" in headers.get("accept", "")
