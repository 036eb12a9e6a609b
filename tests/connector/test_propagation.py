"""From a user's token to a subject and a certificate, step by step (cloud-connector §3.2, §12 item 6)."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from joserfc import jwt
from joserfc.jwk import ECKey

from landbridge.connector.propagation.certificate import CertificateIssuer, load_issuer
from landbridge.connector.propagation.subject import Unresolved, subject, variables
from landbridge.connector.propagation.token import TokenCheck, UserToken
from landbridge.connector.propagation.trust_list import TrustList
from landbridge.faults import FaultError
from landbridge.lab.pki import root
from landbridge.model.propagation import Condition, KeyFiles, SubjectRule, TrustEntry

NOW = 1_800_000_000.0
HOUR = 3600
ISSUER = "https://idp.example"
TENANT = "11111111-aaaa-4bbb-8ccc-000000000001"


class Hand:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def found(technical: bool = False, **claims: Any) -> dict[str, str]:
    return variables(UserToken(claims, ISSUER, "k", technical))


# ---------------------------------------------------------------------- variables


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"user_name": "a", "email": "b", "mail": "c", "user_uuid": "d", "sub": "e"}, "a"),
        ({"email": "b", "mail": "c", "user_uuid": "d", "sub": "e"}, "b"),
        ({"mail": "c", "user_uuid": "d", "sub": "e"}, "c"),
        ({"user_uuid": "d", "sub": "e"}, "d"),
        ({"sub": "e", "client_id": "x"}, "e"),
        ({"user_name": "", "sub": "e"}, "e"),
    ],
)
def test_the_name_of_a_person(claims: dict[str, str], name: str) -> None:
    assert (found(**claims)["name"], found(**claims)["user_type"]) == (name, "Business")


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"client_id": "a", "cid": "b", "sub": "c", "azp": "d", "user_name": "person"}, "a"),
        ({"cid": "b", "sub": "c", "azp": "d"}, "b"),
        ({"sub": "c", "azp": "d"}, "c"),
        ({"azp": "d"}, "d"),
    ],
)
def test_the_name_of_a_technical_user(claims: dict[str, str], name: str) -> None:
    assert (found(True, **claims)["name"], found(True, **claims)["user_type"]) == (name, "Technical")


def test_user_attributes_go_above_claims_which_stay_behind_cp() -> None:
    seen = found(
        email="root@x", zid="t", **{"xs.user.attributes": {"email": ["mine@x", "other"], "site": ["north"], "no": []}}
    )
    assert (seen["email"], seen["cp.email"], seen["site"], seen["name"]) == ("mine@x", "root@x", "north", "mine@x")
    assert "no" not in seen
    assert "cp.site" not in seen


def test_a_type_of_user_cannot_be_claimed() -> None:
    assert found(sub="x", user_type="Technical")["user_type"] == "Business"
    assert found(sub="x", **{"xs.user.attributes": {"user_type": ["Technical"]}})["user_type"] == "Business"


# ---------------------------------------------------------------------- rules


def rule(cn: str, condition: Condition = Condition.ALWAYS, claim: str = "", value: str = "") -> SubjectRule:
    return SubjectRule((("CN", cn),), condition, claim, value)


@pytest.mark.parametrize(
    ("claims", "chosen"),
    [
        ({"role": "boss"}, "is"),
        ({"role": "clerk"}, "is not"),
        ({"site": "north"}, "exists"),
        ({}, "does not exist"),
    ],
)
def test_the_first_rule_that_holds_decides(claims: dict[str, str], chosen: str) -> None:
    rules = (
        rule("is", Condition.IS, "role", "boss"),
        rule("is not", Condition.IS_NOT, "role", "boss"),
        rule("exists", Condition.EXISTS, "site"),
        rule("does not exist", Condition.MISSING, "role"),
        rule("always"),
    )
    name, number = subject(rules, claims)
    assert name.rfc4514_string() == f"CN={chosen}"
    assert rules[number - 1].fields == (("CN", chosen),)


def test_fields_come_in_the_order_of_the_original_and_values_cannot_break_out() -> None:
    fields = (("C", "DE"), ("O", "${org}"), ("EMAIL", "${mail}"), ("CN", "${name},O=evil"))
    name, _ = subject((SubjectRule(fields),), {"org": 'A, "B"', "mail": "a@b", "name": "x"})
    assert [attribute.rfc4514_attribute_name for attribute in name] == ["CN", "1.2.840.113549.1.9.1", "O", "C"]
    assert [attribute.value for attribute in name] == ["x,O=evil", "a@b", 'A, "B"', "DE"]


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ((("CN", "${nobody}"),), "nobody"),
        ((("C", "${name}"),), "'C'"),
        ((("CN", "x" * 65),), "'CN'"),
        ((), "no attribute"),
    ],
)
def test_what_cannot_be_filled_is_blamed(fields: tuple[tuple[str, str], ...], blamed: str) -> None:
    with pytest.raises(Unresolved, match=blamed):
        subject((SubjectRule(fields),), {"name": "Germany"})


def test_no_rule_at_all() -> None:
    with pytest.raises(Unresolved, match="no rule"):
        subject((rule("x", Condition.EXISTS, "y"),), {})


# ---------------------------------------------------------------------- tokens


def key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid})


def listed(*keys: ECKey, enabled: bool = True) -> TrustEntry:
    jwks = json.dumps({"keys": [one.as_dict(private=False) for one in keys]})
    return TrustEntry("idp", ISSUER, jwks, enabled)


def signed(by: ECKey, **claims: Any) -> str:
    content = {"iss": ISSUER, "sub": "erika", "exp": NOW + HOUR} | claims
    return jwt.encode({"alg": "ES256", "kid": by.kid}, content, by, algorithms=["ES256"])


def refusal(check: TokenCheck, token: str) -> str:
    with pytest.raises(FaultError) as caught:
        check.verify(token, technical=False)
    return caught.value.fault.code


def test_a_token_counts_until_its_tolerance_is_over_also_when_it_is_remembered() -> None:
    clock, trust, mine = Hand(), TrustList(), key("1")
    trust.replace([listed(mine)])
    check, token = TokenCheck(trust, TENANT, 2, clock), signed(mine)
    for clock.now in (NOW, NOW + HOUR, NOW + 3 * HOUR - 1):
        assert check.verify(token, technical=False).claims["sub"] == "erika"
    clock.now = NOW + 3 * HOUR
    assert refusal(check, token) == "principal.token-expired"
    assert refusal(TokenCheck(trust, TENANT, 2, clock), token) == "principal.token-expired"


def test_a_rotated_key_counts_from_the_next_list_on_and_the_old_one_no_more() -> None:
    trust, old, new = TrustList(), key("1"), key("2")
    check = TokenCheck(trust, TENANT, 1, Hand())
    trust.replace([listed(old)])
    assert check.verify(signed(old), technical=False).key_id == "1"
    assert refusal(check, signed(new)) == "principal.token-signature"
    trust.replace([listed(new)])
    assert check.verify(signed(new), technical=False).key_id == "2"
    assert refusal(check, signed(old)) == "principal.token-signature", "also a token that was good before"


def test_an_issuer_that_is_switched_off_or_gone() -> None:
    trust, mine = TrustList(), key("1")
    check, token = TokenCheck(trust, TENANT, 1, Hand()), signed(mine)
    assert refusal(check, token) == "principal.trust-empty"
    trust.replace([listed(mine)])
    check.verify(token, technical=False)
    trust.replace([listed(mine, enabled=False)])
    assert refusal(check, token) == "principal.issuer-disabled"
    trust.replace([listed(mine)])
    assert refusal(check, signed(mine, iss="https://other")) == "principal.issuer-untrusted"
    here = TokenCheck(trust, TENANT, 1, Hand(), [ISSUER])
    assert refusal(here, token) == "principal.issuer-disabled", "by the connector alone"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"zid": "other"}, "principal.other-tenant"),
        ({"app_tid": "other"}, "principal.other-tenant"),
        ({"exp": "soon"}, "principal.token-malformed"),
        ({"nbf": NOW + 61}, "principal.token-malformed"),
    ],
)
def test_claims_that_do_not_fit(claims: dict[str, Any], code: str) -> None:
    trust, mine = TrustList(), key("1")
    trust.replace([listed(mine)])
    assert refusal(TokenCheck(trust, TENANT, 1, Hand()), signed(mine, **claims)) == code


@pytest.mark.parametrize("framed", ['"{}"', "Bearer {}", " {}", "{}\n", "{}.more", "{}="])
def test_a_token_with_anything_around_it_is_none(framed: str) -> None:
    trust, mine = TrustList(), key("1")
    trust.replace([listed(mine)])
    code = refusal(TokenCheck(trust, TENANT, 1, Hand()), framed.format(signed(mine)))
    assert code == "principal.token-malformed"


def test_keys_that_anybody_could_sign_with_are_not_taken() -> None:
    trust = TrustList()
    secret = TrustEntry("bad", ISSUER, json.dumps({"keys": [{"kty": "oct", "k": "c2VjcmV0" * 4}]}))
    assert trust.replace([secret, TrustEntry("worse", ISSUER, "no json")]) == ("bad", "worse")
    assert len(trust) == 0


def test_a_client_credentials_token_is_technical_whatever_header_it_came_in() -> None:
    trust, mine = TrustList(), key("1")
    trust.replace([listed(mine)])
    check = TokenCheck(trust, TENANT, 1, Hand())
    assert check.verify(signed(mine, grant_type="client_credentials"), technical=False).technical
    assert check.verify(signed(mine), technical=True).technical
    assert not check.verify(signed(mine), technical=False).technical


# ---------------------------------------------------------------------- certificates


def issuer(folder: Path, clock: Hand, minutes: int = 60) -> CertificateIssuer:
    pair = root("signer of users", days=36_500, age=7300)
    (folder / "ca.pem").write_text(pair.pem)
    (folder / "ca.key").write_text(pair.key_pem)
    return load_issuer(KeyFiles(str(folder / "ca.pem"), str(folder / "ca.key")), folder, minutes, clock)


def test_a_certificate_is_used_while_it_lives(tmp_path: Path) -> None:
    clock = Hand()
    signer = issuer(tmp_path, clock, minutes=10)
    name, _ = subject((rule("erika"),), {})
    other, _ = subject((rule("otto"),), {})
    assert signer.cached(name) is None
    issued = signer.issue(name)
    signer.remember(name, issued)
    assert signer.cached(other) is None
    clock.now = NOW + 8 * 60
    assert signer.cached(name) is issued
    clock.now = NOW + 9 * 60
    assert signer.cached(name) is None, "too short for a request to arrive with it"


def test_an_authority_that_has_ended_signs_nothing(tmp_path: Path) -> None:
    clock = Hand()
    signer = issuer(tmp_path, clock)
    name, _ = subject((rule("erika"),), {})
    clock.now = NOW + 100 * 365 * 86_400
    with pytest.raises(ValueError, match="is valid from"):
        signer.issue(name)


def test_what_a_certificate_says(tmp_path: Path) -> None:
    signer = issuer(tmp_path, Hand(), minutes=10)
    name, _ = subject((rule("erika"),), {})
    certificate = x509.load_der_x509_certificate(base64.b64decode(signer.issue(name).header))
    ca = x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes())
    certificate.verify_directly_issued_by(ca)
    assert certificate.subject == name
    assert certificate.not_valid_after_utc.timestamp() == NOW + 600
    assert certificate.not_valid_before_utc.timestamp() <= NOW
    assert certificate.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [oid.dotted_string for oid in usage] == ["1.3.6.1.5.5.7.3.2"]
