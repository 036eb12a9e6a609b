"""Who is to blame when a protocol breaks."""

from __future__ import annotations


class RemoteProtocolError(Exception):
    """The peer broke the protocol; the text says how. The connection cannot go on."""


class LocalProtocolError(Exception):
    """Our own code called a protocol wrongly."""
