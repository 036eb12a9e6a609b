"""Labels of what lives on levels: in the clear, beside the properties (destination-service §2.8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, TypeGuard

from landbridge.destinations.answer import Answer
from landbridge.destinations.kinds import Kind
from landbridge.destinations.levels import Place
from landbridge.destinations.reading import labels_json
from landbridge.faults import FaultError, fault
from landbridge.model.label import LABEL_LIMIT, Label
from landbridge.store import Database, LabelRepository, Session

Change = Callable[[Sequence[Label]], Sequence[Label]]
"""From the labels that are there to those that shall be."""


class LabelAction(StrEnum):
    """What PATCH does."""

    ADD = "ADD"
    DELETE = "DELETE"


class Labelling:
    """Reads and writes the labels of one kind of content. Whether the caller may is decided before (`Entrance`)."""

    def __init__(self, db: Database, kind: Kind[Any]) -> None:
        self._db = db
        self.kind = kind

    async def get(self, place: Place, name: str) -> Answer:
        """The labels of an entity. Raises `FaultError` (404)."""
        async with self._db.read() as session:
            return Answer(200, labels_json(await self._present(session, place, name)))

    async def set(self, place: Place, name: str, body: object) -> Answer:
        """Replace all labels. Raises `FaultError`: 400, 404."""
        wanted = checked(read_labels(body))
        return await self._write(place, name, lambda _: wanted)

    async def change(self, place: Place, name: str, body: object) -> Answer:
        """Add values to labels, or take some away. Raises `FaultError`: 400, 404."""
        action, labels = read_change(body)
        if action is LabelAction.ADD:
            return await self._write(place, name, lambda present: checked(added(present, labels)))
        return await self._write(place, name, lambda present: removed(present, labels))

    async def _write(self, place: Place, name: str, change: Change) -> Answer:
        async with self._db.begin() as session:
            wanted = change(await self._present(session, place, name))
            await LabelRepository(session).set(self.kind.entity, place.key, name, wanted)
        return Answer(200, labels_json(wanted))

    async def _present(self, session: Session, place: Place, name: str) -> list[Label]:
        if await self.kind.at(session, place).get(*place.key, name) is None:
            raise self.kind.missing(name, place)
        return await LabelRepository(session).get(self.kind.entity, place.key, name)


def read_labels(body: object, *, without_values: bool = False) -> list[Label]:
    """Labels from what a client sent. `without_values`: whether a label may name its key only. Raises `FaultError`."""
    if not isinstance(body, list):
        raise _invalid("they are no list")
    labels = [_label(item) for item in body]
    if len({label.key for label in labels}) < len(labels):
        raise _invalid("a key comes twice")
    if not without_values and not all(label.values for label in labels):
        raise _invalid("a label has no values")
    return labels


def read_change(body: object) -> tuple[LabelAction, list[Label]]:
    """What PATCH is asked to do. Raises `FaultError`."""
    if not isinstance(body, dict) or body.get("action") not in list(LabelAction):
        raise _invalid("the body has no action, which is ADD or DELETE")
    action = LabelAction(body["action"])
    return action, read_labels(body.get("labels"), without_values=action is LabelAction.DELETE)


def added(present: Sequence[Label], more: Sequence[Label]) -> list[Label]:
    """The labels with more values."""
    values = {label.key: label.values for label in present}
    for label in more:
        values[label.key] = (*values.get(label.key, ()), *label.values)
    return [Label(key, tuple(dict.fromkeys(found))) for key, found in values.items()]


def removed(present: Sequence[Label], fewer: Sequence[Label]) -> list[Label]:
    """The labels without some values; a key goes when none is left, or when no values are given."""
    unwanted = {label.key: label.values for label in fewer}
    kept = []
    for label in present:
        gone = unwanted.get(label.key, ()) or (label.values if label.key in unwanted else ())
        values = tuple(value for value in label.values if value not in gone)
        if values:
            kept.append(Label(label.key, values))
    return kept


def checked(labels: Sequence[Label]) -> Sequence[Label]:
    """The labels, if they keep the limits. Raises `FaultError`."""
    if len(labels) > LABEL_LIMIT:
        raise _invalid(f"they would be {len(labels)}")
    for label in labels:
        if len(label.values) > LABEL_LIMIT:
            raise _invalid(f"'{label.key[:100]}' would have {len(label.values)} values")
    return labels


def _label(item: object) -> Label:
    if not isinstance(item, dict):
        raise _invalid("one of them is no JSON object")
    key, values = item.get("key"), item.get("values", [])
    if not _is_text(key) or not isinstance(values, list) or not all(_is_text(value) for value in values):
        raise _invalid("key and values must be texts that are not empty and have no control characters")
    return Label(key, tuple(dict.fromkeys(values)))


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.isprintable() and bool(value)


def _invalid(reason: str) -> FaultError:
    return FaultError(fault("destination.label-invalid", reason=reason, limit=LABEL_LIMIT))
