"""Sends token requests: to an address that was looked at, without redirects, bounded in time and size."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urlsplit

import httpx

from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.reach import addresses
from landbridge.destinations.auth.token_answer import BadTokenAnswer, read_token, refusal
from landbridge.faults import FaultError, fault

DEADLINE = 8.0
"""Seconds for a whole token call where the destination sets no time-out: a known client waits ten for its answer."""

SIZE_LIMIT = 1024 * 1024
"""Bytes of a token service's answer that are read."""

_TRY_AGAIN = frozenset({"destination.token-service-unreachable", "destination.token-service-failed"})
_PORTS = {"http": 80, "https": 443}

ClientFactory = Callable[[], httpx.AsyncClient]


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request to a token service.

    connect, read  time-outs in seconds
    bounded        whether the destination sets no time-out, so that ours for the whole call holds
    secrets        values that must not show up in a message
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    form: Mapping[str, str] = field(repr=False)
    connect: float
    read: float
    bounded: bool
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def place(self) -> str:
        """The address for messages: no query, which may hold secrets."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}"


def new_client() -> httpx.AsyncClient:
    """A client that carries nothing over from one request to the next.

    No kept connections: they are pooled by address, and what was trusted for one name must not serve another. No
    cookies, no redirects, no proxies or credentials from the environment. Trusted are the well-known authorities and
    those of this machine.
    """
    trusted = httpx.create_ssl_context(trust_env=False)
    trusted.load_default_certs()
    return httpx.AsyncClient(
        verify=trusted,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        trust_env=False,
    )


class TokenCalls:
    """Fetches tokens over the network.

    clients          makes the HTTP client, once
    private_targets  whether token services on private addresses may be called
    deadline         seconds for a call without time-outs of its own
    """

    def __init__(self, clients: ClientFactory, private_targets: bool, deadline: float = DEADLINE) -> None:
        self._clients = clients
        self._private = private_targets
        self._deadline = deadline
        self._client: httpx.AsyncClient | None = None

    async def fetch(self, request: TokenRequest) -> AuthToken:
        """The token. A second try follows an unreachable or failing token service: these grants are idempotent.

        Raises `FaultError`.
        """
        seconds = self._deadline if request.bounded else request.connect + request.read
        try:
            async with asyncio.timeout(seconds):
                try:
                    return await self._call(request)
                except FaultError as error:
                    if error.fault.code not in _TRY_AGAIN:
                        raise
                return await self._call(request)
        except TimeoutError:
            raise FaultError(fault("destination.token-service-timeout", url=request.place, seconds=seconds)) from None

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _call(self, request: TokenRequest) -> AuthToken:
        try:
            url = httpx.URL(request.url)
        except httpx.InvalidURL:
            reason = "it is no URL that can be called"
            raise FaultError(fault("destination.property-invalid", property="tokenServiceURL", reason=reason)) from None
        port = url.port or _PORTS[url.scheme]
        failure: FaultError | None = None
        for address in await addresses(url.raw_host.decode(), port, self._private):
            try:
                return await self._send(request, url, address)
            except httpx.ConnectError as error:  # another address of the same name may answer
                failure = _network_fault(request, error)
        assert failure is not None
        raise failure

    async def _send(self, request: TokenRequest, url: httpx.URL, address: str) -> AuthToken:
        """Send to `address` in the name of the URL's host, which is also the name the certificate must bear."""
        if self._client is None:
            self._client = self._clients()
        message = self._client.build_request(
            "POST",
            url.copy_with(host=address),
            data=dict(request.form),
            headers=_headers(request, url),
            timeout=httpx.Timeout(request.read, connect=request.connect),
            extensions={"sni_hostname": url.raw_host.decode()},
        )
        try:
            response = await self._client.send(message, stream=True)
            try:
                return _token(request, response, await _body(request, response))
            finally:
                await response.aclose()
        except httpx.ConnectError:
            raise
        except httpx.TimeoutException as error:
            seconds = request.connect if isinstance(error, httpx.ConnectTimeout) else request.read
            raise FaultError(fault("destination.token-service-timeout", url=request.place, seconds=seconds)) from error
        except httpx.NetworkError as error:
            raise _network_fault(request, error) from error
        except httpx.ProtocolError as error:
            raise _invalid(request, "it is not valid HTTP") from error


def _headers(request: TokenRequest, url: httpx.URL) -> Mapping[str, str]:
    """Ours, and over them those of the destination. Not compressed, so that the size limit is one of memory."""
    ours = {
        "accept": "application/json",
        "accept-encoding": "identity",
        "connection": "close",
        "content-type": "application/x-www-form-urlencoded",
        "user-agent": "landbridge",
    }
    return {**ours, **request.headers, "host": url.netloc.decode()}


async def _body(request: TokenRequest, response: httpx.Response) -> bytes:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise _invalid(request, "it is compressed, which was not asked for")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > SIZE_LIMIT:
            raise _invalid(request, f"it is longer than {SIZE_LIMIT} bytes")
    return bytes(body)


def _token(request: TokenRequest, response: httpx.Response, body: bytes) -> AuthToken:
    if not response.is_success:
        raise FaultError(refusal(request.place, response.status_code, body, request.secrets))
    try:
        return read_token(body)
    except BadTokenAnswer as error:
        raise _invalid(request, str(error)) from error


def _invalid(request: TokenRequest, reason: str) -> FaultError:
    return FaultError(fault("destination.token-answer-invalid", url=request.place, reason=reason))


def _network_fault(request: TokenRequest, error: httpx.NetworkError) -> FaultError:
    """The fault for a connection that failed, by the types of what lies below it."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            reason = cause.verify_message or "the certificate cannot be verified"
            return FaultError(fault("destination.token-service-untrusted", url=request.place, reason=reason))
    reasons = [cause.strerror for cause in _causes(error) if isinstance(cause, OSError) and cause.strerror]
    reason = reasons[-1] if reasons else "the connection failed"
    return FaultError(fault("destination.token-service-unreachable", url=request.place, reason=reason))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and what led to it, the outermost first."""
    current: BaseException | None = error
    while current is not None:
        yield current
        if isinstance(current, BaseExceptionGroup):
            for inner in current.exceptions:
                yield from _causes(inner)
        current = current.__cause__ or current.__context__
