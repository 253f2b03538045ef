"""What nobody handed in is not read as nothing: a first file, a register that stops, sites that never began."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import (
    bulletin,
    cards,
    complaint_delays,
    complaints,
    completeness,
    context,
    control_charts,
    deck,
    headlines,
    indicator_panels,
    monthly_series,
    network,
    opening_answers,
    period_comparison,
    site_series,
    sites,
    slides,
)
from dashboard.answers.control_charts import trust_context
from dashboard.answers.figures import comparison, figures, overall_figures, trend
from dashboard.answers.question import Question
from dashboard.answers.table_request import TableRequest
from dashboard.indicators import codes_placed_in
from dashboard.judgement.trust_sentences import trust_line
from dashboard.panel import Chart, Message
from dashboard.period import ONE_DAY, Period, clip_period, month_end, resolve_period, today
from dashboard.stories import ready_story
from dashboard.wording import shown_value, who_reported
from tests import clock
from tests.builders import (
    COVE,
    EVERY_SITE,
    KANDI,
    NIKKI,
    Office,
    close_site,
    closing,
    closure,
    complaint,
    visit,
    waited,
)

DAY = date(2025, 11, 21)  # a Friday
MONTH = Question(date(2025, 11, 1), DAY)
YEAR = Question(date(2025, 1, 1), DAY)
ZOU = replace(MONTH, departments=("Zou",))
PLAIN = str.maketrans("\xa0\u202f", "  ")
OPEN = [d for n in range(1, 22) if (d := date(2025, 11, n)).weekday() < 5]


def first_file(office: Office) -> Office:
    """Three weeks of one site, and nothing else of anybody."""
    lines = [waited(10, site=COVE, day=d.isoformat()) for d in OPEN for _ in range(4)]
    office.hand_in("registre", *lines)
    return office


def first_answers(question: Question) -> dict[str, str]:
    found = opening_answers.shown(LOCAL_READER, question)
    return {r.label: r.text.translate(PLAIN) for r in found}


@pytest.mark.pitfall(27)
def test_the_first_file_of_one_site_denies_nothing_of_what_was_not_handed_in(asked):
    first_file(asked)
    said = first_answers(MONTH)
    assert said["La plainte la plus ancienne"] == "registre des plaintes non remonté"
    assert next(iter(said)) == "Centres muets ou sans rien de remis", "the finding comes first"
    assert said["Centres muets ou sans rien de remis"].endswith(
        "et 20 autres n'ont encore remis ni registre des visites ni fiche de clôture ; Covè ni registre des visites"
        " ni fiche depuis le 21/11/2025, fin des données"
    )
    assert {"Usagers reçus", "L'attente"} < set(said), "no superlative of one"
    assert said["Usagers reçus"].startswith(
        "Covè 4,0 usagers par jour ouvert, 60 visites sur la période"
    )
    about = slides.Subject(
        context.view(LOCAL_READER), MONTH, clip_period(Period(MONTH.first, MONTH.last), DAY), "", ""
    )
    for panel in (
        complaints.open_complaints(LOCAL_READER, MONTH, "a"),
        complaints.ages(LOCAL_READER, MONTH, "b"),
        complaints.by_place(LOCAL_READER, MONTH, "c"),
        complaints.reasons(LOCAL_READER, MONTH, "d"),
        complaint_delays.survival(LOCAL_READER, MONTH, "e"),
        complaint_delays.flow(LOCAL_READER, MONTH, "f"),
    ):
        assert panel.content == Message("Registre des plaintes non remonté."), panel.title
    assert headlines.complaints(LOCAL_READER, MONTH) == "registre des plaintes non remonté"
    for code in ("plaintes_age", "plaintes_en_cours", "plaintes_motifs", "chiffres_plaintes"):
        assert slides.KINDS[code].build(about, "")[0] == "Registre des plaintes non remonté", code
    lines = [line.text for line in bulletin.lines(LOCAL_READER, MONTH, about.period)]
    assert "Registre des plaintes non remonté." in lines
    request = TableRequest("department", ("complaints_late",))
    of_departments = indicator_panels.panel(LOCAL_READER, MONTH, request, "g")
    assert {row[-1].text for row in of_departments.table.rows} == {"non remonté"}, "never 0"


@pytest.mark.parametrize("code", ["wait_p50", "wait_p90"])
def test_a_curve_begins_with_the_data_and_says_what_was_before(asked, code):
    """Nine in ten of the whole is drawn without limits; Kandi hands in visits, and no waits, since January."""
    days = [date(2025, 10, d) for d in range(1, 32) if date(2025, 10, d).weekday() < 5]
    lines = [waited(10, site=COVE, day=d.isoformat()) for d in days for _ in range(4)]
    months = [visit(site=KANDI, day=f"2025-{m:02d}-03") for m in range(1, 12)]
    asked.hand_in("registre", *lines, *months)
    october = Question(date(2025, 10, 1), date(2025, 10, 31))
    for question in (october, october.at_place(None, COVE), replace(october, service="inconnu")):
        panel = monthly_series.by_month(LOCAL_READER, question, code, "a")
        assert [row[0].text for row in panel.table.rows] == ["octobre 2025"]
        assert isinstance(panel.content, Chart) and panel.content.values.num_rows == 1
        assert "Avant octobre 2025 : non " in panel.trust_line.translate(PLAIN)


@pytest.mark.pitfall(27)
def test_a_site_that_never_closes_its_days_left_none_open(asked):
    first_file(asked)
    panel = completeness.missing_closings(LOCAL_READER, MONTH, "a")
    assert panel.finding == "Aucune fiche de clôture remise"
    assert {row[1].text for row in panel.table.rows} == {"non remonté"}
    assert shown_value(overall_figures(LOCAL_READER, MONTH)["completeness"]) == "non remonté"
    days = completeness.unclosed_days_listed(LOCAL_READER, replace(MONTH, site=COVE), "b")
    assert not days.table.rows and days.content == Message("Aucune fiche de clôture remise.")
    # Kandi closes all its days but one: it alone is counted, and how many do is said.
    asked.hand_in("cloture", *[closing(KANDI, d.isoformat()) for d in OPEN[:-1]])
    panel = completeness.missing_closings(LOCAL_READER, MONTH, "a")
    said = "23 centres sur 24 n'ont remis aucune fiche ; dans l'autre, le CCSP de Kandi, 1 fiche de clôture manque"
    assert panel.finding.translate(PLAIN) == said
    assert ", dans le seul centre qui en ait déjà remis, sur 24." in panel.caption.translate(PLAIN)
    figure = overall_figures(LOCAL_READER, MONTH)["completeness"]
    assert (figure.numerator, figure.denominator) == (len(OPEN) - 1, len(OPEN))
    assert (figure.sites_reporting, figure.sites_expected) == (1, 24)
    asked.hand_in("cloture", closing(KANDI, OPEN[-1].isoformat()))
    panel = completeness.missing_closings(LOCAL_READER, MONTH, "a")
    due = f"dans l'autre, les {len(OPEN)} fiches attendues sont remises"
    said = f"23 centres sur 24 n'ont remis aucune fiche ; {due}"
    assert panel.finding.translate(PLAIN) == said
    every = [closing(code, d.isoformat()) for code in EVERY_SITE for d in OPEN]
    asked.hand_in("cloture", *every)
    panel = completeness.missing_closings(LOCAL_READER, MONTH, "a")
    assert panel.finding == "Toutes les fiches de clôture sont remises"


def test_a_base_without_data_says_so_in_sentences_and_keeps_no_empty_slide(asked):
    nothing = "n'ont encore remis ni registre des visites ni fiche de clôture"
    zou, collines = (replace(MONTH, departments=(name,)) for name in ("Zou", "Collines"))
    found = headlines.department(LOCAL_READER, zou).translate(PLAIN)
    assert found == f"ses 3 centres {nothing}"
    first, _ = bulletin.findings(LOCAL_READER, MONTH)
    assert first == "Le réseau n'a encore remis ni registre des visites ni fiche de clôture."
    first, _ = bulletin.findings(LOCAL_READER, collines)
    assert first == f"Les Collines {nothing}."
    period = clip_period(Period(MONTH.first, MONTH.last), DAY)
    made = deck.build(LOCAL_READER, MONTH, ready_story("national"), period)
    assert [slide.code for slide in made.slides] == ["ouverture", "completude", "bulletin"]


def test_what_never_came_has_no_date(asked):
    asked.hand_in("registre", visit(COVE, (today() - ONE_DAY).isoformat()))
    now = Question(today().replace(day=1), today())
    (never,) = (opening_answers.silent_sites(context.view(LOCAL_READER), now),)
    assert (never.label, never.when) == ("Rien de remis encore", "")


@pytest.mark.pitfall(27)
def test_sites_that_never_reported_dilute_no_rate_and_are_not_silent(asked):
    first_file(asked)
    zou = figures(LOCAL_READER, MONTH, "department")["Zou"]
    assert zou["visits_per_day"].value == 4 and zou["visits_per_day"].denominator == len(OPEN)
    assert zou["visits_per_day"].sites_expected == 3
    heard = network.silences(LOCAL_READER, MONTH)
    assert not any(one.is_silent for one in heard.values())
    never = [one for one in heard.values() if one.last is None]
    assert len(never) == 23 and {one.in_words for one in never} == {
        "n'a encore remis ni registre des visites ni fiche de clôture"
    }
    panel = completeness.silent_sites(LOCAL_READER, MONTH, "a")
    assert (
        panel.finding.translate(PLAIN)
        == "23 centres sur 24 n'ont encore remis ni registre des visites ni fiche de clôture"
    ), "the date of the data is that of the one file, and not theirs"
    assert [column.name for column in panel.table.columns] == [
        "Centre",
        "Département",
        "Dernier jour connu",
    ], "nobody is silent"
    assert {row[2].text for row in panel.table.rows} == {"rien de remis encore"}
    by_site = figures(LOCAL_READER, MONTH, "site")
    for code in codes_placed_in("sites"):
        assert shown_value(by_site[KANDI][code]) == "non remonté", code
    assert network.usual_period(LOCAL_READER) == "2025-11", "the twelve months before hold nothing"
    with clock.as_of("2025-11-24"):
        context.close_databases()
        assert network.usual_period(LOCAL_READER) == "mois", "by its name while it runs"
    context.close_databases()


@pytest.mark.parametrize("day", ["2025-10-31", "2024-12-02"])
def test_the_usual_period_is_the_year_where_it_has_data(asked, day):
    first_file(asked).hand_in("registre", waited(5, site=KANDI, day=day))
    assert network.usual_period(LOCAL_READER) == "12m"
    year = resolve_period("12m", DAY)
    assert overall_figures(LOCAL_READER, Question(year.first, year.last))["visits"].value == 1


def test_a_ready_made_story_says_first_what_came_and_leaves_out_what_has_nothing_to_show(asked):
    first_file(asked)
    period = clip_period(Period(MONTH.first, MONTH.last), DAY)
    story = ready_story("national")
    told = deck.build(LOCAL_READER, MONTH, story, period).slides
    assert [one.code for one in told][:2] == ["ouverture", "completude"]
    assert not any(isinstance(one.panel.content, Message) for one in told)
    kept = replace(story, name="gardee")
    assert len(deck.build(LOCAL_READER, MONTH, kept, period).slides) == len(story.steps)


def test_the_usual_period_is_the_month_of_which_alone_anything_came(asked):
    lines = [waited(5, site=COVE, day=f"2025-10-{n:02}") for n in range(1, 32)]
    asked.hand_in("registre", *lines)
    assert network.usual_period(LOCAL_READER) == "2025-10"
    year = Question(date(2024, 11, 1), date(2025, 10, 31))
    cove = headlines.department(LOCAL_READER, replace(year, site=COVE)).translate(PLAIN)
    assert cove.startswith("31 usagers reçus en octobre 2025, seul mois remis"), "all of it came"
    for question in (year, replace(year, site=COVE)):
        (wait,) = cards.metrics(LOCAL_READER, question, ("wait_p50",))
        assert wait.card.state.endswith(" à vérifier\xa0; trop tôt pour juger"), (
            "the same of the whole and of its only site"
        )


def test_without_any_data_the_usual_period_is_the_year(asked):
    assert network.usual_period(LOCAL_READER) == "12m"


@pytest.mark.pitfall(27)
@pytest.mark.parametrize(
    ("months", "whole"),
    [
        (((1, 31), (2, 28), (3, 31)), True),
        (((1, 31), (2, 28), (3, 21)), False),  # its last days are not known
        (((1, 31), (2, 28), (3, 26)), True),  # some days are late, as everywhere
        (((1, 31), (3, 31)), False),  # a month in between is not
        (((2, 28), (3, 31)), False),  # it was there before: it had been launched
    ],
)
def test_visits_of_which_a_part_never_came_are_a_floor(asked, months, whole):
    quarter = Question(date(2025, 1, 1), date(2025, 3, 31))
    for month, last in ((1, 31), (2, 28), (3, 31)):
        first, end = date(2025, month, 1), date(2025, month, last)
        asked.hand_in("registre", visit(site=KANDI, day=f"2025-{month:02}-13"), covers=(first, end))
    for month, last in months:
        first, end = date(2025, month, 1), date(2025, month, last)
        asked.hand_in("registre", visit(site=NIKKI, day=f"2025-{month:02}-13"), covers=(first, end))
    of_nikki = headlines.site(LOCAL_READER, replace(quarter, site=NIKKI)).translate(PLAIN)
    many = f"{len(months)} usagers reçus sur 3 mois"
    assert many in of_nikki and ("au moins" in of_nikki) is not whole
    visits = {
        code: figures(LOCAL_READER, quarter, "site")[code]["visits"] for code in (KANDI, NIKKI)
    }
    assert who_reported(visits[NIKKI]) == (
        "registre des visites remonté" if whole else "registre des visites remonté en partie"
    )
    assert shown_value(visits[KANDI]) == "3" and shown_value(visits[NIKKI]) == (
        f"{len(months)}" if whole else f"au moins {len(months)}"
    )
    said = who_reported(figures(LOCAL_READER, quarter, "nation")["nation"]["visits"])
    part = "" if whole else ", en partie pour 1 d'entre eux"
    assert said.translate(PLAIN) == f"2 centres sur 24 ont remonté leurs visites{part}"


def test_registers_that_all_lack_a_part_are_not_counted_twice(asked):
    for site in (KANDI, NIKKI):
        asked.hand_in("registre", visit(site=site, day="2025-02-13"))
    asked.hand_in("cloture", closing(KANDI, "2025-03-31"))
    quarter = Question(date(2025, 1, 1), date(2025, 3, 31))
    said = who_reported(figures(LOCAL_READER, quarter, "nation")["nation"]["visits"])
    assert said.translate(PLAIN) == "2 centres sur 24 ont remonté leurs visites, en partie"


def test_of_the_users_counted_the_card_says_how_many_left_without_being_received(asked):
    days = (date(2025, 3, 1), date(2025, 3, 31))
    lines = [
        visit(day=f"2025-03-{n:02}", outcome="parti" if n > 12 else "servi") for n in range(3, 15)
    ]
    asked.hand_in("registre", *lines, covers=days)
    march = Question(*days, site=KANDI)
    card = lambda of: cards.metrics(LOCAL_READER, of, ("visits",))[0]  # noqa: E731
    assert (
        card(march).second_line.translate(PLAIN).startswith("venus, dont 2 partis sans être reçus")
    )
    asked.hand_in("registre", *lines, visit(day="2025-03-17"), covers=days)
    assert (
        card(march)
        .second_line.translate(PLAIN)
        .startswith("venus, dont au moins 2 partis sans être reçus")
    )
    everywhere = replace(march, site=None)
    assert card(everywhere).second_line.translate(PLAIN).startswith("venus, dont au moins 2 partis")


def test_complaints_are_counted_against_visits_of_days_that_both_registers_speak_of(asked):
    days = [f"2025-03-{n:02}" for n in range(3, 29) if date(2025, 3, n).weekday() < 5]
    asked.hand_in("registre", *[visit(site=COVE, day=d) for d in days for _ in range(10)])
    told = {"covers": (date(2025, 3, 3), date(2025, 3, 6)), "sites": (COVE,)}
    asked.hand_in("plaintes", complaint("P1", COVE, "2025-03-04"), **told)
    march = Question(date(2025, 3, 1), date(2025, 3, 31)).at_place(None, COVE)
    rate = overall_figures(LOCAL_READER, march)["complaints_per_1000"]
    # The four days of which complaints are known, and the two before them in the month, on which nobody opened.
    assert (rate.numerator, rate.denominator) == (1, 40)


def test_complaints_after_the_last_visits_of_a_month_are_counted_against_none(asked):
    days = [f"2025-03-{n:02}" for n in range(3, 27) if date(2025, 3, n).weekday() < 5]
    asked.hand_in("registre", *[visit(site=COVE, day=d) for d in days for _ in range(10)])
    told = {"covers": (date(2025, 3, 3), date(2025, 3, 31)), "sites": (COVE,)}
    lines = [complaint(f"P{n}", COVE, f"2025-03-{n}") for n in (10, 27, 28, 31)]
    asked.hand_in("plaintes", *lines, **told)
    march = Question(date(2025, 3, 1), date(2025, 3, 31)).at_place(None, COVE)
    rate = overall_figures(LOCAL_READER, march)["complaints_per_1000"]
    assert (rate.numerator, rate.denominator) == (1, 10 * len(days))


def test_complaints_of_days_whose_visits_are_not_known_are_not_denied_by_a_rate(asked):
    days = [f"2025-03-{n:02}" for n in range(3, 13) if date(2025, 3, n).weekday() < 5]
    asked.hand_in("registre", *[visit(site=COVE, day=d) for d in days for _ in range(10)])
    asked.hand_in("registre", visit(site=KANDI, day="2025-03-31"))
    told = {"covers": (date(2025, 3, 3), date(2025, 3, 31)), "sites": (COVE,)}
    asked.hand_in("plaintes", complaint("P1", COVE, "2025-03-27"), **told)
    march = Question(date(2025, 3, 1), date(2025, 3, 31)).at_place(None, COVE)
    rate = lambda: overall_figures(LOCAL_READER, march)["complaints_per_1000"]  # noqa: E731
    assert rate().value is None, "not 0: a complaint is there"
    assert rate().note == "plaintes de jours sans registre des visites"
    asked.hand_in("plaintes", complaint("P2", COVE, "2025-03-10"), **told)
    assert rate().numerator == 1 and rate().denominator == 10 * len(days)


def test_a_site_that_only_declared_closures_has_not_begun(asked):
    asked.hand_in("registre", visit(site=KANDI, day="2025-03-03"))
    asked.hand_in("fermetures", closure(site=NIKKI, first="2025-03-04", last="2025-03-05"))
    fresh = network.freshness(context.view(LOCAL_READER))
    assert (fresh.begun, fresh.sites) == (1, 24)


def test_who_began_to_open_after_a_closure_is_due_the_same_everywhere(asked):
    """A site whose last day lies in the period is due, on both sides of a figure: in its count and among who is missing."""
    for site in (KANDI, COVE):
        asked.hand_in("registre", visit(site=site, day="2025-02-03"))
    asked.hand_in("registre", visit(site=COVE, day="2025-03-31"))
    asked.hand_in("fermetures", closure(site=KANDI, first="2025-03-03", last="2025-03-31"))
    for first in (date(2025, 3, 1), date(2025, 2, 1)):
        asking = Question(first, date(2025, 3, 31))
        figure = overall_figures(LOCAL_READER, asking)["visits"]
        missing = trust_context(LOCAL_READER, asking).not_reported
        assert figure.sites_expected - figure.sites_reporting == len(missing)


def test_a_flow_of_complaints_of_a_year_nobody_handed_in_denies_nothing(asked):
    told = {"covers": (date(2024, 1, 1), date(2024, 3, 31)), "sites": (COVE,)}
    asked.hand_in("plaintes", complaint("P1", COVE, "2024-02-05"), **told)
    asked.hand_in("registre", *[visit(site=COVE, day=f"2025-{m:02}-03") for m in range(1, 11)])
    asked.hand_in("registre", visit(site=COVE, day="2025-10-31"))
    year = Question(date(2024, 11, 1), date(2025, 10, 31)).at_place(None, COVE)
    said = complaint_delays.flow(LOCAL_READER, year, "k").finding.translate(PLAIN)
    assert said == "Sur les 12 derniers mois entiers : registre des plaintes non remonté"


def test_a_register_that_began_within_the_year_before_is_not_compared_with_it(asked):
    """Each year the same: more in its last months."""
    days = [date(2024, 8, 1) + timedelta(days=n) for n in range(426)]
    lines = [
        visit(site=COVE, day=d.isoformat())
        for d in days
        if d.weekday() < 5
        for _ in range(4 if d.month in (8, 9) else 1)
    ]
    asked.hand_in("registre", *lines)
    year = Question(date(2024, 10, 1), date(2025, 9, 30))
    assert comparison(LOCAL_READER, year) is None
    months = Question(date(2025, 8, 1), date(2025, 9, 30))
    assert comparison(LOCAL_READER, months), "two months that are known in both years"


def test_a_site_declared_closed_on_every_day_was_not_expected(asked):
    for site in (KANDI, COVE):
        asked.hand_in("registre", visit(site=site, day="2025-02-03"))
    asked.hand_in("registre", visit(site=COVE, day="2025-03-31"))
    march = Question(date(2025, 3, 1), date(2025, 3, 31))
    expected = lambda: overall_figures(LOCAL_READER, march)["visits"].sites_expected  # noqa: E731
    before = expected()
    asked.hand_in("fermetures", closure(site=KANDI, first="2025-03-01", last="2025-03-30"))
    assert expected() == before, "a day of it was due"
    asked.hand_in("fermetures", closure(site=KANDI, first="2025-03-01", last="2025-03-31"))
    assert expected() == before - 1
    assert "CCSP de Kandi" not in trust_context(LOCAL_READER, march).not_reported


def test_a_register_of_a_month_says_nothing_of_ninety_days(asked):
    day = lambda n: f"2025-03-{n:02}"  # noqa: E731
    asked.hand_in("registre", *[visit(site=COVE, day=day(n)) for n in (3, 31)])
    lines = [complaint(f"P{n}", COVE, day(n), resolved=day(n + 5)) for n in range(3, 13)]
    told = {"covers": (date(2025, 3, 3), date(2025, 3, 31)), "sites": (COVE,)}
    asked.hand_in("plaintes", *lines, complaint("P30", COVE, day(28)), **told)
    march = Question(date(2025, 3, 1), date(2025, 3, 31)).at_place(None, COVE)
    said = complaint_delays.survival(LOCAL_READER, march, "k")
    assert "90 jours" not in said.finding
    assert [row[-2].text for row in said.table.rows] == ["—"]


def test_a_site_that_declared_its_closure_stays_silent_and_says_why(asked):
    asked.hand_in("registre", visit(site=KANDI, day="2025-03-03"))
    asked.hand_in("registre", visit(site=NIKKI, day="2025-03-31"))
    assert network.silences(LOCAL_READER)[KANDI].in_words.translate(PLAIN) == "muet depuis 28 jours"
    asked.hand_in(
        "fermetures", closure(site=KANDI, first="2025-03-04", last="2025-03-31", reason="réseau")
    )
    said = network.silences(LOCAL_READER)[KANDI]
    assert said.is_explained and said.in_words.translate(PLAIN) == "muet, pas de réseau depuis le 4"


def test_a_compared_period_of_which_a_part_is_missing_names_the_site(asked):
    for site, last in ((KANDI, 28), (NIKKI, 5)):
        for month in (2, 3):
            first, end = date(2025, month, 1), date(2025, month, last if month == 3 else 28)
            asked.hand_in(
                "registre", visit(site=site, day=f"2025-{month:02}-03"), covers=(first, end)
            )
    march, february = (
        Question(date(2025, 3, 1), date(2025, 3, 31)),
        Period(date(2025, 2, 1), date(2025, 2, 28)),
    )
    said = period_comparison.partial_registers(LOCAL_READER, march, february)
    assert "CCSP de Nikki." in said and "Kandi" not in said
    assert (
        period_comparison.partial_registers(LOCAL_READER, march.over_period(february), february)
        == ""
    )


def test_what_closings_declare_is_held_against_days_whose_register_came(asked):
    asked.hand_in("registre", visit(site=KANDI, day="2025-03-03"))
    for day in ("2025-03-03", "2025-03-04"):
        asked.hand_in("cloture", closing(KANDI, day, declared=9 if day == "2025-03-04" else 1))
    quarter = Question(date(2025, 1, 1), date(2025, 3, 31)).at_place(None, KANDI)

    def trusted() -> str:
        by_code = figures(LOCAL_READER, quarter, "nation")["nation"]
        return trust_line("visits", by_code, trust_context(LOCAL_READER, quarter)).translate(PLAIN)

    assert "déclarent" not in trusted()
    asked.hand_in(
        "registre", visit(site=KANDI, day="2025-03-04"), visit(site=KANDI, day="2025-03-04")
    )
    assert "les fiches de clôture déclarent 3,3 fois autant de visites que le registre" in trusted()


@pytest.mark.pitfall(27)
def test_visits_are_whole_where_nobody_opened_on_the_days_that_are_missing(asked):
    quarter = Question(date(2025, 1, 1), date(2025, 3, 31))
    covers = (quarter.first, date(2025, 3, 7))
    asked.hand_in("registre", visit(site=NIKKI, day="2025-01-13"), covers=covers)
    asked.hand_in("registre", visit(site=KANDI, day="2025-03-31"))
    of_nikki = lambda: figures(LOCAL_READER, quarter, "site")[NIKKI]["visits"]  # noqa: E731
    assert shown_value(of_nikki()) == "au moins 1"
    asked.hand_in("fermetures", closure(site=NIKKI, first="2025-03-10", last="2025-03-31"))
    assert (
        shown_value(of_nikki()) == "1"
        and who_reported(of_nikki()) == "registre des visites remonté"
    )


def handed_in(office: Office, until: date, *lines: list, sites=EVERY_SITE) -> None:
    """Complaints of these sites, known from January to a day."""
    office.hand_in("plaintes", *lines, covers=(YEAR.first, until), sites=sites)


@pytest.mark.pitfall(27)
def test_a_register_that_stops_makes_totals_those_that_are_known_and_denies_nothing(asked):
    first_file(asked)
    early, late = complaint("A", KANDI, "2025-02-03"), complaint("B", COVE, "2025-11-03")
    others = tuple(code for code in EVERY_SITE if code != COVE)
    handed_in(asked, DAY, early, sites=others)
    handed_in(asked, date(2025, 6, 30), sites=(COVE,))
    assert first_answers(YEAR)["La plainte la plus ancienne"].endswith(
        "l'ensemble : 1 plainte connue en cours, de plus de 30 jours"
    )
    figure = overall_figures(LOCAL_READER, YEAR)["complaints_open"]
    assert shown_value(figure) == "1 connue" and (
        figure.sites_reporting,
        figure.sites_expected,
    ) == (
        23,
        24,
    )
    (card,) = cards.cards(LOCAL_READER, YEAR, ("complaints_open",)).cards
    assert card.text == "1 connue"
    ages = [row[-1].text for row in complaints.ages(LOCAL_READER, YEAR, "k").table.rows]
    assert ages == ["aucune connue"] * 5 + ["1 connue"], "« pas à jour » where 23 of 24 are"
    said = first_answers(replace(ZOU, first=YEAR.first))["La plainte la plus ancienne"]
    assert (
        said == "registre des plaintes à jour dans 2 centres sur 3 ; aucune plainte connue en cours"
    )
    of_zou = figures(LOCAL_READER, YEAR, "department")["Zou"]["complaints_open"]
    assert of_zou.value is None and shown_value(of_zou) == "pas à jour"
    request = TableRequest("department", ("complaints_late",))
    of_departments = indicator_panels.panel(LOCAL_READER, YEAR, request, "g")
    rows = {row[0].text: row[-1].text for row in of_departments.table.rows}
    assert rows["Alibori"] == "1" and rows["Zou"] == "pas à jour" and rows["Borgou"] == "0"
    # The rest of it comes: what is known is whole.
    handed_in(asked, DAY, late, sites=(COVE,))
    assert shown_value(overall_figures(LOCAL_READER, YEAR)["complaints_open"]) == "2"


def test_an_empty_register_is_something_handed_in(asked):
    asked.hand_in("registre", visit(KANDI), covers=(YEAR.first, DAY), sites=(KANDI, COVE))
    said = first_answers(replace(YEAR, site=COVE))["Ce qui se dégrade ou change"]
    assert "rien n'a été remis" not in said


def test_the_oldest_complaint_is_the_one_received_first_though_its_site_is_known_to_an_earlier_day(
    asked,
):
    first_file(asked)
    handed_in(asked, date(2025, 2, 28), complaint("K", KANDI, "2025-01-02"), sites=(KANDI,))
    handed_in(asked, DAY, complaint("C", COVE, "2025-01-06"), sites=(COVE,))
    said = first_answers(YEAR)["La plainte la plus ancienne"]
    assert said.startswith("Kandi 57 jours sans réponse au 28/02/2025 (reçue le 02/01/2025)")
    assert overall_figures(LOCAL_READER, YEAR)["complaints_oldest"].value == 57
    listed = complaints.open_complaints(LOCAL_READER, YEAR, "en_cours").table.rows
    assert [row[0].text for row in listed] == ["K", "C"]


def test_of_a_site_the_bulletin_counts_open_complaints_on_the_day_that_the_list_says(asked):
    first_file(asked)
    handed_in(asked, date(2025, 9, 22), complaint("K", KANDI, "2025-08-04"), sites=(KANDI,))
    of_kandi = replace(YEAR, site=KANDI)
    listed = complaints.open_complaints(LOCAL_READER, of_kandi, "en_cours").finding
    period = clip_period(Period(YEAR.first, YEAR.last), DAY)
    (line,) = (
        one.text
        for one in bulletin.lines(LOCAL_READER, of_kandi, period)
        if "en cours au" in one.text
    )
    assert "22/09/2025" in listed and "en cours au 22/09/2025" in line.replace("\xa0", " ")


@pytest.mark.parametrize("late", [7, 8])
def test_a_register_is_late_after_as_many_days_as_a_site_is_silent_after(asked, late):
    first_file(asked)
    handed_in(asked, DAY - timedelta(days=late))
    denied = first_answers(MONTH)["La plainte la plus ancienne"] == "aucune plainte en cours"
    assert denied == (late == 7)


def test_a_month_that_nobody_handed_in_is_a_gap(asked):
    first_file(asked)
    answered = {
        m: complaint(f"P-{m}", KANDI, f"2025-{m:02}-04", resolved=f"2025-{m:02}-05")
        for m in (3, 6, 9)
    }
    for month, first, last in ((3, (1, 2), (5, 28)), (9, (8, 1), (11, 21)), (6, (6, 3), (7, 4))):
        covers = date(2025, *first), date(2025, *last)
        asked.hand_in("plaintes", answered[month], covers=covers, sites=EVERY_SITE)
        said = first_answers(MONTH)["La plainte la plus ancienne"]
        # In September what nobody handed in was due in but 20 of them: the others had no open day by then.
        how = {3: "pas à jour", 9: "à jour dans 4 centres sur 24"}.get(month)
        late = f"registre des plaintes {how} ; aucune plainte connue en cours"
        assert said == (late if how else "aucune plainte en cours"), month


@pytest.mark.pitfall(20)
def test_months_without_a_register_of_complaints_are_no_base_of_their_rate(asked):
    """Kandi hands its complaints in to June and its visits on: its rate is of the months to June, and so is the whole's."""
    months = [date(2025, m, 3) for m in range(1, 12)]
    asked.hand_in(
        "registre",
        *[
            waited(5, site=s, day=d.isoformat())
            for d in months
            for s in (KANDI, COVE)
            for _ in "123"
        ],
    )
    late = [complaint(f"K{d:%m}", KANDI, d.isoformat(), resolved=d.isoformat()) for d in months[:6]]
    asked.hand_in("plaintes", *late, covers=(date(2025, 1, 1), date(2025, 6, 30)))
    kept = complaint("C", COVE, "2025-11-03", resolved="2025-11-04")
    asked.hand_in("plaintes", kept, covers=(date(2025, 1, 1), date(2025, 11, 30)))
    year = replace(YEAR, last=date(2025, 11, 3))
    for by, key, of in (
        ("site", KANDI, (6, 18)),
        ("site", COVE, (1, 33)),
        ("nation", "nation", (7, 51)),
        ("month", "2025-07", (0, 3)),
    ):
        found = figures(LOCAL_READER, year, by)[key]["complaints_per_1000"]
        assert (found.numerator, found.denominator) == of, key
    alone = figures(LOCAL_READER, replace(year, site=KANDI), "month")
    assert shown_value(alone["2025-07"]["complaints_per_1000"]) == "non remonté"
    series = site_series.monthly_series(context.view(LOCAL_READER)).by_indicator[
        "complaints_per_1000"
    ]
    row = series.denominator[[p.code for p in network.sites(LOCAL_READER)].index(KANDI)]
    assert row[-10:].tolist() == [3.0] * 6 + [0.0] * 4, "what is not known is not judged"


# Months of 2026 of which the last day is no open day: 31 January, 28 February, 31 May and 31 October are Saturdays and a Sunday.
ENDS_OPEN = {1: 30, 2: 27, 3: 31, 4: 30, 5: 29, 6: 30, 7: 31, 8: 31, 9: 30, 10: 30}


def handed_in_up_to(office: Office, last: date) -> None:
    days = [last - timedelta(days=n) for n in range(45)]
    office.hand_in(
        "registre",
        *(
            waited(12, site=KANDI, day=d.isoformat())
            for d in days
            if d.weekday() < 5
            for _ in range(3)
        ),
    )


@pytest.mark.parametrize("month", ENDS_OPEN)
def test_a_month_is_whole_once_its_last_open_day_is_handed_in(asked, month):
    last = date(2026, month, ENDS_OPEN[month])
    with clock.as_of("2026-11-12"):
        handed_in_up_to(asked, last)
        whole_month = month_end(last)
        assert (
            network.freshness(LOCAL_READER).as_of == last
        )  # what is said stays what was handed in
        known_to = network.freshness(LOCAL_READER).known_to
        assert known_to == whole_month
        assert resolve_period("12m", known_to).last == whole_month
        found = clip_period(resolve_period(f"{last:%Y-%m}", known_to), known_to)
        assert not found.partial and found.label.endswith(" 2026")
        assert control_charts.judged_month(context.view(LOCAL_READER)) == last.replace(day=1)
        asked_now = Question(last.replace(day=1), whole_month)
        assert not control_charts.trust_context(LOCAL_READER, asked_now).partial
        assert list(trend(LOCAL_READER, asked_now))[-1] == f"{last:%Y-%m}"


@pytest.mark.parametrize("last", ["2026-10-29", "2026-09-29", "2026-02-26"])
def test_a_month_of_which_an_open_day_is_missing_is_not_whole(asked, last):
    with clock.as_of("2026-11-12"):
        handed_in_up_to(asked, date.fromisoformat(last))
        known = network.freshness(LOCAL_READER)
        assert known.known_to == known.as_of == date.fromisoformat(last)
        month = control_charts.judged_month(context.view(LOCAL_READER))
        assert month < date.fromisoformat(last).replace(day=1)


def test_a_month_is_not_whole_before_its_end_though_nobody_opens_any_more(asked):
    with clock.as_of("2026-10-30"):
        handed_in_up_to(asked, date(2026, 10, 30))
        assert network.freshness(LOCAL_READER).known_to == date(2026, 10, 30)


def test_a_month_whose_last_days_are_closed_for_all_is_whole_without_them(asked):
    with clock.as_of("2026-11-12"):
        handed_in_up_to(asked, date(2026, 9, 29))
        asked.hand_in("fermetures", closure("", "2026-09-30", "2026-09-30"))
        assert network.freshness(LOCAL_READER).known_to == date(2026, 9, 30)


def test_what_waits_after_the_last_open_day_is_the_same_everywhere_and_dated_alike(asked):
    """Complaints of a Saturday and a Sunday that end a month whose Friday was handed in."""
    with clock.as_of("2026-06-12"):
        handed_in_up_to(asked, date(2026, 5, 29))
        asked.hand_in(
            "plaintes",
            complaint("Z", KANDI, "2026-05-04", resolved="2026-05-31"),
            *(complaint(f"S{n}", KANDI, "2026-05-30") for n in range(6)),
            covers=(date(2026, 5, 1), date(2026, 5, 31)),
        )
        may = Question(date(2026, 5, 1), date(2026, 5, 31), site=KANDI)
        card = overall_figures(LOCAL_READER, may)["complaints_open"]
        assert (card.value, card.note) == (6, "au 31/05/2026")
        panel = complaints.open_complaints(LOCAL_READER, may, "en_cours")
        assert len(panel.table.rows) == 6 and panel.finding.endswith("au 31/05/2026")
        assert overall_figures(LOCAL_READER, may)["complaints_oldest"].value == 1
        april = replace(may, first=date(2026, 4, 1), last=date(2026, 4, 30))
        assert overall_figures(LOCAL_READER, april)["complaints_open"].value == 6


def test_a_network_of_which_most_sites_have_not_begun_says_what_comes_next(asked):
    first_file(asked)
    begun = network.freshness(LOCAL_READER).beginning.translate(PLAIN)
    assert begun == "1 centre sur 24 a remis des données"
    asked.hand_in(
        "registre", *[waited(10, site=code, day="2025-11-21") for code in EVERY_SITE[:12]]
    )
    assert not network.freshness(LOCAL_READER).beginning


@pytest.mark.pitfall(27)
def test_a_register_of_complaints_that_has_just_begun_does_not_say_that_none_waits(asked):
    first_file(asked)
    now = {"sites": (COVE,)}
    handed = complaint("P1", COVE, "2025-11-03", resolved="2025-11-05")
    asked.hand_in("plaintes", handed, covers=(date(2025, 10, 24), DAY), **now)
    of_cove = replace(MONTH, site=COVE)
    said = first_answers(of_cove)["La plainte la plus ancienne"]
    assert said == "registre des plaintes pas à jour ; aucune plainte connue en cours"
    assert "aucune plainte n'attend" not in headlines.late_complaints(LOCAL_READER, of_cove)
    # Three months back, it may.
    asked.hand_in("plaintes", handed, covers=(date(2025, 8, 20), DAY), **now)
    assert first_answers(of_cove)["La plainte la plus ancienne"] == "aucune plainte en cours"


@pytest.mark.parametrize(("again", "whole"), [(date(2025, 7, 9), False), (date(2025, 6, 27), True)])
def test_a_gap_between_two_months_is_one(asked, again, whole):
    first_file(asked)
    asked.hand_in("registre", visit(COVE, day="2025-01-02"))
    # Of June and July each has days that are known.
    for first, last in ((date(2025, 1, 1), date(2025, 6, 2)), (again, DAY)):
        asked.hand_in("plaintes", covers=(first, last), sites=(COVE,))
    july = Question(date(2025, 6, 1), date(2025, 7, 31), site=COVE)
    figure = overall_figures(LOCAL_READER, july)["complaints_30d"]
    assert figure.note == ("aucune plainte reçue" if whole else "registre des plaintes incomplet")
    said = first_answers(replace(YEAR, site=COVE))["La plainte la plus ancienne"]
    assert (said == "aucune plainte en cours") is whole


def test_a_site_that_closed_is_not_known_to_wait_for_nothing_where_its_register_ended_before(asked):
    first_file(asked)
    waits = complaint("P1", COVE, "2025-08-05")
    asked.hand_in("plaintes", waits, covers=(date(2025, 1, 1), date(2025, 8, 31)), sites=(COVE,))
    with asked.engine.begin() as connection:
        close_site(connection, COVE, date(2025, 10, 15))
    context.close_databases()
    of_cove = replace(YEAR, site=COVE)
    assert shown_value(overall_figures(LOCAL_READER, of_cove)["complaints_open"]) == "1 connue"
    assert not headlines.late_complaints(LOCAL_READER, of_cove).startswith(
        "aucune plainte n'attend"
    )


def test_what_has_no_visit_is_not_called_unmeasured(asked):
    for month in (3, 5):
        asked.hand_in("registre", *[waited(9, site=COVE, day=f"2025-{month:02}-03")] * 20)
    april = date(2025, 4, 1), date(2025, 4, 30)
    asked.hand_in("registre", covers=april, sites=(COVE,))
    found = overall_figures(LOCAL_READER, Question(*april, site=COVE))
    assert found["visits"].value == 0
    for code in ("wait_p50", "wait_within_30", "left", "satisfaction", "women_share"):
        assert found[code].note == "aucune visite inscrite sur la période", code


def test_visits_of_a_service_that_is_rarely_noted_are_not_denied(asked):
    asked.hand_in("registre", *[visit(COVE, day="2025-03-03")] * 20)
    march = Question(date(2025, 3, 1), date(2025, 3, 31), site=COVE, service="cip")
    figure = overall_figures(LOCAL_READER, march)["visits"]
    assert (figure.value, figure.note) == (None, "prestation rarement notée")
    asked.hand_in("registre", *[visit(COVE, day="2025-03-04", service="actes-carriere")] * 80)
    assert overall_figures(LOCAL_READER, march)["visits"].value == 0


def services_of_a_year(office: Office, noted: bool) -> None:
    """Of March all days, of April half, of May some; ten complaints, which note their service or do not."""
    march, april = (date(2025, 3, 1), date(2025, 3, 31)), (date(2025, 4, 1), date(2025, 4, 15))
    may = date(2025, 5, 1), date(2025, 5, 9)
    for days in (march, april, may):
        lines = [visit(COVE, day=days[0].replace(day=5).isoformat(), service="cip")] * 50
        office.hand_in("registre", *lines, covers=days, sites=(COVE,))
    days = ["2025-03-04"] * 6 + ["2025-04-04"] * 3 + ["2025-04-28"]
    service = "cip" if noted else ""
    lines = [complaint(f"P{n}", COVE, day, service=service) for n, day in enumerate(days)]
    office.hand_in("plaintes", *lines, covers=(march[0], date(2025, 4, 30)), sites=(COVE,))


def test_complaints_that_hardly_note_their_service_make_no_rate_of_it(asked):
    services_of_a_year(asked, noted=False)
    both = Question(date(2025, 3, 1), date(2025, 4, 30), site=COVE)
    found = sites.compare(LOCAL_READER, both, "service", "complaints_per_1000", "prestations")
    assert found.content == Message("Rien à comparer\xa0: prestation rarement notée.")
    assert "Les prestations ensemble" not in found.caption


def test_services_say_on_which_complaints_they_rest_where_the_whole_rests_on_more(asked):
    services_of_a_year(asked, noted=True)
    both = Question(date(2025, 3, 1), date(2025, 4, 30), site=COVE)
    said = "Les prestations ensemble\xa0: 6\xa0plaintes pour 50\xa0visites, celles des mois dont les deux registres sont entiers."
    found = sites.compare(LOCAL_READER, both, "service", "complaints_per_1000", "prestations")
    assert "(9 sur 100)" in found.caption
    assert said in found.caption
    request = TableRequest("service", ("visits", "complaints_per_1000"))
    assert said in indicator_panels.panel(LOCAL_READER, both, request, "tableau").caption
    in_march = replace(both, last=date(2025, 3, 31))
    assert said not in indicator_panels.panel(LOCAL_READER, in_march, request, "tableau").caption


def test_what_stands_under_reasons_counts_the_complaints_that_they_count(asked):
    services_of_a_year(asked, noted=True)
    both = Question(date(2025, 3, 1), date(2025, 4, 30), site=COVE)
    found = complaints.reasons(LOCAL_READER, both, "motifs")
    assert found.finding.endswith("10\xa0plaintes sur 10")
    assert found.trust_line.startswith("10\xa0plaintes connues")


def test_a_register_of_every_other_week_is_a_part(asked):
    days = [date(2025, 1, 6) + timedelta(days=n) for n in range(84)]
    for first in days[::14]:
        week = [visit(COVE, day=(first + timedelta(days=n)).isoformat()) for n in range(5)]
        asked.hand_in("registre", *week)
    figure = overall_figures(LOCAL_READER, Question(days[0], days[-1], site=COVE))["visits"]
    assert shown_value(figure) == "au moins 30"


def test_a_sum_of_months_is_a_floor_where_one_of_them_is(asked):
    """Five days of a quarter are few, of March they are not: March « au moins 2 » and the quarter « 4 » cannot both be."""
    for first, last in (
        (date(2025, 1, 1), date(2025, 3, 9)),
        (date(2025, 3, 15), date(2025, 4, 30)),
    ):
        days = [date(2025, m, 5) for m in range(1, 5)] + [date(2025, 3, 20)]
        lines = [visit(COVE, day=day.isoformat()) for day in days if first <= day <= last]
        asked.hand_in("registre", *lines, covers=(first, last))
    said = lambda first, last: shown_value(  # noqa: E731
        overall_figures(LOCAL_READER, Question(first, last, site=COVE))["visits"]
    )
    assert said(date(2025, 3, 1), date(2025, 3, 31)) == "au moins 2"
    assert said(date(2025, 1, 1), date(2025, 4, 30)) == "au moins 5"
    assert said(date(2025, 2, 15), date(2025, 4, 15)) == "au moins 3"
    assert said(date(2025, 1, 1), date(2025, 2, 28)) == "2" and said(*[date(2025, 4, 5)] * 2) == "1"
    # Of no entire month: the few days of it that are asked for count among all of the span.
    assert said(date(2025, 1, 1), date(2025, 3, 30)) == "4"


def test_complaints_are_compared_with_a_year_before_where_all_of_both_are_known(asked):
    for year in (2024, 2025):
        for site in (KANDI, COVE):
            lines = [visit(site, day=f"{year}-03-{d:02}") for d in (3, 10, 17, 24, 31)]
            covers = (date(year, 3, 1), date(year, 3, 31))
            asked.hand_in("registre", *lines, covers=covers)
            if (year, site) != (2024, KANDI):
                many = [complaint(f"{year}-{site}-{n}", site, f"{year}-03-05") for n in range(6)]
                asked.hand_in("plaintes", *many, covers=covers)
    march = Question(date(2025, 3, 1), date(2025, 3, 31))
    assert comparison(LOCAL_READER, march), "their visits are known"
    before = lambda asking: cards.metrics(LOCAL_READER, asking, ("complaints_per_1000",))[0]  # noqa: E731
    assert not any("un an avant" in part.lower() for part in before(march).help)
    assert any("un an avant" in p.lower() for p in before(replace(march, site=COVE)).help)


def test_months_before_a_site_s_first_closing_are_not_judged_as_left_open(asked):
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(120)]
    opened = [d.isoformat() for d in days if d.weekday() < 5]
    asked.hand_in("registre", *[visit(COVE, day=d) for d in opened])
    asked.hand_in("cloture", *[closing(COVE, d) for d in opened if d >= "2025-03-03"])
    by_month = trend(LOCAL_READER, Question(days[0], days[-1], site=COVE))
    closed = {m: one["completeness"].value for m, one in by_month.items()}
    assert closed["2025-01"] is None and closed["2025-02"] is None and closed["2025-03"] == 100
