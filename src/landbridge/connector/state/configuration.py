"""The connector's own copy of its configuration: it runs by this, and needs no landscape file to start again."""

from __future__ import annotations

from pathlib import Path

import msgspec

from landbridge.connector.state.files import write_private
from landbridge.faults import FaultError, fault
from landbridge.model.landscape import ConnectorContent

_NAME = "configuration.json"


def save_configuration(folder: Path, content: ConnectorContent) -> None:
    """Replace the configuration in one step. Raises `FaultError` (`connector.state-unreadable`)."""
    file = folder / _NAME
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(file, msgspec.json.format(msgspec.json.encode(content), indent=1).decode() + "\n")
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise FaultError(fault("connector.state-unreadable", file=file, reason=reason)) from None


def load_configuration(folder: Path) -> ConnectorContent:
    """The configuration in `folder`. Raises `FaultError` (`connector.not-configured`, `connector.state-unreadable`)."""
    file = folder / _NAME
    try:
        return msgspec.json.decode(file.read_bytes(), type=ConnectorContent)
    except FileNotFoundError:
        raise FaultError(fault("connector.not-configured", folder=folder)) from None
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise FaultError(fault("connector.state-unreadable", file=file, reason=reason)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise FaultError(fault("connector.state-unreadable", file=file, reason="its content is not valid")) from None


def stamp(folder: Path) -> int:
    """Changes whenever the configuration does; 0 when there is none."""
    try:
        return (folder / _NAME).stat().st_mtime_ns
    except OSError:
        return 0
