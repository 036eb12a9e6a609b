"""A request: what is sent, byte by byte, and what of it may be shown. Pure."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field

from landbridge.checks.http.url import Url, shown
from landbridge.checks.manner import Framing
from landbridge.checks.quotation import redacted
from landbridge.model.secret import Secret
from landbridge.observe.redact import HIDDEN, redact

Header = tuple[str, str | Secret]
_GIVEN_BY_SERVERS = ("cookie", "x-csrf-token")
_SHORTEST = 4
"""Characters: what is shorter occurs by chance."""
_SCHEME = re.compile(r"(Basic|Bearer) ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked.

    purpose  why (`HttpAnswer.purpose`)
    logon    scheme by which it logs on; empty: not at all
    headers  beyond Host (unless it is another one), Accept-Encoding, User-Agent and those of the body
    body     its bytes; None: it has none at all
    open_body  whether the body holds no secret
    """

    purpose: str
    method: str
    url: Url
    headers: tuple[Header, ...] = ()
    logon: str = ""
    body: bytes | None = None
    framing: Framing = Framing.LENGTH
    open_body: bool = False

    @property
    def secret(self) -> bool:
        """Whether a secret of ours may be in it. Session tokens and cookies are the server's own."""
        given = [name.lower() for name, value in self.headers if isinstance(value, Secret)]
        return bool(self.body and not self.open_body) or any(name not in _GIVEN_BY_SERVERS for name in given)

    @property
    def lines(self) -> tuple[Header, ...]:
        """All headers, in the order in which they are sent."""
        length = str(len(self.body or b""))
        body: dict[Framing, tuple[Header, ...]] = {
            Framing.LENGTH: (("Content-Length", length),),
            Framing.NONE: (),
            Framing.CHUNKED: (("Transfer-Encoding", "chunked"),),
            Framing.BOTH: (("Content-Length", length), ("Transfer-Encoding", "chunked")),
        }
        usual: tuple[Header, ...] = (
            ("Host", self.url.authority),
            ("User-Agent", "landbridge"),
            ("Accept-Encoding", "gzip"),
        )
        if any(name == "Host" for name, _ in self.headers):
            usual = usual[1:]
        return (*usual, *self.headers, *(body[self.framing] if self.body is not None else ()))

    @property
    def wire(self) -> bytes:
        """The bytes to send."""
        lines = [f"{self.method} {self.url.path} HTTP/1.1", *(f"{name}: {_text(value)}" for name, value in self.lines)]
        head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
        return head + self._framed()

    def _framed(self) -> bytes:
        body = self.body or b""
        if self.body is None or self.framing in (Framing.LENGTH, Framing.NONE):
            return body
        return (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that an answer might repeat, and that must not be seen there either; the longest first."""
        found: set[str] = set()
        for _, value in self.headers:
            if isinstance(value, Secret):
                found |= _pieces(value.reveal())
        return tuple(sorted((one for one in found if len(one) >= _SHORTEST), key=len, reverse=True))

    @property
    def shown(self) -> tuple[str, ...]:
        """The head without secrets."""
        first = f"{self.method} {shown(self.url.path)} HTTP/1.1"
        return (first, *(f"{name}: {shown_value(name, value)}" for name, value in self.lines))


def _pieces(text: str) -> set[str]:
    """A secret header, and the parts of which it is made: credentials, user and password, values of cookies."""
    pieces = {text, text.partition(" ")[2]}
    if text.startswith("Basic "):
        try:
            pair = base64.b64decode(text[6:]).decode()
        except ValueError:
            pair = ""
        pieces |= {pair, pair.partition(":")[2]}
    return pieces | {part.strip().partition("=")[2] for part in text.split(";")}


def _text(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def shown_value(name: str, value: str | Secret) -> str:
    """The value of a request header without its secret; of cookies the names."""
    if not isinstance(value, Secret):
        return str(redact(redacted(value), name))
    text = value.reveal()
    if name.lower() == "cookie":
        return "; ".join(f"{part.partition('=')[0].strip()}={HIDDEN}" for part in text.split(";"))
    scheme = _SCHEME.match(text)
    return f"{scheme[1]} {HIDDEN}" if scheme else HIDDEN


@dataclass(slots=True)
class Jar:
    """Cookies of one place, with their values: they never leave the probe."""

    values: dict[str, str] = field(default_factory=dict)

    def take(self, headers: tuple[str, ...]) -> None:
        """Remember what Set-Cookie headers set."""
        for header in headers:
            name, found, value = header.partition(";")[0].partition("=")
            if found:
                self.values[name.strip()] = value.strip()

    def without(self, *names: str) -> Jar:
        """The same without some of them."""
        return Jar({name: value for name, value in self.values.items() if name not in names})

    def only(self, names: tuple[str, ...]) -> Jar:
        """Some of them."""
        return Jar({name: value for name, value in self.values.items() if name in names})

    @property
    def header(self) -> tuple[Header, ...]:
        """The Cookie header; none when there is nothing to say."""
        text = "; ".join(f"{name}={value}" for name, value in self.values.items())
        return (("Cookie", Secret(text)),) if text else ()
