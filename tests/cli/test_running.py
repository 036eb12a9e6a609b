"""Talking to a cloud side that is not what the data folder says."""

from __future__ import annotations

import http.server
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from landbridge.cli.main import run
from landbridge.cli.running import RunningSide, start_command
from landbridge.data_folder import Running, load_or_create_admin_token, write_running
from landbridge.faults import FaultError


def pretend(data: Path, port: int) -> None:
    """Write what a cloud side on `port` would."""
    load_or_create_admin_token(data)
    url = f"http://127.0.0.1:{port}"
    write_running(data, Running(os.getpid(), "laptop", url, url, url, "authentication.localhost", {"http": port}))


@contextmanager
def other_program(status: int, body: bytes) -> Iterator[int]:
    """A program that is not landbridge, on a free port."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Nobody reads it."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_nothing_at_its_address_is_named_with_the_process(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    pretend(tmp_path, port)
    assert run(["status", "--data", str(tmp_path)]) == 31
    text = capsys.readouterr().err
    assert "code: platform.unreachable" in text
    assert str(port) in text
    assert str(os.getpid()) in text


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>hello</html>"), (404, b"{}"), (500, b"[]"), (403, b'{"code": "no.such-fault", "message": "x"}')],
)
def test_another_program_at_its_address_is_named(tmp_path: Path, status: int, body: bytes) -> None:
    with other_program(status, body) as port:
        pretend(tmp_path, port)
        with pytest.raises(FaultError) as caught:
            RunningSide(tmp_path).get("/admin/connectors")
    assert caught.value.fault.code == "platform.odd-answer"


def test_a_fault_of_the_other_side_comes_through_in_its_own_words(tmp_path: Path) -> None:
    body = b'{"code": "platform.unknown-subaccount", "message": "No {such} one.", "action": "Do {it}."}'
    with other_program(404, body) as port:
        pretend(tmp_path, port)
        with pytest.raises(FaultError) as caught:
            RunningSide(tmp_path).get("/admin/subaccounts")
    assert caught.value.fault.sentence == "No {such} one."
    assert caught.value.fault.action == "Do {it}."
    assert caught.value.fault.kind.exit == 33


def test_the_start_command_names_the_folder_only_where_it_has_to() -> None:
    assert start_command(Path(".landbridge")) == "landbridge up"
    assert start_command(Path("/srv/lb")) == "landbridge up --data /srv/lb"
