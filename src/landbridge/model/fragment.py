"""Fragments: properties that are laid over a destination when it is found (destination-service §1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from landbridge.model.properties import content_of, etag_of, name_rule, text_of


class InvalidFragment(ValueError):
    """The properties do not make a fragment: `field` must be what `expected` says."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"{field} must be {expected}")
        self.field = field
        self.expected = expected


@dataclass(frozen=True, slots=True, repr=False)
class Fragment:
    """A fragment as it is stored. Every value is text; `FragmentName` is one of them."""

    properties: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.properties["FragmentName"]

    @property
    def etag(self) -> str:
        """64 hex characters that change with every change of content."""
        return etag_of(dict(self.properties))

    def __repr__(self) -> str:
        return f"<Fragment {self.name!r}>"


def fragment(properties: Mapping[str, object]) -> Fragment:
    """A fragment from what a client sent: scalars become text, `$metadata` is taken away.

    Raises `InvalidFragment`, the first of `fragment_deviations`.
    """
    for deviation in fragment_deviations(properties):
        raise deviation
    return Fragment(MappingProxyType({key: text_of(value) or "" for key, value in content_of(properties).items()}))


def fragment_deviations(properties: Mapping[str, object]) -> tuple[InvalidFragment, ...]:
    """Everything that keeps `properties` from being a fragment; empty when they are one."""
    found = []
    for key, value in content_of(properties).items():
        if text_of(value) is None or text_of(key) is None:
            found.append(InvalidFragment(key, "a text, a number or true/false"))
        elif key in ("Name", "Type"):
            found.append(InvalidFragment(key, "left away: a fragment never changes it"))
    if not any(error.field == "FragmentName" for error in found):
        expected = name_rule(text_of(properties.get("FragmentName", "")) or "")
        found += [InvalidFragment("FragmentName", expected)] if expected else []
    return tuple(found)
