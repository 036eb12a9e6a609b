"""Fetches the issuers that a server did not send, from where its certificates say that they are.

Over plain HTTP, as the standard has it (RFC 5280 §4.2.2.1): what comes is proven by its signature.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from landbridge.checks import chains
from landbridge.checks.certificate_file import bare_certificates
from landbridge.checks.chains import Certificate, Path
from landbridge.checks.evidence import Effect, Evidence, Layer, Perspective
from landbridge.checks.observations import IssuerFetched, Observation, TlsHandshake
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.probes.own_certificate import shown_chain
from landbridge.net.dial import DialFailed

MOST = 5
"""Issuers that are fetched, one above the other."""
MOST_BYTES = 256 * 1024
_READ = 65_536


async def _issuers(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    return await _climbed(scene, _chain(evidence))


async def _own_issuers(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    """Above the certificate that is shown to the server: an entrance fetches nothing."""
    return await _climbed(scene, _own(scene))


async def _climbed(scene: Scene, shown: Sequence[Certificate]) -> Sequence[Observation]:
    """The issuers above what was shown, one above the other."""
    seen: list[Observation] = []
    chain = list(shown)
    while chain and len(seen) < MOST:
        end = _path(scene, chain).end
        address = chains.issuer_address(end)
        if not _ends_short(_path(scene, chain)) or not address:
            break
        fact, found = await _fetched(scene, end, address)
        seen.append(fact)
        if found is None or found in chain:
            break
        chain.append(found)
    return seen


def _chain(evidence: Evidence) -> tuple[Certificate, ...]:
    shaken = evidence.first(TlsHandshake)
    return chains.certificates(shaken.chain) if shaken is not None else ()


def _path(scene: Scene, chain: Sequence[Certificate]) -> Path:
    return chains.path(chain, chains.certificates(scene.trust.certificates))


def _ends_short(path: Path) -> bool:
    return path.anchor is None and not chains.is_self_signed(path.end)


async def _fetched(scene: Scene, lower: Certificate, address: str) -> tuple[IssuerFetched, Certificate | None]:
    """What is at that address, and the certificate in it that issued `lower`."""
    problem, found = "", None
    try:
        async with asyncio.timeout(scene.seconds):
            candidates = _certificates(await _content(scene, address))
        found = next((one for one in candidates if chains.issued(lower, one)), None)
        problem = "" if found is not None else "no certificate there issued it"
    except TimeoutError:
        problem = "no answer in time"
    except DialFailed as failed:
        problem = failed.reason
    except OSError as error:
        problem = error.strerror or "the connection broke"
    except ValueError as error:
        problem = str(error)
    text = found.public_bytes(Encoding.PEM).decode() if found is not None else ""
    return IssuerFetched(subject=chains.name(lower), address=address, certificate=text, problem=problem), found


async def _content(scene: Scene, address: str) -> bytes:
    """GET, in the oldest way: nothing is kept open, and no server answers it in chunks. Raises `ValueError`."""
    parts = urlsplit(address)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError("it is no address of HTTP")
    connection = await _opened(scene, parts.hostname, parts.port or 80)
    with connection:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if any(ord(letter) <= 32 or ord(letter) > 126 for letter in path + parts.netloc):
            raise ValueError("its address cannot be asked for")
        request = f"GET {path} HTTP/1.0\r\nHost: {parts.netloc}\r\nUser-Agent: landbridge\r\n\r\n"
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(connection, request.encode())
        received = bytearray()
        while data := await loop.sock_recv(connection, _READ):
            received += data
            if len(received) > MOST_BYTES:
                raise ValueError(f"the answer is longer than {MOST_BYTES} bytes")
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1:2]
    if not head.startswith(b"HTTP/") or status != [b"200"]:
        raise ValueError(f"the answer is {head[:60].decode('latin-1')!r}")
    return body


async def _opened(scene: Scene, host: str, port: int) -> socket.socket:
    """To an address that may be called. Raises `DialFailed`, `ValueError`."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ValueError(f"the name {host} is not known") from None
    address = str(found[0][4][0])
    if forbidden := scene.dialler.permits(address):
        raise ValueError(forbidden)
    return await scene.dialler.open(address, port, scene.seconds)


def _certificates(content: bytes) -> list[Certificate]:
    """DER or a collection by the standard, PEM in practice. Raises `ValueError`."""
    if content.lstrip().startswith(b"-----BEGIN CERTIFICATE"):
        return x509.load_pem_x509_certificates(content)
    return bare_certificates(content)


def _asked(scene: Scene, evidence: Evidence) -> str:
    chain = _chain(evidence)
    if not chain or not _ends_short(_path(scene, chain)):
        return "no issuer is missing"
    return "" if scene.tls.fetch_issuers else "it was not asked for (--fetch-issuers)"


def _own(scene: Scene) -> tuple[Certificate, ...]:
    return chains.certificates(shown_chain(scene))


def _is_sender(scene: Scene) -> bool:
    is_asked = scene.tls.fetch_issuers and scene.target.perspective is Perspective.ENDPOINT
    return is_asked and bool(scene.logon.certificate)


ISSUERS = Probe("issuers", Layer.TLS_SERVER, Effect.SAFE, _issuers, after=("tls",), aside=True, ready=_asked)
OWN_ISSUERS = Probe(
    "own-issuers", Layer.TLS_CLIENT, Effect.SAFE, _own_issuers, after=("tcp",), aside=True, wanted=_is_sender
)
