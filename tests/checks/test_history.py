"""What changed since a target was last seen in order."""

from __future__ import annotations

from pathlib import Path

from landbridge.checks.evidence import Effect, Evidence, LastGood, Layer, Step, Target
from landbridge.checks.history import Change, changes, good
from landbridge.checks.memory import remember, remembered
from landbridge.checks.observations import NameResolved, TlsHandshake
from landbridge.checks.observations.fact import Fact
from landbridge.lab.pki import leaf

TARGET = Target(protocol="tls", host="erp.example.test", port=443)


def evidence(*facts: Fact, at: float = 1.0) -> Evidence:
    step = Step(probe="tls", layer=Layer.TLS_SERVER, effect=Effect.HANDSHAKE, seen=facts)  # type: ignore[arg-type]
    return Evidence(target=TARGET, at=at, steps=(step,))


def handshake(pem: str) -> TlsHandshake:
    return TlsHandshake(
        host="erp.example.test", port=443, server_name="erp.example.test", version="TLSv1.3", chain=(pem,)
    )


def test_a_changed_certificate_is_told(tmp_path: Path) -> None:
    old, new = leaf(None).pem, leaf(None).pem
    assert remember(TARGET, good(evidence(handshake(old))), tmp_path)
    now = remembered(evidence(handshake(new), at=2.0), tmp_path)
    (change,) = changes(now)
    assert change.what == "certificate"
    assert change.before != change.now
    assert now.last_good is not None
    assert now.last_good.at == 1.0


def test_the_same_again_is_no_change(tmp_path: Path) -> None:
    pem = leaf(None).pem
    remember(TARGET, good(evidence(handshake(pem))), tmp_path)
    assert changes(remembered(evidence(handshake(pem)), tmp_path)) == ()


def test_what_was_not_seen_this_time_has_not_changed(tmp_path: Path) -> None:
    remember(TARGET, good(evidence(handshake(leaf(None).pem))), tmp_path)
    assert changes(remembered(evidence(NameResolved(host="erp.example.test")), tmp_path)) == ()


def test_another_target_has_its_own_memory(tmp_path: Path) -> None:
    remember(TARGET, LastGood(at=1.0, seen={"certificate": "AA"}), tmp_path)
    other = Evidence(target=Target(protocol="tls", host="erp.example.test", port=8443), at=2.0)
    assert remembered(other, tmp_path).last_good is None


def test_a_memory_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    remember(TARGET, LastGood(at=1.0, seen={}), tmp_path)
    for file in tmp_path.iterdir():
        file.write_text("{")
    assert remembered(evidence(), tmp_path).last_good is None


def test_a_place_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("")
    assert not remember(TARGET, LastGood(at=1.0, seen={}), place / "below")


def test_a_change_names_both() -> None:
    before = LastGood(at=1.0, seen={"TLS": "TLSv1.2", "gone": "x"})
    now = Evidence(target=TARGET, at=2.0, steps=evidence(handshake(leaf(None).pem)).steps, last_good=before)
    assert changes(now) == (Change("TLS", "TLSv1.2", "TLSv1.3"),)
