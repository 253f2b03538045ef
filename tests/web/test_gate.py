"""What the gate makes of answers: Streamlit's page is dressed where it is one of ours, and refused elsewhere; what any other
route says, HTML too, passes as it is."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from streamlit.web.server.starlette.starlette_static_routes import (
    create_streamlit_static_assets_routes,
)

from dashboard import log, public_files
from dashboard.accounts.rights import LOCAL_READER, NOBODY, Person, Role
from dashboard.navigation import MOVED, PAGES, pages_of
from dashboard.web import access_filter, gate, security_headers, sign_in_pages
from dashboard.web.authentication import PERSON
from tests.accounts.asgi import Answer, Browser, run

# Begins as Streamlit's own page does: by what it says, nobody could tell them apart.
SAID = '<!DOCTYPE html><html lang="en"><head></head><body>dit tel quel</body></html>'
OURS = ("/media/{name}", "/remonter", "/remonter/{what:path}", "/app/static/aide.html")
ASKERS = [LOCAL_READER, NOBODY, Person("adm", Role.ADMINISTRATOR), Person("inv", Role.GUEST)]


async def said(request: Request) -> HTMLResponse:
    """What a route of ours answers."""
    heads = {"etag": '"une"', "content-disposition": "attachment", "asked-by": str(request.headers)}
    return HTMLResponse(SAID, 422 if request.method == "POST" else 200, heads)


def dressed(app: ASGIApp) -> security_headers.SecurityHeaders:
    """An application with the headers that every answer carries."""
    return security_headers.SecurityHeaders(app, gate.inline_script_digests)


def ask(path: str, person: Person = LOCAL_READER, method: str = "GET", **headers: str) -> Answer:
    """What this person is answered where such routes stand before Streamlit's own page."""
    routes = [Route(one, said, methods=["GET", "POST"]) for one in OURS]
    behind = gate.StreamlitPage(
        Starlette(routes=[*routes, *create_streamlit_static_assets_routes("")])
    )

    async def known(scope, receive, send) -> None:
        await behind({**scope, PERSON: person}, receive, send)

    return run(Browser(app=known).ask(path, method, **headers))


@pytest.mark.parametrize(
    "path", ["/media/0123.html", "/remonter", "/remonter/lot/7.html", "/app/static/aide.html"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_html_of_any_other_route_passes_as_it_is(path, method):
    answer = ask(path, method=method, range="bytes=0-9", **{"accept-encoding": "gzip"})
    assert (answer.text, answer.status) == (SAID, 422 if method == "POST" else 200)
    assert answer.header("etag") == '"une"' and answer.header("content-disposition") == "attachment"
    assert "bytes=0-9" in answer.header("asked-by") and "gzip" in answer.header("asked-by")


@pytest.mark.parametrize("person", ASKERS, ids=lambda one: one.role or "nobody")
def test_streamlit_s_page_is_dressed_where_a_page_of_ours_is_and_is_nowhere_else(person):
    own = {spec.url_path for spec in pages_of(person)}
    for name in (
        "",
        *(spec.url_path for spec in PAGES),
        *MOVED,
        "nulle-part",
        "static/none.js",
        "media",
    ):
        answer = ask(f"/{name}", person)
        if name == PAGES[0].url_path and name in own or MOVED.get(name, [""])[0] in own:
            assert answer.status == 307, name
        elif name in own or not name:
            assert answer.status == 200 and '<html lang="fr"' in answer.text, name
            assert "/app/static/ccsp-shell.js" in answer.text, name
        else:
            assert (answer.status, answer.text) == (
                404,
                sign_in_pages.not_found_page(person, MOVED.get(name, [name])[0]),
            ), name


@given(st.lists(st.text(string.ascii_letters + "-_.%", min_size=1), min_size=1, max_size=3))
def test_no_address_that_is_none_of_ours_shows_streamlit_s_page(parts):
    path = f"/{'/'.join(parts)}"
    if path.strip("/") in gate.PAGE_PATHS | MOVED.keys():
        return
    answer = ask(path)
    assert answer.text == SAID or "<title>Streamlit</title>" not in answer.text
    assert answer.status in (200, 400, 404)


def test_a_connection_of_a_page_elsewhere_and_a_message_that_no_page_says_leave_a_line(caplog):
    log.SPARING.begin()
    browser = Browser(client="10.0.0.7")
    heard = iter(
        [{"type": "websocket.connect"}, {"type": "websocket.receive", "bytes": b"\xff\xff"}]
    )
    said = []

    async def receive() -> dict:
        return next(heard)

    async def send(message: dict) -> None:
        said.append((message["type"], message.get("code")))

    async def page(scope, receive, send) -> None:
        await receive()
        assert (await receive())["type"] == "websocket.disconnect"

    def connect(origin: str) -> None:
        run(
            access_filter.AccessFilter(page)(
                browser.scope("websocket", "/_stcore/stream", origin=origin), receive, send
            )
        )

    connect(browser.origin)
    heard = iter([{"type": "websocket.connect"}])
    connect("http://evil.example\n")
    assert said == [("websocket.close", 1008)] * 2
    assert [(one.name, one.getMessage()) for one in caplog.records] == [
        ("ccsp.refused", "a message that no page says, from '10.0.0.7'"),
        ("ccsp.refused", "a connection of a page at 'http://evil.example\\n', from '10.0.0.7'"),
    ]


def test_every_policy_shuts_out_plug_ins_and_other_bases():
    """And frames of other origins, and scripts that somebody wrote into a page, but in the map's own frame."""
    app = dressed(Starlette())
    paths = (
        "/",
        "/attentes",
        "/media/0.html",
        "/connexion",
        "/invitation",
        "/livez",
        "/nulle-part",
        security_headers.MAP,
    )
    for path in paths:
        said = run(Browser(app=app).ask(path)).header("content-security-policy")
        policy = dict(one.strip().split(" ", 1) for one in said.split(";") if " " in one.strip())
        assert policy.get("object-src", policy["default-src"]) == "'none'", path
        assert policy["base-uri"] == "'none'", path
        assert policy["frame-ancestors"] in ("'none'", "'self'"), path
        scripts = policy.get("script-src", policy["default-src"])
        assert (
            path == security_headers.MAP
            or "'unsafe-inline'" not in scripts
            and "http" not in scripts
        ), path


NEEDED = {*security_headers.ALWAYS, "content-security-policy"}


@pytest.mark.parametrize(
    "path", ["/", "/static/js/a.js", "/component/a/b.js", "/livez", "/connexion"]
)
def test_what_is_shown_framed_or_run_carries_every_header_and_what_a_page_fetches_those_it_needs(
    path,
):
    """Who does not say what he asks for is shown it. Pages do not write this header, browsers do."""

    def headers(kind: str, status: int = 200, **asked: str) -> dict:
        app = dressed(Response("dit", status, headers={"content-type": kind}))
        return dict(run(Browser(app=app).ask(path, **asked)).headers)

    whole = NEEDED | security_headers.SHOWN.keys()
    text, document = "text/javascript", "text/html; charset=utf-8"
    assert whole <= headers(text).keys()
    for dest in (
        "document",
        "iframe",
        "frame",
        "embed",
        "object",
        "worker",
        "sharedworker",
        "EMPTY",
        "neu",
    ):
        assert whole <= headers(text, sec_fetch_dest=dest).keys(), dest
    for dest in security_headers.FETCHED:
        said = headers(text, sec_fetch_dest=dest)
        assert said.keys() >= NEEDED and not said.keys() & security_headers.SHOWN.keys(), dest
        assert said["content-security-policy"] == security_headers.FETCHED_POLICY
        assert ("cache-control" in said) == (path in ("/", "/livez", "/connexion"))
        # The map's frame is looked for first, then shown; a refusal says all that there is to say.
        for other in (
            headers(document, sec_fetch_dest=dest),
            headers(text, 404, sec_fetch_dest=dest),
        ):
            assert whole <= other.keys()


@pytest.mark.parametrize("kind", ["html", "pdf", "xlsx", "svg"])
def test_a_file_that_is_taken_away_runs_and_loads_nothing_wherever_it_is_opened(kind):
    app = dressed(gate.StreamlitPage(Starlette(routes=[Route(OURS[0], said)])))
    answer = run(Browser(app=app).ask(f"/media/0123.{kind}"))
    policy = answer.header("content-security-policy").split("; ")
    assert {"default-src 'none'", "sandbox", "frame-ancestors 'none'", "form-action 'none'"} <= {
        *policy
    }
    assert "script-src" not in answer.header("content-security-policy")
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("cache-control") == "no-store"
    assert answer.header("content-disposition") == "attachment"


@pytest.mark.parametrize("name", ["a" * 300, "é" * 200, "a/" * 3_000, "%" * 300])
def test_a_longer_name_than_a_disk_has_is_no_fault_of_ours(name, caplog):
    app = dressed(access_filter.AccessFilter(StaticFiles(directory=public_files.STATIC)))
    assert run(Browser(app=app).ask(f"/app/static/{name}")).status == 404
    assert not [one for one in caplog.records if one.exc_info]
