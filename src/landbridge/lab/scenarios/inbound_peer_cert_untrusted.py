"""inbound.peer-cert-untrusted: senders that do not trust our entrance (failure-catalogue, row 2)."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from landbridge.checks.diallers import DirectDialler
from landbridge.checks.evidence import Perspective, Target
from landbridge.checks.history import good
from landbridge.checks.memory import folder as memory
from landbridge.checks.memory import remember
from landbridge.checks.plan import observe
from landbridge.checks.plans import PLANS
from landbridge.checks.probe import Scene, Trust
from landbridge.lab.pki import Pair, intermediate, leaf, root
from landbridge.lab.scenario import HEALTHY, Scenario, Staged
from landbridge.lab.scenarios.tls_stage import TlsTarget, by_name, stage
from landbridge.lab.servers.blocking import file, listening, server_context, tls
from landbridge.net.clock import system_clock

FAILURE = "inbound.peer-cert-untrusted"
_ENDPOINT = ("--as", "endpoint")


def _root_missing() -> TlsTarget:
    top = root("Public Root")
    pair = leaf(intermediate(top, "Public Issuing CA"))
    return TlsTarget(pair, root("Old Root").pem, chain=pair.chain_pem + top.pem, options=_ENDPOINT)


def _root_missing_and_not_sent() -> TlsTarget:
    pair = leaf(intermediate(root("Public Root"), "Public Issuing CA"))
    return TlsTarget(pair, root("Old Root").pem, options=_ENDPOINT)


def _own_issuer() -> TlsTarget:
    return TlsTarget(leaf(None), root("Old Root").pem, options=_ENDPOINT)


def _wrong_list() -> TlsTarget:
    top = root("Public Root")
    pair = leaf(intermediate(top, "Public Issuing CA"))
    return TlsTarget(pair, root("Old Root").pem, other_trust=top.pem, options=_ENDPOINT)


def _inspected() -> TlsTarget:
    top = root("Public Root")
    shown = leaf(root("Company Inspection CA"))
    return TlsTarget(leaf(top), top.pem, seen=shown.chain_pem, options=_ENDPOINT)


def _no_name() -> TlsTarget:
    return _default(options=(*_ENDPOINT, "--server-name", ""))


def _no_name_in_trace() -> TlsTarget:
    usual = leaf(root("Hosting Root"), ["hosting.example.test"])
    return _default(usual, seen=usual.pem)


def _default(usual: Pair | None = None, seen: str = "", options: tuple[str, ...] = _ENDPOINT) -> TlsTarget:
    """An entrance that shows its own certificate only to those who name it."""
    top = root("Public Root")
    usual = usual or leaf(root("Hosting Root"), ["hosting.example.test"])
    return TlsTarget(usual, top.pem, adjust=by_name(leaf(top)), seen=seen, options=options)


def _other_name() -> TlsTarget:
    top = root("Public Root")
    return TlsTarget(leaf(top, ["tenant.example.test"]), top.pem, options=_ENDPOINT)


def _expired() -> TlsTarget:
    top = root("Public Root")
    return TlsTarget(leaf(top, days=10, age=30), top.pem, options=_ENDPOINT)


def _early() -> TlsTarget:
    top = root("Public Root")
    return TlsTarget(leaf(top, age=-5), top.pem, options=_ENDPOINT)


def _unusable() -> TlsTarget:
    top = root("Public Root")
    return TlsTarget(leaf(intermediate(top, "Issuing CA", issues=False)), top.pem, options=_ENDPOINT)


def _too_new() -> TlsTarget:
    def newer(context: ssl.SSLContext) -> None:
        context.minimum_version = ssl.TLSVersion.TLSv1_3

    top = root("Public Root")
    return TlsTarget(leaf(top), top.pem, adjust=newer, options=(*_ENDPOINT, "--tls", "1.1"))


@asynccontextmanager
async def _incomplete(folder: Path) -> AsyncIterator[Staged]:
    """The intermediate is not sent, and browsers fetch it."""
    top = root("Public Root")
    issuing = intermediate(top, "Public Issuing CA")
    with listening(file(issuing.certificate.public_bytes(serialization.Encoding.DER))) as port:
        pair = leaf(issuing, issuer_address=f"http://localhost:{port}/issuing.cer")
        target = TlsTarget(pair, top.pem, chain=pair.pem, options=(*_ENDPOINT, "--fetch-issuers"))
        async with stage("The entrance sends its certificate alone.", lambda: target)(folder) as staged:
            yield staged


@asynccontextmanager
async def _rotated(folder: Path) -> AsyncIterator[Staged]:
    old, new = root("Old Root"), root("New Root")
    trusted = folder / "trusted.pem"
    trusted.write_text(old.pem)
    shown: list[Pair] = [leaf(old)]
    with listening(lambda connection: tls(server_context(shown[-1], folder))(connection)) as port:
        target = Target(protocol="tls", host="localhost", port=port, perspective=Perspective.ENDPOINT)
        trust = Trust(str(trusted), (old.pem,))
        scene = Scene(target=target, dialler=DirectDialler(), clock=system_clock, trust=trust)
        remember(target, good(await observe(scene, PLANS["tls"].probes)), memory())
        shown.append(leaf(new))
        command = ("probe", "tls", f"localhost:{port}", *_ENDPOINT, "--trust", str(trusted))
        yield Staged(command, "The entrance has a certificate of a new root, which senders do not have.")


def _healthy() -> TlsTarget:
    top = root("Public Root")
    pair = leaf(intermediate(top, "Public Issuing CA"))
    return TlsTarget(pair, top.pem, seen=pair.pem, other_trust=root("Old Root").pem, options=_ENDPOINT)


SCENARIOS = (
    Scenario(FAILURE, "root-missing", stage("The sender does not have the root.", _root_missing)),
    Scenario(FAILURE, "root-missing", stage("Nor is the root sent.", _root_missing_and_not_sent), "not-sent"),
    Scenario(FAILURE, "root-missing", stage("The certificate is its own issuer.", _own_issuer), "self-signed"),
    Scenario(FAILURE, "wrong-pse", stage("Another identity of the sender has it.", _wrong_list)),
    Scenario(FAILURE, "our-chain-incomplete", _incomplete),
    Scenario(FAILURE, "root-rotated", _rotated),
    Scenario(FAILURE, "tls-inspection", stage("The sender saw another certificate.", _inspected)),
    Scenario(FAILURE, "no-sni", stage("The sender sends no name.", _no_name)),
    Scenario(FAILURE, "no-sni", stage("The sender saw the default certificate.", _no_name_in_trace), "trace"),
    Scenario(FAILURE, "name-mismatch", stage("The certificate is for another name.", _other_name)),
    Scenario(FAILURE, "expired", stage("The certificate ended.", _expired)),
    Scenario(FAILURE, "not-yet-valid", stage("The certificate has not begun.", _early)),
    Scenario(FAILURE, "unusable-link", stage("The issuer's key may not sign certificates.", _unusable)),
    Scenario(FAILURE, "protocol-or-closed", stage("The sender's TLS is too old.", _too_new)),
    Scenario(HEALTHY, "endpoint", stage("An entrance as it should be, seen by its sender.", _healthy)),
    Scenario(HEALTHY, "endpoint", stage("It needs the name, and gets it.", _default), "by-name"),
)
