"""A client of the running cloud side: finds it by its data folder, proves itself with the admin token."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from landbridge.cli.options import DATA
from landbridge.data_folder import Running, read_admin_token, read_running
from landbridge.faults import CATALOGUE, Fault, FaultError, fault
from landbridge.model.secret import Secret

PATIENCE = 120.0
"""Seconds for one answer: a large landscape takes a while."""


def start_command(data: Path) -> str:
    """The command that starts a cloud side on this folder."""
    return "landbridge up" if data == DATA else f"landbridge up --data {data}"


def find_running(data: Path) -> Running:
    """The cloud side that works on `data`. Raises `FaultError`: `platform.not-running`."""
    running = read_running(data)
    if running is None:
        raise FaultError(fault("platform.not-running", folder=data, command=start_command(data)))
    return running


class RunningSide:
    """The admin API of the cloud side that works on `data`. `patience`: seconds for one answer."""

    def __init__(self, data: Path, patience: float = PATIENCE) -> None:
        self._data = data
        self._patience = patience
        self.running: Running = find_running(data)
        self._token: Secret = read_admin_token(data)

    def get(self, path: str, **query: str) -> Any:
        """The JSON answer of GET `path`. Raises the `FaultError` that the other side answers with."""
        return self._call("GET", path, query=query)

    def post(self, path: str, body: object = None, text: str | None = None, **query: str) -> Any:
        """The JSON answer of POST `path`, with a JSON `body` or with `text`."""
        return self._call("POST", path, query=query, body=body, text=text)

    def put(self, path: str, body: object) -> Any:
        """The JSON answer of PUT `path` with a JSON `body`."""
        return self._call("PUT", path, query={}, body=body)

    def patch(self, path: str, body: object) -> Any:
        """The JSON answer of PATCH `path` with a JSON `body`."""
        return self._call("PATCH", path, query={}, body=body)

    def delete(self, path: str, **query: str) -> None:
        """DELETE `path`."""
        url = self.running.local_url + path
        answer = self._answer("DELETE", url, query)
        if not answer.is_success:
            content_of(answer, url)

    def text(self, path: str, **query: str) -> str:
        """The answer of GET `path` where it is no JSON but text."""
        url = self.running.local_url + path
        answer = self._answer("GET", url, query)
        if not answer.is_success:
            content_of(answer, url)
        return str(answer.text)

    def _call(self, method: str, path: str, query: dict[str, str], body: object = None, text: str | None = None) -> Any:
        url = self.running.local_url + path
        return content_of(self._answer(method, url, query, body, text), url)

    def _answer(
        self, method: str, url: str, query: dict[str, str], body: object = None, text: str | None = None
    ) -> Any:
        import httpx

        try:
            return httpx.request(
                method,
                url,
                params=query,
                json=body,
                content=text,
                headers={"Authorization": f"Bearer {self._token.reveal()}"},
                timeout=self._patience,
                trust_env=False,  # it is on this machine: no proxy in between
            )
        except httpx.TransportError as error:
            raise self.unreachable(url, str(error) or type(error).__name__) from error

    def unreachable(self, url: str, reason: str) -> FaultError:
        """The cloud side does not answer at `url`."""
        return FaultError(
            fault(
                "platform.unreachable",
                folder=self._data,
                url=url,
                reason=reason,
                pid=self.running.pid,
                command=start_command(self._data),
            )
        )


def content_of(answer: Any, url: str) -> Any:
    """The JSON of an answer. Raises the `FaultError` that it reports, or `platform.odd-answer`."""
    try:
        content = answer.json()
    except ValueError:
        raise FaultError(fault("platform.odd-answer", url=url, reason="its answer is not JSON")) from None
    if answer.is_success:
        return content
    raise FaultError(reported(content) or _odd(answer.status_code, url))


def reported(content: Any) -> Fault | None:
    """The fault that a problem body reports, in the words of the side that reported it."""
    row = CATALOGUE.get(str(content.get("code"))) if isinstance(content, dict) else None
    if row is None:
        return None
    sentence, action = str(content.get("message", "")), str(content.get("action", ""))
    in_its_words = replace(row, sentence="{sentence}", action="{action}", body=None)
    return Fault(in_its_words, {"sentence": sentence, "action": action})


def _odd(status: int, url: str) -> Fault:
    return fault("platform.odd-answer", url=url, reason=f"it answers with status {status} and no fault of ours")
