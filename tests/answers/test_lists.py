"""What is to be done, as lists: complaints that wait, days not closed, silent sites; each name leads on, and only who may
see rows is given them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from dashboard import french
from dashboard.accounts.rights import ALL, LOCAL_READER, Access, Person, Role
from dashboard.answers import (
    complaint_register,
    complaints,
    completeness,
    context,
    headlines,
    indicator_panels,
    site_directory,
    slides,
)
from dashboard.answers.context import View
from dashboard.answers.figures import overall_figures
from dashboard.answers.question import Question
from dashboard.answers.table_request import TableRequest
from dashboard.panel import Chart, Link, Message, Panel, site_link
from tests.builders import (
    COVE,
    EVERY_SITE,
    KANDI,
    NIKKI,
    Office,
    closing,
    complaint,
    launch_site,
    visit,
)

DAY = date(2025, 11, 24)  # a Monday
YEAR = Question(date(2025, 1, 1), DAY)
PLAIN = str.maketrans("\xa0\u202f", "  ")


@pytest.fixture
def asked(asked) -> Office:
    """Kandi is heard of on the last day of the data."""
    asked.hand_in("registre", *[visit(KANDI, d) for d in ("2025-11-17", DAY.isoformat())])
    return asked


def before(days: int) -> str:
    return (DAY - timedelta(days=days)).isoformat()


def seeing(rows: frozenset[str] | str) -> View:
    """One who may see all figures, and the rows of these sites."""
    return replace(context.view(LOCAL_READER), access=Access(ALL, rows))


def read(panel: Panel) -> list[list[str]]:
    """The rows of a panel's table, as they are read."""
    return [[cell.text.translate(PLAIN) for cell in row] for row in panel.table.rows]


def three_complaints(office: Office) -> None:
    office.hand_in(
        "plaintes",
        complaint("P-1", KANDI, before(10), category="Délai"),
        complaint("P-2", COVE, before(200), category="Accueil"),
        complaint("P-3", KANDI, before(31)),
        complaint("P-4", KANDI, before(60), resolved=before(50)),
        covers=(date(2025, 1, 1), DAY),
        sites=EVERY_SITE,
    )


def test_open_complaints_are_listed_oldest_first_whatever_the_period(asked):
    three_complaints(asked)
    for question in (YEAR, replace(YEAR, last=date(2025, 3, 31))):
        panel = complaints.open_complaints(LOCAL_READER, question, "en_cours")
        assert read(panel) == [
            ["P-2", "200 jours", "CCSP de Covè", "Zou", "08/05/2025", "Accueil"],
            ["P-3", "31 jours", "CCSP de Kandi", "Alibori", "24/10/2025", "Non renseignée"],
            ["P-1", "10 jours", "CCSP de Kandi", "Alibori", "14/11/2025", "Délai"],
        ]
        said = panel.finding.translate(PLAIN)
        assert said == "2 plaintes attendent depuis plus de 30 jours, sur 3 en cours au 24/11/2025"
        assert panel.caption == "Cette liste est la même quelle que soit la période."
        assert [row[1].strong for row in panel.table.rows] == [True, True, False], (
            "late ones stand out"
        )
    first = panel.table.rows[0]
    assert first[2].link == site_link(COVE)
    assert first[0].link == Link("site", (("centre", COVE), ("plainte", f"{COVE}.P-2")))


def test_of_a_site_whose_register_ends_sooner_the_age_is_that_of_its_last_day(asked):
    asked.hand_in(
        "plaintes",
        complaint("P-1", COVE, before(50)),
        covers=(date(2025, 1, 1), DAY - timedelta(days=35)),
    )
    (row,) = read(complaints.open_complaints(LOCAL_READER, YEAR, "en_cours"))
    assert row[1] == "15 jours au 20/10/2025"
    alone = complaints.open_complaints(LOCAL_READER, replace(YEAR, site=COVE), "en_cours")
    assert alone.finding.endswith("une connue est en cours au 20/10/2025"), "and not today"


def test_of_complaints_of_one_day_the_one_that_is_known_to_have_waited_longer_is_first(asked):
    asked.hand_in(
        "plaintes",
        complaint("P-1", COVE, before(50)),
        covers=(date(2025, 1, 1), DAY - timedelta(days=35)),
    )
    asked.hand_in("plaintes", complaint("P-2", KANDI, before(50)), covers=(date(2025, 1, 1), DAY))
    listed = read(complaints.open_complaints(LOCAL_READER, YEAR, "en_cours"))
    assert [row[1] for row in listed] == ["50 jours", "15 jours au 20/10/2025"]
    figure = overall_figures(LOCAL_READER, YEAR)["complaints_oldest"]
    assert figure.value == 50, "the same one"


def test_of_one_site_no_row_repeats_its_name(asked):
    three_complaints(asked)
    panel = complaints.open_complaints(LOCAL_READER, replace(YEAR, site=COVE), "en_cours")
    assert read(panel) == [["P-2", "200 jours", "08/05/2025", "Accueil"]]


def test_who_may_see_no_rows_is_told_how_many_by_age_and_nothing_else(asked):
    three_complaints(asked)
    panel = complaints.open_complaints(seeing(frozenset()), YEAR, "en_cours")
    assert "P-1" not in repr(panel) and "CCSP de Covè" not in repr(panel)
    assert panel.finding.translate(PLAIN).startswith("2 plaintes attendent depuis plus de 30 jours")
    counts = dict(read(panel))
    assert counts["plus de 90 jours"] == counts["31 à 60 jours"] == counts["8 à 15 jours"] == "1"
    assert "n'est pas ouverte" in panel.caption
    assert "P-1" not in repr(complaint_register.register(seeing(frozenset()), YEAR))
    assert not len(complaint_register.open_rows(seeing(frozenset()), YEAR))


def test_who_may_see_some_sites_rows_is_given_these_and_told_of_the_others(asked):
    three_complaints(asked)
    panel = complaints.open_complaints(seeing(frozenset({KANDI})), YEAR, "en_cours")
    assert [row[0] for row in read(panel)] == ["P-3", "P-1"]
    assert panel.finding.translate(PLAIN) == (
        "Là où vous répondez : 1 plainte attend depuis plus de 30 jours, sur 2 en cours au 24/11/2025"
    )
    assert "La liste en a 2" in panel.caption.translate(PLAIN)


def test_a_director_of_the_zou_is_listed_its_complaints_beside_the_figures_of_the_country(asked):
    three_complaints(asked)
    director = Person("directrice", Role.DIRECTOR, frozenset({"Zou"}))
    panel = complaints.open_complaints(director, YEAR, "en_cours")
    assert [row[0] for row in read(panel)] == ["P-2"]
    said = panel.caption.translate(PLAIN)
    assert panel.finding.translate(PLAIN).startswith("Là où vous répondez : 1 plainte attend ")
    assert "La liste en a 1, celles des centres dont vous répondez, sur 3 en cours." in said
    elsewhere = complaints.open_complaints(
        director, replace(YEAR, departments=("Alibori",)), "en_cours"
    )
    assert dict(read(elsewhere))["31 à 60 jours"] == "1" and "P-3" not in repr(elsewhere)
    assert elsewhere.caption.endswith(
        "La liste des plaintes n'est pas ouverte à qui ne répond pas de ces centres."
    )


def test_rows_are_cut_by_the_database_and_not_after_it(asked):
    three_complaints(asked)
    said: list[object] = []
    engine = context.engine()
    event.listen(engine, "before_cursor_execute", lambda *a: said.append(a[2]))
    open_ = complaint_register.open_rows(
        Person("p", Role.FOCAL_POINT, sites=frozenset({KANDI})), YEAR
    )
    assert [str(r) for r in open_.reference] == ["P-3", "P-1"]
    (listed,) = [one for one in said if "reference" in one and "FROM complaint" in one]
    (kandi,) = asked.rows("SELECT id FROM site WHERE code = 'ccsp-kandi'")
    assert f"site_id IN ({kandi[0]})" in listed


def test_the_list_of_those_that_wait_is_made_once_for_all_periods_and_places(asked):
    three_complaints(asked)
    first = complaints.open_complaints(LOCAL_READER, YEAR, "en_cours")
    month = replace(YEAR, first=date(2025, 11, 1))
    assert complaints.open_complaints(LOCAL_READER, month, "plaintes_en_cours").table is first.table
    open_ = complaint_register.open_rows(LOCAL_READER, YEAR)
    assert complaint_register.open_rows(LOCAL_READER, month) is open_
    assert len(open_) == len(first.table.rows) == 3


def test_without_a_complaint_that_waits_the_heading_says_so(asked):
    asked.hand_in(
        "plaintes",
        complaint("a", KANDI, before(40), resolved=before(39)),
        covers=(YEAR.first, DAY),
        sites=EVERY_SITE,
    )
    panel = complaints.open_complaints(LOCAL_READER, YEAR, "en_cours")
    assert panel.finding.translate(PLAIN) == "Aucune plainte en cours"
    assert not panel.table.rows
    assert headlines.complaints(LOCAL_READER, YEAR) == "aucune en cours"
    none = complaints.ages(LOCAL_READER, YEAR, "ages")
    assert isinstance(none.content, Message), "six bars of nothing say nothing"
    assert none.finding == "Aucune plainte en cours au 24/11/2025"
    about = slides.Subject(seeing(ALL), YEAR, None, "", "")
    headline, told = slides.KINDS["plaintes_en_cours"].build(about, "")
    assert headline == "Aucune plainte en cours" and isinstance(told.content, Message)
    assert slides.KINDS["chiffres_plaintes"].build(about, "")[0] == "Aucune plainte en cours"
    asked.hand_in("plaintes", complaint("b", KANDI, before(8)), covers=(YEAR.first, DAY))
    panel = complaints.open_complaints(LOCAL_READER, YEAR, "en_cours")
    assert panel.finding.translate(PLAIN) == (
        "Aucune plainte n'attend depuis plus de 30 jours ; une est en cours au 24/11/2025"
    )
    ages = complaints.ages(LOCAL_READER, YEAR, "ages").finding.translate(PLAIN)
    assert ages == "1 plainte en cours, depuis 30 jours ou moins, au 24/11/2025"


def test_late_complaints_are_counted_by_department_and_in_one_by_site(asked):
    three_complaints(asked)
    answered = complaint("N-1", NIKKI, before(60), resolved=before(50))
    asked.hand_in("plaintes", answered, covers=(date(2025, 1, 1), DAY))
    panel = complaints.by_place(LOCAL_READER, YEAR, "retards")
    # The others hand in and have none.
    assert read(panel)[:3] == [["Alibori", "1", "2"], ["Zou", "1", "1"], ["Atacora", "0", "0"]]
    assert len(read(panel)) == 12
    assert (
        panel.finding.translate(PLAIN) == "En attente depuis plus de 30 jours : Alibori 1 et Zou 1"
    )
    zou = replace(YEAR, departments=("Zou",))
    alone = complaints.by_place(LOCAL_READER, zou, "retards")
    assert alone.finding.translate(PLAIN) == "En attente depuis plus de 30 jours : Covè 1"
    assert not read(alone) and not isinstance(alone.content, Chart), "one bar compares nothing"
    # Figures are for more people than rows.
    assert complaints.by_place(seeing(frozenset()), YEAR, "retards").table == panel.table


def test_days_not_closed_are_named_with_their_year_and_counted(asked):
    with asked.engine.begin() as connection:
        launch_site(connection, KANDI, date(2025, 11, 17))
    asked.hand_in("cloture", closing(KANDI, "2025-11-17"))
    question = replace(YEAR, site=KANDI)
    (row,) = read(completeness.missing_closings(LOCAL_READER, question, "remontees"))
    assert row == [
        "CCSP de Kandi",
        "5",
        "24/11/2025",
        "24/11/2025 et 4 autres",
    ]
    panel = completeness.unclosed_days_listed(LOCAL_READER, question, "jours")
    assert [row[0] for row in read(panel)] == [f"{d}/11/2025" for d in (24, 21, 20, 19, 18)]
    assert read(panel)[0][1] == "lundi"
    said = panel.finding.translate(PLAIN)
    assert said == "CCSP de Kandi : 5 fiches de clôture manquent"


def test_days_not_closed_are_named_to_who_has_the_calendar_or_answers_for_the_site(asked):
    with asked.engine.begin() as connection:
        launch_site(connection, KANDI, date(2025, 11, 17))
    asked.hand_in("cloture", closing(KANDI, "2025-11-17"))
    question = replace(YEAR, site=KANDI)
    cabinet = Person("cabinet", Role.CABINET)
    focal, other = (
        Person("point focal", Role.FOCAL_POINT, sites=frozenset({code})) for code in (KANDI, COVE)
    )
    guest = Person("invité", Role.GUEST, frozenset({"Alibori"}))
    for person, named in ((cabinet, True), (focal, True), (other, False), (guest, False)):
        listed = completeness.unclosed_days_listed(person, question, "jours")
        assert len(read(listed)) == (5 if named else 0)
        assert listed.finding.translate(PLAIN) == "CCSP de Kandi : 5 fiches de clôture manquent"
        assert ("se lisent par qui en répond" in listed.caption) == (not named)
        (row,) = read(completeness.missing_closings(person, question, "remontees"))
        assert row[1:3] == ["5", "24/11/2025"] and row[3:] == ["24/11/2025 et 4 autres"] * named


def test_the_site_that_left_most_days_comes_first_and_heads_the_list(asked):
    asked.hand_in("cloture", *[closing(code, before(5 + n)) for n, code in enumerate(EVERY_SITE)])
    panel = completeness.missing_closings(LOCAL_READER, YEAR, "remontees")
    names = [row[0] for row in read(panel)]
    days = [row[1].value for row in panel.table.rows]
    assert len(days) == 24 and days == sorted(days, reverse=True) and days[0] > days[-1]
    assert panel.finding.translate(PLAIN) == (
        f"{names[0]} : {days[0]} fiches de clôture manquent ;"
        f" {french.number(sum(days[1:]))} autres dans {sum(n > 0 for n in days[1:])} autres centres".translate(
            PLAIN
        )
    )


def test_silent_sites_are_listed_with_their_last_day_and_then_those_that_never_began(asked):
    asked.hand_in("registre", visit(COVE, before(40)), visit(NIKKI, before(2)))
    panel = completeness.silent_sites(LOCAL_READER, YEAR, "muets")
    rows = read(panel)
    assert rows[0] == ["CCSP de Covè", "Zou", "15/10/2025", "40 jours"]
    assert {tuple(row[2:]) for row in rows[1:]} == {("rien de remis encore", "—")}
    assert not {"CCSP de Kandi", "CCSP de Nikki"} & {row[0] for row in rows}
    never = len(rows) - 1
    assert panel.finding.translate(PLAIN) == (
        f"1 centre muet sur 24 au 24/11/2025, et {never} autres qui n'ont encore remis ni registre"
        " des visites ni fiche de clôture"
    )
    assert panel.table.rows[0][0].link == site_link(COVE)
    zou = completeness.silent_sites(LOCAL_READER, replace(YEAR, site=KANDI), "muets")
    assert zou.finding.translate(PLAIN) == "CCSP de Kandi n'est pas muet au 24/11/2025"


def test_every_site_and_department_is_one_click_away(asked):
    of_sites = site_directory.of_sites(LOCAL_READER, YEAR, "centres")
    homes = [row[1].text for row in of_sites.table.rows]
    assert len(homes) == 24 and homes == sorted(homes)
    assert site_link(KANDI) in [row[0].link for row in of_sites.table.rows]
    request = TableRequest("department", ("complaints_late",))
    of_departments = indicator_panels.panel(LOCAL_READER, YEAR, request, "tableau")
    linked = [row for row in of_departments.table.rows if row[0].link]
    assert [dict(row[0].link.filters)["departement"] for row in linked] == sorted(set(homes))
    assert sum(int(row[1].value) for row in linked) == 24
