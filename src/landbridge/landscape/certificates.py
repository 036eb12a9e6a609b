"""The lists `certificates`: files with certificates and keys, in the landscape itself or beside it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from landbridge.destinations.certificates.loading import decoded, encoded
from landbridge.destinations.certificates.upload import TYPE
from landbridge.destinations.keystores.reading import check
from landbridge.faults import FaultError
from landbridge.landscape.fields import Fields, Once
from landbridge.landscape.problems import shown
from landbridge.model.certificate import StoredCertificate
from landbridge.model.properties import name_rule

FILE_LIMIT = 2_000_000
_SOURCES = ("pem", "base64", "file")


class FileUse(Enum):
    """What happens to files that certificates are in."""

    READ = auto()
    SKIP = auto()
    """The certificate is left out: on the machine of a connector, where nobody needs it."""
    REFUSE = auto()
    """A text that came over the network may not name files of this machine."""


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Relative names begin at `folder`."""

    folder: Path
    use: FileUse


def read_certificates(owner: Fields, files: CertificateFiles) -> tuple[StoredCertificate, ...]:
    """The certificates of a subaccount or of an instance. Names are unique on their level."""
    once = Once()
    found = (_certificate(fields, once, files) for fields in owner.tables("certificates"))
    return tuple(item for item in found if item is not None)


def _certificate(fields: Fields, once: Once, files: CertificateFiles) -> StoredCertificate | None:
    fields.only("name", "type", *_SOURCES)
    name = fields.text("name", check=name_rule)
    kind = fields.text("type", TYPE)
    given = [key for key in _SOURCES if fields.has(key)]
    if name:
        once.check(name, fields, "name")
    if len(given) != 1:
        fields.wrong("name", f"{len(given)} of {', '.join(_SOURCES)}", "exactly one of them")
        return None
    content = _content(fields, given[0], name, files)
    if content is None or not name:
        return None
    try:
        check(name, content)
    except FaultError as error:
        fields.wrong(
            given[0], f"what cannot be used ({error.fault.sentence.rstrip('.')})", "the file that the name means"
        )
        return None
    return StoredCertificate(name, kind, encoded(content))


def _content(fields: Fields, source: str, name: str, files: CertificateFiles) -> bytes | None:
    """None when there is nothing to look at."""
    text = fields.text(source, hidden=source != "file")
    if source == "pem":
        return text.encode()
    if source == "file":
        return _file(fields, text, files)
    try:
        return decoded(name, text)
    except FaultError:
        fields.wrong(source, "a hidden value", "base64")
        return None


def _file(fields: Fields, name: str, files: CertificateFiles) -> bytes | None:
    if files.use is FileUse.SKIP or not name:
        return None
    if files.use is FileUse.REFUSE:
        fields.wrong("file", shown(name), "pem or base64: files are read where 'landbridge apply' runs")
        return None
    try:
        with (files.folder / name).open("rb") as file:
            return file.read(FILE_LIMIT)
    except OSError as error:
        fields.wrong("file", f"{shown(name)} ({error.strerror or error})", "a file that can be read")
        return None
