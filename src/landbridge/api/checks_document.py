"""The description of the routes for checks, in OpenAPI 3.1: made from the routes and the bodies that they take."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi

import landbridge

_REFUSAL = {"description": "A refusal: a fault with its code, a sentence and an action."}
_FOREIGN = ("HTTPValidationError", "ValidationError")
"""What the framework would say to a wrong body; here that is a fault, as everything else is."""


def describe(routes: APIRouter) -> dict[str, object]:
    """The document."""
    document: dict[str, Any] = get_openapi(
        title="landbridge: checks", version=landbridge.__version__, routes=routes.routes
    )
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = _REFUSAL
            operation["security"] = [{"token": []}]
    for name in _FOREIGN:
        document["components"]["schemas"].pop(name, None)
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    return document
