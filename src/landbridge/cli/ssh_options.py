"""What the probes of SSH and SFTP servers share."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from landbridge.cli.conversing import SECRET, Login, SecretFile
from landbridge.cli.probing import target_of
from landbridge.cli.text_file import read_text
from landbridge.faults import FaultError, fault

if TYPE_CHECKING:
    from landbridge.checks.probe import Scene
    from landbridge.checks.terms import SshTerms
    from landbridge.model.secret import Secret

PASSPHRASE = "LANDBRIDGE_PROBE_PASSPHRASE"
"""Environment variable with what opens --private-key."""

KnownHostsFile = Annotated[
    Path | None, typer.Option("--known-hosts", help="List of known hosts: compare the server's keys with it.")
]
User = Annotated[str, typer.Option("--user", help="Ask how this user may log on, without trying.")]
PrivateKeyFile = Annotated[Path | None, typer.Option("--private-key", help="File with our private key, for --login.")]
PassphraseFile = Annotated[
    Path | None, typer.Option("--passphrase-file", help=f"File with what opens the key; else {PASSPHRASE}.")
]
Deprecated = Annotated[
    bool, typer.Option("--deprecated", help="Use old algorithms too, as channels can be allowed to.")
]


@dataclass(frozen=True, slots=True)
class Knocking:
    """How a probe knocks at an SSH server."""

    known_hosts: KnownHostsFile = None
    user: User = ""
    login: Login = None
    secret: SecretFile = None
    private_key: PrivateKeyFile = None
    passphrase: PassphraseFile = None
    deprecated: Deprecated = False


def scene_of(where: str, protocol: str, how: Knocking, seconds: float) -> Scene:
    """What the options say. Raises `FaultError` for files that cannot be read, and for a logon without any secret."""
    from landbridge.checks.diallers import DirectDialler
    from landbridge.checks.evidence import Effect
    from landbridge.checks.probe import HARMLESS, Logon, Scene
    from landbridge.checks.terms import SshTerms
    from landbridge.net.clock import system_clock

    target = target_of(where, protocol, 22, ("ssh", "sftp"))
    logs_on = how.login is not None
    password = _secret(how.secret, SECRET) if logs_on else _nothing()
    terms = SshTerms(
        known_hosts=read_text(how.known_hosts) if how.known_hosts is not None else None,
        source=str(how.known_hosts or ""),
        private_key=_secret(how.private_key, "") if logs_on else _nothing(),
        passphrase=_secret(how.passphrase, PASSPHRASE),
        deprecated=how.deprecated,
    )
    if logs_on:
        _check(terms, password, how.private_key)
    return Scene(
        target=msgspec.structs.replace(target, path="", user=how.login or how.user),
        dialler=DirectDialler(),
        clock=system_clock,
        logon=Logon(user=how.login or "", password=password),
        ssh=terms,
        seconds=seconds,
        allowed=HARMLESS | {Effect.INTRUSIVE} if logs_on else HARMLESS,
    )


def _check(terms: SshTerms, password: Secret, file: Path | None) -> None:
    """That there is something to log on with, and that the key can be opened."""
    import asyncssh

    if not password and not terms.private_key:
        problem = f"--login needs --secret-file, {SECRET} or --private-key"
        raise FaultError(fault("platform.usage", problem=problem, command="landbridge probe"))
    if terms.private_key:
        try:
            asyncssh.import_private_key(terms.private_key.reveal(), terms.passphrase.reveal() or None)
        except asyncssh.KeyEncryptionError:
            reason = "its passphrase is missing or wrong"
            raise FaultError(fault("platform.file-unreadable", file=file, reason=reason)) from None
        except asyncssh.KeyImportError:
            reason = (
                "it is no private key that can be read, or its passphrase is missing; "
                "a key that OpenSSH has encrypted must be in the form PKCS#8 (ssh-keygen -p -m PKCS8)"
            )
            raise FaultError(fault("platform.file-unreadable", file=file, reason=reason)) from None


def _secret(file: Path | None, variable: str) -> Secret:
    from landbridge.model.secret import Secret

    if file is not None:
        return Secret(read_text(file).rstrip("\r\n") if variable else read_text(file))
    return Secret(os.environ.get(variable, "") if variable else "")


def _nothing() -> Secret:
    from landbridge.model.secret import Secret

    return Secret("")
