"""From a file to destinations: the extension says the format; everything that is wrong is a fault with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from landbridge.faults import FaultError, fault
from landbridge.landscape.formats import json_text, properties, yaml_text
from landbridge.landscape.formats.archive import NotAnArchive, unpack
from landbridge.landscape.formats.json_text import NotJson
from landbridge.landscape.formats.properties import NotProperties
from landbridge.landscape.source import NotYaml
from landbridge.model.destination import Destination, InvalidDestination, destination

SIZE_LIMIT = 5_000_000
EXTENSIONS = (".properties", ".json", ".yaml", ".yml", ".zip")


def read_file(name: str, content: bytes) -> tuple[Destination, ...]:
    """The destinations in a file. Several of one name are a fault.

    Raises `FaultError`: `file.format-unknown`, `file.too-large`, `file.unreadable`, `file.destination-invalid`.
    """
    if len(content) > SIZE_LIMIT:
        raise FaultError(fault("file.too-large", file=name, limit=SIZE_LIMIT))
    found: dict[str, Destination] = {}
    for file, part in _parts(name, content):
        for item in (_destination(file, given) for given in _objects(file, part)):
            if item.name in found:
                raise _invalid(file, item.name, "Name", "a name that no other destination of the file has")
            found[item.name] = item
    return tuple(found.values())


def _parts(name: str, content: bytes) -> Iterable[tuple[str, bytes]]:
    if _extension(name) != ".zip":
        return [(name, content)]
    try:
        return [(f"{name}/{inner}", data) for inner, data in unpack(content)]
    except NotAnArchive as error:
        raise FaultError(fault("file.unreadable", file=name, reason=error)) from None


def _objects(name: str, content: bytes) -> list[Mapping[str, object]]:
    try:
        match _extension(name):
            case ".properties":
                return [properties.parse(properties.decode(content))]
            case ".json":
                return json_text.parse(content.decode("utf-8-sig"))
            case ".yaml" | ".yml":
                return yaml_text.parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FaultError(fault("file.unreadable", file=name, reason="it is not UTF-8 text")) from None
    except (NotProperties, NotJson, NotYaml) as error:
        raise FaultError(fault("file.unreadable", file=name, reason=error)) from None
    raise FaultError(fault("file.format-unknown", file=name, known=", ".join(EXTENSIONS)))


def _destination(name: str, given: Mapping[str, object]) -> Destination:
    try:
        return destination(given)
    except InvalidDestination as error:
        raise _invalid(name, str(given.get("Name", "without a name")), error.field, error.expected) from None


def _invalid(file: str, name: str, field: str, expected: str) -> FaultError:
    return FaultError(
        fault("file.destination-invalid", file=file, name=name[:200], field=field[:200], expected=expected)
    )


def _extension(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
