"""Find with a cached token among very many destinations, the list of all of them, the start, and a reset."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from bench import bridge, wrk
from bench.find_database import DESTINATIONS, TARGET, seed
from bench.find_report import PEER
from bench.nouns import FindRuns, ListRun, RequestRun, Subject
from bench.options import Options
from bench.processes import NotStarted, cpu_seconds, peak, reset_peak, resident, running
from bench.quiet import Quiet

_FIND = "/destination-configuration/v1/destinations/"
PATH = f"{_FIND}{TARGET}"
MANY = f"{_FIND}d-%05d"
TURNS = 1_000
"""So many destinations take turns."""
LIST = "/destination-configuration/v1/subaccountDestinations"
TYPICAL = Path(__file__).with_name("find_landscape.yaml")
RESETS = 7


def measure(program: str | None, options: Options, quiet: Quiet, folder: Path, say: Callable[[str], None]) -> FindRuns:
    """Raises `NotStarted` when something does not come up."""
    folder.mkdir()
    data = folder / "data"
    with _token_service() as token_url:
        client = seed(data, DESTINATIONS, token_url)
        starts, start_cpu = [], []
        with _up(data, folder):
            """Once without looking at the clock: the very first start after a change compiles what has changed."""
        for _ in range(options.rounds):
            quiet.wait()
            with _up(data, folder) as (process, _, seconds):
                starts.append(seconds)
                start_cpu.append(cpu_seconds({"": process.pid})[""])
        with _up(data, folder) as (process, ready, _):
            token = _access_token(ready, client.id, client.secret.reveal())
            ours = _subject("landbridge", int(ready["ports"]["http"]), process.pid, token)
            body = _answer(ours)
            listing = _list(ours, process.pid)
            say(f"list of {DESTINATIONS:,}: {listing.last:.2f} s, first byte after {listing.first * 1000:.0f} ms")
            with _peer(ready, body, folder) as (port, pid):
                subjects = [_subject(PEER, port, pid, token), ours]
                requests = tuple(_requests(program, subjects, options, quiet, say)) if program else ()
                _fetch_tokens(ours)
                turns = tuple(_requests(program, subjects, options, quiet, say, TURNS)) if program else ()
    return FindRuns(requests, turns, listing, tuple(starts), tuple(start_cpu), tuple(_resets(folder)))


def _requests(
    program: str,
    subjects: Sequence[Subject],
    options: Options,
    quiet: Quiet,
    say: Callable[[str], None],
    numbers: int = 0,
) -> Iterator[RequestRun]:
    """`numbers`: how many destinations take turns; 0 for one alone."""
    for connections in options.connections:
        for turn in range(options.rounds):
            for subject in (*subjects[turn % 2 :], *subjects[: turn % 2]):
                quiet.wait()
                path = MANY if numbers else PATH
                run = wrk.run(program, subject, connections, options.seconds, path, numbers)
                say(f"{subject.name:20} {connections:4} connections {run.rate:10,.0f} finds/s {run.errors or ''}")
                yield run


def _subject(name: str, port: int, pid: int, token: str) -> Subject:
    return Subject(name, port, f"127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}, programs={name: pid})


def _answer(ours: Subject) -> bytes:
    """One find, which also fetches the token that is cached from then on."""
    body = _get(ours, PATH).read()
    entry = json.loads(body).get("authTokens", [{}])[0]
    if "value" not in entry or entry.get("error"):
        raise NotStarted(f"find does not answer with a token: {body[:400]!r}")
    return bytes(body)


def _fetch_tokens(ours: Subject) -> None:
    """Ask for all that will take turns, so that their tokens are cached when it counts."""
    connection = HTTPConnection("127.0.0.1", ours.port, timeout=30)
    for number in range(TURNS):
        connection.request("GET", MANY % number, headers=dict(ours.headers))
        connection.getresponse().read()
    connection.close()


def _list(ours: Subject, pid: int) -> ListRun:
    with _get(ours, f"{LIST}?$select=Name") as answer:  # whatever is loaded at first is no growth
        answer.read()
    before = resident(pid)
    reset_peak(pid)
    begin = time.perf_counter()
    with _get(ours, LIST) as answer:
        octets = len(answer.read(1))
        first = time.perf_counter() - begin
        while chunk := answer.read(65536):
            octets += len(chunk)
    return ListRun(octets, first, time.perf_counter() - begin, before, peak(pid))


def _get(subject: Subject, path: str) -> Any:
    url = f"http://127.0.0.1:{subject.port}{path}"
    return urlopen(Request(url, headers=dict(subject.headers)), timeout=60)


def _access_token(ready: Any, client_id: str, secret: str) -> str:
    url = f"http://127.0.0.1:{ready['ports']['http']}/oauth/token"
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    with urlopen(Request(url, urlencode(form).encode()), timeout=30) as answer:
        return str(json.load(answer)["access_token"])


@contextmanager
def _up(data: Path, folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[bytes], Any, float]]:
    """landbridge on that data; how long it took until it said that it is ready."""
    ports = [option for name in bridge.FREE_PORTS for option in (f"--{name}-port", "0")]
    command = bridge.command("up", "--data", str(data), *ports, "--json", *more)
    log = folder / "landbridge.log"
    begin = time.perf_counter()
    with running(command, log, bridge.clean_environment()) as process:
        yield process, bridge.first_line(process, log), time.perf_counter() - begin


@contextmanager
def _peer(ready: Any, body: bytes, folder: Path) -> Iterator[tuple[int, int]]:
    with urlopen(f"http://127.0.0.1:{ready['ports']['http']}/token_keys", timeout=10) as answer:
        key = folder / "key.pem"
        key.write_text(json.load(answer)["keys"][0]["value"])
    (folder / "body.json").write_bytes(body)
    script = str(Path(__file__).with_name("find_peer.py"))
    command = [sys.executable, script, str(key), str(folder / "body.json")]
    with running(command, folder / "peer.log", bridge.clean_environment()) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise NotStarted(f"empty endpoint: {(folder / 'peer.log').read_text()[-800:]}")
        yield int(line), process.pid


def _resets(folder: Path) -> Iterator[float]:
    """From the request to its answer; the first one after a start, then others."""
    data = folder / "typical"
    with _up(data, folder, "--landscape", str(TYPICAL)) as (_, ready, _):
        token = (data / "admin.token").read_text().strip()
        for _ in range(RESETS):
            url = f"http://127.0.0.1:{ready['ports']['http']}/admin/reset"
            request = Request(url, method="POST", headers={"Authorization": f"Bearer {token}"})
            begin = time.perf_counter()
            with urlopen(request, timeout=30) as answer:
                answer.read()
            yield time.perf_counter() - begin


@contextmanager
def _token_service() -> Iterator[str]:
    """A token service of a foreign system: always the same token, good for twelve hours."""
    answer = json.dumps({"access_token": "t" * 800, "token_type": "bearer", "expires_in": 43199}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/oauth/token"
        finally:
            server.shutdown()
