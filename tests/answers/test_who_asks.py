"""Whose answers anybody may have: each door asks who comes in, a computation is given an access, no answer reaches another."""

import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from importlib import import_module

import numpy as np
import pytest
from sqlalchemy import event

import dashboard.answers
from dashboard.accounts.rights import (
    ALL,
    LOCAL_READER,
    RIGHTS,
    Access,
    Person,
    Role,
    access_of,
    may,
    scopes,
)
from dashboard.answers import (
    closures,
    complaint_register,
    complaints,
    completeness,
    context,
    control_charts,
    deck,
    figures,
    monthly_series,
    network,
    quality_checks,
    waits,
)
from dashboard.answers.question import Question
from dashboard.answers.table_request import TableRequest
from dashboard.indicators import Figure
from dashboard.judgement.quality_evidence import Finding
from dashboard.judgement.trust_sentences import TrustContext
from dashboard.period import BENIN, Period, clip_period, day_number, resolve_period, today
from dashboard.settings import load_settings
from dashboard.stories import ready_story
from db.engine import make_engine
from db.targets_and_decisions import decide
from tests.answers.held import words
from tests.builders import KANDI, add_decisions, never_answer

SITES = 24
SOME_DEPARTMENT, ELSEWHERE = "Zou", "Atlantique"
NOBODY = Person("inconnu", "stagiaire")
DIRECTOR = Person("directeur", Role.DIRECTOR, frozenset({SOME_DEPARTMENT}))
CABINET = Person("cabinet", Role.CABINET)
YEAR = Question(today() - timedelta(days=365), today())
TO_CHECK = Finding("digits", day_number(YEAR.first), day_number(YEAR.last), 1)


def confined(*departments: str) -> context.View:
    """One who may see the figures and rows of these departments alone."""
    everything = context.view(LOCAL_READER)
    own = frozenset(p.code for p in everything.network.places if p.department in departments)
    return replace(everything, access=Access(own, own))


# What is the same for everybody: nothing of any site comes out of these.
SAME_FOR_ALL = {
    "freshness",
    "departments",
    "services",
    "commune_outlines",
    "commune_source",
    "targets",
    "level_changes",
    "kept_stories",
    "keepers",
    "story",
    "all_site_names",
    "disclosure_plan",
}
# Given sites that a view gave.
GIVEN_SITES = {"figures_of_sites", "complaint_figures"}
# Public functions that put no question: they work on what they are given.
NO_QUESTION = {
    "site_series.series_of_rows",  # of the sites of a file that its sender may hand in
    "site_series.first_month",
    "context.current_snapshot",
    "context.latest_snapshot",
    "context.publish",
    "context.published",
    "context.engine_to_write",
    "context.is_disk_full",
    "context.is_database_reachable",
    "context.outage_reason",
    "context.page_run",
    "context.close_databases",
    "context.drop_statements",
    "context.engine",
    "context.view",
    "context.cached",
    "context.cached_with_rows",
    "context.cached_by_weight",
    "context.uncached",
    "context.freeze",
    "monitoring.free_bytes",
    "monitoring.proof_age",
    "reference_changes.shown_changes",
    "signal_changes.signal_changes",
    "personal_data.section",
    "personal_data.record",
    "personal_data.answers",
    "report.write",
    "report.parse_formats",
    "report.build_deck",
    "report.find_story",
    "report.find_period",
    "indicator_panels.has_basis",
    "indicator_panels.is_compared",
    "indicator_panels.in_words",
    "indicator_panels.link_to",
    "site_directory.hours_in_words",
    "table_command.in_lines",
    "table_command.question_of",  # of whoever may run commands
    "table_command.request_of",
    "table_command.run",
    "table_request.columns_of",
    "table_request.fitting_columns",
    "table_request.from_parameters",
    "table_request.is_valid",
    "complaints.known_count_cell",
    "complaints.waiting_cell",
    "complaint_register.register_coverage",
    "completeness.last_known_day_cell",
    "site_evidence.judged_months",
    "slides.slide",
    "known_then.view_before",
    "news.or_nothing",
    "news.since_in_words",
    "news_of_files.covered_days",
    "news_of_files.declared_news",
    "news_of_files.file_news",
    "news_of_files.first_names",
    "trust.followed_scope",
    "trust.signal_if_in_period",
    "control_charts.targets_in_force",
    "cards.card",
    "cards.explanation",
    "map_legend.kinds",
    "map_legend.largest",
    "map_places.labels",
    "map_places.set_apart",
    "network.distinct_names",
    "network.short_name",
    "map_legend.no_signal_note",
    "map_legend.radii",
    "map_legend.legend_rows",
    "map_legend.scale",
    "map_legend.signal_sign",
    "map_legend.sizes",
    "map_legend.period_label",
    "period_comparison.split_panel",
    "bulletin.scope_in_words",
    "decisions.state",
    "targets.label",
    "targets.words_of",
    "small_counts_for_guests.is_safe",
    "small_counts_for_guests.safe_blocks",
}


@pytest.fixture(scope="module")
def demo(databases):
    """Fictitious data and a few decisions, asked through the answers."""
    with databases.fresh(visits=6_000) as url, pytest.MonkeyPatch.context() as patch:
        add_decisions(url, "nation", SOME_DEPARTMENT, ELSEWHERE, KANDI)
        never_answer(url)
        patch.setenv("DATABASE_URL", url)
        load_settings.cache_clear()
        yield url
        context.close_databases()
    load_settings.cache_clear()


def doors() -> dict[str, Callable]:
    """Every public function of the answers, by module and name."""
    found = {}
    for module in pkgutil.iter_modules(dashboard.answers.__path__):
        of = import_module(f"dashboard.answers.{module.name}")
        found |= {
            f"{module.name}.{name}": f
            for name, f in vars(of).items()
            if inspect.isfunction(f) and not name.startswith("_") and f.__module__ == of.__name__
        }
    return found


def answers() -> dict[str, Callable]:
    """Those that are kept, and cut to who asks."""
    return {
        name: f
        for name, f in doors().items()
        if hasattr(f, "__wrapped__")
        and not name.startswith("context.")
        and name.split(".")[1] not in SAME_FOR_ALL | GIVEN_SITES
    }


def ask(name: str, person: Person | context.View, question: Question = YEAR):
    """The answer of a door, whatever else it wants to know."""
    door = doors()[name]
    last = network.freshness(LOCAL_READER).as_of
    given = {
        "question": question,
        "by": "site",
        "code": "left",
        "key": "k",
        "keys": (f"{KANDI}~wait_p50~~~", "~wait_p50~site~~", "~left~department+~~", f"{KANDI}~~~~"),
        "scope": KANDI,
        "codes": ("visits_per_day", "wait_p50"),
        "kind": "site",
        "places": (KANDI, "ccsp-cove"),
        "split": "site",
        "tinted": True,
        "story": ready_story("national"),
        "indicator": "wait_p50",
        "before": Period(YEAR.first - timedelta(days=365), YEAR.first),
        "period": clip_period(resolve_period("12m", last), last),
        "moment": datetime.combine(today(), time(13), BENIN),
        "site": KANDI,
        "reference": "P-1",
        "one": quality_checks.ToCheck(KANDI, "CCSP de Kandi", TO_CHECK),
        "day": YEAR.last,
        "first": YEAR.first,
        "since": YEAR.last,
        "month": YEAR.last.replace(day=1),
        "last": YEAR.last,
        "request": TableRequest("site"),
        "rows": "site",
        "address": "departement?lignes=centres&colonnes=visits",
    }
    if name in ("cards.caption", "cards.site_caption"):
        given["period"] = "12 mois"
    wanted = [p for p in inspect.signature(door).parameters.values() if p.name in given]
    return door(
        person,
        *(given[p.name] for p in wanted if p.kind != p.KEYWORD_ONLY),
        **{p.name: given[p.name] for p in wanted if p.kind == p.KEYWORD_ONLY},
    )


DATA = (
    "figures.figures",
    "figures.comparison",
    "figures.trend",
    "network.sites",
    "network.site_names",
    "complaint_register.register",
    "completeness.unclosed_days",
    "closures.closures",
    "closures.closures_with_losses",
    "lost_time.losses_by_month",
    "waits.histogram",
    "waits.weekdays_by_hours",
    "monthly_series.medians",
    "control_charts.trust_context",
    "control_charts.decisions",
)


def rows(answer) -> int:
    """How many rows, or counted things, an answer holds."""
    if answer is None:
        return 0
    if isinstance(answer, np.ndarray):
        return int(answer.sum())
    if isinstance(answer, figures.Comparison):
        return answer.sites
    if isinstance(answer, TrustContext):
        return len(answer.not_reported) + answer.declared + answer.entered
    if isinstance(answer, Mapping) and all(isinstance(v, Mapping) for v in answer.values()):
        return sum(
            f.n if isinstance(f, Figure) else 1 for of in answer.values() for f in of.values()
        )
    return len(answer)


def test_every_door_asks_who_comes_in_and_then_for_what():
    for name, door in doors().items():
        if name not in NO_QUESTION:
            first, *others = inspect.signature(door).parameters
            assert first.lstrip("_") in ("view", "who"), name
            assert (
                "question" not in others
                or others[0] == "question"
                or name in ("figures.figures_of_sites", "small_counts_for_guests.complaint_figures")
            ), name
    assert doors().keys() >= NO_QUESTION


def test_a_computation_is_given_a_scope_and_no_person():
    given = {f.name for f in context.View.__dataclass_fields__.values()}
    assert given == {"snapshot", "access", "network"}
    assert not {f.type for f in Access.__dataclass_fields__.values()} & {Person, "Person"}


HOMES = {KANDI: "Alibori", "ccsp-cove": SOME_DEPARTMENT}
COVE_ALONE = frozenset({"ccsp-cove"})
CALENDAR = frozenset({"completeness"})
TEXTS = frozenset({"complaint_texts", "return_texts"})


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (LOCAL_READER, Access(ALL, ALL, TEXTS | CALENDAR, register_rows=ALL, receipts=ALL)),
        (CABINET, Access(ALL, ALL, CALENDAR)),
        (
            DIRECTOR,
            Access(
                ALL, COVE_ALONE, TEXTS | CALENDAR, register_rows=COVE_ALONE, receipts=COVE_ALONE
            ),
        ),
        (
            Person("directeur", Role.DIRECTOR, frozenset({"Ailleurs"})),
            Access(ALL, frozenset(), TEXTS | CALENDAR),
        ),
        (
            Person("point focal", Role.FOCAL_POINT, sites=COVE_ALONE),
            Access(
                ALL,
                COVE_ALONE,
                frozenset({"return_texts"}),
                register_rows=COVE_ALONE,
                receipts=COVE_ALONE,
            ),
        ),
        (
            Person("point focal", Role.FOCAL_POINT, frozenset({SOME_DEPARTMENT})),
            Access(ALL, frozenset(), frozenset({"return_texts"})),
        ),
        (
            Person("données", Role.DATA_MANAGER),
            Access(ALL, ALL, TEXTS | CALENDAR, register_rows=ALL, receipts=ALL),
        ),
        (Person("comptes", Role.ADMINISTRATOR), Access(frozenset(), frozenset())),
        (
            Person("invité", Role.GUEST, frozenset({SOME_DEPARTMENT})),
            Access(COVE_ALONE, frozenset(), guest=True),
        ),
        (NOBODY, Access(frozenset(), frozenset())),
    ],
    ids=lambda one: getattr(one, "role", ""),
)
def test_an_access_holds_the_sites_of_figures_those_of_rows_and_the_rights_of_a_person(
    person, expected
):
    assert access_of(person, HOMES) == expected


@pytest.mark.parametrize(
    ("person", "right", "expected"),
    [
        (CABINET, "set_targets", {"nation"}),
        (CABINET, "decide", {"nation", "Alibori", SOME_DEPARTMENT, *HOMES}),
        (DIRECTOR, "set_targets", {SOME_DEPARTMENT, "ccsp-cove"}),
        (DIRECTOR, "decide", {SOME_DEPARTMENT, "ccsp-cove"}),
        (DIRECTOR, "rebase", set()),
        (Person("point focal", Role.FOCAL_POINT, sites=COVE_ALONE), "decide", set()),
        (
            Person("données", Role.DATA_MANAGER),
            "rebase",
            {"nation", "Alibori", SOME_DEPARTMENT, *HOMES},
        ),
        (Person("comptes", Role.ADMINISTRATOR), "decide", set()),
        (NOBODY, "decide", set()),
        (CABINET, "a right that is not there", set()),
    ],
)
def test_what_a_person_may_do_something_for(person, right, expected):
    assert scopes(person, right, HOMES) == expected


def test_a_role_is_compared_by_its_value_and_an_unknown_one_has_no_right():
    assert may(Person("relu", "director"), "decide")
    assert not [right for right in RIGHTS if may(NOBODY, right)]
    guest = Person("invité", Role.GUEST)
    assert [right for right in RIGHTS if may(guest, right)] == ["understand", "aggregates"]


@pytest.mark.parametrize("name", DATA)
def test_an_unknown_role_gets_nothing(demo, name):
    assert rows(ask(name, LOCAL_READER)) > 0
    assert rows(ask(name, NOBODY)) == 0
    assert rows(ask(name, confined())) == 0


def test_an_unknown_role_gets_no_count_even_of_the_whole(demo):
    for by in ("nation", "department", "site", "month", "service", "hour"):
        found = figures.figures(NOBODY, YEAR, by)
        assert all(
            not f.n and not f.value and not f.numerator and not f.sites_reporting
            for of in found.values()
            for f in of.values()
        ), by


@pytest.mark.parametrize("departments", [(), (SOME_DEPARTMENT,)], ids=["nobody", "some"])
@pytest.mark.parametrize("name", sorted(answers()))
def test_no_answer_names_a_site_that_may_not_be_seen(demo, name, departments):
    person = confined(*departments)
    hidden = set(network.site_names(LOCAL_READER).values()) - set(
        network.site_names(person).values()
    )
    said = words(ask(name, person))
    assert not {site for site in hidden if site in said}


def test_who_is_confined_to_a_department_gets_its_sites_and_no_other(demo):
    own = [p for p in network.sites(LOCAL_READER) if p.department == SOME_DEPARTMENT]
    codes, names = {p.code for p in own}, {p.name for p in own}
    assert 0 < len(codes) < SITES
    assert (
        {p.code for p in network.sites(confined(SOME_DEPARTMENT))}
        == codes
        == set(figures.figures(confined(SOME_DEPARTMENT), YEAR, "site"))
    )
    assert (
        len(complaint_register.register(confined(SOME_DEPARTMENT), YEAR)) > 0
        and set(complaint_register.register(confined(SOME_DEPARTMENT), YEAR).name) <= names
    )
    assert {u.code for u in completeness.unclosed_days(confined(SOME_DEPARTMENT), YEAR)} == codes
    assert {name for name, *_ in monthly_series.medians(confined(SOME_DEPARTMENT), YEAR)} <= names
    assert {c.site_id for c, _ in closures.closures(confined(SOME_DEPARTMENT), YEAR)} <= {
        None,
        *(p.id for p in own),
    }


@pytest.mark.parametrize(
    "name", ["waits.weekdays_by_hours", "waits.histogram", "figures.figures", "figures.trend"]
)
def test_who_is_confined_gets_what_the_department_filter_gives(demo, name):
    cut = Question(YEAR.first, YEAR.last, departments=(SOME_DEPARTMENT,))
    own, filtered, whole = (
        ask(name, confined(SOME_DEPARTMENT)),
        ask(name, LOCAL_READER, cut),
        ask(name, LOCAL_READER),
    )
    assert rows(own) == rows(filtered) < rows(whole)


@pytest.mark.parametrize("name", [n for n in DATA if n != "control_charts.decisions"])
def test_who_is_confined_and_asks_for_elsewhere_gets_nothing(demo, name):
    elsewhere = Question(YEAR.first, YEAR.last, departments=(ELSEWHERE,))
    assert rows(ask(name, LOCAL_READER, elsewhere)) > 0
    assert rows(ask(name, confined(SOME_DEPARTMENT), elsewhere)) == 0


def test_who_is_confined_gets_the_signals_and_decisions_of_the_department_alone(demo):
    assert {d[2] for d in control_charts.decisions(LOCAL_READER)} == {
        "nation",
        SOME_DEPARTMENT,
        ELSEWHERE,
        KANDI,
    }
    assert {d[2] for d in control_charts.decisions(confined(SOME_DEPARTMENT))} == {SOME_DEPARTMENT}
    assert control_charts.signals(
        confined(SOME_DEPARTMENT), [SOME_DEPARTMENT, ELSEWHERE, KANDI, "nation"]
    ).keys() == {SOME_DEPARTMENT}


# ---- figures for all, rows for some ----------------------------------------------------------------------------


def references(who: Person, question: Question = YEAR) -> set[str]:
    """The complaints that the list shows, by the register's own reference."""
    return {str(r) for r in complaint_register.open_rows(who, question).reference}


@pytest.mark.parametrize("name", DATA)
def test_a_director_gets_the_figures_of_the_country(demo, name):
    assert rows(ask(name, DIRECTOR)) == rows(ask(name, LOCAL_READER)) > 0


@pytest.fixture
def directors(demo) -> list[Person]:
    """Of two departments where complaints wait."""
    homes = context.view(LOCAL_READER).network.departments_of_sites
    waiting = sorted(
        {homes[code] for code in complaint_register.open_rows(LOCAL_READER, YEAR).code}
    )
    assert len(waiting) >= 2
    return [Person(f"de {d}", Role.DIRECTOR, frozenset({d})) for d in waiting[:2]]


def of(person: Person) -> Question:
    """The question about the department of a director."""
    return replace(YEAR, departments=tuple(person.departments))


def test_a_director_is_given_the_complaints_of_the_department_one_by_one_and_of_no_other(directors):
    one, _ = directors
    own = {p.code for p in network.sites(LOCAL_READER) if p.department in one.departments}
    listed = complaint_register.open_rows(one, YEAR)
    assert len(listed) and set(listed.code) <= own
    assert references(one) < references(CABINET) == references(LOCAL_READER)
    panel = complaints.open_complaints(one, YEAR, "k")
    assert not [r for r in references(LOCAL_READER) - references(one) if r in repr(panel)]
    assert "celles des centres dont vous répondez" in panel.caption


def test_a_director_who_asks_for_another_department_is_given_counts_and_no_complaint(directors):
    one, other = directors
    waiting = references(LOCAL_READER, of(other))
    assert waiting and not references(one, of(other))
    panel = complaints.open_complaints(one, of(other), "k")
    assert sum(int(row[1].value or 0) for row in panel.table.rows) == len(waiting)
    assert "n'est pas ouverte à qui ne répond pas de ces centres" in panel.caption


@pytest.mark.pitfall(32)
def test_two_directors_who_ask_in_turn_are_given_their_own_complaints_and_the_same_figures(
    directors,
):
    for _ in range(2):
        for person in directors:
            panel = complaints.open_complaints(person, YEAR, "k")
            assert {row[0].text for row in panel.table.rows} == references(person, of(person))
    one, other = directors
    assert not references(one) & references(other)
    assert complaints.ages(one, YEAR, "k") is complaints.ages(other, YEAR, "k")


@pytest.mark.parametrize("name", sorted(answers()))
def test_no_answer_holds_a_complaint_of_a_department_that_a_director_does_not_answer_for(
    directors, name
):
    one, _ = directors
    hidden = references(LOCAL_READER) - references(one)
    assert hidden and "" not in hidden
    said = words(ask(name, one))
    assert not [reference for reference in hidden if reference in said]


def test_a_story_holds_the_complaints_of_who_asks_alone(directors):
    one, other = directors
    last = network.freshness(LOCAL_READER).as_of
    period = clip_period(resolve_period("12m", last), last)
    for place, own in ((*one.departments, True), (*other.departments, False)):
        for tell in (deck.build, deck.slides):
            said = repr(tell(one, YEAR, ready_story(f"departement:{place}"), period))
            held = {r for r in references(LOCAL_READER) if r in said}  # a slide has room for some
            assert bool(held) == own and held <= references(one)


# ---- one state of the data a run -------------------------------------------------------------------------------


@pytest.fixture
def statements(demo):
    """The statements that reach the database."""
    said: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith("BEGIN"):  # SQLite's alone
            said.append(statement)

    engine = context.engine()
    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


def ask_a_page() -> None:
    """What a page asks."""
    figures.comparison(LOCAL_READER, YEAR)
    waits.distribution(LOCAL_READER, YEAR, "attentes")
    monthly_series.by_month(LOCAL_READER, YEAR, "wait_p50", "mois")
    complaints.ages(LOCAL_READER, YEAR, "ages")


def test_a_run_asks_for_the_version_once_and_a_known_answer_asks_for_nothing_else(statements):
    with context.page_run():
        ask_a_page()
    statements.clear()
    with context.page_run():
        ask_a_page()
    assert len(statements) == 1 and "journal" in statements[0]


def test_a_run_asks_everything_of_one_state_and_the_next_run_of_the_next(demo):
    with context.page_run():
        before = len(control_charts.decisions(LOCAL_READER))
        engine = make_engine(demo)
        decide(engine, "left", KANDI, today(), "le directeur", "tickets", None, by="test")
        engine.dispose()
        with context.page_run():  # a part of the page is within its run
            assert len(control_charts.decisions(LOCAL_READER)) == before
    with context.page_run():
        assert len(control_charts.decisions(LOCAL_READER)) == before + 1
    assert len(control_charts.decisions(LOCAL_READER)) == before + 1


def test_one_person_s_answer_is_the_very_answer_of_another_who_may_see_the_same(demo):
    for colleague in (CABINET, DIRECTOR):
        assert figures.figures(LOCAL_READER, YEAR, "site") is figures.figures(
            colleague, YEAR, "site"
        )
    other, some = confined(SOME_DEPARTMENT, ELSEWHERE), confined(SOME_DEPARTMENT)
    assert set(figures.figures(other, YEAR, "site")) > set(figures.figures(some, YEAR, "site"))


def test_who_made_a_deck_is_nowhere_in_it(demo):
    last = network.freshness(LOCAL_READER).as_of
    told = deck.build(
        Person("Awa K.", Role.CABINET),
        YEAR,
        ready_story("national"),
        clip_period(resolve_period("12m", last), last),
    )
    assert "Awa" not in repr(told)


def test_nobody_can_change_what_others_will_be_given(demo):
    with pytest.raises(TypeError):
        figures.figures(LOCAL_READER, YEAR, "site")[KANDI] = {}
    with pytest.raises(TypeError):
        figures.overall_figures(LOCAL_READER, YEAR)["visits"] = None
    with pytest.raises(ValueError, match="read-only"):
        waits.histogram(LOCAL_READER, YEAR)[0] = 1
    panel = waits.distribution(LOCAL_READER, YEAR, "attentes")
    panel.content.spec_without_rows()["config"]["axis"]["labelColor"] = "#ff0000"
    assert "#ff0000" not in repr(panel.content)
