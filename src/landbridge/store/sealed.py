"""The register of sealed values: whose they are, and which context binds them to their place.

Whoever adds a sealed column adds it here; a test compares the register with the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import Table, bindparam, select, update

from landbridge.model.label import EntityKind
from landbridge.store import grants, levels, tables, trust_keys
from landbridge.store.data_keys import INSTALLATION
from landbridge.store.session import Row, Session
from landbridge.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed column. `owner` and `context` are those of one row."""

    table: Table
    column: str
    owner: Callable[[Row], str]
    context: Callable[[Row], str]


def _subaccount(row: Row) -> str:
    return str(row["subaccount_id"])


def _of_level(kind: EntityKind) -> Callable[[Row], str]:
    return lambda row: levels.sealing_context(kind, row["subaccount_id"], row["level"], row["name"])


FIRST = (
    Sealed(tables.clients, "secret", _subaccount, lambda row: f"client/{row['id']}"),
    Sealed(tables.keys, "private_pem", lambda _: INSTALLATION, lambda row: f"key/{row['id']}"),
    Sealed(tables.destinations, "properties", _subaccount, _of_level(EntityKind.DESTINATION)),
)
"""What revision 0001 had, sealed with the master key itself."""

REGISTER = (
    *FIRST,
    Sealed(tables.clients, "more_credentials", _subaccount, lambda row: f"client-credentials/{row['id']}"),
    Sealed(tables.fragments, "properties", _subaccount, _of_level(EntityKind.FRAGMENT)),
    Sealed(tables.certificates, "properties", _subaccount, _of_level(EntityKind.CERTIFICATE)),
    Sealed(
        tables.trust_keys,
        "private_key",
        _subaccount,
        lambda row: trust_keys.sealing_context(row["subaccount_id"], row["certificate"]),
    ),
    Sealed(
        tables.grants,
        "content",
        _subaccount,
        lambda row: grants.sealing_context(row["subaccount_id"], row["secret_hash"]),
    ),
)

OF_THE_ENVELOPE = frozenset({("data_keys", "wrapped"), ("vault_check", "sealed")})
"""Sealed with the master key."""


async def reseal(
    session: Session, places: Iterable[Sealed], old: Callable[[str], Vault], new: Callable[[str], Vault]
) -> int:
    """Seal every value of `places` anew; `old` and `new` tell the vaults of an owner. Returns how many."""
    count = 0
    for place in places:
        rows = [row for row in await session.all(select(place.table)) if row[place.column] is not None]
        keys = [column.name for column in place.table.primary_key]
        changes = []
        for row in rows:
            owner, context = place.owner(row), place.context(row)
            text = old(owner).open(row[place.column], context=context)
            changes.append({"sealed_": new(owner).seal(text, context=context), **{f"{key}_": row[key] for key in keys}})
        if changes:
            same = [place.table.c[key] == bindparam(f"{key}_") for key in keys]
            await session.execute(
                update(place.table).where(*same).values({place.column: bindparam("sealed_")}), changes
            )
        count += len(changes)
    return count
