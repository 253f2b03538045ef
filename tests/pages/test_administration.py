"""The pages of accounts: added, changed, closed; one's own sign-ins; the journal, read and searched."""

import io
import json
import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from streamlit.testing.v1 import AppTest

from dashboard import french
from dashboard.accounts import account_changes, sign_in_request
from dashboard.accounts.account_rules import AccountChanges
from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.actions import access_journal
from dashboard.answers import context, network
from dashboard.period import today
from dashboard.request_identity import SESSION_CACHE
from dashboard.ui import downloads, session, table_pages
from db import accounts_and_sessions, provider_identities
from db.write_lock import write_transaction
from tests.builders import COVE, KANDI, Office, complaint, visit
from tests.pages.app import everything, link, plain, read_tables, sound, visit_page, words


@pytest.fixture
def desk(office, database_url, using) -> Iterator[Office]:
    """Somebody who hands in files to the database that the pages show."""
    using(database_url)
    office.hand_in("registre", visit(), visit(COVE))
    yield office
    context.close_databases()


@pytest.fixture
def signed_in(desk, monkeypatch):
    """signed_in(role, …): an account of that role, who asks from now on."""

    def come(role: Role, name: str = "awa", **places) -> Person:
        with write_transaction(desk.engine, queue=False) as connection:
            held = {"departments": None, "sites": None, "email": None} | places
            account = accounts_and_sessions.add_account(connection, name, role=role, **held)
        person = Person(name, role, places.get("departments"), places.get("sites"), account)
        monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda header: person)
        monkeypatch.setattr(session, "sign_in_number", lambda: prove(desk, person))
        return person

    return come


def prove(desk: Office, person: Person) -> int:
    """The sign-in of somebody who gave his password a moment ago, as long as he has not signed in otherwise."""
    with write_transaction(desk.engine, queue=False) as connection:
        if held := accounts_and_sessions.open_sessions(connection, person.id):
            return held[0].id
        at = accounts_and_sessions.database_time(connection)
        return accounts_and_sessions.add_session(
            connection, person.id, sign_in_request.new_token(), "b", at, proved_at=at
        )


def account(desk: Office, name: str) -> accounts_and_sessions.Holder:
    with desk.engine.connect() as connection:
        return accounts_and_sessions.account_named(connection, name)


def press(at: AppTest, label: str) -> AppTest:
    next(b for b in at.button if b.label == label).click()
    return at.run()


def add(at: AppTest, name: str, role: str) -> AppTest:
    at.text_input(key="ajouter_nom").set_value(name)
    return at.selectbox(key="ajouter_role").set_value(role).run()


def under_its_button(at: AppTest, label: str) -> bool:
    """Whether what is told once stands where one pressed, after what became of it and before anything else."""
    told = [(one.type, getattr(one, "label", "")) for one in at.main]
    here = told[told.index(("button", label)) + 1 :]
    names = [kind for kind, _ in here[: here.index(("code", "")) + 1]]
    return [n for n in names if n in ("success", "code", "button", "header")] == ["success", "code"]


def test_an_account_is_added_and_its_password_is_shown_once(desk, signed_in):
    signed_in(Role.ADMINISTRATOR)
    at = add(sound(visit_page("comptes")), "Dir.Zou", Role.DIRECTOR)
    at.multiselect(key="ajouter_departements").set_value(["Zou"])
    sound(press(at, "Ajouter"))
    password, address = [code.value for code in at.code]
    assert address == f"http://localhost:8501/premiere-connexion#{password}"
    assert under_its_button(at, "Ajouter")
    holder = account(desk, "dir.zou")
    assert (holder.role, holder.departments, holder.must_change) == (Role.DIRECTOR, {"Zou"}, True)
    assert len(password) == 19 and password not in holder.password
    assert ["dir.zou", "directeur", "Zou", "—", "attend son premier mot de passe", "0"] in [
        row for table in read_tables(at) for row in table.rows
    ]
    assert not sound(at.run()).code and password not in repr(at.session_state)
    assert password not in repr(desk.rows("SELECT detail FROM access_journal"))


def test_a_director_of_nothing_is_refused_in_a_sentence(desk, signed_in):
    signed_in(Role.ADMINISTRATOR)
    at = press(add(visit_page("comptes"), "dir", Role.DIRECTOR), "Ajouter")
    assert not at.exception and "un département au moins" in at.error[0].value
    assert "--" not in at.error[0].value and account(desk, "dir") is None


def test_what_is_missing_of_an_account_is_said_in_french_and_nothing_that_was_typed_is_lost(
    desk, signed_in
):
    signed_in(Role.ADMINISTRATOR)
    at = press(visit_page("comptes"), "Ajouter")
    assert at.error[0].value == "Écrire le nom du compte\u00a0\\: prenom.nom, par exemple."
    at.text_input(key="ajouter_nom").set_value("kofi")
    press(at, "Ajouter")
    assert at.error[0].value == "Choisir le rôle du compte."
    assert at.text_input(key="ajouter_nom").value == "kofi"


def test_a_page_left_open_asks_for_the_password_first_and_what_was_typed_stays(desk, signed_in):
    me = signed_in(Role.ADMINISTRATOR)
    at = add(sound(visit_page("comptes")), "kofi", Role.CABINET)
    with write_transaction(desk.engine, queue=False) as connection:
        long_ago = accounts_and_sessions.database_time(connection) - timedelta(minutes=16)
        connection.execute(text("UPDATE sign_in SET proved_at = :at"), {"at": long_ago})
    sound(press(at, "Ajouter"))
    assert "Rien n'est encore fait" in at.warning[0].value and not at.error
    [way] = [one.proto for one in at.get("link_button")]
    assert (way.label, way.url) == ("Confirmer que c'est vous", "/confirmation")
    assert account(desk, "kofi") is None and at.text_input(key="ajouter_nom").value == "kofi"
    with write_transaction(desk.engine, queue=False) as connection:  # in the other window
        now = accounts_and_sessions.database_time(connection)
        before = accounts_and_sessions.open_sessions(connection, me.id)[0].id
        number = accounts_and_sessions.add_session(
            connection, me.id, sign_in_request.new_token(), "b", now, proved_at=now
        )
        accounts_and_sessions.set_next_session(connection, before, number)
    sound(press(at, "Ajouter"))
    assert account(desk, "kofi").role == Role.CABINET and not at.get("link_button")


def test_a_full_disk_is_said_and_nothing_that_was_typed_is_lost(desk, signed_in, monkeypatch):
    signed_in(Role.ADMINISTRATOR)
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = "SQLITE_FULL"

    def full(*_args):
        raise OperationalError("INSERT", {}, error)

    monkeypatch.setattr(account_changes, "add", full)
    at = press(add(visit_page("comptes"), "kofi", Role.CABINET), "Ajouter")
    assert not at.exception and "Le disque du serveur est plein" in at.error[0].value
    assert "Signaler l'incident" in at.error[0].value and "préparée" not in at.error[0].value
    assert at.text_input(key="ajouter_nom").value == "kofi"


def test_a_director_is_not_left_without_a_department(desk, signed_in):
    signed_in(Role.ADMINISTRATOR)
    at = add(visit_page("comptes"), "dir", Role.DIRECTOR)
    at.multiselect(key="ajouter_departements").set_value(["Zou"])
    press(at, "Ajouter")
    at.selectbox(key="changer_nom").set_value("dir").run()
    at.multiselect(key=f"changer_{account(desk, 'dir').id}_1_departements").set_value([])
    assert "un département au moins" in press(at, "Enregistrer").error[0].value
    assert account(desk, "dir").departments == {"Zou"}


def test_accounts_that_read_alike_are_named(desk, signed_in):
    signed_in(Role.ADMINISTRATOR)
    for name, address in (("un", "sauve@exemple.bj"), ("deux", "autre@exemple.bj")):
        account_changes.add(desk.engine, name, AccountChanges(Role.CABINET, email=address), "test")
    assert not visit_page("comptes").warning
    with desk.engine.begin() as connection:  # as older versions let it be made
        connection.execute(
            text("UPDATE account SET email = :email WHERE name = 'deux'"),
            {"email": "\u017fauve@exemple.bj"},
        )
    (warning,) = visit_page("comptes").warning
    assert "se lisent de même" in warning.value


def test_an_account_is_changed_reset_and_closed(desk, signed_in):
    me = signed_in(Role.ADMINISTRATOR)
    with write_transaction(desk.engine, queue=False) as connection:
        accounts_and_sessions.add_account(
            connection, "kofi", role=Role.CABINET, departments=None, sites=None, email=None
        )
    at = sound(visit_page("comptes"))
    at.selectbox(key="changer_nom").set_value("kofi").run()
    key = f"changer_{account(desk, 'kofi').id}_1"
    at.selectbox(key=f"{key}_role").set_value(Role.FOCAL_POINT).run()
    at.multiselect(key=f"{key}_centres").set_value([KANDI])
    sound(press(at, "Enregistrer"))
    assert account(desk, "kofi").sites == {KANDI} and account(desk, "kofi").epoch == 2
    sound(press(at, "Nouveau mot de passe"))
    assert len(at.code) == 2 and account(desk, "kofi").must_change
    assert under_its_button(at, "Fermer le compte")
    sound(press(at, "Fermer le compte"))
    assert account(desk, "kofi").disabled and not at.code
    at.selectbox(key="changer_nom").set_value(me.name).run()
    refused = press(at, "Fermer le compte")
    assert "dernier compte d'administrateur" in refused.error[0].value


def test_the_pages_say_what_opens_an_account_and_an_administrator_unbinds_it(desk, signed_in):
    me = signed_in(Role.ADMINISTRATOR, email="awa@exemple.bj")
    at = sound(visit_page("comptes"))
    assert "S'ouvre par" not in everything(at) and "Délier du ministère" not in everything(at)
    with write_transaction(desk.engine, queue=False) as connection:
        provider_identities.bind(connection, "https://identite.exemple.bj", "s-1", me.id)
    assert "Ce compte s'ouvre par l'identité du ministère" in everything(
        sound(visit_page("mon-compte"))
    )
    at = sound(visit_page("comptes"))
    rows = [row for table in read_tables(at) for row in table.rows]
    assert any("identité du ministère, depuis le" in " ".join(row) for row in rows)
    sound(press(at, "Délier du ministère"))
    assert not desk.rows("SELECT 1 FROM identity") and account(desk, "awa").epoch == 2
    assert "Délier du ministère" not in [b.label for b in at.button]


@pytest.mark.parametrize(
    ("role", "page", "places"),
    [
        (Role.ADMINISTRATOR, "comptes", None),
        (Role.CABINET, "mon-compte", None),
        (Role.DIRECTOR, "mon-compte", frozenset({"Zou"})),
    ],
)
def test_a_link_of_guests_is_made_shown_once_listed_and_closed(desk, signed_in, role, page, places):
    signed_in(role, departments=places)
    at = sound(visit_page(page))
    assert at.multiselect(key="lien_departements").options == (
        ["Zou"] if places else sorted(network.departments(LOCAL_READER), key=french.alphabetical)
    )
    at.text_input(key="lien_pour").set_value("atelier de Bohicon")
    sound(press(at, "Faire un lien"))
    [address] = [code.value for code in at.code if "/invitation#" in code.value]
    assert under_its_button(at, "Faire un lien")
    token = address.partition("#")[2]
    assert not [c for c in sound(at.run()).code if "#" in c.value] and token not in repr(
        at.session_state
    )
    said = everything(at).replace("\\", "").replace(french.SPACE, " ")
    assert f"atelier de Bohicon : {'Zou' if places else 'tout le réseau'}, jusqu'au " in said
    assert "0 entrée, fait par awa le " in said
    sound(press(at, "Fermer ce lien"))
    assert not [b for b in at.button if b.label == "Fermer ce lien"]
    assert desk.rows("SELECT disabled FROM account WHERE role = 'guest'") in ([(1,)], [(True,)])


@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.DATA_MANAGER])
def test_who_may_not_invite_finds_nothing_of_links(desk, signed_in, role):
    signed_in(role, sites=frozenset({KANDI}) if role == Role.FOCAL_POINT else None)
    assert "Invités" not in everything(sound(visit_page("mon-compte")))


def test_one_sees_where_one_is_signed_in_and_ends_it(desk, signed_in):
    me = signed_in(Role.FOCAL_POINT, sites=frozenset({KANDI}))
    with write_transaction(desk.engine, queue=False) as connection:
        now = accounts_and_sessions.database_time(connection)
        for token, at in (("a", now), ("b", now), ("c", now - timedelta(hours=1))):
            accounts_and_sessions.add_session(
                connection, me.id, token, "x", at
            )  # the last one has lapsed
    at = sound(visit_page("mon-compte"))
    fields = [b for b in at.button if b.label == "Fermer"]
    assert len(fields) == 2
    fields[0].click().run()
    assert len([b for b in sound(at).button if b.label == "Fermer"]) == 1
    assert len(desk.rows("SELECT 1 FROM sign_in WHERE ended_at IS NULL")) == 2


def test_the_browser_that_one_sits_at_is_told_from_the_others(desk, signed_in, monkeypatch):
    me = signed_in(Role.CABINET)
    with write_transaction(desk.engine, queue=False) as connection:
        now = accounts_and_sessions.database_time(connection)
        _, here = (
            accounts_and_sessions.add_session(connection, me.id, token, "x", now) for token in "ab"
        )
    monkeypatch.setattr(session, "sign_in_number", lambda: here)
    at = sound(visit_page("mon-compte"))
    told = [m.value.partition(",")[0] for m in at.markdown if "navigateur," in m.value]
    assert told == ["Ce navigateur", "Un autre navigateur"]
    [shut] = [b for b in at.button if b.label == "Fermer"]
    shut.click().run()
    assert desk.rows("SELECT id FROM sign_in WHERE ended_at IS NULL") == [(here,)]


def test_who_answers_for_places_is_told_their_names_and_led_there(desk, signed_in):
    signed_in(Role.FOCAL_POINT, sites=frozenset({KANDI, COVE}))
    at = sound(visit_page("mon-compte"))
    [told] = [e.proto.body for e in at.get("html") if "point focal" in e.proto.body]
    assert "Compte «\u00a0awa\u00a0», point focal" in told
    assert re.findall(r'href="(.*?)">(.*?)<', told) == [
        (f"./site?centre={COVE}", "CCSP de Covè"),
        (f"./site?centre={KANDI}", "CCSP de Kandi"),
    ]


def test_who_signed_in_before_the_first_file_finds_his_account_and_the_way_out(
    office, database_url, using, monkeypatch
):
    using(database_url)
    person = Person("awa", Role.CABINET, id="a")
    monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda header: person)
    at = sound(visit_page("plaintes"))
    assert any(
        "ne contient encore ni registre des visites ni fiche de clôture" in said
        and "un message à leur envoyer est prêt sur «\xa0Complétude\xa0»" in said
        for said in words(at)
    ), "who may not hand in may ask for it"
    [bar] = [e.proto.body for e in at.get("html") if "ccsp-top" in e.proto.body]
    assert "Se déconnecter" in bar and 'href="./mon-compte"' in bar and "données au" not in bar
    context.close_databases()


def test_nobody_ends_another_s_sign_in_from_his_own_page(desk, signed_in):
    other = signed_in(Role.CABINET, "kofi")
    with write_transaction(desk.engine, queue=False) as connection:
        number = accounts_and_sessions.add_session(
            connection, other.id, "k", "x", accounts_and_sessions.database_time(connection)
        )
    me = signed_in(Role.CABINET)
    from dashboard.actions import accounts

    assert accounts.end_own_sessions(me, number) == 0
    assert len(desk.rows("SELECT 1 FROM sign_in WHERE ended_at IS NULL")) == 1


def test_the_journal_is_in_words_searched_and_taken_away(desk, signed_in):
    me = signed_in(Role.ADMINISTRATOR)
    access_journal.note(
        Person("dir.zou", Role.DIRECTOR, id="d"), "exported", {"file": "=plaintes.xlsx"}
    )
    at = sound(visit_page("journal"))
    rows = read_tables(at)[0].rows
    assert ["dir.zou", "a emporté un fichier", "fichier =plaintes.xlsx"] in [r[2:] for r in rows]
    assert ["test", "a remis un fichier", "lot 1 · formulaire registre · lignes 2"] in [
        r[2:] for r in rows
    ]
    at.text_input(key="journal_mot").set_value("EMPORTE Zou").run()
    assert [row[2] for row in read_tables(sound(at))[0].rows] == ["dir.zou"]
    at.date_input(key="journal_jours").set_value((today(),)).run()
    assert "dernier jour" in sound(at).info[0].value and not read_tables(at)
    at.date_input(key="journal_jours").set_value((today(), today())).run()
    at.text_input(key="journal_mot").set_value("rien de tel").run()
    assert not read_tables(sound(at)) and "Rien de tel au journal" in at.info[0].value
    from dashboard.ui import access_journal as page

    book = openpyxl.load_workbook(io.BytesIO(page._workbook(me, today(), today(), "zou")))
    sheet = book["Journal"]
    told = [cell.value for row in sheet.iter_rows() for cell in row]
    assert "a emporté un fichier" in told and "a remis un fichier" not in told


def test_a_long_journal_is_read_a_page_at_a_time_and_other_words_begin_anew(
    desk, signed_in, monkeypatch
):
    monkeypatch.setattr(table_pages, "MOST", 4)
    monkeypatch.setattr(table_pages, "PAGE", 3)
    signed_in(Role.ADMINISTRATOR)
    director = Person("dir.zou", Role.DIRECTOR, id="d")
    for n in range(9):
        access_journal.note(director, "exported", {"file": f"{n}.xlsx"})
    at = visit_page("journal")
    at.text_input(key="journal_mot").set_value("dir.zou").run()
    files = lambda: [row[4] for row in read_tables(sound(at))[0].rows]  # noqa: E731
    assert files() == ["fichier 8.xlsx", "fichier 7.xlsx", "fichier 6.xlsx"]
    at.button(key="journal_suivantes").click().run()
    assert files() == ["fichier 5.xlsx", "fichier 4.xlsx", "fichier 3.xlsx"]
    assert "Lignes 4 à 6 sur 9, page 2 sur 3. « Emporter » les donne toutes." in plain(
        "".join(e.proto.body for e in at.get("html"))
    ).replace("\u00a0", " ")
    at.text_input(key="journal_mot").set_value("zou emporté").run()
    assert files() == ["fichier 8.xlsx", "fichier 7.xlsx", "fichier 6.xlsx"]


@pytest.fixture
def complaints_of_two(desk) -> Office:
    """A complaint that waits in Kandi, one in Covè."""
    desk.hand_in("plaintes", complaint("P-1", KANDI), complaint("P-2", COVE))
    return desk


def looked(desk: Office) -> list[tuple[str, str]]:
    access_journal.BACKGROUND.submit(
        lambda: None
    ).result()  # what was said before it has been written
    asked = "SELECT who, did FROM access_journal WHERE did = 'looked at complaints' ORDER BY id"
    return desk.rows(asked)


def test_that_complaints_were_looked_at_is_noted_once_for_each_place(complaints_of_two, signed_in):
    signed_in(Role.DIRECTOR, departments=frozenset({"Zou"}))
    at = sound(visit_page("plaintes"))
    assert "P-2" in everything(at)
    sound(at.run())
    assert looked(complaints_of_two) == [("awa", "looked at complaints")]
    at = sound(visit_page("plaintes", departement="Alibori"))
    assert "P-1" not in everything(at)
    assert len(looked(complaints_of_two)) == 1  # there was none to be seen


def test_who_answers_for_one_site_reads_above_the_list_what_waits_there(
    complaints_of_two, signed_in
):
    signed_in(Role.FOCAL_POINT, sites=frozenset({KANDI}))
    heads = [h.value for h in sound(visit_page("plaintes")).header]
    assert [h for h in heads if h.startswith("Là où vous répondez")]
    signed_in(Role.CABINET, "kofi")
    heads = [h.value for h in sound(visit_page("plaintes")).header]
    assert not [h for h in heads if h.startswith("Là où vous répondez")]


@pytest.mark.parametrize(
    ("role", "places", "asked", "scope"),
    [
        (Role.FOCAL_POINT, {"sites": frozenset({KANDI})}, {}, KANDI),
        (Role.DIRECTOR, {"departments": frozenset({"Zou"})}, {"departement": ""}, "Zou"),
        (Role.DIRECTOR, {"departments": frozenset({"Zou"})}, {"departement": "Alibori,Zou"}, "Zou"),
        (Role.CABINET, {}, {"departement": "Zou"}, "Zou"),
        (Role.CABINET, {}, {}, "tout le réseau"),
    ],
)
def test_what_is_noted_is_where_the_complaints_were_that_one_was_shown(
    complaints_of_two, signed_in, role, places, asked, scope
):
    signed_in(role, **places)
    at = sound(visit_page("plaintes", **asked))
    if asked == {"departement": ""}:
        at.selectbox(key="filtre_departement").set_value("").run()
    looked(complaints_of_two)
    told = complaints_of_two.rows("SELECT detail FROM access_journal WHERE did LIKE 'looked%'")
    assert {json.loads(d)["scope"] if isinstance(d, str) else d["scope"] for (d,) in told} == {
        scope
    }


def test_of_who_has_no_account_nothing_is_noted(complaints_of_two):
    assert "P-1" in everything(sound(visit_page("plaintes")))
    assert not looked(complaints_of_two) and session.person() == LOCAL_READER


def test_a_director_s_pages_open_on_his_departments_and_he_may_look_at_all(desk, signed_in):
    signed_in(Role.DIRECTOR, departments=frozenset({"Zou"}))
    at = sound(visit_page("departement"))
    assert link(at)["departement"] == "Zou"
    at.selectbox(key="filtre_departement").set_value("").run()
    assert "departement" not in link(sound(at))
    at = sound(visit_page("departement", departement="Borgou"))
    assert link(at)["departement"] == "Borgou"


def test_the_names_of_two_sessions_files_are_not_alike(desk, monkeypatch):
    names = []
    real = downloads.st.download_button
    monkeypatch.setattr(
        downloads.st,
        "download_button",
        lambda *a, **k: names.append(k["file_name"]) or real(*a, **k),
    )
    for _ in range(2):
        sound(sound(visit_page("attentes")).run())
    workbooks = [name for name in names if name.endswith(".xlsx")]
    assert len(workbooks) == 4 and len(set(workbooks)) == 2


def test_an_account_of_the_name_of_its_role_is_told_from_it(signed_in):
    signed_in(Role.CABINET, "cabinet")
    assert "Compte «\u00a0cabinet\u00a0», cabinet" in everything(sound(visit_page("mon-compte")))
