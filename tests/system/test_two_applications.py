"""Two applications behind nginx: a reader stays at his, and goes on at the other where his is gone, without signing in again."""

import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from dashboard.accounts import account_changes, account_rules
from db.engine import make_engine
from tests.benchmarks.hand_in_desk import MONTH, register

PASSWORD = "quatre mots bien à elle"


@pytest.fixture
def signed_in(server):
    """A reader who has signed in through nginx."""
    engine = make_engine(server.url)
    changes = account_rules.AccountChanges("cabinet", None, None, None)
    received = account_changes.add(engine, "awa", changes, "test")
    engine.dispose()
    reader = server.reader()
    reader.enter("awa", received, PASSWORD)
    return reader


def test_a_reader_stays_at_an_application_and_goes_on_at_the_other(server, signed_in):
    mine = signed_in.cookies["ccsp_application"]
    assert mine in server.processes
    status, page = signed_in.ask("/")
    assert status == 200 and "Se connecter" not in page and "ccsp-shell" in page
    server.processes[mine].kill()
    server.processes[mine].wait(10)
    begun = time.monotonic()
    status, page = signed_in.ask("/")
    assert time.monotonic() - begun < 5, "a reader goes on within five seconds"
    assert status == 200 and "ccsp-shell" in page, "still signed in, at the other"
    assert signed_in.cookies["ccsp_application"] == mine, (
        "and comes back to his own once it is there"
    )
    newcomer = server.reader()
    for _ in range(6):
        assert newcomer.ask("/connexion")[0] == 200
        newcomer.cookies.clear()
    other = "02" if mine == "01" else "01"
    server.processes[other].kill()
    server.processes[other].wait(10)
    status, page = signed_in.ask("/")
    assert status == 503 and "revient d'elle-même" in page


def test_newcomers_are_spread_over_both(server):
    drawn = set()
    for _ in range(30):
        reader = server.reader()
        assert reader.ask("/connexion")[0] == 200
        drawn.add(reader.cookies["ccsp_application"])
        before = dict(reader.cookies)
        reader.ask("/connexion")
        assert reader.cookies["ccsp_application"] == before["ccsp_application"]
    assert drawn == {"01", "02"}


def test_nginx_serves_one_name_and_nothing_of_the_monitor(server):
    reader = server.reader()
    assert reader.ask("/connexion")[0] == 200
    for path in ("/metrics", "/readyz"):
        status, text = reader.ask(path)
        assert status in (303, 404) and "ccsp_" not in text
    with pytest.raises(ssl.SSLError):
        reader.ask("/connexion", host="autre.example.bj")


def test_a_form_of_one_is_taken_by_the_other(server, signed_in):
    """Its process may be gone between the form and its answer."""
    reader = server.reader()
    reader.cookies["ccsp_application"] = "01"
    _, page = reader.ask("/connexion")
    token = page.partition('name="jeton" value="')[2].split('"')[0]
    reader.cookies["ccsp_application"] = "02"
    fields = urlencode({"jeton": token, "nom": "awa", "mot_de_passe": PASSWORD})
    assert reader.ask("/connexion", "POST", fields)[0] == 303
    forged = urlencode({"jeton": "0" * 64, "nom": "awa", "mot_de_passe": PASSWORD})
    assert reader.ask("/connexion", "POST", forged)[0] != 303


@pytest.mark.parametrize("name", ["awa", "personne.ici"])
def test_wrong_passwords_wait_at_both_alike_whoever_has_the_name(server, signed_in, name):
    """Or who asks one after the other is told which names are somebody's."""
    reader = server.reader()
    said = []
    for number in ("01", "02") * 3:
        reader.cookies["ccsp_application"] = number
        reader.send("/connexion", nom=name, mot_de_passe="pas le bon du tout")
        said.append("attendre" in reader.said)
    assert said == [False, False, False, False, True, True]


def test_a_release_that_is_put_in_process_by_process_refuses_nobody(server, signed_in):
    ended, seen = Event(), []

    def read() -> None:
        while not ended.is_set():
            status, page = signed_in.ask("/")
            seen.append((status, "ccsp-shell" in page))
            time.sleep(0.05)

    with ThreadPoolExecutor(1) as other:
        reading = other.submit(read)
        for number in server.processes:
            server.replace(number)
        ended.set()
        reading.result()
    print(f"{len(seen)} pages asked for meanwhile")
    assert len(seen) > 20 and set(seen) == {(200, True)}


def test_an_upload_under_way_at_the_kill_keeps_nothing_and_is_taken_by_the_other(server):
    engine = make_engine(server.url)
    changes = account_rules.AccountChanges("data_manager", None, None, None)
    received = account_changes.add(engine, "gerant", changes, "test")
    reader = server.reader()
    reader.enter("gerant", received, PASSWORD)
    mine = reader.cookies["ccsp_application"]
    token = reader.ask("/remonter")[1].partition('name="jeton" value="')[2].split('"')[0]
    file = register(2_000, "coupe").decode()
    parts = {"jeton": token, "centre": "", "mois": f"{MONTH:%Y-%m}"}
    body = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'
        for k, v in parts.items()
    )
    body += (
        '--b\r\nContent-Disposition: form-data; name="fichier"; filename="registre.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{file}\r\n--b--\r\n"
    )
    kind = "multipart/form-data; boundary=b"

    def kill() -> None:
        server.processes[mine].kill()
        server.processes[mine].wait(10)

    status, page = reader.ask("/remonter", "POST", body, kind=kind, halfway=kill)
    assert status == 503 and "revient d'elle-même" in page
    with engine.connect() as connection:
        asked = text("SELECT count(*) FROM import_batch WHERE filename = 'registre.csv'")
        assert connection.execute(asked).scalar_one() == 0
    status, page = reader.ask("/remonter", "POST", body, kind=kind)
    assert status == 303 or "Bon à garder" in page, (status, page[:500])
    engine.dispose()
