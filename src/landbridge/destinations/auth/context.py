"""What the find request brings for the tokens of one destination: the seam between finding and fetching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

from landbridge.destinations.keystores.material import KeyMaterial
from landbridge.model.destination import Destination
from landbridge.model.token import VerifiedToken


@dataclass(frozen=True, slots=True, repr=False)
class Inputs:
    """What the caller sends along for tokens, header by header (destination-service §2.2). Empty text: not sent.

    redirect_uri           as it arrived: encoded for a URL
    assertion_destination  X-client-assertion-destination-name
    chain_variables        X-chain-var-<name> by name, as it is spelled in §3.8
    """

    user_token: str = ""
    tenant: str = ""
    refresh_token: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    subject_token: str = ""
    subject_token_type: str = ""
    actor_token: str = ""
    actor_token_type: str = ""
    saml_assertion: str = ""
    client_assertion: str = ""
    client_assertion_type: str = ""
    assertion_destination: str = ""
    chain: str = ""
    chain_variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


NO_INPUTS = Inputs()
"""What most callers send along."""


class Lookup(Protocol):
    """What tokens need besides their destination. Everything is looked for on the level of the destination."""

    async def destination(self, name: str, fragments: Sequence[str] = (), optional: bool = False) -> Destination | None:
        """Another destination with fragments merged. Raises `FaultError` for a fragment that is not there (§3.4)."""

    async def keys(self, name: str, password: str) -> KeyMaterial:
        """The key in a stored certificate. Raises `FaultError`: there is none, it cannot be opened, it holds no key."""

    async def signing_keys(self) -> KeyMaterial:
        """The active trust key pair of the subaccount (§1.7). Raises `FaultError` when there is none."""

    async def entity_id(self) -> str:
        """The name under which the subaccount signs assertions (§1.7)."""

    async def user_info(self, token: str) -> Mapping[str, Any]:
        """What the token service knows of the user behind one of our tokens; empty when that is nothing."""

    async def accepts_tenant(self, tenant: str) -> bool:
        """Whether users of that tenant may be acted for: the caller's own one, or one subscribed to its application."""


@dataclass(frozen=True, slots=True, repr=False)
class TokenContext:
    """One destination whose tokens are wanted, and for whom.

    destination    with all fragments merged
    subaccount_id  the owner of the level on which the destination was found; its connectors are used
    instance_id    the instance of that level; None for the level of the subaccount
    token          the verified service token
    raw_token      its text: it is the user token too, when a person stands behind it
    """

    destination: Destination
    subaccount_id: str
    instance_id: str | None
    token: VerifiedToken
    raw_token: str
    inputs: Inputs
    lookup: Lookup
