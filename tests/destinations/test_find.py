from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest

from landbridge.destinations.attached import references
from landbridge.destinations.auth.context import Inputs
from landbridge.destinations.request import Conditions, FindRequest
from landbridge.destinations.trail import Trail
from landbridge.faults import Fault, FaultError
from landbridge.model.destination import SECRET_KEYS, destination
from landbridge.store import DestinationRepository
from tests.destinations.scene import ACME, NOW, OTHER, Scene, signed, signing_key

pytestmark = pytest.mark.anyio


async def found(
    scene: Scene, name: str = "D", instance: str = "one", tenant: str = ACME, **request: Any
) -> dict[str, Any]:
    bearer = await scene.bearer(instance, zid=tenant)
    answer = await scene.service().find(FindRequest(bearer, name, **request))
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
    fault = await refused(scene, inputs=Inputs(user_token="x", tenant="t"))
    assert (fault.code, fault.kind.status) == ("destination.request-invalid", 400)


async def test_who_asks_is_looked_at_before_what_is_asked(scene: Scene) -> None:
    assert (
        await refused(scene, "", inputs=Inputs(user_token="x", tenant="t"))
    ).code == "destination.authorization-missing"


async def test_a_user_token_is_ignored_where_no_user_is_needed(scene: Scene) -> None:
    await scene.put({})
    assert "authTokens" not in await found(scene, inputs=Inputs(user_token="garbage"))


async def test_a_fragment_that_is_not_there(scene: Scene) -> None:
    await scene.put({})
    fault = await refused(scene, fragments=("f",))
    assert fault.kind.status == 404
    assert fault.body == "The fragment with the specified name 'f' was not found"
    await found(scene, fragments=("f",), fragment_optional=True)


@pytest.mark.parametrize(
    "request_",
    [
        {"fragments": ("a", "b")},
        {"fragments": (",".join("abc" * 17),)},
        {"fragments": ("a,b",), "fragment_optional": True},
        {"inputs": Inputs(chain="c")},
        {"inputs": Inputs(client_assertion="a", assertion_destination="b")},
    ],
)
async def test_headers_that_cannot_be_served(scene: Scene, request_: dict[str, Any]) -> None:
    await scene.put({})
    assert (await refused(scene, **request_)).kind.status == 400


async def test_a_subscriber_finds_its_subscription_and_its_subaccount_and_nothing_of_the_provider(scene: Scene) -> None:
    await scene.subscribe(OTHER)
    await scene.put({"Name": "provider", "at": "provider"})
    await scene.put({"Name": "provider-instance"}, instance="one")
    await scene.put({"at": "subaccount"}, subaccount=OTHER)
    one = await scene.instance_id("one")
    first = await found(scene, tenant=OTHER)
    assert first["owner"] == {"SubaccountId": OTHER, "InstanceId": None}
    async with scene.db.begin() as session:
        properties = {"Name": "D", "Type": "HTTP", "URL": "http://x.test", "at": "subscription"}
        await DestinationRepository(session).put(OTHER, one, destination(properties))
    second = await found(scene, tenant=OTHER)
    assert second["owner"] == {"SubaccountId": OTHER, "InstanceId": one}
    assert second["destinationConfiguration"]["at"] == "subscription"
    for name in ("provider", "provider-instance"):
        assert (await refused(scene, await scene.bearer(zid=OTHER), name)).code == "destination.not-found"
    assert (await refused(scene)).code == "destination.not-found", "the provider sees none of it"
    third = await scene.service().find(FindRequest(await scene.bearer("two", zid=OTHER), "D"))
    assert third.body["owner"]["InstanceId"] is None, "another instance has no part in the subscription"  # type: ignore[index]


async def test_fragments_are_looked_for_on_the_level_of_the_destination_only(scene: Scene) -> None:
    await scene.put({})
    await scene.put_fragment({"URL": "http://f.test"}, instance="one")
    assert (await refused(scene, fragments=("F",))).code == "destination.fragment-not-found"
    await scene.put_fragment({"URL": "http://g.test"})
    body = await found(scene, fragments=("F",))
    assert body["destinationConfiguration"] == {
        "Name": "D",
        "Type": "HTTP",
        "URL": "http://g.test",
        "FragmentName": "F",
    }


async def test_a_list_of_fragments_is_applied_in_its_order(scene: Scene) -> None:
    await scene.put({})
    await scene.put_fragment({"FragmentName": "a", "x": "a", "y": "a"})
    await scene.put_fragment({"FragmentName": "b", "x": "b"})
    body = await found(scene, fragments=(" a , b,",))
    assert body["destinationConfiguration"]["FragmentName"] == "a,b"
    assert (body["destinationConfiguration"]["x"], body["destinationConfiguration"]["y"]) == ("b", "a")


async def test_an_optional_fragment_that_is_missing_leaves_no_trace(scene: Scene) -> None:
    etag = await scene.put({})
    answer = await scene.service().find(
        FindRequest(await scene.bearer(), "D", fragments=("f",), fragment_optional=True)
    )
    assert answer.etag == etag
    assert "FragmentName" not in answer.body["destinationConfiguration"]  # type: ignore[index]


async def test_tokens_and_tag_are_those_of_the_merged_configuration(scene: Scene) -> None:
    etag = await scene.put({"Authentication": "BasicAuthentication", "User": "u", "Password": "p"})
    await scene.put_fragment({"Password": "q"})
    request = FindRequest(await scene.bearer(), "D", fragments=("F",))
    answer = await scene.service().find(request)
    assert answer.etag != etag
    assert answer.body["authTokens"][0]["value"] == b64encode(b"u:q").decode()  # type: ignore[index]
    again = replace(request, conditions=Conditions(if_none_match=answer.etag))
    assert (await scene.service().find(again)).status == 304


async def test_certificates_that_are_referred_to_come_along(scene: Scene) -> None:
    await scene.put(
        {
            "Authentication": "ClientCertificateAuthentication",
            "KeyStoreLocation": "k.p12",
            "TrustStoreLocation": "t.pem",
        }
    )
    await scene.put_certificate("k.p12", b"key")
    await scene.put_certificate("other.pem")
    body = await found(scene)
    assert body["certificates"] == [{"Name": "k.p12", "Content": b64encode(b"key").decode(), "Type": "CERTIFICATE"}], (
        "a missing one is left out"
    )
    await scene.put_certificate("t.pem", b"trust")
    assert [one["Name"] for one in (await found(scene))["certificates"]] == ["k.p12", "t.pem"]
    without = await found(scene, skip_credentials=True)
    assert [one["Name"] for one in without["certificates"]] == ["t.pem"], "a key store is a secret"


async def test_certificates_are_looked_for_on_the_level_of_the_destination_and_below_not_above(scene: Scene) -> None:
    await scene.put({"TrustStoreLocation": "t.pem"}, instance="one")
    await scene.put_certificate("t.pem", b"subaccount")
    assert (await found(scene))["certificates"][0]["Content"] == b64encode(b"subaccount").decode()
    await scene.put_certificate("t.pem", b"instance", instance="one")
    assert (await found(scene))["certificates"][0]["Content"] == b64encode(b"instance").decode()
    await scene.put({"Name": "S", "TrustStoreLocation": "only.pem"})
    await scene.put_certificate("only.pem", instance="one")
    assert "certificates" not in await found(scene, "S")


@pytest.mark.parametrize(
    ("properties", "skip_tokens", "expected"),
    [
        ({"Authentication": "NoAuthentication", "KeyStoreLocation": "k"}, False, ()),
        ({"Authentication": "NoAuthentication", "TrustStoreLocation": "t"}, False, ("t",)),
        ({"Authentication": "SAMLAssertion", "KeyStoreLocation": "k"}, False, ("k",)),
        ({"Authentication": "OAuth2SAMLBearerAssertion", "KeyStoreLocation": "k"}, False, ("k",)),
        (
            {
                "Authentication": "ClientCertificateAuthentication",
                "KeyStoreLocation": "k",
                "KeyStore.Source": "ClientProvided",
            },
            False,
            (),
        ),
        ({"Authentication": "OAuth2ClientCredentials", "tokenService.KeyStoreLocation": "s"}, False, ()),
        ({"Authentication": "OAuth2ClientCredentials", "tokenService.KeyStoreLocation": "s"}, True, ("s",)),
        (
            {"Authentication": "SAMLAssertion", "KeyStoreLocation": "k", "TrustStoreLocation": "k"},
            False,
            ("k",),
        ),
        ({"Type": "RFC", "TrustStoreLocation": "t"}, False, ()),
    ],
)
def test_which_certificates_belong_into_the_answer(
    properties: dict[str, str], skip_tokens: bool, expected: tuple[str, ...]
) -> None:
    given = destination({"Name": "D", "Type": "HTTP", "URL": "http://x.test", **properties})
    assert references(given, skip_tokens=skip_tokens, skip_credentials=False) == expected


async def test_the_trail_says_where_was_looked_and_what_was_there(scene: Scene) -> None:
    await scene.put({"TrustStoreLocation": "t.pem"})
    await scene.put({"Name": "other"}, instance="one")
    trail = Trail(wanted=True)
    await found(scene, trail=trail)
    one = await scene.instance_id("one")
    assert trail.steps[0] == (f"destination 'D' at instance {one} in subaccount {ACME}: nothing of this name among 1")
    assert trail.steps[1].startswith(f"destination 'D' at subaccount {ACME}: version ")
    assert trail.steps[2] == f"certificate 't.pem' at subaccount {ACME}: nothing of this name"


async def test_the_trail_of_a_miss_shows_names_that_differ_in_case(scene: Scene) -> None:
    await scene.put({"Name": "ERP"})
    trail = Trail(wanted=True)
    assert (await refused(scene, name="erp", trail=trail)).code == "destination.not-found"
    assert "differs in case: ERP" in str(trail)


async def test_every_find_is_in_the_log_and_no_secret_is(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "landbridge.audit")
    await scene.put({"Authentication": "BasicAuthentication", "User": "u", "Password": "hunter2"})
    bearer = await scene.bearer()
    await scene.service().find(FindRequest(bearer, "D", request_id="r-1"))
    with pytest.raises(FaultError):
        await scene.service().find(FindRequest(bearer, "missing\nforged line", request_id="r-2"))
    with pytest.raises(FaultError):
        await scene.service().find(FindRequest("Bearer x", "D", request_id="r-3"))
    first, second, third = (vars(record) for record in caplog.records)
    assert first["request_id"] == "r-1"
    assert (first["tenant"], first["instance"]) == (ACME, await scene.instance_id("one"))
    assert (first["destination"], first["status"], first["tokens"]) == ("D", 200, ["Basic"])
    assert f"at subaccount {ACME}: version" in first["trail"]
    assert (second["status"], second["fault"]) == (404, "destination.not-found")
    assert "\n" not in second["destination"]
    assert (third["status"], third["fault"], "tenant" in third) == (400, "destination.token-unreadable", False)
    logged = "".join(str(vars(record)) for record in caplog.records)
    assert "hunter2" not in logged
    assert bearer.removeprefix("Bearer ") not in logged


async def test_a_person_behind_the_token_is_in_the_log(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "landbridge.audit")
    await scene.put({})
    bearer = await scene.bearer(grant_type="password", user_name="alice")
    await scene.service().find(FindRequest(bearer, "D"))
    assert vars(caplog.records[0])["user"] == "alice"
