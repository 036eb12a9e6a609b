from __future__ import annotations

import pytest

from landbridge.destinations.auth.token_url import for_tenant


@pytest.mark.parametrize(
    ("url", "result"),
    [
        ("https://auth.example.test/oauth/token", "https://t1.auth.example.test/oauth/token"),
        ("https://auth.example.test:8443/oauth/token?x=1", "https://t1.auth.example.test:8443/oauth/token?x=1"),
        ("https://{tenant}.auth.example.test/oauth/token", "https://t1.auth.example.test/oauth/token"),
        ("https://x.test/tenant/{tenant}/token", "https://x.test/tenant/t1/token"),
        ("https://a.{tenant}.x.test/token", "https://a.t1.x.test/token"),
    ],
)
def test_the_tenant_finds_its_place(url: str, result: str) -> None:
    """The table of destination-service §3.6."""
    assert for_tenant(url, "t1") == result
