"""Logging in with a browser: /oauth/authorize, the form it shows, and /logout.do (destination-service §5.7)."""

from __future__ import annotations

import base64
import hashlib
import logging
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from landbridge.api.answers import request_id, retry_header
from landbridge.api.forms import form_fields, single
from landbridge.api.login_page import STYLE, goodbye_page, login_page, refusal_page
from landbridge.api.tokens import address_of
from landbridge.faults import Fault, FaultError, error_headers, fault
from landbridge.identity.authorization import Authorization, AuthorizationRequest, AuthorizationService

_log = logging.getLogger(__name__)

SESSION_COOKIE = "landbridge_session"
FORM_COOKIE = "landbridge_form"
_SECURE_PREFIX = "__Host-"
"""Over TLS: browsers then keep such a cookie from everything that is not this very host."""

_PATH = "/oauth/authorize"
_FIELDS = (
    "client_id",
    "redirect_uri",
    "response_type",
    "state",
    "scope",
    "nonce",
    "prompt",
    "code_challenge",
    "code_challenge_method",
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def router(service: AuthorizationService) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["login"])

    @routes.get(_PATH)
    async def authorize(request: Request) -> Response:
        return await _Visit(request, service).answer(None)

    @routes.post(_PATH)
    async def log_in(request: Request) -> Response:
        try:
            form = single(await form_fields(request))
        except FaultError as error:
            return _shown(request, error.fault)
        return await _Visit(request, service).answer(form)

    @routes.get("/logout.do")
    @routes.get("/logout")
    async def log_out(request: Request) -> Response:
        """Ends the session of this browser; leads on where a login may lead, else to a page that says so."""
        service.sessions.end(_cookie(request, SESSION_COOKIE))
        query = request.query_params
        target = query.get("redirect") or query.get("post_logout_redirect_uri") or ""
        allowed = bool(target) and await service.may_return(query.get("client_id", ""), target)
        response = RedirectResponse(target, 302) if allowed else _html(goodbye_page())
        secure = _is_secure(request)
        response.delete_cookie(_cookie_name(request, SESSION_COOKIE), secure=secure, httponly=True, samesite="lax")
        return response

    return routes


class _Visit:
    """One visit of a browser to the login."""

    def __init__(self, request: Request, service: AuthorizationService) -> None:
        self._request = request
        self._service = service

    async def answer(self, form: Mapping[str, str] | None) -> Response:
        """The page, or the way back to the application. `form` is what the person has sent."""
        try:
            query = single(self._request.query_params.multi_items())
            authorization = await self._service.begin(_authorization_request(self._request, query))
        except FaultError as error:
            return _shown(self._request, error.fault)
        try:
            self._service.check(authorization)
            return await (self._open(authorization, query) if form is None else self._sent(authorization, query, form))
        except FaultError as error:
            _log.info("login refused", extra={"fault": error.fault.code, "request_id": request_id(self._request)})
            return _redirect(authorization.refused(error.fault))

    async def _open(self, authorization: Authorization, query: Mapping[str, str]) -> Response:
        cookie = _cookie(self._request, SESSION_COOKIE)
        person = await self._service.logged_in(authorization, cookie)
        if person is not None:
            return _redirect(await self._service.finish(authorization, person))
        hint = query.get("login_hint", "")
        return self._page(authorization, query, "" if hint.startswith("{") else hint)

    async def _sent(self, authorization: Authorization, query: Mapping[str, str], form: Mapping[str, str]) -> Response:
        name = form.get("username", "")
        cookie = _cookie(self._request, FORM_COOKIE)
        if not self._service.sessions.is_form_token(cookie, form.get("form_token", "")):
            return self._page(authorization, query, name, fault("identity.form-stale"))
        try:
            address = address_of(self._request)
            person = await self._service.log_in(authorization, name, form.get("password", ""), address)
        except FaultError as error:
            return self._page(authorization, query, name, error.fault)
        response = _redirect(await self._service.finish(authorization, person))
        cookie = self._service.sessions.begin(authorization.tenant.id, person.user)
        self._set_cookie(response, SESSION_COOKIE, cookie)
        return response

    def _page(
        self, authorization: Authorization, query: Mapping[str, str], name: str, refused: Fault | None = None
    ) -> Response:
        cookie = _cookie(self._request, FORM_COOKIE) or secrets.token_urlsafe(24)
        tenant = authorization.tenant.name or authorization.tenant.subdomain
        text = login_page(
            tenant,
            authorization.client.xsappname or authorization.client.id,
            f"{_PATH}?{urlencode({**query, 'prompt': ''})}",
            self._service.sessions.form_token(cookie),
            name[:200],
            refused,
        )
        target = urlsplit(authorization.request.redirect_uri)
        response = _html(text, refused, form_target=f"{target.scheme}://{target.netloc}")
        if refused is not None:
            response.headers.update(error_headers(refused, request_id(self._request)))
        self._set_cookie(response, FORM_COOKIE, cookie)
        return response

    def _set_cookie(self, response: Response, name: str, value: str) -> None:
        secure = _is_secure(self._request)
        response.set_cookie(
            _cookie_name(self._request, name), value, path="/", httponly=True, samesite="lax", secure=secure
        )


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _cookie_name(request: Request, name: str) -> str:
    return _SECURE_PREFIX + name if _is_secure(request) else name


def _cookie(request: Request, name: str) -> str:
    return request.cookies.get(_cookie_name(request, name), "")


def _authorization_request(request: Request, query: Mapping[str, str]) -> AuthorizationRequest:
    given = {name: query[name] for name in _FIELDS if name in query}
    return AuthorizationRequest(
        host=request.headers.get("host", ""),
        client_id=given.get("client_id", ""),
        redirect_uri=given.get("redirect_uri", ""),
        response_type=given.get("response_type", ""),
        state=given.get("state", ""),
        scope=given.get("scope", ""),
        nonce=given.get("nonce", ""),
        prompt=given.get("prompt", ""),
        challenge=given.get("code_challenge", ""),
        method=given.get("code_challenge_method", ""),
    )


def _shown(request: Request, refused: Fault) -> Response:
    """A refusal that must not lead to the application's address, because nobody knows whose that is."""
    response = _html(refusal_page(refused, request_id(request)), refused)
    response.headers.update(error_headers(refused, request_id(request)))
    return response


def _html(text: str, refused: Fault | None = None, form_target: str = "") -> Response:
    """A page that nothing foreign can be loaded into, and that no other page can show within itself."""
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self' {form_target}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        **(retry_header(refused) if refused else {}),
    }
    return HTMLResponse(text, refused.kind.status if refused else 200, headers)


def _redirect(url: str) -> Response:
    return RedirectResponse(url, 302, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
