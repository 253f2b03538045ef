"""What closings declare, the register has and the canevas reports of a month: the gaps, since when, and why, in one sentence."""

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import text

from dashboard import french
from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import context
from dashboard.answers.declared_entered import site_months
from dashboard.answers.declared_entered_panels import by_month, days, of_last_month
from dashboard.answers.question import Question
from dashboard.period import ONE_DAY, month_end
from dashboard.settings import load_settings
from db import list_changes, reference_changes
from db.engine import make_engine
from tests.builders import COVE, KANDI, NIKKI, Office, closing, monthly, visit
from tests.clock import as_of

OCTOBER = Question(date(2026, 10, 1), date(2026, 10, 31))
WORKED = [d for d in range(1, 31) if date(2026, 10, d).weekday() < 5]  # no holiday in that month
AT_COVE = Question(OCTOBER.first, OCTOBER.last, site=COVE)


def hand_in_days(
    office: Office, days: list[int], per_day: int = 2, site: str = COVE, **more
) -> int:
    """A register of some days of October, a file for each row of days; the lot of the last one."""
    rows: list[list[int]] = []
    for day in days:
        if rows and day == rows[-1][-1] + 1:
            rows[-1].append(day)
        else:
            rows.append([day])
    for row in rows:
        lines = [
            visit(site, f"2026-10-{d:02}", ref=f"{site}-{d}-{n}", **more)
            for d in row
            for n in range(per_day)
        ]
        span = date(2026, 10, row[0]), date(2026, 10, row[-1])
        outcome = office.hand_in("registre", *lines, covers=span, sites=(site,))
    return outcome.batch_id


def close_days(office: Office, days: dict[int, int], site: str = COVE) -> None:
    office.hand_in("cloture", *(closing(site, f"2026-10-{d:02}", n) for d, n in days.items()))


def told(question: Question = AT_COVE, person: Person = LOCAL_READER) -> list[list[str]]:
    """The cells of the panel, in plain spaces."""
    rows = by_month(person, question, "k").table.rows
    return [[c.text.replace(french.SPACE, " ") for c in row] for row in rows]


def finding(question: Question = AT_COVE) -> str:
    return by_month(LOCAL_READER, question, "k").finding.replace(french.SPACE, " ")


@pytest.fixture
def cove(asked) -> Office:
    """Covè handed in October but for the 5th and the 12th, two visits a day; its closings have 8 and 7 for these two."""
    hand_in_days(asked, [d for d in WORKED if d not in (5, 12)])
    close_days(asked, {d: {5: 8, 12: 7}.get(d, 2) for d in WORKED})
    return asked


def test_days_that_were_not_handed_in_explain_what_a_report_has_more(cove):
    entered = 2 * (len(WORKED) - 2)
    cove.hand_in("canevas", monthly(COVE, "10/2026", received=entered + 15))
    (row,) = told()
    assert row == [
        "octobre 2026",
        str(entered + 15),
        f"au moins {entered}",
        str(entered + 15),
        "0",
        "0",
        "",
        f"Le canevas dit {entered + 15}, le registre en a au moins {entered} : le 5 et le 12 ne sont pas remis (fiches : 15) ;"
        " canevas et fiches disent la même chose",
    ]
    assert finding().startswith(
        f"Octobre 2026 : le canevas dit {entered + 15}, le registre en a au moins {entered} : le 5 et le 12 ne sont pas remis"
        " (fiches : 15)"
    )
    shown = [[c.text for c in row] for row in days(LOCAL_READER, AT_COVE, "j").table.rows]
    assert [row[:4] for row in shown] == [
        ["12/10/2026", "7", "non remonté", "—"],
        ["05/10/2026", "8", "non remonté", "—"],
    ]
    assert all(row[4].startswith("lot ") and row[5] == "pas remis" for row in shown)


def test_days_that_are_missing_are_named_to_who_has_the_calendar_or_answers_for_the_site(cove):
    """And the lots of a day to who may see the site's receipts: not to the cabinet, nor to the director of others."""
    cabinet = Person("cabinet", Role.CABINET)
    elsewhere = Person("directeur", Role.DIRECTOR, frozenset({"Atlantique"}))
    own = Person("directrice", Role.DIRECTOR, frozenset({"Zou"}))
    focal = Person("point focal", Role.FOCAL_POINT, sites=frozenset({COVE}))
    other = Person("point focal", Role.FOCAL_POINT, sites=frozenset({KANDI}))
    guest = Person("invité", Role.GUEST, frozenset({"Zou"}))
    for person in (own, focal, cabinet, elsewhere):
        shown = days(person, AT_COVE, "j")
        assert [row[0].text for row in shown.table.rows] == ["12/10/2026", "05/10/2026"]
        assert any("lot" in c.text for row in shown.table.rows for c in row) == (
            person in (own, focal)
        )
        told_why = by_month(person, AT_COVE, "k").finding.replace(french.SPACE, " ")
        assert "le 5 et le 12 ne sont pas remis" in told_why
    for person in (other, guest):
        assert not days(person, AT_COVE, "j").table.rows
        shown = by_month(person, AT_COVE, "k")
        assert not shown.table.rows and not shown.finding
        assert (
            shown.content.text
            == "Les jours qu'un centre n'a pas remis se lisent par qui en répond."
        )


def test_a_gap_that_nothing_explains_is_said_to_be_without_explanation(cove):
    entered = 2 * (len(WORKED) - 2)
    cove.hand_in("canevas", monthly(COVE, "10/2026", received=entered + 21))
    (row,) = told()
    assert row[5] == "+6"
    assert row[-1].endswith(
        f"(fiches : 15) ; le canevas dit {entered + 21}, les fiches {entered + 15} : 6 usagers de plus au canevas, que rien ici"
        " n'explique"
    )


def test_a_register_that_nobody_handed_in_is_not_counted_as_nobody(asked):
    days_of = dict.fromkeys(WORKED, 3)
    close_days(asked, days_of)
    asked.hand_in("canevas", monthly(COVE, "10/2026", received=3 * len(WORKED)))
    close_days(asked, days_of, KANDI)
    asked.hand_in("canevas", monthly(KANDI, "10/2026", received=0))
    cove, kandi = sorted(told(OCTOBER), key=lambda row: row[0])
    assert cove[3] == "non remonté" and cove[5:8] == ["—", "0", ""]
    assert cove[-1] == "Registre non remonté ; canevas et fiches disent la même chose"
    assert kandi[5:8] == ["—", f"−{3 * len(WORKED)}", "octobre 2026"]
    close_days(asked, {7: 2}, NIKKI)  # with a canevas and no more there is nothing to compare
    asked.hand_in("canevas", monthly(NIKKI, "10/2026", received=5))
    assert finding(OCTOBER) == (
        "En octobre 2026, 1 centre sur 2 a un écart entre fiches, registre et canevas sur les mêmes jours ; le"
        f" plus grand est au CCSP de Kandi : {3 * len(WORKED)} usagers"
    )


def test_closings_are_held_against_the_days_that_the_register_has(asked):
    hand_in_days(asked, [d for d in WORKED if d <= 15])
    close_days(asked, dict.fromkeys(WORKED, 2))
    asked.hand_in("canevas", monthly(COVE, "10/2026", received=2 * len(WORKED)))
    (row,) = told()
    assert row[4:7] == ["0", "0", ""]
    assert finding(OCTOBER).endswith("là où deux chiffres se comparent, ils disent la même chose")


def test_a_canevas_is_not_held_against_parts(asked):
    hand_in_days(asked, [d for d in WORKED if d <= 15])
    close_days(asked, {d: 2 for d in WORKED if d > 15})
    asked.hand_in("canevas", monthly(COVE, "10/2026", received=90))
    (row,) = told()
    assert row[4:7] == ["—", "—", ""]
    assert row[-1].endswith("ni registre ni fiches entiers, auxquels comparer le canevas")
    assert finding(OCTOBER) == "En octobre 2026, aucun centre n'a deux chiffres qui se comparent"


def test_a_day_made_a_holiday_is_not_listed_as_not_handed_in(asked):
    hand_in_days(asked, [d for d in WORKED if d < 28])
    close_days(asked, dict.fromkeys(WORKED, 2))
    reference_changes.keep(
        asked.engine, list_changes.add_holiday(date(2026, 10, 28), "Deuil"), "test", "décret"
    )
    (row,) = told()
    assert "le 29 et le 30 ne sont pas remis (fiches : 4)" in row[-1].lower()
    assert row[-1].endswith(
        "des fiches disent 2 usagers, sans registre, de jours qui n'étaient pas attendus"
    )


def test_gaps_of_two_kinds_or_signs_are_not_one_that_lasts(asked):
    for month, received, declared in ((8, 1, 1), (9, -1, 1), (10, None, 3)):
        first = date(2026, month, 1)
        last = month_end(first)
        open_ = [first + ONE_DAY * n for n in range((last - first).days + 1)]
        open_ = [d for d in open_ if d.weekday() < 5]
        asked.hand_in(
            "registre",
            *(visit(COVE, str(d), ref=f"{d}") for d in open_),
            covers=(first, last),
            sites=(COVE,),
        )
        more = {open_[0]: declared}
        asked.hand_in("cloture", *(closing(COVE, str(d), more.get(d, 1)) for d in open_))
        if received is not None:
            asked.hand_in(
                "canevas", monthly(COVE, f"{month:02}/2026", received=len(open_) + 4 * received)
            )
    autumn = Question(date(2026, 8, 1), date(2026, 10, 31), site=COVE)
    dated = {row[0]: (row[5], row[6]) for row in told(autumn)}
    assert dated == {
        "octobre 2026": ("—", "octobre 2026"),  # of closings
        "septembre 2026": ("−4", "septembre 2026"),
        "août 2026": ("+4", "août 2026"),
    }


def test_a_sheet_that_says_another_number_is_named_with_both(asked):
    hand_in_days(asked, WORKED)
    close_days(asked, {d: 5 if d == 7 else 2 for d in WORKED})
    asked.hand_in("canevas", monthly(COVE, "10/2026", received=2 * len(WORKED)))
    (row,) = told()
    assert row[4:6] == ["+3", "0"]
    assert row[-1] == "Le 7, la fiche dit 5 et le registre 2"


def test_agents_are_summed_and_a_closing_typed_is_a_closing(asked):
    hand_in_days(asked, WORKED)
    of_files, typed = WORKED[:-1], WORKED[-1]
    lines = [closing(COVE, f"2026-10-{d:02}", 1, agent) for d in of_files for agent in ("A", "B")]
    asked.hand_in("cloture", *lines)
    (row,) = told()
    assert row[1] == f"au moins {2 * len(of_files)}"
    asked.hand_in("cloture", closing(COVE, f"2026-10-{typed}", 2), declared=True)
    (row,) = told()
    assert (row[1], row[4], row[-1]) == (
        str(2 * len(WORKED)),
        "0",
        "Fiches et registre disent la même chose, sans canevas à comparer",
    )


def test_the_register_as_it_was_when_the_canevas_came_and_the_lot_that_changed_it(asked):
    with as_of("2026-11-02T10:00"):
        hand_in_days(asked, WORKED)
    with as_of("2026-11-03T10:00"):
        canevas = asked.hand_in(
            "canevas", monthly(COVE, "10/2026", received=2 * len(WORKED))
        ).batch_id
    with as_of("2026-11-12T10:00"):
        later = asked.hand_in(
            "registre",
            *(visit(COVE, "2026-10-30", ref=f"late-{n}") for n in range(3)),
            covers=(date(2026, 10, 30), date(2026, 10, 30)),
            sites=(COVE,),
        ).batch_id
    (row,) = told()
    assert row[-1] == (
        f"Le canevas dit {2 * len(WORKED)}, le registre en a {2 * len(WORKED) + 3} : le registre en avait autant quand le"
        f" canevas est arrivé (lot {canevas}, le 03/11/2026) ; changé depuis par le lot {later}, le 12/11/2026"
    )
    of_cabinet = by_month(Person("cabinet", Role.CABINET), AT_COVE, "k").finding
    assert of_cabinet.endswith(
        "le registre en avait autant quand le canevas est arrivé, le 03/11/2026\xa0; changé depuis, le 12/11/2026"
    )


def test_a_lot_that_was_withdrawn_since_is_named_too(asked):
    with as_of("2026-11-02T10:00"):
        hand_in_days(asked, WORKED)
        extra = asked.hand_in(
            "registre", *(visit(COVE, "2026-10-30", ref=f"x-{n}") for n in range(4))
        ).batch_id
        asked.hand_in("canevas", monthly(COVE, "10/2026", received=2 * len(WORKED) + 4))
    with as_of("2026-11-20T10:00"):
        asked.withdraw(extra)
    assert f"changé depuis par le lot {extra}, le 20/11/2026" in told()[0][-1]


def test_another_definition_is_said_to_give_the_same_number(asked):
    hand_in_days(asked, WORKED, outcome="servi", arrived="08:00", called="08:05")
    hand_in_days(asked, [6], per_day=3, outcome="parti", arrived="08:00", site=KANDI)
    gone = [
        visit(COVE, "2026-10-06", ref=f"gone-{n}", arrived="08:00", outcome="parti")
        for n in range(3)
    ]
    asked.hand_in("registre", *gone)
    asked.hand_in("canevas", monthly(COVE, "10/2026", received=2 * len(WORKED)))
    (row,) = told()
    assert row[-1].endswith(
        "c'est aussi, peut-être par hasard, le nombre sans les 3 partis sans être reçus au registre"
    )
    asked.hand_in("canevas", monthly(COVE, "10/2026", received=2 * len(WORKED) + 6))
    (row,) = told()
    assert row[-1].endswith(
        "c'est aussi, peut-être par hasard, le nombre de tout le réseau au registre"
    )


def test_a_canevas_counts_as_its_latest_file_says_and_not_once_it_is_withdrawn(cove):
    entered = 2 * (len(WORKED) - 2)
    cove.hand_in("canevas", monthly(COVE, "10/2026", received=3), as_of="2026-11-02")
    second = cove.hand_in(
        "canevas", monthly(COVE, "10/2026", received=entered), as_of="2026-11-03"
    ).batch_id
    assert told()[0][3] == str(entered)
    cove.withdraw(second)
    assert told()[0][3] == "3"


def test_a_site_without_closings_or_without_canevas_has_no_gap_and_nobody_is_given_a_zero(asked):
    hand_in_days(asked, WORKED)
    hand_in_days(asked, WORKED, site=KANDI)
    asked.hand_in("canevas", monthly(COVE, "10/2026", received=2 * len(WORKED)))
    asked.hand_in("canevas", monthly(NIKKI, "10/2026", received=9))
    (row,) = told()
    assert row[1:] == [
        "non remonté",
        str(2 * len(WORKED)),
        str(2 * len(WORKED)),
        "—",
        "0",
        "",
        "Canevas et registre disent la même chose, sans fiches de clôture à comparer",
    ]
    # Kandi has a register alone, Nikki a canevas alone: there is nothing to compare.
    assert [m.code for m in site_months(LOCAL_READER, OCTOBER)] == [COVE]
    panel = by_month(LOCAL_READER, Question(OCTOBER.first, OCTOBER.last, site=KANDI), "k")
    assert not panel.table.rows and panel.content.text.startswith(
        "Ce centre n'a pas remis, pour un même mois"
    )


def test_a_canevas_without_a_number_is_no_gap(cove):
    cove.hand_in("canevas", monthly(COVE, "10/2026", reasons="attente"))
    assert told()[0][3] == "sans nombre"
    assert told()[0][5] == "—"


def test_the_running_month_is_not_held_against_its_canevas(cove):
    with as_of("2026-10-20T10:00"):
        cove.hand_in("canevas", monthly(COVE, "10/2026", received=1))
        (row,) = told()
        assert row[0] == "octobre 2026 (en cours)" and row[5] == "—"
        assert "canevas" not in row[-1]


def test_nobody_is_accused_of_a_day_before_it_is_due(asked):
    with as_of("2026-10-08T17:00"):
        hand_in_days(asked, [1, 2, 5, 6, 7])
        close_days(asked, dict.fromkeys((1, 2, 5, 6, 7, 8), 2))
        assert days(LOCAL_READER, AT_COVE, "j").table.rows == ()
    with as_of("2026-10-09T17:00"):  # due at noon, but the count is that of midnight
        assert days(LOCAL_READER, AT_COVE, "j").table.rows == ()
    with as_of("2026-10-12T08:00"):
        (row,) = days(LOCAL_READER, AT_COVE, "j").table.rows
        assert row[0].text == "08/10/2026"


def test_a_gap_is_dated_by_the_months_in_a_row_that_have_one(asked):
    for month, more in (("2026-07", 0), ("2026-08", 4), ("2026-09", 2), ("2026-10", 1)):
        first = date.fromisoformat(f"{month}-03")
        spans = [first + ONE_DAY * n for n in range(20)]
        open_ = [d for d in spans if d.weekday() < 5]
        lines = [visit(COVE, str(d), ref=f"{d}") for d in open_]
        asked.hand_in("registre", *lines, covers=(first, spans[-1]), sites=(COVE,))
        asked.hand_in(
            "cloture", *(closing(COVE, str(d), 1 + (more if d == open_[0] else 0)) for d in open_)
        )
    year = Question(date(2026, 1, 1), date(2026, 10, 31), site=COVE)
    dated = {row[0]: row[6] for row in told(year)}
    assert dated == {
        "juillet 2026": "",
        "août 2026": "août 2026",
        "septembre 2026": "août 2026 (2 mois de suite)",
        "octobre 2026": "août 2026 (3 mois de suite)",
    }


def test_the_network_says_how_many_sites_and_the_largest_gap_first(asked):
    for site in (COVE, KANDI):
        hand_in_days(asked, WORKED, site=site)
    close_days(asked, {d: 17 if d == 5 else 2 for d in WORKED})
    close_days(asked, dict.fromkeys(WORKED, 2), KANDI)
    assert finding(OCTOBER) == (
        "En octobre 2026, 1 centre sur 2 a un écart entre fiches, registre et canevas sur les mêmes jours ; le"
        " plus grand est au CCSP de Covè : 15 usagers"
    )
    assert [row[0] for row in told(OCTOBER)] == ["CCSP de Covè", "CCSP de Kandi"]


def test_of_the_network_the_running_month_comes_last(cove):
    with as_of("2026-11-10T10:00"):
        cove.hand_in("registre", visit(COVE, "2026-11-02", ref="n"))
        cove.hand_in("cloture", closing(COVE, "2026-11-02", 90))
        autumn = Question(OCTOBER.first, date(2026, 11, 30))
        months = ["octobre 2026", "novembre 2026 (en cours)"]
        assert [row[1] for row in told(autumn)] == months
        at_cove = Question(autumn.first, autumn.last, site=COVE)
        assert [row[0] for row in told(at_cove)] == months[::-1]
        assert finding(autumn).startswith("En octobre 2026")


def test_a_slide_has_the_sites_with_a_gap_of_the_last_month_that_is_over(asked):
    for site in (COVE, KANDI):
        hand_in_days(asked, WORKED, site=site)
    close_days(asked, {d: 17 if d == 5 else 2 for d in WORKED})
    close_days(asked, dict.fromkeys(WORKED, 2), KANDI)
    panel = of_last_month(LOCAL_READER, Question(OCTOBER.first, date(2026, 11, 30)), "k")
    shown = [[cell.text for cell in row] for row in panel.table.rows]
    entered, declared = str(2 * len(WORKED)), str(2 * len(WORKED) + 15)
    assert shown == [["CCSP de Covè", declared, entered, "non remonté", "15", "octobre 2026"]]
    assert panel.finding == by_month(LOCAL_READER, OCTOBER, "k").finding
    same = of_last_month(LOCAL_READER, Question(OCTOBER.first, OCTOBER.last, site=KANDI), "k")
    assert not same.table.rows and "disent la même chose" in same.content.text


def test_gaps_that_cancel_out_are_counted_day_by_day(asked):
    hand_in_days(asked, WORKED)
    close_days(asked, {d: {6: 1, 7: 3}.get(d, 2) for d in WORKED})
    assert (
        finding(OCTOBER)
        == "En octobre 2026, 1 centre sur 1 a un écart entre fiches, registre et canevas sur les mêmes jours ; le"
        " plus grand est au CCSP de Covè : 2 usagers en 2 jours, 0 en tout"
    )
    assert told()[0][-1] == "Fiche et registre diffèrent le 6 (1 et 2) et le 7 (3 et 2)"
    assert told()[0][4] == "0 (2 en 2 jours)", "no row of gaps reads as if it had none"


def test_nothing_at_all_is_said_to_be_nothing(asked):
    panel = by_month(LOCAL_READER, OCTOBER, "k")
    assert "Aucun centre" in panel.content.text
    nobody = Person("inconnu", "stagiaire")
    assert site_months(nobody, OCTOBER) == ()
    assert site_months(Person("cabinet", Role.CABINET), OCTOBER) == ()


@pytest.fixture(scope="module")
def demo(databases):
    """Fictitious data of two years, asked through the answers."""
    with databases.fresh(visits=6_000) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        load_settings.cache_clear()
        yield url
        context.close_databases()
    load_settings.cache_clear()


def counted_by_hand(url: str, query: str) -> dict[tuple[str, str], int]:
    """Numbers of a query that gives site, day and number, summed by site and month."""
    engine, sums = make_engine(url), Counter()
    with engine.connect() as connection:
        for site, day, number in connection.execute(text(query)):
            sums[site, str(day)[:7]] += int(number)
    engine.dispose()
    return dict(sums)


def test_the_three_numbers_are_what_the_tables_say_added_up_by_hand(demo):
    tables = {
        "entered": "SELECT s.code, v.day, 1 FROM visit v JOIN site s ON s.id = v.site_id WHERE v.superseded_by IS NULL",
        "declared": "SELECT s.code, c.day, c.declared FROM daily_closing c JOIN site s ON s.id = c.site_id"
        " WHERE c.superseded_by IS NULL",
        "reported": "SELECT s.code, m.month, m.received FROM monthly_return m JOIN site s ON s.id = m.site_id"
        " WHERE m.superseded_by IS NULL",
    }
    found = site_months(LOCAL_READER, Question(date(2024, 1, 1), date(2026, 12, 31)))
    assert len(found) > 300 and any(m.report_gap is not None for m in found)
    for name, query in tables.items():
        sums = counted_by_hand(demo, query)
        for m in found:
            value = getattr(m, name)
            assert value is None or value == sums.get((m.code, f"{m.month:%Y-%m}"), 0), (name, m)
    assert all(
        m.closing_gap == sum(d.gap for d in m.differing) for m in found if m.closing_gap is not None
    )


@pytest.mark.parametrize(
    ("at", "days", "running"),
    [
        ("2026-10-31T09:00", WORKED, True),
        ("2026-11-01T09:00", WORKED, False),
        ("2026-11-02T09:00", WORKED, False),
        ("2026-11-02T09:00", WORKED[:-1], True),  # the 30th is due that day, at noon
        ("2026-11-03T09:00", WORKED[:-1], False),
    ],
)
def test_a_month_is_over_once_it_has_no_day_to_come(asked, at, days, running):
    with as_of(at):
        hand_in_days(asked, days)
        asked.hand_in("canevas", monthly(COVE, "10/2026", received=30))
        (month,) = site_months(LOCAL_READER, AT_COVE)
    assert month.is_running == running
