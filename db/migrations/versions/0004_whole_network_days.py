"""Whole days of the network: a file of closures may speak for every site at once"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("whole_day") as table:
        table.drop_constraint(op.f("fk_whole_day_site_id"), type_="foreignkey")
        table.alter_column("site_id", existing_type=sa.Integer(), comment="0: the whole network")


def downgrade() -> None:
    op.execute("DELETE FROM whole_day WHERE site_id = 0")
    with op.batch_alter_table("whole_day") as table:
        table.alter_column("site_id", existing_type=sa.Integer(), comment=None)
        table.create_foreign_key(op.f("fk_whole_day_site_id"), "site", ["site_id"], ["id"])
