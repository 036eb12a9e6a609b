"""Which content of a subscription is shared with the subscriber's people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("destinations", "fragments", "certificates")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("shared", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for table in _TABLES:
        op.drop_column(table, "shared")
