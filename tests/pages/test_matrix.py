"""Every role by every page, right and file: who is let in, and nobody else. What is not in these tables fails a test.

The tables say it a second time, as DESIGN of rights has it, so that a slip in RIGHTS or PAGES is seen.
"""

import inspect
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.accounts import reauthentication, rights
from dashboard.accounts.rights import LOCAL_READER, NOBODY, RIGHTS, NotAllowed, Person, Reach, Role
from dashboard.actions import access_journal, accounts, targets_and_decisions
from dashboard.actions import complaint_texts as words
from dashboard.answers import complaint_register, context, deck, network
from dashboard.answers.question import Question
from dashboard.exports import EXPORTS
from dashboard.navigation import NO_SUCH_PAGE, NOT_YOURS, PAGES, PLAIN_PAGES
from dashboard.period import clip_period, resolve_period, today
from dashboard.request_identity import SESSION_CACHE
from dashboard.stories import ready_story
from dashboard.ui import (
    complaint_texts,
    downloads,
    form_messages,
    map_page,
    page_frame,
    return_texts,
    signals,
    story_drafts,
    story_saving,
    targets,
    workshop,
)
from dashboard.web import gate
from db import accounts_and_sessions
from db.engine import make_engine
from db.write_lock import write_transaction
from tests.builders import KANDI, never_answer
from tests.pages.app import everything, heading, link, visit_page

pytestmark = pytest.mark.never_unstable

HOME = "Alibori"  # where Kandi is
PEOPLE = {
    Role.CABINET: Person("cabinet", Role.CABINET, id="c"),
    Role.DIRECTOR: Person("directrice", Role.DIRECTOR, frozenset({HOME}), id="d"),
    Role.FOCAL_POINT: Person("point focal", Role.FOCAL_POINT, sites=frozenset({KANDI}), id="f"),
    Role.DATA_MANAGER: Person("données", Role.DATA_MANAGER, id="m"),
    Role.ADMINISTRATOR: Person("comptes", Role.ADMINISTRATOR, id="a"),
    Role.GUEST: Person("invité", Role.GUEST, frozenset({HOME}), id="g"),
    Role.READER: LOCAL_READER,
    "stagiaire": Person("inconnu", "stagiaire", frozenset({HOME}), frozenset({KANDI}), id="i"),
}
C, D, F, M, A, R, G = (
    Role.CABINET,
    Role.DIRECTOR,
    Role.FOCAL_POINT,
    Role.DATA_MANAGER,
    Role.ADMINISTRATOR,
    Role.READER,
    Role.GUEST,
)
READS = {C, D, F, M, R, G}
# Page by address: who finds it there.
# Pages that Streamlit does not draw; tests/hand_in asks them as each role.
PLAIN_OPEN_TO = {"remonter": {D, F, M, R}, "referentiel": {M, R}, "chercher": READS | {A}}
OPEN_TO = {
    "carte": READS,
    "departement": READS,
    "attentes": READS,
    "plaintes": READS,
    "signaux": READS,
    "completude": {C, D, M, R},
    "nouveau": {C, D, M, R},
    "presenter": READS,
    "site": READS,
    "cote-a-cote": READS,
    "definitions": READS | {A},
    "guide": READS | {A},
    "mon-compte": {C, D, F, M, A},
    "comptes": {A},
    "journal": {A},
}
ALL, NATION, OWN, SITES, MADE, LINK = (
    Reach.COUNTRY,
    Reach.NATION,
    Reach.DEPARTMENTS,
    Reach.SITES,
    Reach.OWN_WORK,
    Reach.LINK,
)
# Right: how far it goes, for whom.
REACHES = {
    "understand": {C: ALL, D: ALL, F: ALL, M: ALL, A: ALL, R: ALL, G: ALL},
    "aggregates": {C: ALL, D: ALL, F: ALL, M: ALL, R: ALL, G: LINK},
    "completeness": {C: ALL, D: ALL, M: ALL, R: ALL},
    "remind": {C: ALL, D: OWN, M: ALL, R: ALL},
    "complaint_list": {C: ALL, D: OWN, F: SITES, M: ALL, R: ALL},
    "register_rows": {D: OWN, F: SITES, M: ALL, R: ALL},
    "complaint_texts": {D: OWN, M: ALL, R: ALL},
    "return_texts": {D: OWN, F: SITES, M: ALL, R: ALL},
    "erase_texts": {M: ALL, R: ALL},
    "hand_in": {F: SITES, M: ALL, R: ALL},
    "explain": {D: OWN, F: SITES, M: ALL, R: ALL},
    "note_complaints": {F: SITES, M: ALL, R: ALL},
    "receipts": {D: OWN, F: SITES, M: ALL, R: ALL},
    "keep_stories": {C: MADE, D: MADE, M: ALL, R: ALL},
    "decide": {C: ALL, D: OWN, M: ALL, R: ALL},
    "set_targets": {C: NATION, D: OWN, M: ALL, R: ALL},
    "rebase": {M: ALL, R: ALL},
    "check_quality": {M: ALL, R: ALL},
    "reference": {M: ALL, R: ALL},
    "unanswered_searches": {M: ALL, R: ALL},
    "guest_links": {C: ALL, D: OWN, A: ALL},
    "own_account": {C: MADE, D: MADE, F: MADE, M: MADE, A: MADE},
    "accounts": {A: ALL},
    "journal": {A: ALL},
}
# Kind of file: for whom it is made. A kind is an entry of EXPORTS, or one of the buttons of a page.
MADE_FOR = dict.fromkeys((*EXPORTS, "page", "picture", "table"), READS) | {
    "journal": {A},
    "record": READS | {A},
}
# Without which a file is made for nobody.
RIGHT_OF = {"journal": "journal", "record": "understand"}


@pytest.fixture(scope="module")
def filled(databases) -> Iterator[str]:
    """The address of fictitious data, and an account for each."""
    with databases.fresh(visits=6_000) as url:
        engine = make_engine(url)
        with write_transaction(engine, queue=False) as connection:
            for person in PEOPLE.values():
                held = {"departments": person.departments, "sites": person.sites, "email": None}
                accounts_and_sessions.add_account(connection, person.name, role=person.role, **held)
        engine.dispose()
        never_answer(url)
        yield url
        context.close_databases()


@pytest.fixture(params=PEOPLE, ids=str)
def role(request, monkeypatch) -> str:
    """The role of who asks, on pages and in what they call later."""
    monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda header: PEOPLE[request.param])
    return request.param


# ---- the tables are whole --------------------------------------------------------------------------------------------


def test_every_page_right_role_and_file_is_in_the_tables():
    assert OPEN_TO.keys() == {spec.url_path for spec in PAGES}
    assert PLAIN_OPEN_TO.keys() == PLAIN_PAGES.keys()
    assert REACHES.keys() == RIGHTS.keys()
    assert {*Role} <= PEOPLE.keys()
    assert MADE_FOR.keys() == {*EXPORTS, *buttons()}


def buttons() -> set[str]:
    """The files that buttons outside stories hand over, by what calls `downloads.button`."""
    from dashboard.ui import access_journal, guide, indicator_table, page_exports, panel_picture

    known = {
        page_exports.page_actions: "page",
        panel_picture.button: "picture",
        indicator_table.section: "table",
        access_journal.show: "journal",
        guide._record: "record",
        page_exports.story: None,  # those of EXPORTS
    }
    found = {
        name
        for module in ui_modules()
        for name, f in vars(module).items()
        if inspect.isfunction(f)
        and f.__module__ == module.__name__
        and "downloads.button(" in inspect.getsource(f)
    }
    assert found == {f.__name__ for f in known}
    return {kind for kind in known.values() if kind}


def ui_modules() -> list:
    """The modules of the screen."""
    import pkgutil
    from importlib import import_module

    import dashboard.ui

    return [
        import_module(f"dashboard.ui.{m.name}") for m in pkgutil.iter_modules(dashboard.ui.__path__)
    ]


def test_no_button_hands_a_file_over_but_by_the_one_that_looks_again_who_asks():
    calling = [m.__name__ for m in ui_modules() if "st.download_button(" in inspect.getsource(m)]
    assert calling == [downloads.__name__]


@pytest.mark.parametrize("right", REACHES)
def test_each_right_goes_as_far_as_the_table_says(right):
    assert {
        role: rights.reach_of_right(person, right)
        for role, person in PEOPLE.items()
        if rights.may(person, right)
    } == REACHES[right]


# ---- pages, by the menu and by their address -------------------------------------------------------------------------


def test_the_menu_has_the_pages_of_the_role_and_no_word_of_others(demo, role, monkeypatch):
    menu: list[st.Page] = []
    real = st.navigation

    def navigation(sections, **more):
        menu[:] = [page for pages in sections.values() for page in pages]
        return real(sections, **more)

    monkeypatch.setattr(st, "navigation", navigation)
    visit_page("guide")
    listed = {page.title for page in menu if page.visibility == "visible"}
    plain = {s.title for name, s in PLAIN_PAGES.items() if role in PLAIN_OPEN_TO[name]}
    unlisted = {s.title for s in PLAIN_PAGES.values() if not s.is_listed}
    unlisted |= {"Remonter"} if role == D else set()  # which directors reach from « Complétude »
    theirs = {s.title for s in PAGES if s.is_listed and role in OPEN_TO[s.url_path]}
    assert listed == theirs | plain - unlisted
    named = {page.title for page in menu} - {NO_SUCH_PAGE, NOT_YOURS}
    assert named == {s.title for s in PAGES if role in OPEN_TO[s.url_path]} | plain


def no_page_of(role: Role) -> str:
    """What stands on a page that the role has not: who has an account reads that it is another's."""
    return NOT_YOURS if role in (C, D, F, M, A) else NO_SUCH_PAGE


@pytest.mark.parametrize("spec", PAGES[1:], ids=lambda spec: spec.url_path)
def test_a_page_is_there_for_the_roles_of_the_table_alone(demo, role, spec):
    at = visit_page(spec.url_path, centre=KANDI)
    assert not at.exception and not at.error
    if role in OPEN_TO[spec.url_path]:
        assert heading(at).startswith(spec.heading) or spec.url_path in page_frame.FINDINGS
    else:
        assert [title.value for title in at.title] == [no_page_of(role)]
        names = network.site_names(LOCAL_READER).values()
        assert not [name for name in names if name in everything(at)]


def test_the_gate_answers_an_address_for_the_roles_of_the_table_alone(role):
    for spec in PAGES:
        scope = {"path": f"/{spec.url_path}", "query_string": b"", "headers": []}
        scope[gate.PERSON] = PEOPLE[role]
        answer = gate.missing_page_response(scope)
        found = not (answer and answer.status_code == 404)
        assert (spec.url_path, found) == (spec.url_path, role in OPEN_TO[spec.url_path])


def test_who_opens_the_application_is_led_to_the_first_page_that_is_his(demo, role):
    at = visit_page()
    assert not at.exception and not at.error
    titles = [title.value for title in at.title]
    if role in OPEN_TO["carte"]:
        assert heading(at).startswith("L'essentiel")
    else:
        assert titles == [no_page_of(role)] or (role == A and titles == ["Comptes"])


# ---- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MADE_FOR)
def test_a_file_is_made_for_the_roles_of_the_table_alone(demo, role, kind, monkeypatch):
    made = []
    monkeypatch.setattr(access_journal, "note", lambda person, did, what: made.append(did))
    right = RIGHT_OF.get(kind, "aggregates")
    make = downloads.checked_maker(lambda person: b"file", f"x.{kind}", right)
    if role in MADE_FOR[kind]:
        assert make() == b"file" and made == ["exported"]
    else:
        with pytest.raises(downloads.DownloadRefused):
            make()
        assert not made


@pytest.mark.parametrize("kind", MADE_FOR)
def test_a_file_that_was_offered_is_made_for_nobody_once_the_account_is_gone(
    demo, role, kind, monkeypatch
):
    made: list[Person] = []
    right = RIGHT_OF.get(kind, "aggregates")
    make = downloads.checked_maker(
        lambda person: made.append(person) or b"file", f"x.{kind}", right
    )
    monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda header: NOBODY)
    with pytest.raises(downloads.DownloadRefused):
        make()
    assert not made


def test_the_rows_of_a_story_s_files_are_those_of_who_asks(demo, role):
    person, everybody = PEOPLE[role], Question(today() - timedelta(days=365), today())
    last = network.freshness(LOCAL_READER).as_of
    period = clip_period(resolve_period("12m", last), last)
    told = repr(deck.build(person, everybody, ready_story(f"departement:{HOME}"), period))
    every = complaint_register.open_rows(LOCAL_READER, everybody.at_place(HOME, None))
    own = every.where(every.code == KANDI) if role == F else every
    held = {str(reference) for reference in every.reference if reference in told}
    assert 0 < len(every.where(every.code == KANDI)) < len(every)
    assert held == ({*map(str, own.reference)} if role in READS - {G} else set())


# ---- what a page calls: forged messages, and a part that runs by itself ------------------------------------------------

# By what it would do: what the page calls, with what, what it would write, and whose it may be.
AIM = {
    "cible_indicateur": "wait_p50",
    "cible_valeur": 20.0,
    "cible_jour": today(),
    "cible_source": "plan",
}
DECISION = {
    "decision_quoi": "tickets",
    "decision_qui": "le directeur",
    "decision_pour": None,
    "decision_but": "",
}
WORKSHOP = {name.replace("decision", "atelier"): value for name, value in DECISION.items()} | {
    "atelier_sur": "wait_p50"
}
LEVEL = {"niveau_raison": "travaux"}
OWN = story_drafts.Draft(ready_story("national"), ready_story("national"), None, ())
FORGED = {
    "words erased": (
        complaint_texts._erase,
        (KANDI, "P1", f"plaintes_{KANDI}"),
        {f"plaintes_{KANDI}_pourquoi": "pour voir"},
        "erase_text",
        {M, R},
    ),
    "words of a canevas erased": (
        return_texts._erase,
        ({"Kandi": (KANDI, "2026-10")}, "canevas"),
        {"canevas_lequel": "Kandi", "canevas_pourquoi": "pour voir"},
        "erase_return_words",
        {M, R},
    ),
    "aim of the network": (
        targets._keep,
        (),
        AIM | {"cible_perimetre": "nation"},
        "set_target",
        {C, M, R},
    ),
    "aim of one's own": (
        targets._keep,
        (),
        AIM | {"cible_perimetre": HOME},
        "set_target",
        {D, M, R},
    ),
    "aim of another": (targets._keep, (), AIM | {"cible_perimetre": "Zou"}, "set_target", {M, R}),
    "aim taken back": (
        targets._remove,
        ("wait_p50", "nation", today()),
        {},
        "remove_target",
        {C, M, R},
    ),
    "decision of one's own": (
        signals._keep_decision,
        (),
        DECISION | {"decision_sur": (KANDI, "wait_p50")},
        "decide",
        {C, D, M, R},
    ),
    "decision of another": (
        signals._keep_decision,
        (),
        DECISION | {"decision_sur": ("ccsp-cove", "wait_p50")},
        "decide",
        {C, M, R},
    ),
    "decision of one's own in a workshop": (
        workshop._keep,
        (),
        WORKSHOP | {"atelier_ou": KANDI},
        "decide",
        {C, D, M, R},
    ),
    "decision of another in a workshop": (
        workshop._keep,
        (),
        WORKSHOP | {"atelier_ou": "ccsp-cove"},
        "decide",
        {C, M, R},
    ),
    "level accepted": (
        signals._answer_level,
        (True,),
        LEVEL | {"niveau_lequel": (KANDI, "wait_p50", today())},
        "accept_level",
        {M, R},
    ),
    "level refused": (
        signals._answer_level,
        (False,),
        LEVEL | {"niveau_lequel": (KANDI, "wait_p50", today())},
        "refuse_level",
        {M, R},
    ),
    "presentation": (
        story_saving._keeping_title,
        ("national", "titre"),
        {"titre": "Ma revue", story_drafts.DRAFTS: {"national": OWN}},
        "keep_story",
        {C, D, M, R},
    ),
}


def receive(callback, given, state) -> None:
    """What a message of a page sets and calls, whatever the page has shown."""
    import streamlit as st

    from dashboard.filter_names import DEFAULTS
    from dashboard.ui import filter_state

    st.session_state[filter_state.FILTERS] = dict(DEFAULTS)
    for name, value in state.items():
        st.session_state[name] = value
    callback(*given)


@pytest.mark.parametrize("message", FORGED)
def test_a_forged_message_does_what_the_role_may_do_and_no_more(demo, role, message, monkeypatch):
    callback, given, state, writes, allowed = FORGED[message]
    written: list[str] = []
    module = words.retention if writes.startswith("erase_") else targets_and_decisions.steer
    monkeypatch.setattr(module, writes, lambda *a, **k: written.append(writes))
    monkeypatch.setattr(
        reauthentication, "is_recent", lambda *which: True
    )  # tests/accounts/test_reauthentication.py
    at = AppTest.from_function(receive, args=(callback, given, state)).run()
    assert not at.exception
    assert bool(written) == (role in allowed)
    said = at.session_state[form_messages.SAID][2]
    assert ("droit" in said) == (role not in allowed)


def test_the_map_s_own_run_shows_nothing_after_the_right_is_gone(demo, monkeypatch):
    def page() -> None:
        from dashboard.ui import filter_state, map_page, panel_display

        with panel_display.collecting_panels():
            filter_state.sync("carte")
            map_page.map_and_panel()

    at = AppTest.from_function(page, default_timeout=30).run()
    names = network.site_names(LOCAL_READER).values()
    assert not at.exception and [name for name in names if name in everything(at)]
    monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda header: NOBODY)
    at.run()
    assert not at.exception
    assert not [name for name in names if name in everything(at)]
    assert map_page.map_and_panel.__wrapped__  # it is a part that runs by itself


# ---- accounts and the journal ----------------------------------------------------------------------------------------

MANAGED = {
    "add": lambda who: accounts.add(who, "x", accounts.AccountChanges("cabinet")),
    "change": lambda who: accounts.change(who, "x", accounts.AccountChanges("cabinet")),
    "disable": lambda who: accounts.disable(who, "x"),
    "reset_password": lambda who: accounts.reset_password(who, "x"),
    "end_sessions": lambda who: accounts.end_sessions(who, "x"),
    "all_accounts": accounts.all_accounts,
    "sessions": accounts.sessions,
    "unbind_identity": lambda who: accounts.unbind_identity(who, "x"),
    "bound_accounts": accounts.bound_accounts,
    "similar_accounts": accounts.similar_accounts,
    "lines": lambda who: access_journal.lines(who, today(), today()),
}


@pytest.mark.parametrize("what", MANAGED)
def test_accounts_and_the_journal_are_for_the_administrator_alone(demo, role, what):
    if role == A:
        with suppress(accounts.Refused):  # there is no account « x », or there is one already
            MANAGED[what](PEOPLE[role])
        return
    with pytest.raises(NotAllowed):
        MANAGED[what](PEOPLE[role])


def test_every_action_on_accounts_is_in_the_table():
    asked = {
        name
        for name, f in vars(accounts).items()
        if inspect.isfunction(f) and f.__module__ == accounts.__name__ and not name.startswith("_")
    }
    assert asked == (MANAGED.keys() - {"lines"}) | {
        "first_sign_in_link",  # words alone: no account is asked for
        "command_line_person",
        "own_sessions",
        "last_visit",
        "own_binding",
        "end_own_sessions",
    }


def test_a_guest_reads_of_complaints_what_he_may_and_no_part_that_is_empty(demo, monkeypatch):
    told = {}
    for role in (Role.GUEST, Role.CABINET):
        monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda _, who=PEOPLE[role]: who)
        at = visit_page("plaintes")
        drawn = "".join(e.proto.body for e in at.get("html"))
        told[role] = (
            "deux chiffres" in drawn,
            drawn.count('<section class="ccsp-card'),
            len(at.header),
            [one.label for one in at.toggle if one.label == "Comparer deux périodes"],
        )
    assert told[Role.GUEST] == (True, 2, 2, [])
    said, figures, parts, compared = told[Role.CABINET]
    assert not said and figures == 5 and parts > 6 and compared


@pytest.mark.parametrize(
    ("places", "words"), [((HOME,), HOME), ((HOME, "Zou"), f"{HOME} et Zou")], ids=["one", "two"]
)
def test_what_a_guest_of_some_departments_sees_is_never_told_as_of_the_network(
    demo, monkeypatch, places, words
):
    guest = Person("invité", Role.GUEST, frozenset(places), id="g")
    monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda _: guest)
    for page, asked in (("carte", {}), ("plaintes", {"departement": ""}), ("presenter", {})):
        at = visit_page(page, **asked)
        assert not at.exception and words in heading(at) and link(at)["departement"]
        assert "tout le réseau" not in everything(at)
    offered = at.selectbox(key="filtre_departement").options
    assert "Tous les départements" not in offered and set(places) <= set(offered)
    at = visit_page("plaintes", departement="Mono")  # is not his
    assert words in heading(at) and "n'est pas une valeur connue" in at.warning[0].value
