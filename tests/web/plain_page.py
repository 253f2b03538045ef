"""A page of plain HTML that tests alone mount: for who may list complaints."""

from markupsafe import Markup

from dashboard.navigation import UNDERSTAND, PageSpec
from dashboard.web.plain_answers import PageRequest
from dashboard.web.routes import Route

SPEC = PageSpec("", UNDERSTAND, "Essai", "Page d'essai", "essai", right="complaint_list")


def body(request: PageRequest) -> str:
    """Who asks, and how he came in."""
    signed_in = request.session.session.id if request.session.session else 0
    return Markup("<p id='qui'>{} · session {} · {}</p>").format(
        request.person.name, signed_in, request.session.state.value
    )


ROUTE = Route(SPEC, body)
# Starts the application with it: python -c SERVED PORT.
SERVED = (
    "import sys; from dashboard.web import routes; from tests.web.plain_page import ROUTE; routes.ROUTES += (ROUTE,);"
    "from server import listen, serve; serve(listen(int(sys.argv[1])))"
)
