"""The landscape file as a whole: from a path to frozen nouns, or to the list of everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

from landbridge.faults import Fault, FaultError, fault
from landbridge.landscape.certificates import CertificateFiles, FileUse
from landbridge.landscape.connectors import Files, read_connectors
from landbridge.landscape.fields import Fields
from landbridge.landscape.problems import LandscapeInvalid, Problems
from landbridge.landscape.source import Node, NotYaml, parse
from landbridge.landscape.subaccounts import read_subaccounts
from landbridge.model.landscape import Landscape

SIZE_LIMIT = 5_000_000
VERSION = "1"


def read(path: Path, *, need_files: bool = True, certificate_files: FileUse = FileUse.READ) -> Landscape:
    """The landscape in the file at `path` (docs/landscape.md).

    need_files         whether files of connectors must exist; only the machine of a connector needs them
    certificate_files  what happens to files that certificates are in

    Raises `FaultError` (landscape.file-missing, -unreadable, -too-large, landscape.syntax) or `LandscapeInvalid`,
    which carries one fault (landscape.invalid) for each problem.
    """
    return read_text(_load(path), path, need_files=need_files, certificate_files=certificate_files)


def read_text(
    text: str, path: Path, *, need_files: bool = True, certificate_files: FileUse = FileUse.READ
) -> Landscape:
    """As `read`, for a text that is at hand; `path` names it in messages and is where relative names begin."""
    problems = Problems(str(path))
    root = Fields(_tree(text, path), "", problems)
    root.only("landbridge", "subaccounts", "connectors")
    root.text("landbridge", check=lambda given: None if given == VERSION else f"{VERSION}, the version of this format")
    subaccounts = read_subaccounts(root, CertificateFiles(path.parent, certificate_files))
    subdomains = {content.subaccount.subdomain: content.subaccount.id for content in subaccounts}
    connectors = read_connectors(root, subdomains, Files(path.parent, need_files))
    problems.raise_if_any()
    return Landscape(subaccounts, connectors)


def problems_of(error: FaultError) -> tuple[Fault, ...]:
    """All faults that an error of `read` carries."""
    return error.faults if isinstance(error, LandscapeInvalid) else (error.fault,)


def _tree(text: str, path: Path) -> Node:
    try:
        return parse(text)
    except NotYaml as error:
        raise FaultError(
            fault("landscape.syntax", file=path, line=error.line, column=error.column, reason=error.reason)
        ) from None


def _load(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
        if len(content) > SIZE_LIMIT:
            raise FaultError(fault("landscape.file-too-large", file=path, limit=SIZE_LIMIT))
        return content.decode("utf-8-sig")
    except FileNotFoundError:
        raise FaultError(fault("landscape.file-missing", file=path)) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        reason = f"line {line} is not UTF-8 text"
        raise FaultError(fault("landscape.file-unreadable", file=path, reason=reason)) from None
    except OSError as error:
        raise FaultError(fault("landscape.file-unreadable", file=path, reason=error.strerror or error)) from None
