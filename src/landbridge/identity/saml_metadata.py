"""SAML metadata of a tenant: what administrators of others need to send assertions here (destination-service §5.1)."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from landbridge.identity.issuer import Issuer
from landbridge.identity.saml import EMAIL_FORMAT

_UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"


def metadata(issuer: Issuer, subdomain: str) -> str:
    """An EntityDescriptor: its entity id is the audience of assertions, its consumer the address to send them to."""
    entity = issuer.host(subdomain)
    consumer = f"{issuer.origin(subdomain)}/oauth/token/alias/{entity}"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID={quoteattr(entity)}>\n'
        '  <md:SPSSODescriptor WantAssertionsSigned="true"'
        ' protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">\n'
        f"    <md:NameIDFormat>{EMAIL_FORMAT}</md:NameIDFormat>\n"
        f"    <md:NameIDFormat>{_UNSPECIFIED}</md:NameIDFormat>\n"
        '    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:URI"'
        f' Location={quoteattr(consumer)} index="0" isDefault="true"/>\n'
        "  </md:SPSSODescriptor>\n"
        "</md:EntityDescriptor>\n"
    )
