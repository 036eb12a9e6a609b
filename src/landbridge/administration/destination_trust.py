"""Whom the client of a destination trusts: the trust store that the destination names."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.serialization import Encoding

from landbridge.checks.probe import Trust
from landbridge.destinations.keystores.reading import read
from landbridge.faults import FaultError
from landbridge.model.secret import Secret


def trust_store(properties: Mapping[str, str], certificates: Sequence[Mapping[str, str]]) -> Trust | None:
    """The destination's trust store, out of the certificates of a find answer; None when it names none.

    A store that is not there, or cannot be opened, trusts nothing: neither does the client of the destination.
    """
    name = properties.get("TrustStoreLocation", "")
    if not name:
        return None
    source = f"the trust store {name} of the destination"
    content = next((one.get("Content", "") for one in certificates if one.get("Name") == name), None)
    if content is None:
        return Trust(f"{source}, which is missing")
    password = properties.get("TrustStorePassword", "")
    try:
        held = read(name, base64.b64decode(content, validate=True), Secret(password), open_keys=False).certificates
    except (FaultError, binascii.Error):
        return Trust(f"{source}, which cannot be opened")
    return Trust(source, tuple(one.public_bytes(Encoding.PEM).decode() for one in held))
