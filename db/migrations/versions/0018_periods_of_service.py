"""Periods of service of sites, after how many days each is silent; no day on which a complaint is reopened, which no form says"""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BEGINNING = date(2000, 1, 1)


def upgrade() -> None:
    periods = op.create_table(
        "site_period",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column(
            "closes_on",
            sa.Date(),
            nullable=True,
            comment="the first day without service; null: it goes on",
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_period_site_id")),
        sa.PrimaryKeyConstraint("site_id", "opens_on", name=op.f("pk_site_period")),
    )
    site = sa.table("site", sa.column("id"), sa.column("closed_on", sa.Date()))
    of_each = sa.select(site.c.id, sa.literal(BEGINNING, sa.Date()), site.c.closed_on)
    op.execute(periods.insert().from_select(["site_id", "opens_on", "closes_on"], of_each))
    # Not in a batch, which would make the table anew, without its triggers.
    op.drop_column("site", "closed_on")
    op.drop_column("complaint", "reopened_on")
    op.add_column(
        "site",
        sa.Column(
            "silent_after",
            sa.SmallInteger(),
            nullable=True,
            comment="days without visit or closing; null: the setting",
        ),
    )


def downgrade() -> None:
    op.add_column("complaint", sa.Column("reopened_on", sa.Date(), nullable=True))
    op.add_column("site", sa.Column("closed_on", sa.Date(), nullable=True))
    op.execute(
        "UPDATE site SET closed_on = (SELECT p.closes_on FROM site_period p WHERE p.site_id = site.id"
        " AND p.opens_on = (SELECT max(q.opens_on) FROM site_period q WHERE q.site_id = site.id))"
    )
    op.drop_column("site", "silent_after")
    op.drop_table("site_period")
