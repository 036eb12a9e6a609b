"""Certificates that a hostile server may send: whatever is in them, a report comes out."""

from __future__ import annotations

import json
import time

from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from landbridge.checks.evidence import Effect, Evidence, Layer, Perspective, Step, Target
from landbridge.checks.handshake import pem
from landbridge.checks.observations import TlsHandshake, TrustAnchors
from landbridge.checks.page import page
from landbridge.checks.report import report
from landbridge.lab.pki import intermediate, leaf, root, rsa_key

TOP = root("Root")
ISSUING = intermediate(TOP, "Issuing", "http://localhost/root.cer", path_length=0, permitted=["localhost"])
PAIR = leaf(ISSUING, key=rsa_key(1024), issuer_address="http://localhost/issuing.cer")
CHAIN = tuple(one.public_bytes(Encoding.DER) for one in (PAIR.certificate, ISSUING.certificate))
NOW = time.time()


def told(chain: tuple[bytes, ...], perspective: Perspective) -> None:
    shaken = TlsHandshake(
        host="localhost",
        port=443,
        server_name="localhost",
        version="TLSv1.3",
        chain=tuple(map(pem, chain)),
        ended="open",
    )
    facts = (TrustAnchors(source="a file", certificates=(TOP.pem,)), shaken)
    step = Step(probe="tls", layer=Layer.TLS_SERVER, effect=Effect.HANDSHAKE, seen=facts)
    target = Target(protocol="tls", host="localhost", port=443, perspective=perspective)
    finished = report(Evidence(target=target, at=NOW, steps=(step,)))
    json.dumps(finished.as_json())
    page(finished)
    assert len(finished.chain) == len(chain)


@st.composite
def changed(draw: st.DrawFn) -> tuple[bytes, ...]:
    """The chain with some bytes changed in one of its certificates."""
    which = draw(st.integers(0, 1))
    content = bytearray(CHAIN[which])
    for _ in range(draw(st.integers(1, 4))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return (*CHAIN[:which], bytes(content), *CHAIN[which + 1 :])


@settings(max_examples=60)
@given(changed(), st.sampled_from(Perspective))
def test_changed_certificates(chain: tuple[bytes, ...], perspective: Perspective) -> None:
    told(chain, perspective)


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=3), st.sampled_from(Perspective))
def test_anything(chain: list[bytes], perspective: Perspective) -> None:
    told(tuple(chain), perspective)
