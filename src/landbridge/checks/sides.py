"""Who a text is about: somebody calls an integration tenant, the Destination service, or a connector writes it.

One message often fits a failure on each side. Whoever is called in the text, or writes it, tells which comes first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MARKS = (
    b"-iflmap.",
    b"-rt.",
    b" /http/",
    b" /cxf/",
    b" /gw/odata",
    b"destination-configuration/v",
    b"com.sap.scc",
    b"com.sap.core.connectivity",
    b"ljs_trace",
    b"scc_core",
)
_TENANT = r"[\w.-]{1,200}?(?:-iflmap\.|\.it-[\w-]{1,60}-rt\.|-rt\.cfapps\.)"
_SIDES = (
    (
        "inbound.",
        re.compile(
            rf"^[>*\s]{{0,4}}Host: {{0,2}}{_TENANT}|\b(?:POST|GET|HEAD|PUT|PATCH|DELETE) https?://{_TENANT}"
            r"|^[>*\s]{0,4}(?:POST|GET|HEAD|PUT) /(?:http|cxf|gw/odata)/",
            re.IGNORECASE,
        ),
    ),
    ("dest.", re.compile(r"destination-configuration/v[12]\b", re.IGNORECASE)),
    ("conn.", re.compile(r"\bcom\.sap\.(?:scc|core\.connectivity)\b|\bljs_trace|\bscc_core", re.IGNORECASE)),
)


@dataclass(slots=True)
class Sides:
    """Collects them while a text goes by."""

    found: set[str] = field(default_factory=set)

    def see(self, text: str) -> None:
        """Take what the line says."""
        self.found.update(side for side, pattern in _SIDES if pattern.search(text))

    def are_of(self, failure: str) -> bool:
        """Whether the text is about the side of that failure."""
        return failure.startswith(tuple(self.found))
