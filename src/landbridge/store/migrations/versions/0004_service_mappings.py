"""Which services of the cloud side connectors may reach."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_mappings",
        sa.Column("subaccount_id", sa.String(36), nullable=False),
        sa.Column("service_id", sa.String(255), nullable=False),
        sa.Column("internal_host", sa.String(255), nullable=False),
        sa.Column("internal_port", sa.Integer, nullable=False),
        sa.Column("location_ids", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("subaccount_id", "service_id", name="pk_service_mappings"),
        sa.ForeignKeyConstraint(
            ["subaccount_id"], ["subaccounts.id"], name="fk_service_mappings_subaccount_id", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    op.drop_table("service_mappings")
