"""The API of certificates and trust in process, on a clock that tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from landbridge.api import certificates, destination_labels, trust
from landbridge.api.app import create_app
from landbridge.destinations.certificates.generation import Generator
from landbridge.destinations.certificates.kind import CERTIFICATE
from landbridge.destinations.certificates.renewal import Renewal
from landbridge.destinations.certificates.service import CertificateService
from landbridge.destinations.entrance import Entrance
from landbridge.destinations.labels import Labelling
from landbridge.destinations.trust.service import TrustService
from landbridge.identity.authority import Authority
from landbridge.identity.request_limit import RequestLimit
from tests.api.destination_api import Api
from tests.destinations.scene import NOW, open_scene

BODY_LIMIT = 2 * 1024 * 1024


@dataclass
class Time:
    """A clock that stands still until it is moved."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class CertificateApi(Api):
    """With what the certificates are made by."""

    time: Time = field(default_factory=Time)
    authority: Authority | None = None
    renewal: Renewal | None = None
    dropped: list[str] = field(default_factory=list)


@asynccontextmanager
async def open_certificates(folder: Path) -> AsyncIterator[CertificateApi]:
    async with open_scene(folder) as scene:
        time, dropped = Time(), list[str]()
        authority = await Authority.load(scene.db, time)
        generator = Generator(authority, time, "api.test")
        entrance = Entrance(scene.db, scene.verifier, RequestLimit(time))
        service = TrustService(scene.db, entrance, "land.test", time, lambda: dropped.append("all"))
        routers = [
            destination_labels.router(entrance, {"Certificates": Labelling(scene.db, CERTIFICATE)}),
            certificates.router(entrance, CertificateService(scene.db, generator)),
            trust.router(service),
        ]
        app = create_app(routers, _nothing, [], body_limit=BODY_LIMIT)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test") as client:
            renewal = Renewal(scene.db, generator, time)
            yield CertificateApi(scene, app, client, time, authority, renewal, dropped)


async def _nothing(*_: object) -> list[str]:
    return []
