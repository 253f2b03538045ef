"""What the guide says of what is kept of people is what is kept, for so long, and seen by those."""

import io
import re
from dataclasses import replace
from datetime import date

import pypdf
import pytest

from dashboard.accounts.rights import Reach
from dashboard.answers import personal_data
from dashboard.exports import EXPORTS
from dashboard.settings import ROOT, load_settings
from db.table_descriptions import TABLES

pytestmark = pytest.mark.never_unstable


@pytest.fixture
def said(monkeypatch) -> str:
    monkeypatch.setenv("TEXTS_KEPT_MONTHS", "7")
    monkeypatch.setenv("PRIVACY_CONTACT", "dpo@ministere.example")
    load_settings.cache_clear()
    yield " ".join(personal_data.section().split())
    monkeypatch.undo()
    load_settings.cache_clear()


def test_it_answers_what_somebody_asks_of_his_data(said):
    for answer in (
        "Une visite n'a ni nom, ni téléphone, ni matricule",
        "Ministère du Travail et de la Fonction publique. Écrire à : dpo@ministere.example",
        "Autorité de protection des données personnelles (APDP)",
        "articles 415 et 416",
        "la personne qui administre le serveur",
    ):
        assert answer in said


def test_it_says_who_sees_what_and_how_long(said):
    assert "| Mots des plaintes | les usagers, et qui ils nomment |" in said
    assert "| directeur (de ses départements), gestionnaire des données | 7 mois |" in said
    assert (
        "| cabinet, directeur (de ses départements), point focal (de ses centres), gestionnaire des données"
        " | 60 mois, puis ce qui se compte : plus de référence |" in said
    )
    assert "| administrateur | 24 mois |" in said
    assert "**Comptes** : numéro, nom de connexion, adresse électronique" in said


@pytest.mark.parametrize("allowed", ["0", "1"])
def test_it_says_whether_files_hold_complaints_one_by_one(allowed, monkeypatch):
    monkeypatch.setenv("COMPLAINT_ROWS_IN_FILES", allowed)
    load_settings.cache_clear()
    said = personal_data.section()
    monkeypatch.undo()
    load_settings.cache_clear()
    assert ("les plaintes y sont une à une" in said) == (allowed == "1")
    assert ("aucune plainte n'y est seule" in said) == (allowed == "0")


def test_every_reach_of_a_right_is_said():
    assert set(personal_data.FAR) == set(Reach)


def test_each_question_of_an_officer_leads_to_an_answer_and_each_answer_to_a_question():
    text = (ROOT / "docs" / "confidentialite.md").read_text(encoding="utf-8")
    listed = [line.split("|")[3].strip() for line in text.splitlines() if line.startswith("| ")][1:]
    assert [one for one in listed if one != "---"] == [
        asked for asked, _ in personal_data.answers()
    ]


def test_the_record_is_printed_on_a4_and_says_all_that_the_guide_says():
    file = EXPORTS["pdf"].file(
        replace(personal_data.record(date(2026, 11, 24), demo=False), made_by="Fait par awa")
    )
    pages = pypdf.PdfReader(io.BytesIO(file)).pages
    assert {(round(p.mediabox.width), round(p.mediabox.height)) for p in pages} == {(595, 842)}
    told = re.sub(r"[\s\u200b]", "", " ".join(page.extract_text() for page in pages))
    said = [part for pair in personal_data.answers() for part in pair] + [
        *personal_data.BY_HAND,
        "Fait par awa",
    ]
    said += [one.title for one in TABLES.values() if one.about_whom]
    assert [one for one in said if re.sub(r"[\s`]", "", one) not in told] == []
