"""The addresses of the sign-in's pages, and of the page to which a sign-in leads.

Before: `dashboard.web.routes`, `dashboard.filter_names`. After: `dashboard.web.authentication`, `dashboard.web.sign_in_forms`,
`dashboard.web.sign_in_by_provider`.
"""

import re
from urllib.parse import parse_qsl, urlencode

from starlette.types import Scope

from dashboard.filter_names import DEFAULTS
from dashboard.navigation import PAGES
from dashboard.web.client_address import MOST_PARAMETERS
from dashboard.web.routes import find_route, page_names

IN, OUT, CHANGE, CONFIRM = "/connexion", "/deconnexion", "/mot-de-passe", "/confirmation"
INVITED, FIRST = "/invitation", "/premiere-connexion"
LEAVE, BACK = "/connexion/ministere", "/connexion/retour"  # to the identity provider, and back
BY_LINK = frozenset({INVITED, FIRST})  # forms whose fields come from a link
FORMS = BY_LINK | {IN, OUT, CHANGE, LEAVE, BACK, CONFIRM}
BELOW = re.compile(r"[a-z]+/[a-z]+/[0-9a-f]{1,32}")
NEXT = "suite"  # parameter of a form's address: the page that was requested


def query_of(scope: Scope) -> str:
    """The query string of a request."""
    return str(scope["query_string"].decode("latin-1"))


def parameters(scope: Scope) -> list[tuple[str, str]]:
    """The query parameters of a request: (name, value)."""
    return parse_qsl(query_of(scope), max_num_fields=MOST_PARAMETERS)


def wanted_page(scope: Scope) -> str:
    """The requested page as a parameter of the form's address: a page name and filters of ours, never an address."""
    name = scope["path"].strip("/")
    if not _is_page(name):
        return ""
    return f"?{urlencode([(NEXT, name), *_filters(scope)])}"


def page_after_sign_in(scope: Scope) -> str:
    """The address to which a sign-in leads: of the page that the form's address names."""
    name = dict(parameters(scope)).get(NEXT, "")
    if name == PAGES[0].url_path or not _is_page(name):
        name = ""
    query = urlencode(_filters(scope))
    return f"/{name}{'?' if query else ''}{query}"


def _is_page(name: str) -> bool:
    """Whether an address is of a page, or below one of our own: of a receipt."""
    return name in page_names() or bool(BELOW.fullmatch(name) and find_route(name))


def _filters(scope: Scope) -> list[tuple[str, str]]:
    return [(name, value[:200]) for name, value in parameters(scope) if name in DEFAULTS]
