"""A point focal hands in a register from a telephone, with and without JavaScript; his director sees it on the map."""

import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dashboard import french
from dashboard.period import add_months, today
from tests.benchmarks.slow_line import slow_line
from tests.browser import served
from tests.browser.house import PEOPLE, SITE, House
from tests.browser.screen import figure, open_page, reopened_until
from tests.builders import csv_text, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("house")]
MONTH = add_months(today().replace(day=1), -1)
A_DAY = 4  # visits
PLAIN = str.maketrans("\xa0\u202f", "  ")


@pytest.fixture(scope="module")
def house(full_house) -> House:
    """A server on fictitious data, where people sign in."""
    return full_house


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def focal(request, house, chromium: Browser) -> Iterator[Page]:
    """The point focal's telephone."""
    found = served.visit(
        chromium, viewport=served.TELEPHONE, has_touch=True, java_script_enabled=request.param
    )
    house.enter("focal", found)
    yield found.context.new_page()
    found.context.close()


@pytest.fixture
def register(tmp_path, request) -> Path:
    """A register of last month, all of whose lines have references of this test's own; with three faults."""
    mark = "js" if "no script" not in request.node.name else "sans"
    days = [MONTH + timedelta(days=n) for n in range(28)]
    lines = [
        visit(
            SITE, f"{d:%d/%m/%Y}", "08:05", called="08:15", outcome="servi", ref=f"{mark} {d} {n}"
        )
        for d in days
        if d.weekday() < 5
        for n in range(A_DAY)
    ]
    faults = (
        (1, "08:15", "25:15"),
        (4, lines[4][1], f"32/{MONTH:%m/%Y}"),
        (7, "requête", "requette"),
    )
    for number, was, now in faults:
        lines[number][lines[number].index(was)] = now
    path = tmp_path / "registre.csv"
    path.write_text(csv_text("registre", *lines), encoding="utf-8")
    return path


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text().translate(PLAIN)


def fits(page: Page, has_script: bool) -> None:
    """Nothing is wider than the screen, and axe finds nothing (it needs script)."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    if has_script:
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_a_register_with_faults_reaches_the_map_from_a_telephone(
    focal, house, register, chromium, request
):
    has_script = "no script" not in request.node.name
    day, lines = date.fromisoformat(str(MONTH)), register.read_text().count("\n") - 1
    focal.goto(f"{house.at}/remonter")
    expect(focal.get_by_text("Rien n'est gardé avant que vous confirmiez")).to_be_visible()
    fits(focal, has_script)
    focal.get_by_label("Mois du fichier").select_option(f"{day:%Y-%m}")
    focal.locator("input[type=file]").set_input_files(register)
    focal.get_by_role("button", name="Vérifier", exact=True).click()
    expect(focal.get_by_role("heading", level=1)).to_contain_text("Pas encore accepté")
    assert heading(focal) == f"Pas encore accepté : 3 cases à corriger sur {lines} lignes"
    fits(focal, has_script)
    mends = {"Heure d'appel": "08:15", "Date": str(MONTH), "Type": "requête"}
    for group, text in mends.items():
        asked = focal.get_by_role("group", name=re.compile(group))
        if group == "Type":
            asked.get_by_role("combobox").select_option(text)
        else:
            asked.locator("input:not([type=checkbox])").fill(text)
    focal.get_by_role("button", name="Vérifier mes corrections").click()
    assert heading(focal).startswith(f"Bon à garder : {lines} lignes de CCSP de Kandi")
    fits(focal, has_script)
    focal.get_by_role("button", name=re.compile("^Confirmer")).click()
    assert heading(focal) == f"C'est fait. {lines} lignes de CCSP de Kandi : gardées"
    expect(focal.get_by_text("3 cases corrigées par vous")).to_be_visible()
    fits(focal, has_script)
    seen = served.visit(chromium, viewport=served.SCREEN)
    house.enter("manager", seen)
    seen_page = seen.context.new_page()
    want = french.number(counted(house, day)).translate(PLAIN)
    shown = figure(seen_page, "Usagers reçus")
    reopened_until(
        seen_page,
        f"{house.at}/site?centre={SITE}&periode={day:%Y-%m}",
        lambda: want in shown.inner_text().translate(PLAIN),
    )
    seen.context.close()


def counted(house: House, first: date) -> int:
    """The visits of the site in that month, as its rows say."""
    asked = (
        "SELECT count(*) FROM visit v JOIN site s ON s.id = v.site_id"
        " WHERE s.code = ? AND v.superseded_by IS NULL AND v.day BETWEEN ? AND ?"
    )
    with sqlite3.connect(house.database) as connection:
        last = add_months(first, 1) - timedelta(days=1)
        return connection.execute(asked, (SITE, str(first), str(last))).fetchone()[0]


def test_the_menu_of_the_other_pages_leads_there_and_back(house, chromium):
    found = served.visit(chromium, viewport=served.SCREEN)
    house.enter("focal", found)
    page = found.context.new_page()
    open_page(page, f"{house.at}/attentes?departement=Zou")
    page.get_by_test_id("stTopNavLink").filter(has_text="Remonter").click()
    expect(page.get_by_role("button", name="Vérifier", exact=True)).to_be_visible()
    assert page.url == f"{house.at}/remonter" and len(page.context.pages) == 1
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Attentes")
    assert "departement=Zou" in page.url
    found.context.close()


def test_who_may_not_hand_in_has_no_such_page(house, chromium):
    found = served.visit(chromium, viewport=served.SCREEN)
    page = found.context.new_page()
    for who in ("cabinet", "admin"):
        house.enter(who, found)
        answer = page.goto(f"{house.at}/remonter")
        assert answer and answer.status == 404, PEOPLE[who].name
    found.context.close()


def session_of(house: House) -> requests.Session:
    """A browser's session of the point focal, as cookies."""

    class Jar:
        """What `House.enter` puts a cookie into."""

        def __init__(self) -> None:
            self.context, self.cookies = self, {}

        def clear_cookies(self) -> None:
            self.cookies = {}

        def add_cookies(self, found) -> None:
            self.cookies = {one["name"]: one["value"] for one in found}

    jar = Jar()
    house.enter("focal", jar)
    session = requests.Session()
    session.cookies.update(jar.cookies)
    return session


def post(
    session: requests.Session, at: str, path: str, files=None, **fields: str
) -> requests.Response:
    """A form, as a browser sends it to one of the servers."""
    token = re.search(r'name="jeton" value="(\w+)"', session.get(f"{at}/remonter").text)[1]
    return session.post(
        f"{at}{path}",
        data={"jeton": token, **fields},
        files=files,
        headers={"origin": at},
        allow_redirects=False,
        timeout=60,
    )


def test_what_one_process_was_sent_another_confirms_once_whoever_is_killed(house, tmp_path):
    session = session_of(house)
    path = tmp_path / "registre.csv"
    days = [MONTH + timedelta(days=n) for n in (0, 27)]
    lines = [visit(SITE, f"{d:%d/%m/%Y}", "08:05", called="08:15", ref=f"deux {d}") for d in days]
    path.write_text(csv_text("registre", *lines), encoding="utf-8")
    process, at = served.start(house.url, tmp_path / "first.log")
    sent = {"centre": SITE, "mois": f"{MONTH:%Y-%m}"}
    answer = post(session, at, "/remonter", {"fichier": ("r.csv", path.read_bytes())}, **sent)
    waiting = answer.headers["location"]
    process.kill()
    process.wait()
    with served.serve(house.url, tmp_path / "second.log") as other:
        page = session.get(f"{other}{waiting}").text.replace("\xa0", " ")
        assert "Bon à garder : 2 lignes" in page
        confirm = {
            "faire": "confirmer",
            "version": re.search('name="version" value="(.+?)"', page)[1],
        }
        with ThreadPoolExecutor(20) as threads:
            found = list(
                threads.map(
                    lambda n: post(session, (other, house.at)[n % 2], waiting, **confirm),
                    range(50),
                )
            )
        where = {one.headers.get("location", one.status_code) for one in found}
    assert len(where) == 1 and next(iter(where)).startswith("/remonter/recu/")
    with sqlite3.connect(house.database) as connection:
        asked = "SELECT count(*) FROM visit WHERE source_ref LIKE 'deux %'"
        assert connection.execute(asked).fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM upload_preview").fetchone() == (0,)


def test_a_file_of_several_megabytes_comes_in_by_the_server_s_own_door(house, tmp_path):
    session = session_of(house)
    lines = [visit(SITE, f"{MONTH:%d/%m/%Y}", "08:05", ref=f"grand {n} {'x' * 100}") for n in range(15_000)]  # fmt: skip
    content = csv_text("registre", *lines).encode()
    assert len(content) > 2**21
    sent = {"centre": SITE, "mois": f"{MONTH:%Y-%m}"}
    answer = post(session, house.at, "/remonter", {"fichier": ("r.csv", content)}, **sent)
    assert answer.status_code == 303
    page = session.get(f"{house.at}{answer.headers['location']}").text
    assert re.search(r"<h1>Bon à garder[^<]*15\D{0,6}000[^<]*lignes", page), page[
        page.find("<h1>") :
    ][:200]


def previews(house: House) -> int:
    with sqlite3.connect(house.database) as connection:
        return connection.execute("SELECT count(*) FROM upload_preview").fetchone()[0]


def test_an_upload_says_how_far_it_is_and_is_stopped_without_a_trace(house, chromium, tmp_path):
    found = served.visit(chromium, viewport=served.TELEPHONE, has_touch=True)
    house.enter("focal", found)
    page = found.context.new_page()
    path = tmp_path / "registre.csv"
    before = previews(house)
    path.write_bytes(b"x" * (9 * 2**20))  # more than what the system takes at once
    with slow_line(house.at) as (at, _):
        page.goto(f"{at}/remonter")
        page.locator("input[type=file]").set_input_files(path)
        page.get_by_role("button", name="Vérifier", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text(re.compile(r"Envoi : \d+ %"))
        expect(page.get_by_role("button", name="Vérifier", exact=True)).to_be_disabled()
        page.get_by_role("button", name="Arrêter l'envoi").click()
        expect(page.get_by_role("status")).to_have_text("Envoi arrêté : rien n'est gardé.")
        expect(page.get_by_role("button", name="Vérifier", exact=True)).to_be_enabled()
    assert previews(house) == before
    page.goto(f"{house.at}/remonter")
    path.write_bytes(b"x" * (11 * 2**20))
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Vérifier", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("est trop lourd")
    assert page.url == f"{house.at}/remonter", "it is not sent"
    found.context.close()


def test_after_a_verdict_one_goes_back_to_where_files_are_chosen(house, chromium, register):
    found = served.visit(chromium, viewport=served.TELEPHONE, has_touch=True)
    house.enter("focal", found)
    page = found.context.new_page()
    page.goto(f"{house.at}/remonter")
    page.get_by_label("Mois du fichier").select_option(f"{MONTH:%Y-%m}")
    page.locator("input[type=file]").set_input_files(register)
    page.get_by_role("button", name="Vérifier", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pas encore accepté")
    assert re.search(r"/remonter/apercu/\w+$", page.url)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pas encore accepté")
    page.go_back()
    expect(page.get_by_role("button", name="Vérifier", exact=True)).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pas encore accepté")
    page.get_by_role("button", name="Abandonner ce fichier").click()
    found.context.close()
