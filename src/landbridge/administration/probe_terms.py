"""What a request says about how to ask a system, checked strictly and made ready for probes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from landbridge.api.check_bodies import Asking, TlsAsking
from landbridge.checks import known_hosts
from landbridge.checks.conversation import Conversation
from landbridge.checks.evidence import Target
from landbridge.checks.manner import Manner
from landbridge.checks.pem_file import pem_certificates
from landbridge.checks.plans import PLANS
from landbridge.checks.probe import Logon, Trust
from landbridge.checks.public_trust import public_trust
from landbridge.checks.talk_target import PORTS, talk_target
from landbridge.checks.targets import target_of
from landbridge.checks.terms import SshTerms, TlsTerms
from landbridge.faults import FaultError, fault
from landbridge.model.secret import Secret

_SSH = ("ssh", "sftp")
_MAIL = ("smtp", "imap", "pop3")
_HTTP = ("http", "odata", "soap")
_SOLELY = {
    "known_hosts": _SSH,
    "private_key": _SSH,
    "passphrase": _SSH,
    "deprecated": _SSH,
    "directory": ("sftp",),
    "protection": (*_MAIL, "ldap"),
    "mechanism": _MAIL,
    "sender": ("smtp",),
    "recipient": ("smtp",),
    "accept": _HTTP,
    "sap_client": _HTTP,
    "csrf": _HTTP,
    "style": ("oauth",),
    "scope": ("oauth",),
    **dict.fromkeys(TlsAsking.model_fields.keys() - Asking.model_fields.keys(), ("tls",)),
}
"""Fields that are for some protocols only."""
_SPOKEN = ("user", "password", "token", "sender", "recipient", "accept", "sap_client", "scope", "server_name")
"""Texts that are said in a line."""


def checked_terms(wish: Asking, protocol: str) -> None:
    """That all of it is for the protocol, and holds together. Raises `FaultError` (`platform.request-invalid`)."""
    for name in wish.model_fields_set & _SOLELY.keys():
        if protocol not in _SOLELY[name] and getattr(wish, name) != type(wish).model_fields[name].default:
            _refuse(f"{_shown(name)} is for {' and '.join(_SOLELY[name])}, not for {protocol}")
    for name in _SPOKEN:
        text = getattr(wish, name, "") or ""
        if not text.isprintable() or (name in ("sender", "recipient") and set(text) & set("<> ")):
            _refuse(f"{_shown(name)} holds characters that cannot be said in a line")
    if wish.recipient and not wish.sender:
        _refuse("recipient needs a sender")
    _check_pair(wish)


def _check_pair(wish: Asking) -> None:
    """That the client certificate and its key are there together, and fit."""
    if not wish.certificate and not wish.key:
        return
    try:
        certificate = x509.load_pem_x509_certificate(wish.certificate.encode())
        key = load_pem_private_key(wish.key.encode(), None)
    except (ValueError, TypeError):
        _refuse("certificate and key belong together, in PEM and without a password")
    if certificate.public_key() != key.public_key():
        _refuse("certificate and key do not fit together")


def target_in(wish: Asking, text: str, protocol: str) -> Target:
    """The target, and how to speak with it. Raises `FaultError` (`check.target-invalid`)."""
    if protocol in PORTS:
        talk = Conversation(mechanism=wish.mechanism, sender=wish.sender, recipient=wish.recipient)
        target = talk_target(text, protocol, talk, wish.protection)
    else:
        plan = PLANS[protocol]
        target = target_of(text, protocol, plan.port, plan.schemes)
    if protocol in _SSH:
        target = msgspec.structs.replace(target, path=wish.directory or ("." if protocol == "sftp" else ""))
    perspective = wish.perspective if isinstance(wish, TlsAsking) else target.perspective
    return msgspec.structs.replace(target, user=wish.user, perspective=perspective)


def logon_in(wish: Asking) -> Logon:
    """The secrets of a request."""
    return Logon(
        user=wish.user,
        password=Secret(wish.password),
        token=Secret(wish.token),
        certificate=wish.certificate,
        key=Secret(wish.key),
    )


def manner_in(wish: Asking) -> Manner:
    """How it asks over HTTP."""
    return Manner(accept=wish.accept, sap_client=wish.sap_client, csrf=wish.csrf, style=wish.style, scope=wish.scope)


def ssh_in(wish: Asking) -> SshTerms:
    """How it asks SSH servers. Raises `FaultError` (`platform.request-invalid`)."""
    if wish.known_hosts is not None:
        _, unreadable = known_hosts.read(wish.known_hosts)
        if unreadable:
            _refuse(f"knownHosts: line {unreadable[0]} is no entry of a list of known hosts")
        if len(wish.known_hosts.splitlines()) > known_hosts.MOST_LINES:
            _refuse(f"knownHosts: it has more than {known_hosts.MOST_LINES} lines")
    if wish.private_key:
        _check_private_key(wish)
    return SshTerms(
        known_hosts=wish.known_hosts,
        source="the known hosts in the request" if wish.known_hosts is not None else "",
        private_key=Secret(wish.private_key),
        passphrase=Secret(wish.passphrase),
        deprecated=wish.deprecated,
    )


def _check_private_key(wish: Asking) -> None:
    import asyncssh  # loaded with the first request that needs it

    try:
        asyncssh.import_private_key(wish.private_key, wish.passphrase or None)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        _refuse("privateKey: it is no private key that can be read, or its passphrase is missing or wrong")


def tls_in(wish: TlsAsking) -> TlsTerms:
    """How it shakes hands. Raises `FaultError` (`platform.request-invalid`)."""
    return TlsTerms(
        server_name=wish.server_name,
        newest=wish.newest,
        fetch_issuers=wish.fetch_issuers,
        tenant_host=wish.tenant_host,
        other_trust=_certificates("otherTrust", wish.other_trust),
        seen=_certificates("seen", wish.seen),
    )


def trust_in(trust: str, public: bool) -> Trust:
    """What a request wants certificates to be judged by. Raises `FaultError` (`platform.request-invalid`)."""
    if not trust:
        return public_trust() if public else Trust()
    return Trust("the certificates in the request", tuple(_certificates("trust", trust)))


def _certificates(name: str, text: str) -> tuple[str, ...]:
    try:
        return pem_certificates(text) if text else ()
    except ValueError as error:
        _refuse(f"{name}: {error}")


def _shown(name: str) -> str:
    """A field as it is written in a body."""
    first, *rest = name.split("_")
    return first + "".join(_capitals(rest))


def _capitals(words: Iterable[str]) -> Iterable[str]:
    return (word.capitalize() for word in words)


def _refuse(reason: str) -> NoReturn:
    raise FaultError(fault("platform.request-invalid", reason=reason))
