"""Zip archives with several files of destinations. Sizes are counted, not believed."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping

FILE_LIMIT = 1000
BYTES_LIMIT = 20 * 1024 * 1024
_MOMENT = (1980, 1, 1, 0, 0, 0)


class NotAnArchive(Exception):
    """The bytes are no archive that can be read; the message says why."""


def unpack(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of the files, in their order. Raises `NotAnArchive`."""
    left = BYTES_LIMIT
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > FILE_LIMIT:
                raise NotAnArchive(f"it holds more than {FILE_LIMIT} files")
            for member in members:
                if member.flag_bits & 1:
                    raise NotAnArchive("it is encrypted")
                with archive.open(member) as file:
                    data = file.read(left + 1)
                left -= len(data)
                if left < 0:
                    raise NotAnArchive(f"its files have more than {BYTES_LIMIT} bytes together")
                yield member.filename, data
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise NotAnArchive("it is no zip archive, or it is damaged") from None


def pack(files: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> bytes:
    """An archive; the same files give the same bytes."""
    out = io.BytesIO()
    pairs = files.items() if isinstance(files, Mapping) else files
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in pairs:
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
