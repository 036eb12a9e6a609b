"""outbound.smtp-port: what is judged from facts alone, and what is left alone."""

from __future__ import annotations

import msgspec

from landbridge.checks.conversation import Conversation, Protection
from landbridge.checks.diagnose import diagnose
from landbridge.checks.evidence import Effect, Evidence, Layer, Step, Target
from landbridge.checks.observations import (
    AddressAsked,
    AddressTried,
    Greeted,
    LogonTried,
    NameResolved,
    Observation,
    Offered,
    PortBeside,
    TalkEnded,
)

TARGET = Target(protocol="smtp", host="mail.example.test", port=25)
RESOLVED = NameResolved(host="mail.example.test", addresses=("192.0.2.7",))
REACHED = AddressTried(address="192.0.2.7", port=25)
GREETED = Greeted(port=25, text="220 mail.example.test", welcome=True, code=220)
LISTED = Offered(features=("STARTTLS", "AUTH PLAIN"))


def judged(*facts: Observation, target: Target = TARGET) -> list[str]:
    step = Step(probe="dialog", layer=Layer.PROTOCOL, effect=Effect.SAFE, seen=facts)
    return [finding.name for finding in diagnose(Evidence(target=target, at=0, steps=(step,)))]


def wishing(**wish: object) -> Target:
    return msgspec.structs.replace(TARGET, conversation=Conversation(**wish))  # type: ignore[arg-type]


def test_a_server_in_order() -> None:
    assert judged(RESOLVED, REACHED, GREETED, LISTED) == []


def test_a_server_that_is_busy_does_not_refuse_our_address() -> None:
    busy = Greeted(port=25, text="421 later", welcome=False, code=421)
    assert judged(RESOLVED, REACHED, busy) == []


def test_a_refusal_for_now_is_no_refusal_of_the_recipient() -> None:
    later = AddressAsked(role="recipient", accepted=False, code=450, text="450 greylisted")
    assert judged(RESOLVED, REACHED, GREETED, LISTED, later) == []


def test_a_port_that_is_refused_is_not_blocked_on_the_way() -> None:
    refused = AddressTried(address="192.0.2.7", port=25, problem="refused", reason="connection refused")
    other = PortBeside(port=587, text="220 mail.example.test")
    assert judged(RESOLVED, refused, other) == ["inbound.icm-connection-failed/refused"]
    named = wishing(port_given=False)
    assert judged(RESOLVED, refused, other, target=named) == ["outbound.smtp-port/no-port-given"]


def test_a_port_that_swallows_everything_is_blocked_only_where_another_one_answers() -> None:
    silent = AddressTried(address="192.0.2.7", port=25, problem="timeout", reason="no answer in time")
    other = PortBeside(port=587, problem="no answer in time")
    assert judged(RESOLVED, silent, other) == ["inbound.icm-connection-failed/filtered"]
    greets = PortBeside(port=587, text="220 mail.example.test")
    assert judged(RESOLVED, silent, other, greets) == ["outbound.smtp-port/port-25-blocked"]


def test_a_logon_that_is_demanded_is_no_wrong_password() -> None:
    refused = AddressAsked(role="sender", accepted=False, code=530, text="530 log on first")
    offered = Offered(features=("AUTH PLAIN",))
    assert judged(RESOLVED, REACHED, GREETED, offered, refused) == ["outbound.smtp-port/sender-or-relay"]


def test_plain_text_that_is_refused_where_tls_is_offered_is_a_matter_of_protection() -> None:
    refused = AddressAsked(role="sender", accepted=False, code=530, text="530 STARTTLS first")
    plain = wishing(protection=Protection.OFF)
    assert judged(RESOLVED, REACHED, GREETED, LISTED, refused, target=plain) == [
        "outbound.smtp-port/protection-mismatch"
    ]


def test_a_mechanism_that_is_too_weak_is_no_wrong_password() -> None:
    weak = LogonTried(wanted=("PLAIN",), mechanism="PLAIN", code=534, text="534 too weak")
    assert judged(RESOLVED, REACHED, GREETED, LISTED, weak) == ["outbound.smtp-port/auth-mech"]


def test_a_logon_that_cannot_be_judged_for_now_is_not_named() -> None:
    later = LogonTried(wanted=("PLAIN",), mechanism="PLAIN", code=454, text="454 later")
    assert judged(RESOLVED, REACHED, GREETED, LISTED, later) == []


def test_silence_is_not_a_refusal_of_our_address() -> None:
    assert judged(RESOLVED, REACHED, TalkEnded(stage="greeting", problem="silent")) == []
    assert judged(RESOLVED, REACHED, TalkEnded(stage="greeting", problem="closed")) == [
        "outbound.smtp-port/ip-not-allowed"
    ]


def test_what_a_connector_saw_is_not_judged_as_if_we_had_called() -> None:
    unknown = NameResolved(host="mail.example.test", problem="unknown")
    assert judged(unknown) == ["outbound.smtp-port/dns"]
    assert judged(unknown, target=msgspec.structs.replace(TARGET, location="location:A")) == []
