"""Programs of the demonstration: child processes that say in a line of JSON that they are ready."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from landbridge.faults import FaultError, fault

START_SECONDS = 30.0
STOP_SECONDS = 10.0
_TAIL_LINES = 8


class Program:
    """A running child process. Its talk goes to a log file in `folder`, its data is read line by line."""

    def __init__(self, name: str, module: str, arguments: Sequence[str], folder: Path) -> None:
        """Start `python -m module arguments`. `name` is what people call it."""
        self.name = name
        self._log = folder / f"{name.replace(' ', '-')}.log"
        with self._log.open("ab") as log:
            # A session of its own: Ctrl-C reaches the demonstration alone, which then stops its children in order.
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=_forward, args=(self._process.stdout, self._lines), daemon=True).start()

    def ready(self) -> dict[str, Any]:
        """The next line of data, as JSON. Raises `FaultError`: `demo.not-started`, in the program's own words."""
        try:
            line = self._lines.get(timeout=START_SECONDS)
        except queue.Empty:
            raise self.not_started(f"it is not ready after {START_SECONDS:g} seconds") from None
        if not line:
            raise self.not_started(f"it ended with exit code {self._process.wait()}")
        return self._parsed(line)

    def output(self) -> str:
        """All data of a program that ends by itself. Raises `FaultError`: `demo.not-started`, when it fails."""
        try:
            code = self._process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            raise self.not_started(f"it did not end within {START_SECONDS:g} seconds") from None
        if code:
            raise self.not_started(f"it ended with exit code {code}")
        return "".join(iter(self._lines.get, ""))

    def result(self) -> dict[str, Any]:
        """As `output`, for one JSON object."""
        return self._parsed(self.output())

    def _parsed(self, text: str) -> dict[str, Any]:
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise self.not_started("it said something that is not a JSON object")
        return value

    def not_started(self, reason: str) -> FaultError:
        """The fault for a program that is not what it should be, with the end of its log."""
        tail = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL_LINES:]
        return FaultError(fault("demo.not-started", program=self.name, reason=" / ".join([reason, *tail]).rstrip(".")))

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def stop(self, patience: float = STOP_SECONDS) -> None:
        """Ask it to stop, and insist when it has not after `patience` seconds."""
        if self.runs:
            self._process.terminate()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _forward(stream: IO[str], lines: queue.SimpleQueue[str]) -> None:
    """Each line as it comes; an empty one at the end."""
    with stream:
        for line in stream:
            lines.put(line)
    lines.put("")
