"""Every indicator on a handful of rows whose figures are worked out by hand, on both databases.

3 March 2025 is a Monday; 1 August 2025, a Friday, is Independence Day. Kandi and Malanville are the two sites of
Alibori.
"""

from datetime import date

import pytest
from sqlalchemy import text

from dashboard.indicators import BY_CODE
from db import read
from db.facts import gather
from tests.builders import (
    COTONOU,
    COVE,
    KANDI,
    NIKKI,
    close_site,
    closing,
    closure,
    complaint,
    launch_site,
    visit,
    waited,
)

MALANVILLE = "ccsp-malanville"
LEVELS = [("nation", "nation"), ("department", "Alibori")]


def counts(figure) -> tuple:
    return figure.numerator, figure.denominator, figure.value


# --- visits ---------------------------------------------------------------------------------------------------------
def test_everybody_in_the_register_is_a_visit_whatever_the_kind_or_the_outcome(office):
    office.hand_in(
        "registre",
        visit(kind="requête", outcome="servi"),
        visit(kind="plainte", outcome="parti"),
        visit(kind="demande d'information"),
    )
    assert counts(office.figure("visits")) == (3, None, 3)
    assert (
        office.figure("complaints_30d").numerator == 0
    )  # a visit of kind « plainte » is no complaint


@pytest.mark.pitfall(37)
def test_visits_per_open_day_leave_out_weekends_holidays_and_closures(office):
    office.hand_in(
        "registre",
        *(visit(day=f"2025-07-{d}") for d in (28, 28, 29, 30, 31)),
        visit(day="2025-08-02"),
        covers=(date(2025, 7, 28), date(2025, 8, 5)),
    )
    office.hand_in(
        "fermetures",
        closure(first="2025-07-30", reason="réseau"),
        closure(first="2025-07-31", start="08:00", end="10:00"),
    )
    found = office.figures("2025-07-28", "2025-08-05", by="site")
    # 28, 29, 31 July (closed for some hours only), 4 and 5 August
    assert counts(found[KANDI, "visits_per_day"]) == (6, 5, 6 / 5)
    assert found[KANDI, "visits"].note == "dont 2 visites notées un jour de fermeture"


def test_a_closure_of_the_whole_network_closes_every_site(office):
    office.hand_in(
        "registre",
        visit(day="2025-03-03"),
        visit(day="2025-03-07"),
        visit(day="2025-03-07", site=NIKKI),
    )
    office.hand_in(
        "fermetures",
        closure(site="", first="2025-03-04", last="2025-03-05", reason="grève"),
    )
    office.hand_in("fermetures", closure(site=NIKKI, first="2025-02-03", reason="travaux"))
    found = office.figures("2025-03-03", "2025-03-07", by="site")
    assert found[KANDI, "visits_per_day"].denominator == 3
    assert found[NIKKI, "visits_per_day"].denominator == 1  # nothing is known of it before the 7th


def test_women_among_those_whose_sex_is_known(office):
    office.hand_in("registre", *[visit(sex="F")] * 6, *[visit(sex="M")] * 4, *[visit()] * 5)
    assert counts(office.figure("women_share")) == (6, 10, 60)


def test_visits_per_1000_inhabitants_count_each_commune_once_and_only_ccsp(office):
    with office.engine.begin() as connection:  # a second centre in the same commune
        connection.execute(
            text(
                "INSERT INTO site (code, kind, name, host, aliases, launched_on)"
                " VALUES ('ccsp-kandi-2', 'CCSP', 'CCSP de Kandi-Nord', 'commune', '', '2021-12-21')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO site_location SELECT n.id, l.valid_from, l.commune_id, l.lat, l.lon"
                " FROM site_location l JOIN site s ON s.id = l.site_id AND s.code = 'ccsp-kandi'"
                " JOIN site n ON n.code = 'ccsp-kandi-2'"
            )
        )
    office.hand_in(
        "registre",
        *[visit()] * 300,
        *[visit(site="ccsp-kandi-2")] * 100,
        *[visit(site=COTONOU)] * 50,
    )
    kandi, malanville = (
        179_290,
        office.rows("SELECT population_2013 FROM commune WHERE name = 'Malanville'")[0][0],
    )
    alibori = office.figure("visits_per_1000", "Alibori", by="department")
    assert counts(alibori) == (400, kandi + malanville, 400_000 / (kandi + malanville))
    by_site = office.figures(by="site")
    assert counts(by_site[KANDI, "visits_per_1000"]) == (300, kandi, 300_000 / kandi)
    assert (
        counts(by_site[COTONOU, "visits_per_1000"]),
        by_site[COTONOU, "visits_per_1000"].note,
    ) == (
        (None, None, None),
        "sans objet",
    )
    assert office.figure("visits_per_1000").numerator == 400


# --- waits ----------------------------------------------------------------------------------------------------------
@pytest.mark.pitfall(2)
def test_quantiles_come_from_pooled_waits_never_from_the_sites_own(office):
    office.hand_in(
        "registre",
        *[waited(5)] * 9,
        waited(60),
        *[waited(20, site=MALANVILLE)] * 90,
        *[waited(30, site=MALANVILLE)] * 10,
    )
    by_site = office.figures(by="site")
    assert [by_site[s, "wait_p50"].value for s in (KANDI, MALANVILLE)] == [5, 20]
    assert by_site[MALANVILLE, "wait_p90"].value == 20
    for by, key in LEVELS:
        found = office.figures(by=by)
        assert (
            found[key, "wait_p50"].value,
            found[key, "wait_p90"].value,
            found[key, "wait_p50"].n,
        ) == (
            20,
            20,
            110,
        )


def test_no_time_is_not_measured_and_no_wait_is_0(office):
    office.hand_in("registre", *[visit(outcome="servi")] * 12, *[waited(0, site=NIKKI)] * 12)
    found = office.figures(by="site")
    for code in ("wait_p50", "wait_within_30"):
        assert (found[KANDI, code].value, found[KANDI, code].note) == (None, "non mesuré")
    assert found[NIKKI, "wait_p50"].value == 0
    assert counts(found[NIKKI, "wait_within_30"]) == (12, 12, 100)


def test_a_service_that_nobody_asked_for_is_no_case_and_not_unmeasured(office):
    """Where the register is whole: of one that is not, nothing is said."""
    office.hand_in("registre", *[waited(5, service="passeport")] * 12)
    day = {"first": "2025-03-03", "last": "2025-03-03"}
    found = office.figures(by="site", service="casier-judiciaire", **day)
    assert (found[KANDI, "wait_p50"].value, found[KANDI, "wait_p50"].note) == (None, "aucun cas")


def test_an_unknown_outcome_with_both_times_counts_for_waits(office):
    office.hand_in("registre", *[visit(arrived="08:00", called="08:07")] * 10)
    assert (office.figure("wait_p50").value, office.figure("wait_within_30").denominator) == (7, 10)


def test_long_waits_share_the_last_bin_and_say_so(office):
    office.hand_in("registre", *[waited(400)] * 40)
    assert [(f.value, f.note) for f in (office.figure("wait_p50"), office.figure("wait_p90"))] == [
        (240, "240 min et plus")
    ] * 2


def test_within_30_minutes_30_counts_31_does_not_and_those_who_left_weigh(office):
    office.hand_in(
        "registre",
        *[waited(30)] * 6,
        *[waited(31)] * 3,
        visit(arrived="08:00", outcome="parti"),
        visit(outcome="parti"),
        visit(outcome="servi"),
    )
    assert counts(office.figure("wait_within_30")) == (6, 10, 60)


BYS = [
    ("nation", "nation"),
    ("department", "Alibori"),
    ("month", "2025-03"),
    ("hour", "08"),
    ("service", "inconnu"),
]


@pytest.mark.parametrize("by, key", BYS)
def test_those_who_left_weigh_only_at_sites_that_measure_waits(office, by, key):
    office.hand_in(
        "registre",
        *[waited(10)] * 10,
        visit(arrived="08:10", outcome="parti"),
        *[visit(site=MALANVILLE, arrived="08:00", outcome="parti")] * 7,
    )
    assert counts(office.figure("wait_within_30", key, by=by)) == (10, 11, 1000 / 11)


def test_each_month_asks_anew_which_sites_measure(office):
    office.hand_in(
        "registre",
        *[waited(10, day="2025-03-03")] * 10,
        *[visit(day="2025-04-01", arrived="08:00", outcome="parti")] * 12,
    )
    found = office.figures(by="month")
    assert counts(found["2025-03", "wait_within_30"]) == (10, 10, 100)
    assert counts(found["2025-04", "wait_within_30"]) == (0, 0, None)


def test_a_service_without_measured_wait_still_counts_who_left_at_a_measuring_site(office):
    office.hand_in(
        "registre",
        *[waited(10)] * 10,
        *[visit(arrived="08:00", outcome="parti", service="cip")] * 10,
    )
    assert counts(office.figure("wait_within_30", "cip", by="service")) == (0, 10, 0)
    assert counts(office.figure("wait_within_30", service="cip")) == (0, 10, 0)


@pytest.mark.pitfall(4)
def test_people_who_leave_show_in_the_share_who_left(office):
    office.hand_in("registre", *[waited(5, day="2025-03-03")] * 20, visit(day="2025-03-03"))
    assert counts(office.figure("left")) == (0, 20, 0)
    waits = office.figure("wait_p50").value
    office.hand_in("registre", *[visit(day="2025-03-04", outcome="parti")] * 10)
    assert counts(office.figure("left")) == (10, 30, 100 / 3)
    assert office.figure("wait_p50").value == waits


# --- satisfaction and small numbers ---------------------------------------------------------------------------------
@pytest.mark.pitfall(1)
@pytest.mark.parametrize("by, key", LEVELS)
def test_a_rate_of_two_sites_is_the_sum_divided_once(office, by, key):
    office.hand_in(
        "registre",
        visit(satisfied="oui"),
        *[visit(satisfied="non")] * 9,
        *[visit(satisfied="oui", site=MALANVILLE)] * 90,
        *[visit(satisfied="non", site=MALANVILLE)] * 10,
    )
    assert counts(office.figure("satisfaction", key, by=by)) == (91, 110, 9100 / 110)


@pytest.mark.pitfall(19)
def test_satisfaction_says_on_how_many_it_rests(office):
    office.hand_in("registre", *[visit(satisfied="oui")] * 15, *[visit()] * 45)
    found = office.figure("satisfaction")
    assert (found.n, found.note) == (15, "renseigné pour 25 % des visites")


def lines(n: int) -> list:
    return [waited(5, sex="F", satisfied="oui") for _ in range(n)]


@pytest.mark.parametrize(
    "code, minimum",
    [
        ("women_share", 10),
        ("wait_p50", 10),
        ("wait_p90", 36),
        ("wait_within_30", 10),
        ("left", 10),
        ("satisfaction", 10),
    ],
)
def test_under_the_minimum_the_value_is_hidden_and_its_counts_are_shown(office, code, minimum):
    office.hand_in("registre", *lines(minimum - 1))
    hidden = office.figure(code)
    assert (hidden.value, hidden.n, hidden.note) == (
        None,
        minimum - 1,
        f"trop peu de cas (moins de {minimum})",
    )
    if hidden.denominator is not None:
        assert hidden.denominator == minimum - 1
    office.hand_in("registre", *lines(1), *[waited(5, site=NIKKI, sex="F", satisfied="oui")])
    office.hand_in(
        "registre", *[waited(5, site=NIKKI, day="2025-03-04", sex="F", satisfied="oui")] * minimum
    )
    assert office.figure(code).value is not None


@pytest.mark.parametrize("code", ["complaints_30d", "complaints_30d_due", "complaint_delay"])
def test_under_five_complaints_a_rate_is_hidden(office, code):
    office.hand_in(
        "plaintes",
        *(complaint(f"P{i}", resolved="2025-03-10") for i in range(4)),
        covers=(date(2025, 1, 1), date(2025, 6, 30)),
    )
    assert (
        office.figure(code, last="2025-06-30").value,
        office.figure(code, last="2025-06-30").n,
    ) == (
        None,
        4,
    )
    office.hand_in("plaintes", complaint("P4", resolved="2025-03-10"))
    assert office.figure(code, last="2025-06-30").value is not None


@pytest.mark.parametrize("code", ["women_share", "wait_within_30", "left", "satisfaction"])
def test_nothing_below_the_line_is_missing_not_zero(office, code):
    office.hand_in("registre", visit())
    found = office.figure(code)
    assert counts(found) == (0, 0, None)
    assert found.note


@pytest.mark.pitfall(41)
def test_an_empty_database_has_figures_without_values(office):
    for by in ("nation", "department", "site", "month", "service", "hour"):
        for (_, code), figure in office.figures(by=by).items():
            assert figure.value in (None, 0), code
            assert figure.value is None or code in (
                "coverage",
                "completeness",
            )  # nobody handed in: that is their subject
            assert figure.note or figure.value == 0, code


# --- complaints -----------------------------------------------------------------------------------------------------
def complaints_known_to(day: str) -> dict:
    return {"covers": (date(2025, 1, 1), date.fromisoformat(day))}


def test_complaints_per_1000_visits(office):
    office.hand_in("registre", *[visit()] * 399, visit(day="2025-03-31"))
    office.hand_in("plaintes", complaint("P1"), complaint("P2", received="2025-03-31"))
    assert counts(office.figure("complaints_per_1000", first="2025-03-01", last="2025-03-31")) == (
        2,
        400,
        5,
    )


def test_complaints_of_another_period_are_not_counted(office):
    office.hand_in("registre", *[visit()] * 400, covers=(date(2025, 2, 1), date(2025, 4, 30)))
    office.hand_in(
        "plaintes",
        complaint("P1", received="2025-02-28"),
        complaint("P2", received="2025-03-01"),
        complaint("P3", received="2025-03-31"),
        complaint("P4", received="2025-04-01"),
    )
    assert (
        office.figure("complaints_per_1000", first="2025-03-01", last="2025-03-31").numerator == 2
    )


@pytest.mark.parametrize("known, measured", [(79, False), (80, True)])
def test_complaints_of_a_service_need_four_visits_in_five_with_a_known_service(
    office, known, measured
):
    office.hand_in("registre", *[visit(service="cip")] * known, *[visit()] * (100 - known))
    office.hand_in("plaintes", complaint("P1", service="cip"))
    for found in (
        office.figure("complaints_per_1000", service="cip"),
        office.figure("complaints_per_1000", "cip", by="service"),
    ):
        assert (found.numerator, found.denominator) == (1, known)
        assert found.value == (1000 / known if measured else None)
        assert measured or found.note == "prestation rarement notée"
    assert (
        office.figure("complaints_per_1000").value == 10
    )  # without a service in question, nothing stands in the way


@pytest.mark.parametrize("known, measured", [(7, False), (8, True)])
def test_complaints_of_a_service_need_four_complaints_in_five_with_a_known_service(
    office, known, measured
):
    noted = [visit(service="cip")] * 90 + [visit(service="actes-carriere")] * 10
    office.hand_in("registre", *noted)
    lines = [complaint(f"P{n}", service="cip" if n < known else "") for n in range(10)]
    office.hand_in("plaintes", *lines)
    for found in (
        office.figure("complaints_per_1000", service="cip"),
        office.figure("complaints_per_1000", "cip", by="service"),
    ):
        assert (found.numerator, found.denominator) == (known, 90)
        assert found.value == (1000 * known / 90 if measured else None)
        assert measured or found.note == "prestation rarement notée"
    other = office.figures(by="service")["actes-carriere", "complaints_per_1000"]
    assert other.value == (0 if measured else None)
    denied = office.figure("complaints_30d", service="actes-carriere").note
    assert denied != "prestation rarement notée" if measured else "prestation" in denied
    assert office.figure("complaints_per_1000").value == 100
    visits = office.figure("visits", service="passeport")
    assert visits.note == "registre des visites incomplet", "visits note theirs"


def test_the_official_rate_is_on_all_received_and_the_fair_one_on_those_due(office):
    office.hand_in(
        "plaintes",
        *(complaint(f"in-30-{i}", received="2025-03-01", resolved="2025-03-31") for i in range(4)),
        *(complaint(f"in-31-{i}", received="2025-03-01", resolved="2025-04-01") for i in range(3)),
        complaint("open", received="2025-03-01"),
        complaint("due-today", received="2025-05-31"),
        *(complaint(f"young-{i}", received="2025-06-01") for i in range(2)),
        **complaints_known_to("2025-06-30"),
    )
    found = office.figures("2025-01-01", "2025-06-30")
    assert counts(found["nation", "complaints_30d"]) == (4, 11, 400 / 11)
    assert counts(found["nation", "complaints_30d_due"]) == (4, 9, 400 / 9)


def test_a_reply_after_the_as_of_is_not_known_yet(office):
    office.hand_in(
        "plaintes",
        *(complaint(f"P{i}", resolved="2025-03-20") for i in range(5)),
        **complaints_known_to("2025-06-30"),
    )
    assert counts(office.figure("complaints_30d", as_of="2025-03-19")) == (0, 5, 0)
    assert counts(office.figure("complaints_30d", as_of="2025-03-20")) == (5, 5, 100)
    assert office.figure("complaints_open", as_of="2025-03-19").value == 5


@pytest.mark.pitfall(6)
def test_the_median_delay_counts_complaints_still_open(office):
    """3c 5c 5o 8c 12o 20c 30o 30o: Kaplan-Meier says 20 days, closed complaints alone would say 6.5."""
    closed = {3: "2025-03-06", 5: "2025-03-08", 8: "2025-03-11", 20: "2025-03-23"}
    still_open = [
        "2025-03-31",
        "2025-03-24",
        "2025-03-06",
        "2025-03-06",
    ]  # 5, 12, 30 and 30 days before 5 April
    office.hand_in(
        "plaintes",
        *(complaint(f"c{age}", resolved=day) for age, day in closed.items()),
        *(complaint(f"o{i}", received=day) for i, day in enumerate(still_open)),
        **complaints_known_to("2025-04-05"),
    )
    found = office.figure("complaint_delay")
    assert (found.value, found.n) == (20, 8)


def test_where_most_complaints_stay_open_there_is_no_median(office):
    office.hand_in(
        "plaintes",
        complaint("c", resolved="2025-03-05"),
        *(complaint(f"o{i}") for i in range(5)),
        **complaints_known_to("2025-06-30"),
    )
    found = office.figure("complaint_delay")
    assert (found.value, found.note) == (None, "plus de la moitié attendent encore une réponse")


def test_open_complaints_are_those_of_the_period_s_end_older_ones_included(office):
    office.hand_in(
        "plaintes",
        complaint("old", received="2024-12-02"),
        complaint("later", received="2025-03-03", resolved="2025-04-10"),
        complaint("that day", received="2025-03-10", resolved="2025-03-31"),
        complaint("after", received="2025-04-01"),
        covers=(date(2024, 12, 1), date(2025, 6, 30)),
    )
    found = office.figures("2025-03-01", "2025-03-31")
    assert found["nation", "complaints_open"].value == 2
    assert (
        found["nation", "complaints_oldest"].value == (date(2025, 3, 31) - date(2024, 12, 2)).days
    )
    months = office.figures("2025-02-01", "2025-05-31", by="month")
    assert [
        months[m, "complaints_open"].value for m in ("2025-02", "2025-03", "2025-04", "2025-05")
    ] == [
        1,
        2,
        2,
        2,
    ]


def test_ages_stop_at_what_is_known_of_the_site(office):
    office.hand_in(
        "plaintes", complaint("P1", received="2025-03-01"), **complaints_known_to("2025-03-11")
    )
    office.hand_in("registre", visit(day="2025-12-01"))
    assert office.figure("complaints_oldest").value == 10


@pytest.mark.pitfall(27)
def test_no_complaint_is_not_silence(office):
    office.hand_in("registre", *[visit()] * 10, *[visit(site=NIKKI)] * 10, *[visit(site=COVE)] * 10)
    office.hand_in("plaintes", complaint("P1", site=NIKKI), sites=(COVE,))
    found = office.figures(by="site")
    assert [
        (found[s, "complaints_per_1000"].value, found[s, "complaints_per_1000"].sites_reporting)
        for s in (NIKKI, COVE)
    ] == [(100, 1), (0, 1)]
    silent = found[KANDI, "complaints_per_1000"]
    assert (silent.value, silent.sites_reporting, silent.note) == (
        None,
        0,
        "registre des plaintes non remonté",
    )
    # What was received before the only day that is known may wait still.
    known = [found[site, "complaints_open"] for site in (KANDI, COVE)]
    assert [one.value for one in known] == [None, None]
    assert known[1].note == "registre des plaintes incomplet"
    more = {"sites": (COVE,), "covers": (date(2024, 12, 1), date(2025, 3, 3))}
    office.hand_in("plaintes", complaint("P2", site=NIKKI), **more)
    assert office.figures(by="site")[COVE, "complaints_open"].value == 0


BEYOND = "plaintes remises au-delà des dernières visites"
NOT_HANDED_IN = "registre des plaintes non remonté"


def test_complaints_known_after_the_data_end_are_said_so_and_counted_once_visits_reach_them(office):
    office.hand_in("registre", visit(day="2025-02-03"), visit(day="2025-03-03"), visit(site=NIKKI))
    office.hand_in("plaintes", complaint("P1", received="2025-04-03"))
    codes = [code for code in BY_CODE if BY_CODE[code].register == "complaints"]
    by_month, by_site = office.figures(by="month"), office.figures(by="site")
    after = office.figures("2025-04-01", "2025-04-30")
    for code in codes:
        assert by_site[KANDI, code].note == after["nation", code].note == BEYOND, code
        assert by_site[NIKKI, code].note == NOT_HANDED_IN, code
        assert by_month["2025-02", code].note == NOT_HANDED_IN, code
        assert by_month["2025-03", code].note == BEYOND, code
        assert office.figures("2025-02-01", "2025-02-28")["nation", code].note == NOT_HANDED_IN, (
            code
        )
    office.hand_in("registre", visit(day="2025-04-10"))
    assert office.figure("complaints_open").value == 1


# --- who hands in ---------------------------------------------------------------------------------------------------
def launched(office, day: str) -> None:
    with office.engine.begin() as connection:
        launch_site(connection, KANDI, date.fromisoformat(day))


def test_completeness_counts_working_days_from_the_launch_to_the_as_of(office):
    # Kandi opens on Monday 28 July; Friday 1 August is a holiday; Monday 4 is closed; data end on Wednesday 6.
    launched(office, "2025-07-28")
    office.hand_in(
        "cloture",
        closing(day="2025-07-29"),
        closing(day="2025-07-30", agent="A1"),
        closing(day="2025-07-30", agent="A2"),
        closing(day="2025-08-02"),
        closing(day="2025-08-06"),
    )
    office.hand_in("fermetures", closure(first="2025-08-04", reason="électricité"))
    found = office.figures("2025-07-01", "2025-08-31", by="site")
    assert counts(found[KANDI, "completeness"]) == (
        3,
        6,
        50,
    )  # open: 28, 29, 30, 31 July, 5 and 6 August
    assert counts(
        office.figure(
            "completeness",
            KANDI,
            by="site",
            first="2025-07-01",
            last="2025-08-31",
            as_of="2025-07-31",
        )
    ) == (2, 4, None)


def test_completeness_of_a_site_without_launch_counts_from_its_first_activity(office):
    office.hand_in("cloture", closing(day="2025-07-29", site=COTONOU), closing(day="2025-07-31"))
    assert counts(office.figure("completeness", COTONOU, by="site"))[:2] == (1, 3)


def test_a_closing_on_a_holiday_or_a_weekend_enters_neither_part(office):
    launched(office, "2025-07-28")
    office.hand_in(
        "cloture",
        *(closing(day=f"2025-07-{d}") for d in (28, 29, 30, 31)),
        closing(day="2025-08-01"),
        closing(day="2025-08-02"),
        closing(day="2025-08-04"),
    )
    assert counts(office.figure("completeness", KANDI, by="site")) == (5, 5, 100)


def test_a_holiday_that_the_data_manager_struck_out_is_a_working_day(office):
    launched(office, "2025-07-28")
    with office.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO holiday (day, label, worked) VALUES ('2025-08-01', 'Indépendance', :yes),"
                " ('2025-07-31', 'Tabaski', :no)"
            ),
            {"yes": True, "no": False},
        )
    office.hand_in(
        "cloture",
        *(closing(day=f"2025-07-{d}") for d in (28, 29, 30, 31)),
        closing(day="2025-08-01"),
    )
    assert counts(office.figure("completeness", KANDI, by="site")) == (4, 4, None)


def test_a_closed_site_owes_nothing_from_its_closing_day_on(office):
    launched(office, "2025-03-03")
    office.hand_in(
        "cloture",
        *(closing(day=f"2025-03-0{d}") for d in (3, 4, 5, 6, 7)),
        closing(site=NIKKI, day="2025-03-14"),
    )
    with office.engine.begin() as connection:
        close_site(connection, KANDI, date(2025, 3, 10))
    assert counts(office.figure("completeness", KANDI, by="site")) == (5, 5, 100)


def test_coverage_counts_communes_with_a_sign_of_life_in_the_last_30_days(office):
    office.hand_in(
        "registre",
        visit(day="2025-03-01"),
        visit(day="2025-03-02", site=NIKKI),
        visit(day="2025-03-31", site=COTONOU),
    )
    office.hand_in("cloture", closing(day="2025-03-15", site=COVE))
    march = office.figures("2025-03-01", "2025-03-31")["nation", "coverage"]
    assert counts(march) == (3, 77, 300 / 77)  # 2 to 31 March: Nikki, Cotonou, Covè
    by_department = office.figures("2025-03-01", "2025-03-31", by="department")
    assert counts(by_department["Littoral", "coverage"]) == (1, 1, 100)
    assert counts(by_department["Alibori", "coverage"])[0] == 0


def test_a_site_is_expected_from_its_launch_until_it_closes(office):
    office.hand_in("registre", visit(day="2025-03-31"))
    with office.engine.begin() as connection:
        close_site(connection, NIKKI, date(2022, 6, 30))
    expected = lambda first, last: office.figure("visits", first=first, last=last).sites_expected  # noqa: E731
    everywhere = 15 + 4  # launched on 21/12/2021, and the four whose launch is not known
    assert expected("2021-12-01", "2021-12-20") == 4
    assert expected("2021-12-01", "2021-12-21") == everywhere
    assert expected("2022-06-30", "2022-12-31") == everywhere
    assert expected("2022-07-01", "2022-12-31") == everywhere - 1
    assert expected("2023-03-21", "2023-03-31") == everywhere - 1 + 5


def test_a_site_without_launch_is_expected_from_its_first_activity(office):
    office.hand_in("registre", visit(site=COTONOU, day="2025-03-10"))
    found = office.figures("2025-03-01", "2025-03-09", by="site")
    assert found[COTONOU, "visits"].sites_expected == 0


def test_a_register_of_days_on_which_nobody_came_was_handed_in(office):
    office.hand_in(
        "registre",
        visit(day="2025-03-03", site=NIKKI),
        visit(day="2025-03-31", site=NIKKI),
        visit(day="2025-03-14"),
    )
    found = office.figures("2025-03-04", "2025-03-07", by="site")
    assert (found[NIKKI, "visits"].value, found[NIKKI, "visits"].sites_reporting) == (0, 1)
    assert found[NIKKI, "visits"].note == ""
    # That the other's rows go on tells nothing of this one: its own begin on the 14th.
    assert found[KANDI, "visits"].value is None


def test_a_visit_or_a_closing_makes_a_site_report_and_a_register_alone_counts_visits(office):
    office.hand_in("registre", visit(day="2025-03-03"))
    office.hand_in("registre", visit(day="2025-04-01", site=NIKKI))
    office.hand_in("cloture", closing(day="2025-03-31", site=COVE))
    found = office.figures("2025-03-01", "2025-03-31")["nation", "visits"]
    assert (found.sites_reporting, found.heard, found.sites_expected) == (1, 2, 24 - 0)
    by_site = office.figures("2025-03-01", "2025-03-31", by="site")
    assert [by_site[s, "visits"].sites_reporting for s in (KANDI, NIKKI, COVE)] == [1, 0, 0]
    assert by_site[COVE, "visits"].heard == 1
    assert (by_site[NIKKI, "visits"].value, by_site[NIKKI, "visits"].note) == (
        None,
        "données non remontées",
    )
    # It closed its day, and declared a visit: its register of visits never came.
    silent = by_site[COVE, "visits"]
    assert (silent.value, silent.note) == (None, "registre des visites non remonté")


def test_a_site_that_served_before_its_launch_is_counted_where_it_reported(office):
    office.hand_in("registre", visit(site="ccsp-lokossa", day="2023-03-15"))
    found = office.figures(by="site", first="2023-03-01", last="2023-03-20")
    visits = found["ccsp-lokossa", "visits"]
    assert (visits.value, visits.sites_reporting, visits.sites_expected) == (1, 1, 1)
    assert found["ccsp-lokossa", "visits_per_1000"].numerator == 1


# --- periods, keys and filters --------------------------------------------------------------------------------------
@pytest.mark.pitfall(7)
def test_a_running_period_is_cut_at_what_the_data_cover(office):
    office.hand_in("registre", *(visit(day=f"2025-03-{d:02}") for d in (3, 4, 5)))
    with office.engine.connect() as connection:
        whole = gather(connection, read.ALL, date(2025, 3, 1), date(2025, 3, 31), "nation")
        ended = gather(connection, read.ALL, date(2025, 3, 1), date(2025, 3, 5), "nation")
    assert (whole.partial, whole.last, whole.as_of) == (True, date(2025, 3, 5), date(2025, 3, 5))
    assert not ended.partial
    assert (
        office.figure(
            "visits_per_day", KANDI, by="site", first="2025-03-01", last="2025-03-31"
        ).denominator
        == 3
    )


def test_an_explicit_as_of_cuts_everything(office):
    office.hand_in("registre", *(visit(day=f"2025-03-{d:02}") for d in (3, 4, 5)))
    assert office.figure("visits", as_of="2025-03-04").value == 2
    assert [key for key, _ in office.figures(by="month", as_of="2025-03-04")][-1] == "2025-03"


def test_a_period_that_begins_after_the_data_end_is_empty(office):
    office.hand_in("registre", visit(day="2025-03-03"))
    found = office.figures("2025-06-01", "2025-06-30")
    assert not found["nation", "visits"].value


@pytest.mark.parametrize(
    "first, last, expected",
    [
        ("2025-03-01", "2025-03-31", 4),
        ("2025-03-03", "2025-03-03", 1),
        ("2025-03-04", "2025-04-01", 4),
        ("2025-02-28", "2025-04-02", 6),
        ("2025-03-31", "2025-04-30", 4),
        ("2025-01-01", "2025-12-31", 7),
    ],
)
def test_days_at_the_edges_of_a_period_count(office, first, last, expected):
    days = (
        "2025-02-27",
        "2025-03-03",
        "2025-03-04",
        "2025-03-31",
        "2025-03-31",
        "2025-04-01",
        "2025-04-02",
    )
    office.hand_in(
        "registre",
        *(waited(i, day=day) for i, day in enumerate(days)),
        covers=(date(2025, 1, 1), date(2025, 12, 31)),
    )
    for by in ("nation", "department", "site", "month", "service", "hour"):
        found = office.figures(first, last, by=by)
        assert (
            sum(f.value or 0 for (_, code), f in found.items() if code == "visits") == expected
        ), by
        assert sum(f.n for (_, code), f in found.items() if code == "wait_p50") == expected, by


def test_keys_of_each_way_of_cutting(office):
    office.hand_in(
        "registre",
        visit(service="cip", arrived="08:59"),
        visit(arrived="09:00"),
        visit(day="2025-05-05"),
    )
    keys = lambda by: list(  # noqa: E731
        dict.fromkeys(key for key, _ in office.figures("2025-03-01", "2025-05-31", by=by))
    )
    assert keys("nation") == ["nation"]
    assert (len(keys("department")), keys("department")[0]) == (12, "Alibori")
    assert (len(keys("site")), KANDI in keys("site")) == (24, True)
    assert keys("month") == ["2025-03", "2025-04", "2025-05"]
    assert sorted(keys("service")) == ["cip", "inconnu"]
    assert keys("hour") == ["08", "09", "inconnu"]


def test_what_has_no_meaning_for_a_cut_is_said_to_be_without_object(office):
    office.hand_in("registre", visit(arrived="08:00"))
    for by, key, code in (
        ("hour", "08", "complaints_30d"),
        ("service", "inconnu", "completeness"),
        ("month", "2025-03", "visits_per_1000"),
        ("site", KANDI, "coverage"),
    ):
        found = office.figure(code, key, by=by)
        assert (counts(found), found.n, found.note) == ((None, None, None), 0, "sans objet")


def test_a_service_filter_leaves_the_other_services_out(office):
    office.hand_in("registre", *[waited(5, service="cip")] * 10, *[waited(50)] * 20)
    assert (
        office.figure("visits", service="cip").value,
        office.figure("wait_p50", service="cip").value,
    ) == (
        10,
        5,
    )
    assert (
        office.figure("visits", service="inconnu").value,
        office.figure("wait_p50", service="inconnu").value,
    ) == (20, 50)
    with pytest.raises(KeyError):
        office.figures(service="nulle part")


@pytest.mark.pitfall(34)
def test_a_site_that_is_not_asked_for_is_not_in_the_answer(office):
    office.hand_in("registre", *[waited(5)] * 10, *[waited(50, site=NIKKI)] * 20)
    for by in ("nation", "department", "month", "service", "hour"):
        found = office.figures(by=by, sites={KANDI})
        assert sum(f.value or 0 for (_, code), f in found.items() if code == "visits") == 10, by
    assert [key for key, code in office.figures(by="site", sites={KANDI}) if code == "visits"] == [
        KANDI
    ]
    assert not any(f.value for f in office.figures(sites=frozenset()).values())
