"""Settings that cannot work, or are not safe together, are refused by name."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from landbridge.faults import FaultError
from landbridge.model.reach import Reach
from landbridge.settings import Profile, Settings, check, is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"])
def test_loopback_is_for_laptops(host: str) -> None:
    assert is_loopback(host)
    check(Settings(host=host))


@pytest.mark.parametrize("host", [str(IPv4Address(0)), "::", "", "192.168.1.5", "example.com", "localhost.example.com"])
def test_anything_else_needs_the_server_profile(host: str) -> None:
    with pytest.raises(FaultError) as caught:
        check(Settings(host=host))
    assert caught.value.fault.code == "platform.bind-needs-server-profile"
    check(Settings(host=host, profile=Profile.SERVER))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("http_port", -1),
        ("tunnel_port", 65536),
        ("token_lifetime", 0),
        ("request_rate", -1),
        ("request_burst", 0),
        ("public_host", ""),
        ("public_host", "http://example.com"),
        ("public_host", "example.com:8080"),
        ("token_domain", "a b"),
        ("token_domain", "bücher.example"),
    ],
)
def test_a_setting_that_cannot_work_is_named_with_what_it_should_be(name: str, value: object) -> None:
    with pytest.raises(FaultError) as caught:
        check(replace(Settings(), **{name: value}))  # type: ignore[arg-type]
    assert caught.value.fault.code == "platform.setting-invalid"
    assert name in caught.value.fault.sentence
    assert str(value) in caught.value.fault.sentence


@pytest.mark.parametrize("door", ["http_authorization", "socks_authorization"])
def test_a_door_that_trusts_everybody_stays_on_this_machine_unless_told_otherwise(door: str) -> None:
    trusting = replace(Settings(), **{door: False})
    check(trusting)
    exposed = replace(trusting, host="::", profile=Profile.SERVER)
    with pytest.raises(FaultError) as caught:
        check(exposed)
    assert caught.value.fault.code == "platform.trusting-door"
    check(replace(exposed, trust_remote_clients=True))


@pytest.mark.parametrize(
    ("regions", "dedicated"),
    [(("=client",), ""), (("",), ""), (("eu\n",), ""), (("eu10",), "11111111-aaaa-4bbb-8ccc-222222222222")],
)
def test_regions_have_ids_and_belong_to_shared_doors(regions: tuple[str, ...], dedicated: str) -> None:
    with pytest.raises(FaultError) as caught:
        check(Settings(regions=regions, dedicated_subaccount=dedicated))
    assert (caught.value.fault.code, caught.value.fault.params["setting"]) == ("platform.setting-invalid", "regions")


def test_a_dedicated_subaccount_is_an_id() -> None:
    with pytest.raises(FaultError) as caught:
        check(Settings(dedicated_subaccount="acme"))
    assert caught.value.fault.code == "platform.setting-invalid"


def test_the_profile_decides_how_far_token_services_may_be_unless_a_setting_does() -> None:
    assert Settings().targets is Reach.ALL
    assert Settings(profile=Profile.SERVER).targets is Reach.PUBLIC
    for profile in Profile:
        assert Settings(profile=profile, reach=Reach.PRIVATE).targets is Reach.PRIVATE
