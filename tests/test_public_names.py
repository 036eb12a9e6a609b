"""Names and ports as others see them."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from landbridge.public_names import Ports, addresses, api_url, gateway_address, https_url, local_url, tls_names
from landbridge.settings import Profile, Settings

PORTS = Ports(http=8080, https=8444, door=20003, socks=20004, tunnel=8042)
SERVER = Settings(
    profile=Profile.SERVER,
    host="::",
    public_host="bridge.example.com",
    token_domain="authentication.example.com",
)


def test_a_laptop_is_localhost_without_dots() -> None:
    found = addresses(Settings(), PORTS, "PEM")
    assert (found.api, found.token_service) == ("http://localhost:8080", "http://localhost:8080")
    assert found.uaadomain == "localhost:8444"
    assert (found.door_host, found.door_port, found.socks_port) == ("localhost", 20003, 20004)


def test_a_server_on_port_443_has_no_port_in_its_names() -> None:
    ports = Ports(http=80, https=443, door=20003, socks=20004, tunnel=8042)
    found = addresses(SERVER, ports, "PEM")
    assert found.api == "https://bridge.example.com"
    assert found.token_service == "https://{subdomain}.authentication.example.com"
    assert found.uaadomain == "authentication.example.com"


def test_ports_are_named_where_they_are_not_the_usual_ones() -> None:
    assert https_url(SERVER, PORTS) == api_url(SERVER, PORTS) == "https://bridge.example.com:8444"
    assert addresses(SERVER, PORTS, "PEM").uaadomain == "authentication.example.com:8444"
    assert gateway_address(SERVER, PORTS) == "bridge.example.com:8042"


def test_a_port_that_something_in_front_forwards_is_the_one_to_name() -> None:
    found = addresses(replace(SERVER, public_https_port=443), PORTS, "PEM")
    assert found.uaadomain == "authentication.example.com"
    assert found.token_service == "https://{subdomain}.authentication.example.com"
    assert found.certified == "https://{subdomain}.authentication.cert.example.com"
    assert found.api == "https://bridge.example.com"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("localhost", "http://localhost:8080"),
        (str(IPv4Address(0)), "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
        ("", "http://127.0.0.1:8080"),
        ("::1", "http://[::1]:8080"),
        ("[::1]", "http://[::1]:8080"),
        ("10.0.0.5", "http://10.0.0.5:8080"),
    ],
)
def test_programs_on_the_same_machine_have_an_address_that_works(host: str, url: str) -> None:
    assert local_url(Settings(host=host), PORTS) == url


def test_the_certificate_covers_every_name_once() -> None:
    assert tls_names(Settings()) == [
        "localhost", "127.0.0.1", "authentication.localhost", "*.authentication.localhost",
        "authentication.cert.localhost", "*.authentication.cert.localhost",
    ]  # fmt: skip
    assert tls_names(SERVER)[0] == "bridge.example.com"
