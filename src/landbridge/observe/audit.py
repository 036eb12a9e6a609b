"""Audit records: who did what, and what came of it; one JSON object in each line of a file, in a chain of hashes.

Each record holds the hash of the one before it and its own, so that a changed, inserted or removed byte is found, up to
the last record that is still there. A file for each day (UTC) continues the chain of the file before it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from landbridge.model.clock import Clock
from landbridge.observe.redact import redact, redact_text

ORIGIN = "0" * 64
"""Stands for the hash before the first record."""
QUIET = 60.0
"""Seconds in which repetitions of a record are only counted."""
BURST = 50
"""Records with a key that one second may bring; the others are counted."""
_REPETITIONS = 1000
_NOBODY = "fallback_for_missing_user"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """What happened, in the words of connectivity-proxy §12.6.

    action   what was tried, for example "open connectivity tunnel"
    message  what came of it, for example "tunnel handshake failure"
    about    the part of the system that it was about
    user     who did it; empty when nobody is known
    tenant   id of the subaccount; empty for the installation
    details  further fields
    """

    action: str
    message: str
    about: str
    user: str = ""
    tenant: str = ""
    details: Mapping[str, object] = field(default_factory=dict)


class Audit(Protocol):
    """Takes records. With a key, repetitions within a minute are only counted, and so is what is too much at once."""

    def __call__(self, record: AuditRecord, key: Hashable | None = None) -> None: ...


def no_audit(record: AuditRecord, key: Hashable | None = None) -> None:
    """Keeps nothing."""


class AuditTrail:
    """The files of one folder. Call it with a record; when it cannot be written, work goes on, and the log says so."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._day = ""
        self._file = -1
        self._last = ""
        self._repeated: OrderedDict[Hashable, tuple[float, int]] = OrderedDict()
        self._second = (0, 0)
        self._suppressed = 0

    def __call__(self, record: AuditRecord, key: Hashable | None = None) -> None:
        """Write a record. With a `key`, one each minute is written, with the number of those that were not."""
        now = self._clock()
        unwritten = self._unwritten(key, now) if key is not None else 0
        if unwritten is None or (key is not None and not self._has_room(now)):
            return
        try:
            suppressed, self._suppressed = self._suppressed, 0
            self._write(_line(record, now, {"repeated": unwritten, "suppressed": suppressed}), now)
        except OSError as error:
            _log.error("audit record lost: %s", error.strerror, extra={"action": record.action, "file": error.filename})

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
            self._day = ""

    def _unwritten(self, key: Hashable, now: float) -> int | None:
        """How many repetitions were not written since the last one; None when this one shall not be either."""
        since, number = self._repeated.get(key, (-QUIET, 0))
        if 0 <= now - since < QUIET:
            self._repeated[key] = (since, number + 1)
            return None
        self._repeated[key] = (now, 0)
        self._repeated.move_to_end(key)
        while len(self._repeated) > _REPETITIONS:
            self._repeated.popitem(last=False)
        return number

    def _has_room(self, now: float) -> bool:
        """Whether this second takes another record: whoever makes many different ones must not fill the disk."""
        second, number = self._second
        self._second = (second, number + 1) if second == int(now) else (int(now), 1)
        if self._second[1] > BURST:
            self._suppressed += 1
            return False
        return True

    def _write(self, content: dict[str, object], now: float) -> None:
        day = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d")
        if day != self._day:
            self.close()
            self._open(day)
        content["previous"] = self._last
        digest = _hash(content)
        # One write for one record: a crash leaves a whole line or a torn one, which the check names.
        os.write(self._file, _text(content | {"hash": digest}) + b"\n")
        self._last = digest

    def _open(self, day: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = self._folder / f"{day}.jsonl"
        if not self._last:
            self._last = _last_hash(self._folder)
        torn = name.exists() and bool(_tail(name))
        self._file = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._day = day
        if torn:
            os.write(self._file, b"\n")


@dataclass(frozen=True, slots=True)
class Damage:
    """A place where a file is not what was written."""

    file: Path
    line: int
    reason: str


def head(folder: Path) -> str:
    """The hash of the last record: who knows it from elsewhere can tell later that the records up to it are there."""
    return _last_hash(folder)


def check(folder: Path, known: str = "") -> tuple[int, list[Damage]]:
    """(records that hold, places that do not).

    known  a `head` of before, or empty: without it, an end cut off and a chain written anew are not seen

    Raises `OSError` for files that cannot be read.
    """
    good, damages, last = 0, list[Damage](), ORIGIN
    is_known = known in ("", ORIGIN)
    for file in _files(folder):
        for number, found in enumerate(_records(file), 1):
            if found.problem:
                damages.append(Damage(file, number, found.problem))
            elif found.previous != last:
                damages.append(Damage(file, number, "it does not follow the record before it"))
            else:
                good += 1
                is_known = is_known or found.hash == known
            last = found.hash or last
    if not is_known:
        damages.append(Damage(folder, 0, f"no record that holds has the hash {known[:64]}"))
    return good, damages


@dataclass(frozen=True, slots=True)
class _Found:
    """A line of a file: the hashes it states, and what is wrong with it."""

    previous: str = ""
    hash: str = ""
    problem: str = ""


def _records(file: Path) -> Iterator[_Found]:
    for line in file.read_bytes().split(b"\n")[:-1] + _tail(file):
        try:
            content = json.loads(line)
            digest, previous = str(content.pop("hash")), str(content["previous"])
            is_right = _hash(content) == digest and _text(content | {"hash": digest}) == line
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            yield _Found(problem="it is no whole record")
            continue
        yield _Found(previous, digest, "" if is_right else "its content is not what was written")


def _tail(file: Path) -> list[bytes]:
    """What follows the last line end: a torn record, if anything."""
    rest = file.read_bytes().rpartition(b"\n")[2]
    return [rest] if rest else []


def _last_hash(folder: Path) -> str:
    """The hash that the last whole record of all files states."""
    for file in reversed(_files(folder)):
        stated = [found.hash for found in _records(file) if found.hash]
        if stated:
            return stated[-1]
    return ORIGIN


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def _line(record: AuditRecord, now: float, counts: Mapping[str, int]) -> dict[str, object]:
    more = {name: number for name, number in counts.items() if number}
    details = {key: redact(value, key) for key, value in record.details.items()}
    return {
        "time": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds"),
        "user": redact_text(record.user) or _NOBODY,
        "tenant": record.tenant,
        "data": {"action": record.action, "message": record.message, "objectName": record.about, **details, **more},
    }


def _text(content: Mapping[str, object]) -> bytes:
    return json.dumps(content, ensure_ascii=True, separators=(",", ":"), default=str).encode("ascii")


def _hash(content: Mapping[str, object]) -> str:
    """Over the record without its own hash, which holds the hash of the one before it."""
    return hashlib.sha256(_text(content)).hexdigest()
