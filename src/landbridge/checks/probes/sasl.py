"""Logging on step by step (SASL, RFC 4422): what we answer to what a server asks. Pure."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence

from landbridge.checks.conversation import Mechanism
from landbridge.checks.probe import Logon
from landbridge.checks.probes.lines import Broken, Lines

NAMES = {
    Mechanism.PLAIN: ("PLAIN", "LOGIN"),
    Mechanism.ENCRYPTED: ("CRAM-MD5",),
    Mechanism.OAUTH: ("XOAUTH2",),
}
"""Mechanisms that we have, the better one first."""
_MOST_STEPS = 4
_ALWAYS_PROVING = frozenset(("CRAM-MD5",))


def chosen(wanted: Sequence[str], offered: Sequence[str]) -> str:
    """The first wanted one that is offered; empty when none is."""
    upper = {one.upper() for one in offered}
    return next((one for one in wanted if one in upper), "")


def keeps_the_secret(mechanism: str) -> bool:
    """Whether those who listen do not learn the secret."""
    return mechanism in _ALWAYS_PROVING


def answer(mechanism: str, step: int, challenge: bytes, logon: Logon) -> bytes:
    """Our answer in that step, from 0 on. Empty where there is nothing more to say."""
    user, password = logon.user.encode(), logon.password.reveal().encode()
    match mechanism, step:
        case "PLAIN", 0:
            return b"\0" + user + b"\0" + password
        case "LOGIN", 0:
            return user
        case "LOGIN", 1:
            return password
        case "CRAM-MD5", 0:
            return user + b" " + hmac.new(password, challenge, "md5").hexdigest().encode()
        case "XOAUTH2", 0:
            return b"user=" + user + b"\x01auth=Bearer " + logon.token.reveal().encode() + b"\x01\x01"
        case _:
            return b""


async def steps(lines: Lines, mechanism: str, mark: str, logon: Logon) -> str:
    """Answer every line that begins with `mark`; the first other line is the verdict. Raises `Broken`."""
    for step in range(_MOST_STEPS):
        line = await lines.line()
        if not line.startswith(mark):
            return line
        try:
            challenge = base64.b64decode(line[len(mark) :].strip())
        except binascii.Error:
            raise Broken("garbled") from None
        await lines.say(base64.b64encode(answer(mechanism, step, challenge, logon)).decode())
    raise Broken("endless")
