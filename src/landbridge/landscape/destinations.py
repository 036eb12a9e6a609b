"""The lists `destinations` and `fragments`: flat mappings, as in the service's own JSON (destination-service §1.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from landbridge.landscape.fields import Fields, Once, kind_of
from landbridge.landscape.problems import shown
from landbridge.landscape.source import Scalar
from landbridge.model.destination import SECRET_KEYS, Destination, InvalidDestination, destination, deviations
from landbridge.model.fragment import Fragment, InvalidFragment, fragment, fragment_deviations


def read_destinations(owner: Fields) -> tuple[Destination, ...]:
    """The destinations of a subaccount or of an instance. Names are unique on their level.

    Every value is text as it is spelled: `Password: 0012` stays `0012`, `TrustAll: TRUE` stays `TRUE`.
    """
    once = Once()
    found = (_destination(fields, once) for fields in owner.tables("destinations"))
    return tuple(item for item in found if item is not None)


def read_fragments(owner: Fields) -> tuple[Fragment, ...]:
    """The fragments of a subaccount or of an instance; the same rules hold."""
    once = Once()
    found = (_fragment(fields, once) for fields in owner.tables("fragments"))
    return tuple(item for item in found if item is not None)


def _destination(fields: Fields, once: Once) -> Destination | None:
    properties, sound = _properties(fields)
    sound &= _reported(fields, deviations(properties), properties)
    if properties.get("Name"):
        once.check(properties["Name"], fields, "Name")
    return destination(properties) if sound else None


def _fragment(fields: Fields, once: Once) -> Fragment | None:
    properties, sound = _properties(fields)
    sound &= _reported(fields, fragment_deviations(properties), properties)
    if properties.get("FragmentName"):
        once.check(properties["FragmentName"], fields, "FragmentName")
    return fragment(properties) if sound else None


def _properties(fields: Fields) -> tuple[dict[str, object], bool]:
    """The properties, and whether all of them are single values."""
    properties: dict[str, object] = {}
    sound = True
    for key in fields.keys:
        node = fields.node(key)
        if isinstance(node, Scalar):
            properties[key] = node.text
        else:
            sound = False
            found = kind_of(node) if node else "nothing"
            fields.wrong(key, found, "a single value ('' for an empty one)")
            properties[key] = ""
    return properties, sound


def _reported(
    fields: Fields, found: Iterable[InvalidDestination | InvalidFragment], properties: Mapping[str, object]
) -> bool:
    """Whether there was nothing to report."""
    sound = True
    for deviation in found:
        sound = False
        if fields.has(deviation.field) or deviation.field not in fields.keys:  # else it is reported already
            _report(fields, deviation, str(properties.get(deviation.field, "")))
    return sound


def _report(fields: Fields, deviation: InvalidDestination | InvalidFragment, value: str) -> None:
    found = "nothing" if not value else "a hidden value" if deviation.field in SECRET_KEYS else shown(value)
    fields.wrong(deviation.field, found, deviation.expected)
