"""Data folders that come with tables and keys, as one that has been started before: making those takes longest.

They are made once in a process. What has to be the first start, or needs an authority of its own, asks for none.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from landbridge.identity.authority import Authority
from landbridge.identity.keys import KeyRing
from landbridge.net.clock import system_clock
from landbridge.store import open_installation

_made: list[dict[str, bytes]] = []
"""The files of such a folder, once they are made."""


async def furnish(data: Path) -> None:
    """Fill a data folder that is not there yet; another one is left as it is."""
    if not _made:
        with tempfile.TemporaryDirectory(prefix="landbridge-") as folder:
            await _use(Path(folder))
            _made.append(_read(Path(folder)))
    _write(data, _made[0])


async def _use(data: Path) -> None:
    db = await open_installation(data)
    await KeyRing.load(db, system_clock)
    await Authority.load(db, system_clock)
    await db.settle()
    await db.close()


def _read(data: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in data.iterdir()}


def _write(data: Path, files: dict[str, bytes]) -> None:
    if data.exists():
        return
    data.mkdir(mode=0o700, parents=True)
    for name, content in files.items():
        (data / name).touch(mode=0o600)
        (data / name).write_bytes(content)
