"""Mail servers and directories as people write them: the scheme and the port say whether TLS comes first. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from landbridge.checks.conversation import Conversation, Protection
from landbridge.checks.evidence import Target
from landbridge.checks.targets import target_of

PORTS: Mapping[str, Mapping[str, int]] = {
    "smtp": {"smtp": 25, "smtps": 465},
    "imap": {"imap": 143, "imaps": 993},
    "pop3": {"pop3": 110, "pop3s": 995},
    "ldap": {"ldap": 389, "ldaps": 636},
}
"""The usual ports by protocol and scheme. The second scheme stands for TLS from the first byte."""


def talk_target(text: str, protocol: str, wish: Conversation, protection: Protection | None = None) -> Target:
    """The target in a text, and how to speak there. `protection` is what somebody insists on.

    Raises `FaultError` (`check.target-invalid`).
    """
    ports = PORTS[protocol]
    plain, secured = ports
    scheme = text.partition("://")[0].lower() if "://" in text else plain
    target = target_of(text, protocol, dict.fromkeys(ports, 0), (plain, secured))
    wish = replace(wish, port_given=bool(target.port))
    if scheme == secured or target.port == ports[secured]:
        wish = replace(wish, protection=Protection.TLS)
    if protection is not None:
        wish = replace(wish, protection=protection)
    return replace(target, port=target.port or ports[scheme], conversation=wish)
