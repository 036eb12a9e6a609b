from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from landbridge.destinations.auth.reach import addresses
from landbridge.faults import FaultError
from landbridge.model.reach import Reach
from landbridge.net.public_address import allows, is_public


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        str(IPv4Address(0)),
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
    ],
)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)
    assert allows(Reach.ALL, address)
    assert not allows(Reach.PUBLIC, address)


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "172.16.0.1", "192.168.0.1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "8.8.8.8"]
)
def test_networks_of_ones_own(address: str) -> None:
    assert allows(Reach.PRIVATE, address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "fe80::1%eth0", "fd00:ec2::254", "fd20:ce::254",
        "100.64.0.1", str(IPv4Address(0)), "::", "224.0.0.1", "ff02::1", "255.255.255.255",
    ],
)  # fmt: skip
def test_this_machine_its_link_and_metadata_are_no_network_of_ones_own(address: str) -> None:
    assert not allows(Reach.PRIVATE, address)


@pytest.mark.anyio
async def test_a_private_name_is_found_only_where_it_may_be_called() -> None:
    assert await addresses("127.0.0.1", 80, Reach.ALL) == ["127.0.0.1"]
    with pytest.raises(FaultError) as caught:
        await addresses("127.0.0.1", 80, Reach.PUBLIC)
    assert caught.value.fault.params == {"host": "127.0.0.1", "address": "127.0.0.1"}


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["does-not-exist.invalid", "a" * 64 + ".test", "a..b"])
async def test_a_name_that_does_not_resolve(host: str) -> None:
    with pytest.raises(FaultError) as caught:
        await addresses(host, 80, Reach.ALL)
    assert caught.value.fault.code == "destination.token-host-unknown"
