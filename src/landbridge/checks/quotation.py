"""Quotes from foreign texts: short, on one line, without secrets."""

from __future__ import annotations

import re

from landbridge.observe.redact import HIDDEN, redact_text

WIDTH = 240

_LOGON = re.compile(
    r"((?:(?<!www-)(?<!proxy-)authorization|proxy-authorization|sap-connectivity-\w{0,10}-?authentication|(?:set-)?cookie)"
    r"[\"']?\s{0,3}[:=]\s{0,3}[\"']?)(?=\S)(?!•)[^\n]{1,4096}",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"((?:password|passwd|passphrase|pwd|secret|token|api[-_]?key|assertion|private[-_]?key|credentials?)[\"']?"
    r"\s{0,3}[:=>]{1,2}\s{0,3})(?!required\b|fetch\b)"
    r"(\"[^\"\n]{1,4096}\"?|'[^'\n]{1,4096}'?|[^\s\"'<>,;&]{1,4096})",
    re.IGNORECASE,
)


def quoted(line: str, at: int = 0) -> str:
    """The part of `line` around `at`, redacted. Secrets go before the text is cut, so that no half of one stays."""
    before, after = redacted(line[:at]), redacted(line)
    text = " ".join(after.split())
    if len(text) <= WIDTH:
        return text
    start = max(0, min(len(before), len(text)) - WIDTH // 3)
    cut = text[start : start + WIDTH]
    return ("…" if start else "") + cut + ("…" if start + WIDTH < len(text) else "")


def redacted(text: str) -> str:
    """`text` without tokens, passwords and cookies, also where a header or a property names them."""
    text = redact_text(text)
    text = _LOGON.sub(rf"\1{HIDDEN}", text)
    return _SECRET.sub(rf"\1{HIDDEN}", text)
