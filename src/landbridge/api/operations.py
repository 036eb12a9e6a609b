"""Parts of the OpenAPI description: each route is declared together with what it takes and answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

JsonSchema = Mapping[str, object]
Handler = Callable[[Request], Awaitable[Response]]

TEXT: JsonSchema = {"type": "string"}
COUNT: JsonSchema = {
    "type": "object",
    "properties": {"Count": {"type": "integer", "minimum": 0}},
    "required": ["Count"],
    "additionalProperties": False,
}


def ref(name: str) -> JsonSchema:
    """A schema of the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}


def list_of(schema: JsonSchema) -> JsonSchema:
    return {"type": "array", "items": schema}


def parameter(
    place: str, name: str, schema: JsonSchema = TEXT, *, required: bool = False, about: str = ""
) -> JsonSchema:
    """A parameter in `place`: query, header or path."""
    return {"name": name, "in": place, "schema": schema, "required": required or place == "path", "description": about}


def one_or_many(schema: JsonSchema) -> JsonSchema:
    """One of these, or a list of them."""
    return {"anyOf": [schema, list_of(schema)]}


NAME = parameter("path", "name", {"type": "string", "minLength": 1}, about="Upper and lower case matter.")


def json_content(schema: JsonSchema) -> JsonSchema:
    return {"application/json": {"schema": schema}}


@dataclass(frozen=True, slots=True)
class Operation:
    """What a route does, for the document.

    answers    schema by status, None for an answer without a body; the first one is the usual one
    refusals   statuses of answers that report a fault
    body       schema of the request's body, None when it takes none
    headers    names of headers of the usual answer
    secured    whether it needs a token
    """

    summary: str
    answers: Mapping[int, JsonSchema | None]
    refusals: Sequence[int] = ()
    parameters: Sequence[JsonSchema] = ()
    body: JsonSchema | None = None
    headers: Sequence[str] = ()
    secured: bool = True

    @property
    def status(self) -> int:
        return next(iter(self.answers))

    def document(self) -> dict[str, object]:
        """The operation object of OpenAPI 3.1."""
        answers = {str(status): _answer(schema) for status, schema in self.answers.items()}
        answers[str(self.status)]["headers"] = {name: {"schema": TEXT} for name in self.headers}
        refusals = {str(status): _answer(ref("Refusal")) for status in (*self.refusals, *_always(self.secured))}
        body = {"requestBody": {"required": True, "content": json_content(self.body)}} if self.body else {}
        security: dict[str, object] = {"security": [{"token": []}]} if self.secured else {}
        return {
            "summary": self.summary,
            "parameters": list(self.parameters),
            "responses": answers | refusals,
            **body,
            **security,
        }


def add(routes: APIRouter, method: str, path: str, operation: Operation, handler: Handler) -> None:
    """Add a route with its description."""
    routes.add_api_route(
        path,
        handler,
        methods=[method],
        status_code=operation.status,
        response_class=Response,
        openapi_extra=operation.document(),
        operation_id=f"{method.lower()}{path.replace('/', '_').replace(':path', '').translate(_PLAIN)}",
    )


_PLAIN = str.maketrans("", "", "{}")


def _always(secured: bool) -> tuple[int, ...]:
    return (400, 401, 403, 414, 429, 503) if secured else (414, 503)


def _answer(schema: JsonSchema | None) -> dict[str, object]:
    content = {"content": json_content(schema)} if schema is not None else {}
    return {"description": "", **content}
