"""Finding over HTTP (destination-service §2.2, §2.3): translates headers and answers, decides nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from landbridge.api.answers import request_id
from landbridge.api.destination_answers import respond, thumbprint_of
from landbridge.api.operations import Handler, Operation, add, parameter, ref
from landbridge.destinations.answer import Answer
from landbridge.destinations.auth.context import NO_INPUTS, Inputs
from landbridge.destinations.listing import is_true
from landbridge.destinations.request import Conditions, FindRequest
from landbridge.destinations.service import DestinationService
from landbridge.destinations.trail import Trail
from landbridge.faults.answer import header_text

_PREFIX = "/destination-configuration"

TRAIL = "X-Landbridge-Trail"
TRAIL_ANSWER = "X-Landbridge-Lookup-Trail"
_TRAIL = TRAIL.lower()

_CHAIN_VARIABLE = "x-chain-var-"
_INPUTS = MappingProxyType(
    {
        "user_token": "X-user-token",
        "tenant": "X-tenant",
        "refresh_token": "X-refresh-token",
        "code": "X-code",
        "redirect_uri": "X-redirect-uri",
        "code_verifier": "X-code-verifier",
        "subject_token": "X-subject-token",
        "subject_token_type": "X-subject-token-type",
        "actor_token": "X-actor-token",
        "actor_token_type": "X-actor-token-type",
        "saml_assertion": "X-samlAssertion",
        "client_assertion": "X-client-assertion",
        "client_assertion_type": "X-client-assertion-type",
        "assertion_destination": "X-client-assertion-destination-name",
        "chain": "X-chain-name",
    }
)
"""The headers that matter for tokens, by the field of `Inputs` that holds them."""
_FIELDS = MappingProxyType({header.lower(): field for field, header in _INPUTS.items()})


def router(service: DestinationService) -> APIRouter:
    """The routes for finding.

    Names are taken as paths, so that a name with a slash gets the literal 404 of the service and not the framework's.
    """
    routes = APIRouter(prefix=_PREFIX, tags=["Find"])
    for (start, handler), operation in zip(handlers(service).items(), (_FIND, _CONSUME), strict=True):
        add(routes, "GET", f"{start.removeprefix(_PREFIX)}{{name:path}}", operation, handler)
    return routes


def handlers(service: DestinationService) -> Mapping[str, Handler]:
    """What answers, by what the paths begin with: the first version and the second."""

    async def find(request: Request) -> Response:
        return await _traced(request, service.find)

    async def consume(request: Request) -> Response:
        return await _traced(request, service.consume)

    return {f"{_PREFIX}/v1/destinations/": find, f"{_PREFIX}/v2/destinations/": consume}


async def _traced(request: Request, finding: Callable[[FindRequest], Awaitable[Answer]]) -> Response:
    """The answer, with the lookup trail for those who want to see it: also, and above all, when nothing was found."""
    query = request.query_params if request.scope["query_string"] else {}
    headers = _first_of_each(request)
    trail = Trail("$trail" in query or is_true(headers.get(_TRAIL)))
    response = await respond(request, lambda: finding(_find_request(request, headers, query, trail)))
    if trail.wanted:
        response.headers[TRAIL_ANSWER] = header_text(str(trail))
    return response


def _first_of_each(request: Request) -> dict[str, str]:
    """The headers; of several with one name the first counts."""
    headers = reversed(request.scope["headers"])
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}


def _find_request(request: Request, headers: Mapping[str, str], query: Mapping[str, str], trail: Trail) -> FindRequest:
    return FindRequest(
        authorization=headers.get("authorization", ""),
        name=request.path_params["name"],
        skip_credentials=is_true(query.get("$skipCredentials")),
        skip_tokens=is_true(query.get("$skipTokenRetrieval")),
        inputs=_inputs(headers),
        fragments=_fragments(request) if "x-fragment-name" in headers else (),
        fragment_optional=is_true(headers.get("x-fragment-optional")),
        conditions=Conditions(headers.get("if-match", ""), headers.get("if-none-match", "")),
        owners="owner" in (query.get("$includeMetadata") or query.get("includeMetadata") or "").split(";"),
        trail=trail,
        request_id=request_id(request),
        thumbprint=thumbprint_of(request),
    )


def _fragments(request: Request) -> tuple[str, ...]:
    return tuple(_text(header) for header in request.headers.getlist("x-fragment-name"))


def _inputs(headers: Mapping[str, str]) -> Inputs:
    """In one pass: most requests have none of these headers, and looking for each would cost more than all the rest."""
    given: dict[str, str] = {}
    variables: dict[str, str] = {}
    for name, value in headers.items():
        if name.startswith("x-"):
            field = _FIELDS.get(name)
            if field is not None:
                given[field] = value
            elif name.startswith(_CHAIN_VARIABLE):
                variables[name.removeprefix(_CHAIN_VARIABLE)] = _text(value)
    if "assertion_destination" in given:
        given["assertion_destination"] = _text(given["assertion_destination"])
    return Inputs(**given, chain_variables=variables) if given or variables else NO_INPUTS


def _text(header: str) -> str:
    """A name in a header: bytes of UTF-8, which the server shows as Latin-1; real Latin-1 stays as it is."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeDecodeError:
        return header


_PARAMETERS = (
    parameter("path", "name", about="Name of the destination; upper and lower case matter."),
    parameter("query", "$skipCredentials", about="true: leave secrets and key stores out."),
    parameter("query", "$skipTokenRetrieval", about="true: fetch no tokens."),
    parameter(
        "query", "$trail", about=f"Say in {TRAIL_ANSWER} where was looked; the header {TRAIL}: true does so, too."
    ),
    parameter("header", "X-fragment-name", about="Fragments to merge, separated by commas, in this order."),
    parameter("header", "X-fragment-optional", about="true: the one fragment may be missing."),
    *(parameter("header", header) for header in _INPUTS.values() if header != "X-chain-name"),
    parameter("header", "X-chain-name", about="A chain of two destinations; X-chain-var-... are its variables."),
    parameter("header", "If-Match"),
    parameter("header", "If-None-Match"),
)

_ANSWERS = {304: None, 412: None}

_FIND = Operation(
    "Find a destination on the level of the instance, then of the subaccount, with its tokens and certificates.",
    {200: ref("Found"), **_ANSWERS},
    refusals=(404,),
    parameters=_PARAMETERS,
    headers=("ETag",),
)

_CONSUME = Operation(
    "Find a destination on one level, which the name may end with: name@level; default is the instance's.",
    {200: ref("Consumed"), **_ANSWERS},
    refusals=(404, 422),
    parameters=(
        *_PARAMETERS,
        parameter("query", "$includeMetadata", about="owner: say who owns what was used."),
    ),
    headers=("ETag",),
)
