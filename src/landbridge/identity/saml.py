"""SAML 2.0 assertions as proof of a person (RFC 7522): signature first, then only what was signed is read.

Unsafe XML (document types, entities) is refused before anything is looked at; of a document with several assertions
only the signed element counts, so that none can be wrapped around another.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

ASSERTION_LIMIT = 65_536
LEEWAY = 60.0
EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"

_SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_NAMES = {"saml": _SAML}


class AssertionRejected(Exception):
    """An assertion that is not accepted; the text completes "the assertion is not accepted: ".

    expired  when it ended (seconds since the epoch), if that is the reason
    """

    def __init__(self, detail: str, expired: float | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.expired = expired


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a verified assertion says about its person."""

    issuer: str
    name: str
    name_format: str
    attributes: Mapping[str, tuple[str, ...]]


def decode(text: str) -> bytes:
    """The XML of an assertion parameter: base64url, or plain base64 as some clients send it."""
    compact = "".join(text.split())
    if len(compact) > ASSERTION_LIMIT:
        raise AssertionRejected(f"it is longer than {ASSERTION_LIMIT} characters")
    standard = compact.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except binascii.Error:
        raise AssertionRejected("it is not base64") from None


def issuer_of(xml: bytes) -> str:
    """The issuer that the document names, unverified: it only says whose certificates to take."""
    root = _parse(xml)
    found = root.find("saml:Issuer", _NAMES) if root.tag == f"{{{_SAML}}}Assertion" else None
    if found is None:
        raise AssertionRejected("it is no SAML 2.0 assertion with an issuer")
    return (found.text or "").strip()


def verify(
    xml: bytes, certificates: Sequence[str], audiences: Sequence[str], recipients: Sequence[str], now: float
) -> Assertion:
    """The assertion in `xml`, signed by the key of one of `certificates` (PEM) and good for us now.

    audiences   names under which we may be meant; an assertion without a restriction is not accepted
    recipients  addresses of the token endpoint; paths are compared, because hosts change behind proxies

    Raises `AssertionRejected`.
    """
    signed = _signed_element(xml, certificates, now)
    _check_conditions(signed, audiences, now)
    _check_confirmation(signed, recipients, now)
    name = signed.find("saml:Subject/saml:NameID", _NAMES)
    if name is None or not (name.text or "").strip():
        raise AssertionRejected("it names nobody (no NameID)")
    issuer = signed.findtext("saml:Issuer", "", _NAMES).strip()
    return Assertion(issuer, name.text.strip(), name.get("Format", ""), _attributes(signed))


def _parse(xml: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        raise AssertionRejected("it is not well-formed XML") from None
    if root.getroottree().docinfo.doctype or next(root.iter(etree.Entity), None) is not None:
        raise AssertionRejected("it has a document type, which is not allowed")
    return root


def _signed_element(xml: bytes, certificates: Sequence[str], now: float) -> Any:
    """What the signature covers; it has to be the assertion itself."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from lxml import etree
    from signxml.exceptions import SignXMLException
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    root = _parse(xml)
    config = SignatureConfiguration(
        location="./", ignore_ambiguous_key_info=True, verification_time=datetime.fromtimestamp(now, UTC)
    )
    for certificate in certificates:
        try:
            result = XMLVerifier().verify(root, x509_cert=certificate, id_attribute="ID", expect_config=config)
        except (SignXMLException, UnsupportedAlgorithm, ValueError, TypeError, etree.LxmlError):
            continue
        assert not isinstance(result, list)  # one reference was expected
        signed = result.signed_xml
        if signed is not None and signed.tag == f"{{{_SAML}}}Assertion" and signed.get("ID") == root.get("ID"):
            return signed
    raise AssertionRejected("its signature is missing or wrong, or the certificate of its signer is not valid now")


def _check_conditions(signed: Any, audiences: Sequence[str], now: float) -> None:
    conditions = signed.find("saml:Conditions", _NAMES)
    if conditions is None:
        raise AssertionRejected("it has no conditions")
    if conditions.get("NotOnOrAfter") is None:
        raise AssertionRejected("it never expires (its conditions have no NotOnOrAfter)")
    _check_window(conditions, now)
    named = [(one.text or "").strip() for one in conditions.iterfind("saml:AudienceRestriction/saml:Audience", _NAMES)]
    if not set(named) & set(audiences):
        told = f"'{named[0][:200]}'" if named else "nobody"
        raise AssertionRejected(f"its audience is {told}, not '{audiences[0]}'")


def _check_confirmation(signed: Any, recipients: Sequence[str], now: float) -> None:
    """One bearer confirmation has to hold."""
    reason = AssertionRejected("it has no bearer confirmation")
    for confirmation in signed.iterfind("saml:Subject/saml:SubjectConfirmation", _NAMES):
        if confirmation.get("Method") != _BEARER:
            continue
        data = confirmation.find("saml:SubjectConfirmationData", _NAMES)
        try:
            _check_data(data, recipients, now)
        except AssertionRejected as rejected:
            reason = rejected
            continue
        return
    raise reason


def _check_data(data: Any, recipients: Sequence[str], now: float) -> None:
    if data is None:
        return
    _check_window(data, now)
    recipient = data.get("Recipient", "")
    if recipient and _path(recipient) not in {_path(one) for one in recipients}:
        raise AssertionRejected(f"it is for the recipient '{recipient[:200]}', not '{recipients[0]}'")


def _check_window(element: Any, now: float) -> None:
    begins, ends = _moment(element, "NotBefore"), _moment(element, "NotOnOrAfter")
    if ends is not None and ends + LEEWAY <= now:
        raise AssertionRejected("it has expired", ends)
    if begins is not None and begins - LEEWAY > now:
        raise AssertionRejected("it is not valid yet")


def _moment(element: Any, name: str) -> float | None:
    text = element.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise AssertionRejected(f"its {name} is no time") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _path(url: str) -> str:
    return "/" + url.partition("://")[2].partition("/")[2].partition("?")[0]


def _attributes(signed: Any) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for attribute in signed.iterfind("saml:AttributeStatement/saml:Attribute", _NAMES):
        values = tuple("".join(value.itertext()) for value in attribute.iterfind("saml:AttributeValue", _NAMES))
        name = attribute.get("Name", "")
        found[name] = found.get(name, ()) + values
    return MappingProxyType(found)
