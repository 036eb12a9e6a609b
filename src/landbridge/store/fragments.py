"""Fragments in the store."""

from __future__ import annotations

import json
from types import MappingProxyType

from landbridge.model.fragment import Fragment
from landbridge.model.label import EntityKind
from landbridge.store.levels import LevelRepository
from landbridge.store.session import Row
from landbridge.store.tables import fragments


class FragmentRepository(LevelRepository[Fragment]):
    """Fragments by level."""

    kind = EntityKind.FRAGMENT
    table = fragments

    def _write(self, noun: Fragment) -> str:
        return json.dumps(dict(noun.properties), ensure_ascii=False, separators=(",", ":"))

    def _read(self, _row: Row, text: str) -> Fragment:
        return Fragment(MappingProxyType(json.loads(text)))
