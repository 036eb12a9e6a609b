from __future__ import annotations

import pytest

from landbridge.faults import FaultError
from landbridge.identity.scopes import narrow

GRANTED = ("openid", "a.Read", "a.Write")


@pytest.mark.parametrize(
    ("requested", "scopes"),
    [
        ("", GRANTED),
        (" , ", GRANTED),
        ("a.Read", ("a.Read",)),
        ("a.Write openid", ("openid", "a.Write")),
        ("a.Write,openid", ("openid", "a.Write")),
        ("a.Read, a.Read", ("a.Read",)),
    ],
)
def test_a_request_narrows(requested: str, scopes: tuple[str, ...]) -> None:
    assert narrow(GRANTED, requested) == scopes


@pytest.mark.parametrize("requested", ["a.Admin", "a.Read b.Read", "a.read"])
def test_a_request_never_widens(requested: str) -> None:
    with pytest.raises(FaultError) as caught:
        narrow(GRANTED, requested)
    assert caught.value.fault.code == "identity.scope-invalid"
