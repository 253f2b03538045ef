"""What is true now is counted to the date of the data, on every page and whatever the period, and says so; one « muet »."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import (
    cards,
    complaints,
    completeness,
    context,
    map,
    network,
    opening_answers,
)
from dashboard.answers.figures import comparison, figures, overall_figures
from dashboard.answers.network import SILENT_DAYS
from dashboard.answers.question import Question
from dashboard.answers.trust import trust_line
from tests.builders import COVE, EVERY_SITE, KANDI, NIKKI, Office, closing, complaint, visit

DAY = date(2025, 11, 24)  # a Monday
OLD = Question(date(2025, 3, 1), date(2025, 3, 31))
PLAIN = str.maketrans("\xa0\u202f", "  ")


@pytest.fixture
def asked(asked) -> Office:
    """Kandi is heard of on the last day of the data."""
    for day in ("2025-03-03", DAY.isoformat()):
        asked.hand_in("registre", visit(KANDI, day))
    return asked


def days_before(n: int) -> str:
    return (DAY - timedelta(days=n)).isoformat()


@pytest.mark.parametrize("by", ["visit", "closing"])
def test_a_site_is_silent_after_seven_days_without_visit_or_closing(asked, by):
    for site, ago in ((NIKKI, SILENT_DAYS), (COVE, SILENT_DAYS + 1)):
        asked.hand_in(
            "registre" if by == "visit" else "cloture",
            visit(site, days_before(ago)) if by == "visit" else closing(site, days_before(ago)),
        )
    heard = network.silences(LOCAL_READER)
    assert SILENT_DAYS == 7 and heard[NIKKI].days == 7 and not heard[NIKKI].is_silent
    assert heard[COVE].is_silent and heard[COVE].in_words.translate(PLAIN) == "muet depuis 8 jours"
    assert (
        heard[KANDI].in_words == ""
        and heard["gsru-cotonou"].in_words
        == "n'a encore remis ni registre des visites ni fiche de clôture"
    )


def test_what_is_said_of_a_silent_site_denies_no_day_that_was_closed_by_hand(asked):
    """The receipt said « journée close, 6 visites »: files alone may be said to be missing."""
    asked.hand_in("registre", visit(COVE, days_before(40)))
    asked.hand_in("cloture", closing(COVE, days_before(4), 6), declared=True)
    question = Question(date(2025, 11, 3), DAY, site=COVE)
    silence = network.silences(LOCAL_READER)[COVE]
    assert silence.in_words.translate(PLAIN) == "muet depuis 40 jours", "no file, no news"
    (statement,) = opening_answers.silent_sites(context.view(LOCAL_READER), question).statements
    said = {
        statement.words: "pas de registre des visites depuis le 15/10/2025 (40 jours)",
        cards.site_caption(
            LOCAL_READER, question, ""
        ): "Ce centre n'a remonté ni registre des visites ni fiche sur la période.",
    }
    assert [words.translate(PLAIN) for words in said] == list(said.values())
    trusted = trust_line(context.view(LOCAL_READER), question, "visits").translate(PLAIN)
    assert "n'a remis ni registre des visites ni fiche : CCSP de Covè" in trusted
    listed = completeness.silent_sites(LOCAL_READER, question, "muets")
    assert "sans registre des visites ni fiche de clôture" in listed.caption


def test_pages_map_and_lists_say_the_same_of_silent_sites_whatever_the_period(asked):
    asked.hand_in("registre", visit(COVE, days_before(40)))
    for question in (OLD, Question(date(2025, 1, 1), DAY)):
        heard = network.silences(LOCAL_READER, question).values()
        silent = {s.name for s in heard if s.is_silent}
        never = {s.name for s in heard if s.last is None}
        said = opening_answers.silent_sites(context.view(LOCAL_READER), question)
        assert said.when == "au 24/11/2025"
        assert silent == {"CCSP de Covè"} and len(never) == len(EVERY_SITE) - 2
        first, rest, stopped = said.statements
        assert [n.text for n in stopped.names] == ["Kandi"], "all data are of a year ago"
        assert first.names[0].text == "Covè" and first.words.startswith(
            "pas de registre des visites depuis le 15/10/2025"
        )
        left = f"et {len(never) - 3} autres n'ont encore remis ni registre des visites ni fiche de clôture"
        assert rest.words.replace("\xa0", " ") == left
        listed = completeness.missing_closings(LOCAL_READER, question, "remontees")
        since = {row[0].text: row[2].text for row in listed.table.rows}
        assert {n for n, w in since.items() if "muet" in w} == silent
        assert {n for n, w in since.items() if w == "rien de remis encore"} == never
        assert "au 24/11/2025" in listed.caption
        marks = map.plot(LOCAL_READER, question, "wait_p50").marks
        assert {m["name"] for m in marks if m["silent"]} == silent
    assert since["CCSP de Covè"].translate(PLAIN) == "15/10/2025, muet depuis 40 jours"


def test_open_complaints_and_the_oldest_are_those_of_the_date_of_the_data(asked):
    asked.hand_in(
        "plaintes",
        complaint("a", KANDI, "2025-03-10"),
        complaint("b", KANDI, "2025-03-12", resolved="2025-06-02"),
        complaint("c", KANDI, "2025-11-03"),
        covers=(date(2025, 1, 1), DAY),
        sites=EVERY_SITE,
    )
    for question in (OLD, replace(OLD, last=DAY)):
        f = overall_figures(LOCAL_READER, question)
        assert (f["complaints_open"].value, f["complaints_open"].note) == (2, "au 24/11/2025")
        assert f["complaints_oldest"].value == (DAY - date(2025, 3, 10)).days
        ages = complaints.ages(LOCAL_READER, question, "ages")
        assert ages.finding.translate(PLAIN) == (
            "2 plaintes en cours, dont 1 depuis plus de 90 jours, au 24/11/2025"
        )
        (tile,) = cards.cards(LOCAL_READER, question, ("complaints_open",)).cards
        assert (tile.value, tile.state) == (2, "au 24/11/2025")
    # What happened in a period stays counted in it, and a month has its own end.
    assert overall_figures(LOCAL_READER, OLD)["complaints_30d"].denominator == 2
    months = figures(LOCAL_READER, replace(OLD, last=date(2025, 4, 30)), "month")
    assert [months[m]["complaints_open"].value for m in ("2025-03", "2025-04")] == [2, 2]


def test_a_year_before_stands_the_same_day_a_year_before(asked):
    asked.hand_in("registre", visit(KANDI, "2024-03-04"), covers=(date(2024, 1, 1), DAY))
    asked.hand_in(
        "plaintes",
        complaint("a", KANDI, "2024-10-01", resolved="2025-01-10"),
        complaint("b", KANDI, "2025-05-01"),
        covers=(date(2024, 1, 1), DAY),
    )
    compared = comparison(LOCAL_READER, OLD)
    assert (
        compared.before["complaints_open"].value == 1
    )  # open on 24/11/2024, though not in March 2024
    assert compared.now["complaints_open"].value == 1


def test_days_not_closed_are_counted_to_the_date_of_the_data(asked):
    asked.hand_in("cloture", closing(KANDI, "2025-03-03"))
    short, long = (
        next(u for u in completeness.unclosed_days(LOCAL_READER, q) if u.code == KANDI).days
        for q in (OLD, replace(OLD, last=DAY))
    )
    assert short == long and short[-1] == DAY and date(2025, 3, 3) not in short


def test_complaints_received_after_the_date_of_the_data_are_counted_beside_the_figures(asked):
    """No figure counts them before the visits of these days are known; of an older period nothing is said."""
    asked.hand_in(
        "plaintes",
        complaint("P1", received="2025-11-20"),
        *(complaint(f"L{n}", received="2025-11-26") for n in range(3)),
        complaint("N1", site=NIKKI, received="2025-11-26"),
    )
    whole = Question(date(2025, 1, 1), date(2025, 12, 31))
    for question, later in ((whole, 4), (replace(whole, site=KANDI), 3), (OLD, 0)):
        said = trust_line(context.view(LOCAL_READER), question, "complaints_open").translate(PLAIN)
        assert (f"{later} plaintes reçues depuis" in said) is bool(later), question
        assert ("depuis cette date" in said) is bool(later), question
