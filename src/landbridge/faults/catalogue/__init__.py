"""The rows, one module for each place where faults are born. Add a row, and the tests demand the rest."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from landbridge.faults.catalogue import (
    backend,
    certificates,
    channels,
    check,
    cli,
    connectivity,
    connector,
    content,
    destinations,
    enrolment,
    files,
    identity,
    logins,
    platform,
    propagation,
    proxy,
    socks,
    tunnel,
)
from landbridge.faults.fault import FaultKind


def _index(rows: Iterable[FaultKind]) -> dict[str, FaultKind]:
    index: dict[str, FaultKind] = {}
    for row in rows:
        if row.code in index:
            raise ValueError(f"fault {row.code} is defined twice")
        index[row.code] = row
    return index


CATALOGUE = MappingProxyType(
    _index(
        (
            *proxy.ROWS,
            *socks.ROWS,
            *connectivity.ROWS,
            *tunnel.ROWS,
            *channels.ROWS,
            *enrolment.ROWS,
            *connector.ROWS,
            *propagation.ROWS,
            *backend.ROWS,
            *identity.ROWS,
            *logins.ROWS,
            *destinations.ROWS,
            *content.ROWS,
            *certificates.ROWS,
            *files.ROWS,
            *check.ROWS,
            *platform.ROWS,
            *cli.ROWS,
        )
    )
)
