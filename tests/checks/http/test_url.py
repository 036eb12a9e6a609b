"""URLs: where redirects lead, and what of an address may be seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.checks.http.url import Url, joined, parameters, shown

BASE = Url("https", "erp.example.test", 443, "/a/b?c=d")


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/login", Url("https", "erp.example.test", 443, "/login")),
        ("next?x=1", Url("https", "erp.example.test", 443, "/a/next?x=1")),
        ("http://other.test:81", Url("http", "other.test", 81, "/")),
        ("//other.test/x", Url("https", "other.test", 443, "/x")),
        ("/ä b%2Fc", Url("https", "erp.example.test", 443, "/%E4%20b%2Fc")),
        ("http://[::1]:8080/", Url("http", "::1", 8080, "/")),
    ],
)
def test_a_redirect_leads_where_it_says(location: str, url: Url) -> None:
    assert joined(BASE, location) == url


@pytest.mark.parametrize("location", ["javascript:alert(1)", "ftp://x/", "http://", "http://[", "http://x:99999/"])
def test_other_addresses_lead_nowhere(location: str) -> None:
    with pytest.raises(ValueError):
        joined(BASE, location)


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=100))
def test_no_redirect_breaks_a_request(location: str) -> None:
    try:
        url = joined(BASE, location)
    except ValueError:
        return
    assert url.path.isascii()
    assert not any(character.isspace() for character in url.path)


def test_authority_and_place() -> None:
    assert BASE.authority == "erp.example.test"
    assert Url("http", "::1", 8080).authority == "[::1]:8080"
    assert BASE.is_same_place(Url("https", "ERP.example.test", 443, "/other"))
    assert not BASE.is_same_place(Url("http", "erp.example.test", 443))


def test_what_may_be_secret_is_not_shown() -> None:
    address = "https://me:word@x.test/p?SAMLRequest=abc&response_type=code&sap-client=100&$top=1&empty=#part"
    assert shown(address) == "https://x.test/p?SAMLRequest=•••&response_type=code&sap-client=100&$top=1&empty"
    assert shown("http://[") == "an address that cannot be read"


def test_parameters_by_name_in_lower_case() -> None:
    assert parameters("/x?SAMLRequest=1&a=b") == {"samlrequest": "1", "a": "b"}
    assert parameters("http://[") == {}
