from __future__ import annotations

import pytest

from landbridge.destinations.auth.token_url import put_tenant


@pytest.mark.parametrize(
    ("url", "result"),
    [
        ("https://auth.example.test/oauth/token", "https://t1.auth.example.test/oauth/token"),
        ("https://{tenant}.auth.example.test/oauth/token", "https://t1.auth.example.test/oauth/token"),
        ("https://x.test/tenant/{tenant}/token", "https://x.test/tenant/t1/token"),
        ("https://a.{tenant}.x.test/token", "https://a.t1.x.test/token"),
        ("https://auth.example.test:8443/t?a=b", "https://t1.auth.example.test:8443/t?a=b"),
    ],
)
def test_the_table_of_the_specification(url: str, result: str) -> None:
    assert put_tenant(url, "t1") == result
