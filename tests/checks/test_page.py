"""The report as HTML: complete by itself, escaped, without secrets."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from html.parser import HTMLParser

from landbridge.checks.evidence import Effect, Evidence, LastGood, Layer, Step, Target
from landbridge.checks.observations import AddressTried, NameResolved, NothingSeen, TlsHandshake, TrustAnchors
from landbridge.checks.page import page
from landbridge.checks.report import report
from landbridge.lab.pki import leaf, root

NOW = time.time()
TARGET = Target(protocol="tls", host="erp.example.test", port=443)


class _Links(HTMLParser):
    """Everything that would load or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        outside = [name for name, _ in attrs if name in ("src", "href", "action") or name.startswith("on")]
        if tag in ("script", "link", "img", "iframe", "object", "form") or outside:
            self.found.append(tag)


def evidence(*steps: Step, last_good: LastGood | None = None) -> Evidence:
    return Evidence(target=TARGET, at=NOW, steps=steps, last_good=last_good)


def expired() -> Evidence:
    top = root("Lab Root")
    pem = leaf(top, ["erp.example.test"], days=10, age=30).pem
    shaken = TlsHandshake(host=TARGET.host, port=443, server_name=TARGET.host, version="TLSv1.3", chain=(pem,))
    trusted = TrustAnchors(source="a file", certificates=(top.pem,))
    step = Step(probe="tls", layer=Layer.TLS_SERVER, effect=Effect.HANDSHAKE, seen=(trusted, shaken))
    return evidence(step, last_good=LastGood(at=1.0, seen={"certificate": "AA:BB"}))


def test_it_holds_all_of_the_report() -> None:
    finished = report(expired())
    text = page(finished)
    (finding,) = finished.findings
    assert finding.name == "outbound.cert-path/expired"
    for part in (
        finding.name,
        finding.fault,
        "erp.example.test:443",
        "AA:BB",
        f"{datetime.fromtimestamp(NOW, UTC):%Y-%m-%d %H:%M:%S} UTC",
    ):
        assert part in text
    assert all(other.cause in text for other in finding.alternatives)


def test_it_loads_and_runs_nothing() -> None:
    links = _Links()
    links.feed(page(report(expired())))
    assert links.found == []


def test_what_a_server_says_is_text() -> None:
    shaken = TlsHandshake(host="h", port=1, problem="not-tls", first_bytes="<script>alert(1)</script>")
    step = Step(probe="tls", layer=Layer.TLS_SERVER, effect=Effect.HANDSHAKE, seen=(shaken,))
    text = page(report(evidence(step)))
    assert "<script" not in text
    assert "&lt;script" in text


def test_secrets_that_a_server_says_are_out() -> None:
    shaken = TlsHandshake(host="h", port=1, problem="not-tls", first_bytes="password=hunter2; Bearer abcdefghijklmnop")
    step = Step(probe="tls", layer=Layer.TLS_SERVER, effect=Effect.HANDSHAKE, seen=(shaken,))
    text = page(report(evidence(step)))
    assert "hunter2" not in text
    assert "abcdefghijklmnop" not in text


def test_nothing_found_says_so() -> None:
    steps = (
        Step(
            probe="name",
            layer=Layer.NAME,
            effect=Effect.PASSIVE,
            seen=(NameResolved(host=TARGET.host, addresses=("192.0.2.1",)),),
        ),
        Step(
            probe="tcp",
            layer=Layer.TCP,
            effect=Effect.HANDSHAKE,
            seen=(AddressTried(address="192.0.2.1", port=443),),
        ),
        Step(probe="tls", layer=Layer.TLS_SERVER, effect=Effect.HANDSHAKE, skipped="it was not asked for"),
    )
    text = page(report(evidence(*steps)))
    assert "Nothing was found" in text
    assert "it was not asked for" in text


def test_what_failed_without_a_name_is_no_health() -> None:
    failed = (NothingSeen(reason="no end within 10 seconds", seconds=10),)
    step = Step(probe="tls", layer=Layer.PROTOCOL, effect=Effect.HANDSHAKE, seen=failed)
    finished = report(evidence(step))
    assert not finished.healthy
    assert finished.as_json()["unexplained"] == ["tls"]
    assert "no rule says why" in page(finished)
    beside = Step(probe="tls", layer=Layer.PROTOCOL, effect=Effect.HANDSHAKE, seen=failed, aside=True)
    assert report(evidence(beside)).healthy
