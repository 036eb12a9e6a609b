"""What is shown, in order: first that it works, then that each thing that breaks has a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx

from landbridge.demo.application import ORDERS, Application
from landbridge.demo.landscape import DESTINATION, LOCATION
from landbridge.demo.stage import FIRST_BYTE_SECONDS, Stage
from landbridge.demo.step import Outcome, Result, Step, played, seen

LARGE = 8 * 1024 * 1024


def play(folder: Path, before: Callable[[str], None]) -> Iterator[Result]:
    """Play all steps in `folder`. `before` hears the name of each before it begins.

    When a step that others need does not hold, the results end with it.
    """
    with ExitStack() as ends:
        stage = ends.enter_context(Stage(folder))
        for step in _steps(stage, ends):
            before(step.name)
            result = played(step)
            yield result
            if step.needed and not result.ok:
                return


def _steps(stage: Stage, ends: ExitStack) -> Iterator[Step]:
    """The application comes when the cloud side is there: it needs a binding."""
    yield from opening(stage)
    application = ends.enter_context(Application(stage.services()))
    yield from working(application)
    yield from breaking(application, stage)


def opening(stage: Stage) -> tuple[Step, ...]:
    """The programs start."""

    def start(name: str, action: Callable[[], None]) -> Step:
        def perform() -> Outcome:
            action()
            return Outcome("done")

        return Step(name, "done", perform, needed=True)

    return (
        start("start a backend", stage.start_backend),
        start("start the cloud side", stage.start_cloud_side),
        start("enrol a connector", stage.enroll_connector),
        start("start the connector", stage.start_connector),
    )


def working(application: Application) -> tuple[Step, ...]:
    """The application does its work."""
    return (
        Step("fetch a token", "200 bearer", lambda: _token(application), needed=True),
        Step("find the destination", f"200 OnPremise at {LOCATION}", lambda: _find(application), needed=True),
        Step("read orders through the proxy", "200 3 orders", lambda: _orders(application)),
        Step("write an order with a CSRF token", "201 4 orders", lambda: _write(application)),
        Step("write without a CSRF token", "403 token required by the backend", lambda: _write_unprepared(application)),
        Step("read 8 MiB", f"200 {LARGE} bytes", lambda: _large(application)),
        Step("wait for a slow answer", "200", lambda: seen(application.call("GET", "/slow?seconds=0.2"))),
        Step("get the backend's own error", "500 of the backend", lambda: _own_error(application)),
        Step("get an answer that the backend cuts off", "200 cut off", lambda: _cut(application)),
    )


def breaking(application: Application, stage: Stage) -> tuple[Step, ...]:
    """One thing after the other is wrong or broken; at the end all is mended."""
    read = _reader(application)
    return (
        Step("use a wrong client secret", "401 identity.credentials-wrong", lambda: _wrong_secret(application)),
        Step("find an unknown destination", "404 destination.not-found", lambda: seen(application.find("epr"))),
        Step("send no token", "407 proxy.authorization-missing", read(token="")),
        Step("send a broken token", "407 proxy.token-invalid", read(token="no.real.token")),
        Step("name a wrong location id", "503 tunnel.unknown-location", read(location="ofice")),
        Step("call a path that is not exposed", "403 connector.resource-not-exposed", read(path="/echo")),
        Step("call a system that is not exposed", "403 connector.system-not-exposed", read(url="http://hr.demo:8000")),
        Step(f"wait {FIRST_BYTE_SECONDS} s for a silent backend", "504 backend.silent", read(path="/silent")),
        Step("call a stopped backend", "502 backend.refused", read(), stage.stop_backend),
        Step("start the backend again", "200", read(), stage.start_backend),
        Step("call through a stopped connector", "503 tunnel.no-connector", read(), stage.stop_connector),
        Step("start the connector again", "200", read(), stage.start_connector),
    )


def _reader(application: Application) -> Callable[..., Callable[[], Outcome]]:
    """Makes steps that read, with something replaced."""

    def read(path: str = ORDERS, **instead: str) -> Callable[[], Outcome]:
        return lambda: seen(application.call("GET", path, instead=instead))

    return read


def _token(application: Application) -> Outcome:
    answer = application.token("connectivity")
    return seen(answer, str(answer.json().get("token_type")))


def _wrong_secret(application: Application) -> Outcome:
    return seen(application.token("connectivity", secret="guessed"))


def _find(application: Application) -> Outcome:
    answer = application.find(DESTINATION)
    if answer.status_code != 200:
        return seen(answer)
    found = answer.json()
    application.use(found)
    properties = found["destinationConfiguration"]
    return seen(answer, f"{properties['ProxyType']} at {properties['CloudConnectorLocationId']}")


def _orders(application: Application) -> Outcome:
    answer = application.call("GET", ORDERS)
    return seen(answer, f"{_count(answer)} orders")


def _count(answer: httpx.Response) -> int:
    return len(answer.json()["d"]["results"]) if answer.status_code == 200 else 0


def _write(application: Application) -> Outcome:
    """As client libraries do it: fetch a token, then send it with the cookies of the same session."""
    fetched = application.call("HEAD", f"{ORDERS}/", headers={"x-csrf-token": "Fetch"})
    headers = {"x-csrf-token": fetched.headers.get("x-csrf-token", "")}
    written = application.call("POST", ORDERS, headers=headers, json={"Customer": "Nordlicht", "Amount": "400.00"})
    return seen(written, f"{_count(application.call('GET', ORDERS))} orders")


def _write_unprepared(application: Application) -> Outcome:
    answer = application.call("POST", ORDERS, json={"Customer": "Nobody"})
    return seen(answer, f"token {answer.headers.get('x-csrf-token', 'of no interest').lower()} by the backend")


def _large(application: Application) -> Outcome:
    answer = application.call("GET", f"/large?bytes={LARGE}")
    return seen(answer, f"{len(answer.content)} bytes")


def _own_error(application: Application) -> Outcome:
    """A backend's error passes untouched: it carries no code of ours."""
    return seen(application.call("GET", "/status/500"), "of the backend")


def _cut(application: Application) -> Outcome:
    """The head of the answer is fine, its body ends too early: a client has to notice."""
    try:
        answer = application.call("GET", "/cut?bytes=1000")
    except (httpx.RemoteProtocolError, httpx.ReadError):
        return Outcome("200 cut off")
    return seen(answer, f"{len(answer.content)} bytes")
