"""How a connector turns a token into the identity that a backend sees (cloud-connector §2.6, §3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    """When a subject rule holds for a claim."""

    ALWAYS = "always"
    EXISTS = "exists"
    MISSING = "does not exist"
    IS = "is"
    IS_NOT = "is not"


SUBJECT_FIELDS = ("CN", "EMAIL", "L", "OU", "O", "ST", "C")
"""Attributes of a subject, in the order in which they stand in it."""


@dataclass(frozen=True, slots=True)
class SubjectRule:
    """A pattern for subjects. `fields` are (attribute, pattern); `${claim}` in a pattern is replaced by the claim."""

    fields: tuple[tuple[str, str], ...]
    condition: Condition = Condition.ALWAYS
    claim: str = ""
    value: str = ""


DEFAULT_RULE = SubjectRule((("CN", "${name}"),))


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """A certificate (with its chain) and its private key, PEM files, absolute paths."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Propagation:
    """Settings of identity propagation of one connector.

    authority            the CA that signs short-lived certificates; None: the connector makes its own and keeps it
    rules                tried in order; the first that holds decides
    tolerance_hours      how long after its end a user token is still accepted (1 to 336)
    certificate_minutes  life of a short-lived certificate (1 to 43200)
    failure_status       HTTP status for an identity that cannot be propagated
    disabled_issuers     issuers whose user tokens this connector does not take, though the cloud side trusts them
    """

    authority: KeyFiles | None = None
    rules: tuple[SubjectRule, ...] = (DEFAULT_RULE,)
    tolerance_hours: int = 1
    certificate_minutes: int = 60
    failure_status: int = 401
    disabled_issuers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrustEntry:
    """An issuer whose tokens a subaccount trusts. `jwks` is its key set as JSON text."""

    name: str
    issuer: str
    jwks: str
    enabled: bool = True
    description: str = ""
