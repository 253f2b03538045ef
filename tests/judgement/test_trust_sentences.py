"""« Puis-je m'y fier ? »: what a figure leaves out is counted beside it."""

from dataclasses import replace
from datetime import date

import pytest

from dashboard.indicators import INDICATORS, Indicator
from dashboard.judgement.trust_sentences import TrustContext, trust_line
from tests.builders import complaint, visit, waited

GROUND = TrustContext(date(2025, 12, 31), 0, False, (), 0, 0, False)


def said(office, code: str, **question) -> str:
    """The strip of an indicator, with plain spaces."""
    figures = {found: figure for (_, found), figure in office.figures(**question).items()}
    first = date.fromisoformat(question.get("first", "2025-01-01"))
    return plain(trust_line(code, figures, replace(GROUND, first=first)))


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def test_complaints_that_came_after_the_date_of_the_data_are_counted_beside_what_is_counted(office):
    office.hand_in("registre", visit(day="2025-03-03"))
    office.hand_in("plaintes", complaint("P1"), complaint("P2", received="2025-03-04"))
    figures = {code: figure for (_, code), figure in office.figures().items()}
    one, two = (replace(GROUND, complaints_later=n) for n in (1, 2))
    assert "2 plaintes reçues depuis cette date, pas encore comptées" in plain(
        trust_line("complaints_open", figures, two)
    )
    assert "1 plainte reçue depuis" in plain(trust_line("complaints_30d", figures, one))
    assert "plainte" not in trust_line("visits", figures, two)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("wait_within_30", "1 usager reçu en 30 minutes ou moins sur 2 visites dont l'attente"),
        ("left", "0 usager parti sans être reçu sur 2 visites dont l'issue est notée"),
        ("satisfaction", "1 usager satisfait sur 2 réponses"),
        ("women_share", "2 femmes sur 2 visites dont le sexe est noté"),
    ],
)
def test_the_part_of_a_share_is_named(office, code, words):
    noted = {"outcome": "servi", "sex": "F"}
    office.hand_in(
        "registre",
        visit(arrived="08:00", called="08:10", satisfied="oui", **noted),
        visit(arrived="08:00", called="09:00", satisfied="non", **noted),
    )
    assert said(office, code).startswith(words)


@pytest.mark.pitfall(5)
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("wait_p50", "hors 7 visites sans attente mesurée ou d'usagers partis"),
        ("wait_p90", "hors 7 visites sans attente mesurée ou d'usagers partis"),
        (
            "wait_within_30",
            "hors 6 visites sans heures notées",
        ),  # who left after an arrival that was noted counts as late
        ("left", "hors 2 visites sans issue notée"),
        ("satisfaction", "hors 43 visites sans réponse"),
        ("women_share", "hors 44 visites dont le sexe n'est pas noté"),
    ],
)
def test_rows_that_a_figure_leaves_out_are_counted_beside_it(office, code, words):
    office.hand_in(
        "registre",
        *[waited(10)] * 40,
        *[visit(outcome="servi", satisfied="oui", sex="F")] * 3,
        visit(arrived="08:00", outcome="parti"),
        visit(outcome="parti", satisfied="non"),
        *[visit()] * 2,
    )
    assert f" · {words}" in said(office, code)


def of_visits(i: Indicator) -> bool:
    """Whether a reader takes the figure for one of all visits: a wait, or a share whose own words speak of visits."""
    words = ("visite", "servis", "usager")
    return i.register == "visits" and (
        i.unit == "minutes" or i.unit == "percent" and any(w in i.denominator for w in words)
    )


@pytest.mark.pitfall(5)
def test_no_share_or_quantile_of_visits_leaves_rows_out_without_saying_so(office):
    office.hand_in("registre", *[waited(10, sex="F", satisfied="oui")] * 40, *[visit()] * 3)
    found, shares = office.figures(), [i for i in INDICATORS if of_visits(i)]
    assert {"wait_p50", "left", "women_share"} <= {i.code for i in shares}
    for i in shares:
        figure = found["nation", i.code]
        left_out = 43 - (figure.n if figure.denominator is None else figure.denominator)
        assert (f" · hors {left_out:.0f} visites " in said(office, i.code)) == bool(left_out), (
            f"on the screen nothing says that « {i.label} » leaves {left_out:.0f} visits out: its entry needs a `rest`"
        )


@pytest.mark.pitfall(5)
def test_visits_of_closed_days_are_counted_and_said(office):
    office.hand_in(
        "registre", *[visit(day="2025-03-03")] * 5, *[visit(day="2025-03-02")] * 3
    )  # the second is a Sunday
    for code in ("visits", "visits_per_day"):
        assert "dont 3 visites notées un jour de fermeture" in said(office, code)


@pytest.mark.pitfall(5)
def test_complaints_that_have_not_had_their_days_are_counted_beside_the_share(office):
    office.hand_in(
        "plaintes",
        *[complaint(f"A{n}", received="2025-03-03", resolved="2025-03-10") for n in range(6)],
        complaint("B1", received="2025-12-20"),
        complaint("B2", received="2025-12-21"),
        as_of="2025-12-31T12:00:00+01:00",
    )
    assert "hors 2 plaintes plus récentes" in said(office, "complaints_30d_due")


def test_where_nothing_is_left_out_nothing_is_said_of_it(office):
    office.hand_in("registre", *[waited(10, sex="F", satisfied="oui")] * 40)
    for i in INDICATORS:
        assert "hors " not in said(office, i.code), i.code


def test_a_figure_rests_on_what_it_counts_in_its_own_words(office):
    office.hand_in("registre", *[waited(10, day="2025-03-03")] * 3, waited(10, day="2025-03-04"))
    assert said(office, "visits_per_day").startswith("4 visites en 2 jours ouverts · ")
    assert said(office, "wait_p50").startswith("4 attentes mesurées · ")


@pytest.mark.parametrize("first, is_unsure", [("2024-05-14", True), ("2024-05-15", False)])
def test_a_share_of_women_says_that_registers_said_men_by_default(office, first, is_unsure):
    office.hand_in("registre", *(visit(day="2024-05-16", sex="F", ref=str(n)) for n in range(20)))
    line = said(office, "women_share", first=first, last="2024-05-31")
    assert ("par défaut avant mai 2024" in line) is is_unsure
