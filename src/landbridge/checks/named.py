"""Answers of landbridge in a text: they carry the name of what happened, so nothing has to be guessed.

The four headers (`X-Error-Origin`, `X-Error-Message`, `X-Internal-Error-Code`, `X-Request-Id`), the same fields of a
JSON answer or a log line, the words of the command line, and a code that stands alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from landbridge.checks.quotation import quoted
from landbridge.faults import CATALOGUE, FaultKind

AREAS = sorted({code.split(".")[0] for code in CATALOGUE})
HEADERS = (b"x-internal-error-code", b"x-error-origin", b"x-error-message", b"x-request-id", b"requestid")
MARKS = (*HEADERS, *(f"{area}.".encode() for area in AREAS))

NEAR = 20
"""Lines between the headers of one answer."""

_CODE = re.compile(rf"(?<![\w./@:-])(?:{'|'.join(AREAS)})\.[a-z][a-z0-9-]{{2,60}}(?![\w/@-]|\.\w)")
_LABEL = re.compile(r"(?:code|fault|error)[\"']?\s{0,3}[:=]?\s{0,3}[\"']?$|^\s{0,8}(?:\d{3} )?$", re.IGNORECASE)
_HEADER = re.compile(
    r"(x-error-message|x-error-origin|x-request-id|request_?id|x-internal-error-code)[\"']?\s{0,3}[:=]\s{0,3}"
    r"[\"']?([^\"'\r\n]{1,1000})",
    re.IGNORECASE,
)
_MOST = 10
_SEEN = 200


@dataclass(frozen=True, slots=True)
class NamedFault:
    """A fault of ours that the text reports.

    message     in the words of the text, else in those of the catalogue
    request_id  of the same answer, where it is there
    """

    kind: FaultKind
    line: int
    evidence: str
    message: str
    request_id: str


@dataclass(slots=True)
class NamedFaults:
    """Collects them while a text goes by."""

    _codes: dict[str, tuple[int, str]] = field(default_factory=dict)
    _headers: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def ours(self) -> bool:
        """Whether one of the four headers was seen at all."""
        return any(name.startswith("x-") for _, name, _ in self._headers)

    @property
    def foreign_codes(self) -> list[str]:
        """Values of our code header that are no codes of ours."""
        codes = [value for _, name, value in self._headers if name == "x-internal-error-code"]
        return [code for code in codes if code.strip() not in CATALOGUE]

    def see(self, number: int, text: str) -> None:
        """Take what the line says about an answer of ours."""
        if len(self._headers) < _SEEN:
            self._headers += [(number, found[1].lower(), found[2]) for found in _HEADER.finditer(text)]
        for found in _CODE.finditer(text):
            code = found[0].rstrip("-")
            certain = "-" in code or _LABEL.search(text[: found.start()])
            if certain and code in CATALOGUE and len(self._codes) < _MOST:
                self._codes.setdefault(code, (number, quoted(text, found.start())))

    def all(self) -> list[NamedFault]:
        """The faults, in the order in which they appear."""
        return [self._fault(code, line, evidence) for code, (line, evidence) in self._codes.items()]

    def _fault(self, code: str, line: int, evidence: str) -> NamedFault:
        kind = CATALOGUE[code]
        message = quoted(self._near(line, "x-error-message")) or kind.sentence
        request = self._near(line, "x-request-id", "requestid", "request_id").strip()
        return NamedFault(kind, line, evidence, message, request if re.fullmatch(r"[\w.:-]{1,128}", request) else "")

    def _near(self, line: int, *names: str) -> str:
        near = [
            (abs(at - line), value) for at, name, value in self._headers if name in names and abs(at - line) <= NEAR
        ]
        return min(near)[1] if near else ""
