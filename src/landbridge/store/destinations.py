"""Destinations in the store."""

from __future__ import annotations

import json
from types import MappingProxyType

from landbridge.model.destination import Destination
from landbridge.model.label import EntityKind
from landbridge.store.levels import LevelRepository
from landbridge.store.session import Row
from landbridge.store.tables import destinations


class DestinationRepository(LevelRepository[Destination]):
    """Destinations by level."""

    kind = EntityKind.DESTINATION
    table = destinations

    def _write(self, noun: Destination) -> str:
        return json.dumps(dict(noun.properties), ensure_ascii=False, separators=(",", ":"))

    def _read(self, _row: Row, text: str) -> Destination:
        return Destination(MappingProxyType(json.loads(text)))
