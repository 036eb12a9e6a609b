"""Files of certificates: each format, with every way in which it can be wrong."""

from __future__ import annotations

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landbridge.destinations.keystores import reading
from landbridge.destinations.keystores.jks import write_jks
from landbridge.destinations.keystores.material import Entry
from landbridge.destinations.keystores.pem import write_pem
from landbridge.destinations.keystores.reading import check, key_material, read
from landbridge.faults import FaultError
from landbridge.model.secret import Secret
from tests.destinations.keystores.files import (
    PASSWORD,
    a_der,
    a_jks,
    a_p12,
    a_pem,
    certificate,
    ec_key,
    entry,
    rsa_key,
)

WITH_KEYS = {"c.p12": a_p12, "c.PFX": a_p12, "c.jks": a_jks, "c.pem": lambda: a_pem(PASSWORD)}


def code_of(caught: pytest.ExceptionInfo[FaultError]) -> str:
    return caught.value.fault.code


@pytest.mark.parametrize("name", WITH_KEYS)
def test_a_key_and_its_chain_come_out(name: str) -> None:
    material = key_material(name, WITH_KEYS[name](), PASSWORD)
    leaf, root = entry().certificates
    assert (material.certificate, material.chain) == (leaf, (root,))
    loaded = serialization.load_pem_private_key(material.key_pem.encode(), None)
    assert loaded.public_key() == rsa_key().public_key()
    assert material.chain_pem.count("BEGIN CERTIFICATE") == 2
    assert material.chain_pem.startswith(material.certificate_pem)
    assert "PRIVATE" not in repr(material)


@pytest.mark.parametrize("name", WITH_KEYS)
@pytest.mark.parametrize(
    ("password", "code"), [(Secret("wrong"), "certificate.password-wrong"), (None, "certificate.password-missing")]
)
def test_a_password_that_does_not_open(name: str, password: Secret | None, code: str) -> None:
    with pytest.raises(FaultError) as caught:
        key_material(name, WITH_KEYS[name](), password)
    assert code_of(caught) == code
    assert "wrong'" not in caught.value.fault.sentence


@pytest.mark.parametrize("name", WITH_KEYS)
def test_a_file_is_checked_without_its_password(name: str) -> None:
    check(name, WITH_KEYS[name]())


def test_an_empty_password_is_none() -> None:
    assert key_material("c.pem", a_pem(), Secret("")).certificate == entry().certificates[0]
    assert key_material("c.p12", a_p12(Secret("")), Secret("")).certificate == entry().certificates[0]


def test_a_jks_shows_its_certificates_without_a_password() -> None:
    store = read("c.jks", a_jks(), None, open_keys=False)
    assert [item.alias for item in store.entries] == ["root", "client"]
    assert len(store.certificates) == 3
    assert store.key_entry is None


def test_a_keystore_that_java_calls_jks_may_be_pkcs12() -> None:
    assert key_material("c.jks", a_p12(), PASSWORD).certificate == entry().certificates[0]
    check("c.jks", a_p12())


@pytest.mark.parametrize("name", ["c.cer", "c.crt", "c.CRT"])
def test_a_certificate_alone(name: str) -> None:
    assert read(name, a_der()).certificates == entry().certificates[:1]
    with pytest.raises(FaultError) as caught:
        key_material(name, a_der())
    assert code_of(caught) == "certificate.no-private-key"


def test_a_crt_may_be_text_and_hold_a_key() -> None:
    """mTLS to token services takes such files (destination-service §4.0)."""
    assert key_material("c.crt", a_pem()).certificate == entry().certificates[0]


def test_an_elliptic_key() -> None:
    for password in (None, PASSWORD):
        content = write_pem(Entry((), ec_key()), password)
        stranger = certificate("a", "a", rsa_key(), rsa_key())
        with pytest.raises(FaultError) as caught:
            key_material("c.pem", content + write_pem(Entry((stranger,)), None), password)
        assert "belongs to its private key" in caught.value.fault.sentence
        with pytest.raises(FaultError) as caught:
            key_material("c.pem", content, password)
        assert code_of(caught) == "certificate.no-private-key"


def test_the_chain_is_put_in_order_and_strangers_stay_out() -> None:
    leaf, root = entry().certificates
    stranger = certificate("stranger", "stranger", rsa_key(2), rsa_key(2))
    content = write_pem(Entry((stranger, root, leaf), rsa_key()), None)
    material = key_material("c.pem", content)
    assert (material.certificate, material.chain) == (leaf, (root,))


def test_a_key_of_an_old_kind_of_pem() -> None:
    key = rsa_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    assert key_material("c.pem", b"Bag Attributes: x\n" + key + a_pem()).certificate == entry().certificates[0]


def test_an_encrypted_key_of_an_old_kind_of_pem() -> None:
    key = rsa_key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.BestAvailableEncryption(b"old"),
    )
    assert b"DEK-Info" in key
    assert key_material("c.pem", key + a_pem(), Secret("old")).certificate == entry().certificates[0]
    for password, code in ((Secret("no"), "certificate.password-wrong"), (None, "certificate.password-missing")):
        with pytest.raises(FaultError) as caught:
            key_material("c.pem", key + a_pem(), password)
        assert code_of(caught) == code


NOT = {
    "text": b"hello",
    "nothing": b"",
    "half a file": a_pem()[:300],
    "no base64": b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
    "no certificate in base64": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "a number": b"\x02\x01\x05",
    "jceks": bytes.fromhex("cececece00000002") + bytes(40),
}


@pytest.mark.parametrize("name", ["c.pem", "c.p12", "c.pfx", "c.jks", "c.cer", "c.crt"])
@pytest.mark.parametrize("what", NOT)
def test_what_is_no_certificate(name: str, what: str) -> None:
    for work in (lambda: check(name, NOT[what]), lambda: key_material(name, NOT[what], PASSWORD)):
        with pytest.raises(FaultError) as caught:
            work()
        assert code_of(caught) == "certificate.unusable"


@pytest.mark.parametrize("name", ["c", "c.txt", "c.pem.bak", "", ".pem", "c.p12 "])
def test_an_unknown_extension(name: str) -> None:
    with pytest.raises(FaultError) as caught:
        check(name, a_pem())
    assert code_of(caught) == "certificate.extension-unknown"


def test_a_file_that_is_too_large() -> None:
    with pytest.raises(FaultError) as caught:
        check("c.pem", a_pem() + b"\n" * reading.SIZE_LIMIT)
    assert code_of(caught) == "certificate.too-large"


def test_many_small_blocks_are_refused_before_they_are_read() -> None:
    block = b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"
    with pytest.raises(FaultError) as caught:
        check("c.pem", block * 501)
    assert "more than 500 blocks" in caught.value.fault.sentence


SAMPLES = {"c.p12": a_p12, "c.jks": a_jks, "c.pem": a_pem, "c.cer": a_der}


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(sorted(SAMPLES)),
    at=st.floats(0, 1),
    patch=st.binary(min_size=0, max_size=6),
    cut=st.booleans(),
    password=st.sampled_from([PASSWORD, None]),
)
def test_a_damaged_file_is_a_fault_or_still_good(
    name: str, at: float, patch: bytes, cut: bool, password: Secret | None
) -> None:
    whole = SAMPLES[name]()
    place = int(at * len(whole))
    damaged = whole[:place] + patch + (b"" if cut else whole[place + len(patch) :])
    _read_or_refused(name, damaged, password)


@settings(max_examples=300)
@given(name=st.sampled_from(sorted(SAMPLES)), content=st.binary(max_size=400))
def test_garbage_is_a_fault(name: str, content: bytes) -> None:
    for begin in (b"", b"\x30\x80", bytes.fromhex("feedfeed00000002"), b"-----BEGIN CERTIFICATE-----\n"):
        _read_or_refused(name, begin + content, PASSWORD)


def _read_or_refused(name: str, content: bytes, password: Secret | None) -> None:
    for work in (
        lambda: check(name, content),
        lambda: read(name, content, password, open_keys=False),
        lambda: key_material(name, content, password),
    ):
        with suppress(FaultError):  # anything else fails the test
            work()


def test_writing_jks_with_names_in_any_case() -> None:
    content = write_jks((Entry(entry().certificates, rsa_key(), "CLIENT"),), PASSWORD, 0)
    assert read("a.jks", content, PASSWORD).entries[0].alias == "client"
