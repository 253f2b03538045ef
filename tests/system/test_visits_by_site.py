"""The plan of docs/scale.md: once visits lie in parts by site, files come in, correct and are withdrawn as before."""

import pytest
from sqlalchemy import text

from db.__main__ import main
from tests.benchmarks.visits_by_site import partition
from tests.builders import visit

COPIED = "SELECT count(*), count(DISTINCT id), sum(arrived_at), max(id) FROM visit"


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_files_come_in_and_are_withdrawn_when_visits_lie_by_site(office, engine, command):
    office.hand_in("registre", visit(ref="1"), visit(ref="2"))
    office.hand_in("registre", visit(ref="1", arrived="09:10", called="09:20"))
    before = office.rows(COPIED)
    partition(engine)
    assert office.rows(COPIED) == before
    with engine.connect() as connection:
        kind = connection.execute(text("SELECT relkind FROM pg_class WHERE relname = 'visit'"))
        assert kind.scalar_one() == "p"
    kept = office.hand_in("registre", visit(ref="3"), visit(ref="2", arrived="10:00"))
    assert command(main, "verify").code == 0
    office.withdraw(kept.batch_id)
    said = command(main, "verify")
    assert said.code == 0, said.out + said.err
    assert office.rows("SELECT count(*) FROM visit WHERE superseded_by IS NULL")[0][0] >= 2
