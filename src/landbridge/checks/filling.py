"""Fills what a text tells into the commands to run next: the subaccount, the destination, the request."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SUBACCOUNT = re.compile(r"subaccount[\"']?[ :=]{1,3}[\"']?([0-9a-zA-Z-]{1,64})[\"']?(?=[\s,.;)\"'}]|$)", re.IGNORECASE)
_QUOTED = re.compile(r"subaccount[ :=]{1,3}[\"']", re.IGNORECASE)
_DESTINATION = re.compile(r"/destinations/([\w.-]{1,200})|destination [\"']([\w.-]{1,200})[\"']", re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass(slots=True)
class Filling:
    """What is known of the names in a text; the first of each kind counts."""

    subaccount: str = ""
    destination: str = ""

    def see(self, text: str) -> None:
        """Take names from a line that said something. A bare word after 'subaccount' is a name only as a GUID."""
        for found in _SUBACCOUNT.finditer(text):
            if _QUOTED.match(found[0]) or _GUID.fullmatch(found[1]):
                self.subaccount = self.subaccount or found[1]
        named = _DESTINATION.search(text)
        if not self.destination and named:
            self.destination = named[1] or named[2]

    def filled(self, commands: Iterable[str], request: str = "") -> tuple[str, ...]:
        """The commands with what is known; capitals remain for the rest."""
        known = {"SUBACCOUNT": self.subaccount, "NAME": self.destination, "REQUEST-ID": request}
        filled = []
        for command in commands:
            words = [known.get(word) or word for word in command.split(" ")]
            filled.append(" ".join(words))
        return tuple(filled)
