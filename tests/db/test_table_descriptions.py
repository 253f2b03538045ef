"""Every table and every column is described, for who asks what is kept of people."""

import pytest

from dashboard.accounts.rights import RIGHTS
from dashboard.settings import fields_by_name
from db.models import Base
from db.retention import TERMS
from db.table_descriptions import TABLES


def test_every_table_is_described_and_no_other():
    assert set(TABLES) == set(Base.metadata.tables)


@pytest.mark.parametrize("name", Base.metadata.tables)
def test_every_column_is_described_once(name):
    assert sorted(TABLES[name].names) == sorted(c.name for c in Base.metadata.tables[name].columns)


def test_what_is_said_of_terms_is_what_is_erased():
    assert {name: one.kept for name, one in TABLES.items() if one.kept} == {
        term.name: term.setting for term in TERMS
    }
    assert {one.kept for one in TABLES.values() if one.kept} <= set(fields_by_name())
    assert {one.seen for one in TABLES.values() if one.seen} <= set(RIGHTS)
