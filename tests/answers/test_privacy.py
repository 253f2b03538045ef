"""What the guide says of what is kept of people is what is kept, for so long, and seen by those."""

import pytest

from dashboard.accounts.rights import Reach
from dashboard.answers import privacy
from dashboard.settings import load


@pytest.fixture
def said(monkeypatch) -> str:
    monkeypatch.setenv("TEXTS_KEPT_MONTHS", "7")
    monkeypatch.setenv("PRIVACY_CONTACT", "dpo@ministere.example")
    load.cache_clear()
    yield " ".join(privacy.section().split())
    monkeypatch.undo()
    load.cache_clear()


def test_it_answers_what_somebody_asks_of_his_data(said):
    for answer in (
        "Une visite n'a ni nom, ni téléphone, ni matricule",
        "Écrire à : dpo@ministere.example",
        "Autorité de protection des données personnelles (APDP)",
        "articles 415 et 416",
        "python -m db erase-text CENTRE REFERENCE",
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
    load.cache_clear()
    said = privacy.section()
    monkeypatch.undo()
    load.cache_clear()
    assert ("les plaintes y sont une à une" in said) == (allowed == "1")
    assert ("aucune plainte n'y est seule" in said) == (allowed == "0")


def test_every_reach_of_a_right_is_said():
    assert set(privacy.FAR) == set(Reach)
