"""TLS: what a server showed in a handshake, and what it is to be judged by."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from landbridge.checks.observations.fact import Fact
from landbridge.checks.observations.wording import counted

ALERTS = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    22: "record_overflow",
    40: "handshake_failure",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    109: "missing_extension",
    110: "unsupported_extension",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    116: "certificate_required",
    120: "no_application_protocol",
}
"""Names of alerts (RFC 8446 §6)."""


class TlsHandshake(Fact, frozen=True, tag="tls-handshake"):
    """One handshake, made without judging the certificate.

    server_name        sent as SNI; empty: none was sent
    through            proxy through which it went; empty: directly
    offered            highest version that we offered; empty: whatever there is
    problem            "" complete · "not-tls" · "alert" · "closed" · "reset" · "timeout" · "protocol"
    chain              certificates as presented (PEM), the server's own first
    certificate_asked  whether the server asked for ours; `authorities` are the issuers it named (RFC 4514)
    certificate_sent   whether we had one to send
    alert              number of the alert that ended it (-1: none), in the handshake or within the second after it
    ended              how the second after the handshake ended: "open", "data", "closed", "reset", "alert"
    first_bytes        what came instead of TLS, as text
    """

    host: str
    port: int
    server_name: str = ""
    through: str = ""
    offered: str = ""
    problem: str = ""
    version: str = ""
    cipher: str = ""
    alpn: str = ""
    chain: tuple[str, ...] = ()
    certificate_asked: bool = False
    authorities: tuple[str, ...] = ()
    certificate_sent: bool = False
    alert: int = -1
    ended: str = ""
    first_bytes: str = ""

    @property
    def good(self) -> bool:
        return not self.problem and self.ended in ("", "open", "data")

    @property
    def line(self) -> str:
        if self.problem == "not-tls":
            return f"no TLS: the server says {self.first_bytes!r}"
        if self.alert >= 0:
            when = "in the handshake" if self.problem else "after the handshake"
            return f"the server ends it {when} with alert {ALERTS.get(self.alert, str(self.alert))}"
        if self.problem:
            return {
                "closed": "the server closes the connection in the handshake",
                "reset": "the server resets the connection in the handshake",
                "timeout": "the server does not answer the handshake",
            }.get(self.problem, "the handshake cannot be read")
        name = f"with the name {self.server_name}" if self.server_name else "without a name"
        gone = f", {self.ended} right after it" if not self.good else ""
        through = f" through {self.through}" if self.through else ""
        return f"{self.version}, {self.cipher}, {counted(len(self.chain), 'certificate')} {name}{through}{gone}"

    @property
    def lasting(self) -> Mapping[str, str]:
        if not self.good or not self.chain:
            return {}
        prints = [_fingerprint(one) for one in self.chain]
        kind = self.kind
        return {f"certificate{kind}": prints[0], f"issuers{kind}": " ".join(prints[1:]), f"TLS{kind}": self.version}

    @property
    def kind(self) -> str:
        """Which of several handshakes with a target it is; empty for the usual one, with the name of the host."""
        kind = f" with the name {self.server_name}" if self.server_name else " without a name"
        usual = self.server_name and self.server_name.lower() == self.host.rstrip(".").lower()
        return ("" if usual else kind) + (" through a proxy" if self.through else "")


def _fingerprint(pem: str) -> str:
    return hashlib.sha256(base64.b64decode("".join(pem.splitlines()[1:-1]))).digest().hex(":").upper()


class SpeaksPlain(Fact, frozen=True, tag="speaks-plain"):
    """The first line that a port says in plain text, which has no answer for a handshake; empty: nothing either."""

    text: str = ""

    @property
    def line(self) -> str:
        return f"asked in plain text it says {self.text!r}" if self.text else "in plain text it says nothing either"


class TrustAnchors(Fact, frozen=True, tag="trust-anchors"):
    """The certificates (PEM) that the one who connects would trust, and where they came from; none trusts nothing."""

    source: str
    certificates: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        if not self.certificates:
            return "nothing is trusted" if self.source == "nothing" else f"{self.source}: nothing is trusted"
        return f"judged by {self.source} ({counted(len(self.certificates), 'certificate')})"


class OurCertificate(Fact, frozen=True, tag="our-certificate"):
    """The client certificate that the one who looks shows when it is asked for, with its chain (PEM). Never the key."""

    chain: tuple[str, ...]

    @property
    def line(self) -> str:
        return f"{counted(len(self.chain), 'certificate')} to show when the server asks for ours"
