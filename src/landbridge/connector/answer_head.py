"""The head of a backend's answer: parsed, and made ready for the tunnel."""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.connector.rewrite import REWRITTEN, Rewriter
from landbridge.wire.http1 import ResponseHead, parse_response
from landbridge.wire.messages import Head, encode

REMEMBERED = 2048
"""Longest head that is remembered, in bytes."""
_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"transfer-encoding",
        b"content-length",
        b"trailer",
        b"te",
        b"upgrade",
    }
)
_PLAIN_OPTIONS = frozenset({b"close", b"keep-alive", b""})
"""Options of Connection that name no other header."""


@dataclass(slots=True)
class AnswerHead:
    """A head as the backend sent it, and what becomes of it.

    keep      whether the backend keeps the connection open
    preamble  Head and header lines for the tunnel: end-to-end lines only, internal names gone
    """

    head: ResponseHead
    keep: bool
    preamble: bytes


class AnswerHeads:
    """Reads the heads of one backend connection, and remembers the last one: most backends repeat theirs."""

    __slots__ = ("_head_limit", "_known", "_line_limit", "_method", "_raw", "_rewriter")

    def __init__(self, rewriter: Rewriter, line_limit: int, head_limit: int) -> None:
        self._rewriter = rewriter
        self._line_limit = line_limit
        self._head_limit = head_limit
        self._raw = b""
        self._method = ""
        self._known: AnswerHead | None = None

    def read(self, raw: bytes, method: str) -> AnswerHead:
        """The head in `raw` (up to and with the empty line), which answers a request of `method`. Raises `BadHead`."""
        known = self._known
        if known is not None and raw == self._raw and method == self._method:
            return known
        head = parse_response(raw, method.encode(), self._line_limit, self._head_limit)
        block, keep = _end_to_end(head, self._rewriter)
        message = Head(head.status, head.reason.decode("latin-1"), head.framing, head.size, len(block))
        answer = AnswerHead(head, keep, encode(message) + block)
        if len(raw) <= REMEMBERED:
            self._raw, self._method, self._known = raw, method, answer
        return answer


def _end_to_end(head: ResponseHead, rewriter: Rewriter) -> tuple[bytes, bool]:
    """(header lines that go on to the client, whether the connection stays open).

    Hop-by-hop lines stay here (RFC 9110 §7.6.1), internal names do not go on.
    """
    options: set[bytes] = set()
    lines: list[bytes] = []
    for name, value in head.headers:
        lower = name.lower()
        if lower not in _HOP_BY_HOP:
            shown = rewriter.rewrite(lower, head.status, value) if lower in REWRITTEN else value
            lines.append(name + b": " + shown + b"\r\n")
        elif lower == b"connection":
            options.update(option.strip().lower() for option in value.split(b","))
    if not options <= _PLAIN_OPTIONS:
        lines = [line for line in lines if line.partition(b":")[0].lower() not in options]
    keep = b"close" not in options and (head.minor_version == 1 or b"keep-alive" in options)
    return b"".join(lines), keep and head.has_framing
