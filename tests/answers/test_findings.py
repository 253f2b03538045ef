"""What a page is headed by: findings, which say nothing that too few would decide."""

import random
import re
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from unittest.mock import MagicMock

import numpy as np
import pytest

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import (
    cards,
    complaint_delays,
    complaints,
    context,
    deck,
    headlines,
    monthly_series,
    network,
    signals,
    site_alerts,
    sites,
    slides,
    wait_headlines,
    waits,
)
from dashboard.answers.question import Question
from dashboard.indicators import Figure, codes_placed_in
from dashboard.judgement.signals import Signal
from dashboard.panel import Chart, Message, Panel
from dashboard.period import clip_period, resolve_period
from dashboard.statistics.control_limits import OUTSIDE
from dashboard.statistics.variation import Variation
from dashboard.stories import ready_story
from dashboard.wording import against_last_year
from tests.builders import COVE, EVERY_SITE, KANDI, Office, closing, complaint, visit, waited

MONDAY = date(2025, 3, 3)
YEAR = Question(date(2025, 1, 1), date(2025, 12, 31))
PLAIN = str.maketrans("\xa0\u202f", "  ")


def at(hour: int, day: date, site: str = KANDI) -> list:
    return visit(site, day.isoformat(), arrived=f"{hour:02}:10")


def busiest(question: Question = YEAR) -> Panel:
    return waits.heat(LOCAL_READER, question, "affluence")


# ---- when people come ------------------------------------------------------------------------------------------


def test_the_busiest_hour_is_that_of_the_days_on_which_the_site_was_open(asked):
    """Twenty Mondays with three at nine, nine Tuesdays with six at ten: Mondays have more visits, Tuesdays are busier."""
    mondays = [MONDAY + timedelta(weeks=n) for n in range(20)]
    tuesdays = [MONDAY + timedelta(days=1, weeks=n) for n in range(9)]
    asked.hand_in(
        "registre",
        *[at(9, day) for day in mondays for _ in range(3)],
        *[at(10, day) for day in tuesdays for _ in range(6)],
    )
    panel = busiest(replace(YEAR, site=KANDI))
    assert panel.finding.translate(PLAIN) == (
        "Le plus chargé : mardi, de 10 h à 11 h, 6,0 usagers par heure d'ouverture"
    )
    assert [[c.text for c in row] for row in panel.table.rows] == [
        ["lundi", "3,0", "0,0"],
        ["mardi", "0,0", "6,0"],
    ]


def test_the_slide_of_few_visits_says_that_they_are_few_and_not_that_hours_are_unknown(asked):
    asked.hand_in("registre", *[at(9, MONDAY) for _ in range(5)])
    period = clip_period(resolve_period("2025", YEAR.last), YEAR.last)
    about = slides.Subject(context.view(LOCAL_READER), YEAR, period, "t", "s")
    assert slides.KINDS["affluence"].build(about, "")[0] == waits.TOO_FEW.rstrip(".")


def test_a_ready_story_leaves_out_what_is_not_known_and_keeps_that_there_is_none(asked):
    """« Aucune plainte en cours » is what a review wants to hear; that hours are too few to judge is not."""
    asked.hand_in("registre", *[at(9, MONDAY) for _ in range(12)])
    period = clip_period(resolve_period("2025", YEAR.last), YEAR.last)

    def shown() -> set[str]:
        story = ready_story(f"site:{KANDI}")
        return {one.code for one in deck.build(LOCAL_READER, YEAR, story, period).slides}

    assert not {"plaintes_age", "decisions", "affluence"} & shown()
    asked.hand_in("plaintes", complaint("P-1", KANDI, "2025-03-03", resolved="2025-03-05"))
    assert "plaintes_age" in shown()


@pytest.mark.parametrize("hour", [9, 10])
def test_no_hour_of_the_week_is_named_where_chance_may_have_chosen_it(asked, hour):
    """Seven on each Tuesday, six on each Monday, at the same hour or another: one of several draws is always the largest."""
    mondays = [MONDAY + timedelta(weeks=n) for n in range(9)]
    asked.hand_in(
        "registre",
        *[at(9, day) for day in mondays for _ in range(6)],
        *[at(hour, day + timedelta(days=1)) for day in mondays for _ in range(7)],
    )
    said = busiest(replace(YEAR, site=KANDI)).finding.translate(PLAIN)
    assert said == (
        "À 9 h, seule heure connue, sans différence nette entre jours"
        if hour == 9
        else "Pas de différence nette entre jours et heures"
    )


def test_of_forty_hours_that_are_alike_one_is_seldom_called_the_busiest():
    drawn, days = np.random.default_rng(51), np.array([50] * 5 + [0, 0])
    named = 0
    for _ in range(400):
        visits = np.zeros((7, 24), dtype=np.int64)
        visits[:5, 8:16] = drawn.poisson(50, (5, 8))
        named += waits.HourlyLoad(visits, days).is_clear
    assert named <= 400 * 0.05
    visits[1, 10] = 150
    assert waits.HourlyLoad(visits, days).is_clear


def test_days_are_said_to_differ_where_they_do_and_seldom_where_chance_suffices():
    """« sans différence nette entre jours » was said of 3.7 users on Mondays and 2.1 on Fridays: hours alone were compared."""
    drawn, days = np.random.default_rng(52), np.array([150] * 5 + [0, 0])
    by_hour = np.where((np.arange(24) >= 8) & (np.arange(24) < 16), 60, 0)
    by_hour[9:11] += 60
    differ = 0
    for _ in range(400):
        visits = drawn.poisson(np.outer([1] * 5 + [0, 0], by_hour))
        said = waits._no_clear_hour(waits.HourlyLoad(visits, days)).translate(PLAIN)
        differ += "sans différence nette" not in said
    assert differ <= 2
    uneven = np.outer([1.2, 1.1, 1, 1, 0.7, 0, 0], by_hour).astype(int)
    said = waits._no_clear_hour(waits.HourlyLoad(uneven, days)).translate(PLAIN)
    assert (
        said == "On vient surtout entre 9 h et 11 h, le plus à 9 h, plus le lundi que le vendredi"
    )


def test_a_department_of_one_site_names_its_hours_as_the_site_does(asked):
    """« trop peu de visites » was said there of visits of which the site's page names the hour: none of one weekday has many."""
    days = [MONDAY + timedelta(days=n) for n in range(40) if n % 7 < 5]
    asked.hand_in("registre", *[at(9 + n % 3, day) for day in days for n in (0, 0, 1, 2)])
    said = busiest(replace(YEAR, site=KANDI))
    assert isinstance(said.content, Chart) and "Trop peu" not in said.finding


def test_no_hour_is_the_busiest_beside_one_that_has_more_on_days_too_few_to_name():
    """Five Saturdays with five visits at 8 h: too few to be named, and more than any Tuesday."""
    visits, days = np.zeros((7, 24), dtype=np.int64), np.array([50] * 5 + [5, 0])
    visits[:5, 8:16] = 50
    visits[1, 10] = 150
    assert waits.HourlyLoad(visits, days).is_clear
    visits[5, 8] = 25
    load = waits.HourlyLoad(visits, days)
    assert load.busiest == (1, 10)
    assert not load.is_clear


def test_a_day_that_was_closed_in_the_register_without_anybody_counts_as_open(asked):
    mondays = [MONDAY + timedelta(weeks=n) for n in range(8)]
    asked.hand_in("registre", *[at(9, day) for day in mondays[:4] for _ in range(8)])
    asked.hand_in("cloture", *[closing(KANDI, day.isoformat()) for day in mondays])
    found = waits.hourly_load(LOCAL_READER, YEAR)
    assert found.weekday_count.tolist() == [8, 0, 0, 0, 0, 0, 0] and found.rates[0, 9] == 4


def test_the_months_in_which_hours_were_not_noted_make_no_site_look_calm(asked):
    noted = [MONDAY + timedelta(weeks=n) for n in range(4)]
    before = [MONDAY - timedelta(weeks=n) for n in range(1, 5)]
    asked.hand_in(
        "registre",
        *[at(9, day) for day in noted for _ in range(10)],
        *[visit(KANDI, day.isoformat()) for day in before for _ in range(10)],
    )
    found = waits.hourly_load(LOCAL_READER, YEAR)
    assert found.weekday_count[0] == 4 and found.rates[0, 9] == 10 and found.busiest == (0, 9)


@pytest.mark.parametrize("each", [1, 7])
def test_too_few_visits_or_days_decide_nothing(asked, each):
    days = [MONDAY + timedelta(weeks=n) for n in range(6 if each == 1 else 3)]
    asked.hand_in("registre", *[at(9, day) for day in days for _ in range(each * 2)])
    panel = busiest()
    assert isinstance(panel.content, Message) and panel.content.text.startswith(
        "Trop peu de visites"
    )
    assert not panel.finding and panel.table.rows


def test_of_several_sites_it_is_what_one_of_them_sees(asked):
    days = [MONDAY + timedelta(weeks=n) for n in range(5)]
    asked.hand_in(
        "registre", *[at(9, day, site) for day in days for site in (KANDI, COVE) for _ in range(6)]
    )
    said = busiest().finding.translate(PLAIN)
    assert said == "Le plus chargé : lundi, de 9 h à 10 h, 6,0 usagers dans un centre ouvert"


# ---- how long complaints wait ----------------------------------------------------------------------------------


def received(office: Office, answered_after: list[int | None]) -> None:
    first = date(2025, 1, 6)
    office.hand_in(
        "plaintes",
        *[
            complaint(
                f"P-{n}",
                KANDI,
                first.isoformat(),
                resolved="" if days is None else (first + timedelta(days=days)).isoformat(),
            )
            for n, days in enumerate(answered_after)
        ],
        covers=(YEAR.first, date(2025, 6, 30)),
    )
    office.hand_in("registre", visit(KANDI, "2025-06-30"))


def test_the_curve_stops_at_ninety_days_and_says_what_lies_beyond(asked):
    received(asked, [10] * 40 + [120] * 6 + [None] * 4)
    panel = complaint_delays.survival(LOCAL_READER, YEAR, "survie")
    assert " Les plaintes en cours comptent" in panel.trust_line.split(".")[1], (
        "a sentence of its own"
    )
    assert panel.finding.translate(PLAIN).endswith(
        "; 90 jours après leur réception, 20 % attendaient encore"
    )
    assert isinstance(panel.content, Chart)
    ages = [row["d"] for row in panel.content.spec["data"]["values"]]
    assert max(ages) == 90 and panel.content.spec["data"]["values"][-1]["v"] == pytest.approx(20)
    column = [c.name for c in panel.table.columns].index("Sans réponse après 90 jours")
    assert panel.table.rows[0][column].value == pytest.approx(20)


def test_the_curve_goes_on_after_the_last_answer_as_long_as_one_waits(asked):
    received(asked, [10] * 40 + [None] * 10)
    panel = complaint_delays.survival(LOCAL_READER, YEAR, "survie")
    assert panel.finding.translate(PLAIN).endswith(
        "90 jours après leur réception, 20 % attendaient encore"
    )
    last = panel.content.spec["data"]["values"][-1]
    assert (last["d"], last["v"]) == (90, pytest.approx(20))


def test_where_all_were_answered_sooner_it_says_so(asked):
    received(asked, [10] * 40 + [80] * 10)
    said = complaint_delays.survival(LOCAL_READER, YEAR, "survie").finding
    # Of the other sites nothing is known.
    assert said.endswith(
        "aucune de celles qui sont connues n'est restée sans réponse plus de 90 jours"
    )
    alone = replace(YEAR, site=KANDI)
    said = complaint_delays.survival(LOCAL_READER, alone, "survie").finding
    assert said.endswith("aucune n'est restée sans réponse plus de 90 jours")


def test_of_complaints_that_are_all_young_nothing_is_said_of_ninety_days(asked):
    first = date(2025, 6, 1)
    asked.hand_in(
        "plaintes",
        *[
            complaint(f"P-{n}", KANDI, first.isoformat(), resolved="2025-06-10" if n < 30 else "")
            for n in range(50)
        ],
        covers=(YEAR.first, date(2025, 6, 30)),
    )
    asked.hand_in("registre", visit(KANDI, "2025-06-30"))
    assert "90 jours" not in complaint_delays.survival(LOCAL_READER, YEAR, "survie").finding


# ---- whole pages -----------------------------------------------------------------------------------------------


def test_one_site_is_said_to_make_people_wait_more_only_where_chance_would_not(asked):
    lines = [waited(10 + n % 5, site=KANDI) for n in range(200)]
    asked.hand_in("registre", *lines, *[waited(11 + n % 5, site=COVE) for n in range(8)])
    assert wait_headlines.longest_wait(LOCAL_READER, YEAR) == ""
    asked.hand_in(
        "registre", *[waited(30 + n % 5, day="2025-03-04", site=COVE) for n in range(200)]
    )
    said = wait_headlines.longest_wait(LOCAL_READER, YEAR).translate(PLAIN)
    assert said.startswith("On attend plus à Covè qu'ailleurs : 32 min, pour ")


def test_a_department_is_headed_by_its_visits_and_its_late_complaints(asked):
    received(asked, [None, None, 3])
    year = replace(YEAR, departments=("Alibori",))
    assert headlines.department(LOCAL_READER, year).translate(PLAIN) == (
        "au moins 1 usager reçu en juin 2025, seul mois remis ; 2 plaintes connues attendent depuis plus de 30 jours"
    )
    part = replace(year, first=date(2025, 6, 15), last=date(2025, 6, 30))
    assert "1 usager reçu du 15/06/2025 au 30/06/2025" in headlines.department(
        LOCAL_READER, part
    ).translate(PLAIN)


def test_an_alert_of_late_complaints_is_not_followed_by_another_number_of_them(asked, monkeypatch):
    received(asked, [None, None, 3])
    question = replace(YEAR, site=KANDI)
    late = "plaintes attendent depuis plus de 30 jours"
    monkeypatch.setattr(headlines, "signals_in_a_line", lambda *_: "une alerte")
    monkeypatch.setattr(headlines, "since_at_least", lambda *_: None)
    for code, follows in (("complaints_late", False), ("wait_p50", True)):
        context.ANSWER_CACHE.clear()
        alert = MagicMock(spec=Signal, indicator=code)
        monkeypatch.setattr(site_alerts, "site_alerts", lambda *_, alert=alert: (alert,))
        said = headlines.site(LOCAL_READER, question).translate(PLAIN)
        assert "une alerte" in said and (late in said) == follows, code


def test_a_site_that_is_silent_is_headed_by_that(asked):
    asked.hand_in("registre", visit(KANDI, "2025-06-30"), visit(COVE, "2025-06-10"))
    said = headlines.site(LOCAL_READER, replace(YEAR, site=COVE)).translate(PLAIN)
    assert said.startswith("muet depuis 20 jours ; au moins 1 usager reçu en juin 2025")
    assert "plainte" not in said, "what is not known of a silent site is not said"
    assert headlines.site(LOCAL_READER, replace(YEAR, site="nulle-part")) == ""


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (YEAR, "alertes à Covè et Kandi"),
        (
            replace(YEAR, departments=("Zou",)),
            "alerte à Covè (attente médiane et fiches de clôture remises)",
        ),
        (
            replace(YEAR, site=COVE),
            "alerte à Covè (attente médiane et fiches de clôture remises)",
        ),
        (replace(YEAR, departments=("Littoral",)), "aucune dégradation relevée"),
        (replace(YEAR, service="inconnu"), ""),
    ],
)
def test_what_gets_worse_is_named_and_where(asked, monkeypatch, question, said):
    asked.hand_in("registre", visit(KANDI))
    bad = {"CCSP de Covè": ("wait_p50", "completeness"), "CCSP de Kandi": ("left",)}

    def followed(who, question) -> list[tuple[str, SimpleNamespace]]:
        return [
            (
                p.name,
                SimpleNamespace(
                    is_judged=True,
                    rule=OUTSIDE,
                    indicator=code,
                    variation=Variation.ALERT
                    if code in bad.get(p.name, ())
                    else Variation.NO_SIGNAL,
                ),
            )
            for p in network.sites(who, question)
            for code in ("wait_p50", "completeness", "left")
        ]

    monkeypatch.setattr(signals, "site_signals", followed)
    assert headlines.alerts(LOCAL_READER, question).translate(PLAIN) == said


# ---- how long people wait, site by site ------------------------------------------------------------------------


def test_the_small_curves_are_headed_by_who_left_his_habit(asked, monkeypatch):
    day = date(2025, 10, 6).isoformat()
    asked.hand_in(
        "registre", *[waited(9, site=s, day=day) for s in (KANDI, COVE) for _ in range(12)]
    )

    def judged(sides: dict[str, int]) -> str:
        named = {p.code: p.name for p in network.sites(LOCAL_READER)}
        found = [
            (
                named[site],
                SimpleNamespace(
                    indicator="wait_p50",
                    is_judged=True,
                    month_in_words="en octobre 2025",
                    side=side,
                    is_signal=bool(side),
                ),
            )
            for site, side in sides.items()
        ]
        monkeypatch.setattr(signals, "site_signals", lambda *_: found)
        return monthly_series.multiples(LOCAL_READER, YEAR, "attentes").title.translate(PLAIN)

    start = "Attente de chaque centre, mois par mois"
    assert judged({KANDI: 0, COVE: 0}) == (
        f"{start} : rien d'inhabituel en octobre 2025 dans les 2 centres jugés"
    )
    context.close_databases()
    assert judged({KANDI: 1, COVE: 0}) == (
        f"{start} : en hausse à Kandi, en octobre 2025 ; rien d'inhabituel dans l'autre centre jugé"
    )
    context.close_databases()
    assert judged({KANDI: 1, COVE: -1}) == (
        f"{start} : en hausse à Kandi, en baisse à Covè, en octobre 2025"
    )


def test_the_official_rate_of_complaints_is_said_once_and_is_no_second_card(asked):
    received(asked, [3] * 8 + [None] * 4)
    codes = codes_placed_in("complaints")
    assert "complaints_30d_due" in codes and "complaints_30d" not in codes
    said = cards.caption(LOCAL_READER, YEAR, "2025", codes).translate(PLAIN)
    assert "chiffre officiel, sur toutes les plaintes reçues, même récentes : 67 %" in said
    assert "GT1PKI10" not in cards.caption(LOCAL_READER, YEAR, "2025", codes_placed_in("period"))


def test_late_complaints_are_placed_in_a_sentence_that_reads(asked):
    asked.hand_in("registre", visit(KANDI, "2025-06-30"))
    late = [complaint(f"P-{n}", KANDI, "2025-01-06") for n in range(2)]
    whole = {"covers": (YEAR.first, date(2025, 6, 30)), "sites": EVERY_SITE}
    asked.hand_in("plaintes", *late[:1], **whole)
    said = headlines.complaints(LOCAL_READER, YEAR).translate(PLAIN)
    assert said == "1 attend depuis plus de 30 jours, à Kandi"
    cove = complaint("P-9", COVE, "2025-01-06")
    asked.hand_in("plaintes", *late, cove, **whole)
    said = headlines.complaints(LOCAL_READER, YEAR).translate(PLAIN)
    assert said == "3 attendent depuis plus de 30 jours : 2 à Kandi et 1 à Covè"


def test_the_list_of_sites_is_headed_by_how_many_they_are_and_which_are_silent(asked):
    asked.hand_in("registre", *[visit(p.code, "2025-06-30") for p in network.sites(LOCAL_READER)])
    assert headlines.site(LOCAL_READER, YEAR) == "24"
    asked.hand_in("registre", visit(KANDI, "2025-07-30"), visit(COVE, "2025-07-30"))
    said = headlines.site(LOCAL_READER, replace(YEAR, last=date(2025, 7, 31))).translate(PLAIN)
    assert re.fullmatch(r"24, dont 22 muets \(\w.* et 19 autres\)", said)


def test_waits_that_nobody_measures_are_said_to_be_so_once(asked):
    asked.hand_in("registre", *[visit(KANDI, f"2025-06-{d}") for d in (26, 27, 30)])
    assert wait_headlines.waits(LOCAL_READER, YEAR) == "l'attente n'est pas mesurée"
    (one,) = cards.metrics(LOCAL_READER, YEAR, ("wait_p50",))
    assert one.card.text == "non mesuré" and not one.second_line


def test_as_many_answers_as_complaints_are_said_in_words(asked):
    asked.hand_in("registre", visit(KANDI, "2025-12-31"))
    received(asked, [3, 5])
    said = complaint_delays.flow(LOCAL_READER, YEAR, "flux").finding.translate(PLAIN)
    assert said == (
        "Sur les 12 derniers mois entiers, dans les registres remontés :"
        " 2 plaintes reçues, 2 réponses"
    )


def test_a_curve_that_is_not_followed_is_headed_by_its_last_month(asked):
    asked.hand_in("registre", visit(KANDI, "2025-11-28"), visit(KANDI, "2025-12-31"))
    two = replace(YEAR, departments=("Alibori", "Borgou"))
    said = monthly_series.by_month(LOCAL_READER, two, "visits_per_day", "mois").finding.translate(
        PLAIN
    )
    assert said.startswith("Usagers par jour ouvert et par centre en décembre 2025 : ")


def test_where_nothing_can_be_compared_that_is_said_and_no_axes_are_drawn(asked):
    asked.hand_in("registre", visit(KANDI, "2025-06-30"), visit(COVE, "2025-06-30"))
    panel = sites.compare(LOCAL_READER, YEAR, "site", "wait_p50", "attentes")
    assert (
        panel.content
        == Message(
            "Rien à comparer\xa0: selon les centres, attente non mesurée ou données non remontées."
        )
        and panel.table.rows
    )
    assert panel.finding == "Attente médiane, par centre"


def figure(code: str, value: float) -> Figure:
    return Figure("nation", code, None, None, value, 300, 3, 3, "")


@pytest.mark.parametrize(
    ("code", "card", "now", "before", "read"),
    [
        ("wait_p50", 15, 15, 16, "un an avant : 16 min (−1 min)"),
        ("wait_p50", 15, 16, 16, "mêmes centres : 16 min, un an avant 16 min"),
        ("left", 5.34, 5.34, 5.31, "un an avant : autant"),
        ("left", 5.34, 5.34, 3.1, "un an avant : 3,1 % (+2,2 points)"),
    ],
)
def test_a_card_s_difference_is_that_of_what_it_says(code, card, now, before, read):
    """Of other sites than the card's own it says so: 15 min beside 16 is not ±0."""
    said = against_last_year(
        figure(code, card), {code: figure(code, now)}, {code: figure(code, before)}
    )
    assert said.translate(PLAIN) == read


def test_where_one_answers_known_is_said_only_where_a_register_there_is_not_up_to_date(asked):
    focal_point = Person("point focal de Covè", Role.FOCAL_POINT, sites=frozenset({COVE}))
    asked.hand_in("registre", visit(KANDI, "2025-06-30"), visit(COVE, "2025-06-30"))
    late = [complaint(f"P-{site}", site, "2025-01-06") for site in (KANDI, COVE)]
    asked.hand_in(
        "plaintes", late[0], covers=(YEAR.first, date(2025, 2, 28)), sites=frozenset({KANDI})
    )
    asked.hand_in(
        "plaintes", late[1], covers=(YEAR.first, date(2025, 6, 30)), sites=frozenset({COVE})
    )
    own = complaints.open_complaints(focal_point, YEAR, "k").finding.translate(PLAIN)
    assert own == "Là où vous répondez : 1 plainte attend depuis plus de 30 jours au 30/06/2025"
    everybody = complaints.open_complaints(LOCAL_READER, YEAR, "k").finding.translate(PLAIN)
    assert everybody == (
        "2 plaintes connues attendent depuis plus de 30 jours au 30/06/2025 (l'une d'elles au 28/02/2025)"
    )


# ---- what chance may have chosen -------------------------------------------------------------------------------


def alike(office: Office, slow: str = "") -> None:
    """Sixty waits and twenty complaints of each of three sites, drawn alike; those of `slow` are long, and never answered."""
    r = random.Random(51)
    for site in (KANDI, COVE, "ccsp-djougou"):
        office.hand_in(
            "registre",
            *[
                waited(
                    r.randint(*(40, 90) if site == slow else (5, 25)), site=site, day="2025-03-03"
                )
                for _ in range(60)
            ],
        )
        rows = []
        for n in range(20):
            answered = date(2025, 1, 6) + timedelta(days=r.randint(3, 50))
            resolved = "" if site == slow else answered.isoformat()
            rows.append(complaint(f"{site}-{n}", site, "2025-01-06", resolved=resolved))
        office.hand_in("plaintes", *rows, covers=(YEAR.first, YEAR.last), sites=(site,))
    office.hand_in("registre", visit(KANDI, YEAR.last.isoformat()))


CODES = ("wait_p50", "wait_p90", "complaints_30d", "complaint_delay")


@pytest.mark.parametrize("by", ["department", "site"])
@pytest.mark.parametrize("code", CODES)
def test_a_title_names_the_highest_only_where_the_family_is_not_one_of_chance(asked, by, code):
    alike(asked)
    said = sites.compare(LOCAL_READER, YEAR, by, code, "a").finding.translate(PLAIN)
    nothing = ("aucune différence nette", "aucun département ne se distingue", "pour l'ensemble")
    assert any(words in said for words in nothing)
    if (
        code != "complaints_30d" or by == "department"
    ):  # the spread of a share of sites is told, and judged beside it
        assert not any(name in said for name in ("Kandi", "Covè", "Djougou", "Alibori", "Donga"))


@pytest.mark.parametrize("code", CODES[:3])
def test_a_title_names_what_stands_apart(asked, code):
    alike(asked, slow=COVE)
    said = sites.compare(LOCAL_READER, YEAR, "department", code, "a").finding
    assert "Zou" in said
