"""The lists `destinations`: flat mappings, written as the service's JSON is (destination-service §1.2)."""

from __future__ import annotations

from landbridge.landscape.fields import Fields, Once, kind_of
from landbridge.landscape.problems import shown
from landbridge.landscape.source import Scalar
from landbridge.model.destination import SECRET_KEYS, Destination, InvalidDestination, destination, deviations


def read_destinations(owner: Fields) -> tuple[Destination, ...]:
    """The destinations of a subaccount or of an instance. Names are unique on their level.

    Every value is text as it is spelled: `Password: 0012` stays `0012`, `TrustAll: TRUE` stays `TRUE`.
    """
    once = Once()
    found = (_destination(fields, once) for fields in owner.tables("destinations"))
    return tuple(item for item in found if item is not None)


def _destination(fields: Fields, once: Once) -> Destination | None:
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
    for deviation in deviations(properties):
        sound = False
        if fields.has(deviation.field) or deviation.field not in fields.keys:  # else it is reported above
            _report(fields, deviation, str(properties.get(deviation.field, "")))
    if properties.get("Name"):
        once.check(properties["Name"], fields, "Name")
    return destination(properties) if sound else None


def _report(fields: Fields, deviation: InvalidDestination, value: str) -> None:
    found = "nothing" if not value else "a hidden value" if deviation.field in SECRET_KEYS else shown(value)
    fields.wrong(deviation.field, found, deviation.expected)
