"""What the gate lets in, and what a browser may do with an answer; attacked from a page of another origin."""

import base64
import hashlib
import http.client
import socket as network
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlparse

import pytest
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from dashboard.web import gate
from dashboard.web.connection_limits import AT_MOST
from dashboard.web.message_limits import LARGEST
from tests.browser import served
from tests.browser.screen import choose, go, map_frame, open_page, settled, sites, unguarded, until

pytestmark = pytest.mark.browser
FRAME = "/component/streamlit_folium.st_folium/index.html"


# --- pages still work under the policy -------------------------------------------------------------------------------
def test_parts_that_load_something_of_their_own_work_under_the_policy(page, app):
    """The session fails at its end on any violation; the rest of every page: test_every_page.py."""
    bare = unguarded(page)
    open_page(page, app)
    sites(page).last.click()
    expect(page.get_by_role("button", name="Revenir à l'ensemble")).to_be_visible()
    open_page(page, f"{app}/presenter")
    page.get_by_role("button", name="Commencer la présentation").click(timeout=30_000)
    expect(page.locator("#ccsp-presentation .count")).to_have_text("1 / 12")
    page.keyboard.press("ArrowRight")
    with page.context.expect_page() as opened:
        page.keyboard.press("s")
    expect(opened.value.locator("h1")).to_contain_text("2 / 12")
    assert bare == []


def test_what_the_policy_forbids_is_noticed(chromium, app):
    found = served.visit(chromium)
    page = found.context.new_page()
    open_page(page, f"{app}/definitions")
    assert found.faults() == []
    page.evaluate("""() => { const one = document.createElement('script'); one.textContent = 'window.ran = 1';
      document.body.append(one); }""")
    until(page, lambda: any("policy: script-src" in fault for fault in found.errors))
    assert page.evaluate("window.ran") is None
    found.context.close()
    assert any("policy: script-src" in fault for fault in found.errors)


def test_the_script_inside_streamlit_s_page_is_the_one_that_was_read():
    """An upgrade that puts another one there is looked at by somebody before it may run."""
    known = b"\n      window.prerenderReady = false\n    "
    assert (
        gate.inline_script_digests()
        == f"'sha256-{base64.b64encode(hashlib.sha256(known).digest()).decode()}'"
    )


# --- who may ask -----------------------------------------------------------------------------------------------------
def ask(app: str, path_: str, method: str = "GET", **headers: str) -> tuple[int, dict, str]:
    """Status, headers and text of an answer; headers are written as keywords with _ for -."""
    connection = http.client.HTTPConnection(urlparse(app).netloc, timeout=30)
    connection.request(
        method, path_, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )
    answer = connection.getresponse()
    found = (
        answer.status,
        {n.lower(): v for n, v in answer.getheaders()},
        answer.read().decode(errors="replace"),
    )
    connection.close()
    return found


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8501",
        "127.0.0.1.evil.example",
        "localhost.evil",
        "10.0.0.1",
        "127.0.0.1@evil.example",
        "",
        "localhost:x",
    ],
)
def test_a_name_that_is_not_ours_gets_nothing(app, host):
    status, headers, text = ask(app, "/", Host=host)
    assert (status, text) == (421, "Cette adresse n'est pas celle de l'application.")
    assert "evil" not in headers["content-security-policy"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8501", "127.0.0.1:1", "[::1]:8501"])
def test_this_machine_by_its_own_names_is_served(app, host):
    assert ask(app, "/", Host=host)[0] == 200


@pytest.mark.parametrize(
    "closed",
    [
        "/_stcore/metrics",
        "/_stcore/agent/interact",
        "/_stcore/agent/openapi.json",
        "/auth/login",
        "/auth/logout",
        "/oauth2callback",
        "/_stcore/script-health-check",
        "/_stcore/upload_file/a/b",
        "/_stcore/",
        "/_stcore",
        "/%5fstcore/metrics",
    ],
)
def test_doors_that_nobody_needs_are_closed(app, closed):
    own = {"Origin": app}
    assert {ask(app, closed, method, **own)[0] for method in ("GET", "POST", "PUT")} == {404}


def test_no_folder_is_listed(app):
    """No answer to a folder's address names a file that lies there."""
    for folder in (
        "/app/static/",
        "/app/static",
        "/app/static/map/",
        "/static/",
        "/static/js",
        "/media/",
        "/component/",
    ):
        status, _, text = ask(app, folder)
        assert status in (301, 403, 404) and "ccsp-shell.js" not in text and "index." not in text, (
            folder
        )


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}],
)
def test_only_our_own_pages_may_write(app, headers):
    assert ask(app, "/_stcore/bidi-components/a", "PUT", **headers)[0] == 403
    assert ask(app, "/", "OPTIONS", **headers)[0] == 403


def test_no_answer_is_lent_to_another_origin_nor_kept(app):
    for asked in (
        "/",
        "/attentes",
        "/_stcore/health",
        "/_stcore/host-config",
        "/media/none.xlsx",
        "/livez",
    ):
        _, headers, _ = ask(app, asked, Origin="http://127.0.0.1:1")
        assert not [name for name in headers if name.startswith("access-control")], asked
        assert headers["cache-control"] == "no-store", asked
        assert (
            headers["x-content-type-options"] == "nosniff"
            and headers["cross-origin-opener-policy"] == "same-origin"
        )
        framed = "'none'" if asked.startswith("/media/") else "'self'"
        assert f"frame-ancestors {framed}" in headers["content-security-policy"]
        assert "'unsafe-eval'" not in headers["content-security-policy"]
    assert "immutable" in ask(app, "/static/js/" + next_script(app))[1]["cache-control"]


def next_script(app: str) -> str:
    """The name of a script of Streamlit's page."""
    return ask(app, "/")[2].split('src="./static/js/')[1].split('"')[0]


@pytest.fixture(scope="module")
def component(app, chromium) -> None:
    """The map's component is there once a page has asked for it."""
    found = served.visit(chromium)
    open_page(found.context.new_page(), app)
    found.context.close()


@pytest.mark.xdist_group("frame")
@pytest.mark.parametrize(
    ("dest", "site", "status"),
    [
        ("iframe", "same-origin", 200),
        ("empty", "same-origin", 200),
        ("document", "none", 403),
        ("document", "same-origin", 403),
        ("iframe", "same-site", 403),
        ("iframe", "cross-site", 403),
        ("embed", "same-origin", 403),
        ("", "", 403),
    ],
)
def test_the_map_s_frame_opens_in_our_pages_only(app, component, dest, site, status):
    for name in (
        FRAME,
        FRAME.removesuffix("index.html"),
        FRAME + "/",
        FRAME.replace("index", "x/../index"),
    ):
        got = ask(app, name, Sec_Fetch_Dest=dest, Sec_Fetch_Site=site)[0]
        assert got == status if name == FRAME else status == 200 or got == status


# --- what a page may say on its websocket ----------------------------------------------------------------------------
def socket(app: str, **headers):
    """A connection as a page of ours opens it, or one of another Origin."""
    return connect(
        app.replace("http", "ws") + "/_stcore/stream",
        subprotocols=["streamlit"],
        proxy=None,
        origin=headers.get("Origin", app),
        open_timeout=30,
    )


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://127.0.0.1:1", "http://localhost:1"]
)
def test_a_page_elsewhere_opens_no_connection(app, origin):
    with pytest.raises(InvalidStatus) as refused:
        socket(app, Origin=origin)
    assert refused.value.response.status_code == 403


def test_a_page_of_ours_opens_one_and_may_run(app):
    with socket(app) as link:
        link.send(rerun().SerializeToString())
        assert link.recv(timeout=30)


def rerun() -> BackMsg:
    """The message of a page that is opened."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    return message


def said(kind: str) -> BackMsg:
    """A message of that kind."""
    message = BackMsg()
    if kind == "install_skills":
        message.backend_operation_request.install_skills.SetInParent()
    elif kind == "file_urls_request":  # a place for a file, which would stay in memory
        message.file_urls_request.file_names.append("registre.xlsx")
    else:
        setattr(message, kind, True)
    return message


@pytest.mark.parametrize(
    "data",
    [
        said("clear_cache"),
        said("set_run_on_save"),
        said("load_git_info"),
        said("debug_shutdown_runtime"),
        said("debug_disconnect_websocket"),
        said("install_skills"),
        said("file_urls_request"),
        BackMsg(),
        b"\xff\xff",
    ],
    ids=lambda m: "bytes" if isinstance(m, bytes) else m.WhichOneof("type") or "empty",
)
def test_a_client_that_says_what_no_page_says_is_shown_out(app, data):
    with socket(app) as link, pytest.raises(ConnectionClosed) as closed:
        link.send(data if isinstance(data, bytes) else data.SerializeToString())
        while True:
            link.recv(timeout=30)
    assert closed.value.rcvd.code == 1008


def test_a_client_that_says_more_than_a_page_ever_does_is_shown_out(app):
    message = rerun()
    message.rerun_script.query_string = "x" * LARGEST
    with socket(app) as link, pytest.raises(ConnectionClosed) as closed:
        link.send(message.SerializeToString())
        while True:
            link.recv(timeout=30)
    assert closed.value.rcvd.code == 1009


def test_nobody_empties_what_is_kept_for_all(app, page):
    """Who asks for it is shown out, and a page that is open goes on."""
    open_page(page, f"{app}/attentes")
    empty_all(app)
    choose(page, "filtre_departement", "Zou")
    expect(page).to_have_url(f"{app}/attentes?departement=Zou")


def empty_all(app: str) -> None:
    """Ask that what is kept for all be emptied, until the server ends the connection."""
    with socket(app) as link, pytest.raises(ConnectionClosed):
        link.send(said("clear_cache").SerializeToString())
        while True:
            link.recv(timeout=30)


@pytest.mark.seconds
def test_after_somebody_asked_to_empty_all_a_page_opens_as_soon_as_before(app):
    opening_time(app)
    before = min(opening_time(app) for _ in range(3))
    empty_all(app)
    assert min(opening_time(app) for _ in range(3)) < 4 * before + 0.2


def opening_time(app: str) -> float:
    """Seconds from a page's question to its last message."""
    with socket(app) as link:
        start = time.monotonic()
        link.send(rerun().SerializeToString())
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        while True:
            message = ForwardMsg()
            message.ParseFromString(link.recv(timeout=30))
            if message.WhichOneof("type") == "script_finished":
                return time.monotonic() - start


# --- a page elsewhere ------------------------------------------------------------------------------------------------
ATTACK = """<!DOCTYPE html><title>ailleurs</title><iframe id="frame" src="{app}{frame}"></iframe><iframe src="{app}/"></iframe>
<script>
  const act = "new Image().src = '/livez?ran=1'";  // the policy of the map's frame lets it load pictures of ours
  const evil = {{type: 'streamlit:render', disabled: false, theme: null, args: {{script: act, html: '<b>x</b>',
    header: `<style>b{{}}</style><img src="/x.png" onerror="${{act}}">`, js_links: [], css_links: [], default: '', width: 300,
    height: 300, feature_group: act, layer_control: '', returned_objects: [], pixelated: false}}}};
  const say = (there) => {{ try {{ there.postMessage(evil, '*'); }} catch (e) {{ }} }};
  window.go = () => {{
    window.alone = window.open('{app}{frame}');
    window.whole = window.open('{app}/');
    window.rounds = 0;
    setInterval(() => {{ window.rounds++; say(document.getElementById('frame').contentWindow);
      for (const one of [window.alone, window.whole]) if (one) {{ say(one);
        try {{ for (let i = 0; i < one.length; i++) say(one[i]); }} catch (e) {{ }} }} }}, 200);
  }};
</script>"""


class Elsewhere(BaseHTTPRequestHandler):
    """A page of another origin."""

    def __init__(self, *arguments, app: str):
        self.app = app
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """The page that attacks."""
        body = ATTACK.format(app=self.app, frame=FRAME).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere(app) -> Iterator[str]:
    """The address of a page on another port of this machine: another origin, though the same site."""
    server = ThreadingHTTPServer((served.HOST, 0), partial(Elsewhere, app=app))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://{served.HOST}:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_page_elsewhere_runs_nothing_in_the_map_and_holds_no_window_of_ours(
    chromium, app, elsewhere
):
    found = served.visit(chromium)
    asked, answers = [], []
    found.context.on("request", lambda request: asked.append(request.url))
    found.context.on(
        "response", lambda answer: answers.append((urlparse(answer.url).path, answer.status))
    )
    page = found.context.new_page()
    page.goto(elsewhere)
    with found.context.expect_page():
        page.evaluate("window.go()")
    page.wait_for_function("() => window.rounds >= 20")
    assert [url for url in asked if "ran=1" in url] == []
    assert (FRAME, 403) in answers and (FRAME, 200) not in [a for a in answers if a[0] == FRAME][:1]
    assert page.evaluate("[window.alone, window.whole].map(one => !one || one.closed)") == [
        True,
        True,
    ]
    found.context.close()


def test_the_map_in_our_own_page_is_there_all_the_same(page, app):
    open_page(page, app)
    expect(sites(page)).to_have_count(24)
    go(page, "Plaintes")
    settled(page)
    go(page, "Carte")
    expect(map_frame(page).locator("path.site")).to_have_count(24)


def test_thousands_that_say_nothing_keep_nobody_out(app):
    """From one address, of which each ends sooner or later; people at others are answered meanwhile."""
    where, silent = urlparse(app), []
    try:
        for _ in range(AT_MOST + 200):
            one = network.create_connection(
                (where.hostname, where.port), timeout=30, source_address=("127.0.0.3", 0)
            )
            silent.append(one)
        assert ask(app, "/livez")[0] == 200
        # The first of them made room.
        with suppress(ConnectionResetError):
            assert silent[0].recv(1) == b""
    finally:
        for one in silent:
            one.close()
