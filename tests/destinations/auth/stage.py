"""Fetching tokens without a store: a source, and a level whose content a test writes down itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID
from joserfc import jws
from joserfc.jwk import RSAKey

from landbridge.destinations.auth.context import Inputs, TokenContext
from landbridge.destinations.auth.tokens import TokenSource
from landbridge.destinations.keystores.material import KeyMaterial, PrivateKey
from landbridge.faults import FaultError, fault
from landbridge.identity.verify import TokenVerifier
from landbridge.model.destination import Destination
from landbridge.model.reach import Reach
from landbridge.model.token import VerifiedToken

NOW = 1_800_000_000.0
ACME = "11111111-aaaa-4bbb-8ccc-222222222222"
GLOBEX = "22222222-aaaa-4bbb-8ccc-222222222222"
ENTITY = f"cfapps.example.test/{ACME}"

_KEYS: dict[str, Callable[[], PrivateKey]] = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}


@cache
def material(name: str, kind: str = "rsa") -> KeyMaterial:
    """A key with a self-signed certificate, the same one for the whole run."""
    key = _KEYS[kind]()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, None if kind == "ed25519" else hashes.SHA256())
    )
    return KeyMaterial(key, certificate)


@cache
def signing_key(kid: str = "key-1") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "alg": "RS256"})


def signed(claims: Mapping[str, object], key: RSAKey | None = None, **header: str) -> str:
    """A token, signed with our key unless said otherwise."""
    head = {"alg": "RS256", "kid": "key-1", "typ": "JWT", **header}
    return jws.serialize_compact(head, json.dumps(claims), key or signing_key(), algorithms=["RS256"])


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


class OneKey:
    """Our token service's only key."""

    epoch = 0

    def key(self, kid: str) -> RSAKey | None:
        return signing_key() if kid == "key-1" else None


@dataclass
class Level:
    """What a level holds: the lookup that the find algorithm brings along."""

    destinations: dict[str, Destination] = field(default_factory=dict)
    keystores: dict[str, tuple[KeyMaterial, str]] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)
    subscribers: set[str] = field(default_factory=set)
    fragments: list[tuple[str, tuple[str, ...], bool]] = field(default_factory=list)
    trust: KeyMaterial = field(default_factory=lambda: material("trust"))

    async def destination(self, name: str, fragments: Sequence[str] = (), optional: bool = False) -> Destination | None:
        self.fragments.append((name, tuple(fragments), optional))
        return self.destinations.get(name)

    async def keys(self, name: str, password: str) -> KeyMaterial:
        if name not in self.keystores:
            raise FaultError(fault("destination.reference-missing", name=name, role="key store"))
        found, expected = self.keystores[name]
        assert password == expected
        return found

    async def signing_keys(self) -> KeyMaterial:
        return self.trust

    async def entity_id(self) -> str:
        return ENTITY

    async def user_info(self, token: str) -> Mapping[str, Any]:
        return self.info

    async def accepts_tenant(self, tenant: str) -> bool:
        return tenant in self.subscribers


def service_claims(**more: object) -> dict[str, object]:
    return {
        "zid": ACME,
        "cid": "destination-client",
        "grant_type": "client_credentials",
        "ext_attr": {"enhancer": "XSUAA", "zdn": "acme"},
        "exp": NOW + 36_000,
    } | more


def user_claims(**more: object) -> dict[str, object]:
    said = {"grant_type": "password", "user_name": "alice", "email": "alice@acme.test", "user_uuid": "u-1"}
    return service_claims(**(said | {"iss": "https://acme.authentication.test/oauth/token"} | more))


@dataclass
class Stage:
    """A token source with a clock, and the level it works on."""

    clock: Clock = field(default_factory=Clock)
    level: Level = field(default_factory=Level)
    settings: dict[str, Any] = field(default_factory=dict)
    epoch: int = 0
    source: TokenSource = field(init=False)

    def __post_init__(self) -> None:
        self.verifier = TokenVerifier(OneKey(), self.clock)
        self.rebuild()

    def rebuild(self, **settings: Any) -> None:
        """A new source; private token services are allowed unless said otherwise."""
        self.settings |= settings
        settings = {"reach": Reach.ALL, "epoch": lambda: self.epoch} | self.settings
        self.source = TokenSource(self.verifier, self.clock, **settings)

    def put(self, **properties: str) -> Destination:
        """Another destination of the level."""
        given = as_destination(properties)
        self.level.destinations[given.name] = given
        return given

    async def entries(
        self, properties: Mapping[str, str], authorization: str = "", instance: str | None = None, **inputs: Any
    ) -> list[dict[str, Any]]:
        """All entries of authTokens."""
        raw = authorization or signed(service_claims())
        token: VerifiedToken = self.verifier.verify(raw)
        level, given = self.level, as_destination(properties)
        context = TokenContext(given, ACME, instance, token, raw, Inputs(**inputs), level)
        return [dict(entry.as_json()) for entry in await self.source.entries(context)]

    async def entry(self, properties: Mapping[str, str], authorization: str = "", **inputs: Any) -> dict[str, Any]:
        """The only entry of authTokens."""
        (only,) = await self.entries(properties, authorization, **inputs)
        return only

    async def value(self, properties: Mapping[str, str], authorization: str = "", **inputs: Any) -> str:
        """The token; there must be one."""
        entry = await self.entry(properties, authorization, **inputs)
        assert "error" not in entry, entry
        return str(entry["value"])

    async def code(self, properties: Mapping[str, str], authorization: str = "", **inputs: Any) -> str:
        """The fault of the only entry, which has exactly the keys that clients can live with."""
        entry = await self.entry(properties, authorization, **inputs)
        assert entry.keys() == {"type", "value", "expires_in", "error", "code", "action"}, entry
        assert (entry["type"], entry["value"], entry["expires_in"]) == ("", "", "")
        return str(entry["code"])


def as_destination(properties: Mapping[str, str]) -> Destination:
    return Destination(MappingProxyType({"Name": "D", "Type": "HTTP", "URL": "http://x.test", **properties}))
