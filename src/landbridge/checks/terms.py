"""How the one who really connects does it: what probes of one protocol need to know beyond the target."""

from __future__ import annotations

from dataclasses import dataclass, field

from landbridge.model.secret import Secret
from landbridge.net.proxy import HttpProxy


@dataclass(frozen=True, slots=True)
class TlsTerms:
    """Of TLS.

    server_name    sent as SNI; None: the target's host, empty: none, as old programs do
    newest         highest version that is offered: "1.0" to "1.3"; empty: whatever there is
    fetch_issuers  whether missing issuers are fetched from where certificates say they are
    proxy          HTTP proxy through which the target is looked at as well
    resolver       another name server, and its port; an empty name: none is asked
    tenant_host    host that is recorded for the tenant whose endpoint this should be
    other_trust    certificates (PEM) that another identity of the sender trusts
    seen           certificates (PEM) that the sender saw, from its own trace
    """

    server_name: str | None = None
    newest: str = ""
    fetch_issuers: bool = False
    proxy: HttpProxy | None = None
    resolver: tuple[str, int] = ("", 53)
    tenant_host: str = ""
    other_trust: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SshTerms:
    """Of SSH.

    known_hosts  content of a list of known hosts, and `source`, where it came from; None: nothing is compared
    private_key  our key, as text; `passphrase` opens it
    deprecated   whether old algorithms may be used
    write        whether a file may be made, renamed and removed in the directory
    """

    known_hosts: str | None = None
    source: str = ""
    private_key: Secret = field(default_factory=lambda: Secret(""))
    passphrase: Secret = field(default_factory=lambda: Secret(""))
    deprecated: bool = False
    write: bool = False
