"""`landbridge probe ssh`: what an SSH server shows, and whether a user may log on."""

from __future__ import annotations

from landbridge.cli.conversing import Login, SecretFile
from landbridge.cli.options import AsJson
from landbridge.cli.probing import HtmlFile, Seconds, Where, probed
from landbridge.cli.ssh_options import Deprecated, KnownHostsFile, PassphraseFile, PrivateKeyFile, User, scene_of

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


def ssh(
    where: Where,
    known_hosts: KnownHostsFile = None,
    user: User = "",
    login: Login = None,
    secret: SecretFile = None,
    private_key: PrivateKeyFile = None,
    passphrase: PassphraseFile = None,
    deprecated: Deprecated = False,
    timeout: Seconds = 10.0,
    html: HtmlFile = None,
    as_json: AsJson = False,
) -> None:
    """Probe, and tell."""
    scene = scene_of(
        where,
        "ssh",
        known_hosts=known_hosts,
        user=user,
        login=login,
        secret=secret,
        private_key=private_key,
        passphrase=passphrase,
        deprecated=deprecated,
        seconds=timeout,
    )
    probed(scene, as_json, html)
