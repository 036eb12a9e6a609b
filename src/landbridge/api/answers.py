"""How our JSON APIs say no: every refusal is a fault with its status, its body and its headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request

from landbridge.faults import Fault, FaultError, error_headers, fault, problem

if TYPE_CHECKING:
    from starlette.responses import Response


def request_id(request: Request) -> str:
    """The id of this request: the caller's own where it is sane, else one of ours (`RequestFrame` sets it)."""
    return str(request.scope.get("request_id", ""))


def fault_answer(occurrence: Fault, request_id: str) -> JSONResponse:
    """Status, problem body and error headers of a fault."""
    headers = {**error_headers(occurrence, request_id), **retry_header(occurrence)}
    if occurrence.kind.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(problem(occurrence, request_id), occurrence.kind.status, headers)


def retry_header(occurrence: Fault) -> dict[str, str]:
    """When to come back, where the fault knows it."""
    seconds = occurrence.params.get("seconds", "")
    return {"Retry-After": seconds} if occurrence.kind.status == 429 and seconds else {}


def answer_faults(app: FastAPI, body_limit: int) -> None:
    """Make `app` answer each kind of error as a fault."""

    async def on_fault(request: Request, error: Exception) -> Response:
        assert isinstance(error, FaultError)
        return fault_answer(error.fault, request_id(request))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return fault_answer(_from_http(request, error, body_limit), request_id(request))

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return fault_answer(fault("platform.request-invalid", reason=_reason(error)), request_id(request))

    app.add_exception_handler(FaultError, on_fault)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)


def _from_http(request: Request, error: HTTPException, body_limit: int) -> Fault:
    """The fault for what the framework refuses by itself."""
    path = request.url.path[:200]
    if error.status_code == 404:
        return fault("platform.not-found", method=request.method, path=path)
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "another method")
        return fault("platform.method-not-allowed", method=request.method, path=path, allowed=allowed)
    if error.status_code == 413:
        return fault("platform.body-too-large", limit=body_limit)
    return fault("platform.request-invalid", reason=str(error.detail))


def _reason(error: RequestValidationError) -> str:
    """Fields and what is wrong with them; never the value, which may be a secret."""
    return "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()[:5])
