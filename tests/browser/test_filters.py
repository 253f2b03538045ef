"""Filters act, live in the address, survive a change of page, and travel with a link."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import served
from tests.browser.screen import (
    choose,
    ends_a_run,
    figure,
    figures,
    filter_by,
    go,
    open_page,
    settled,
    until,
    values,
)

pytestmark = pytest.mark.browser


def test_a_filter_lives_in_the_address_and_on_every_page(page, app, chromium):
    open_page(page, app)
    whole = figure(page).inner_text()
    filter_by(page, "departement", "Zou")
    expect(figure(page)).not_to_have_text(whole)
    expect(page).to_have_url(app + "/?departement=Zou")
    go(page, "Attentes")
    expect(page.locator("h1")).to_contain_text("Attentes")
    settled(page)
    expect(page).to_have_url(app + "/attentes?departement=Zou")
    expect(page.locator(".st-key-filtre_departement input")).to_have_value("Zou")
    expect(values(page)).to_have_count(4)
    seen = figures(page)
    other = served.visit(chromium)
    again = other.context.new_page()
    open_page(again, page.url)
    expect(values(again)).to_have_text(seen)
    other.context.close()
    assert other.faults() == []
    filter_by(page, "departement", "Tous les départements")
    expect(page).to_have_url(app + "/attentes")


def test_going_back_undoes_nothing_and_breaks_nothing(page, app):
    open_page(page, app + "/attentes?type=GSRU")
    filter_by(page, "departement", "Borgou")
    expect(page).to_have_url(app + "/attentes?departement=Borgou&type=GSRU")
    settled(page)
    go(page, "Plaintes")
    expect(page.locator("h1")).to_contain_text("Plaintes")
    expect(page).to_have_url(app + "/plaintes?departement=Borgou&type=GSRU")
    settled(page)
    # Streamlit now and then makes two steps of a change of page, its own and that of the filters.
    for _ in range(2):
        if "/plaintes" in (before := page.url):
            page.go_back()
            expect(page).not_to_have_url(before)
            settled(page)
    expect(page.locator("h1")).to_contain_text("Attentes")
    settled(page)
    expect(page.locator(".st-key-filtre_type input")).to_have_value("GSRU")
    expect(page.locator(".st-key-filtre_departement input")).to_have_value("Borgou")


def test_who_acts_twice_on_a_slow_line_keeps_both(page, app):
    """The second asks before the browser has heard what became of the first: with the address of before."""
    held, open_line = [], []

    def slow(line):
        server = line.connect_to_server()
        server.on_message(lambda m: line.send(m) if open_line else held.append((line, m)))

    page.route_web_socket(re.compile(r"/_stcore/stream\b"), slow)
    open_line.append(True)
    open_page(page, app + "/presenter?histoire=national")
    open_line.clear()
    choose(page, "choix_histoire", "Les attentes")
    page.get_by_role("button", name="Commencer la présentation").click()
    until(page, lambda: sum(ends_a_run(message) for _, message in held) >= 2)  # both are answered
    open_line.append(True)
    for line, message in held:
        line.send(message)
    expect(page.locator("#ccsp-presentation .count")).to_have_text("1 / 13")
    assert "histoire=attentes" in page.url


@pytest.mark.pitfall(33)
@pytest.mark.parametrize(
    "link",
    [
        "departement=xyz",
        "periode=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
        "centre=](http://evil.example)&type=CCSP",
    ],
)
def test_a_bad_value_in_a_link_gives_a_notice(page, app, link):
    open_page(page, f"{app}/?{link}")
    notice = page.get_by_test_id("stAlert").filter(has_text="Ce filtre est ignoré.")
    expect(notice).to_have_count(1)
    assert notice.locator("a, img").count() == 0
    assert ("type=CCSP" in page.url) == ("type" in link) and "xyz" not in page.url
    expect(values(page)).to_have_count(6)


@pytest.mark.parametrize("end", ["", "Enter"])
def test_a_typed_period_acts_at_once(page, app, end):
    """By its last digit; or by Enter, where only the first day is typed."""
    open_page(page, app + "/attentes")
    choose(page, "filtre_periode", "Autre période…")
    settled(page)
    page.locator(".st-key-periode_libre [role=spinbutton]").first.click()
    page.keyboard.type("15082026" if end else "1508202631082026")  # what is next takes the rest
    if end:
        page.keyboard.press(end)
    last = "2026-10-31" if end else "2026-08-31"
    expect(page).to_have_url(re.compile(f"periode=2026-08-15_{last}"))
    expect(page.locator(".st-key-filtre_periode input")).to_have_value(
        re.compile("15/08/2026|août")
    )


def test_several_bad_values_in_a_link_give_one_notice(page, app):
    open_page(page, f"{app}/attentes?departement=xyz&prestation=abc&type=CCSP")
    notice = page.get_by_test_id("stAlert")
    expect(notice).to_have_count(1)
    expect(notice).to_contain_text("« xyz » pour département et « abc » pour prestation")
    expect(notice).to_contain_text("Ces filtres sont ignorés.")
