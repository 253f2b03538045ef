"""The calendar of completeness: what it says of a month, its shares, who may ask for it, and what is in its files."""

import re
from dataclasses import replace
from datetime import date, datetime

import pytest

from dashboard import french
from dashboard.accounts.rights import Person, Role
from dashboard.answers import completeness_panels, context, day_calendar, reminders
from dashboard.answers.day_calendar import MonthCalendar
from dashboard.answers.lost_time import losses
from dashboard.answers.question import EVERYTHING, Question
from dashboard.judgement.completeness_sentences import (
    DayCounts,
    SiteDaysMissing,
    detail,
    month_sentence,
    share,
)
from dashboard.panel import Chart, Message, Panel
from dashboard.period import BENIN
from dashboard.ui.day_calendar import month_markup, phone_sentence
from tests.builders import COTONOU, COVE, KANDI, NIKKI, Office, close_site, closing, closure, visit
from tests.clock import as_of
from tests.db.test_lost_time import set_hours

CABINET = Person("cabinet", Role.CABINET)
NOVEMBER, OCTOBER = date(2026, 11, 1), date(2026, 10, 1)
FRIDAY = "2026-11-27T14:00"
ZOU = Question(EVERYTHING.first, EVERYTHING.last, ("Zou",))


def moment(at: str = FRIDAY) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=BENIN)


def calendar(
    question: Question = EVERYTHING, at: str = FRIDAY, month: date = NOVEMBER
) -> MonthCalendar:
    """The calendar as the cabinet is shown it at a moment."""
    with as_of(at):
        return day_calendar.month_calendar(CABINET, question, month, moment(at))


def finding(question: Question = EVERYTHING, at: str = FRIDAY, month: date = NOVEMBER) -> str:
    """Its first sentence, in plain spaces."""
    return plain(calendar(question, at, month).finding)


def plain(text: str) -> str:
    return text.replace(french.SPACE, " ").replace(french.NARROW_SPACE, " ")


def signs(found: MonthCalendar, code: str) -> str:
    """The signs of a site's working days, each as wide as it is."""
    site = next(s for s in found.sites if s.code == code)
    return " ".join(d.sign or "_" for d in site.days if d.day in found.working_days)


def hand_in(office: Office, first: str, last: str, site: str = COVE, at: str = "") -> None:
    """A register of these days, on the last of them or at a moment."""
    span = (date.fromisoformat(first), date.fromisoformat(last))
    with as_of(at or f"{last}T17:02"):
        office.hand_in("registre", visit(site, first, ref=first), covers=span, sites=(site,))


@pytest.fixture
def november(asked) -> Office:
    """Three sites: Covè handed in its days but the 4th, the 12th and the 13th; Kandi the first week, late; Nikki nothing."""
    with asked.engine.begin() as connection:
        for (code,) in asked.rows("SELECT code FROM site"):
            if code not in (COVE, KANDI, NIKKI):
                close_site(connection, code, date(2025, 1, 1))
    for site in (KANDI, NIKKI):
        hand_in(asked, "2026-10-01", "2026-10-30", site)
    hand_in(asked, "2026-10-01", "2026-10-30")
    for day in range(2, 27):
        if day not in (4, 12, 13):
            hand_in(asked, f"2026-11-{day:02}", f"2026-11-{day:02}")
    hand_in(asked, "2026-11-02", "2026-11-06", KANDI, "2026-11-10T12:30")
    return asked


def test_the_first_sentence_has_the_days_the_share_and_who_misses_most(november):
    # Until Friday noon 19 days of each are due: of Covè 16, of Kandi 5, of Nikki none.
    assert finding() == (
        "En novembre, 21 jours sur 57 sont reçus (37 %) ; manquent surtout Nikki (19) et Kandi (14)"
    )
    assert finding(ZOU) == (
        "En novembre, 16 jours sur 19 sont reçus (84 %) ; manquent le 4, le 12 et le 13"
    )


def test_nobody_is_accused_of_a_day_before_it_is_due(november):
    assert calendar(ZOU, "2026-11-27T11:59").counts.expected == 18
    assert calendar(ZOU, "2026-11-27T12:00").counts.expected == 19
    assert signs(calendar(ZOU, "2026-11-27T12:00"), COVE).split()[-2:] == ["_", "_"]


def test_a_cell_has_its_sign_and_its_words(november):
    with as_of("2026-11-14T08:00"):
        november.hand_in(
            "fermetures", closure(COVE, "2026-11-12", "2026-11-12", reason="réseau"), declared=True
        )
        november.hand_in("fermetures", closure(NIKKI, "2026-11-12", "2026-11-13", reason="grève"))
    with as_of("2026-11-17T16:00"):
        november.hand_in("cloture", closing(NIKKI, "2026-11-16", 0), declared=True)
        november.hand_in("cloture", closing(NIKKI, "2026-11-17", 0))
    found = calendar()
    assert signs(found, COVE) == "• • ✕ • • • • • r ✕ • • • • • • • • • _ _"
    assert signs(found, KANDI) == "+6 0+ 0+ 0+ 0+ ✕ ✕ ✕ ✕ ✕ ✕ ✕ ✕ ✕ ✕ ✕ ✕ ✕ ✕ _ _"
    assert signs(found, NIKKI) == "✕ ✕ ✕ ✕ ✕ ✕ ✕ ✕ g g 0 0 ✕ ✕ ✕ ✕ ✕ ✕ ✕ _ _"
    cells = {d.day.day: d for s in found.sites if s.code == COVE for d in s.days}
    assert (cells[12].sign, plain(cells[12].in_words)) == (
        "r",
        "manquant, fermé selon le centre : réseau",
    )
    assert (cells[4].sign, cells[4].in_words) == ("✕", "manquant, sans explication")
    kandi = {d.day.day: d for s in found.sites if s.code == KANDI for d in s.days}
    # Monday the 2nd was due on Tuesday noon and came on Tuesday the 10th after noon: six noons later.
    assert (kandi[2].sign, plain(kandi[2].in_words)) == ("+6", "reçu en retard de 6 jours ouvrés")
    assert plain(kandi[6].in_words) == "reçu, personne n'est venu, en retard de 2 jours ouvrés"
    nikki = {d.day.day: d for s in found.sites if s.code == NIKKI for d in s.days}
    assert (nikki[12].sign, plain(nikki[12].in_words)) == ("g", "fermé, c'est confirmé : grève")
    assert nikki[12].kind.role == ""
    assert (nikki[16].in_words, nikki[17].in_words) == (
        "personne n'est venu, selon le centre",
        "reçu, personne n'est venu",
    )


def test_taps_explain_and_never_receive(november):
    before = calendar(ZOU).counts
    with as_of("2026-11-27T09:00"):
        november.hand_in("cloture", closing(COVE, "2026-11-04", 0), declared=True)
        november.hand_in("fermetures", closure(COVE, "2026-11-12", "2026-11-13"), declared=True)
    after = calendar(ZOU).counts
    assert (before.received, before.explained, before.missing) == (16, 0, 3)
    assert (after.received, after.explained, after.missing) == (16, 3, 0)
    assert (
        plain(detail(after)) == "16 (84 %) à l'heure. 3 ne sont pas reçus, expliqués par le centre."
    )


def test_a_site_that_closed_or_has_not_begun_is_asked_for_nothing(november):
    with november.engine.begin() as connection:
        close_site(connection, NIKKI, date(2026, 11, 9))
    assert {s.code: s.counts.expected for s in calendar().sites if s.code in (COVE, NIKKI)} == {
        COVE: 19,
        NIKKI: 5,
    }
    nikki = next(s for s in calendar().sites if s.code == NIKKI)
    assert {d.in_words for d in nikki.days if d.day.day > 8} == {
        "centre pas en service",
        "fin de semaine ou jour férié",
    }
    assert {s.code for s in calendar().sites} == {COVE, KANDI, NIKKI}, "the others closed long ago"


def test_without_data_it_says_so(asked):
    # The launches of the reference say which sites should have handed something in.
    counts = calendar().counts
    assert counts.expected > 0 == counts.received
    assert finding().startswith(
        f"En novembre, aucun des {counts.expected} jours attendus n'est reçu ; il en manque 19 à chacun des 20 centres dont des"
        " jours sont attendus ; 4 centres ne sont pas comptés, ouverture non renseignée : Abomey (GSRU), Cotonou (GSRU),"
        " Natitingou (GSRU) et 1 autre"
    )
    assert departments().finding == (
        "Aucun jour n'est reçu, dans aucun des 11 départements dont des jours sont attendus (sans Littoral)"
    )
    # Twenty sites' days in eleven departments, and Littoral, of whose counter no opening is known.
    assert len(departments().table.rows) == 12 + 1
    with asked.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE site SET launched_on = NULL")
    context.close_databases()  # SQL of no command moves no version
    assert finding().startswith(
        "En novembre, aucun jour n'est attendu ; 24 centres ne sont pas comptés, ouverture non renseignée : "
    )
    assert len(calendar().sites) == 24
    with as_of(FRIDAY):
        panel = completeness_panels.month_panel(CABINET, EVERYTHING, NOVEMBER, moment(), "k")
    assert isinstance(panel.content, Message)


def departments(question: Question = EVERYTHING) -> Panel:
    with as_of(FRIDAY):
        found = completeness_panels.departments_panel(CABINET, question, NOVEMBER, moment(), "d")
    return replace(found, finding=plain(found.finding))


def test_where_one_file_is_all_that_came_the_others_are_the_others_and_departments_go_by_their_share(
    asked,
):
    hand_in(asked, "2026-10-01", "2026-10-30")
    said = finding(month=OCTOBER)
    assert "; Covè est complet, il en manque 22 à chacun des 19 autres ;" in said
    hand_in(asked, "2026-11-02", "2026-11-26")
    hand_in(asked, "2026-11-02", "2026-11-13", "ccsp-pobe")
    assert departments().finding == (
        "Il manque des jours dans chacun des 11 départements dont des jours sont attendus (sans Littoral)"
    ), (
        "nine of them miss all: nobody is named for the place of his name, nor for how many sites he has"
    )


def test_departments_are_named_by_the_share_that_is_missing(november):
    assert departments().finding == (
        "Il manque des jours dans chacun des 3 départements : surtout Borgou (19 sur 19) et Alibori (14 sur 19)"
    )


@pytest.mark.parametrize(
    ("question", "month"),
    [
        (Question(date(2025, 11, 1), date(2026, 10, 31)), "novembre"),
        (Question(date(2026, 10, 1), date(2026, 10, 31)), "octobre"),
        (Question(date(2025, 9, 1), date(2026, 8, 31)), "août"),
    ],
)
def test_the_slide_of_a_year_that_ends_with_the_data_is_of_the_month_of_the_page(
    asked, question, month
):
    hand_in(asked, "2026-10-01", "2026-10-30")
    with as_of(FRIDAY):
        found = completeness_panels.slide_panel(CABINET, question, "k")
    assert plain(found.finding).startswith(f"En {month}, ")


def test_the_months_of_two_years_are_those_of_the_calendars(november):
    with as_of(FRIDAY):
        years = day_calendar.years_calendar(CABINET, EVERYTHING, moment())
        for n, month in enumerate(years.months):
            found = day_calendar.month_calendar(CABINET, EVERYTHING, month, moment())
            assert found.counts == years.all_sites.months[n]
            assert found.counts == _sum(s.counts for s in found.sites)
            assert found.counts == _sum(c for _, c in found.departments)


def _sum(counts) -> DayCounts:
    total = DayCounts()
    for one in counts:
        total = total.plus(one)
    return total


def test_no_share_is_rounded_to_all_or_to_nothing():
    assert plain(share(999, 1000)) == "99 %"
    assert plain(share(1000, 1000)) == "100 %"
    assert plain(share(1, 1000)) == "moins de 1 %"
    assert plain(share(0, 1000)) == "0 %"
    assert share(3, 4) == ""


def test_what_is_read_on_a_telephone_names_the_days(november):
    found = calendar()
    site = {s.code: s for s in found.sites}
    assert (
        plain(phone_sentence(site[COVE])) == "16 jours reçus sur 19 ; manquent le 4, le 12 et le 13"
    )
    assert (
        plain(phone_sentence(site[KANDI]))
        == "5 jours reçus sur 19, 5 en retard ; manquent du 9 au 26"
    )


def test_each_cell_of_the_page_is_heard_and_nothing_of_a_name_is_markup(november):
    with november.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE site SET name = 'CCSP de <b>Covè</b>' WHERE code = 'ccsp-cove'"
        )
    html = month_markup(calendar(ZOU))
    assert "<b>Covè" not in html
    assert html.count("manquant, sans explication") >= 3
    assert html.count(">reçu à l&#x27;heure<") == html.count("k received") == 16


def test_the_files_have_all_sites_though_the_picture_has_the_worst(november):
    with as_of(FRIDAY):
        panel = completeness_panels.month_panel(
            CABINET, EVERYTHING, NOVEMBER, moment(), "k", most=1
        )
        days = completeness_panels.days_panel(CABINET, EVERYTHING, NOVEMBER, moment(), "d")
    assert isinstance(panel.content, Chart)
    assert {row["s"] for row in panel.content.spec["data"]["values"]} == {"Nikki"}
    expected = {s.name for s in calendar().sites if s.counts.expected}
    assert len(panel.table.rows) == len(expected)
    states = [row[3].text for row in days.table.rows if row[0].text == "Nikki"]
    assert states.count("manquant, sans explication") == 19


def test_a_month_has_a_calendar_once_a_working_day_of_it_is_due(november):
    # The 1st of August 2026, a holiday, is a Saturday: until Tuesday noon nothing of August is due.
    for at, newest in (("2026-08-03T12:30", 7), ("2026-08-04T11:59", 7), ("2026-08-04T12:00", 8)):
        with as_of(at):
            assert day_calendar.months(CABINET, moment(at))[0] == date(2026, newest, 1)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-12-02T14:00", NOVEMBER),
        ("2026-12-07T14:00", NOVEMBER),
        ("2026-12-08T14:00", date(2026, 12, 1)),
    ],
)
def test_the_calendar_opens_on_a_month_of_which_some_days_are_due(november, at, opens):
    """Of December 2026 four days are due on Monday the 7th at noon, five on Tuesday."""
    year = Question(date(2025, 12, 1), date(2026, 11, 30))
    with as_of(at):
        assert day_calendar.months(CABINET, moment(at))[0] == date(2026, 12, 1)
        assert day_calendar.opening_month(CABINET, moment(at)) == opens
        slide = completeness_panels.slide_panel(CABINET, year, "k").title
    assert slide.startswith(f"Jours reçus en {french.month_label(opens)}")


def test_the_only_month_of_a_network_is_the_one_that_the_calendar_opens_on(asked, monkeypatch):
    monkeypatch.setattr(day_calendar, "MONTHS", 1)
    hand_in(asked, "2026-10-01", "2026-10-30")
    with as_of("2026-12-02T14:00"):
        only = day_calendar.opening_month(CABINET, moment("2026-12-02T14:00"))
    assert only == date(2026, 12, 1)


def test_a_month_that_is_over_is_not_said_to_be_still_to_come(november):
    with november.engine.begin() as connection:
        for code in (COVE, KANDI, NIKKI):
            close_site(connection, code, date(2026, 11, 1))
    context.close_databases()
    assert finding(at="2026-12-07T14:00") == "En novembre, aucun jour n'est attendu"


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (DayCounts(2, 1, 1, 0), "En novembre, 1 jour sur 2 est reçu ; manque le 1er"),
        (DayCounts(1, 0, 0, 0), "En novembre, le seul jour attendu n'est pas reçu ; manque le 1er"),
        (
            DayCounts(1500, 1499, 0, 0),
            "En novembre, 1 499 jours sur 1 500 sont reçus (99 %) ; manque le 1er",
        ),
    ],
)
def test_numbers_and_words_agree(counts, said):
    late = [SiteDaysMissing("", (NOVEMBER,))]
    assert plain(month_sentence(NOVEMBER, counts, late, date(2026, 11, 27))) == said


def test_two_sites_with_one_short_name_are_told_apart(november):
    with november.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE site SET name = 'Maison du service public' WHERE code = 'ccsp-nikki'"
        )
        connection.exec_driver_sql(
            "UPDATE site SET name = 'CCSP de Nikki' WHERE code = 'ccsp-kandi'"
        )
    context.close_databases()
    assert {s.name for s in calendar().sites} == {
        "Covè",
        "CCSP de Nikki",
        "Maison du service public",
    }


def test_the_days_of_the_picture_are_in_order_whoever_works_on_saturdays(november):
    with as_of(FRIDAY):
        panel = completeness_panels.month_panel(CABINET, EVERYTHING, NOVEMBER, moment(), "k")
    x = panel.content.spec["layer"][0]["encoding"]["x"]
    assert x["sort"] == sorted(x["sort"], key=int) and len(x["sort"]) == 21


def test_each_row_of_the_table_has_a_cell_for_each_heading(november):
    html = month_markup(calendar())
    rows = re.findall(r"<tr.*?</tr>", html)
    assert len({len(re.findall("<t[hd][ >]", row)) for row in rows}) == 1 and "colspan" not in html


def test_a_day_whose_closing_says_that_people_came_says_so(november):
    with as_of("2026-11-26T18:00"):
        november.hand_in("cloture", closing(COVE, "2026-11-12", 9))
    site = next(s for s in calendar().sites if s.code == COVE)
    (day,) = (d for d in site.days if d.day.day == 12)
    assert plain(day.in_words) == (
        "manquant, sans explication (la fiche dit 9 visites, le registre n'est pas remis)"
    )


def test_a_page_has_two_hundred_sites_at_most_and_says_where_the_others_are(november):
    found = calendar()
    many = replace(found, sites=found.sites * 70)
    html = month_markup(many)
    assert html.count("<tr") == 202, "with the heading and the totals"
    assert "10 autres centres, où il manque le moins, sont dans le classeur" in plain(html)


# --- since when a site serves ---
def _counts(site: str, month: date = NOVEMBER) -> DayCounts:
    return next(s.counts for s in calendar(month=month).sites if s.code == site)


def test_a_site_of_which_nothing_is_known_is_named_and_counted_and_reminded(asked):
    with as_of(FRIDAY):
        found = calendar()
        unknown = [s for s in found.sites if s.is_unknown]
        assert {s.code for s in unknown} >= {COTONOU} and len(found.sites) == 24
        assert all(s.counts.expected == 0 for s in unknown)
        assert "ne sont pas comptés, ouverture non renseignée" in plain(found.finding)
        (cotonou,) = (s for s in unknown if s.code == COTONOU)
        assert {d.in_words for d in cotonou.days} == {
            "rien de remis encore, ouverture non renseignée",
            "fin de semaine ou jour férié",
        }
        told = reminders.to_send(CABINET, EVERYTHING, NOVEMBER, moment())
        assert {one.code for one in told if not one.days} == {s.code for s in unknown}
        asked.hand_in("registre", visit(COTONOU, "2026-11-20", ref="1"))
        assert not next(s for s in calendar().sites if s.code == COTONOU).is_unknown
        assert _counts(COTONOU).expected < 10


def test_visits_of_a_confirmed_closure_are_said_and_two_causes_stand_in_the_order_of_lost_time(
    asked,
):
    with as_of(FRIDAY):
        asked.hand_in("registre", visit(KANDI, "2026-11-05", ref="1"))
        asked.hand_in(
            "fermetures", closure(KANDI, "2026-11-05", "2026-11-05", reason="électricité")
        )
        asked.hand_in("fermetures", closure("", "2026-11-05", "2026-11-05", reason="grève"))
        kandi = next(s for s in calendar().sites if s.code == KANDI)
        (day,) = (d for d in kandi.days if d.day.day == 5)
        assert plain(day.in_words) == (
            "fermé, c'est confirmé : grève (au registre, 1 visite ce jour-là : à vérifier)"
        )
        lost = losses(CABINET, Question(NOVEMBER, date(2026, 11, 30), site=KANDI))
        assert next(iter(lost.by_reason)) == "grève"


def test_who_may_not_see_which_days_came_has_no_row_of_the_calendar(november):
    asking = [
        Person("x", role, sites=frozenset({COVE}))
        for role in (Role.GUEST, Role.FOCAL_POINT, Role.CABINET)
    ]
    with as_of(FRIDAY):
        found = [
            len(day_calendar.month_calendar(one, EVERYTHING, NOVEMBER, moment()).sites)
            for one in asking
        ]
    assert found == [0, 0, 3]


def test_closures_of_hours_that_take_all_opening_hours_close_the_day(november):
    set_hours(
        november, NIKKI, "2025-01-01", **dict.fromkeys(("lu", "ma", "me", "je", "ve"), (480, 1050))
    )
    with as_of("2026-11-26T09:00"):
        november.hand_in(
            "fermetures",
            closure(NIKKI, "2026-11-10", None, "08:00", "12:00", "réseau"),
            closure(NIKKI, "2026-11-10", None, "12:00", "17:30", "réseau"),
            closure(NIKKI, "2026-11-11", None, "00:00", "23:59", "électricité"),
            closure(NIKKI, "2026-11-12", None, "08:00", "12:00", "réseau"),
            closure(
                KANDI, "2026-11-18", None, "06:00", "20:00", "électricité"
            ),  # its hours are not known
            closure(KANDI, "2026-11-19", None, "08:00", "10:00", "réseau"),
        )
    days = {s.code: {d.day.day: (d.sign, d.closed_for) for d in s.days} for s in calendar().sites}
    assert [days[NIKKI][day][1] for day in (10, 11, 12)] == ["réseau", "électricité", ""]
    assert [days[KANDI][day][1] for day in (18, 19)] == ["électricité", ""]
    assert days[NIKKI][12][0] == days[KANDI][19][0] == days[NIKKI][9][0] != days[NIKKI][10][0]
