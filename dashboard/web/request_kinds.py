"""What kind of thing is asked for: a public file, a page to show, or something that a page fetches.

After: `dashboard.web.authentication`, `dashboard.web.compression`, `dashboard.web.security_headers`.
"""

from starlette.datastructures import Headers
from starlette.types import Scope

PUBLIC = ("/static/", "/app/static/", "/component/", "/_stcore/bidi-components/")  # folders
ICON = "/favicon.png"


def is_public(path: str) -> bool:
    """Whether a file holds no figures: anybody may have it, and a browser may keep it."""
    return path.startswith(PUBLIC) or path == ICON


def is_document(scope: Scope) -> bool:
    """Whether a browser asks for a page to show; what else it asks for is never redirected."""
    headers = Headers(scope=scope)
    if scope["method"] not in ("GET", "HEAD"):
        return False
    if dest := headers.get("sec-fetch-dest"):
        return dest == "document"
    return "text/html" in headers.get("accept", "")
