"""The mode for several regions: a request names its region configuration, which says whose tokens it takes (§12.2).

An installation has one cloud side, so that a region here is a name with a client, for applications that were written
for a proxy of several regions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from landbridge.faults import FaultError, fault

_SHOWN = 100


class Regions:
    """The configured regions; without any, the mode is off."""

    def __init__(self, configured: Iterable[str] = ()) -> None:
        """`configured`: `id`, or `id=client` where tokens of that OAuth client alone count."""
        pairs = (entry.partition("=") for entry in configured)
        self._clients = {name: client for name, _, client in pairs}

    def accepts(self, otherwise: Callable[[str], bool]) -> Callable[[str], bool]:
        """Which OAuth clients the doors let in, when `otherwise` decides for regions that name none."""
        clients = set(self._clients.values())
        named = clients - {""}
        if not named:
            return otherwise
        return lambda client: client in named or ("" in clients and otherwise(client))

    def check(self, named: str, client: str) -> None:
        """Whether a request may name this region (empty: none). `client` is that of its token; empty without token.

        Raises `FaultError` (`proxy.region-*`, `proxy.token-wrong-client`).
        """
        if not self._clients:
            if named:
                raise FaultError(fault("proxy.region-unsupported", region=named[:_SHOWN]))
            return
        if not named:
            raise FaultError(fault("proxy.region-missing"))
        allowed = self._clients.get(named)
        if allowed is None:
            raise FaultError(fault("proxy.region-unknown", region=named[:_SHOWN]))
        if allowed and client and client != allowed:
            raise FaultError(fault("proxy.token-wrong-client", client=client))
