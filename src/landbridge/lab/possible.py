"""What a machine has to be able to, so that a scenario can be brought about on it."""

from __future__ import annotations

import socket
import sys


def anywhere() -> str:
    """Nothing in particular."""
    return ""


def on_linux() -> str:
    """Empty where packets can be dropped for a single socket."""
    return "" if sys.platform == "linux" else "only Linux drops packets for a single socket"


def with_ipv6() -> str:
    """Empty where the machine calls itself by IPv6."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return "this machine has no IPv6, not even for itself"
    return ""


def with_signals() -> str:
    """Empty where programs can be frozen."""
    return "" if sys.platform != "win32" else "Windows freezes no programs"
