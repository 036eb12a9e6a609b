"""`landbridge probe ssh`: what an SSH server shows, and whether a user may log on."""

from __future__ import annotations

from landbridge.cli.probe_options import Behind, Telling, looked
from landbridge.cli.probing import Where
from landbridge.cli.spread import spread
from landbridge.cli.ssh_options import Knocking, scene_of

HELP = """Look at an SSH server: greeting, what it offers, its host keys of every kind, how users may log on.

\b
Examples:
  landbridge probe ssh files.example.com --known-hosts known_hosts
  landbridge probe ssh files.example.com:2222 --known-hosts known_hosts --user shop
  landbridge probe ssh files.example.com --known-hosts known_hosts --login shop --secret-file password.txt
  landbridge probe ssh files.example.com --known-hosts known_hosts --login shop --private-key id_ed25519

The keys are shown, also when they are not the stored ones, with the line to add. --user asks for the ways of logging on
and tries none. --login tries once, with the password, the key, or both; and only where the server's key is a known one.
"""


@spread
def ssh(
    where: Where,
    *,
    how: Knocking,
    behind: Behind,
    telling: Telling,
) -> None:
    """Probe, and tell."""
    scene = scene_of(where, "ssh", how, telling.timeout)
    looked(scene, where, behind, telling)
