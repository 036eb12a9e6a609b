"""Internal names in answers become virtual ones (cloud-connector §4.2)."""

from __future__ import annotations

import pytest

from landbridge.connector.rewrite import Rewriter
from landbridge.model.mapping import CookieDomain, HostInHeader, Mapping, Protocol

REWRITER = Rewriter(
    [
        Mapping("erp.virtual", 443, "erp.internal", 8443, Protocol.HTTPS),
        Mapping("erp.virtual", 80, "erp.internal", 80),
        Mapping("second.virtual", 81, "erp.internal", 80),
        Mapping("six.virtual", 80, "fd00::1", 8080),
        Mapping("db.virtual", 5432, "db.internal", 5432, Protocol.TCP),
    ],
    [CookieDomain("cloud.example", ".corp.internal")],
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://erp.internal:8443/a?b#c", "http://erp.virtual:443/a?b#c"),
        ("HTTPS://ERP.Internal:8443", "http://erp.virtual:443"),
        ("http://erp.internal/a", "http://erp.virtual/a"),
        ("http://erp.internal:80?x=http://erp.internal/", "http://erp.virtual?x=http://erp.internal/"),
        ("http://[fd00::1]:8080/", "http://six.virtual/"),
        ("https://erp.internal/not-mapped", "https://erp.internal/not-mapped"),
        ("http://erp.internal:8080/", "http://erp.internal:8080/"),
        ("http://user@erp.internal/", "http://user@erp.internal/"),
        ("http://erp.internal.evil/", "http://erp.internal.evil/"),
        ("tcp://db.internal:5432", "tcp://db.internal:5432"),
        ("/relative", "/relative"),
        ("", ""),
    ],
)
def test_location(given: str, expected: str) -> None:
    assert REWRITER.rewrite(b"location", 302, given.encode()).decode() == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://erp.virtual:443/a", "http://erp.virtual:443/a"),
        ("https://ERP.virtual/a", "http://erp.virtual:443/a"),
        ("https://s4.virtual/a?b", "http://s4.virtual/a?b"),
        ("https://s4.virtual:80/a", "http://s4.virtual/a"),
        ("https://both.virtual/a", "http://both.virtual:443/a"),
        ("https://six.virtual/a", "https://six.virtual/a"),
        ("https://shown.virtual:8443/a", "https://shown.virtual:8443/a"),
        ("https://erp.virtual:444/a", "https://erp.virtual:444/a"),
        ("http://erp.virtual:443/a", "http://erp.virtual:443/a"),
    ],
)
def test_a_backend_with_tls_that_builds_addresses_of_the_virtual_host(given: str, expected: str) -> None:
    """It was shown that host, and adds its own scheme; the client called it by http."""
    rewriter = Rewriter(
        [
            Mapping("erp.virtual", 443, "a.internal", 8443, Protocol.HTTPS),
            Mapping("s4.virtual", 80, "b.internal", 8443, Protocol.HTTPS),
            Mapping("both.virtual", 80, "c.internal", 8443, Protocol.HTTPS),
            Mapping("both.virtual", 443, "c.internal", 8444, Protocol.HTTPS),
            Mapping("six.virtual", 443, "d.internal", 8080),
            Mapping("shown.virtual", 8443, "e.internal", 8443, Protocol.HTTPS, host_in_header=HostInHeader.INTERNAL),
        ],
        [],
    )
    assert rewriter.rewrite(b"location", 302, given.encode()).decode() == expected


def test_location_counts_in_redirects_and_creations_only() -> None:
    value = b"http://erp.internal/a"
    assert REWRITER.rewrite(b"location", 201, value) == b"http://erp.virtual/a"
    assert REWRITER.rewrite(b"location", 200, value) == value


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a=1; Domain=.corp.internal; Path=/", "a=1; Domain=.cloud.example; Path=/"),
        ("a=1;domain=app.corp.internal", "a=1;domain=app.cloud.example"),
        ("a=1; domain=notcorp.internal", "a=1; domain=notcorp.internal"),
        ("a=1; Domain=erp.internal; Secure", "a=1; Domain=erp.virtual; Secure"),
        ("domain=erp.internal; Path=/", "domain=erp.internal; Path=/"),
        ("a=1; Path=/", "a=1; Path=/"),
    ],
)
def test_cookie_domains(given: str, expected: str) -> None:
    assert REWRITER.rewrite(b"set-cookie", 200, given.encode()).decode() == expected
