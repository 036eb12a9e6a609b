from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator

import pytest

from landbridge.model.reach import Reach
from landbridge.net.fetch import Fetcher, FetchFailed
from tests.identity.issuers import Provider, provider

pytestmark = pytest.mark.anyio


@pytest.fixture
def server() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    made = Fetcher(reach=Reach.ALL, deadline=0.5)
    yield made
    await made.close()


async def test_a_document(fetcher: Fetcher, server: Provider) -> None:
    server.documents["/x"] = b"content"
    assert await fetcher.fetch(f"{server.url}/x") == b"content"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://127.0.0.1/x", "https"),
        ("no url", "https"),
        ("http://user:secret@127.0.0.1/", "https"),
        ("http://host:port/", "no URL"),
        ("http://name.invalid/", "not known"),
    ],
)
async def test_addresses_that_are_none(fetcher: Fetcher, url: str, words: str) -> None:
    with pytest.raises(FetchFailed, match=words):
        await fetcher.fetch(url)


async def test_answers_that_are_none(fetcher: Fetcher, server: Provider) -> None:
    server.documents["/long"] = b"x" * 300_000
    with pytest.raises(FetchFailed, match="longer"):
        await fetcher.fetch(f"{server.url}/long")
    with pytest.raises(FetchFailed, match="404"):
        await fetcher.fetch(f"{server.url}/missing")


async def test_a_server_that_says_nothing(fetcher: Fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(FetchFailed, match="within"):
        await fetcher.fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/")


async def test_a_server_that_is_not_there(fetcher: Fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(FetchFailed):
        await fetcher.fetch(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:10.0.0.1]"]
)
async def test_private_addresses_where_they_are_not_allowed(server: Provider, host: str) -> None:
    strict = Fetcher(reach=Reach.PUBLIC)
    with pytest.raises(FetchFailed, match="private"):
        await strict.fetch(f"http://{host}:{server.url.rpartition(':')[2]}/keys")
    assert server.asked == []
    await strict.close()
