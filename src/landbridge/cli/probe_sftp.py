"""`landbridge probe sftp`: the same as for SSH, and a directory."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import msgspec
import typer

from landbridge.cli.conversing import Login, SecretFile
from landbridge.cli.options import AsJson
from landbridge.cli.probing import HtmlFile, Seconds, Where, probed
from landbridge.cli.ssh_options import Deprecated, KnownHostsFile, PassphraseFile, PrivateKeyFile, User, scene_of

HELP = """Look at an SFTP server: all that 'probe ssh' looks at, and with --login at a directory as well.

\b
Examples:
  landbridge probe sftp files.example.com --known-hosts known_hosts
  landbridge probe sftp files.example.com --known-hosts known_hosts --login shop --private-key id_ed25519 --directory in
  landbridge probe sftp files.example.com --known-hosts known_hosts --login shop --secret-file pw --directory in --write

A directory without a slash at its beginning is below the login folder. Each part of the path is looked at, then its
content is counted. --write makes an empty file in it, renames it and removes it.
"""

Directory = Annotated[str, typer.Option("--directory", help="Directory to look at; usually the login folder.")]
Write = Annotated[bool, typer.Option("--write", help="Make, rename and remove an empty file in the directory.")]


def sftp(
    where: Where,
    known_hosts: KnownHostsFile = None,
    user: User = "",
    login: Login = None,
    secret: SecretFile = None,
    private_key: PrivateKeyFile = None,
    passphrase: PassphraseFile = None,
    directory: Directory = ".",
    write: Write = False,
    deprecated: Deprecated = False,
    timeout: Seconds = 10.0,
    html: HtmlFile = None,
    as_json: AsJson = False,
) -> None:
    """Probe, and tell."""
    scene = scene_of(
        where,
        "sftp",
        known_hosts=known_hosts,
        user=user,
        login=login,
        secret=secret,
        private_key=private_key,
        passphrase=passphrase,
        deprecated=deprecated,
        seconds=timeout,
    )
    target = msgspec.structs.replace(scene.target, path=directory)
    probed(replace(scene, target=target, ssh=replace(scene.ssh, write=write)), as_json, html)
