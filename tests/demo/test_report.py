"""The results of the demonstration as people and scripts read them."""

from __future__ import annotations

import json
from io import StringIO

from rich.console import Console

from landbridge.demo.report import as_json, as_table, as_text, summary
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


def test_the_table_shows_what_is_no_markup_as_it_is() -> None:
    console = Console(width=140, file=StringIO(), color_system=None)
    console.print(as_table([HELD, Result("read [red]", "200", "[/bold] 503", None, False, 1.0)]))
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    assert "read [red]" in text
    assert "[/bold] 503" in text
    assert "expected: 200" in text
    assert "Start the backend" in text
