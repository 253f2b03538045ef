"""« Référentiel »: what a data manager changes there, without a script, is read before it is kept, seen by others, and undone."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from dashboard.accounts.rights import Role
from dashboard.answers import context
from tests.accounts.asgi import run
from tests.accounts.conftest import House, closed, house  # noqa: F401 (fixtures)
from tests.builders import Office as Hands
from tests.builders import visit

COVE = "ccsp-cove"


class Office:
    """A browser of somebody who changes the reference."""

    def __init__(self, browser) -> None:
        self.browser = browser

    def page(self, path=""):
        return self.browser.get(f"/referentiel{path}")

    def token(self):
        return re.search(r'name="jeton" value="(\w+)"', self.page("/ajouter").text)[1]

    def send(self, quoi, **fields):
        """Send a form of the pages; fields: with « __ » for a blank in their name."""
        token = fields.pop("jeton", None) or self.token()
        given = {name.replace("__", " "): value for name, value in fields.items()}
        body = urlencode({"jeton": token, "quoi": quoi, **given}).encode()
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "content-length": str(len(body)),
            "origin": self.browser.origin,
        }
        return run(self.browser.ask("/referentiel/changer", "POST", body, **headers))

    def keep(self, quoi, why="arrêté du ministre", **fields):
        """Read what a change does, then keep it; returns the page that says it is done."""
        looked = self.send(quoi, **fields)
        assert looked.status == 200, words(looked)
        kept = self.send(quoi, **fields, raison=why, effet=effect(looked))
        assert kept.status == 303, words(kept)
        return self.browser.get(kept.header("location"))


def effect(page) -> str:
    return re.search(r'name="effet" value="(\w+)"', page.text)[1]


def heading(page) -> str:
    return (
        unescape(re.search(r"<h1>(.*?)</h1>", page.text, re.DOTALL)[1]).replace("\xa0", " ").strip()
    )


def words(page) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", page.text)).replace("\xa0", " ")


@pytest.fixture
def office(closed: House):  # noqa: F811
    yield Office(closed.someone("gestion", role=Role.DATA_MANAGER))
    context.close_databases()


def test_what_a_change_does_is_read_before_it_is_kept(office):
    looked = office.send("fermer", centre=COVE, jour="2025-11-03")
    assert heading(looked) == "Garder ce changement ?"
    assert "Covè n'a plus de CCSP." in words(looked) and "de moins" in words(looked)
    assert "en service depuis" in heading(office.page(f"/centre/{COVE}")), "nothing is kept yet"
    done = office.keep("fermer", centre=COVE, jour="2025-11-03")
    assert heading(done) == "C'est fait. CCSP de Covè : fermé à partir du 03/11/2025"
    assert heading(office.page(f"/centre/{COVE}")) == "CCSP de Covè : fermé depuis le 03/11/2025"
    number = re.search(r'name="numero" value="(\d+)"', done.text)[1]
    undone = office.keep("annuler", numero=number)
    assert "Annulé : CCSP de Covè" in heading(undone)
    assert "en service depuis" in heading(office.page(f"/centre/{COVE}"))


def test_one_centre_closes_another_opens_in_its_commune_and_a_third_moves(office):
    office.keep("fermer", centre=COVE, jour="03/11/2025")
    refused = office.send("ajouter", type="CCSP", commune="Covè", ouverture="2025-11-10")
    assert refused.status == 409 and "choisir un autre nom" in words(refused)
    assert 'value="2025-11-10"' in refused.text, "what was typed is kept"
    done = office.keep(
        "ajouter", type="CCSP", commune="Covè", ouverture="2025-11-10", nom="CCSP de Covè-Marché"
    )
    assert "ccsp-cove-2" in heading(done)
    done = office.keep(
        "deplacer",
        centre="ccsp-nikki",
        jour="2025-11-10",
        commune="Nikki",
        latitude="9,95",
        longitude="3,2",
    )
    assert "à Nikki (9,9500 ; 3,2000) depuis le 10/11/2025, avant à Nikki" in heading(done)
    page = words(office.page())
    assert "CCSP de Covè-Marché" in page and "fermé depuis le 03/11/2025" in page


def test_hours_holidays_directors_words_and_deadlines_are_kept(office):
    hours = {f"ouvre__{n}": "08:00" for n in range(5)} | {
        f"ferme__{n}": "17 h 30" for n in range(5)
    }
    done = office.keep("heures", centre=COVE, jour="2025-11-03", **hours)
    assert "du lundi au vendredi de 8 h à 17 h 30" in heading(done)
    assert "du lundi au vendredi de 8 h à 17 h 30" in words(office.page(f"/centre/{COVE}"))
    assert "férié (Journée locale)" in heading(
        office.keep("ferie", jour="2025-11-12", nom="Journée locale")
    )
    assert "Journée locale" in words(office.page("/jours"))
    office.keep("directeur", departement="Zou", fonction="DDTFP du Zou", jour="2025-01-01")
    assert "dirigé par DDTFP du Zou" in words(office.page())
    assert "« inondation » : ajouté" in heading(
        office.keep("mot", liste="reason", nom="inondation")
    )
    code = re.search(r"prestation=([\w-]+)", office.page("/listes").text)[1]
    assert "délai de 15 jours" in heading(office.keep("prestation", code=code, nom="", delai="15"))


@pytest.mark.parametrize(
    "quoi, fields, said",
    [
        ("fermer", {"centre": "ccsp-nulle-part", "jour": "2025-11-03"}, "Centre inconnu"),
        ("fermer", {"centre": COVE, "jour": "hier"}, "choisir un jour"),
        ("fermer", {"centre": COVE, "jour": "31/02/2025"}, "choisir un jour"),
        ("fermer", {"centre": COVE}, "choisir un jour"),
        ("heures", {"centre": COVE, "jour": "2025-11-03", "ouvre__0": "8 heures", "ferme__0": "9"}, "écrire l'heure"),
        ("heures", {"centre": COVE, "jour": "2025-11-03", "ouvre__0": "08:00"}, "les deux heures"),
        ("deplacer", {"centre": COVE, "jour": "2025-11-03", "commune": "Covè", "latitude": "nord"}, "en degrés"),
        ("nommer", {"centre": COVE, "nom": "x" * 300, "silence": ""}, "caractères"),
        ("nommer", {"centre": COVE, "nom": "CCSP de Covè", "silence": "٣"}, "nombre entier"),
        ("oublier", {"numero": "99"}, "plus retenue"),
        ("annuler", {"numero": "99999"}, "n'existe pas"),
        ("inventer", {"centre": COVE}, "n'existe pas"),
        ("confirmer", {"lot": "1"}, "relire la page"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_on_the_page_that_one_comes_from(office, quoi, fields, said):
    page = office.send(quoi, **fields)
    assert page.status in (404, 409)
    assert said in words(page)
    assert "<h1>" in page.text and "Traceback" not in page.text


def test_a_change_without_its_reason_or_that_would_do_something_else_by_now_is_read_again(office):
    fields = {"centre": COVE, "jour": "2025-11-03"}
    looked = office.send("fermer", **fields)
    page = office.send("fermer", **fields, raison="  ", effet=effect(looked))
    assert page.status == 409 and "Dire pourquoi" in words(page)
    office.keep("ferie", jour="2025-11-12", nom="Journée locale")
    page = office.send("fermer", **fields, raison="bail", effet=effect(looked))
    assert page.status == 409 and "relire ce qu'il fait" in words(page)
    assert 'value="bail"' in page.text
    kept = office.send("fermer", **fields, raison="bail", effet=effect(page))
    assert kept.status == 303


@pytest.mark.parametrize(
    "role", [Role.CABINET, Role.DIRECTOR, Role.FOCAL_POINT, Role.ADMINISTRATOR]
)
def test_nobody_else_sees_it_or_changes_anything(closed, role):  # noqa: F811
    given = {"sites": [COVE]} if role == Role.FOCAL_POINT else {}
    given |= {"departments": ["Zou"]} if role == Role.DIRECTOR else {}
    browser = closed.someone("autre", role=role, **given)
    for path in ("", "/ajouter", "/listes", f"/centre/{COVE}", "/fait/1"):
        assert browser.get(f"/referentiel{path}").status == 404
    body = urlencode({"quoi": "fermer", "centre": COVE, "jour": "2025-11-03"}).encode()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "content-length": str(len(body)),
        "origin": browser.origin,
    }
    assert run(browser.ask("/referentiel/changer", "POST", body, **headers)).status == 404
    context.close_databases()


def test_a_form_of_somebody_else_changes_nothing(office, closed):  # noqa: F811
    other = Office(closed.someone("gestion.2", role=Role.DATA_MANAGER))
    page = office.send("fermer", centre=COVE, jour="2025-11-03", jeton=other.token())
    assert page.status == 403
    assert "en service depuis" in heading(office.page(f"/centre/{COVE}"))


def test_a_file_that_readers_are_not_yet_shown_is_no_effect_of_a_change(office, closed, tmp_path):  # noqa: F811
    office.page()
    context.publish(context.latest_snapshot())
    Hands(closed.engine, tmp_path).hand_in("registre", visit(COVE, "03/11/2025", ref="1"))
    looked = office.send("mot", liste="channel", nom="radio")
    assert looked.status == 200 and "restent les mêmes" in words(looked)
    assert "→" not in words(looked)
