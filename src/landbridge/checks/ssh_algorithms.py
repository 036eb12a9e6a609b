"""What our side offers in SSH: what is good today, and what a channel may allow besides for old servers."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

from asyncssh import encryption, kex, mac, public_key
from cryptography.utils import CryptographyDeprecationWarning

from landbridge.checks.observations.ssh import Algorithms

# Old servers are looked at on purpose: that their key exchange is old is a finding, and no news for the terminal.
warnings.filterwarnings("ignore", category=CryptographyDeprecationWarning, module=r"asyncssh\.crypto\.dh")

_OLD = frozenset(
    (
        "ssh-rsa",
        "ssh-dss",
        "diffie-hellman-group1-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha1",
        "rsa1024-sha1",
    )
)
"""Broken, or resting on SHA-1; the library still has some of them among its defaults."""


def _kept(names: Iterable[bytes]) -> tuple[str, ...]:
    """Without those that need Kerberos, which nobody has here."""
    return tuple(name for name in map(bytes.decode, names) if not name.startswith("gss-"))


def modern() -> Algorithms:
    """What we offer."""
    return Algorithms(
        kex=_good(kex.get_default_kex_algs()),
        host_key=_good(public_key.get_default_public_key_algs()),
        cipher=_good(encryption.get_default_encryption_algs()),
        mac=_good(mac.get_default_mac_algs()),
    )


def _good(names: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(name for name in _kept(names) if name not in _OLD)


def everything() -> Algorithms:
    """What the library can do at all."""
    return Algorithms(
        kex=_kept(kex.get_kex_algs()),
        host_key=_kept(public_key.get_public_key_algs()),
        cipher=_kept(encryption.get_encryption_algs()),
        mac=_kept(mac.get_mac_algs()),
    )
