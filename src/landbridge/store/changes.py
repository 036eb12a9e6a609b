"""Which subaccounts changed, and when: what is kept in memory asks here whether it is still true.

A change is numbered after its commit and before its writer hears of it. So whoever remembers the number before he
reads, and finds no later change of that subaccount, holds what everybody else can know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class Changes:
    """Changes that this process made or noticed."""

    def __init__(self) -> None:
        self.number = 0
        """Of the latest change. Remember it before you read."""
        self._last: dict[str, int] = {}
        self._everything = 0
        self._versions: dict[str, int] = {}

    def since(self, seen: int, subaccount_ids: Iterable[str]) -> bool:
        """Whether one of the subaccounts has changed after `seen` was the latest number."""
        if self.number == seen:
            return False
        return self._everything > seen or any(self._last.get(one, 0) > seen for one in subaccount_ids)

    def note(self, subaccount_ids: Iterable[str]) -> None:
        """These have changed, or may have."""
        touched = list(subaccount_ids)
        if touched:
            self.number += 1
            self._last |= dict.fromkeys(touched, self.number)

    def note_everything(self) -> None:
        """All of them have changed."""
        self.number += 1
        self._everything = self.number
        self._versions = {}

    def ours(self, versions: Mapping[str, int]) -> None:
        """The versions that a commit of this process made: `compare` need not take them for somebody else's."""
        self._versions |= versions

    def compare(self, versions: Mapping[str, int]) -> None:
        """Note every subaccount whose version is another one than at the last comparison."""
        self.note([one for one, version in versions.items() if self._versions.get(one) != version])
        self._versions = dict(versions)
