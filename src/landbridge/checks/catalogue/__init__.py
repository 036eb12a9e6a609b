"""The failure catalogue: what people meet, the causes it can have, and how to tell them apart. Data alone.

For: explaining texts, the pages in docs/failures/, rules that judge measurements, the command line.
Enters: a row in one of the modules here.
Leaves: `FAILURES`, by id.
Must never: do I/O, know how a cause is measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from landbridge.checks.catalogue import (
    check,
    connectivity,
    connectivity_timeouts,
    destination,
    inbound_access,
    inbound_address,
    inbound_connection,
    inbound_ping,
    outbound_http,
    outbound_request,
    outbound_services,
    outbound_transfer,
)
from landbridge.checks.catalogue.failure import Cause, Failure, Side

__all__ = ["FAILURES", "Cause", "Failure", "Side"]


def _index(failures: Iterable[Failure]) -> Mapping[str, Failure]:
    index: dict[str, Failure] = {}
    for failure in failures:
        if failure.id in index:
            raise ValueError(f"failure {failure.id} is defined twice")
        index[failure.id] = failure
    return MappingProxyType(index)


FAILURES = _index(
    (
        *inbound_connection.FAILURES,
        *inbound_ping.FAILURES,
        *inbound_access.FAILURES,
        *inbound_address.FAILURES,
        *outbound_request.FAILURES,
        *outbound_http.FAILURES,
        *outbound_transfer.FAILURES,
        *outbound_services.FAILURES,
        *connectivity.FAILURES,
        *connectivity_timeouts.FAILURES,
        *destination.FAILURES,
        *check.FAILURES,
    )
)
