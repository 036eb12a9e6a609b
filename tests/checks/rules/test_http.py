"""Judgements about HTTP answers, from evidence alone."""

from __future__ import annotations

import pytest

from landbridge.checks.diagnose import diagnose
from landbridge.checks.evidence import Effect, Evidence, Layer, Step, Target
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import HttpAnswer, LogonGiven, Observation, TokenAnswered
from landbridge.checks.observations.http import Cookie
from landbridge.checks.rules import http
from landbridge.checks.rules.book import Holds, Not
from landbridge.checks.rules.http_sentences import SENTENCES, sentence

NOW = 1_800_000_000.0


def evidence(
    *facts: Observation, host: str = "erp.example.test", scheme: str = "http", protocol: str = "http"
) -> Evidence:
    step = Step(probe="some", layer=Layer.PROTOCOL, effect=Effect.SAFE, seen=facts)
    return Evidence(target=Target(protocol=protocol, scheme=scheme, host=host, port=80), at=NOW, steps=(step,))


def got(status: int, *headers: tuple[str, str], purpose: str = "answer", logon: str = "", **more: object) -> HttpAnswer:
    return HttpAnswer(
        purpose=purpose, method="GET", url="http://x/", status=status, headers=headers, logon=logon, **more
    )  # type: ignore[arg-type]


def named(*facts: Observation, **more: str) -> list[str]:
    return [finding.name for finding in diagnose(evidence(*facts, **more))]


@pytest.mark.parametrize(
    ("headers", "who"),
    [
        ((), "target"),
        ((("Server", "nginx/1.2"),), "target (nginx/1.2)"),
        ((("Server", "squid/5.7"),), "gateway (squid/5.7)"),
        ((("Server", "nginx"), ("X-Squid-Error", "ERR_ACCESS_DENIED 0")), "proxy (nginx)"),
        ((("Server", "apigee"), ("Via", "1.1 edge (apigee)")), "gateway (apigee)"),
        ((("Server", "nginx"), ("Via", "1.1 squid")), "target (nginx)"),
        ((("X-Kong-Response-Latency", "1"),), "gateway (kong)"),
        ((("X-Kong-Response-Latency", "1"), ("X-Kong-Upstream-Latency", "9")), "target"),
        ((("Server", "cloudflare"), ("CF-RAY", "1")), "Cloudflare"),
        ((("Server", "awselb/2.0"),), "gateway (awselb/2.0)"),
        ((("Server", "BigIP"),), "gateway (BigIP)"),
        ((("Proxy-Authenticate", "Basic"), ("Via", "1.1 way")), "proxy (1.1 way)"),
        ((("X-Internal-Error-Code", "tunnel.lost"), ("X-Error-Origin", "tunnel")), "landbridge (origin tunnel)"),
        ((("WWW-Authenticate", 'Basic realm="[ABC/100]"'), ("Server", "icm")), "target (ABC, client 100)"),
    ],
)
def test_who_answered_is_read_from_the_headers(headers: tuple[tuple[str, str], ...], who: str) -> None:
    assert http.emitter(got(401, *headers)) == who


def test_the_answer_that_counts_is_that_of_the_furthest_request() -> None:
    answers = [got(1, purpose="answer"), got(2, purpose="answer"), got(3, purpose="logon"), got(4, purpose="post")]
    for count in range(1, 5):
        found = http.decisive(evidence(*answers[:count]))
        assert found is not None
        assert found.status == count
    assert http.decisive(evidence()) is None


@pytest.mark.parametrize("status", [401, 403, 404, 405, 407, 429, 500, 502, 503, 504])
def test_each_of_these_has_a_sentence_of_its_own(status: int) -> None:
    assert sentence(status).endswith(".")
    assert list(SENTENCES.values()).count(sentence(status)) == 1


@pytest.mark.parametrize("status", [200, 204, 206, 301, 302, 304, 399])
def test_good_answers_are_no_findings(status: int) -> None:
    assert named(got(status)) == []


@pytest.mark.parametrize("status", [400, 402, 404, 410, 418, 422, 499])
def test_any_other_refusal_is_about_the_request(status: int) -> None:
    (finding,) = diagnose(evidence(got(status)))
    assert finding.name == "check.4xx/url-incomplete"
    assert sentence(status) in finding.evidence


@pytest.mark.parametrize("status", [500, 501, 502, 504, 505, 599])
def test_failures_of_servers(status: int) -> None:
    assert named(got(status)) == ["check.5xx/server-error"]


def test_an_answer_of_ours_is_taken_at_its_word() -> None:
    code = ("X-Internal-Error-Code", "tunnel.no-connector")
    (finding,) = diagnose(
        evidence(got(503, code, ("X-Error-Origin", "tunnel"), ("X-Error-Message", "Nobody is there.")))
    )
    assert finding.name == "conn.503/not-connected"
    assert finding.fault == "tunnel.no-connector"
    assert "Nobody is there." in finding.evidence
    assert finding.alternatives


def test_an_answer_of_ours_that_proves_nothing_comes_from_connectivity() -> None:
    ours = got(502, ("X-Internal-Error-Code", "gateway.of-tomorrow"), ("X-Error-Origin", "gateway"))
    (finding,) = diagnose(evidence(ours))
    assert finding.name == "check.5xx/from-connectivity"
    assert finding.emitter == "landbridge (origin gateway)"
    assert {other.cause for other in finding.alternatives} == {"server-error", "no-answer"}


def test_a_logon_in_another_client_is_told_from_a_wrong_one() -> None:
    realm = ("WWW-Authenticate", 'Basic realm="SAP NetWeaver Application Server [ABC/100]"')
    refused = got(401, realm, purpose="logon", logon="Basic")
    for client, cause in (("100", "bad-credentials"), ("200", "sap-client"), ("", "bad-credentials")):
        given = LogonGiven(scheme="Basic", user="shop", sap_client=client)
        assert named(got(401, realm), given, refused) == [f"outbound.http-401/{cause}"]


def test_a_password_outside_ascii_is_read_as_the_server_says() -> None:
    given = LogonGiven(scheme="Basic", user="shop", outside_ascii=True)
    for charset, cause in (("", "encoding"), (', charset="UTF-8"', "bad-credentials")):
        refused = got(401, ("WWW-Authenticate", f"Basic realm=x{charset}"), purpose="logon", logon="Basic")
        assert named(given, refused) == [f"outbound.http-401/{cause}"]


@pytest.mark.parametrize(
    ("expires", "confidence"),
    [(NOW - 1, Confidence.PROVEN), (NOW + 9, Confidence.CONSISTENT), (0.0, Confidence.CONSISTENT)],
)
def test_a_refused_token_is_surely_over_when_it_says_so(expires: float, confidence: Confidence) -> None:
    given = LogonGiven(scheme="Bearer", expires=expires)
    (finding,) = diagnose(evidence(given, got(401, purpose="logon", logon="Bearer")))
    assert (finding.name, finding.confidence) == ("outbound.http-401/oauth-stale", confidence)


@pytest.mark.parametrize(("lives", "found"), [(-1, []), (599, ["outbound.http-401/oauth-stale"]), (600, [])])
def test_tokens_live_long_enough_or_not(lives: int, found: list[str]) -> None:
    assert named(TokenAnswered(style="header", status=200, has_token=True, expires_in=lives)) == found


def test_the_way_of_sending_the_client_is_told_from_a_wrong_client() -> None:
    refused = TokenAnswered(style="body", status=401, is_json=True, error="invalid_client")
    given = TokenAnswered(style="header", status=200, is_json=True, has_token=True)
    (finding,) = diagnose(evidence(refused, given, protocol="oauth"))
    assert finding.action == "Send the client in the header, not in the body."
    (finding,) = diagnose(evidence(refused, protocol="oauth"))
    assert finding.action.startswith("Correct client id and secret")


@pytest.mark.parametrize(
    ("address", "confidence"),
    [
        ("/saml2/idp?SAMLRequest=•••", Confidence.PROVEN),
        ("https://a.test/authorize?client_id=•••&response_type=code", Confidence.PROVEN),
        ("https://a.test/adfs/ls?wa=wsignin1.0", Confidence.PROVEN),
        ("/app/login.jsp", Confidence.CONSISTENT),
        ("/catalogue/logins-of-today", None),
        ("/blog/authors", None),
    ],
)
def test_where_a_redirect_leads(address: str, confidence: Confidence | None) -> None:
    findings = diagnose(evidence(got(302, ("Location", address))))
    assert [one.confidence for one in findings] == ([confidence] if confidence else [])
    assert [one.name for one in findings] == (["check.2xx3xx/redirect-to-login"] if confidence else [])


@pytest.mark.parametrize(
    ("domain", "host", "dropped"),
    [
        ("erp.example.test", "erp.example.test", False),
        (".example.test", "erp.example.test", False),
        ("EXAMPLE.test", "erp.example.test", False),
        ("internal.test", "erp.example.test", True),
        ("rp.example.test", "erp.example.test", True),
        ("0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.1", False),
    ],
)
def test_whether_a_cookie_is_kept_for_a_host(domain: str, host: str, dropped: bool) -> None:
    fetched = got(200, purpose="csrf-get", token=True, cookies=(Cookie(name="s", domain=domain),))
    assert ("outbound.csrf-403/cookie-domain" in named(got(200), fetched, host=host)) is dropped


def test_what_stands_behind_a_connector_is_told_apart_by_the_backends_own_answers() -> None:
    inactive = evidence(got(403))
    assert isinstance(http.backend_inactive(inactive), Holds)
    assert isinstance(http.backend_forbids(inactive), Not)
    user = evidence(got(401), LogonGiven(scheme="Basic", user="shop"), got(403, purpose="logon", logon="Basic"))
    assert isinstance(http.backend_inactive(user), Not)
    assert isinstance(http.backend_forbids(user), Holds)
    token = evidence(got(200), got(403, ("X-CSRF-Token", "Required"), purpose="post"))
    assert isinstance(http.backend_csrf(token), Holds)
    assert isinstance(http.backend_forbids(token), Not)
    ours = evidence(got(403, ("X-Internal-Error-Code", "connector.system-not-exposed")))
    assert http.backend_inactive(ours) is None
