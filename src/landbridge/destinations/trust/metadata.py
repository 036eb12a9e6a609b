"""SAML 2.0 metadata of a subaccount: what others import to trust its assertions (destination-service §2.7)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from xml.etree import ElementTree as Xml  # only writes: nothing foreign is parsed here

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

_PREFIXES = {"md": MD, "ds": DS}


def metadata(entity_id: str, certificates: Iterable[str]) -> bytes:
    """The EntityDescriptor.

    entity_id     issuer of the assertions
    certificates  PEM of the active and, if there is one, the passive key pair

    Both roles are described: the subaccount as the one that asks (SP) and the one that asserts (IdP). The endpoints
    are dummies that the format demands: nobody logs on here.
    """
    bodies = [_body(pem) for pem in certificates]
    for prefix, namespace in _PREFIXES.items():
        Xml.register_namespace(prefix, namespace)
    root = Xml.Element(f"{{{MD}}}EntityDescriptor", entityID=entity_id)
    asking = _role(root, "SPSSODescriptor", "AuthnRequestsSigned", bodies)
    endpoint = {"Binding": POST, "Location": f"https://{entity_id}"}
    Xml.SubElement(asking, f"{{{MD}}}AssertionConsumerService", {**endpoint, "index": "0", "isDefault": "true"})
    asserting = _role(root, "IDPSSODescriptor", "WantAuthnRequestsSigned", bodies)
    Xml.SubElement(asserting, f"{{{MD}}}SingleSignOnService", endpoint)
    text: bytes = Xml.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text


def _role(root: Xml.Element, name: str, signed: str, bodies: list[str]) -> Xml.Element:
    role = Xml.SubElement(root, f"{{{MD}}}{name}", {signed: "true", "protocolSupportEnumeration": PROTOCOL})
    for body in bodies:
        descriptor = Xml.SubElement(role, f"{{{MD}}}KeyDescriptor", use="signing")
        data = Xml.SubElement(Xml.SubElement(descriptor, f"{{{DS}}}KeyInfo"), f"{{{DS}}}X509Data")
        Xml.SubElement(data, f"{{{DS}}}X509Certificate").text = body
    return role


def _body(pem: str) -> str:
    """The base64 of a certificate, in one line."""
    return b64encode(x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)).decode()
