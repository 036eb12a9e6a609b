"""The authorities that this machine's public trust store holds; only for those who ask for them."""

from __future__ import annotations

import ssl

from landbridge.checks.handshake import pem
from landbridge.checks.probe import Trust


def public_trust() -> Trust:
    """What public programs on this machine trust."""
    context = ssl.create_default_context()
    return Trust("the public authorities of this machine", tuple(map(pem, context.get_ca_certs(binary_form=True))))
