"""A page of plain HTML behind the gate: who asks, his session, his menu; as any other page for who may not open it."""

import re
from dataclasses import replace
from html import unescape

import pytest

from dashboard.accounts import account_changes
from dashboard.accounts.account_changes import AccountChanges
from dashboard.accounts.people import person_of_account
from dashboard.accounts.rights import NOBODY, RIGHTS, Role
from dashboard.navigation import PAGES, pages_of
from dashboard.web import routes, security_headers, sign_in_pages
from dashboard.web.routes import PageRequest
from dashboard.web.sign_in_addresses import FORMS
from tests.accounts.asgi import Answer, Browser, run
from tests.accounts.conftest import PASSWORD
from tests.web.plain_page import ROUTE, SPEC

PATH = f"/{SPEC.url_path}"


@pytest.fixture(autouse=True)
def mounted(monkeypatch) -> None:
    """The route, which nothing but these tests has."""
    assert ROUTE not in routes.ROUTES
    monkeypatch.setattr(routes, "ROUTES", (ROUTE,))


def menu(answer: Answer) -> list[str]:
    """The words of the menu, in their order: sections and pages."""
    nav = answer.text.partition("<nav")[2].partition('<details class="narrow">')[0]
    found = re.findall(r"<(?:a|summary)\b[^>]*>([^<]+)</(?:a|summary)>", nav)
    return [unescape(one) for one in found]


def in_menu(person) -> list[str]:
    """The same, of the pages that the person may open: a section stands before its first page."""
    words, sections = [], {""}
    listed = [page for page in pages_of(person) if page.is_listed]
    for page in sorted(
        [*listed, SPEC], key=lambda one: [p.section for p in listed].index(one.section)
    ):
        if page.section not in sections:
            sections.add(page.section)
            words.append(page.section)
        words.append(page.title)
    return words


def test_who_is_not_signed_in_is_led_to_the_form_and_back(closed):
    browser = Browser()
    answer = browser.get(f"{PATH}?departement=Zou&autre=1")
    assert (answer.status, answer.header("location")) == (
        303,
        "/connexion?suite=essai&departement=Zou",
    )
    assert browser.fetch(PATH).status == 401
    received = closed.add("dir.zou")
    browser.enter("dir.zou", received, PASSWORD)
    fresh = Browser()
    sent = fresh.post(
        "/connexion?suite=essai&departement=Zou", nom="dir.zou", mot_de_passe=PASSWORD
    )
    assert (sent.status, sent.header("location")) == (303, "/essai?departement=Zou")
    assert fresh.get(sent.header("location")).status == 200


@pytest.mark.parametrize("role", [Role.CABINET, Role.DIRECTOR, Role.FOCAL_POINT, Role.DATA_MANAGER])
def test_who_has_the_right_finds_his_name_and_the_menu_of_his_role(closed, role):
    places = {"sites": ["ccsp-cove"]} if role == Role.FOCAL_POINT else {}
    browser = closed.someone("une.personne", role=role, **places)
    answer = browser.get(PATH)
    assert answer.status == 200
    text = unescape(answer.text)
    assert "<h1>Page d'essai</h1>" in text and "<title>Page d'essai · " in text
    said = re.search(r"<p id='qui'>une\.personne · session (\d+) · open</p>", text)
    assert said and int(said[1]) > 0
    assert '<a href="/mon-compte" title="Mon compte">une.personne</a>' in text
    assert '<form method="post" action="/deconnexion">' in text
    found = menu(answer)
    person = person_of_account(closed.held("une.personne"))
    assert found == in_menu(person)
    assert "Comptes" not in found and "Carte" in found
    marked = re.findall(r'aria-current="page">([^<]+)<', answer.text)
    assert marked == ["Essai", "Essai"], "in the menu of a screen, and of a telephone"


def test_every_entry_of_the_menu_leads_to_a_page(closed):
    answer = closed.someone().get(PATH)
    hrefs = re.findall(
        r'<a href="([^"]*)"', answer.text.partition("<nav")[2].partition("</nav>")[0]
    )
    known = {"/", *(f"/{page.url_path}" for page in PAGES[1:]), PATH}
    assert set(hrefs) <= known and "/" in hrefs and "/carte" not in hrefs


def test_who_has_not_the_right_finds_what_an_address_that_nobody_has_says(closed, caplog):
    browser = closed.someone("adm.deux", role=Role.ADMINISTRATOR)
    answer = browser.get(PATH)
    assert (answer.status, answer.text) == (404, sign_in_pages.not_found_page(NOBODY, ""))
    assert "the page 'essai' to 'adm.deux', from '127.0.0.1'" in caplog.text
    assert browser.post(PATH).status == 404


def test_rights_that_change_change_the_page_at_the_next_request(closed):
    browser = closed.someone()
    assert browser.get(PATH).status == 200
    closed.set()  # what was read a moment ago is forgotten
    account_changes.change(closed.engine, "dir.zou", AccountChanges(Role.ADMINISTRATOR), by="test")
    closed.set()
    assert browser.get(PATH).status == 404


def test_it_is_read_and_nothing_else(closed):
    browser = closed.someone()
    page, head = browser.get(PATH), ask(browser, "HEAD")
    assert (page.status, head.status) == (200, 200)
    assert dict(page.headers) == dict(head.headers)
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = ask(browser, method)
        assert (answer.status, answer.header("allow")) == (405, "GET, HEAD"), method
    elsewhere = ask(browser, "POST", origin="http://evil.example")
    assert elsewhere.status == 403


def ask(browser: Browser, method: str, **headers: str) -> Answer:
    """What a request by that method is answered, of a page of ours unless another origin is said."""
    return run(browser.ask(PATH, method, **{"origin": browser.origin, **headers}))


def test_its_answers_carry_what_those_of_the_sign_in_carry(closed):
    browser = closed.someone()
    ours, form = browser.get(PATH), browser.get("/connexion")
    always = (*security_headers.ALWAYS, *security_headers.SHOWN)
    for name in (*always, "cache-control"):
        assert ours.header(name) == form.header(name) != "", name
    assert ours.header("content-security-policy") == sign_in_pages.POLICY_OF_PAGES
    # One script, which opens « Chercher »: a file of ours, and nothing within the page.
    assert re.findall("<script[^>]*>", ours.text) == re.findall(
        r'<script src="/app/static/ccsp-search-open\.js\?\w+" defer>', ours.text
    )
    assert "style=" not in ours.text


def test_at_the_machine_itself_the_reader_of_an_open_base_has_it_without_a_session(opened):
    answer = Browser().get(PATH)
    assert answer.status == 200 and "lecteur local · session 0" in answer.text
    assert "Se déconnecter" not in answer.text and menu(answer)[0] == "Carte"
    assert Browser(client="10.0.0.7").get(PATH).status == 303


def test_a_text_of_its_body_that_no_template_made_is_escaped(closed, monkeypatch):
    def hostile(request: PageRequest) -> str:
        return "<script>alert(1)</script>"

    monkeypatch.setattr(routes, "ROUTES", (replace(ROUTE, body=hostile),))
    answer = closed.someone().get(PATH)
    assert "&lt;script&gt;alert(1)" in answer.text and "<script>" not in answer.text


def test_a_page_that_fails_says_so_under_a_number(closed, monkeypatch, caplog):
    def failing(request: PageRequest) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(routes, "ROUTES", (replace(ROUTE, body=failing),))
    answer = closed.someone().get(PATH)
    assert answer.status == 500 and "ZeroDivision" not in answer.text
    number = re.search(r"Signaler l(?:'|&#39;)incident (\w{6})", answer.text)
    assert number and f"incident {number[1]}" in caplog.text


def test_no_route_takes_an_address_or_a_right_that_is_another_s():
    names = [route.page.url_path for route in routes.ROUTES]
    assert len(set(names)) == len(names)
    assert not {f"/{name}" for name in names} & {*FORMS, *(f"/{page.url_path}" for page in PAGES)}
    assert {route.page.right for route in routes.ROUTES} <= RIGHTS.keys()
