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
    assert sorted(TABLES[name].column_names) == sorted(
        c.name for c in Base.metadata.tables[name].columns
    )


def test_what_is_said_of_terms_is_what_is_erased():
    assert {name: one.kept_setting for name, one in TABLES.items() if one.kept_setting} == {
        term.name: term.setting for term in TERMS
    }
    assert {one.kept_setting for one in TABLES.values() if one.kept_setting} <= set(
        fields_by_name()
    )
    assert {one.shown_by_right for one in TABLES.values() if one.shown_by_right} <= set(RIGHTS)
