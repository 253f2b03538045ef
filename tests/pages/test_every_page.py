"""Every page, without a browser: in each state of the data, with honest and hostile links, for each kind of person."""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

from dashboard import filter_names, french, navigation
from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import complaint_register, context, control_charts, figures, network
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from dashboard.map_classes import CLASSES
from dashboard.navigation import EVERY_FILTER, pages_of
from dashboard.period import resolve_period, today
from dashboard.request_identity import SESSION_CACHE
from dashboard.settings import ROOT
from dashboard.ui import browser_flush, filter_state, panel_display, session
from db import error_messages, read
from db.engine import make_engine
from db.network_state import load_network_state
from tests.builders import KANDI, NIKKI, Office, add_decisions, never_answer, visit, waited
from tests.pages.app import (
    BY_ADDRESS,
    back,
    cards,
    drawn,
    everything,
    go,
    heading,
    link,
    payload,
    read_tables,
    sound,
    unfold,
    visit_page,
    widget_words,
    words,
)

PAGES = pages_of(LOCAL_READER)

SITES = 24
# Neither the last twelve months nor a part of them, whatever the day: in January those are the year before.
ANOTHER_YEAR = str(today().year - 2)
SOME_DEPARTMENT, ELSEWHERE = "Zou", "Atlantique"
NOBODY = Person("inconnu", "stagiaire")
DIRECTOR = Person("directeur", Role.DIRECTOR, frozenset({SOME_DEPARTMENT}))
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "${alert(1)}",
    "](http://evil.example)",
    "'; DROP TABLE visit; --",
    "\u202e\x00",
    "A" * 5_000,
    "../../etc/passwd",
    "{{ 7 * 7 }}",
)
# Words that a widget of Streamlit's, or one of ours, would show if it were left in English.
ENGLISH = re.compile(
    r"\b(choose|select|search|period|department|all|service|kind|from|to|the|loading|download|show|"
    r"options?|median|wait(s|ing)?|complaints?|open|closed?|unknown|none|null|nan|true|false)\b",
    re.I,
)


# ---- the data of each state ------------------------------------------------------------------------------------


def _one_row(office: Office, ago) -> None:
    office.hand_in("registre", waited(12, day=ago(1), sex="F", satisfied="oui"))


def _nothing_measured(office: Office, ago) -> None:
    """Registers as the ministry has them today: no times, no answer, no outcome."""
    office.hand_in(
        "registre", *[visit(site, ago(n)) for n in range(1, 90) for site in (KANDI, NIKKI)]
    )


def _old(office: Office, ago) -> None:
    office.hand_in("registre", *[waited(n % 40, day=ago(40 + n)) for n in range(60)])


STATES = {
    "empty": lambda office, ago: None,
    "one row": _one_row,
    "not measured": _nothing_measured,
    "old": _old,
}
# What must be read on the page in that state, or in the usual one, besides no failure.
SAYS = {
    ("usual", "carte"): "La plainte la plus ancienne",
    ("usual", "presenter"): r"usagers reçus(, dans | \\?\()\d+ centres",
    ("usual", "attentes"): "La moitié des usagers reçus ont attendu",
    ("usual", "plaintes"): "Plaintes en cours, la plus ancienne d'abord",
    ("one row", "carte"): "1 centre sur 24 a remonté ses visites",
    ("one row", "departement"): "1 centre sur 24 a remonté ses visites",
    ("one row", "plaintes"): "Registre des plaintes non remonté.",
    ("not measured", "carte"): "aucune attente mesurée",
    ("not measured", "departement"): "L'attente n'est pas mesurée ici",
    ("not measured", "site"): "L'attente n'est pas mesurée ici",
    ("not measured", "attentes"): "L'attente n'est pas mesurée ici",
    ("not measured", "presenter"): "2 centres sur 24 ont remonté leurs visites",
    **{
        ("usual", spec.url_path): "Données fictives"
        for spec in PAGES
        if spec.url_path in ("definitions", "guide")
    },
    **{
        (
            "empty",
            spec.url_path,
        ): "La base ne contient encore ni registre des visites ni fiche de clôture."
        for spec in PAGES
    },
    **{("old", spec.url_path): "Données anciennes" for spec in PAGES if spec.filters},
}


def usual_period() -> str:
    """The period that pages open with where it has a name of its own, « 2026 » in January; "" on other days."""
    whole = resolve_period("12m", today() - timedelta(days=1))
    return whole.label if whole.label.isdigit() else ""


def _ago(days: int) -> str:
    return (today() - timedelta(days=days)).isoformat()


@pytest.fixture(scope="module")
def filled(databases, tmp_path_factory):
    """The address of a database in each state."""
    with ExitStack() as stack:
        found = {"usual": stack.enter_context(usual(databases))}
        for state, fill in STATES.items():
            found[state] = stack.enter_context(databases.fresh())
            engine = make_engine(found[state])
            fill(Office(engine, tmp_path_factory.mktemp("files")), _ago)
            engine.dispose()
        yield found
        context.close_databases()


@contextmanager
def usual(databases) -> Iterator[str]:
    """The address of fictitious data with a few decisions."""
    with databases.fresh(visits=6_000) as url:
        add_decisions(url, "nation", SOME_DEPARTMENT, ELSEWHERE, KANDI)
        yield url


@pytest.fixture
def demo(filled, using) -> str:
    """The address of the fictitious data, in use."""
    using(filled["usual"])
    return filled["usual"]


# ---- states ----------------------------------------------------------------------------------------------------


@pytest.mark.pitfall(40)
@pytest.mark.pitfall(41)
@pytest.mark.pitfall(42)
@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.url_path)
@pytest.mark.parametrize("state", ["usual", *STATES])
def test_every_page_opens_in_every_state(filled, using, state, spec):
    using(filled[state])
    wanted = {"centre": KANDI} if spec.url_path == "site" else {}
    if state == "one row":
        wanted["periode"] = _ago(1)[:7]
    at = sound(visit_page(spec.url_path, **wanted))
    text = "\n".join(words(at))
    assert heading(at).startswith(
        (spec.heading, "CCSP de Kandi") if spec.is_listed is False else spec.heading
    )
    assert ("Données fictives" in text) == (state == "usual")
    assert ("Données anciennes" in text) == (state == "old" and bool(spec.filters))
    assert re.search(SAYS.get((state, spec.url_path), ""), text.replace("\xa0", " "))
    below = {one.value.rstrip(".") for one in at.info}
    assert not below & {one.value for one in at.header}, "a heading is said again below it"


@pytest.mark.parametrize(
    "spec", [s for s in PAGES if "periode" in s.filters], ids=lambda s: s.url_path
)
def test_a_period_of_which_nothing_came_says_so_in_place_of_another_ones_figures(
    databases, using, tmp_path, spec
):
    last = today().replace(day=1) - timedelta(days=40)
    with databases.fresh() as url:
        engine = make_engine(url)
        Office(engine, tmp_path).hand_in("registre", visit(KANDI, last.isoformat()))
        engine.dispose()
        using(url)
        wanted = {"centre": KANDI} if spec.url_path == "site" else {}
        at = sound(visit_page(spec.url_path, periode="mois", **wanted))
        month = french.month_label(today())
        assert heading(at).replace("\xa0", " ") == (
            f"{french.upper_first(month)} : rien encore, les données vont jusqu'au {last:%d/%m/%Y}"
        )
        assert f"{french.upper_first(month)} (rien encore)" in words(at)
        assert not at.warning and not cards(at)
        at.button(key="periode_habituelle").click()
        at = sound(at.run())
        assert "rien encore, les données" not in heading(at)
        assert link(at).get("periode", "12m") == network.usual_period(LOCAL_READER)
        context.close_databases()


@pytest.mark.parametrize(
    ("department", "found"),
    [
        ("Borgou", "Borgou : ses 3 centres n'ont encore remis ni registre des visites ni fiche"),
        ("Plateau", "Plateau : le CCSP de Pobè n'a encore remis ni registre des visites ni fiche"),
    ],
)
def test_a_department_that_handed_nothing_in_says_so_and_has_no_tables_of_what_is_not_there(
    filled, using, department, found
):
    using(filled["one row"])
    at = sound(visit_page("departement", departement=department))
    assert heading(at).replace("\xa0", " ").startswith(found)
    shown = read_tables(at)
    assert len(shown) == 1 and not cards(at)
    assert {*shown[0].column("Dernier jour connu")} == {"rien de remis encore"}
    assert "non remonté" not in everything(at)


def test_the_bar_has_the_same_day_as_what_is_true_now(databases, using, tmp_path):
    with databases.fresh() as url:
        engine = make_engine(url)
        # A Friday after which nobody works in October: all of the month is known.
        Office(engine, tmp_path).hand_in("registre", visit(KANDI, "2026-10-30"))
        engine.dispose()
        using(url)
        said = "\n".join(words(sound(visit_page("departement"))))
        assert "données au 31/10/2026" in said and "fiche de clôture, au 31/10/2026." in said
        assert "données au 30/10" not in said
        context.close_databases()


def test_what_cards_of_complaints_rest_on_is_the_register_of_complaints(filled, using):
    using(filled["one row"])
    said = words(sound(visit_page("plaintes")))
    (line,) = [one for one in said if "· registre des plaintes non remonté." in one]
    assert "a remonté ses visites" not in line and "ce que montraient" not in "".join(said)


def test_waits_of_which_nothing_came_are_not_asked_after_chart_by_chart(filled, using):
    using(filled["empty"])
    at = sound(visit_page("attentes"))
    assert not at.header and "registre des visites non remonté" in heading(at)
    using(filled["one row"])
    assert sound(visit_page("attentes")).header


def test_complaints_of_which_no_register_came_are_not_asked_after_box_by_box(filled, using):
    using(filled["one row"])
    at = sound(visit_page("plaintes"))
    assert [h.value for h in at.header] == ["Plaintes en cours", "Les chiffres de la période"]


@pytest.mark.parametrize(("state", "some"), [("usual", True), ("one row", False)])
def test_small_curves_are_explained_where_there_are_some(filled, using, state, some):
    using(filled[state])
    wanted = {} if some else {"periode": _ago(1)[:7]}
    at = sound(visit_page("carte", **wanted))
    assert ("--curve:url" in str([e.proto.body for e in at.get("html")])) == some
    assert ("petites courbes" in "\n".join(words(at))) == some


FOCAL_POINT = Person("point focal", Role.FOCAL_POINT, sites=frozenset({KANDI}))


@pytest.mark.parametrize("state", ["empty", "one row"])
@pytest.mark.parametrize("person", [FOCAL_POINT, DIRECTOR, Person("cabinet", Role.CABINET)])
def test_the_first_day_leads_to_where_files_are_handed_in_or_says_who_may(
    filled, using, monkeypatch, state, person
):
    using(filled[state])
    monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda header: person)
    at = sound(visit_page("carte"))
    (banner,) = [e.proto.body for e in at.get("html") if "«\xa0Remonter\xa0»" in e.proto.body]
    may_hand_in = person == FOCAL_POINT
    assert ('<a href="/remonter">' in banner) == may_hand_in
    assert ("par un point focal ou le gestionnaire des données" in banner) != may_hand_in
    assert "guide" not in banner


def test_every_sentence_expected_is_about_a_page_and_a_state():
    assert {(s, p) for s, p in SAYS} <= {(s, p) for s in ("usual", *STATES) for p in BY_ADDRESS}


@pytest.fixture(scope="module")
def on_postgresql(postgresql) -> Iterator[str]:
    """The address of the usual data on the other kind of database."""
    with usual(postgresql) as url:
        yield url
        context.close_databases()


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.url_path)
def test_every_page_opens_on_postgresql_too(on_postgresql, using, spec):
    using(on_postgresql)
    at = sound(visit_page(spec.url_path, **({"centre": KANDI} if spec.url_path == "site" else {})))
    assert heading(at).startswith(
        (spec.heading, "CCSP de Kandi") if spec.is_listed is False else spec.heading
    )
    text = "\n".join(words(at)).replace("\xa0", " ")
    assert re.search(SAYS.get(("usual", spec.url_path), ""), text)


@pytest.mark.parametrize("page", ["departement", "attentes", "plaintes", "presenter"])
def test_what_a_page_finds_goes_to_the_browser_before_its_filters_and_figures(
    demo, monkeypatch, page
):
    said: list[str] = []
    enqueue = ScriptRunContext.enqueue

    def note(context: ScriptRunContext, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "delta":
            said.append(message.delta.new_element.WhichOneof("type") or "")
        enqueue(context, message)

    monkeypatch.setattr(ScriptRunContext, "enqueue", note)
    monkeypatch.setattr(browser_flush, "flush_to_browser", lambda: said.append("handed over"))
    visit_page(page)
    title, *rest = "\n".join(said).split("handed over")
    assert title.count("heading") == 1
    assert not {"selectbox", "vega_lite_chart", "button_group"} & set(title.split())
    if page == "attentes":  # then the cards, before any chart is made
        assert "html" in rest[0] and "vega_lite_chart" not in rest[0]
        assert "vega_lite_chart" in rest[1]


def is_said_not_to_be_ready(spec) -> None:
    at = visit_page(spec.url_path)
    (said,) = [e.value for e in at.error]
    assert said.startswith(
        "La base de données n'est pas prête. Sur le serveur : python -m db init."
    )
    assert "Cette page revient d'elle-même dès qu'elle répond." in said
    assert not at.exception
    context.close_databases()


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.url_path)
def test_a_database_that_was_never_prepared_is_said_plainly(databases, using, spec):
    with databases.fresh(empty=True) as url:
        using(url)
        is_said_not_to_be_ready(spec)


def test_a_postgresql_that_was_never_prepared_is_said_plainly(postgresql, using):
    with postgresql.fresh(empty=True) as url:
        using(url)
        is_said_not_to_be_ready(PAGES[0])


def test_a_question_that_fails_is_not_said_to_be_a_database_that_is_away(filled, using):
    ours = OperationalError(
        "SELECT nothing", {}, sqlite3.OperationalError("no such column: nothing")
    )
    using(filled["usual"])
    assert context.outage_reason(ours) == ""
    using("postgresql://nobody@127.0.0.1:9/none")
    assert context.outage_reason(ours) == "La base de données ne répond pas."
    context.close_databases()


def test_what_has_passed_already_is_not_said_to_be_a_fault_of_ours(filled, using):
    """Who reads may look after the database is back: the page comes back by itself all the same."""
    using(filled["usual"])
    lost = psycopg.OperationalError("server closed the connection unexpectedly")
    busy = sqlite3.OperationalError("database is locked")
    busy.sqlite_errorname = "SQLITE_BUSY"
    assert context.outage_reason(lost) == "La base de données ne répond pas."
    assert context.outage_reason(busy) == "La base de données est occupée par une autre écriture."
    context.close_databases()


def test_a_file_that_is_no_database_any_more_is_one_that_does_not_answer(tmp_path, using):
    """Rows are read past SQLAlchemy, whose own kinds of failure are not all that there are."""
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database at all" * 1000)
    using(f"sqlite:///{broken}")
    at = visit_page(PAGES[0].url_path)
    (said,) = [e.value for e in at.error]
    assert said.startswith("La base de données ne répond pas. Cette page revient d'elle-même")
    assert (
        context.outage_reason(sqlite3.DatabaseError("malformed"))
        == "La base de données ne répond pas."
    )
    context.close_databases()


def test_a_file_that_breaks_while_it_is_read_is_one_that_does_not_answer(sqlite, using):
    """A connection that has read something before still finds it, and would say that all is well."""
    with sqlite.fresh(visits=2_000) as url:
        using(url)
        with context.engine().connect() as first, context.engine().connect() as second:
            for connection in (first, second):
                read.version(connection)
        with Path(url.removeprefix("sqlite:///")).open("r+b") as file:
            file.write(b"\xff" * 65_536)
        with (
            pytest.raises(error_messages.failure_types()) as failed,
            context.engine().connect() as connection,
        ):
            load_network_state(connection)
        assert context.outage_reason(failed.value) == "La base de données ne répond pas."
        assert not context.is_database_reachable()
        context.close_databases()


@pytest.mark.pitfall(27)
def test_a_site_without_data_says_so_and_not_zero_minutes(filled, using):
    using(filled["one row"])
    at = sound(visit_page("site", centre=NIKKI))
    assert heading(at).endswith("n'a encore remis ni registre des visites ni fiche de clôture")
    assert not cards(at), "each would say the heading again"
    said = everything(at)
    assert "0 min" not in said.replace("\xa0", " ") and "Aucune donnée" not in said
    assert said.count("fermeture") <= 2, "that none is known is said once, and at the foot"


def test_a_base_without_data_says_what_to_do_and_says_nothing_twice(filled, using):
    using(filled["empty"])
    assert "Département : ses 24 centres n'ont encore remis" in heading(
        sound(visit_page("departement"))
    ).replace(" · tout le réseau", "").replace("\xa0", " ")
    assert heading(sound(visit_page("nouveau"))).endswith(": rien n'est encore venu")
    at = sound(visit_page())
    assert not read_tables(at), "a table of what is not there"
    assert "Rien n'est encore venu" in everything(at)
    at = sound(visit_page("completude"))
    assert "se comptent depuis son ouverture officielle" in "\n".join(c.value for c in at.caption)
    drawn = [e for e in at.main if e.type in ("expander", "html")]
    first = [e.label for e in drawn if e.type == "expander"][0]
    assert first == "Relancer 24\xa0centres" or first == "Relancer 24 centres"
    calendar = next(
        n for n, e in enumerate(drawn) if "ccsp-calendar" in getattr(e.proto, "body", "")
    )
    assert [e.type for e in drawn].index("expander") < calendar, "above the days of 24 sites"


def test_the_slides_that_are_shown_are_numbered_and_no_others(filled, using):
    using(filled["one row"])
    at = sound(visit_page("presenter", periode=_ago(1)[:7]))
    said = "\n".join(e.value for e in at.markdown)
    many = int(re.search(r"(\d+)\s+diapositives", everything(at)).group(1))
    numbers = re.findall(r"^(\d+)\. \*\*", said, re.MULTILINE)
    assert numbers == [str(n + 1) for n in range(many)] and many < 13
    left_out = said.partition("Laissées de côté")[2]
    assert re.findall(r"^- .*\(rien à montrer encore\)$", left_out, re.MULTILINE)
    assert "Centres comparés" in left_out, "with what it compares, for another is shown"
    assert "Satisfaits" in left_out


# ---- figures in company ----------------------------------------------------------------------------------------


@pytest.mark.pitfall(3)
def test_waits_are_said_by_the_median_nine_in_ten_the_share_in_time_and_what_they_rest_on(demo):
    by_label = {m.label: m for m in cards(sound(visit_page("attentes")))}
    for code in ("wait_p50", "wait_p90", "wait_within_30"):
        card = by_label[BY_CODE[code].short]
        assert re.match(r"\d", card.value) and re.search(r"Ici : \d", card.help), code


@pytest.mark.pitfall(3)
def test_what_is_counted_is_said_once_and_not_again_as_so_many_cases(demo):
    by_label = {m.label: m for m in cards(sound(visit_page("plaintes")))}
    assert "Ici : " not in by_label["Plaintes en cours"].help
    assert re.search(r"Ici : \d.*plaintes", by_label["Plus ancienne plainte"].help)


@pytest.mark.pitfall(3)
@pytest.mark.parametrize("address", ["attentes", "departement", "site"])
def test_a_distribution_of_waits_says_the_median_nine_in_ten_and_how_many_were_measured(
    demo, address
):
    sites = figures.figures(LOCAL_READER, YEAR, "site")
    busiest = max(sites, key=lambda code: sites[code]["wait_p90"].n)
    at = sound(visit_page(address, centre=busiest))
    assert any(
        re.search(r"La moitié des usagers .*\d\smin ou moins\s; 9\ssur 10, \d", h.value)
        for h in at.header
    )
    assert re.search(r"\d\sattentes mesurées", "\n".join(c.value for c in at.caption))


@pytest.mark.pitfall(9)
@pytest.mark.parametrize("address", ["carte", "departement"])
def test_tables_of_sites_open_in_alphabetical_order(demo, address):
    named = [
        [name for name in table.column("Centre") if name != "L'ensemble"]
        for table in read_tables(sound(visit_page(address, lignes="centres")))
        if "Centre" in table.head
        # Who they are is listed by department.
        and "Ouvert le" not in table.head
        # What is left to do is a list of work, the most of it first.
        and "Fiches qui manquent" not in table.head
        # What stands behind bars has their order, the longest first.
        and "Base" not in table.head
    ]
    tables_of_sites = [names for names in named if len(set(names)) == len(names) == SITES]
    assert tables_of_sites
    for names in tables_of_sites:
        assert names == sorted(names, key=french.alphabetical)
        assert names.index("CCSP d'Ouèssè") < names.index("CCSP d'Ouidah")


@pytest.mark.pitfall(13)
@pytest.mark.parametrize(
    ("code", "method"),
    [
        ("wait_p50", "moyenne de ln(1 + minutes)"),
        ("visits_per_day", "Saison commune aux centres et droite de 24 mois"),
    ],
)
def test_a_control_chart_names_its_method(demo, code, method):
    at = visit_page("signaux", centre="ccsp-djougou", indicateur=code)
    captions = [c.value.replace("\\", "") for c in sound(unfold(at)).caption]
    start = f"CCSP de Djougou, {french.lower_first(BY_CODE[code].label)}"
    (found,) = [h.value for h in at.header if h.value.startswith(start)]
    assert method not in found, "the finding first"
    assert any("fier ?" in c and method in c for c in captions), "one click below"


def test_the_site_page_leads_to_every_site_where_none_is_chosen(demo):
    at = sound(visit_page("site", departement=SOME_DEPARTMENT))
    (listed,) = read_tables(at)
    assert listed.column("Centre") == [
        p.name
        for p in sorted(
            network.sites(LOCAL_READER),
            key=lambda p: (french.alphabetical(p.department), french.alphabetical(p.name)),
        )
    ]
    links = [html for html in (e.proto.body for e in at.get("html")) if "centre=" in html]
    assert all(f"centre={p.code}" in links[0] for p in network.sites(LOCAL_READER))


def test_a_department_is_headed_by_its_finding_and_the_whole_network_leads_to_each(demo):
    zou = sound(visit_page("departement", departement=SOME_DEPARTMENT))
    said = heading(zou).replace("\xa0", " ").replace("\\", "")
    spoken = f"en {usual_period()}" if usual_period() else "sur 12 mois"
    assert re.match(
        rf"Zou : (?:au moins )?\d+ usagers reçus {spoken} ; .*(dégradation|alertes? à).* ; .*plus de 30 jours",
        said,
    )
    assert "Département" not in read_tables(zou)[0].head
    everywhere = read_tables(sound(visit_page("departement")))[0]
    departments = {p.department for p in network.sites(LOCAL_READER)}
    assert everywhere.column("Département") == [
        *sorted(departments, key=french.alphabetical),
        "L'ensemble",
    ]


def test_the_workbook_of_a_department_holds_each_day_that_was_not_closed(demo):
    at = sound(visit_page("departement", departement=SOME_DEPARTMENT))
    taken = {p.title: p.table for p in panel_display.panels(at.session_state[panel_display.SHOWN])}
    days = taken["Fiches de clôture qui manquent, une par une"]
    listed = taken["Fiches de clôture qui manquent"]
    assert len(days.rows) == sum(row[1].value for row in listed.rows) > 0


# ---- filters ---------------------------------------------------------------------------------------------------


@pytest.mark.pitfall(33)
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        # Whatever is typed to filter a table may be looked for; so much is not.
        *((name, "xyz" * (30 if name == "filtre" else 1)) for name in filter_names.DEFAULTS),
        *(("departement", text) for text in HOSTILE),
        *(
            ("periode", text)
            for text in ("9999-12", "2026-13", "2026-01-01..2025-01-01", "0000", *HOSTILE[:2])
        ),
    ],
)
def test_a_bad_value_in_the_link_gives_a_notice_and_nothing_else(demo, name, wanted):
    kept = "type" if name != "type" else "departement"
    good = "CCSP" if kept == "type" else SOME_DEPARTMENT
    at = sound(visit_page(**{name: wanted, kept: good}))
    assert len(at.warning) == 1
    notice = at.warning[0].value
    assert filter_names.NAMES[name].lower() in notice and "Ce filtre est ignoré." in notice
    # Nothing that Markdown or HTML could take for its own is left of what the link said.
    assert not set(notice) & set("<>[]()*_`$\\{}#!|")
    assert name not in link(at) and link(at)[kept] == good
    sound(at.run())
    assert not at.warning, "said once"


@pytest.mark.pitfall(33)
def test_filters_are_kept_on_every_page_and_in_the_link(demo):
    at = visit_page()
    whole = cards(at)[0].value
    at.selectbox(key="filtre_departement").set_value(SOME_DEPARTMENT).run()
    at.selectbox(key="filtre_type").set_value("CCSP").run()
    assert link(at)["departement"] == SOME_DEPARTMENT and link(at)["type"] == "CCSP"
    assert cards(at)[0].value != whole
    for spec in (*PAGES[1:], PAGES[0]):
        at.query_params.clear()  # as the browser does when another page of the menu is chosen
        sound(go(at, spec.url_path))
        assert link(at)["departement"] == SOME_DEPARTMENT, spec.url_path
        for name, value in (("departement", SOME_DEPARTMENT), ("type", "CCSP")):
            if name in spec.filters:
                assert at.selectbox(key=f"filtre_{name}").value == value


def test_going_back_on_a_page_to_its_bare_address_clears_the_filters(demo):
    """Were the address written again, the back button would hold the reader on the page."""
    at = visit_page(departement=SOME_DEPARTMENT)
    sound(back(at))
    assert "departement" not in link(at) and at.selectbox(key="filtre_departement").value == ""


def test_an_address_sent_before_the_browser_heard_of_ours_undoes_nothing(demo):
    """On a slow line who chooses twice sends the second choice with the address of before the first."""
    at = visit_page("attentes", type="GSRU")
    at.selectbox(key="filtre_departement").set_value(SOME_DEPARTMENT).run()
    now = link(at)
    assert now == {"departement": SOME_DEPARTMENT, "type": "GSRU"}
    for old in ({}, {"type": "GSRU"}, {"departement": ELSEWHERE}):
        at.query_params.clear()
        at.query_params.update(old)
        sound(at.run())
        assert link(at) == now, "the address is said again"
        assert at.selectbox(key="filtre_departement").value == SOME_DEPARTMENT
        assert at.selectbox(key="filtre_type").value == "GSRU"


def test_a_presentation_chosen_stays_where_an_older_address_comes_in(demo):
    at = visit_page("presenter", histoire="national")
    at.selectbox(key="choix_histoire").set_value("attentes").run()
    at.query_params.clear()
    at.query_params["histoire"] = "national"
    sound(at.run())
    assert link(at)["histoire"] == "attentes" == at.selectbox(key="choix_histoire").value


def test_each_run_says_what_lists_hold(demo):
    """What a run that was cut short said of it never reaches the browser, which then shows the first of the list."""
    at = visit_page("presenter", histoire="attentes", departement=SOME_DEPARTMENT)
    for _ in range(2):
        for key in ("choix_histoire", "filtre_departement", "filtre_periode"):
            told = at.selectbox(key=key).proto
            assert told.set_value and told.raw_value, key
        at.run()


def test_a_link_from_when_the_map_had_two_layers_opens_without_a_notice(demo):
    at = sound(visit_page(couche="niveau", departement="Zou"))
    assert not at.warning and link(at) == {"departement": "Zou"}


def test_a_default_leaves_the_link(demo):
    at = visit_page(departement=SOME_DEPARTMENT)
    assert at.selectbox(key="filtre_departement").value == SOME_DEPARTMENT
    at.selectbox(key="filtre_departement").set_value("").run()
    assert "departement" not in link(at)


@pytest.mark.parametrize("spec", [s for s in PAGES if s.filters], ids=lambda spec: spec.url_path)
def test_the_filters_of_a_page_are_those_it_declares(demo, spec):
    at = visit_page(spec.url_path, centre=KANDI)
    bar = [w.key.removeprefix("filtre_") for w in at.selectbox if w.key.startswith("filtre_")]
    assert set(bar) - {"indicateur"} == set(spec.filters)


@pytest.mark.parametrize("address", ["carte", "departement", "attentes", "plaintes"])
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("departement", SOME_DEPARTMENT),
        ("type", "GSRU"),
        ("periode", ANOTHER_YEAR),
        ("prestation", "inconnu"),
    ],
)
def test_each_filter_acts_on_the_figures(demo, address, name, wanted):
    before = [m.value for m in cards(visit_page(address))]
    assert [m.value for m in cards(sound(visit_page(address, **{name: wanted})))] != before


@pytest.mark.parametrize(
    "spec",
    [s for s in PAGES if {"type", "departement"} <= {*s.filters}],
    ids=lambda s: s.url_path,
)
def test_where_the_filters_leave_no_site_that_alone_is_said_with_a_way_back(demo, spec):
    at = sound(visit_page(spec.url_path, departement="Alibori", type="GSRU"))
    said = "\n".join(words(at))
    assert heading(at) == "Aucun centre ne correspond à ces filtres\xa0: GSRU, Alibori"
    assert not re.search(r"\b0 centre|non remonté|aucune? [a-z]", said), said
    at.button(key="tout_voir").click().run()
    assert not any("correspond" in w for w in words(sound(at))) and link(at) == {}


def test_a_free_period_goes_through_the_link(demo):
    first, last = today().replace(day=1) - timedelta(days=60), today() - timedelta(days=20)
    at = visit_page()
    at.selectbox(key="filtre_periode").set_value(filter_state.OTHER).run()
    at.date_input(key="periode_libre").set_value((first, last)).run()
    sound(at)
    again = sound(visit_page(periode=link(at)["periode"]))
    assert cards(again) == cards(at) and not again.warning


def test_every_service_can_be_chosen(demo):
    at = visit_page("attentes")
    box = at.selectbox(key="filtre_prestation")
    for option in list(network.services(LOCAL_READER))[:4]:
        box.set_value(option)
        sound(at.run())
        assert link(at)["prestation"] == option
        box = at.selectbox(key="filtre_prestation")


# ---- the map ---------------------------------------------------------------------------------------------------


def test_the_map_holds_every_site_and_asks_nobody_else(demo):
    at = sound(visit_page())
    given = payload(at)
    assert "http" not in given["feature_group"]
    assert not re.search(r"https?:|//[a-z]", json.dumps({**given, "feature_group": ""}))
    assert all(
        link.startswith("../../app/static/") for link in given["js_links"] + given["css_links"]
    )
    names = network.site_names(LOCAL_READER)
    assert len(names) == SITES
    assert {s["id"]: s["name"] for s in drawn(at)["sites"]} == names


@pytest.mark.pitfall(39)
def test_a_filter_changes_what_is_drawn_and_not_the_map(demo):
    at = visit_page()
    first, identity = payload(at), at.get("component_instance")[0].proto.id
    at.selectbox(key="filtre_departement").set_value(SOME_DEPARTMENT).run()
    assert (
        payload(at)["script"] == first["script"]
        and payload(at)["feature_group"] != first["feature_group"]
    )
    assert drawn(at)["focus"] == SOME_DEPARTMENT
    at.selectbox(key="filtre_indicateur").set_value("satisfaction").run()
    assert drawn(at)["legend"]["title"].startswith(f"{BY_CODE['satisfaction'].label}, ")
    assert at.get("component_instance")[0].proto.id == identity


@pytest.mark.pitfall(28)
@pytest.mark.parametrize(
    "wanted",
    [
        {"departement": SOME_DEPARTMENT},
        {"type": "GSRU"},
        {"prestation": "inconnu"},
        {"periode": ANOTHER_YEAR},
    ],
    ids=lambda wanted: next(iter(wanted)),
)
@pytest.mark.parametrize("code", ["wait_p50", "visits_per_day"])
def test_the_classes_of_the_legend_are_the_same_with_a_filter_and_without(demo, code, wanted):
    whole, cut = (drawn(sound(visit_page(indicateur=code, **more))) for more in ({}, wanted))
    assert whole["sites"] != cut["sites"]
    before, after = (
        {c["fill"]: c["label"] for c in found["legend"]["rows"] if "fill" in c}
        for found in (whole, cut)
    )
    assert after and all(before.get(fill, label) == label for fill, label in after.items())


@pytest.mark.pitfall(25)
def test_the_map_colours_rates_and_never_counts(demo):
    assert CLASSES and not [code for code in CLASSES if BY_CODE[code].unit == "count"]
    at = visit_page()
    assert len(at.selectbox(key="filtre_indicateur").options) == len(CLASSES)


@pytest.mark.pitfall(25)
@pytest.mark.pitfall(26)
def test_a_department_has_the_colour_of_all_its_users_and_never_that_of_one_site(demo):
    year = today().year - 1
    at = visit_page(periode=str(year))
    assert [tint for tint in drawn(at)["departments"].values() if tint["fill"]] == []
    at.toggle(key="departements_teintes").set_value(True).run()
    homes = Counter(p.department for p in network.sites(LOCAL_READER))
    several = {name for name, k in homes.items() if k > 1}
    asked = Question(date(year, 1, 1), date(year, 12, 31))
    medians = {
        name: f["wait_p50"].value
        for name, f in figures.figures(LOCAL_READER, asked, "department").items()
    }
    found = {
        name: tint["fill"] for name, tint in drawn(sound(at))["departments"].items() if tint["fill"]
    }
    assert found == {name: CLASSES["wait_p50"].pale_colour(medians[name]) for name in several}
    assert 0 < len(found) < len(homes)


@pytest.mark.pitfall(26)
def test_a_department_without_a_site_has_no_colour(demo):
    at = visit_page(type="GSRU")  # four GSRU, in four departments
    at.toggle(key="departements_teintes").set_value(True).run()
    found = drawn(sound(at))["departments"]
    there = {site["id"] for site in drawn(at)["sites"]}
    homes = {p.department for p in network.sites(LOCAL_READER) if p.code in there}
    assert len(there) == 4 and found.keys() == set(network.departments(LOCAL_READER)) - homes
    assert {(tint["fill"], tint["tip"]) for tint in found.values()} == {(None, "pas de GSRU")}


def test_every_indicator_of_the_map_can_be_drawn(demo):
    at, of_the_period = visit_page(), usual_period() or r"\D+\d{4} à \D+\d{4}"
    for code in at.selectbox(key="filtre_indicateur").options:
        sound(at.selectbox(key="filtre_indicateur").select(code).run())
        title = drawn(at)["legend"]["title"]
        assert re.fullmatch(rf"{re.escape(code)}, {of_the_period}", title)


def test_the_legend_dates_each_thing_by_itself_and_has_no_row_without_a_site(demo):
    legend = drawn(sound(visit_page()))["legend"]
    rows = legend["rows"]
    assert rows and all(row["count"] > 0 for row in rows)
    month = french.month_short(control_charts.judged_month(context.view(LOCAL_READER))).replace(
        " ", "\xa0"
    )
    for row in rows:
        told = row.get("long", row["label"])  # as the page writes it: static/map/legend.js
        if row.get("sign") and row["sign"]["letter"]:
            assert told.endswith(f", quel que soit le chiffre, {month}"), row
        if row.get("silent"):
            assert re.search(r", au \d{2}/\d{2}/\d{4}$", told)
    assert [k["label"] for k in legend["kinds"]] == [
        "Centre communal (CCSP)",
        "Guichet de service (GSRU)",
    ]
    assert legend["size_text"] == f"Taille{french.SPACE}: usagers par jour ouvert"


def test_a_silent_site_keeps_its_colour_on_the_map_and_is_said_once_in_its_words(demo):
    found = drawn(sound(visit_page()))
    silent = [site for site in found["sites"] if site["silent"]]
    said = {s.code for s in network.silences(LOCAL_READER).values() if s.is_silent}
    assert {site["id"] for site in silent} == said
    for site in silent:
        assert site["missing"] or site["fill"]
        assert sum("uet depuis" in line for line in site["tip"]) == 1
    for site in found["sites"]:
        words = [w for line in site["tip"] for w in (line.split(" : ")[0],)]
        assert len(words) == len(set(words)), site["tip"]


def test_where_no_series_is_followed_the_map_has_levels_and_no_signal(demo):
    found = drawn(sound(visit_page(prestation="cip")))
    assert not any(site["sign"] for site in found["sites"])
    assert found["legend"]["rows"] and not found["legend"]["note"]
    # Frames are those of all followed figures, whatever gives the colours.
    frames = [drawn(sound(visit_page(indicateur=code))) for code in ("complaints_30d", "wait_p50")]
    letters = [{s["id"]: s["sign"]["letter"] for s in f["sites"] if s["sign"]} for f in frames]
    assert letters[0] and letters[0] == letters[1]


def test_where_nothing_is_new_the_title_says_that_something_remains_to_be_settled(demo):
    at = sound(visit_page("nouveau", depuis=today().isoformat()))
    assert at.title[0].value.endswith("ce matin, mais des points restent à régler")
    assert "muet depuis" in everything(at)


@pytest.mark.parametrize("page", ["site", "departement", "attentes", "plaintes"])
def test_a_title_names_the_service_whose_figures_it_tells(demo, page):
    place = {"centre": KANDI} if page == "site" else {}
    at = sound(visit_page(page, prestation="passeport", **place))
    [title] = [one.value for one in at.title]
    assert "Passeport" in title.partition(" : ")[0].partition(f"{french.SPACE}:")[0]


@pytest.mark.pitfall(27)
def test_sites_without_data_are_counted_in_the_legend(filled, using):
    using(filled["not measured"])
    found = drawn(sound(visit_page()))
    gaps = {r["label"]: r["count"] for r in found["legend"]["rows"] if r.get("missing")}
    assert gaps.keys() == {"non mesuré", "non remonté"} and sum(gaps.values()) == SITES
    assert all(s["missing"] for s in found["sites"])


def test_the_list_and_the_link_choose_a_site(demo):
    names = network.site_names(LOCAL_READER)
    at = visit_page(centre=KANDI)
    assert names[KANDI] in [s.value for s in at.subheader] and drawn(at)["chosen"] == KANDI
    at.selectbox(key="liste_centres").set_value(NIKKI).run()
    assert names[NIKKI] in [s.value for s in at.subheader] and link(at)["centre"] == NIKKI
    at.button(key="ensemble").click().run()
    assert "centre" not in link(at) and drawn(sound(at))["chosen"] is None


# ---- words -----------------------------------------------------------------------------------------------------


@pytest.mark.pitfall(38)
@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.url_path)
def test_no_english_is_left_in_widgets(demo, spec):
    at = visit_page(spec.url_path, centre=KANDI)
    names = {*network.site_names(LOCAL_READER).values(), *network.services(LOCAL_READER).values()}
    english = {
        w: ENGLISH.findall(w) for w in widget_words(at) if w not in names and ENGLISH.search(w)
    }
    assert not english


# ---- registry --------------------------------------------------------------------------------------------------


def test_addresses_titles_and_headings_are_each_ones_own():
    for field in ("path", "title", "heading", "url_path"):
        values = [getattr(spec, field) for spec in navigation.PAGES]
        assert len(set(values)) == len(values), field


def test_filters_of_pages_are_known_and_named():
    assert (
        {f for spec in navigation.PAGES for f in spec.filters}
        <= filter_names.DEFAULTS.keys()
        == filter_names.NAMES.keys()
    )
    assert set(EVERY_FILTER) <= filter_names.DEFAULTS.keys()


def test_pages_are_short():
    assert (
        max(
            len(Path(ROOT, spec.path).read_text(encoding="utf-8").splitlines())
            for spec in navigation.PAGES
        )
        <= 60
    )


# ---- who asks --------------------------------------------------------------------------------------------------

YEAR = Question(today() - timedelta(days=365), today())


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.url_path)
def test_no_page_shows_a_site_to_who_may_see_none(demo, monkeypatch, spec):
    monkeypatch.setattr(session, "person", lambda: NOBODY)
    text = everything(sound(visit_page(spec.url_path, centre=KANDI)))
    assert not [name for name in network.site_names(LOCAL_READER).values() if name in text]
    assert not re.search(r"\d+ usagers? reçus?", text)


@pytest.fixture(scope="module")
def unanswered(databases) -> Iterator[str]:
    """The address of fictitious data where every complaint waits."""
    with databases.fresh(visits=6_000) as url:
        never_answer(url)
        yield url
        context.close_databases()


@pytest.fixture
def waiting(unanswered, using) -> None:
    """These, shown by the pages."""
    using(unanswered)


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.url_path)
def test_no_page_shows_a_director_a_complaint_of_another_department(waiting, monkeypatch, spec):
    every = complaint_register.open_rows(LOCAL_READER, YEAR)
    homes = {p.code: p.department for p in network.sites(LOCAL_READER)}
    first = str(every.code[0])
    own, hidden = set(), set()
    for reference, code in zip(every.reference.tolist(), every.code.tolist(), strict=True):
        (own if homes[code] == homes[first] else hidden).add(reference)
    director = Person("directrice", Role.DIRECTOR, frozenset({homes[first]}))
    monkeypatch.setattr(session, "person", lambda: director)
    text = everything(sound(visit_page(spec.url_path, centre=first)))
    assert hidden and not {reference for reference in hidden if reference in text}
    assert bool({r for r in own if r in text}) == (
        spec.url_path in ("plaintes", "departement", "site")
    )
    elsewhere = next(code for code in every.code.tolist() if homes[code] != homes[first])
    text = everything(
        sound(visit_page(spec.url_path, centre=elsewhere, departement=homes[elsewhere]))
    )
    assert not {reference for reference in own | hidden if reference in text}
    assert ("n'est pas ouverte à qui ne répond pas" in text) == (
        spec.url_path in ("plaintes", "departement", "site")
    )


def test_where_nothing_was_ever_handed_in_nothing_is_said_to_go_well(filled, using):
    using(filled["empty"])
    said = "\n".join(text for spec in PAGES for text in words(sound(visit_page(spec.url_path))))
    for comfort in (
        "aucun centre n'a d'alerte",
        "autant de réponses que de plaintes reçues",
        "0,0 par jour",
    ):
        assert comfort not in said.replace("\xa0", " ")


def test_the_words_that_screens_use_of_what_is_missing_are_defined(demo):
    said = " ".join(words(visit_page("definitions")))
    for word in ("Centre muet", "Connues", "Plainte en retard", "Canevas", "Lot"):
        assert f"**{word}**" in said
    assert "plus de 7 jours" in said
