"""avail.private-endpoint: destinations on the Internet that lead inside (failure-catalogue, row 43)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from landbridge.lab.scenario import HEALTHY, Scenario, Stage, Staged
from landbridge.lab.scenarios.world_stage import Story, check, internet, stage
from landbridge.lab.servers.blocking import listening
from landbridge.lab.servers.web import Respond, answer, web

FAILURE = "avail.private-endpoint"
ALLOWED = {"check_targets": ("127.0.0.1",)}


def leading_to(text: str, url: Callable[[int], str], respond: Respond, *options: str, **settings: object) -> Stage:
    """A server, and a destination on the Internet with the URL that its port makes, looked at with those options."""

    def staged(folder: Path) -> AbstractAsyncContextManager[Staged]:
        return _staged(folder)

    @asynccontextmanager
    async def _staged(folder: Path) -> AsyncIterator[Staged]:
        with listening(web(respond)) as port:
            story = Story(text, internet(url(port)), connector=False, settings=settings, command=check(*options))
            async with stage(story)(folder) as ready:
                yield ready

    return staged


def _plain(port: int) -> str:
    return f"http://127.0.0.1:{port}/"


def _elsewhere(port: int) -> str:
    return f"http://erp.example.test:{port}/"


def _ok(call: object) -> bytes:
    return answer(200, body="ok")


def _redirect(call: object) -> bytes:
    return answer(302, "Location: http://127.0.0.2:9/inside")


_OUTSIDE, _INSIDE = ("--address", "127.0.0.1"), ("--address", "127.0.0.2")
"""Of the name: one that this installation may call, and one that it may not."""

SCENARIOS = (
    Scenario(FAILURE, "private-address", leading_to("An address of this machine.", _plain, _ok), "address"),
    Scenario(
        FAILURE,
        "private-address",
        leading_to("A name of this machine.", lambda port: f"http://localhost:{port}/", _ok),
        "name",
    ),
    Scenario(
        FAILURE,
        "disguised-form",
        leading_to("In hexadecimal.", lambda port: f"http://0x7f000001:{port}/", _ok),
        "hexadecimal",
    ),
    Scenario(
        FAILURE,
        "disguised-form",
        leading_to("In decimal.", lambda port: f"http://2130706433:{port}/", _ok),
        "decimal",
    ),
    Scenario(
        FAILURE,
        "disguised-form",
        leading_to("Inside an address of IPv6.", lambda port: f"http://[::ffff:127.0.0.1]:{port}/", _ok),
        "mapped",
    ),
    Scenario(FAILURE, "redirect-to-private", leading_to("It leads inside.", _plain, _redirect, **ALLOWED)),
    Scenario(
        FAILURE,
        "rebinding",
        leading_to("One of its addresses may be called.", _elsewhere, _ok, *_INSIDE, *_OUTSIDE, **ALLOWED),
    ),
    Scenario(
        HEALTHY,
        "internet",
        leading_to("Its only address may be called.", _elsewhere, _ok, *_OUTSIDE, **ALLOWED),
        "address",
    ),
    Scenario(HEALTHY, "internet", leading_to("A network that checks may call.", _plain, _ok, **ALLOWED)),
)
