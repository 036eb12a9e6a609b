"""What commands of `landbridge probe` have in common: options, and where a probe is made (here, or by a connector)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any

from landbridge.cli.options import DATA, AsJson, Data
from landbridge.cli.probing import (
    CertificateFile,
    HtmlFile,
    KeyFile,
    Location,
    PublicTrust,
    Seconds,
    Through,
    TrustFile,
    TrustPassword,
    addressed,
    logon_of,
    probed,
    through,
    trust_of,
)
from landbridge.faults import FaultError, fault

if TYPE_CHECKING:
    from landbridge.checks.probe import Logon, Scene, Trust

LONGEST = 30.0
"""Seconds that a connector is given for each measurement, at most."""


@dataclass(frozen=True, slots=True)
class Telling:
    """How long it may take, and how it is told."""

    timeout: Seconds = 10.0
    html: HtmlFile = None
    as_json: AsJson = False


@dataclass(frozen=True, slots=True)
class Judging:
    """What certificates are judged by, and our own."""

    trust: TrustFile = None
    trust_password: TrustPassword = None
    public_trust: PublicTrust = False
    certificate: CertificateFile = None
    key: KeyFile = None

    @property
    def anchors(self) -> Trust:
        """What to judge by. Raises `FaultError` for a file that holds no certificates."""
        return trust_of(self.trust, self.public_trust, self.trust_password)

    @property
    def logon(self) -> Logon:
        """Our client certificate. Raises `FaultError` when one of the two files is missing."""
        return logon_of(self.certificate, self.key)


@dataclass(frozen=True, slots=True)
class Behind:
    """The connector that looks, if one does."""

    subaccount: Through = ""
    location: Location = ""
    data: Data = DATA


def looked(scene: Scene, where: str, behind: Behind, telling: Telling) -> None:
    """Make the probes, here or through a connector; tell the report, and end with its exit code.

    where  the target as it was written
    """
    if not behind.subaccount:
        probed(scene, telling.as_json, telling.html)
        return
    _check(scene)
    wish = {"target": where, "protocol": scene.target.protocol, **_wish(scene)}
    pass_on(wish, behind, telling)


def pass_on(wish: dict[str, object], behind: Behind, telling: Telling) -> None:
    """Have a connector look, tell the report, and end with its exit code."""
    wish = {**wish, "location": behind.location, "seconds": min(telling.timeout, LONGEST)}
    through(behind.subaccount, wish, behind.data, telling.as_json, telling.html)


def or_by_connector(scheme: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The command, but where a connector is named, that one looks at the target, in its own way and no other.

    The command takes dataclasses of options by keyword; `behind` and `telling` are two of them.
    """

    def around(command: Callable[..., None]) -> Callable[..., None]:
        usual = {name: one.default for name, one in signature(command).parameters.items()}

        @functools.wraps(command)
        def called(*, where: str, behind: Behind, telling: Telling, **ways: Any) -> None:
            if not behind.subaccount:
                command(where=where, behind=behind, telling=telling, **ways)
                return
            if any((given or None) != (usual.get(name) or None) for name, given in _each(ways)):
                problem = "of the options, --location, --data, --timeout, --html and --json go with --subaccount here"
                raise FaultError(fault("platform.usage", problem=problem, command="landbridge probe"))
            pass_on({"target": addressed(where, scheme)}, behind, telling)

        return called

    return around


def _each(ways: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every option by its name; those of dataclasses have no usual value but none."""
    for name, given in ways.items():
        if is_dataclass(given):
            yield from ((one.name, getattr(given, one.name)) for one in fields(given))
        else:
            yield name, given


def _check(scene: Scene) -> None:
    """That nothing is wished for that connectors are not told. Raises `FaultError` (`platform.usage`)."""
    from landbridge.checks.manner import ALL_COOKIES, Framing

    manner = scene.manner
    told = not (manner.headers or manner.follow or manner.body or scene.ssh.write)
    if not told or manner.cookies != ALL_COOKIES or manner.framing is not Framing.LENGTH:
        problem = "--header, --follow, --body, --cookies, --framing and --write do not go with --subaccount"
        raise FaultError(fault("platform.usage", problem=problem, command="landbridge probe"))


def _wish(scene: Scene) -> dict[str, object]:
    """The scene in the words of the API; what is as usual is left out."""
    from landbridge.checks.evidence import Effect

    talk, manner, logon, ssh, target = (
        scene.target.conversation,
        scene.manner,
        scene.logon,
        scene.ssh,
        scene.target,
    )
    said: dict[str, object] = {
        "trust": "\n".join(scene.trust.certificates),
        "certificate": logon.certificate,
        "key": logon.key.reveal(),
        "user": target.user,
        "password": logon.password.reveal(),
        "token": logon.token.reveal(),
        "intrusive": Effect.INTRUSIVE in scene.allowed,
        "privateKey": ssh.private_key.reveal(),
        "passphrase": ssh.passphrase.reveal(),
        "deprecated": ssh.deprecated,
        "directory": target.path if target.protocol == "sftp" else "",
        "sender": talk.sender,
        "recipient": talk.recipient,
        "accept": manner.accept.replace("*/*", ""),
        "sapClient": manner.sap_client,
        "csrf": manner.csrf,
        "scope": manner.scope,
    }
    if target.protocol == "oauth":
        said["style"] = manner.style.value
    if ssh.known_hosts is not None:
        said["knownHosts"] = ssh.known_hosts
    if target.protocol in ("smtp", "imap", "pop3", "ldap"):
        said["protection"] = talk.protection.value
    if target.protocol in ("smtp", "imap", "pop3"):
        said["mechanism"] = talk.mechanism.value
    return {name: value for name, value in said.items() if value not in ("", False)}
