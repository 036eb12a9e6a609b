"""What WWW-Authenticate asks for (RFC 9110 §11.6.1). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,80}"
_PART = re.compile(
    rf"[\s,]*(?:(?P<name>{_TOKEN})\s*=\s*(?:\"(?P<quoted>(?:[^\"\\]|\\.){{0,2000}})\"|(?P<plain>{_TOKEN}))(?=\s*(?:,|$))"
    rf"|(?P<scheme>{_TOKEN})(?:\s+(?P<blob>[A-Za-z0-9._~+/-]{{1,8000}}=*)(?=\s*(?:,|$)))?(?=[\s,]|$))"
)
_ABAP = re.compile(r"\[([A-Z][A-Z0-9]{2})/([0-9]{3})\]")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way to log on that a server offers. `scheme` as it was written."""

    scheme: str
    realm: str = ""
    charset: str = ""

    @property
    def abap(self) -> tuple[str, str] | None:
        """System id and client, when the realm is that of an ABAP system: `... [SID/client]`."""
        found = _ABAP.search(self.realm)
        return (found[1], found[2]) if found else None


def challenges(values: Iterable[str]) -> tuple[Challenge, ...]:
    """The challenges in the values of the header. What cannot be read is passed over."""
    found: list[dict[str, str]] = []
    for value in values:
        for part in _PART.finditer(value[:8000]):
            if part["scheme"]:
                found.append({"scheme": part["scheme"]})
            elif found:
                text = part["plain"] or re.sub(r"\\(.)", r"\1", part["quoted"] or "")
                found[-1].setdefault(part["name"].lower(), text)
    return tuple(Challenge(one["scheme"], one.get("realm", ""), one.get("charset", "")) for one in found)
