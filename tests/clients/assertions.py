"""What was handed over to prove a user or an application: tokens, SAML assertions, certificates."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from signxml.verifier import XMLVerifier

SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"


@dataclass(frozen=True)
class Assertion:
    """A SAML assertion whose signature was found to be in order."""

    user: str
    audience: str
    recipient: str


def claims(token: str) -> dict[str, Any]:
    """The claims of a token, unverified."""
    found: dict[str, Any] = json.loads(decoded(token.split(".")[1]))
    return found


def decoded(text: str) -> bytes:
    """Base64 of either alphabet, with or without padding."""
    return base64.urlsafe_b64decode(text.replace("+", "-").replace("/", "_") + "=" * (-len(text) % 4))


def verified_assertion(text: str, certificate_pem: str) -> Assertion:
    """The assertion in its base64; refuses one that is not signed with that certificate's key."""
    signed: Any = XMLVerifier().verify(decoded(text), x509_cert=certificate_pem)
    root = signed.signed_xml
    subject = root.find(f"{SAML}Subject")
    return Assertion(
        subject.findtext(f"{SAML}NameID"),
        root.findtext(f"{SAML}Conditions/{SAML}AudienceRestriction/{SAML}Audience"),
        subject.find(f"{SAML}SubjectConfirmation/{SAML}SubjectConfirmationData").get("Recipient"),
    )


def subject_of(certificate: str) -> str:
    """The subject of a certificate in the base64 of a header."""
    return x509.load_der_x509_certificate(base64.b64decode(certificate)).subject.rfc4514_string()
