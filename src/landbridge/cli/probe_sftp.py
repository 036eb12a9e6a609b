"""`landbridge probe sftp`: the same as for SSH, and a directory."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import msgspec
import typer

from landbridge.cli.probe_options import Behind, Telling, looked
from landbridge.cli.probing import Where
from landbridge.cli.spread import spread
from landbridge.cli.ssh_options import Knocking, scene_of

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


@spread
def sftp(
    where: Where,
    directory: Directory = ".",
    write: Write = False,
    *,
    how: Knocking,
    behind: Behind,
    telling: Telling,
) -> None:
    """Probe, and tell."""
    scene = scene_of(where, "sftp", how, telling.timeout)
    target = msgspec.structs.replace(scene.target, path=directory)
    scene = replace(scene, target=target, ssh=replace(scene.ssh, write=write))
    looked(scene, where, behind, telling)
