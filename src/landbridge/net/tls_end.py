"""How a TLS connection ends: with the peer's close_notify, or with TCP alone, which anybody on the way can fake."""

from __future__ import annotations

import asyncio
import ssl


def keep_what_comes_before_the_end(transport: asyncio.Transport) -> None:
    """Let a TLS transport that is paused stop reading TCP at the first byte that waits in it.

    uvloop closes at the end of TCP, whatever waits for its paused protocol; so it must not see that end before.
    """
    limits = getattr(transport, "set_read_buffer_limits", None)
    if limits is not None:
        limits(high=1, low=0)


def ends_without_notice(transport: asyncio.Transport | None) -> bool:
    """Whether the end that the protocol was told of is not the peer's word: TLS without close_notify.

    Only for `eof_received`. The standard loop calls it for both; uvloop only after close_notify.
    """
    tls = transport.get_extra_info("ssl_object") if transport is not None else None
    if tls is None:
        return False
    try:
        return bool(tls.read(1))
    except ssl.SSLZeroReturnError:
        return False
    except ssl.SSLError:  # it waits for more
        return True
