"""Headings and words that files write in their own way: proposed, confirmed once, remembered, forgotten."""

import re

import pytest
from sqlalchemy import text

from dashboard.accounts.rights import Role
from dashboard.forms.formats import FORMATS
from dashboard.forms.reference_names import normalise
from dashboard.forms.spellings import is_like, is_personal
from tests.builders import csv_text, visit
from tests.hand_in.conftest import COVE, Desk, heading, words
from tests.hand_in.test_page import october


def register(headings: dict[str, str], lines=None, extra: str = "") -> bytes:
    """October's register with other headings; extra: a heading more, of a column about people."""
    content = csv_text("registre", *(lines or october()))
    top, _, rest = content.partition("\n")
    named = [headings.get(h.strip(), h.strip()) for h in top.split(";")]
    assert set(headings) <= {h.strip() for h in top.split(";")}
    if extra:
        named.append(extra)
        rest = "\n".join(f"{line};DOSSOU Afiavi" if line else "" for line in rest.split("\n"))
    return "\n".join([";".join(named), rest]).encode()


def kept_spellings(desk: Desk, closed) -> list[tuple]:
    with closed.engine.connect() as connection:
        asked = "SELECT form, field, written, word FROM file_spelling ORDER BY id"
        return [tuple(row) for row in connection.execute(text(asked))]


OTHER = {"Date": "Date visite", "Heure d'arrivée": "Arrivée", "Référence": "N° d'ordre"}


def test_unknown_headings_are_proposed_agreed_to_once_and_remembered(desk, closed):
    page = desk.send(register(OTHER))
    assert heading(page) == "À dire d'abord : 3 colonnes de ce fichier s'écrivent autrement"
    assert "« Date visite » est <strong>Date</strong>" in words(page)
    assert "01/10/2025, 02/10/2025" in words(page), "the first cells are shown"
    assert "Confirmer et garder" not in words(page)
    refused = desk.press(page, "confirmer")
    assert refused.status == 409 and "Dire d'abord" in words(refused)
    address = desk.waiting(page)
    page = desk.fill(address, faire="colonnes")
    assert heading(page).startswith("Bon à garder : 30 lignes")
    assert kept_spellings(desk, closed) == [], "nothing is remembered of a file that is not kept"
    page = desk.press(page, "confirmer")
    assert "3 mots retenus" in words(page)
    assert {(form, field) for form, field, *_ in kept_spellings(desk, closed)} == {
        ("registre", "day"), ("registre", "arrived_at"), ("registre", "source_ref")
    }  # fmt: skip
    lines = [visit(COVE, "31/10/2025", "09:00", called="09:10", ref="101")]
    page = desk.send(register(OTHER, lines))
    assert heading(page).startswith("Bon à garder : 1 ligne")


@pytest.mark.parametrize("written", ["Covè", "cove", "CCSP Covè", COVE])
def test_a_site_that_is_named_by_its_commune_remembers_its_headings_too(desk, closed, written):
    lines = [[written, *row[1:]] for row in october()]
    page = desk.fill(desk.waiting(desk.send(register(OTHER, lines))), faire="colonnes")
    page = desk.press(page, "confirmer")
    assert heading(page).startswith("C'est fait. 30 lignes"), words(page)[:300]
    assert len(kept_spellings(desk, closed)) == 3
    page = desk.send(register(OTHER, [visit(COVE, "31/10/2025", "09:00", ref="101")]))
    assert heading(page).startswith("Bon à garder : 1 ligne")


def test_what_one_site_writes_is_not_what_another_does(desk, closed):
    desk.press(desk.fill(desk.waiting(desk.send(register(OTHER))), faire="colonnes"), "confirmer")
    other = Desk(closed.someone("pf.kandi", role=Role.FOCAL_POINT, sites=["ccsp-kandi"]))
    lines = [visit("ccsp-kandi", "03/10/2025", ref="1")]
    page = other.send(register(OTHER, lines), centre="ccsp-kandi")
    assert heading(page).startswith("À dire d'abord : 3 colonnes")


@pytest.mark.parametrize(
    "called",
    ["Nom", "Nom et prénoms", "N° de téléphone", "Tel.", "Matricule", "Contact usager", "Numéro NPI"],
)  # fmt: skip
def test_a_column_about_people_is_never_proposed(desk, called):
    assert is_personal(called)
    page = desk.send(register({"Référence": called}))
    assert page.status == 422 and "Référence" in words(page)
    assert "est <strong>" not in page.text


@pytest.mark.parametrize("called", ["N° d'ordre", "Numéro de ligne", "Nom du centre", "Prestation"])
def test_a_column_about_things_is_no_column_about_people(called):
    assert not is_personal(called)


def test_a_column_beside_the_form_is_neither_proposed_nor_kept(desk, closed):
    page = desk.send(register(OTHER, extra="Nom et prénoms"))
    assert "« Nom et prénoms »" not in words(page) and "DOSSOU" not in words(page)
    page = desk.press(desk.fill(desk.waiting(page), faire="colonnes"), "confirmer")
    assert heading(page).startswith("C'est fait.")


def test_long_numbers_under_an_unknown_heading_are_no_reference(desk):
    lines = [visit(COVE, f"{d:02}/10/2025", ref=f"9712{d:04}88") for d in range(1, 9)]
    assert desk.send(register({"Référence": "N°"}, lines)).status == 422


def test_a_heading_that_nothing_is_like_is_refused_as_it_was(desk):
    page = desk.send(register({"Type": "Zzz"}))
    assert page.status == 422 and "Type" in words(page)


def faulty_service(word: str, day: int = 3) -> bytes:
    lines = [visit(COVE, f"{day:02}/10/2025", service=word, ref=f"{day}-{n}") for n in range(3)]
    return csv_text("registre", *lines).encode()


def offered_service(page) -> str:
    """A service that the page offers."""
    name = re.search(r'name="(case [\d ]+service_id)"', page.text)[1]
    found = re.search(rf'name="{name}".*?<option value="([^"]+)">', page.text, re.DOTALL)
    return found[1].replace("&#39;", "'").replace("&amp;", "&")


def test_a_word_is_remembered_where_it_is_asked_for_and_forgotten_when_it_is_wrong(desk, closed):
    page = desk.send(faulty_service("GUICHET9"))
    assert "lire « GUICHET9 » comme le mot choisi ici" in words(page)
    service = offered_service(page)
    cells = {"case 0 2 service_id": service, "retenir 0 2 service_id": "oui"}
    page = desk.press(desk.press(page, "corriger", **cells), "confirmer")
    assert "1 mot retenu" in words(page)
    assert kept_spellings(desk, closed) == [("registre", "service_id", "guichet9", service)]
    page = desk.send(faulty_service("Guichet9", 6))
    assert heading(page).startswith("Bon à garder : 3 lignes")
    assert f"<s>Guichet9</s> {service}" in words(page).replace("&#39;", "'")
    page = desk.press(page, "oublier service_id Guichet9")
    assert heading(page).startswith("Pas encore accepté : 3 cases")
    assert kept_spellings(desk, closed) == []


def test_a_word_is_not_remembered_unless_it_is_asked_for(desk, closed):
    page = desk.send(faulty_service("AGOSSOU Koffi"))
    page = desk.press(page, "corriger", **{"case 0 2 service_id": offered_service(page)})
    assert heading(desk.press(page, "confirmer")).startswith("C'est fait.")
    assert kept_spellings(desk, closed) == []


NEVER = {
    "Usagers insatisfaits": "canevas", "Non satisfait": "registre", "Date de saisie": "registre", "Heure d'attente": "registre",
    "Commune de résidence": "registre", "Motif d'insatisfaction": "registre", "N° mle": "registre", "N° client": "registre",
    "Visites prévues": "cloture", "Usagers hommes": "cloture", "Visiteur": "cloture", "Agent d'accueil": "cloture",
    "Agent KOFFI Adjovi": "cloture", "Reçue par": "plaintes", "Répondue par": "plaintes", "Statut matrimonial": "registre",
    "Date naiss": "registre", "N° CNSS": "registre", "N° pièce": "registre", "N° de téléphone": "registre",
}  # fmt: skip


@pytest.mark.parametrize("name", NEVER)
def test_a_heading_that_says_something_else_is_like_none_of_ours(name):
    form = FORMATS[NEVER[name]]
    assert [c.heading for c in form.columns if is_like(c, normalise(name))] == []


@pytest.mark.parametrize(
    ("name", "form", "ours"),
    [
        ("Date visite", "registre", "Date"),
        ("Heure arrivée", "registre", "Heure d'arrivée"),
        ("Heure d'arrivee exacte", "registre", "Heure d'arrivée"),
        ("Prestations demandées", "registre", "Prestation"),
        ("N° d'ordre", "registre", "Référence"),
        ("N°", "registre", "Référence"),
        ("Satisfat", "registre", "Satisfait"),
        ("Date de réponse", "plaintes", "Répondue le"),
        ("Date de réception", "plaintes", "Reçue le"),
        ("Nombre de visites", "cloture", "Visites déclarées"),
        ("Nom du centre", "cloture", "Centre"),
    ],
)
def test_a_heading_that_says_the_same_is_like_one_of_ours_alone(name, form, ours):
    columns = FORMATS[form].columns
    assert [c.heading for c in columns if is_like(c, normalise(name))] == [ours]


def test_of_two_that_may_be_it_none_is_taken(desk):
    content = register({"Date": "Date visite"}).decode().split("\n")
    content[0] += ";Date du jour"
    content[1:] = [f"{line};01/10/2025" if line else "" for line in content[1:]]
    assert desk.send("\n".join(content).encode()).status == 422


def test_a_remembered_heading_is_shown_and_forgotten(desk, closed):
    desk.press(desk.fill(desk.waiting(desk.send(register(OTHER))), faire="colonnes"), "confirmer")
    lines = [visit(COVE, "31/10/2025", ref="101")]
    page = desk.send(register(OTHER, lines))
    assert "« N° d'ordre » est Référence" in words(page)
    page = desk.press(page, "oublier-colonne N° d'ordre")
    assert "n'est plus retenue" in words(page)
    assert heading(desk.send(register(OTHER, lines))).startswith("À dire d'abord : 1 colonne")


def test_two_remembered_headings_for_one_column_are_asked_again(desk):
    for name in ("N° d'ordre", "Numéro de ligne"):
        page = desk.send(register({"Référence": name}, october()[: 3 if name[0] == "N" else 5]))
        if heading(page).startswith("À dire"):
            page = desk.fill(desk.waiting(page), faire="colonnes")
        desk.press(page, "confirmer")
    content = register({"Référence": "N° d'ordre"}).decode().split("\n")
    content[0] += ";Numéro de ligne"
    content[1:] = [f"{line};7" if line else "" for line in content[1:]]
    page = desk.send("\n".join(content).encode())
    assert page.status == 422 and "Référence" in words(page) and "plusieurs fois" not in words(page)


def test_a_word_is_remembered_as_it_stands_in_the_end(desk, closed):
    page = desk.send(faulty_service("GUICHET X"))
    service = offered_service(page)
    cells = {"case 0 2 service_id": service, "retenir 0 2 service_id": "oui"}
    page = desk.press(page, "corriger", **cells)
    assert "Sera retenu" in words(page)
    page = desk.press(page, "annuler 0 2 service_id")
    page = desk.press(page, "corriger", **{"vider 0 2 service_id": "oui"})
    assert "Sera retenu" not in words(page)
    desk.press(page, "confirmer")
    assert kept_spellings(desk, closed) == []


def test_numbers_are_never_remembered(desk, closed):
    page = desk.send(faulty_service("97 12 34 56"))
    cells = {"case 0 2 service_id": offered_service(page), "retenir 0 2 service_id": "oui"}
    desk.press(desk.press(page, "corriger", **cells), "confirmer")
    assert kept_spellings(desk, closed) == []
