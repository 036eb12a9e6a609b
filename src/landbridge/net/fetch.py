"""Reads a small document from an address that somebody else chose: bounded, without redirects, to a pinned address."""

from __future__ import annotations

import asyncio
import socket
import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from landbridge.model.reach import Reach
from landbridge.net.public_address import allows

DEADLINE = 5.0
"""Seconds for a whole fetch: whoever waits for it is a token request, and its client waits ten."""

SIZE_LIMIT = 256 * 1024

_PORTS = {"http": 80, "https": 443}
_HEADERS = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "landbridge"}


class FetchFailed(Exception):
    """There is no document. The text completes "... cannot be fetched: "; it names no address but the one asked for."""


class Fetcher:
    """Fetches documents by GET.

    reach     which addresses may be asked
    trusted   certificate authorities (PEM) to trust besides the well-known ones
    deadline  seconds for one document
    """

    def __init__(self, reach: Reach, trusted: str = "", deadline: float = DEADLINE) -> None:
        self._reach = reach
        self._trusted = trusted
        self._deadline = deadline
        self._client: httpx.AsyncClient | None = None

    async def fetch(self, url: str) -> bytes:
        """The content of `url`. Raises `FetchFailed`."""
        try:
            async with asyncio.timeout(self._deadline):
                return await self._fetch(_parsed(url))
        except TimeoutError:
            raise FetchFailed(f"no answer within {self._deadline:g} seconds") from None
        except httpx.HTTPError as error:
            raise FetchFailed(_reason(error)) from error

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _fetch(self, url: httpx.URL) -> bytes:
        if self._client is None:
            self._client = _client(self._trusted)
        address = await self._address(url)
        request = self._client.build_request(
            "GET",
            url.copy_with(host=address),
            headers={**_HEADERS, "host": url.netloc.decode()},
            extensions={"sni_hostname": url.raw_host.decode()},
        )
        response = await self._client.send(request, stream=True)
        try:
            return await _content(response)
        finally:
            await response.aclose()

    async def _address(self, url: httpx.URL) -> str:
        host = url.raw_host.decode()
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                host, url.port or _PORTS[url.scheme], type=socket.SOCK_STREAM
            )
        except (OSError, UnicodeError):
            raise FetchFailed(f"the name {host} is not known") from None
        addresses = [str(entry[4][0]) for entry in found if "%" not in str(entry[4][0])]
        if not addresses:
            raise FetchFailed(f"the name {host} has no address that can be used")
        if not all(allows(self._reach, address) for address in addresses):
            raise FetchFailed(f"{host} is an address of a private network, and these are not allowed here")
        return addresses[0]


def _client(trusted: str) -> httpx.AsyncClient:
    """Carries nothing over from one request to the next: no kept connections, cookies, proxies or redirects."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    if trusted:
        context.load_verify_locations(cadata=trusted)
    return httpx.AsyncClient(
        verify=context,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        limits=httpx.Limits(max_keepalive_connections=0),
        trust_env=False,
    )


def _parsed(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise FetchFailed("the address is no URL") from None
    if url.scheme not in _PORTS or not url.host or url.userinfo:
        raise FetchFailed("the address is not of the form https://host/path")
    return url


async def _content(response: httpx.Response) -> bytes:
    if response.status_code != 200:
        raise FetchFailed(f"the answer has status {response.status_code}")
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > SIZE_LIMIT:
            raise FetchFailed(f"the answer is longer than {SIZE_LIMIT} bytes")
    return bytes(content)


def _reason(error: httpx.HTTPError) -> str:
    """What went wrong, by the types of what lies below."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is not trusted ({cause.verify_message})"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return f"the connection failed ({type(error).__name__})"
