"""Faults of the SOCKS5 door (connectivity-proxy §7)."""

from landbridge.faults.fault import FaultKind, Origin

CALLER = Origin.CALLER

ROWS = (
    FaultKind(
        "socks.not-socks",
        CALLER,
        400,
        "The client does not speak SOCKS5 with the token method: {reason}.",
        "Point SOCKS5 clients to this port and HTTP clients to the HTTP door (20003).",
        exit=12,
        reference="RFC 1928 §3",
    ),
    FaultKind(
        "socks.token-method-missing",
        CALLER,
        407,
        "The client offers the SOCKS5 methods {methods}, but not 0x80, which carries the token.",
        "Use a client that knows method 0x80 (a token and the base64 of the location id).",
        socks=5,
        exit=11,
        reference="connectivity-proxy §7.1",
    ),
    FaultKind(
        "socks.command-unsupported",
        CALLER,
        405,
        "The client asks for {what}; only CONNECT is served.",
        "Use plain TCP connections; UDP and BIND do not exist here.",
        socks=7,
        exit=12,
        reference="connectivity-proxy §7.2",
    ),
    FaultKind(
        "socks.address-unsupported",
        CALLER,
        400,
        "The client asks for {what}; only names and IPv4 addresses can be virtual hosts.",
        "Connect to the virtual host by its name.",
        socks=8,
        exit=12,
        reference="connectivity-proxy §7.2",
    ),
    FaultKind(
        "socks.target-invalid",
        CALLER,
        400,
        "The client asks for {what}.",
        "Ask for a host name in printable ASCII, and for a port from 1 to 65535.",
        exit=12,
        reference="connectivity-proxy §7.2",
    ),
    FaultKind(
        "socks.request-timeout",
        CALLER,
        408,
        "The SOCKS5 handshake was not complete after {seconds} seconds.",
        "Send greeting, token and request at once; look for a stalled client or network.",
        exit=12,
        retry=True,
        reference="connectivity-proxy §7.1",
    ),
)
