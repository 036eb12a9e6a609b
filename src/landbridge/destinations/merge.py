"""Fragments laid over a destination (destination-service §3.4). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from landbridge.model.destination import Destination
from landbridge.model.fragment import Fragment

_OWN = ("Name", "Type")


def merge(destination: Destination, fragments: Sequence[Fragment]) -> Destination:
    """The destination with the properties of `fragments`, a later one over an earlier one.

    Name and type stay the destination's; `FragmentName` becomes the names of all that were applied, in their order.
    """
    if not fragments:
        return destination
    merged = dict(destination.properties)
    for fragment in fragments:
        merged |= fragment.properties
    merged |= {key: destination.properties[key] for key in _OWN}
    merged["FragmentName"] = ",".join(fragment.name for fragment in fragments)
    return Destination(MappingProxyType(merged))
