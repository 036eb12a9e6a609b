"""Makes and signs SAML 2.0 assertions (saml-core-2.0, saml-bearer; destination-service §4.7). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree

from landbridge.destinations.keystores.material import KeyMaterial

LIFE = 600
"""Seconds from now that an assertion is valid."""
EARLIER = 300
"""Seconds before now from which on it is valid: the receiver's clock may be behind."""

_SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
_DS = "http://www.w3.org/2000/09/xmldsig#"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"


class Unwritable(ValueError):
    """The assertion cannot be made; the message completes "no assertion can be made: ..."."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an assertion says.

    now         its time of issue, seconds since the epoch
    attributes  values by name; a name without values is left out
    """

    id: str
    now: float
    issuer: str
    user_id: str = field(repr=False)
    name_id_format: str
    name_qualifier: str
    recipient: str
    audience: str
    context_class: str
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)


def signed(assertion: Assertion, keys: KeyMaterial, include_certificate: bool) -> bytes:
    """The assertion in XML, with an enveloped signature behind its issuer. Raises `Unwritable`."""
    from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm  # slow to load, and this is a thread
    from signxml.signer import XMLSigner

    signer = XMLSigner(
        signature_algorithm=_method(keys),
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    try:
        root = _tree(assertion)
    except ValueError:  # what XML cannot hold: control characters
        raise Unwritable("a value that goes into it holds characters that XML does not allow") from None
    done = signer.sign(
        root, key=keys.key_pem, cert=keys.certificate_pem, reference_uri=f"#{assertion.id}", id_attribute="ID"
    )
    if not include_certificate:
        _without_key_info(done)
    return bytes(etree.tostring(done))


def _method(keys: KeyMaterial) -> str:
    """The name of the signature method, as the library spells it."""
    if isinstance(keys.key, rsa.RSAPrivateKey):
        return "rsa-sha256"
    if isinstance(keys.key, ec.EllipticCurvePrivateKey):
        return "ecdsa-sha256"
    raise Unwritable("the signing key is neither an RSA nor an EC key")


def _without_key_info(root: etree._Element) -> None:
    """The key info is no part of what is signed."""
    for info in root.findall(f"{{{_DS}}}Signature/{{{_DS}}}KeyInfo"):
        info.getparent().remove(info)


def _tree(assertion: Assertion) -> etree._Element:
    root = etree.Element(_name("Assertion"), nsmap={"saml2": _SAML})
    root.set("ID", assertion.id)
    root.set("IssueInstant", _time(assertion.now))
    root.set("Version", "2.0")
    _add(root, "Issuer", assertion.issuer)
    etree.SubElement(root, f"{{{_DS}}}Signature", Id="placeholder", nsmap={"ds": _DS})
    _subject(root, assertion)
    conditions = _add(root, "Conditions", **_window(assertion))
    _add(_add(conditions, "AudienceRestriction"), "Audience", assertion.audience)
    statement = _add(root, "AuthnStatement", AuthnInstant=_time(assertion.now), SessionIndex=assertion.id)
    _add(_add(statement, "AuthnContext"), "AuthnContextClassRef", assertion.context_class)
    _attributes(root, assertion.attributes)
    return root


def _subject(root: etree._Element, assertion: Assertion) -> None:
    subject = _add(root, "Subject")
    qualifier = {"NameQualifier": assertion.name_qualifier} if assertion.name_qualifier else {}
    _add(subject, "NameID", assertion.user_id, Format=assertion.name_id_format, **qualifier)
    confirmation = _add(subject, "SubjectConfirmation", Method=_BEARER)
    ends = _window(assertion)["NotOnOrAfter"]
    _add(confirmation, "SubjectConfirmationData", NotOnOrAfter=ends, Recipient=assertion.recipient)


def _attributes(root: etree._Element, attributes: Mapping[str, tuple[str, ...]]) -> None:
    """A statement without attributes is not allowed, so there may be none."""
    if not attributes:
        return
    statement = _add(root, "AttributeStatement")
    for name, values in attributes.items():
        attribute = _add(statement, "Attribute", Name=name, NameFormat=_BASIC)
        for value in values:
            _add(attribute, "AttributeValue", value)


def _window(assertion: Assertion) -> dict[str, str]:
    return {"NotBefore": _time(assertion.now - EARLIER), "NotOnOrAfter": _time(assertion.now + LIFE)}


def _add(parent: etree._Element, name: str, text: str | None = None, /, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, _name(name), attributes)
    element.text = text
    return element


def _name(name: str) -> str:
    return f"{{{_SAML}}}{name}"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
