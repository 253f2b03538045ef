"""What is to be checked: found in what files brought, said under the figures that rest on it, its rows shown to who may see them,
checked once with a reason, and shown again when a row is new. No figure changes by it."""

from dataclasses import replace
from datetime import date

import pytest

from dashboard import french
from dashboard.accounts.rights import LOCAL_READER, NotAllowed, Person, Role
from dashboard.actions import quality_checks as actions
from dashboard.answers import (
    cards,
    checked_rows,
    context,
    opening_answers,
    quality_checks,
    wait_headlines,
    weekday_hours,
)
from dashboard.answers import map as map_answers
from dashboard.answers.question import Question
from dashboard.answers.trust import trust_line
from dashboard.answers.waits import distribution
from dashboard.panel import Message
from dashboard.settings import load_settings
from db.write import Refused
from tests.builders import COVE, KANDI, NIKKI, Office, closing, visit
from tests.clock import as_of

OCTOBER = Question(date(2026, 10, 1), date(2026, 10, 31))
YEAR = Question(date(2025, 12, 1), date(2026, 11, 30))
MANAGER = Person("données", Role.DATA_MANAGER)
CABINET = Person("cabinet", Role.CABINET)
DIRECTOR = Person("directeur", Role.DIRECTOR, frozenset({"Zou"}))
OF_ALIBORI = Person("directrice", Role.DIRECTOR, frozenset({"Alibori"}))
OF_KANDI = Person("point focal", Role.FOCAL_POINT, sites=frozenset({KANDI}))
OF_COVE = Person("point focal", Role.FOCAL_POINT, sites=frozenset({COVE}))
GUEST = Person("invité", Role.GUEST)
DAYS = ["2026-10-05", "2026-10-06", "2026-10-07", "2026-10-08", "2026-10-09"]


@pytest.fixture(autouse=True)
def a_day():
    """A Friday, a month after what is handed in."""
    with as_of("2026-11-27T14:00"):
        yield


def usual(site: str = KANDI, each: int = 10) -> list[list]:
    """Five days on which some people waited for some minutes each."""
    return [
        visit(site, day, f"{9 + n}:{i:02}", f"{9 + n}:{i + 8 + 2 * n:02}", ref=f"{day}-{n}")
        for i, day in enumerate(DAYS)
        for n in range(each)
    ]


def late(number: int, site: str = KANDI, called: str = "14:30") -> list:
    """A user who was called five hours late or more."""
    return visit(site, DAYS[0], f"08:{number:02}", called, ref=f"tard-{number}")


def told(person: Person = MANAGER, question: Question = YEAR) -> list[str]:
    """What is to be checked, in plain spaces."""
    found = quality_checks.to_check(person, question)
    return [one.in_words.replace(french.SPACE, " ") for one in found]


def first(person: Person = MANAGER) -> quality_checks.ToCheck:
    """The first that is to be checked."""
    return quality_checks.to_check(person, YEAR)[0]


def marks(one: quality_checks.ToCheck) -> tuple[str, ...]:
    """Of the rows that are shown of it."""
    return tuple(mark for mark, _ in quality_checks.unchecked_rows(MANAGER, one) or ())


def check(reason: str = "relu au registre papier", person: Person = MANAGER) -> None:
    """Say that the first that is to be checked is in order."""
    one = first()
    actions.acknowledge(person, one, marks(one), reason)


def test_without_data_and_with_an_honest_register_nothing_is_to_be_checked(asked: Office):
    assert told() == []
    panel = quality_checks.listed(MANAGER, YEAR, "k")
    assert isinstance(panel.content, Message) and panel.finding.startswith(
        "Aucun registre n'est remonté"
    )
    asked.hand_in("registre", *usual())
    assert told() == [] and quality_checks.listed(MANAGER, YEAR, "k").finding.replace(
        french.SPACE, " "
    ) == ("Rien à vérifier dans ce qui est remis, dans 1 centre sur 24")
    assert "à vérifier" not in trust_line(MANAGER, YEAR, "wait_p50")


def test_what_is_out_of_the_way_is_found_and_named(asked: Office):
    copies = [
        visit(KANDI, DAYS[1], f"11:{n:02}", f"11:{n + 9:02}", ref=f"{n}{x}")
        for n in range(8)
        for x in "ab"
    ]
    asked.hand_in("registre", *usual(), late(1), *copies, visit(COVE, DAYS[0], "02:10", ref="nuit"))
    asked.hand_in("cloture", *(closing(KANDI, day, 10) for day in DAYS), closing(COVE, DAYS[0], 9))
    assert sorted(told()) == [
        "CCSP de Covè : 1 arrivée hors des heures d'ouverture, octobre 2026",
        "CCSP de Covè : 1 jour où clôture et registre diffèrent nettement, octobre 2026",
        "CCSP de Kandi : 1 attente de 4 heures ou plus, octobre 2026",
        "CCSP de Kandi : 1 jour où clôture et registre diffèrent nettement, octobre 2026",
        "CCSP de Kandi : 8 lignes qui en répètent d'autres, octobre 2026",
    ]
    panel = quality_checks.listed(MANAGER, YEAR, "k")
    assert panel.finding.replace(french.SPACE, " ") == (
        "À vérifier : 5 constats, CCSP de Kandi et CCSP de Covè"
    )
    assert len(panel.table.rows) == 5 and all(row[4].text for row in panel.table.rows)
    in_zou = Question(YEAR.first, YEAR.last, ("Zou",))
    assert {line.split(" :")[0] for line in told(question=in_zou)} == {"CCSP de Covè"}
    assert told(question=Question(date(2026, 11, 1), date(2026, 11, 27))) == []


def test_times_that_a_form_wrote_are_said_beside_what_rests_on_them(asked: Office):
    """Below, under « Puis-je m'y fier ? » alone, nobody reads that an hour of arrival was never noted."""
    waits = lambda name, site: [  # noqa: E731
        visit(site, day, "08:00", f"08:{10 + n}", ref=f"{name}{day}-{n}")
        for day in DAYS
        for n in range(10)
    ]
    asked.hand_in("registre", *waits("f", KANDI))
    words = "presque toutes les arrivées notées à 8 h à Kandi : à vérifier"
    of_site = replace(OCTOBER, site=KANDI)
    plain = lambda text: text.replace(french.SPACE, " ")  # noqa: E731
    state = lambda question: {  # noqa: E731
        one.card.code: plain(one.second_line)
        for one in cards.metrics(CABINET, question, ("visits", "wait_p50", "wait_within_30"))
    }
    for question, said in ((OCTOBER, words), (of_site, words.replace(" à Kandi", ""))):
        assert state(question)["wait_p50"].startswith(said)
        assert state(question)["wait_within_30"].startswith(said)
        assert "arrivées" not in state(question)["visits"]
        assert plain(wait_headlines.waits(CABINET, question)).endswith(f" ; {said}")
        panel = cards.cards(CABINET, question, ("wait_p50",), "k", "Chiffres")
        assert plain(panel.cards[0].state).startswith(said)
    for draw in (weekday_hours.arrivals, weekday_hours.waits):
        said = plain(draw(CABINET, of_site, "k").finding)
        assert said == "Presque toutes les arrivées notées à 8 h : à vérifier"
    reply = opening_answers.longest_waits(CABINET, OCTOBER)
    assert words.replace(" à Kandi", "") in plain(reply.statements[0].words)
    assert plain(quality_checks.doubt(CABINET, replace(YEAR, site=KANDI), "wait_p50")).endswith(
        "8 h en octobre 2026 : à vérifier"
    )
    asked.hand_in("registre", *waits("n", NIKKI))
    both = "presque toutes les arrivées notées à 8 h à Kandi et Nikki : à vérifier"
    assert state(OCTOBER)["wait_p50"].startswith(both)
    check("vu"), check("vu")
    assert "arrivées" not in state(OCTOBER)["wait_p50"], "checked, it is not said again"


def test_times_that_a_form_wrote_at_one_of_many_sites_are_said_of_that_site_alone(asked: Office):
    written = [
        visit(KANDI, d, "08:00", f"08:{n + 9:02}", ref=f"{d}{n}") for d in DAYS for n in range(9)
    ]
    honest = [
        visit(
            COVE,
            day,
            f"{8 + n // 12:02}:{5 * (n % 12):02}",
            f"{8 + n // 12:02}:59",
            ref=f"{day}-{n}",
        )
        for day in DAYS
        for n in range(96)
    ]
    asked.hand_in("registre", *written, *honest)
    assert quality_checks.doubt(CABINET, OCTOBER, "wait_p50") == "", "of 45 waits in 525"
    assert "8\xa0h" in quality_checks.doubt(CABINET, replace(OCTOBER, site=KANDI), "wait_p50")
    assert quality_checks.doubt(CABINET, replace(OCTOBER, departments=("Alibori",)), "wait_p50")


def test_nobody_is_named_first_who_has_no_more_to_check_than_the_next(asked: Office):
    asked.hand_in("registre", *usual(), late(1), visit(KANDI, DAYS[0], "02:10", ref="nuit"))
    asked.hand_in("cloture", *(closing(KANDI, day, 20) for day in DAYS))
    for site in (COVE, NIKKI):
        asked.hand_in("registre", visit(site, DAYS[0], "02:10", ref="nuit"))
        asked.hand_in("cloture", closing(site, DAYS[0], 9))
    panel = quality_checks.listed(MANAGER, YEAR, "k")
    assert panel.finding.replace(french.SPACE, " ") == (
        "À vérifier : 7 constats dans 3 centres, surtout CCSP de Kandi (3)"
    )


def test_no_figure_changes_and_each_panel_that_rests_on_it_says_it(asked: Office):
    asked.hand_in("registre", *usual(), late(1), late(2))
    said = "à vérifier : 2 attentes de 4 heures ou plus"
    assert asked.figure("visits", first="2026-10-01", last="2026-10-31").value == 52
    assert asked.figure("wait_p50", first="2026-10-01", last="2026-10-31").n == 52
    for code in ("wait_p50", "wait_p90", "wait_within_30"):
        assert said in trust_line(CABINET, OCTOBER, code).replace(french.SPACE, " ")
    assert said in distribution(CABINET, OCTOBER, "k").trust_line.replace(french.SPACE, " ")
    for code in ("visits", "satisfaction", "complaints_open"):
        assert "à vérifier" not in trust_line(CABINET, OCTOBER, code)
    november = Question(date(2026, 11, 1), date(2026, 11, 27))
    assert "à vérifier" not in trust_line(CABINET, november, "wait_p50")


def test_a_figure_is_told_of_what_is_in_its_days_alone(asked: Office):
    """A long wait of the 5th is nothing to check in a figure of the 6th to the 9th; nor more than the rows of its days."""
    asked.hand_in(
        "registre", *usual(), late(1), late(2), visit(KANDI, DAYS[2], "08:01", "14:00", ref="t3")
    )
    told_of = {}
    for first_day, last_day in ((5, 9), (5, 5), (6, 9), (8, 9)):
        days = Question(date(2026, 10, first_day), date(2026, 10, last_day))
        said = trust_line(MANAGER, days, "wait_p50").replace(french.SPACE, " ")
        told_of[first_day, last_day] = said.partition("à vérifier : ")[2].partition(" ")[0]
    assert told_of == {(5, 9): "3", (5, 5): "2", (6, 9): "1", (8, 9): ""}


def test_what_was_checked_is_shown_no_more_and_a_new_row_is(asked: Office):
    asked.hand_in("registre", *usual(), late(1), late(2))
    check()
    assert told() == []
    assert "à vérifier" not in trust_line(MANAGER, OCTOBER, "wait_p50")
    (row,) = checked_rows.checked(MANAGER, YEAR, "k").table.rows
    assert [cell.text for cell in row[:2]] == ["CCSP de Kandi", "Attentes de 4 heures ou plus"]
    assert [cell.text for cell in row[4:]] == [
        "2",
        "relu au registre papier",
        "données",
        "27/11/2026",
    ]
    asked.hand_in("registre", late(3))
    assert told() == ["CCSP de Kandi : 1 attente de 4 heures ou plus, octobre 2026"]
    ((_, shown),) = quality_checks.unchecked_rows(MANAGER, first())
    assert shown.cells[3] == "tard-3"
    check("celle-ci aussi")
    assert told() == []
    assert asked.figure("visits", first="2026-10-01", last="2026-10-31").value == 53


def test_a_row_that_was_checked_and_then_changed_is_to_be_checked_again(asked: Office):
    asked.hand_in("registre", *usual(), late(1), late(2))
    check()
    asked.hand_in("registre", late(2, called="16:45"))
    ((_, shown),) = quality_checks.unchecked_rows(MANAGER, first())
    assert shown.cells[1].replace(french.SPACE, " ") == "16 h 45"


def test_a_file_that_comes_again_or_goes_leaves_what_was_checked(asked: Office):
    batch = asked.hand_in("registre", *usual(), late(1), late(2)).batch_id
    check()
    asked.withdraw(batch)
    assert told() == []
    asked.hand_in("registre", *usual(), late(1), late(2), name="encore.csv")
    assert told() == []


def test_a_check_is_in_the_journal_and_is_taken_back(asked: Office):
    asked.hand_in("registre", *usual(), late(1))
    check()
    (done,) = checked_rows.checks(MANAGER)
    actions.take_back(MANAGER, done.id)
    assert told() == ["CCSP de Kandi : 1 attente de 4 heures ou plus, octobre 2026"]
    with pytest.raises(Refused, match="déjà été reprise"):
        actions.take_back(MANAGER, done.id)
    lines = asked.rows("SELECT did, who, why FROM journal ORDER BY id DESC LIMIT 2")
    assert lines == [
        ("took back check", "données", ""),
        ("acknowledged", "données", "relu au registre papier"),
    ]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_a_check_needs_a_reason_of_some_length(asked: Office, reason):
    asked.hand_in("registre", *usual(), late(1))
    with pytest.raises(Refused):
        check(reason)
    with pytest.raises(Refused):
        actions.acknowledge(MANAGER, first(), (), "sans ligne")
    assert len(told()) == 1 and checked_rows.checks(MANAGER) == ()


def test_who_answers_for_a_site_sees_its_rows_and_a_data_manager_alone_checks_them(asked: Office):
    asked.hand_in("registre", *usual(), late(1))
    one = first()
    for person in (MANAGER, OF_ALIBORI, OF_KANDI, LOCAL_READER):
        rows = quality_checks.unchecked_rows(person, one)
        assert rows is not None and len(rows) == 1
        assert quality_checks.rows(person, one, "k").table.rows
    for person in (CABINET, DIRECTOR, OF_COVE, GUEST):
        assert quality_checks.unchecked_rows(person, one) is None
        panel = quality_checks.rows(person, one, "k")
        assert isinstance(panel.content, Message) and not panel.table.rows
    for person in (CABINET, DIRECTOR, OF_KANDI, OF_COVE, GUEST):
        assert not actions.may_check(person, KANDI)
        with pytest.raises(NotAllowed):
            actions.acknowledge(person, one, marks(one), "en ordre")
    assert checked_rows.checks(MANAGER) == ()
    assert told(CABINET) == told(OF_COVE) == told(MANAGER) != []
    nobody = Person("comptes", Role.ADMINISTRATOR)
    assert told(nobody) == []


def test_rows_that_may_have_come_to_their_term_are_not_to_be_checked(asked: Office, monkeypatch):
    asked.hand_in("registre", *usual(), late(1), visit(KANDI, "2026-11-20", ref="novembre"))
    assert len(told()) == 1
    monkeypatch.setenv("VISITS_KEPT_MONTHS", "2")
    load_settings.cache_clear()
    quality_checks.FINDINGS.clear()
    context.close_databases()
    assert told() == []


def test_rows_are_read_of_the_site_months_that_sums_single_out_alone(asked: Office, monkeypatch):
    asked.hand_in("registre", *usual(KANDI, 5), *usual(COVE, 5), late(1, COVE))
    read = []
    monkeypatch.setattr(
        "dashboard.answers.site_evidence.register_rows",
        lambda _c, site, sites, days: read.append((site, days)) or [],
    )
    quality_checks.unchecked(MANAGER)
    assert {site for site, _ in read} == {COVE}  # a day with six users; others had five
    assert [day.isoformat() for _, days in read for day in days] == [DAYS[0]]


def test_the_opening_page_asks_nothing_of_it(asked: Office, monkeypatch):
    from dashboard.ui import cache_warming

    asked.hand_in("registre", *usual(), late(1))
    monkeypatch.setattr(quality_checks, "site_evidence", lambda *_: pytest.fail("it was asked"))
    with context.page_run():
        cache_warming._answer_opening()
        question, _ = cache_warming._opening() or (OCTOBER, None)
        map_answers.panel(MANAGER, question, "wait_p50", "carte", every_signal=True)


def test_the_rows_of_a_finding_are_read_once_for_all_the_figures_that_rest_on_it(
    asked: Office, monkeypatch
):
    asked.hand_in("registre", *usual(), late(1), visit(KANDI, DAYS[4], "08:02", "14:30", ref="2"))
    read, rows = [], quality_checks._rows
    monkeypatch.setattr(
        quality_checks, "_rows", lambda *one: read.append(one[-1].rule) or rows(*one)
    )
    begin = Question(date(2026, 10, 5), date(2026, 10, 6))
    codes = ("wait_p50", "wait_p90", "wait_within_30")
    with context.page_run():
        assert all(quality_checks.trust_words(MANAGER, begin, code) for code in codes)
    assert read and len(read) == len(set(read))
