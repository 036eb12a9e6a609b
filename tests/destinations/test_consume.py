"""The second version: one level, which the caller names (destination-service §2.3)."""

from __future__ import annotations

from typing import Any

import pytest

from landbridge.destinations.auth.chains import SAML
from landbridge.destinations.auth.context import Inputs
from landbridge.destinations.request import FindRequest
from landbridge.faults import Fault, FaultError
from landbridge.model.destination import destination
from landbridge.store import DestinationRepository
from tests.destinations.scene import ACME, OTHER, Scene
from tests.destinations.token_service import TOKEN, FakeTokenService, answer

pytestmark = pytest.mark.anyio

PLACES = {
    "instance": (ACME, "one"),
    "subaccount": (ACME, None),
    "subscription": (OTHER, "one"),
    "tenant": (OTHER, None),
}


@pytest.fixture
async def everywhere(scene: Scene) -> Scene:
    """The same name on every level, and a subscription."""
    await scene.subscribe(OTHER)
    async with scene.db.begin() as session:
        for word, (subaccount, instance) in PLACES.items():
            level = await scene.instance_id(instance) if instance else None
            given = destination({"Name": "D", "Type": "HTTP", "URL": "http://x.test", "at": word})
            await DestinationRepository(session).put(subaccount, level, given)
    return scene


async def consumed(scene: Scene, name: str = "D", tenant: str = ACME, **request: Any) -> dict[str, Any]:
    answer = await scene.service().consume(FindRequest(await scene.bearer(zid=tenant), name, **request))
    assert answer.status == 200
    assert isinstance(answer.body, dict)
    return answer.body


async def refused(scene: Scene, name: str = "D", tenant: str = ACME, **request: Any) -> Fault:
    with pytest.raises(FaultError) as caught:
        await scene.service().consume(FindRequest(await scene.bearer(zid=tenant), name, **request))
    return caught.value.fault


@pytest.mark.parametrize(
    ("name", "tenant", "at"),
    [
        ("D", ACME, "instance"),
        ("D@instance", ACME, "instance"),
        ("D@subaccount", ACME, "subaccount"),
        ("D@provider_instance", ACME, "instance"),
        ("D@provider_subaccount", ACME, "subaccount"),
        ("D", OTHER, "subscription"),
        ("D@instance", OTHER, "subscription"),
        ("D@subaccount", OTHER, "tenant"),
        ("D@provider_instance", OTHER, "instance"),
        ("D@provider_subaccount", OTHER, "subaccount"),
    ],
)
async def test_levels(everywhere: Scene, name: str, tenant: str, at: str) -> None:
    assert (await consumed(everywhere, name, tenant))["destinationConfiguration"]["at"] == at


async def test_no_level_stands_in_for_another(scene: Scene) -> None:
    await scene.put({})
    fault = await refused(scene)
    assert (fault.code, fault.body) == ("destination.not-found", "Configuration with the specified name was not found")
    await scene.put({"Name": "I"}, instance="one")
    assert (await refused(scene, "I@subaccount")).code == "destination.not-found"


@pytest.mark.parametrize("name", ["D@", "D@Instance", "D@x", "@D", "D@instance@x"])
async def test_unknown_levels(scene: Scene, name: str) -> None:
    fault = await refused(scene, name)
    assert (fault.code, fault.kind.status) == ("destination.level-unknown", 400)


async def test_the_answer_has_no_owner_unless_it_is_asked_for(everywhere: Scene) -> None:
    await everywhere.put_fragment({"FragmentName": "f"}, instance="one")
    await everywhere.put_certificate("t.pem", instance="one")
    await everywhere.put_fragment({"FragmentName": "t", "TrustStoreLocation": "t.pem"})
    body = await consumed(everywhere)
    assert body.keys() == {"destinationConfiguration"}
    assert "$metadata" not in body["destinationConfiguration"]
    one = await everywhere.instance_id("one")
    body = await consumed(everywhere, fragments=("f,t@subaccount",), owners=True)
    assert body["destinationConfiguration"]["$metadata"] == {
        "owner": {
            "destinations": [{"Name": "D", "SubaccountId": ACME, "InstanceId": one}],
            "certificates": [{"Name": "t.pem", "SubaccountId": ACME, "InstanceId": one}],
            "fragments": [
                {"FragmentName": "f", "SubaccountId": ACME, "InstanceId": one},
                {"FragmentName": "t", "SubaccountId": ACME, "InstanceId": None},
            ],
        }
    }
    assert body["destinationConfiguration"]["FragmentName"] == "f,t"


async def test_a_fragment_is_on_the_destinations_level_unless_it_names_one(everywhere: Scene) -> None:
    await everywhere.put_fragment({"x": "subaccount"})
    assert (await refused(everywhere, fragments=("F",))).code == "destination.fragment-not-found"
    assert (await consumed(everywhere, fragments=("F@subaccount",)))["destinationConfiguration"]["x"] == "subaccount"
    assert (await consumed(everywhere, "D@subaccount", fragments=("F",)))["destinationConfiguration"]["x"]
    assert (await refused(everywhere, fragments=("F@x",))).code == "destination.level-unknown"


@pytest.mark.parametrize(
    ("name", "fragment", "mixed"),
    [
        ("D@subaccount", "F@instance", True),
        ("D@instance", "F@subaccount", True),
        ("D@provider_instance", "F@subaccount", True),
        ("D@subaccount", "F@subaccount", False),
        ("D@instance", "F@provider_subaccount", False),
        ("D@provider_instance", "F@provider_subaccount", False),
    ],
)
async def test_a_subscriber_must_not_mix_its_subaccount_with_others(
    everywhere: Scene, name: str, fragment: str, mixed: bool
) -> None:
    fault = await refused(everywhere, name, OTHER, fragments=(fragment,))
    assert fault.code == ("destination.levels-mixed" if mixed else "destination.fragment-not-found")
    assert fault.kind.status == (403 if mixed else 404)
    alone = await refused(everywhere, name, ACME, fragments=(fragment,))
    assert alone.code == "destination.fragment-not-found", "who has no subscribers may mix"


async def test_the_first_destination_of_a_chain_is_on_the_same_level(scene: Scene, tokens: FakeTokenService) -> None:
    """The Python SDK runs chains with the second version, and the published description of the API knows them there."""
    said = {"tokenServiceURL": tokens.url, "clientId": "c1", "clientKey": "k1"}
    for instance in ("one", None):
        given = {"Name": "IAS", "Authentication": "OAuth2TokenExchange", "at": str(instance), **said}
        await scene.put(given, instance)
    final = {"Authentication": "OAuth2SAMLBearerAssertion", "SAMLAssertionProvider": "ClientProvided", **said}
    await scene.put(final, "one")
    tokens.answers = [answer({"access_token": "assertion", "issued_token_type": "saml2"}), TOKEN]
    variables = {"samlProviderDestinationName": "IAS", "subjectToken": "st", "subjectTokenType": "urn:x"}
    found = await consumed(scene, inputs=Inputs(chain=SAML, chain_variables=variables))
    assert [entry["value"] for entry in found["authTokens"]] == ["t-1"]
    first, second = tokens.received
    assert (first.form["subject_token"], second.form["assertion"]) == ("st", "assertion")
    alone = await consumed(scene, "IAS@subaccount", skip_tokens=True)
    assert alone["destinationConfiguration"]["at"] == "None"
    missed = await consumed(
        scene, inputs=Inputs(chain=SAML, chain_variables=variables | {"samlProviderDestinationName": "x"})
    )
    assert "error" in missed["authTokens"][0]


async def test_chains_are_checked(everywhere: Scene) -> None:
    assert (await refused(everywhere, inputs=Inputs(chain="c"))).code == "destination.chain-unknown"


async def test_a_token_of_another_identity_provider_is_refused(everywhere: Scene) -> None:
    bearer = await everywhere.bearer(ias_iss="https://ias.test")
    with pytest.raises(FaultError) as caught:
        await everywhere.service().consume(FindRequest(bearer, "D"))
    assert caught.value.fault.kind.status == 422
