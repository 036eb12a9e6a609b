"""What a gateway, perhaps a hostile one, can make the connector send."""

from __future__ import annotations

from typing import Any

import pytest

from landbridge.connector.request import backend_request, check_open
from landbridge.connector.route import route
from landbridge.faults import FaultError
from landbridge.model.mapping import HostInHeader, Mapping, Protocol, Resource
from landbridge.wire.messages import Open

MAPPING = Mapping("erp.virtual", 80, "10.0.0.1", 8000, resources=(Resource("/"),))


def opening(**fields: Any) -> Open:
    return Open(**({"kind": "http", "host": "erp", "port": 80, "conn": "c", "request": "r", "method": "GET"} | fields))


def refuses(block: bytes = b"", **fields: Any) -> str:
    """Why the Open is refused, or nothing."""
    try:
        check_open(opening(**({"target": "/"} | fields)), block)
    except FaultError as error:
        return f"{error.fault.code}: {error.fault.params['reason']}"
    return ""


@pytest.mark.parametrize("method", ["", "GET ", "G ET", "GET\r\n", "GE\tT", "CONNECT", "GÉT", "\u4e00", "GET:"])
def test_methods(method: str) -> None:
    assert "method" in refuses(method=method)


@pytest.mark.parametrize(
    "target", ["", "x", "*", "http://a/", "/ x", "/x HTTP/1.1\r\nA: b", "/x\n", "/x\0", "/x\t", "/\u4e00", "/\x7f"]
)
def test_targets(target: str) -> None:
    assert "target" in refuses(target=target)


@pytest.mark.parametrize(
    "block",
    [
        b"Host: other\r\n",
        b"X: 1\r\nhOST:other\r\n",
        b"Content-Length: 5\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"X: 1\r\nTransfer-Encoding: chunked\r\n",
        b"Connection: x\r\n",
        b"Upgrade: websocket\r\n",
        b"TE: trailers\r\n",
        b"Trailer: x\r\n",
        b"Proxy-Authorization: x\r\n",
        b"SAP-Connectivity-Authentication: x\r\n",
        b"SSL_CLIENT_CERT: x\r\n",
        b"ssl-client_cert: x\r\n",
        b"X: 1\r\n\r\nGET /other HTTP/1.1\r\n",
        b"X: 1\n",
        b"X: 1",
        b"X: a\0b\r\n",
        b" folded\r\n",
        b"X : 1\r\n",
        b": 1\r\n",
        b"X\r\n",
    ],
)
def test_header_lines(block: bytes) -> None:
    assert "header lines" in refuses(block)


@pytest.mark.parametrize(
    "fields",
    [
        {"body": "none", "size": 5},
        {"body": "streamed", "size": 5},
        {"body": "sized", "size": -1},
        {"body": "raw"},
        {"body": "sized", "size": 5, "upgrade": True},
        {"body": "streamed", "upgrade": True},
        {"size": -2},
    ],
)
def test_bodies(fields: dict[str, Any]) -> None:
    assert "body" in refuses(**fields)


@pytest.mark.parametrize(
    ("fields", "block"),
    [
        ({}, b""),
        ({"method": "MERGE", "target": "/a%2Fb?c#d\xe4"}, b"X-Host: 1\r\nX: \xe4\r\nX-Empty:\r\n"),
        ({"method": "POST", "body": "sized", "size": 0}, b"Expect: 100-continue\r\n"),
        ({"method": "POST", "body": "streamed"}, b"Authorization: Basic x\r\n"),
        ({"upgrade": True}, b"Sec-WebSocket-Key: x\r\n"),
    ],
)
def test_what_is_in_order(fields: dict[str, Any], block: bytes) -> None:
    assert not refuses(block, **fields)


def sent(mapping: Mapping = MAPPING, block: bytes = b"X: 1\r\n", **fields: Any) -> bytes:
    return backend_request(opening(target="/x", **fields), block, route(mapping)).head


def test_the_head_by_framing() -> None:
    start = b" /x HTTP/1.1\r\nHost: erp.virtual\r\nX: 1\r\n"
    assert sent() == b"GET" + start + b"\r\n"
    assert sent(method="POST", body="sized", size=3) == b"POST" + start + b"Content-Length: 3\r\n\r\n"
    assert sent(method="POST", size=0) == b"POST" + start + b"Content-Length: 0\r\n\r\n"
    assert sent(method="PUT", body="streamed") == b"PUT" + start + b"Transfer-Encoding: chunked\r\n\r\n"
    assert sent(upgrade=True) == b"GET" + start + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"


@pytest.mark.parametrize(
    ("mapping", "lines"),
    [
        (Mapping("erp", 8080, "in", 80), b"Host: erp:8080\r\n"),
        (Mapping("erp", 443, "in", 443, Protocol.HTTPS), b"Host: erp:443\r\n"),
        (Mapping("erp", 80, "in", 80, host_in_header=HostInHeader.INTERNAL), b"Host: in\r\nX-Forwarded-Host: erp\r\n"),
        (
            Mapping("erp", 81, "::1", 443, Protocol.HTTPS, host_in_header=HostInHeader.INTERNAL),
            b"Host: [::1]\r\nX-Forwarded-Host: erp:81\r\n",
        ),
        (
            Mapping("erp", 80, "::1", 81, host_in_header=HostInHeader.INTERNAL),
            b"Host: [::1]:81\r\nX-Forwarded-Host: erp\r\n",
        ),
    ],
)
def test_the_host_by_mapping(mapping: Mapping, lines: bytes) -> None:
    assert sent(mapping, b"") == b"GET /x HTTP/1.1\r\n" + lines + b"\r\n"


@pytest.mark.parametrize(
    ("fields", "repeatable"),
    [
        ({}, True),
        ({"method": "HEAD"}, True),
        ({"method": "POST"}, False),
        ({"method": "DELETE"}, False),
        ({"body": "sized", "size": 1}, False),
        ({"upgrade": True}, False),
    ],
)
def test_what_may_be_sent_twice(fields: dict[str, Any], repeatable: bool) -> None:
    assert backend_request(opening(target="/", **fields), b"", route(MAPPING)).repeatable is repeatable
