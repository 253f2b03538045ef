"""Until when what has passed its term was erased"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Of the journal of accesses only lines that `db retain` has said to be past their term may be deleted; none is changed.
PAST = "EXISTS (SELECT 1 FROM retention WHERE what = 'access_journal' AND OLD.at < before)"
TRIGGERS = {
    "sqlite": [
        "DROP TRIGGER access_journal_no_delete",
        "CREATE TRIGGER access_journal_no_delete BEFORE DELETE ON access_journal"
        f" WHEN NOT {PAST} BEGIN SELECT RAISE(ABORT, 'access_journal is append-only'); END",
    ],
    "postgresql": [
        "DROP TRIGGER access_journal_refuse ON access_journal",
        "CREATE FUNCTION access_journal_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN IF TG_OP = 'DELETE' AND {PAST} THEN RETURN OLD; END IF;"
        " RAISE EXCEPTION 'access_journal is append-only'; END $$",
        "CREATE TRIGGER access_journal_refuse BEFORE UPDATE OR DELETE ON access_journal"
        " FOR EACH ROW EXECUTE FUNCTION access_journal_refuse()",
    ],
}
BACK = {
    "sqlite": [
        "DROP TRIGGER access_journal_no_delete",
        "CREATE TRIGGER access_journal_no_delete BEFORE DELETE ON access_journal"
        " BEGIN SELECT RAISE(ABORT, 'access_journal is append-only'); END",
    ],
    "postgresql": [
        "DROP TRIGGER access_journal_refuse ON access_journal",
        "DROP FUNCTION access_journal_refuse",
        "CREATE TRIGGER access_journal_refuse BEFORE UPDATE OR DELETE ON access_journal"
        " FOR EACH ROW EXECUTE FUNCTION journal_refuse()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "retention",
        sa.Column("what", sa.String(length=20), nullable=False, comment="of db.retention.TERMS"),
        sa.Column("before", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_retention")),
    )
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for statement in BACK[op.get_bind().dialect.name]:
        op.execute(statement)
    op.drop_table("retention")
