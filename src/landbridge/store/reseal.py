"""Seals anew what the first revision sealed with the master key itself: each value with the data key of its owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Table, select, update

from landbridge.store.data_keys import INSTALLATION, sealer
from landbridge.store.session import Row, Session
from landbridge.store.tables import clients, destinations, keys


@dataclass(frozen=True, slots=True)
class _Place:
    """A sealed column of the first revision: whose it is and which context it is sealed with."""

    table: Table
    column: str
    owner: Callable[[Row], str]
    context: Callable[[Row], str]


_PLACES = (
    _Place(clients, "secret", lambda row: row["subaccount_id"], lambda row: f"client/{row['id']}"),
    _Place(keys, "private_pem", lambda _: INSTALLATION, lambda row: f"key/{row['id']}"),
    _Place(
        destinations,
        "properties",
        lambda row: row["subaccount_id"],
        lambda row: f"destination/{row['subaccount_id']}/{row['level']}/{row['name']}",
    ),
)


async def reseal_first_revision(session: Session) -> None:
    """Once, in the transaction that migrates from revision 0001."""
    for place in _PLACES:
        for row in await session.all(select(place.table)):
            context = place.context(row)
            text = session.vault.open(row[place.column], context=context)
            sealed = (await sealer(session, place.owner(row))).seal(text, context=context)
            same = [column == row[column.name] for column in place.table.primary_key]
            await session.execute(update(place.table).where(*same).values({place.column: sealed}))
