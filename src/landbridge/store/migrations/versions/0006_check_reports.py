"""What checks saw."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "check_reports",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("subaccount_id", sa.String(36), nullable=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("healthy", sa.Boolean, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_check_reports"),
        sa.ForeignKeyConstraint(
            ["subaccount_id"], ["subaccounts.id"], name="fk_check_reports_subaccount_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_check_reports_subaccount_id", "check_reports", ["subaccount_id", "name"])


def downgrade() -> None:
    op.drop_table("check_reports")
