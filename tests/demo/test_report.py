"""The results of the demonstration as people and scripts read them."""

from __future__ import annotations

import json

from landbridge.demo.report import as_json, as_text, summary
from landbridge.demo.step import Result
from landbridge.faults import CATALOGUE

HELD = Result("call a stopped backend", "502 backend.refused", "502 backend.refused", "backend.refused", True, 12.5)
NOT_HELD = Result("read", "200", "503", None, False, 1.0)


def test_json_has_these_keys_and_no_others() -> None:
    rows = json.loads(as_json([HELD, NOT_HELD]))
    assert all(set(row) == {"step", "expected", "got", "fault", "ok", "ms"} for row in rows)
    assert rows[0]["fault"] == "backend.refused"
    assert rows[1]["fault"] is None


def test_a_fault_comes_with_its_action() -> None:
    assert CATALOGUE["backend.refused"].action in " ".join(as_text([HELD]).split())


def test_what_did_not_hold_shows_what_was_expected() -> None:
    text = as_text([NOT_HELD])
    assert text.startswith("FAIL")
    assert "expected: 200" in text
    assert summary([HELD, NOT_HELD]) == "1 of 2 steps held."
