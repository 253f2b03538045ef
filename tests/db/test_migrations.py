"""The tables: made by migrations alone, the same as the models say, and taken back and forth with data in them."""

from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from db import schema, targets_and_decisions
from db.engine import make_engine
from db.models import Base
from db.seed import seed
from tests.builders import Office, closing, closure, complaint, monthly, visit, waited

pytestmark = pytest.mark.both_databases

REVISIONS = [
    r.revision for r in ScriptDirectory.from_config(schema.config()).walk_revisions()
]  # newest first


def fill(office: Office) -> None:
    """Something in every table that files fill."""
    office.hand_in("registre", waited(5, ref="1"), visit())
    office.hand_in("plaintes", complaint("P1", subject="attente"))
    office.hand_in("cloture", closing())
    office.hand_in("fermetures", closure())
    office.hand_in("canevas", monthly(received=2))


def test_the_files_of_the_migrations_bear_their_numbers_in_order():
    assert list(schema.revisions()) == REVISIONS[::-1]


def test_migrations_and_models_say_the_same(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_an_empty_database_has_no_version_and_init_gives_it_the_newest(databases, tmp_path):
    with databases.fresh(empty=True) as url:
        engine = make_engine(url)
        assert schema.version(engine) is None
        schema.upgrade(engine)
        seed(engine)
        assert schema.version(engine) == schema.newest_revision() == REVISIONS[0]
        fill(Office(engine, tmp_path))
        engine.dispose()


def test_all_migrations_go_down_and_up_again_one_by_one_with_data_in_the_tables(office):
    fill(office)
    for _ in REVISIONS:
        schema.downgrade(office.engine, "-1")
    assert set(inspect(office.engine).get_table_names()) <= {"alembic_version"}
    for _ in REVISIONS:
        schema.upgrade(office.engine, "+1")
    assert schema.version(office.engine) == schema.newest_revision()
    seed(office.engine)
    fill(office)
    assert office.differences() == []
    assert office.figure("visits").value == 2


def test_who_entered_what_was_there_before_is_read_from_the_journal(office):
    day = date(2025, 3, 3)
    targets_and_decisions.set_target(office.engine, "wait_p50", "nation", 20, day, "plan", by="awa")
    targets_and_decisions.decide(
        office.engine, "wait_p50", "Zou", day, "le directeur", "tickets", None, by="kofi"
    )
    targets_and_decisions.keep_story(office.engine, "revue", "Revue", "{}", by="awa", account="a")
    schema.downgrade(office.engine, "0006")
    schema.upgrade(office.engine)
    asked = "SELECT set_by, noted_by, kept_by, account_id FROM target, decision, story"
    assert office.rows(asked) == [("awa", "kofi", "awa", "")]


def test_dates_of_content_that_were_typed_are_by_the_clock_of_benin(office):
    """They were kept as if they were UTC; what the clock gave was."""
    typed = office.hand_in("registre", visit(ref="1"), as_of="2025-04-01").batch_id
    given = office.hand_in("registre", visit(ref="2")).batch_id
    asked = "SELECT id, substr(CAST(as_of AS char(26)), 1, 19) FROM import_batch ORDER BY id"
    after = office.rows(asked)
    assert after[0] == (typed, "2025-03-31 23:00:00")
    schema.downgrade(office.engine, "0010")
    assert office.rows(asked) == [(typed, "2025-04-01 00:00:00"), (given, after[1][1])]
    schema.upgrade(office.engine)
    assert office.rows(asked) == after


COUNTS = (
    "SELECT (SELECT count(*) FROM site), (SELECT count(*) FROM commune), (SELECT count(*) FROM service),"
    " (SELECT count(*) FROM term)"
)


def test_seeding_again_adds_nothing_and_undoes_nothing(office):
    before = office.rows(COUNTS)
    with office.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE site SET name = 'CCSP rebaptisé' WHERE code = 'ccsp-kandi'"
        )
    seed(office.engine)
    assert office.rows(COUNTS) == before
    assert office.rows("SELECT name FROM site WHERE code = 'ccsp-kandi'") == [("CCSP rebaptisé",)]
    assert before[0][:2] == (24, 77)


def test_a_site_that_was_closed_stays_so_through_its_periods_of_service(office):
    schema.downgrade(office.engine, "0017")
    with office.engine.begin() as connection:
        connection.execute(
            text("UPDATE site SET closed_on = '2025-06-02' WHERE code = 'ccsp-kandi'")
        )
    schema.upgrade(office.engine)
    of_kandi = " FROM site_period p JOIN site s ON s.id = p.site_id WHERE s.code = 'ccsp-kandi'"
    (period,) = office.rows(f"SELECT p.opens_on, p.closes_on {of_kandi}")
    assert [str(day)[:10] for day in period] == ["2000-01-01", "2025-06-02"]
    others = "SELECT count(*) FROM site_period WHERE closes_on IS NULL"
    assert office.rows(others) == [(23,)]
    schema.downgrade(office.engine, "0017")
    closed = office.rows("SELECT code, closed_on FROM site WHERE closed_on IS NOT NULL")
    assert [(code, str(day)[:10]) for code, day in closed] == [("ccsp-kandi", "2025-06-02")]
