"""Conversations with mail servers and directories, in the order in which they go."""

from __future__ import annotations

from collections.abc import Mapping

from landbridge.checks.observations.fact import Fact

_ENDS = {
    "silent": "the server says nothing",
    "closed": "the server closes the connection",
    "reset": "the server resets the connection",
    "garbled": "what the server says is not this protocol",
    "endless": "the server does not stop talking",
    "unsafe": "the server went on in plain text where TLS was agreed",
    "left": "it does not lead on, so we leave",
}


class Greeted(Fact, frozen=True, tag="greeted"):
    """How the server began. `code` is the reply code of SMTP; 0 elsewhere."""

    port: int
    text: str
    welcome: bool
    code: int = 0

    @property
    def good(self) -> bool:
        return self.welcome

    @property
    def line(self) -> str:
        return f"port {self.port} greets with {self.text!r}"

    @property
    def lasting(self) -> Mapping[str, str]:
        """The name by which it introduces itself; what follows is often the time of day."""
        words = self.text.split()
        return {"greeting": " ".join(words[:2])} if self.welcome else {}


class Offered(Fact, frozen=True, tag="offered"):
    """What the server can do, as it says itself. `secured`: it was asked under TLS."""

    features: tuple[str, ...]
    secured: bool = False

    @property
    def line(self) -> str:
        return f"{'under TLS' if self.secured else 'in plain text'}: {', '.join(self.features) or 'nothing'}"


class StartTlsAnswered(Fact, frozen=True, tag="starttls-answered"):
    """What the server said to our wish to change to TLS."""

    agreed: bool
    text: str

    @property
    def good(self) -> bool:
        return self.agreed

    @property
    def line(self) -> str:
        return f"STARTTLS: {self.text}"


class TalkEnded(Fact, frozen=True, tag="talk-ended"):
    """The conversation ended before its time.

    stage    what we waited for: "greeting", "features", "starttls", "logon", "addresses", "content"
    problem  "silent" · "closed" · "reset" · "garbled" · "endless" · "unsafe" · "left" (we ended it)
    secured  whether TLS was on
    text     the line that was not understood, when it is "garbled"
    """

    stage: str
    problem: str
    secured: bool = False
    text: str = ""

    @property
    def good(self) -> bool:
        return False

    @property
    def ends(self) -> bool:
        return True

    @property
    def line(self) -> str:
        return f"{self.stage}: {_ENDS[self.problem]}{f': {self.text!r}' if self.text else ''}"


class SpeaksTls(Fact, frozen=True, tag="speaks-tls"):
    """A port that is silent in plain text shakes hands at once; `text` is its greeting then."""

    text: str = ""

    @property
    def good(self) -> bool:
        return False

    @property
    def line(self) -> str:
        return f"the port speaks TLS from the first byte: {self.text!r}" if self.text else "the port speaks TLS"


class PortBeside(Fact, frozen=True, tag="port-beside"):
    """Another port of the same host. `problem` is empty when it greets as a mail server does.

    It is never in our way, so it is good in any case.
    """

    port: int
    text: str = ""
    problem: str = ""

    @property
    def greets(self) -> bool:
        """Whether mail could be handed over there."""
        return not self.problem

    @property
    def line(self) -> str:
        return f"port {self.port}: {self.problem or repr(self.text)}"


class LogonTried(Fact, frozen=True, tag="logon-tried"):
    """A logon. `mechanism` is empty when the server offers none that we have; then nothing was said.

    wanted  mechanisms that would have done
    code    reply code (SMTP), result code (LDAP); -1 where the protocol has none
    """

    wanted: tuple[str, ...]
    mechanism: str = ""
    accepted: bool = False
    code: int = -1
    text: str = ""

    @property
    def good(self) -> bool:
        return self.accepted

    @property
    def line(self) -> str:
        if not self.mechanism:
            return f"none of {', '.join(self.wanted)} is offered, so no logon was tried"
        return f"{self.mechanism}: {'accepted' if self.accepted else f'refused, {self.text!r}'}"


class SecretKept(Fact, frozen=True, tag="secret-kept"):
    """The secret was not said, because of the connection."""

    reason: str

    @property
    def good(self) -> bool:
        return False

    @property
    def line(self) -> str:
        return f"no logon was tried: {self.reason}"


class AddressAsked(Fact, frozen=True, tag="address-asked"):
    """Whether the server takes a sender or a recipient. `role` is "sender" or "recipient"."""

    role: str
    accepted: bool
    code: int
    text: str
    logged_on: bool = False

    @property
    def good(self) -> bool:
        return self.accepted

    @property
    def line(self) -> str:
        return f"{self.role}: {self.text}"


class MailboxSeen(Fact, frozen=True, tag="mailbox-seen"):
    """What is in the mailbox; -1: not counted."""

    messages: int
    unseen: int = -1
    folders: int = -1

    @property
    def line(self) -> str:
        parts = [f"{self.messages} messages"]
        parts += [f"{self.unseen} unseen"] if self.unseen >= 0 else []
        parts += [f"{self.folders} folders"] if self.folders >= 0 else []
        return ", ".join(parts)


class DirectorySeen(Fact, frozen=True, tag="directory-seen"):
    """The root entry of a directory (RFC 4512 §5.1), as far as it shows it without a logon."""

    contexts: tuple[str, ...] = ()
    vendor: str = ""
    versions: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        return f"{self.vendor or 'a directory'} with {', '.join(self.contexts) or 'no context that it shows'}"

    @property
    def lasting(self) -> Mapping[str, str]:
        return {"contexts": ", ".join(self.contexts)} if self.contexts else {}
