"""What the probes over HTTP share: how the client asks, and what it logs on with."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from landbridge.checks.manner import Framing, Manner
from landbridge.cli.conversing import SECRET, plain
from landbridge.cli.probing import target_of
from landbridge.cli.text_file import read_text
from landbridge.faults import FaultError, fault

if TYPE_CHECKING:
    from landbridge.checks.probe import Logon, Scene, Trust
    from landbridge.model.secret import Secret

Login = Annotated[
    str | None,
    typer.Option("--login", "--user", metavar="USER", help="Log on, once. Failed logons count towards a lock."),
]
SecretFile = Annotated[
    Path | None,
    typer.Option("--secret-file", help=f"File with the password or token; else {SECRET} in the environment."),
]
Bearer = Annotated[bool, typer.Option("--bearer", help="The secret is a token, sent as Bearer; --login is not needed.")]
Headers = Annotated[
    list[str] | None, typer.Option("--header", metavar="'NAME: VALUE'", help="Send this header too; may be repeated.")
]
Accept = Annotated[str, typer.Option("--accept", help="Content that the client wants; a login page is none of it.")]
Follow = Annotated[bool, typer.Option("--follow", help="Follow redirects; secrets stay with the first place.")]
SapClient = Annotated[str, typer.Option("--sap-client", help="Client of the ABAP system in which the user lives.")]
Csrf = Annotated[bool, typer.Option("--csrf", help="The client fetches a token (X-CSRF-Token) before it changes.")]
Post = Annotated[bool, typer.Option("--post", help="Make a POST as well. It may change something at the target.")]
BodyFile = Annotated[Path | None, typer.Option("--body", help="File with the body of the POST. Usually there is none.")]
ContentType = Annotated[str, typer.Option("--content-type", help="Kind of that body.")]
How = Annotated[Framing, typer.Option("--framing", help="How the client says the length of the body.")]
Cookies = Annotated[str, typer.Option("--cookies", help="Cookies that it sends back: all, none, or NAME,NAME.")]


@dataclass(frozen=True, slots=True)
class Asker:
    """How the client of an HTTP target asks, whatever it asks for."""

    login: Login = None
    secret: SecretFile = None
    bearer: Bearer = False
    header: Headers = None
    follow: Follow = False
    sap_client: SapClient = ""
    body: BodyFile = None

    def logged_on(self, logon: Logon) -> Logon:
        """A logon with user and secret, if they were given. Raises `FaultError` for one that is incomplete."""
        return logon_for(logon, self.login, self.secret, self.bearer)

    @property
    def manner(self) -> Manner:
        """Its way of asking. Raises `FaultError`."""
        return Manner(
            headers=headers_of(self.header),
            follow=self.follow,
            sap_client=self.sap_client,
            body=body_of(self.body),
        )


def asking(
    where: str, protocol: str, trust: Trust, logon: Logon, manner: Manner, *, post: bool, seconds: float
) -> Scene:
    """The scene of a probe over HTTP. Raises `FaultError`."""
    from landbridge.checks.diallers import DirectDialler
    from landbridge.checks.evidence import Effect
    from landbridge.checks.http.url import PORTS
    from landbridge.checks.probe import HARMLESS, Scene
    from landbridge.net.clock import system_clock

    target = target_of(where, protocol, PORTS, ("https", "http"))
    return Scene(
        target=msgspec.structs.replace(target, user=logon.user),
        dialler=DirectDialler(),
        clock=system_clock,
        logon=logon,
        trust=trust,
        manner=manner,
        seconds=seconds,
        allowed=HARMLESS | {Effect.INTRUSIVE} if post else HARMLESS,
    )


def logon_for(logon: Logon, user: str | None, file: Path | None, bearer: bool) -> Logon:
    """A logon with the user and secret that were given. Raises `FaultError` for one that is incomplete."""
    if user is None and not bearer:
        return logon
    if user is not None and ":" in plain(user, "--login") and not bearer:
        raise _usage("--login holds a colon, which a user cannot have over HTTP")
    said = secret_of(file)
    if bearer:
        return replace(logon, user=user or "", token=said)
    return replace(logon, user=user or "", password=said)


def secret_of(file: Path | None) -> Secret:
    """The secret that a user gave. Raises `FaultError` when there is none."""
    from landbridge.model.secret import Secret

    said = os.environ.get(SECRET, "") if file is None else read_text(file).rstrip("\r\n")
    if not said:
        raise _usage(f"a logon needs a secret: give --secret-file, or set {SECRET}")
    plain(said, "the secret")
    return Secret(said)


def headers_of(lines: list[str] | None) -> tuple[tuple[str, str | Secret], ...]:
    """Headers as `Name: value`; values of names that hold secrets are kept as such. Raises `FaultError`."""
    return tuple(_header(line) for line in lines or ())


def _header(line: str) -> tuple[str, str | Secret]:
    from landbridge.model.secret import Secret
    from landbridge.observe.redact import HIDDEN, redact

    name, found, value = (part.strip() for part in line.partition(":"))
    if not found or not name.replace("-", "").replace("_", "").isalnum() or not line.isascii():
        raise _usage("--header has the form 'Name: value'")
    plain(value, "--header")
    return (name, Secret(value) if redact(value, name) == HIDDEN else value)


def body_of(file: Path | None) -> bytes:
    """The body that a user gave; empty when there is none. Raises `FaultError`."""
    return read_text(file).encode() if file is not None else b""


def _usage(problem: str) -> FaultError:
    return FaultError(fault("platform.usage", problem=problem, command="landbridge probe"))
