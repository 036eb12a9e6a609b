"""The stories of content once more, on PostgreSQL: what differs between databases shows up here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.api.destination_api import Api, open_api
from tests.api.test_destination_content import (  # noqa: F401
    http,
    test_a_destination_in_use_as_assertion_provider_stays,
    test_a_long_list_comes_in_pieces,
    test_a_name_that_is_taken,
    test_a_subscriber_writes_its_own_levels,
    test_filters,
    test_many_are_created_as_far_as_their_names_are_free,
    test_many_are_deleted_by_name,
    test_many_are_replaced_as_far_as_they_are_there,
    test_one_is_created_read_replaced_and_deleted,
    test_pages,
    test_what_changed_lately,
)
from tests.api.test_destination_fragments import test_what_is_missing_and_what_is_there_already  # noqa: F401
from tests.api.test_zones import (  # noqa: F401
    subscribed,
    test_a_name_is_in_one_zone_only,
    test_people_of_the_subscriber_see_the_shared_zone_only,
    test_what_people_of_subscribers_may_is_the_providers_choice,
)
from tests.postgres import Postgres, running_postgres
from tests.tables import postgres_with_tables

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture
async def api(tmp_path: Path, postgres: Postgres) -> AsyncIterator[Api]:
    with postgres_with_tables(postgres) as url:
        async with open_api(tmp_path, url) as opened:
            yield opened


@pytest.mark.parametrize(
    "path",
    [
        "/destinations/%00",
        "/subaccountDestinations/%00",
        "/subaccountDestinations/%00/labels",
        "/subaccountDestinations?$filter=Name in ('%2500')",
        "/subaccountDestinations?$filter=Label['%2500'] HAS ('%2500')",
        "/subaccountDestinationFragments/%00",
        "/destinations/%ff%fe",
    ],
)
async def test_characters_that_it_cannot_hold(api: Api, path: str) -> None:
    response = await api.get(path)
    assert response.status_code in {200, 400, 404}, response.text


async def test_labels(api: Api) -> None:
    path = "/subaccountDestinations"
    await api.post(path, [http("a"), http("b")])
    wanted = [{"key": "env", "values": ["prod", "qa"]}]
    assert (await api.put(f"{path}/a/labels", wanted)).json() == wanted
    listed = await api.get(path, params={"$filter": "Label['env'] HAS ('qa','x')"})
    assert [item["Name"] for item in listed.json()] == ["a"]
