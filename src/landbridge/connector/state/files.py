"""Reading and writing the state folder. `connector.json` is written last: without it nothing is enrolled."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from landbridge.faults import FaultError, fault

_MARK = "connector.json"
_IDENTITY = "identity.pem"


@dataclass(frozen=True, slots=True, repr=False)
class ConnectorState:
    """An enrolled connector: its identity, and the gateways it dials."""

    connector_id: str
    subaccount_id: str
    location_id: str
    gateways: tuple[str, ...]
    key_pem: str
    certificate_pem: str
    ca_pem: str
    folder: Path = field(default=Path(), compare=False)
    """Where the connector keeps its files."""


def save_state(folder: Path, state: ConnectorState) -> None:
    """Write the state; each file appears whole or not at all. Raises `FaultError` (`connector.state-unreadable`)."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # The old mark goes first: a crash in between leaves "not enrolled", never an identity of somebody else.
        with contextlib.suppress(FileNotFoundError):
            (folder / _MARK).unlink()
        save_identity(folder, state.key_pem, state.certificate_pem)
        write_private(folder / "ca.pem", state.ca_pem)
        mark = {
            "connector": state.connector_id,
            "subaccount": state.subaccount_id,
            "location": state.location_id,
            "gateways": list(state.gateways),
        }
        write_private(folder / _MARK, json.dumps(mark, indent=2) + "\n")
    except OSError as error:
        raise _unusable(Path(error.filename or folder), error.strerror or "it cannot be written") from None


def save_identity(folder: Path, key_pem: str, certificate_pem: str) -> None:
    """Replace key and certificate in one step: one without the other would be useless. Raises `OSError`."""
    write_private(folder / _IDENTITY, f"{key_pem.rstrip()}\n{certificate_pem}")


def load_state(folder: Path) -> ConnectorState:
    """The state in `folder`. Raises `FaultError` (`connector.not-enrolled`, `connector.state-unreadable`)."""
    mark = folder / _MARK
    if not mark.exists():
        raise FaultError(fault("connector.not-enrolled", folder=folder))
    try:
        fields = json.loads(mark.read_text())
        key_pem, certificate_pem = _split((folder / _IDENTITY).read_text())
        return ConnectorState(
            connector_id=str(fields["connector"]),
            subaccount_id=str(fields["subaccount"]),
            location_id=str(fields["location"]),
            gateways=tuple(str(address) for address in fields["gateways"]),
            key_pem=key_pem,
            certificate_pem=certificate_pem,
            ca_pem=(folder / "ca.pem").read_text(),
            folder=folder,
        )
    except OSError as error:
        raise _unusable(Path(error.filename or folder), error.strerror or "it cannot be read") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _unusable(mark, "its content is not valid") from None


def _split(identity: str) -> tuple[str, str]:
    """(key, certificate) of an identity file. Raises `ValueError`."""
    at = identity.index("-----BEGIN CERTIFICATE")
    return identity[:at], identity[at:]


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read; it appears whole or not at all. Raises `OSError`."""
    part = file.with_suffix(file.suffix + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(file)


def _unusable(file: Path, reason: str) -> FaultError:
    return FaultError(fault("connector.state-unreadable", file=file, reason=reason))
