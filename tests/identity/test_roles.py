from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from landbridge.identity.roles import Action, allows, written
from landbridge.model.role import Role, RoleAssignment
from landbridge.model.token import VerifiedToken

SUBACCOUNT, INSTANCE = "s-1", "i-1"
OWN, ITS = (SUBACCOUNT, None), (SUBACCOUNT, INSTANCE)
READ_D, WRITE_D = Action.READ_DESTINATIONS, Action.WRITE_DESTINATIONS
READ_C, WRITE_C = Action.READ_CERTIFICATES, Action.WRITE_CERTIFICATES


def person(*roles: Any, grant_type: str = "password", tenant: str = SUBACCOUNT) -> VerifiedToken:
    claims = {
        "user_name": "alice",
        "grant_type": grant_type,
        "xs.system.attributes": {"xs.rolecollections": list(roles)},
    }
    return VerifiedToken(MappingProxyType(claims), tenant, "client", 0)


def may(token: VerifiedToken) -> set[tuple[Action, str | None]]:
    return {(action, level[1]) for action in Action for level in (OWN, ITS) if allows(token, action, level)}


@pytest.mark.parametrize(
    ("roles", "actions"),
    [
        ((), set()),
        (("Destination Viewer",), {READ_D}),
        (("Destination Administrator",), {READ_D, WRITE_D}),
        (("Certificate Viewer",), {READ_C}),
        (("Certificate Administrator",), {READ_C, WRITE_C}),
        (("Cloud Connector Administrator",), {Action.MANAGE_CONNECTORS}),
        (("Boss", 7, None, ["Destination Viewer"]), set()),
    ],
)
def test_a_role_of_the_subaccount_reaches_all_levels(roles: tuple[Any, ...], actions: set[Action]) -> None:
    assert may(person(*roles)) == {(action, level) for action in actions for level in (None, INSTANCE)}


def test_a_role_of_an_instance_reaches_that_instance_alone() -> None:
    assert may(person(f"Destination Administrator@{INSTANCE}")) == {(READ_D, INSTANCE), (WRITE_D, INSTANCE)}
    assert may(person("Destination Administrator@i-2")) == set()


def test_only_people_of_the_subaccount_have_roles_there() -> None:
    assert may(person("Destination Administrator", tenant="s-2")) == set()
    assert may(person("Destination Administrator", grant_type="client_credentials")) == set()


@pytest.mark.parametrize("claim", [None, "Destination Viewer", {"xs.rolecollections": "Destination Viewer"}, []])
def test_a_claim_of_another_shape_gives_nothing(claim: Any) -> None:
    claims = {"user_name": "alice", "xs.system.attributes": claim}
    assert may(VerifiedToken(MappingProxyType(claims), SUBACCOUNT, "client", 0)) == set()


def test_assignments_are_written_as_they_are_read() -> None:
    assignments = [
        RoleAssignment(SUBACCOUNT, "alice", Role.CERTIFICATE_VIEWER),
        RoleAssignment(SUBACCOUNT, "alice", Role.DESTINATION_VIEWER, INSTANCE),
    ]
    assert may(person(*written(assignments))) == {(READ_C, None), (READ_C, INSTANCE), (READ_D, INSTANCE)}
