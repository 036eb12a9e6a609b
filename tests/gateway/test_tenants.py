"""Counters of subaccounts are bounded."""

from __future__ import annotations

from landbridge.gateway.tenants import Tenants


def test_beyond_the_limit_subaccounts_share_counters() -> None:
    tenants = Tenants(limit=2)
    for name in ("a", "b", "c", "d", "a"):
        tenants.of(name).requests += 1
    tenants.refused("d", "tunnel.no-connector")
    found = {(sample.labels["subaccount"], sample.labels.get("fault")): sample.value for sample in tenants.samples()}
    assert found == {("a", None): 2, ("b", None): 1, ("other", None): 2, ("other", "tunnel.no-connector"): 1}
