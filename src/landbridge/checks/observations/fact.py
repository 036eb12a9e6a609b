"""What all facts have in common."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Fact(msgspec.Struct, frozen=True, kw_only=True, tag_field="fact", omit_defaults=True):
    """One thing that a probe saw. Subclasses name their fields and how they read in one line."""

    @property
    def good(self) -> bool:
        """Whether the way leads on from here."""
        return True

    @property
    def ends(self) -> bool:
        """Whether the way ends here, whatever else was good in the same step."""
        return False

    @property
    def line(self) -> str:
        """The fact in a few words, without secrets."""
        raise NotImplementedError

    @property
    def lasting(self) -> Mapping[str, str]:
        """What should be the same next time, by name: a key, a chain, a greeting. A later check says what changed."""
        return {}
