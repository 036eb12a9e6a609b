"""Calls token services: at an address that was looked at, without redirects, bounded in time and size."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urlencode, urlsplit

import httpx

from landbridge.destinations.auth.reach import addresses
from landbridge.destinations.auth.token_answer import refusal
from landbridge.destinations.keystores.material import KeyMaterial
from landbridge.faults import FaultError, fault
from landbridge.model.reach import Reach
from landbridge.net.accept import load_identity

DEADLINE = 8.0
"""Seconds for the tokens of a find where the destination sets no time-out: a known client waits ten for its answer."""

SIZE_LIMIT = 1024 * 1024
"""Bytes of an answer that are read."""

_PORTS = {"http": 80, "https": 443}
_TRY_AGAIN = frozenset({"destination.token-service-unreachable", "destination.token-service-failed"})
_FAULT_HEADER = "x-internal-error-code"
_ON_THE_WAY = ("proxy.", "tunnel.", "connector.", "backend.")
"""Areas of faults that door, tunnel and connector answer with; a token service of ours behind them has others."""


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request to a token service, or for its keys when there is no form.

    connect, read  time-outs in seconds
    bounded        whether the destination sets no time-out, so that the one of the whole find holds
    repeatable     whether a second try cannot do harm
    keys           what the client proves itself with in TLS
    location       the connector to go through, by the id of its location; None for the direct way
    subaccount_id  whose connector that is
    secrets        values that must not show up in a message
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    connect: float = 10
    read: float = 10
    bounded: bool = True
    repeatable: bool = True
    keys: KeyMaterial | None = field(default=None, repr=False)
    location: str | None = None
    subaccount_id: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def place(self) -> str:
        """The address for messages: no query, which may hold secrets."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}"

    def fingerprint(self, without: str = "") -> list[object]:
        """All that the answer depends on, but for the form field `without`."""
        form = {key: value for key, value in (self.form or {}).items() if key != without}
        chain = sha256(self.keys.chain_pem.encode()).hexdigest() if self.keys else ""
        return [self.url, sorted(self.headers.items()), sorted(form.items()), chain, self.location, self.subaccount_id]


ClientFactory = Callable[[KeyMaterial | None], httpx.AsyncClient]
"""Makes an HTTP client that proves itself with a key, if there is one."""


@dataclass(frozen=True, slots=True)
class Door:
    """Our own HTTP door, with a token that opens it for one subaccount."""

    url: str
    token: str = field(repr=False)


DoorOpener = Callable[[str], Awaitable[Door]]
"""The door for a subaccount, by its id."""


def new_client(keys: KeyMaterial | None = None, authorities: Sequence[str] = ()) -> httpx.AsyncClient:
    """A client that carries nothing over from one request to the next.

    No kept connections: they are pooled by address, and what was trusted for one name must not serve another. No
    cookies, no redirects, no proxies or credentials from the environment. Trusted are the well-known authorities,
    those of this machine, and `authorities` (PEM).
    """
    trusted = httpx.create_ssl_context(trust_env=False)
    trusted.load_default_certs()
    for pem in authorities:
        trusted.load_verify_locations(cadata=pem)
    if keys is not None:
        load_identity(trusted, keys.chain_pem, keys.key_pem)
    return _client(trusted)


def _client(trusted: ssl.SSLContext, proxy: str | None = None) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        verify=trusted,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        trust_env=False,
        proxy=proxy,
    )


class TokenCalls:
    """Sends requests to token services.

    clients  makes HTTP clients
    reach    which addresses token services may have
    door     the way to token services behind a connector; None where there is none
    """

    def __init__(self, clients: ClientFactory, reach: Reach, door: DoorOpener | None = None) -> None:
        self._clients = clients
        self._reach = reach
        self._door = door
        self._client: httpx.AsyncClient | None = None

    async def send(self, request: TokenRequest, until: float) -> bytes:
        """The body of a successful answer.

        An unreachable or failing token service is asked once more when that can do no harm. `until` is the time of the
        event loop at which the call ends, unless the destination sets its own time-outs.

        Raises `FaultError`; `TokenRefused` for an answer that is no success.
        """
        loop = asyncio.get_running_loop()
        end = until if request.bounded else loop.time() + request.connect + request.read
        seconds = max(0.0, round(end - loop.time(), 1))
        try:
            async with asyncio.timeout_at(end):
                if request.repeatable:
                    try:
                        return await self._call(request, "once")
                    except FaultError as error:
                        if error.fault.code not in _TRY_AGAIN:
                            raise
                return await self._call(request, "twice" if request.repeatable else "once")
        except TimeoutError:
            raise _timeout(request, seconds) from None

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _call(self, request: TokenRequest, times: str) -> bytes:
        try:
            url = httpx.URL(request.url)
        except httpx.InvalidURL:
            reason = "it is no URL that can be called"
            raise FaultError(fault("destination.property-invalid", property="tokenServiceURL", reason=reason)) from None
        response = await self._by_connector(request, url) if request.location is not None else None
        if response is None:
            response = await self._direct(request, url)
        return response.success(request, times)

    async def _by_connector(self, request: TokenRequest, url: httpx.URL) -> _Answer:
        """Through our own door, as an application would: its rules hold, and its faults are told."""
        if self._door is None:
            raise FaultError(fault("destination.token-service-onpremise"))
        if url.scheme != "http":
            raise FaultError(fault("destination.token-service-https-onpremise", url=request.place))
        door = await self._door(request.subaccount_id)
        headers = {"proxy-authorization": f"Bearer {door.token}", "sap-connectivity-scc-location_id": request.location}
        if not request.location:
            del headers["sap-connectivity-scc-location_id"]
        async with _client(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), door.url) as client:
            try:
                answer = await _send(client, request, url, {**_headers(request, url), **headers}, None)
            except httpx.ConnectError as error:
                raise _network_fault(request, error) from error
        code = answer.headers.get(_FAULT_HEADER, "")
        if code.startswith(_ON_THE_WAY):
            reason = answer.headers.get("x-error-message", "")[:300] or f"status {answer.status}"
            raise FaultError(
                fault("destination.token-tunnel-failed", url=request.place, code=code[:100], reason=reason)
            )
        return answer

    async def _direct(self, request: TokenRequest, url: httpx.URL) -> _Answer:
        """To one of the addresses of the URL's host; it stays the name that the certificate must bear."""
        port = url.port or _PORTS[url.scheme]
        found = await addresses(url.raw_host.decode(), port, self._reach)
        client = await self._client_for(request)
        failure: FaultError | None = None
        try:
            for address in found:
                try:
                    return await _send(client, request, url, _headers(request, url), address)
                except httpx.ConnectError as error:  # another address of the same name may answer
                    failure = _network_fault(request, error)
        finally:
            if client is not self._client:
                await client.aclose()
        assert failure is not None
        raise failure

    async def _client_for(self, request: TokenRequest) -> httpx.AsyncClient:
        """A client with a key serves one call and is closed; it takes milliseconds to make, so a thread makes it."""
        if request.keys is not None:
            try:
                return await asyncio.to_thread(self._clients, request.keys)
            except (ssl.SSLError, ValueError) as error:
                reason = f"its certificate and key cannot be used for TLS ({type(error).__name__})"
                key = "tokenService.KeyStoreLocation"
                raise FaultError(fault("destination.property-invalid", property=key, reason=reason)) from error
        if self._client is None:
            self._client = self._clients(None)
        return self._client


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: httpx.Headers
    body: bytes

    def success(self, request: TokenRequest, times: str) -> bytes:
        if 200 <= self.status < 300:
            return self.body
        raise refusal(request.place, self.status, self.body, request.secrets, times)


async def _send(
    client: httpx.AsyncClient,
    request: TokenRequest,
    url: httpx.URL,
    headers: Mapping[str, str | None],
    address: str | None,
) -> _Answer:
    """One request and its whole answer. Raises `FaultError`, and `httpx.ConnectError` when nothing was sent."""
    message = client.build_request(
        "GET" if request.form is None else "POST",
        url.copy_with(host=address) if address else url,
        content=None if request.form is None else urlencode(request.form),
        headers={name: value for name, value in headers.items() if value is not None},
        timeout=httpx.Timeout(request.read, connect=request.connect),
        extensions={"sni_hostname": url.raw_host.decode()},
    )
    try:
        response = await client.send(message, stream=True)
        try:
            return _Answer(response.status_code, response.headers, await _body(request, response))
        finally:
            await response.aclose()
    except httpx.ConnectError:
        raise
    except httpx.TimeoutException as error:
        seconds = request.connect if isinstance(error, httpx.ConnectTimeout) else request.read
        raise _timeout(request, seconds) from error
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
        "user-agent": "landbridge",
    }
    if request.form is not None:
        ours["content-type"] = "application/x-www-form-urlencoded"
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


def _invalid(request: TokenRequest, reason: str) -> FaultError:
    return FaultError(fault("destination.token-answer-invalid", url=request.place, reason=reason))


def _timeout(request: TokenRequest, seconds: float) -> FaultError:
    return FaultError(fault("destination.token-service-timeout", url=request.place, seconds=seconds))


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
