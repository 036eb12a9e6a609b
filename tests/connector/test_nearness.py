"""Why a path is not exposed."""

from __future__ import annotations

import pytest

from landbridge.connector.nearness import nearest, passes_in_other_case, passes_plainly, plainly
from landbridge.model.mapping import Mapping, Resource


def mapping(*resources: Resource) -> Mapping:
    return Mapping("erp.virtual", 80, "erp.internal", 8000, resources=resources)


def test_the_resource_with_the_longest_common_beginning_is_the_nearest() -> None:
    found = nearest(mapping(Resource("/sap/bc"), Resource("/sap/opu")), "/sap/odata")
    assert found is not None
    assert (found.resource.path, found.position) == ("/sap/opu", 6)


def test_one_that_covers_the_path_comes_before_one_that_is_longer() -> None:
    found = nearest(mapping(Resource("/sap/opu/x"), Resource("/sap", enabled=False)), "/sap/opu/y")
    assert found is not None
    assert found.resource.path == "/sap"


def test_a_mapping_without_resources_has_none() -> None:
    assert nearest(mapping(), "/sap") is None


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        ("//sap", "/sap"),
        ("/sap%2Fopu", "/sap/opu"),
        ("/sap;v=1/opu", "/sap/opu"),
        ("/a/../sap", "/sap"),
        ("/./sap", "/sap"),
        ("\\sap", "/sap"),
        ("/..", "/"),
        ("/sap/", "/sap/"),
    ],
)
def test_plain_forms(path: str, plain: str) -> None:
    assert plainly(path) == plain


def test_what_would_have_to_be_different() -> None:
    exposed = mapping(Resource("/sap/opu"), Resource("/off", enabled=False))
    assert passes_in_other_case(exposed, "/SAP/OPU/x")
    assert not passes_in_other_case(exposed, "/OFF")
    assert passes_plainly(exposed, "//sap/opu")
    assert not passes_plainly(exposed, "/sap/opu"), "it is plain already"
    assert not passes_plainly(exposed, "//off")
