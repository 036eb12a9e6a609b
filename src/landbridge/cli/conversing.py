"""What the probes of mail servers and directories share: protection, logon, and where the secret comes from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from landbridge.checks.conversation import Conversation, Mechanism, Protection
from landbridge.cli.probe_options import Behind, Judging, Telling, looked
from landbridge.cli.text_file import read_text
from landbridge.faults import FaultError, fault

if TYPE_CHECKING:
    from landbridge.checks.evidence import Target
    from landbridge.checks.probe import Logon, Scene, Trust
    from landbridge.model.secret import Secret

SECRET = "LANDBRIDGE_PROBE_SECRET"
"""Environment variable with the password or token of --login."""

Protected = Annotated[
    Protection | None,
    typer.Option("--protection", help="TLS: as the URL says, else when the server offers it.", show_default=False),
]
Login = Annotated[
    str | None, typer.Option("--login", metavar="USER", help="Log on, once. Failed logons count towards a lock.")
]
SecretFile = Annotated[
    Path | None,
    typer.Option("--secret-file", help=f"File with the password or token; else {SECRET} in the environment."),
]
How = Annotated[Mechanism, typer.Option("--mechanism", help="How to log on.")]


@dataclass(frozen=True, slots=True)
class Talker:
    """How a client of a mail server talks."""

    protection: Protected = None
    login: Login = None
    secret: SecretFile = None
    mechanism: How = Mechanism.PLAIN


def talked(
    where: str, protocol: str, wish: Conversation, talker: Talker, judging: Judging, behind: Behind, telling: Telling
) -> None:
    """Talk with a mail server, and tell."""
    from landbridge.checks.talk_target import talk_target

    wish = msgspec.structs.replace(wish, mechanism=talker.mechanism)
    target = talk_target(where, protocol, wish, talker.protection)
    logon = logon_with(judging.logon, talker.login, talker.secret, talker.mechanism)
    looked(conversing(target, logon, judging.anchors, telling.timeout), where, behind, telling)


def conversing(target: Target, logon: Logon, trust: Trust, seconds: float) -> Scene:
    """The scene of a conversation; a logon, and addresses to be tried, are permission for them."""
    from landbridge.checks.diallers import DirectDialler
    from landbridge.checks.evidence import Effect
    from landbridge.checks.probe import Scene
    from landbridge.net.clock import system_clock

    allowed = {Effect.PASSIVE, Effect.HANDSHAKE, Effect.SAFE}
    if logon.user or target.conversation.sender:
        allowed.add(Effect.INTRUSIVE)
    return Scene(
        target=msgspec.structs.replace(target, user=logon.user),
        dialler=DirectDialler(),
        clock=system_clock,
        logon=logon,
        trust=trust,
        seconds=seconds,
        allowed=frozenset(allowed),
    )


def logon_with(logon: Logon, user: str | None, file: Path | None, mechanism: Mechanism) -> Logon:
    """A logon with the user and secret that were given.

    Raises `FaultError` for one that is incomplete or holds control characters.
    """
    from dataclasses import replace

    from landbridge.model.secret import Secret

    if user is None:
        return logon
    said = _secret(file)
    plain(user, "--login")
    plain(said.reveal(), "the secret")
    is_token = mechanism is Mechanism.OAUTH
    nothing = Secret("")
    return replace(logon, user=user, password=nothing if is_token else said, token=said if is_token else nothing)


def _secret(file: Path | None) -> Secret:
    from landbridge.model.secret import Secret

    said = os.environ.get(SECRET, "") if file is None else read_text(file).rstrip("\r\n")
    if not said:
        raise _usage(f"--login needs a secret: give --secret-file, or set {SECRET}")
    return Secret(said)


def plain(text: str, option: str) -> str:
    """A text that is said in a line. Raises `FaultError` for one that would not stay in it."""
    if not text.isprintable() or any(character in text for character in "<>" if option in ("--from", "--to")):
        raise _usage(f"{option} holds characters that cannot be said in a line")
    return text


def _usage(problem: str) -> FaultError:
    return FaultError(fault("platform.usage", problem=problem, command="landbridge probe"))
