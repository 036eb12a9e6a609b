"""Whether each certificate of a path may be what it is there: an authority, at that depth, for that name. Pure.

Dates and names of hosts are for the rules; this is what is left of RFC 5280 §6.1 for a server's path.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from landbridge.checks.chains import UNREADABLE, Certificate, name

_UNDERSTOOD = frozenset(
    (
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.NAME_CONSTRAINTS,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.POLICY_CONSTRAINTS,
        ExtensionOID.POLICY_MAPPINGS,
        ExtensionOID.INHIBIT_ANY_POLICY,
        ExtensionOID.CRL_DISTRIBUTION_POINTS,
    )
)
"""Extensions that clients understand; another one that is critical makes them refuse (RFC 5280 §4.2)."""
_FOR_SERVERS = frozenset((ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE))
_UNREADABLE = "its extensions cannot be read"


def unfit(path: tuple[Certificate, ...]) -> tuple[str, ...]:
    """What is wrong, with the server's certificate first and the anchor last."""
    return tuple(_problems(path))


def _problems(path: tuple[Certificate, ...]) -> Iterator[str]:
    for place, one in enumerate(path):
        try:
            reasons = list(_own(one))
            if place:
                reasons += _as_authority(one, path[1:place])
                reasons += _on_names(one, path[0])
        except UNREADABLE:
            reasons = [_UNREADABLE]
        yield from (f"{name(one)} {reason}" for reason in reasons)
    if path and "server" in _forbidden_to(path[0]):
        yield f"{name(path[0])} may not be used by servers (key usage)"


def _own(one: Certificate) -> Iterator[str]:
    """What holds for each place in the path."""
    for extension in one.extensions:
        if extension.critical and extension.oid not in _UNDERSTOOD:
            yield f"has a critical extension that is not understood ({extension.oid.dotted_string})"
        if isinstance(extension.value, x509.ExtendedKeyUsage) and not _FOR_SERVERS & set(extension.value):
            yield "may not be used for servers (extended key usage)"


def _forbidden_to(one: Certificate) -> tuple[str, ...]:
    """Uses that its key usage leaves out."""
    usage = _usage(one)
    if usage is None:
        return ()
    serves = usage.digital_signature or usage.key_encipherment or usage.key_agreement
    return (*(() if serves else ("server",)), *(() if usage.key_cert_sign else ("issue",)))


def _usage(one: Certificate) -> x509.KeyUsage | None:
    try:
        return one.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return None


def _as_authority(one: Certificate, below: tuple[Certificate, ...]) -> Iterator[str]:
    """What an issuer must be allowed. `below` are the issuers between it and the server's certificate."""
    try:
        constraints = one.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        # The oldest roots know no extensions, and are taken all the same.
        if one.version is not x509.Version.v1 or one.issuer != one.subject:
            yield "issues certificates without being an authority"
        return
    if not constraints.ca:
        yield "issues certificates without being an authority"
    elif "issue" in _forbidden_to(one):
        yield "may not issue certificates (key usage)"
    depth = sum(other.issuer != other.subject for other in below)
    if constraints.path_length is not None and depth > constraints.path_length:
        yield f"may have {constraints.path_length} authorities below it, and has {depth}"


def _on_names(one: Certificate, server: Certificate) -> Iterator[str]:
    """What an issuer may not vouch for (RFC 5280 §4.2.1.10): names and addresses."""
    try:
        constraints = one.extensions.get_extension_for_class(x509.NameConstraints).value
        names = list(server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return
    for found in names:
        kind = [other for other in constraints.permitted_subtrees or () if type(other) is type(found)]
        if kind and not any(_within(found, other) for other in kind):
            yield f"may not vouch for {found.value}: it is permitted other names only"
        if any(_within(found, other) for other in constraints.excluded_subtrees or ()):
            yield f"may not vouch for {found.value}: it is excluded"


def _within(found: x509.GeneralName, tree: x509.GeneralName) -> bool:
    if isinstance(found, x509.DNSName) and isinstance(tree, x509.DNSName):
        wanted, end = found.value.lower(), tree.value.lower()
        return not end or wanted == end or wanted.endswith(end if end.startswith(".") else f".{end}")
    if isinstance(found, x509.IPAddress) and isinstance(tree, x509.IPAddress):
        return ip_address(str(found.value)) in ip_network(str(tree.value), strict=False)
    return False
