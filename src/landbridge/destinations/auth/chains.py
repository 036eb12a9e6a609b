"""Chains: the token of one destination opens the way to that of another (destination-service §3.8)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from types import MappingProxyType

from landbridge.destinations.auth.context import Inputs
from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.faults import FaultError, fault

Run = Callable[[Retrieval], Awaitable[tuple[AuthToken, ...]]]
"""Fetches the tokens of a retrieval by its authentication type."""


@dataclass(frozen=True, slots=True)
class _Chain:
    """What a chain needs of the caller.

    provider            variable with the name of the first destination
    fragment, optional  variables that say which fragments it gets
    variables           the others that must be there
    """

    provider: str
    fragment: str
    optional: str
    variables: tuple[str, ...]


SAML = "com.sap.iasGeneratedOAuth2SamlBearerAssertion"
USER = "com.sap.sequentialUserPropagation"

CHAINS: MappingProxyType[str, _Chain] = MappingProxyType(
    {
        SAML: _Chain(
            "samlProviderDestinationName",
            "samlProviderFragmentName",
            "samlProviderFragmentOptional",
            ("subjectToken", "subjectTokenType"),
        ),
        USER: _Chain(
            "tokenTransformationDestinationName",
            "tokenTransformationFragmentName",
            "tokenTransformationFragmentOptional",
            ("userToken",),
        ),
    }
)


def check_chain(inputs: Inputs) -> None:
    """Raises `FaultError` (400) for a chain that does not exist, or lacks a variable."""
    if not inputs.chain:
        return
    chain = CHAINS.get(inputs.chain)
    if chain is None:
        raise FaultError(fault("destination.chain-unknown", chain=inputs.chain[:100], known=", ".join(CHAINS)))
    for name in (chain.provider, *chain.variables):
        if not _variable(inputs, name):
            raise FaultError(fault("destination.chain-variable-missing", chain=inputs.chain, name=name))


async def run_chain(retrieval: Retrieval, run: Run) -> tuple[AuthToken, ...]:
    """The tokens of the last destination of a chain that `check_chain` let pass, or of one without chain.

    Raises `FaultError`.
    """
    if not retrieval.inputs.chain:
        return await run(retrieval)
    first = await _first_step(retrieval, run)
    if retrieval.inputs.chain == SAML:
        inputs = replace(retrieval.inputs, saml_assertion=first, chain="")
        return await run(replace(retrieval, context=replace(retrieval.context, inputs=inputs)))
    return await run(replace(retrieval, trusted=first))


async def _first_step(retrieval: Retrieval, run: Run) -> str:
    """The token of the first destination. Raises `FaultError`."""
    given, chain = retrieval.inputs, CHAINS[retrieval.inputs.chain]
    name = _variable(given, chain.provider)
    fragments = [part for part in map(str.strip, _variable(given, chain.fragment).split(",")) if part]
    optional = _variable(given, chain.optional).lower() == "true"
    destination = await retrieval.context.lookup.destination(name, fragments, optional)
    if destination is None:
        raise FaultError(fault("destination.reference-missing", name=name[:200], role=f"chain {given.chain}"))
    if given.chain == SAML:
        inputs = Inputs(
            subject_token=_variable(given, "subjectToken"), subject_token_type=_variable(given, "subjectTokenType")
        )
    else:
        inputs = Inputs(user_token=_variable(given, "userToken"))
    tokens = await run(retrieval.of(destination, inputs))
    if not tokens:
        reason = f"its authentication type {destination.authentication[:50]} has no token"
        raise FaultError(
            fault("destination.reference-unfit", name=name[:200], role=f"chain {given.chain}", reason=reason)
        )
    return tokens[0].value


def _variable(inputs: Inputs, name: str) -> str:
    """A variable of the caller; header names have no case."""
    wanted = name.lower()
    return next((value for key, value in inputs.chain_variables.items() if key.lower() == wanted), "")
