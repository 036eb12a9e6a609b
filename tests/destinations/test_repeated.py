"""An answer that is given again is the one that a new look would give."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import pytest

from landbridge.destinations.audit import FindAudit
from landbridge.destinations.auth.context import Inputs
from landbridge.destinations.auth.tokens import TokenSource
from landbridge.destinations.caller import Caller, ServiceToken, service_token
from landbridge.destinations.repeated import QUIET, Given, Repeated
from landbridge.destinations.request import Conditions, FindRequest
from landbridge.destinations.service import DestinationService
from landbridge.destinations.trail import Trail
from landbridge.faults import FaultError
from landbridge.identity.request_limit import RequestLimit
from landbridge.model.reach import Reach
from landbridge.model.subscription import Subscription
from landbridge.store import DestinationRepository, ReadModel, SubscriptionRepository
from tests.destinations.scene import ACME, NOW, OTHER, Clock, OneKey, Scene
from tests.destinations.token_service import FakeTokenService, answer

pytestmark = pytest.mark.anyio


@dataclass
class Busy:
    """A service that is asked more than once. `seen` is what the log says, also for debugging."""

    scene: Scene
    service: DestinationService
    clock: Clock
    keys: OneKey
    seen: pytest.LogCaptureFixture

    async def find(self, name: str = "D", tenant: str = ACME, **request: Any) -> dict[str, Any]:
        answer = await self.service.find(FindRequest(await self.scene.bearer(zid=tenant), name, **request))
        assert answer.status == 200
        assert isinstance(answer.body, dict)
        return answer.body

    async def often(self, name: str = "D", **request: Any) -> dict[str, Any]:
        """The answer of the second time."""
        await self.find(name, **request)
        return await self.find(name, **request)

    @property
    def from_memory(self) -> bool:
        """Whether the last answer was given again."""
        return self.seen.records[-1].levelno == logging.DEBUG


@pytest.fixture
async def busy(scene: Scene, caplog: pytest.LogCaptureFixture) -> Busy:
    caplog.set_level("DEBUG", "landbridge.audit")
    clock = Clock()
    keys = OneKey()
    source = TokenSource(scene.verifier, clock, reach=Reach.ALL, epoch=lambda: keys.epoch)
    scene.sources.append(source)
    service = DestinationService(scene.db, scene.verifier, source, "acme.test", RequestLimit(clock))
    return Busy(scene, service, clock, keys, caplog)


def asking(tokens: FakeTokenService) -> dict[str, str]:
    """Properties of a destination with tokens, each of which is another one."""
    tokens.answers = [answer({"access_token": f"t-{number}", "expires_in": 3600}) for number in range(1, 5)]
    oauth = {"Authentication": "OAuth2ClientCredentials", "clientId": "c", "clientSecret": "s"}
    return {**oauth, "tokenServiceURL": tokens.url}


def values(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(token["value"], token["expires_in"]) for token in body["authTokens"]]


async def test_the_answer_is_the_same_and_its_token_grows_older(busy: Busy, tokens: FakeTokenService) -> None:
    await busy.scene.put(asking(tokens))
    first = await busy.find()
    assert not busy.from_memory
    busy.clock.now += 100
    again = await busy.often()
    assert busy.from_memory
    assert values(again) == [("t-1", "3500")]
    assert {**again, "authTokens": 0} == {**first, "authTokens": 0}
    assert again["authTokens"][0] == first["authTokens"][0] | {"expires_in": "3500"}


async def test_a_token_near_its_end_is_fetched_anew(busy: Busy, tokens: FakeTokenService) -> None:
    await busy.scene.put(asking(tokens))
    await busy.often()
    busy.clock.now += 3541
    assert values(await busy.find()) == [("t-2", "3600")]
    assert not busy.from_memory


async def test_what_is_not_trusted_any_more_is_fetched_anew(busy: Busy, tokens: FakeTokenService) -> None:
    await busy.scene.put(asking(tokens))
    await busy.often()
    busy.keys.bump()
    assert values(await busy.find()) == [("t-2", "3600")]


async def test_a_token_that_could_not_be_had_is_asked_for_again(busy: Busy, tokens: FakeTokenService) -> None:
    await busy.scene.put(asking(tokens))
    tokens.answers = [answer({"error": "invalid_client"}, 401), *tokens.answers]
    assert "error" in (await busy.find())["authTokens"][0]
    assert values(await busy.find()) == [("t-1", "3600")]


async def test_changes_are_seen_at_once(busy: Busy) -> None:
    await busy.scene.put({"at": "subaccount", "Authentication": "ClientCertificateAuthentication"})
    assert (await busy.often())["destinationConfiguration"]["at"] == "subaccount"
    assert busy.from_memory
    await busy.scene.put({"at": "elsewhere"})
    assert (await busy.often())["destinationConfiguration"]["at"] == "elsewhere"
    await busy.scene.put({"at": "instance", "KeyStoreLocation": "k"}, instance="one")
    assert (await busy.often())["destinationConfiguration"]["at"] == "instance"
    async with busy.scene.db.begin() as session:
        for level in (None, await busy.scene.instance_id("one")):
            await DestinationRepository(session).delete(ACME, level, "D")
    with pytest.raises(FaultError):
        await busy.find()


async def test_changes_of_what_goes_along_are_seen_at_once(busy: Busy) -> None:
    authentication = {"Authentication": "ClientCertificateAuthentication", "KeyStoreLocation": "k"}
    await busy.scene.put(authentication)
    await busy.scene.put_fragment({"x": "1"})
    assert "certificates" not in await busy.often(fragments=("F",))
    await busy.scene.put_certificate("k")
    assert [one["Name"] for one in (await busy.often(fragments=("F",)))["certificates"]] == ["k"]
    assert busy.from_memory
    await busy.scene.put_fragment({"x": "2"})
    assert (await busy.find(fragments=("F",)))["destinationConfiguration"]["x"] == "2"


async def test_whoever_is_not_subscribed_any_more_gets_nothing(busy: Busy) -> None:
    await busy.scene.subscribe()
    await busy.scene.put({"whose": "other"}, subaccount=OTHER)
    await busy.scene.put({"whose": "acme"})
    for tenant, whose in ((OTHER, "other"), (ACME, "acme"), (OTHER, "other"), (ACME, "acme")):
        assert (await busy.often(tenant=tenant))["destinationConfiguration"]["whose"] == whose
        assert busy.from_memory
    async with busy.scene.db.begin() as session:
        await SubscriptionRepository(session).delete(Subscription(OTHER, ACME, "app"))
    with pytest.raises(FaultError) as refused:
        await busy.find(tenant=OTHER)
    assert refused.value.fault.code == "destination.other-tenant"


async def test_what_is_asked_in_another_way_is_answered_in_another_way(busy: Busy) -> None:
    await busy.scene.put({"User": "u", "Password": "p"})
    await busy.scene.put_fragment({"x": "1"})
    plain = (await busy.often())["destinationConfiguration"]
    assert "Password" in plain
    assert "Password" not in (await busy.often(skip_credentials=True))["destinationConfiguration"]
    assert (await busy.often(fragments=("F",)))["destinationConfiguration"]["x"] == "1"
    assert (await busy.often(fragments=("F",), fragment_optional=True))["destinationConfiguration"]["x"] == "1"
    request = FindRequest(await busy.scene.bearer(), "D@subaccount")
    second = await busy.service.consume(request), await busy.service.consume(request)
    assert [one.body for one in second] == [{"destinationConfiguration": plain}] * 2
    assert (await busy.service.consume(FindRequest(request.authorization, "D@subaccount", owners=True))).body != (
        second[0].body
    )


async def test_conditions_are_judged_each_time(busy: Busy) -> None:
    etag = await busy.scene.put({})
    await busy.often()
    bearer = await busy.scene.bearer()
    unchanged = await busy.service.find(FindRequest(bearer, "D", conditions=Conditions(if_none_match=etag)))
    assert (unchanged.status, unchanged.body, unchanged.etag) == (304, None, etag)
    assert busy.from_memory
    assert (await busy.service.find(FindRequest(bearer, "D", conditions=Conditions(if_match="other")))).status == 412


async def test_headers_for_tokens_are_looked_at_each_time(busy: Busy, tokens: FakeTokenService) -> None:
    await busy.scene.put(asking(tokens))
    await busy.often()
    body = await busy.find(inputs=Inputs(tenant="other"))
    assert "X-tenant" in body["authTokens"][0]["error"]
    assert not busy.from_memory


async def test_whoever_wants_the_trail_gets_a_new_one(busy: Busy) -> None:
    await busy.scene.put({})
    await busy.often()
    trail = Trail(wanted=True)
    await busy.find(trail=trail)
    assert len(trail.steps) == 2


async def test_nothing_is_kept_for_people(busy: Busy) -> None:
    await busy.scene.put({})
    bearer = await busy.scene.bearer(grant_type="password", user_name="alice")
    for _ in range(3):
        await busy.service.find(FindRequest(bearer, "D"))
    assert not busy.from_memory


async def test_a_token_of_the_caller_is_verified_each_time(busy: Busy) -> None:
    await busy.scene.put({})
    await busy.often()
    head, payload, signature = (await busy.scene.bearer()).split(".")
    with pytest.raises(FaultError) as refused:
        await busy.service.find(FindRequest(f"{head}.{payload}.{signature[::-1]}", "D"))
    assert refused.value.fault.kind.status == 401


async def test_an_answer_in_the_making_is_not_kept_when_something_changes_meanwhile(scene: Scene) -> None:
    model, request, token, caller = await kept_by_hand(scene)
    repeated = Repeated(model, scene.service()._tokens)
    number = model.number
    await scene.put({"new": "1"})
    repeated.keep("v1", request, token, caller, number, given())
    assert await repeated.get("v1", request, token) is None
    repeated.keep("v1", request, token, caller, model.number, given())
    assert await repeated.get("v1", request, token) == (given(), None)


async def test_what_is_given_again_is_logged_each_minute(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "landbridge.audit")
    model, request, token, caller = await kept_by_hand(scene)
    clock = Clock()
    repeated = Repeated(model, scene.service()._tokens, clock)
    repeated.keep("v1", request, token, caller, model.number, given())
    for seconds in (1, 1, QUIET, 1, QUIET):
        clock.now += seconds
        again = await repeated.get("v1", request, token)
        assert again is not None
        audit = FindAudit(request)
        audit.again(again[0].about, again[0].trail, again[1])
        audit.answered(again[0].answer(request))
    assert [vars(record)["repeated"] for record in caplog.records] == [2, 1]
    assert {vars(record)["trail"] for record in caplog.records} == {"here; there"}


async def kept_by_hand(scene: Scene) -> tuple[ReadModel, FindRequest, ServiceToken, Caller]:
    bearer = await scene.bearer()
    token = service_token(bearer, scene.verifier)
    caller = Caller(ACME, await scene.instance_id("one"), ACME, token.token, token.text)
    model = ReadModel(scene.db, clock=lambda: NOW)
    await model.kept("the first look, which finds all that others have written")
    return model, FindRequest(bearer, "D"), token, caller


def given() -> Given:
    return Given("e", {"destinationConfiguration": {"Name": "D"}}, (), (), {"tenant": ACME}, ("here", "there"))
