"""Where logins may lead back to; administrators of one subaccount."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("instances", sa.Column("redirect_uris", sa.JSON, nullable=True))
    op.add_column("administrators", sa.Column("subaccount_id", sa.String(36), nullable=True))


def downgrade() -> None:
    op.drop_column("administrators", "subaccount_id")
    op.drop_column("instances", "redirect_uris")
