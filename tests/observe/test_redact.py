"""Secrets do not reach the log, by name of the field or by shape of the text."""

from __future__ import annotations

import pytest

from landbridge.model.secret import Secret
from landbridge.observe.redact import HIDDEN, redact, redact_text

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"got {TOKEN} from a client", TOKEN),
        ("Proxy-Authorization: Basic Zm9vOmJhcg==", "Zm9vOmJhcg"),
        ('"Basic Zm9vOmJhcmI=",', "Zm9vOmJhcmI"),
        ("authorization: bearer abcdef.ghijkl", "abcdef"),
        ("POST /oauth/token?client_secret=hush&x=1", "hush"),
        ("username=u&password=p%20w", "p%20w"),
        ("postgresql+asyncpg://lb:hush@db.example.com/lb", "hush"),
        ("use landbridge1.eyJnYXRld2F5cyI6W10 now", "eyJnYXRld2F5cyI6W10"),
        ("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----", "MHcCAQEE"),
        ("-----BEGIN PRIVATE KEY-----\nMHcCAQEE (cut", "MHcCAQEE"),
    ],
)
def test_text_loses_its_secret(text: str, secret: str) -> None:
    assert secret not in redact_text(text)
    assert HIDDEN in redact_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "GET /destinations/erp 200",
        "http://localhost:8080/ready",
        "-----BEGIN CERTIFICATE-----\nMIIB",
        "a basic idea, no bearer token",
        "found destination=basic fragments=[]",
        "found destination=basic correlation=4f1a",
    ],
)
def test_harmless_text_stays(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize("name", ["Password", "clientSecret", "Proxy-Authorization", "client_secret", "mail.password"])
def test_fields_are_known_by_their_name_however_it_is_spelled(name: str) -> None:
    assert redact({name: "hush", "User": "me"}) == {name: HIDDEN, "User": "me"}


def test_an_empty_secret_shows_as_empty_because_that_is_often_the_fault() -> None:
    assert redact({"Password": ""}) == {"Password": ""}


def test_containers_are_searched_and_copied() -> None:
    given = {"headers": [{"authorization": "x"}], "parts": (TOKEN, 7, None)}
    assert redact(given) == {"headers": [{"authorization": HIDDEN}], "parts": [HIDDEN, 7, None]}
    assert given["parts"] == (TOKEN, 7, None)


def test_a_secret_stays_one_in_any_field() -> None:
    assert redact({"note": Secret("hush")}) == {"note": HIDDEN}


def test_bytes_are_read_as_text() -> None:
    assert redact(TOKEN.encode()) == HIDDEN
