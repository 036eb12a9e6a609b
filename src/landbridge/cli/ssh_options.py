"""What the probes of SSH and SFTP servers share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from landbridge.cli.conversing import SECRET
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


def scene_of(
    where: str,
    protocol: str,
    *,
    known_hosts: Path | None,
    user: str,
    login: str | None,
    secret: Path | None,
    private_key: Path | None,
    passphrase: Path | None,
    deprecated: bool,
    seconds: float,
) -> Scene:
    """What the options say. Raises `FaultError` for files that cannot be read, and for a logon without any secret."""
    from landbridge.checks.diallers import DirectDialler
    from landbridge.checks.evidence import Effect
    from landbridge.checks.probe import HARMLESS, Logon, Scene
    from landbridge.checks.terms import SshTerms
    from landbridge.net.clock import system_clock

    target = target_of(where, protocol, 22, ("ssh", "sftp"))
    password = _secret(secret, SECRET) if login is not None else _nothing()
    terms = SshTerms(
        known_hosts=read_text(known_hosts) if known_hosts is not None else None,
        source=str(known_hosts or ""),
        private_key=_secret(private_key, "") if login is not None else _nothing(),
        passphrase=_secret(passphrase, PASSPHRASE),
        deprecated=deprecated,
    )
    if login is not None:
        _check(terms, password, private_key)
    return Scene(
        target=msgspec.structs.replace(target, path="", user=login or user),
        dialler=DirectDialler(),
        clock=system_clock,
        logon=Logon(user=login or "", password=password),
        ssh=terms,
        seconds=seconds,
        allowed=HARMLESS | {Effect.INTRUSIVE} if login is not None else HARMLESS,
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
