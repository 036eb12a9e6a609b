"""What probes saw: plain facts, one type for each kind of fact, ready to be stored and judged again.

For: probes, which make them; rules, which judge them; reports, which show them.
Enters: facts of one measurement. Leaves: frozen structs that become JSON and come back (`evidence`).
Must never: hold a secret, judge, do I/O. A fact says whether its layer carried (`good`); what that means is for rules.
"""

from __future__ import annotations

from landbridge.checks.observations.connector import BackendAnswered, BackendConnected, ConnectorState, MappingSeen
from landbridge.checks.observations.conversation import (
    AddressAsked,
    DirectorySeen,
    Greeted,
    LogonTried,
    MailboxSeen,
    Offered,
    PortBeside,
    SecretKept,
    SpeaksTls,
    StartTlsAnswered,
    TalkEnded,
)
from landbridge.checks.observations.destination import (
    ClaimsSeen,
    ConnectorAsked,
    ConnectorsListed,
    DestinationSeen,
    DoorAnswered,
    EditorSeen,
    NamesTaken,
    TokenRetrieved,
)
from landbridge.checks.observations.http import HttpAnswer, LogonGiven
from landbridge.checks.observations.http_services import ODataDescribed, SoapDescribed, TokenAnswered
from landbridge.checks.observations.network import AddressTried, NameResolved, NothingSeen
from landbridge.checks.observations.ssh import KnownHosts, SftpPath, SshHostKey, SshLogin, SshMethods, SshServer
from landbridge.checks.observations.tls import OurCertificate, SpeaksPlain, TlsHandshake, TrustAnchors
from landbridge.checks.observations.tunnel import ConnectionRested, TrafficWatched, TunnelPinged
from landbridge.checks.observations.way import (
    IssuerFetched,
    NameElsewhere,
    OtherTrust,
    ProxyTried,
    SenderSaw,
    TenantHost,
)

_Conversation = (
    Greeted
    | Offered
    | StartTlsAnswered
    | TalkEnded
    | SpeaksPlain
    | SpeaksTls
    | PortBeside
    | LogonTried
    | SecretKept
    | AddressAsked
    | MailboxSeen
    | DirectorySeen
)

_Ssh = SshServer | SshHostKey | KnownHosts | SshMethods | SshLogin | SftpPath
_Http = HttpAnswer | LogonGiven | TokenAnswered | ODataDescribed | SoapDescribed
_Way = NameElsewhere | ProxyTried | TenantHost | OtherTrust | SenderSaw | IssuerFetched
_Connector = ConnectorState | MappingSeen | BackendConnected | BackendAnswered
_Destination = (
    DestinationSeen
    | TokenRetrieved
    | ClaimsSeen
    | ConnectorsListed
    | ConnectorAsked
    | DoorAnswered
    | EditorSeen
    | NamesTaken
)

_Tunnel = TunnelPinged | TrafficWatched | ConnectionRested

Observation = (
    NameResolved
    | AddressTried
    | NothingSeen
    | TlsHandshake
    | OurCertificate
    | TrustAnchors
    | _Conversation
    | _Ssh
    | _Http
    | _Way
    | _Connector
    | _Destination
    | _Tunnel
)
"""Every kind of fact. A new kind is added here, and then evidence can hold it."""

__all__ = [
    "AddressAsked",
    "AddressTried",
    "BackendAnswered",
    "BackendConnected",
    "ClaimsSeen",
    "ConnectionRested",
    "ConnectorAsked",
    "ConnectorState",
    "ConnectorsListed",
    "DestinationSeen",
    "DirectorySeen",
    "DoorAnswered",
    "EditorSeen",
    "Greeted",
    "HttpAnswer",
    "IssuerFetched",
    "KnownHosts",
    "LogonGiven",
    "LogonTried",
    "MailboxSeen",
    "MappingSeen",
    "NameElsewhere",
    "NameResolved",
    "NamesTaken",
    "NothingSeen",
    "ODataDescribed",
    "Observation",
    "Offered",
    "OtherTrust",
    "OurCertificate",
    "PortBeside",
    "ProxyTried",
    "SecretKept",
    "SenderSaw",
    "SftpPath",
    "SoapDescribed",
    "SpeaksPlain",
    "SpeaksTls",
    "SshHostKey",
    "SshLogin",
    "SshMethods",
    "SshServer",
    "StartTlsAnswered",
    "TalkEnded",
    "TenantHost",
    "TlsHandshake",
    "TokenAnswered",
    "TokenRetrieved",
    "TrafficWatched",
    "TrustAnchors",
    "TunnelPinged",
]
