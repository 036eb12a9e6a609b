"""The two zones of a subscription's level: the application's alone, and shared with the subscriber (§1.1). Pure."""

from __future__ import annotations

from collections.abc import Mapping

from landbridge.faults import FaultError, fault

SHARED = "shared_with_subscriber"
"""How `$metadata` says that something is, or shall be, in the shared zone."""


def wished_zone(entity: str, given: Mapping[str, object]) -> bool | None:
    """The zone that `$metadata` of an entity in a request names: True for the shared one, None when it names none.

    entity  which of the request's it is, for the refusal

    Raises `FaultError` (400) when it names something else.
    """
    metadata = given.get("$metadata")
    if metadata is None:
        return None
    if not isinstance(metadata, Mapping):
        raise _invalid(entity, "$metadata", "an object")
    wished = metadata.get(SHARED)
    if wished is not None and not isinstance(wished, bool):
        raise _invalid(entity, f"$metadata.{SHARED}", "true or false")
    return wished


def _invalid(entity: str, field: str, expected: str) -> FaultError:
    return FaultError(fault("destination.content-invalid", property=field, entity=entity, expected=expected))
