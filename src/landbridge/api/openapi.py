"""The description of the Destination service's API, in OpenAPI 3.1: made from the routes, served beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, partial

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse

import landbridge
from landbridge.api.operations import JsonSchema, list_of, ref

PATH = "/destination-configuration/openapi.json"


def router(described: Iterable[APIRouter]) -> APIRouter:
    """The route that serves the description of the routes in `described`; it is made when it is asked for first."""
    routes = APIRouter()
    document = cache(partial(describe, tuple(described)))

    @routes.get(PATH, include_in_schema=False)
    async def openapi() -> JSONResponse:
        return JSONResponse(document())

    return routes


def describe(described: Iterable[APIRouter]) -> dict[str, object]:
    """The OpenAPI document of these routes."""
    document = get_openapi(
        title="landbridge: Destination service",
        version=landbridge.__version__,
        description="Every refusal is a fault with a code, a sentence and an action.",
        routes=[route for routes in described for route in routes.routes],
    )
    document["components"] = {
        "schemas": dict(SCHEMAS),
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
    }
    return document


def _object(required: Mapping[str, JsonSchema], optional: Mapping[str, JsonSchema] | None = None) -> JsonSchema:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


_TEXT: JsonSchema = {"type": "string"}
_SOME_TEXT: JsonSchema = {"type": "string", "minLength": 1}
_NUMBER: JsonSchema = {"type": "integer"}
_NAME: JsonSchema = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[^/,@\\x00-\\x1f\\x7f]*$"}
_GIVEN: JsonSchema = {"type": ["string", "number", "boolean"]}
"""A property as it may be sent; it is kept as text."""

_METADATA: JsonSchema = {
    "type": "object",
    "properties": {
        "modification_time": _TEXT,
        "etag": _TEXT,
        "labels": list_of(ref("Label")),
        "shared_with_subscriber": {"type": "boolean"},
    },
    "additionalProperties": False,
}
_TOKENS = {"authTokens": list_of(ref("AuthToken")), "certificates": list_of(ref("Certificate"))}
_GUID_OR_NULL: JsonSchema = {"type": ["string", "null"]}


def _stored(name: str, **fixed: JsonSchema) -> JsonSchema:
    """Content as it is read: all properties are text."""
    return {"type": "object", "properties": {name: _TEXT, **fixed}, "required": [name], "additionalProperties": _TEXT}


def _listed(name: str) -> JsonSchema:
    """Content as lists show it: with metadata on request, the name alone on request."""
    properties = {name: _TEXT, "$metadata": _METADATA}
    return {"type": "object", "properties": properties, "required": [name], "additionalProperties": _TEXT}


SCHEMAS: Mapping[str, JsonSchema] = {
    "Refusal": _object(
        dict.fromkeys(("ErrorMessage", "code", "origin", "message", "action", "requestId"), _TEXT),
    ),
    "Destination": {
        "type": "object",
        "properties": {
            "Name": _NAME,
            "Type": {"type": "string", "enum": ["HTTP", "RFC", "MAIL", "LDAP", "TCP"]},
            "$metadata": {"type": "object", "properties": {"shared_with_subscriber": {"type": "boolean"}}},
        },
        "required": ["Name", "Type"],
        "additionalProperties": _GIVEN,
        "if": {"properties": {"Type": {"const": "HTTP"}}},
        "then": {"required": ["URL"], "properties": {"URL": {"type": "string", "pattern": r"^[^\s:/]+://[^\s/]+"}}},
    },
    "StoredDestination": _stored("Name", Type=_TEXT),
    "ListedDestination": _listed("Name"),
    "Fragment": {
        "type": "object",
        "properties": {
            "FragmentName": _NAME,
            "$metadata": {"type": "object", "properties": {"shared_with_subscriber": {"type": "boolean"}}},
            "Name": False,
            "Type": False,
        },
        "required": ["FragmentName"],
        "additionalProperties": _GIVEN,
    },
    "StoredFragment": _stored("FragmentName"),
    "ListedFragment": _listed("FragmentName"),
    "Written": _object({"name": _TEXT, "status": _NUMBER}, {"etag": _TEXT, "cause": _TEXT, "code": _TEXT}),
    "Deleted": _object(
        {
            "Count": _NUMBER,
            "Summary": list_of(
                _object({"name": _TEXT, "status": {"enum": ["DELETED", "NOT_FOUND"]}}, {"reason": _TEXT})
            ),
        }
    ),
    "Label": _object({"key": _SOME_TEXT, "values": list_of(_SOME_TEXT)}),
    "LabelChange": _object({"action": {"enum": ["ADD", "DELETE"]}, "labels": list_of(ref("Label"))}),
    "Owner": _object({"SubaccountId": _TEXT, "InstanceId": _GUID_OR_NULL}),
    "AuthToken": {
        "type": "object",
        "properties": {
            **dict.fromkeys(("type", "value", "expires_in", "scope", "refresh_token", "issued_token_type"), _TEXT),
            **dict.fromkeys(("error", "code", "action"), _TEXT),
            "http_header": _object({"key": _TEXT, "value": _TEXT}),
        },
        "required": ["type", "value"],
    },
    "Certificate": _object({"Name": _TEXT, "Content": _TEXT, "Type": _TEXT}),
    "Found": _object({"owner": ref("Owner"), "destinationConfiguration": ref("StoredDestination")}, _TOKENS),
    "Consumed": _object(
        {"destinationConfiguration": _stored("Name", **{"Type": _TEXT, "$metadata": {"type": "object"}})}, _TOKENS
    ),
}
