"""How systems are to be asked: the part of bodies that probes from here and probes through connectors share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from landbridge.api.admin_bodies import Body
from landbridge.checks.conversation import Mechanism, Protection
from landbridge.checks.evidence import Perspective
from landbridge.checks.manner import Style

_FILE = 1_000_000
_LINE = 255
File = Annotated[str, Field(max_length=_FILE)]
SecretFile = Annotated[str, Field(max_length=65_536, repr=False)]
SecretLine = Annotated[str, Field(max_length=4096, repr=False)]
Line = Annotated[str, Field(max_length=_LINE)]


class Asking(Body):
    """How to ask. What is not for the protocol is refused.

    trust             certificates (PEM) by which the target's are judged; nothing else is trusted
    public_trust      judge by the public authorities instead
    certificate, key  our client certificate with its chain, and its key (PEM)
    user, password, token  to log on with
    intrusive         whether probes may log on and send: attempts count towards a lock-out
    known_hosts       lines of a list of known hosts; null: the keys of an SSH server are shown and not judged
    private_key, passphrase  for logging on to SSH servers
    deprecated        whether old algorithms of SSH may be used
    directory         of an SFTP server that is looked at after the logon
    protection, mechanism  of conversations with mail servers and directories; null: as the URL says
    sender, recipient  whether a mail server takes them is asked, if probes may send
    accept, sap_client, csrf  of requests over HTTP
    style, scope      of requests to token services
    """

    trust: File = ""
    public_trust: bool = False
    certificate: File = ""
    key: Annotated[str, Field(max_length=_FILE, repr=False)] = ""
    user: Line = ""
    password: SecretLine = ""
    token: SecretFile = ""
    intrusive: bool = False
    known_hosts: File | None = None
    private_key: SecretFile = ""
    passphrase: SecretLine = ""
    deprecated: bool = False
    directory: Annotated[str, Field(max_length=4096)] = ""
    protection: Protection | None = None
    mechanism: Mechanism = Mechanism.PLAIN
    sender: Line = ""
    recipient: Line = ""
    accept: Line = ""
    sap_client: Annotated[str, Field(max_length=3)] = ""
    csrf: bool = False
    style: Style = Style.HEADER
    scope: Annotated[str, Field(max_length=4096)] = ""


class TlsAsking(Asking):
    """How to shake hands with a TLS server, besides.

    perspective    receiver: we call it; endpoint: others call it, and `trust` is theirs
    server_name    sent as SNI instead of the host; empty: none; null: the host
    newest         the highest version that is offered
    fetch_issuers  whether missing issuers are fetched from where certificates say they are
    tenant_host    host that is recorded for the tenant whose endpoint this should be
    other_trust    certificates (PEM) that another identity of the sender trusts
    seen           certificates (PEM) that the sender saw, from its own trace
    """

    perspective: Perspective = Perspective.RECEIVER
    server_name: Annotated[str, Field(max_length=_LINE)] | None = None
    newest: Literal["", "1.0", "1.1", "1.2", "1.3"] = ""
    fetch_issuers: bool = False
    tenant_host: Line = ""
    other_trust: File = ""
    seen: File = ""
