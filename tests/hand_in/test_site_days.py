"""Why a day is missing, said by tap: what it does to the days of the site, to figures, and who may say it of whom."""

import re
from datetime import date, datetime
from html import unescape

import pytest

from dashboard.accounts.rights import Role
from dashboard.answers import context
from dashboard.indicators import BY_CODE
from dashboard.period import BENIN
from db.day_states import day_states
from db.facts import gather
from db.network_state import load_network_state
from db.shared_types import DayState
from tests.builders import closing, csv_text, launch_site, visit
from tests.clock import as_of
from tests.hand_in.conftest import COVE, FOCAL, Desk, heading, prepared, signed_in, words
from tests.hand_in.test_rights import KANDI, desk_of

JOURS = "/remonter/jours"
NOW = "2025-10-16T09:00"
DAYS = tuple(date(2025, 10, n) for n in (1, 2, 3, 6, 7, 8, 9, 10, 13, 14, 15))
MISSING = date(2025, 10, 7), date(2025, 10, 8), date(2025, 10, 13)


def three_days_missing(house) -> None:
    """In the middle of October the register of three days of Covè is missing."""
    desk_of(house, FOCAL, Role.FOCAL_POINT, sites=[COVE])
    with house.engine.begin() as connection:
        launch_site(connection, COVE, DAYS[0])
    lines = [visit(COVE, f"{d:%d/%m/%Y}", ref=f"{d.day}") for d in DAYS if d not in MISSING]
    manager = desk_of(house, "gestion", Role.DATA_MANAGER)
    for row in lines:
        page = manager.send(csv_text("registre", row).encode())
        assert heading(manager.press(page, "confirmer")).startswith("C'est fait.")
    closings = [closing(COVE, d.isoformat(), 1) for d in DAYS if d not in MISSING]
    page = manager.send(csv_text("cloture", *closings).encode())
    assert heading(manager.press(page, "confirmer")).startswith("C'est fait.")


HANDED_IN = prepared("three_days_missing", "2025-10-16T08:30", three_days_missing)


@pytest.fixture
def database_url(databases, request):
    """Who asks for a counter begins with what was handed in."""
    with databases.fresh(prepared=HANDED_IN if "counter" in request.fixturenames else None) as url:
        yield url


@pytest.fixture
def counter(closed):
    """The point focal of Covè, in the middle of October, with three days of which the register is missing."""
    with as_of(NOW):
        yield signed_in(FOCAL)
    context.close_databases()


def say(desk: Desk, *days: date, reason: str = "reseau", key: str = "k", **fields: str):
    ticks = {f"jour {day}": "oui" for day in days}
    return desk.fill(JOURS, centre=COVE, raison=reason, cle=key, **ticks, **fields)


def states(closed, at: str = NOW) -> dict[date, DayState]:
    """The state of each day of Covè, counted at a moment."""
    with closed.engine.connect() as connection:
        network = load_network_state(connection)
    moment = datetime.fromisoformat(at).replace(tzinfo=BENIN)
    found = day_states(network, DAYS[0], DAYS[-1], moment)
    row = next(n for n, place in enumerate(network.places) if place.code == COVE)
    return {d: DayState(found[row, (d - DAYS[0]).days]) for d in DAYS}


def numbers(closed, code: str) -> tuple[float, float]:
    """The numerator and denominator of an indicator of Covè in the days that are known."""
    with closed.engine.connect() as connection:
        facts = gather(connection, {COVE}, DAYS[0], DAYS[-1], "nation")
    measure = BY_CODE[code].measure(facts)
    return float(measure.numerator[0]), float(measure.denominator[0])


def test_a_day_that_is_explained_is_closed_for_rates_and_never_received(counter, closed):
    before = numbers(closed, "completeness")
    page = counter.page()
    assert "Il manque 3 jours" in words(page) or "il manque 3 jours" in words(page)
    page = counter.page(re.search(r'href="(/remonter/jours[^"]*)"', page.text)[1])
    assert heading(page) == "CCSP de Covè : 3 jours manquent"
    assert "checked" not in page.text, "nothing is ticked beforehand"
    page = say(counter, MISSING[0], MISSING[1])
    assert heading(page) == "C'est noté. CCSP de Covè : pas de réseau, du 7 au 8 octobre 2025"
    known = states(closed)
    assert known[MISSING[0]] == known[MISSING[1]] == DayState.EXPLAINED
    assert known[MISSING[2]] == DayState.MISSING
    assert "2 jours sont expliqués : le 7 et le 8 octobre" in words(counter.page())
    assert numbers(closed, "completeness") == before, "nobody reaches 100 % by taps"
    with closed.engine.connect() as connection:
        facts = gather(connection, {COVE}, DAYS[0], DAYS[-1], "nation")
    assert int(facts.open_days[0]) == len(DAYS) - len(MISSING)


def test_it_is_taken_back_with_one_press_and_everything_is_as_it_was(counter, closed):
    before = states(closed)
    page = say(counter, MISSING[0])
    action = re.search(r'action="(/remonter/recu/\d+/retirer)"', page.text)[1]
    reason = re.search(r'name="raison" value="([^"]+)"', page.text)[1]
    page = counter.fill(action, raison=unescape(reason))
    assert "Retiré, ne compte plus" in heading(page)
    assert states(closed) == before


def test_open_and_nobody_came_is_handed_in(counter, closed):
    page = say(counter, MISSING[2], reason="personne")
    assert (
        heading(page)
        == "C'est noté. CCSP de Covè : ouvert, personne n'est venu, le 13 octobre 2025"
    )
    assert states(closed)[MISSING[2]] == DayState.EMPTY


def test_a_register_that_comes_later_counts_and_is_received(counter, closed):
    say(counter, MISSING[0])
    row = visit(COVE, f"{MISSING[0]:%d/%m/%Y}", ref="later")
    page = counter.press(counter.send(csv_text("registre", row).encode()), "confirmer")
    assert heading(page).startswith("C'est fait.")
    assert states(closed)[MISSING[0]] not in (DayState.EXPLAINED, DayState.MISSING)


def test_what_a_data_manager_says_is_confirmed(counter, closed):
    manager = desk_of(closed, "autre.gestion", Role.DATA_MANAGER)
    before = numbers(closed, "completeness")
    say(manager, MISSING[0], reason="ferme")
    assert states(closed)[MISSING[0]] == DayState.CLOSED
    assert numbers(closed, "completeness") == (before[0], before[1] - 1)


def test_the_same_form_sent_twice_is_kept_once(counter):
    first, second = say(counter, MISSING[0]), say(counter, MISSING[0])
    assert heading(first) == heading(second) and first.text.count("n° ") == second.text.count("n° ")
    third = say(counter, MISSING[0], key="another")
    assert third.status == 409 and "Ces jours ne manquent plus" in words(third)


@pytest.mark.parametrize(
    ("days", "reason", "said"),
    [
        ((), "reseau", "Choisir au moins un jour"),
        ((MISSING[0],), "", "choisir une raison"),
        ((MISSING[0],), "rien", "choisir une raison"),
        ((date(2025, 10, 2),), "reseau", "ne manquent plus"),
        ((date(2025, 10, 16),), "reseau", "ne manquent plus"),
        ((date(2025, 10, 4),), "reseau", "ne manquent plus"),
        ((date(2031, 1, 1),), "reseau", "ne manquent plus"),
        ((date(1700, 1, 1),), "reseau", "ne manquent plus"),
    ],
)
def test_what_cannot_be_said_is_refused_in_a_sentence(counter, closed, days, reason, said):
    before = states(closed)
    page = say(counter, *days, reason=reason)
    assert page.status == 409 and said in words(page)
    assert states(closed) == before


def test_a_closing_that_says_that_people_came_is_not_denied(counter, closed):
    row = closing(COVE, MISSING[0].isoformat(), 4)
    page = counter.send(csv_text("cloture", row).encode())
    assert heading(counter.press(page, "confirmer")).startswith("C'est fait.")
    page = say(counter, MISSING[0], reason="personne")
    assert page.status == 409 and "dit 4 visites" in words(page)


def test_each_says_it_for_his_own_sites_alone(counter, closed):
    boss = desk_of(closed, "dir.zou", Role.DIRECTOR, departments=["Zou"])
    page = boss.page(re.search(r'href="(/remonter/jours[^"]*)"', boss.page().text)[1])
    assert COVE in page.text and KANDI not in page.text
    page = boss.page(f"{JOURS}?centre={COVE}")
    said = say(boss, MISSING[0], jeton=boss.token(page))
    assert heading(said).startswith("C'est noté.") and "Annuler" in said.text
    for name, role, places in (
        ("pf.kandi", Role.FOCAL_POINT, {"sites": [KANDI]}),
        ("dir.alibori", Role.DIRECTOR, {"departments": ["Alibori"]}),
    ):
        other = desk_of(closed, name, role, **places)
        assert other.page(f"{JOURS}?centre={COVE}").status == 403
        if role == Role.FOCAL_POINT:  # with a token of his own
            assert say(other, MISSING[1]).status == 403
    assert states(closed)[MISSING[1]] == DayState.MISSING
    cabinet = desk_of(closed, "cab", Role.CABINET)
    assert cabinet.page(JOURS).status == 404


def test_days_of_which_nobody_came_are_not_said_to_be_handed_in(counter):
    assert say(counter, *MISSING, reason="personne").status == 200
    said = words(counter.page()).replace("\u202f", " ").replace("\xa0", " ")
    assert "tout le reste est remis" in said.lower()
    assert "3 jours sont expliqués" in said


def test_a_form_without_its_token_says_nothing(counter, closed):
    page = say(counter, MISSING[0], jeton="0" * 64)
    assert page.status == 403 and states(closed)[MISSING[0]] == DayState.MISSING


def test_who_has_days_to_close_is_given_the_sheet_of_their_month(counter):
    assert ">celle d" not in words(counter.page())
    rows = [visit(COVE, f"{day:%d/%m/%Y}", ref=f"m{day.day}") for day in MISSING]
    counter.press(counter.send(csv_text("registre", *rows).encode()), "confirmer")
    page = counter.page()
    assert "3 jours à clore" in words(page).replace("\u202f", " ")
    assert ">celle d'octobre 2025<" in words(page)
    sheet = counter.page(unescape(re.search(r'href="(/remonter/feuille[^"]+)"', page.text)[1]))
    assert sheet.status == 200 and "cloture" in sheet.header("content-disposition")


def promise(desk: Desk, *days: date, on: str = "2025-10-20", key: str = "p"):
    return say(desk, *days, reason="promesse", remis=on, key=key)


def test_a_register_that_is_promised_is_explained_until_the_day_has_passed(counter, closed):
    before, figures = states(closed), numbers(closed, "completeness")
    page = promise(counter, MISSING[0])
    assert heading(page) == (
        "C'est noté. CCSP de Covè : le registre attendu le 7 octobre 2025 sera remis le 20 octobre 2025"
    )
    assert "1 registre est annoncé : le 7 octobre, pour le 20 octobre" in words(page)
    known = states(closed)
    assert known == {**before, MISSING[0]: DayState.EXPLAINED}
    assert numbers(closed, "completeness") == figures, "it stays due"
    assert states(closed, "2025-10-20T23:59")[MISSING[0]] == DayState.EXPLAINED
    assert states(closed, "2025-10-21T00:00")[MISSING[0]] == DayState.MISSING
    with as_of("2025-10-21T08:00"):  # before the noon at which anything is due
        then = desk_of(closed, "pf.autre", Role.FOCAL_POINT, sites=[COVE])
        assert "est annoncé" not in words(then.page())
        assert f"jour {MISSING[0]}" in then.page(f"{JOURS}?centre={COVE}").text
    again = promise(counter, MISSING[0], key="again")
    assert again.status == 409 and "ne manquent plus" in words(again)
    action = re.search(r'action="(/remonter/recu/\d+/retirer)"', page.text)[1]
    counter.fill(action, raison="essai")
    assert states(closed) == before


def test_a_promised_register_that_comes_is_received(counter, closed):
    promise(counter, *MISSING)
    row = visit(COVE, f"{MISSING[0]:%d/%m/%Y}", ref="later")
    counter.press(counter.send(csv_text("registre", row).encode()), "confirmer")
    assert states(closed)[MISSING[0]] == DayState.UNCLOSED
    page = words(counter.page())
    assert "2 registres sont annoncés : le 8 octobre et le 13 octobre" in page.replace(
        "le 8 et le 13 octobre", "le 8 octobre et le 13 octobre"
    )
    assert "tout est remis" not in page


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("", "quel jour le registre sera remis"),
        ("2025-10-15", "déjà passé"),
        ("2025-11-17", "trop loin"),
        ("9999-12-31", "trop loin"),
        ("demain", "JJ/MM/AAAA"),
        ("٢٠٢٥-١٠-٢٠", "JJ/MM/AAAA"),
    ],
)
def test_a_day_that_nobody_can_promise_is_refused(counter, closed, on, said):
    before = states(closed)
    page = promise(counter, MISSING[0], on=on)
    assert page.status == 409 and said in words(page), words(page)[-1500:]
    assert f'name="jour {MISSING[0]}" value="oui" checked' in page.text
    assert on in page.text and states(closed) == before


def test_what_is_typed_alone_comes_by_no_file(counter, closed):
    before = states(closed)
    content = f"Centre;Date;Remis le\n{COVE};{MISSING[0]:%d/%m/%Y};20/10/2025\n"
    page = counter.send(content.encode(), name="annonces.csv")
    assert heading(page).startswith("Pas encore accepté") or page.status in (409, 422)
    assert "Confirmer" not in page.text
    sheet = counter.page(f"/remonter/feuille?centre={COVE}&mois=2025-10&formulaire=annonces")
    assert sheet.status == 400 and "un formulaire et un mois de la liste" in words(sheet)
    assert states(closed) == before


def test_a_data_manager_confirms_what_a_site_declared_and_takes_that_back(counter, closed):
    say(counter, *MISSING[:2])
    manager = desk_of(closed, "gestion.2", Role.DATA_MANAGER)
    page = manager.page("/referentiel")
    assert "1 fermeture déclarée attend d'être confirmée" in words(page)
    assert "CCSP de Covè, du 07/10/2025 au 08/10/2025 : réseau (dit par pf.cove)" in words(page)
    batch = re.search(r'name="lot" value="(\d+)"', page.text)[1]

    def change(kind: str, **fields: str):
        looked = manager.fill("/referentiel/changer", quoi=kind, **fields)
        assert "→" in words(looked), "what pages say otherwise is said before"
        effect = re.search(r'name="effet" value="(\w+)"', looked.text)[1]
        return manager.fill("/referentiel/changer", quoi=kind, **fields, effet=effect, raison="vu")

    done = change("confirmer", lot=batch)
    assert heading(done).endswith("fermé et confirmé")
    assert {states(closed)[day] for day in MISSING[:2]} == {DayState.CLOSED}
    refused = counter.fill(f"/remonter/recu/{batch}/retirer", raison="annulé aussitôt")
    assert "Cette fermeture est confirmée" in words(refused)
    assert {states(closed)[day] for day in MISSING[:2]} == {DayState.CLOSED}
    assert "attend d'être confirmée" not in words(manager.page("/referentiel"))
    number = re.search(r'name="numero" value="(\d+)"', done.text)[1]
    change("annuler", numero=number)
    assert {states(closed)[day] for day in MISSING[:2]} == {DayState.EXPLAINED}
    assert "attend d'être confirmée" in words(manager.page("/referentiel"))
