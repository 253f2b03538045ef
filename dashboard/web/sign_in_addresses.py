"""The addresses of the sign-in: its pages, and the page of ours that somebody wanted before he signed in.

Before: `dashboard.web.routes`, `dashboard.filter_names`. After: `dashboard.web.authentication`, `dashboard.web.sign_in_forms`,
`dashboard.web.sign_in_by_provider`.
"""

from urllib.parse import parse_qsl, urlencode

from starlette.types import Scope

from dashboard.filter_names import DEFAULTS
from dashboard.navigation import PAGES
from dashboard.web.client_address import MOST_PARAMETERS
from dashboard.web.routes import page_names

IN, OUT, CHANGE, CONFIRM = "/connexion", "/deconnexion", "/mot-de-passe", "/confirmation"
INVITED, FIRST = "/invitation", "/premiere-connexion"
LEAVE, BACK = "/connexion/ministere", "/connexion/retour"  # to the provider of identities, and back
BY_LINK = frozenset({INVITED, FIRST})  # forms that a link fills in
FORMS = BY_LINK | {IN, OUT, CHANGE, LEAVE, BACK, CONFIRM}
NEXT = "suite"  # the page that was wanted, in the address of the form


def query_of(scope: Scope) -> str:
    """What the address of a request asks, as it is written there."""
    return str(scope["query_string"].decode("latin-1"))


def parameters(scope: Scope) -> list[tuple[str, str]]:
    """The parameters of the address of a request: name and value."""
    return parse_qsl(query_of(scope), max_num_fields=MOST_PARAMETERS)


def wanted_page(scope: Scope) -> str:
    """The page that is asked for, as the form's address carries it: a name and filters of ours, never an address."""
    name = scope["path"].strip("/")
    if name not in page_names():
        return ""
    return f"?{urlencode([(NEXT, name), *_filters(scope)])}"


def page_after_sign_in(scope: Scope) -> str:
    """The address to which a sign-in leads: of the page that the form's address names."""
    name = dict(parameters(scope)).get(NEXT, "")
    if name not in page_names() - {PAGES[0].url_path}:
        name = ""
    query = urlencode(_filters(scope))
    return f"/{name}{'?' if query else ''}{query}"


def _filters(scope: Scope) -> list[tuple[str, str]]:
    return [(name, value[:200]) for name, value in parameters(scope) if name in DEFAULTS]
