"""Destinations on the Internet that name a trust store: by it their target is judged, as their clients do."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from landbridge.lab.pki import leaf, root
from landbridge.lab.scenario import HEALTHY, Scenario, Stage, Staged
from landbridge.lab.scenarios.world_stage import Story, internet, stage
from landbridge.lab.servers.blocking import listening, server_context, tls
from landbridge.lab.servers.web import answer, web
from landbridge.model.certificate import StoredCertificate
from landbridge.model.secret import Secret

FAILURE = "outbound.cert-path"
STORE = "partners.pem"


def _with_store(text: str, *, trusted: bool) -> Stage:
    """An HTTPS server, and a destination whose trust store holds its authority, or another one."""

    def staged(folder: Path) -> AbstractAsyncContextManager[Staged]:
        return _staged(folder)

    @asynccontextmanager
    async def _staged(folder: Path) -> AsyncIterator[Staged]:
        top, other = root("Lab Root"), root("Another Root")
        pair = leaf(top)
        context = server_context(pair, folder, chain=pair.chain_pem + top.pem)
        with listening(tls(context, web(lambda call: answer(200, body="ok")))) as port:
            held = top if trusted else other
            story = Story(
                text,
                internet(f"https://localhost:{port}/", TrustStoreLocation=STORE),
                connector=False,
                settings={"check_targets": ("127.0.0.0/8",)},
                certificates=(StoredCertificate(STORE, "CERTIFICATE", _content(held.pem)),),
            )
            async with stage(story)(folder) as ready:
                yield ready

    return staged


def _content(pem: str) -> Secret:
    return Secret(base64.b64encode(pem.encode()).decode())


SCENARIOS = (
    Scenario(FAILURE, "root-missing", _with_store("Its trust store lacks the root.", trusted=False), "trust-store"),
    Scenario(HEALTHY, "internet", _with_store("Its trust store holds the root.", trusted=True), "trust-store"),
)
