"""What is known of the other ways to a target: a proxy, the sender's own view, the issuers that were not sent."""

from __future__ import annotations

from landbridge.checks.observations.fact import Fact
from landbridge.checks.observations.wording import counted


class ProxyTried(Fact, frozen=True, tag="proxy-tried"):
    """An HTTP proxy asked to connect to the target (CONNECT).

    problem  "" · "unreachable": there is no proxy at that address · "refused": it answered otherwise than with 2xx
    status   of its answer; 0: none
    """

    proxy: str
    problem: str = ""
    reason: str = ""
    status: int = 0
    milliseconds: float = 0.0

    @property
    def good(self) -> bool:
        return not self.problem

    @property
    def line(self) -> str:
        said = self.reason if self.problem else "connects to the target"
        return f"proxy {self.proxy} {said} ({self.milliseconds:g} ms)"


class NameElsewhere(Fact, frozen=True, tag="name-elsewhere"):
    """What another name server says about the name.

    answering  those of its addresses that are not known here, and take a connection
    """

    resolver: str
    addresses: tuple[str, ...] = ()
    answering: tuple[str, ...] = ()
    problem: str = ""

    @property
    def good(self) -> bool:
        return not self.problem

    @property
    def line(self) -> str:
        answer = f", of which {', '.join(self.answering)} answers" if self.answering else ""
        return f"{self.resolver} says {', '.join(self.addresses) or self.problem}{answer}"


class TenantHost(Fact, frozen=True, tag="tenant-host"):
    """The host that is recorded for the tenant whose endpoint this should be."""

    host: str

    @property
    def line(self) -> str:
        return f"the tenant's host is {self.host}"


class OtherTrust(Fact, frozen=True, tag="other-trust"):
    """The certificates (PEM) that another identity of the sender trusts."""

    certificates: tuple[str, ...]

    @property
    def line(self) -> str:
        return f"another identity of the sender trusts {counted(len(self.certificates), 'certificate')}"


class SenderSaw(Fact, frozen=True, tag="sender-saw"):
    """The chain (PEM) that the sender saw, from its own trace."""

    chain: tuple[str, ...]

    @property
    def line(self) -> str:
        return f"the sender saw {counted(len(self.chain), 'certificate')}"


class IssuerFetched(Fact, frozen=True, tag="issuer-fetched"):
    """An issuer that was not sent, fetched from where a certificate says that it is (RFC 5280 §4.2.2.1).

    subject      of the certificate that names the address
    certificate  PEM; empty when `problem` says why there is none
    """

    subject: str
    address: str
    certificate: str = ""
    problem: str = ""

    @property
    def good(self) -> bool:
        return not self.problem

    @property
    def line(self) -> str:
        return f"issuer of {self.subject} from {self.address}: {self.problem or 'fetched'}"
