"""HTTP: what was asked, and what came back. Values of cookies, tokens and logons are never in it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from landbridge.checks.observations.fact import Fact

NO_ANSWER = {
    "silent": "the connection is taken, and no answer comes",
    "closed": "the connection is closed without an answer",
    "reset": "the connection is reset without an answer",
    "not-http": "what comes back is not HTTP",
    "too-large": "the head of the answer has no end within 64 KiB",
    "tls": "the TLS handshake fails",
    "untrusted": "nothing vouches for the server, so no secret was sent to it",
    "forbidden": "the address may not be called from here",
    "not-exposed": "the connector does not expose that path",
    "loop": "the redirects lead back to where they came from",
    "far": "there are more redirects than are followed",
    "unreadable": "the redirect leads to no HTTP address",
}
"""What became of requests that got no status. Where the way itself failed, it is a `DialProblem`."""


class Cookie(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cookie that was set: everything but its value.

    max_age  seconds that it lives; None: it does not say
    """

    name: str
    domain: str = ""
    path: str = ""
    secure: bool = False
    http_only: bool = False
    same_site: str = ""
    max_age: int | None = None


class Phases(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Milliseconds from the beginning: connected, TLS agreed, first byte of the answer, end. 0: it did not happen."""

    connected: float = 0.0
    secured: float = 0.0
    first_byte: float = 0.0
    ended: float = 0.0


class HttpAnswer(Fact, frozen=True, tag="http-answer"):
    """One request and what became of it.

    purpose   why it was sent: answer, again, logon, csrf-head, csrf-get, post, post-..., metadata, token, head
    url       where it went, without secrets; `address` is the one that was connected to
    sent      head of the request, line by line, secrets hidden
    logon     how it logged on: Basic, Bearer, certificate; empty: not at all
    problem   why there is no status: a key of `NO_ANSWER` or a `DialProblem`; `detail` says more
    headers   as they came, values that may be secret hidden
    cookies   that were set
    token     whether X-CSRF-Token brought one
    body      the beginning of the content; `size` are the bytes that were read; `whole` when it ended there
    page      what HTML holds: "form", "password" (a form that asks for one), "saml" (a form that carries a request),
              "script" (one that takes browsers to a login)
    """

    purpose: str
    method: str
    url: str
    address: str = ""
    sent: tuple[str, ...] = ()
    logon: str = ""
    problem: str = ""
    detail: str = ""
    version: str = ""
    status: int = 0
    phrase: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[Cookie, ...] = ()
    token: bool = False
    body: str = ""
    size: int = 0
    whole: bool = True
    page: str = ""
    phases: Phases = msgspec.field(default_factory=Phases)

    @property
    def good(self) -> bool:
        """An answer below 500 (the official reading of a check), but not one that refuses a logon."""
        return bool(self.status) and self.status < 500 and not (self.logon and self.status == 401)

    @property
    def line(self) -> str:
        asked = f"{self.method} {self.url}" + (f" as {self.logon}" if self.logon else "")
        if self.problem:
            said = NO_ANSWER.get(self.problem, self.detail or self.problem)
            return f"{asked}: {said}" + (f" ({self.detail})" if self.detail and self.detail != said else "")
        return f"{asked}: {self.status} {self.phrase}".rstrip() + f"{self._details} ({self.phases.ended:g} ms)"

    @property
    def _details(self) -> str:
        """What people look for in a head."""
        names = ", ".join(cookie.name for cookie in self.cookies)
        parts = (
            (" to ", self.header("location")),
            (", it wants ", "; ".join(self.headers_of("www-authenticate"))),
            (", from ", self.header("server")),
            (" by way of ", "; ".join(self.headers_of("via"))),
            (", Retry-After ", self.header("retry-after")),
            (", cookies ", names),
        )
        return "".join(f"{label}{value}" for label, value in parts if value)

    @property
    def lasting(self) -> Mapping[str, str]:
        return {f"status of {self.purpose}": str(self.status)} if self.status else {}

    def header(self, name: str) -> str:
        """The first value of a header; `name` in lower case; empty when it is not there."""
        return next((value for found, value in self.headers if found.lower() == name), "")

    def headers_of(self, name: str) -> tuple[str, ...]:
        """All values of a header; `name` in lower case."""
        return tuple(value for found, value in self.headers if found.lower() == name)

    def sent_header(self, name: str) -> str:
        """A header of the request, as far as it is shown; `name` in lower case."""
        pairs = (line.partition(": ") for line in self.sent[1:])
        return next((value for found, _, value in pairs if found.lower() == name), "")


class LogonGiven(Fact, frozen=True, tag="logon-given"):
    """What the requests of the run log on with; never a secret.

    scheme         Basic, Bearer, certificate; empty: nothing was given
    outside_ascii  whether user or password hold other characters than those of ASCII
    sap_client     client of the ABAP system in which the user lives, as far as that was said
    expires        end of the token (seconds since the epoch); 0: it does not say
    """

    scheme: str = ""
    user: str = ""
    outside_ascii: bool = False
    sap_client: str = ""
    expires: float = 0.0

    @property
    def good(self) -> bool:
        """What is given says nothing about what becomes of it."""
        return False

    @property
    def line(self) -> str:
        who = f" as {self.user}" if self.user else ""
        where = f", who lives in client {self.sap_client}" if self.sap_client else ""
        return f"logs on with {self.scheme}{who}{where}" if self.scheme else "nothing to log on with"
