"""When a logon to an SSH server makes sense. The library is loaded with the first of them, not before."""

from __future__ import annotations

from collections.abc import Sequence

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.observations import KnownHosts, Observation, SshHostKey
from landbridge.checks.probe import Probe, Scene


async def _methods(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    from landbridge.checks.probes.ssh_login import methods

    return await methods(scene, evidence)


async def _login(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    from landbridge.checks.probes.ssh_login import login

    return await login(scene, evidence)


def _user_given(scene: Scene, evidence: Evidence) -> str:
    return "" if scene.target.user else "no user was given"


def _may_log_on(scene: Scene, evidence: Evidence) -> str:
    if not scene.logon.password and not scene.ssh.private_key:
        return "neither a password nor a key was given"
    known = evidence.first(KnownHosts)
    if known is None:
        return "no list of known hosts was given, and secrets go to known servers only"
    stored = {entry.fingerprint for entry in known.entries if entry.form == "exact" and not entry.marker}
    revoked = {entry.fingerprint for entry in known.entries if entry.form == "exact" and entry.marker == "revoked"}
    shown = {fact.fingerprint for fact in evidence.all(SshHostKey)}
    return "" if shown & stored - revoked else "the server's key is not the known one"


METHODS = Probe("methods", Layer.AUTHENTICATION, Effect.SAFE, _methods, after=("host-keys",), ready=_user_given)
LOGIN = Probe("login", Layer.AUTHENTICATION, Effect.INTRUSIVE, _login, after=("methods",), ready=_may_log_on)
