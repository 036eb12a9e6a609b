"""SSH and SFTP servers with which nothing is wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from landbridge.lab.scenario import HEALTHY, Scenario, Staged
from landbridge.lab.scenarios.ssh_stage import SshTarget, command, line, stage
from landbridge.lab.servers.ssh import PASSWORD, USER, SshSetup, host_key, ssh_server


def _plain(folder: Path) -> SshTarget:
    key = host_key()
    return SshTarget(SshSetup((key,)), (line(key),))


def _several_kinds(folder: Path) -> SshTarget:
    keys = (host_key("ssh-rsa"), host_key("ssh-ed25519"))
    known = ("*.example.test ssh-rsa no-key", line(keys[1]))
    return SshTarget(SshSetup(keys, password=PASSWORD), known, login=True, user=USER, password=PASSWORD)


def _rotation(folder: Path) -> SshTarget:
    """Old and new key stand side by side while the server changes from one to the other."""
    key = host_key()
    return SshTarget(SshSetup((key,)), (line(host_key()), line(key)))


def _no_list(folder: Path) -> SshTarget:
    key = host_key()
    return SshTarget(SshSetup((key,), password=PASSWORD), (line(key, "[*]:{port}"),), user=USER)


def _password(folder: Path) -> SshTarget:
    key = host_key()
    return SshTarget(SshSetup((key,), password=PASSWORD), (line(key),), login=True, user=USER, password=PASSWORD)


def _files(folder: Path) -> SshTarget:
    (folder / "files" / "in").mkdir(parents=True)
    key, ours = host_key(), host_key("ecdsa-sha2-nistp256")
    setup = SshSetup((key,), key=ours.export_public_key().decode(), folder=folder / "files")
    more = ("--directory", "in", "--write")
    return SshTarget(setup, (line(key),), "sftp", login=True, user=USER, key=ours, options=more)


def _both(folder: Path) -> SshTarget:
    key, ours = host_key(), host_key()
    setup = SshSetup((key,), key=ours.export_public_key().decode(), password=PASSWORD, dual=True)
    return SshTarget(setup, (line(key),), login=True, user=USER, key=ours, password=PASSWORD)


def _old_and_allowed(folder: Path) -> SshTarget:
    key = host_key("ssh-rsa")
    setup = SshSetup((key,), kex=("diffie-hellman-group1-sha1",), shows=("ssh-rsa",))
    return SshTarget(setup, (line(key),), options=("--deprecated",))


@asynccontextmanager
async def _hashed(folder: Path) -> AsyncIterator[Staged]:
    """The names in the list are hashed, as some systems do it."""
    key = host_key()
    setup = SshSetup((key,))
    async with ssh_server(setup) as port:
        salt = os.urandom(20)
        digest = hmac.digest(salt, f"[localhost]:{port}".encode(), hashlib.sha1)
        name = f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"
        yield Staged(command(folder, SshTarget(setup, (line(key, name),)), port), "The stored name is hashed.")


SCENARIOS = (
    Scenario(HEALTHY, "ssh", stage("A server as it should be.", _plain)),
    Scenario(HEALTHY, "ssh", stage("Of two kinds of keys one is stored.", _several_kinds), "kinds"),
    Scenario(HEALTHY, "ssh", stage("Two keys are stored, the new one is shown.", _rotation), "rotation"),
    Scenario(HEALTHY, "ssh", stage("A pattern is stored.", _no_list), "pattern"),
    Scenario(HEALTHY, "ssh", _hashed, "hashed"),
    Scenario(HEALTHY, "ssh", stage("The password is right.", _password), "password"),
    Scenario(HEALTHY, "ssh", stage("It wants key and password, and gets both.", _both), "dual"),
    Scenario(HEALTHY, "ssh", stage("It is old, and that is allowed.", _old_and_allowed), "old"),
    Scenario(HEALTHY, "sftp", stage("The directory can be read and written.", _files)),
)
