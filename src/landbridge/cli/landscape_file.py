"""A landscape file on its way to the cloud side."""

from __future__ import annotations

from pathlib import Path


def sendable(file: Path) -> str:
    """The text to send: everything in it, files that it names included; of connectors what the cloud side may know.

    Raises `FaultError` with all problems of the file, named as it was given.
    """
    from landbridge.landscape.read import read
    from landbridge.landscape.write import render

    return render(read(file, need_files=False), secrets=True)
