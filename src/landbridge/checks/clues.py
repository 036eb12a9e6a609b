"""Facts in a text that tell who answered, without judging: headers of answers, and texts that lead elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from landbridge.checks.quotation import quoted

MARKS = (
    b"www-authenticate:",
    b"proxy-authenticate:",
    b"server:",
    b"via:",
    b"retry-after:",
    b"location:",
    b"http/",
    b"the mpl id for the failed message",
    b"queue creation failed",
)

_HEADER = re.compile(
    r"^[<*\s]{0,4}(www-authenticate|proxy-authenticate|server|via|retry-after|location): {0,3}(.{1,2000})",
    re.IGNORECASE,
)
_STATUS_LINE = re.compile(r"^[<*\s]{0,4}HTTP/\d(?:\.\d)? \d{3}\b", re.IGNORECASE)
_MPL = re.compile(r"The MPL ID for the failed message is", re.IGNORECASE)
_QUEUE = re.compile(r"Queue creation failed", re.IGNORECASE)

_MEANING = {
    "www-authenticate": "a server (not a proxy) asked for a logon",
    "proxy-authenticate": "a proxy asked for the logon, not the server behind it",
    "server": "the one who answered calls itself so",
    "via": "the answer came through an intermediary",
    "retry-after": "whoever answered expects to be back",
    "location": "the answer leads to another address",
}
_MOST = 8


@dataclass(slots=True)
class Clues:
    """Collects them while a text goes by.

    answers   whether the text shows the head of an HTTP answer
    wrapped   whether it names the log of another message: then a 500 says nothing
    """

    found: list[str] = field(default_factory=list)
    answers: bool = False
    wrapped: bool = False
    queue: bool = False

    def see(self, text: str) -> None:
        """Take what the line says."""
        self.answers = self.answers or bool(_STATUS_LINE.search(text))
        self.wrapped = self.wrapped or bool(_MPL.search(text))
        self.queue = self.queue or bool(_QUEUE.search(text))
        header = _HEADER.search(text)
        if header and len(self.found) < _MOST:
            clue = f"{quoted(text.strip(' <*'))}: {_MEANING[header[1].lower()]}"
            if clue not in self.found:
                self.found.append(clue)
