"""A browser as far as logins need one: cookies, redirects, forms. Host names lead where a hosts file says."""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import httpx

_SCRIPTED_SIGNATURE = re.compile(r'document\.cookie="signature=([^;"]+)')
_SCRIPTED_REDIRECT = re.compile(r'[;\s]location="([^"]+)"')


class Form(HTMLParser):
    """The form of a page: where it goes, and its fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = values["action"]
        elif tag == "input":
            self.fields[values["name"]] = values.get("value", "")


@dataclass
class Browser:
    """One browser. Make it with `browser()`."""

    http: httpx.AsyncClient

    async def get(self, url: str) -> httpx.Response:
        """The page, or whatever else is there, after all redirects."""
        return await self.http.get(url, headers={"accept": "text/html"}, follow_redirects=True)

    async def log_in(self, url: str, user: str, password: str) -> httpx.Response:
        """Ask for `url`, follow to the login page, fill in its form, and follow until the end."""
        page = await self.get(url)
        assert page.status_code == 200, page.text
        page = await self.get(self._run_script(page))
        form = Form(page.text)
        target = page.url.join(form.action)
        return await self.http.post(
            target, data={**form.fields, "username": user, "password": password}, follow_redirects=True
        )

    def _run_script(self, page: httpx.Response) -> str:
        """What the script of the approuter's page does: remember where the user was, and lead to the login."""
        signature, elsewhere = _SCRIPTED_SIGNATURE.search(page.text), _SCRIPTED_REDIRECT.search(page.text)
        assert signature, page.text
        assert elsewhere, page.text
        here = quote(page.url.raw_path.decode(), safe="")
        for name, value in (("fragmentAfterLogin", ""), ("locationAfterLogin", here), ("signature", signature[1])):
            self.http.cookies.set(name, value, domain=_cookie_domain(page.url.host))
        return elsewhere[1]


def _cookie_domain(host: str) -> str:
    """Python's cookies want a dot in every host name."""
    return host if "." in host else f"{host}.local"


@dataclass
class _Names(httpx.AsyncBaseTransport):
    """Names and ports in place of a name server and a load balancer; TLS and Host see the names."""

    known: Mapping[str, str]
    https_port: int
    inner: httpx.AsyncHTTPTransport = field(repr=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        port = self.https_port if url.scheme == "https" and url.port is None else url.port
        extensions = {**request.extensions, "sni_hostname": url.host}
        mapped = url.copy_with(host=self.known.get(url.host, url.host), port=port)
        return await self.inner.handle_async_request(
            httpx.Request(request.method, mapped, headers=request.headers, stream=request.stream, extensions=extensions)
        )

    async def aclose(self) -> None:
        await self.inner.aclose()


@asynccontextmanager
async def browser(hosts: Path, ca: Path, https_port: int = 443) -> AsyncIterator[Browser]:
    """A browser that trusts `ca`; what it believes to be port 443 is `https_port`."""
    lines = [line.split() for line in hosts.read_text().splitlines()]
    known = {name: address for address, *names in lines for name in names}
    inner = httpx.AsyncHTTPTransport(verify=ssl.create_default_context(cafile=str(ca)))
    async with httpx.AsyncClient(transport=_Names(known, https_port, inner), trust_env=False) as http:
        yield Browser(http)
