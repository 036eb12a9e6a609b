"""HTTP targets that behave badly: always a step that says how, within the time, and never a secret in what is kept."""

from __future__ import annotations

import gzip
import itertools
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from landbridge.checks.diallers import DirectDialler
from landbridge.checks.evidence import Effect, Evidence, Target, restored, stored
from landbridge.checks.http.body import LIMIT
from landbridge.checks.manner import Manner
from landbridge.checks.observations import HttpAnswer, NothingSeen, TokenAnswered
from landbridge.checks.plan import observe
from landbridge.checks.plans import PLANS
from landbridge.checks.probe import Logon, Scene, Trust
from landbridge.checks.report import report
from landbridge.lab.pki import leaf, root
from landbridge.lab.scenarios.http_answers import TOKEN, granted, protected
from landbridge.lab.servers.blocking import Serve, listening, read_on, server_context, tls
from landbridge.lab.servers.web import Call, Respond, answer, fixed, web
from landbridge.model.secret import Secret
from landbridge.net.clock import system_clock

pytestmark = pytest.mark.anyio
PASSWORD = "correct horse battery staple"
LOGON = Logon(user="shop", password=Secret(PASSWORD))


async def seen(
    serve: Serve,
    *,
    protocol: str = "http",
    scheme: str = "http",
    path: str = "/orders",
    logon: Logon | None = None,
    trust: Trust | None = None,
    manner: Manner | None = None,
    private: bool = True,
    seconds: float = 10.0,
) -> Evidence:
    with listening(serve) as port:
        scene = Scene(
            target=Target(protocol=protocol, scheme=scheme, host="localhost", port=port, path=path),
            dialler=DirectDialler(private_targets=private),
            clock=system_clock,
            logon=logon or Logon(),
            trust=trust or Trust(),
            manner=manner or Manner(),
            seconds=seconds,
            allowed=frozenset(Effect),
        )
        return await observe(scene, PLANS[protocol].probes)


def answers(evidence: Evidence, purpose: str) -> list[HttpAnswer]:
    return [fact for fact in evidence.all(HttpAnswer) if fact.purpose == purpose]


def endlessly(beginning: bytes, again: bytes) -> Serve:
    def serve(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(beginning)
        while True:
            connection.sendall(again)

    return serve


def resetting(connection: socket.socket) -> None:
    connection.recv(1000)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


BAD: dict[str, tuple[Serve, str]] = {
    "silent": (read_on, "silent"),
    "closes": (lambda connection: None, "closed"),
    "closes after the request": (lambda connection: connection.recv(1000) and None, "closed"),
    "resets": (resetting, "reset"),
    "garbage": (fixed(b"\x00\xff" * 1000), "not-http"),
    "endless garbage": (endlessly(b"", b"\x00" * 65_536), "not-http"),
    "endless headers": (endlessly(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 100), "too-large"),
    "endless line": (endlessly(b"HTTP/1.1 200 ", b"x" * 65_536), "too-large"),
    "enormous head": (fixed(b"HTTP/1.1 200 OK\r\nA: " + b"x" * 500_000 + b"\r\n\r\n"), "too-large"),
    "half a head": (fixed(b"HTTP/1.1 200 OK\r\nServer: x\r\n"), "not-http"),
    "TLS": (fixed(b"\x15\x03\x01\x00\x02\x02\x16"), "not-http"),
}


@pytest.mark.parametrize(("serve", "problem"), BAD.values(), ids=BAD)
async def test_no_answer_is_a_finding_that_says_how(serve: Serve, problem: str) -> None:
    began = time.monotonic()
    evidence = await seen(serve, seconds=1.0 if problem == "silent" else 10.0)
    assert time.monotonic() - began < 20
    ends = {"closed", "reset"} if problem == "closed" else {problem}
    assert {one.problem for one in answers(evidence, "answer")} <= ends
    named = [finding.name for finding in report(evidence).findings]
    assert named == ["check.5xx/no-answer"]
    assert restored(stored(evidence)) == evidence


async def test_all_requests_of_a_probe_share_its_time() -> None:
    """What is seen stays seen when the time is up."""
    connections = itertools.count()

    def serve(connection: socket.socket) -> None:
        if next(connections) == 1:  # the first one is that of the TCP probe
            fixed(answer(302, "Location: /further"))(connection)
        else:
            read_on(connection)

    began = time.monotonic()
    evidence = await seen(serve, manner=Manner(follow=True), seconds=1.0)
    assert time.monotonic() - began < 20
    assert [one.problem or one.status for one in answers(evidence, "answer")] == [302, "silent"]
    assert evidence.first(NothingSeen) is None


async def test_interim_answers_have_an_end() -> None:
    evidence = await seen(endlessly(b"", b"HTTP/1.1 100 Continue\r\n\r\n"))
    assert answers(evidence, "answer")[-1].status == 100


ENDLESS: dict[str, Serve] = {
    "to the end": endlessly(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65_536),
    "by length": endlessly(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", b"x" * 65_536),
    "in chunks": endlessly(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    ),
}


@pytest.mark.parametrize("serve", ENDLESS.values(), ids=ENDLESS)
async def test_a_body_without_end_is_read_up_to_the_limit(serve: Serve) -> None:
    evidence = await seen(serve, protocol="soap")
    got = answers(evidence, "answer")[-1]
    assert (got.status, got.size, got.whole) == (200, LIMIT, False)


async def test_a_body_that_trickles_ends_with_the_time() -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        read_on(connection)

    evidence = await seen(serve, protocol="soap", seconds=1.0)
    got = answers(evidence, "answer")[-1]
    assert (got.status, got.size, got.whole, got.body) == (200, 4, False, "half")


async def test_a_compressed_bomb_is_opened_up_to_the_limit() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    evidence = await seen(
        web(lambda call: answer(200, "Content-Encoding: gzip", body=bomb, kind="text/xml")), protocol="odata"
    )
    got = answers(evidence, "answer")[-1]
    assert got.size == len(bomb)
    assert len(stored(evidence)) < 50_000


async def test_a_thousand_cookies_are_too_many() -> None:
    many = [f"Set-Cookie: c{number}=value" for number in range(150)]
    evidence = await seen(web(lambda call: answer(200, *many)))
    assert len(answers(evidence, "answer")[-1].cookies) == 50


async def test_a_certificate_that_nothing_vouches_for_sees_no_secret(tmp_path: Path) -> None:
    top = root("Lab Root")
    calls: list[Call] = []
    serve = tls(server_context(leaf(top), tmp_path), web(recording(calls, lambda call: answer(200))))
    without = await seen(serve, scheme="https", logon=LOGON)
    foreign = Trust("another", (root("Another Root").pem,))
    other = await seen(serve, scheme="https", logon=LOGON, trust=foreign)
    assert not any("authorization" in call.headers for call in calls)
    good = await seen(serve, scheme="https", logon=LOGON, trust=Trust("lab", (top.pem,)))
    step = without.step("logon")
    assert step is not None
    assert "vouched for" in step.skipped
    assert answers(other, "logon")[-1].problem == "untrusted"
    assert answers(good, "logon")[-1].status == 200
    assert any("authorization" in call.headers for call in calls)
    assert "outbound.cert-path/root-missing" in [finding.name for finding in report(other).findings]


def recording(calls: list[Call], respond: Respond) -> Respond:
    def record(call: Call) -> bytes:
        calls.append(call)
        return respond(call)

    return record


async def test_secrets_stay_with_the_target() -> None:
    calls: list[Call] = []
    with listening(web(recording(calls, lambda call: answer(200, "Set-Cookie: theirs=1")))) as other:
        manner = Manner(follow=True, headers=(("X-Api-Key", Secret("sesame")), ("X-Shop", "north")))
        away = f"Location: http://127.0.0.1:{other}/elsewhere"
        evidence = await seen(
            web(lambda call: answer(302, away, "Set-Cookie: ours=1")), logon=LOGON, manner=manner, path="/"
        )
    assert [one.status for one in answers(evidence, "logon")] == [302, 200]
    assert [one.logon for one in answers(evidence, "logon")] == ["Basic", ""]
    assert calls
    for call in calls:
        assert not {"authorization", "cookie", "x-api-key"} & set(call.headers)
        assert call.headers["x-shop"] == "north"


async def test_cookies_go_back_to_the_place_that_set_them() -> None:
    def respond(call: Call) -> bytes:
        return answer(200) if "session=1" in call.cookies else answer(302, "Location: /in", "Set-Cookie: session=1")

    evidence = await seen(web(respond), manner=Manner(follow=True))
    assert [one.status for one in answers(evidence, "answer")] == [302, 200]


@pytest.mark.parametrize(
    ("location", "problem"),
    [
        ("http://169.254.169.254/latest", "forbidden"),
        ("http://[::ffff:127.0.0.1]/", "forbidden"),
        ("http://name.invalid/", "unresolved"),
        ("javascript:alert(1)", "unreadable"),
        ("/orders", "loop"),
    ],
)
async def test_redirects_that_are_not_followed(location: str, problem: str) -> None:
    evidence = await seen(web(lambda call: answer(302, f"Location: {location}")), manner=Manner(follow=True))
    if problem == "forbidden":
        evidence = await guarded(location)
    assert answers(evidence, "answer")[-1].problem == problem


async def guarded(location: str) -> Evidence:
    """With a dialler that calls the target, and nothing else that is private."""

    class Guarded(DirectDialler):
        def permits(self, address: str) -> str:
            return "" if address == "127.0.0.1" else "it is private"

    with listening(web(lambda call: answer(302, f"Location: {location}"))) as port:
        scene = Scene(
            target=Target(protocol="http", scheme="http", host="localhost", port=port),
            dialler=Guarded(),
            clock=system_clock,
            manner=Manner(follow=True),
        )
        return await observe(scene, PLANS["http"].probes)


async def test_there_is_a_most_of_redirects() -> None:
    counter = iter(range(1000))
    evidence = await seen(web(lambda call: answer(302, f"Location: /{next(counter)}")), manner=Manner(follow=True))
    assert answers(evidence, "answer")[-1].problem == "far"


async def test_a_connector_follows_no_redirect_to_another_host() -> None:
    with listening(web(lambda call: answer(302, "Location: http://other.example.test/"))) as port:
        target = Target(protocol="http", scheme="http", host="127.0.0.1", port=port, location="location:a")
        scene = Scene(target=target, dialler=DirectDialler(), clock=system_clock, manner=Manner(follow=True))
        evidence = await observe(scene, PLANS["http"].probes)
    assert answers(evidence, "answer")[-1].problem == "forbidden"


LOGIN_PAGE = answer(200, body="<form><input type=password></form>", kind="text/html")


@pytest.mark.parametrize(("protocol", "found"), [("odata", True), ("soap", True), ("http", False)])
async def test_each_protocol_wants_its_own_kind_of_content(protocol: str, found: bool) -> None:
    evidence = await seen(web(lambda call: LOGIN_PAGE), protocol=protocol)
    login = [one for one in report(evidence).findings if one.cause == "redirect-to-login"]
    assert bool(login) is found


SECRETS = (PASSWORD, "c2hvcDpjb3JyZWN0", TOKEN, "SAP_SESSIONID_ABC_100=session", "opaque-secret", "key=sesame")


def nowhere(evidence: Evidence) -> None:
    text = stored(evidence).decode() + json.dumps(report(evidence).as_json(), ensure_ascii=False)
    assert not [secret for secret in SECRETS if secret in text]


CHATTY = answer(
    200,
    "Set-Cookie: SAP_SESSIONID_ABC_100=session; HttpOnly",
    f"X-CSRF-Token: {TOKEN}",
    "X-Session-Id: opaque-secret",
    "Location: https://x.test/?code=opaque-secret",
    body='<input type=hidden name=csrf value="opaque-secret">{"access_token": "opaque-secret"}',
    kind="text/html",
)


@pytest.mark.parametrize("protocol", ["http", "odata", "soap"])
async def test_no_secret_is_kept(protocol: str) -> None:
    manner = Manner(csrf=True, headers=(("X-Api-Key", Secret("key=sesame")),))
    evidence = await seen(web(lambda call: CHATTY), protocol=protocol, logon=LOGON, manner=manner, path="/?id=sesame")
    nowhere(evidence)
    assert answers(evidence, "logon")[-1].cookies[0].http_only


async def test_a_secret_that_the_target_repeats_is_not_kept() -> None:
    def echo(call: Call) -> bytes:
        said = f"{call.headers.get('authorization')} {call.basic.decode()} {call.headers.get('x-api-key')}"
        return answer(200, f"X-Echo: {said}", body=said)

    manner = Manner(headers=(("X-Api-Key", Secret("key=sesame")),))
    evidence = await seen(web(echo), protocol="odata", logon=LOGON, manner=manner)
    nowhere(evidence)
    assert "•••" in answers(evidence, "logon")[-1].body


async def test_the_session_of_a_post_is_not_kept() -> None:
    evidence = await seen(web(protected()), logon=LOGON, manner=Manner(csrf=True))
    nowhere(evidence)
    post = answers(evidence, "post")[-1]
    assert post.status == 201
    assert post.sent_header("cookie") == "SAP_SESSIONID_ABC_100=•••; sap-usercontext=•••"
    assert post.sent_header("x-csrf-token") == "•••"


async def test_a_token_is_told_of_and_not_kept() -> None:
    evidence = await seen(web(lambda call: granted(3600)), protocol="oauth", logon=LOGON)
    told = evidence.first(TokenAnswered)
    assert told is not None
    assert told.claims == {"iss": "http://auth.example.test", "aud": "orders", "cid": "shop"}
    assert told.header == {"alg": "RS256", "kid": "key-1"}
    text = stored(evidence).decode()
    assert "eyJ" not in text
    assert "someone@example.test" not in text
    nowhere(evidence)


async def test_a_refused_logon_is_not_repeated() -> None:
    calls: list[Call] = []
    refusing = recording(calls, lambda call: answer(401, "WWW-Authenticate: Basic realm=x"))
    evidence = await seen(web(refusing), logon=LOGON, manner=Manner(csrf=True))
    assert sum("authorization" in call.headers for call in calls) == 1
    for name in ("csrf", "post"):
        step = evidence.step(name)
        assert step is not None
        assert step.skipped == "logon did not pass"


async def test_phases_are_timed_in_their_order(tmp_path: Path) -> None:
    serve = tls(server_context(leaf(root("Lab Root")), tmp_path), web(lambda call: answer(200)))
    phases = answers(await seen(serve, scheme="https"), "answer")[-1].phases
    assert 0 < phases.connected < phases.secured < phases.first_byte <= phases.ended


@pytest.mark.parametrize(
    "respond", [lambda call: answer(200, body=b"[" * 100_000), lambda call: answer(200, body=b"\xff")]
)
async def test_a_token_service_may_say_anything(respond: Callable[[Call], bytes]) -> None:
    evidence = await seen(web(respond), protocol="oauth", logon=LOGON)
    assert [finding.name for finding in report(evidence).findings] == ["outbound.http-401/oauth-token-fetch"]
