"""What a token says of itself."""

from __future__ import annotations

import base64
import json

import pytest

from landbridge.checks.http.jwt import expiry, told
from landbridge.model.secret import Secret


def token(head: object, claims: object) -> Secret:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, claims)]
    return Secret(".".join([*parts, "signature"]))


def test_claims_that_name_no_person_are_told() -> None:
    claims = {"iss": "https://a.test", "aud": ["x", "y"], "exp": 17, "user_name": "someone", "email": "a@b.test"}
    head, told_claims = told(token({"alg": "RS256", "x5c": ["certificate"]}, claims))
    assert head == {"alg": "RS256"}
    assert told_claims == {"iss": "https://a.test", "aud": "x y", "exp": "17"}
    assert expiry(token({}, claims)) == 17.0


@pytest.mark.parametrize("text", ["", "opaque", "a.b.c", "a.b", "e30.W10.x", "é.é.é", "e30.e30.x"])
def test_other_tokens_tell_nothing(text: str) -> None:
    assert told(Secret(text)) == ({}, {})
    assert expiry(Secret(text)) == 0.0
