from __future__ import annotations

import pytest

from landbridge.identity.issuer import Issuer

ISSUER = Issuer("Authentication.localhost", port=8444, aliases=("localhost", "bridge.test", "127.0.0.1"))


@pytest.mark.parametrize(
    ("host", "subdomain"),
    [
        ("acme.authentication.localhost", "acme"),
        ("acme.authentication.localhost:8444", "acme"),
        ("ACME.Authentication.LOCALHOST.", "acme"),
        ("acme.localhost:8080", "acme"),
        ("acme.bridge.test", "acme"),
        ("deep.acme.bridge.test", "deep.acme"),
        ("authentication.localhost", ""),
        ("localhost:8444", ""),
        ("bridge.test", ""),
        ("127.0.0.1:8080", ""),
        ("[::1]:8080", ""),
        ("landbridge.ns.svc.cluster.local", ""),
        ("notbridge.test", ""),
        ("", ""),
    ],
)
def test_the_subdomain_stands_before_a_domain_of_ours(host: str, subdomain: str) -> None:
    assert ISSUER.subdomain_of(host) == subdomain


def test_names_carry_the_port_only_where_it_is_not_the_usual_one() -> None:
    assert Issuer("auth.test").iss("acme") == "https://acme.auth.test/oauth/token"
    assert Issuer("auth.test", port=8444).iss("acme") == "https://acme.auth.test:8444/oauth/token"
    assert Issuer("auth.test", "http", 80).jku("acme") == "http://acme.auth.test/token_keys"
    assert Issuer("auth.test").iss() == "https://auth.test/oauth/token"
