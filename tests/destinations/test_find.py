from __future__ import annotations

from typing import Any

import pytest

from landbridge.destinations.request import Conditions, FindRequest
from landbridge.faults import Fault, FaultError
from landbridge.model.destination import SECRET_KEYS
from tests.destinations.scene import ACME, NOW, OTHER, Scene, signed, signing_key

pytestmark = pytest.mark.anyio


async def found(scene: Scene, name: str = "D", instance: str = "one", **request: Any) -> dict[str, Any]:
    answer = await scene.service().find(FindRequest(await scene.bearer(instance), name, **request))
    assert answer.status == 200
    assert isinstance(answer.body, dict)
    return answer.body


async def refused(scene: Scene, authorization: str | None = None, name: str = "D", **request: Any) -> Fault:
    authorization = await scene.bearer() if authorization is None else authorization
    with pytest.raises(FaultError) as caught:
        await scene.service().find(FindRequest(authorization, name, **request))
    return caught.value.fault


async def test_the_answer_holds_owner_and_properties_and_nothing_empty(scene: Scene) -> None:
    etag = await scene.put({"Authentication": "NoAuthentication", "sap-client": "100"})
    answer = await scene.service().find(FindRequest(await scene.bearer(), "D"))
    assert answer.etag == etag
    assert answer.body == {
        "owner": {"SubaccountId": ACME, "InstanceId": None},
        "destinationConfiguration": {
            "Name": "D",
            "Type": "HTTP",
            "URL": "http://x.test",
            "Authentication": "NoAuthentication",
            "sap-client": "100",
        },
    }


async def test_the_level_of_the_instance_comes_before_that_of_the_subaccount(scene: Scene) -> None:
    await scene.put({"at": "subaccount"})
    await scene.put({"at": "one"}, instance="one")
    first = await found(scene)
    assert first["owner"] == {"SubaccountId": ACME, "InstanceId": await scene.instance_id("one")}
    assert first["destinationConfiguration"]["at"] == "one"
    second = await found(scene, instance="two")
    assert second["owner"] == {"SubaccountId": ACME, "InstanceId": None}
    assert second["destinationConfiguration"]["at"] == "subaccount"


async def test_another_instance_and_another_subaccount_see_nothing(scene: Scene) -> None:
    await scene.put({}, instance="two")
    await scene.put({}, subaccount=OTHER)
    assert (await refused(scene)).code == "destination.not-found"


async def test_names_are_compared_with_case(scene: Scene) -> None:
    await scene.put({"Name": "ERP"})
    assert (await refused(scene, name="erp")).code == "destination.not-found"
    await found(scene, "ERP")


async def test_the_text_of_a_missing_destination_is_literal(scene: Scene) -> None:
    fault = await refused(scene)
    assert (fault.kind.status, fault.body) == (404, "Configuration with the specified name was not found")
    assert "'D'" in fault.sentence


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic YTpi", "eyJ.e30.x"])
async def test_without_a_bearer_token(scene: Scene, authorization: str) -> None:
    assert (await refused(scene, authorization)).code == "destination.authorization-missing"


@pytest.mark.parametrize("token", ["x", "a.b.c", "eyJhbGciOiJSUzI1NiJ9", "...", "é.é.é"])
async def test_text_that_is_no_token(scene: Scene, token: str) -> None:
    fault = await refused(scene, f"Bearer {token}")
    assert (fault.kind.status, fault.body) == (400, "Unable to parse the JWT in Authorization Header.")


async def test_an_expired_token_says_when(scene: Scene) -> None:
    fault = await refused(scene, f"Bearer {await scene.token(exp=NOW - 61)}")
    assert fault.code == "destination.token-expired"
    assert fault.params["expired"] == "2027-01-15T07:58:59+00:00"


async def test_a_clock_may_be_a_minute_off(scene: Scene) -> None:
    await scene.put({})
    token = await scene.token(exp=NOW - 59)
    assert (await scene.service().find(FindRequest(f"bearer {token}", "D"))).status == 200


async def test_a_forged_token(scene: Scene) -> None:
    claims = {"zid": ACME, "cid": await scene.client_id(), "exp": NOW + 60}
    forged = signed(claims, key=signing_key("another"))
    assert (await refused(scene, f"Bearer {forged}")).code == "destination.token-invalid"
    foreign = signed(claims, kid="key-2")
    assert (await refused(scene, f"Bearer {foreign}")).code == "destination.token-invalid"


async def test_an_altered_token(scene: Scene) -> None:
    await scene.put({}, subaccount=OTHER)
    head, claims, signature = (await scene.token()).split(".")
    _, other_claims, _ = (await scene.token(subaccount=OTHER)).split(".")
    assert claims != other_claims
    fault = await refused(scene, f"Bearer {head}.{other_claims}.{signature}")
    assert fault.code == "destination.token-invalid"


@pytest.mark.parametrize("instance", ["conn", "app"])
async def test_a_token_of_another_service(scene: Scene, instance: str) -> None:
    await scene.put({})
    fault = await refused(scene, await scene.bearer(instance))
    assert (fault.code, fault.kind.status) == ("destination.wrong-client", 403)


async def test_a_token_of_a_client_that_is_gone(scene: Scene) -> None:
    assert (await refused(scene, f"Bearer {await scene.token(cid='sb-gone')}")).code == "destination.wrong-client"


async def test_a_client_with_a_token_of_another_tenant(scene: Scene) -> None:
    await scene.put({}, subaccount=OTHER)
    fault = await refused(scene, f"Bearer {await scene.token(zid=OTHER)}")
    assert (fault.code, fault.kind.status) == ("destination.other-tenant", 403)


async def test_an_exchanged_user_token_of_a_destination_client_is_a_service_token(scene: Scene) -> None:
    await scene.put({})
    token = await scene.token(grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer", user_name="alice")
    assert (await scene.service().find(FindRequest(f"Bearer {token}", "D"))).status == 200


async def test_secrets_are_left_out_on_request_and_nothing_else(scene: Scene) -> None:
    secrets = dict.fromkeys(SECRET_KEYS, "s")
    kept = {"User": "u", "clientId": "c", "tokenServiceUser": "t"}
    await scene.put({**secrets, **kept})
    everything = (await found(scene))["destinationConfiguration"]
    assert secrets.items() <= everything.items()
    less = (await found(scene, skip_credentials=True))["destinationConfiguration"]
    assert not SECRET_KEYS & less.keys()
    assert kept.items() <= less.items()


async def test_tokens_are_made_from_the_secrets_that_are_left_out(scene: Scene) -> None:
    await scene.put({"Authentication": "BasicAuthentication", "User": "u", "Password": "p"})
    body = await found(scene, skip_credentials=True)
    assert body["authTokens"][0]["value"] == "dTpw"


async def test_tokens_are_left_out_on_request(scene: Scene) -> None:
    await scene.put({"Authentication": "BasicAuthentication", "User": "u", "Password": "p"})
    assert "authTokens" not in await found(scene, skip_tokens=True)


@pytest.mark.parametrize(
    ("conditions", "status"),
    [
        (Conditions(if_none_match="{}"), 304),
        (Conditions(if_none_match='"{}"'), 304),
        (Conditions(if_none_match='W/"{}"'), 304),
        (Conditions(if_none_match="x, {}"), 304),
        (Conditions(if_none_match="*"), 304),
        (Conditions(if_none_match="x"), 200),
        (Conditions(if_match="{}"), 200),
        (Conditions(if_match='"{}"'), 200),
        (Conditions(if_match="*"), 200),
        (Conditions(if_match="x"), 412),
        (Conditions(if_match="x", if_none_match="{}"), 412),
        (Conditions(if_match="{}", if_none_match="{}"), 304),
    ],
)
async def test_conditions(scene: Scene, conditions: Conditions, status: int) -> None:
    etag = await scene.put({})
    given = Conditions(conditions.if_match.format(etag), conditions.if_none_match.format(etag))
    answer = await scene.service().find(FindRequest(await scene.bearer(), "D", conditions=given))
    assert (answer.status, answer.etag) == (status, etag)
    assert (answer.body is None) == (status != 200)
    assert (answer.fault is not None) == (status == 412)


async def test_the_tag_changes_with_the_content(scene: Scene) -> None:
    first = await scene.put({"a": "1"})
    second = await scene.put({"a": "2"})
    assert len(first) == len(second) == 64
    assert first != second
    assert await scene.put({"a": "1"}) == first


async def test_user_and_tenant_headers_exclude_each_other(scene: Scene) -> None:
    await scene.put({})
    fault = await refused(scene, user_token="x", tenant="t")
    assert (fault.code, fault.kind.status) == ("destination.request-invalid", 400)


async def test_who_asks_is_looked_at_before_what_is_asked(scene: Scene) -> None:
    assert (await refused(scene, "", user_token="x", tenant="t")).code == "destination.authorization-missing"


async def test_a_user_token_is_ignored_where_no_user_is_needed(scene: Scene) -> None:
    await scene.put({})
    assert "authTokens" not in await found(scene, user_token="garbage")


async def test_a_fragment_that_is_not_there(scene: Scene) -> None:
    await scene.put({})
    fault = await refused(scene, fragments=("f",))
    assert fault.kind.status == 404
    assert fault.body == "The fragment with the specified name 'f' was not found"
    await found(scene, fragments=("f",), fragment_optional=True)


@pytest.mark.parametrize(
    "request_", [{"fragments": ("a", "b")}, {"fragments": ("a,b",), "fragment_optional": True}, {"chain": "c"}]
)
async def test_headers_that_cannot_be_served(scene: Scene, request_: dict[str, Any]) -> None:
    await scene.put({})
    assert (await refused(scene, **request_)).kind.status == 400
